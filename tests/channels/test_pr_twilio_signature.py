"""Only what Twilio signed, exactly as it signed it, is let in."""

import json
from hashlib import sha256
from pathlib import Path
from typing import Any
from urllib.parse import quote

import pytest
from fakes.twilio_out import sign
from hypothesis import given
from hypothesis import strategies as st

from channels.messages import InvalidSignature, MalformedWebhook, WebhookRequest
from channels.twilio_signature import UnsupportedContent, verify

TOKEN, SECOND, FOREIGN = "first-token", "second-token", "another-account"
URL = "https://shop.example.com/hooks/twilio/message"
FORM = {"content-type": "application/x-www-form-urlencoded; charset=UTF-8"}
PAIRS = (
    ("Body", " hi there "),
    ("From", "+14155550100"),
    ("FromCity", ""),
    ("MessageSid", "SM" + "0" * 32),
    ("NumMedia", "0"),
    ("To", "+15005550006"),
)


def request(
    pairs: Any = PAIRS, *, url: str = URL, signed: str | None = None, headers: dict[str, str] = FORM, body: bytes = b""
) -> WebhookRequest:
    signature = sign(TOKEN, url, pairs) if signed is None else signed
    return WebhookRequest(url, {**headers, "x-twilio-signature": signature}, tuple(pairs), body)


def vectors() -> list[Any]:
    path = Path(__file__).resolve().parents[3] / "shared" / "data" / "twilio" / "request_validator_vectors.json"
    if not path.exists():
        skip = pytest.mark.skip(reason="../shared/data/twilio is absent: Twilio's own signature vectors are there")
        return [pytest.param({}, "", id="vectors", marks=skip)]
    known = json.loads(path.read_text())
    return [pytest.param(vector, known["token"], id=vector["name"]) for vector in known["vectors"]]


@pytest.mark.parametrize(("vector", "token"), vectors())
def test_twilios_own_vectors(vector: dict[str, Any], token: str) -> None:
    pairs = [tuple(pair) for pair in vector.get("param_pairs", list(vector.get("params", {}).items()))]
    body = vector.get("body", "").encode()
    headers = {"content-type": "application/json"} if body else FORM
    good = WebhookRequest(vector["url"], {**headers, "x-twilio-signature": vector["signature"]}, tuple(pairs), body)
    verify(good, (token,))
    with pytest.raises(InvalidSignature):
        verify(good, (token + "x",))
    if body:
        with pytest.raises(InvalidSignature):
            verify(WebhookRequest(good.url, good.headers, (), body + b" "), (token,))
    else:
        with pytest.raises(InvalidSignature):
            verify(WebhookRequest(good.url, good.headers, (*good.form, ("Extra", "1")), b""), (token,))


def test_both_tokens_of_a_rotation_are_accepted_and_no_other() -> None:
    for token in (TOKEN, SECOND):
        verify(request(signed=sign(token, URL, PAIRS)), (TOKEN, SECOND))
    with pytest.raises(InvalidSignature):
        verify(request(signed=sign(FOREIGN, URL, PAIRS)), (TOKEN, SECOND))


@pytest.mark.parametrize(
    "pairs",
    [
        [(name, value.strip()) for name, value in PAIRS],
        [(name, value) for name, value in PAIRS if value],
        [(name, value.upper()) for name, value in PAIRS],
        [*PAIRS, ("Body", "and more")],
        [*PAIRS, ("Unknown", "")],
        [pair for pair in PAIRS if pair[0] != "From"],
    ],
    ids=["trimmed", "empty dropped", "changed", "value added", "field added", "field removed"],
)
def test_a_tampered_form_is_refused(pairs: list[tuple[str, str]]) -> None:
    with pytest.raises(InvalidSignature):
        verify(request(pairs, signed=sign(TOKEN, URL, PAIRS)), (TOKEN,))


def test_repeated_fields_and_their_order_are_as_twilio_signs_them() -> None:
    pairs = [("Media", "b"), ("Media", "a"), ("Media", "a"), *PAIRS]
    verify(request(pairs), (TOKEN,))
    verify(request(list(reversed(pairs)), signed=sign(TOKEN, URL, pairs)), (TOKEN,))
    with pytest.raises(InvalidSignature):
        verify(request([*pairs, ("Media", "c")], signed=sign(TOKEN, URL, pairs)), (TOKEN,))


def test_a_service_is_part_of_what_is_signed() -> None:
    with_service = (*PAIRS, ("MessagingServiceSid", "MG" + "a" * 32))
    verify(request(with_service), (TOKEN,))
    for pairs, signed in ((PAIRS, with_service), (with_service, PAIRS)):
        with pytest.raises(InvalidSignature):
            verify(request(pairs, signed=sign(TOKEN, URL, signed)), (TOKEN,))


def test_the_fragment_with_twilios_retries_is_not_signed() -> None:
    verify(request(url=URL + "#rc=3&rp=5xx,ct,rt", signed=sign(TOKEN, URL, PAIRS)), (TOKEN,))


@pytest.mark.parametrize(
    ("ours", "theirs"),
    [
        ("https://shop.example.com/h?oid=1", "https://shop.example.com:443/h?oid=1"),
        ("https://shop.example.com:8443/h?oid=1", "https://shop.example.com/h?oid=1"),
        ("http://shop.example.com/h?oid=1", "http://shop.example.com:80/h?oid=1"),
    ],
)
def test_twilio_may_sign_with_or_without_the_port(ours: str, theirs: str) -> None:
    verify(request(url=ours, signed=sign(TOKEN, theirs, PAIRS)), (TOKEN,))


@pytest.mark.parametrize(
    "other",
    [
        "http://shop.example.com/h?a=b%20c",
        "https://shop.example.com/h?a=b+c",
        "https://shop.example.com/h?a=b%20c&d=",
        "https://evil.example.com/h?a=b%20c",
        "https://shop.example.com/H?a=b%20c",
        "https://shop.example.com:8443/h?a=b%20c",
    ],
)
def test_another_url_is_refused(other: str) -> None:
    url = "https://shop.example.com/h?a=b%20c"
    verify(request(url=url), (TOKEN,))
    with pytest.raises(InvalidSignature):
        verify(request(url=url, signed=sign(TOKEN, other, PAIRS)), (TOKEN,))


@pytest.mark.parametrize("tokens", [(), ("",), ("", "")])
def test_without_a_token_nothing_is_let_in(tokens: tuple[str, ...]) -> None:
    for signature in ("", sign("", URL, PAIRS), sign(TOKEN, URL, PAIRS)):
        with pytest.raises(InvalidSignature):
            verify(request(signed=signature), tokens)


@pytest.mark.parametrize("signature", ["", " ", "x", "ünsigned", "A" * 10_000, "=" * 28])
def test_what_is_no_signature_is_refused(signature: str) -> None:
    with pytest.raises(InvalidSignature):
        verify(request(signed=signature), (TOKEN,))
    with pytest.raises(InvalidSignature):
        verify(WebhookRequest(URL, FORM, PAIRS, b""), (TOKEN,))


def signed_json(content: bytes, **change: Any) -> WebhookRequest:
    url = f"{URL}?bodySHA256={sha256(content).hexdigest()}"
    headers = {"content-type": "application/json", "x-twilio-signature": sign(TOKEN, url)}
    return WebhookRequest(**{"url": url, "headers": headers, "form": (), "body": content, **change})


def test_a_json_body_counts_through_its_hash_over_the_raw_bytes() -> None:
    body = b'{"a": "\xc3\xb1",\r\n "raw": "\xff"}'
    verify(signed_json(body), (TOKEN,))
    for tampered in (body + b" ", body.replace(b"\r\n", b"\n"), b""):
        with pytest.raises(InvalidSignature):
            verify(signed_json(body, body=tampered), (TOKEN,))


def test_a_json_body_without_a_hash_or_with_two_is_not_authenticated() -> None:
    good = signed_json(b"{}")
    bare = {**good.headers, "x-twilio-signature": sign(TOKEN, URL)}
    with pytest.raises(InvalidSignature):
        verify(signed_json(b"{}", url=URL, headers=bare), (TOKEN,))
    twice = f"{good.url}&bodySHA256={'0' * 64}"
    headers = {**good.headers, "x-twilio-signature": sign(TOKEN, twice)}
    with pytest.raises(InvalidSignature):
        verify(signed_json(b"{}", url=twice, headers=headers), (TOKEN,))


def test_json_fields_smuggled_beside_a_form_are_still_signed() -> None:
    """A JSON request cannot be passed off as a form: then its pairs have to be signed."""
    good = signed_json(b"{}")
    headers = {**good.headers, **FORM}
    with pytest.raises(InvalidSignature):
        verify(WebhookRequest(good.url, headers, PAIRS, b"{}"), (TOKEN,))


@pytest.mark.parametrize("kind", ["", "text/plain", "multipart/form-data; boundary=x", "application/xml"])
def test_any_other_content_is_unsupported(kind: str) -> None:
    headers = {"content-type": kind} if kind else {}
    with pytest.raises(UnsupportedContent) as caught:
        verify(request(headers=headers), (TOKEN,))
    assert isinstance(caught.value, MalformedWebhook) and caught.value.http_status == 415


WORDS = st.text(st.characters(codec="utf-8", exclude_characters="\x00"), max_size=20)


@given(pairs=st.lists(st.tuples(WORDS.filter(bool), WORDS), max_size=6), query=WORDS, tampered=st.integers(0, 5))
def test_any_form_is_accepted_as_signed_and_refused_as_changed(
    pairs: list[tuple[str, str]], query: str, tampered: int
) -> None:
    url = f"{URL}?oid={quote(query)}"
    verify(request(pairs, url=url), (TOKEN,))
    if pairs:
        name, value = pairs[tampered % len(pairs)]
        changed = [*pairs[: tampered % len(pairs)], (name, value + "x"), *pairs[tampered % len(pairs) + 1 :]]
        if sorted(set(changed)) != sorted(set(pairs)):
            with pytest.raises(InvalidSignature):
                verify(request(changed, url=url, signed=sign(TOKEN, url, pairs)), (TOKEN,))
