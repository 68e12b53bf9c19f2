"""Many parcels at once: what `shipments.create` does for one, in a few statements for all of them."""

from collections.abc import Collection, Sequence
from datetime import datetime

from sqlalchemy import select, text
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from tracking_core import transit_serving
from tracking_core.models import Driver, Shipment, UnmatchedEvent
from tracking_core.numbers import normalised
from tracking_core.promises import ORDER, enter
from tracking_core.recording import take_in_unmatched
from tracking_core.rounds import hand_over
from tracking_core.shipments import NewShipment, assign_driver, create, fresh
from tracking_core.states import ShipmentState
from tracking_core.watching_rows import look_soon

#: All at once and always in the same order, so that two files with the same numbers cannot hold each other up.
_QUEUE = text(
    """
    SELECT pg_advisory_xact_lock(one.key) FROM (
        SELECT DISTINCT hashtextextended(number, 0) AS key FROM unnest(CAST(:numbers AS text[])) AS number ORDER BY 1
    ) AS one
    """
)
Key = tuple[str, str]
_Made = tuple[NewShipment, Shipment]


def create_many(
    session: Session, news: Sequence[NewShipment], *, retailer: str, now: datetime
) -> list[tuple[Shipment, bool]]:
    """Create the parcels, in their order, each as `shipments.create` would: (it, whether it is new).

    A few hundred at most: they are looked up and inserted in one statement each.
    """
    _queue(session, retailer, [normalised(new.tracking_number) for new in news])
    known = _known(session, retailer, news)
    made: dict[Key, tuple[NewShipment, Shipment]] = {}
    for new in news:
        if _key(new) not in known:
            made.setdefault(_key(new), (new, fresh(new, retailer=retailer, now=now)))
    try:
        with session.begin_nested():
            session.add_all([shipment for _, shipment in made.values()])
            session.flush()
    except IntegrityError:  # somebody else has created one of them since we looked: one by one, then
        return [create(session, new, retailer=retailer, now=now) for new in news]
    _promise(session, made.values(), now)
    _assign(session, retailer, made.values(), now)
    for _, shipment in made.values():
        transit_serving.predict(session, shipment, ShipmentState.CREATED.value, at=now, now=now)
    look_soon(session, [shipment for _, shipment in made.values()], now=now)
    session.flush()
    for shipment in _awaited(session, retailer, [shipment for _, shipment in made.values()]):
        take_in_unmatched(session, shipment, now=now)
    answer, first = [], set(made)
    for new in news:
        key = _key(new)
        answer.append((made[key][1] if key in made else known[key], key in first))
        first.discard(key)
    return answer


def _key(new: NewShipment) -> Key:
    return new.order_number, normalised(new.tracking_number)


def _queue(session: Session, retailer: str, numbers: Sequence[str]) -> None:
    if session.get_bind().dialect.name == "postgresql":
        session.execute(_QUEUE, {"numbers": [f"tracking:{retailer}:{number}" for number in numbers if number]})


def _known(session: Session, retailer: str, news: Sequence[NewShipment]) -> dict[Key, Shipment]:
    orders = {new.order_number for new in news}
    query = select(Shipment).where(Shipment.retailer == retailer, Shipment.order_number.in_(orders))
    return {(one.order_number, one.tracking_number): one for one in session.scalars(query)}


def _promise(session: Session, made: Collection[_Made], now: datetime) -> None:
    for new, shipment in made:
        if shipment.promised_at is not None:
            begins, ends = new.promised_from, new.promised_to
            enter(session, shipment, window_from=begins, window_to=ends, source=ORDER, now=now)


def _assign(session: Session, retailer: str, made: Collection[_Made], now: datetime) -> None:
    """Put each into its driver's hands; those drivers are asked for one by one whom nobody knows yet."""
    phones = {new.driver_phone for new, _ in made if new.driver_phone}
    query = select(Driver).where(Driver.retailer == retailer, Driver.phone.in_(phones))
    drivers = {driver.phone: driver for driver in session.scalars(query)} if phones else {}
    for new, shipment in made:
        if not new.driver_phone:
            continue
        driver = drivers.get(new.driver_phone)
        if driver is None or (new.driver_name and driver.name != new.driver_name):
            name = new.driver_name or ""
            drivers[new.driver_phone] = assign_driver(session, shipment, name=name, phone=new.driver_phone, now=now)
        else:
            hand_over(session, shipment, driver, now=now)


def _awaited(session: Session, retailer: str, made: Sequence[Shipment]) -> list[Shipment]:
    """Those whose tracking number somebody has spoken of already."""
    numbers = {shipment.tracking_number for shipment in made if shipment.tracking_number}
    query = select(UnmatchedEvent.tracking_number).where(
        UnmatchedEvent.retailer == retailer, UnmatchedEvent.tracking_number.in_(numbers)
    )
    spoken_of = set(session.scalars(query.distinct())) if numbers else set()
    return [shipment for shipment in made if shipment.tracking_number in spoken_of]
