"""Asking for a way by road over HTTP: OSRM or Valhalla, once, with strict limits, and a rest after failures."""

import json
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from typing import Any

from channels.json_api import ApiAway, JsonApi

CONNECT_S, READ_S = 2.0, 4.0
#: After so many failures in a row nobody is asked for so long.
FAILURES, REST_S = 3, 60.0
VALHALLA = "valhalla+"


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
        self._clock = clock
        self._guard = threading.Lock()
        self._failures, self._rests_until = 0, 0.0

    def way(self, here: tuple[float, float], there: tuple[float, float]) -> Answered:
        """The way from one (lat, lon) to another. Raises OSError: no usable answer, or the server is given a rest."""
        with self._guard:
            if self._clock() < self._rests_until:
                raise OSError("resting")
        try:
            found = self._valhalla_way(here, there) if self._valhalla else self._osrm_way(here, there)
        except ApiAway as away:
            # No road between two places is an answer, and no failure of who gave it.
            if away.status != 400:
                self.failed()
            raise OSError(away.code) from away
        except (KeyError, IndexError, TypeError, ValueError, OverflowError) as error:
            self.failed()
            raise OSError("bad_answer") from error
        with self._guard:
            self._failures = 0
        return found

    def failed(self) -> None:
        """Count a failure; also for who finds an answer that cannot be."""
        with self._guard:
            self._failures += 1
            if self._failures >= FAILURES:
                self._failures, self._rests_until = 0, self._clock() + REST_S

    def _osrm_way(self, here: tuple[float, float], there: tuple[float, float]) -> Answered:
        ends = ";".join(f"{lon:.6f},{lat:.6f}" for lat, lon in (here, there))
        said = self._api.get(f"/route/v1/driving/{ends}", {"overview": "false", "steps": "false"})
        first = said["routes"][0]
        return Answered(_number(first["distance"]), _number(first["duration"]))

    def _valhalla_way(self, here: tuple[float, float], there: tuple[float, float]) -> Answered:
        wanted = {
            "locations": [{"lat": round(lat, 6), "lon": round(lon, 6)} for lat, lon in (here, there)],
            "costing": "auto",
            "units": "kilometers",
            "directions_type": "none",
        }
        summary = self._api.get("/route", {"json": json.dumps(wanted)})["trip"]["summary"]
        return Answered(_number(summary["length"]) * 1000, _number(summary["time"]))


def _number(said: Any) -> float:
    if isinstance(said, bool) or not isinstance(said, int | float):
        raise TypeError("no number")
    return float(said)


@cache
def roads_of(url: str) -> HttpRoads | None:
    """The server an address names, one for a process so that its rest is remembered; None for an empty address."""
    return HttpRoads(url) if url else None
