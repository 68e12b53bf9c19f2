"""A POST with a key has one effect and one answer, however often and however much at once it comes."""

import io
import threading
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from typing import Any

import pytest
from fakes.webapp import Web
from sqlalchemy import func, select

from channels.models import OutboxRow
from flows import cases, imports, tracking
from tracking_core.models import Shipment, ShipmentEvent
from web.api import idempotency
from web.api.models import IdempotencyKey

BODY = {"order_number": "A1", "customer": {"phone": "+14155550100"}}


def count(web: Web, model: Any) -> int:
    with web.database.read() as session:
        return session.scalar(select(func.count()).select_from(model)) or 0


def test_the_same_request_gets_the_same_answer_and_does_nothing(web: Web) -> None:
    ident = web.shipment()["id"]
    path, body = f"/shipments/{ident}/events", {"status": "shipped"}  # without an id each would be an event of its own
    first = web.api("POST", path, body, Idempotency_Key="k")
    web.clock.forward(hours=23)
    again = web.api("POST", path, body, Idempotency_Key="k")
    assert (again.status_code, again.data) == (first.status_code, first.data) == (202, again.data)
    assert "Idempotent-Replayed" not in first.headers and again.headers["Idempotent-Replayed"] == "true"
    assert count(web, ShipmentEvent) == 1
    # Another retailer's keys are others; after 24 hours the key is a new one.
    assert web.api("POST", "/shipments", BODY, retailer="other", Idempotency_Key="k").status_code == 201
    web.clock.forward(hours=2)
    assert "Idempotent-Replayed" not in web.api("POST", path, body, Idempotency_Key="k").headers
    assert count(web, ShipmentEvent) == 2


def test_another_body_or_path_with_the_same_key_is_a_422(web: Web) -> None:
    web.api("POST", "/shipments", BODY, Idempotency_Key="k")
    for path, body in (("/shipments", BODY | {"carrier": "x"}), ("/shipments/1/events", BODY)):
        answer = web.api("POST", path, body, Idempotency_Key="k")
        assert answer.status_code == 422
        assert answer.json["errors"][0]["field"] == "Idempotency-Key"
    assert count(web, Shipment) == 1


def test_a_refusal_is_replayed_too(web: Web) -> None:
    for replayed in (None, "true"):
        answer = web.api("POST", "/shipments", {"order_number": "A1"}, Idempotency_Key="k")
        assert answer.status_code == 422 and answer.content_type == "application/problem+json"
        assert answer.json["errors"] == [{"field": "customer", "message": "Field required"}]
        assert answer.headers.get("Idempotent-Replayed") == replayed


def test_a_crash_between_frees_the_key_after_a_minute(web: Web, monkeypatch: pytest.MonkeyPatch) -> None:
    taken = idempotency.reserve(
        web.database,
        retailer="default",
        key="k",
        request_hash=idempotency.fingerprint("POST", "/api/v1/shipments", b"{}"),
        now=web.clock.now,
    )
    assert isinstance(taken, idempotency.Reservation)
    send = lambda: web.client.post(  # noqa: E731
        "/api/v1/shipments",
        data=b"{}",
        content_type="application/json",
        headers={"Authorization": f"Bearer {web.keys['default']}", "Idempotency-Key": "k"},
    )
    answer = send()
    assert answer.status_code == 409 and answer.headers["Retry-After"]
    web.clock.forward(seconds=61)
    assert send().status_code == 422
    # The one that was cut off comes back to life, and must not undo what was answered since.
    with web.database.write() as session, pytest.raises(idempotency.Lost):
        taken.finish(session, 201, {})
    assert send().headers["Idempotent-Replayed"] == "true"


def test_who_took_too_long_has_lost_the_key_to_another(web: Web) -> None:
    def reserve() -> Any:
        return idempotency.reserve(web.database, retailer="default", key="k", request_hash="h", now=web.clock.now)

    slow = reserve()
    web.clock.forward(seconds=61)
    quick = reserve()
    for late in (slow.give_up, lambda session: slow.finish(session, 201, {})):
        try:
            with web.database.write() as session:
                late(session)
        except idempotency.Lost:
            continue
    with web.database.write() as session:
        quick.finish(session, 200, {"by": "the second"})
    assert reserve() == idempotency.Kept(200, {"by": "the second"})


def test_a_failure_of_ours_is_not_kept(web: Web, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(*_args: Any, **_named: Any) -> Any:
        raise RuntimeError("a bug")

    with monkeypatch.context() as patch:
        patch.setattr(tracking, "create_shipment", broken)
        answer = web.api("POST", "/shipments", BODY, Idempotency_Key="k")
        assert answer.status_code == 500 and "bug" not in answer.text
        assert answer.content_type == "application/problem+json"
    assert count(web, IdempotencyKey) == 0
    assert web.api("POST", "/shipments", BODY, Idempotency_Key="k").status_code == 201


@pytest.mark.parametrize("key", ["", " ", "x" * 256, "a\tb", "ñ"])
def test_a_key_that_is_none_is_a_422(sqlite_web: Web, key: str) -> None:
    answer = sqlite_web.api("POST", "/shipments", BODY, Idempotency_Key=key)
    assert answer.status_code in {201, 422} and (answer.status_code == 422 or key == " ")


def test_fifty_at_once_have_one_effect(web: Web) -> None:
    with web.database.write() as session:
        case = cases.open_case(
            session, web.house, retailer="default", reason="x", phone="+14155550100", now=web.clock.now
        )
        path = f"/cases/{case.id}/reply"
    barrier = threading.Barrier(50)

    def send(_n: int) -> tuple[int, bool]:
        barrier.wait(30)
        answer = web.api("POST", path, {"text": "Hello"}, Idempotency_Key="k")
        return answer.status_code, "Idempotent-Replayed" in answer.headers

    with ThreadPoolExecutor(50) as pool:
        answers = Counter(pool.map(send, range(50)))
    assert {status for status, _ in answers} <= {200, 409}
    assert answers[200, False] == 1
    assert count(web, OutboxRow) == 1
    assert web.api("POST", path, {"text": "Hello"}, Idempotency_Key="k").headers["Idempotent-Replayed"] == "true"


def test_an_import_with_a_key_is_taken_once_whatever_its_boundary(web: Web, monkeypatch: pytest.MonkeyPatch) -> None:
    calls: list[int] = []
    original = imports.import_shipments
    monkeypatch.setattr(
        "web.api.imports.import_shipments", lambda *args, **named: calls.append(1) or original(*args, **named)
    )

    def send(text: str) -> Any:
        return web.client.post(
            "/api/v1/imports",
            data={"file": (io.BytesIO(text.encode()), "orders.csv")},
            headers={"Authorization": f"Bearer {web.keys['default']}", "Idempotency-Key": "k"},
        )

    csv = "order_number,customer.phone\nA1,+14155550100\n"
    first, again = send(csv), send(csv)
    assert first.json == again.json == {"created": 1, "existing": 0, "errors": []}
    assert calls == [1]
    assert send(csv + "A2,+14155550100\n").status_code == 422


def test_old_keys_are_forgotten(web: Web) -> None:
    web.api("POST", "/shipments", BODY, Idempotency_Key="k")
    for later, gone in ((timedelta(hours=23), 0), (timedelta(hours=25), 1)):
        with web.database.write() as session:
            assert idempotency.purge(session, now=web.clock.now + later) == gone


@pytest.fixture(autouse=True)
def _quiet(caplog: pytest.LogCaptureFixture) -> Iterator[None]:
    caplog.set_level("CRITICAL")
    return
