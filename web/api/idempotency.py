"""A POST made twice with the same key has one effect and gets the same answer. Knows no HTTP framework."""

import hashlib
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import delete, select, update
from sqlalchemy.orm import Session

from db import Database, insert_once
from web.api.models import IdempotencyKey

#: How long an answer is kept.
KEPT_FOR = timedelta(hours=24)
#: A request that has not been answered for so long was cut off by a crash: its key is free again.
ABANDONED_AFTER = timedelta(minutes=1)
KEY_MAX = 255


class InFlight(Exception):
    """The first request with this key is still being worked on."""


class OtherRequest(Exception):
    """This key was used for another request."""


class Lost(Exception):
    """The key was given to another request meanwhile, because this one took too long."""


@dataclass(frozen=True, slots=True)
class Kept:
    """An answer as it was given the first time."""

    status: int
    body: Any


@dataclass(frozen=True, slots=True)
class Reservation:
    """The right to do the work of one key."""

    row_id: int
    #: The moment of this reservation: whoever takes the key over leaves another one.
    at: datetime

    def finish(self, session: Session, status: int, body: Any) -> None:
        """Keep the answer, in the transaction that holds the work's effects where there is one. Raises Lost."""
        kept = session.execute(
            update(IdempotencyKey)
            .where(*self._mine())
            .values(status=status, answer={"body": body})
            .returning(IdempotencyKey.id)
        ).one_or_none()
        if kept is None:
            raise Lost

    def give_up(self, session: Session) -> None:
        """Free the key: nothing was done, and the same request may come again."""
        session.execute(delete(IdempotencyKey).where(*self._mine()))

    def _mine(self) -> Any:
        return IdempotencyKey.id == self.row_id, IdempotencyKey.created_at == self.at, IdempotencyKey.status.is_(None)


def fingerprint(method: str, path: str, body: bytes) -> str:
    """What makes two requests the same."""
    return hashlib.sha256(b"\0".join((method.encode(), path.encode(), body))).hexdigest()


def reserve(database: Database, *, retailer: str, key: str, request_hash: str, now: datetime) -> Reservation | Kept:
    """Take the key, in a transaction of its own, or answer what its first request got.

    Raises InFlight and OtherRequest.
    """
    return database.run(_reserving(retailer, key, request_hash, now))


def purge(session: Session, *, now: datetime) -> int:
    """Forget answers that are no longer kept; answers how many."""
    gone = session.execute(
        delete(IdempotencyKey).where(IdempotencyKey.created_at < now - KEPT_FOR).returning(IdempotencyKey.id)
    )
    return len(gone.all())


def _reserving(retailer: str, key: str, request_hash: str, now: datetime) -> Callable[[Session], Reservation | Kept]:
    def work(session: Session) -> Reservation | Kept:
        row = IdempotencyKey(retailer=retailer, key=key, request_hash=request_hash, created_at=now)
        if insert_once(session, row):
            return Reservation(row.id, now)
        known = session.scalars(
            select(IdempotencyKey)
            .where(IdempotencyKey.retailer == retailer, IdempotencyKey.key == key)
            .with_for_update()
            .execution_options(populate_existing=True)
        ).one_or_none()
        if known is None:  # given up between the two statements
            raise InFlight
        is_old = known.created_at <= now - KEPT_FOR
        is_abandoned = known.status is None and known.created_at <= now - ABANDONED_AFTER
        if not is_old and known.request_hash != request_hash:
            raise OtherRequest
        if known.status is not None and not is_old:
            return Kept(known.status, (known.answer or {}).get("body"))
        if not is_old and not is_abandoned:
            raise InFlight
        known.request_hash, known.status, known.answer, known.created_at = request_hash, None, None, now
        session.flush()
        return Reservation(known.id, now)

    return work
