"""The driver line through HTTP and a Twilio on this machine: every number in it is a canary."""

import re
from collections.abc import Callable
from typing import Any

from fakes.installation import Installation, until
from fakes.twilio import FakeTwilio

NUMBER = "+14155559000"
POOL = ("+14155551901", "+14155551902")
ANA, BEN, DEE, SAM = "+14155550137", "+14155550148", "+14155550242", "+14155550253"
PARTIES = (ANA, BEN, DEE, SAM)


def out(house: Installation, order: str, phone: str, driver: str) -> int:
    """A parcel on the road; its owner knows already."""
    body = {
        "order_number": order,
        "customer": {"phone": phone, "name": "Cleo", "locale": "en"},
        "driver": {"name": "Dee" if driver == DEE else "Sam", "phone": driver},
    }
    number = int(house.api("POST", "/shipments", body).json["id"])
    event = {"status": "out_for_delivery", "silent": True}
    assert house.api("POST", f"/shipments/{number}/events", event).status == 202
    return number


def got(twilio: FakeTwilio, phone: str, words: str) -> dict[str, Any]:
    """The text that holds the words, as soon as the phone has it."""
    found: dict[str, Any] = until(
        lambda: next((text for text in twilio.state.ledger(phone) if words in text["body"]), None),
        what=f"{words!r}",
    )
    return found


def handled(house: Installation, number: int) -> list[dict[str, Any]]:
    """All messages, once as many texts as that have come in and been handled."""

    def rows() -> list[dict[str, Any]] | None:
        found = house.api("GET", "/messages?limit=200").json["items"]
        done = [one for one in found if one["direction"] == "in" and one["status"] == "handled"]
        return found if len(done) >= number else None

    found: list[dict[str, Any]] = until(rows, what=f"{number} texts to be handled")
    return found


def no_number_has_sung(house: Installation, twilio: FakeTwilio, *pages: str) -> None:
    """Nobody got anybody's number: not in a text, a relay row of the API, a page or a log."""
    texts = [text["body"] for text in twilio.state.ledger()]
    rows = [
        f"{row['from']} {row['to']} {row['body']}"
        for row in house.api("GET", "/messages?limit=200").json["items"]
        if {row["from"], row["to"]} & {*POOL, "driver", "customer"}
    ]
    assert rows
    shown = [house.get(page).body.decode() for page in pages]
    for party in PARTIES:
        assert not any(party[2:] in re.sub(r"\D", "", said) for said in (*texts, *rows))
        assert not any(party[2:] in said for said in (*shown, house.logs()))


def test_a_line_from_the_first_word_to_the_last(
    database_url: str, live: Callable[..., Installation], twilio: FakeTwilio
) -> None:
    house = live(database_url, RELAY_NUMBERS=",".join(POOL))
    parcel = out(house, "A1001", ANA, DEE)
    page = house.api("GET", f"/shipments/{parcel}").json["tracking_url"].removeprefix(house.url)

    twilio.text_in(house.url, DEE, NUMBER, "A1001: I'm outside")
    first = got(twilio, ANA, "I'm outside")
    proxy = first["from"]
    assert proxy in POOL and "Dee" in first["body"] and "A1001" in first["body"]
    assert house.api("GET", f"/shipments/{parcel}").json["line"] == {"number": proxy, "state": "open"}

    twilio.text_in(house.url, ANA, proxy, "blue door, or call (415) 555-0137", times=2)
    answer = got(twilio, DEE, "blue door")
    assert answer["from"] == proxy and "[number hidden]" in answer["body"] and "0137" not in answer["body"]
    got(twilio, ANA, "we hid a phone number")
    assert sum("blue door" in text for text in twilio.got(DEE)) == 1

    twilio.fates[ANA] = ("undelivered", 30007)
    twilio.text_in(house.url, DEE, proxy, "nobody opens")
    assert got(twilio, DEE, "did not reach the customer")["from"] == proxy
    del twilio.fates[ANA]

    assert house.api("PUT", f"/shipments/{parcel}/driver", {"name": "Sam", "phone": SAM}).status == 200
    new = got(twilio, ANA, "new driver")
    assert new["from"] == proxy and "Sam" in new["body"]
    twilio.text_in(house.url, DEE, proxy, "wait, I am back")
    got(twilio, DEE, "has another driver now")
    twilio.text_in(house.url, ANA, proxy, "hello new driver")
    assert got(twilio, SAM, "hello new driver")["from"] == proxy
    assert not any("I am back" in text for text in twilio.got(ANA))

    twilio.text_in(house.url, ANA, proxy, "STOP")
    got(twilio, SAM, "takes no more texts")
    twilio.text_in(house.url, SAM, proxy, "are you there?")
    got(twilio, SAM, "is closed")
    handled(house, 7)
    assert not any(re.search(r"\bSTOP\b(?! to opt)", text) for text in twilio.got(SAM))
    assert not any("are you there" in text for text in twilio.got(ANA))
    assert house.api("GET", f"/shipments/{parcel}").json["line"]["state"] == "closed"
    no_number_has_sung(house, twilio, page)


def test_after_its_time_the_bot_answers_and_nothing_is_dropped(
    database_url: str, live: Callable[..., Installation], twilio: FakeTwilio
) -> None:
    house = live(database_url, "relay: {closes_after: 1s}\nsurvey: {sample: 0.0}\n", RELAY_NUMBERS=POOL[0])
    parcel = out(house, "A1001", ANA, DEE)
    twilio.text_in(house.url, DEE, NUMBER, "A1001: I'm outside")
    proxy = got(twilio, ANA, "I'm outside")["from"]
    house.api("POST", f"/shipments/{parcel}/events", {"status": "delivered", "silent": True})
    until(lambda: house.api("GET", f"/shipments/{parcel}").json["line"]["state"] == "closed", what="the line to close")
    twilio.text_in(house.url, ANA, proxy, "where is my order?")
    assert got(twilio, ANA, "is closed")["from"] == proxy
    assert got(twilio, ANA, "was delivered")["from"] == proxy
    assert not any("where is my order" in text for text in twilio.got(DEE))


def test_an_empty_pool_is_no_error_to_anybody(
    database_url: str, live: Callable[..., Installation], twilio: FakeTwilio
) -> None:
    house = live(database_url, RELAY_NUMBERS=POOL[0])
    out(house, "A1001", ANA, DEE)
    second = out(house, "B2002", BEN, DEE)
    twilio.text_in(house.url, DEE, NUMBER, "A1001: I'm outside")
    got(twilio, ANA, "I'm outside")
    twilio.text_in(house.url, DEE, NUMBER, "B2002: ten minutes")
    assert got(twilio, BEN, "ten minutes")["from"] == NUMBER
    tag = re.search(r"#\d+", got(twilio, DEE, "begin with")["body"])
    assert tag is not None
    twilio.text_in(house.url, BEN, NUMBER, "the gate is open")
    assert got(twilio, DEE, "the gate is open")["body"].startswith(tag.group())
    twilio.text_in(house.url, DEE, NUMBER, f"{tag.group()} thank you")
    assert got(twilio, BEN, "thank you")["from"] == NUMBER
    assert house.api("GET", f"/shipments/{second}").json["line"] == {"number": NUMBER, "state": "open"}
    [case] = house.api("GET", "/cases").json["items"]
    assert case["reason"] == "relay_pool_exhausted"
    no_number_has_sung(house, twilio)
