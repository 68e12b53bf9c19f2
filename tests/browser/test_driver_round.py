"""A driver's round in a browser: the customer's phone on one side, the driver's page and phone on the other."""

import itertools
import re

import pytest
from fakes.browser import NARROW, WIDE, findings
from fakes.installation import until
from PIL import Image
from playwright.sync_api import expect

pytestmark = pytest.mark.browser

_people = itertools.count(10)
DOOR = {"lat": 37.8044, "lon": -122.2712}


def order(page, name="Ana"):
    """Create an order on the demo's page, with a customer and a driver of its own; answers (customer, driver)."""
    count = next(_people)
    customer, driver = f"+141555502{count}", f"+141555503{count}"
    page.get_by_label("Customer", exact=True).fill(name)
    page.get_by_label("Her phone").fill(customer)
    page.get_by_text("E-mail and driver").click()
    page.get_by_label("Driver's phone").fill(driver)
    page.get_by_role("button", name="Create the order").click()
    expect(page.locator("#parcel")).to_be_visible()
    return customer, driver


def parcel(house, customer):
    """The customer's parcel as the API shows it."""
    items = house.api("GET", f"/shipments?phone=%2B{customer[1:]}").json["items"]
    assert len(items) == 1
    return house.api("GET", f"/shipments/{items[0]['id']}").json


def driving(house, phones):
    """The address of the driver's page, as the demo leads to it."""
    return f"{house.url}{phones.locator('#driving').get_attribute('href')}"


def start(house, open_page, name="Ana", size=NARROW, scheme="light", scan="Out for delivery"):
    """The phones, the driver's page beside them, and the customer's number."""
    phones = open_page(f"{house.url}/phone")
    customer, _ = order(phones, name)
    if scan:
        phones.get_by_role("button", name=scan).click()
        expect(phones.locator("#customer .bubble.in")).to_have_count(1)
    return phones, open_page(driving(house, phones), size, scheme), customer


def texts(phones, phone="customer"):
    return phones.locator(f"#{phone} .bubble.in")


def button(page, name):
    return page.locator(".stop.next").get_by_role("button", name=name, exact=True)


def send_now(page):
    """Let the ten seconds pass in which a tap can be undone."""
    expect(page.locator("#waiting .undo")).to_have_count(0)


def test_the_whole_round(house, open_page, tmp_path):
    phones, page, customer = start(house, open_page, scan=None)
    expect(page.locator(".stop.next")).to_contain_text("Ana")
    expect(page.locator(".stop.next .address")).to_contain_text("1 Main St")
    assert customer[-7:] not in page.content()

    button(page, "On my way").click()
    expect(page.locator("#waiting")).to_contain_text(re.compile(r"On my way: goes out in \d+ s"))
    expect(texts(phones)).to_have_count(0)  # it can still be undone
    expect(texts(phones)).to_have_count(1)
    expect(texts(phones).last).to_contain_text("out for delivery")
    expect(page.locator("#said")).to_contain_text("The customer has been told.")

    # The driver writes on the page; both get the proxy's number, and neither the other's.
    page.locator(".stop.next").get_by_text("Write to Ana").click()
    page.get_by_label("Your message").fill("Hi, which gate is it?")
    page.get_by_role("button", name="Send", exact=True).click()
    expect(texts(phones)).to_have_count(3)
    expect(texts(phones).last).to_contain_text("which gate is it?")
    expect(page.locator(".stop.next")).to_contain_text("Call or text through")
    proxy = page.locator('.stop.next a[href^="sms:"]').get_attribute("href").removeprefix("sms:")
    assert proxy.startswith("+1500555")

    # The customer simply answers.
    expect(phones.locator("#customer .recipient")).to_have_value(proxy)
    phones.locator("#customer").get_by_label("Text", exact=True).fill("The blue one, gate code 4412#")
    phones.locator("#customer .send").click()
    expect(texts(phones, "driver").filter(has_text="gate code 4412#")).to_have_count(1)
    assert customer[-7:] not in phones.locator("#driver").inner_html()

    button(page, "I'm here").click()
    expect(texts(phones)).to_have_count(4)
    expect(texts(phones).last).to_contain_text("at your address")
    expect(page.locator(".stop.next")).to_contain_text("You are here")

    picture = tmp_path / "door.jpg"
    Image.new("RGB", (800, 600), "teal").save(picture)
    page.locator('.stop.next input[type="file"]').set_input_files(picture)
    expect(page.locator(".stop.next .preview")).to_be_visible()
    button(page, "Delivered").click()
    expect(page.locator("#said")).to_contain_text("The photo is kept.")
    expect(page.locator("#round")).to_contain_text("All stops are done")
    expect(texts(phones).filter(has_text="delivered")).not_to_have_count(0)
    said = parcel(house, customer)
    assert said["state"] == "delivered" and [one["kind"] for one in said["proofs"]] == ["photo"]
    assert customer[-7:] not in page.content()


def test_a_tap_without_signal_is_kept_and_sent_later_with_its_own_time(house, open_page):
    _, page, customer = start(house, open_page)
    page.context.set_offline(True)
    button(page, "I'm here").click()
    expect(page.locator("#offline")).to_be_visible()
    expect(page.locator("#waiting")).to_contain_text("I'm here: waiting for signal")
    button(page, "Delivered").click()
    expect(page.locator("#waiting li")).to_have_count(2)
    send_now(page)
    assert parcel(house, customer)["state"] == "out_for_delivery"
    page.context.set_offline(False)
    expect(page.locator("#round")).to_contain_text("All stops are done")
    expect(page.locator("#waiting li")).to_have_count(0)
    events = {one["status"]: one for one in parcel(house, customer)["events"]}
    assert events["at_address"]["occurred_at"] < events["delivered"]["occurred_at"]
    # The first of them waited, and still counts from the moment the thumb came down.
    assert _seconds(events["at_address"]["received_at"]) - _seconds(events["at_address"]["occurred_at"]) > 9


def _seconds(moment):
    from datetime import datetime

    return datetime.fromisoformat(moment).timestamp()


def test_kept_taps_outlive_a_reload_of_the_page(house, open_page):
    _, page, customer = start(house, open_page)
    page.route("**/taps", lambda route: route.abort())
    button(page, "I'm here").click()
    expect(page.locator("#waiting")).to_contain_text("waiting for signal")
    page.unroute("**/taps")
    page.route("**/taps", lambda route: route.fulfill(status=503))
    page.reload()
    expect(page.locator("#waiting")).to_contain_text("I'm here: waiting for signal")
    page.unroute("**/taps")
    until(lambda: parcel(house, customer)["state"] == "at_address", what="the kept tap to arrive")
    expect(page.locator("#waiting li")).to_have_count(0)


def test_an_answer_that_was_lost_on_the_way_back_has_no_second_effect(house, open_page):
    phones, page, customer = start(house, open_page)
    lost = []

    def lose(route):
        if lost:
            route.continue_()
        else:
            lost.append(route.fetch())  # the server has it; the phone never hears so
            route.abort()

    page.route("**/taps", lose)
    button(page, "I'm here").click()
    expect(page.locator("#said")).to_contain_text("you are at the door")
    events = [one["status"] for one in parcel(house, customer)["events"]]
    assert events.count("at_address") == 1
    expect(texts(phones)).to_have_count(2)


def test_two_thumbs_are_one_tap_and_a_mistake_is_undone(house, open_page):
    phones, page, customer = start(house, open_page)
    button(page, "Delivered").dblclick()
    expect(page.locator("#waiting li")).to_have_count(1)
    page.get_by_role("button", name="Undo").click()
    expect(page.locator("#waiting li")).to_have_count(0)
    expect(page.locator("#dock")).to_be_hidden()
    # What comes after it is the first that anybody hears.
    button(page, "I'm here").click()
    expect(texts(phones)).to_have_count(2)
    assert [one["status"] for one in parcel(house, customer)["events"]] == ["out_for_delivery", "at_address"]


def test_what_happens_elsewhere_shows_without_touching_what_is_written(house, open_page):
    phones, page, _ = start(house, open_page)
    page.locator(".stop.next").get_by_text("Write to Ana").click()
    page.get_by_label("Your message").fill("half a sen")
    phones.get_by_role("button", name="At the door").click()
    expect(page.locator(".stop.next")).to_contain_text("You are here")
    expect(page.get_by_label("Your message")).to_have_value("half a sen")
    expect(page.get_by_label("Your message")).to_be_focused()
    expect(page.get_by_label("Your message")).to_be_visible()


def test_a_place_is_shared_when_asked_for_and_the_customer_hears(house, open_page):
    phones, page, customer = start(house, open_page)
    page.context.grant_permissions(["geolocation"], origin=house.url)
    page.context.set_geolocation({"latitude": DOOR["lat"], "longitude": DOOR["lon"], "accuracy": 15})
    assert parcel(house, customer)["state"] == "out_for_delivery"
    page.get_by_role("button", name="Share my position").click()
    expect(page.locator("#share-words")).to_contain_text("is being shared")
    expect(page.locator("#share")).to_have_attribute("aria-pressed", "true")
    expect(texts(phones)).to_have_count(2)
    expect(texts(phones).last).to_contain_text("at your address")
    page.get_by_role("button", name="Stop sharing").click()
    expect(page.locator("#share")).to_have_attribute("aria-pressed", "false")


def test_a_phone_that_gives_no_place_is_told_plainly(house, open_page):
    _, page, _ = start(house, open_page)
    page.context.clear_permissions()
    page.get_by_role("button", name="Share my position").click()
    expect(page.locator("#share-words")).to_contain_text("does not give us the position")
    expect(page.get_by_role("button", name="Share my position")).to_be_visible()


def test_the_keyboard_alone_brings_a_parcel(house, open_page):
    phones, page, customer = start(house, open_page)
    button(page, "I'm here").focus()
    assert page.evaluate("getComputedStyle(document.activeElement).outlineStyle") == "solid"
    page.keyboard.press("Enter")
    expect(texts(phones)).to_have_count(2)
    assert parcel(house, customer)["state"] == "at_address"


@pytest.mark.parametrize("size", [WIDE, NARROW, (360, 740)], ids=["wide", "narrow", "small"])
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_everybody_can_read_it_and_hit_what_is_tapped(house, open_page, axe, size, scheme):
    _, page, _ = start(house, open_page, "Maximiliane", size, scheme)
    found = {"closed": look(page, axe)}
    for words in ("Something is wrong", "Running late", "Write to Maximiliane"):
        page.locator(".stop.next").get_by_text(words).click()
    found["open"] = look(page, axe)
    button(page, "I'm here").click()
    expect(page.locator("#waiting")).to_contain_text("goes out in")
    found["waiting"] = look(page, axe)
    page.goto(page.url.partition("?")[0] + "?lang=es")
    found["es"] = look(page, axe)
    gone = open_page(f"{house.url}/d/nothing", size, scheme)
    found["gone"] = look(gone, axe)
    assert {name: wrong for name, wrong in found.items() if wrong} == {}


def look(page, axe):
    """What hinders a reader or a thumb: axe's findings, a page wider than the screen, buttons that are too small."""
    wrong = findings(page, axe)
    wide, there = page.evaluate("[document.documentElement.scrollWidth, document.documentElement.clientWidth]")
    if wide > there:
        wrong.append(f"the page is {wide} px wide on a screen of {there}")
    small = page.evaluate(
        "[...document.querySelectorAll('button, summary, .button, a.geo, a.address, a.further')]"
        ".filter((one) => one.checkVisibility()).filter((one) => one.getBoundingClientRect().height < 47.5)"
        ".map((one) => `${one.textContent.trim()}: ${one.getBoundingClientRect().height} px`)"
    )
    return [*wrong, *small]


def test_the_first_text_about_the_round_brings_the_link(house, open_page):
    phones = open_page(f"{house.url}/phone")
    order(phones, "Noor")
    phones.get_by_role("button", name="Out for delivery").click()
    link = texts(phones, "driver").locator("a[href*='/d/']")
    expect(link).to_have_count(1, timeout=120_000)  # told once the round has come to rest
    page = open_page(link.get_attribute("href"), NARROW)
    expect(page.locator(".stop.next")).to_contain_text("Noor")
