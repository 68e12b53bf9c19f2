"""Carriers' webhooks: verify, turn codes into events, record and announce in one transaction, answer."""

from flask import Blueprint, Response, request

from flows import accounts, tracking
from tracking_core.carriers import ADAPTERS
from tracking_core.carriers.base import CarrierAdapter, CarrierRequest, InvalidSignature, MalformedPayload
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
    adapter = ADAPTERS.get(name)
    if adapter is None:
        raise not_found("carrier")
    _known(house, retailer)
    scans = CarrierRequest(headers=header_map(), query=request.args.to_dict(), body=read_body())
    _verify(house, adapter, scans, retailer)
    try:
        events = adapter.parse(scans)
    except MalformedPayload as error:
        fault = Fault(error.field, error.message)
        raise Problem(400, "The payload is not what this carrier sends.", (fault,), kind="malformed") from error
    if events:
        now = house.clock()
        house.database.run(
            lambda session: tracking.take_events(session, house.house, events, retailer=retailer, now=now)
        )
    return Response(status=204)


def _known(house: Parts, retailer: str) -> None:
    if retailer == accounts.DEFAULT:
        return
    with house.database.read() as session:
        if not accounts.retailer_exists(session, retailer):
            raise not_found("retailer")


def _verify(house: Parts, adapter: CarrierAdapter, scans: CarrierRequest, retailer: str) -> None:
    secret = house.settings.source_secret("carrier", adapter.name, retailer)
    try:
        adapter.verify(scans, secret or "")
    except InvalidSignature as error:
        failures.count(adapter.name)
        raise Problem(403, "The signature does not fit this request.", kind="invalid-signature") from error
