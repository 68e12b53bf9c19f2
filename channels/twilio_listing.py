"""Texts as Twilio lists them: what a lost webhook never brought, and what was sent before a restore."""

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any, Protocol

from channels.messages import InboundMessage
from settings import Settings

if TYPE_CHECKING:
    from channels.twilio_http import OneTryClient

API = "https://api.twilio.com"
PAGE_SIZE, PAGES_MAX = 300, 100
_SERVICE = re.compile(r"MG[0-9a-fA-F]{32}")


@dataclass(frozen=True, slots=True)
class ListedText:
    """A text somebody sent us."""

    message: InboundMessage
    #: When the provider took it in.
    at: datetime


@dataclass(frozen=True, slots=True)
class SentText:
    """A text that left."""

    provider_id: str
    text: str
    at: datetime


class Listing(Protocol):
    """A provider that can be asked what was said."""

    def received(self, ours: str, since: datetime) -> list[ListedText]:
        """Texts to that number of ours since then, oldest first. Raises SendError when nobody can be asked."""
        ...

    def sent(self, theirs: str, since: datetime) -> list[SentText]:
        """Texts to that number of theirs since then, oldest first. Raises SendError."""
        ...


class TwilioListing:
    """One account's messages."""

    def __init__(self, client: "OneTryClient", account_sid: str) -> None:
        self._client = client
        self._path = f"/2010-04-01/Accounts/{account_sid}/Messages"

    def received(self, ours: str, since: datetime) -> list[ListedText]:
        """As `Listing.received`; pictures are asked for one text at a time."""
        found = []
        for row, listed in self._listed({"To": ours}, since):
            if listed.direction != "inbound" or listed.created < since:
                continue
            service = str(row.get("messaging_service_sid") or "")
            message = InboundMessage(
                channel="sms",
                provider_id=listed.sid,
                sender=listed.sender,
                recipient=listed.recipient,
                text=listed.text,
                media=self._media(listed.sid) if (listed.pictures or "0") != "0" else (),
                service=service if _SERVICE.fullmatch(service) else None,
            )
            found.append(ListedText(message, listed.created))
        return sorted(found, key=lambda one: (one.at, one.message.provider_id))

    def sent(self, theirs: str, since: datetime) -> list[SentText]:
        """As `Listing.sent`."""
        rows = [listed for _, listed in self._listed({"To": theirs}, since)]
        left = [one for one in rows if one.direction.startswith("outbound") and one.created >= since]
        return sorted((SentText(one.sid, one.text, one.created) for one in left), key=lambda one: one.at)

    def _listed(self, wanted: dict[str, object], since: datetime) -> Iterator[tuple[dict[str, Any], Any]]:
        from channels.twilio_sms import Listed

        # Twilio looks at days alone.
        query = {**wanted, "PageSize": PAGE_SIZE, "DateSent>": since.strftime("%Y-%m-%dT00:00:00Z")}
        answer = json.loads(self._client.request("GET", f"{API}{self._path}.json", params=query).text)
        for page in range(1, PAGES_MAX + 1):
            rows = answer.get("messages")
            for row in rows if isinstance(rows, list) else []:
                listed = Listed.read(row)
                if listed is not None:
                    yield row, listed
            following = answer.get("next_page_uri")
            if not isinstance(following, str) or not following.startswith("/") or page == PAGES_MAX:
                return
            answer = json.loads(self._client.request("GET", API + following).text)

    def _media(self, sid: str) -> tuple[str, ...]:
        answer = json.loads(self._client.request("GET", f"{API}{self._path}/{sid}/Media.json").text)
        rows = answer.get("media_list")
        uris = [str(row.get("uri") or "") for row in rows if isinstance(row, dict)] if isinstance(rows, list) else []
        return tuple(API + uri.removesuffix(".json") for uri in uris if uri.startswith("/"))[:10]


def of(settings: Settings) -> Listing | None:
    """Answer the account's listing; None where texts do not leave through Twilio."""
    if not settings.twilio_configured:
        return None
    from channels.twilio_http import OneTryClient

    client = OneTryClient(
        settings.twilio_api_url,
        user=settings.twilio_account_sid,
        password=settings.twilio_auth_tokens[0],
        connections=4,
    )
    return TwilioListing(client, settings.twilio_account_sid)
