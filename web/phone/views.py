"""The phones in the browser: demo mode's telephone network, as a page and as JSON."""

from typing import Any

from flask import Blueprint, Response, abort, jsonify, render_template, request
from sqlalchemy import select

from channels import inbox, phone
from channels.messages import InboundMessage
from channels.models import OurAddress
from channels.phone import BadMedia, PhoneMessage
from flows.accounts import DEFAULT
from web.context import Parts
from web.phone.panel import Panel, next_order
from web.phone.reading import read_count, read_media, read_number, read_object, read_text, same_origin
from web.problems import Fault, invalid
from web.requests import IMPORT_MAX

PAGE_MAX = 200


def blueprint(parts: Parts) -> Blueprint:
    """Answer the routes below /phone; outside demo mode each of them is a 404."""
    routes = Blueprint("phone", __name__, url_prefix="/phone", template_folder="templates", static_folder="static")
    panel = Panel(parts)

    @routes.before_request
    def guard() -> None:
        if not parts.settings.demo:
            abort(404)
        if request.method not in {"GET", "HEAD"}:
            same_origin(parts.settings.public_base_url)

    @routes.get("")
    def page() -> str:
        """Show the two phones and the panel."""
        with parts.database.read() as session:
            ours = list(session.scalars(select(OurAddress.address).where(OurAddress.retailer == DEFAULT)))
            order = next_order(session)
        own = parts.settings.twilio_number
        return render_template("phone/page.html", ours=own, numbers=ours, scans=panel.scans, next_order=order)

    @routes.get("/messages")
    def messages() -> Response:
        """List the texts from and to one number, oldest first."""
        number = read_number("number", request.args.get("number"), mail=True)
        after, limit = read_count("after", 0), min(read_count("limit", 50), PAGE_MAX)
        with parts.database.read() as session:
            rows = phone.page(session, number, after=after, limit=limit)
        return jsonify(items=[shown(row) for row in rows], next=rows[-1].id if rows and len(rows) == limit else None)

    @routes.post("/messages")
    def post() -> tuple[Response, int]:
        """Send a text from one of the phones: into its own list and, in the same transaction, into our inbox."""
        said = read_object(IMPORT_MAX)
        sender, recipient = read_number("from", said.get("from")), read_number("to", said.get("to"))
        text, media = read_text(said), read_media(said)
        now = parts.clock()
        with parts.database.write() as session:
            if session.scalar(select(OurAddress.id).where(OurAddress.address == recipient)) is None:
                raise invalid([Fault("to", "This is none of this installation's numbers.")])
            try:
                row = phone.post(session, sender=sender, recipient=recipient, text=text, media=media, now=now)
            except BadMedia as error:
                raise invalid([Fault("media", str(error))]) from error
            inbox.receive(
                session, InboundMessage("sms", row.provider_id, sender, recipient, text, tuple(media)), now=now
            )
        return jsonify(shown(row)), 201

    panel.install(routes)
    return routes


def shown(row: PhoneMessage) -> dict[str, Any]:
    """A text as CONTRACT has it."""
    return {
        "id": row.id,
        "from": row.sender,
        "to": row.recipient,
        "body": row.text,
        "media": row.media,
        "at": row.at.isoformat().replace("+00:00", "Z"),
    }
