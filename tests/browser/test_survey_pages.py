"""Proof and opinion in a browser: photo, page, survey, case; the survey's page for everybody; the desk's figures."""

import itertools
import re
from datetime import UTC, datetime, timedelta

import pytest
from fakes import photos
from fakes.browser import NARROW, WIDE, findings, log_in
from fakes.later import surveys_come_due
from playwright.sync_api import expect

from db import Database
from flows import accounts
from flows.house import House
from settings import Settings
from surveys import invitations
from surveys.invitations import Invitation
from tracking_core.shipments import NewShipment, create

pytestmark = pytest.mark.browser

SMALL = (360, 740)
_people = itertools.count(10)


@pytest.fixture
def snapshot(tmp_path):
    path = tmp_path / "door.jpg"
    path.write_bytes(photos.phone_jpeg(photos.scene(640, 480, seed=4)))
    return path


def order(page):
    """An order on the demo's page, out for delivery with a driver of its own."""
    count = next(_people)
    page.get_by_label("Customer", exact=True).fill("Ana")
    page.get_by_label("Her phone").fill(f"+141555506{count}")
    page.get_by_text("E-mail and driver").click()
    page.get_by_label("Driver's phone").fill(f"+141555507{count}")
    page.get_by_role("button", name="Create the order").click()
    expect(page.locator("#parcel")).to_be_visible()
    page.get_by_role("button", name="Out for delivery").click()
    expect(bubbles(page)).to_have_count(1)


def bubbles(page, phone="customer"):
    return page.locator(f"#{phone} .bubble.in")


def says(page, text, phone="customer"):
    page.locator(f"#{phone}").get_by_label("Text", exact=True).fill(text)
    page.keyboard.press("Enter")


def delivered_with_a_photo(page, snapshot):
    driver = page.locator("#driver")
    driver.get_by_label("Attach a picture").set_input_files(snapshot)
    expect(driver.get_by_role("img", name="door.jpg")).to_be_visible()
    says(page, "delivered", "driver")
    expect(bubbles(page, "driver").last).to_contain_text("Photo saved")


def test_from_the_photo_to_the_case(house, open_page, snapshot):
    phones = open_page(f"{house.url}/phone")
    order(phones)
    delivered_with_a_photo(phones, snapshot)
    told = bubbles(phones).filter(has_text="has been delivered")
    expect(told).to_have_count(1)
    link = re.search(r"http\S+/t/\S+", told.inner_text())[0]
    page = open_page(link, size=SMALL)
    photo = page.get_by_role("img", name=re.compile("Photo of your delivery, taken today at"))
    expect(photo).to_be_visible()
    assert photo.evaluate("one => one.complete && one.naturalWidth") == 640
    assert surveys_come_due(house) >= 1
    expect(bubbles(phones).filter(has_text="how was the delivery of your order")).to_have_count(1)
    says(phones, "2 box was crushed")
    expect(bubbles(phones).last).to_contain_text("A person will answer you here by")
    desk = open_page(f"{house.url}/console/", size=WIDE)
    log_in(desk)
    desk.locator("#rows").get_by_role("link", name="Bad survey").first.click()
    expect(desk.locator("#lines")).to_contain_text("2 box was crushed")
    expect(desk.locator("#lines")).to_contain_text("how was the delivery of your order")
    expect(desk.locator("#facts")).to_contain_text("Delivered")

    phones = open_page(f"{house.url}/phone")
    order(phones)
    delivered_with_a_photo(phones, snapshot)
    assert surveys_come_due(house) >= 1
    expect(bubbles(phones).filter(has_text="how was the delivery of your order")).to_have_count(1)
    says(phones, "5")
    expect(bubbles(phones).last).to_contain_text("thank you for telling us!")


@pytest.fixture(scope="module")
def answered(house):
    """A house where many were asked; and how to make the page of one more question."""
    settings = Settings.load(house.env, dotenv=None)
    database, parts = Database(settings.database_url, pool_size=2), House.build(settings)
    now = datetime.now(UTC)
    count = itertools.count()

    def ask(score=None, *, at=now, carrier="acme", driver="Rosa", late=False, reason=None):
        number = next(count)
        new = NewShipment(
            order_number=f"Q{number}",
            tracking_number=f"TQ{number}",
            carrier=carrier,
            customer_phone=f"+1415558{number:04d}",
            driver_name=driver,
            driver_phone=f"+1415559{ord(driver[0]):04d}",
        )
        with database.write() as session:
            row, _ = create(session, new, retailer=accounts.DEFAULT, now=at)
            invitation = Invitation(
                accounts.DEFAULT, row.id, new.customer_phone, carrier, None, row.driver_id, late=late
            )
            survey = invitations.plan(session, invitation, due_at=at, now=at)
            invitations.sent(survey, message_key=f"x{survey.id}", expires=timedelta(days=14), now=at)
            if score is not None:
                invitations.answer(session, survey, score=score, comment=None, reason=reason, now=at)
            return parts.links.url(session, "s", survey.id, now=now)

    for week in range(10):
        for place in range(9):
            score = (5, 5, 4, 5, 3, 5, 1 + week % 3, 4, None)[place]
            reason = "damaged" if score == 1 else "late" if score == 2 else "driver" if score == 3 else None
            ask(
                score,
                at=now - timedelta(weeks=week),
                carrier="acme" if place < 6 else "ups",
                driver=("Rosa", "Bo", "Maximiliana Wolfeschlegelstein")[place % 3],
                late=place % 4 == 3,
                reason=reason,
            )
    yield ask
    database.close()


def test_the_page_is_for_everybody(answered, browser, open_page, axe, tmp_path):
    for language, scheme in (("en", "light"), ("es", "dark")):
        page = open_page(f"{answered()}?lang={language}", size=SMALL, scheme=scheme)
        page.screenshot(path=tmp_path / f"page-{scheme}.png", full_page=True)
        assert findings(page, axe) == []
        assert page.evaluate("document.documentElement.scrollWidth") <= SMALL[0]
        page.keyboard.press("Tab")  # what is under the finger can be reached by keys
    context = browser.new_context(viewport={"width": SMALL[0], "height": SMALL[1]}, java_script_enabled=False)
    asked = []
    page = context.new_page()
    page.on("request", lambda request: asked.append(request.headers.get("referer")))
    page.goto(answered())
    page.get_by_role("radio", name="1").first.check()
    page.get_by_label("It came late").check()
    page.get_by_label(re.compile("In your own words")).fill("three hours late")
    page.get_by_role("button", name="Send").click()
    expect(page.get_by_role("heading", name="We are sorry")).to_be_visible()
    expect(page.get_by_role("status")).to_contain_text("A person will answer you by")
    assert [one for one in asked if one] == [] and page.title() == "How was your delivery from Demo Store?"
    context.close()


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("size", [WIDE, NARROW], ids=["wide", "narrow"])
def test_the_desk_sees_what_surveys_teach(house, answered, open_page, axe, size, scheme, tmp_path):
    page = open_page(f"{house.url}/console/surveys", size=size, scheme=scheme)
    log_in(page)
    expect(page.get_by_role("heading", name="What shoppers say")).to_be_visible()
    chart = page.get_by_role("img", name=re.compile("Share of satisfied answers by week"))
    expect(chart).to_be_visible()
    expect(page.get_by_role("row", name=re.compile("Rosa"))).to_contain_text("%")
    page.screenshot(path=tmp_path / "surveys.png", full_page=True)
    assert findings(page, axe) == []
    assert page.evaluate("document.documentElement.scrollWidth") <= size[0]
