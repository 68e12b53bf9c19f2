"""Pages for people: the front page, the tracking page, and the files they are made of."""

import functools
import hashlib
import json
import secrets
from dataclasses import asdict
from pathlib import Path
from typing import Any

from flask import Blueprint, Response, make_response, render_template, request, send_from_directory, url_for

from tracking_core.models import Shipment
from web.context import parts
from web.pages.tracking import has_ended, tracking_page
from web.wording import languages, words

STATIC = Path(__file__).parent / "static"
#: Longer is no token of ours.
TOKEN_MAX = 64
ROBOTS = "User-agent: *\nDisallow: /\n"

blueprint = Blueprint("pages", __name__, template_folder="templates")


@blueprint.app_context_processor
def _for_templates() -> dict[str, Any]:
    return {"static": static_url}


@blueprint.get("/")
def home() -> str:
    """Show where to go from here, in demo mode; otherwise only whose house this is."""
    language = request.accept_languages.best_match(languages()) or "en"
    return render_template("pages/home.html", words=words(language), demo=parts().settings.demo)


@blueprint.get("/t/<token>")
def track(token: str) -> Response:
    """Show a shipment to whoever has its link.

    Nothing may keep the page, shared computers least of all, so it is `no-store`; the page's own script carries the
    ETag from one poll to the next, and an unchanged page costs a 304.
    """
    house, asked = parts(), request.args.get("lang")
    now = house.clock()
    with house.database.read() as session:
        shipment_id = None
        if len(token) <= TOKEN_MAX:
            shipment_id = house.house.links.find(session, "t", token, now=now)
        shipment = None if shipment_id is None else session.get(Shipment, shipment_id)
        if shipment is None or has_ended(shipment, now=now):
            return gone(asked)
        page = tracking_page(session, house.house, shipment, asked=asked, now=now, done=request.args.get("done"))
    etag = hashlib.sha256(json.dumps([asdict(page), static_url("track.js")]).encode()).hexdigest()[:32]
    if request.if_none_match.contains_weak(etag):
        answer = Response(status=304)
    else:
        answer = make_response(
            # The forms' key is drawn anew for every page and is no part of what the page says.
            render_template(
                "pages/track.html",
                page=page,
                words=words(page.language),
                etag=f'"{etag}"',
                key=secrets.token_urlsafe(12),
                here=f"/t/{token}",
            )
        )
    answer.set_etag(etag)
    return private(answer)


def gone(asked: str | None) -> Response:
    """The page for every link that opens nothing, whyever."""
    language = asked or request.accept_languages.best_match(languages()) or "en"
    answer = make_response(render_template("pages/gone.html", words=words(language)), 404)
    return private(answer)


def private(answer: Response) -> Response:
    """A page for one person: nobody stores it, nobody indexes it, and it tells nobody where its reader came from."""
    answer.headers["Cache-Control"] = "no-store, private"
    answer.headers["X-Robots-Tag"] = "noindex, nofollow"
    answer.headers["Referrer-Policy"] = "no-referrer"
    return answer


@blueprint.get("/static/<path:name>")
def static(name: str) -> Response:
    """Serve a file of the pages. Addresses carry a digest of the content, so that browsers may keep them."""
    answer = send_from_directory(STATIC, name, max_age=31_536_000 if "v" in request.args else 300)
    answer.headers["Cross-Origin-Resource-Policy"] = "same-origin"
    return answer


@blueprint.get("/favicon.ico")
def favicon() -> Response:
    """Serve the icon to browsers that ask in the old way."""
    return send_from_directory(STATIC, "icon.svg", max_age=86_400)


@blueprint.get("/robots.txt")
def robots() -> Response:
    """Ask crawlers to stay outside."""
    return Response(ROBOTS, content_type="text/plain; charset=utf-8")


def static_url(name: str) -> str:
    """The address of a file in `web/pages/static`, with a digest of its content."""
    return url_for("pages.static", name=name, v=_digest(name))


@functools.cache
def _digest(name: str) -> str:
    return hashlib.sha256((STATIC / name).read_bytes()).hexdigest()[:12]
