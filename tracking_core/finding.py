"""Finding shipments, and what is known of a parcel or an order as a whole."""

from collections.abc import Sequence
from datetime import datetime, timedelta

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from tracking_core.matching import order_numbers
from tracking_core.models import Promise, Shipment, ShipmentEvent
from tracking_core.states import FINAL, ShipmentState

#: How long a parcel whose story is over is still spoken of when its owner asks.
REMEMBERED = timedelta(days=14)
#: What speaks loudest for an order whose parcels are all over, and not all delivered.
WORST_FIRST = (ShipmentState.LOST, ShipmentState.RETURNED, ShipmentState.EXPIRED, ShipmentState.CANCELLED)


def get(session: Session, retailer: str, shipment_id: int) -> Shipment | None:
    """The retailer's shipment with that id; None also for another retailer's."""
    return session.scalars(
        select(Shipment).where(Shipment.id == shipment_id, Shipment.retailer == retailer)
    ).one_or_none()


def page(
    session: Session,
    retailer: str,
    *,
    order_number: str | None = None,
    phone: str | None = None,
    state: str | None = None,
    before_id: int | None = None,
    limit: int = 50,
) -> list[Shipment]:
    """The retailer's shipments, newest first, at most `limit`; the next page begins before the last one's id."""
    statement = select(Shipment).where(Shipment.retailer == retailer)
    if order_number is not None:
        statement = statement.where(Shipment.order_number.in_((order_number, *order_numbers(order_number))))
    for column, wanted in (
        (Shipment.customer_phone, phone),
        (Shipment.state, state),
    ):
        if wanted is not None:
            statement = statement.where(column == wanted)
    if before_id is not None:
        statement = statement.where(Shipment.id < before_id)
    return list(session.scalars(statement.order_by(Shipment.id.desc()).limit(limit)))


def of_phone(session: Session, retailer: str, phone: str, *, now: datetime) -> list[Shipment]:
    """The parcels of whoever has that phone: open ones, the nearest to the door first; then what ended in the last 14
    days, the newest first.
    """
    ended_at = func.coalesce(Shipment.state_at, Shipment.created_at)
    statement = select(Shipment).where(
        Shipment.retailer == retailer,
        Shipment.customer_phone == phone,
        Shipment.state.not_in(FINAL) | (ended_at >= now - REMEMBERED),
    )
    found = list(session.scalars(statement))
    still_open = [one for one in found if not ShipmentState(one.state).is_final]
    over = [one for one in found if ShipmentState(one.state).is_final]
    still_open.sort(key=lambda one: (-ShipmentState(one.state).nearness, -one.id))
    over.sort(key=lambda one: (one.state_at or one.created_at, one.id), reverse=True)
    return still_open + over


def of_order(session: Session, retailer: str, order_number: str) -> list[Shipment]:
    """The parcels of the retailer's order, in the order they were made known."""
    statement = select(Shipment).where(Shipment.retailer == retailer, Shipment.order_number == order_number)
    return list(session.scalars(statement.order_by(Shipment.id)))


def order_state(parcels: Sequence[Shipment]) -> ShipmentState:
    """The state of an order from its parcels'.

    While a parcel is open, the open one farthest from the door speaks: "out for delivery" is promised only when all
    that is still to come is. When all are over: delivered only if all were, else what went worst, in the order lost,
    returned, expired, cancelled; a cancelled parcel beside delivered ones keeps the order from being delivered. An
    order without parcels is created.
    """
    states = [ShipmentState(parcel.state) for parcel in parcels]
    still_open = [state for state in states if not state.is_final]
    if still_open:
        return min(still_open, key=lambda state: state.nearness)
    return next((state for state in WORST_FIRST if state in states), states[0] if states else ShipmentState.CREATED)


def timeline(session: Session, shipment: Shipment) -> list[ShipmentEvent]:
    """All that was said about the shipment, in the order it happened."""
    statement = select(ShipmentEvent).where(ShipmentEvent.shipment_id == shipment.id)
    return list(session.scalars(statement.order_by(ShipmentEvent.occurred_at, ShipmentEvent.id)))


def promises(session: Session, shipment: Shipment) -> list[Promise]:
    """Every window somebody was given for the shipment, oldest first."""
    statement = select(Promise).where(Promise.shipment_id == shipment.id)
    return list(session.scalars(statement.order_by(Promise.made_at, Promise.id)))
