"""Who is logged in: sessions are rows, so that each can be ended; failed logins are rows, so that they count."""

import hashlib
import hmac
import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import delete, func, select, update
from sqlalchemy.orm import Session

from db import Database
from flows import audit
from flows.accounts import Agent, check_login
from web.console.models import ConsoleSession, LoginAttempt

COOKIE = "doorline_session"
#: Without a click for so long, or so long after the login in any case, a session is over.
IDLE = timedelta(minutes=30)
ABSOLUTE = timedelta(hours=12)
#: So many failures for one e-mail from one address within the window, and the next is not looked at; the same for one
#: e-mail from anywhere, and for one address whatever the e-mail.
FAILURES_MAX = 5
ACCOUNT_MAX = 30
ADDRESS_MAX = 60
FAILURES_WINDOW = timedelta(minutes=15)
#: The first that fits names it; each pretends to be those below.
_BROWSERS = (
    ("Edg", "Edge"),
    ("OPR/", "Opera"),
    ("SamsungBrowser", "Samsung Internet"),
    ("Firefox/", "Firefox"),
    ("FxiOS", "Firefox"),
    ("CriOS", "Chrome"),
    ("Chrome/", "Chrome"),
    ("Safari/", "Safari"),
)
_SYSTEMS = (
    ("iPhone", "iPhone"),
    ("iPad", "iPad"),
    ("Android", "Android"),
    ("Windows", "Windows"),
    ("Mac OS", "Mac"),
    ("CrOS", "ChromeOS"),
    ("Linux", "Linux"),
)
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


def log_in(
    database: Database, email: str, password: str, *, address: str, now: datetime, browser: str = ""
) -> str | None:
    """Answer the token of a new session, None when e-mail and password do not fit. Raises TooManyAttempts.

    address: the client's. The attempt counts before the password is looked at, so that nobody gets more by hurrying.
    browser: the `User-Agent`; what is kept of it is a word or two.
    """
    account = email.strip().lower()
    both, by_account = _digest(f"{account}\n{address}"), _digest(f"account\n{account}")
    limits = {both: FAILURES_MAX, by_account: ACCOUNT_MAX, _digest(f"address\n{address}"): ADDRESS_MAX}
    with database.write() as session:
        session.execute(delete(LoginAttempt).where(LoginAttempt.at <= now - FAILURES_WINDOW))
        for who, most in limits.items():
            if (session.scalar(select(func.count()).where(LoginAttempt.who == who)) or 0) >= most:
                raise TooManyAttempts(TooManyAttempts.__doc__)
        attempts = [LoginAttempt(who=who, at=now) for who in limits]
        session.add_all(attempts)
        session.flush()
        mine = [one.id for one in attempts]
    with database.read() as session:
        agent = check_login(session, email, password)
    if agent is None:
        return None
    with database.write() as session:
        # This one was none; what else that address tried stays, or one account would open the way to all others.
        session.execute(delete(LoginAttempt).where(LoginAttempt.who.in_((both, by_account))))
        session.execute(delete(LoginAttempt).where(LoginAttempt.id.in_(mine)))
        return open_for(session, agent, browser=browser, now=now)


def open_for(session: Session, agent: Agent, *, browser: str, now: datetime) -> str:
    """Open a session for an agent who has shown who they are; answers its token."""
    token = secrets.token_urlsafe(32)
    session.execute(delete(ConsoleSession).where(ConsoleSession.created_at <= now - ABSOLUTE))
    row = ConsoleSession(
        token_hash=_digest(token), agent_id=agent.id, created_at=now, seen_at=now, browser=in_words(browser)
    )
    session.add(row)
    audit.write(
        session,
        retailer=agent.retailer,
        agent=agent.email,
        action="agent.logged_in",
        subject=f"agent:{agent.id}",
        detail={"browser": row.browser},
        now=now,
    )
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
        session.get_one(Agent, who.agent_id).seen_at = now


def revoke(session: Session, who: Who, *, now: datetime) -> None:
    """End the session wherever its cookie is."""
    session.get_one(ConsoleSession, who.session_id).revoked_at = now


def open_ones(session: Session, agent_id: int, *, now: datetime) -> Sequence[ConsoleSession]:
    """Answer the agent's sessions that still open the console, newest first."""
    query = select(ConsoleSession).where(
        ConsoleSession.agent_id == agent_id,
        ConsoleSession.revoked_at.is_(None),
        ConsoleSession.seen_at > now - IDLE,
        ConsoleSession.created_at > now - ABSOLUTE,
    )
    return session.scalars(query.order_by(ConsoleSession.id.desc())).all()


def end(session: Session, agent_id: int, *, now: datetime, only: int | None = None, but: int | None = None) -> int:
    """End the agent's sessions, or one of them, or all but one; answers how many that were."""
    ending = update(ConsoleSession).where(ConsoleSession.agent_id == agent_id, ConsoleSession.revoked_at.is_(None))
    if only is not None:
        ending = ending.where(ConsoleSession.id == only)
    if but is not None:
        ending = ending.where(ConsoleSession.id != but)
    ended = session.execute(ending.values(revoked_at=now).returning(ConsoleSession.id)).all()
    return len(ended)


def in_words(browser: str) -> str:
    """A browser by its `User-Agent`, as a person would call it: `Firefox on Linux`."""
    name = next((words for mark, words in _BROWSERS if mark in browser), "A browser")
    system = next((words for mark, words in _SYSTEMS if mark in browser), "")
    return f"{name} on {system}" if system else name


def csrf_token(token: str, secret_key: str) -> str:
    """Answer what a form must carry to be taken as this session's own."""
    return hmac.new(secret_key.encode(), b"csrf\0" + token.encode("utf-8", "replace"), hashlib.sha256).hexdigest()


def _digest(text: str) -> str:
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()
