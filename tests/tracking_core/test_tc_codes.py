"""The carriers' code tables, code by code, with payloads made here; and what falls back to what."""

import json
from datetime import UTC, date, datetime

import pytest

from tracking_core.carriers import ADAPTERS, CarrierRequest
from tracking_core.carriers.aftership import meaning_of as aftership
from tracking_core.carriers.easypost import meaning_of as easypost
from tracking_core.carriers.shippo import meaning_of as shippo
from tracking_core.facts import CarrierEvent, Eta

EASYPOST = [
    ("unknown", "unknown", "created"),
    ("unknown", "awaiting_information", "created not_ready"),
    ("unknown", "expired", "expired"),
    ("pre_transit", "label_created", "processed"),
    ("pre_transit", "status_update", "processed"),
    ("in_transit", "received_at_origin_facility", "shipped"),
    ("in_transit", "arrived_at_facility", "in_transit"),
    ("in_transit", "departed_facility", "in_transit"),
    ("in_transit", "departed_origin_facility", "in_transit"),
    ("in_transit", "transferred_to_destination_carrier", "in_transit"),
    ("in_transit", "missorted", "in_transit sorting"),
    ("in_transit", "status_update", "in_transit"),
    ("in_transit", "a_detail_of_next_year", "in_transit"),
    ("in_transit", None, "in_transit"),
    ("in_transit", "received_at_destination_facility", "at_local_hub"),
    ("in_transit", "arrived_at_destination", "at_local_hub"),
    ("in_transit", "held", "on_hold other"),
    ("in_transit", "delayed", "in_transit no_time delayed"),
    ("in_transit", "weather_delay", "in_transit weather delayed"),
    ("in_transit", "delivery_exception", "attempt_failed recipient_unavailable"),
    ("out_for_delivery", "out_for_delivery", "out_for_delivery"),
    ("delivered", "delivered", "delivered"),
    ("available_for_pickup", "arrived_at_pickup_location", "available_for_pickup"),
    ("failure", "delivery_exception", "attempt_failed recipient_unavailable"),
    ("failure", "failure", "exception other"),
    ("failure", "address_correction", "exception address_wrong"),
    ("failure", "damaged", "exception damaged"),
    ("failure", "lost", "lost lost"),
    ("error", "transit_exception", "exception other"),
    ("return_to_sender", "return", "returning"),
    ("return_to_sender", "refused", "returning refused"),
    ("cancelled", "cancelled", "cancelled cancelled_in_flight"),
    ("teleported", "arrived_at_facility", "unknown"),
]
AFTERSHIP = [
    ("Pending", "Pending_001", "created"),
    ("InfoReceived", "InfoReceived_001", "processed"),
    ("InTransit", "InTransit_001", "in_transit"),
    ("InTransit", "InTransit_002", "shipped"),
    ("InTransit", "InTransit_003", "in_transit"),
    ("InTransit", "InTransit_006", "in_transit customs"),
    ("InTransit", "InTransit_099", "in_transit"),
    ("InTransit", "Delivered_001", "in_transit"),
    ("OutForDelivery", "OutForDelivery_001", "out_for_delivery"),
    ("OutForDelivery", "OutForDelivery_002", "out_for_delivery"),
    ("OutForDelivery", "OutForDelivery_004", "out_for_delivery"),
    ("AttemptFail", "AttemptFail_002", "attempt_failed recipient_unavailable"),
    ("AttemptFail", "AttemptFail_003", "attempt_failed business_closed"),
    ("Delivered", "Delivered_002", "delivered"),
    ("Delivered", "Delivered_005", "delivered"),
    ("AvailableForPickup", "AvailableForPickup_001", "available_for_pickup"),
    ("Exception", "Exception_001", "exception other"),
    ("Exception", "Exception_002", "exception recipient_moved"),
    ("Exception", "Exception_003", "exception refused"),
    ("Exception", "Exception_004", "on_hold customs customs"),
    ("Exception", "Exception_005", "update force_majeure delayed"),
    ("Exception", "Exception_006", "on_hold payment_missing"),
    ("Exception", "Exception_007", "exception address_wrong"),
    ("Exception", "Exception_008", "exception not_ready"),
    ("Exception", "Exception_009", "exception other"),
    ("Exception", "Exception_010", "returning"),
    ("Exception", "Exception_011", "returned"),
    ("Exception", "Exception_012", "exception damaged"),
    ("Exception", "Exception_013", "lost lost"),
    ("Exception", "Exception_014", "exception other"),
    ("Exception", "Exception_016", "update sorting delayed"),
    ("Exception", "Exception_017", "update weather delayed"),
    ("Exception", "Exception_018", "exception incorrect_data"),
    ("Exception", None, "exception other"),
    ("Expired", "Expired_001", "expired"),
    ("Teleported", "InTransit_001", "unknown"),
]
SHIPPO = [
    ("UNKNOWN", None, "created"),
    ("PRE_TRANSIT", "information_received", "processed"),
    ("TRANSIT", "package_accepted", "shipped"),
    ("TRANSIT", "package_arrived", "in_transit"),
    ("TRANSIT", "package_departed", "in_transit"),
    ("TRANSIT", "package_processing", "in_transit"),
    ("TRANSIT", "package_processed", "in_transit"),
    ("TRANSIT", "package_forwarded", "in_transit recipient_moved"),
    ("TRANSIT", "other", "in_transit"),
    ("TRANSIT", None, "in_transit"),
    ("TRANSIT", "out_for_delivery", "out_for_delivery"),
    ("TRANSIT", "delivery_scheduled", "out_for_delivery"),
    ("TRANSIT", "delivery_attempted", "attempt_failed recipient_unavailable action_required"),
    ("TRANSIT", "notice_left", "attempt_failed recipient_unavailable action_required"),
    ("TRANSIT", "location_inaccessible", "attempt_failed access_blocked action_required"),
    ("TRANSIT", "reschedule_delivery", "attempt_failed action_required"),
    ("TRANSIT", "pickup_available", "available_for_pickup action_required"),
    ("TRANSIT", "package_held", "on_hold other action_required"),
    ("TRANSIT", "delayed", "in_transit delayed"),
    ("TRANSIT", "delivery_rescheduled", "in_transit delayed"),
    ("FAILURE", "package_undeliverable", "exception other action_required"),
    ("FAILURE", "address_issue", "exception address_wrong action_required"),
    ("FAILURE", "package_damaged", "exception damaged action_required"),
    ("FAILURE", "contact_carrier", "exception other action_required"),
    ("FAILURE", "package_lost", "lost lost action_required"),
    ("FAILURE", None, "exception other"),
    ("RETURNED", "return_to_sender", "returning"),
    ("RETURNED", "package_unclaimed", "returning action_required"),
    ("DELIVERED", "delivered", "delivered"),
    ("DELIVERED", "delivery_attempted", "delivered"),
    ("TELEPORTED", "delivered", "unknown"),
]


@pytest.mark.parametrize(
    ("meaning_of", "table"),
    [(easypost, EASYPOST), (aftership, AFTERSHIP), (shippo, SHIPPO)],
    ids=("easypost", "aftership", "shippo"),
)
def test_codes(meaning_of: object, table: list[tuple[str, str | None, str]]) -> None:
    for status, detail, expected in table:
        found = meaning_of(status, detail)
        assert " ".join([found.status, *([found.reason] if found.reason else []), *found.flags]) == expected, detail


def parsed(name: str, body: object) -> list[CarrierEvent]:
    return ADAPTERS[name].parse(CarrierRequest({}, {}, json.dumps(body).encode()))


def tracker(**said: object) -> dict[str, object]:
    words = {"tracking_code": "EZ1", "updated_at": "2026-11-30T10:00:00Z", "tracking_details": []}
    return {"description": "tracker.updated", "result": words | said}


def detail(status: str, sub: str | None, moment: str = "2026-11-30T09:00:00Z") -> dict[str, object]:
    return {"status": status, "status_detail": sub, "datetime": moment, "message": None, "tracking_location": None}


@pytest.mark.parametrize("kind", ["batch.updated", "refund.successful", "shipment.invoice.created"])
def test_other_kinds_are_none_of_ours(kind: str) -> None:
    assert parsed("easypost", {"description": kind, "result": {"object": "Batch"}}) == []
    assert parsed("aftership", {"event": kind, "msg": []}) == []
    assert parsed("shippo", {"event": kind}) == []


def test_an_unknown_code_is_kept() -> None:
    raw = detail("teleported", "beam")
    (event,) = parsed("easypost", tracker(tracking_details=[raw], status="teleported"))
    assert (event.status, event.code, event.raw) == ("unknown", "teleported/beam", raw)


def test_what_only_the_tracker_knows_is_an_event_too() -> None:
    (alone,) = parsed("easypost", tracker(status="delivered", status_detail="arrived_at_destination"))
    assert (alone.status, alone.occurred_at) == ("delivered", datetime(2026, 11, 30, 10, tzinfo=UTC))
    shorter = tracker(status="return_to_sender", tracking_details=[detail("in_transit", "status_update")])
    first, second = parsed("easypost", shorter), parsed("easypost", shorter)
    assert [e.status for e in first] == ["in_transit", "returning"]
    assert first == second
    assert [e.status for e in parsed("easypost", tracker(status=None))] == []


def test_a_parcel_delivered_on_its_way_back_is_returned() -> None:
    back = tracker(is_return=True, status="delivered", tracking_details=[detail("delivered", "delivered")])
    assert [e.status for e in parsed("easypost", back)] == ["returned"]
    checkpoint = {"tag": "Delivered", "subtag": "Delivered_001", "created_at": "2026-11-30T09:00:00Z"}
    msg = {"tracking_number": "A", "tag": "Delivered", "return_to_sender": True, "checkpoints": [checkpoint]}
    assert [e.status for e in parsed("aftership", {"event": "tracking_update", "msg": msg})] == ["returned"]


@pytest.mark.parametrize(
    ("due", "local", "eta"),
    [
        ("2026-12-05T00:00:00Z", None, Eta(day=date(2026, 12, 5))),
        ("2026-12-05T20:30:00Z", None, Eta(at=datetime(2026, 12, 5, 20, 30, tzinfo=UTC))),
        ("2026-12-05T20:30:00-08:00", None, Eta(at=datetime(2026, 12, 6, 4, 30, tzinfo=UTC))),
        ("2026-12-06T00:00:00Z", "2026-12-05", Eta(day=date(2026, 12, 5))),
        (None, "2026-12-05", Eta(day=date(2026, 12, 5))),
    ],
)
def test_easypost_estimates(due: str | None, local: str | None, eta: Eta) -> None:
    said = tracker(est_delivery_date=due, carrier_detail={"est_delivery_date_local": local})
    assert [e.eta for e in parsed("easypost", said)] == [eta]


@pytest.mark.parametrize(
    ("checkpoint_time", "created_at", "happened"),
    [
        # A local time without a zone, and AfterShip's stamp near enough to be the same moment.
        ("2026-11-30T01:00:00", "2026-11-30T09:00:05+00:00", "2026-11-30T09:00:05+00:00"),
        # A zone of its own.
        ("2026-11-30T01:00:00-08:00", "2026-11-30T11:00:00+00:00", "2026-11-30T09:00:00+00:00"),
        # AfterShip learnt of it days later: the scan is old, whatever the zone.
        ("2026-11-26T01:00:00", "2026-11-30T09:00:00+00:00", "2026-11-26T01:00:00+00:00"),
        ("2026-11-30T01:00:00", None, "2026-11-30T01:00:00+00:00"),
        (None, "2026-11-30T09:00:00+00:00", "2026-11-30T09:00:00+00:00"),
    ],
)
def test_aftership_times(checkpoint_time: str | None, created_at: str | None, happened: str) -> None:
    checkpoint = {"tag": "InTransit", "checkpoint_time": checkpoint_time, "created_at": created_at}
    msg = {"tracking_number": "A1", "checkpoints": [checkpoint]}
    (event,) = parsed("aftership", {"event": "tracking_update", "msg": msg})
    assert event.occurred_at == datetime.fromisoformat(happened)


@pytest.mark.parametrize(
    ("said", "eta"),
    [
        ({"datetime": "2026-12-05"}, Eta(day=date(2026, 12, 5))),
        ({"datetime": "2026-12-05T00:00:00"}, Eta(day=date(2026, 12, 5))),
        ({"datetime": "2026-12-05T15:00:00-08:00"}, Eta(at=datetime(2026, 12, 5, 23, tzinfo=UTC))),
        ({"datetime_min": "2026-12-05", "datetime_max": "2026-12-05"}, Eta(day=date(2026, 12, 5))),
        (
            {"datetime_min": "2026-12-05", "datetime_max": "2026-12-07"},
            Eta(window_from=datetime(2026, 12, 5, tzinfo=UTC), window_to=datetime(2026, 12, 8, tzinfo=UTC)),
        ),
        (
            {"datetime_min": "2026-12-05T15:00:00Z", "datetime_max": "2026-12-05T18:00:00Z"},
            Eta(window_from=datetime(2026, 12, 5, 15, tzinfo=UTC), window_to=datetime(2026, 12, 5, 18, tzinfo=UTC)),
        ),
    ],
)
def test_aftership_estimates(said: dict[str, str], eta: Eta) -> None:
    msg = {"tracking_number": "A1", "latest_estimated_delivery": said}
    (event,) = parsed("aftership", {"event": "edd_revise", "msg": msg, "ts": 1796000000})
    assert (event.status, event.eta) == ("update", eta)


def test_shippos_word_on_action_goes_before_the_tables() -> None:
    def status(code: str, action: bool | None) -> dict[str, object]:
        return {
            "status": "TRANSIT",
            "status_date": "2026-11-30T09:00:00Z",
            "substatus": {"code": code, "text": "...", "action_required": action},
        }

    for code, action, flags in [
        ("delivery_attempted", False, ()),
        ("delivery_attempted", None, ("action_required",)),
        ("package_departed", True, ("action_required",)),
        ("delayed", True, ("delayed", "action_required")),
    ]:
        data = {"tracking_number": "S1", "tracking_status": status(code, action), "tracking_history": []}
        (event,) = parsed("shippo", {"event": "track_updated", "data": data})
        assert event.flags == flags


def test_one_lorry_many_parcels() -> None:
    """The same code, time and place for two parcels are two events, also while both wait for their shipments."""
    scans = [detail("in_transit", "arrived_at_facility")]
    one = parsed("easypost", tracker(status="in_transit", tracking_details=scans))
    two = parsed("easypost", tracker(status="in_transit", tracking_details=scans, tracking_code="EZ2"))
    assert one[0].event_id != two[0].event_id
