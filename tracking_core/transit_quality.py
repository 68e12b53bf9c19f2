"""How good every source has been lately, by what it said and what came; drivers' paces and carriers' loads."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from itertools import chain, groupby, pairwise

import numpy as np
from sqlalchemy import delete, func, select
from sqlalchemy.orm import Session

from db import Database
from tracking_core import detours, transit_misses
from tracking_core.models import Driver, Shipment
from tracking_core.position_models import DriverTrail
from tracking_core.states import OPEN
from tracking_core.transit_facts import carrier_key
from tracking_core.transit_models import TransitLoad, TransitPrediction, TransitQuality
from tracking_core.transit_serving import CARRIER, ENOUGH, ENOUGH_STOPS, MODEL, ROADS, STOP
from tracking_core.transit_windows import COVERAGE, LATEST, lately

#: Outcomes older than this say nothing of the present.
LOOKED_BACK = timedelta(days=60)
#: Predictions are forgotten so long after the delivery.
KEPT = timedelta(days=120)
#: Deliveries of one driver farther apart than this are no two stops of a round.
LONGEST_STOP_S = 3600.0
#: Rows one transaction forgets.
BATCH = 2000
#: Places of trails one look reads.
MOST_PLACES = 200_000
#: How many of a driver's latest deliveries tell the pace.
STOPS = 300


def recalibrate(database: Database, now: datetime) -> int:
    """Bring the records of all sources up to the present; answers how many rows were written. For an hourly tick.

    Reading and counting come first; the rows are written in one short transaction for each retailer.
    """
    with database.read() as session:
        names = set(session.scalars(select(TransitPrediction.retailer).distinct()))
        names |= set(session.scalars(select(Shipment.retailer).distinct()))
    written = 0
    for retailer in sorted(names):
        with database.read() as session:
            rows = [*_sources(session, retailer, now), *_paces(session, retailer, now), *_roads(session, retailer, now)]
            loads = _loads(session, retailer, now)
        with database.write() as session:
            held = select(TransitQuality).where(TransitQuality.retailer == retailer).with_for_update()
            old = {(row.source, row.milestone, row.carrier): row for row in session.scalars(held)}
            for row in rows:
                before = old.get((row.source, row.milestone, row.carrier))
                row.id = before.id if before is not None else None  # type: ignore[assignment]
                session.merge(row)
            for load in loads:
                session.merge(load)
        written += len(rows)
    _forget(database, now)
    return written


def _sources(session: Session, retailer: str, now: datetime) -> list[TransitQuality]:
    """One row for each milestone of the model, and for each carrier and state of the carriers' estimates."""
    query = (
        select(TransitPrediction)
        .where(
            TransitPrediction.retailer == retailer,
            TransitPrediction.done_at >= now - LOOKED_BACK,
            TransitPrediction.done_at <= now,
        )
        .order_by(TransitPrediction.done_at.desc())
        .limit(60 * LATEST)
    )
    groups = defaultdict[tuple[str, str, str], list[TransitPrediction]](list)
    for row in session.scalars(query):
        if row.source == MODEL:
            groups[MODEL, row.milestone, ""].append(row)
        else:
            groups[CARRIER, row.milestone, row.carrier].append(row)
            groups[CARRIER, "", row.carrier].append(row)
    known = {key: rows[:LATEST] for key, rows in groups.items() if len(rows) >= ENOUGH}
    counted = [transit_misses.rows_of(retailer, key, _misses(key[0], rows), now) for key, rows in known.items()]
    return [*(_record(retailer, key, rows, now) for key, rows in known.items()), *chain.from_iterable(counted)]


def _misses(source: str, rows: Sequence[TransitPrediction]) -> list[float]:
    """What came minus what was said: in seconds, of the model in sides of its raw windows."""
    off = [(row, (row.left_s or 0.0) - row.centre_s) for row in rows]
    if source != MODEL:
        return [miss for _, miss in off]
    return [miss / max(row.before_s if miss < 0 else row.after_s, 1.0) for row, miss in off]


def _record(
    retailer: str, key: tuple[str, str, str], rows: Sequence[TransitPrediction], now: datetime
) -> TransitQuality:
    off = np.array([(row.left_s or 0.0) - row.centre_s for row in rows])
    sides = np.array([max(row.before_s if miss < 0 else row.after_s, 1.0) for row, miss in zip(rows, off, strict=True)])
    scores = np.abs(off) / sides
    scale = lately(scores[::-1], COVERAGE)  # the rows come latest first
    low, middle, high = (float(q) for q in np.quantile(off, (0.1, 0.5, 0.9)))
    return TransitQuality(
        retailer=retailer,
        source=key[0],
        milestone=key[1],
        carrier=key[2],
        n=len(rows),
        middle_s=middle,
        low_s=low,
        high_s=high,
        scale=min(max(scale, 0.1), 20.0),
        held=float((scores <= 1.0).mean()),
        updated_at=now,
    )


def _paces(session: Session, retailer: str, now: datetime) -> list[TransitQuality]:
    """How long a stop takes: between two deliveries of one driver on one round, by driver and over all."""
    query = (
        select(Shipment.driver_id, Shipment.delivered_at)
        .where(
            Shipment.retailer == retailer,
            Shipment.driver_id.is_not(None),
            Shipment.delivered_at >= now - LOOKED_BACK,
            Shipment.delivered_at <= now,
        )
        .order_by(Shipment.delivered_at.desc())
        .limit(20 * LATEST)
    )
    delivered = defaultdict[int, list[datetime]](list)
    for driver, at in session.execute(query):
        if driver is not None and at is not None:
            delivered[driver].append(at)
    lengths = {driver: stop_lengths(times[:STOPS]) for driver, times in delivered.items()}
    everyone = [length for mine in lengths.values() for length in mine]
    found = [(str(driver), mine) for driver, mine in lengths.items()] + [("", everyone)]
    return [_stop_row(retailer, driver, mine, now) for driver, mine in found if len(mine) >= ENOUGH_STOPS]


def stop_lengths(delivered: Iterable[datetime]) -> list[float]:
    """Seconds between one delivery and the next of a round; those of one door, and pauses over an hour, left out."""
    times = sorted(delivered)
    gaps = [(later - earlier).total_seconds() for earlier, later in pairwise(times)]
    return [gap for gap in gaps if 5.0 < gap <= LONGEST_STOP_S]


def _stop_row(retailer: str, driver: str, lengths: Sequence[float], now: datetime) -> TransitQuality:
    low, middle, high = (float(q) for q in np.quantile(np.array(lengths), (0.1, 0.5, 0.9)))
    mean = float(np.mean(lengths))  # stops add up by their means, not by their middles
    return TransitQuality(
        retailer=retailer,
        source=STOP,
        milestone=driver,
        carrier="",
        n=len(lengths),
        middle_s=max(mean, middle),
        low_s=low,
        high_s=high,
        scale=1.0,
        held=0.0,
        updated_at=now,
    )


def _roads(session: Session, retailer: str, now: datetime) -> list[TransitQuality]:
    """How much longer ways are than the line, from the trails of the last day; nothing where they are too few."""
    query = (
        select(DriverTrail.driver_id, DriverTrail.lat, DriverTrail.lon, DriverTrail.at)
        .join(Driver, Driver.id == DriverTrail.driver_id)
        .where(Driver.retailer == retailer)
        .order_by(DriverTrail.driver_id, DriverTrail.at)
        .limit(MOST_PLACES)
    )
    found: list[float] = []
    for _, trail in groupby(session.execute(query), key=lambda row: row.driver_id):
        found += detours.ratios([(row.lat, row.lon, row.at) for row in trail])
    if len(found) < detours.FEWEST:
        return []
    low, middle, high = (float(q) for q in np.quantile(np.array(found), (0.1, 0.5, 0.9)))
    return [
        TransitQuality(
            retailer=retailer,
            source=ROADS,
            milestone="",
            carrier="",
            n=len(found),
            middle_s=middle,
            low_s=low,
            high_s=high,
            scale=1.0,
            held=0.0,
            updated_at=now,
        )
    ]


def _loads(session: Session, retailer: str, now: datetime) -> list[TransitLoad]:
    query = (
        select(Shipment.carrier, func.count())
        .where(Shipment.retailer == retailer, Shipment.state.in_(OPEN))
        .group_by(Shipment.carrier)
    )
    counts = defaultdict[str, int](int)
    for carrier, count in session.execute(query):
        counts[carrier_key(carrier)] += count
    return [TransitLoad(retailer=retailer, carrier=name, open=count, counted_at=now) for name, count in counts.items()]


def _forget(database: Database, now: datetime) -> None:
    full = True
    while full:
        with database.write() as session:
            old = select(TransitPrediction.id).where(TransitPrediction.done_at < now - KEPT).limit(BATCH)
            ids = list(session.scalars(old.with_for_update(skip_locked=True)))
            if ids:
                session.execute(delete(TransitPrediction).where(TransitPrediction.id.in_(ids)))
            full = len(ids) == BATCH
