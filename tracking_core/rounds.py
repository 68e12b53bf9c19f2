"""A driver's round: today's stops in their order, what comes next, and moving the expected times of what is left."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta, tzinfo
from typing import Any

from sqlalchemy import or_, select, update
from sqlalchemy.orm import Session

from tracking_core import stops_said
from tracking_core.eta import GRACE, STALE_POSITION, Estimate, estimate, zone_of
from tracking_core.facts import CarrierEvent, Eta, EtaChanged, Fact
from tracking_core.matching import locked
from tracking_core.models import Driver, RoundChange, Shipment, ShipmentEvent
from tracking_core.recording import record_all
from tracking_core.states import FINAL, UPDATE, ShipmentState

#: Source of what drivers say.
DRIVER = "driver"
#: With the driver, in the order in which a driver without a number means them.
AT_HAND = (ShipmentState.AT_ADDRESS, ShipmentState.ARRIVING, ShipmentState.OUT_FOR_DELIVERY)
#: Not, or no longer, the driver's to deliver. What a driver finds broken is an exception and stays in the van.
ASIDE = frozenset(
    {ShipmentState.RETURNING, ShipmentState.AVAILABLE_FOR_PICKUP, ShipmentState.ON_HOLD, ShipmentState.EXCEPTION}
)
#: So long before a promised window of a later day its driver is told of the round.
AHEAD = timedelta(hours=2)
#: A parcel nobody promised for a day, and that is not out, is a stop for so long after it was given to the driver.
UNPROMISED_FOR = timedelta(hours=24)
#: An expected time is moved by so much at most: more is a typing error.
MOST_LATE_MIN = 600

Zone = Callable[[Shipment], tzinfo]


@dataclass(frozen=True, slots=True, eq=False)
class Stop:
    """One parcel on a driver's round of today."""

    shipment: Shipment
    #: Its place: the retailer's numbers where all stops have different ones, else counted from 1.
    number: int
    state: ShipmentState
    #: When it is expected; None when nobody has said anything, and when it is done.
    expected: Estimate | None
    #: Nothing is left to do here: delivered, given up for today, or no longer on its way to the door.
    done: bool

    @property
    def is_out(self) -> bool:
        """Whether the parcel is with the driver, on its way to the door."""
        return self.state in AT_HAND


def driver_of(session: Session, retailer: str, phone: str) -> Driver | None:
    """The retailer's driver with that phone; None for anybody else."""
    return session.scalar(select(Driver).where(Driver.retailer == retailer, Driver.phone == phone))


def stops_of(
    session: Session,
    retailer: str,
    driver_id: int,
    *,
    now: datetime,
    zone: Zone | None = None,
    stale_after: timedelta = STALE_POSITION,
) -> list[Stop]:
    """Today's stops of the driver in the order of the route, those that are done among them.

    The order is the retailer's `stop_number`, then the promised window, then the id. zone: whose clock a parcel's day
    follows; by default what its destination says, else UTC. stale_after: as `eta.estimate`.
    """
    place = zone or (lambda shipment: zone_of(shipment.destination))
    lately = now - timedelta(hours=48)
    query = select(Shipment).where(
        Shipment.retailer == retailer,
        Shipment.driver_id == driver_id,
        or_(Shipment.state.not_in(FINAL), Shipment.state_at >= lately),
    )
    today = [one for one in session.scalars(query) if _is_today(one, now, place(one))]
    today.sort(key=_order)
    given = {one.stop_number for one in today}
    numbered = None not in given and len(given) == len(today)
    return [
        Stop(
            shipment=one,
            number=one.stop_number if numbered and one.stop_number is not None else position,
            state=ShipmentState(one.state),
            expected=None if _is_done(one) else estimate(one, now=now, zone=place(one), stale_after=stale_after),
            done=_is_done(one),
        )
        for position, one in enumerate(today, start=1)
    ]


def left(stops: Iterable[Stop]) -> list[Stop]:
    """Those that are still to do, in order."""
    return [stop for stop in stops if not stop.done]


def next_of(stops: Sequence[Stop]) -> Stop | None:
    """The stop the driver is at, else the one they arrive at, else the first that is left; None after the last."""
    remaining = left(stops)
    for state in AT_HAND[:2]:
        here = [stop for stop in remaining if stop.state is state]
        if here:
            return here[0]
    return remaining[0] if remaining else None


def shift(
    session: Session,
    retailer: str,
    driver_id: int,
    *,
    minutes: int,
    now: datetime,
    key: str,
    more: bool = False,
    zone: Zone | None = None,
    grace: timedelta = GRACE,
    stale_after: timedelta = STALE_POSITION,
) -> list[Fact]:
    """Move the expected times of what is left of the round by so many minutes; answers what became true by it.

    The minutes count from the plan, so that "20 late" said twice is 20; more: they come on top of what was said before.
    The same key moves nothing a second time. A parcel of which no hour is known stays as it is. minutes: 1 to 600.
    """
    if not 0 < minutes <= MOST_LATE_MIN:
        raise ValueError(f"{minutes} minutes is no delay of a round")
    facts: list[Fact] = []
    remaining = left(stops_of(session, retailer, driver_id, now=now, zone=zone, stale_after=stale_after))
    for stop in sorted(remaining, key=lambda one: one.shipment.id):  # in one order, so that two never wait in a circle
        shipment = locked(session, stop.shipment.id)
        expected = estimate(shipment, now=now, stale_after=stale_after)
        event = _late(session, shipment, expected, minutes, now=now, key=key, more=more)
        if event is not None:
            facts += record_all(
                session, [event], retailer=retailer, now=now, shipment=shipment, grace=grace, stale_after=stale_after
            )
    return facts


def moved(facts: Iterable[Fact]) -> int:
    """How many parcels' expected times the facts have moved."""
    return len({fact.shipment_id for fact in facts if isinstance(fact, EtaChanged)})


def reorder(session: Session, shipment: Shipment, stop_number: int | None, *, now: datetime) -> bool:
    """Give the parcel another place in its driver's round. False: it has that place already."""
    if shipment.stop_number == stop_number:
        return False
    shipment.stop_number, shipment.updated_at = stop_number, now
    note_change(session, shipment, shipment.driver_id, now=now)
    return True


def hand_over(session: Session, shipment: Shipment, driver: Driver | None, *, now: datetime) -> bool:
    """Put the parcel on another driver's round, or on nobody's. False: it is there already."""
    before = shipment.driver_id
    if before == (driver.id if driver is not None else None):
        return False
    shipment.driver, shipment.driver_assigned_at, shipment.updated_at = driver, now if driver else None, now
    if before is not None:
        note_change(session, shipment, before, now=now)
    if driver is not None:
        note_change(session, shipment, driver.id, now=now)
    return True


def note_change(session: Session, shipment: Shipment, driver_id: int | None, *, now: datetime) -> None:
    """Note that this driver's round is another one than they were told; whoever tells them reads it."""
    if driver_id is None:
        return
    begins = shipment.promised_from or shipment.promised_to
    due_at = now
    if begins is not None and _day(begins, zone_of(shipment.destination)) > _day(now, zone_of(shipment.destination)):
        due_at = max(now, begins - AHEAD)
    session.add(RoundChange(retailer=shipment.retailer, driver_id=driver_id, due_at=due_at))


def count_down(session: Session, stops: Sequence[Stop], *, now: datetime) -> None:
    """Bring `stops_away` of the parcels that are out up to the round: how many stops lie before each.

    Stops that are not ours and somebody has lately spoken of are counted too. Rows somebody else holds at this moment
    are left: the next step of the round counts again.
    """
    away = {stop.shipment.id: place for place, stop in enumerate(left(stops)) if stop.is_out}
    if not away:
        return
    columns = (Shipment.id, Shipment.stops_away, Shipment.state, Shipment.learned)
    query = select(*columns).where(Shipment.id.in_(away)).order_by(Shipment.id)
    for row in session.execute(query.with_for_update(skip_locked=True, of=Shipment)).all():
        stops_away, learned = stops_said.counted(row.learned, row.state, away[row.id], now=now)
        values: dict[str, Any] = {} if stops_away == row.stops_away else {"stops_away": stops_away}
        values |= {} if learned is None else {"learned": learned}
        if values:
            session.execute(
                update(Shipment).where(Shipment.id == row.id).values(**values),
                execution_options={"synchronize_session": "fetch"},
            )


def _is_today(shipment: Shipment, now: datetime, zone: tzinfo) -> bool:
    state, today = ShipmentState(shipment.state), _day(now, zone)
    if _is_done(shipment):
        return shipment.state_at is not None and _day(shipment.state_at, zone) == today
    if state in AT_HAND:
        return True
    begins, ends = shipment.promised_from or shipment.promised_to, shipment.promised_to or shipment.promised_from
    if begins is not None and ends is not None:
        # What should have come earlier and did not is still to come.
        return _day(begins, zone) <= today
    given = shipment.driver_assigned_at
    return given is not None and (now - given < UNPROMISED_FOR or _day(given, zone) == today)


def _is_done(shipment: Shipment) -> bool:
    state, since = ShipmentState(shipment.state), shipment.state_at
    if state is ShipmentState.ATTEMPT_FAILED:
        # Promised anew after the attempt, it is a stop again.
        return since is None or shipment.promised_at is None or shipment.promised_at <= since
    return state.is_final or state in ASIDE


def _day(moment: datetime, zone: tzinfo) -> int:
    return moment.astimezone(zone).date().toordinal()


def _order(shipment: Shipment) -> tuple[bool, int, datetime, int]:
    begins = shipment.promised_from or shipment.promised_to
    return (
        shipment.stop_number is None,
        shipment.stop_number or 0,
        begins or datetime.max.replace(tzinfo=UTC),
        shipment.id,
    )


def _late(
    session: Session,
    shipment: Shipment,
    expected: Estimate | None,
    minutes: int,
    *,
    now: datetime,
    key: str,
    more: bool,
) -> CarrierEvent | None:
    """The event that moves one parcel's window, None when there is no hour to move."""
    if expected is None or expected.whole_day or expected.window_to is None:
        return None
    begins, ends, before = _planned(session, shipment, expected)
    total = min(minutes + before if more else minutes, MOST_LATE_MIN)
    by = timedelta(minutes=total)
    # Said after the window has passed, it means from now on.
    window_to = max(ends + by, now + timedelta(minutes=minutes))
    window_from = max(begins + by, min(now, window_to)) if begins is not None else None
    return CarrierEvent(
        carrier=DRIVER,
        event_id=key,
        tracking_number=shipment.tracking_number,
        status=UPDATE,
        occurred_at=now,
        eta=Eta(window_from=window_from, window_to=window_to),
        raw={
            "late_minutes": total,
            "plan": {"from": begins.isoformat() if begins else None, "to": ends.isoformat()},
        },
    )


def _planned(session: Session, shipment: Shipment, expected: Estimate) -> tuple[datetime | None, datetime, int]:
    """The window before any "late" of the driver's, and how many minutes were said already."""
    if shipment.carrier_eta_as_of is not None and expected.source == "carrier":
        query = select(ShipmentEvent.raw).where(
            ShipmentEvent.shipment_id == shipment.id,
            ShipmentEvent.source == DRIVER,
            ShipmentEvent.status == UPDATE,
            ShipmentEvent.occurred_at == shipment.carrier_eta_as_of,
        )
        said = session.scalars(query.order_by(ShipmentEvent.id.desc()).limit(1)).first()
        if said and "plan" in said:
            plan = said["plan"]
            begins = datetime.fromisoformat(plan["from"]) if plan["from"] else None
            return begins, datetime.fromisoformat(plan["to"]), int(said["late_minutes"])
        given = shipment.carrier_eta_from, shipment.carrier_eta_to
    else:
        given = shipment.promised_from, shipment.promised_to
    begins, ends = given
    return begins, ends or expected.window_to or expected.judged_by or shipment.updated_at, 0
