"""Stores' webhooks: verify, understand, take in, all in one transaction, answer within a moment."""

from flask import Blueprint, Response, request
from sqlalchemy.orm import Session

from flows import accounts, connections, stores
from flows.store_base import StoreAdapter, events_of
from flows.store_taking import take as take_in
from tracking_core.carriers.base import CarrierRequest, InvalidSignature, MalformedPayload
from tracking_core.states import UNKNOWN
from web.context import Parts, parts
from web.hooks import failures
from web.problems import Fault, Problem, not_found
from web.requests import header_map, read_body

blueprint = Blueprint("store_hooks", __name__, url_prefix="/hooks/stores")


@blueprint.post("/<name>")
@blueprint.post("/<name>/<retailer>")
def take(name: str, retailer: str = accounts.DEFAULT) -> Response:
    """Take what a store says of one retailer's orders."""
    house = parts()
    adapter = stores.find(name)
    if adapter is None:
        raise not_found("store")
    _known(house, retailer)
    said = CarrierRequest(headers=header_map(), query=request.args.to_dict(), body=read_body())
    if adapter.greets(said):
        return Response(status=200)
    _verify(house, adapter, said, retailer)
    try:
        message = adapter.parse(said)
    except MalformedPayload as error:
        fault = Fault(error.field, error.message)
        raise Problem(400, "The payload is not what this store sends.", (fault,), kind="malformed") from error
    now = house.clock()

    def work(session: Session) -> None:
        if message.told and take_in(session, house.house, adapter.name, message, retailer=retailer, now=now):
            connections.note(session, retailer, adapter.name, now=now)
            unknown = [event for event in events_of(message) if event.status == UNKNOWN]
            connections.note_events(session, retailer, unknown, now=now)

    house.database.run(work)
    # Shopify and WooCommerce want a 200; other 2xx count as well, but are less tried.
    return Response(status=200)


def _known(house: Parts, retailer: str) -> None:
    if retailer == accounts.DEFAULT:
        return
    with house.database.read() as session:
        if not accounts.retailer_exists(session, retailer):
            raise not_found("retailer")


def _verify(house: Parts, adapter: StoreAdapter, said: CarrierRequest, retailer: str) -> None:
    secret = house.settings.source_secret("store", adapter.name, retailer)
    try:
        adapter.verify(said, secret or "")
    except InvalidSignature as error:
        failures.refused(house, retailer, adapter.name)
        raise Problem(403, "The signature does not fit this request.", kind="invalid-signature") from error
