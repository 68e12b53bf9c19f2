"""When a parcel will come, how sure that is, and why: the carrier's estimate, else the retailer's promise."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta, tzinfo
from zoneinfo import ZoneInfo

from tracking_core.facts import Eta
from tracking_core.models import Shipment
from tracking_core.states import ShipmentState
from tracking_core.weather import outlook_of

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

#: Nothing is on its way to the door: over, going back, or waiting for the shopper.
NOT_COMING = frozenset({ShipmentState.RETURNING, ShipmentState.AVAILABLE_FOR_PICKUP})
ASIDE = frozenset({ShipmentState.ON_HOLD, ShipmentState.EXCEPTION, ShipmentState.ATTEMPT_FAILED})
NEAR = frozenset({ShipmentState.OUT_FOR_DELIVERY, ShipmentState.ARRIVING, ShipmentState.AT_ADDRESS})


@dataclass(frozen=True, slots=True)
class Reasoned:
    """A reason for an estimate, as a stable code with what a sentence in any language needs.

    carrier_estimate {carrier} · promise {} · whole_day {day} · stops_away {stops} · near {state} · delayed {reason} ·
    aside {state, reason} · stale {hours} · overdue {minutes} · weather {kind, degree: heavy or ""}. Unknown text values
    are "".
    """

    code: str
    params: Mapping[str, str | int]


@dataclass(frozen=True, slots=True)
class Estimate:
    """A window in which the parcel is expected. Moments are aware, UTC."""

    #: None: only an end is known ("by 7 pm").
    window_from: datetime | None
    #: None: only a beginning is known.
    window_to: datetime | None
    #: The likeliest moment, when the source named one.
    at: datetime | None
    #: When the source said so.
    as_of: datetime | None
    #: 0 to 1. A rank for wording, not yet a measured probability.
    confidence: float
    reasons: tuple[Reasoned, ...]
    #: carrier, promise.
    source: str
    #: What a promise is compared with: the window's end; the day's start where only a day is known; the present when
    #: the window has passed.
    judged_by: datetime | None
    #: The source's window has passed and the parcel has not come.
    overdue: bool = False
    #: Only a day is known; the window is that day from midnight to midnight.
    whole_day: bool = False


def zone_of(destination: Mapping[str, object] | None) -> tzinfo:
    """The destination's time zone, UTC when none is given or the name is no zone."""
    name = (destination or {}).get("timezone")
    try:
        return ZoneInfo(name) if isinstance(name, str) and name else UTC
    except (KeyError, ValueError, OSError):
        # OSError: names of folders of the zone database, such as "America".
        return UTC


def day_window(day: date, zone: tzinfo) -> tuple[datetime, datetime]:
    """That day from midnight to midnight in the zone, in UTC; 23 or 25 hours when clocks change."""
    begins = datetime.combine(day, time(), zone)
    ends = datetime.combine(day + timedelta(days=1), time(), zone)
    return begins.astimezone(UTC), ends.astimezone(UTC)


def carrier_window(eta: Eta, zone: tzinfo) -> tuple[datetime | None, datetime | None]:
    """The window a carrier's estimate means, (None, None) when it says nothing."""
    if eta.day is not None:
        return day_window(eta.day, zone)
    if eta.window_to is not None or eta.at is None:
        return eta.window_from, eta.window_to
    return eta.window_from or eta.at - POINT_MARGIN, eta.at + POINT_MARGIN


def estimate(shipment: Shipment, *, now: datetime, zone: tzinfo | None = None) -> Estimate | None:
    """When the parcel is expected, from what the shipment's row knows.

    None in a final state, while it goes back or waits at a pick-up point, and when nobody has said anything. zone: the
    destination's, for estimates that name a day only; by default what the destination says, else UTC.
    """
    state = ShipmentState(shipment.state)
    if state.is_final or state in NOT_COMING:
        return None
    found = _carriers(shipment, zone) or _promised(shipment)
    if found is None:
        return None
    reasons, confidence = _weighed(shipment, state, found, now)
    window_from, window_to, judged_by = found.window_from, found.window_to, found.judged_by
    overdue = window_to is not None and now > window_to
    if overdue and window_to is not None:
        confidence = min(confidence, 0.3) - 0.1
        reasons.append(Reasoned("overdue", {"minutes": (now - window_to) // timedelta(minutes=1)}))
        window_from, window_to = _widened(window_from, window_to, now)
        judged_by = now
    outlook = outlook_of(shipment, now=now)
    if outlook is not None:
        # It ends later and is less sure. What a promise is compared with stays: a forecast breaks no promise.
        confidence -= outlook.less_sure_by
        reasons.append(Reasoned("weather", {"kind": outlook.kind, "degree": outlook.degree}))
        window_to = window_to if window_to is None or found.whole_day else window_to + outlook.later_by
    return Estimate(
        window_from=window_from,
        window_to=window_to,
        at=None if overdue else found.at,
        as_of=found.as_of,
        confidence=round(min(max(confidence, 0.05), 0.95), 2),
        reasons=tuple(reasons),
        source=found.source,
        judged_by=judged_by,
        overdue=overdue,
        whole_day=found.whole_day and not overdue,
    )


def is_delayed(shipment: Shipment, expected: Estimate | None, *, grace: timedelta = GRACE) -> bool:
    """Whether the estimate lies past what the retailer promised by more than the grace."""
    if expected is None or expected.judged_by is None or shipment.promised_to is None:
        return False
    return expected.judged_by - shipment.promised_to > grace  # a sum could leave the calendar, a difference cannot


def _weighed(shipment: Shipment, state: ShipmentState, found: Estimate, now: datetime) -> tuple[list[Reasoned], float]:
    """What the parcel's own story does to an estimate: its reasons and its confidence."""
    reasons, confidence = list(found.reasons), found.confidence
    if state in NEAR:
        confidence += 0.1
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
        judged_by=window_from if day else window_to,
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
