"""What an estimate is made of. Pure."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from tracking_core.outcomes import Counted


@dataclass(frozen=True, slots=True)
class Reasoned:
    """A reason for an estimate, as a stable code with what a sentence in any language needs.

    carrier_estimate {carrier} · promise {} · whole_day {day} · stops_away {stops} · near {state} · delayed {reason} ·
    aside {state, reason} · stale {hours} · overdue {minutes} · weather {kind, degree: heavy or ""} ·
    position {minutes: its age} · stale_position {minutes} · carrier_record {n, minutes: how much later parcels usually
    come than it says} · learned {milestone} · distance {km}. Unknown text values are "".
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
    #: 0 to 1: how likely the window holds. Counted out of past windows where `measured`, else a rank for wording.
    confidence: float
    reasons: tuple[Reasoned, ...]
    #: position, carrier, model, distance, promise.
    source: str
    #: What a promise is compared with: the window's end; the day's start where only a day is known; the present when
    #: the window has passed.
    judged_by: datetime | None
    #: The source's window has passed and the parcel has not come.
    overdue: bool = False
    #: Only a day is known; the window is that day from midnight to midnight.
    whole_day: bool = False
    #: The confidence is the share of like windows that held, before what this parcel's own story takes off.
    measured: bool = False
    #: What came of the latest like estimates; None where that has not been counted.
    outcomes: Counted | None = None

    @property
    def centre(self) -> datetime | None:
        """The likeliest moment; where no source named one, the window's middle. None: only one end is known."""
        if self.at is not None or self.window_from is None or self.window_to is None:
            return self.at
        return self.window_from + (self.window_to - self.window_from) / 2
