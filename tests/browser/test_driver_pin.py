"""A parcel handed over against a PIN and a signature, in a browser: the shopper's phone, the driver's page, one pen."""

import itertools
import os
import re
from pathlib import Path

import pytest
from fakes.browser import NARROW, WIDE, findings
from playwright.sync_api import expect

pytestmark = pytest.mark.browser

_people = itertools.count(10)


def start(house, open_page, size=NARROW, scheme="light", *proof):
    """The phones, the driver's page of a parcel at the door that needs this proof, and the customer's number."""
    phones = open_page(f"{house.url}/phone")
    customer = f"+141555506{next(_people)}"
    phones.get_by_label("Customer", exact=True).fill("Ana")
    phones.get_by_label("Her phone").fill(customer)
    phones.get_by_text("E-mail and driver").click()
    phones.get_by_label("Driver's phone").fill(customer.replace("5506", "5507"))
    phones.get_by_role("button", name="Create the order").click()
    expect(phones.locator("#parcel")).to_be_visible()
    said = parcel(house, customer)
    house.api("PATCH", f"/shipments/{said['id']}", {"delivery": {"proof": list(proof or ("pin", "signature"))}})
    for status in ("out_for_delivery", "at_address"):
        house.api("POST", f"/shipments/{said['id']}/events", {"status": status})
    page = open_page(f"{house.url}{phones.locator('#driving').get_attribute('href')}", size, scheme)
    return phones, page, customer


def parcel(house, customer):
    """The customer's parcel as the API shows it."""
    (item,) = house.api("GET", f"/shipments?phone=%2B{customer[1:]}").json["items"]
    return house.api("GET", f"/shipments/{item['id']}").json


def sign(page):
    """Draw something with the mouse."""
    canvas = page.locator(".stop.next .pad canvas")
    canvas.scroll_into_view_if_needed()
    box = canvas.bounding_box()
    page.mouse.move(box["x"] + 20, box["y"] + 70)
    page.mouse.down()
    for step in range(20):
        page.mouse.move(box["x"] + 20 + 10 * step, box["y"] + 70 + (25 if step % 2 else -25))
    page.mouse.up()


def button(page, name):
    return page.locator(".stop.next").get_by_role("button", name=name, exact=True)


def test_a_wrong_pin_the_right_one_and_a_signature(house, open_page):
    phones, page, customer = start(house, open_page)
    told = phones.locator("#customer .bubble.in").filter(has_text="delivery PIN")
    expect(told).to_have_count(1)
    pin = re.search(r"is (\d{4})\.", told.inner_text())[1]
    assert pin not in page.locator(".stop.next").inner_text()

    field = page.get_by_label("Delivery PIN")
    field.fill(f"{(int(pin) + 1) % 10_000:04}")
    field.press("Enter")  # is "Delivered", and no other button of the card
    expect(page.locator("#said")).to_contain_text("Tries left: 4")
    assert parcel(house, customer)["state"] == "at_address"

    sign(page)
    page.get_by_label("Name of who took it").fill("Bo Diaz")
    page.get_by_label("Who is it?").select_option("neighbor")
    field.fill(pin)
    button(page, "Delivered").click()
    expect(page.locator("#round")).to_contain_text("All stops are done")
    said = parcel(house, customer)
    assert said["state"] == "delivered"
    assert {one["kind"] for one in said["proofs"]} == {"pin", "signature"}
    assert pin not in page.content()
    thread = house.api("GET", f"/messages?phone=%2B{customer[1:]}").json["items"]
    assert not any(pin in one["body"] for one in thread)


def test_what_is_drawn_and_typed_survives_a_change_of_the_page_and_no_signal(house, open_page):
    _, page, customer = start(house, open_page, NARROW, "light", "signature")
    sign(page)
    page.get_by_label("Name of who took it").fill("Ana")
    house.api("POST", f"/shipments/{parcel(house, customer)['id']}/events", {"status": "update", "stops_away": 0})
    page.evaluate("document.dispatchEvent(new Event('visibilitychange'))")
    expect(page.get_by_label("Name of who took it")).to_have_value("Ana")
    page.context.set_offline(True)
    button(page, "Delivered").click()
    expect(page.locator("#waiting")).to_contain_text("Delivered: waiting for signal")
    page.context.set_offline(False)
    expect(page.locator("#round")).to_contain_text("All stops are done")
    (proof,) = parcel(house, customer)["proofs"]
    assert proof["kind"] == "signature" and proof["url"]


@pytest.mark.parametrize(("size", "scheme"), [(NARROW, "light"), (NARROW, "dark"), (WIDE, "light")])
def test_it_can_be_read_and_touched(house, open_page, axe, size, scheme):
    _, page, _ = start(house, open_page, size, scheme)
    page.get_by_text("There is no PIN").click()
    sign(page)
    assert findings(page, axe) == []
    assert page.evaluate("document.documentElement.scrollWidth <= document.documentElement.clientWidth")
    for one in page.locator(".stop.next").locator("input:visible, select:visible, button:visible:not(.sr-only)").all():
        box = one.bounding_box()
        assert box["height"] >= 44, one.evaluate("one => one.outerHTML")
    folder = os.environ.get("DOORLINE_SCREENSHOTS")
    if folder:
        page.screenshot(path=Path(folder) / f"driver-pin-{size[0]}-{scheme}.png", full_page=True)
