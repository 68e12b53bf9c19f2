"""Which shipments a tracking number means, and holding them until the transaction ends."""

from collections.abc import Sequence

from sqlalchemy import select, text
from sqlalchemy.orm import Session

from tracking_core.models import Shipment
from tracking_core.states import ShipmentState


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


def _with_number(session: Session, retailer: str, number: str) -> list[Shipment]:
    statement = (
        select(Shipment)
        .where(Shipment.retailer == retailer, Shipment.tracking_number == number)
        .order_by(Shipment.id)
        .with_for_update(of=Shipment)
        .execution_options(populate_existing=True)
    )
    return list(session.scalars(statement))
