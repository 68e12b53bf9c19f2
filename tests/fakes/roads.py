"""A road server on this machine: OSRM's and Valhalla's tables, over roads a test makes up."""

import json
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, urlsplit

Place = tuple[float, float]


def nothing() -> None:
    """Nobody watches."""


@dataclass
class RoadServer:
    """Answers by `seconds(here, there)`, places as (lat, lon)."""

    seconds: Callable[[Place, Place], Any]
    url: str = ""
    status: int = 200
    #: (service, sources, targets) of each question.
    asked: list[tuple[str, int, int]] = field(default_factory=list)
    #: Called with each question: to see what is open meanwhile.
    watch: Callable[[], None] = nothing

    def table(self, service: str, sources: list[Place], targets: list[Place]) -> list[list[Any]]:
        self.asked.append((service, len(sources), len(targets)))
        self.watch()
        return [[self.seconds(one, other) for other in targets] for one in sources]

    def osrm(self, path: str) -> dict[str, Any]:
        parts = urlsplit(path)
        _, service, version, profile, ends = parts.path.split("/")
        assert (version, profile) == ("v1", "driving")
        places = [(float(lat), float(lon)) for lon, lat in (end.split(",") for end in ends.split(";"))]
        said = {name: [places[int(one)] for one in values[0].split(";")]
                for name, values in parse_qs(parts.query).items() if name in ("sources", "destinations")}  # fmt: skip
        return {"code": "Ok", "durations": self.table(service, said["sources"], said["destinations"])}

    def valhalla(self, path: str, asked: dict[str, Any]) -> dict[str, Any]:
        assert asked["costing"] == "auto"
        ends = [[(one["lat"], one["lon"]) for one in asked[name]] for name in ("sources", "targets")]
        rows = self.table(path.strip("/"), *ends)
        return {
            "sources_to_targets": [
                [
                    {"from_index": i, "to_index": j, "time": s, "distance": None if s is None else s / 100}
                    for j, s in enumerate(row)
                ]
                for i, row in enumerate(rows)
            ]
        }


@contextmanager
def road_server(seconds: Callable[[Place, Place], Any]) -> Iterator[RoadServer]:
    """Start one, and stop it in the end."""
    found = RoadServer(seconds)

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.answer(found.osrm(self.path))

        def do_POST(self) -> None:
            self.answer(found.valhalla(self.path, json.loads(self.rfile.read(int(self.headers["Content-Length"])))))

        def answer(self, said: dict[str, Any]) -> None:
            body = json.dumps(said).encode()
            self.send_response(found.status)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *args: Any) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    found.url = f"http://127.0.0.1:{server.server_port}"
    threading.Thread(target=server.serve_forever, daemon=True).start()
    try:
        yield found
    finally:
        server.shutdown()
        server.server_close()
