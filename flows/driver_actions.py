"""What a driver says of a stop, by text or on the page: the one way it moves the parcel and reaches the customer."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from sqlalchemy import select
from sqlalchemy.orm import Session

from channels.picture_models import Picture
from flows import driver_asks, driver_links, driver_positions, driver_proofs, milestones, pins, tracking
from flows.cases import open_case
from flows.driver_reached import Reached
from flows.house import House
from tracking_core import ledger, rounds
from tracking_core.facts import CarrierEvent, Position
from tracking_core.matching import locked
from tracking_core.models import Driver, Shipment, ShipmentEvent
from tracking_core.reasons import Reason
from tracking_core.rounds import AT_HAND, DRIVER
from tracking_core.states import MAIN_LINE, UPDATE, ShipmentState

S = ShipmentState


class Action(StrEnum):
    """What a driver can say of a stop."""

    ON_MY_WAY = "on_my_way"
    HERE = "here"
    DELIVERED = "delivered"
    NOBODY_HOME = "nobody_home"
    CANNOT_FIND = "cannot_find"
    CANNOT_ACCESS = "cannot_access"
    REFUSED = "refused"
    DAMAGED = "damaged"
    #: After cannot_find or cannot_access: it did not work out.
    GAVE_UP = "gave_up"
    #: Of the whole round: everything that is left comes later.
    LATE = "late"


class Problem(StrEnum):
    """Why nothing was changed."""

    #: It is, or is by now, not on this driver's round. Says nothing about whose it is.
    NOT_YOURS = "not_yours"
    #: It was said before, or the parcel is further already.
    ALREADY = "already"
    #: The parcel's story is over in another way: cancelled, returned, lost.
    OVER = "over"
    #: By what we know it has not gone out yet; `sure` says that it has.
    NOT_OUT = "not_out"
    #: Something newer has been said of it since.
    OVERTAKEN = "overtaken"
    #: A delay without a number of minutes, or with one that cannot be.
    NO_MINUTES = "no_minutes"
    #: It is handed over against a PIN, and none was told; it has just been sent; it was wrong, or can be none; it is
    #: locked. In all of them the parcel is not delivered.
    PIN_WANTED = "pin_wanted"
    PIN_SENT = "pin_sent"
    PIN_WRONG = "pin_wrong"
    PIN_MALFORMED = "pin_malformed"
    PIN_LOCKED = "pin_locked"


@dataclass(frozen=True, slots=True)
class Acted:
    """What became of it."""

    #: Whether anything was changed by this call.
    changed: bool
    #: The parcel's state afterwards.
    state: ShipmentState
    #: How many customers are newly owed a text about it.
    told: int = 0
    problem: Problem | None = None
    #: This very tap or text was taken in before; it changed what it had to then.
    repeated: bool = False
    #: Of LATE: how many stops were moved.
    stops: int = 0
    #: Whether the customer was asked for help, and can answer the driver directly.
    line: bool = False
    #: How many photos were kept with it.
    photos: int = 0
    #: Of a wrong PIN: how many more tries count; of any: how many digits it has.
    tries_left: int = 0
    digits: int = 0

    @property
    def told_customer(self) -> bool:
        """Whether any customer is newly owed a text."""
        return self.told > 0


#: What an attempt that failed is put down to.
FAILED = {Action.NOBODY_HOME: Reason.RECIPIENT_UNAVAILABLE, Action.REFUSED: Reason.REFUSED}
#: What the customer can help with.
ASKED = {Action.CANNOT_FIND: Reason.ADDRESS_WRONG, Action.CANNOT_ACCESS: Reason.ACCESS_BLOCKED}
#: Where a parcel may be when its driver takes it along without a scan before.
NOT_OUT_YET = frozenset(MAIN_LINE[: MAIN_LINE.index(S.OUT_FOR_DELIVERY)])


def act(
    session: Session,
    house: House,
    driver: Driver,
    shipment: Shipment,
    action: Action,
    *,
    at: datetime,
    source: str,
    key: str,
    pictures: Sequence[Picture] = (),
    position: tuple[float, float] | None = None,
    minutes: int | None = None,
    more: bool = False,
    note: str | None = None,
    sure: bool = False,
    silent: bool = False,
    recount: bool = True,
    pin: str | None = None,
    no_pin: str | None = None,
    now: datetime,
) -> Acted:
    """Take in what the driver says of the stop, in the caller's transaction, and owe the texts that follow.

    at: when it was said; never later than now. source: driver_text or driver_page; with key, which names the text or
    tap, it has its effect once. position: (lat, lon) of the driver. minutes, more: of LATE, see `rounds.shift`. note:
    the driver's words: where it was left; of what the customer can help with, what the customer is to read. sure: also
    if by what we know it has not gone out yet. silent: the customer learns it another way. recount: count the stops
    that lie before the others anew; who reports many at once does so at the end. pin: what the customer told the
    driver. no_pin: why it is handed over without one.
    """
    shipment = locked(session, shipment.id)
    event_id = f"{source}:{key}"
    if _seen(session, shipment, event_id):
        return Acted(False, S(shipment.state), repeated=True)
    reached = Reached.begin(session)
    if shipment.retailer != driver.retailer or shipment.driver_id != driver.id:
        return Acted(False, S(shipment.state), problem=Problem.NOT_YOURS)
    if action is Action.LATE:
        return _late(session, house, driver, shipment, minutes, more, event_id, reached, now)
    problem = _problem(S(shipment.state), action, sure=sure)
    if problem is not None:
        photos = driver_proofs.keep(session, house, shipment, pictures, source, at, position, note, now=now)
        return Acted(photos > 0, S(shipment.state), problem=problem, photos=photos)
    door = pins.at_door(session, house, shipment, pin, no_pin, now=now) if action is Action.DELIVERED else pins.Door()
    if door.problem is not None:
        photos = driver_proofs.keep(session, house, shipment, pictures, source, at, position, now=now)
        return Acted(
            photos > 0,
            S(shipment.state),
            problem=Problem(f"pin_{door.problem}"),
            photos=photos,
            tries_left=door.left,
            digits=door.digits,
        )
    status, reason = _meaning(shipment, action)
    before = driver_positions.heralds(session, house, shipment, position, at=min(at, now), status=status)
    event = CarrierEvent(
        carrier=DRIVER,
        event_id=event_id,
        tracking_number=shipment.tracking_number,
        status=status,
        reason=reason,
        detail=note,
        occurred_at=min(at, now),
        position=None if position is None else Position(*position, min(at, now)),
        silent=silent,
        flags=door.flags,
        raw={"action": action.value, "source": source, "before": shipment.state},
    )
    taken = tracking.take_events(session, house, [*before, event], retailer=driver.retailer, now=now, shipment=shipment)
    line = False
    if action in ASKED:
        line = driver_asks.ask_customer(
            session, house, driver, shipment, action.value, words=note, key=event_id, now=now
        )
    elif not taken.changed:
        return Acted(False, S(shipment.state), problem=Problem.OVERTAKEN)
    photos = driver_proofs.keep(session, house, shipment, pictures, source, at, position, note, now=now)
    pins.handed_over(session, house, shipment, door, source=source, at=at, position=position, now=now)
    _follow_up(session, house, driver, shipment, action, pictures, note, event_id, reached, now)
    if recount:
        rounds.count_down(session, driver_links.round_of(session, house, driver, now=now).stops, now=now)
    return Acted(True, S(shipment.state), told=reached.customers([shipment.id]), line=line, photos=photos)


def _problem(state: ShipmentState, action: Action, *, sure: bool) -> Problem | None:
    if state is S.DELIVERED:
        return Problem.ALREADY
    if state.is_final or state in (S.RETURNING, S.AVAILABLE_FOR_PICKUP):
        return Problem.OVER
    if action is Action.ON_MY_WAY:
        return Problem.ALREADY if state in (S.ARRIVING, S.AT_ADDRESS) else None
    if action is Action.HERE and state is S.AT_ADDRESS:
        return Problem.ALREADY
    if state is S.ATTEMPT_FAILED and (action in FAILED or action is Action.GAVE_UP):
        return Problem.ALREADY
    if state not in AT_HAND and state is not S.ATTEMPT_FAILED and action is not Action.DAMAGED and not sure:
        return Problem.NOT_OUT
    return None


def _meaning(shipment: Shipment, action: Action) -> tuple[str, str | None]:
    """Status and reason of the event."""
    if action is Action.ON_MY_WAY:
        # Out already, and on the way to this one: it is the next stop.
        return (S.ARRIVING if shipment.state == S.OUT_FOR_DELIVERY else S.OUT_FOR_DELIVERY), None
    if action is Action.HERE:
        return S.AT_ADDRESS, None
    if action is Action.DELIVERED:
        return S.DELIVERED, None
    if action is Action.DAMAGED:
        return S.EXCEPTION, Reason.DAMAGED
    if action in ASKED:
        return UPDATE, ASKED[action]
    if action is Action.GAVE_UP:
        return S.ATTEMPT_FAILED, shipment.reason if shipment.reason in ASKED.values() else None
    return S.ATTEMPT_FAILED, FAILED[action]


def _late(
    session: Session,
    house: House,
    driver: Driver,
    shipment: Shipment,
    minutes: int | None,
    more: bool,
    event_id: str,
    reached: Reached,
    now: datetime,
) -> Acted:
    if minutes is None or not 0 < minutes <= rounds.MOST_LATE_MIN:
        return Acted(False, S(shipment.state), problem=Problem.NO_MINUTES)
    workflow = house.workflows.of(session, driver.retailer)
    facts = rounds.shift(
        session,
        driver.retailer,
        driver.id,
        minutes=minutes,
        more=more,
        key=event_id,
        grace=workflow.eta.delay_grace,
        stale_after=workflow.eta.stale_after,
        now=now,
    )
    milestones.announce(session, house, facts, retailer=driver.retailer, now=now)
    ids = {fact.shipment_id for fact in facts}
    return Acted(bool(facts), S(shipment.state), told=reached.customers(ids), stops=rounds.moved(facts))


def _follow_up(
    session: Session,
    house: House,
    driver: Driver,
    shipment: Shipment,
    action: Action,
    pictures: Sequence[Picture],
    note: str | None,
    event_id: str,
    reached: Reached,
    now: datetime,
) -> None:
    """What a milestone does not say: where it was left, that it comes after all, that it is broken."""
    if action is Action.DELIVERED:
        driver_asks.tell_again(session, house, shipment, reached, now=now)
        driver_asks.tell_where(session, house, shipment, note, key=event_id, now=now)
    elif action is Action.DAMAGED:
        open_case(
            session,
            house,
            retailer=shipment.retailer,
            reason="damaged",
            shipment_id=shipment.id,
            text=note,
            evidence={"driver": driver.name, "pictures": [one.id for one in pictures]},
            by=DRIVER,
            now=now,
        )


def _seen(session: Session, shipment: Shipment, event_id: str) -> bool:
    query = select(ShipmentEvent.id).where(
        ShipmentEvent.shipment_id == shipment.id,
        ShipmentEvent.source == DRIVER,
        ShipmentEvent.event_id == ledger.fitting(event_id),
    )
    return session.scalar(query) is not None
