"""How much longer a retailer's ways are by road than by the straight line, out of where its drivers have been. Pure."""

from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from itertools import pairwise

from tracking_core.positions import distance_m

#: A place on a trail: (lat, lon, when).
Place = tuple[float, float, datetime]
#: Between places farther apart in time nobody knows the way.
GAP = timedelta(seconds=60)
#: Who stays within so many metres for so long has stopped: a way ends there.
STAYS_M, STAYS = 40.0, timedelta(seconds=60)
#: Places nearer to one another than this are left out: how far wrong they are would count as way.
STEP_M = 100.0
#: Ways shorter than this along the line say more of crossings than of roads.
LEAST_M = 400.0
#: So many ways, or more, are needed; a way more than so many times the line was no way from here to there.
FEWEST, MOST = 30, 3.0


def ratios(trail: Sequence[Place]) -> list[float]:
    """Way by line of each drive from one stop to the next on one driver's trail, oldest place first."""
    found = []
    for drive in _drives(trail):
        if len(drive) < 2:
            continue
        line = distance_m(*drive[0][:2], *drive[-1][:2])
        if line < LEAST_M:
            continue
        way = sum(distance_m(*one[:2], *other[:2]) for one, other in pairwise(_apart(drive)))
        if way <= MOST * line:
            found.append(max(way / line, 1.0))
    return found


def _drives(trail: Sequence[Place]) -> Iterable[Sequence[Place]]:
    """The stretches between stops and gaps."""
    begin, stayed = 0, 0
    for at, (one, other) in enumerate(pairwise(trail), start=1):
        if other[2] - one[2] > GAP:
            yield trail[begin:at]
            begin = stayed = at
            continue
        if distance_m(*trail[stayed][:2], *other[:2]) > STAYS_M:
            if one[2] - trail[stayed][2] >= STAYS:
                yield trail[begin : stayed + 1]
                begin = at - 1
            stayed = at
    yield trail[begin:]


def _apart(drive: Sequence[Place]) -> list[Place]:
    """The drive's ends and what lies far enough from the place before."""
    kept = [drive[0]]
    for place in drive[1:-1]:
        if distance_m(*kept[-1][:2], *place[:2]) >= STEP_M:
            kept.append(place)
    return [*kept, drive[-1]]
