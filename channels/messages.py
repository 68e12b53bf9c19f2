"""The words every channel speaks: requests, messages, receipts, outcomes. Pure."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Protocol


class Category(StrEnum):
    """What a text is for. Decides its validity, its priority, and what becomes of it after an unknown outcome."""

    MILESTONE = "milestone"
    DELAY = "delay"
    REPLY = "reply"
    RELAY = "relay"
    PROOF = "proof"
    PIN = "pin"
    SURVEY = "survey"
    CASE = "case"
    CONSENT = "consent"


class Status(StrEnum):
    """Where an outgoing message is."""

    QUEUED = "queued"
    HELD = "held"
    SENDING = "sending"
    SENT = "sent"
    DELIVERED = "delivered"
    UNDELIVERED = "undelivered"
    FAILED = "failed"
    UNKNOWN = "unknown"
    CANCELLED = "cancelled"
    EXPIRED = "expired"
    SHADOW = "shadow"


class InboxState(StrEnum):
    """Where an incoming message is."""

    RECEIVED = "received"
    HANDLED = "handled"
    DEAD = "dead"


class Outcome(StrEnum):
    """What became of a send that did not simply succeed."""

    #: The provider said no, for good.
    REFUSED = "refused"
    #: Known not to have been sent; the same call may work later.
    TRY_AGAIN = "try_again"
    #: Nobody knows. Never sent again blindly.
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class WebhookRequest:
    """HTTP with the framework taken out."""

    #: PUBLIC_BASE_URL + raw path and query; never built from request headers.
    url: str
    #: Keys in lower case.
    headers: Mapping[str, str]
    #: Every pair as it came, empty values and repetitions kept.
    form: tuple[tuple[str, str], ...]
    body: bytes

    def field(self, name: str) -> str:
        """Answer the first form value of that name, or the empty string."""
        return next((value for key, value in self.form if key == name), "")


@dataclass(frozen=True, slots=True)
class InboundMessage:
    """A message somebody sent to one of our addresses."""

    channel: str
    #: Unique within the channel; a second delivery carries the same one.
    provider_id: str
    sender: str
    recipient: str
    text: str
    media: tuple[str, ...] = ()
    #: The Messaging Service it came through, if any: then the conversation is with the service, not the number.
    service: str | None = None


@dataclass(frozen=True, slots=True)
class OutboundMessage:
    """A message we owe somebody."""

    channel: str
    #: Our address: an E.164 number, a Messaging Service id, or an e-mail address.
    sender: str
    recipient: str
    text: str
    category: Category
    retailer: str
    media: tuple[str, ...] = ()
    #: E-mail only.
    subject: str | None = None
    #: After this it is of no use and is not sent. None: the category's rule.
    valid_until: datetime | None = None
    shipment_id: int | None = None
    #: Our opaque id of this attempt; the provider's callback carries it back. Set by the outbox when it sends.
    reference: str = ""
    #: When the attempt began; only set when asking `find`.
    attempted_at: datetime | None = None
    #: Our side of the conversation when that is not the sender: an answer leaves from the number that was texted, also
    #: where the conversation is with the Messaging Service around it.
    ours: str | None = None


@dataclass(frozen=True, slots=True)
class Receipt:
    """What a provider says later about a message of ours."""

    channel: str
    provider_id: str
    #: Our reference, when the callback carries it.
    outbox_id: str | None
    #: A Status value.
    status: str
    #: The provider's own error code.
    error: str | None = None
    #: The provider's own word for the status, kept for uniqueness.
    raw_status: str = ""


@dataclass
class SendError(Exception):
    """The provider did not take the message."""

    outcome: Outcome
    #: The provider's code, or a short name such as `connect`, `timeout`, `http_500`.
    code: str
    #: In words, for the console.
    reason: str
    #: Seconds the provider asks to wait; the whole sender waits.
    retry_after_s: float | None = None
    #: The class of the error, see `channels.errors`.
    kind: str = ""
    details: dict[str, str] = field(default_factory=dict)

    def __str__(self) -> str:
        return f"{self.outcome}: {self.code} {self.reason}"


class InvalidSignature(Exception):
    """The request was not signed by whom it claims to come from."""


class MalformedWebhook(ValueError):
    """The request is signed but lacks what its kind must have."""


class Channel(Protocol):
    """A way to reach people."""

    name: str

    def verify(self, request: WebhookRequest) -> None:
        """Raise InvalidSignature unless the provider signed exactly this request."""

    def parse(self, request: WebhookRequest) -> list[InboundMessage | Receipt]:
        """Turn a verified request into messages and receipts. Raises MalformedWebhook."""

    def send(self, message: OutboundMessage) -> str:
        """Hand the message over and answer the provider's id. Raises SendError."""

    def find(self, message: OutboundMessage) -> str | None:
        """Answer the provider's id of a message whose outcome is unknown, None when it has none. Raises SendError."""
