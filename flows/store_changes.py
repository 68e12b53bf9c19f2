"""What a store's change means for parcels: who and where, as long as they have not left; what was called off."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy.orm import Session

from flows import tracking
from flows.cases import open_case
from flows.house import House
from flows.store_base import OrderTold
from tracking_core.facts import CarrierEvent
from tracking_core.models import Shipment
from tracking_core.states import UPDATE, ShipmentState

#: Still in the shop's hands: another address is only another label.
NOT_SENT = frozenset({ShipmentState.CREATED, ShipmentState.PROCESSED, ShipmentState.ON_HOLD})
#: Reasons of the cases for what a parcel on its way cannot follow by itself.
CALLED_OFF, MOVED = "cancelled_on_the_way", "change_address"
PERSON = ("customer_name", "customer_phone", "customer_email", "customer_locale", "customer_sms_consent")


def follow(
    session: Session,
    house: House,
    parcels: Sequence[Shipment],
    before: Mapping[str, Any],
    after: Mapping[str, Any],
    *,
    now: datetime,
) -> None:
    """Bring to the parcels what the store has changed since it last told: who is to be reached at once, where to go
    only while the parcel is still in the shop; later a person must see to it.

    Only what the store itself changed: an address the shopper gave us is not put back by an order that is told again.
    """
    if not before:
        return
    person = {name: after.get(name) for name in PERSON if after.get(name) != before.get(name)}
    if person.get("customer_sms_consent", True) is None:  # nobody asked again; what was said stands
        del person["customer_sms_consent"]
    old, new = before.get("destination") or {}, after.get("destination") or {}
    place = {name: new.get(name) for name in {*old, *new} if new.get(name) != old.get(name)}
    for shipment in parcels:
        state = ShipmentState(shipment.state)
        if state.is_final:
            continue
        changes: dict[str, Any] = dict(person)
        if place and state in NOT_SENT:
            changes["destination"] = place
        if changes:
            tracking.change_shipment(session, house, shipment, changes, now=now)
        if place and state not in NOT_SENT:
            _ask(session, house, shipment, MOVED, "The store changed the address after the parcel had left.", now)


def call_off(
    session: Session,
    house: House,
    parcels: Sequence[Shipment],
    store: str,
    reason: str,
    at: datetime,
    *,
    now: datetime,
) -> None:
    """Cancel what has not left; of what is on its way a person is told, who may still have it brought back."""
    for shipment in parcels:
        state = ShipmentState(shipment.state)
        if state in NOT_SENT:
            _say(session, house, shipment, store, "order:cancelled", "cancelled", at, now, reason=reason)
        elif not state.is_final:
            _say(session, house, shipment, store, "order:cancelled", UPDATE, at, now, detail="cancelled in the store")
            _ask(session, house, shipment, CALLED_OFF, "The store cancelled the order after the parcel had left.", now)


def reopen(
    session: Session, house: House, parcels: Sequence[Shipment], store: str, told: OrderTold, *, now: datetime
) -> None:
    """The store took its cancelling back: what was cancelled for it stands again. Nobody is told of either."""
    for shipment in parcels:
        if shipment.state == ShipmentState.CANCELLED:
            event = CarrierEvent(
                carrier=store,
                event_id=f"order:stands:{told.told_at.isoformat()}",
                tracking_number=shipment.tracking_number,
                status=ShipmentState.CREATED.value,
                occurred_at=told.told_at,
                detail="ordered again in the store",
                correction=True,
                silent=True,
            )
            tracking.take_events(session, house, [event], retailer=shipment.retailer, now=now, shipment=shipment)


def remark(
    session: Session,
    house: House,
    parcels: Sequence[Shipment],
    store: str,
    words: str,
    at: datetime,
    *,
    now: datetime,
) -> None:
    """Write into the parcels' timelines what happened to their order in the store, once."""
    for shipment in parcels:
        _say(session, house, shipment, store, f"order:{words}", UPDATE, at, now, detail=words)


def _say(
    session: Session,
    house: House,
    shipment: Shipment,
    store: str,
    event_id: str,
    status: str,
    at: datetime,
    now: datetime,
    *,
    reason: str | None = None,
    detail: str | None = None,
) -> None:
    event = CarrierEvent(
        carrier=store,
        event_id=event_id,
        tracking_number=shipment.tracking_number,
        status=status,
        occurred_at=at,
        reason=reason,
        detail=detail,
    )
    tracking.take_events(session, house, [event], retailer=shipment.retailer, now=now, shipment=shipment)


def _ask(session: Session, house: House, shipment: Shipment, reason: str, words: str, now: datetime) -> None:
    open_case(
        session,
        house,
        retailer=shipment.retailer,
        reason=reason,
        priority="high",
        shipment_id=shipment.id,
        phone=shipment.customer_phone,
        text=words,
        now=now,
    )
