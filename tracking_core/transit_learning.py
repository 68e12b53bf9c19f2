"""Learning how long parcels take out of a retailer's own past, every night; a model that is no better is not kept."""

import math
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import numpy as np
from sqlalchemy import delete, func, select
from sqlalchemy.orm import Session

from db import Database, insert_once
from tracking_core.models import Shipment
from tracking_core.transit_columns import Layout, group_of, layout_of
from tracking_core.transit_csv import Floats
from tracking_core.transit_facts import MILESTONES, Parcel, finished
from tracking_core.transit_features import known_means
from tracking_core.transit_fitting import SLOW
from tracking_core.transit_model import LEVELS, Model, group_tables, usual
from tracking_core.transit_models import TransitModel
from tracking_core.transit_trees import Forest, of_library, pack

#: Fewer finished shipments than this that reached a milestone: medians of groups answer there, no trees.
FEWEST = 150
#: A model is judged on the shipments of so many latest days, and on no fewer than so many of them.
LATEST, JUDGED = timedelta(days=14), 50
#: A night's model must be better by this share to be kept: noise alone changes nothing.
BETTER = 0.995
#: Versions that are kept for looking back.
KEPT = 5
#: Of all nights: the same past gives the same model.
TREES: dict[str, Any] = SLOW | {"max_iter": 120}


@dataclass(frozen=True, slots=True)
class Learnt:
    """What one night's work came to for one retailer."""

    retailer: str
    #: None: nothing was kept.
    version: int | None
    learned_from: int
    metrics: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Lesson:
    """All finished shipments at one milestone, as columns."""

    x: Floats
    left_s: Floats
    at: Floats
    done: Floats
    parcels: Sequence[Parcel]
    layout: Layout


def retrain(database: Database, now: datetime) -> list[Learnt]:
    """Learn anew for every retailer with deliveries since the last model; a slow thing for the night.

    Reading, fitting and writing are three steps: no transaction is open while the model is fitted. Safe to run in
    several workers at once: a version is written once.
    """
    with database.read() as session:
        found = session.scalars(select(Shipment.retailer).where(Shipment.state == "delivered").distinct())
        retailers = sorted(found)
    return [one for one in (retrain_one(database, name, now) for name in retailers) if one is not None]


def retrain_one(database: Database, retailer: str, now: datetime) -> Learnt | None:
    """Learn anew for one retailer; None when there is nothing to learn from, or nothing new."""
    with database.read() as session:
        before = newest(session, retailer)
        if before is not None and not _news(session, retailer, before.made_at):
            return None
        parcels = finished(session, retailer, now=now)
    if not parcels:
        return None
    old = Model.read(before.version, before.blob) if before is not None else None
    layout = layout_of(parcels)
    lessons = lessons_of(parcels, layout)
    cut = (now - LATEST).timestamp()
    fresh = {name: train(one, np.flatnonzero(one.done < cut)) for name, one in lessons.items()}
    metrics = judged(fresh, old, lessons, parcels, cut)
    if old is not None and not is_better(metrics):
        return Learnt(retailer, None, len(parcels), metrics)
    whole = {name: train(one, np.arange(len(one.at))) for name, one in lessons.items()}
    row = TransitModel(
        retailer=retailer,
        version=(before.version if before else 0) + 1,
        made_at=now,
        learned_from=len(parcels),
        metrics=metrics,
        blob=packed(whole, layout),
    )
    with database.write() as session:
        if not insert_once(session, row):
            return None  # another worker was quicker
        session.execute(
            delete(TransitModel).where(TransitModel.retailer == retailer, TransitModel.version <= row.version - KEPT)
        )
    return Learnt(retailer, row.version, len(parcels), metrics)


def newest(session: Session, retailer: str) -> TransitModel | None:
    """The retailer's model in use."""
    return session.scalars(
        select(TransitModel).where(TransitModel.retailer == retailer).order_by(TransitModel.version.desc()).limit(1)
    ).first()


def _news(session: Session, retailer: str, since: datetime) -> bool:
    found = select(func.count()).where(
        Shipment.retailer == retailer, Shipment.state == "delivered", Shipment.delivered_at > since
    )
    return bool(session.scalar(found))


def lessons_of(parcels: Sequence[Parcel], layout: Layout) -> dict[str, Lesson]:
    """Milestone -> its lesson, in the columns of the layout."""
    return {name.value: lesson(parcels, name.value, layout) for name in MILESTONES}


def lesson(parcels: Sequence[Parcel], milestone: str, layout: Layout) -> Lesson:
    """The columns of the parcels that have reached the milestone. Group means know only what was over by then."""
    mine: list[tuple[Parcel, datetime, datetime]] = []
    for parcel in parcels:
        when = parcel.created_at if milestone == "created" else parcel.reached.get(milestone)
        if when is not None and parcel.delivered_at is not None and when <= parcel.delivered_at:
            mine.append((parcel, when, parcel.delivered_at))
    at = np.array([when.timestamp() for _, when, _ in mine])
    done = np.array([over.timestamp() for _, _, over in mine])
    logs = np.log1p(done - at)
    means = _means(mine, at, done, logs, layout)
    open_ = _open(parcels, mine)
    then = [{name: (float(m[place]), float(c[place])) for name, (m, c) in means.items()} for place in range(len(mine))]
    rows = [layout.row(one, when, open_[place], then[place]) for place, (one, when, _) in enumerate(mine)]
    x = np.array(rows) if rows else np.zeros((0, len(layout.columns)))
    return Lesson(x, done - at, at, done, [one for one, _, _ in mine], layout)


def _means(
    mine: Sequence[tuple[Parcel, datetime, datetime]], at: Floats, done: Floats, logs: Floats, layout: Layout
) -> dict[str, tuple[Floats, Floats]]:
    """Per group the mean of what was over when each milestone was reached, and of how many."""
    everyone = np.zeros(len(mine), dtype=np.int64)
    prior = np.nan_to_num(known_means(everyone, at, done, logs, lately=())[0], nan=usual(logs))
    means = {}
    for name in layout.groups:
        codes = np.unique(np.array([group_of(one, name) for one, _, _ in mine], dtype=str), return_inverse=True)[1]
        mean, count = known_means(codes.astype(np.int64), at, done, logs, lately=(), prior=prior)
        means[name] = (mean, count)
    return means


def _open(parcels: Sequence[Parcel], mine: Sequence[tuple[Parcel, datetime, datetime]]) -> list[float]:
    """How many parcels of the same carrier were in hand when each milestone was reached."""
    begun, ended = defaultdict[str, list[float]](list), defaultdict[str, list[float]](list)
    for parcel in parcels:
        begun[parcel.carrier].append(parcel.created_at.timestamp())
        ended[parcel.carrier].append(parcel.delivered_at.timestamp() if parcel.delivered_at else math.inf)
    begins = {name: np.sort(times) for name, times in begun.items()}
    ends = {name: np.sort(times) for name, times in ended.items()}
    return [
        float(np.searchsorted(begins[one.carrier], t, "right") - np.searchsorted(ends[one.carrier], t, "right"))
        for one, t in ((one, when.timestamp()) for one, when, _ in mine)
    ]


@dataclass(frozen=True, slots=True)
class Trained:
    """What was learnt at one milestone: the groups' tables, and forests by level where there was enough."""

    tables: dict[str, Any]
    forests: dict[str, Forest]


def train(one: Lesson, rows: np.ndarray) -> Trained:
    """Learn one milestone from some of its rows."""
    logs = np.log1p(one.left_s[rows])
    tables = group_tables([one.parcels[place] for place in rows], logs, one.layout)
    if len(rows) < FEWEST:
        return Trained(tables, {})
    from sklearn.ensemble import HistGradientBoostingRegressor
    from threadpoolctl import threadpool_limits

    x = one.x[rows]
    x = np.where(np.isfinite(x).any(axis=0), x, 0.0)
    forests = {}
    with threadpool_limits(limits=1):
        for name, level in LEVELS.items():
            model = HistGradientBoostingRegressor(loss="quantile", quantile=level, random_state=0, **TREES)
            forests[name] = of_library(model.fit(x, logs))
    return Trained(tables, forests)


def packed(milestones: Mapping[str, Trained], layout: Layout) -> bytes:
    """The whole model as bytes, with the names of its columns in their order."""
    forests = {f"{name}.{level}": one for name, made in milestones.items() for level, one in made.forests.items()}
    said = {"columns": layout.columns, "groups": layout.groups}
    return pack(forests, said | {"tables": {name: made.tables for name, made in milestones.items()}})


def judged(
    fresh: Mapping[str, Trained],
    old: Model | None,
    lessons: Mapping[str, Lesson],
    parcels: Sequence[Parcel],
    cut: float,
) -> dict[str, dict[str, float | int | None]]:
    """Per milestone the mean error, in seconds, of the new and the old model on the latest shipments.

    Each is asked in its own columns: a retailer may have begun to bring others since the old one was learnt.
    """
    layout = next(iter(lessons.values())).layout
    new = Model.read(0, packed(fresh, layout))
    before = lessons if old is None or old.layout == layout else lessons_of(parcels, old.layout)
    metrics: dict[str, dict[str, float | int | None]] = {}
    for name, one in lessons.items():
        rows = np.flatnonzero(one.at >= cut)[-2000:]
        if not len(rows):
            continue
        metrics[name] = {
            "n": len(rows),
            "mae_s": _error(new, name, one, rows),
            "before_mae_s": _error(old, name, before[name], rows) if old is not None else None,
        }
    return metrics


def _error(model: Model, milestone: str, one: Lesson, rows: np.ndarray) -> float | None:
    missed = []
    for place in rows:
        said = model.answer(milestone, one.parcels[place], one.x[place])
        if said is not None:
            missed.append(abs(said.centre_s - float(one.left_s[place])))
    return round(float(np.mean(missed)), 1) if missed else None


def is_better(metrics: Mapping[str, Mapping[str, float | int | None]]) -> bool:
    """Whether the new model errs less, over all milestones, each weighed by its own error before."""
    ratios, weights = [], []
    for said in metrics.values():
        n, new, before = said["n"], said["mae_s"], said["before_mae_s"]
        if n and new is not None and before is None:
            return True  # the old one had nothing to say here
        if n and n >= JUDGED and new is not None and before:
            ratios.append(new / before)
            weights.append(n)
    return bool(ratios) and float(np.average(ratios, weights=weights)) < BETTER
