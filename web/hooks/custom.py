"""House systems' webhooks: any JSON, verified and understood by its mapping file, stored, answered."""

import json
from typing import Any

from flask import Blueprint, Response, jsonify

from flows import accounts, custom_intake, mapping
from flows.custom_auth import is_signed
from flows.intake import FieldFault, Rejected
from tracking_core.carriers.base import CarrierRequest, MalformedPayload, decoded
from web.context import Parts, parts
from web.hooks import failures
from web.problems import Fault, Problem, invalid, not_found
from web.requests import header_map, read_body

blueprint = Blueprint("custom_hooks", __name__, url_prefix="/hooks/custom")


@blueprint.post("/<name>")
@blueprint.post("/<name>/<retailer>")
def take(name: str, retailer: str = accounts.DEFAULT) -> Response:
    """Take a house system's message for one retailer: 2xx once it is stored, 422 naming every field that is missing."""
    house = parts()
    rules = house.house.mappings.get(name, retailer)
    if rules is None:
        raise not_found("source")
    _known(house, retailer)
    body = read_body()
    now = house.clock()
    secret = house.settings.source_secret("custom", name, retailer)
    if not is_signed(rules.auth, header_map(), body, secret or "", now=now):
        failures.refused(house, retailer, custom_intake.source_of(name))
        raise Problem(403, "The signature does not fit this request.", kind="invalid-signature")
    payload = _payload(body)
    mapped = mapping.apply(rules, payload, body)
    if mapped.faults:
        raise _incomplete(mapped.faults)
    try:
        outcome = house.database.run(
            lambda session: custom_intake.take(session, house.house, mapped, retailer=retailer, name=name, now=now)
        )
    except Rejected as error:
        raise _incomplete(error.faults) from error
    answer = jsonify(taken=outcome.is_new, created=outcome.created, changed=outcome.changed, events=outcome.events)
    answer.status_code = 200
    return answer


def _known(house: Parts, retailer: str) -> None:
    if retailer == accounts.DEFAULT:
        return
    with house.database.read() as session:
        if not accounts.retailer_exists(session, retailer):
            raise not_found("retailer")


def _payload(body: bytes) -> Any:
    """The body's JSON values. Raises Problem 400, also for what JSON allows and no database stores."""
    try:
        json.loads(body)
        # Looked at as one field of an object: a mapping may expect a list.
        return decoded(CarrierRequest(headers={}, query={}, body=b'{"payload":' + body + b"}"))["payload"]
    except (ValueError, RecursionError) as error:
        words = error.message if isinstance(error, MalformedPayload) else "not readable as JSON"
        raise Problem(400, "The payload is not readable.", (Fault("body", words),), kind="malformed") from error


def _incomplete(faults: list[FieldFault] | tuple[FieldFault, ...]) -> Problem:
    return invalid(
        (Fault(fault.field, fault.reason) for fault in faults), detail="By its mapping this message lacks something."
    )
