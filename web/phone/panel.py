"""The demo's panel: creates an order and presses a carrier's scans, through the same functions as every front door."""

import uuid
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from http import HTTPStatus
from typing import Any
from zoneinfo import ZoneInfo

from flask import Blueprint, Response, jsonify, redirect
from sqlalchemy import func, select
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response as BaseResponse

from channels.redact import storable
from flows import driver_links
from flows.accounts import DEFAULT
from flows.tracking import create_shipment, take_events
from tracking_core import shipments
from tracking_core.facts import CarrierEvent
from tracking_core.models import Shipment
from tracking_core.shipments import NewShipment
from web.context import Parts
from web.phone.reading import read_number, read_object
from web.problems import Fault, invalid, not_found
from web.requests import BODY_MAX

ZONE = ZoneInfo("America/Los_Angeles")
HOME = {"line1": "1 Main St", "city": "Oakland", "region": "CA", "postal_code": "94607", "country": "US",
        "lat": 37.8044, "lon": -122.2712, "timezone": ZONE.key}  # fmt: skip
WINDOWS = ("today", "tomorrow", "none")


@dataclass(frozen=True, slots=True)
class Scan:
    """A button of the panel."""

    #: A ShipmentState.
    status: str
    label: str
    #: What a courier would be doing.
    hint: str
    #: A tracking_core.reasons.Reason, where one belongs to it.
    reason: str | None = None
    #: On the way to the door, or aside of it.
    aside: bool = False


SCANS = (
    Scan("processed", "Processed", "The shop has packed it"),
    Scan("shipped", "Shipped", "The carrier has it"),
    Scan("in_transit", "In transit", "Between two depots"),
    Scan("out_for_delivery", "Out for delivery", "In the driver's van"),
    Scan("arriving", "Arriving", "One stop away"),
    Scan("at_address", "At the door", "The driver is there"),
    Scan("delivered", "Delivered", "Handed over"),
    Scan("attempt_failed", "Nobody home", "The attempt has failed", "recipient_unavailable", aside=True),
    Scan("on_hold", "On hold", "Waiting at the depot", "weather", aside=True),
    Scan("returned", "Returned", "Back at the shop", aside=True),
)


class Panel:
    """The routes below /phone/demo."""

    scans = SCANS

    def __init__(self, parts: Parts) -> None:
        self._parts = parts

    def install(self, routes: Blueprint) -> None:
        """Add the panel's routes to the blueprint of the phones, which guards them."""
        routes.get("/demo/parcels")(self.parcels)
        routes.get("/demo/parcels/<int:parcel_id>")(self.parcel)
        routes.get("/demo/parcels/<int:parcel_id>/driver")(self.driver_page)
        routes.post("/demo/orders")(self.order)
        routes.post("/demo/parcels/<int:parcel_id>/scans")(self.scan)

    def parcels(self) -> Response:
        """List the newest parcels with their pages' addresses, and a number for the next order."""
        with self._parts.database.read() as session:
            found = shipments.page(session, DEFAULT, limit=8)
            items = [self._shown(session, one, link=True) for one in found]
            return jsonify(items=items, next_order=next_order(session))

    def parcel(self, parcel_id: int) -> Response:
        """Show one parcel as it is now."""
        with self._parts.database.read() as session:
            return jsonify(self._shown(session, _found(session, parcel_id)))

    def driver_page(self, parcel_id: int) -> BaseResponse:
        """Lead to the page of the driver who has the parcel, as the link in the driver's first text does."""
        now = self._parts.clock()
        with self._parts.database.write() as session:
            driver = _found(session, parcel_id).driver
            if driver is None:
                raise not_found("driver")
            return redirect(driver_links.link(session, self._parts.house, driver, now=now), HTTPStatus.SEE_OTHER)

    def order(self) -> tuple[Response, HTTPStatus]:
        """Create an order of one parcel with its driver: 201, or 200 and the one that was there."""
        new = read_order(read_object(BODY_MAX), self._parts.clock())
        with self._parts.database.write() as session:
            parcel, created = create_shipment(
                session, self._parts.house, new, retailer=DEFAULT, now=self._parts.clock()
            )
            shown = self._shown(session, parcel, link=True)
        return jsonify(shown), HTTPStatus.CREATED if created else HTTPStatus.OK

    def scan(self, parcel_id: int) -> tuple[Response, HTTPStatus]:
        """Take a scan in as a carrier's would be: 202 with the state and whether it has changed."""
        status = read_object(BODY_MAX).get("status")
        scan = next((one for one in SCANS if one.status == status), None)
        if scan is None:
            raise invalid([Fault("status", f"One of {', '.join(one.status for one in SCANS)} is expected.")])
        now = self._parts.clock()
        with self._parts.database.write() as session:
            parcel = _found(session, parcel_id)
            event = CarrierEvent(
                carrier="demo",
                event_id=uuid.uuid4().hex,
                tracking_number=parcel.tracking_number,
                status=scan.status,
                reason=scan.reason,
                occurred_at=now,
                raw={"pressed": scan.label},
            )
            taken = take_events(session, self._parts.house, [event], retailer=DEFAULT, now=now, shipment=parcel)
            shown = self._shown(session, parcel)
        return jsonify(state=taken.state, changed=taken.changed, parcel=shown), HTTPStatus.ACCEPTED

    def _shown(self, session: Session, parcel: Shipment, *, link: bool = False) -> dict[str, Any]:
        shown: dict[str, Any] = {
            "id": parcel.id,
            "order_number": parcel.order_number,
            "name": parcel.customer_name,
            "phone": parcel.customer_phone,
            "email": parcel.customer_email,
            "driver": {"name": parcel.driver.name, "phone": parcel.driver.phone} if parcel.driver else None,
            "state": parcel.state,
            "passed": [event.status for event in shipments.timeline(session, parcel) if event.moved],
        }
        if link:
            shown["tracking_url"] = self._parts.house.links.url(session, "t", parcel.id, now=self._parts.clock())
        return shown


def next_order(session: Session) -> str:
    """A number that no order of the demo has yet."""
    return f"A{1001 + (session.scalar(select(func.max(Shipment.id))) or 0)}"


def read_order(said: dict[str, Any], now: datetime) -> NewShipment:
    """Turn the panel's form into a parcel. Raises Problem 422."""
    words = {name: _words(said, name) for name in ("order_number", "name", "email", "language", "window", "driver")}
    if not words["order_number"]:
        raise invalid([Fault("order_number", "An order needs a number.")])
    if words["window"] not in WINDOWS:
        raise invalid([Fault("window", f"One of {', '.join(WINDOWS)} is expected.")])
    if words["email"] and "@" not in words["email"]:
        raise invalid([Fault("email", "An e-mail address has an @ in it.")])
    begins, ends = promised(words["window"], now)
    return NewShipment(
        order_number=words["order_number"],
        tracking_number=f"DEMO{words['order_number']}",
        carrier="demo",
        customer_name=words["name"] or None,
        customer_phone=read_number("phone", said.get("phone")),
        customer_email=words["email"] or None,
        customer_locale=words["language"] or None,
        destination=dict(HOME),
        promised_from=begins,
        promised_to=ends,
        driver_name=words["driver"] or None,
        driver_phone=read_number("driver_phone", said["driver_phone"]) if said.get("driver_phone") else None,
        items=[{"name": "Lamp", "quantity": 1}],
        source="demo",
    )


def promised(window: str, now: datetime) -> tuple[datetime, datetime] | tuple[None, None]:
    """Answer the window the shop has promised: in two to four hours, tomorrow morning, or none."""
    if window == "today":
        hour = (now + timedelta(hours=2)).replace(minute=0, second=0, microsecond=0)
        return hour, hour + timedelta(hours=2)
    if window == "tomorrow":
        day = now.astimezone(ZONE).date() + timedelta(days=1)
        return datetime.combine(day, time(9), ZONE), datetime.combine(day, time(12), ZONE)
    return None, None


def _found(session: Session, parcel_id: int) -> Shipment:
    parcel = shipments.get(session, DEFAULT, parcel_id) if parcel_id < 2**63 else None
    if parcel is None:
        raise not_found("parcel")
    return parcel


def _words(said: dict[str, Any], name: str) -> str:
    value = said.get(name) or ""
    if not isinstance(value, str) or len(value) > 100:
        raise invalid([Fault(name, "At most 100 characters are expected.")])
    return storable(value).strip()
