"""Asking for weather and traffic: over HTTP, or in a file that stands in for whoever would answer."""

import json
from datetime import datetime
from pathlib import Path
from typing import Protocol
from urllib.parse import unquote, urlsplit

from channels.json_api import ApiAway, JsonApi

CONNECT_S, READ_S = 3.0, 5.0
#: Hours asked for.
HOURS = 24
FILE_MAX_BYTES = 4 * 1024 * 1024


class Place(Protocol):
    """What is asked about. The names say what they are."""

    @property
    def name(self) -> str: ...  # noqa: D102  said above

    @property
    def lat(self) -> float | None: ...  # noqa: D102  said above

    @property
    def lon(self) -> float | None: ...  # noqa: D102  said above


class HttpWeather:
    """`GET <url>?area=…&lat=…&lon=…&from=…&hours=24`, once, with strict limits. Safe to share between threads."""

    def __init__(self, url: str) -> None:
        """url: http or https, as the operator set it. Raises ValueError for anything else."""
        self._api = JsonApi(url, headers={}, connect_s=CONNECT_S, read_s=READ_S)

    def ask(self, area: Place, *, now: datetime) -> object:
        """Answer the JSON as it came. Raises OSError when there was none."""
        query: dict[str, object] = {"area": area.name, "from": now.isoformat(), "hours": HOURS}
        if area.lat is not None and area.lon is not None:
            query |= {"lat": area.lat, "lon": area.lon}
        try:
            answer: object = self._api.get("", query)
        except ApiAway as away:
            raise OSError(away.code) from away
        return answer


class FileWeather:
    """A file with the answer for each area: `{"37.875,-122.125": {"hours": […]}, "*": {"hours": […]}}`.

    Read anew each time, so that it can be changed under a running program. `*` answers for areas that are not named.
    """

    def __init__(self, path: Path) -> None:
        self._path = path

    def ask(self, area: Place, *, now: datetime) -> object:  # noqa: ARG002  as the other
        """Answer the JSON for the area. Raises OSError when the file cannot be read."""
        with self._path.open("rb") as file:
            content = file.read(FILE_MAX_BYTES + 1)
        try:
            known = json.loads(content[:FILE_MAX_BYTES])
        except (ValueError, RecursionError) as error:
            raise OSError("bad_file") from error
        found = known.get(area.name, known.get("*")) if isinstance(known, dict) else None
        return {"hours": []} if found is None else found


def weather_of(url: str) -> HttpWeather | FileWeather | None:
    """The source an address names: `https://…`, `http://…` or `file:///…`; None for an empty one. Raises ValueError."""
    if not url:
        return None
    parts = urlsplit(url)
    return FileWeather(Path(unquote(parts.path))) if parts.scheme == "file" else HttpWeather(url)
