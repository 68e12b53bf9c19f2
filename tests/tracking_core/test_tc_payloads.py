"""Real payloads and what they must mean: a row per payload. The files stand beside the project, in ../shared/data."""

import itertools
import json
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
import yaml

from tracking_core.carriers import ADAPTERS, CarrierRequest, MalformedPayload
from tracking_core.facts import CarrierEvent, Eta


def parsed(name: str, body: object) -> list[CarrierEvent]:
    data = body if isinstance(body, bytes) else json.dumps(body).encode()
    return ADAPTERS[name].parse(CarrierRequest({}, {}, data))


def at(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


def samples(shared: Path, name: str) -> dict[str, Any]:
    found = json.loads((shared / "data" / name / "webhooks.json").read_text("utf-8"))
    return {sample["name"]: sample["body"] for sample in found["samples"]}


def test_easypost_event(shared: Path) -> None:
    events = parsed("easypost", (shared / "data/easypost/event-body.json").read_bytes())
    assert [(e.status, e.code, e.occurred_at, e.detail) for e in events[:-1]] == [
        ("processed", "pre_transit/label_created", at("2024-07-31T15:00"), "Shipment information sent to FedEx"),
        ("in_transit", "in_transit/arrived_at_facility", at("2024-07-31T19:27"), "Picked up"),
        ("in_transit", "in_transit/arrived_at_facility", at("2024-07-31T22:35"), "Arrived at FedEx location"),
        ("in_transit", "in_transit/departed_facility", at("2024-08-01T14:42:13"), "Departed FedEx location"),
        ("in_transit", "in_transit/unknown", at("2024-08-02T02:46:19"), "On the way"),
        ("in_transit", "in_transit/unknown", at("2024-08-02T18:35:20"), "On the way"),
        ("in_transit", "in_transit/arrived_at_facility", at("2024-08-02T18:50"), "Arrived at FedEx location"),
    ]
    assert {(e.carrier, e.tracking_number, e.reason, e.flags, e.silent) for e in events} == {
        ("easypost", "1", None, (), False)
    }
    assert (events[-1].status, events[-1].eta) == ("update", Eta(day=date(2024, 8, 5)))
    assert events[-1].occurred_at == at("2024-08-02T19:26:51")
    assert len({e.event_id for e in events}) == 8
    assert events[0].raw["carrier_code"] == "OC"


def test_easypost_trackers_of_the_cassettes(shared: Path) -> None:
    seen = 0
    for path in sorted((shared / "data/easypost/cassettes").glob("test_tracker_*.yaml")):
        for exchange in yaml.safe_load(path.read_text("utf-8"))["interactions"]:
            answer = json.loads(exchange["response"]["body"]["string"])
            for tracker in answer.get("trackers", [answer]):
                seen += 1
                events = parsed("easypost", {"description": "tracker.created", "result": tracker})
                assert [e.status for e in events] == ["processed"] * len(tracker["tracking_details"]) + ["update"]
                assert events[-1].eta == Eta(at=datetime.fromisoformat(tracker["est_delivery_date"]))
    assert seen >= 10


AFTERSHIP = {
    "first_in_transit": ("shipped", None, (), date(2026, 3, 4), "2026-03-02T08:15"),
    "second_in_transit_same_tag": ("in_transit", None, (), date(2026, 3, 4), "2026-03-03T21:40"),
    "out_for_delivery": ("out_for_delivery", None, (), date(2026, 3, 4), "2026-03-04T07:05"),
    "attempt_failed": ("attempt_failed", "recipient_unavailable", (), date(2026, 3, 4), "2026-03-04T11:20"),
    "delivered_signed": ("delivered", None, (), date(2026, 3, 4), "2026-03-05T10:02"),
    "exception_weather": ("update", "weather", ("delayed",), date(2026, 3, 6), "2026-03-04T09:30"),
    "edd_revised": ("in_transit", None, (), date(2026, 3, 6), "2026-03-03T21:40"),
}


def test_aftership_samples(shared: Path) -> None:
    found = samples(shared, "aftership")
    assert set(found) == set(AFTERSHIP)
    for name, (status, reason, flags, day, moment) in AFTERSHIP.items():
        *scans, estimate = parsed("aftership", found[name])
        last = scans[-1]
        assert (last.status, last.reason, last.flags) == (status, reason, flags), name
        assert last.occurred_at == at(moment), name
        assert len(scans) == len(found[name]["msg"]["checkpoints"]), name
        assert (estimate.status, estimate.eta) == ("update", Eta(day=day)), name
        assert estimate.occurred_at == datetime.fromtimestamp(found[name]["ts"], UTC), name
        assert {e.tracking_number for e in scans} == {"9400100000000000000001"}


def test_a_longer_history_only_adds(shared: Path) -> None:
    for name in ("aftership", "shippo"):
        histories = [
            [e.event_id for e in parsed(name, body) if e.status != "update"]
            for key, body in samples(shared, name).items()
            if key not in ("exception_weather", "edd_revised")
        ]
        for shorter, longer in itertools.pairwise(histories):
            assert longer[: len(shorter)] == shorter
            assert len(longer) == len(shorter) + 1


SHIPPO = {
    "label_created": ["processed"],
    "accepted": ["processed", "shipped"],
    "out_for_delivery": ["processed", "shipped", "out_for_delivery"],
    "attempted_action_required": ["processed", "shipped", "out_for_delivery", "attempt_failed"],
    "delivered": ["processed", "shipped", "out_for_delivery", "attempt_failed", "delivered"],
}


def test_shippo_samples(shared: Path) -> None:
    found = samples(shared, "shippo")
    assert set(found) == set(SHIPPO)
    for name, statuses in SHIPPO.items():
        *scans, estimate = parsed("shippo", found[name])
        assert [e.status for e in scans] == statuses, name
        assert estimate.eta == Eta(day=date(2026, 3, 4 if len(scans) < 4 else 5)), name
        for event in scans:
            assert event.flags == (("action_required",) if event.status == "attempt_failed" else ())
            assert (event.reason == "recipient_unavailable") is (event.status == "attempt_failed")


def test_shippo_answers_of_2017(shared: Path) -> None:
    """No sub-statuses then; two answers to one question differ in all object ids and in nothing else."""
    recorded = json.loads((shared / "data/shippo/recorded_tracks.json").read_text("utf-8"))
    bodies = [exchange["response"]["body"] for exchange in recorded]
    first, second = (parsed("shippo", {"event": "track_updated", "data": body}) for body in bodies[:2])
    assert [e.status for e in first] == ["created"] * 2 + ["in_transit"] * 8 + ["delivered", "update"]
    assert [e.event_id for e in first] == [e.event_id for e in second]
    assert first[-2].occurred_at == at("2016-12-08T15:19")
    empty = next(body for body in bodies if isinstance(body, dict) and body.get("tracking_history") == [])
    assert parsed("shippo", {"event": "track_updated", "data": empty}) == []
    for body in (b for b in bodies if not isinstance(b, dict) or "tracking_number" not in b):
        with pytest.raises(MalformedPayload):
            parsed("shippo", {"event": "track_updated", "data": body})


def redated(body: dict[str, Any], by: timedelta) -> dict[str, Any]:
    """Every moment of an EasyPost event, moved."""

    def move(found: Any) -> Any:
        if isinstance(found, dict):
            return {key: move(item) for key, item in found.items()}
        if isinstance(found, list):
            return [move(item) for item in found]
        if isinstance(found, str) and found.endswith("Z") and found[4:5] == "-":
            return (datetime.fromisoformat(found) + by).isoformat()
        return found

    moved: dict[str, Any] = move(body)
    return moved


def test_a_redated_copy_is_new(shared: Path) -> None:
    body = json.loads((shared / "data/easypost/event-body.json").read_bytes())
    old = {e.event_id for e in parsed("easypost", body)}
    new = {e.event_id for e in parsed("easypost", redated(body, timedelta(days=700)))}
    assert len(old) == len(new) == 8
    assert not old & new
    written_otherwise = json.loads(json.dumps(body).replace("Z", "+00:00"))
    assert {e.event_id for e in parsed("easypost", written_otherwise)} == old
