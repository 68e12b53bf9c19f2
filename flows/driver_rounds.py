"""Drivers hear of their round, and of what changes in it: once it has come to rest, in one text."""

from collections.abc import Sequence
from datetime import date, datetime, timedelta

from sqlalchemy import delete, func, or_, select
from sqlalchemy.orm import Session

from flows import driver_links, driver_page
from flows.driver_links import Round
from flows.driver_texts import language_of, tell_driver
from flows.house import House
from flows.models import RoundTold
from tracking_core import rounds
from tracking_core.models import Driver, RoundChange, Shipment
from tracking_core.rounds import Stop
from tracking_core.states import ShipmentState

#: A round is told when nothing has changed in it for so long …
RESTS = timedelta(seconds=30)
#: … or when the driver has waited so long for it to come to rest.
WAITS = timedelta(seconds=60)
#: Orders and streets are named in so many characters.
NAMES_MAX = 40
#: Drivers one tick looks at.
BATCH = 50


def tell_rounds(session: Session, house: House, *, now: datetime, limit: int = BATCH) -> int:
    """Tell drivers whose round has changed; answers how many texts are newly owed.

    The first text of a day says how many stops there are, later ones what has come, gone or moved. A change that was
    undone before anybody was told is none.
    """
    changed = (
        select(RoundChange.driver_id)
        .where(RoundChange.due_at <= now)
        .group_by(RoundChange.driver_id)
        .having(or_(func.max(RoundChange.due_at) <= now - RESTS, func.min(RoundChange.due_at) <= now - WAITS))
        .order_by(RoundChange.driver_id)
        .limit(limit)
    )
    return sum(_tell(session, house, driver_id, now) for driver_id in session.scalars(changed).all())


def _tell(session: Session, house: House, driver_id: int, now: datetime) -> bool:
    mine = select(RoundChange.id).where(RoundChange.driver_id == driver_id, RoundChange.due_at <= now)
    taken = list(session.scalars(mine.order_by(RoundChange.id).with_for_update(skip_locked=True)))
    if not taken:  # another worker tells them
        return False
    session.execute(delete(RoundChange).where(RoundChange.id.in_(taken)))
    driver = session.get_one(Driver, driver_id)
    if driver.network is not None:  # their network tells them where to go
        return False
    round_ = driver_links.round_of(session, house, driver, now=now)
    today = now.astimezone(round_.zone).date()
    told = session.get(RoundTold, driver_id, with_for_update=True)
    if told is None or told.day != today:
        return _first(session, house, round_, told, today, now)
    return _later(session, house, round_, told, taken[-1], now)


def _first(session: Session, house: House, round_: Round, told: RoundTold | None, today: date, now: datetime) -> bool:
    """The day's first text, if there is anything to drive."""
    left = rounds.left(round_.stops)
    if not left:
        return False
    driver = round_.driver
    if told is None:
        told = RoundTold(driver_id=driver.id, retailer=driver.retailer, day=today, stops=[], at=now)
        session.add(told)
    told.day, told.stops, told.at = today, _ids(round_.stops), now
    return tell_driver(
        session,
        house,
        driver,
        "driver_round",
        key=f"round:{driver.id}:{today.isoformat()}",
        now=now,
        count=len(left),
        next=_named(session, house, round_, left[0]),
        link=driver_links.link(session, house, driver, now=now),
    )


def _later(session: Session, house: House, round_: Round, told: RoundTold, change: int, now: datetime) -> bool:
    """What is another than the driver was told."""
    driver, left = round_.driver, rounds.left(round_.stops)
    known = set(told.stops)
    added = [stop.shipment.order_number for stop in left if stop.shipment.id not in known]
    removed = _gone(session, round_, told)
    both = [stop.shipment.id for stop in left if stop.shipment.id in known]
    moved = both != [one for one in told.stops if one in set(both)]
    told.stops, told.at = _ids(round_.stops), now
    if not (added or removed or moved):
        return False
    following = rounds.next_of(round_.stops)
    return tell_driver(
        session,
        house,
        driver,
        "driver_changes",
        key=f"round:{driver.id}:change:{change}",
        now=now,
        added=_short(added),
        removed=_short(removed),
        moved=moved,
        next=_named(session, house, round_, following) if following else "",
    )


def _gone(session: Session, round_: Round, told: RoundTold) -> list[str]:
    """The orders that were the driver's to bring today and are no longer, without having been brought."""
    here = set(_ids(round_.stops))
    missing = [one for one in told.stops if one not in here]
    query = select(Shipment).where(Shipment.id.in_(missing)).order_by(Shipment.id)
    done = (ShipmentState.DELIVERED, ShipmentState.ATTEMPT_FAILED)
    return [
        one.order_number
        for one in session.scalars(query)
        if one.driver_id != round_.driver.id or ShipmentState(one.state) not in done
    ]


def _named(session: Session, house: House, round_: Round, stop: Stop) -> str:
    (card,) = driver_page.cards(session, house, Round(round_.driver, (stop,), round_.zone))
    workflow = house.workflows.of(session, round_.driver.retailer)
    street = next(iter(card.address), "")
    words: str = house.texts.phrase(
        "driver_stop",
        language_of(session, round_.driver, workflow),
        workflow,
        order=stop.shipment.order_number,
        address=street if len(street) <= NAMES_MAX else f"{street[: NAMES_MAX - 3].rstrip()}...",
        window="",
    )
    return words


def _short(orders: Sequence[str]) -> str:
    """The orders by name as far as they fit, and how many more: `A1001, A1002 +3`."""
    said, rest = "", list(dict.fromkeys(orders))
    while rest and len(said) + len(rest[0]) + 6 <= NAMES_MAX:
        said = f"{said}, {rest.pop(0)}" if said else rest.pop(0)
    if not said and rest:
        said = rest.pop(0)[: NAMES_MAX - 6]
    return f"{said} +{len(rest)}" if rest else said


def _ids(stops: Sequence[Stop]) -> list[int]:
    return [stop.shipment.id for stop in stops]
