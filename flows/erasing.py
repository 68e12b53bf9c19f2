"""Gate codes and what else a shopper told the driver do not stay: they go two days after the parcel's end."""

from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta

from sqlalchemy import delete, exists, select
from sqlalchemy.orm import Session

from bot.places import gate_code_spans
from channels.models import InboxRow, OutboxRow
from db import insert_once
from flows import case_words
from flows.erasing_models import Erasure, WordsToErase
from flows.models import Case, CaseEntry
from flows.story_models import Story
from tracking_core.models import Shipment
from tracking_core.states import FINAL

#: So long after the end a driver or an agent may still need them.
KEPT_FOR = timedelta(hours=48)
#: Who comes later than this after the end has been seen to already.
LOOKED_BACK = timedelta(days=60)
#: Stands in the place of what was erased.
ERASED = "[erased]"
BATCH = 100
#: As short a code could be any number.
LEAST_CODE = 3


def mark(
    session: Session, shipment_ids: Iterable[int], *, inbox: Iterable[int] = (), outbox: Iterable[str] = ()
) -> None:
    """Remember that these texts carry words that must go with the parcels' instructions."""
    refs = [*(("in", str(one)) for one in inbox), *(("out", key) for key in outbox)]
    for shipment_id in shipment_ids:
        for box, ref in refs:
            insert_once(session, WordsToErase(shipment_id=shipment_id, box=box, ref=ref))


def erase_due(session: Session, *, now: datetime, limit: int = BATCH) -> int:
    """Erase for parcels that ended two days ago or more; answers for how many. Each is done once."""
    done = exists().where(Erasure.shipment_id == Shipment.id)
    query = (
        select(Shipment)
        .where(
            Shipment.state.in_(FINAL),
            Shipment.state_at <= now - KEPT_FOR,
            Shipment.state_at > now - LOOKED_BACK,
            ~done,
        )
        .order_by(Shipment.id)
        .limit(limit)
        .with_for_update(of=Shipment, skip_locked=True)
    )
    parcels = session.scalars(query).all()
    for parcel in parcels:
        _erase(session, parcel, now=now)
    return len(parcels)


def _erase(session: Session, parcel: Shipment, *, now: datetime) -> None:
    marked = session.scalars(select(WordsToErase).where(WordsToErase.shipment_id == parcel.id)).all()
    secrets = _secrets(session, parcel, marked)
    still = {
        (one.box, one.ref) for one in marked if _is_needed(session, one, parcel)
    }  # told for several parcels at once: the last one takes them along
    gone = [one for one in marked if (one.box, one.ref) not in still]
    for row in _texts(session, gone):
        row.text = ERASED
    _mask(session, parcel, secrets)
    _forget(parcel)
    session.execute(delete(Story).where(Story.shipment_id == parcel.id))
    session.execute(delete(WordsToErase).where(WordsToErase.shipment_id == parcel.id))
    case_words.grow_stale(session, parcel.id)
    insert_once(session, Erasure(shipment_id=parcel.id, at=now))
    session.flush()


def _is_needed(session: Session, mark: WordsToErase, parcel: Shipment) -> bool:
    """Whether another parcel that is not done with needs the same text."""
    other = select(WordsToErase.id).where(
        WordsToErase.box == mark.box, WordsToErase.ref == mark.ref, WordsToErase.shipment_id != parcel.id
    )
    return session.scalar(other.limit(1)) is not None


def _texts(session: Session, marked: Sequence[WordsToErase]) -> list[InboxRow | OutboxRow]:
    ids = [int(one.ref) for one in marked if one.box == "in"]
    keys = [one.ref for one in marked if one.box == "out"]
    came = session.scalars(select(InboxRow).where(InboxRow.id.in_(ids))).all() if ids else []
    went = session.scalars(select(OutboxRow).where(OutboxRow.key.in_(keys))).all() if keys else []
    return [*came, *went]


def _secrets(session: Session, parcel: Shipment, marked: Sequence[WordsToErase]) -> set[str]:
    """What must not be read any more: the shopper's words, and every code in them and in the retailer's."""
    told = parcel.delivery.get("told") or {}
    words = [part["words"] for part in told.get("parts", ())]
    texts = [*words, parcel.delivery.get("instructions") or "", *(row.text for row in _texts(session, marked))]
    codes = {text[start:end].strip() for text in texts for start, end in gate_code_spans(text)}
    return {secret for secret in (*codes, *words) if len(secret) >= LEAST_CODE}


def _mask(session: Session, parcel: Shipment, secrets: set[str]) -> None:
    """Take the secrets out of every other text about the parcel: what a driver was told, what an agent wrote down."""
    if not secrets:
        return
    rows: list[InboxRow | OutboxRow | CaseEntry] = [
        *session.scalars(select(InboxRow).where(InboxRow.shipment_id == parcel.id)),
        *session.scalars(select(OutboxRow).where(OutboxRow.shipment_id == parcel.id)),
        *session.scalars(
            select(CaseEntry).join(Case, Case.id == CaseEntry.case_id).where(Case.shipment_id == parcel.id)
        ),
    ]
    for row in rows:
        text = row.text or ""
        for secret in sorted(secrets, key=len, reverse=True):
            text = text.replace(secret, ERASED)
        if text != (row.text or ""):
            row.text = text


def _forget(parcel: Shipment) -> None:
    """The shopper's words go; of the retailer's own, the codes."""
    told = parcel.delivery.get("told")
    kept = {key: value for key, value in parcel.delivery.items() if key != "told"}
    own = told.get("before") if told and told.get("text") == kept.get("instructions") else kept.get("instructions")
    if own:
        for start, end in reversed(gate_code_spans(own)):
            own = own[:start] + ERASED + own[end:]
    kept["instructions"] = own
    parcel.delivery = {key: value for key, value in kept.items() if value is not None}
