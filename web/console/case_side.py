"""What stands beside a case's thread: the parcel, what was promised, who brings it, and the rest of the customer's."""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, tzinfo
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from flows import outbound_events, proof_reviews, proofs
from flows.case_clock import of_case
from flows.desk_models import CaseClock
from flows.expecting import clock_of, expected_of
from flows.house import House
from flows.line_models import Line
from flows.line_states import line_of
from flows.models import Case
from surveys.models import Survey
from tracking_core import positions, shipments
from tracking_core.eta import Estimate
from tracking_core.models import Promise, Shipment, ShipmentEvent
from tracking_core.proofs import of_shipment
from web.console.showing import parcel_of
from web.pages.photos import page_src
from web.pages.tracking_sketch import Sketch, distance, sketch, towards
from web.wording import words

EVENTS_MAX, OTHERS_MAX, PROMISES_MAX = 12, 6, 5
_METRES_PER_DEGREE = 111_320.0
#: Nearer than this, in metres, the driver stands at the door.
_AT_DOOR = 25


@dataclass(frozen=True, slots=True)
class Shown:
    """One proof, as a thumbnail."""

    kind: str
    src: str | None
    note: str | None
    at: datetime
    #: waiting, passed, failed; None: no check has failed.
    review: str | None
    #: Which checks failed, in words.
    failed: Sequence[str]


@dataclass(frozen=True, slots=True)
class Side:
    """Everything beside the thread; all None or empty where there is no parcel."""

    parcel: Shipment | None
    #: Whose clock the shopper lives by.
    zone: tzinfo | None = None
    eta: Estimate | None = None
    events: Sequence[ShipmentEvent] = ()
    promises: Sequence[Promise] = ()
    proofs: Sequence[Shown] = ()
    survey: Survey | None = None
    line: Line | None = None
    others: Sequence[Shipment] = ()
    #: Kinds of what the store was asked for.
    requests: Sequence[Any] = ()
    sketch: Sketch | None = None
    #: Where the driver is, in words; "" when nobody knows.
    place: str = ""
    place_at: datetime | None = None


def side_of(session: Session, house: House, case: Case, *, now: datetime) -> Side:
    """Gather it."""
    parcel = parcel_of(session, case)
    if parcel is None:
        return Side(None)
    workflow = house.workflows.of(session, case.retailer)
    phone = parcel.customer_phone
    others = shipments.page(session, case.retailer, phone=phone, limit=OTHERS_MAX + 1) if phone else []
    drawn, place, at = _place(session, parcel, now)
    return Side(
        parcel=parcel,
        zone=clock_of(parcel, workflow),
        eta=expected_of(parcel, workflow, now=now),
        events=shipments.timeline(session, parcel)[-EVENTS_MAX:][::-1],
        promises=shipments.promises(session, parcel)[-PROMISES_MAX:][::-1],
        proofs=[_shown(session, house, row, now) for row in of_shipment(session, parcel.id)],
        survey=session.scalar(select(Survey).where(Survey.shipment_id == parcel.id, Survey.retailer == case.retailer)),
        line=line_of(session, parcel.id),
        others=[one for one in others if one.id != parcel.id][:OTHERS_MAX],
        requests=outbound_events.of_shipment(session, parcel.id),
        sketch=drawn,
        place=place,
        place_at=at,
    )


def clocks_of(session: Session, case: Case) -> list[CaseClock]:
    """The clocks of the case that run, rest, or were the last of their kind."""
    newest = {one.kind: one for one in of_case(session, case)}
    return list(newest.values())


def _shown(session: Session, house: House, row: Any, now: datetime) -> Shown:
    picture = proofs.picture_of(session, row)
    return Shown(
        kind=row.kind,
        src=page_src(house, picture, now=now) if picture is not None else None,
        note=row.note,
        at=row.taken_at or row.received_at,
        review=row.review,
        failed=proof_reviews.said_of(row),
    )


def _place(session: Session, parcel: Shipment, now: datetime) -> tuple[Sketch | None, str, datetime | None]:
    """Where the driver is as seen from the address: drawn, in words, and when that was."""
    lat, lon = parcel.destination.get("lat"), parcel.destination.get("lon")
    known = positions.newest(session, parcel.driver_id, now=now) if parcel.driver_id is not None else None
    if known is None or not isinstance(lat, int | float) or not isinstance(lon, int | float):
        return None, "", None
    north = (known.lat - lat) * _METRES_PER_DEGREE
    east = (known.lon - lon) * _METRES_PER_DEGREE * math.cos(math.radians(lat))
    country, said = str(parcel.destination.get("country") or "US"), words("en")
    away = math.hypot(east, north)
    if away < _AT_DOOR:
        return None, "at the address", known.at
    told = f"{distance(away, country, said)} {towards(east, north, said)} of the address"
    return sketch(round(east), round(north), country, said, words=f"The driver is {told}."), told, known.at
