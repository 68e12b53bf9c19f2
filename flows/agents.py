"""The support staff: who is there, invited, switched off, and how each wants the console to be."""

import hashlib
import re
import secrets
from collections.abc import Sequence
from datetime import datetime, timedelta

from sqlalchemy import func, select, update
from sqlalchemy.orm import Session

from flows import accounts, audit
from flows.accounts import ROLES, Agent, BadAccount
from flows.agent_models import AgentInvite
from flows.workflow_values import zone

INVITED_FOR = timedelta(days=7)
NAME_MAX = 60
PASSWORD_MIN, PASSWORD_MAX = 10, 200
ON, AWAY = "on", "away"
_EMAIL = re.compile(r"[^@\s,;<>\"]{1,64}@[^@\s,;<>\"]{1,190}")
#: Long enough, and tried first by whoever guesses.
_USUAL = re.compile(r"(password|contrase|qwerty|letmein|welcome|doorline|12345|abcdef|(.)\2{5})", re.IGNORECASE)


def all_of(session: Session, retailer: str) -> Sequence[Agent]:
    """Answer the retailer's agents by name, those who are switched off last."""
    query = select(Agent).where(Agent.retailer == retailer)
    return session.scalars(query.order_by(Agent.disabled_at.is_not(None), func.lower(Agent.name), Agent.id)).all()


def get(session: Session, retailer: str, agent_id: int) -> Agent | None:
    """Answer the retailer's agent; None for another's."""
    row = session.get(Agent, agent_id)
    return row if row is not None and row.retailer == retailer else None


def add(
    session: Session, *, retailer: str, email: str, name: str, role: str, by: str, now: datetime
) -> tuple[Agent, str]:
    """Add an agent who has no password yet; answers the agent and what stands in the invitation. Raises BadAccount."""
    email = email.strip().lower()
    if not _EMAIL.fullmatch(email):
        raise BadAccount("This is not an e-mail address.")
    # Nobody knows this password: the invitation is the only way in.
    agent = accounts.add_agent(
        session,
        retailer=retailer,
        email=email,
        password=secrets.token_urlsafe(32),
        name=_name(name, email),
        role=role,
        now=now,
    )
    _note(session, agent, by, "agent.added", now, role=role, email=email)
    return agent, invite(session, agent, by=by, now=now)


def invite(session: Session, agent: Agent, *, by: str, now: datetime) -> str:
    """Answer what stands in a link by which the agent sets a password; earlier links stop working."""
    session.execute(
        update(AgentInvite).where(AgentInvite.agent_id == agent.id, AgentInvite.used_at.is_(None)).values(used_at=now)
    )
    token = secrets.token_urlsafe(32)
    session.add(AgentInvite(agent_id=agent.id, token_hash=_digest(token), created_at=now, expires_at=now + INVITED_FOR))
    session.flush()
    _note(session, agent, by, "agent.invited", now)
    return token


def invited(session: Session, token: str, *, now: datetime) -> Agent | None:
    """Answer who may set a password with that link; None for a link that is wrong, used or too old."""
    query = (
        select(Agent)
        .join(AgentInvite, AgentInvite.agent_id == Agent.id)
        .where(
            AgentInvite.token_hash == _digest(token),
            AgentInvite.used_at.is_(None),
            AgentInvite.expires_at > now,
            Agent.disabled_at.is_(None),
        )
    )
    return session.scalar(query)


def accept(session: Session, token: str, password: str, *, now: datetime) -> Agent | None:
    """Set the invited agent's password, once. None as for `invited`. Raises BadAccount for a password that is none."""
    agent = invited(session, token, now=now)
    if agent is None:
        return None
    hashed = accounts.hashed(_checked(password, agent))
    used = (
        update(AgentInvite)
        .where(AgentInvite.token_hash == _digest(token), AgentInvite.used_at.is_(None))
        .values(used_at=now)
        .returning(AgentInvite.id)
    )
    if session.execute(used).first() is None:
        return None
    agent.password_hash = hashed
    _note(session, agent, agent.email, "agent.password_set", now)
    return agent


def change_password(session: Session, agent: Agent, old: str, new: str, *, now: datetime) -> None:
    """Change the agent's password. Raises BadAccount when the old one is wrong or the new one is none."""
    if not accounts.matches(agent.password_hash, old):
        raise BadAccount("The present password is not this one.")
    agent.password_hash = accounts.hashed(_checked(new, agent))
    _note(session, agent, agent.email, "agent.password_changed", now)


def set_role(session: Session, agent: Agent, role: str, *, by: str, now: datetime) -> None:
    """Give the agent another role. Raises BadAccount for an unknown one, and when no admin would be left."""
    if role not in ROLES:
        raise BadAccount(f"{role!r} is no role: use one of {', '.join(ROLES)}.")
    if agent.role == role:
        return
    if agent.role == "admin":
        _keep_an_admin(session, agent)
    before, agent.role = agent.role, role
    _note(session, agent, by, "agent.role_changed", now, before=before, after=role)


def switch_off(session: Session, agent: Agent, *, by: str, now: datetime) -> None:
    """Let the agent in no more. Raises BadAccount when no admin would be left."""
    if agent.disabled_at is not None:
        return
    if agent.role == "admin":
        _keep_an_admin(session, agent)
    agent.disabled_at = now
    _note(session, agent, by, "agent.switched_off", now)


def switch_on(session: Session, agent: Agent, *, by: str, now: datetime) -> None:
    """Let the agent in again, with the password there was."""
    if agent.disabled_at is not None:
        agent.disabled_at = None
        _note(session, agent, by, "agent.switched_on", now)


def set_profile(session: Session, agent: Agent, *, name: str, timezone: str, now: datetime) -> None:
    """Change name and zone of the agent; an empty zone means the support hours'. Raises BadAccount."""
    name = _name(name, agent.email)
    if timezone:
        try:
            zone(timezone)
        except ValueError as error:
            raise BadAccount(str(error)) from error
    agent.name, agent.timezone = name, timezone or None
    _note(session, agent, agent.email, "agent.profile_changed", now, timezone=timezone or None)


def set_availability(session: Session, agent: Agent, availability: str, *, now: datetime) -> None:
    """Let the agent be given new cases, or none for now. Raises BadAccount for anything but on and away."""
    if availability not in {ON, AWAY}:
        raise BadAccount("Availability is `on` or `away`.")
    if agent.availability != availability:
        agent.availability = availability
        _note(session, agent, agent.email, f"agent.{availability}", now)


def note_signed_out(session: Session, agent: Agent, *, by: str, now: datetime) -> None:
    """Write down that somebody ended the agent's sessions."""
    _note(session, agent, by, "agent.signed_out", now)


def _keep_an_admin(session: Session, leaving: Agent) -> None:
    # Two admins who switch each other off at the same moment must not both succeed: the rows are locked in one order.
    query = select(Agent).where(Agent.retailer == leaving.retailer, Agent.role == "admin", Agent.disabled_at.is_(None))
    admins = session.scalars(query.order_by(Agent.id).with_for_update()).all()
    if not any(one.id != leaving.id for one in admins):
        raise BadAccount("Somebody must remain who may do everything: make another agent an admin first.")


def _name(said: str, email: str) -> str:
    name = " ".join(said.split()) or email.split("@")[0]
    if len(name) > NAME_MAX:
        raise BadAccount(f"A name has {NAME_MAX} characters at most.")
    return name


def _checked(password: str, agent: Agent) -> str:
    if not PASSWORD_MIN <= len(password) <= PASSWORD_MAX:
        raise BadAccount(f"A password has {PASSWORD_MIN} to {PASSWORD_MAX} characters. A few words make a good one.")
    low = password.lower()
    bare = _USUAL.sub("", low).replace(agent.email, "").replace(agent.email.split("@")[0], "")
    if len(bare) < 6 or len(set(low)) < 5:
        raise BadAccount("This password would be guessed soon. A few words make a good one.")
    return password


def _digest(token: str) -> str:
    return hashlib.sha256(token.encode("utf-8", "surrogatepass")).hexdigest()


def _note(session: Session, agent: Agent, by: str, action: str, now: datetime, **detail: str | None) -> None:
    audit.write(
        session, retailer=agent.retailer, agent=by, action=action, subject=f"agent:{agent.id}", detail=detail, now=now
    )
