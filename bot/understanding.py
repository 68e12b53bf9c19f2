"""What a text means, whoever worked it out. Pure."""

from dataclasses import dataclass, replace
from typing import Final, Literal, Protocol

CUSTOMER_INTENTS: Final = (
    "where_is_my_order",
    "reschedule",
    "delivery_instructions",
    "change_address",
    "contact_driver",
    "not_received",
    "damaged",
    "wrong_or_missing_item",
    "cancel_order",
    "return_or_refund",
    "proof_of_delivery",
    "complaint",
    "talk_to_person",
    "affirm",
    "deny",
    "greet",
    "thanks",
    "goodbye",
    "are_you_a_bot",
    "help",
    "out_of_scope",
)

DRIVER_INTENTS: Final = (
    "driver_on_my_way",
    "driver_arrived",
    "driver_delivered",
    "driver_running_late",
    "driver_cannot_find_address",
    "driver_nobody_home",
    "driver_cannot_access",
    "driver_refused",
    "driver_damaged",
    "driver_next_stop",
)

INTENTS: Final = CUSTOMER_INTENTS + DRIVER_INTENTS

#: Below this confidence a text is unclear: ask, do not act.
CLEAR: Final = 0.5

Source = Literal["keywords", "rasa"]


@dataclass(frozen=True, slots=True)
class Entity:
    """A value found in a text, with where it stood: `text[start:end]` is what was written."""

    #: "order_number" or "tracking_number"
    kind: str
    #: As we would store it: upper case, no "#" and no spaces.
    value: str
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Understanding:
    """What a text means."""

    #: One of CUSTOMER_INTENTS or DRIVER_INTENTS
    intent: str
    #: 0..1; below CLEAR means unclear
    confidence: float
    entities: tuple[Entity, ...]
    #: Two letters, such as "en"
    language: str
    source: Source

    @property
    def is_clear(self) -> bool:
        """True when the intent may be acted upon."""
        return self.confidence >= CLEAR


class Nlu(Protocol):
    """Anything that understands texts."""

    def understand(self, text: str, *, language: str | None = None) -> Understanding:
        """The meaning of any string whatever; never raises. `language` is what the caller knows, None: detect it."""
        ...


#: Words that both say: what the intent becomes when we know that a driver, or a customer, wrote it.
_FROM_DRIVER: Final = {"damaged": "driver_damaged"}
_FROM_CUSTOMER: Final = {"driver_damaged": "damaged"}


def from_driver(understood: Understanding) -> Understanding:
    """The same text read as a driver's: "the box is crushed" is `driver_damaged`."""
    return replace(understood, intent=_FROM_DRIVER.get(understood.intent, understood.intent))


def from_customer(understood: Understanding) -> Understanding:
    """The same text read as a customer's; what only a driver can mean becomes an unclear `out_of_scope`."""
    intent = _FROM_CUSTOMER.get(understood.intent, understood.intent)
    if intent in DRIVER_INTENTS:
        return replace(understood, intent="out_of_scope", confidence=min(understood.confidence, CLEAR / 2))
    return replace(understood, intent=intent)
