"""What the people on a line are told, each in their own language, and from the number they know."""

import hashlib
import re
from collections.abc import Collection, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from functools import cached_property
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from bot import leaks
from channels import consent, outbox
from channels.messages import Category, OutboundMessage
from channels.models import Contact, Conversation
from channels.segments import count, to_gsm
from flows import languages
from flows.accounts import main_sender
from flows.house import House
from flows.line_choice import CUSTOMER, DRIVER
from flows.line_models import Line, LineParcel, LineText
from flows.models import Dialogue
from flows.texts import MAX_SEGMENTS
from flows.workflow import Workflow
from tracking_core.models import Driver, Shipment

OTHER = {CUSTOMER: DRIVER, DRIVER: CUSTOMER}
#: Order numbers that are named; of more, how many.
NAMED = 2


@dataclass
class Sides:
    """A line with everybody and everything on it, inside one transaction."""

    session: Session
    house: House
    line: Line
    driver: Driver
    #: Those still on the line, the newest first.
    parcels: list[Shipment]
    now: datetime
    _languages: dict[str, str] = field(default_factory=dict)

    @classmethod
    def of(cls, session: Session, house: House, line: Line, *, now: datetime) -> "Sides":
        """Gather the line's people and parcels."""
        query = (
            select(Shipment)
            .join(LineParcel, LineParcel.shipment_id == Shipment.id)
            .where(LineParcel.line_id == line.id, LineParcel.left_at.is_(None))
            .order_by(LineParcel.id.desc())
            .execution_options(populate_existing=True)
        )
        return cls(session, house, line, session.get_one(Driver, line.driver_id), list(session.scalars(query)), now)

    @cached_property
    def workflow(self) -> Workflow:
        """The rules and words of the line's retailer; asked for once."""
        return self.house.workflows.of(self.session, self.line.retailer)

    @property
    def shipment_id(self) -> int | None:
        """The parcel a text on the line is filed under: the one that joined last."""
        return self.parcels[0].id if self.parcels else None

    def phone(self, role: str) -> str:
        """Who holds that end."""
        return self.line.customer_phone if role == CUSTOMER else self.driver.phone

    def orders(self) -> str:
        """The orders as they are named in a text: `A1001`, `A1001, A1002`, `A1001 +3`."""
        numbers = list(dict.fromkeys(one.order_number for one in self.parcels)) or self._former_orders()
        return ", ".join(numbers) if len(numbers) <= NAMED else f"{numbers[0]} +{len(numbers) - 1}"

    def name(self, role: str) -> str:
        """The first name of whoever holds that end; empty when unknown, or when it is not just a name."""
        said = self.driver.name if role == DRIVER else next((one.customer_name for one in self.parcels), None)
        first = (said or "").split()[:1]
        return first[0] if first and not leaks.find(said or "") else ""

    def language(self, role: str) -> str:
        """The language that end reads."""
        if role not in self._languages:
            if role == CUSTOMER and self.parcels:
                found = languages.of_shipment(self.session, self.parcels[0], self.workflow)
            else:
                found = language_of(self.session, self.phone(role), self.workflow)
            self._languages[role] = found
        return self._languages[role]

    def opted_out(self) -> str | None:
        """The end that wants no texts of this retailer any more, if one does."""
        phones = {self.phone(role): role for role in OTHER}
        query = select(Contact.address).where(
            Contact.retailer == self.line.retailer, Contact.address.in_(phones), Contact.opted_out_at.is_not(None)
        )
        return phones.get(self.session.scalar(query.limit(1)) or "")

    def words(self, role: str, template: str, /, **values: Any) -> str:
        """A text to that end."""
        language = self.language(role)
        given = {"orders": self.orders(), **values}
        return self.house.texts.fitting(template, language, self.workflow, given)

    def phrase(self, role: str, name: str, /, **values: Any) -> str:
        """A part of a sentence to that end, in plain letters."""
        return to_gsm(self.house.texts.phrase(name, self.language(role), self.workflow, **values), drop_accents=True)

    def kinds(self, role: str, found: Collection[str]) -> str:
        """What the filter found, named to that end: `a phone number, a link`."""
        return ", ".join(self.phrase(role, "leak_kind", kind=kind) for kind in dict.fromkeys(found))

    def tell(self, role: str, template: str, /, *, key: str, **values: Any) -> bool:
        """Owe that end words of ours, from the line's number. False: they are owed already."""
        words = self.words(role, template, **values)
        if consent.first_text(self.session, self.line.retailer, self.phone(role), now=self.now):
            hint = self.phrase(role, "opt_out_hint")
            words = words if count(f"{words} {hint}").segments > MAX_SEGMENTS else f"{words} {hint}"
        return self.send(role, words, key=key, fate="notice")

    def send(
        self,
        role: str,
        words: str,
        *,
        key: str,
        fate: str,
        media: Sequence[str] = (),
        hidden: Sequence[str] = (),
        watched: bool = False,
    ) -> bool:
        """Owe that end a text from the line's number, and write it into the line's thread."""
        sender = self.line.proxy or main_sender(self.session, self.line.retailer)
        if sender is None:
            return False
        message = OutboundMessage(
            channel="sms",
            sender=sender,
            recipient=self.phone(role),
            text=words,
            media=tuple(media),
            category=Category.RELAY,
            retailer=self.line.retailer,
            shipment_id=self.shipment_id,
        )
        if not outbox.enqueue(self.session, message, key=key, now=self.now):
            return False
        self.note("out", role, fate=fate, outbox_key=key, hidden=hidden, watched=watched)
        return True

    def note(
        self,
        direction: str,
        role: str,
        *,
        fate: str,
        inbox_id: int | None = None,
        outbox_key: str | None = None,
        words: str | None = None,
        hidden: Sequence[str] = (),
        watched: bool = False,
    ) -> LineText:
        """Write a text into the line's thread."""
        row = LineText(
            line_id=self.line.id,
            direction=direction,
            role=role,
            inbox_id=inbox_id,
            outbox_key=outbox_key,
            words_hash=digest(words) if words is not None else None,
            fate=fate,
            hidden=list(hidden),
            watched=watched,
            at=self.now,
        )
        self.session.add(row)
        self.session.flush()
        return row

    def _former_orders(self) -> list[str]:
        query = (
            select(Shipment.order_number)
            .join(LineParcel, LineParcel.shipment_id == Shipment.id)
            .where(LineParcel.line_id == self.line.id)
            .order_by(LineParcel.id)
        )
        return list(dict.fromkeys(self.session.scalars(query)))


def language_of(session: Session, phone: str, workflow: Workflow) -> str:
    """The language a person last wrote to us in, if it is one of the workflow's; else the workflow's first."""
    query = (
        select(Dialogue.language)
        .join(Conversation, Conversation.id == Dialogue.conversation_id)
        .where(Conversation.theirs == phone, Dialogue.language.in_(workflow.languages))
        .order_by(Dialogue.language_asked.desc(), Dialogue.updated_at.desc())
        .limit(1)
    )
    return session.scalar(query) or workflow.language


def digest(words: str) -> str:
    """What two texts of a machine have in common: their words without figures, case and spaces, as a hash."""
    plain = re.sub(r"[\W\d_]+", "", words.casefold()) or words.strip()
    return hashlib.sha256(plain.encode("utf-8", "replace")).hexdigest()[:32]
