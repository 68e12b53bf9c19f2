"""Whether Twilio sent a webhook: its signature over the URL we are known by and everything that came with it."""

import hmac
from hashlib import sha256
from urllib.parse import parse_qs, urlparse

from twilio.request_validator import (  # type: ignore[import-untyped]  # the SDK ships no types
    RequestValidator,
    add_port,
    remove_port,
)

from channels.messages import InvalidSignature, MalformedWebhook, WebhookRequest

FORM = "application/x-www-form-urlencoded"
JSON = "application/json"


class UnsupportedContent(MalformedWebhook):
    """A webhook must be a form or JSON."""

    #: What HTTP calls this.
    http_status = 415


class _Pairs(dict[str, list[str]]):
    """Form pairs as the SDK's validator wants them: every value of a name, empty and repeated ones too."""

    def getlist(self, name: str) -> list[str]:
        return self[name]


def verify(request: WebhookRequest, tokens: tuple[str, ...]) -> None:
    """Raise InvalidSignature unless one of the account's tokens signed exactly this request.

    No header, no token and an empty token all fail. A JSON body counts only through its hash in the signed URL.
    Raises UnsupportedContent for a body that is neither a form nor JSON.
    """
    given = request.headers.get("x-twilio-signature", "").strip()
    usable = [token for token in tokens if token]
    if not given or not usable:
        raise InvalidSignature("there is no signature to check" if usable else "no token is configured")
    url = request.url.partition("#")[0]
    pairs = _pairs(request, url)
    try:
        parsed = urlparse(url)
        urls = {url, remove_port(parsed), add_port(parsed)}
    except ValueError as error:
        raise InvalidSignature("the URL has no valid port") from error
    # All are computed, so that the time tells neither which token nor which spelling was near.
    matches = [
        hmac.compare_digest(RequestValidator(token).compute_signature(spelling, pairs).encode(), given.encode())
        for token in usable
        for spelling in urls
    ]
    if not any(matches):
        raise InvalidSignature("the signature does not match")


def _pairs(request: WebhookRequest, url: str) -> _Pairs:
    """Answer the form values that are signed beside the URL: none for JSON, whose hash the URL carries."""
    kind = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    if kind == FORM:
        pairs = _Pairs()
        for name, value in request.form:
            pairs.setdefault(name, []).append(value)
        return pairs
    if kind != JSON:
        raise UnsupportedContent(UnsupportedContent.__doc__)
    hashes = parse_qs(urlparse(url).query).get("bodySHA256", [])
    if len(hashes) != 1 or not hmac.compare_digest(
        hashes[0].lower().encode(), sha256(request.body).hexdigest().encode()
    ):
        raise InvalidSignature("the body is not the one that was signed")
    return _Pairs()
