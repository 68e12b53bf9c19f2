"""The phones in the browser: demo mode's stand-in for the telephone network, kept as rows everybody can read."""

import base64
import binascii
from collections.abc import Callable, Sequence
from datetime import datetime
from urllib.parse import unquote_to_bytes

from sqlalchemy import or_, select
from sqlalchemy.orm import Mapped, Session, mapped_column

from channels.messages import (
    InboundMessage,
    InvalidSignature,
    MalformedWebhook,
    OutboundMessage,
    Receipt,
    WebhookRequest,
)
from channels.picture_source import NeverFetched, NoPictures, PictureSource
from db import Base, Database, RowId, insert_once, utc_now

#: What a provider allows on one text.
MEDIA_MAX = 10
MEDIA_MAX_BYTES = 5 * 1024 * 1024
#: The longest http(s) URL taken.
URL_MAX = 2048


class PhoneMessage(Base):
    """A text as the phones in the browser show it, whichever way it went. Mail of the demo is filed here too."""

    __tablename__ = "phone_message"

    id: Mapped[int] = mapped_column(RowId, primary_key=True)
    #: The outbox's reference; None for what a person typed.
    reference: Mapped[str | None] = mapped_column(unique=True)
    sender: Mapped[str] = mapped_column(index=True)
    recipient: Mapped[str] = mapped_column(index=True)
    text: Mapped[str]
    media: Mapped[list[str]] = mapped_column(default=list)
    at: Mapped[datetime]

    @property
    def provider_id(self) -> str:
        """Answer the id under which the channels know this text, such as PH42."""
        return f"PH{self.id}"


class BadMedia(ValueError):
    """Media must be at most ten http, https or data URLs of up to 5 MB each."""


def check_media(media: Sequence[str]) -> None:
    """Raise BadMedia unless every URL is one that a phone could show."""
    if len(media) > MEDIA_MAX:
        raise BadMedia(BadMedia.__doc__)
    for url in media:
        scheme, _, rest = url.partition(":")
        if scheme.lower() == "data":
            head, comma, data = rest.partition(",")
            size = len(data) * 3 // 4 - data[-2:].count("=") if head.lower().endswith(";base64") else len(data)
            if comma and size <= MEDIA_MAX_BYTES:
                continue
        elif scheme.lower() in {"http", "https"} and rest.startswith("//") and len(url) <= URL_MAX:
            continue
        raise BadMedia(BadMedia.__doc__)


def post(
    session: Session, *, sender: str, recipient: str, text: str, media: Sequence[str] = (), now: datetime
) -> PhoneMessage:
    """File what a person typed on a phone in the browser; its `provider_id` is the inbox's key. Raises BadMedia."""
    check_media(media)
    row = PhoneMessage(sender=sender, recipient=recipient, text=text, media=list(media), at=now)
    session.add(row)
    session.flush()
    return row


def page(session: Session, number: str, *, after: int = 0, limit: int = 50) -> list[PhoneMessage]:
    """Answer the texts from and to the number with ids above `after`, oldest first."""
    query = (
        select(PhoneMessage)
        .where(or_(PhoneMessage.sender == number, PhoneMessage.recipient == number), PhoneMessage.id > after)
        .order_by(PhoneMessage.id)
        .limit(limit)
    )
    return list(session.scalars(query))


class PhoneChannel:
    """Texts of demo mode. The reference is unique, so that a resend of the same attempt is one text."""

    name = "sms"

    def __init__(self, database: Database, *, clock: Callable[[], datetime] = utc_now) -> None:
        self._database = database
        self._clock = clock

    def verify(self, request: WebhookRequest) -> None:  # noqa: ARG002  the protocol has it
        """Refuse: these phones speak through /phone, which is open in demo mode only."""
        raise InvalidSignature("the phones in the browser have no webhooks")

    def parse(self, request: WebhookRequest) -> list[InboundMessage | Receipt]:  # noqa: ARG002  the protocol has it
        """Refuse, as `verify` does."""
        raise MalformedWebhook("the phones in the browser have no webhooks")

    def send(self, message: OutboundMessage) -> str:
        """File the text in a transaction of its own and answer its id. Nothing may be open on this thread."""
        row = PhoneMessage(
            reference=message.reference or None,
            sender=message.sender,
            recipient=message.recipient,
            text=self._words(message),
            media=list(message.media),
            at=self._clock(),
        )
        with self._database.write() as session:
            if insert_once(session, row):
                return row.provider_id
        known = self.find(message)
        if known is None:
            raise LookupError("a text whose reference is taken has gone")
        return known

    def find(self, message: OutboundMessage) -> str | None:
        """Answer the id of the text with the message's reference."""
        if not message.reference:
            return None
        with self._database.read() as session:
            row = session.scalar(select(PhoneMessage).where(PhoneMessage.reference == message.reference))
            return None if row is None else row.provider_id

    def _words(self, message: OutboundMessage) -> str:
        return message.text


class DemoMail(PhoneChannel):
    """E-mail of demo mode where no SMTP server is set: filed beside the texts, the address as the recipient."""

    name = "email"

    def _words(self, message: OutboundMessage) -> str:
        return f"{message.subject}\n\n{message.text}" if message.subject else message.text


class PhonePictures:
    """Pictures of the phones in the browser: the data: URL is the picture. Other addresses are another source's."""

    def __init__(self, others: PictureSource | None = None) -> None:
        self._others = others or NoPictures()

    def fetch(self, url: str) -> bytes:
        """Answer the bytes in the URL. Raises NeverFetched, and what the other source raises."""
        head, comma, data = url.partition(",")
        if not _is_data(head):
            return self._others.fetch(url)
        if not comma:
            raise NeverFetched("bad_data")
        if not head.lower().endswith(";base64"):
            return unquote_to_bytes(data)
        try:
            return base64.b64decode(unquote_to_bytes(data), validate=True)
        except binascii.Error as error:
            raise NeverFetched("bad_data") from error

    def delete(self, url: str) -> None:
        """Do nothing for a data: URL: nobody else has a copy."""
        if not _is_data(url):
            self._others.delete(url)


def _is_data(url: str) -> bool:
    return url[:5].lower() == "data:"
