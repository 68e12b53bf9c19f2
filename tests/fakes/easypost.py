"""EasyPost's tracker API on loopback, in the shapes of its recorded exchanges: stateful, and moody on request."""

import json
import threading
from collections import Counter
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, urlsplit

TOKEN = "EZTK-for-tests"


def detail(status: str, at: str, sub: str = "status_update", message: str = "") -> dict[str, Any]:
    return {
        "object": "TrackingDetail", "message": message or status, "description": "", "status": status,
        "status_detail": sub, "datetime": at, "source": "USPS", "carrier_code": "",
        "tracking_location": {"object": "TrackingLocation", "city": None, "state": None, "country": None, "zip": None},
    }  # fmt: skip


class FakeEasyPost:
    """One account. `refuse` holds statuses for the next requests, first in, first out."""

    def __init__(self) -> None:
        self.trackers: dict[str, dict[str, Any]] = {}
        self.unknown: set[str] = set()
        self.refuse: list[tuple[int, dict[str, str]]] = []
        self.calls: Counter[str] = Counter()
        self.batches: list[int] = []
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), _handler(self))
        self._server.daemon_threads = True
        self._thread = threading.Thread(target=self._server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
        self._thread.start()

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self._server.server_address[1]}/v2"

    def close(self) -> None:
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()

    def move(self, number: str, *details: dict[str, Any]) -> None:
        """The carrier has said this of the number, oldest first."""
        tracker = self.trackers.setdefault(number, self._new(number))
        tracker["tracking_details"] += details
        tracker["status"], tracker["updated_at"] = details[-1]["status"], details[-1]["datetime"]

    def _new(self, number: str) -> dict[str, Any]:
        return {
            "id": f"trk_{len(self.trackers):032x}", "object": "Tracker", "mode": "test", "tracking_code": number,
            "status": "pre_transit", "status_detail": "status_update", "created_at": "2026-11-20T00:00:00Z",
            "updated_at": "2026-11-20T00:00:00Z", "signed_by": None, "weight": None, "est_delivery_date": None,
            "shipment_id": None, "carrier": "USPS", "tracking_details": [], "carrier_detail": None, "fees": [],
            "finalized": True, "is_return": False, "public_url": "https://track.easypost.com/x",
        }  # fmt: skip

    def answer(self, method: str, path: str, query: dict[str, list[str]], said: Any) -> tuple[int, Any]:
        if (method, path) == ("POST", "/v2/trackers/batch"):
            self.batches.append(len(said["tracking_codes"]))
            found = [self.trackers[code] for code in said["tracking_codes"] if code in self.trackers]
            return 200, {"trackers": found, "has_more": False}
        if (method, path) == ("POST", "/v2/trackers"):
            number = said["tracker"]["tracking_code"]
            if number in self.unknown:
                return 422, {"error": {"code": "TRACKER.CREATE.ERROR", "message": "no", "errors": []}}
            return 200, self.trackers.setdefault(number, self._new(number))
        if (method, path) == ("GET", "/v2/trackers"):
            every = sorted(self.trackers.values(), key=lambda one: one["id"], reverse=True)
            before = query.get("before_id", ["~"])[0]
            every = [one for one in every if one["id"] < before]
            size = int(query.get("page_size", ["30"])[0])
            return 200, {"trackers": every[:size], "has_more": len(every) > size}
        return 404, {"error": {"code": "NOT_FOUND", "message": "no", "errors": []}}


def _handler(fake: FakeEasyPost) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def log_message(self, *args: Any) -> None:
            pass

        def do_GET(self) -> None:
            self._take()

        def do_POST(self) -> None:
            self._take()

        def _take(self) -> None:
            body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
            parts = urlsplit(self.path)
            fake.calls[f"{self.command} {parts.path}"] += 1
            if fake.refuse:
                status, headers = fake.refuse.pop(0)
                self._say(status, {"error": {"code": "X"}}, headers)
                return
            status, said = fake.answer(self.command, parts.path, parse_qs(parts.query), json.loads(body or b"null"))
            self._say(status, said, {})

        def _say(self, status: int, said: Any, headers: dict[str, str]) -> None:
            body = json.dumps(said).encode()
            self.send_response(status)
            for name, value in {
                **headers,
                "Content-Type": "application/json",
                "Content-Length": str(len(body)),
            }.items():
                self.send_header(name, value)
            self.end_headers()
            self.wfile.write(body)

    return Handler
