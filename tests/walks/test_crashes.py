"""kill -9 of the worker at every named point around a send: nothing is lost, nothing is doubled."""

import signal
from collections import Counter
from collections.abc import Callable

import pytest
from fakes.installation import Installation, until
from fakes.twilio import FakeTwilio

POINTS = ("after_claim", "after_sending", "after_accept", "before_settle", "inbox_after_claim", "inbox_before_commit")
#: Short leases and looks, so that a crash is repaired within the test's patience.
QUICK = {"LEASE_SECONDS": "2", "UNKNOWN_LOOK_SECONDS": "1,2", "SENDING_THREADS": "4"}
PEOPLE = tuple(f"+1415555{2000 + place}" for place in range(6))


@pytest.mark.parametrize("point", POINTS)
def test_killed_at(point: str, database_url: str, live: Callable[..., Installation], twilio: FakeTwilio) -> None:
    house = live(database_url, **QUICK)
    house.kill("worker")
    inbound = point.startswith("inbox")
    ids = []
    for place, phone in enumerate(PEOPLE):
        answer = house.api("POST", "/shipments", {"order_number": f"K{place}", "customer": {"phone": phone}})
        ids.append(answer.json["id"])
    for shipment, phone in zip(ids, PEOPLE, strict=True):
        if inbound:
            assert twilio.text_in(house.url, phone, "+14155559000", "where is my order") == 200
        else:
            assert house.api("POST", f"/shipments/{shipment}/events", {"status": "shipped"}).status == 202

    plain = dict(house.env)
    house.env["FAILPOINTS"] = point
    house.start("worker")
    until(lambda: house.processes["worker"].poll() is not None, what=f"the worker to die at {point}")
    assert house.processes["worker"].returncode == -signal.SIGKILL
    house.env = plain
    house.start("worker")

    until(lambda: len(twilio.got()) >= len(PEOPLE), seconds=40, what="every text after the crash")
    until(lambda: not _open(house), seconds=40, what="everything to be settled")
    got = Counter(text["to"] for text in twilio.state.ledger(None))
    assert got == Counter(PEOPLE)


def _open(house: Installation) -> list[str]:
    """States of messages that are still on their way."""
    return [
        message["status"]
        for phone in PEOPLE
        for message in house.api("GET", f"/messages?phone=%2B{phone[1:]}").json["items"]
        if message["status"] in {"queued", "sending", "unknown", "received"}
    ]


def test_sigterm_under_load_finishes_what_has_begun(
    database_url: str, live: Callable[..., Installation], twilio: FakeTwilio
) -> None:
    house = live(database_url, **QUICK | {"LEASE_SECONDS": "30"})
    twilio.always("slow", seconds=0.4)
    for place in range(12):
        phone = f"+1415555{2100 + place}"
        created = house.api("POST", "/shipments", {"order_number": f"T{place}", "customer": {"phone": phone}}).json
        house.api("POST", f"/shipments/{created['id']}/events", {"status": "shipped"})
    until(lambda: twilio.calls["POST messages"], what="sending to begin")
    worker = house.processes["worker"]
    house.kill("worker", signal.SIGTERM)
    assert worker.returncode == 0
    begun = len(twilio.got())
    assert begun >= 1
    states = Counter(
        message["status"]
        for place in range(12)
        for message in house.api("GET", f"/messages?phone=%2B1415555{2100 + place}").json["items"]
    )
    assert states["unknown"] == states["sending"] == 0
    twilio.always("ok")
    house.start("worker")
    until(lambda: len(twilio.got()) >= 12, seconds=30, what="the rest")
    assert set(Counter(text["to"] for text in twilio.state.ledger(None)).values()) == {1}
