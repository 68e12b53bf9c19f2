"""Pictures of a text brought into the house before anybody reads it: fetched with nothing open, kept as rows."""

import logging
from collections.abc import Callable, Iterable
from datetime import datetime, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from channels.inbox import ClaimedText
from channels.picture_models import Picture, PictureState
from channels.picture_source import NeverFetched, NotFetched
from channels.pictures import CleanPicture, NotAPicture, Why, clean
from db import Database, insert_once
from flows.house import House
from tracking_core.models import Driver

log = logging.getLogger("doorline.pictures")

#: Attempts to fetch; after the last one the text goes on without its picture.
TRIES = 2
#: Bringing in all pictures of a text takes no longer, so that it ends well inside the worker's lease.
BUDGET = timedelta(seconds=14)
#: Pictures that nothing else decides about are kept so long.
KEPT = timedelta(days=14)
#: The provider's copy of what could not be fetched is left for a day, in case somebody wants to look.
COPY_OF_FAILED_KEPT = timedelta(days=1)


class PictureNotHereYet(Exception):
    """A picture could not be fetched just now; the text is tried again shortly."""


def bring(database: Database, house: House, claimed: ClaimedText, *, clock: Callable[[], datetime]) -> None:
    """Fetch, clean and keep the pictures of a text, each once. Nothing may be open on this thread.

    Raises PictureNotHereYet so that the inbox tries again; at the last try what cannot be had becomes a `failed` row
    and the text goes on without it.
    """
    if not claimed.media:
        return
    with database.read() as session:
        known = set(session.scalars(select(Picture.position).where(Picture.inbox_id == claimed.id)))
        by_driver = is_driver(session, claimed.sender)
    end, missing = clock() + BUDGET, ""
    for position, url in enumerate(claimed.media):
        if position in known:
            continue
        row = Picture(retailer=claimed.retailer, inbox_id=claimed.id, position=position, source_url=_shown_source(url))
        try:
            _take(row, _fetch(house, url, in_time=clock() < end), with_place=by_driver)
        except NotFetched as error:
            log.warning("inbox id=%s picture=%s not fetched: %s", claimed.id, position, error.code)
            if claimed.attempts < TRIES and not isinstance(error, NeverFetched):
                missing = error.code
                continue
            too_big = error.code == Why.TOO_BIG
            row.state, row.reason = (PictureState.REFUSED if too_big else PictureState.FAILED), error.code
        _keep_row(database, row, now=clock())
    if missing:
        raise PictureNotHereYet(missing)


def is_driver(session: Session, phone: str) -> bool:
    """Whether somebody who delivers has that number, for whichever retailer: numbers of the pool serve them all."""
    return session.scalar(select(Driver.id).where(Driver.phone == phone).limit(1)) is not None


def _fetch(house: House, url: str, *, in_time: bool) -> bytes:
    if not in_time:
        raise NotFetched("no_time_left")
    return house.pictures.fetch(url)


def _take(row: Picture, data: bytes, *, with_place: bool) -> None:
    try:
        picture = clean(data)
    except NotAPicture as error:
        row.state, row.reason = PictureState.REFUSED, error.why
        return
    _fill(row, picture)
    if with_place:
        # Only what may become the proof of a delivery is kept as it came; a shopper's home is nobody's business.
        row.original, row.lat, row.lon = data, picture.facts.lat, picture.facts.lon


def _fill(row: Picture, picture: CleanPicture) -> None:
    row.state, row.reason = PictureState.READY, None
    row.sha256, row.width, row.height = picture.sha256, picture.width, picture.height
    row.jpeg, row.thumbnail, row.taken_at = picture.jpeg, picture.thumbnail, picture.facts.taken_at
    looks = picture.looks
    row.sharpness, row.brightness, row.fingerprint = looks.sharpness, looks.brightness, looks.fingerprint


def _keep_row(database: Database, row: Picture, *, now: datetime) -> None:
    row.created_at, row.expires_at = now, now + KEPT
    if (row.source_url or "").startswith("http"):
        row.delete_at = now + COPY_OF_FAILED_KEPT if row.state == PictureState.FAILED else now

    def keep(session: Session) -> None:
        insert_once(session, row)

    database.run(keep)


def _shown_source(url: str) -> str:
    """The address without a picture in it."""
    return "data:" if url[:5].lower() == "data:" else url


def keep_upload(
    session: Session, picture: CleanPicture, *, retailer: str, original: bytes | None, now: datetime
) -> Picture:
    """Keep a picture that came by a page or the API, in the caller's transaction. Clean it before that is opened.

    original: as it came, where it is to be proof; None: only what we drew is kept, and no place.
    """
    row = Picture(retailer=retailer, created_at=now, expires_at=now + KEPT)
    _fill(row, picture)
    if original is not None:
        row.original, row.lat, row.lon = original, picture.facts.lat, picture.facts.lon
    session.add(row)
    session.flush()
    return row


def of_text(session: Session, inbox_id: int) -> list[Picture]:
    """Answer the pictures of a text in their order, refused and failed ones too."""
    query = select(Picture).where(Picture.inbox_id == inbox_id).order_by(Picture.position)
    return list(session.scalars(query))


def of_texts(session: Session, inbox_ids: Iterable[int]) -> dict[int, list[Picture]]:
    """Answer the same for many texts, by their ids; texts without pictures are left out."""
    query = select(Picture).where(Picture.inbox_id.in_(list(inbox_ids))).order_by(Picture.position)
    found: dict[int, list[Picture]] = {}
    for row in session.scalars(query):
        found.setdefault(row.inbox_id or 0, []).append(row)
    return found
