"""REST v1: shipments, their drivers and events."""

import hashlib
import json

from flows import connections, tracking
from flows.intake import FieldFault, Rejected, ShipmentChange, ShipmentIn, changes, new_shipment
from flows.intake import phone as read_phone
from tracking_core import shipments
from tracking_core.facts import CarrierEvent, Eta, Position
from tracking_core.models import Shipment
from tracking_core.states import ShipmentState
from web import cursors
from web.api import shown
from web.api.event_schemas import EtaIn, EventIn, EventTaken
from web.api.routing import Access, Answer, Call, Route
from web.api.shipment_schemas import DriverPut, ShipmentDetail, ShipmentOut, ShipmentPage, ShipmentQuery
from web.problems import not_found

#: The source of events that come through this API.
SOURCE = "api"


def create_shipment(call: Call) -> Answer:
    """Make the shipment known; the same order and tracking number again answers the one that is there."""
    said: ShipmentIn = call.body
    shipment, is_new = tracking.create_shipment(
        call.session, call.parts.house, new_shipment(said, source=SOURCE), retailer=call.retailer, now=call.now
    )
    return Answer(201 if is_new else 200, shown.shipment(call, shipment))


def list_shipments(call: Call) -> Answer:
    """Answer the retailer's shipments, newest first."""
    said: ShipmentQuery = call.query
    found = shipments.page(
        call.session,
        call.retailer,
        order_number=said.order_number,
        phone=phone_asked(said.phone),
        state=said.state,
        before_id=cursors.to_id(said.cursor),
        limit=said.limit + 1,
    )
    items = found[: said.limit]
    more = cursors.of_id(items[-1].id) if len(found) > said.limit else None
    return Answer(200, ShipmentPage(items=[shown.shipment(call, one) for one in items], next=more))


def get_shipment(call: Call) -> Answer:
    """Answer one shipment with its history."""
    return Answer(200, shown.detail(call, the_shipment(call)))


def change_shipment(call: Call) -> Answer:
    """Change what the body names: null takes a value away, `destination`, `origin` and `delivery` are merged."""
    said: ShipmentChange = call.body
    shipment = the_shipment(call)
    told = changes(said, shipment.destination, shipment.passed)
    if told:
        shipment = tracking.change_shipment(call.session, call.parts.house, shipment, told, now=call.now)
    return Answer(200, shown.detail(call, shipment))


def put_driver(call: Call) -> Answer:
    """Put the shipment into a driver's hands."""
    said: DriverPut = call.body
    shipment = the_shipment(call)
    faults: list[FieldFault] = []
    phone = read_phone(said.phone, str(shipment.destination.get("country") or "US"), "phone", faults)
    if phone is None:
        raise Rejected(faults)
    tracking.put_driver(call.session, call.parts.house, shipment, name=said.name, phone=phone, now=call.now)
    return Answer(200, shown.detail(call, shipment))


def add_event(call: Call) -> Answer:
    """Record what happened; whoever is to be told is told."""
    shipment = the_shipment(call)
    event = carrier_event(call.body, shipment, call)
    taken = tracking.take_events(
        call.session, call.parts.house, [event], retailer=call.retailer, now=call.now, shipment=shipment
    )
    connections.note_events(call.session, call.retailer, [event], now=call.now)
    return Answer(202, EventTaken(state=ShipmentState(shipment.state), changed=taken.changed))


def carrier_event(said: EventIn, shipment: Shipment, call: Call) -> CarrierEvent:
    """Turn what was said into an event; one without an id gets one from its content."""
    occurred_at = said.occurred_at or call.now
    position = said.position
    return CarrierEvent(
        carrier=SOURCE,
        event_id=said.event_id or _id_of(said, call),
        tracking_number=shipment.tracking_number,
        status=said.status,
        occurred_at=occurred_at,
        reason=said.reason,
        detail=said.detail,
        eta=_eta(said),
        position=None if position is None else Position(position.lat, position.lon, position.at or occurred_at),
        stops_away=said.stops_away,
        correction=said.correction,
        silent=said.silent,
        raw=json.loads(said.model_dump_json(by_alias=True, exclude_none=True)),
    )


def the_shipment(call: Call) -> Shipment:
    """The shipment of the path. Raises Problem 404, also for another retailer's."""
    found = shipments.get(call.session, call.retailer, call.ids["shipment_id"])
    if found is None:
        raise not_found("shipment")
    return found


def phone_asked(said: str | None) -> str | None:
    """Read a phone of the query. Raises Rejected."""
    faults: list[FieldFault] = []
    found = read_phone(said, "US", "phone", faults)
    if faults:
        raise Rejected(faults)
    return found


def _id_of(said: EventIn, call: Call) -> str:
    """The same words again are the same event; without a time they are said now, and so another one."""
    at = "" if said.occurred_at else call.now.isoformat()
    return "api:" + hashlib.sha256((said.model_dump_json() + at).encode()).hexdigest()[:32]


def _eta(said: EventIn) -> Eta | None:
    if said.eta is None:
        return None
    if isinstance(said.eta, EtaIn):
        if said.eta.begins and said.eta.ends and said.eta.ends < said.eta.begins:
            raise Rejected([FieldFault("eta.to", "the window must not end before it begins")])
        return Eta(at=said.eta.at, window_from=said.eta.begins, window_to=said.eta.ends)
    return Eta(at=said.eta)


PATH = "/shipments/{shipment_id}"
ROUTES = (
    Route(
        "POST",
        "/shipments",
        create_shipment,
        "Make a shipment known. Texts nobody.",
        "Shipments",
        {201: ShipmentOut, 200: ShipmentOut},
        body=ShipmentIn,
        access=Access.WRITE,
    ),
    Route(
        "GET",
        "/shipments",
        list_shipments,
        "Shipments, newest first.",
        "Shipments",
        {200: ShipmentPage},
        query=ShipmentQuery,
    ),
    Route(
        "GET",
        PATH,
        get_shipment,
        "One shipment with events, promises and proofs.",
        "Shipments",
        {200: ShipmentDetail},
    ),
    Route(
        "PATCH",
        PATH,
        change_shipment,
        "Change a shipment.",
        "Shipments",
        {200: ShipmentDetail},
        body=ShipmentChange,
        access=Access.WRITE,
        problems={409: "Another parcel of the order has that tracking number."},
    ),
    Route(
        "PUT",
        f"{PATH}/driver",
        put_driver,
        "Put a shipment into a driver's hands.",
        "Shipments",
        {200: ShipmentDetail},
        body=DriverPut,
        access=Access.WRITE,
    ),
    Route(
        "POST",
        f"{PATH}/events",
        add_event,
        "Say what happened to a shipment.",
        "Events",
        {202: EventTaken},
        body=EventIn,
        access=Access.WRITE,
    ),
)
