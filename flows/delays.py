"""When the estimate leaves what was promised, people hear it from us first: seldom, and with a new window."""

from datetime import datetime, time, timedelta

from sqlalchemy import select

from channels.messages import Category, Status
from channels.models import OutboxRow
from flows.digests import REPLACED, Order, replace_held, tell_again
from flows.telling import free_key
from flows.wording import Wording
from tracking_core.eta import Estimate, estimate
from tracking_core.models import Shipment
from tracking_core.shipments import promise_made, promises
from tracking_core.states import ShipmentState


def tell_if_late(order: Order, parcel: Shipment) -> bool:
    """Tell the owner if the parcel is now expected later than last promised, beyond the grace. True: a delay was said.

    A milestone text that still waits for the morning is written anew instead. The workflow limits how many delay texts
    a parcel raises in one day of its destination.
    """
    telling = order.telling
    wording = telling.wording(parcel)
    expected = estimate(parcel, now=telling.now, zone=wording.zone(parcel))
    if expected is None or ShipmentState(parcel.state).is_final or not _is_late(order, parcel, expected):
        return False
    ways = set(telling.hold_talks(parcel))
    for milestone, unsaid in replace_held(order, parcel, order.told()).items():
        # What waits for the morning is written anew; by the other ways it has been said, and a delay is a delay.
        tell_again(order, milestone, parcel, unsaid & ways)
        ways -= unsaid
    if not ways:
        return False
    today = telling.now.astimezone(wording.zone(parcel)).date()
    if _said_since(order, parcel, wording) >= telling.workflow.eta.max_delay_texts_per_day:
        return False
    telling.withdraw_delays(parcel, reason=REPLACED)
    key = free_key(order.session, f"delay:{parcel.id}:{today.isoformat()}")
    values = wording.parcel(order.session, parcel)
    said = [telling.tell(way, parcel, "delay", values, category=Category.DELAY, key=key) for way in sorted(ways)]
    if said and values["window"]:
        promise_made(
            order.session,
            parcel,
            window_from=expected.window_from,
            window_to=expected.window_to,
            source=expected.source,
            message_key=key,
            now=telling.now,
        )
    return bool(said)


def _is_late(order: Order, parcel: Shipment, expected: Estimate) -> bool:
    """Whether the estimate lies past the last window anybody was given, whoever gave it, by more than the grace."""
    given = [one.window_to for one in promises(order.session, parcel) if one.window_to is not None]
    if not given or expected.judged_by is None:
        return False
    grace: timedelta = order.telling.workflow.eta.delay_grace
    return expected.judged_by > given[-1] + grace


def _said_since(order: Order, parcel: Shipment, wording: Wording) -> int:
    """How many delay texts the parcel has raised since midnight at its destination; text and mail count once."""
    zone = wording.zone(parcel)
    midnight = datetime.combine(order.telling.now.astimezone(zone).date(), time(), zone)
    query = select(OutboxRow.key).where(
        OutboxRow.shipment_id == parcel.id,
        OutboxRow.category == Category.DELAY,
        OutboxRow.created_at >= midnight,
        OutboxRow.state != Status.CANCELLED,
    )
    return len({key.removesuffix(":email") for key in order.session.scalars(query)})
