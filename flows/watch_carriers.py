"""A carrier that usually speaks and is silent about all of its parcels: its webhook is broken, or it stands still."""

from datetime import datetime, timedelta

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from flows.accounts import Retailer
from flows.house import House
from flows.watch_actions import Acting, act
from tracking_core import watching_rows
from tracking_core.models import Shipment
from tracking_core.watch_models import UsualGap
from tracking_core.watching import MOVING, NEAR, Finding

#: A carrier of which less was heard does not usually speak.
USUALLY = 200
#: Fewer parcels under way may well all lie still.
PARCELS = 3
#: Silence counts once it is so many times the longest one there was.
TIMES = 1.5


def look(session: Session, house: House, *, now: datetime) -> int:
    """Find the carriers that have gone silent, once for each silence; answers how many."""
    query = select(UsualGap).where(UsualGap.lane == "", UsualGap.n >= USUALLY, UsualGap.longest_silence_s.is_not(None))
    known = session.scalars(query.join(Retailer, Retailer.name == UsualGap.retailer).order_by(UsualGap.id)).all()
    return sum(_is_silent(session, house, one, now) for one in known)


def _is_silent(session: Session, house: House, usual: UsualGap, now: datetime) -> bool:
    workflow = house.workflows.of(session, usual.retailer)
    rule = workflow.watch.carrier_silent
    if not rule.do:
        return False
    theirs = Shipment.retailer == usual.retailer, Shipment.carrier == usual.carrier
    heard = session.scalar(select(func.max(Shipment.last_event_at)).where(*theirs))
    allowed = max(rule.after, TIMES * timedelta(seconds=usual.longest_silence_s or 0))
    if heard is None or now - heard <= allowed:
        return False
    waiting = Shipment.state.in_(MOVING | NEAR)
    parcels = session.scalar(select(func.count()).select_from(Shipment).where(*theirs, waiting)) or 0
    if parcels < PARCELS:
        return False
    query = select(Shipment).where(*theirs, waiting).order_by(Shipment.promised_to, Shipment.id).limit(1)
    first = session.scalars(query.with_for_update(of=Shipment, skip_locked=True)).one_or_none()
    if first is None:
        return False  # somebody holds it at this moment: the next tick asks again
    finding = Finding("carrier_silent", heard.isoformat(), heard, heard + allowed, {"parcels": parcels})
    hit = watching_rows.hit(session, first, finding, subject=f"carrier:{usual.carrier}", now=now)
    if hit is None:
        return False
    if not hit.silent:
        hit.done = act(Acting(session, house, workflow, first, hit, now))
    return True
