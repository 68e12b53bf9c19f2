"""The main job, played through HTTP with nothing mocked: scans become texts, texts become answers, STOP silences."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from fakes.installation import Installation, installation, until
from fakes.twilio import FakeTwilio

NUMBER = "+14155559000"
DEMO_NUMBER = "+15005550006"
ANA = "+14155550137"
CANARIES = ("4155550137", "Anastasia-Canary", "14155550137", "canary-words")
MILESTONES = ("processed", "shipped", "out_for_delivery", "at_address")


def order(phone: str, number: str = "A1001", **more: Any) -> dict[str, Any]:
    return {"order_number": number, "customer": {"name": "Anastasia-Canary", "phone": phone}, **more}


def scan(house: Installation, shipment: int, status: str) -> dict[str, Any]:
    answer = house.api("POST", f"/shipments/{shipment}/events", {"status": status})
    assert answer.status == 202, answer.body
    return answer.json


@pytest.mark.parametrize("kind", ["sqlite"])
def test_the_demo_story(tmp_path: Path, kind: str) -> None:
    with installation(tmp_path / "demo") as house:
        created = house.api("POST", "/shipments", order(ANA))
        assert created.status == 201
        shipment = created.json["id"]
        for place, status in enumerate(MILESTONES, 1):
            assert scan(house, shipment, status) == {"state": status, "changed": True}
            texts = until(lambda n=place: len(t := house.phone(ANA)) >= n and t, what=f"the text for {status}")
            assert len(texts) == place
        assert all(text["body"].startswith("Demo Store") for text in texts)

        house.say(ANA, DEMO_NUMBER, "wheres my stuff??")
        answer = until(lambda: house.phone(ANA, texts[-1]["id"]), what="an answer")[-1]["body"]
        assert "A1001" in answer
        assert "/t/" in answer

        before = house.phone(ANA)[-1]["id"]
        house.say(ANA, DEMO_NUMBER, "STOP")
        confirmed = until(lambda: house.phone(ANA, before), what="the confirmation")
        assert len(confirmed) == 1
        scan(house, shipment, "delivered")
        house.say(ANA, DEMO_NUMBER, "where is it")
        until(
            lambda: [m for m in house.api("GET", "/messages?phone=%2B14155550137").json["items"]
                     if m["direction"] == "in" and m["status"] == "handled"][2:],
            what="all three texts to be handled",
        )  # fmt: skip
        assert len(house.phone(ANA, before)) == 1
        assert all(canary not in house.logs() for canary in CANARIES)


def test_the_live_story(database_url: str, live: Callable[..., Installation], twilio: FakeTwilio) -> None:
    house = live(database_url)
    assert house.get("/phone").status == 404
    shipment = house.api("POST", "/shipments", order(ANA)).json["id"]
    for place, status in enumerate(MILESTONES, 1):
        scan(house, shipment, status)
        until(lambda n=place: len(twilio.got(ANA)) >= n, what=f"the text for {status}")
    assert len(twilio.got(ANA)) == 4

    assert twilio.text_in(house.url, ANA, NUMBER, "wheres my stuff?? canary-words", times=2) == 200
    until(lambda: len(twilio.got(ANA)) >= 5, what="an answer")
    assert "A1001" in twilio.got(ANA)[-1]

    twilio.callbacks.settled()
    sent = until(
        lambda: (
            [m for m in _messages(house) if m["direction"] == "out" and m["status"] == "delivered"][4:]
            and _messages(house)
        ),
        what="the receipts to be taken in",
    )
    assert all(m["segments"] in {1, 2} for m in sent if m["direction"] == "out")
    assert [m["status"] for m in sent if m["direction"] == "in"] == ["handled"]

    assert house.url and twilio.unsigned_in(house.url, ANA, NUMBER, "STOP") == 403
    assert twilio.unsigned_in(house.url, ANA, NUMBER, "STOP", token="somebody else's") == 403
    assert len([m for m in _messages(house) if m["direction"] == "in"]) == 1

    twilio.text_in(house.url, ANA, NUMBER, "STOP")
    # Twilio's own filter answers 21610 to whatever follows a STOP, our one confirmation included (it sends its own).
    until(lambda: twilio.calls["POST messages"] >= 6, what="the confirmation")
    scan(house, shipment, "delivered")
    twilio.text_in(house.url, ANA, NUMBER, "hello?")
    until(
        lambda: len([m for m in _messages(house) if m["direction"] == "in" and m["status"] == "handled"]) == 3,
        what="the last text to be handled",
    )
    assert twilio.calls["POST messages"] == 6
    assert len(twilio.got(ANA)) == 5
    assert all(canary not in house.logs() for canary in CANARIES)


def _messages(house: Installation) -> list[dict[str, Any]]:
    return list(house.api("GET", "/messages?phone=%2B14155550137").json["items"])


def test_an_installation_that_was_live_refuses_to_play(tmp_path: Path, live: Callable[..., Installation]) -> None:
    url = f"sqlite:///{tmp_path / 'walk.db'}"
    live(url).stop()
    with pytest.raises(AssertionError, match="demo"), installation(tmp_path / "demo", url):
        pass
