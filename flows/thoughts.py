"""Several thoughts in one text: each is served in its turn, and the answers are put together again."""

import re
from collections.abc import Callable, Container, Sequence
from dataclasses import replace
from typing import Final

from sqlalchemy import update

from bot import splitting
from bot.answers import choice, yes_or_no
from bot.understanding import Understanding, from_customer
from channels import outbox
from channels.messages import OutboundMessage
from channels.segments import count
from flows.erasing_models import WordsToErase
from flows.house import House
from flows.kit import Kit
from flows.small_talk import PLAIN
from flows.stories import running
from flows.texts import MAX_SEGMENTS
from flows.where_is_my_order import own
from tracking_core.models import Promise

#: So many are served; who writes a whole letter is better served by a person reading it whole.
MOST: Final = 3
#: Nothing that has to be served: politeness around a request.
IDLE: Final = PLAIN | {"affirm", "deny", "out_of_scope"}
PERSON: Final = "talk_to_person"
#: What a person settles in the end: beside the wish for one it needs no questions of ours.
TO_A_PERSON: Final = frozenset(
    {"damaged", "wrong_or_missing_item", "complaint", "return_or_refund", "not_received", "cancel_order"}
)
#: A sentence that adds something.
_ALSO: Final = re.compile(
    r"(?<=[.!?;,])\s+(?:(?:oh|and|y|ah)[,\s]+)?(?:also|plus|by the way|btw|another thing|one more thing|"
    r"tambi[eé]n|adem[aá]s|por cierto|otra cosa)[,:\s]+(?=\S)",
    re.IGNORECASE,
)
_LIST: Final = re.compile(r"^\d+ ", re.MULTILINE)
#: More choices than any list of ours has.
_ANY_CHOICE: Final = 9

Thought = tuple[str, Understanding]


def understood(house: House, text: str, *, language: str | None) -> tuple[Thought, ...]:
    """The thoughts of a text with what each means; () for one thought, and for more than can be served.

    Ask with nothing open: it calls the NLU.
    """
    found = _split(text)
    if not 1 < len(found) <= MOST:
        return ()
    return tuple((one, house.nlu.understand(one, language=language)) for one in found)


def has_several(text: str) -> bool:
    """Whether the text may hold several thoughts: then no single answer is picked from it."""
    return 1 < len(_split(text)) <= MOST


def _split(text: str) -> tuple[str, ...]:
    """The thoughts; what begins a sentence with "also" is one more, whatever stands before it."""
    found = splitting.thoughts(text)
    return found if len(found) > 1 else tuple(one.strip() for one in _ALSO.split(text, maxsplit=1) if one.strip())


def serve(kit: Kit, one: Callable[[Kit], None]) -> bool:
    """Let `one` serve each thought, and say the answers in as few texts as they fit in. False: there is but one.

    Only what asks for something counts; with a story open, also what answers its question.
    """
    parts = [thought for thought in kit.thoughts if _asks(kit, thought)]
    meant = {from_customer(meaning).intent for _, meaning in parts}
    if len(parts) < 2 or (len(meant) < 2 and not running.is_open(kit)):
        return False  # one thought, in one sentence or in two
    if PERSON in meant:
        parts = _beside_a_person(kit, parts)
        if len(parts) == 1:  # the person reads the whole of it
            kit.understanding = parts[0][1]
            return False
    held: list[tuple[OutboundMessage, str]] = []
    asked: set[str] = set()
    part = kit
    for text, meaning in parts:
        part = replace(
            part, text=replace(kit.text, text=text), understanding=meaning, thoughts=(), held=held, answering=False
        )
        before = part.story_asked
        one(part)
        asked |= {held[-1][1]} if part.story_asked and not before and held else set()
    running.resume(part)
    kit.shipment_id = part.shipment_id
    for message, key in _together(kit, held, asked):
        outbox.enqueue(kit.session, message, key=key, now=kit.now)
    return True


def _beside_a_person(kit: Kit, parts: Sequence[Thought]) -> list[Thought]:
    """What is still served beside "I want a person": what went wrong they tell that person, a stranger everything."""
    stranger = not own(kit)
    meant = [(thought, from_customer(thought[1]).intent) for thought in parts]
    return [one for one, intent in meant if intent == PERSON or not (stranger or intent in TO_A_PERSON)]


def _asks(kit: Kit, thought: Thought) -> bool:
    text, meaning = thought
    read = from_customer(meaning)
    if read.is_clear and read.intent not in IDLE:
        return True
    part = replace(kit, text=replace(kit.text, text=text), understanding=meaning)
    if not running.is_open(kit) and kit.question() is None:
        return False
    return choice(text, _ANY_CHOICE) is not None or yes_or_no(text) is not None or running.claims(part)


def _together(
    kit: Kit, held: Sequence[tuple[OutboundMessage, str]], asked: Container[str]
) -> list[tuple[OutboundMessage, str]]:
    """The answers in their order, questions and then lists of choices last, joined where two fit into one text.

    asked: the keys of the answers that ask something.
    """
    said: list[tuple[OutboundMessage, str]] = []
    for message, key in sorted(held, key=lambda one: (_is_list(one[0]), one[1] in asked)):
        before = said[-1] if said else None
        joined = None if before is None else _joined(kit, before[0], message)
        if before is None or joined is None:
            said.append((message, key))
        else:
            said[-1] = (joined, before[1])
            _rename(kit, key, before[1])
    return said


def _is_list(message: OutboundMessage) -> bool:
    return _LIST.search(message.text) is not None


def _joined(kit: Kit, first: OutboundMessage, second: OutboundMessage) -> OutboundMessage | None:
    """Both in one, the brand said once; None when that costs more than one text may, or they are of two kinds."""
    if first.media or second.media or _is_list(first) or first.category is not second.category:
        return None
    rest = second.text.removeprefix(f"{kit.workflow.brand}: ")
    words = f"{first.text}\n{rest[:1].upper()}{rest[1:]}"
    return replace(first, text=words) if count(words).segments <= MAX_SEGMENTS else None


def _rename(kit: Kit, key: str, into: str) -> None:
    """What refers to a text that was joined to another one refers to that one."""
    session = kit.session
    session.execute(update(Promise).where(Promise.message_key == key).values(message_key=into))
    session.execute(update(WordsToErase).where(WordsToErase.box == "out", WordsToErase.ref == key).values(ref=into))
