"""The API keys of a retailer, for those who look after them. `flows.accounts` makes them and knows whose each is."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from flows import accounts, audit
from flows.accounts import ApiKey

LABEL_MAX = 60


def all_of(session: Session, retailer: str) -> Sequence[ApiKey]:
    """Answer the retailer's keys, those that work first, newest first."""
    query = select(ApiKey).where(ApiKey.retailer == retailer)
    return session.scalars(query.order_by(ApiKey.revoked_at.is_not(None), ApiKey.id.desc())).all()


def add(session: Session, retailer: str, *, label: str, by: str, now: datetime) -> str:
    """Make a key and answer it, this once."""
    key = accounts.add_key(session, retailer, label=label, now=now)
    row = session.scalars(select(ApiKey).where(ApiKey.retailer == retailer).order_by(ApiKey.id.desc()).limit(1)).one()
    _note(session, row, by, "api_key.added", now)
    return key


def revoke(session: Session, retailer: str, key_id: int, *, by: str, now: datetime) -> bool:
    """Let the key open nothing any more; doing it twice is doing it once. False: the retailer has no such key."""
    row = session.get(ApiKey, key_id, with_for_update=True)
    if row is None or row.retailer != retailer:
        return False
    if row.revoked_at is None:
        row.revoked_at = now
        _note(session, row, by, "api_key.revoked", now)
    return True


def _note(session: Session, row: ApiKey, by: str, action: str, now: datetime) -> None:
    subject, detail = f"api_key:{row.id}", {"label": row.label}
    audit.write(session, retailer=row.retailer, agent=by, action=action, subject=subject, detail=detail, now=now)
