"""Calls in the thread: a row of the inbox each, so that whoever reads what was said sees that somebody called."""

from datetime import datetime

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from channels import rows
from channels.messages import InboxState
from channels.models import InboxRow
from db import insert_once

VOICE = "voice"


def log(
    session: Session, *, sid: str, retailer: str, caller: str, called: str, shipment_id: int | None, now: datetime
) -> int:
    """Write a call into its caller's conversation, once, and answer its row's id. There is nothing to handle in it.

    caller: E.164. called: our number. The number that was rung stands nowhere in it.
    """
    query = select(InboxRow.id).where(InboxRow.channel == VOICE, InboxRow.provider_id == sid)
    known = session.scalar(query)
    if known is not None:
        return known
    conversation_id, seq = rows.place(session, retailer=retailer, ours=called, theirs=caller)
    row = InboxRow(
        retailer=retailer,
        conversation_id=conversation_id,
        seq=seq,
        channel=VOICE,
        provider_id=sid,
        sender=caller,
        recipient=called,
        text="",
        media=[],
        received_at=now,
        state=InboxState.HANDLED.value,
        handled_by="call",
        handled_at=now,
        shipment_id=shipment_id,
    )
    if insert_once(session, row):
        return row.id
    return session.scalars(query).one()


def settle(session: Session, *, sid: str, outcome: str) -> None:
    """Write beside the call what became of it: `call:connected`, `call:no_answer` and so on."""
    change = update(InboxRow).where(InboxRow.channel == VOICE, InboxRow.provider_id == sid)
    session.execute(change.values(handled_by=f"call:{outcome}"))
