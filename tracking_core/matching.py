"""Which shipments a tracking number means, and holding them until the transaction ends."""

from collections.abc import Sequence

from sqlalchemy import select, text
from sqlalchemy.orm import Session

from tracking_core.facts import CarrierEvent
from tracking_core.models import Shipment, ShipmentEvent
from tracking_core.numbers import normalised
from tracking_core.states import FINAL, ShipmentState


def queue_for_number(session: Session, retailer: str, number: str) -> None:
    """Wait for others who match or introduce that tracking number. SQLite has one writer and needs no queue."""
    if number and session.get_bind().dialect.name == "postgresql":
        key = {"key": f"tracking:{retailer}:{number}"}
        session.execute(text("SELECT pg_advisory_xact_lock(hashtextextended(:key, 0))"), key)


def locked(session: Session, shipment_id: int) -> Shipment:
    """The shipment as it is now, ours until the transaction ends. Raises NoResultFound for none."""
    statement = select(Shipment).where(Shipment.id == shipment_id).with_for_update(of=Shipment)
    return session.scalars(statement.execution_options(populate_existing=True)).one()


def matching(session: Session, retailer: str, number: str) -> Sequence[Shipment]:
    """The shipments an event with that number speaks of, locked; [] when there is none yet."""
    if not number:
        return []
    found = _with_number(session, retailer, number)
    if not found:
        # Somebody may be creating it at this moment: let them end, then look again.
        queue_for_number(session, retailer, number)
        found = _with_number(session, retailer, number)
    still_open = [one for one in found if not ShipmentState(one.state).is_final]
    return still_open or found[-1:]


def referred(session: Session, retailer: str, event: CarrierEvent) -> Sequence[Shipment]:
    """The shipments an event speaks of by another name than its tracking number, locked; [] for none.

    First the source's other ids, as tracking numbers; then the retailer's order number, where that order has exactly
    one open parcel and that parcel is nobody else's: it has no number, or it is with this source already.
    """
    for reference in event.references:
        found = matching(session, retailer, normalised(reference))
        if found:
            return found
    for reference in event.references:
        found = _of_order(session, retailer, reference, event.carrier)
        if found:
            return found
    return []


def order_numbers(said: str) -> tuple[str, ...]:
    """How an order number may be written: with and without the sign that stores put before it."""
    bare = said.lstrip("#")
    return (bare, f"#{bare}") if bare else (said,)


def _of_order(session: Session, retailer: str, order_number: str, source: str) -> Sequence[Shipment]:
    statement = (
        select(Shipment)
        .where(
            Shipment.retailer == retailer,
            Shipment.order_number.in_(order_numbers(order_number)),
            Shipment.state.not_in(FINAL),
        )
        .order_by(Shipment.id)
        .with_for_update(of=Shipment)
        .execution_options(populate_existing=True)
    )
    found = session.scalars(statement).all()
    if len(found) != 1:
        return []
    (one,) = found
    known = select(ShipmentEvent.id).where(ShipmentEvent.shipment_id == one.id, ShipmentEvent.source == source)
    named = (one.carrier or "").strip().lower().replace(" ", "_") == source
    ours = not one.tracking_number or named or session.scalars(known.limit(1)).first() is not None
    return found if ours else []


def _with_number(session: Session, retailer: str, number: str) -> list[Shipment]:
    statement = (
        select(Shipment)
        .where(Shipment.retailer == retailer, Shipment.tracking_number == number)
        .order_by(Shipment.id)
        .with_for_update(of=Shipment)
        .execution_options(populate_existing=True)
    )
    return list(session.scalars(statement))
