"""Finding lines, closing them, and opening one again: the states of a line and who stands at its ends."""

from datetime import datetime

from sqlalchemy import exists, or_, select, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from channels.models import BlockedPair, OurAddress
from flows.house import House
from flows.line_choice import CUSTOMER, DRIVER
from flows.line_models import Line, LineEnd, LineParcel
from flows.line_words import OTHER, Sides
from tracking_core.models import Driver, Shipment
from tracking_core.states import ShipmentState

OPEN, CLOSED = "open", "closed"
#: The parcel is with a driver who is on the way with it: customer and driver may have each other's ear.
OUT = frozenset({ShipmentState.OUT_FOR_DELIVERY, ShipmentState.ARRIVING, ShipmentState.AT_ADDRESS})


def line_of(session: Session, shipment_id: int) -> Line | None:
    """The line of a parcel: the open one, else the one it had last; None when it never had one."""
    query = (
        select(Line)
        .join(LineParcel, LineParcel.line_id == Line.id)
        .where(LineParcel.shipment_id == shipment_id)
        .order_by((Line.state == OPEN).desc(), LineParcel.left_at.is_(None).desc(), Line.id.desc())
        .limit(1)
    )
    return session.scalar(query)


def number_of(session: Session, line: Line) -> str:
    """The number both sides text: the line's own, else the retailer's main one; empty when there is none any more."""
    if line.proxy is not None:
        return line.proxy
    main = select(OurAddress.address).where(OurAddress.retailer == line.retailer, OurAddress.purpose == "main")
    return session.scalar(main.order_by(OurAddress.id.desc()).limit(1)) or ""


def end_of(session: Session, proxy: str, phone: str) -> LineEnd | None:
    """What a text or call from that person to that number means: the open end, else the one that ended last.

    An end whose `ended_at` is set belongs to a line that is closed. None: they were never joined there.
    """
    query = (
        select(LineEnd)
        .where(LineEnd.proxy == proxy, LineEnd.phone == phone)
        .order_by(LineEnd.ended_at.is_(None).desc(), LineEnd.ended_at.desc(), LineEnd.id.desc())
        .limit(1)
    )
    return session.scalar(query)


def open_lines_of(session: Session, retailer: str, phone: str, *, role: str | None = None) -> list[Line]:
    """The retailer's open lines at whose end that person is, the newest first. role: only at that end."""
    drives = Line.driver_id.in_(select(Driver.id).where(Driver.retailer == retailer, Driver.phone == phone))
    waits = Line.customer_phone == phone
    who = {CUSTOMER: waits, DRIVER: drives, None: or_(waits, drives)}[role]
    query = select(Line).where(Line.retailer == retailer, Line.state == OPEN, who)
    return list(session.scalars(query.order_by(Line.id.desc())))


def locked(session: Session, line: Line) -> Line:
    """The line, fresh, and held until the transaction ends: who comes later sees what became of it."""
    session.flush()
    query = select(Line).where(Line.id == line.id).with_for_update().execution_options(populate_existing=True)
    return session.scalars(query).one()


def wrong_parcels(sides: Sides) -> list[Shipment]:
    """Those parcels of the line that have another driver by now, or go to another phone."""
    line = sides.line
    return [
        one for one in sides.parcels if one.driver_id != line.driver_id or one.customer_phone != line.customer_phone
    ]


def close(session: Session, house: House, line: Line, *, why: str, now: datetime) -> bool:
    """Close the line; its number means nothing to the two any more, and rests. False: it was closed.

    why: over, driver_changed, stopped, customer_changed, agent. Nobody is told here.
    """
    line = locked(session, line)
    if line.state != OPEN:
        return False
    line.state, line.closed_at, line.closed_why, line.closes_at = CLOSED, now, why, None
    rests_until = now + house.workflows.of(session, line.retailer).relay.cool_off
    session.execute(
        update(LineEnd)
        .where(LineEnd.line_id == line.id, LineEnd.ended_at.is_(None))
        .values(ended_at=now, rests_until=rests_until)
    )
    session.flush()
    return True


def leave(session: Session, house: House, *, retailer: str, phone: str, now: datetime) -> int:
    """Close every line of somebody who wants no more texts, and tell the other sides; answers how many it were."""
    left = 0
    for line in sorted(open_lines_of(session, retailer, phone), key=lambda one: one.id):
        sides = Sides.of(session, house, line, now=now)
        gone = CUSTOMER if line.customer_phone == phone else DRIVER
        if close(session, house, line, why="stopped", now=now):
            key = f"line:{line.id}:left:{now.isoformat()}"
            sides.tell(OTHER[gone], "line_left", key=key, role=gone)
            left += 1
    return left


def reopen(session: Session, house: House, line: Line, *, now: datetime) -> bool:
    """Open a closed line again at the number it had, if it may be: the same two, a parcel out, nobody opted out.

    False: it may not be, or not at this number any more; `open_line` may find them another one.
    """
    line = locked(session, line)
    sides = Sides.of(session, house, line, now=now)
    if line.state == OPEN or not may_be_open(sides):
        return line.state == OPEN
    ends = select(LineEnd).where(LineEnd.line_id == line.id)
    found = list(session.scalars(ends))
    for end in found:
        blocked = exists().where(BlockedPair.ours == end.proxy, BlockedPair.theirs == end.phone)
        if session.scalar(select(blocked)):  # they stopped this very number: it must not text them until a START there
            return False
        other = exists().where(
            LineEnd.proxy == end.proxy, LineEnd.phone == end.phone, LineEnd.ended_at.is_(None), LineEnd.id != end.id
        )
        if session.scalar(select(other)):
            return False
    try:
        with session.begin_nested():
            for end in found:
                end.began_at, end.ended_at, end.rests_until, end.told_closed_at = now, None, None, None
            line.state, line.closed_at, line.closed_why, line.closes_at = OPEN, None, None, None
            session.flush()
    except IntegrityError:  # in this very moment another line has been opened for the two, or at this number
        session.refresh(line)
        return False
    return True


def may_be_open(sides: Sides) -> bool:
    """Whether the line would be opened today: a parcel of it is out, with this driver, for this customer."""
    wrong = {one.id for one in wrong_parcels(sides)}
    right = [one for one in sides.parcels if one.id not in wrong]
    if not any(ShipmentState(one.state) in OUT for one in right):
        return False
    return sides.opted_out() is None
