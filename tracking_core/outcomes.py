"""How likely a parcel comes after a moment: counted out of what came of like estimates, else guessed. Pure."""

from bisect import bisect_left, bisect_right
from dataclasses import dataclass, replace
from datetime import datetime

#: The shares of past misses that are kept, as pairs about the middle: 98 reaches from the first to the 99th hundredth.
SHARES = (20, 40, 60, 80, 90, 95, 98)
#: The hundredths that follow from them, as shares from 0 to 1, ascending.
LEVELS = (*((100 - one) / 200 for one in reversed(SHARES)), 0.5, *((100 + one) / 200 for one in SHARES))
MIDDLE = len(SHARES)
#: Beyond what was ever counted the tail goes on, over a width that is never nothing.
LEAST_WIDTH_S = 60.0
#: A confidence is neither none nor all.
LEAST_SHARE, MOST_SHARE = 0.05, 0.95


@dataclass(frozen=True, slots=True)
class Counted:
    """What came of the latest estimates of the same source at the same milestone, laid about this one."""

    #: What this estimate names.
    said: datetime
    #: Seconds from what was said to what came, one for each of LEVELS; ascending.
    misses_s: tuple[float, ...]
    #: Out of how many outcomes.
    n: int

    def breaks(self, promised_to: datetime, *, now: datetime) -> float:
        """How likely it comes after `promised_to`, 0 to 1: the share of those that had not come by now either."""
        ends = (promised_to - self.said).total_seconds()
        waited = (now - self.said).total_seconds()
        return self.beyond(max(ends, waited)) / self.beyond(waited)

    def beyond(self, late_s: float) -> float:
        """The share of outcomes that came more than so many seconds after what was said; never quite 0.

        Between what was counted it is a straight line, beyond it a tail that falls with the square of the distance: so
        a parcel that is later than nearly all were is expected the later, the longer it has been.
        """
        misses = self.misses_s
        middle = misses[MIDDLE]
        place = bisect_right(misses, late_s)
        if place == len(misses):
            # Of few outcomes the topmost hundredths are all the last one: the next is beyond it more often.
            top = min(max(1 - LEVELS[-1], 1 / (self.n + 1)), 1 - LEVELS[bisect_left(misses, misses[-1])])
            return top * _tail(late_s - misses[-1], misses[-1] - middle)
        if place == 0:
            return 1 - LEVELS[0] * _tail(misses[0] - late_s, middle - misses[0])
        below, above = misses[place - 1], misses[place]
        part = (late_s - below) / (above - below)
        return 1 - (LEVELS[place - 1] + part * (LEVELS[place] - LEVELS[place - 1]))

    def mixed(self, other: "Counted", share: float) -> "Counted":
        """Both together, the other with that share, 0 to 1: each hundredth lies so far from ours to theirs."""
        apart = (other.said - self.said).total_seconds()
        pairs = zip(self.misses_s, other.misses_s, strict=True)
        return Counted(
            said=self.said,
            misses_s=tuple(mine + (theirs + apart - mine) * share for mine, theirs in pairs),
            n=min(self.n, other.n),
        )

    def later(self, times: float) -> "Counted":
        """The same with the late side so many times as long."""
        return replace(self, misses_s=tuple(one * times if one > 0 else one for one in self.misses_s))


@dataclass(frozen=True, slots=True)
class Guessed:
    """A bell with heavy tails (Student's, two degrees of freedom) that holds `share` of itself in a window."""

    middle: datetime
    before_s: float
    after_s: float
    share: float

    def breaks(self, promised_to: datetime) -> float:
        """The share beyond the promise. That it has not come by now says nothing: a guess does not know its window."""
        ends = (promised_to - self.middle).total_seconds()
        share = min(max(self.share, LEAST_SHARE), MOST_SHARE)
        edge = share * (2 / (1 - share**2)) ** 0.5
        at = edge * ends / max(self.after_s if ends > 0 else self.before_s, LEAST_WIDTH_S)
        return float(0.5 - at / (2 * (2 + at**2) ** 0.5))


def _tail(beyond_s: float, width_s: float) -> float:
    """1 at the edge of what was counted, and less the farther beyond."""
    width = max(width_s, LEAST_WIDTH_S)
    return (width / (width + max(beyond_s, 0.0))) ** 2
