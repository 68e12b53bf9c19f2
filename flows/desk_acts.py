"""A form of the console acts once: a second click, a reload, a repeated request find what the first one did."""

import hashlib
from collections.abc import Iterable
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from db import insert_once
from flows.desk_act_models import DeskAct


def key_of(agent: str, token: str, act: str, subject: str, said: Iterable[tuple[str, str]]) -> str:
    """The key of a form. token: drawn with its page; said: its fields, so that other words are another act."""
    parts = [agent, token, act, subject, *(f"{name}\0{value}" for name, value in sorted(said))]
    return hashlib.sha256("\0\0".join(parts).encode("utf-8", "surrogatepass")).hexdigest()


def begin(
    session: Session,
    retailer: str,
    key: str,
    act: str,
    *,
    agent: str,
    case_id: int | None = None,
    shipment_id: int | None = None,
    now: datetime,
) -> DeskAct | None:
    """Take the act: its new row, whose `became` the caller writes. None: it has been done already (see `became_of`).

    Two at once: the second waits for the first. What raises afterwards undoes the row with everything else, so that a
    form that could not be carried out may be sent again.
    """
    row = DeskAct(
        retailer=retailer, key=key, agent=agent, act=act, case_id=case_id, shipment_id=shipment_id, became="", at=now
    )
    return row if insert_once(session, row) else None


def became_of(session: Session, retailer: str, key: str) -> str:
    """What became of the act with that key; empty when there is none, or nothing is to be said."""
    query = select(DeskAct.became).where(DeskAct.retailer == retailer, DeskAct.key == key)
    return session.scalar(query) or ""
