"""The shopper's page in a browser: every state reads well to everybody, and its forms work with scripts and without."""

import re
from datetime import UTC, datetime

import pytest
from fakes.browser import findings
from fakes.tracking_states import NEAR, drive, move, parcel, states
from playwright.sync_api import expect

from db import Database
from flows import addresses, driver_links, proofs
from flows.house import House
from settings import Settings
from tracking_core.models import Shipment

pytestmark = pytest.mark.browser

SMALL, NARROW, WIDE = (360, 740), (390, 844), (1440, 900)


@pytest.fixture(scope="module")
def pages(house):
    """The address of the page of each state."""
    return dict(states(house))


def test_axe_finds_nothing_in_any_state_and_nothing_runs_over_the_edge(pages, open_page, axe):
    for name, url in pages.items():
        for language, scheme in (("en", "light"), ("es", "dark")):
            page = open_page(f"{url}?lang={language}", size=SMALL, scheme=scheme)
            page.evaluate("for (const one of document.querySelectorAll('details')) one.open = true")
            assert findings(page, axe) == [], (name, language, scheme)
            assert page.evaluate("document.documentElement.scrollWidth") <= SMALL[0], (name, language)


def test_axe_finds_nothing_after_the_forms_and_on_the_pages_around(house, open_page, axe):
    said = parcel(house, "N3", 32)
    page = open_page(said["tracking_url"], size=SMALL)
    page.get_by_text("Ask for another address").click()
    page.get_by_role("button", name="Send me the link").click()
    expect(page.get_by_role("status")).to_contain_text("We have sent a link")
    assert findings(page, axe) == []
    settings = Settings.load(house.env, dotenv=None)
    database, parts, now = Database(settings.database_url, pool_size=1), House.build(settings), datetime.now(UTC)
    with database.write() as session:
        shipment = session.get_one(Shipment, said["id"])
        proof = proofs.link(session, parts, shipment, now=now)
        address = addresses.give_link(session, parts, shipment, conversation_id=None, language="en", now=now)
        link = driver_links.link(session, parts, shipment.driver, now=now)
    database.close()
    page = open_page(address, size=SMALL, scheme="dark")
    assert findings(page, axe) == []
    page.get_by_label("Postal code on the order").fill("10001")
    page.get_by_role("button", name="Go on").click()
    expect(page.get_by_role("alert")).to_be_visible()
    assert findings(page, axe) == []
    page.get_by_label("Postal code on the order").fill("94607")
    page.get_by_role("button", name="Go on").click()
    expect(page.get_by_label("Street and number")).to_be_visible()
    assert findings(page, axe) == []
    move(house, said, "out_for_delivery")
    for url in (proof, link):
        for scheme in ("light", "dark"):
            assert findings(open_page(url, size=SMALL, scheme=scheme), axe) == [], url
    page = open_page(said["tracking_url"], size=SMALL, scheme="dark")
    page.get_by_role("button", name="Message or call the driver").click()
    expect(page.get_by_role("link", name="Call the driver")).to_be_visible()
    assert findings(page, axe) == []
    page.get_by_text("Stop the texts").click()
    page.get_by_role("button", name="Yes, no more texts").click()
    expect(page.get_by_role("button", name="Text me again")).to_be_visible()
    page.get_by_role("button", name="Message or call the driver").click()
    expect(page.get_by_role("status").first).to_contain_text("You have stopped our texts")
    assert findings(page, axe) == []


def test_everything_can_be_done_with_scripts_off_at_360_pixels(house, browser):
    said = parcel(house, "N1", 30)
    context = browser.new_context(viewport={"width": SMALL[0], "height": SMALL[1]}, java_script_enabled=False)
    asked = []
    page = context.new_page()
    page.on("request", lambda request: asked.append((request.url, request.headers.get("referer"))))
    page.goto(said["tracking_url"])
    expect(page.get_by_text("Reload the page for the newest state.")).to_be_visible()
    page.get_by_text("Choose another time").click()
    page.get_by_role("radio").first.check()
    page.get_by_role("button", name="Take this time").click()
    expect(page.get_by_role("status").first).to_contain_text("Done. We bring it")
    page.get_by_text("Tell the driver something").click()
    page.get_by_label("For the driver").fill("Gate code 4412, leave it with Rosa")
    page.get_by_role("button", name="Save for the driver").click()
    expect(page.get_by_role("status").first).to_contain_text("Saved.")
    page.get_by_text("Tell the driver something").click()
    expect(page.get_by_text("leave it with Rosa")).to_be_visible()
    assert "4412" not in page.content()
    move(house, said, "out_for_delivery")
    page.reload()
    page.get_by_role("button", name="Message or call the driver").click()
    expect(page.get_by_role("link", name="Text the driver")).to_have_attribute("href", re.compile(r"^sms:\+1500555010"))
    expect(page.get_by_role("link", name="Call the driver")).to_have_attribute("href", re.compile(r"^tel:\+1500555010"))
    page.get_by_text("Stop the texts").click()
    page.get_by_role("button", name="Yes, no more texts").click()
    expect(page.get_by_role("status").first).to_contain_text("You get no more texts")
    page.get_by_role("button", name="Text me again").click()
    expect(page.get_by_role("status").first).to_contain_text("Welcome back")
    assert page.evaluate("document.documentElement.scrollWidth") <= SMALL[0]
    token = said["tracking_url"].rsplit("/", 1)[1]
    assert token not in page.title() and "Canary" not in page.content() and "Secret" not in page.content()
    assert [referer for _, referer in asked if referer] == []
    assert all(url.startswith(house.url) for url, _ in asked)
    context.close()


def test_a_form_that_is_being_filled_in_outlives_the_news(house, open_page):
    said = parcel(house, "N2", 31)
    page = open_page(said["tracking_url"], size=NARROW)
    page.get_by_text("Tell the driver something").click()
    page.get_by_label("For the driver").fill("the blue door")
    move(house, said, "out_for_delivery")
    drive(house, 31, NEAR)
    expect(page.get_by_role("heading", name="Out for delivery")).to_be_visible(timeout=40_000)
    expect(page.get_by_role("img", name="Sketch, not a street map")).to_be_visible(timeout=40_000)
    expect(page.get_by_label("For the driver")).to_have_value("the blue door")
    page.get_by_role("button", name="Save for the driver").click()
    expect(page.get_by_role("status").first).to_contain_text("Saved, and the driver has been told.")
