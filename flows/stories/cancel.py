"""Cancelling an order: asked to confirm, then the store is told at once; what is under way needs a person."""

from typing import Final

from bot.answers import choice, yes_or_no
from bot.normal import normal
from bot.phrases import Phrases, made_of
from bot.understanding import Understanding
from flows import outbound_events
from flows.case_states import Priority
from flows.cases import CUSTOMER, open_case
from flows.kit import Kit
from flows.stories.describing import tells
from flows.stories.machine import OVER, PERSON, Next, Plot, Step, Talk
from tracking_core.models import Shipment
from tracking_core.states import ShipmentState

CONFIRM, ON_ITS_WAY, WHY = "confirm", "on_its_way", "why"
#: The store still has it in its hands.
BEFORE_DISPATCH: Final = frozenset({ShipmentState.CREATED, ShipmentState.PROCESSED})
#: The reasons as the text numbers them; the last one is "another".
REASONS: Final = ("takes_too_long", "by_mistake", "found_elsewhere", "other")


_KEEPS: Final = Phrases(
    "keep it|keep that|keep the order|keep my order|i will keep it|i want to keep it|i still want it|do not|"
    "me lo quedo|lo quiero|aun lo quiero|todavia lo quiero|lo dejo|dejalo|que siga|siga igual|no lo anules|"
    "no lo canceles"
)
_AROUND: Final = Phrases(
    "no|ok|okay|wait|then|please|actually|oh|yes|well|on second thought|espera|mejor|entonces|bueno|si|ya"
)


def keeps(text: str) -> bool:
    """Whether the text says that the order shall stay: "ok keep it then"."""
    return "?" not in text and made_of(normal(text), _KEEPS, _AROUND)


def _hindrance(_kit: Kit, parcel: Shipment) -> str | None:
    state = ShipmentState(parcel.state)
    return state.value if state.is_final or state is ShipmentState.RETURNING else None


def _refuse(_why: str) -> tuple[str, tuple[str, ...]]:
    return "cancel_not", ()


def _begin(talk: Talk, _text: str) -> str:
    return CONFIRM if talk.the_parcel.state in BEFORE_DISPATCH else ON_ITS_WAY


def _ask_confirm(talk: Talk, again: bool) -> None:
    talk.say("cancel_confirm", order=talk.the_parcel.order_number, again=again)


def _pick_confirm(talk: Talk, text: str) -> Next:
    picked, said = choice(text, 2), yes_or_no(text)
    if picked == 2 or said is False or keeps(text):
        return _keep(talk)
    return _cancel(talk) if picked == 1 or (picked is None and said is True) else None


def _confirm_words(talk: Talk, _text: str, understood: Understanding) -> Next:
    if not understood.is_clear or understood.intent not in ("affirm", "deny"):
        return None
    return _cancel(talk) if understood.intent == "affirm" else _keep(talk)


def _cancel(talk: Talk) -> Next:
    """Tell the store and a person, at once: each minute may be the one in which it is sent."""
    parcel, kit = talk.the_parcel, talk.kit
    if parcel.state not in BEFORE_DISPATCH:
        return ON_ITS_WAY  # it left while they thought about it
    outbound_events.request(
        kit.session,
        parcel,
        "order.cancel_requested",
        {"requested_by": "customer"},
        key=f"order.cancel_requested:{parcel.id}",
        now=kit.now,
    )
    _to_a_person(talk, "Confirmed: wants to cancel before dispatch; the store has been asked to.")
    return WHY


def _keep(talk: Talk) -> Next:
    talk.say("cancel_kept", order=talk.the_parcel.order_number)
    return OVER


def _ask_on_its_way(talk: Talk, again: bool) -> None:
    talk.say("cancel_on_its_way", order=talk.the_parcel.order_number, again=again)


def _pick_on_its_way(talk: Talk, text: str) -> Next:
    picked, said = choice(text, 2), yes_or_no(text)
    if picked == 2 or said is False or keeps(text):
        return _keep(talk)
    return PERSON if picked == 1 or (picked is None and said is True) else None


def _on_its_way_words(talk: Talk, _text: str, understood: Understanding) -> Next:
    if not understood.is_clear or understood.intent not in ("affirm", "deny"):
        return None
    return PERSON if understood.intent == "affirm" else _keep(talk)


def _ask_why(talk: Talk, again: bool) -> None:
    talk.say("cancel_why", order=talk.the_parcel.order_number, again=again)


def _pick_why(talk: Talk, text: str) -> Next:
    picked = choice(text, len(REASONS))
    if picked is None:
        return None
    return _thank(talk, REASONS[picked - 1])


def _why_words(talk: Talk, text: str, _understood: Understanding) -> Next:
    return _thank(talk, " ".join(text.split()))


def _thank(talk: Talk, why: str) -> Next:
    talk.note(why=why)
    _to_a_person(talk, f"Why: {why}")
    talk.say("cancel_thanks")
    return OVER


def _to_a_person(talk: Talk, words: str) -> None:
    kit = talk.kit
    open_case(
        kit.session,
        kit.house,
        retailer=kit.retailer,
        reason="cancel_order",
        priority=Priority.HIGH.value,
        shipment_id=talk.the_parcel.id,
        conversation_id=kit.conversation.id,
        phone=kit.text.sender,
        language=kit.language,
        text=words,
        evidence={"inbox": [kit.text.id]},
        by=CUSTOMER,
        now=kit.now,
    )


def _collected(talk: Talk) -> str:
    return f"Wants to cancel; the parcel is {talk.the_parcel.state} already"


PLOT: Final = Plot(
    name="cancel_order",
    hindrance=_hindrance,
    refuse=_refuse,
    begin=_begin,
    begins_with=frozenset({CONFIRM, ON_ITS_WAY}),
    steps={
        CONFIRM: Step(_ask_confirm, _pick_confirm, _confirm_words, frozenset({WHY, ON_ITS_WAY})),
        ON_ITS_WAY: Step(_ask_on_its_way, _pick_on_its_way, _on_its_way_words, frozenset()),
        WHY: Step(_ask_why, _pick_why, _why_words, frozenset(), tells),
    },
    collected=_collected,
)
