"""Reads what the phones and their panel send; what is wrong with it becomes a problem that names the field."""

import json
from typing import Any
from urllib.parse import urlsplit

from flask import request

from channels.phones import Phone
from channels.redact import redact, storable
from web.problems import Fault, Problem, invalid
from web.requests import read_body

#: Characters of one text, as providers take them.
TEXT_MAX = 1600
HERE = {"localhost", "127.0.0.1", "::1"}


def same_origin(public_base_url: str) -> None:
    """Raise Problem 403 when another site's page sent this request; programs, which say no origin, may."""
    origin = request.headers.get("Origin")
    if origin is None:
        return
    host = urlsplit(origin).hostname
    # The Host header is the caller's word (a rebound name says its own): only names known to be ours count.
    known = HERE | {urlsplit(public_base_url).hostname}
    if host not in known:
        raise Problem(403, "Another site's page may not use these phones.", kind="cross-origin")


def read_object(limit: int) -> dict[str, Any]:
    """Answer the JSON object in the body. Raises Problem, RequestEntityTooLarge."""
    try:
        said = json.loads(read_body(limit))
    except (ValueError, RecursionError) as error:
        raise Problem(400, "The body must be JSON.", kind="malformed") from error
    if not isinstance(said, dict):
        raise invalid([Fault("", "The body must be a JSON object.")])
    return said


def read_number(name: str, value: object, *, mail: bool = False) -> str:
    """Answer a number in E.164 (or, with `mail`, an address of the demo's mail). Raises Problem 422."""
    if not isinstance(value, str) or not value.strip():
        raise invalid([Fault(name, "A phone number such as +14155550100 is required.")])
    if mail and "@" in value:
        return storable(value.strip())
    try:
        # A plus sign that nobody escaped arrives as a space.
        return str(Phone.parse("+" + value.strip() if value.startswith(" ") else value))
    except ValueError as error:
        raise invalid([Fault(name, f"{str(error)[:1].upper()}{str(error)[1:]}.")]) from error


def read_count(name: str, otherwise: int) -> int:
    """Answer a whole number of the query, 0 or more. Raises Problem 422."""
    value = request.args.get(name)
    if not value:
        return otherwise
    if not value.isascii() or not value.isdigit() or len(value) > 18:
        raise invalid([Fault(name, "A whole number, 0 or more, is expected.")])
    return int(value)


def read_text(said: dict[str, Any]) -> str:
    """Answer the words of a text. Raises Problem 422."""
    text = said.get("body", "" if said.get("media") else None)
    if not isinstance(text, str):
        raise invalid([Fault("body", "The text is required; a text of pictures alone may leave it out.")])
    if len(text) > TEXT_MAX:
        raise invalid([Fault("body", f"A text has at most {TEXT_MAX} characters.")])
    return redact(storable(text))


def read_media(said: dict[str, Any]) -> list[str]:
    """Answer the URLs of a text's pictures. Raises Problem 422."""
    media = said.get("media") or []
    if not isinstance(media, list) or not all(isinstance(url, str) for url in media):
        raise invalid([Fault("media", "A list of URLs is expected.")])
    return [storable(url) for url in media]
