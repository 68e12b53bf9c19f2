"""Percentiles of what rows took, on both databases: PostgreSQL works them out, SQLite's rows are looked at here."""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import ColumnElement, Select, func, select
from sqlalchemy.orm import Session

#: Rows looked at where the database cannot do it; the newest ones, by the caller's order.
LOOKED_AT_MAX = 50_000


def percentile(values: Sequence[float], share: float) -> float | None:
    """The value below which that share lies, between its neighbours; None of nothing. Pure."""
    if not values:
        return None
    ordered = sorted(values)
    place = share * (len(ordered) - 1)
    low = int(place)
    high = min(low + 1, len(ordered) - 1)
    return ordered[low] + (ordered[high] - ordered[low]) * (place - low)


def seconds_between(session: Session, begin: Any, end: Any) -> ColumnElement[float]:
    """How many seconds lie between two columns of moments."""
    seconds: ColumnElement[float]
    if session.get_bind().dialect.name == "postgresql":
        seconds = func.date_part("epoch", end) - func.date_part("epoch", begin)
    else:
        seconds = (func.julianday(end) - func.julianday(begin)) * 86_400.0
    return seconds


def of(session: Session, rows: Select[Any], shares: Sequence[float]) -> tuple[int, tuple[float | None, ...]]:
    """(how many, their percentiles) of a query that answers one number a row."""
    if session.get_bind().dialect.name == "postgresql":
        inner = rows.subquery()
        value = inner.c[0]
        asked = [func.percentile_cont(share).within_group(value) for share in shares]
        found = session.execute(select(func.count(value), *asked)).one()
        return int(found[0]), tuple(None if one is None else float(one) for one in found[1:])
    values = [float(one) for one in session.scalars(rows.limit(LOOKED_AT_MAX)) if one is not None]
    return len(values), tuple(percentile(values, share) for share in shares)


def by_key(
    session: Session, key: Any, value: Any, where: Sequence[ColumnElement[bool]], shares: Sequence[float]
) -> list[tuple[Any, tuple[float | None, ...]]]:
    """(key, percentiles of the values that have it) for each key; key: a labelled column."""
    if session.get_bind().dialect.name == "postgresql":
        asked = [func.percentile_cont(share).within_group(value) for share in shares]
        query = select(key, *asked).where(*where).group_by(key.name)
        return [
            (row[0], tuple(None if one is None else float(one) for one in row[1:])) for row in session.execute(query)
        ]
    groups: dict[Any, list[float]] = {}
    for found, took in session.execute(select(key, value).where(*where).limit(LOOKED_AT_MAX)):
        groups.setdefault(found, []).append(float(took))
    return [(found, tuple(percentile(values, share) for share in shares)) for found, values in groups.items()]
