"""The weather where parcels go: asked in time, kept as rows, laid beside the parcels that are near or promised soon."""

import logging
import time
from collections.abc import Iterable
from datetime import UTC, datetime, timedelta

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from channels.weather_source import weather_of
from db import Database, insert_once
from flows.house import House
from tracking_core import weather
from tracking_core.eta import Estimate
from tracking_core.models import Shipment
from tracking_core.states import ShipmentState
from tracking_core.watch_models import WeatherArea
from tracking_core.watching import NEAR
from tracking_core.weather import Area, Outlook, WeatherSource

log = logging.getLogger("doorline.weather")

#: An area is asked about so often, while somebody waits there.
EVERY, WANTED_FOR = timedelta(minutes=30), timedelta(hours=3)
#: What nobody has confirmed for so long is no news.
STALE = timedelta(hours=3)
#: A parcel expected within this may be kept by what is forecast now.
SOON = timedelta(hours=24)
#: Areas one tick asks about, for so many seconds; after so many failures in a row it lets the source rest.
BATCH, SECONDS, FAILURES = 50, 20.0, 3
NEVER = datetime(1970, 1, 1, tzinfo=UTC)


def lay_beside(session: Session, shipment: Shipment, expected: Estimate | None, *, now: datetime) -> bool:
    """Note what lies on the parcel's way on its row, and that somebody wants to know. Asks nobody.

    Answers whether nobody was ever asked about its area: worth another look soon.
    """
    outlook, unasked = None, False
    if _concerns(shipment, expected, now):
        area = weather.area_of(shipment.destination)
        row = None if area is None else _wanted(session, area, now)
        unasked = area is not None and (row is None or row.asked_at == NEVER)
        if row is not None and row.answered_at is not None and now - row.answered_at < STALE:
            outlook = _outlook(row, expected, now)
    kept = None
    if outlook is not None:
        kept = {"kind": outlook.kind, "severity": outlook.severity, "until": outlook.until.isoformat()}
    if kept != shipment.weather:
        shipment.weather = kept
    return unasked


def tick(database: Database, house: House, *, now: datetime) -> int:
    """Ask whom the operator has named, if anybody; answers how many areas they told of."""
    source = weather_of(house.settings.weather_url)
    return 0 if source is None else ask_due(database, source, now=now)


def ask_due(database: Database, source: WeatherSource, *, now: datetime) -> int:
    """Ask about the areas whose turn it is, with nothing open; answers how many answered."""
    areas = database.run(lambda session: _claim(session, now))
    ends, failures, answered = time.monotonic() + SECONDS, 0, 0
    for area in areas:
        if failures >= FAILURES or time.monotonic() > ends:
            break
        try:
            said = source.ask(area, now=now)
        except OSError as error:
            failures += 1
            log.warning("weather source does not answer: %s", type(error).__name__)
            continue
        failures, answered = 0, answered + 1
        _keep(database, area, weather.to_rows(weather.read(said, now=now)), now)
    return answered


def _keep(database: Database, area: Area, rows: list[dict[str, object]], now: datetime) -> None:
    change = update(WeatherArea).where(WeatherArea.area == area.name).values(hours=rows, answered_at=now)
    with database.write() as session:
        session.execute(change)


def _claim(session: Session, now: datetime) -> list[Area]:
    """The areas to ask about, noted as asked before anybody is: one that never answers costs one try in its time."""
    query = (
        select(WeatherArea)
        .where(WeatherArea.asked_at <= now - EVERY, WeatherArea.wanted_at > now - WANTED_FOR)
        .order_by(WeatherArea.asked_at)
        .limit(BATCH)
        .with_for_update(skip_locked=True)
    )
    rows = list(session.scalars(query))
    for row in rows:
        row.asked_at = now
    return [Area(row.area, row.lat, row.lon) for row in rows]


def _concerns(shipment: Shipment, expected: Estimate | None, now: datetime) -> bool:
    state = ShipmentState(shipment.state)
    if state.is_final or expected is None or expected.window_to is None:
        return False
    return state in NEAR or (expected.window_from or expected.window_to) < now + SOON


def _wanted(session: Session, area: Area, now: datetime) -> WeatherArea | None:
    known = session.get(WeatherArea, area.name)
    if known is None:
        fresh = WeatherArea(area=area.name, lat=area.lat, lon=area.lon, wanted_at=now, asked_at=NEVER, hours=[])
        insert_once(session, fresh)
        return None
    if now - known.wanted_at > EVERY:
        # By a statement that waits for nobody's row but for a moment: many parcels lie in one area.
        session.execute(
            update(WeatherArea)
            .where(WeatherArea.area == area.name, WeatherArea.wanted_at < now - EVERY)
            .values(wanted_at=now),
            execution_options={"synchronize_session": False},
        )
    return known


def _outlook(row: WeatherArea, expected: Estimate | None, now: datetime) -> Outlook | None:
    hours = weather.read({"hours": row.hours}, now=now)
    if expected is None or expected.window_to is None:
        return None
    return weather.worst(
        hours, begins=max(expected.window_from or now, now) - timedelta(hours=1), ends=expected.window_to
    )


def forget(session: Session, *, now: datetime) -> int:
    """Forget areas in which nobody has waited for a week; answers how many."""
    old = session.scalars(select(WeatherArea).where(WeatherArea.wanted_at < now - timedelta(days=7)).limit(500)).all()
    _delete(session, old)
    return len(old)


def _delete(session: Session, rows: Iterable[WeatherArea]) -> None:
    for row in rows:
        session.delete(row)
    session.flush()
