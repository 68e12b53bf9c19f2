"""What every action of the desk has at hand."""

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sqlalchemy.orm import Session

from channels.messages import Category
from flows.house import House
from flows.telling import Telling
from flows.workflow import Workflow
from tracking_core.models import Shipment
from tracking_core.states import ShipmentState

#: An agent's own words in a form hold at most so many characters.
NOTE_MAX = 500


class CannotDo(ValueError):
    """It cannot be done; the message says why, in words for the agent."""


@dataclass
class Deed:
    """One action of an agent on a parcel, inside one transaction."""

    session: Session
    house: House
    #: Locked, when something is done.
    shipment: Shipment
    #: E-mail.
    agent: str
    #: Unique for the deed: the keys of its texts and requests begin with it.
    key: str
    now: datetime
    #: For the audit log: what changed, without words of anybody's.
    facts: dict[str, Any] = field(default_factory=dict)

    @property
    def state(self) -> ShipmentState:
        """Where the parcel is."""
        return ShipmentState(self.shipment.state)

    @property
    def workflow(self) -> Workflow:
        """The rules of the parcel's retailer."""
        return self.house.workflows.of(self.session, self.shipment.retailer)

    def telling(self) -> Telling:
        """The occasion to tell the shopper."""
        return Telling(self.session, self.house, self.workflow, self.shipment.retailer, self.now)

    def tell(self, template: str, *, mail: bool = False, **values: object) -> bool:
        """Tell the shopper by text; mail: also, or else, by mail, where there is a mail of that name.

        False: there is no way to tell them.
        """
        telling, known = self.telling(), {"order": self.shipment.order_number, **values}
        ways = [way for way in telling.hold_talks(self.shipment) if way == "sms" or mail]
        for way in ways:
            telling.tell(way, self.shipment, template, known, category=Category.REPLY, key=self.key, awake=True)
        return bool(ways)


def words_of(said: object, *, least: int = 0, most: int = NOTE_MAX, what: str = "note") -> str:
    """An agent's words, tidied. Raises CannotDo when there are too few or too many."""
    words = " ".join(str(said or "").split())
    if len(words) < least:
        raise CannotDo(f"Write the {what} first.")
    if len(words) > most:
        raise CannotDo(f"The {what} is too long: {most} characters at most.")
    return words
