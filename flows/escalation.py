"""What the bot cannot settle reaches a person: one case, with everything attached, and a word on when they answer."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy.orm import Session

from bot.understanding import Entity
from channels.inbox import ClaimedText
from flows import evidence, outbound_facts
from flows.case_thread import handed_back, join, live_case
from flows.desk import Wish
from flows.house import House
from flows.kit import Kit
from flows.models import Case
from flows.person_words import person_by, say_when
from flows.relay import whose
from flows.text_names import CASE_INTENTS
from flows.where_is_my_order import meant
from tracking_core.models import Shipment

__all__ = [
    "add_to_open_case",
    "dead_message",
    "for_intent",
    "not_understood",
    "person_by",
    "say_when",
    "talk_to_person",
    "with_collected",
]


def talk_to_person(kit: Kit, numbers: Sequence[Entity] = ()) -> None:
    """Hand the conversation to a person, and say by when one answers. Who had it has it again."""
    if not _take_back(kit):
        _escalate(kit, "talk_to_person", "escalated", numbers)


def for_intent(kit: Kit, intent: str, numbers: Sequence[Entity]) -> None:
    """Hand a request to a person: the intent is the case's reason, and has words of its own."""
    _escalate(kit, intent, f"case_{intent}", numbers)


def not_understood(kit: Kit) -> None:
    """Hand over what we failed to understand twice."""
    kit.forget_question()
    if not _take_back(kit):
        _escalate(kit, "out_of_scope", "escalated", ())


def add_to_open_case(kit: Kit) -> bool:
    """Add a text that means nothing by itself to what the person has asked for already. False: there is nothing."""
    case = live_case(kit, taken=False)
    if case is None:
        return False
    say_when(kit, join(kit, case), "case_joined", None)
    return True


def dead_message(session: Session, house: House, claimed: ClaimedText, *, now: datetime) -> Case:
    """Open a case for a text that failed five times, so that a person reads what we could not."""
    claimed = whose(session, claimed)
    outbound_facts.message_received(session, claimed, by="dead", shipment_id=None, now=now)
    wish = Wish(
        retailer=claimed.retailer,
        reason="dead_message",
        text=claimed.text,
        phone=claimed.sender if claimed.sender.startswith("+") else None,
        conversation_id=claimed.conversation_id,
        evidence={"inbox": [claimed.id]},
    )
    return house.desk.hand_over(session, house, wish, now=now)


def with_collected(kit: Kit, reason: str, parcel: Shipment | None, collected: str, *, inbox: Sequence[int]) -> Case:
    """Hand over a story that words could not settle, with what was collected and every text that belongs to it."""
    said = "\n".join(line for line in (collected, kit.text.text) if line)
    case = _open(kit, reason, parcel, said, inbox=[*dict.fromkeys((*inbox, kit.text.id))])
    template = f"case_{reason}" if reason in CASE_INTENTS else "escalated"
    say_when(kit, case, template if case.created_at == kit.now else "case_joined", parcel)
    return case


def _take_back(kit: Kit) -> bool:
    """Give the thread back to the agent who keeps the person's case. False: nobody does."""
    case = handed_back(kit)
    if case is None:
        return False
    join(kit, case)
    case.with_bot = False
    kit.shipment_id = case.shipment_id
    parcel = kit.session.get(Shipment, case.shipment_id) if case.shipment_id is not None else None
    say_when(kit, case, "case_joined", parcel)
    return True


def _escalate(kit: Kit, reason: str, template: str, numbers: Sequence[Entity]) -> None:
    parcels = meant(kit, numbers)
    parcel = parcels[0] if len(parcels) == 1 else None
    case = _open(kit, reason, parcel, kit.text.text, inbox=[kit.text.id])
    say_when(kit, case, template if case.created_at == kit.now else "case_joined", parcel)


def _open(kit: Kit, reason: str, parcel: Shipment | None, said: str, *, inbox: list[int]) -> Case:
    wish = Wish(
        retailer=kit.retailer,
        reason=reason,
        text=said,
        phone=kit.text.sender,
        conversation_id=kit.conversation.id,
        language=kit.language,
        shipment_id=parcel.id if parcel else None,
        evidence=evidence.pack(kit.session, parcel, inbox=inbox),
    )
    case = kit.house.desk.hand_over(kit.session, kit.house, wish, now=kit.now)
    kit.shipment_id = case.shipment_id
    return case
