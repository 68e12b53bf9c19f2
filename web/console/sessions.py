"""Who is logged in: sessions are rows, so that each can be ended; failed logins are rows, so that they count."""

import hashlib
import hmac
import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import delete, func, select
from sqlalchemy.orm import Session

from db import Database
from flows.accounts import Agent, check_login
from web.console.models import ConsoleSession, LoginAttempt

COOKIE = "doorline_session"
#: Without a click for so long, or so long after the login in any case, a session is over.
IDLE = timedelta(minutes=30)
ABSOLUTE = timedelta(hours=12)
#: So many failures for one e-mail from one address within the window, and the next is not looked at.
FAILURES_MAX = 5
FAILURES_WINDOW = timedelta(minutes=15)
#: A click this soon after the last one is not written down.
_TOUCH_EVERY = timedelta(minutes=1)


class TooManyAttempts(Exception):
    """There were too many attempts to log in. Please wait a quarter of an hour."""


@dataclass(frozen=True, slots=True)
class Who:
    """The agent who makes the present request."""

    session_id: int
    email: str
    name: str
    #: One of flows.accounts.ROLES.
    role: str
    retailer: str
    #: What every form of this session carries.
    csrf: str
    agent_id: int = 0
    #: IANA name of the agent's own zone; None: nobody has said.
    timezone: str | None = None
    #: on or away.
    availability: str = "on"

    @property
    def may_act(self) -> bool:
        """Whether the agent may do more than look."""
        return self.role != "read_only"


def log_in(database: Database, email: str, password: str, *, address: str, now: datetime) -> str | None:
    """Answer the token of a new session, None when e-mail and password do not fit. Raises TooManyAttempts.

    address: the client's. The attempt counts before the password is looked at, so that nobody gets more by hurrying.
    """
    who = _digest(f"{email.strip().lower()}\n{address}")
    with database.write() as session:
        session.execute(delete(LoginAttempt).where(LoginAttempt.at <= now - FAILURES_WINDOW))
        if (session.scalar(select(func.count()).where(LoginAttempt.who == who)) or 0) >= FAILURES_MAX:
            raise TooManyAttempts(TooManyAttempts.__doc__)
        session.add(LoginAttempt(who=who, at=now))
    with database.read() as session:
        agent = check_login(session, email, password)
    if agent is None:
        return None
    token = secrets.token_urlsafe(32)
    with database.write() as session:
        session.execute(delete(LoginAttempt).where(LoginAttempt.who == who))
        session.execute(delete(ConsoleSession).where(ConsoleSession.created_at <= now - ABSOLUTE))
        session.add(ConsoleSession(token_hash=_digest(token), agent_id=agent.id, created_at=now, seen_at=now))
    return token


def find(session: Session, token: str, *, secret_key: str, now: datetime) -> Who | None:
    """Answer whose session the token opens, None when it opens none, or none any more."""
    query = (
        select(ConsoleSession, Agent)
        .join(Agent, Agent.id == ConsoleSession.agent_id)
        .where(
            ConsoleSession.token_hash == _digest(token),
            ConsoleSession.revoked_at.is_(None),
            ConsoleSession.seen_at > now - IDLE,
            ConsoleSession.created_at > now - ABSOLUTE,
            Agent.disabled_at.is_(None),
        )
    )
    found = session.execute(query).one_or_none()
    if found is None:
        return None
    row, agent = found
    return Who(
        session_id=row.id,
        email=agent.email,
        name=agent.name,
        role=agent.role,
        retailer=agent.retailer,
        csrf=csrf_token(token, secret_key),
        agent_id=agent.id,
        timezone=agent.timezone,
        availability=agent.availability,
    )


def touch(database: Database, who: Who, *, now: datetime) -> None:
    """Note that the agent has done something, at most once a minute."""
    with database.read() as session:
        row = session.get(ConsoleSession, who.session_id)
        if row is None or row.seen_at > now - _TOUCH_EVERY:
            return
    with database.write() as session:
        session.get_one(ConsoleSession, who.session_id).seen_at = now


def revoke(session: Session, who: Who, *, now: datetime) -> None:
    """End the session wherever its cookie is."""
    session.get_one(ConsoleSession, who.session_id).revoked_at = now


def csrf_token(token: str, secret_key: str) -> str:
    """Answer what a form must carry to be taken as this session's own."""
    return hmac.new(secret_key.encode(), b"csrf\0" + token.encode("utf-8", "replace"), hashlib.sha256).hexdigest()


def _digest(text: str) -> str:
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()
