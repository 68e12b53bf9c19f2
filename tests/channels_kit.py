"""What the tests of the channels' engine share: quick ways to owe texts, and a channel that does what it is told."""

import threading
from collections import Counter
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import select

from channels import outbox
from channels.dispatch import Dispatcher
from channels.messages import Category, Channel, InboundMessage, OutboundMessage, Outcome, SendError
from channels.models import OutboxRow
from db import Database

OURS = "+15005550006"
ANA = "+14155550100"
BEN = "+14155550101"


class Scripted:
    """A channel whose answer each test decides: `answer(message)` gives an id or raises SendError."""

    name = "sms"

    def __init__(self, answer: Callable[[OutboundMessage], str] | None = None) -> None:
        self.answer = answer or (lambda message: f"SM{message.reference}")
        self.sent: list[OutboundMessage] = []
        self.taken: dict[str, str] = {}
        self.asked: list[OutboundMessage] = []
        self._lock = threading.Lock()

    def verify(self, request: Any) -> None:  # noqa: ARG002
        raise AssertionError("not asked here")

    def parse(self, request: Any) -> list[Any]:  # noqa: ARG002
        raise AssertionError("not asked here")

    def send(self, message: OutboundMessage) -> str:
        provider_id = self.answer(message)
        self.accept(message, provider_id)
        return provider_id

    def accept(self, message: OutboundMessage, provider_id: str) -> None:
        with self._lock:
            self.sent.append(message)
            self.taken[message.reference] = provider_id

    def find(self, message: OutboundMessage) -> str | None:
        self.asked.append(message)
        return self.taken.get(message.reference)

    @property
    def texts(self) -> list[str]:
        with self._lock:
            return [message.text for message in self.sent]


def failing(*errors: SendError | None) -> Callable[[OutboundMessage], str]:
    """An answer that raises each error in turn (None: takes the message), and then takes everything."""
    left = list(errors)

    def answer(message: OutboundMessage) -> str:
        error = left.pop(0) if left else None
        if error is not None:
            raise error
        return f"SM{message.reference}"

    return answer


def refused(code: str, **more: Any) -> SendError:
    return SendError(Outcome.REFUSED, code, "no", **more)


def try_again(code: str = "connect", **more: Any) -> SendError:
    return SendError(Outcome.TRY_AGAIN, code, "later", **more)


def unknown(code: str = "timeout") -> SendError:
    return SendError(Outcome.UNKNOWN, code, "who knows")


class Clock:
    """A clock that goes when told."""

    def __init__(self, now: datetime) -> None:
        self.now = now

    def __call__(self) -> datetime:
        return self.now

    def on(self, **how: float) -> datetime:
        self.now += timedelta(**how)
        return self.now


def dispatcher(database: Database, channel: Channel, clock: Callable[[], datetime], **more: Any) -> Dispatcher:
    values = {"worker": "w", "threads": 8, "lease_s": 30.0, "unknown_looks_s": (120.0, 600.0), "clock": clock}
    return Dispatcher(database, {"sms": channel}, **{**values, **more})


def text_to(
    recipient: str, words: str = "hello", category: Category = Category.MILESTONE, **more: Any
) -> OutboundMessage:
    values = {"channel": "sms", "sender": OURS, "retailer": "default"}
    return OutboundMessage(recipient=recipient, text=words, category=category, **{**values, **more})


def owe(database: Database, message: OutboundMessage, *, now: datetime, key: str | None = None, **more: Any) -> bool:
    with database.write() as session:
        return outbox.enqueue(session, message, key=key or message.text, now=now, **more)


def rows(database: Database) -> list[OutboxRow]:
    with database.read() as session:
        return list(session.scalars(select(OutboxRow).order_by(OutboxRow.id)))


def row(database: Database, key: str) -> OutboxRow:
    return next(one for one in rows(database) if one.key == key)


def states(database: Database) -> Counter[str]:
    return Counter(one.state for one in rows(database))


def incoming(provider_id: str, sender: str = ANA, words: str = "hi", **more: Any) -> InboundMessage:
    return InboundMessage(
        **{"channel": "sms", "recipient": OURS, **more}, provider_id=provider_id, sender=sender, text=words
    )
