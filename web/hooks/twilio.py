"""Twilio's webhooks: verify, write one row, answer. A worker does the rest."""

from flask import Blueprint, Response

from channels import inbox, receipts
from channels.messages import Channel, InboundMessage, InvalidSignature, MalformedWebhook, Receipt, WebhookRequest
from flows import accounts
from web.context import Parts, parts
from web.hooks import failures
from web.requests import webhook_request

blueprint = Blueprint("twilio_hooks", __name__, url_prefix="/hooks/twilio")

TWIML = "text/xml; charset=utf-8"
#: Twilio is to say nothing: what we owe goes out through the outbox.
EMPTY = '<?xml version="1.0" encoding="UTF-8"?><Response/>'


@blueprint.post("/message", endpoint="message")
@blueprint.post("/status", endpoint="status")
def take() -> Response:
    """Keep a text somebody sent, or what became of one of ours. Twilio may send either to either address."""
    house = parts()
    channel, request = verified(house)
    items = channel.parse(request)
    now = house.clock()
    with house.database.write() as session:
        for item in items:
            if isinstance(item, InboundMessage):
                inbox.receive(session, item, now=now)
            elif isinstance(item, Receipt):
                receipts.take(session, item, now=now)
    return Response(EMPTY, content_type=TWIML)


def verified(house: Parts) -> tuple[Channel, WebhookRequest]:
    """Answer the channel and the request it has verified. Raises InvalidSignature, also where no Twilio is set up."""
    request = webhook_request(house.settings.public_base_url)
    try:
        channel = _channel(house)
        channel.verify(request)
    except (InvalidSignature, MalformedWebhook) as error:
        # What is of a kind that cannot be signed is not signed.
        failures.refused(house, accounts.DEFAULT, "twilio")
        raise InvalidSignature(str(error)) from error
    return channel, request


def _channel(house: Parts) -> Channel:
    channel = house.channels.get("sms")
    if channel is None or not house.settings.twilio_configured:
        raise InvalidSignature("no Twilio account is configured")
    return channel
