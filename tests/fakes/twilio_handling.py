"""The HTTP side of the fake Twilio: one request in, one answer out, or none where the script says so."""

# ruff: noqa: ARG002  a mode that needs no figures is handed them all the same

import base64
import hmac
import json
import re
import socket
import struct
from http.server import BaseHTTPRequestHandler
from typing import Any
from urllib.parse import parse_qs, parse_qsl, urlencode, urlsplit

from fakes.twilio_media import MediaHandling
from fakes.twilio_state import ERRORS, Mode, Refused, State

MESSAGES = re.compile(r"/2010-04-01/Accounts/([^/]+)/Messages(?:/([^/.]+))?\.json")


class Handler(MediaHandling, BaseHTTPRequestHandler):
    """`server.twilio` is the FakeTwilio it speaks for."""

    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True

    def log_message(self, *args: Any) -> None:
        pass

    @property
    def twilio(self) -> Any:
        return self.server.twilio  # type: ignore[attr-defined]

    def handle_one_request(self) -> None:
        try:
            super().handle_one_request()
        except (ConnectionError, TimeoutError):
            self.close_connection = True

    def do_POST(self) -> None:
        self._take()

    def do_GET(self) -> None:
        self._take()

    def do_DELETE(self) -> None:
        self._take()

    def _take(self) -> None:
        body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        if self.twilio.closing.is_set():
            self._reset()
            return
        parts = urlsplit(self.path)
        if parts.path == "/_control":
            self._answer(200, self.twilio.control(json.loads(body or b"{}")))
            return
        try:
            if self.take_media(parts.path):
                return
        except Refused as refusal:
            self._refuse(refusal)
            return
        found = MESSAGES.fullmatch(parts.path)
        state: State = self.twilio.state
        with state.lock:
            state.calls[f"{self.command} {'message' if found and found[2] else 'messages'}"] += 1
        try:
            self._sign_in(state)
            if found is None or found[1] != state.account_sid:
                self._refuse(Refused(20404))
            elif found[2]:
                self._one(state, found[2], body)
            elif self.command == "GET":
                self._list(state, parts.path, dict(parse_qsl(parts.query, keep_blank_values=True)))
            else:
                self._create(state, parse_qs(body.decode(), keep_blank_values=True))
        except Refused as refusal:
            self._refuse(refusal)

    def _sign_in(self, state: State) -> None:
        wanted = base64.b64encode(f"{state.account_sid}:{state.token}".encode()).decode()
        if not hmac.compare_digest(self.headers.get("Authorization", "").encode(), f"Basic {wanted}".encode()):
            raise Refused(20003)

    def _create(self, state: State, form: dict[str, list[str]]) -> None:
        mode = state.next_mode()
        before = getattr(self, f"_before_{mode.name}", None)
        if before is not None and before(mode):
            return
        text = state.create(form)
        self.twilio.accepted(text)
        after = getattr(self, f"_after_{mode.name}", None)
        if after is not None:
            after(mode)
            return
        self._answer(201, text.as_json())

    # Modes in which nothing was accepted: True when the request is over.

    def _before_error(self, mode: Mode) -> bool:
        self._refuse(Refused(mode.code), mode.retry_after)
        return True

    def _before_429(self, mode: Mode) -> bool:
        self._refuse(Refused(20429), mode.retry_after)
        return True

    def _before_500_before(self, mode: Mode) -> bool:
        self._refuse(Refused(20500))
        return True

    def _before_html_404(self, mode: Mode) -> bool:
        self._raw(404, b"<html>nothing here</html>", "text/html")
        return True

    def _before_html_503(self, mode: Mode) -> bool:
        self._raw(503, b"<html>a balancer speaks</html>", "text/html")
        return True

    def _before_redirect(self, mode: Mode) -> bool:
        self._raw(307, b"", "text/plain", {"Location": self.path})
        return True

    def _before_reset(self, mode: Mode) -> bool:
        self._reset()
        return True

    def _before_slow(self, mode: Mode) -> bool:
        self.twilio.closing.wait(mode.seconds)
        return False

    # Modes in which the message was accepted.

    def _after_accept_then_hang(self, mode: Mode) -> None:
        self.twilio.closing.wait(mode.seconds)
        self._reset()

    def _after_accept_then_reset(self, mode: Mode) -> None:
        self._reset()

    def _after_accept_then_close(self, mode: Mode) -> None:
        self.close_connection = True

    def _after_500_after_accept(self, mode: Mode) -> None:
        self._refuse(Refused(20500), mode.retry_after)

    def _after_garbage_json(self, mode: Mode) -> None:
        self._raw(201, b'{"sid": "SM', "application/json")

    def _after_no_sid(self, mode: Mode) -> None:
        self._answer(201, {"status": "queued"})

    def _after_list(self, mode: Mode) -> None:
        self._raw(201, b"[1, 2]", "application/json")

    def _after_huge(self, mode: Mode) -> None:
        # All of it is well formed, so that only its size can be the reason to refuse it.
        self._answer(201, {"sid": "SM" + "0" * 32, "padding": "x" * 2_000_000})

    def _one(self, state: State, sid: str, body: bytes) -> None:
        with state.lock:
            text = state.texts.get(sid)
            if text is None:
                raise Refused(20404)
            if self.command == "DELETE":
                del state.texts[sid]
                self._raw(204, b"", "application/json")
                return
            if self.command == "POST" and "Body" in parse_qs(body.decode(), keep_blank_values=True):
                text.body = ""
            self._answer(200, text.as_json())

    def _list(self, state: State, path: str, query: dict[str, str]) -> None:
        texts = state.listed(query)
        size, page = min(int(query.get("PageSize", 50)), 1000), int(query.get("Page", 0))
        first = page * size

        def uri(number: int) -> str:
            kept = {name: value for name, value in query.items() if name not in {"Page", "PageToken", "PageSize"}}
            token = {"PageToken": "PA" + texts[number * size - 1].sid} if number else {}
            return f"{path}?{urlencode({**kept, 'PageSize': size, 'Page': number, **token})}"

        self._answer(
            200,
            {
                "end": max(first, min(first + size, len(texts)) - 1),
                "first_page_uri": uri(0),
                "messages": [text.as_json() for text in texts[first : first + size]],
                "next_page_uri": uri(page + 1) if first + size < len(texts) else None,
                "page": page,
                "page_size": size,
                "previous_page_uri": uri(page - 1) if page else None,
                "start": first,
                "uri": uri(page),
            },
        )

    def _refuse(self, refusal: Refused, retry_after: float | None = None) -> None:
        more = {"Retry-After": f"{retry_after:g}"} if retry_after is not None else {}
        info = f"https://www.twilio.com/docs/errors/{refusal.code}"
        words = {"code": refusal.code, "message": str(refusal), "more_info": info, "status": refusal.status}
        assert refusal.code in ERRORS
        self._answer(refusal.status, words, more)

    def _answer(self, status: int, payload: Any, more: dict[str, str] | None = None) -> None:
        self._raw(status, json.dumps(payload).encode(), "application/json", more)

    def _raw(self, status: int, body: bytes, kind: str, more: dict[str, str] | None = None) -> None:
        self.send_response(status)
        for name, value in {"Content-Type": kind, "Content-Length": str(len(body)), **(more or {})}.items():
            if status != 204 or name == "Content-Length":
                self.send_header(name, value)
        self._headers_buffer.append(b"\r\n")
        head, self._headers_buffer = b"".join(self._headers_buffer), []
        self.wfile.write(head + body)

    def _reset(self) -> None:
        # Lingering for no time makes the kernel send RST instead of an orderly end.
        self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        self.close_connection = True
        self.connection.close()
