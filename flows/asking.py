"""Who can be asked is asked when it is time: weather, roads, carriers that do not push, who keeps what was lost."""

from collections.abc import Callable
from datetime import datetime

from sqlalchemy import select

from db import Database
from flows import polling, reconciling, roads, routes, weather
from flows.accounts import Retailer
from flows.easypost_tracking import EasyPostTracking
from flows.house import House

#: Batches of one retailer's parcels asked about in one tick.
BATCHES = 5


def ask_due(database: Database, house: House, *, clock: Callable[[], datetime]) -> None:
    """Ask what is due. Nothing is open while anybody thinks; any number of workers may tick."""
    weather.tick(database, house, now=clock())
    roads.tick(database, house, now=clock())
    routes.tick(database, house, now=clock())
    if house.listing is not None:
        reconciling.texts(database, house, house.listing, clock=clock)
    with database.read() as session:
        retailers = session.scalars(select(Retailer.name).order_by(Retailer.name)).all()
    for retailer in retailers:
        account = house.easypost(retailer)
        if account is None:
            continue
        source = EasyPostTracking(account, clock=clock)
        for _ in range(BATCHES):
            if polling.poll(database, house, source, retailer=retailer, clock=clock) < source.batch:
                break
        reconciling.trackers(database, house, source, retailer=retailer, clock=clock)
