"""A shipment's flags: what raises them, what settles them, and when a promise counts as broken."""

from datetime import datetime, timedelta

from tracking_core.eta import GRACE, STALE_POSITION, Estimate, estimate, given_end, is_delayed
from tracking_core.facts import CarrierEvent, PromiseBroken
from tracking_core.models import Shipment
from tracking_core.reasons import Reason, reason_of
from tracking_core.states import RANKS, ShipmentState, state_of

FLAGS = ("delayed", "stalled", "eta_missed", "action_required", "customs")
#: States that wait for somebody, in which a reason the shopper can mend asks for their action.
WAITING = frozenset({ShipmentState.ON_HOLD, ShipmentState.ATTEMPT_FAILED, ShipmentState.EXCEPTION})


def raise_flags(shipment: Shipment, event: CarrierEvent, after: ShipmentState | None, *, later: bool) -> None:
    """Clear what the event settles, then raise what it says. later: it is not before what made the state."""
    flags = set(shipment.flags) - {"stalled"} if later else set(shipment.flags)
    if after is not None and (after in RANKS or after.is_final):
        # It moves again, or it is over: whatever held it up is history.
        flags -= {"delayed", "action_required", "customs"}
        if after not in (ShipmentState.OUT_FOR_DELIVERY, ShipmentState.ARRIVING):
            shipment.stops_away = event.stops_away
    if after is not None and after.is_final:
        flags -= {"eta_missed"}
        shipment.broken_promise_to = None
    now_in = ShipmentState(shipment.state)
    if later and (not now_in.is_final or after is not None):
        flags |= set(event.flags) & set(FLAGS)
        reason = reason_of(event.reason)
        if reason is Reason.CUSTOMS and not now_in.is_final:
            flags.add("customs")
        if reason is not None and reason.shopper_action and now_in in WAITING and state_of(event.status) is now_in:
            flags.add("action_required")
    set_flags(shipment, flags)


def reassess(
    shipment: Shipment, *, now: datetime, grace: timedelta = GRACE, stale_after: timedelta = STALE_POSITION
) -> PromiseBroken | None:
    """Bring the flags `delayed` and `eta_missed` up to what the estimate says; a promise newly broken is answered.

    For changes that are no event: another promise, time that has passed. The fact's `silent` is False.
    """
    expected = estimate(shipment, now=now, stale_after=stale_after)
    late = is_delayed(shipment, expected, grace=grace)
    flags = set(shipment.flags)
    given = given_end(shipment)
    if not (expected and expected.overdue) and (given is None or now <= given):
        flags.discard("eta_missed")
    if late:
        flags.add("delayed")
    elif shipment.broken_promise_to is not None:
        flags.discard("delayed")
    set_flags(shipment, flags)
    return _broken(shipment, expected, late, now=now, silent=False)


def _broken(
    shipment: Shipment, expected: Estimate | None, late: bool, *, now: datetime, silent: bool
) -> PromiseBroken | None:
    if not late or expected is None or shipment.promised_to is None:
        shipment.broken_promise_to = None
        return None
    if shipment.broken_promise_to == shipment.promised_to:
        return None
    shipment.broken_promise_to = shipment.promised_to
    expected_to = expected.window_to or expected.judged_by or now
    return PromiseBroken(shipment.id, now, silent, shipment.promised_to, expected_to)


def set_flags(shipment: Shipment, flags: set[str]) -> None:
    """Assign only a change, in the order of the vocabulary: a list altered in place would not be saved."""
    ordered = [flag for flag in FLAGS if flag in flags]
    if ordered != shipment.flags:
        shipment.flags = ordered
