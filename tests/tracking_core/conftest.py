"""What the tests of the tracking core stand on: events and parcels in one line each. Databases: tests/conftest.py."""

import itertools
from collections.abc import Callable
from datetime import datetime, timedelta

import pytest
from sqlalchemy.orm import Session

from tracking_core.facts import CarrierEvent
from tracking_core.models import Shipment
from tracking_core.shipments import NewShipment, create

_COUNT = itertools.count(1)


@pytest.fixture
def parcel(now: datetime) -> Callable[..., Shipment]:
    """Create a shipment of the default retailer; keywords are NewShipment's."""

    def make(session: Session, *, retailer: str = "default", at: datetime = now, **said: object) -> Shipment:
        number = next(_COUNT)
        words: dict[str, object] = {"order_number": f"A{number}", "tracking_number": f"TC{number}"}
        shipment, created = create(session, NewShipment(**(words | said)), retailer=retailer, now=at)  # type: ignore[arg-type]
        assert created
        return shipment

    return make


@pytest.fixture
def scan(now: datetime) -> Callable[..., CarrierEvent]:
    """An event `minutes` from the present (before it when negative); keywords are CarrierEvent's."""

    def make(status: str, minutes: float = 0, *, number: str = "", **said: object) -> CarrierEvent:
        words: dict[str, object] = {"carrier": "api", "event_id": f"e{next(_COUNT)}"}
        return CarrierEvent(  # type: ignore[arg-type]
            **(
                words
                | {"tracking_number": number, "status": status}
                | {"occurred_at": now + timedelta(minutes=minutes)}
                | said
            )
        )

    return make
