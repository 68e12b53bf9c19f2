"""A small world with a driver in it: Dee, her round of today, and what she and her customers read."""

from datetime import timedelta
from typing import Any

from fakes.fl_world import World

from flows.driver_actions import Acted, Action, act
from tracking_core.models import Driver, Shipment
from tracking_core.rounds import driver_of

DEE, ELI = "+14155550200", "+14155550201"
#: Who waits at the stops, by their place.
PEOPLE = tuple(f"+1415555013{place}" for place in range(10))


class Route:
    """A world, and what a driver does in it."""

    def __init__(self, world: World) -> None:
        self.world = world
        self._taps = 0

    def stop(self, order: str, *states: str, place: int = 0, driver: str = DEE, **more: Any) -> int:
        """A parcel on the driver's round: its window begins in 1, 2, 3 … hours; scanned silently to those states."""
        begins = self.world.now + timedelta(hours=1 + place)
        more.setdefault("promised_from", begins)
        more.setdefault("promised_to", begins + timedelta(hours=2))
        more.setdefault("phone", PEOPLE[place % len(PEOPLE)])
        more.setdefault("destination", {
            "line1": f"{12 + place} Oak St", "city": "Oakland", "postal_code": "94607", "country": "US",
            "timezone": "America/Los_Angeles",
        })  # fmt: skip
        more.setdefault("driver_name", "Dee" if driver == DEE else "Eli")
        parcel = self.world.parcel(order, driver_phone=driver, **more)
        if states:
            self.world.scan(parcel, *states, silent=True)
        return parcel

    def round(self, *orders: str, state: str = "out_for_delivery", driver: str = DEE) -> list[int]:
        """A stop for each order, all of them out."""
        return [self.stop(order, state, place=place, driver=driver) for place, order in enumerate(orders)]

    def does(self, parcel: int, action: str, *, driver: str = DEE, key: str | None = None, **more: Any) -> Acted:
        """The driver acts on the stop, as the page and the texts do."""
        self._taps += 1
        world = self.world
        more.setdefault("at", world.now)
        with world.database.write() as session:
            who = driver_of(session, world.retailer, driver)
            assert who is not None
            return act(
                session, world.house, who, session.get_one(Shipment, parcel), Action(action),
                source="driver_page", key=key or f"tap{self._taps}", now=world.now, **more,
            )  # fmt: skip

    def driver(self, phone: str = DEE) -> Driver:
        with self.world.database.read() as session:
            found = driver_of(session, self.world.retailer, phone)
            assert found is not None
            return found

    def state(self, parcel: int) -> str:
        return str(self.world.shipment(parcel).state)

    def read_by(self, phone: str) -> list[str]:
        """What that person has been texted so far."""
        return [row.text for row in self.world.outbox() if row.recipient == phone]
