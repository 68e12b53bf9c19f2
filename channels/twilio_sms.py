"""Texts through Twilio: sends once, says exactly what is known of the outcome, and reads Twilio's webhooks.

The SDK signs in, names us and checks signatures; its resource classes are left out, because they raise whatever comes
to mind when an answer is not what they expect, and after a send every surprise must become "unknown".
"""

import json
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from urllib.parse import parse_qs, quote, urlsplit

from twilio.rest import Client  # type: ignore[import-untyped]  # the SDK ships no types

from channels import twilio_signature
from channels.errors import Kind
from channels.messages import (
    InboundMessage,
    MalformedWebhook,
    OutboundMessage,
    Outcome,
    Receipt,
    SendError,
    Status,
    WebhookRequest,
)
from channels.twilio_http import OneTryClient, failure
from db import utc_now

API = "https://api.twilio.com"
FORM = "application/x-www-form-urlencoded"
#: Twilio keeps a text at most this long; less than six seconds it advises against.
VALIDITY_MAX_S, VALIDITY_MIN_S = 36_000, 6
#: The clocks of the two houses may differ by this much.
CLOCK_SKEW = timedelta(seconds=5)
#: How much of a listing is read: pages of a day, and messages a page.
PAGES_MAX, PAGE_SIZE = 4, 200
MEDIA_MAX = 10
#: Twilio puts this before every text of a trial account.
TRIAL_PREFIX = "Sent from your Twilio trial account - "
#: An id is Twilio's to choose (today SM or MM and 32 hex digits); all we need is that it can be kept and compared.
_SID = re.compile(r"[A-Za-z0-9_-]{2,64}")
#: Twilio's words for ours. A word that is not here still proves that Twilio has the message: it counts as sent.
STATUSES = {
    "delivered": Status.DELIVERED,
    "read": Status.DELIVERED,
    "undelivered": Status.UNDELIVERED,
    "failed": Status.FAILED,
    "canceled": Status.CANCELLED,
}


def _nobody(_sid: str) -> bool:
    return False


class TwilioSms:
    """The channel `sms` on a Twilio account.

    auth_tokens: the first one sends, all are accepted on webhooks. status_callback_base: PUBLIC_BASE_URL.
    messaging_service_sid: the service we speak from, if any: what comes in through it is a conversation with it.
    already_ours: whether a message id belongs to another row of ours; asked by `find` so that of two equal texts
    each row adopts its own. lease_s: the longest an attempt lasts; a message created later was another attempt.
    """

    name = "sms"

    def __init__(
        self,
        account_sid: str,
        auth_tokens: tuple[str, ...],
        *,
        api_url: str = API,
        status_callback_base: str,
        messaging_service_sid: str = "",
        already_ours: Callable[[str], bool] = _nobody,
        clock: Callable[[], datetime] = utc_now,
        lease_s: float = 30.0,
        connect_s: float = 3.0,
        read_s: float = 10.0,
    ) -> None:
        if not account_sid or not any(auth_tokens):
            raise ValueError("a Twilio account needs its SID and an auth token")
        self._tokens = tuple(token for token in auth_tokens if token)
        self._callback = f"{status_callback_base.rstrip('/')}/hooks/twilio/status?oid="
        self._service = messaging_service_sid
        self._already_ours = already_ours
        self._clock = clock
        self._lease = timedelta(seconds=lease_s)
        http = OneTryClient(api_url, connect_s=connect_s, read_s=read_s, user=account_sid, password=self._tokens[0])
        # An edge or region in the environment changes nothing: the transport sends every URL to api_url.
        self._client = Client(account_sid, self._tokens[0], http_client=http)
        self._url = f"{API}/2010-04-01/Accounts/{quote(account_sid, safe='')}/Messages.json"

    def verify(self, request: WebhookRequest) -> None:
        """Raise InvalidSignature unless Twilio signed exactly this request; UnsupportedContent (415) as well."""
        twilio_signature.verify(request, self._tokens)

    def parse(self, request: WebhookRequest) -> list[InboundMessage | Receipt]:
        """Turn a webhook about a message into what it says. Raises MalformedWebhook."""
        sid = request.field("MessageSid") or request.field("SmsSid")
        if not _SID.fullmatch(sid):
            raise MalformedWebhook("MessageSid is missing or malformed")
        # What comes in has a status too, `received`, and always a Body; a status callback has none.
        word = (request.field("MessageStatus") or request.field("SmsStatus")).lower()
        if word and word not in {"received", "receiving"}:
            reference = parse_qs(urlsplit(request.url).query).get("oid", [None])[0]
            status = STATUSES.get(word, Status.SENT)
            return [Receipt(self.name, sid, reference, status, request.field("ErrorCode") or None, word)]
        sender, recipient = request.field("From"), request.field("To")
        if not sender or not recipient:
            raise MalformedWebhook("From or To is missing")
        # Numbers registered in some other service are spoken from one by one: there the number is our address.
        service = self._service if self._service and request.field("MessagingServiceSid") == self._service else None
        return [InboundMessage(self.name, sid, sender, recipient, request.field("Body"), _media(request), service)]

    def send(self, message: OutboundMessage) -> str:
        """Hand the text to Twilio, once, and answer its SID. Raises SendError, see `twilio_http`."""
        wanted: dict[str, object] = {"To": message.recipient, "Body": message.text}
        wanted["MessagingServiceSid" if message.sender.startswith("MG") else "From"] = message.sender
        if message.media:
            wanted["MediaUrl"] = list(message.media)
        if message.valid_until is not None:
            wanted["ValidityPeriod"] = self._validity_s(message.valid_until)
        if message.reference:
            wanted["StatusCallback"] = self._callback + quote(message.reference, safe="")
        answer = self._client.request("POST", self._url, data=wanted, headers={"Content-Type": FORM})
        sid = json.loads(answer.text or "{}").get("sid")
        if not isinstance(sid, str) or not _SID.fullmatch(sid):
            raise failure(Outcome.UNKNOWN, "bad_answer", cause="no_sid")
        return sid

    def _validity_s(self, valid_until: datetime) -> int:
        left = (valid_until - self._clock()).total_seconds()
        if left <= 0:
            raise SendError(Outcome.REFUSED, "expired", "It is too late for this text.", kind=Kind.CONTENT)
        return min(max(int(left), VALIDITY_MIN_S), VALIDITY_MAX_S)

    def find(self, message: OutboundMessage) -> str | None:
        """Answer the SID of the text an attempt with unknown outcome created, or None when Twilio lists none.

        It is the oldest one with the same sender, recipient, words and number of pictures that was created while the
        attempt lasted and is not another row's. Needs `attempted_at`. Raises SendError when Twilio cannot be asked.
        """
        if message.attempted_at is None:
            raise ValueError("only an attempt can be looked for: attempted_at is not set")
        # Twilio's times are whole seconds, cut off.
        begin = message.attempted_at - CLOCK_SKEW - timedelta(seconds=1)
        end = message.attempted_at + self._lease
        for day in _days(begin, end):
            created = {
                listed.sid: listed.created
                for listed in self._listed(message, day)
                if begin < listed.created <= end and listed.is_of(message) and not self._already_ours(listed.sid)
            }
            if created:
                return min(created, key=lambda sid: (created[sid], sid))
        return None

    def _listed(self, message: OutboundMessage, day: str | None) -> Iterator["Listed"]:
        wanted: dict[str, object] = {"To": message.recipient, "PageSize": PAGE_SIZE}
        if not message.sender.startswith("MG"):
            wanted["From"] = message.sender
        if day is not None:
            wanted["DateSent"] = day
        answer = json.loads(self._client.request("GET", self._url, params=wanted).text)
        for page in range(1, PAGES_MAX + 1):
            rows = answer.get("messages")
            if not isinstance(rows, list):
                raise failure(Outcome.TRY_AGAIN, "bad_answer", cause="list")
            yield from filter(None, map(Listed.read, rows))
            following = answer.get("next_page_uri")
            if not isinstance(following, str) or not following.startswith("/") or page == PAGES_MAX:
                return
            answer = json.loads(self._client.request("GET", API + following).text)


@dataclass(frozen=True, slots=True)
class Listed:
    """A message as Twilio lists it."""

    sid: str
    created: datetime
    direction: str
    sender: str
    service: str
    recipient: str
    text: str
    pictures: str

    @classmethod
    def read(cls, row: object) -> "Listed | None":
        """Read an item of a listing; what does not look like one is None."""
        if not isinstance(row, dict) or not _SID.fullmatch(str(row.get("sid"))):
            return None
        try:
            created = parsedate_to_datetime(str(row.get("date_created")))
        except ValueError:
            return None
        names = ("direction", "from", "messaging_service_sid", "to", "body", "num_media")
        words = [str(row.get(name) or "") for name in names]
        return cls(str(row["sid"]), created if created.tzinfo else created.replace(tzinfo=UTC), *words)

    def is_of(self, message: OutboundMessage) -> bool:
        """Whether it is what sending the message would have created."""
        return (
            self.direction.startswith("outbound")
            and message.sender == (self.service if message.sender.startswith("MG") else self.sender)
            and message.recipient == self.recipient
            and self.text in {message.text, TRIAL_PREFIX + message.text}
            and (self.pictures or "0") == str(len(message.media))
        )


def _days(begin: datetime, end: datetime) -> list[str | None]:
    """The days to list, both around midnight; then without a day: a text still queued has none it was sent on."""
    days = sorted({moment.astimezone(UTC).strftime("%Y-%m-%dT00:00:00Z") for moment in (begin, end)})
    return [*days, None]


def _media(request: WebhookRequest) -> tuple[str, ...]:
    told = request.field("NumMedia")
    count = min(int(told), MEDIA_MAX) if told.isdecimal() else 0
    urls = (request.field(f"MediaUrl{index}") for index in range(count))
    return tuple(url for url in urls if url)
