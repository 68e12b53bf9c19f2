"""A text about what was settled lately takes the case up again; a thank-you does not."""

import re
from datetime import datetime
from typing import Final

from sqlalchemy import exists, or_, select
from sqlalchemy.orm import aliased

from bot.folding import fold
from bot.understanding import Understanding, from_customer
from flows import languages, where_is_my_order
from flows.case_thread import live_case
from flows.kit import Kit
from flows.models import Case
from flows.person_words import say_when
from flows.stories import running
from tracking_core.models import Shipment

#: Words that end a talk, or begin one, and say nothing about the case.
SMALL: Final = frozenset({"thanks", "goodbye", "greet", "affirm", "deny", "are_you_a_bot", "help"})
#: Wishes that the bot fulfils itself: with these the person is after something new, unless the case was about it.
ITSELF: Final = frozenset(
    {"reschedule", "delivery_instructions", "change_address", "contact_driver", "cancel_order", "proof_of_delivery"}
)
#: A question about a parcel, unless it says that nothing has changed.
STILL: Final = re.compile(r"\b(still|again|yet|never|todavia|aun|sigue|nunca|otra vez)\b")
STATUS: Final = "where_is_my_order"


def reopened(kit: Kit) -> bool:
    """Take the text if it goes on about a case that was resolved lately. False: it is about something else.

    An open question or story of ours goes first; small talk, another parcel, another language, and what the bot does
    by itself are no complaint about how the case ended.
    """
    if kit.question() is not None or running.is_open(kit):
        return False
    if languages.asked_for(kit.text.text, kit.workflow.languages) is not None:
        return False
    if live_case(kit, taken=False) is not None:
        return False  # what they have asked for since is what they speak of
    case = _settled_lately(kit, since=kit.now - kit.workflow.cases.reopen_within)
    if case is None or not any(_goes_on(kit, case, one) for one in _meant(kit)):
        return False
    case.conversation_id, case.language = kit.conversation.id, kit.language
    words = kit.text.text
    kit.house.desk.take_up_again(kit.session, kit.house, case, words, inbox=[kit.text.id], now=kit.now)
    kit.shipment_id = case.shipment_id
    kit.dialogue.misses = 0
    parcel = kit.session.get(Shipment, case.shipment_id) if case.shipment_id is not None else None
    say_when(kit, case, "case_reopened", parcel)
    return True


def _meant(kit: Kit) -> list[Understanding]:
    """What the text means, thought by thought: "thanks, but it is still broken" is more than thanks."""
    return [from_customer(one) for _, one in kit.thoughts] or [from_customer(kit.understood())]


def _goes_on(kit: Kit, case: Case, meant: Understanding) -> bool:
    if meant.is_clear and (meant.intent in SMALL or (meant.intent in ITSELF and meant.intent != case.reason)):
        return False
    asks = meant.is_clear and meant.intent == STATUS
    if asks and (case.shipment_id is None or not STILL.search(fold(kit.text.text))):
        return False  # a question the bot answers: resolving has handed the thread back to it
    if case.shipment_id is None:
        return True
    parcels = {one.id for one in where_is_my_order.meant(kit, meant.entities)}
    if asks:
        return parcels <= {case.shipment_id}
    return not parcels or case.shipment_id in parcels


def _settled_lately(kit: Kit, *, since: datetime) -> Case | None:
    """What was settled last with this person, and is not open anew."""
    twin = aliased(Case)
    query = select(Case).where(
        Case.retailer == kit.retailer,
        Case.state == "resolved",
        Case.resolved_at > since,
        or_(Case.conversation_id == kit.conversation.id, Case.phone == kit.text.sender),
        ~exists().where(
            twin.retailer == Case.retailer,
            twin.subject == Case.subject,
            twin.reason == Case.reason,
            twin.state != "resolved",
        ),
    )
    return kit.session.scalar(query.order_by(Case.resolved_at.desc(), Case.id.desc()).limit(1))
