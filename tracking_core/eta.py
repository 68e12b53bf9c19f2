"""When a parcel will come, how sure that is, and why: whose word counts, and what its own story does to it."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, datetime, timedelta, tzinfo
from zoneinfo import ZoneInfo

from tracking_core.eta_days import day_window
from tracking_core.eta_sources import AT_THE_SHOP, STALE_POSITION, by_record, of_distance, of_model, of_position
from tracking_core.eta_types import Estimate, Reasoned
from tracking_core.facts import Eta
from tracking_core.models import Shipment
from tracking_core.states import ShipmentState
from tracking_core.weather import outlook_of

__all__ = [
    "ASIDE",
    "GRACE",
    "NEAR",
    "NOT_COMING",
    "POINT_MARGIN",
    "STALE_POSITION",
    "Estimate",
    "Reasoned",
    "carrier_window",
    "day_window",
    "estimate",
    "given_end",
    "is_delayed",
    "zone_of",
]

#: How far an estimate may pass a promise before the promise counts as broken, unless the workflow says otherwise.
GRACE = timedelta(minutes=15)
#: A parcel not heard of for so long is told of with less confidence.
STALE_AFTER = timedelta(hours=24)
#: To either side of a carrier's single moment.
POINT_MARGIN = timedelta(minutes=30)
#: How wide the window is at least and at most once the last one has passed.
OVERDUE_LEAST, OVERDUE_MOST = timedelta(hours=1), timedelta(hours=48)
#: A window that has passed moves in steps of so many minutes, so that a page polled every few seconds stays the same.
OVERDUE_STEP_MIN = 5

#: What was held up comes so many times as late as what was counted of like parcels, most of which were not.
TROUBLE = 2.0

#: Nothing is on its way to the door: over, going back, or waiting for the shopper.
NOT_COMING = frozenset({ShipmentState.RETURNING, ShipmentState.AVAILABLE_FOR_PICKUP})
ASIDE = frozenset({ShipmentState.ON_HOLD, ShipmentState.EXCEPTION, ShipmentState.ATTEMPT_FAILED})
ON_THE_WAY = frozenset({ShipmentState.SHIPPED, ShipmentState.IN_TRANSIT, ShipmentState.AT_LOCAL_HUB})
NEAR = frozenset({ShipmentState.OUT_FOR_DELIVERY, ShipmentState.ARRIVING, ShipmentState.AT_ADDRESS})


def zone_of(destination: Mapping[str, object] | None) -> tzinfo:
    """The destination's time zone, UTC when none is given or the name is no zone."""
    name = (destination or {}).get("timezone")
    try:
        return ZoneInfo(name) if isinstance(name, str) and name else UTC
    except (KeyError, ValueError, OSError):
        # OSError: names of folders of the zone database, such as "America".
        return UTC


def carrier_window(eta: Eta, zone: tzinfo) -> tuple[datetime | None, datetime | None]:
    """The window a carrier's estimate means, (None, None) when it says nothing."""
    if eta.day is not None:
        return day_window(eta.day, zone)
    if eta.window_to is not None or eta.at is None:
        return eta.window_from, eta.window_to
    return eta.window_from or eta.at - POINT_MARGIN, eta.at + POINT_MARGIN


def estimate(
    shipment: Shipment, *, now: datetime, zone: tzinfo | None = None, stale_after: timedelta = STALE_POSITION
) -> Estimate | None:
    """When the parcel is expected, from what the shipment's row knows: by the best source that has something to say.

    These are, in order: the driver's position with the stops to go, the carrier's own estimate (moved and widened by
    how good that carrier's have been, weighed with the model's), the learned model, the promise, the distance alone.
    None in a final state, while it goes back or waits at a pick-up point, when nobody has said anything, and when all
    that was said is of an attempt that has failed. zone: the destination's, for estimates that name a day only; by
    default what the destination says, else UTC. stale_after: an older position widens the window and is said to be old.
    """
    state = ShipmentState(shipment.state)
    if state.is_final or state in NOT_COMING:
        return None
    found = _best(shipment, state, zone, now, stale_after)
    if found is None:
        return None
    reasons, confidence = _weighed(shipment, state, found, now)
    window_from, window_to, judged_by, at = found.window_from, found.window_to, found.judged_by, found.at
    overdue = window_to is not None and now > window_to
    if overdue and window_to is not None:
        confidence = min(confidence, 0.3) - 0.1
        reasons.append(Reasoned("overdue", {"minutes": (now - window_to) // timedelta(minutes=1)}))
        window_from, window_to = _widened(window_from, window_to, now)
        judged_by, at = now, None
    outlook = outlook_of(shipment, now=now)
    if outlook is not None:
        # It ends later and is less sure. What a promise is compared with stays: a forecast breaks no promise.
        confidence -= outlook.less_sure_by
        reasons.append(Reasoned("weather", {"kind": outlook.kind, "degree": outlook.degree}))
        window_to = window_to if window_to is None or found.whole_day else window_to + outlook.later_by
    return replace(
        found,
        window_from=window_from,
        window_to=window_to,
        at=_not_past(at, window_to, now),
        confidence=round(min(max(confidence, 0.05), 0.95), 2),
        reasons=tuple(reasons),
        judged_by=judged_by,
        overdue=overdue,
        whole_day=found.whole_day and not overdue,
        measured=found.measured and not overdue,
        outcomes=found.outcomes.later(TROUBLE) if found.outcomes and state in ASIDE else found.outcomes,
    )


def given_end(shipment: Shipment) -> datetime | None:
    """The end of the window somebody gave: the carrier's unless another was promised since, else the promise's."""
    as_of, ends = shipment.carrier_eta_as_of, shipment.promised_to
    if as_of is not None and (shipment.carrier_eta_to is not None or shipment.carrier_eta_from is not None):
        return shipment.carrier_eta_to if shipment.promised_at is None or as_of >= shipment.promised_at else ends
    return ends


def _best(
    shipment: Shipment, state: ShipmentState, zone: tzinfo | None, now: datetime, stale_after: timedelta
) -> Estimate | None:
    live = of_position(shipment, now=now, stale_after=stale_after) if state in NEAR else None
    if live is not None:
        return live
    promised = _standing(shipment, state, _promised(shipment))
    learned = _standing(shipment, state, of_model(shipment))
    carriers = _standing(shipment, state, _carriers(shipment, zone))
    if carriers is not None:
        carriers = by_record(shipment, carriers, learned, zone or zone_of(shipment.destination))
    for found in (carriers, learned):
        if found is not None and not _has_not_heard(shipment, state, found, promised):
            return found
    far = of_distance(shipment, now=now) if state in ON_THE_WAY | AT_THE_SHOP else None
    return promised or _standing(shipment, state, far)


def _standing(shipment: Shipment, state: ShipmentState, found: Estimate | None) -> Estimate | None:
    """What was said before an attempt failed was said of that attempt."""
    if found is None or state is not ShipmentState.ATTEMPT_FAILED or shipment.state_at is None:
        return found
    return found if found.as_of is not None and found.as_of > shipment.state_at else None


def _has_not_heard(shipment: Shipment, state: ShipmentState, found: Estimate, promised: Estimate | None) -> bool:
    """Whether an estimate ends before a window that was agreed on anew begins: its source knows nothing of that yet."""
    if state in NEAR or promised is None or promised.window_from is None or shipment.promised_at is None:
        return False
    anew = shipment.created_at is not None and shipment.promised_at > shipment.created_at
    return anew and found.window_to is not None and found.window_to <= promised.window_from


def _not_past(at: datetime | None, window_to: datetime | None, now: datetime) -> datetime | None:
    """The likeliest moment of a parcel that is to come is not over; in whole minutes, so that pages keep still."""
    if at is None or at >= now:
        return at
    soon = now.replace(second=0, microsecond=0) + timedelta(minutes=1)
    return min(soon, window_to) if window_to is not None else soon


def is_delayed(shipment: Shipment, expected: Estimate | None, *, grace: timedelta = GRACE) -> bool:
    """Whether the estimate lies past what the retailer promised by more than the grace."""
    if expected is None or expected.judged_by is None or shipment.promised_to is None:
        return False
    return expected.judged_by - shipment.promised_to > grace  # a sum could leave the calendar, a difference cannot


def _weighed(shipment: Shipment, state: ShipmentState, found: Estimate, now: datetime) -> tuple[list[Reasoned], float]:
    """What the parcel's own story does to an estimate: its reasons and its confidence."""
    reasons, confidence = list(found.reasons), found.confidence
    if state in NEAR:
        confidence += 0.0 if found.measured or found.source == "position" else 0.1
        stops = shipment.stops_away
        reasons.append(
            Reasoned("near", {"state": state}) if stops is None else Reasoned("stops_away", {"stops": stops})
        )
    if "delayed" in shipment.flags:
        reasons.append(Reasoned("delayed", {"reason": shipment.reason or ""}))
    if state in ASIDE:
        confidence -= 0.3
        reasons.append(Reasoned("aside", {"state": state, "reason": shipment.reason or ""}))
    silence = now - shipment.last_event_at if shipment.last_event_at else timedelta()
    if silence > STALE_AFTER:
        confidence -= 0.2
        reasons.append(Reasoned("stale", {"hours": silence // timedelta(hours=1)}))
    return reasons, confidence


def _carriers(shipment: Shipment, zone: tzinfo | None) -> Estimate | None:
    """The carrier's own estimate, unless the retailer has promised something else since."""
    as_of, window_to = shipment.carrier_eta_as_of, shipment.carrier_eta_to
    if as_of is None or (window_to is None and shipment.carrier_eta_from is None):
        return None
    if shipment.promised_at is not None and as_of < shipment.promised_at:
        return None
    window_from, day = shipment.carrier_eta_from, shipment.carrier_eta_day
    reasons = [Reasoned("carrier_estimate", {"carrier": shipment.carrier or ""})]
    if day is not None:
        reasons.append(Reasoned("whole_day", {"day": day.isoformat()}))
        if zone is not None:
            window_from, window_to = day_window(day, zone)
    return Estimate(
        window_from=window_from,
        window_to=window_to,
        at=shipment.carrier_eta_at,
        as_of=as_of,
        confidence=0.7 if day else 0.8,
        reasons=tuple(reasons),
        source="carrier",
        # A moment is judged as one, not by the margin around it.
        judged_by=window_from if day else shipment.carrier_eta_at or window_to,
        whole_day=day is not None,
    )


def _promised(shipment: Shipment) -> Estimate | None:
    if shipment.promised_from is None and shipment.promised_to is None:
        return None
    return Estimate(
        window_from=shipment.promised_from,
        window_to=shipment.promised_to,
        at=None,
        as_of=shipment.promised_at,
        confidence=0.5,
        reasons=(Reasoned("promise", {}),),
        source="promise",
        judged_by=shipment.promised_to,
    )


def _widened(window_from: datetime | None, window_to: datetime, now: datetime) -> tuple[datetime, datetime]:
    """A window from the present on, as wide as the one that has passed and no surer than it is late."""
    begins = now.replace(minute=now.minute - now.minute % OVERDUE_STEP_MIN, second=0, microsecond=0)
    width = window_to - window_from if window_from is not None else OVERDUE_LEAST
    late = begins - window_to
    return begins, begins + min(max(width, late, OVERDUE_LEAST), OVERDUE_MOST)
