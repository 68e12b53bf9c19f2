"""Opening a line on first contact, and moving it on when a parcel gets another driver."""

from datetime import datetime
from enum import StrEnum

from sqlalchemy import select, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from channels import consent
from db import insert_once
from flows.accounts import main_sender
from flows.cases import raise_case
from flows.house import House
from flows.line_choice import CUSTOMER, DRIVER, Pair, candidates, take
from flows.line_models import Line, LineParcel
from flows.line_states import OPEN, OUT, close, locked, wrong_parcels
from flows.line_words import Sides
from flows.models import Case
from tracking_core.models import Shipment
from tracking_core.states import ShipmentState

POOL_EXHAUSTED = "relay_pool_exhausted"
#: Tags begin here: two figures are no choice out of a list, and no hour.
FIRST_TAG, LAST_TAG = 11, 99


class Refusal(StrEnum):
    """Why there is no line to be had."""

    #: The parcel is not with a driver on the road.
    NOT_OUT = "not_out"
    #: It is delivered, or its story is over otherwise, and there was no line.
    OVER = "over"
    NO_DRIVER = "no_driver"
    #: The customer cannot be texted.
    NO_PHONE = "no_phone"
    #: The customer allows answers to own texts only, and it was not the customer who asked.
    NO_CONSENT = "no_consent"
    OPTED_OUT = "opted_out"
    #: The driver brings a parcel to himself.
    SAME_PERSON = "same_person"
    #: Neither the pool nor the retailer has a number to text from.
    NO_NUMBER = "no_number"


def open_line(session: Session, house: House, shipment: Shipment, *, opened_by: str, now: datetime) -> "Line | Refusal":
    """The line of the parcel, opened now if need be: then each side gets one text from its number.

    opened_by: customer, driver, or an agent's e-mail. Any number of times, and at once by several: it is one line.
    What else this driver has out for this customer is joined to it.
    """
    known = _open_line(session, shipment)
    if known is not None:
        return known
    refused = _refusal(session, house, shipment, opened_by)
    if refused is not None:
        return refused
    return _opened(session, house, shipment, opened_by=opened_by, now=now)


def driver_changed(
    session: Session, house: House, shipment: Shipment, *, before: int | None, now: datetime
) -> Line | None:
    """Move the parcel's line on to its new driver and tell the customer; answers the new line, if there is one.

    before: id of the driver it had. Nothing is opened that was not open. From now on the old driver's texts are
    refused. Call it in the transaction that changes the driver (or the customer's phone).
    """
    if before is not None and before == shipment.driver_id:
        return None
    query = (
        select(Line)
        .join(LineParcel, LineParcel.line_id == Line.id)
        .where(LineParcel.shipment_id == shipment.id, LineParcel.left_at.is_(None), Line.state == OPEN)
    )
    session.flush()
    moved = None
    for line in session.scalars(query.order_by(Line.id)).all():
        moved = _moved_on(session, house, locked(session, line), shipment, now=now) or moved
    return moved


def _open_line(session: Session, shipment: Shipment) -> Line | None:
    query = (
        select(Line)
        .join(LineParcel, LineParcel.line_id == Line.id)
        .where(
            LineParcel.shipment_id == shipment.id,
            LineParcel.left_at.is_(None),
            Line.state == OPEN,
            Line.driver_id == shipment.driver_id,
            Line.customer_phone == shipment.customer_phone,
        )
    )
    session.flush()
    return session.scalar(query.limit(1))


def _refusal(session: Session, house: House, shipment: Shipment, opened_by: str) -> Refusal | None:
    state = ShipmentState(shipment.state)
    driver, phone = shipment.driver, shipment.customer_phone
    if state.is_final:
        return Refusal.OVER
    if state not in OUT:
        return Refusal.NOT_OUT
    if driver is None:
        return Refusal.NO_DRIVER
    if phone is None:
        return Refusal.NO_PHONE
    if phone == driver.phone:
        return Refusal.SAME_PERSON
    if any(consent.is_opted_out(session, shipment.retailer, one) for one in (phone, driver.phone)):
        return Refusal.OPTED_OUT
    default = house.workflows.of(session, shipment.retailer).consent.default
    allowed = shipment.sms_consent if shipment.sms_consent is not None else default
    return Refusal.NO_CONSENT if opened_by != CUSTOMER and not allowed else None


def _opened(
    session: Session, house: House, shipment: Shipment, *, opened_by: str, now: datetime, moved: bool = False
) -> "Line | Refusal":
    """Open it. moved: the customer had the driver before on the line, and is told that this is another one."""
    assert shipment.driver is not None
    assert shipment.customer_phone is not None
    pair = Pair(shipment.retailer, shipment.driver, shipment.customer_phone, _out_for(session, shipment))
    if main_sender(session, pair.retailer) is None and not candidates(session, pair, now=now):
        return Refusal.NO_NUMBER
    line, fresh = _row_of(session, pair, opened_by, now)
    _add_parcels(session, line, pair.shipment_ids, now)
    if fresh:
        line.proxy = take(session, line, pair, candidates(session, pair, now=now), now=now)
        if line.proxy is None:
            _do_without(session, house, line, shipment, now)
        session.flush()
    if fresh or moved:
        _tell_opened(Sides.of(session, house, line, now=now), fresh=fresh, moved=moved)
    return line


def _row_of(session: Session, pair: Pair, opened_by: str, now: datetime) -> tuple[Line, bool]:
    """(the open line of the two, whether it is new)."""
    while True:
        line = Line(
            retailer=pair.retailer,
            driver_id=pair.driver.id,
            customer_phone=pair.customer_phone,
            proxy=None,
            tag=None,
            state=OPEN,
            opened_by=opened_by,
            opened_at=now,
            closes_at=None,
            closed_at=None,
            closed_why=None,
        )
        if insert_once(session, line):
            return line, True
        # Opened for another parcel, or by the other side in this very moment.
        known = _line_of_pair(session, pair)
        if known is not None and locked(session, known).state == OPEN:
            return known, False


def _tell_opened(sides: Sides, *, fresh: bool, moved: bool) -> None:
    line = sides.line
    shared = {"driver": sides.name(DRIVER), "tag": line.tag or ""}
    for_customer = "line_tag_customer" if line.tag else "line_new_driver" if moved else "line_opened_customer"
    if fresh:
        sides.tell(CUSTOMER, for_customer, key=f"line:{line.id}:opened:{CUSTOMER}", **shared)
        for_driver = "line_tag_driver" if line.tag else "line_opened_driver"
        sides.tell(DRIVER, for_driver, key=f"line:{line.id}:opened:{DRIVER}", **shared)
    else:
        sides.tell(CUSTOMER, for_customer, key=f"line:{line.id}:moved:{sides.now.isoformat()}", **shared)


def _line_of_pair(session: Session, pair: Pair) -> Line | None:
    query = select(Line).where(
        Line.retailer == pair.retailer,
        Line.driver_id == pair.driver.id,
        Line.customer_phone == pair.customer_phone,
        Line.state == OPEN,
    )
    return session.scalar(query)


def _out_for(session: Session, shipment: Shipment) -> tuple[int, ...]:
    """This parcel, last, and what else its driver has out for the same customer."""
    query = select(Shipment.id).where(
        Shipment.retailer == shipment.retailer,
        Shipment.driver_id == shipment.driver_id,
        Shipment.customer_phone == shipment.customer_phone,
        Shipment.state.in_(OUT),
        Shipment.id != shipment.id,
    )
    return (*session.scalars(query.order_by(Shipment.id)), shipment.id)


def _add_parcels(session: Session, line: Line, ids: tuple[int, ...], now: datetime) -> None:
    for shipment_id in ids:
        if not insert_once(session, LineParcel(line_id=line.id, shipment_id=shipment_id, joined_at=now)):
            again = update(LineParcel).where(LineParcel.line_id == line.id, LineParcel.shipment_id == shipment_id)
            session.execute(again.where(LineParcel.left_at.is_not(None)).values(left_at=None, joined_at=now))
    line.closes_at = None
    session.flush()


def _do_without(session: Session, house: House, line: Line, shipment: Shipment, now: datetime) -> None:
    """No number is free: the driver names the customer by a tag, and whoever runs this is told, once."""
    taken = select(Line.tag).where(Line.driver_id == line.driver_id, Line.tag.is_not(None))
    lately = list(session.scalars(taken.order_by(Line.id.desc()).limit(LAST_TAG - FIRST_TAG)))
    free = [str(number) for number in range(FIRST_TAG, LAST_TAG + 1) if str(number) not in lately]
    for tag in free or map(str, range(LAST_TAG + 1, 1000)):
        try:
            with session.begin_nested():
                line.tag = tag
                session.flush()
            break
        except IntegrityError:  # given to another line of this driver in this very moment
            session.refresh(line)
    live = select(Case.id).where(
        Case.retailer == line.retailer, Case.reason == POOL_EXHAUSTED, Case.state != "resolved"
    )
    if session.scalar(live.limit(1)) is None:
        raise_case(
            session,
            house,
            retailer=line.retailer,
            reason=POOL_EXHAUSTED,
            shipment_id=shipment.id,
            text="No number of RELAY_NUMBERS was free for this customer and driver. They use the main number instead."
            " `python -m flows.pool_plan` says how many numbers are needed.",
            now=now,
        )


def _moved_on(session: Session, house: House, line: Line, shipment: Shipment, *, now: datetime) -> Line | None:
    sides = Sides.of(session, house, line, now=now)
    if shipment.id not in {one.id for one in wrong_parcels(sides)}:
        return None
    same_customer = shipment.customer_phone == line.customer_phone
    session.execute(
        update(LineParcel)
        .where(LineParcel.line_id == line.id, LineParcel.shipment_id == shipment.id)
        .values(left_at=now)
    )
    if all(one.id == shipment.id for one in sides.parcels):
        close(session, house, line, why="driver_changed" if same_customer else "customer_changed", now=now)
    if not same_customer:
        return None
    if _refusal(session, house, shipment, CUSTOMER) is None:
        opened = _opened(session, house, shipment, opened_by=line.opened_by, now=now, moved=True)
        if isinstance(opened, Line):
            return opened
    sides.parcels = [shipment]
    sides.tell(CUSTOMER, "line_driver_gone", key=f"line:{line.id}:gone:{shipment.id}:{now.isoformat()}")
    return None
