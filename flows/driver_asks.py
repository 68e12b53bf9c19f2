"""What a customer is told or asked because of what their driver says, beside the milestones."""

from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from bot import leaks
from channels.messages import Category
from channels.outbox import MILESTONE_VALIDITY
from flows import languages, lines
from flows.digests import Order, replace_held
from flows.driver_reached import Reached
from flows.house import House
from flows.models import MilestoneTold
from flows.telling import SMS, Telling, free_key
from tracking_core.models import Driver, Shipment, ShipmentEvent
from tracking_core.rounds import DRIVER

#: Where it was left is said in so few words.
NOTE_MAX = 100


def ask_customer(
    session: Session,
    house: House,
    driver: Driver,
    shipment: Shipment,
    what: str,
    *,
    words: str | None = None,
    key: str,
    now: datetime,
) -> bool:
    """Ask the customer for help on the driver's behalf: over the line, so that the answer reaches the driver.

    what: cannot_find, cannot_access. words: the driver's own, instead of ours. Without a line the customer is asked
    from the main number. True: over the line.
    """
    workflow = house.workflows.of(session, shipment.retailer)
    line = lines.open_line(session, house, shipment, opened_by=lines.DRIVER, now=now)
    if isinstance(line, lines.Line):
        language = languages.of_shipment(session, shipment, workflow)
        said = words or house.texts.phrase("driver_asks", language, workflow, what=what)
        passed = lines.pass_on(session, house, line, role=lines.DRIVER, text=said, key=f"asks:{key}", now=now)
        if passed.sent:
            return True
    telling = Telling(session, house, workflow, driver.retailer, now)
    if SMS in telling.ways(shipment):
        values = {"order": shipment.order_number, "what": what}
        telling.tell(SMS, shipment, "driver_asks", values, category=Category.RELAY, key=f"asks:{shipment.id}:{key}")
    return False


def tell_where(
    session: Session, house: House, shipment: Shipment, note: str | None, *, key: str, now: datetime
) -> None:
    """Tell the customer where the driver has left it, in the driver's words; numbers and links are hidden."""
    if not note:
        return
    workflow = house.workflows.of(session, shipment.retailer)
    telling = Telling(session, house, workflow, shipment.retailer, now)
    if SMS not in telling.ways(shipment):
        return
    found = leaks.find(note, keep=(shipment.order_number, *_address(shipment)))
    words = leaks.mask(note, found, lambda _kind: "***")[:NOTE_MAX]
    values = {"order": shipment.order_number, "note": words}
    telling.tell(SMS, shipment, "delivered_where", values, category=Category.PROOF, key=f"where:{shipment.id}:{key}")


def tell_again(session: Session, house: House, shipment: Shipment, reached: Reached, *, now: datetime) -> None:
    """Say that it is delivered once more, when that was said before and taken back since."""
    if reached.customers([shipment.id], Category.MILESTONE) or not _was_taken_back(session, shipment):
        return
    workflow = house.workflows.of(session, shipment.retailer)
    if "delivered" not in workflow.milestones:
        return
    telling = Telling(session, house, workflow, shipment.retailer, now)
    values = telling.wording(shipment).parcel(session, shipment)
    key = free_key(session, f"milestone:{shipment.id}:delivered")
    for way in telling.ways(shipment):
        telling.tell(way, shipment, "milestone_delivered", values, category=Category.MILESTONE, key=key)


def take_back(session: Session, house: House, shipment: Shipment, milestone: str, *, key: str, now: datetime) -> bool:
    """Take back what the customer was told by mistake. True: it had gone out already, so they are told otherwise."""
    told = session.scalar(
        select(MilestoneTold.message_key).where(
            MilestoneTold.shipment_id == shipment.id, MilestoneTold.milestone == milestone
        )
    )
    if told is None:
        return False
    workflow = house.workflows.of(session, shipment.retailer)
    telling = Telling(session, house, workflow, shipment.retailer, now)
    order = Order.of(telling, [shipment])
    order.lock()
    telling.hold_talks(shipment)
    if milestone in replace_held(order, shipment, order.told()) or SMS not in telling.ways(shipment):
        return False
    values = {"order": shipment.order_number, "link": house.links.url(session, "t", shipment.id, now=now)}
    return telling.tell(
        SMS,
        shipment,
        "taken_back",
        values,
        category=Category.PROOF,
        key=f"taken_back:{shipment.id}:{key}",
        validity=MILESTONE_VALIDITY.get(milestone),
    )


def _was_taken_back(session: Session, shipment: Shipment) -> bool:
    query = select(ShipmentEvent.id).where(
        ShipmentEvent.shipment_id == shipment.id,
        ShipmentEvent.source == DRIVER,
        ShipmentEvent.correction.is_(True),
    )
    return session.scalar(query.limit(1)) is not None


def _address(shipment: Shipment) -> tuple[str, ...]:
    said = (shipment.destination.get(name) for name in ("line1", "line2", "postal_code"))
    return tuple(str(one) for one in said if one)
