"""The desk in a browser: from a bad score to a settled case, two agents at once, and who has the thread."""

import itertools
import re

import pytest
from fakes.browser import LOGIN, NARROW, WIDE, findings, log_in
from fakes.installation import until
from fakes.later import surveys_come_due
from playwright.sync_api import expect

from db import Database, utc_now
from flows import accounts
from settings import Settings

pytestmark = pytest.mark.browser

MAIN = "+15005550006"
BOB = ("bob@example.com", "another long password")
_people = itertools.count(100)


@pytest.fixture(scope="module")
def bob(house):
    """A second agent."""
    database = Database(Settings.load(house.env, dotenv=None).database_url, pool_size=1)
    with database.write() as session:
        accounts.add_agent(
            session, retailer=accounts.DEFAULT, email=BOB[0], password=BOB[1], name="Bob Diaz", now=utc_now()
        )
    database.close()


def shopper(house, *states, **more):
    """A parcel on its way, and its shopper's number."""
    number = next(_people)
    phone = f"+14155551{number}"
    body = {
        "order_number": f"K{number}",
        "customer": {"name": "Ana Ruiz", "phone": phone},
        "destination": {
            "line1": "1 Main St",
            "city": "Oakland",
            "postal_code": "94607",
            "country": "US",
            "lat": 37.8,
            "lon": -122.27,
        },
        **more,
    }
    shipment = house.api("POST", "/shipments", body).json["id"]
    for state in states:
        assert house.api("POST", f"/shipments/{shipment}/events", {"status": state}).status == 202
    return phone


def order_of(phone):
    """The order number of the shopper's parcel."""
    return f"K{phone[9:]}"


def heard(house, phone):
    return [one["body"] for one in house.phone(phone)]


def until_heard(house, phone, words):
    until(lambda: any(words in one for one in heard(house, phone)), seconds=60, what=f"{words!r} on the phone")


def until_handled(house, phone, text):
    """Until the text has been taken by a flow; answers which."""

    def found():
        items = house.api("GET", f"/messages?phone=%2B{phone[1:]}").json["items"]
        return next((one["handled_by"] for one in items if one["body"] == text and one["status"] == "handled"), None)

    return until(found, seconds=60, what=f"{text!r} to be handled")


def desk(open_page, house, path="/console/", *, login=LOGIN, **how):
    page = open_page(f"{house.url}{path}", **how)
    if login == LOGIN:
        log_in(page)
    else:
        page.get_by_label("E-mail").fill(login[0])
        page.get_by_label("Password").fill(login[1])
        page.get_by_role("button", name="Log in").click()
    expect(page.locator("#main h1")).to_be_visible()
    return page


def case_of(house, phone):
    """The number of the shopper's open case."""
    last = phone[-2:]

    def found():
        items = house.api("GET", "/cases").json["items"]
        return next((one["id"] for one in items if one["phone_last2"] == last and one["state"] != "resolved"), None)

    return until(found, seconds=60, what="a case")


def test_from_a_bad_score_to_a_settled_case(house, open_page):
    phone = shopper(house, "delivered")
    until_heard(house, phone, "delivered")
    page = desk(open_page, house)
    assert surveys_come_due(house) >= 1
    until_heard(house, phone, "how was the delivery")
    house.say(phone, MAIN, "1 the driver was rude")
    row = page.locator("#rows tr").filter(has_text="Bad survey").filter(has_text=order_of(phone))
    expect(row).to_have_count(1, timeout=60_000)  # it comes by itself
    expect(row).to_have_class(re.compile("unread"))
    row.get_by_role("link").focus()
    page.keyboard.press("c")
    expect(page.get_by_text("You have this case.")).to_be_visible()
    expect(page.locator("#lines")).to_contain_text("1 the driver was rude")
    expect(page.locator("#facts")).to_contain_text("1 of 5")

    page.wait_for_load_state()  # the page is another one since it was taken: its keys work once its scripts have run
    page.keyboard.press("r")
    page.keyboard.type("I am sorry. We will talk to them.")
    expect(page.locator("#reply-cost")).to_contain_text("1 segment")
    page.reload()
    expect(page.get_by_label(re.compile("Reply by text"))).to_have_value("I am sorry. We will talk to them.")
    page.get_by_label(re.compile("Reply by text")).focus()
    page.keyboard.press("Control+Enter")
    expect(page.locator("#lines .line.from-agent")).to_contain_text("We will talk to them.")
    expect(page.get_by_label(re.compile("Reply by text"))).to_have_value("")
    until_heard(house, phone, "I am sorry. We will talk to them.")

    before = len(heard(house, phone))
    house.say(phone, MAIN, "And the box is dented")
    assert until_handled(house, phone, "And the box is dented") == "case_thread"
    expect(page.locator("#lines .line.in").last).to_contain_text("And the box is dented", timeout=60_000)
    assert len(heard(house, phone)) == before, "the bot keeps silent"

    page.get_by_role("button", name="Resolve", exact=True).click()
    page.get_by_label("How", exact=True).select_option("refund_or_replacement")
    page.get_by_label(re.compile("Closing text")).fill("A new one is on its way.")
    page.get_by_role("button", name="Resolve the case").click()
    expect(page.locator("#bar")).to_contain_text("Resolved: Refund or replacement")
    until_heard(house, phone, "A new one is on its way.")


def test_of_two_agents_one_wins_and_the_other_is_told(house, bob, open_page):
    phone = shopper(house, "shipped")
    house.say(phone, MAIN, "talk to a person")
    path = f"/console/cases/{case_of(house, phone)}"
    ada = desk(open_page, house, path)
    other = desk(open_page, house, path, login=BOB)
    # Bob's page does not learn what Ada does: he presses a button that was right when he saw it.
    other.route(
        "**/console/**", lambda route: route.abort() if "x-live" in route.request.headers else route.continue_()
    )
    expect(other.get_by_role("button", name="Take the case")).to_be_visible()
    ada.get_by_role("button", name="Take the case").click()
    expect(ada.get_by_text("You have this case.")).to_be_visible()
    other.get_by_label(re.compile("Reply by text")).fill("half a sentence")
    other.get_by_role("button", name="Take the case").click()
    expect(other.get_by_role("alert")).to_contain_text("ada@example.com has this case already")
    expect(other.locator("#bar")).to_contain_text("has this case")
    expect(other.get_by_label(re.compile("Reply by text"))).to_have_value("half a sentence")


def test_an_agent_takes_over_in_the_middle_and_hands_back(house, open_page):
    phone = shopper(house, "shipped")
    house.say(phone, MAIN, "talk to a person")
    case = case_of(house, phone)
    house.say(phone, MAIN, "I want another delivery time")
    assert until_handled(house, phone, "I want another delivery time") != "case_thread"
    page = desk(open_page, house, f"/console/cases/{case}")
    page.get_by_role("button", name="Take the case").click()
    expect(page.get_by_text("You have this case.")).to_be_visible()
    until(lambda: len(heard(house, phone)) >= 2, seconds=60, what="what the bot said before")
    before = heard(house, phone)
    house.say(phone, MAIN, "1")
    assert until_handled(house, phone, "1") == "case_thread"
    assert heard(house, phone) == before, "no answer to a question the bot had asked"
    page.get_by_role("button", name="Back to bot").click()
    page.get_by_role("button", name="Hand it back").click()
    expect(page.get_by_text("The bot has the thread")).to_be_visible()
    house.say(phone, MAIN, "where is my order?")
    assert until_handled(house, phone, "where is my order?") != "case_thread"
    until(lambda: len(heard(house, phone)) > len(before), seconds=60, what="the bot's answer")


def test_news_take_away_neither_focus_nor_choice_nor_what_is_marked(house, open_page):
    first = shopper(house, "shipped")
    house.say(first, MAIN, "talk to a person")
    case_of(house, first)
    page = desk(open_page, house)
    row = page.locator("#rows tr").filter(has_text=order_of(first))
    row.get_by_role("checkbox").check()
    expect(page.locator("#chosen")).to_have_text("1")
    row.get_by_role("link").focus()
    second = shopper(house, "shipped")
    house.say(second, MAIN, "talk to a person")
    expect(page.locator("#rows tr").filter(has_text=order_of(second))).to_have_count(1, timeout=60_000)
    expect(row.get_by_role("link")).to_be_focused()
    expect(row.get_by_role("checkbox")).to_be_checked()

    page.goto(f"{house.url}/console/cases/{case_of(house, first)}")
    page.locator("#lines .words").first.select_text()
    marked = page.evaluate("getSelection().toString()")
    assert marked
    house.say(first, MAIN, "are you there?")
    until_handled(house, first, "are you there?")
    with page.expect_response(lambda answer: "x-live" in answer.request.headers, timeout=60_000) as asked:
        pass
    assert asked.value.status in {200, 304}
    assert page.evaluate("getSelection().toString()") == marked
    page.evaluate("getSelection().removeAllRanges()")
    expect(page.locator("#lines")).to_contain_text("are you there?", timeout=60_000)


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("size", [WIDE, NARROW], ids=["wide", "narrow"])
def test_the_desk_is_for_everybody(house, open_page, axe, size, scheme, tmp_path):
    phone = shopper(house, "out_for_delivery", driver={"name": "Dee", "phone": "+14155559001"})
    house.say(phone, MAIN, "talk to a person")
    case = case_of(house, phone)
    page = desk(open_page, house, size=size, scheme=scheme)
    expect(page.locator("#rows tr").first).to_be_visible()
    page.locator("#rows [name=case]").first.check()
    page.get_by_text("Filters").click()
    found = {"inbox": findings(page, axe)}
    page.screenshot(path=tmp_path / "inbox.png", full_page=True)
    assert page.evaluate("document.documentElement.scrollWidth") <= size[0]
    page.goto(f"{house.url}/console/cases/{case}")
    found["case"] = findings(page, axe)
    assert page.evaluate("document.documentElement.scrollWidth") <= size[0]
    page.get_by_role("button", name="Correct the address").click()
    expect(page.get_by_label("Street and number")).to_be_focused()
    found["dialog"] = findings(page, axe)
    page.keyboard.press("Escape")
    if size == NARROW:
        page.get_by_role("button", name="Menu").click()
        expect(page.get_by_role("link", name="Proofs")).to_be_visible()
        found["menu"] = findings(page, axe)
    assert {name: one for name, one in found.items() if one} == {}
