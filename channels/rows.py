"""What the room's statements share: one text for both databases, typed parameters, places in a conversation."""

from typing import Any

from sqlalchemy import Executable, bindparam, text
from sqlalchemy.orm import Session

from db import UtcDateTime


class Sql:
    """A statement for both databases.

    words: SQL in which `{skip}` stands where PostgreSQL passes over rows that others hold (SQLite has one writer and
    needs nothing), and `{batch}` where the JSON list of `[id, epoch or None, text]` in `:batch` is read as the table
    `v(id, number, words)`. moments: parameters that are aware times. columns: types of what it answers, in order.
    """

    def __init__(self, words: str, *, moments: str = "", columns: dict[str, Any] | None = None) -> None:
        typed = [bindparam(name, type_=UtcDateTime()) for name in moments.split()]
        self._texts: dict[str, Executable] = {}
        for kind, own in _OWN_WORDS.items():
            statement = text(words.format(**own)).bindparams(*typed)
            self._texts[kind] = statement.columns(**columns) if columns else statement

    def on(self, session: Session) -> Executable:
        """Answer the text for this session's database."""
        return self._texts[dialect(session)]


_OWN_WORDS = {
    "postgresql": {
        "skip": "FOR UPDATE OF o SKIP LOCKED",
        "batch": "(SELECT CAST(e->>0 AS bigint) AS id, CAST(e->>1 AS bigint) AS number, e->>2 AS words"
        " FROM jsonb_array_elements(CAST(:batch AS jsonb)) AS e) AS v",
    },
    "sqlite": {
        "skip": "",
        "batch": "(SELECT json_extract(value, '$[0]') AS id, json_extract(value, '$[1]') AS number,"
        " json_extract(value, '$[2]') AS words FROM json_each(:batch)) AS v",
    },
}


def dialect(session: Session) -> str:
    """Answer `postgresql` or `sqlite`."""
    return session.get_bind().dialect.name


_PLACE = text(
    """
    INSERT INTO conversation (retailer, ours, theirs, next_seq) VALUES (:retailer, :ours, :theirs, 1 + :places)
    ON CONFLICT (ours, theirs) DO UPDATE SET next_seq = conversation.next_seq + :places
    RETURNING id, next_seq - 1 AS seq
    """
)


def place(session: Session, *, retailer: str, ours: str, theirs: str, places: int = 1) -> tuple[int, int]:
    """Lock the conversation, made if need be, take its next place, and answer (its id, the place).

    The lock lasts until the transaction ends: who comes later commits later. places: 0 only locks.
    """
    values = {"retailer": retailer, "ours": ours, "theirs": theirs, "places": places}
    conversation_id, seq = session.execute(_PLACE, values).one()
    return int(conversation_id), int(seq)
