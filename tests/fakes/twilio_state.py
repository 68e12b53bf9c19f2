"""What the fake Twilio knows: messages, who opted out, what is scripted, what was called. No HTTP here."""

import re
import threading
import time
import uuid
from collections import Counter, deque
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from email.utils import format_datetime
from typing import Any

E164 = re.compile(r"\+[1-9]\d{6,14}")
STOP_WORDS = frozenset(["stop", "stopall", "unsubscribe", "cancel", "end", "quit", "revoke", "optout"])
START_WORDS = frozenset(["start", "yes", "unstop"])
#: Twilio's words for its codes, near enough, and the HTTP status each comes with.
ERRORS: dict[int, tuple[int, str]] = {
    14107: (429, "Message rate between these two numbers exceeded"),
    20003: (401, "Authenticate"),
    20404: (404, "The requested resource was not found"),
    20429: (429, "Too Many Requests"),
    20500: (500, "Internal Server Error"),
    21211: (400, "The 'To' number {to} is not a valid phone number."),
    21602: (400, "Message body is required."),
    21603: (400, "A 'From' phone number is required."),
    21604: (400, "A 'To' phone number is required."),
    21606: (400, "The 'From' phone number {sender} is not a valid, message-capable Twilio phone number."),
    21610: (400, "Attempt to send to unsubscribed recipient {to}"),
    21617: (400, "The concatenated message body exceeds the 1600 character limit."),
    63038: (429, "Account exceeded the daily messages limit"),
    90007: (400, "ValidityPeriod is out of range"),
}


@dataclass
class Text:
    """A message as Twilio keeps it."""

    account_sid: str
    sid: str
    direction: str
    sender: str | None
    service: str | None
    to: str
    body: str
    media: tuple[str, ...]
    created: datetime
    callback: str | None = None
    validity_s: int | None = None
    status: str = "queued"
    sent: datetime | None = None
    error: int | None = None
    made_at: float = field(default_factory=time.monotonic)

    def as_json(self) -> dict[str, Any]:
        uri = f"/2010-04-01/Accounts/{self.account_sid}/Messages/{self.sid}"
        return {
            "account_sid": self.account_sid,
            "api_version": "2010-04-01",
            "body": self.body,
            "date_created": format_datetime(self.created.replace(microsecond=0)),
            "date_sent": format_datetime(self.sent.replace(microsecond=0)) if self.sent else None,
            "date_updated": format_datetime((self.sent or self.created).replace(microsecond=0)),
            "direction": self.direction,
            "error_code": self.error,
            "error_message": ERRORS[self.error][1] if self.error in ERRORS else None,
            "from": self.sender,
            "messaging_service_sid": self.service,
            "num_media": str(len(self.media)),
            "num_segments": "0" if self.service else "1",
            "price": None,
            "price_unit": "USD",
            "sid": self.sid,
            "status": self.status,
            "subresource_uris": {"media": f"{uri}/Media.json"},
            "to": self.to,
            "uri": f"{uri}.json",
        }


@dataclass(frozen=True)
class Mode:
    """How one request is answered."""

    name: str = "ok"
    #: slow, accept_then_hang: for how long.
    seconds: float = 5.0
    #: error: Twilio's code.
    code: int = 20500
    #: error, 429: what the answer asks for.
    retry_after: float | None = None


class Refused(Exception):
    """Twilio says no, with a code."""

    def __init__(self, code: int, **values: str) -> None:
        self.code = code
        self.status, words = ERRORS.get(code, (400, "Error"))
        super().__init__(words.format_map({"to": "", "sender": "", **values}))


def real_now() -> datetime:
    return datetime.now(UTC)


class State:
    """Thread-safe. `clock` dates the messages."""

    def __init__(self, account_sid: str, token: str, *, clock: Callable[[], datetime] = real_now) -> None:
        self.account_sid, self.token, self.clock = account_sid, token, clock
        self.lock = threading.RLock()
        self.texts: dict[str, Text] = {}
        self.calls: Counter[str] = Counter()
        self.opted_out: set[tuple[str, str]] = set()
        self.bad_numbers: set[str] = {"+15005550001"}
        #: Numbers of each Messaging Service; the first one speaks.
        self.services: dict[str, list[str]] = {}
        #: A message is not listed before this many seconds have passed.
        self.list_lag_s = 0.0
        self._script: deque[Mode] = deque()
        self._always = Mode()

    def script(self, *modes: Mode) -> None:
        with self.lock:
            self._script.extend(modes)

    def always(self, mode: Mode) -> None:
        with self.lock:
            self._always = mode

    def next_mode(self) -> Mode:
        with self.lock:
            return self._script.popleft() if self._script else self._always

    def create(self, form: dict[str, list[str]]) -> Text:
        """Judge and keep a message. Raises Refused."""
        one = {name: values[0] for name, values in form.items()}
        to, sender, service = one.get("To", ""), one.get("From"), one.get("MessagingServiceSid")
        media = tuple(form.get("MediaUrl", ()))
        validity = one.get("ValidityPeriod")
        with self.lock:
            self._judge(to, sender, service, one.get("Body", ""), media, validity)
            text = Text(
                self.account_sid,
                ("MM" if media else "SM") + uuid.uuid4().hex,
                "outbound-api",
                sender,
                service,
                to,
                one.get("Body", ""),
                media,
                self.clock(),
                callback=one.get("StatusCallback"),
                validity_s=int(validity) if validity else None,
                status="accepted" if service else "queued",
            )
            self.texts[text.sid] = text
            return text

    def _judge(
        self, to: str, sender: str | None, service: str | None, body: str, media: Iterable[str], validity: str | None
    ) -> None:
        if not to:
            raise Refused(21604)
        if not sender and not service:
            raise Refused(21603)
        if not E164.fullmatch(to) or to in self.bad_numbers:
            raise Refused(21211, to=to)
        if (to, sender or service or "") in self.opted_out:
            raise Refused(21610, to=to)
        if not body and not media:
            raise Refused(21602)
        if len(body) > 1600:
            raise Refused(21617)
        if validity is not None and not 1 <= int(validity) <= 36_000:
            raise Refused(90007)

    def move(self, text: Text, status: str, error: int | None = None) -> None:
        with self.lock:
            text.status, text.error = status, error
            if status in {"sent", "delivered", "undelivered"} and text.sent is None:
                text.sent = self.clock()
            if text.service and text.sender is None:
                text.sender = next(iter(self.services.get(text.service, [])), None)

    def came_in(
        self, *, sender: str, to: str, body: str, media: tuple[str, ...], service: str | None, sid: str | None = None
    ) -> Text:
        """Keep what somebody texted to us, and stop or start as Twilio itself does on the exact words."""
        word, ours = body.strip().lower(), service or to
        with self.lock:
            if word in STOP_WORDS:
                self.opted_out.add((sender, ours))
            elif word in START_WORDS:
                self.opted_out.discard((sender, ours))
            sid = sid or ("MM" if media else "SM") + uuid.uuid4().hex
            now = self.clock()
            text = Text(
                self.account_sid, sid, "inbound", sender, service, to, body, media, now, status="received", sent=now
            )
            self.texts[sid] = text
            return text

    def listed(self, query: dict[str, str]) -> list[Text]:
        """Answer what a listing shows, newest first."""
        with self.lock:
            texts = list(self.texts.values())
        visible = [text for text in texts if time.monotonic() - text.made_at >= self.list_lag_s and _shown(text, query)]
        return sorted(visible, key=lambda text: text.created, reverse=True)

    def ledger(self, phone: str | None = None) -> list[dict[str, Any]]:
        """Answer what phones got, oldest first: `from to body media sid`."""
        with self.lock:
            return [
                {"sid": t.sid, "from": t.sender or t.service, "to": t.to, "body": t.body, "media": list(t.media)}
                for t in self.texts.values()
                if t.direction != "inbound" and phone in (None, t.to)
            ]


def _shown(text: Text, query: dict[str, str]) -> bool:
    day = text.sent.astimezone(UTC).strftime("%Y-%m-%d") if text.sent else ""
    return (
        query.get("To") in (None, text.to)
        and query.get("From") in (None, text.sender)
        and ("DateSent" not in query or day == query["DateSent"][:10])
        and ("DateSent>" not in query or (bool(day) and day >= query["DateSent>"][:10]))
        and ("DateSent<" not in query or (bool(day) and day <= query["DateSent<"][:10]))
    )
