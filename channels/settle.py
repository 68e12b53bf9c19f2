"""What becomes of a row after its send: four outcomes, and what each class of error does to row, sender and person."""

import random
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import update
from sqlalchemy.orm import Session

from channels import consent, pace
from channels.claims import Claimed
from channels.errors import SLOW_DOWN, Action, ErrorClass, Kind, classify
from channels.messages import Outcome, SendError, Status
from channels.models import OutboxRow
from channels.outbox import TOO_LATE
from channels.rows import Sql, batch

#: Longest wait between two attempts of a row whose provider cannot be reached.
LONGEST_BACK_OFF_S = 60.0
#: First and longest rest of a sender whose credentials or number are refused.
CREDENTIALS_REST_S, LONGEST_CREDENTIALS_REST_S = 60.0, 600.0
#: Between two looks whether a daily allowance has come back: its window moves by the hour.
ALLOWANCE_REST_S = 3600.0


@dataclass(frozen=True, slots=True)
class Attempt:
    """One send and what came of it."""

    claimed: Claimed
    attempted_at: datetime
    #: The provider took it under this id.
    provider_id: str | None = None
    error: SendError | None = None

    @property
    def begun(self) -> bool:
        """False: the channel was never called, which is known."""
        return self.provider_id is not None or self.error is not None


@dataclass(frozen=True, slots=True)
class Settled:
    """What became of an attempt, for counting."""

    id: int
    retailer: str
    channel: str
    category: str
    #: The row's new state.
    state: Status
    code: str | None
    kind: Kind | None
    #: Class of a refusal that a person must see to: credentials, or a spent allowance.
    alarming: bool


@dataclass
class Context:
    """What settling needs to know."""

    now: datetime
    #: Seconds after the attempt at which an unknown outcome is looked into.
    looks_s: tuple[float, ...]
    #: Texts a second of every sender; 0 for no limit.
    default_rate: float
    #: Texts a second at which a sender was seen going.
    seen_rates: dict[str, float] = field(default_factory=dict)
    #: Senders that were refused lately.
    troubled: set[str] = field(default_factory=set)


_SENT = Sql(
    """
    UPDATE outbox SET state = 'sent', provider_id = {given}, sent_at = :now, lease_until = NULL, look_at = NULL,
                      error_code = NULL, reason = NULL
    WHERE {chosen} AND outbox.lease_epoch = {epoch} AND outbox.state || '' IN ('sending', 'unknown')
    """,
    moments="now",
)
#: Known not to have begun: it may simply be claimed again, even after it was taken for unknown.
_NOT_BEGUN = Sql(
    """
    UPDATE outbox SET state = 'queued', lease_until = NULL, look_at = NULL, reference = NULL
    WHERE {chosen} AND outbox.lease_epoch = {epoch} AND outbox.state || '' IN ('queued', 'sending', 'unknown')
    """
)


def settle(session: Session, attempts: Sequence[Attempt], context: Context) -> list[Settled]:
    """Write down what came of the attempts. An attempt that is not the row's newest any more changes nothing."""
    sent = [one for one in attempts if one.provider_id is not None]
    if sent:
        values = batch(session, ((one.claimed.id, one.claimed.epoch, one.provider_id) for one in sent))
        session.execute(_SENT.on(session), {**values, "now": context.now})
        lucky = {one.claimed.sender for one in sent} & context.troubled
        if lucky:
            pace.well_again(session, lucky)
    idle = [one for one in attempts if not one.begun]
    if idle:
        values = batch(session, ((one.claimed.id, one.claimed.epoch, None) for one in idle))
        session.execute(_NOT_BEGUN.on(session), values)
    settled = [_as_settled(one, Status.SENT) for one in sent] + [_as_settled(one, Status.QUEUED) for one in idle]
    # In the order of senders, so that two workers lock their rows alike.
    refused = sorted((one for one in attempts if one.error), key=lambda attempt: attempt.claimed.sender)
    return settled + [_failed(session, one, one.error, context) for one in refused if one.error]


def _as_settled(one: Attempt, state: Status, what: ErrorClass | None = None) -> Settled:
    claimed, kind = one.claimed, what.kind if what else None
    code = one.error.code if one.error else None
    alarming = kind in (Kind.CREDENTIALS, Kind.DAILY_CAP)
    return Settled(claimed.id, claimed.retailer, claimed.channel, claimed.category, state, code, kind, alarming)


def _failed(session: Session, one: Attempt, error: SendError, context: Context) -> Settled:
    what = classify(error.code, kind=error.kind)
    if error.outcome is Outcome.UNKNOWN:
        look_at = one.attempted_at + timedelta(seconds=context.looks_s[0])
        state = _write(session, one, Status.UNKNOWN, error, looks=0, look_at=look_at)
    elif what.action in (Action.PAUSE_SENDER, Action.HOLD_SENDER):
        state = _write(session, one, Status.QUEUED, error)
        _rest_sender(session, one.claimed.sender, what, error, context.now)
    elif error.code in SLOW_DOWN:
        state = _write(session, one, Status.QUEUED, error)
        _slow_sender(session, one.claimed.sender, error, context)
    elif error.outcome is Outcome.TRY_AGAIN:
        state = _back_off(session, one, error, context.now)
    elif error.kind == "expired":
        state = _write(session, one, Status.EXPIRED, error, settled_at=context.now)
    else:
        state = _write(session, one, Status.FAILED, error, settled_at=context.now)
        about_person(session, one.claimed, what, code=error.code, now=context.now)
    return _as_settled(one, state, what)


def _write(session: Session, one: Attempt, state: Status, error: SendError, **values: Any) -> Status:
    change = update(OutboxRow).where(
        OutboxRow.id == one.claimed.id,
        OutboxRow.lease_epoch == one.claimed.epoch,
        OutboxRow.state.in_((Status.SENDING, Status.UNKNOWN)),
    )
    values = {"look_at": None, **values}
    change = change.values(state=state, lease_until=None, error_code=error.code, reason=error.reason, **values)
    session.execute(change.execution_options(synchronize_session=False))
    return state


def _back_off(session: Session, one: Attempt, error: SendError, now: datetime) -> Status:
    """Wait a random part of 1, 2, 4 … 60 s, or as long as asked; what would then be stale is set aside at once."""
    longest = min(LONGEST_BACK_OFF_S, 2.0 ** min(30, one.claimed.attempts))
    wait = max(random.uniform(0.0, longest), error.retry_after_s or 0.0)  # noqa: S311  spreads load, keeps no secret
    if now + timedelta(seconds=wait) >= one.claimed.valid_until:
        late = SendError(error.outcome, error.code, f"{TOO_LATE} {error.reason}")
        return _write(session, one, Status.EXPIRED, late, settled_at=now)
    return _write(session, one, Status.QUEUED, error, not_before=now + timedelta(seconds=wait))


def _rest_sender(session: Session, sender: str, what: ErrorClass, error: SendError, now: datetime) -> None:
    if what.action is Action.HOLD_SENDER:
        seconds = error.retry_after_s or ALLOWANCE_REST_S
        pace.pause(session, sender, now=now, reason=what.words, seconds=seconds, growing_to=seconds)
    else:
        longest = LONGEST_CREDENTIALS_REST_S
        pace.pause(session, sender, now=now, reason=what.words, seconds=CREDENTIALS_REST_S, growing_to=longest)


def _slow_sender(session: Session, sender: str, error: SendError, context: Context) -> None:
    pace.slow_down(
        session,
        sender,
        now=context.now,
        retry_after_s=error.retry_after_s,
        seen_rate=context.seen_rates.get(sender, 0.0),
        default=context.default_rate,
    )


def about_person(session: Session, row: Claimed | OutboxRow, what: ErrorClass, *, code: str, now: datetime) -> None:
    """Note what an error says about the person: opted out at the provider, or out of reach."""
    if what.action is Action.OPT_OUT:
        consent.block_pair(session, ours=row.sender, theirs=row.recipient, now=now)
        consent.opt_out(session, retailer=row.retailer, address=row.recipient, by="provider", now=now)
    elif what.action is Action.FLAG_CONTACT:
        consent.mark_unreachable(session, retailer=row.retailer, address=row.recipient, code=code, now=now)
