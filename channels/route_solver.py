"""Asking a solver of routes over HTTP for the order of one van's stops: VROOM, once, with strict limits, and a rest."""

import time
from collections.abc import Callable, Sequence
from functools import cache
from typing import Any

from channels.json_api import JsonApi
from channels.resting import Resting

CONNECT_S, READ_S = 2.0, 8.0

#: When a stop may begin, in seconds from now; None: open on that side.
Window = tuple[float | None, float | None]


class VroomSolver:
    """One server. Safe to share between threads; no transaction may be open on the calling one."""

    def __init__(self, url: str, *, read_s: float = READ_S, clock: Callable[[], float] = time.monotonic) -> None:
        """url: `https://…`, where VROOM takes its problems. Raises ValueError otherwise."""
        self._api = JsonApi(url, headers={}, connect_s=CONNECT_S, read_s=read_s)
        self._rest = Resting(clock)

    def order(self, legs: Sequence[Sequence[float]], windows: Sequence[Window], stop_s: float) -> list[int]:
        """Indexes of the stops in the order to take them; those it found no time for come last.

        legs: seconds from each stop to each; the last row is from where the van is. stop_s: at a door. Raises OSError:
        no usable answer, or the server is given a rest.
        """
        return self._rest.ask(lambda: self._asked(legs, windows, stop_s))

    def _asked(self, legs: Sequence[Sequence[float]], windows: Sequence[Window], stop_s: float) -> list[int]:
        count = len(windows)
        asked = {
            "vehicles": [{"id": 0, "start_index": count}],
            "jobs": [_job(place, window, stop_s) for place, window in enumerate(windows)],
            # The way back to the start is none: a round ends at its last door.
            "matrices": {"car": {"durations": [[*(round(leg) for leg in row), 0] for row in legs]}},
        }
        said = self._api.post("/", asked)
        if said["code"] != 0:
            raise ValueError("no solution")
        steps = [step for route in said["routes"] for step in route["steps"] if step["type"] == "job"]
        found = [_index(step["id"], count) for step in steps]
        if len(set(found)) < len(found):
            raise ValueError("a stop twice")
        late = [place for place in range(count) if place not in found]
        return [*found, *sorted(late, key=lambda place: (windows[place][1] or 0.0, place))]


def _job(place: int, window: Window, stop_s: float) -> dict[str, Any]:
    begins, ends = window
    job: dict[str, Any] = {"id": place, "location_index": place, "service": round(stop_s)}
    # A window that has passed can be kept by nobody: the stop is taken where it fits.
    if (begins is not None or ends is not None) and (ends is None or ends > 0):
        job["time_windows"] = [[max(0, round(begins or 0)), 10**7 if ends is None else round(ends)]]
    return job


def _index(said: Any, count: int) -> int:
    if isinstance(said, bool) or not isinstance(said, int) or not 0 <= said < count:
        raise ValueError("no stop of ours")
    return said


@cache
def solver_of(url: str) -> VroomSolver | None:
    """The server an address names, one for a process so that its rest is remembered; None for an empty address."""
    return VroomSolver(url) if url else None
