"""How each source of a retailer is: when it spoke last, how much is usual, how late, what is not understood."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from statistics import median
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from channels.models import InboxRow
from flows.connection_lags import bucket, quantile
from flows.connection_models import Connection, ConnectionCode, ConnectionNote, ConnectionTally
from flows.connections import REFUSED, UNKNOWN_CODE

#: Weeks the usual of a weekday is taken from.
WEEKS = 6
#: Days that lag, unknown codes and refused requests are shown for.
LATELY = timedelta(days=7)
TWILIO = "twilio"
CODES_SHOWN = 20


@dataclass(frozen=True, slots=True)
class UnknownCode:
    """A code of the source that has no meaning for us."""

    code: str
    count: int
    first_at: datetime
    last_at: datetime
    #: A payload with it, nothing personal in it.
    sample: Mapping[str, Any] | None


@dataclass(frozen=True, slots=True)
class Health:
    """One source of one retailer."""

    source: str
    #: ok, silent (longer than its rhythm explains), refused (nothing of it has ever fitted its signature).
    state: str
    first_seen: datetime
    #: None: nothing of it was ever taken.
    last_seen: datetime | None
    silent_since: datetime | None
    #: Since midnight UTC.
    events_today: int
    #: Median of this weekday's whole days; None before there was one.
    events_usual: float | None
    #: (day, events), the last 14 with today, oldest first.
    days: Sequence[tuple[date, int]]
    #: Seconds from the world to us within which half, and 95 %, of the last week's events came.
    lag_p50_s: int | None
    lag_p95_s: int | None
    unknown_codes: Sequence[UnknownCode]
    #: Requests whose signature did not fit, of the last 7 days, and the newest.
    signature_failures: int
    signature_failed_at: datetime | None


@dataclass
class _Counts:
    """What is known of one source, by day and kind."""

    days: Counter[date]
    lags: Counter[int]
    refused: int = 0


def report(session: Session, retailer: str, *, now: datetime) -> list[Health]:
    """Every source the retailer has heard of, by name. Notes that are not added up yet are counted in."""
    counts = _counts(session, retailer, now)
    codes = _codes(session, retailer)
    known = {
        row.source: row for row in session.scalars(select(Connection).where(Connection.retailer == retailer)).all()
    }
    pending = _pending(session, retailer)
    found = []
    for source in sorted({*known, *pending}):
        row = known.get(source)
        notes = pending.get(source, [])
        taken = [note.at for note in notes if note.kind != REFUSED]
        refused = [note.at for note in notes if note.kind == REFUSED]
        last = max([*taken, *([row.last_at] if row and row.last_at else [])], default=None)
        silent = row.silent_since if row and not taken else None
        count = counts.get(source) or _Counts(Counter(), Counter())
        found.append(
            Health(
                source=source,
                state="refused" if last is None else "silent" if silent else "ok",
                first_seen=row.first_at if row else min(note.at for note in notes),
                last_seen=last,
                silent_since=silent,
                events_today=count.days[now.date()],
                events_usual=usual(count.days, now.date()),
                days=_last_days(count.days, now.date()),
                lag_p50_s=quantile(count.lags, 0.5),
                lag_p95_s=quantile(count.lags, 0.95),
                unknown_codes=codes.get(source, []),
                signature_failures=count.refused,
                signature_failed_at=max(
                    [*refused, *([row.refused_at] if row and row.refused_at else [])], default=None
                ),
            )
        )
    texts = _texts(session, retailer, now)
    if texts is not None:
        found = [*(one for one in found if one.source != TWILIO), _with_refused(texts, found)]
    return sorted(found, key=lambda one: one.source)


def usual(days: Mapping[date, int], today: date) -> float | None:
    """Median of the same weekday in the weeks before, from the first day anything came; None before there was one."""
    first = min((day for day, count in days.items() if count), default=today)
    same = [today - timedelta(weeks=week) for week in range(1, WEEKS + 1)]
    counted = [days.get(day, 0) for day in same if day >= first]
    return float(median(counted)) if counted else None


def _last_days(days: Mapping[date, int], today: date) -> list[tuple[date, int]]:
    return [(day, days.get(day, 0)) for ago in range(13, -1, -1) if (day := today - timedelta(days=ago))]


def _counts(session: Session, retailer: str, now: datetime) -> dict[str, _Counts]:
    found: dict[str, _Counts] = {}

    def add(source: str, day: date, kind: str, place: int, count: int) -> None:
        one = found.setdefault(source, _Counts(Counter(), Counter()))
        lately = day > (now - LATELY).date()
        if kind == REFUSED:
            one.refused += count if lately else 0
            return
        one.days[day] += count
        if lately:
            one.lags[place] += count

    since = now.date() - timedelta(weeks=WEEKS, days=1)
    query = select(ConnectionTally).where(ConnectionTally.retailer == retailer, ConnectionTally.day >= since)
    for row in session.scalars(query):
        add(row.source, row.day, row.kind, row.bucket, row.count)
    for notes in _pending(session, retailer).values():
        for note in notes:
            add(note.source, note.at.date(), note.kind, bucket(note.lag_s), note.count)
    return found


def _pending(session: Session, retailer: str) -> dict[str, list[ConnectionNote]]:
    found: dict[str, list[ConnectionNote]] = {}
    query = select(ConnectionNote).where(ConnectionNote.retailer == retailer).order_by(ConnectionNote.id)
    for note in session.scalars(query.limit(10_000)):
        found.setdefault(note.source, []).append(note)
    return found


def _codes(session: Session, retailer: str) -> dict[str, list[UnknownCode]]:
    found: dict[str, dict[str, UnknownCode]] = {}
    query = select(ConnectionCode).where(ConnectionCode.retailer == retailer)
    rows: Iterable[Any] = session.scalars(query.order_by(ConnectionCode.count.desc()).limit(1000)).all()
    for row in rows:
        code = UnknownCode(row.code, row.count, row.first_at, row.last_at, row.sample)
        found.setdefault(row.source, {})[row.code] = code
    for notes in _pending(session, retailer).values():
        for note in notes:
            if note.kind == UNKNOWN_CODE and note.code is not None:
                of_source = found.setdefault(note.source, {})
                before = of_source.get(note.code)
                first, count = (before.first_at, before.count) if before else (note.at, 0)
                of_source[note.code] = UnknownCode(note.code, count + note.count, first, note.at, note.sample)
    return {
        source: sorted(codes.values(), key=lambda one: (-one.count, one.code))[:CODES_SHOWN]
        for source, codes in found.items()
    }


def _texts(session: Session, retailer: str, now: datetime) -> Health | None:
    """The texts people send, counted in the inbox itself: they need no second book."""
    mine = (InboxRow.retailer == retailer, InboxRow.channel == "sms")
    ends = session.execute(select(func.min(InboxRow.received_at), func.max(InboxRow.received_at)).where(*mine)).one()
    if ends[1] is None:
        return None
    today = now.replace(hour=0, minute=0, second=0, microsecond=0)
    wanted = {today.date() - timedelta(days=ago) for ago in range(14)}
    wanted |= {today.date() - timedelta(weeks=week) for week in range(1, WEEKS + 1)}
    days: Counter[date] = Counter()
    for day in wanted:
        begins = today - timedelta(days=(today.date() - day).days)
        within = (InboxRow.received_at >= begins, InboxRow.received_at < begins + timedelta(days=1))
        days[day] = session.scalar(select(func.count()).select_from(InboxRow).where(*mine, *within)) or 0
    return Health(
        source=TWILIO,
        state="ok",
        first_seen=ends[0],
        last_seen=ends[1],
        silent_since=None,
        events_today=days[now.date()],
        events_usual=usual(days, now.date()) if ends[0].date() < now.date() else None,
        days=_last_days(days, now.date()),
        lag_p50_s=None,
        lag_p95_s=None,
        unknown_codes=(),
        signature_failures=0,
        signature_failed_at=None,
    )


def _with_refused(texts: Health, others: Iterable[Health]) -> Health:
    """What was refused in that name is noted as of every other source."""
    noted = next((one for one in others if one.source == TWILIO), None)
    if noted is None:
        return texts
    return replace(texts, signature_failures=noted.signature_failures, signature_failed_at=noted.signature_failed_at)
