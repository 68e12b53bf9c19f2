"""In which language a person is spoken to."""

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

#: Sure enough to change the language of a conversation.
SURE = 0.5
#: What languages are called, in any of them, without accents.
_NAMES = {
    "en": r"english|ingles|anglais|englisch",
    "es": r"spanish|espanol|castellano|espagnol|spanisch",
}
#: "en español por favor", "spanish please", "do you speak Spanish?": a text that asks for a language and little else.
_ASKING = (
    r"(?:in|en|speak|habla|hablan|hablas|hable|se habla|do you|can you|can we|could you|puede|pueden|puedes|text|write|"
    r"escribe|escriba|me|to|a|i|yo|only|solo|please|por favor|pls|prefer|prefiero|want|quiero|switch to|change to|"
    r"cambia a|hola|hi|hello)"
)


def asked_for(text: str, allowed: Sequence[str]) -> str | None:
    """Answer the language the text asks for, if it does nothing else and the language is one of `allowed`."""
    words = plain(text)
    for language in allowed:
        name = _NAMES.get(language)
        if name and re.fullmatch(rf"(?:{_ASKING} )*(?:{name})(?: {_ASKING})*", words):
            return language
    return None


def notice(dialogue: Dialogue, text: str, workflow: Workflow, default: str) -> str:
    """Answer the language to speak in after this text, and remember it when the text is clearly in one."""
    if dialogue.language_asked and dialogue.language in workflow.languages:
        return dialogue.language
    known = dialogue.language if dialogue.language in workflow.languages else default
    found, confidence = detect(text, workflow.languages, known)
    if confidence >= SURE:
        dialogue.language = found
        return found
    return known


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
