"""What a text means, whoever worked it out. Pure."""

from collections.abc import Iterable, Mapping
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
#: Below this confidence (of the same scale as CLEAR) a guess is not even worth a question.
WORTH_ASKING: Final = 0.1
#: As many other guesses are kept at most.
MOST_ALTERNATIVES: Final = 3
#: The intent of what is none of our business.
NOTHING: Final = "out_of_scope"

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
    #: What else it may mean, best first: (intent, confidence) of three other intents at most, each no less than
    #: WORTH_ASKING; never `intent` itself, never out_of_scope. () when nothing else is near.
    alternatives: tuple[tuple[str, float], ...] = ()

    @property
    def is_clear(self) -> bool:
        """True when the intent may be acted upon."""
        return self.confidence >= CLEAR

    @property
    def guesses(self) -> tuple[str, ...]:
        """What to ask about when it is unclear ("Did you mean ...?"): intents, best first, never out_of_scope."""
        own = ((self.intent, self.confidence),)
        ranked = sorted((*own, *self.alternatives), key=lambda guess: -guess[1])
        return tuple(intent for intent, confidence in ranked if intent != NOTHING and confidence >= WORTH_ASKING)


def others(intent: str, ranking: Iterable[tuple[str, float]]) -> tuple[tuple[str, float], ...]:
    """`Understanding.alternatives` for `intent` out of all (intent, confidence) in any order."""
    best: dict[str, float] = {}
    for name, confidence in ranking:
        if name not in (intent, NOTHING) and confidence >= WORTH_ASKING:
            best[name] = max(confidence, best.get(name, 0.0))
    return tuple(sorted(best.items(), key=lambda guess: -guess[1])[:MOST_ALTERNATIVES])


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
    intent = _FROM_DRIVER.get(understood.intent, understood.intent)
    return replace(understood, intent=intent, alternatives=_read_as(intent, understood, _FROM_DRIVER))


def from_customer(understood: Understanding) -> Understanding:
    """The same text read as a customer's; what only a driver can mean becomes an unclear `out_of_scope`."""
    intent = _FROM_CUSTOMER.get(understood.intent, understood.intent)
    confidence = understood.confidence
    if intent in DRIVER_INTENTS:
        intent, confidence = NOTHING, min(confidence, CLEAR / 2)
    said = _read_as(intent, understood, _FROM_CUSTOMER)
    theirs = tuple(guess for guess in said if guess[0] not in DRIVER_INTENTS)
    return replace(understood, intent=intent, confidence=confidence, alternatives=theirs)


def _read_as(intent: str, understood: Understanding, names: Mapping[str, str]) -> tuple[tuple[str, float], ...]:
    return others(intent, ((names.get(name, name), confidence) for name, confidence in understood.alternatives))
