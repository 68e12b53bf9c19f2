"""A few parcels to look at on a new installation in demo mode. Never used outside it."""

from datetime import datetime, timedelta

from db import Database
from flows.accounts import DEFAULT
from flows.house import House
from flows.tracking import create_shipment, take_events
from tracking_core.facts import CarrierEvent
from tracking_core.shipments import NewShipment

#: order number, name, phone, language, the states it has passed.
PARCELS = (
    ("D2001", "Ana", "+14155550181", "en", ("processed", "shipped")),
    ("D2002", "Luis", "+14155550182", "es", ("processed", "shipped", "in_transit", "at_local_hub")),
    ("D2003", "Mei", "+14155550183", "en", ("processed", "shipped", "out_for_delivery", "delivered")),
)
HUB = {"line1": "1 Main St", "city": "Oakland", "postal_code": "94607", "country": "US", "lat": 37.8, "lon": -122.27}


def seed(database: Database, house: House, *, now: datetime) -> str:
    """Add the demo parcels unless they are there, silently: nobody is texted. Answers a sentence."""
    made = 0
    with database.write() as session:
        for order, name, phone, language, states in PARCELS:
            new = NewShipment(
                order_number=order,
                tracking_number=f"DEMO{order[1:]}",
                carrier="demo",
                customer_name=name,
                customer_phone=phone,
                customer_locale=language,
                destination=dict(HUB),
                promised_from=now + timedelta(hours=4),
                promised_to=now + timedelta(hours=6),
                items=[{"name": "Lamp", "quantity": 1}],
                source="demo",
            )
            shipment, created = create_shipment(session, house, new, retailer=DEFAULT, now=now)
            if not created:
                continue
            made += 1
            events = [
                CarrierEvent(
                    carrier="demo",
                    event_id=f"{order}:{state}",
                    tracking_number=shipment.tracking_number,
                    status=state,
                    occurred_at=now - timedelta(hours=len(states) - place),
                    silent=True,
                )
                for place, state in enumerate(states)
            ]
            take_events(session, house, events, retailer=DEFAULT, now=now, shipment=shipment)
    return f"demo data: {made} parcels added" if made else "demo data is there"
