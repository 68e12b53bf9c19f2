"""In which language a person is spoken to."""

# ruff: noqa: SIM905  a table of words reads better without quotes

import re
from collections.abc import Sequence

from sqlalchemy import select
from sqlalchemy.orm import Session

from bot.language import detect
from channels.consent_words import plain
from channels.models import Conversation, OurAddress
from flows.models import Dialogue
from flows.workflow import Workflow
from tracking_core.models import Shipment

#: Sure enough to answer in a language as long as none is remembered: one telling word.
HEARD = 0.5
#: Sure enough to remember it, and to give up another for it: two telling words, none against them.
SURE = 0.75
#: What languages are called, in any of them, without accents.
_NAMES = {
    "en": "english inglish ingles anglais englisch inglese",
    "es": "spanish espanol espanish spansh castellano espagnol spanisch spagnolo espanhol",
    "fr": "french frances francais franzosisch francese",
    "de": "german aleman allemand deutsch tedesco alemao",
    "pt": "portuguese portugues portugais portugiesisch portoghese",
    "it": "italian italiano italien italienisch",
}
#: "en español por favor", "can we do this in Spanish?": a text that asks for a language says little else.
_ASKING = frozenset(
    """in en speak speaking habla hablan hablas hable hablo hablar se do does you can could we would puede pueden puedes
    podria podrian text write reply answer talk chat escribe escriba escribir responde responda responder me to a i yo
    only solo please por favor pls plz porfa prefer prefiero want quiero quisiera switch change to into cambia cambie
    cambiar al hola hi hello hey is it this that conversation todo everything anyone someone alguien que the language
    idioma lengua version mejor better instead ok okay yes si thanks gracias le be your messages mensajes texts use
    usar usa auf bitte sprechen sie francais oui parlez vous podem falar lei parla per favore my continue lets
    know understand entiendo comprendo es mi es era i am im not no dont don t""".split()
)
_NOT = frozenset("no not dont don cant never nunca sin".split())


def asked_for(text: str, allowed: Sequence[str]) -> str | None:
    """Answer the language the text asks for, if it does nothing else and the language is one of `allowed`.

    "I don't speak English" asks for the other one where there are two, else for the one it is written in.
    """
    words = plain(text).split()
    named = {code for code, names in _NAMES.items() if set(words) & set(names.split())}
    if len(named) != 1 or not set(words) <= _ASKING | set(_NAMES[min(named)].split()):
        return None
    if set(words) & _NOT:
        others = [code for code in allowed if code not in named]
        written, confidence = detect(text, others, others[0]) if others else ("", 0.0)
        return written if confidence >= HEARD else None
    return min(named) if min(named) in allowed else None


def notice(dialogue: Dialogue, text: str, workflow: Workflow, default: str) -> str:
    """Answer the language to speak in after this text, and remember it when the text is surely in one.

    One word ("gracias", "hello") is answered in its language only while nothing is remembered, and is not remembered
    itself: people sprinkle them. Numbers, names and "ok" change nothing.
    """
    remembered = dialogue.language if dialogue.language in workflow.languages else None
    if dialogue.language_asked and remembered is not None:
        return remembered
    found, confidence = detect(text, workflow.languages, remembered or default)
    if confidence >= SURE:
        dialogue.language = found
        return found
    return found if remembered is None and confidence >= HEARD else remembered or default


def of_locale(locale: str | None, workflow: Workflow) -> str | None:
    """Answer the workflow's language a locale such as `es-MX` means, None when it has none."""
    spoken = re.split(r"[-_]", locale or "")[0].lower()
    return spoken if spoken in workflow.languages else None


def of_shipment(session: Session, shipment: Shipment, workflow: Workflow) -> str:
    """The language the parcel's owner reads: asked for by text, else the order's, else what they last wrote in."""
    written = None
    if shipment.customer_phone:
        query = (
            select(Dialogue)
            .join(Conversation, Conversation.id == Dialogue.conversation_id)
            .where(
                Conversation.ours.in_(select(OurAddress.address).where(OurAddress.retailer == shipment.retailer)),
                Conversation.theirs == shipment.customer_phone,
            )
            .order_by(Dialogue.updated_at.desc())
            .limit(1)
        )
        written = session.scalar(query)
    if written is not None and written.language_asked and written.language in workflow.languages:
        return str(written.language)
    by_order = of_locale(shipment.locale, workflow)
    if by_order is not None:
        return by_order
    return written.language if written and written.language in workflow.languages else workflow.language
