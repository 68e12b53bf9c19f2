"""Another delivery time: which there are for a parcel, and what choosing one does."""

from datetime import UTC, datetime, time, timedelta
from zoneinfo import ZoneInfo

from sqlalchemy.orm import Session

from flows import outbound_events
from flows.driver_texts import language_of, tell_driver
from flows.expecting import clock_of as clock_of
from flows.expecting import expected_of
from flows.house import House
from flows.slots import Slot, slots
from flows.wording import Wording
from flows.workflow import Workflow
from tracking_core.eta import Estimate
from tracking_core.models import Shipment
from tracking_core.promises import before_wishes, wish_of
from tracking_core.promising import promise_wished
from tracking_core.shipments import promises
from tracking_core.states import ShipmentState

S = ShipmentState
#: It is so far away that it cannot come before the day it is expected on.
FAR = frozenset({S.CREATED, S.PROCESSED, S.SHIPPED, S.IN_TRANSIT, S.ON_HOLD, S.EXCEPTION})
#: Why not, for states in which the time cannot be changed.
HINDRANCES = {
    S.DELIVERED: "delivered",
    S.AT_ADDRESS: "at_address",
    S.ARRIVING: "soon",
    S.AVAILABLE_FOR_PICKUP: "pickup",
    **dict.fromkeys((S.RETURNING, S.RETURNED, S.CANCELLED, S.LOST, S.EXPIRED), "over"),
}


def hindrance(session: Session, shipment: Shipment, workflow: Workflow, *, now: datetime) -> str | None:
    """Why the parcel's time cannot be changed: delivered, at_address, soon, pickup, over or none; None when it can."""
    state = S(shipment.state)
    if state in HINDRANCES:
        return HINDRANCES[state]
    if state is S.OUT_FOR_DELIVERY and _arrives(shipment, workflow, now=now) < now + workflow.reschedule.cutoff:
        return "soon"
    return None if offered(session, shipment, workflow, now=now) else "none"


def offered(session: Session, shipment: Shipment, workflow: Workflow, *, now: datetime) -> list[Slot]:
    """The slots the parcel can still be brought in, soonest first."""
    rules, zone = workflow.reschedule, clock_of(shipment, workflow)
    expected = expected_of(shipment, workflow, now=now)
    earliest = now + rules.cutoff
    if S(shipment.state) in FAR:
        earliest = max(earliest, _first_day(_unwished(session, shipment, expected), zone, now=now))
    known = (expected.window_from, expected.window_to) if expected is not None else (None, None)
    return slots(windows=rules.windows, days=rules.days, earliest=earliest, zone=zone, known=known)


def move(
    session: Session, house: House, shipment: Shipment, slot: Slot, *, key: str, words: str | None = None, now: datetime
) -> None:
    """Promise the slot, and let everybody know whom it concerns but the shopper: store, carrier, driver.

    key: the key of the text that tells the shopper; words: the slot as it stands there. The same slot again changes
    nothing.
    """
    before = (shipment.promised_from, shipment.promised_to)
    if before == slot.pair:
        return
    workflow = house.workflows.of(session, shipment.retailer)
    promise_wished(
        session,
        shipment,
        window_from=slot.begins,
        window_to=slot.ends,
        message_key=key,
        template="reschedule_done",
        words=words,
        grace=workflow.eta.delay_grace,
        stale_after=workflow.eta.stale_after,
        now=now,
    )
    payload = {"from": slot.begins.isoformat(), "to": slot.ends.isoformat(), "by": "customer"}
    earlier = [None if one is None else one.isoformat() for one in before]
    outbound_events.request(
        session,
        shipment,
        "order.reschedule_requested",
        {**payload, "before": dict(zip(("from", "to"), earlier, strict=True))},
        key=f"reschedule:{shipment.id}:{key}",
        now=now,
    )
    if shipment.driver is not None:
        wording = Wording(house, workflow, language_of(session, shipment.driver, workflow), now)
        words = in_words(slot, wording, clock_of(shipment, workflow))
        about = f"driver:rescheduled:{shipment.id}:{key}"
        tell_driver(
            session,
            house,
            shipment,
            "driver_rescheduled",
            key=about,
            now=now,
            order=shipment.order_number,
            slot=words,
        )


def in_words(slot: Slot, wording: Wording, zone: ZoneInfo) -> str:
    """The slot as a part of a sentence: `tomorrow between 8 AM and 12 PM`."""
    begins, ends = slot.begins.astimezone(zone), slot.ends.astimezone(zone)
    day = wording.day(begins)
    return wording.phrase("window", begins=begins, ends=ends, day_from=day, day_to=day, whole_day=False)


def in_a_list(slot: Slot, wording: Wording, zone: ZoneInfo) -> str:
    """The slot as a line of a list: `tomorrow 8 AM-12 PM`."""
    begins, ends = slot.begins.astimezone(zone), slot.ends.astimezone(zone)
    return wording.phrase("slot", day=wording.day(begins), begins=begins, ends=ends)


def _arrives(shipment: Shipment, workflow: Workflow, *, now: datetime) -> datetime:
    """When a parcel that is out may be at the door: at the soonest. Nobody knows: at any moment."""
    expected = expected_of(shipment, workflow, now=now)
    if expected is None or shipment.stops_away == 0:
        return now
    return expected.window_from or now


def _unwished(session: Session, shipment: Shipment, expected: Estimate | None) -> datetime | None:
    """When it would come had the shopper not wished for another time: a wish does not make the parcel travel slower."""
    made = promises(session, shipment)
    if expected is not None and expected.source == "promise" and wish_of(made) is not None:
        own = before_wishes(made)
        return None if own is None else own.window_from or own.window_to
    if expected is None or expected.overdue:
        return None
    return expected.window_from or expected.window_to


def _first_day(expected: datetime | None, zone: ZoneInfo, *, now: datetime) -> datetime:
    """When the day begins on which a parcel on its way can be there at the soonest: as expected, else tomorrow."""
    day = max(expected or now, now).astimezone(zone).date()
    if expected is None:
        day += timedelta(days=1)
    return datetime.combine(day, time(), zone).astimezone(UTC)
