"""The console: every page of the support desk hangs on this one blueprint."""

from flask import Blueprint

from web.console import (
    access,
    case_views,
    inbox,
    line_views,
    login_views,
    proofs,
    rendering,
    rooms,
    settings_views,
    survey_views,
)
from web.context import Parts


def blueprint(parts: Parts) -> Blueprint:
    """Answer the routes below /console. Whoever is not logged in is shown the way to the login, from every one."""
    routes = Blueprint("console", __name__, url_prefix="/console", template_folder="templates", static_folder="static")
    access.install(routes, parts)
    rendering.install(routes)
    login_views.add_to(routes, parts)
    inbox.add_to(routes, parts)
    case_views.add_to(routes, parts)
    line_views.add_to(routes, parts)
    survey_views.add_to(routes, parts)
    proofs.add_to(routes, parts)
    rooms.add_to(routes, parts)
    settings_views.add_to(routes, parts)
    return routes
