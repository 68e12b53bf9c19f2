"""What the room's statements share: one text for both databases, typed parameters, places in a conversation."""

import json
from collections.abc import Iterable
from typing import Any

from sqlalchemy import Executable, bindparam, text
from sqlalchemy.orm import Session

from db import UtcDateTime


class Sql:
    """A statement for both databases.

    words: SQL in which `{skip}` stands where PostgreSQL passes over rows that others hold (SQLite has one writer and
    needs nothing), and `{chosen}`, `{epoch}`, `{given}` speak of a batch of rows of the outbox, see `batch`. moments:
    parameters that are aware times. lists: parameters that stand after IN. columns: types of its answer, in order.
    """

    def __init__(
        self, words: str, *, moments: str = "", lists: str = "", columns: dict[str, Any] | None = None
    ) -> None:
        typed: list[Any] = [bindparam(name, type_=UtcDateTime()) for name in moments.split()]
        typed += [bindparam(name, expanding=True) for name in lists.split()]
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
        "chosen": "outbox.id = ANY(CAST(:ids AS bigint[]))",
        "epoch": "CAST(CAST(:batch AS jsonb)->CAST(outbox.id AS text)->>0 AS integer)",
        "given": "CAST(:batch AS jsonb)->CAST(outbox.id AS text)->>1",
    },
    "sqlite": {
        "skip": "",
        "chosen": "outbox.id IN (SELECT value FROM json_each(:ids))",
        "epoch": """json_extract(:batch, '$."' || outbox.id || '"[0]')""",
        "given": """json_extract(:batch, '$."' || outbox.id || '"[1]')""",
    },
}


def batch(session: Session, rows: Iterable[tuple[int, int, str | None]]) -> dict[str, str]:
    """Answer the parameters of a statement about many rows: each its id, its claim's epoch and what it is given.

    The rows are found by their ids alone, whatever the planner believes about states: a join with a list of unknown
    length, or an index over a state that it takes for rare, made it read the whole queue for a batch of sixteen.
    """
    given = {row_id: (epoch, words) for row_id, epoch, words in rows}
    ids = ",".join(map(str, given))
    return {"ids": f"{{{ids}}}" if dialect(session) == "postgresql" else f"[{ids}]", "batch": json.dumps(given)}


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
