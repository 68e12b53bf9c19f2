"""A small world for the tests of the stories: a house, a retailer, people, parcels and scans."""

import itertools
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from sqlalchemy import select

from channels import inbox
from channels.messages import InboundMessage
from channels.models import InboxRow, OutboxRow
from channels.phone import PhonePictures
from db import Database
from flows import accounts, router
from flows.house import House
from flows.tracking import Taken, create_shipment, take_events
from settings import Settings
from tracking_core.facts import CarrierEvent, Eta
from tracking_core.models import Shipment
from tracking_core.shipments import NewShipment

OURS = "+15005550006"
ANA = "+14155550100"
BEN = "+14155550111"
OAKLAND = {"city": "Oakland", "postal_code": "94607", "country": "US", "timezone": "America/Los_Angeles"}


@dataclass
class World:
    """One retailer's shop, its database and its clock."""

    database: Database
    house: House
    now: datetime
    retailer: str = "default"
    _ids: Any = field(default_factory=lambda: itertools.count(1))

    @classmethod
    def build(
        cls, database: Database, now: datetime, tmp_path: Path, workflow: str = "", nlu: Any = None, **settings: Any
    ) -> "World":
        folder = tmp_path / "workflows"
        folder.mkdir(exist_ok=True)
        base = "quiet_hours: off\n" if "quiet_hours" not in workflow else ""
        (folder / "default.yml").write_text(f"{base}{workflow}")
        given = {"twilio_number": OURS, "secret_key": "test", "workflow_dir": folder, **settings}
        house = House.build(Settings(**given), nlu=nlu, pictures=PhonePictures())
        with database.write() as session:
            accounts.ensure_default(session, house.settings, now=now)
            house.workflows.seed(session, now=now)
        return cls(database, house, now)

    def later(self, **step: float) -> None:
        self.now += timedelta(**step)

    def parcel(self, order: str = "A1001", tracking: str | None = None, phone: str | None = ANA, **more: Any) -> int:
        more.setdefault("destination", dict(OAKLAND))
        new = NewShipment(order_number=order, tracking_number=tracking, customer_phone=phone, **more)
        with self.database.write() as session:
            shipment, _ = create_shipment(session, self.house, new, retailer=self.retailer, now=self.now)
            return shipment.id

    def scan(self, shipment_id: int, *statuses: str, **more: Any) -> Taken:
        """All these statuses in one batch, a second apart, the last one now."""
        events = [self.event(status, ago=len(statuses) - 1 - place, **more) for place, status in enumerate(statuses)]
        with self.database.write() as session:
            shipment = session.get_one(Shipment, shipment_id)
            return take_events(session, self.house, events, retailer=self.retailer, now=self.now, shipment=shipment)

    def event(
        self, status: str, *, ago: float = 0, eta: tuple[datetime, datetime] | None = None, **more: Any
    ) -> CarrierEvent:
        more.setdefault("event_id", f"e{next(self._ids)}")
        more.setdefault("tracking_number", "")
        more.setdefault("occurred_at", self.now - timedelta(seconds=ago))
        window = Eta(window_from=eta[0], window_to=eta[1]) if eta else None
        return CarrierEvent(carrier="test", status=status, eta=window, **more)

    def outbox(self, *, channel: str = "sms", states: Sequence[str] = ("queued", "held")) -> list[OutboxRow]:
        with self.database.read() as session:
            query = select(OutboxRow).where(OutboxRow.channel == channel, OutboxRow.state.in_(states))
            return list(session.scalars(query.order_by(OutboxRow.id)))

    def texts(self, **which: Any) -> list[str]:
        return [row.text for row in self.outbox(**which)]

    def last(self) -> str:
        return self.texts()[-1]

    def shipment(self, shipment_id: int) -> Shipment:
        with self.database.read() as session:
            return session.get_one(Shipment, shipment_id)

    def hear(self, text: str, sender: str = ANA, ours: str = OURS, media: tuple[str, ...] = ()) -> int:
        """A text comes in; answers its row's id."""
        message = InboundMessage("sms", f"SM{next(self._ids)}", sender, ours, text, media)
        with self.database.write() as session:
            assert inbox.receive(session, message, now=self.now)
            return session.scalars(select(InboxRow.id).where(InboxRow.provider_id == message.provider_id)).one()

    def work(self) -> list[str]:
        """Route all that came in; answers the flows that took it."""
        taken = []
        while True:
            with self.database.write() as session:
                claimed = inbox.claim(session, worker="w", now=self.now, limit=10, lease_s=30)
            if not claimed:
                return taken
            taken += [router.handle(self.database, self.house, one, clock=lambda: self.now) for one in claimed]

    def says(self, text: str, sender: str = ANA, **more: Any) -> list[str]:
        """A text comes in and is routed; answers what we say to it."""
        before = {row.id for row in self.outbox(states=("queued", "held", "cancelled"))}
        self.hear(text, sender, **more)
        self.work()
        return [row.text for row in self.outbox() if row.id not in before and row.recipient == sender]
