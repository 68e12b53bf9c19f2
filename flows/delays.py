"""When the estimate leaves what was promised, people hear it from us first: seldom, with why, and what they can do."""

from collections.abc import Set

from flows import delay_digest
from flows.delay_digest import LATER, SOONER
from flows.digests import REPLACED, Order, replace_held, tell_again
from flows.promises import last_told
from flows.telling import Telling
from flows.wording import is_unknown
from tracking_core.eta import Estimate
from tracking_core.models import Shipment
from tracking_core.promises import Movement, left
from tracking_core.states import ShipmentState

KINDS: dict[Movement, str] = {"later": LATER, "sooner": SOONER}


def tell_if_moved(order: Order, parcel: Shipment) -> bool:
    """Tell the owner if the parcel is now expected later, or much sooner, than they were last told. True: it was said.

    Inside the window they go by, and back in it, there is silence; what still waits to be said and is true no more is
    taken back. A milestone text that waits for the morning is written anew instead. The workflow limits how many such
    texts a person gets in one day.
    """
    telling = order.telling
    expected = telling.wording(parcel).expected(parcel)
    if expected is None or ShipmentState(parcel.state).is_final or is_unknown(parcel, expected):
        return False
    waits = [row.key for row in delay_digest.waiting(telling, parcel) if parcel.id in delay_digest.ids_in(row.key)]
    moved = _moved(order, parcel, expected)
    if waits:
        before = _moved(order, parcel, expected, but=waits)
        if before is None:
            delay_digest.take_back(telling, parcel, reason=REPLACED)
        if before is None or moved is None:
            return False
        moved = before
    if moved is None:
        return False
    ways = _left(order, parcel)
    return bool(ways) and delay_digest.tell(telling, parcel, KINDS[moved], ways)


def tell_unknown(order: Order, parcel: Shipment) -> bool:
    """Tell the owner that the parcel is called late and nobody says until when: no time is made up."""
    if ShipmentState(parcel.state).is_final or parcel.delay_said_at is None:
        return False
    ways = _left(order, parcel)
    return bool(ways) and delay_digest.tell(order.telling, parcel, LATER, ways, timed=False)


def say_anew(telling: Telling, parcel: Shipment) -> None:
    """Let nothing that waits to be said name a time that the shopper, or we with them, have just changed.

    A delay of the time before is news no more and is taken back; a milestone text is written anew with the new time.
    """
    order = Order.of(telling, [parcel])
    order.lock()
    ways = set(telling.hold_talks(parcel))
    delay_digest.take_back(telling, parcel, reason=REPLACED)
    for milestone, unsaid in replace_held(order, parcel, order.told()).items():
        tell_again(order, milestone, parcel, unsaid & ways)


def _moved(order: Order, parcel: Shipment, expected: Estimate, *, but: list[str] | None = None) -> Movement | None:
    given = last_told(order.session, parcel, but=but or ())
    rules = order.telling.workflow.eta
    return left(given, expected, grace=rules.delay_grace, early=rules.early_news) if given is not None else None


def _left(order: Order, parcel: Shipment) -> Set[str]:
    """The ways by which it is to be told, once what waits for the morning has been written anew."""
    ways = set(order.telling.hold_talks(parcel))
    if not ways:
        return ways
    for milestone, unsaid in replace_held(order, parcel, order.told()).items():
        # What waits is written anew; by the other ways it has been said, and a delay is a delay.
        tell_again(order, milestone, parcel, unsaid & ways)
        ways -= unsaid
    return ways
