"""What is done about learning because time passes: records every hour, models once a night."""

import logging
from datetime import datetime, timedelta

from sqlalchemy import select

from db import Database, insert_once
from tracking_core.models import Shipment
from tracking_core.transit_models import TransitQuality

log = logging.getLogger("doorline.transit")

#: A retailer's model is learnt anew no more often than this.
EVERY = timedelta(hours=20)
#: The hours, UTC, in which models are learnt: the Americas sleep, Europe begins. A first model never waits.
NIGHT = range(4, 10)
#: `TransitQuality.source` of the row that says when learning was last begun.
NIGHTS = "night"


def tick(database: Database, *, now: datetime) -> int:
    """Bring the records up to date and learn whatever is due; answers how many new models were kept.

    Any number of workers may tick: whoever writes the retailer's row first does its night.
    """
    # numpy and the library are loaded by whoever learns, not by every process that asks.
    from tracking_core.transit_learning import retrain_one
    from tracking_core.transit_quality import recalibrate

    recalibrate(database, now)
    kept = 0
    for retailer in _due(database, now):
        if _begin(database, retailer, now):
            learnt = retrain_one(database, retailer, now)
            if learnt is not None:
                log.info("transit model retailer=%s kept=%s from=%s", retailer, learnt.version, learnt.learned_from)
                kept += learnt.version is not None
    return kept


def _due(database: Database, now: datetime) -> list[str]:
    with database.read() as session:
        delivered = select(Shipment.retailer).where(Shipment.state == "delivered").distinct()
        begun = select(TransitQuality.retailer, TransitQuality.updated_at).where(TransitQuality.source == NIGHTS)
        last = {row.retailer: row.updated_at for row in session.execute(begun)}
        names = sorted(session.scalars(delivered))
    night = now.hour in NIGHT
    return [name for name in names if name not in last or (night and now - last[name] >= EVERY)]


def _begin(database: Database, retailer: str, now: datetime) -> bool:
    """Claim the retailer's night; False when another worker has it."""
    with database.write() as session:
        mine = TransitQuality(
            retailer=retailer,
            source=NIGHTS,
            milestone="",
            carrier="",
            n=0,
            middle_s=0.0,
            low_s=0.0,
            high_s=0.0,
            scale=1.0,
            held=0.0,
            updated_at=now,
        )
        if insert_once(session, mine):
            return True
        query = select(TransitQuality).where(
            TransitQuality.retailer == retailer,
            TransitQuality.source == NIGHTS,
            TransitQuality.updated_at <= now - EVERY,
        )
        known = session.scalars(query.with_for_update(skip_locked=True)).first()
        if known is None:
            return False
        known.updated_at = now
        return True
