"""The learnt model at work: what it says when a parcel reaches a milestone, kept beside what comes of it.

Everything is written to the shipment's `learned`, so that `eta.estimate` needs the row alone:
model {"at","before_s","after_s","as_of","milestone","version"} (a moment, the sides of its window, when it was said),
carrier {"middle_s","low_s","high_s","n"} (what came minus what that carrier had said; tenths from below and above),
both with {"misses_s","misses_n"} (what came minus what was said, at each of `outcomes.LEVELS`, and of how many), and
pace {"stop_s","low_s","high_s","n"} (seconds a stop takes this driver), driver_said (when the driver last named one),
detour (how many times the straight line ways are by road).
Keys are absent where nothing is known.
"""

import logging
import threading
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from db import insert_once
from tracking_core.facts import CarrierEvent
from tracking_core.models import Shipment
from tracking_core.states import ShipmentState
from tracking_core.transit_facts import carrier_key, milestone_of, parcel_of, reached_of
from tracking_core.transit_misses import beside
from tracking_core.transit_models import TransitLoad, TransitModel, TransitPrediction, TransitQuality

if TYPE_CHECKING:
    from tracking_core.transit_model import Model

log = logging.getLogger("doorline.transit")

MODEL, CARRIER, STOP, ROADS = "model", "carrier", "stop", "roads"
#: What stays on the row when somebody names another time.
KEPT_ON = frozenset({"model", "pace", "detour", "road", "route", "stops_said"})
#: Sources of events whose times are no carrier's.
DRIVER, NOT_CARRIERS = "driver", frozenset({"driver", "agent", "position", "doorline"})
#: The sides of a window are never nothing.
LEAST_S = 60.0
#: How long what was read from the database counts as fresh.
FRESH = timedelta(seconds=60)
#: A carrier's record speaks from so many estimates on, a driver's from so many stops.
ENOUGH, ENOUGH_STOPS = 30, 20
#: Retailers whose models one process holds.
MOST_HELD = 64


@dataclass(slots=True)
class Shelf:
    """What is known of one retailer, as one process last read it."""

    read_at: datetime
    model: "Model | None" = None
    #: (source, milestone, carrier) -> the row's figures.
    quality: Mapping[tuple[str, str, str], Mapping[str, float]] = field(default_factory=dict)
    #: Carrier -> parcels in hand.
    load: Mapping[str, int] = field(default_factory=dict)


_shelves: dict[tuple[str, str], Shelf] = {}
_guard = threading.Lock()


def observe(
    session: Session,
    shipment: Shipment,
    event: CarrierEvent,
    moved_to: ShipmentState | None,
    *,
    at: datetime,
    now: datetime,
) -> None:
    """Take note of what a scan did: predictions at a milestone and beside a carrier's estimate, the outcome at the end.

    moved_to: the state it has just reached, None when it moved nothing. at: when that happened. The caller has locked
    the shipment and written the state and the estimate to it.
    """
    if moved_to is ShipmentState.DELIVERED:
        _settle(session, shipment)
    if ShipmentState(shipment.state).is_final:
        return
    if event.eta is not None and shipment.carrier_eta_as_of == at:
        shipment.learned = {key: said for key, said in (shipment.learned or {}).items() if key in KEPT_ON} or None
        if event.carrier == DRIVER:
            shipment.learned = {**(shipment.learned or {}), "driver_said": at.isoformat()}
        elif event.carrier not in NOT_CARRIERS:
            carrier_said(session, shipment, at=at, now=now)
    milestone = milestone_of(moved_to.value) if moved_to is not None else None
    if milestone is not None:
        predict(session, shipment, milestone, at=at, now=now)


def predict(session: Session, shipment: Shipment, milestone: str, *, at: datetime, now: datetime) -> None:
    """Write what the model says at the milestone to the shipment and beside it; nothing where nothing is learnt."""
    shelf = shelf_of(session, shipment.retailer, now)
    learned = dict(shipment.learned or {})
    if shelf.model is not None:
        parcel = parcel_of(shipment, reached_of(session, [shipment.id]).get(shipment.id, {}))
        said = shelf.model.predict(milestone, parcel, at, open_=float(shelf.load.get(parcel.carrier, 0)))
        if said is not None:
            _keep(
                session,
                shipment,
                MODEL,
                milestone,
                at,
                (said.centre_s, said.before_s, said.after_s),
                shelf.model.version,
            )
            scale = shelf.quality.get((MODEL, milestone, ""), {}).get("scale", 1.0)
            learned["model"] = {
                "at": (at + timedelta(seconds=said.centre_s)).isoformat(),
                "before_s": round(said.before_s * scale),
                "after_s": round(said.after_s * scale),
                "as_of": at.isoformat(),
                "milestone": milestone,
                "version": shelf.model.version,
                **beside(shelf.quality, (MODEL, milestone, ""), said.before_s, said.after_s),
            }
    learned |= _pace(shelf, shipment)
    if learned != (shipment.learned or {}):
        shipment.learned = learned


def carrier_said(session: Session, shipment: Shipment, *, at: datetime, now: datetime) -> None:
    """Keep the carrier's newest estimate beside what will come, and write to the shipment how far to trust it."""
    moment = shipment.carrier_eta_at or _middle(shipment.carrier_eta_from, shipment.carrier_eta_to)
    if moment is None:
        return  # of a day it is the middle, from which its misses are counted
    first, last = shipment.carrier_eta_from or moment, shipment.carrier_eta_to or moment
    ahead = (moment - at).total_seconds()
    sides = (max((moment - first).total_seconds(), LEAST_S), max((last - moment).total_seconds(), LEAST_S))
    _keep(session, shipment, CARRIER, shipment.state, at, (ahead, *sides), 0)
    shelf = shelf_of(session, shipment.retailer, now)
    carrier = carrier_key(shipment.carrier)
    for milestone in (shipment.state, ""):
        known = shelf.quality.get((CARRIER, milestone, carrier))
        if known is not None and known["n"] >= ENOUGH:
            figures: dict[str, Any] = {name: round(known[name]) for name in ("middle_s", "low_s", "high_s", "n")}
            figures |= beside(shelf.quality, (CARRIER, milestone, carrier))
            shipment.learned = {**(shipment.learned or {}), "carrier": figures}
            return


def shelf_of(session: Session, retailer: str, now: datetime) -> Shelf:
    """What is known of the retailer, read again from the database when it is over a minute old."""
    key = (str(session.get_bind().engine.url), retailer)
    with _guard:
        known = _shelves.get(key)
    if known is not None and timedelta() <= now - known.read_at < FRESH:
        return known
    fresh = Shelf(now, _model(session, retailer, known), _quality(session, retailer), _load(session, retailer))
    with _guard:
        if len(_shelves) >= MOST_HELD:
            _shelves.pop(min(_shelves, key=lambda one: _shelves[one].read_at))
        _shelves[key] = fresh
    return fresh


def forget_shelves() -> None:
    """Read everything anew at the next question: for tests, and for whoever has just written a model."""
    with _guard:
        _shelves.clear()


def _model(session: Session, retailer: str, known: Shelf | None) -> "Model | None":
    newest = select(func.max(TransitModel.version)).where(TransitModel.retailer == retailer)
    version = session.scalar(newest)
    if version is None:
        return None
    if known is not None and known.model is not None and known.model.version == version:
        return known.model
    # Only who has a model pays for what reads it.
    from tracking_core.transit_model import Model
    from tracking_core.transit_trees import BadModel

    blob = session.scalar(
        select(TransitModel.blob).where(TransitModel.retailer == retailer, TransitModel.version == version)
    )
    try:
        return Model.read(version, blob or b"")
    except BadModel:
        log.warning("model %s of a retailer cannot be read; the other sources answer", version)
        return None


def _quality(session: Session, retailer: str) -> dict[tuple[str, str, str], dict[str, float]]:
    rows = session.scalars(select(TransitQuality).where(TransitQuality.retailer == retailer))
    return {
        (row.source, row.milestone, row.carrier): {
            "n": float(row.n),
            "middle_s": row.middle_s,
            "low_s": row.low_s,
            "high_s": row.high_s,
            "scale": row.scale,
            "held": row.held,
        }
        for row in rows
    }


def _load(session: Session, retailer: str) -> dict[str, int]:
    rows = session.scalars(select(TransitLoad).where(TransitLoad.retailer == retailer))
    return {row.carrier: row.open for row in rows}


def _pace(shelf: Shelf, shipment: Shipment) -> dict[str, Any]:
    roads = shelf.quality.get((ROADS, "", ""))
    found: dict[str, Any] = {"detour": round(roads["middle_s"], 3)} if roads is not None else {}
    for driver in (str(shipment.driver_id or ""), ""):
        known = shelf.quality.get((STOP, driver, ""))
        if known is not None and known["n"] >= ENOUGH_STOPS:
            figures = {"stop_s": known["middle_s"], "low_s": known["low_s"], "high_s": known["high_s"], "n": known["n"]}
            return {**found, "pace": {name: round(value) for name, value in figures.items()}}
    return found


def _keep(
    session: Session,
    shipment: Shipment,
    source: str,
    milestone: str,
    at: datetime,
    said: tuple[float, float, float],
    version: int,
) -> None:
    """The first word of a source at a milestone is the one it is judged by."""
    centre_s, before_s, after_s = said
    row = TransitPrediction(
        shipment_id=shipment.id,
        retailer=shipment.retailer,
        source=source,
        milestone=milestone,
        carrier=carrier_key(shipment.carrier),
        version=version,
        at=at,
        centre_s=centre_s,
        before_s=before_s,
        after_s=after_s,
    )
    insert_once(session, row)


def _settle(session: Session, shipment: Shipment) -> None:
    """Write the outcome beside what was predicted; a corrected delivery writes it anew."""
    if shipment.delivered_at is None:
        return
    done = shipment.delivered_at
    rows = session.scalars(select(TransitPrediction).where(TransitPrediction.shipment_id == shipment.id))
    for row in rows:
        row.left_s, row.done_at = max((done - row.at).total_seconds(), 0.0), done


def _middle(first: datetime | None, last: datetime | None) -> datetime | None:
    if first is None or last is None:
        return last or first
    return first + (last - first) / 2
