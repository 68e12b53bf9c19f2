"""How sure a figure is: shares and ratings with their intervals, as the textbooks have them. Pure.

Shares have Wilson's interval (E. B. Wilson, 1927), which holds for few answers and near 0 and 1; means have Student's,
kept within the scale. Both are for 95 %.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from surveys.score import NPS_SCALE, lowest

Z95: Final = 1.959963984540054
#: Student's t for 97.5 % and so many degrees of freedom from 1; beyond, a correction of the normal one is close enough.
_T975: Final = (12.706, 4.303, 3.182, 2.776, 2.571, 2.447, 2.365, 2.306, 2.262, 2.228,
                2.201, 2.179, 2.160, 2.145, 2.131, 2.120, 2.110, 2.101, 2.093, 2.086)  # fmt: skip
#: Below this many answers a figure is not shown as one: it would be about people, not about a carrier or driver.
FEWEST: Final = 5


@dataclass(frozen=True, slots=True)
class Figure:
    """A figure between its bounds, and how many answers it rests on."""

    value: float
    low: float
    high: float
    n: int

    @property
    def is_enough(self) -> bool:
        """Whether it rests on enough answers to be looked at."""
        return self.n >= FEWEST


def share(hits: int, n: int) -> Figure | None:
    """A share, 0-1, with Wilson's interval; None without answers. Raises ValueError for hits not within 0 to n."""
    if not 0 <= hits <= n:
        raise ValueError("hits lie between 0 and n")
    if n == 0:
        return None
    p, z2 = hits / n, Z95**2
    middle = (p + z2 / (2 * n)) / (1 + z2 / n)
    half = Z95 * math.sqrt(p * (1 - p) / n + z2 / (4 * n * n)) / (1 + z2 / n)
    return Figure(p, max(0.0, middle - half), min(1.0, middle + half), n)


def rating(scores: Sequence[tuple[int, int]]) -> Figure | None:
    """A rating on 1-5 from (score, scale) pairs: each scale stretched onto 1-5, then the mean. None without answers.

    One answer says nothing about the spread: its interval is the whole scale.
    """
    if not scores:
        return None
    stars = [1 + 4 * (score - lowest(scale)) / (scale - lowest(scale)) for score, scale in scores]
    n, mean = len(stars), sum(stars) / len(stars)
    if n == 1:
        return Figure(mean, 1.0, 5.0, 1)
    spread = math.sqrt(sum((one - mean) ** 2 for one in stars) / (n - 1) / n)
    half = _t(n - 1) * spread
    return Figure(mean, max(1.0, mean - half), min(5.0, mean + half), n)


def net_promoters(scores: Sequence[int]) -> Figure | None:
    """NPS of 0-10 scores, -100 to 100, with the interval of a difference of two shares; None without answers."""
    if not scores:
        return None
    if any(not 0 <= score <= NPS_SCALE for score in scores):
        raise ValueError("scores must lie between 0 and 10")
    n = len(scores)
    for_us, against = sum(one >= 9 for one in scores) / n, sum(one <= 6 for one in scores) / n
    net = for_us - against
    half = Z95 * math.sqrt(max(0.0, for_us + against - net * net) / n)
    return Figure(100 * net, max(-100.0, 100 * (net - half)), min(100.0, 100 * (net + half)), n)


def _t(freedom: int) -> float:
    return _T975[freedom - 1] if freedom <= len(_T975) else Z95 + (Z95**3 + Z95) / (4 * freedom)
