"""Another window, wished for by whoever waits: it becomes what is promised."""

from datetime import datetime, timedelta

from sqlalchemy.orm import Session

from tracking_core.eta import GRACE, STALE_POSITION
from tracking_core.flags import reassess, set_flags
from tracking_core.matching import locked
from tracking_core.models import Promise, Shipment
from tracking_core.promises import CUSTOMER, enter
from tracking_core.watching_rows import look_soon

__all__ = ["CUSTOMER", "promise_wished"]


def promise_wished(
    session: Session,
    shipment: Shipment,
    *,
    window_from: datetime,
    window_to: datetime,
    message_key: str,
    template: str | None = None,
    words: str | None = None,
    now: datetime,
    grace: timedelta = GRACE,
    stale_after: timedelta = STALE_POSITION,
) -> Promise:
    """Promise the window the shopper chose, in place of the one before.

    A carrier's estimate from before counts for nothing any more, and a promise that was broken is forgotten.
    message_key, template, words: of the text that says so, as in `promises.enter`.
    """
    shipment = locked(session, shipment.id)
    shipment.promised_from, shipment.promised_to, shipment.promised_at = window_from, window_to, now
    shipment.delay_said_at = None
    made = enter(
        session,
        shipment,
        window_from=window_from,
        window_to=window_to,
        source=CUSTOMER,
        message_key=message_key,
        template=template,
        words=words,
        now=now,
    )
    set_flags(shipment, set(shipment.flags) - {"delayed", "eta_missed"})  # of the window before
    reassess(shipment, now=now, grace=grace, stale_after=stale_after)
    shipment.updated_at = now
    look_soon(session, [shipment], now=now)
    session.flush()
    return made
