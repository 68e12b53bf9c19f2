"""Shipment states and what moves them. Pure: no database, no clock."""

from enum import StrEnum


class ShipmentState(StrEnum):
    """Where a parcel is in its life. The main line in order, then what may happen aside of it."""

    CREATED = "created"
    PROCESSED = "processed"
    SHIPPED = "shipped"
    IN_TRANSIT = "in_transit"
    AT_LOCAL_HUB = "at_local_hub"
    OUT_FOR_DELIVERY = "out_for_delivery"
    ARRIVING = "arriving"
    AT_ADDRESS = "at_address"
    DELIVERED = "delivered"
    AVAILABLE_FOR_PICKUP = "available_for_pickup"
    ON_HOLD = "on_hold"
    ATTEMPT_FAILED = "attempt_failed"
    EXCEPTION = "exception"
    RETURNING = "returning"
    RETURNED = "returned"
    CANCELLED = "cancelled"
    LOST = "lost"
    EXPIRED = "expired"

    @property
    def is_final(self) -> bool:
        """Whether the parcel's story is over; only a correction reopens it."""
        return self in FINAL

    @property
    def is_failure(self) -> bool:
        """Whether the parcel did not, or may not, come to the shopper. Waiting (hold, pick-up) is no failure."""
        return self in FAILURES

    @property
    def rank(self) -> int:
        """Place on the main line: created 0 ... delivered 8; -1 for the states aside of it."""
        return RANKS.get(self, -1)

    @property
    def nearness(self) -> int:
        """How near the parcel is to the shopper, over all states: higher is nearer; final states are not sorted."""
        return NEARNESS.get(self, -1)


S = ShipmentState

#: The way of a parcel when nothing goes wrong, in order.
MAIN_LINE = (
    S.CREATED,
    S.PROCESSED,
    S.SHIPPED,
    S.IN_TRANSIT,
    S.AT_LOCAL_HUB,
    S.OUT_FOR_DELIVERY,
    S.ARRIVING,
    S.AT_ADDRESS,
    S.DELIVERED,
)
RANKS = {state: rank for rank, state in enumerate(MAIN_LINE)}
FINAL = frozenset({S.DELIVERED, S.RETURNED, S.CANCELLED, S.LOST, S.EXPIRED})
OPEN = frozenset(S) - FINAL
FAILURES = frozenset({S.ATTEMPT_FAILED, S.EXCEPTION, S.RETURNING, S.RETURNED, S.CANCELLED, S.LOST, S.EXPIRED})

#: Where the main line may be joined again from aside of it: the lowest state that makes sense there. An order may be
#: held before it is packed; a parcel that somebody tried to deliver is long since packed.
REJOINS = {
    S.ON_HOLD: S.PROCESSED,
    S.EXCEPTION: S.PROCESSED,
    S.ATTEMPT_FAILED: S.IN_TRANSIT,
    S.AVAILABLE_FOR_PICKUP: S.IN_TRANSIT,
}
#: A parcel on its way back is no longer on its way to the shopper, whatever a scanner says.
AFTER_RETURNING = frozenset({S.RETURNED, S.LOST, S.CANCELLED})

#: From farthest to nearest.
NEARNESS = {
    state: place
    for place, state in enumerate(
        (
            S.RETURNING,
            S.CREATED,
            S.PROCESSED,
            S.ON_HOLD,
            S.EXCEPTION,
            S.SHIPPED,
            S.IN_TRANSIT,
            S.AT_LOCAL_HUB,
            S.AVAILABLE_FOR_PICKUP,
            S.ATTEMPT_FAILED,
            S.OUT_FOR_DELIVERY,
            S.ARRIVING,
            S.AT_ADDRESS,
        )
    )
}

#: Statuses of an event that name no state: one that brings only numbers, and a code nobody has a meaning for.
UPDATE = "update"
UNKNOWN = "unknown"


def state_of(status: str) -> ShipmentState | None:
    """The state an event's status names; None for `update`, `unknown` and anything else."""
    return _BY_VALUE.get(status)


def advance(
    state: ShipmentState, event_status: str, *, correction: bool = False, later: bool = True
) -> ShipmentState | None:
    """Answer the state the event moves the parcel to, or None when it moves nothing. Total: never raises.

    correction: somebody says that what we believed is wrong; it moves anywhere, also out of a final state.
    later: the event's time is not before the state's. Sources' clocks differ, so a step forward on the main line needs
    no `later`; going aside, and coming back, does.
    """
    target = _BY_VALUE.get(event_status)
    if target is None or target is state:
        return None
    if correction:
        return target
    if state.is_final or target is S.CREATED:
        return None
    if state in RANKS and target in RANKS:
        return target if target.rank > state.rank else None
    if not later:
        return None
    if state is S.RETURNING:
        return target if target in AFTER_RETURNING else None
    if target in RANKS:
        return target if target.rank >= REJOINS[state].rank else None
    return target


_BY_VALUE: dict[str, ShipmentState] = {state.value: state for state in S}
