"""What a caller hears: whose number this is, and that it answers texts."""

from collections.abc import Sequence

from sqlalchemy import select
from sqlalchemy.orm import Session

from channels.models import Conversation, OurAddress
from flows.accounts import DEFAULT
from flows.house import House
from flows.models import Dialogue
from web.wording import words

#: The lines of the words' files that are read aloud, in order.
LINES = ("voice.brand", "voice.texts", "voice.hint")


def greeting(session: Session, house: House, *, called: str, caller: str) -> tuple[Sequence[str], str]:
    """Answer the sentences and their language: the caller's when we know it, else the retailer's first."""
    retailer = session.scalar(select(OurAddress.retailer).where(OurAddress.address == called)) or DEFAULT
    workflow = house.workflows.of(session, retailer)
    known = session.scalar(
        select(Dialogue.language)
        .join(Conversation, Conversation.id == Dialogue.conversation_id)
        .where(Conversation.retailer == retailer, Conversation.theirs == caller)
        .order_by(Dialogue.updated_at.desc())
        .limit(1)
    )
    said = words(known or workflow.language)
    return [said(line, brand=workflow.brand) for line in LINES], said.language
