"""Whole numbers, for the few who may see them: every look is written down before it is answered."""

from datetime import datetime

from sqlalchemy.orm import Session

from flows import audit
from flows.models import Case
from tracking_core.models import Driver, Shipment

#: Kinds of things that have a person's number.
KINDS = ("case", "shipment", "driver")


def number_of(session: Session, *, retailer: str, kind: str, row_id: int, agent: str, now: datetime) -> str | None:
    """Answer the whole number of a case's person, a parcel's shopper or a driver, and write down who looked.

    The caller has made sure that the agent's role allows it. None when the retailer has no such row, or the row no
    number. Nothing else in the console may show a whole number of somebody who is not one of ours.
    """
    found = _number(session, retailer, kind, row_id)
    if found is not None:
        note(session, retailer=retailer, subject=f"{kind}:{row_id}", agent=agent, now=now)
    return found


def note(session: Session, *, retailer: str, subject: str, agent: str, now: datetime) -> None:
    """Write down that the agent saw the whole numbers of the subject, such as `line:3`."""
    audit.write(session, retailer=retailer, agent=agent, action="number.unmasked", subject=subject, now=now)


def _number(session: Session, retailer: str, kind: str, row_id: int) -> str | None:
    row: Case | Shipment | Driver | None
    if kind == "case":
        row = session.get(Case, row_id)
        number = row.phone if row is not None else None
    elif kind == "shipment":
        row = session.get(Shipment, row_id)
        number = row.customer_phone if row is not None else None
    else:
        row = session.get(Driver, row_id)
        number = row.phone if row is not None else None
    return number if row is not None and row.retailer == retailer else None
