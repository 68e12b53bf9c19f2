"""Asking for ways by road over HTTP: OSRM or Valhalla, once, with strict limits, and a rest after failures."""

import json
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any

from channels.json_api import JsonApi
from channels.resting import Resting

CONNECT_S, READ_S = 2.0, 4.0
VALHALLA = "valhalla+"
#: Sources, and targets, of one table at most: both kinds of servers take as many unless told otherwise.
MOST_PLACES = 50

Place = tuple[float, float]


@dataclass(frozen=True, slots=True)
class Answered:
    """A way by road as it was answered: whoever reads it judges whether it can be."""

    metres: float
    seconds: float


class HttpRoads:
    """One server. Safe to share between threads; no transaction may be open on the calling one."""

    def __init__(self, url: str, *, read_s: float = READ_S, clock: Callable[[], float] = time.monotonic) -> None:
        """url: `https://…` of an OSRM server, `valhalla+https://…` of a Valhalla one. Raises ValueError otherwise."""
        self._valhalla = url.startswith(VALHALLA)
        self._api = JsonApi(url.removeprefix(VALHALLA), headers={}, connect_s=CONNECT_S, read_s=read_s)
        self._rest = Resting(clock)

    def way(self, here: Place, there: Place) -> Answered:
        """The way from one (lat, lon) to another. Raises OSError: no usable answer, or the server is given a rest."""
        ask = self._valhalla_way if self._valhalla else self._osrm_way
        return self._rest.ask(lambda: ask(here, there))

    def seconds(self, sources: Sequence[Place], targets: Sequence[Place]) -> list[list[float | None]]:
        """Seconds from each source to each target, a row for each source; None: no way. Raises OSError as `way`.

        sources, targets: at most MOST_PLACES of each.
        """
        ask = self._valhalla_table if self._valhalla else self._osrm_table
        found = self._rest.ask(lambda: ask(sources, targets))
        if len(found) != len(sources) or any(len(row) != len(targets) for row in found):
            self.failed()
            raise OSError("bad_answer")
        return found

    def failed(self) -> None:
        """Count a failure; also for who finds an answer that cannot be."""
        self._rest.failed()

    def _osrm_way(self, here: Place, there: Place) -> Answered:
        said = self._api.get(f"/route/v1/driving/{_osrm([here, there])}", {"overview": "false", "steps": "false"})
        first = said["routes"][0]
        return Answered(_number(first["distance"]), _number(first["duration"]))

    def _osrm_table(self, sources: Sequence[Place], targets: Sequence[Place]) -> list[list[float | None]]:
        count = len(sources)
        asked = {
            "sources": ";".join(str(one) for one in range(count)),
            "destinations": ";".join(str(one) for one in range(count, count + len(targets))),
            "annotations": "duration",
        }
        said = self._api.get(f"/table/v1/driving/{_osrm([*sources, *targets])}", asked)
        return [[_maybe(one) for one in row] for row in said["durations"]]

    def _valhalla_way(self, here: Place, there: Place) -> Answered:
        wanted = {
            "locations": _valhalla([here, there]),
            "costing": "auto",
            "units": "kilometers",
            "directions_type": "none",
        }
        summary = self._api.get("/route", {"json": json.dumps(wanted)})["trip"]["summary"]
        return Answered(_number(summary["length"]) * 1000, _number(summary["time"]))

    def _valhalla_table(self, sources: Sequence[Place], targets: Sequence[Place]) -> list[list[float | None]]:
        asked = {"sources": _valhalla(sources), "targets": _valhalla(targets), "costing": "auto"}
        said = self._api.post("/sources_to_targets", asked)
        return [[_maybe(one["time"]) for one in row] for row in said["sources_to_targets"]]


def _osrm(places: Sequence[Place]) -> str:
    return ";".join(f"{lon:.6f},{lat:.6f}" for lat, lon in places)


def _valhalla(places: Sequence[Place]) -> list[dict[str, float]]:
    return [{"lat": round(lat, 6), "lon": round(lon, 6)} for lat, lon in places]


def _maybe(said: Any) -> float | None:
    return None if said is None else _number(said)


def _number(said: Any) -> float:
    if isinstance(said, bool) or not isinstance(said, int | float):
        raise TypeError("no number")
    return float(said)


@cache
def roads_of(url: str) -> HttpRoads | None:
    """The server an address names, one for a process so that its rest is remembered; None for an empty address."""
    return HttpRoads(url) if url else None
