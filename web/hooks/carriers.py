"""Carriers' webhooks: verify, turn codes into events, record and announce in one transaction, answer."""

from flask import Blueprint, Response, request
from sqlalchemy.orm import Session
from werkzeug.exceptions import MethodNotAllowed

from flows import accounts, connections, network_drivers, tracking
from tracking_core.carriers import find
from tracking_core.carriers.base import CarrierAdapter, CarrierRequest, InvalidSignature, MalformedPayload
from tracking_core.carriers.kit import Greets, NamesPeople
from tracking_core.facts import CarrierEvent, OfferedDriver
from web.context import Parts, parts
from web.hooks import failures
from web.problems import Fault, Problem, not_found
from web.requests import header_map, read_body

blueprint = Blueprint("carrier_hooks", __name__, url_prefix="/hooks/carriers")


@blueprint.post("/<name>")
@blueprint.post("/<name>/<retailer>")
def take(name: str, retailer: str = accounts.DEFAULT) -> Response:
    """Take a carrier's scans for one retailer's shipments."""
    house = parts()
    adapter = _adapter(house, name, retailer)
    scans = CarrierRequest(headers=header_map(), query=request.args.to_dict(), body=read_body())
    _verify(house, adapter, scans, name, retailer)
    try:
        events = adapter.parse(scans)
        people = adapter.people(scans) if isinstance(adapter, NamesPeople) else []
    except MalformedPayload as error:
        fault = Fault(error.field, error.message)
        raise Problem(400, "The payload is not what this carrier sends.", (fault,), kind="malformed") from error
    if events or people:
        _record(house, adapter.name, retailer, events, people)
    return Response(status=204)


@blueprint.get("/<name>")
@blueprint.get("/<name>/<retailer>")
def greet(name: str, retailer: str = accounts.DEFAULT) -> Response:
    """Repeat the word with which a network asks whether this address is ours; 405 for carriers that never ask."""
    adapter = _adapter(parts(), name, retailer)
    if not isinstance(adapter, Greets):
        raise MethodNotAllowed(valid_methods=["POST"])
    word = adapter.greet(CarrierRequest(headers=header_map(), query=request.args.to_dict(), body=b""))
    if word is None:
        raise Problem(400, "There is nothing to repeat.", kind="malformed")
    return Response(word, 200, content_type="text/plain; charset=utf-8", headers={"X-Content-Type-Options": "nosniff"})


def _adapter(house: Parts, name: str, retailer: str) -> CarrierAdapter:
    adapter = find(name)
    if adapter is None:
        raise not_found("carrier")
    if retailer != accounts.DEFAULT:
        with house.database.read() as session:
            if not accounts.retailer_exists(session, retailer):
                raise not_found("retailer")
    return adapter


def _record(house: Parts, source: str, retailer: str, events: list[CarrierEvent], people: list[OfferedDriver]) -> None:
    now = house.clock()

    def work(session: Session) -> None:
        network_drivers.meet(session, retailer, source, people, now=now)
        if events:
            tracking.take_events(session, house.house, events, retailer=retailer, now=now)
            connections.note_events(session, retailer, events, now=now)
        else:
            connections.note(session, retailer, source, now=now)

    house.database.run(work)


def _verify(house: Parts, adapter: CarrierAdapter, scans: CarrierRequest, name: str, retailer: str) -> None:
    """Check the signature by the secret set under the adapter's name, or under the name its address was given with."""
    names = (adapter.name, name.replace("-", "_"))
    found = (house.settings.source_secret("carrier", one, retailer) for one in names)
    secret = next((one for one in found if one), None)
    try:
        adapter.verify(scans, secret or "")
    except InvalidSignature as error:
        failures.refused(house, retailer, adapter.name)
        raise Problem(403, "The signature does not fit this request.", kind="invalid-signature") from error
