"""What is said on the telephone: each person in their own language, a stranger in every language there is."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from channels.models import OurAddress
from flows.accounts import DEFAULT
from flows.house import House
from flows.line_words import Sides, language_of
from flows.workflow import Workflow

#: (words, language) of what is read aloud, one after the other.
Said = Sequence[tuple[str, str]]


@dataclass(frozen=True)
class Speech:
    """Speaks to one person."""

    house: House
    workflow: Workflow
    #: The languages in which they are spoken to, one after the other.
    languages: tuple[str, ...]
    sides: Sides | None = None

    @classmethod
    def to(cls, sides: Sides, role: str) -> "Speech":
        """To one end of a line."""
        return cls(sides.house, sides.workflow, (sides.language(role),), sides)

    @classmethod
    def of(cls, session: Session, house: House, retailer: str, phone: str) -> "Speech":
        """To somebody whose number we see."""
        workflow = house.workflows.of(session, retailer)
        return cls(house, workflow, (language_of(session, phone, workflow),))

    @classmethod
    def at(cls, session: Session, house: House, ours: str, phone: str | None) -> "Speech":
        """To whoever calls that number; phone: None where it is hidden, then in every language of the retailer."""
        retailer = session.scalar(select(OurAddress.retailer).where(OurAddress.address == ours)) or DEFAULT
        if phone is not None:
            return cls.of(session, house, retailer, phone)
        workflow = house.workflows.of(session, retailer)
        return cls(house, workflow, tuple(dict.fromkeys(workflow.languages)))

    def closed(self, other: str) -> Said:
        """The line to the other end is closed; the assistant is there by text."""
        return self._say("call_closed", other=other)

    def not_reached(self, other: str) -> Said:
        """The other end did not take the call, and both have a text."""
        return self._say("call_not_reached", other=other)

    def whisper(self, caller: str) -> Said:
        """Who calls, about what, and which key takes the call. caller: their end."""
        assert self.sides is not None
        return self._say("call_whisper", caller=caller, name=self.sides.name(caller), orders=aloud(self.sides.orders()))

    def pin(self, name: str) -> Said:
        """About the PIN."""
        return self._say(name)

    def driver_how(self) -> Said:
        """How a driver comes to speak with a customer."""
        return self._say("call_driver_how")

    def _say(self, phrase: str, /, **values: Any) -> Said:
        return [
            (self.house.texts.phrase(phrase, language, self.workflow, **values), language)
            for language in self.languages
        ]


def aloud(orders: str) -> str:
    """Order numbers sign by sign, so that A1001 is not read as a thousand and one."""
    return ", ".join(" ".join(one.replace("-", " ").replace(" ", "")) for one in orders.split(", "))
