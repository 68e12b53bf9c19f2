"""Ways by road of parcels that are nearly there: asked with nothing open, kept on their rows."""

import logging
import time
from datetime import UTC, datetime

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from channels.road_source import roads_of
from db import Database
from flows.house import House
from tracking_core import roads
from tracking_core.matching import locked
from tracking_core.models import Shipment
from tracking_core.roads import Question, RoadSource, Way
from tracking_core.states import ShipmentState

log = logging.getLogger("doorline.roads")

#: Rows one tick looks at, ways it asks for, and for how many seconds: what is left waits for the next one.
LOOKED_AT, BATCH, SECONDS = 500, 40, 8.0
NEARLY = (ShipmentState.OUT_FOR_DELIVERY.value, ShipmentState.ARRIVING.value)


def tick(database: Database, house: House, *, now: datetime) -> int:
    """Ask whom the operator has named, if anybody; answers how many ways were kept."""
    server = roads_of(house.settings.road_url)
    return 0 if server is None else ask_due(database, server, now=now)


def ask_due(database: Database, server: RoadSource, *, now: datetime) -> int:
    """Ask for the ways whose turn it is, with nothing open; answers how many were kept."""
    with database.read() as session:
        questions = _due(session, now)
    ends, kept = time.monotonic() + SECONDS, 0
    for one in questions[:BATCH]:
        if time.monotonic() > ends:
            break
        try:
            way = server.way(one.here, one.there)
        except OSError as error:
            if str(error) == "resting":
                break
            log.warning("road server gave no way: %s", error)
            continue
        if not roads.is_believable(way, one.here, one.there):
            server.failed()
            log.warning("road server gave a way that cannot be")
            continue
        kept += _keep(database, one, way, now)
    return kept


def _due(session: Session, now: datetime) -> list[Question]:
    since = (now - roads.FRESH).astimezone(UTC).isoformat()
    query = (
        select(Shipment)
        .where(
            Shipment.state.in_(NEARLY),
            or_(Shipment.stops_away <= 1, Shipment.stops_away.is_(None)),
            # Moments are kept in UTC and written the same way, so that they sort as text.
            Shipment.position["at"].as_string() >= since,
        )
        .order_by(Shipment.stops_away, Shipment.id)
        .limit(LOOKED_AT)
    )
    found = (roads.question(one, now=now) for one in session.scalars(query))
    return [one for one in found if one is not None]


def _keep(database: Database, asked: Question, way: Way, now: datetime) -> bool:
    return database.run(lambda session: roads.keep(locked(session, asked.shipment_id), asked, way, now=now))
