"""A world with a pool of numbers, drivers and customers who talk with one another."""

from datetime import datetime
from pathlib import Path
from typing import Any

from fakes.fl_world import ANA, BEN, World
from sqlalchemy import select

from channels.models import InboxRow, OutboxRow
from db import Database
from flows import accounts, lines
from flows.line_models import Line
from tracking_core.models import Shipment
from tracking_core.shipments import assign_driver

DEE = "+14155550200"
SAM = "+14155550233"
POOL = ("+15005550101", "+15005550102", "+15005550103")
NAMES = {DEE: "Dee Diaz", SAM: "Sam Soto", ANA: "Ana Alba", BEN: "Ben Brook"}


class LineWorld(World):
    """Orders that are out for delivery, and lines between their people."""

    @classmethod
    def with_pool(
        cls, database: Database, now: datetime, tmp_path: Path, workflow: str = "", pool: tuple[str, ...] = POOL
    ) -> "LineWorld":
        base = World.build(database, now, tmp_path, workflow, relay_numbers=pool)
        return cls(base.database, base.house, base.now)

    def out(self, order: str = "A1001", phone: str = ANA, driver: str = DEE, **more: Any) -> int:
        """A parcel that is on the road with the driver; the milestone texts are taken away."""
        name = NAMES.get(driver, "Dan")
        number = self.parcel(
            order, phone=phone, customer_name=NAMES.get(phone), driver_name=name, driver_phone=driver, **more
        )
        self.scan(number, "out_for_delivery")
        return number

    def open(self, shipment_id: int, by: str = "driver") -> "Line | lines.Refusal":
        with self.database.write() as session:
            shipment = session.get_one(Shipment, shipment_id)
            return lines.open_line(session, self.house, shipment, opened_by=by, now=self.now)

    def line(self, shipment_id: int, by: str = "driver") -> Line:
        found = self.open(shipment_id, by)
        assert isinstance(found, Line)
        return found

    def hand_to(self, shipment_id: int, driver: str) -> None:
        with self.database.write() as session:
            shipment = session.get_one(Shipment, shipment_id)
            before = shipment.driver_id
            assign_driver(session, shipment, name=NAMES.get(driver, "Dan"), phone=driver, now=self.now)
            lines.driver_changed(session, self.house, shipment, before=before, now=self.now)

    def settle(self) -> None:
        with self.database.write() as session:
            lines.settle(session, self.house, now=self.now)

    def to(self, phone: str, *, category: str | None = "relay") -> list[str]:
        """What we owe that person, in order."""
        with self.database.read() as session:
            query = select(OutboxRow).where(OutboxRow.recipient == phone, OutboxRow.state == "queued")
            rows = session.scalars(query.order_by(OutboxRow.id)).all()
            return [row.text for row in rows if category is None or row.category == category]

    def sent_from(self, phone: str) -> list[str]:
        with self.database.read() as session:
            query = select(OutboxRow).where(OutboxRow.recipient == phone, OutboxRow.category == "relay")
            return [row.sender for row in session.scalars(query.order_by(OutboxRow.id))]

    def handled(self) -> list[str | None]:
        with self.database.read() as session:
            return list(session.scalars(select(InboxRow.handled_by).order_by(InboxRow.id)))

    def refresh(self, line: Line) -> Line:
        with self.database.read() as session:
            return session.get_one(Line, line.id)

    def retailer_other(self) -> None:
        with self.database.write() as session:
            accounts.add_retailer(session, "other", "+15005550007", now=self.now)
