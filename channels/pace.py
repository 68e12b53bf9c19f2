"""How fast each sender may go: a bucket of tokens per sender in the database, shared by every worker."""

import random
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import or_, select, update
from sqlalchemy.orm import Session

from channels.models import SenderPace
from channels.rows import Sql
from db import insert_once

#: After a rest the sender's rate doubles in this time, until it is what it was.
DOUBLES_IN_S = 60.0
#: A sender without a rate of its own is left alone again after three doublings.
FORGOTTEN_AFTER_S = 3 * DOUBLES_IN_S
SLOWEST_PER_SECOND = 0.2
#: As many texts may go at once as are due in this time; never less than one.
BURST_S = 0.25
#: Without a word from the provider a rest lasts no longer than the first; with one, no longer than the second.
LONGEST_REST_S = 60.0
LONGEST_ASKED_REST_S = 3600.0
SLOW_DOWN = "The provider asked us to slow down."


@dataclass(frozen=True, slots=True)
class Lane:
    """A sender that has a claim of its own."""

    sender: str
    #: It rests until then.
    rests_until: datetime | None
    #: Refused a while ago; a success clears that.
    troubled: bool


def rate(pace: SenderPace, default: float, now: datetime) -> float | None:
    """Answer the texts a second that a sender may send now; None: as many as there are. default: 0 for no limit."""
    full = pace.per_second or (default or None)
    if pace.slowed_to is None or pace.slowed_at is None:
        return full
    seconds = max(0.0, (now - pace.slowed_at).total_seconds())
    if full is None:
        return None if seconds >= FORGOTTEN_AFTER_S else pace.slowed_to * 2 ** (seconds / DOUBLES_IN_S)
    return min(full, pace.slowed_to * 2 ** min(60.0, seconds / DOUBLES_IN_S))


def tokens(pace: SenderPace, per_second: float, now: datetime) -> float:
    """Answer the texts that may go now. A clock that lags behind another machine's only waits."""
    seconds = max(0.0, (now - pace.refilled_at).total_seconds())
    return min(max(1.0, per_second * BURST_S), pace.tokens + seconds * per_second)


_DISCOVER = Sql(
    """
    INSERT INTO sender_pace (sender, tokens, refilled_at, failures)
    SELECT DISTINCT o.sender, 1.0, :moment, 0 FROM outbox o
    WHERE o.state = 'queued' AND o.sender NOT IN (SELECT sender FROM sender_pace)
    ON CONFLICT DO NOTHING
    """,
    moments="moment",
)


def lanes(session: Session, *, default: float, now: datetime) -> list[Lane]:
    """Answer the senders that need a claim of their own. default: texts a second of every sender; 0 for no limit."""
    if default:
        session.execute(_DISCOVER.on(session), {"moment": now})
    found = []
    for pace in session.scalars(select(SenderPace).order_by(SenderPace.sender)):
        per_second = rate(pace, default, now)
        if pace.slowed_to is not None and per_second == (pace.per_second or (default or None)):
            _recovered(session, pace)
        if per_second is not None:
            found.append(Lane(pace.sender, pace.paused_until, pace.failures > 0))
    return found


def _recovered(session: Session, pace: SenderPace) -> None:
    session.execute(
        update(SenderPace)
        .where(SenderPace.id == pace.id, SenderPace.slowed_at == pace.slowed_at)
        .values(slowed_to=None, slowed_at=None)
        .execution_options(synchronize_session=False)
    )


def allowance(session: Session, sender: str, wanted: int, *, default: float, now: datetime) -> tuple[int, float]:
    """Lock a sender's bucket and answer (texts that may go, seconds until the next); (0, …) while it rests.

    Until the transaction ends other workers pass this sender over. `charge` what was really taken.
    """
    pace = session.scalar(
        select(SenderPace)
        .where(SenderPace.sender == sender)
        .with_for_update(skip_locked=True)
        .execution_options(populate_existing=True)
    )
    if pace is None:
        return 0, 0.02
    if pace.paused_until is not None and pace.paused_until > now:
        return 0, (pace.paused_until - now).total_seconds()
    per_second = rate(pace, default, now)
    if per_second is None:
        return wanted, 0.0
    there = tokens(pace, per_second, now)
    may = min(wanted, int(there))
    return may, max(0.0, 1.0 - (there - may)) / per_second


def charge(session: Session, sender: str, count: int, *, default: float, now: datetime) -> None:
    """Take tokens from a bucket that `allowance` has locked in this transaction."""
    pace = session.scalars(select(SenderPace).where(SenderPace.sender == sender)).one()
    per_second = rate(pace, default, now)
    if per_second is not None and count:
        pace.tokens = tokens(pace, per_second, now) - count
        pace.refilled_at = max(now, pace.refilled_at)
        session.flush()


def slow_down(
    session: Session, sender: str, *, now: datetime, retry_after_s: float | None, seen_rate: float, default: float
) -> None:
    """Rest a sender for as long as the provider asks and halve its rate; once, however many texts were refused.

    seen_rate: texts a second at which the sender was seen going, for one that had no limit.
    """
    pace = _locked(session, sender, now)
    resting = pace.paused_until is not None and pace.paused_until > now
    if not resting:
        pace.failures += 1
        pace.slowed_to = max(SLOWEST_PER_SECOND, (rate(pace, default, now) or max(seen_rate, 2.0)) / 2)
        pace.slowed_at = now
        pace.tokens, pace.refilled_at = 0.0, now
    own = min(LONGEST_REST_S, 2.0 ** (pace.failures - 1)) * random.uniform(0.5, 1.0)  # noqa: S311  no secret
    asked = own if retry_after_s is None else min(LONGEST_ASKED_REST_S, max(0.0, retry_after_s))
    _rest(pace, now + timedelta(seconds=asked), SLOW_DOWN)
    session.flush()


def pause(session: Session, sender: str, *, now: datetime, reason: str, seconds: float, growing_to: float) -> None:
    """Rest a sender whose texts are refused whatever they say; twice as long each time, up to `growing_to` seconds."""
    pace = _locked(session, sender, now)
    if pace.paused_until is None or pace.paused_until <= now:
        pace.failures += 1
    _rest(pace, now + timedelta(seconds=min(growing_to, seconds * 2.0 ** min(30, pace.failures - 1))), reason)
    session.flush()


def well_again(session: Session, senders: set[str]) -> None:
    """A text of theirs went: what was counted against them is forgotten."""
    session.execute(
        update(SenderPace)
        .where(SenderPace.sender.in_(senders), or_(SenderPace.failures > 0, SenderPace.pause_reason.is_not(None)))
        .values(failures=0, pause_reason=None)
        .execution_options(synchronize_session=False)
    )


def _locked(session: Session, sender: str, now: datetime) -> SenderPace:
    insert_once(session, SenderPace(sender=sender, refilled_at=now))
    find = select(SenderPace).where(SenderPace.sender == sender).with_for_update()
    return session.scalars(find.execution_options(populate_existing=True)).one()


def _rest(pace: SenderPace, until: datetime, reason: str) -> None:
    if pace.paused_until is None or pace.paused_until < until:
        pace.paused_until, pace.pause_reason = until, reason
