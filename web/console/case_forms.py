"""What an agent does to a case by a form of its page: read, judged, done once."""

import secrets
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, time, timedelta

from flask import request
from sqlalchemy.orm import Session

from channels.pictures import NotAPicture, clean
from channels.redact import storable
from flows import audit, bringing_pictures, cases, desk_acts, picture_links
from flows.case_core import AlreadyTaken, NotNow
from flows.case_replies import Unreachable
from flows.case_states import Priority
from flows.desk_actions import CannotDo
from flows.models import Case
from web.console import access, agents, clocks, showing
from web.console.sessions import Who
from web.context import Parts

REPLY_MAX, NOTE_MAX = 1600, 4000
#: What is not to be done is said on the page; nothing has happened then.
REFUSED = (AlreadyTaken, NotNow, Unreachable, CannotDo)
#: Begins the working day of somebody who sets a case aside until the morning.
MORNING = time(9)


@dataclass(frozen=True)
class Form:
    """One form of a case's page."""

    action: str
    who: Who
    text: str
    said: Mapping[str, str]
    #: A picture as it was uploaded; empty: none.
    picture: bytes = b""

    @classmethod
    def read(cls, action: str, who: Who) -> "Form":
        """Read the present request. Anything that cannot be stored is left out."""
        said = {name: storable(value) for name, value in request.form.items() if name not in {"csrf", "once", "text"}}
        upload = request.files.get("picture")
        picture = upload.read() if upload is not None and upload.filename else b""
        return cls(action, who, storable(request.form.get("text", "")).strip(), said, picture)

    def key(self, subject: str) -> str:
        """The key under which it acts once; a form that brings no token acts every time."""
        token = request.form.get("once") or secrets.token_hex()
        said = [("text", self.text), *self.said.items(), ("picture", str(len(self.picture)))]
        return desk_acts.key_of(self.who.email, token, self.action, subject, said)

    def fault(self) -> str | None:
        """What is wrong with it; None when nothing is."""
        if self.action == "reply" and not self.text and not self.picture:
            return "There is nothing to send yet: write something first."
        if self.action == "note" and not self.text:
            return "The note is empty."
        most = NOTE_MAX if self.action == "note" else REPLY_MAX
        if len(self.text) > most:
            return f"That is too long: {most} characters at most."
        if self.action == "resolve" and self.said.get("reason") not in showing.RESOLUTIONS:
            return "Say how it was resolved."
        return None


def carry_out(session: Session, parts: Parts, case: Case, form: Form, media: "Media", *, now: datetime) -> None:
    """Do what the form says, once, in the caller's transaction. Raises one of REFUSED."""
    row = desk_acts.begin(
        session,
        case.retailer,
        form.key(f"case:{case.id}"),
        form.action,
        agent=form.who.email,
        case_id=case.id,
        now=now,
    )
    if row is None:
        return
    row.became = form.action
    _ACTS[form.action](_Act(session, parts, case, form, media, now))
    if form.action in {"assign", "release", "weigh", "resolve", "hand_back"}:
        detail = {name: form.said[name] for name in ("agent", "priority", "reason") if name in form.said}
        audit.write(
            session,
            retailer=case.retailer,
            agent=form.who.email,
            action=f"case.{form.action}",
            subject=f"case:{case.id}",
            detail=detail,
            now=now,
        )


@dataclass(frozen=True)
class Media:
    """The picture of a form, drawn anew before any transaction is open."""

    #: None: there is none.
    clean: object | None

    @classmethod
    def of(cls, form: Form) -> "Media":
        """Raises CannotDo for what is no picture."""
        if not form.picture:
            return cls(None)
        try:
            return cls(clean(form.picture))
        except NotAPicture as error:
            raise CannotDo(f"The file cannot be sent: {error}") from error


@dataclass(frozen=True)
class _Act:
    session: Session
    parts: Parts
    case: Case
    form: Form
    media: Media
    now: datetime


def snooze_choices(now: datetime) -> list[tuple[str, str]]:
    """(ISO 8601, words) of the moments a case is usually set aside until, on the agent's clock."""
    local = now.astimezone(clocks.zone())
    tomorrow = _at(local + timedelta(days=1))
    monday = _at(local + timedelta(days=7 - local.weekday()))
    evening = local.replace(hour=16, minute=0, second=0, microsecond=0)
    found = [("In an hour", local + timedelta(hours=1)), ("In three hours", local + timedelta(hours=3))]
    if evening > local + timedelta(hours=1):
        found.append(("This afternoon", evening))
    found.append(("Tomorrow", tomorrow))
    if monday.date() != tomorrow.date():
        found.append(("Next Monday", monday))
    rounded = [(words, at.replace(second=0, microsecond=0)) for words, at in found]
    return [(at.isoformat(), f"{words}, {clocks.moment(at)}") for words, at in rounded]


def _at(day: datetime) -> datetime:
    return datetime.combine(day.date(), MORNING, clocks.zone())


def _until(form: Form, now: datetime) -> datetime:
    """When it is to come back: the field of one's own, on the agent's clock, wins over the list."""
    written = form.said.get("at") or form.said.get("until", "")
    try:
        until = datetime.fromisoformat(written)
    except ValueError:
        raise CannotDo("Choose until when.") from None
    until = until if until.tzinfo is not None else until.replace(tzinfo=clocks.zone())
    if not now < until < now + timedelta(days=366):
        raise CannotDo("Choose a moment within the coming year.")
    return until


def _claim(act: _Act) -> None:
    cases.claim(act.session, act.parts.house, act.case, agent=act.form.who.email, now=act.now)


def _reply(act: _Act) -> None:
    media: tuple[str, ...] = ()
    if act.media.clean is not None:
        picture = bringing_pictures.keep_upload(
            act.session,
            act.media.clean,  # type: ignore[arg-type]  # what `clean` has answered
            retailer=act.case.retailer,
            original=None,
            now=act.now,
        )
        media = (picture_links.url_of(act.parts.house, picture, now=act.now),)
    who, text = act.form.who.email, act.form.text
    cases.reply(act.session, act.parts.house, act.case, agent=who, text=text, media=media, signed=True, now=act.now)


def _note(act: _Act) -> None:
    cases.note(act.session, act.parts.house, act.case, agent=act.form.who.email, text=act.form.text, now=act.now)


def _snooze(act: _Act) -> None:
    until = _until(act.form, act.now)
    cases.snooze(act.session, act.parts.house, act.case, agent=act.form.who.email, until=until, now=act.now)


def _resolve(act: _Act) -> None:
    cases.resolve(
        act.session,
        act.parts.house,
        act.case,
        agent=act.form.who.email,
        reason=act.form.said["reason"],
        text=act.form.text or None,
        signed=True,
        now=act.now,
    )


def _reopen(act: _Act) -> None:
    cases.reopen(act.session, act.parts.house, act.case, agent=act.form.who.email, now=act.now)


def _hand_back(act: _Act) -> None:
    who, text = act.form.who.email, act.form.text or None
    cases.hand_back(act.session, act.parts.house, act.case, agent=who, text=text, signed=True, now=act.now)


def _release(act: _Act) -> None:
    who = act.form.who
    if act.case.assignee != who.email and not access.at_least(who.role, access.LEAD):
        raise CannotDo("Only whoever has the case, or a lead, gives it back.")
    cases.release(act.session, act.parts.house, act.case, by=who.email, now=act.now)


def _assign(act: _Act) -> None:
    who, wanted = act.form.who, act.form.said.get("agent", "")
    if not access.at_least(who.role, access.LEAD):
        raise CannotDo("Only a lead gives cases to others.")
    found = agents.of(act.session, act.case.retailer, wanted)
    if found is None or found.role == access.READ_ONLY:
        raise CannotDo("Choose an agent.")
    cases.assign(act.session, act.parts.house, act.case, agent=found.email, by=who.email, now=act.now)


def _weigh(act: _Act) -> None:
    wanted = act.form.said.get("priority", "")
    if wanted not in set(Priority):
        raise CannotDo("Choose a priority.")
    cases.weigh(act.session, act.parts.house, act.case, agent=act.form.who.email, priority=wanted, now=act.now)


_ACTS: Mapping[str, Callable[[_Act], None]] = {
    "claim": _claim,
    "reply": _reply,
    "note": _note,
    "snooze": _snooze,
    "resolve": _resolve,
    "reopen": _reopen,
    "hand_back": _hand_back,
    "release": _release,
    "assign": _assign,
    "weigh": _weigh,
}
