"""Pictures that carriers keep of their deliveries: noted with the scan, fetched by a tick with nothing open."""

import hashlib
import logging
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from channels.picture_source import NeverFetched, NotFetched
from channels.pictures import NotAPicture, clean
from db import Database, insert_once
from flows import proof_intake
from flows.house import House
from flows.proof_intake import Drawn, Given
from flows.proof_models import ProofFetch
from tracking_core.facts import Fact, ProofOffered
from tracking_core.matching import locked
from tracking_core.proofs import ProofKind

log = logging.getLogger("doorline.pictures")

#: The next try after the first, second … one; also how long one worker has a picture to itself.
AGAIN_AFTER = (timedelta(minutes=1), timedelta(minutes=10), timedelta(hours=1), timedelta(hours=6))
#: Carriers may announce a picture before they have it.
TRIES = 5
#: One tick fetches so many, one after the other.
BATCH = 5
KINDS = frozenset({ProofKind.PHOTO.value, ProofKind.SIGNATURE.value})


@dataclass(frozen=True, slots=True)
class _Claimed:
    id: int
    shipment_id: int
    source: str
    kind: str
    url: str
    name: str | None
    taken_at: datetime | None
    tries: int


def note(session: Session, facts: Sequence[Fact], *, retailer: str, now: datetime) -> None:
    """Remember which pictures there are to fetch, each once, in the transaction of the scan."""
    for fact in facts:
        if not isinstance(fact, ProofOffered) or fact.proof.kind not in KINDS:
            continue
        row = ProofFetch(
            retailer=retailer,
            shipment_id=fact.shipment_id,
            source=fact.source,
            kind=fact.proof.kind,
            url=fact.proof.url,
            url_digest=hashlib.sha256(fact.proof.url.encode()).hexdigest(),
            name=fact.proof.name,
            taken_at=fact.occurred_at,
            state="waiting",
            due_at=now,
            created_at=now,
        )
        insert_once(session, row)


def fetch_due(database: Database, house: House, *, clock: Callable[[], datetime], limit: int = BATCH) -> int:
    """Fetch what is due; answers how many pictures are now proofs. Nothing may be open on this thread.

    Any number of workers may call it: a claimed row is not due again before its next try.
    """
    kept = 0
    for claimed in database.run(lambda session: _claim(session, clock(), limit)):
        try:
            data = house.web_pictures.fetch(claimed.url)
            drawn = Drawn(clean(data), data)
        except (NotFetched, NotAPicture) as error:
            code = error.code if isinstance(error, NotFetched) else error.why.value
            log.warning("proof fetch id=%s source=%s not fetched: %s", claimed.id, claimed.source, code)
            final = isinstance(error, NeverFetched | NotAPicture) or claimed.tries >= TRIES
            if final:
                _settle(database, claimed, code)
            continue
        _keep(database, house, claimed, drawn, clock())
        kept += 1
    return kept


def _claim(session: Session, now: datetime, limit: int) -> list[_Claimed]:
    due = select(ProofFetch).where(ProofFetch.state == "waiting", ProofFetch.due_at <= now)
    rows = session.scalars(
        due.order_by(ProofFetch.due_at, ProofFetch.id).limit(limit).with_for_update(skip_locked=True)
    )
    claimed = []
    for row in rows:
        row.due_at = now + AGAIN_AFTER[min(row.tries, len(AGAIN_AFTER) - 1)]
        row.tries += 1
        claimed.append(
            _Claimed(row.id, row.shipment_id, row.source, row.kind, row.url or "", row.name, row.taken_at, row.tries)
        )
    return claimed


def _keep(database: Database, house: House, claimed: _Claimed, drawn: Drawn, now: datetime) -> None:
    is_photo = claimed.kind == ProofKind.PHOTO
    given = Given(
        source=claimed.source,
        photos=[drawn] if is_photo else [],
        signature=None if is_photo else drawn,
        signed_by=None if is_photo else claimed.name,
        taken_at=claimed.taken_at,
    )

    def work(session: Session) -> None:
        shipment = locked(session, claimed.shipment_id)
        proof_intake.take(session, house, shipment, given, now=now)
        row = session.get_one(ProofFetch, claimed.id)
        row.state, row.url, row.reason = "done", None, None

    database.run(work)


def _settle(database: Database, claimed: _Claimed, code: str) -> None:
    def work(session: Session) -> None:
        row = session.get_one(ProofFetch, claimed.id)
        row.state, row.url, row.reason = "failed", None, code

    database.run(work)
