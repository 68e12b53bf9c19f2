"""REST v1 on the app: a view per route, the OpenAPI document, and a page that reads it to people."""

from collections.abc import Callable

from flask import Blueprint, Response, jsonify, render_template

from web.api.openapi import ABOUT, document
from web.api.routing import Route, serve
from web.api.table import ROUTES
from web.api.textbook import chapters, paragraphs
from web.context import parts

PREFIX = "/api/v1"

blueprint = Blueprint("api", __name__, url_prefix=PREFIX, template_folder="templates")


@blueprint.get("/openapi.json")
def openapi() -> Response:
    """Answer the OpenAPI 3.1 document."""
    return jsonify(document(ROUTES, f"{parts().settings.public_base_url}{PREFIX}"))


@blueprint.get("/docs")
def docs() -> str:
    """Show the document as a page."""
    said = document(ROUTES, f"{parts().settings.public_base_url}{PREFIX}")
    return render_template("api/docs.html", document=said, chapters=chapters(said), about=paragraphs(ABOUT))


def _view(route: Route) -> Callable[..., Response]:
    def view(**ids: str) -> Response:
        return serve(route, **ids)

    return view


for _route in ROUTES:
    blueprint.add_url_rule(
        _route.path.replace("{", "<").replace("}", ">"),
        endpoint=_route.name,
        view_func=_view(_route),
        methods=[_route.method],
    )
