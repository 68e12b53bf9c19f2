"""Truncated, mutated, type-swapped and hostile bodies: events or MalformedPayload, and what comes out can be stored."""

import copy
import json
from collections.abc import Iterator
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tracking_core.carriers import ADAPTERS, CarrierRequest, MalformedPayload
from tracking_core.facts import CarrierEvent

EASYPOST = {
    "description": "tracker.updated",
    "created_at": "2026-11-30T10:00:00Z",
    "result": {
        "tracking_code": "EZ1",
        "status": "in_transit",
        "status_detail": "arrived_at_facility",
        "updated_at": "2026-11-30T10:00:00Z",
        "est_delivery_date": "2026-12-05T00:00:00Z",
        "weight": 614.4,
        "is_return": False,
        "tracking_details": [
            {
                "status": "pre_transit",
                "status_detail": "label_created",
                "datetime": "2026-11-29T10:00:00Z",
                "message": "Label",
                "carrier_code": "OC",
                "tracking_location": {"city": "ORLANDO", "state": "FL", "country": "US", "zip": None},
            },
            {"status": "in_transit", "datetime": "2026-11-30T09:00:00Z", "tracking_location": None},
        ],
        "carrier_detail": {"est_delivery_date_local": "2026-12-05"},
    },
}
AFTERSHIP = {
    "event": "tracking_update",
    "event_id": "0e9c",
    "ts": 1796000000,
    "msg": {
        "tracking_number": "94001",
        "tag": "Exception",
        "subtag": "Exception_017",
        "subtag_message": "Weather",
        "return_to_sender": False,
        "latest_estimated_delivery": {
            "datetime": None,
            "datetime_min": "2026-12-05",
            "datetime_max": "2026-12-06T10:00:00Z",
        },
        "checkpoints": [
            {
                "created_at": "2026-11-30T09:00:00+00:00",
                "checkpoint_time": "2026-11-30T09:00:00",
                "city": "Chicago",
                "message": "Accepted",
                "tag": "InTransit",
                "subtag": "InTransit_002",
            }
        ],
    },
}
STATUS = {
    "object_updated": "2026-11-30T09:00:00Z",
    "object_created": "2026-11-30T09:00:00Z",
    "status": "TRANSIT",
    "status_details": "Attempted",
    "status_date": "2026-11-30T09:00:00Z",
    "substatus": {"code": "delivery_attempted", "text": "...", "action_required": True},
    "location": {"city": "Springfield", "zip": "62701"},
}
SHIPPO = {
    "event": "track_updated",
    "data": {
        "tracking_number": "9205",
        "eta": "2026-12-05T00:00:00Z",
        "tracking_status": STATUS,
        "tracking_history": [STATUS | {"status": "PRE_TRANSIT", "substatus": None}, STATUS],
    },
}
WHOLE = {"easypost": EASYPOST, "aftership": AFTERSHIP, "shippo": SHIPPO}

HOSTILE: list[Any] = [
    None, True, False, 0, -1, 7.5, 10**400, "", " ", "x", "9" * 5000, "a\x00b", "\ud83d", "😀", [], [[]], [None], {},
    {"": None}, "0001-01-01T00:00:00Z", "9999-12-31T23:59:59-14:00", "2026-13-45", "2026-11-30", "T", "24:00",
    "2026-11-30T10:00:00+99:99", "١٢٣",
]  # fmt: skip


def paths(found: Any, at: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    if at:
        yield at
    items = found.items() if isinstance(found, dict) else enumerate(found) if isinstance(found, list) else ()
    for key, item in items:
        yield from paths(item, (*at, key))


def put(body: dict[str, Any], path: tuple[Any, ...], value: Any, *, remove: bool = False) -> dict[str, Any]:
    changed = copy.deepcopy(body)
    inside: Any = changed
    for step in path[:-1]:
        inside = inside[step]
    if remove:
        del inside[path[-1]]
    else:
        inside[path[-1]] = value
    return changed


def outcome(name: str, body: bytes) -> list[CarrierEvent] | str:
    """The events, each of which must fit a database; or the field that was refused."""
    try:
        events = ADAPTERS[name].parse(CarrierRequest({}, {}, body))
    except MalformedPayload as malformed:
        return malformed.field or "an error that names nothing"
    for event in events:
        said = json.dumps(event.to_json(), ensure_ascii=False, allow_nan=False)
        assert "\x00" not in json.loads(said)["tracking_number"] + said
        said.encode("utf-8")
        assert "\\u0000" not in said
        assert 0 < len(event.tracking_number) <= 100
        assert 0 < len(event.event_id) <= 200
        assert event.occurred_at.utcoffset() is not None
        assert CarrierEvent.from_json(event.to_json()) == event
    return events


@pytest.mark.parametrize("name", list(WHOLE))
def test_every_field_swapped_and_taken_away(name: str) -> None:
    body = WHOLE[name]
    assert isinstance(outcome(name, json.dumps(body).encode()), list)
    for path in paths(body):
        outcome(name, json.dumps(put(body, path, None, remove=True)).encode())
        for value in HOSTILE:
            outcome(name, json.dumps(put(body, path, value)).encode())


@pytest.mark.parametrize("name", list(WHOLE))
def test_every_truncation_names_the_body(name: str) -> None:
    whole = json.dumps(WHOLE[name]).encode()
    assert {outcome(name, whole[:length]) if length < len(whole) else "body" for length in range(len(whole))} == {
        "body"
    }


@pytest.mark.parametrize("name", list(WHOLE))
@given(data=st.data())
def test_bytes_changed_anywhere(name: str, data: st.DataObject) -> None:
    body = bytearray(json.dumps(WHOLE[name]).encode())
    for _ in range(data.draw(st.integers(1, 4))):
        body[data.draw(st.integers(0, len(body) - 1))] = data.draw(st.integers(0, 255))
    outcome(name, bytes(body))


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=9),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=9), inner, max_size=3),
    max_leaves=9,
)


@pytest.mark.parametrize("name", list(WHOLE))
@given(data=st.data())
def test_any_json_anywhere(name: str, data: st.DataObject) -> None:
    path = data.draw(st.sampled_from(list(paths(WHOLE[name]))))
    outcome(name, json.dumps(put(WHOLE[name], path, data.draw(JSON))).encode())


@pytest.mark.parametrize("name", list(WHOLE))
@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"null",
        b"[]",
        b'"x"',
        b"\xff\xfe",
        b"[" * 100_000,
        b'{"a":' * 20_000,
        b'{"a":' * 300 + b"1" + b"}" * 300,
        b'{"a":' + b"[" * 300 + b"]" * 300 + b"}",
        b'{"description":NaN}',
        b'{"event":1e999}',
        b'{"event":' + b"9" * 5000 + b"}",
        b"\xef\xbb\xbf{}",
    ],
)
def test_no_json_object(name: str, body: bytes) -> None:
    assert outcome(name, body) in ("body", "description", "event")


@pytest.mark.parametrize(
    ("name", "path", "field"),
    [
        ("easypost", ("description",), "description"),
        ("easypost", ("result",), "result"),
        ("easypost", ("result", "tracking_code"), "result.tracking_code"),
        ("easypost", ("result", "tracking_details", 1, "datetime"), "result.tracking_details[1].datetime"),
        ("aftership", ("msg",), "msg"),
        ("aftership", ("msg", "checkpoints", 0, "tag"), "msg.checkpoints[0].tag"),
        ("shippo", ("data", "tracking_number"), "data.tracking_number"),
        ("shippo", ("data", "tracking_history", 0, "status"), "data.tracking_history[0].status"),
    ],
)
def test_the_field_is_named(name: str, path: tuple[Any, ...], field: str) -> None:
    assert outcome(name, json.dumps(put(WHOLE[name], path, None)).encode()) == field
    assert outcome(name, json.dumps(put(WHOLE[name], path, 7)).encode()) == field


def test_what_no_database_holds_is_replaced() -> None:
    body = put(EASYPOST, ("result", "tracking_details", 0, "message"), "a\x00b\ud83d")
    events = outcome("easypost", json.dumps(body).encode())
    assert events[0].detail == "a\ufffdb\ufffd"


def test_a_number_no_database_holds_is_refused() -> None:
    body = json.dumps(EASYPOST).replace('"message": "Label"', '"message": "Label", "weight": %s')
    assert isinstance(outcome("easypost", (body % "1e300").encode()), list)
    assert outcome("easypost", (body % "1e999").encode()) == "body"
    assert outcome("easypost", (body % "-Infinity").encode()) == "body"
