"""From a driver's photo to an opinion that reaches somebody: processes, a real database, a Twilio on this machine."""

import re
import time
from collections.abc import Callable
from typing import Any

from fakes import photos
from fakes.installation import Installation, until
from fakes.later import surveys_come_due
from fakes.twilio import FakeTwilio

NUMBER, DEE = "+14155559000", "+14155550238"
ANA, BEN = "+14155550137", "+14155550139"
DOOR = {"line1": "1 Oak St", "city": "Oakland", "country": "US", "lat": photos.OAKLAND[0], "lon": photos.OAKLAND[1]}


def out_for_delivery(house: Installation, twilio: FakeTwilio, order: str, phone: str) -> int:
    body = {
        "order_number": order,
        "carrier": "acme",
        "customer": {"name": "Ana", "phone": phone},
        "destination": DOOR,
        "driver": {"name": "Dee", "phone": DEE},
    }
    made = house.api("POST", "/shipments", body).json
    assert house.api("POST", f"/shipments/{made['id']}/events", {"status": "out_for_delivery"}).status == 202
    until(lambda: twilio.got(phone), what="the milestone")
    return int(made["id"])


def heard(twilio: FakeTwilio, phone: str, words: str, what: str) -> str:
    found = until(lambda: [said for said in twilio.got(phone) if words in said], seconds=40, what=what)
    return str(found[-1])


def cases(house: Installation) -> list[dict[str, Any]]:
    return [one for one in house.api("GET", "/cases").json["items"] if one["reason"] == "bad_survey"]


def test_a_photo_a_page_a_survey_and_a_case(
    database_url: str, live: Callable[..., Installation], twilio: FakeTwilio
) -> None:
    house = live(database_url)
    photo = photos.phone_jpeg(photos.scene(1000, 750))
    parcels = {}
    for order, phone in (("A1001", ANA), ("A1002", BEN)):
        parcels[phone] = out_for_delivery(house, twilio, order, phone)
        twilio.text_in(house.url, DEE, NUMBER, f"{order} delivered", media=(twilio.host(photo),))
        said = heard(twilio, phone, "has been delivered", "the news of the delivery")
        link = re.search(rf"{house.url}(/t/\S+)", said)
        assert link is not None
        page = until(
            lambda path=link[1]: "/m/" in (text := house.get(path).body.decode()) and text, what="the photo on the page"
        )
        assert "At your address" in page and re.search("taken today at", page)
        photo = photos.phone_jpeg(photos.scene(1000, 750, seed=9))  # each door has a photo of its own
    assert surveys_come_due(house) == 2

    heard(twilio, ANA, "how was the delivery of your order A1001?", "the question")
    began = time.monotonic()
    twilio.text_in(house.url, ANA, NUMBER, "2 box was crushed")
    (case,) = until(lambda: cases(house), seconds=5, what="the case")
    took_s = time.monotonic() - began
    assert "A person will answer you here by" in heard(twilio, ANA, "sorry", "by when a person answers")
    assert took_s < 2, f"the case took {took_s:.1f} s"
    shown = house.api("GET", f"/cases/{case['id']}").json
    assert shown["shipment_id"] == parcels[ANA] and shown["state"] == "open"
    evidence = shown["evidence"]
    assert [one["status"] for one in evidence["timeline"]] == ["out_for_delivery", "delivered"]
    assert [one["kind"] for one in evidence["proofs"]] == ["photo"]
    assert evidence["survey"]["score"] == 2 and evidence["survey"]["reason"] == "damaged"
    assert any("how was the delivery" in one["body"] for one in shown["messages"])

    heard(twilio, BEN, "how was the delivery of your order A1002?", "the second question")
    twilio.text_in(house.url, BEN, NUMBER, "5")
    heard(twilio, BEN, "thank you for telling us!", "thanks")
    assert len(cases(house)) == 1
    items = house.api("GET", "/surveys").json["items"]
    assert {(one["score"], one["carrier"], one["driver"]) for one in items} == {(2, "acme", "Dee"), (5, "acme", "Dee")}
    assert "box was crushed" not in house.logs() and ANA[2:] not in house.logs()
