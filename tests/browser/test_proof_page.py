"""The proof of a delivery in a browser: the photo, its place and hour, for every reader, with scripts or without."""

from datetime import UTC, datetime

import pytest
from fakes import photos
from fakes.browser import findings
from playwright.sync_api import expect

from channels.pictures import clean
from db import Database
from flows import bringing_pictures, proofs
from flows.house import House
from settings import Settings
from tracking_core.models import Shipment

pytestmark = pytest.mark.browser

SMALL = (360, 740)
DOOR = {"lat": photos.OAKLAND[0], "lon": photos.OAKLAND[1], "timezone": "America/Los_Angeles"}


@pytest.fixture(scope="module")
def delivered(house):
    """A delivered parcel; answers its tracking page, its proof page, and how to add a photo to it."""
    body = {"order_number": "P1", "customer": {"phone": "+14155550160"}, "destination": DOOR}
    made = house.api("POST", "/shipments", body).json
    for status in ("out_for_delivery", "delivered"):
        assert house.api("POST", f"/shipments/{made['id']}/events", {"status": status}).status == 202
    settings = Settings.load(house.env, dotenv=None)
    database, parts = Database(settings.database_url, pool_size=2), House.build(settings)

    def add(seed):
        raw, now = photos.phone_jpeg(photos.scene(900, 1200, seed=seed)), datetime.now(UTC)
        picture = clean(raw)
        with database.write() as session:
            parcel = session.get_one(Shipment, made["id"])
            row = bringing_pictures.keep_upload(session, picture, retailer="default", original=raw, now=now)
            proofs.add_photo(session, parts, parcel, row, source="driver_page", now=now, sent_at=now)

    with database.write() as session:
        link = proofs.link(session, parts, session.get_one(Shipment, made["id"]), now=datetime.now(UTC))
    yield made["tracking_url"], link, add
    database.close()


def test_the_photo_appears_without_a_reload_and_reads_well_to_everybody(delivered, open_page, axe):
    tracking, link, add = delivered
    page = open_page(link, size=SMALL)
    expect(page.get_by_text("There is no photo yet.")).to_be_visible()
    add(3)
    photo = page.get_by_role("img", name="Photo of your delivery, taken today at")
    expect(photo).to_be_visible(timeout=40_000)
    assert photo.evaluate("one => one.complete && one.naturalWidth") == 900
    expect(page.get_by_text("At your address")).to_be_visible()
    for url, scheme in ((link, "light"), (link, "dark"), (tracking, "light"), (f"{tracking}?lang=es", "dark")):
        shown = open_page(url, size=SMALL, scheme=scheme)
        expect(shown.get_by_role("img")).to_have_count(1)
        assert findings(shown, axe) == []
        assert shown.evaluate("document.documentElement.scrollWidth") <= SMALL[0]


def test_it_reads_without_scripts_and_tells_no_referrer(delivered, browser):
    _, link, add = delivered
    add(5)
    context = browser.new_context(viewport={"width": SMALL[0], "height": SMALL[1]}, java_script_enabled=False)
    asked = []
    page = context.new_page()
    page.on("request", lambda request: asked.append((request.url, request.headers.get("referer"))))
    page.goto(link)
    expect(page.get_by_role("img", name="Photo of your delivery").first).to_be_visible()
    assert sum("/m/" in url for url, _ in asked) >= 1
    assert [referer for _, referer in asked if referer] == []
    assert page.title() == "Your delivery from Demo Store"
    context.close()
