"""Asking carriers that do not push: what can be asked, how often, and when it is enough. Pure."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Protocol

from tracking_core.facts import CarrierEvent
from tracking_core.states import ShipmentState

#: Nobody asks after a parcel for longer.
RETIRED_AFTER = timedelta(days=90)
#: So often in a row the source may say that it does not know a number.
UNKNOWN_MAX = 10
#: While the driver is out, the parcel is asked for at least this often.
NEAR_EVERY = timedelta(minutes=30)
NEAR = frozenset({ShipmentState.OUT_FOR_DELIVERY, ShipmentState.ARRIVING, ShipmentState.AT_ADDRESS})
#: Each answer without news makes the pause this much longer; each failure doubles it.
SLOWER = 1.5
FIRST_PAUSE, LONGEST_PAUSE = timedelta(minutes=5), timedelta(hours=6)


class SourceAway(Exception):
    """The source cannot be asked just now. Nothing is known of any number."""

    def __init__(self, code: str, *, retry_after_s: float | None = None) -> None:
        """code: a short name such as `timeout` or `http_500`. retry_after_s: what the source asks to wait."""
        self.code = code
        self.retry_after_s = retry_after_s
        super().__init__(code)


@dataclass(frozen=True, slots=True)
class Tracked:
    """What a source answered."""

    #: Normalised number -> its whole history, oldest news included.
    events: Mapping[str, Sequence[CarrierEvent]] = field(default_factory=dict)
    #: Numbers that mean nothing to the source.
    unknown: frozenset[str] = frozenset()


class Trackers(Protocol):
    """A source that can be asked about parcels."""

    @property
    def name(self) -> str:
        """The adapter's name: its events are the same, pushed or asked for."""
        ...

    @property
    def batch(self) -> int:
        """How many numbers one question may hold."""
        ...

    def track(self, numbers: Sequence[tuple[str, str | None]]) -> Tracked:
        """Ask about (number, carrier or None), at most `batch` of them. Raises SourceAway."""
        ...

    def changed_since(self, since: datetime) -> Tracked:
        """Answer what the source knows of every parcel that has moved since then. Raises SourceAway."""
        ...


def pause_after(state: ShipmentState, unchanged: int, *, every: timedelta, at_most: timedelta) -> timedelta:
    """How long to wait after an answer. unchanged: how many answers in a row brought nothing new."""
    if state in NEAR:
        return min(every, NEAR_EVERY)
    slower = float(SLOWER ** min(unchanged, 20))
    pause: timedelta = every * slower
    return min(at_most, pause)


def pause_after_failure(failures: int, retry_after_s: float | None) -> timedelta:
    """How long to wait after so many failures in a row; what the source asks for counts where it is longer."""
    pause = min(LONGEST_PAUSE, FIRST_PAUSE * (1 << min(max(failures - 1, 0), 10)))
    return max(pause, timedelta(seconds=min(retry_after_s or 0, LONGEST_PAUSE.total_seconds())))


def retired_for(state: ShipmentState, *, since: datetime, unknown: int, now: datetime) -> str | None:
    """Why a parcel is never asked for again: final, too_old, unknown_number; None while it is."""
    if state.is_final:
        return "final"
    if now - since >= RETIRED_AFTER:
        return "too_old"
    return "unknown_number" if unknown >= UNKNOWN_MAX else None
