"""What every answer says to browsers, and who may call the API."""

import hashlib
import hmac
from datetime import datetime

from flask import Flask, Response, request
from sqlalchemy.orm import Session

from db import Database
from flows import accounts
from settings import Settings
from web.problems import unauthorized

#: Answers for programs load nothing.
CSP_PROGRAMS = "default-src 'none'; frame-ancestors 'none'; base-uri 'none'; form-action 'none'"
#: Pages load what this server serves; no script and no style stands in the page itself.
CSP_PAGES = (
    "default-src 'self'; img-src 'self' data:; object-src 'none'; base-uri 'none'; form-action 'self'; "
    "frame-ancestors 'none'"
)


def install(app: Flask, settings: Settings) -> None:
    """Put the security headers on every answer. A view that sets one itself keeps its own."""
    common = {
        "X-Content-Type-Options": "nosniff",
        "X-Frame-Options": "DENY",
        "Referrer-Policy": "no-referrer",
        "Cross-Origin-Opener-Policy": "same-origin",
        "Cross-Origin-Resource-Policy": "same-origin",
    }
    if settings.public_base_url.startswith("https://"):
        common["Strict-Transport-Security"] = "max-age=31536000"

    def harden(answer: Response) -> Response:
        for name, value in common.items():
            answer.headers.setdefault(name, value)
        is_page = answer.mimetype == "text/html"
        answer.headers.setdefault("Content-Security-Policy", CSP_PAGES if is_page else CSP_PROGRAMS)
        answer.headers.setdefault("Cache-Control", "no-store")
        return answer

    app.after_request(harden)


#: Key's hash -> when its use was last written down by this process: most requests write nothing.
_noted: dict[str, datetime] = {}


def note_use(database: Database, *, now: datetime) -> None:
    """Note that the key of the present request, which has just opened the door, is in use: to five minutes."""
    key = request.headers.get("Authorization", "").partition(" ")[2].strip()
    digest = hashlib.sha256(key.encode("utf-8", "surrogatepass")).hexdigest()
    last = _noted.get(digest)
    if last is not None and abs(now - last) < accounts.USE_NOTED_EVERY:
        return
    if len(_noted) > 10_000:
        _noted.clear()
    _noted[digest] = now
    with database.write() as session:
        accounts.note_use(session, key, now=now)


def caller(session: Session, settings: Settings) -> str:
    """Answer the retailer whose API key the present request carries. Raises Problem 401."""
    scheme, _, key = request.headers.get("Authorization", "").partition(" ")
    key = key.strip()
    if scheme.lower() != "bearer" or not key:
        raise unauthorized()
    said, ours = key.encode("utf-8", "surrogatepass"), settings.bootstrap_api_key.encode()
    if ours and hmac.compare_digest(said, ours):
        return accounts.DEFAULT
    retailer = accounts.retailer_of_key(session, key)
    if retailer is None:
        raise unauthorized()
    return retailer
