"""A milestone text that did not arrive is told by mail instead."""

from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from channels import outbox
from channels.models import OutboxRow
from flows import undeliverable
from flows.digests import Order, tell_by_mail
from flows.house import House
from flows.models import MilestoneTold
from flows.telling import Telling, parcels_of


def tick(session: Session, house: House, *, now: datetime, limit: int = 50) -> int:
    """See to texts that failed for good: a mail where there is an address, else nothing. Answers how many mails."""
    mails = 0
    for row in outbox.undelivered_without_fallback(session, limit):
        mailed = _instead(session, house, row, now)
        undeliverable.raise_for(session, house, row, mailed=mailed > 0, now=now)
        outbox.mark_fallback(session, row)
        mails += mailed
    return mails


def _instead(session: Session, house: House, row: OutboxRow, now: datetime) -> int:
    told = list(session.scalars(select(MilestoneTold).where(MilestoneTold.message_key == row.key)))
    telling = Telling(session, house, house.workflows.of(session, row.retailer), row.retailer, now)
    parcels = parcels_of(session, [one.shipment_id for one in told])
    if not parcels or "email" not in telling.ways(parcels[-1]) or _is_overtaken(session, told):
        return 0
    order = Order.of(telling, parcels)
    tell_by_mail(order, told[0].milestone, [parcel.id for parcel in parcels], key=row.key)
    return telling.owed


def _is_overtaken(session: Session, told: list[MilestoneTold]) -> bool:
    """Whether one of the parcels has been told of something newer since."""
    return any(
        session.scalar(
            select(MilestoneTold.id).where(
                MilestoneTold.shipment_id == one.shipment_id,
                MilestoneTold.message_key.is_not(None),
                MilestoneTold.message_key != one.message_key,
                MilestoneTold.at > one.at,
            )
        )
        for one in told
    )
