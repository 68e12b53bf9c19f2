"""Proofs of delivery: each thing once, checked for its place, its hour, and whether another parcel has it already."""

from datetime import datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from db import Database
from tracking_core import proof_checks, proofs, shipments
from tracking_core.facts import ProofAdded
from tracking_core.proofs import NewProof, ProofKind
from tracking_core.shipments import NewShipment

DOOR = {"line1": "1 Main St", "lat": 37.8044, "lon": -122.2712}


def parcel(session: Any, now: datetime, order: str = "A1", retailer: str = "default", **more: Any) -> Any:
    place = {**DOOR, "line1": f"{order} Main St"}
    new = NewShipment(order_number=order, customer_phone="+14155550100", destination=place, **more)
    return shipments.create(session, new, retailer=retailer, now=now)[0]


def photo(content: str = "hash", **more: Any) -> NewProof:
    return NewProof(kind=ProofKind.PHOTO, source="driver_text", content=content, **more)


def checks(session: Any, shipment: Any) -> dict[str, tuple[Any, Any, str]]:
    row = proofs.of_shipment(session, shipment.id)[-1]
    return {one["name"]: (one["value"], one["ok"], one["reason"]) for one in row.checks}


def test_a_proof_is_kept_once_and_told_as_a_fact(database: Database, now: datetime) -> None:
    with database.write() as session:
        one = parcel(session, now)
        taken = now - timedelta(minutes=2)
        fact = proofs.add(session, one, photo(picture_id=7, taken_at=taken, lat=37.8045, lon=-122.2712), now=now)
        (row,) = proofs.of_shipment(session, one.id)
        assert fact == ProofAdded(one.id, taken, silent=False, proof_id=row.id, kind="photo")
        assert (row.kind, row.picture_id, row.source, row.received_at) == ("photo", 7, "driver_text", now)
    with database.write() as session:  # the same content once more, by another way
        again = NewProof(kind=ProofKind.PHOTO, source="api", content="hash", picture_id=8)
        assert proofs.add(session, one, again, now=now) is None
        assert len(proofs.of_shipment(session, one.id)) == 1
        assert proofs.add(session, one, photo("another"), now=now) is not None
        # The same words as a note are another thing than as a barcode.
        for kind in (ProofKind.NOTE, ProofKind.BARCODE):
            said = NewProof(kind=kind, source="api", content="123", note="123")
            assert proofs.add(session, one, said, now=now) is not None
        assert proofs.kinds(proofs.of_shipment(session, one.id)) == {"photo", "note", "barcode"}


@pytest.mark.parametrize(
    ("place", "most", "expected"),
    [
        ((37.8044, -122.2712), 150, (0, True, "near")),
        ((37.8053, -122.2712), 150, (100, True, "near")),
        ((37.8062, -122.2712), 150, (200, False, "far")),
        ((37.8062, -122.2712), 250, (200, True, "near")),
        ((37.8314, -122.2712), 150, (3002, False, "far")),
        ((None, None), 150, (None, None, "no_place")),
    ],
)
def test_it_is_measured_how_far_from_the_door(
    database: Database, now: datetime, place: tuple[Any, Any], most: float, expected: tuple[Any, Any, str]
) -> None:
    with database.write() as session:
        one = parcel(session, now)
        proofs.add(session, one, photo(lat=place[0], lon=place[1]), now=now, max_distance_m=most)
        value, ok, reason = checks(session, one)["distance_m"]
        assert (ok, reason) == expected[1:]
        assert value == (None if expected[0] is None else pytest.approx(expected[0], abs=1))


def test_an_address_without_a_place_fails_nobody(database: Database, now: datetime) -> None:
    with database.write() as session:
        one = parcel(session, now)
        one.destination = {"line1": "1 Main St"}
        proofs.add(session, one, photo(lat=1.0, lon=2.0), now=now)
        assert checks(session, one)["distance_m"] == (None, None, "no_address")


@pytest.mark.parametrize(
    ("minutes", "expected"),
    [(0, (0, True, "on_time")), (-30, (-1800, True, "on_time")), (31, (1860, False, "too_late")),
     (-1440, (-86400, False, "too_early")), (None, (None, None, "no_time"))],
)  # fmt: skip
def test_it_is_held_against_the_hour_of_the_delivery(
    database: Database, now: datetime, minutes: int | None, expected: tuple[Any, Any, str]
) -> None:
    taken = None if minutes is None else now + timedelta(minutes=minutes)
    with database.write() as session:
        one = parcel(session, now)
        proofs.add(session, one, photo(taken_at=taken), now=now, delivered_at=now)
        assert checks(session, one)["time_s"] == expected


def test_a_photo_of_another_delivery_is_noticed_within_the_retailer(database: Database, now: datetime) -> None:
    with database.write() as session:
        first, second = parcel(session, now), parcel(session, now, "A2")
        elsewhere = parcel(session, now, "A1", retailer="other")
        for one in (first, elsewhere, second):
            proofs.add(session, one, photo("the same"), now=now)
        assert checks(session, first)["used_before"] == (0, True, "new")
        assert checks(session, elsewhere)["used_before"] == (0, True, "new")
        assert checks(session, second)["used_before"] == (1, False, "used")


@given(
    lat=st.floats(-90, 90), lon=st.floats(-180, 180), away=st.floats(0, 0.01), most=st.floats(1, 2000)
)  # fmt: skip
def test_the_distance_is_never_negative_and_agrees_with_its_verdict(
    lat: float, lon: float, away: float, most: float
) -> None:
    check = proof_checks.distance(lat, lon, {"lat": max(-90.0, lat - away), "lon": lon}, most_m=most)
    assert check.value is not None and 0 <= check.value <= 1200
    assert check.ok == (check.reason == "near") == (check.value <= most)
