"""Retailers and those who act for them: numbers, API keys, agents."""

import hashlib
import hmac
import re
import secrets
from datetime import datetime, timedelta
from functools import cache

from argon2 import PasswordHasher
from argon2.exceptions import VerificationError
from sqlalchemy import UniqueConstraint, select, update
from sqlalchemy.orm import Mapped, Session, mapped_column

from channels.models import OurAddress
from channels.phones import Phone
from db import Base, RowId, insert_once
from settings import Settings

DEFAULT = "default"
ROLES = ("admin", "lead", "agent", "read_only")
#: The mode is kept in `Installation` under this name.
MODE = "mode"
#: Names go into URLs and environment names: no underscore, so that `a-b` and `a_b` cannot mean the same secret.
NAME = re.compile(r"[a-z0-9](?:[a-z0-9-]{0,38}[a-z0-9])?")

_HASHER = PasswordHasher()
#: How exactly the last use of a key is known.
USE_NOTED_EVERY = timedelta(minutes=5)


@cache
def _nobodys_hash() -> str:
    """What a password of nobody is compared with, so that a wrong e-mail takes as long as a wrong password."""
    return _HASHER.hash(secrets.token_urlsafe(16))


class WrongMode(RuntimeError):
    """This database was written with DEMO=0 and refuses demo mode: set DEMO=0, or use another DATABASE_URL."""


class BadAccount(ValueError):
    """The retailer, number or agent cannot be added."""


class Retailer(Base):
    """Somebody whose parcels we speak about. `default` always exists."""

    __tablename__ = "retailer"

    name: Mapped[str] = mapped_column(primary_key=True)
    created_at: Mapped[datetime]


class ApiKey(Base):
    """A key of the REST API. Only its SHA-256 is stored."""

    __tablename__ = "api_key"

    id: Mapped[int] = mapped_column(RowId, primary_key=True)
    retailer: Mapped[str]
    key_hash: Mapped[str] = mapped_column(unique=True)
    label: Mapped[str]
    created_at: Mapped[datetime]
    revoked_at: Mapped[datetime | None]
    #: To five minutes; None: never.
    last_used_at: Mapped[datetime | None]


class Agent(Base):
    """A person of the support staff."""

    __tablename__ = "agent"
    __table_args__ = (UniqueConstraint("retailer", "email"),)

    id: Mapped[int] = mapped_column(RowId, primary_key=True)
    retailer: Mapped[str]
    email: Mapped[str]
    name: Mapped[str]
    #: admin, lead, agent, read_only.
    role: Mapped[str]
    #: Argon2id.
    password_hash: Mapped[str]
    created_at: Mapped[datetime]
    disabled_at: Mapped[datetime | None]
    #: Whose clock the console shows; None: the support hours' zone.
    timezone: Mapped[str | None]
    #: on: takes new cases. away: does not.
    availability: Mapped[str] = mapped_column(default="on", server_default="on")
    #: The last thing the agent did in the console, to the minute.
    seen_at: Mapped[datetime | None]
    #: When a case was last given to the agent by turns: the one who waited longest is next.
    given_at: Mapped[datetime | None]


class Installation(Base):
    """Facts about this database as a whole, by name: `mode` is `demo` or `live`."""

    __tablename__ = "installation"

    name: Mapped[str] = mapped_column(primary_key=True)
    value: Mapped[str]


def ensure_default(session: Session, settings: Settings, *, now: datetime) -> None:
    """Make sure that the default retailer, its addresses and the bootstrap agent are there. Safe to repeat.

    Raises WrongMode when a live database is opened in demo mode.
    """
    _guard_mode(session, demo=settings.demo)
    insert_once(session, Retailer(name=DEFAULT, created_at=now))
    _addresses(session, settings)
    if settings.bootstrap_agent:
        _bootstrap_agent(session, settings.bootstrap_agent, now=now)


def add_retailer(session: Session, name: str, number: str, *, now: datetime) -> str:
    """Add a retailer that texts from the number and answer its API key, which is not stored. Raises BadAccount."""
    if not NAME.fullmatch(name):
        raise BadAccount(f"{name!r} is no name for a retailer: use a-z, 0-9 and hyphens, 40 characters at most.")
    try:
        phone = Phone.parse(number)
    except ValueError as error:
        raise BadAccount(f"The number is not a phone number: {error}") from error
    if not insert_once(session, Retailer(name=name, created_at=now)):
        raise BadAccount(f"There is a retailer {name!r} already.")
    if not insert_once(session, OurAddress(address=str(phone), retailer=name, purpose="main")):
        raise BadAccount("That number is one of ours already: each number belongs to one retailer.")
    return add_key(session, name, label="first", now=now)


def add_key(session: Session, retailer: str, *, label: str, now: datetime) -> str:
    """Give the retailer another API key and answer it, this once."""
    key = f"dl_{secrets.token_urlsafe(32)}"
    session.add(ApiKey(retailer=retailer, key_hash=_digest(key), label=label, created_at=now))
    session.flush()
    return key


def retailer_of_key(session: Session, key: str) -> str | None:
    """Answer whose API key this is, None when it is nobody's or was revoked. Found by its hash: no timing tells."""
    digest = _digest(key)
    row = session.scalar(select(ApiKey).where(ApiKey.key_hash == digest, ApiKey.revoked_at.is_(None)))
    return row.retailer if row is not None and hmac.compare_digest(row.key_hash, digest) else None


def note_use(session: Session, key: str, *, now: datetime) -> None:
    """Note that the key is in use, to five minutes: most requests write nothing."""
    old = ApiKey.last_used_at.is_(None) | (ApiKey.last_used_at < now - USE_NOTED_EVERY)
    session.execute(update(ApiKey).where(ApiKey.key_hash == _digest(key), old).values(last_used_at=now))


def retailer_exists(session: Session, name: str) -> bool:
    """Whether there is such a retailer."""
    return session.get(Retailer, name) is not None


def main_sender(session: Session, retailer: str) -> str | None:
    """The address the retailer speaks from when nothing else decides: its service, else its newest main number."""
    rows = session.execute(
        select(OurAddress.purpose, OurAddress.address)
        .where(OurAddress.retailer == retailer, OurAddress.purpose.in_(("main", "service")))
        .order_by(OurAddress.id)
    ).all()
    found: dict[str, str] = {row.purpose: row.address for row in rows}
    return found.get("service") or found.get("main")


def hashed(password: str) -> str:
    """Answer the Argon2id hash of a password."""
    return _HASHER.hash(password)


def add_agent(
    session: Session,
    *,
    retailer: str,
    email: str,
    password: str,
    name: str | None = None,
    role: str = "agent",
    now: datetime,
) -> Agent:
    """Add a person of the support staff. Raises BadAccount when the e-mail is taken or the role unknown."""
    email = email.strip().lower()
    if role not in ROLES:
        raise BadAccount(f"{role!r} is no role: use one of {', '.join(ROLES)}.")
    if "@" not in email or not password:
        raise BadAccount("An agent needs an e-mail address and a password.")
    agent = Agent(
        retailer=retailer,
        email=email,
        name=name or email.split("@")[0],
        role=role,
        password_hash=_HASHER.hash(password),
        created_at=now,
        disabled_at=None,
    )
    if not insert_once(session, agent):
        raise BadAccount(f"There is an agent {email!r} already.")
    return agent


def check_login(session: Session, email: str, password: str) -> Agent | None:
    """Answer the agent with that e-mail and password; None otherwise, after the same work."""
    query = select(Agent).where(Agent.email == email.strip().lower(), Agent.disabled_at.is_(None)).order_by(Agent.id)
    agents = list(session.scalars(query))
    for agent in agents:
        if matches(agent.password_hash, password):
            return agent
    if not agents:
        matches(_nobodys_hash(), password)
    return None


def matches(password_hash: str, password: str) -> bool:
    """Whether the password is the hashed one."""
    try:
        return _HASHER.verify(password_hash, password)
    except VerificationError:
        return False


def _guard_mode(session: Session, *, demo: bool) -> None:
    mode = "demo" if demo else "live"
    if insert_once(session, Installation(name=MODE, value=mode)):
        return
    kept = session.get_one(Installation, MODE)
    if demo and kept.value == "live":
        raise WrongMode(WrongMode.__doc__)
    kept.value = mode


def _addresses(session: Session, settings: Settings) -> None:
    """What the settings name stands; what they no longer name still receives, and no longer speaks."""
    session.execute(
        update(OurAddress)
        .where(OurAddress.retailer == DEFAULT, OurAddress.purpose.in_(("main", "service", "pool")))
        .values(purpose="former")
    )
    if settings.twilio_number:
        _address(session, settings.twilio_number, "main")
    if settings.twilio_messaging_service_sid:
        _address(session, settings.twilio_messaging_service_sid, "service")
    for number in settings.relay_numbers:
        _address(session, number, "pool")


def _address(session: Session, address: str, purpose: str) -> None:
    if not insert_once(session, OurAddress(address=address, retailer=DEFAULT, purpose=purpose)):
        session.execute(
            update(OurAddress)
            .where(OurAddress.address == address, OurAddress.retailer == DEFAULT)
            .values(purpose=purpose)
        )


def _bootstrap_agent(session: Session, said: str, *, now: datetime) -> None:
    """The environment has the last word on this one password: who can set it owns the installation."""
    email, _, password = said.partition(":")
    email = email.strip().lower()
    agent = session.scalar(select(Agent).where(Agent.retailer == DEFAULT, Agent.email == email))
    if agent is None:
        add_agent(session, retailer=DEFAULT, email=email, password=password, role="admin", now=now)
    elif not matches(agent.password_hash, password):
        agent.password_hash = _HASHER.hash(password)


def _digest(key: str) -> str:
    return hashlib.sha256(key.encode("utf-8", "surrogatepass")).hexdigest()
