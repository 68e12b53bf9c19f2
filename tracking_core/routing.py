"""In which order a driver takes stops nobody has numbered: within the promised windows, and no long way twice.

Pure. The nearest door that can still be reached in its window comes next; then stretches are turned round and single
doors moved while that makes the round less late, or as late and shorter. What is given stays when nothing is better.
"""

import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

#: Doors of one round: more are left as they are given.
MOST = 120
#: Orders that are looked at in full; a round of 120 doors then takes about half a second.
TRIES = 16_000
EARTH_M = 6_371_000

Place = tuple[float, float]
Legs = Sequence[Sequence[float]]
#: Seconds by road from one place to another, as far as somebody knows them.
Roads = Mapping[tuple[Place, Place], float]


@dataclass(frozen=True, slots=True)
class Door:
    """A stop to come. Its window in seconds from now; open where nothing was promised."""

    place: Place
    begins_s: float = -math.inf
    ends_s: float = math.inf


@dataclass(frozen=True, slots=True)
class Pace:
    """Seconds each metre of the straight line takes, and seconds at a door."""

    metre_s: float
    stop_s: float


def best_order(
    start: Place | None,
    doors: Sequence[Door],
    pace: Pace,
    roads: Roads | None = None,
    hint: Sequence[int] | None = None,
) -> list[int]:
    """Indexes of the doors in the order to take them: never later in sum than as given, nor as late and longer.

    start: where the driver is; None: unknown, the round may begin anywhere. roads: where a way is not among them, the
    straight line counts. hint: an order somebody else has found; taken where it is better, and improved on.
    """
    given = list(range(len(doors)))
    if not 1 < len(doors) <= MOST:
        return given
    legs = legs_of(start, doors, pace, roads)
    begun = [_nearest(doors, legs, pace), given]
    if hint is not None and sorted(hint) == given:
        begun = [list(hint), *begun]
    best = min(begun, key=lambda order: cost(order, doors, legs, pace))
    known, tries, found = cost(best, doors, legs, pace), TRIES, True
    while found and tries > 0:
        found = False
        for other in _moves(best, legs, late=known[0] > 0):
            said, tries = cost(other, doors, legs, pace), tries - 1
            if said < known:
                best, known, found = other, said, True
            if found or tries <= 0:
                break
    return best


def cost(order: Sequence[int], doors: Sequence[Door], legs: Legs, pace: Pace) -> tuple[int, int]:
    """Whole seconds of being late at all doors together, and when the last is done. Who is early waits."""
    at, late, here = 0.0, 0.0, len(doors)
    for one in order:
        at = max(at + legs[here][one], doors[one].begins_s)
        late += max(0.0, at - doors[one].ends_s)
        at, here = at + pace.stop_s, one
    return round(late), round(at)


def legs_of(start: Place | None, doors: Sequence[Door], pace: Pace, roads: Roads | None = None) -> Legs:
    """Seconds from each door to each; the last row is from the start."""
    places, known = [door.place for door in doors], roads or {}

    def leg(one: Place, other: Place) -> float:
        by_road = known.get((one, other))
        return _metres(one, other) * pace.metre_s if by_road is None else by_road

    rows = [[leg(one, other) for other in places] for one in places]
    return [*rows, [0.0 if start is None else leg(start, other) for other in places]]


def _nearest(doors: Sequence[Door], legs: Legs, pace: Pace) -> list[int]:
    """The door next that can be begun soonest in its window; among the late ones, the one that should be first."""
    left, order, at, here = set(range(len(doors))), list[int](), 0.0, len(doors)
    while left:

        def begun(one: int) -> float:
            return max(at + legs[here][one], doors[one].begins_s)  # noqa: B023  asked at once

        def rank(one: int) -> tuple[bool, float, float, int]:
            late = begun(one) > doors[one].ends_s
            return late, doors[one].ends_s if late else begun(one), legs[here][one], one  # noqa: B023  asked at once

        following = min(left, key=rank)
        at, here = begun(following) + pace.stop_s, following
        left.discard(following)
        order.append(following)
    return order


def _moves(order: list[int], legs: Legs, *, late: bool) -> Iterator[list[int]]:
    """Orders one step away: a stretch turned round, or one door elsewhere. Longer ones only where somebody is late."""
    count, before = len(order), [len(legs) - 1, *order]

    def leg(one: int, other: int | None) -> float:
        return 0.0 if other is None else legs[one][other]

    after = [*order[1:], None]
    for first in range(count - 1):
        for last in range(first + 1, count):
            gain = leg(before[first], order[first]) + leg(order[last], after[last])
            gain -= leg(before[first], order[last]) + leg(order[first], after[last])
            if late or gain > 1:
                yield [*order[:first], *reversed(order[first : last + 1]), *order[last + 1 :]]
    for one in range(count):
        rest = [*order[:one], *order[one + 1 :]]
        saved = leg(before[one], order[one]) + leg(order[one], after[one])
        if after[one] is not None:
            saved -= leg(before[one], after[one])
        for place in range(count):
            left = len(legs) - 1 if place == 0 else rest[place - 1]
            right = rest[place] if place < len(rest) else None
            paid = leg(left, order[one]) + leg(order[one], right) - leg(left, right)
            if place != one and (late or saved - paid > 1):
                yield [*rest[:place], order[one], *rest[place:]]


def _metres(one: Place, other: Place) -> float:
    lat, there = math.radians(one[0]), math.radians(other[0])
    half = math.sin((there - lat) / 2) ** 2
    half += math.cos(lat) * math.cos(there) * math.sin(math.radians(other[1] - one[1]) / 2) ** 2
    return 2 * EARTH_M * math.asin(math.sqrt(min(1.0, half)))
