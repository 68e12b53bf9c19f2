"""The pictures that the fake Twilio keeps: behind our credentials on the API, and open where it redirects to."""

import re
import uuid
from collections import deque
from dataclasses import dataclass, field
from typing import Any

MEDIA = re.compile(r"/2010-04-01/Accounts/(AC\w+)/Messages/(\w+)/Media/(\w+)")
STORE = re.compile(r"/store/(\w+)")


@dataclass
class Asked:
    """One request for media."""

    method: str
    path: str
    #: What stood in its Authorization header; None: nothing.
    authorization: str | None


@dataclass
class MediaState:
    """What is kept, and how it is handed out. Thread-safe enough: each field is touched in one step."""

    kept: dict[str, bytes] = field(default_factory=dict)
    asked: list[Asked] = field(default_factory=list)
    #: Statuses of the next answers on the API, one each; then all is well.
    faults: deque[int] = field(default_factory=deque)
    #: Where the API redirects to instead of its own store.
    redirect_to: str | None = None
    #: The store announces so many bytes more than it sends, then hangs up.
    cut_off: int = 0
    #: The store does not say how long a picture is.
    silent_length: bool = False

    def path(self, account_sid: str, content: bytes) -> str:
        """Keep a picture; answers its path on the API."""
        sid = "ME" + uuid.uuid4().hex
        self.kept[sid] = content
        return f"/2010-04-01/Accounts/{account_sid}/Messages/MM{uuid.uuid4().hex}/Media/{sid}"


class MediaHandling:
    """The part of the fake's handler that hands out media; answers False for any other path."""

    def take_media(self: Any, path: str) -> bool:
        media: MediaState = self.twilio.media
        on_api, in_store = MEDIA.fullmatch(path), STORE.fullmatch(path)
        if on_api is None and in_store is None:
            return False
        media.asked.append(Asked(self.command, path, self.headers.get("Authorization")))
        if in_store is not None:
            self._hand_out(media, in_store[1])
            return True
        self._sign_in(self.twilio.state)
        sid = on_api[3]
        if media.faults:
            self._raw(media.faults.popleft(), b"{}", "application/json")
        elif sid not in media.kept:
            self._raw(404, b'{"code": 20404, "message": "not found", "status": 404}', "application/json")
        elif self.command == "DELETE":
            del media.kept[sid]
            self._raw(204, b"", "application/json")
        else:
            where = f"{self.twilio.url}/store/{sid}" if media.redirect_to is None else media.redirect_to
            self._raw(307, b"", "text/plain", {"Location": where})
        return True

    def _hand_out(self: Any, media: MediaState, sid: str) -> None:
        content = media.kept.get(sid)
        if content is None:
            self._raw(404, b"", "text/plain")
        elif media.cut_off or media.silent_length:
            self.close_connection = True
            length = "" if media.silent_length else f"Content-Length: {len(content) + media.cut_off}\r\n"
            self.wfile.write(f"HTTP/1.1 200 OK\r\nContent-Type: image/jpeg\r\n{length}\r\n".encode() + content)
        else:
            self._raw(200, content, "image/jpeg")
