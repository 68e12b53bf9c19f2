"""A retailer's system that is told things: a real HTTP server on loopback that answers as it is told to."""

import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any


@dataclass
class Heard:
    path: str
    headers: dict[str, str]
    body: bytes

    @property
    def json(self) -> Any:
        return json.loads(self.body)


@dataclass
class Listener:
    url: str
    heard: list[Heard] = field(default_factory=list)
    #: What is answered, and the body of it.
    status: int = 200
    said: bytes = b"ok"
    headers: dict[str, str] = field(default_factory=dict)
    #: Nothing is answered below this path until the gate is open.
    slow_path: str = "/slow"
    gate: threading.Event = field(default_factory=threading.Event)

    def kinds(self) -> list[str]:
        return [one.json["type"] for one in self.heard]


@contextmanager
def listening() -> Iterator[Listener]:
    found = Listener("")

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers.get("Content-Length", "0")))
            headers = {name.lower(): value for name, value in self.headers.items()}
            found.heard.append(Heard(self.path, headers, body))
            if self.path.startswith(found.slow_path):
                found.gate.wait(30)
            self.send_response(found.status)
            for name, value in found.headers.items():
                self.send_header(name, value)
            self.send_header("Content-Length", str(len(found.said)))
            self.end_headers()
            self.wfile.write(found.said)

        def log_message(self, *args: Any) -> None:
            pass

    class Server(ThreadingHTTPServer):
        daemon_threads = True

        def handle_error(self, *args: Any) -> None:
            pass  # whoever hung up in the middle is no news

    server = Server(("127.0.0.1", 0), Handler)
    found.url = f"http://127.0.0.1:{server.server_address[1]}/hook"
    thread = threading.Thread(target=server.serve_forever, args=(0.05,), daemon=True)
    thread.start()
    try:
        yield found
    finally:
        found.gate.set()
        server.shutdown()
        server.server_close()
        thread.join(10)
