"""The provider's copies of pictures are deleted once ours are safe; a refusal is tried again for two weeks."""

import logging
from datetime import datetime, timedelta

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from channels.picture_models import Picture
from channels.picture_source import NeverFetched, NotFetched
from db import Database
from flows.house import House

log = logging.getLogger("doorline.pictures")

#: The next try after the first, second … one; also how long one worker has a copy to itself.
AGAIN_AFTER = (timedelta(minutes=1), timedelta(minutes=10), timedelta(hours=1), timedelta(hours=6), timedelta(hours=12))
#: A provider may refuse so long while the message is in progress; then somebody has to look.
GIVEN_UP_AFTER = timedelta(days=14)
BATCH = 20


def delete_copies(database: Database, house: House, *, now: datetime, limit: int = BATCH) -> int:
    """Delete what is due at the provider; answers how many copies are gone. Nothing may be open on this thread.

    Any number of workers may call it. Only committed rows are found, so no copy goes before ours is kept.
    """
    gone = 0
    for picture_id, url, tried_since in database.run(lambda session: _claim(session, now, limit)):
        try:
            house.pictures.delete(url)
        except NotFetched as error:
            final = isinstance(error, NeverFetched) or now - tried_since > GIVEN_UP_AFTER
            level = logging.ERROR if final else logging.INFO
            log.log(level, "picture id=%s not deleted at the provider: %s", picture_id, error.code)
            if final:
                _settle(database, picture_id, deleted_at=None)
            continue
        _settle(database, picture_id, deleted_at=now)
        gone += 1
    return gone


def _claim(session: Session, now: datetime, limit: int) -> list[tuple[int, str, datetime]]:
    """Take what is due, oldest first: each is not due again until its next try."""
    due = select(Picture).where(Picture.delete_at <= now).order_by(Picture.delete_at, Picture.id).limit(limit)
    claimed = []
    for row in session.scalars(due.with_for_update(skip_locked=True)):
        row.delete_at = now + AGAIN_AFTER[min(row.delete_tries, len(AGAIN_AFTER) - 1)]
        row.delete_tries += 1
        claimed.append((row.id, row.source_url or "", row.created_at))
    return claimed


def _settle(database: Database, picture_id: int, *, deleted_at: datetime | None) -> None:
    change = update(Picture).where(Picture.id == picture_id).values(delete_at=None, provider_deleted_at=deleted_at)

    def settle(session: Session) -> None:
        session.execute(change)

    database.run(settle)
