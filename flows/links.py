"""Addresses of pages that only their holder knows: signed, unguessable, revocable, and buildable again."""

import base64
import hashlib
import hmac
import secrets
from collections.abc import Iterable
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from db import insert_once
from flows.models import Link

#: t (tracking), p (proof), s (survey), d (driver), a (change of address).
KINDS = ("t", "p", "s", "d", "a")
TOKEN_BYTES = 16


class Links:
    """Makes and finds links. The token is not stored, only its hash: who reads the database cannot open a page."""

    def __init__(self, public_base_url: str, secret_key: str) -> None:
        self._base = public_base_url.rstrip("/")
        self._key = hashlib.sha256(b"doorline links\0" + secret_key.encode()).digest()

    def url(self, session: Session, kind: str, row_id: int, *, now: datetime) -> str:
        """Answer the address of the row's page: the same one every time, until it is revoked."""
        link = self._link(session, kind, row_id)
        if link is None:
            nonce = secrets.token_urlsafe(12)
            token = self._token(kind, row_id, nonce)
            made = Link(
                kind=kind, row_id=row_id, nonce=nonce, token_hash=_digest(token), created_at=now, expires_at=None
            )
            if insert_once(session, made):
                return f"{self._base}/{kind}/{token}"
            link = session.scalars(select(Link).where(Link.kind == kind, Link.row_id == row_id)).one()
        token = self._token(kind, row_id, link.nonce)
        if link.token_hash != _digest(token):
            link.token_hash = _digest(token)  # SECRET_KEY is another one now: the old addresses are void
        return f"{self._base}/{kind}/{token}"

    def make_many(self, session: Session, kind: str, row_ids: Iterable[int], *, now: datetime) -> None:
        """Give rows that are new in this transaction their addresses, in one statement; `url` answers them."""
        for row_id in row_ids:
            nonce = secrets.token_urlsafe(12)
            digest = _digest(self._token(kind, row_id, nonce))
            session.add(Link(kind=kind, row_id=row_id, nonce=nonce, token_hash=digest, created_at=now))
        session.flush()

    def find(self, session: Session, kind: str, token: str, *, now: datetime) -> int | None:
        """Answer the row a token of that kind opens; None when it opens nothing, or no more."""
        link = session.scalar(select(Link).where(Link.token_hash == _digest(token)))
        if link is None or link.kind != kind or (link.expires_at is not None and link.expires_at <= now):
            return None
        expected = self._token(kind, link.row_id, link.nonce)
        return link.row_id if hmac.compare_digest(expected.encode(), token.encode("utf-8", "replace")) else None

    def revoke(self, session: Session, kind: str, row_id: int, *, now: datetime) -> None:
        """Make every address given out so far void; the next `url` is another one."""
        link = self._link(session, kind, row_id)
        if link is not None:
            link.nonce = secrets.token_urlsafe(12)
            link.token_hash = _digest(self._token(kind, row_id, link.nonce))
            link.created_at, link.expires_at = now, None

    def expire(self, session: Session, kind: str, row_id: int, *, at: datetime | None) -> None:
        """Let the row's address end at a moment, or never."""
        link = self._link(session, kind, row_id)
        if link is not None:
            link.expires_at = at

    def _link(self, session: Session, kind: str, row_id: int) -> Link | None:
        if kind not in KINDS:
            raise ValueError(f"{kind!r} is no kind of link")
        return session.scalar(select(Link).where(Link.kind == kind, Link.row_id == row_id))

    def _token(self, kind: str, row_id: int, nonce: str) -> str:
        signed = hmac.new(self._key, f"{kind}:{row_id}:{nonce}".encode(), hashlib.sha256).digest()
        return base64.urlsafe_b64encode(signed[:TOKEN_BYTES]).rstrip(b"=").decode()


def _digest(token: str) -> str:
    return hashlib.sha256(token.encode("utf-8", "replace")).hexdigest()
