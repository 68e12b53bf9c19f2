"""Where the next page of a list begins, as an opaque word."""

import base64
import json
from datetime import datetime

from flows.thread import Place
from web.problems import Fault, Problem, invalid

#: Ids a database can hold.
ID_MAX = 2**63 - 1


def of_id(row_id: int) -> str:
    """The cursor of a list that is sorted by id."""
    return _packed([row_id])


def to_id(cursor: str | None) -> int | None:
    """Answer the id the page begins after. Raises Problem for what is no cursor of ours."""
    if cursor is None:
        return None
    match _unpacked(cursor):
        case [int(row_id)] if 0 < row_id <= ID_MAX:
            return row_id
    raise _bad()


def of_place(place: Place) -> str:
    """The cursor of a thread."""
    return _packed([place.at.isoformat(), place.direction, place.id])


def to_place(cursor: str | None) -> Place | None:
    """Answer the place the page begins after. Raises Problem for what is no cursor of ours."""
    if cursor is None:
        return None
    match _unpacked(cursor):
        case [str(at), "in" | "out" as direction, int(row_id)] if 0 < row_id <= ID_MAX:
            try:
                moment = datetime.fromisoformat(at)
            except ValueError as error:
                raise _bad() from error
            if moment.tzinfo is not None:
                return Place(moment, direction, row_id)
    raise _bad()


def _packed(said: list[str | int]) -> str:
    return base64.urlsafe_b64encode(json.dumps(said, separators=(",", ":")).encode()).rstrip(b"=").decode()


def _unpacked(cursor: str) -> object:
    try:
        return json.loads(base64.b64decode(cursor + "=" * (-len(cursor) % 4), altchars=b"-_", validate=True))
    except (ValueError, RecursionError) as error:
        raise _bad() from error


def _bad() -> Problem:
    return invalid([Fault("cursor", "must be the `next` of an earlier page")])
