"""How long events take to reach us, kept as counts in buckets, so that a day is a few rows and still has a median."""

from bisect import bisect_right
from collections.abc import Mapping, Sequence

#: Upper ends of the buckets in seconds; what took longer falls into one more.
EDGES_S: Sequence[int] = (
    1, 2, 5, 10, 20, 30, 60, 120, 300, 600, 1200, 1800, 3600, 7200, 14400, 28800, 43200, 86400, 172800, 604800,
)  # fmt: skip
NO_TIME = -1


def bucket(lag_s: int | None) -> int:
    """Place of a lag in the buckets; NO_TIME for none. A source whose clock runs ahead is not late: 0."""
    return NO_TIME if lag_s is None else bisect_right(EDGES_S, max(0, lag_s - 1) if lag_s else 0)


def quantile(counts: Mapping[int, int], share: float) -> int | None:
    """Seconds within which that share (0-1) of the events came: the upper end of their bucket; None for no events."""
    timed = {place: count for place, count in counts.items() if place != NO_TIME and count > 0}
    left = share * sum(timed.values())
    for place in sorted(timed):
        left -= timed[place]
        if left <= 0:
            return EDGES_S[min(place, len(EDGES_S) - 1)]
    return None
