"""A house system's message taken in: its shipments and events, once, in one transaction."""

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from db import insert_once
from flows import connections, tracking
from flows.connection_models import CustomInbound, CustomSaid
from flows.house import House
from flows.intake import FieldFault, Rejected, changes, new_shipment, phone
from flows.mapping import Mapped
from flows.mapping_targets import MappedEvent, MappedShipment
from tracking_core import shipments
from tracking_core.carriers.base import stable_id
from tracking_core.facts import CarrierEvent, Eta, Position
from tracking_core.models import Shipment
from tracking_core.numbers import normalised
from tracking_core.states import UNKNOWN

#: A second delivery is known for so long.
KEPT = timedelta(days=90)


@dataclass
class Outcome:
    """What a message did."""

    #: False: it had been taken before, and nothing has changed.
    is_new: bool = True
    created: list[int] = field(default_factory=list)
    changed: list[int] = field(default_factory=list)
    events: int = 0


def source_of(name: str) -> str:
    """What the source is called in events, shipments and connections."""
    return f"custom:{name}"


def take(session: Session, house: House, mapped: Mapped, *, retailer: str, name: str, now: datetime) -> Outcome:
    """Take in what a mapped message without faults means, in the caller's transaction.

    Raises Rejected with every fault that only the database knows; then the caller rolls back, and nothing is stored.
    """
    source, outcome = source_of(name), Outcome()
    inbound = CustomInbound(retailer=retailer, source=source, key=mapped.key, received_at=now)
    if not insert_once(session, inbound):
        return Outcome(is_new=False)
    for place, said in enumerate(mapped.shipments):
        try:
            _take_shipment(session, house, said, outcome, retailer=retailer, source=source, now=now)
        except shipments.TrackingNumberTaken as error:
            fault = FieldFault(f"shipments[{place}].tracking_number", str(error))
            raise Rejected([fault]) from error
        except Rejected as error:
            at = f"shipments[{place}]"
            raise Rejected([FieldFault(f"{at}.{one.field}", one.reason) for one in error.faults]) from error
    _take_events(session, house, mapped, outcome, retailer=retailer, source=source, now=now)
    if not outcome.events:
        connections.note(session, retailer, source, now=now)
    return outcome


def forget(session: Session, *, now: datetime) -> int:
    """Delete what no second delivery will ask for any more; answers how many."""
    old = delete(CustomInbound).where(CustomInbound.received_at < now - KEPT).returning(CustomInbound.id)
    return len(session.execute(old).all())


def _take_shipment(
    session: Session,
    house: House,
    said: MappedShipment,
    outcome: Outcome,
    *,
    retailer: str,
    source: str,
    now: datetime,
) -> None:
    parcels = shipments.of_order(session, retailer, said.order_number)
    known = _known(parcels, said.tracking_number)
    if known is None:
        new = new_shipment(_like(said, parcels[0]) if parcels else said, source=source)
        shipment, _ = tracking.create_shipment(session, house, new, retailer=retailer, now=now)
        outcome.created.append(shipment.id)
        told = CustomSaid(shipment_id=shipment.id, retailer=retailer, digests=_digests(said, {}), as_of=said.as_of)
        insert_once(session, told)
        return
    before = session.get(CustomSaid, known.id)
    if before is not None and before.as_of and said.as_of and said.as_of < before.as_of:
        return
    fresh = _news(said, known, before)
    if before is None:
        before = CustomSaid(shipment_id=known.id, retailer=retailer, digests={}, as_of=None)
        session.add(before)
    before.digests, before.as_of = {**before.digests, **_digests(said, known.destination)}, said.as_of or before.as_of
    if fresh:
        tracking.change_shipment(session, house, known, fresh, now=now)
        outcome.changed.append(known.id)


def _known(parcels: Sequence[Shipment], tracking_number: str | None) -> Shipment | None:
    """The parcel of the order that is meant: with its number, else the one that has no number yet."""
    number = normalised(tracking_number)
    exact = next((one for one in parcels if one.tracking_number == number), None)
    if exact is not None or not number:
        return exact or (parcels[0] if len(parcels) == 1 else None)
    return next((one for one in parcels if not one.tracking_number), None)


def _like(said: MappedShipment, other: Shipment) -> MappedShipment:
    """What was said of a further parcel of an order, filled up by another's: it goes to the same door."""
    if said.customer.phone or said.customer.email:
        return said
    customer = {
        "name": other.customer_name,
        "phone": other.customer_phone,
        "email": other.customer_email,
        "locale": other.locale,
        "sms_consent": other.sms_consent,
    }
    told = said.model_dump(by_alias=True, exclude_unset=True)
    told["customer"] = {key: value for key, value in customer.items() if value is not None} | told["customer"]
    told.setdefault("destination", dict(other.destination))
    if other.origin:
        told.setdefault("origin", dict(other.origin))
    return MappedShipment.model_validate(told)


def _values(said: MappedShipment, destination: Mapping[str, Any]) -> dict[str, Any]:
    """What was said, by column; mappings flattened, so that each of their fields counts by itself."""
    told = said.model_copy(deep=True)
    flat: dict[str, Any] = {}
    for name, value in changes(told, destination).items():
        if isinstance(value, Mapping):
            flat |= {f"{name}.{key}": inner for key, inner in value.items()}
        else:
            flat[name] = value
    return flat


def _digests(said: MappedShipment, destination: Mapping[str, Any]) -> dict[str, Any]:
    return {name: _digest(value) for name, value in _values(said, destination).items()}


def _digest(value: Any) -> str:
    return hashlib.sha256(repr(value).encode("utf-8", "replace")).hexdigest()[:16]


def _news(said: MappedShipment, known: Shipment, before: CustomSaid | None) -> dict[str, Any]:
    """What is said otherwise than last time: what a shopper or an agent has changed since is not taken back."""
    old = before.digests if before is not None else {}
    fresh: dict[str, Any] = {}
    for name, value in _values(said, known.destination).items():
        if old.get(name) == _digest(value):
            continue
        outer, dot, inner = name.partition(".")
        if dot:
            fresh.setdefault(outer, {})[inner] = value
        else:
            fresh[name] = value
    return fresh


def _take_events(
    session: Session,
    house: House,
    mapped: Mapped,
    outcome: Outcome,
    *,
    retailer: str,
    source: str,
    now: datetime,
) -> None:
    by_parcel: dict[int, list[CarrierEvent]] = {}
    by_number: list[CarrierEvent] = []
    for place, (said, raw) in enumerate(zip(mapped.events, mapped.raws, strict=True)):
        event = _event(said, raw, f"{mapped.key}:{place}", source=source, now=now)
        parcels = _parcels(session, retailer, said)
        if not parcels and not said.tracking_number:
            words = "there is no such order yet; send the order first, then this again"
            raise Rejected([FieldFault(f"events[{place}].order_number", words)])
        for parcel in parcels:
            _hand_over(session, house, parcel, said, f"events[{place}]", now=now)
            by_parcel.setdefault(parcel.id, []).append(event)
        if not parcels:
            by_number.append(event)
    for parcel_id, events in sorted(by_parcel.items()):
        parcel = session.get_one(Shipment, parcel_id)
        tracking.take_events(session, house, events, retailer=retailer, now=now, shipment=parcel)
    if by_number:
        tracking.take_events(session, house, by_number, retailer=retailer, now=now)
    every = [event for events in by_parcel.values() for event in events] + by_number
    connections.note_events(session, retailer, every, now=now)
    outcome.events = len(every)


def _parcels(session: Session, retailer: str, said: MappedEvent) -> list[Shipment]:
    """Whom an event is about; [] where only its tracking number can tell, perhaps later."""
    if said.order_number is None:
        number = normalised(said.tracking_number)
        query = select(Shipment).where(Shipment.retailer == retailer, Shipment.tracking_number == number)
        found = list(session.scalars(query.order_by(Shipment.id)))
        return found if len(found) == 1 else []
    parcels = shipments.of_order(session, retailer, said.order_number)
    number = normalised(said.tracking_number)
    return [one for one in parcels if one.tracking_number == number] if number else parcels


def _hand_over(session: Session, house: House, parcel: Shipment, said: MappedEvent, at: str, *, now: datetime) -> None:
    if said.driver is None:
        return
    faults: list[FieldFault] = []
    number = phone(said.driver.phone, str(parcel.destination.get("country") or "US"), f"{at}.driver.phone", faults)
    if faults or number is None:
        raise Rejected(faults)
    tracking.put_driver(session, house, parcel, name=said.driver.name or "", phone=number, now=now)


def _event(said: MappedEvent, raw: Mapping[str, Any], fallback: str, *, source: str, now: datetime) -> CarrierEvent:
    happened = (said.occurred_at or now).astimezone(UTC)
    eta, position = said.eta, said.position
    event_id = said.event_id
    if event_id is None and said.occurred_at is not None:
        event_id = stable_id(
            "said", said.order_number, said.tracking_number, said.status, said.code, happened.isoformat(), said.reason
        )
    return CarrierEvent(
        carrier=source,
        event_id=event_id or fallback,
        tracking_number=said.tracking_number or "",
        status=said.status,
        occurred_at=happened,
        reason=said.reason,
        detail=said.detail,
        code=said.code if said.status == UNKNOWN else None,
        eta=None if eta is None else Eta(at=eta.at, window_from=eta.begins, window_to=eta.ends, day=eta.day),
        position=None if position is None else Position(position.lat, position.lon, happened),
        stops_away=said.stops_away,
        correction=said.correction,
        silent=said.silent,
        raw=dict(raw),
    )
