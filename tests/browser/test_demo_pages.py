"""The newcomer's minute, played in a browser: two phones, the tracking page, the support desk."""

import itertools
import re
import secrets

import pytest
from fakes.browser import NARROW, WIDE, findings, log_in
from fakes.installation import until
from playwright.sync_api import expect

from channels import segments

pytestmark = pytest.mark.browser

_numbers = itertools.count(10)
EVIL = "<script>alert(1)</script><img src=x onerror=alert(2)> javascript:alert(3) \"'><svg onload=alert(4)>"


def order(page, name="Ana", number=None):
    """Create an order with a phone of its own; answers the phone."""
    number = number or f"+141555501{next(_numbers)}"
    page.get_by_label("Customer", exact=True).fill(name)
    page.get_by_label("Her phone").fill(number)
    page.get_by_role("button", name="Create the order").click()
    expect(page.locator("#parcel")).to_be_visible()
    return number


def press(page, scan):
    page.get_by_role("button", name=scan).click()


def texts(page, phone="customer"):
    return page.locator(f"#{phone} .bubble.in")


def test_the_story_in_one_minute(house, open_page):
    page = open_page(f"{house.url}/phone")
    number = order(page)
    expect(texts(page)).to_have_count(0)
    for place, scan in enumerate(("Processed", "Shipped", "Out for delivery", "At the door"), 1):
        press(page, scan)
        expect(texts(page)).to_have_count(place)
        expect(page.locator("#state")).to_have_text(scan)
        expect(page.get_by_role("status")).to_contain_text(f"{scan}: a text has arrived on Ana's phone")
    expect(texts(page).last).to_contain_text("from +1 500 555 0006 · 1 segment")

    page.locator("#customer").get_by_label("Text", exact=True).fill("wheres my stuff??")
    page.keyboard.press("Enter")
    expect(texts(page)).to_have_count(5)
    expect(texts(page).last).to_contain_text(re.compile(r"the driver is at your address.*A\d+", re.DOTALL))
    expect(page.locator("#customer .bubble.out")).to_have_count(1)

    tracking = open_page(page.get_by_role("link", name="Tracking page").get_attribute("href"))
    expect(tracking.get_by_role("heading", level=1)).to_contain_text("at the address")

    # The driver works by text.
    page.locator("#driver").get_by_role("button", name="Next").click()
    expect(texts(page, "driver").last).to_contain_text("stop 1")

    page.locator("#customer").get_by_role("button", name="STOP").click()
    expect(texts(page)).to_have_count(6)
    press(page, "Delivered")
    expect(page.locator("#state")).to_have_text("Delivered")
    page.locator("#customer").get_by_role("button", name="stuff").click()
    until(lambda: _handled(house, number) == 3, what="the last text to be handled")
    expect(texts(page)).to_have_count(6)  # silent: neither told nor answered
    expect(page.locator("#mail .letter").first).to_contain_text("delivered")  # mail is another way


def _handled(house, number):
    found = house.api("GET", f"/messages?phone=%2B{number[1:]}").json["items"]
    return sum(one["direction"] == "in" and one["status"] == "handled" for one in found)


def test_a_scan_that_comes_late_is_told_and_texts_nobody(house, open_page):
    page = open_page(f"{house.url}/phone")
    order(page)
    press(page, "Shipped")
    expect(texts(page)).to_have_count(1)
    press(page, "Processed")
    expect(page.get_by_role("status")).to_contain_text("kept in the history")
    expect(page.locator("#state")).to_have_text("Shipped")


def test_what_is_wrong_with_an_order_is_said_beside_it(house, open_page):
    page = open_page(f"{house.url}/phone")
    page.get_by_label("Her phone").fill("12")
    page.get_by_role("button", name="Create the order").click()
    expect(page.get_by_role("alert")).to_contain_text("not a phone number")
    expect(page.locator("#parcel")).to_be_hidden()


def test_a_reload_shows_the_same_phones_again(house, open_page):
    page = open_page(f"{house.url}/phone")
    order(page, number="+14155550100")
    press(page, "Processed")
    expect(texts(page)).to_have_count(1)
    page.reload()
    expect(texts(page)).to_have_count(1)


def test_it_can_be_played_with_the_keyboard_alone(house, open_page):
    page = open_page(f"{house.url}/phone")
    page.get_by_label("Order", exact=True).focus()
    page.get_by_label("Her phone").fill("+14155550190")
    page.keyboard.press("Enter")
    expect(page.locator(".scan").first).to_be_focused()
    page.keyboard.press("Enter")
    expect(texts(page)).to_have_count(1)
    outline = page.evaluate("getComputedStyle(document.activeElement).outlineStyle")
    assert outline == "solid"


def test_the_desk_sees_answers_and_resolves(house, open_page):
    phones = open_page(f"{house.url}/phone")
    name = f"Berta {secrets.token_hex(3)}"  # a second try has a Berta of its own
    number = order(phones, name=name)
    phones.locator("#customer").get_by_role("button", name="Talk to a person").click()
    expect(texts(phones)).to_have_count(1)

    desk = open_page(f"{house.url}/console/")
    expect(desk).to_have_url(re.compile("/console/login"))
    log_in(desk)
    row = desk.get_by_role("row").filter(has_text=name)
    expect(row).to_contain_text("Wants a person")
    row.get_by_role("link").click()
    expect(desk.locator("#lines")).to_contain_text("Talk to a person")
    assert number[-4:] not in desk.content()
    desk.get_by_role("button", name="Take the case").click()
    desk.get_by_label("Reply by text").fill("Hello Berta, this is Ada.")
    expect(desk.locator("#reply-cost")).to_have_text("1 segment, 42 characters")
    desk.get_by_role("button", name="Send", exact=True).click()
    expect(texts(phones)).to_have_count(2)
    expect(texts(phones).last).to_contain_text("Hello Berta, this is Ada.")

    # What she answers shows without a reload, and does not touch what is being written.
    desk.get_by_label("Reply by text").fill("half a sen")
    phones.locator("#customer").get_by_label("Text", exact=True).fill("thank you Ada")
    phones.keyboard.press("Enter")
    expect(desk.locator("#lines")).to_contain_text("thank you Ada")
    expect(desk.get_by_label("Reply by text")).to_have_value("half a sen")
    expect(texts(phones)).to_have_count(2)  # the bot keeps silent while a person has the thread

    desk.get_by_role("button", name="Resolve", exact=True).click()
    desk.get_by_label("How", exact=True).select_option("Answered")
    desk.get_by_role("button", name="Resolve the case").click()
    expect(desk.locator("#title")).to_contain_text("Resolved")
    desk.locator("#back").click()
    expect(desk.get_by_role("heading", name="Inbox")).to_be_visible()
    expect(desk.get_by_role("row").filter(has_text=name)).to_have_count(0)
    desk.get_by_role("button", name="Log out").click()
    expect(desk).to_have_url(re.compile("/console/login"))


def test_nothing_a_stranger_writes_runs(house, open_page):
    phones = open_page(f"{house.url}/phone")
    order(phones, name=EVIL[:60])
    phones.locator("#customer").get_by_label("Text", exact=True).fill(f"talk to a person {EVIL}")
    phones.keyboard.press("Enter")
    expect(phones.locator("#customer .bubble.out")).to_contain_text("<script>alert(1)")
    expect(texts(phones)).to_have_count(1)
    desk = open_page(f"{house.url}/console/")
    log_in(desk)
    desk.get_by_role("row").filter(has_text="onerror").get_by_role("link").click()
    expect(desk.locator("#lines")).to_contain_text("<svg onload=alert(4)>")
    assert desk.locator("#lines script, #lines svg, #lines img").count() == 0


def test_the_pages_count_segments_as_the_server_does(house, open_page):
    page = open_page(f"{house.url}/phone")
    samples = ["", "a", "a" * 160, "a" * 161, "€" * 80, "€" * 81, "a" * 152 + "€" * 2, "\n" * 153 + "~" * 10]
    samples += ["ñ" * 160, "á" * 70, "á" * 71, "📦" * 35, "📦" * 36, "a" * 66 + "📦" * 3, "[]{}" * 60, "où? 5 £"]
    counted = page.evaluate(
        "async (all) => { const {count} = await import('/console/static/segments.js');"
        " return all.map((one) => [count(one).units, count(one).segments]); }",
        samples,
    )
    assert counted == [[segments.count(one).units, segments.count(one).segments] for one in samples]


@pytest.mark.parametrize("size", [WIDE, NARROW], ids=["wide", "narrow"])
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_every_page_can_be_read_by_everybody(house, open_page, axe, size, scheme):
    phones = open_page(f"{house.url}/phone", size, scheme)
    found = {"/phone, before": look(phones, axe)}
    order(phones)
    press(phones, "Shipped")
    expect(texts(phones)).to_have_count(1)
    phones.locator("#customer").get_by_role("button", name="Talk to a person").click()
    expect(texts(phones)).to_have_count(2)
    found["/phone"] = look(phones, axe)
    tracking = open_page(phones.get_by_role("link", name="Tracking page").get_attribute("href"), size, scheme)
    found["/t"] = look(tracking, axe)
    desk = open_page(f"{house.url}/console/", size, scheme)
    found["login"] = look(desk, axe)
    log_in(desk)
    expect(desk.get_by_role("heading", name="Inbox")).to_be_visible()
    found["inbox"] = look(desk, axe)
    desk.get_by_role("link", name="Wants a person").first.click()
    expect(desk.locator("#lines")).to_contain_text("Talk to a person")
    found["case"] = look(desk, axe)
    assert {name: wrong for name, wrong in found.items() if wrong} == {}


def look(page, axe):
    """What hinders a reader: axe's findings, and a page wider than the screen."""
    wrong = findings(page, axe)
    wide, there = page.evaluate("[document.documentElement.scrollWidth, document.documentElement.clientWidth]")
    return wrong if wide <= there else [*wrong, f"the page is {wide} px wide on a screen of {there}"]
