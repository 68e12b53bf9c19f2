"""Pictures by their short-lived addresses, and the page that shows the proof of a delivery."""

import hashlib
import json
from dataclasses import asdict

from flask import Blueprint, Response, abort, make_response, render_template, request

from channels.picture_models import Picture
from flows import picture_links, proofs
from tracking_core.models import Shipment
from web.context import parts
from web.pages.proof import proof_page
from web.pages.views import TOKEN_MAX, gone, private, static_url
from web.wording import words

#: Nothing in a picture can run, load or be framed, whatever a browser takes it for.
CSP_PICTURE = "default-src 'none'; sandbox; frame-ancestors 'none'"

blueprint = Blueprint("pictures", __name__, template_folder="templates")


@blueprint.get("/m/<token>")
def picture(token: str) -> Response:
    """Serve a picture to whoever has its address, while that is good; `?size=small` is its thumbnail."""
    house = parts()
    picture_id = picture_links.find(house.house, token, now=house.clock()) if len(token) <= TOKEN_MAX else None
    with house.database.read() as session:
        row = None if picture_id is None else session.get(Picture, picture_id)
        small = request.args.get("size") == "small"
        content = None if row is None or not row.is_ready else row.thumbnail if small else row.jpeg
    if content is None:
        abort(404)
    return jpeg(content)


def jpeg(content: bytes) -> Response:
    """Answer a picture that we drew ourselves, so that browsers take it for nothing else and keep it nowhere."""
    answer = Response(content, content_type="image/jpeg")
    answer.headers["Content-Security-Policy"] = CSP_PICTURE
    answer.headers["Content-Disposition"] = 'inline; filename="picture.jpg"'
    return private(answer)


@blueprint.get("/p/<token>")
def proof(token: str) -> Response:
    """Show the proof of a delivery to whoever has its link; `no-store`, and live as the tracking page is."""
    house, asked = parts(), request.args.get("lang")
    now = house.clock()
    with house.database.read() as session:
        found = house.house.links.find(session, "p", token, now=now) if len(token) <= TOKEN_MAX else None
        shipment = None if found is None else session.get(Shipment, found)
        if shipment is None or proofs.page_has_ended(shipment, now=now):
            return gone(asked)
        page = proof_page(session, house.house, shipment, asked=asked, now=now)
    etag = hashlib.sha256(json.dumps([asdict(page), static_url("track.js")]).encode()).hexdigest()[:32]
    if request.if_none_match.contains_weak(etag):
        answer = Response(status=304)
    else:
        answer = make_response(
            render_template("pages/proof.html", page=page, words=words(page.language), etag=f'"{etag}"')
        )
    answer.set_etag(etag)
    return private(answer)
