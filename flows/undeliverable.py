"""A number that takes no texts: the order's owner hears nothing, so a person looks after it."""

from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from channels.errors import Kind, classify
from channels.models import OutboxRow
from flows.cases import raise_case
from flows.house import House
from flows.models import Case, MilestoneTold

#: The reason of the case.
REASON = "undeliverable"
#: What says by itself that this phone cannot be reached, besides numbers that are none: it was tried again.
OUT_OF_REACH = frozenset({"30003"})


def raise_for(session: Session, house: House, row: OutboxRow, *, mailed: bool, now: datetime) -> Case | None:
    """Open a case for a milestone text whose number is at fault; None: another thing was, or nobody wants such cases.

    mailed: the same was told by mail, so it burns less.
    """
    found = classify(row.error_code)
    if found.kind is not Kind.BAD_NUMBER and row.error_code not in OUT_OF_REACH:
        return None
    told = select(MilestoneTold.shipment_id).where(MilestoneTold.message_key == row.key)
    shipment_id = row.shipment_id or session.scalar(told.order_by(MilestoneTold.id.desc()).limit(1))
    if shipment_id is None:
        return None
    since = "The mail on the order was used instead." if mailed else "Nobody has been told."
    return raise_case(
        session,
        house,
        retailer=row.retailer,
        reason=REASON,
        shipment_id=shipment_id,
        text=f"{found.words} {since}",
        evidence={"outbox": [row.id], "code": row.error_code},
        priority="low" if mailed else None,
        now=now,
    )
