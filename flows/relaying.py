"""Passing a text on to the other end of a line: filtered, named, in order, once."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from bot import leaks
from channels.models import InboxRow
from channels.picture_models import Picture
from flows import picture_links, pin_covers
from flows.house import House
from flows.line_choice import CUSTOMER, DRIVER
from flows.line_models import Line, LineEnd, LineParcel, LineText
from flows.line_opening import driver_changed
from flows.line_states import OPEN, close, leave, locked, wrong_parcels
from flows.line_words import OTHER, Sides, digest
from tracking_core.models import Shipment

#: Texts that follow one another within this time are one exchange; Twilio rests a pair after 30 such replies.
QUICK = timedelta(seconds=30)
#: So many changes of turn in one exchange are machines, or people who may take a breath.
TURNS = 20
#: So many when each side says the same again and again: machines beyond doubt.
SAME_TURNS = 8
#: A number may be cut in two by sending two texts: so long, the one before is read with it.
CUT_WITHIN = timedelta(minutes=10)
#: What one text of ours may hold, with room for the name before it.
LONGEST = 1500
#: These are hidden even where the sender may decide.
NEVER = frozenset({leaks.LeakKind.CARD, leaks.LeakKind.CODE})


class Fate(StrEnum):
    """What became of a text that was to be passed on."""

    PASSED = "passed"
    #: The sender is asked first, because something in it would be given away.
    ASKED = "asked"
    #: Not passed on, because something in it would be given away.
    BLOCKED = "blocked"
    #: Two machines are answering each other.
    DAMPED = "damped"
    #: There was nothing in it.
    EMPTY = "empty"
    #: The line is closed, or has just been: nobody is at the other end any more.
    CLOSED = "closed"
    #: It was passed on before.
    KNOWN = "known"


@dataclass(frozen=True)
class Passed:
    """What became of a text, and what was hidden in it."""

    fate: Fate
    #: Kinds of `bot.leaks`.
    hidden: tuple[str, ...] = ()
    #: The parcel it is filed under.
    shipment_id: int | None = None

    @property
    def sent(self) -> bool:
        """Whether the other end gets it."""
        return self.fate is Fate.PASSED


def pass_on(
    session: Session,
    house: House,
    line: Line,
    *,
    role: str,
    text: str,
    pictures: Sequence[Picture] = (),
    key: str,
    now: datetime,
    inbox_id: int | None = None,
    confirmed: bool = False,
) -> Passed:
    """Owe the other end what `role` says, in the caller's transaction; whatever is not passed on, the sender is told.

    key: why, once: `relay:17`. inbox_id: the text it came in as, if it did. confirmed: the sender was asked about what
    it gives away. With ASKED the caller keeps the question open; with CLOSED the caller answers.
    """
    line = locked(session, line)
    sides = Sides.of(session, house, line, now=now)
    if line.state != OPEN or not _still_right(sides):
        return Passed(Fate.CLOSED)
    gone = sides.opted_out()
    if gone is not None:
        leave(session, house, retailer=line.retailer, phone=sides.phone(gone), now=now)
        return Passed(Fate.CLOSED)
    relayed = _Relayed(sides, role, text, tuple(pictures), key, inbox_id)
    if not text.strip() and not pictures:
        passed = Passed(Fate.EMPTY)
    elif relayed.is_known():
        passed = Passed(Fate.KNOWN)
    elif relayed.is_loop():
        passed = relayed.damp()
    else:
        passed = relayed.pass_on(confirmed=confirmed)
    return replace(passed, shipment_id=sides.shipment_id)


@dataclass
class _Relayed:
    """One text on its way from one end to the other."""

    sides: Sides
    role: str
    text: str
    pictures: tuple[Picture, ...]
    key: str
    inbox_id: int | None

    def is_known(self) -> bool:
        query = select(LineText.id).where(LineText.outbox_key == self.key)
        return self.sides.session.scalar(query) is not None

    def pass_on(self, *, confirmed: bool) -> Passed:
        pins = self._pins()
        found = [*self._leaks(), *pins]
        policy = self.sides.workflow.relay.leaks
        if confirmed:
            found = [one for one in found if one.kind in NEVER]
        kinds = tuple(dict.fromkeys(one.kind.value for one in sorted(found)))
        if pins and self.inbox_id is not None:
            words = leaks.mask(self.text, pins, lambda _kind: pin_covers.COVER)
            pin_covers.rewrite(self.sides.session, self.inbox_id, words)
        if found and not confirmed and policy == "ask":
            return Passed(Fate.ASKED, kinds)
        if found and not confirmed and policy == "block":
            self._note(Fate.BLOCKED, kinds)
            self._tell("line_blocked", what=self.sides.kinds(self.role, kinds))
            return Passed(Fate.BLOCKED, kinds)
        other = OTHER[self.role]
        words = leaks.mask(self.text, found, lambda kind: self.sides.phrase(other, "leak_mask", kind=kind))
        self._send(other, words, kinds)
        self._note(Fate.PASSED, kinds)
        if found:
            self._tell("line_masked", what=self.sides.kinds(self.role, kinds))
        return Passed(Fate.PASSED, kinds)

    def is_loop(self) -> bool:
        """Whether this would be one turn too many of an exchange that no two people have."""
        query = (
            select(LineText.role, LineText.words_hash, LineText.at)
            .where(LineText.line_id == self.sides.line.id, LineText.direction == "in")
            .order_by(LineText.id.desc())
            .limit(3 * TURNS)
        )
        turns, later, same = [(self.role, digest(self.text))], self.sides.now, True
        own = {self.role: digest(self.text)}
        for role, said, at in self.sides.session.execute(query):
            words = said or ""
            if later - at >= QUICK:
                break
            later = at
            if role != turns[-1][0]:
                turns.append((role, words))
            same = same and own.setdefault(role, words) == words
            if len(turns) > TURNS or (same and len(turns) > SAME_TURNS):
                return True
        return False

    def damp(self) -> Passed:
        """Keep it back; both are told, once for each such exchange."""
        self._note(Fate.DAMPED, ())
        session, line = self.sides.session, self.sides.line
        last = select(func.max(LineText.id)).where(
            LineText.line_id == line.id, LineText.direction == "in", LineText.fate != Fate.DAMPED
        )
        for role in OTHER:
            self.sides.tell(role, "line_damped", key=f"line:{line.id}:damped:{session.scalar(last)}:{role}")
        return Passed(Fate.DAMPED)

    def _leaks(self) -> list[leaks.Leak]:
        keep: list[str] = []
        for parcel in self.sides.parcels:
            keep += _innocent(parcel)
        countries = [one.destination.get("country") for one in self.sides.parcels]
        country = next((str(one) for one in countries if one), None)
        return list(leaks.find(self.text, keep=keep, country=country, before=self._before()))

    def _pins(self) -> list[leaks.Leak]:
        """Delivery PINs in what the customer writes. A driver knows none: whoever guesses must not learn by what is
        hidden whether it was right."""
        if self.role != CUSTOMER:
            return []
        known = pin_covers.of_parcels(self.sides.session, self.sides.parcels)
        return list(pin_covers.find(self.sides.house, known, self.text, before=self._before())) if known else []

    def _before(self) -> str:
        """What the same person sent just before, a line each."""
        query = (
            select(InboxRow.text)
            .join(LineText, LineText.inbox_id == InboxRow.id)
            .where(
                LineText.line_id == self.sides.line.id,
                LineText.role == self.role,
                LineText.at > self.sides.now - CUT_WITHIN,
            )
            .order_by(LineText.id.desc())
            .limit(2)
        )
        return "\n".join(reversed(self.sides.session.scalars(query).all()))

    def _send(self, other: str, words: str, kinds: Sequence[str]) -> None:
        media = [picture_links.url_of(self.sides.house, one, now=self.sides.now) for one in self.pictures]
        named = self._named(other)
        first = f"{named} {words}".strip() if named else words
        parts = _parts(first) or [""]
        for place, part in enumerate(parts):
            key = self.key if not place else f"{self.key}:{place + 1}"
            fate, hidden = Fate.PASSED.value, kinds if not place else ()
            self.sides.send(
                other, part, key=key, fate=fate, media=media if not place else (), hidden=hidden, watched=True
            )

    def _named(self, other: str) -> str:
        """Who speaks, and about what: before the first text since the line or a parcel of it is open.

        Without a number of its own every text says it, and how to answer.
        """
        line = self.sides.line
        if line.proxy is not None and not self._is_first():
            return ""
        orders = self.sides.orders()
        if other == CUSTOMER:
            return self.sides.phrase(CUSTOMER, "line_from_driver", name=self.sides.name(DRIVER), orders=orders)
        tag = line.tag or ""
        return self.sides.phrase(DRIVER, "line_from_customer", name=self.sides.name(CUSTOMER), orders=orders, tag=tag)

    def _is_first(self) -> bool:
        session, line = self.sides.session, self.sides.line
        began = select(func.max(LineEnd.began_at)).where(LineEnd.line_id == line.id).scalar_subquery()
        joined = select(func.max(LineParcel.joined_at)).where(LineParcel.line_id == line.id).scalar_subquery()
        passed = select(LineText.id).where(
            LineText.line_id == line.id,
            LineText.direction == "in",
            LineText.role == self.role,
            LineText.fate == Fate.PASSED,
            LineText.at >= began,
            LineText.at >= joined,
        )
        return session.scalar(passed.limit(1)) is None

    def _note(self, fate: Fate, kinds: Sequence[str]) -> None:
        self.sides.note("in", self.role, fate=fate.value, inbox_id=self.inbox_id, words=self.text, hidden=kinds)

    def _tell(self, template: str, **values: str) -> None:
        self.sides.tell(self.role, template, key=f"{self.key}:told", **values)


def _still_right(sides: Sides) -> bool:
    """Whether a parcel of the line is still with this driver, for this customer; if none is, the line moves on."""
    wrong = wrong_parcels(sides)
    if len(wrong) < len(sides.parcels):
        return True
    for one in wrong:
        before = None if one.driver_id == sides.line.driver_id else sides.line.driver_id
        driver_changed(sides.session, sides.house, one, before=before, now=sides.now)
    if not wrong:
        close(sides.session, sides.house, sides.line, why="driver_changed", now=sides.now)
    return False


def _innocent(parcel: Shipment) -> list[str]:
    """What both know, or must be able to say: numbers of the order and the place, the code of the gate."""
    place, delivery = parcel.destination, parcel.delivery
    known: list[Any] = [parcel.order_number, parcel.tracking_number]
    known += [place.get(name) for name in ("line1", "line2", "postal_code")]
    instructions = str(delivery.get("instructions") or "")
    if not leaks.find(instructions):  # a number in there is not for the other side either
        known.append(instructions)
    return [str(one) for one in known if one]


def _parts(words: str) -> list[str]:
    """The text in pieces that a phone takes, cut between words where there are any."""
    parts = []
    while len(words) > LONGEST:
        cut = words.rfind(" ", LONGEST // 2, LONGEST)
        cut = cut if cut > 0 else LONGEST
        parts.append(words[:cut].rstrip())
        words = words[cut:].lstrip()
    return [*parts, words] if words else parts
