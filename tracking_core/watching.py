"""What somebody should look at, before the shopper has to ask: one small question for each thing that goes wrong. Pure.

Each watcher answers what it sees and when that counts, also when that moment has not come: so a parcel is looked at
again then, and not before.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta, tzinfo
from typing import Any, Literal, get_args

from tracking_core.addresses import doubts
from tracking_core.eta import Estimate
from tracking_core.models import Shipment
from tracking_core.promises import risk
from tracking_core.states import ShipmentState
from tracking_core.weather import at_risk, outlook_of

S = ShipmentState
Watcher = Literal[
    "label_unscanned",
    "label_lost",
    "no_movement",
    "missed_departure",
    "attempt_failed",
    "attempt_unanswered",
    "promise_at_risk",
    "promise_broken",
    "exception",
    "address_doubt",
    "proof_missing",
    "lost",
    "carrier_silent",
]
WATCHERS: tuple[Watcher, ...] = get_args(Watcher)
#: Between the first scan and the van: here a carrier is expected to speak.
MOVING = frozenset({S.SHIPPED, S.IN_TRANSIT, S.AT_LOCAL_HUB})
BEFORE_VAN = frozenset({S.CREATED, S.PROCESSED, *MOVING})
NEAR = frozenset({S.OUT_FOR_DELIVERY, S.ARRIVING, S.AT_ADDRESS})
#: A promise of a window as wide as this is one of a day: it departs by the middle of it at the latest.
WIDE = timedelta(hours=8)
#: A parcel on which nothing is due is looked at this often all the same; more often when it is near, or promised soon.
EVERY, EVERY_SOON, EVERY_NEAR = timedelta(hours=12), timedelta(hours=1), timedelta(minutes=15)
SOON = timedelta(hours=24)


@dataclass(frozen=True, slots=True)
class Look:
    """What is known beside the parcel's row when somebody looks at it."""

    now: datetime
    #: The destination's.
    zone: tzinfo
    #: Watcher -> how long it may be so; watchers that are not named are off.
    after: Mapping[Watcher, timedelta]
    #: What the estimate says now.
    expected: Estimate | None = None
    #: A promise more likely broken than this is at risk, 0 to 1.
    above: float = 1.0
    #: How long its carrier usually says nothing on this lane; None: not learned yet.
    usual_gap: timedelta | None = None
    #: It was delivered without a proof that it must have.
    proof_missing: bool = False
    #: What else makes its address doubtful, beside what stands in it; names as of `addresses.doubts`.
    doubts: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Finding:
    """Something that is so since `since`, and counts from `due_at` on."""

    watcher: Watcher
    #: What makes it another one than the last time.
    occasion: str
    since: datetime
    due_at: datetime
    detail: dict[str, Any] = field(default_factory=dict)


def found(shipment: Shipment, look: Look) -> list[Finding]:
    """All that is so, or will be if nothing happens; each with the moment from which it counts."""
    return [
        finding
        for watcher, sees in _SEES.items()
        if watcher in look.after and (finding := sees(shipment, look)) is not None
    ]


def next_look(shipment: Shipment, look: Look, findings: list[Finding]) -> datetime | None:
    """When the parcel is to be looked at again; None: never, its story is over and nothing is to come."""
    state = S(shipment.state)
    coming = [one.due_at for one in findings if one.due_at > look.now]
    if state.is_final:
        return min(coming) if coming else None
    if state in NEAR:
        step = EVERY_NEAR
    else:
        ends = shipment.last_promised_to or shipment.promised_to
        step = EVERY_SOON if ends is not None and abs(ends - look.now) < SOON else EVERY
    return min([*coming, look.now + step])


def _label(shipment: Shipment, look: Look, watcher: Watcher) -> Finding | None:
    """The label was made and nobody has scanned the parcel. What is promised for much later may lie for a while."""
    state, since = S(shipment.state), shipment.state_at
    if state is S.CREATED and shipment.tracking_number:
        since = shipment.created_at
    elif state is not S.PROCESSED:
        return None
    if since is None:
        return None
    due, promised = since + look.after[watcher], shipment.promised_from or shipment.promised_to
    if state is S.CREATED and promised is not None:
        due = max(due, promised - look.after[watcher])
    return Finding(watcher, since.isoformat(), since, due)


def _no_movement(shipment: Shipment, look: Look) -> Finding | None:
    since = shipment.last_event_at
    if S(shipment.state) not in MOVING or since is None:
        return None
    usual = look.usual_gap
    allowed = look.after["no_movement"] if usual is None else usual
    detail = {"usual_hours": round(allowed / timedelta(hours=1), 1), "learned": usual is not None}
    return Finding("no_movement", since.isoformat(), since, since + allowed, detail)


def _missed_departure(shipment: Shipment, look: Look) -> Finding | None:
    """The promised time has come, and the parcel is in no van. Of a parcel nobody ever scanned nothing can be said."""
    begins, ends = shipment.promised_from, shipment.promised_to
    if S(shipment.state) not in BEFORE_VAN or ends is None or shipment.last_event_at is None:
        return None
    since = ends - timedelta(hours=2) if begins is None else begins
    if begins is not None and ends - begins > WIDE:
        since = begins + (ends - begins) / 2
    return Finding("missed_departure", ends.isoformat(), since, since + look.after["missed_departure"])


def _attempt(shipment: Shipment, look: Look, watcher: Watcher) -> Finding | None:
    """Nobody took it, and no other time has been agreed since."""
    since = shipment.state_at
    if S(shipment.state) is not S.ATTEMPT_FAILED or since is None:
        return None
    if shipment.promised_at is not None and shipment.promised_at > since:
        return None
    detail = {"reason": shipment.reason, "attempts": shipment.attempts}
    return Finding(watcher, f"attempt {shipment.attempts}", since, since + look.after[watcher], detail)


def _at_risk(shipment: Shipment, look: Look) -> Finding | None:
    ends = shipment.last_promised_to or shipment.promised_to
    if ends is None or S(shipment.state).is_final or ends <= look.now:
        return None
    likely = at_risk(risk(look.expected, ends, now=look.now), outlook_of(shipment, now=look.now))
    if likely <= look.above:
        return None
    counted = look.expected.outcomes if look.expected is not None else None
    detail = {"probability": round(likely, 2), "outcomes": counted.n if counted is not None else 0}
    return Finding("promise_at_risk", ends.isoformat(), look.now, look.now + look.after["promise_at_risk"], detail)


def _broken(shipment: Shipment, look: Look) -> Finding | None:
    """The last promise has passed and it is still not there. A wait for the shopper is no broken promise."""
    ends = shipment.last_promised_to or shipment.promised_to
    waits = S(shipment.state) in (S.AVAILABLE_FOR_PICKUP, S.RETURNING, S.ATTEMPT_FAILED)
    if ends is None or S(shipment.state).is_final or waits or shipment.last_event_at is None:
        return None
    return Finding("promise_broken", ends.isoformat(), ends, ends + look.after["promise_broken"])


def _exception(shipment: Shipment, look: Look) -> Finding | None:
    since = shipment.state_at
    if S(shipment.state) is not S.EXCEPTION or since is None:
        return None
    return Finding("exception", since.isoformat(), since, since + look.after["exception"], {"reason": shipment.reason})


def _address(shipment: Shipment, look: Look) -> Finding | None:
    """Its address may not be found. Asked once it is packed: until then the store may still put it right."""
    state, since = S(shipment.state), shipment.state_at
    if state.is_final or state in (S.CREATED, S.RETURNING, *NEAR) or since is None:
        return None
    seen = [*doubts(shipment.destination, reason=shipment.reason), *look.doubts]
    if not seen:
        return None
    return Finding("address_doubt", "+".join(seen), since, since + look.after["address_doubt"], {"doubts": seen})


def _proof(shipment: Shipment, look: Look) -> Finding | None:
    since = shipment.delivered_at
    if not look.proof_missing or since is None:
        return None
    return Finding("proof_missing", since.isoformat(), since, since + look.after["proof_missing"])


def _lost(shipment: Shipment, look: Look) -> Finding | None:
    since = shipment.state_at
    gone = S(shipment.state) is S.LOST or (S(shipment.state) is S.EXCEPTION and shipment.reason == "lost")
    if not gone or since is None:
        return None
    return Finding("lost", "lost", since, since + look.after["lost"])


#: carrier_silent is about all parcels of a carrier and asked elsewhere: `watching_carriers`.
_SEES: dict[Watcher, Callable[[Shipment, Look], Finding | None]] = {
    "label_unscanned": lambda shipment, look: _label(shipment, look, "label_unscanned"),
    "label_lost": lambda shipment, look: _label(shipment, look, "label_lost"),
    "no_movement": _no_movement,
    "missed_departure": _missed_departure,
    "attempt_failed": lambda shipment, look: _attempt(shipment, look, "attempt_failed"),
    "attempt_unanswered": lambda shipment, look: _attempt(shipment, look, "attempt_unanswered"),
    "promise_at_risk": _at_risk,
    "promise_broken": _broken,
    "exception": _exception,
    "address_doubt": _address,
    "proof_missing": _proof,
    "lost": _lost,
}
