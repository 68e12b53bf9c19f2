"""What every page of the console gets without asking: its words, its clock, its tag, and a token for its forms."""

import hashlib
import logging
import re
import secrets
from collections.abc import Callable
from datetime import datetime
from typing import Any

from flask import Blueprint, Response, current_app, g, make_response, render_template, request, url_for
from sqlalchemy.exc import InterfaceError, OperationalError
from sqlalchemy.exc import TimeoutError as PoolTimeout
from werkzeug.exceptions import HTTPException

from channels.phones import mask
from web.console import clocks, nav, showing
from web.context import parts

log = logging.getLogger("doorline.web")
TITLES = {
    400: "That did not work",
    403: "This is not for your role",
    404: "There is nothing here",
    405: "That is not done by this address",
    413: "That is too big",
    429: "Too often",
}
#: Stands in a page where the token of its forms is put in, after the page's tag was worked out without it.
ONCE = "00once00once00once00once00once00"
_TOKEN = re.compile(r"[0-9a-f]{32}")
#: What a page that refreshes itself sends along: the token it was given, so that an unchanged form stays unchanged.
LIVE = "X-Live"


def install(routes: Blueprint) -> None:
    """Give the templates of the console their words, and its pages their tags.

    A view only renders: an unchanged page is answered by 304, `console/macros.html` has the clock and the forms.
    """
    filters: dict[str, Callable[..., Any]] = {
        "in_words": showing.in_words,
        "masked": mask,
        "moment": clocks.moment,
        "in_full": clocks.in_full,
        "until": clocks.until,
        "clock": _clock,
    }
    for name, function in filters.items():
        routes.add_app_template_filter(function, f"desk_{name}")
    routes.before_request(_keep_clock)
    routes.context_processor(_values)
    routes.after_request(_finish)
    routes.register_error_handler(HTTPException, _say_what_is_wrong)
    for error in (OperationalError, InterfaceError, PoolTimeout):
        routes.register_error_handler(error, _database_away)


def _say_what_is_wrong(error: HTTPException) -> Any:
    """A page for people in place of the problem document programs get."""
    status = error.code or 500
    if error.response is not None or status < 400:
        return error
    return _error_page(status, TITLES.get(status, error.name), error.description or "")


def _database_away(error: Exception) -> Response:
    log.warning("database unavailable in the console error=%s", type(getattr(error, "orig", None) or error).__name__)
    return _error_page(503, "The database does not answer", "Wait a moment, then load the page again.")


def _error_page(status: int, title: str, words: str) -> Response:
    return make_response(render_template("console/error.html", title=title, words=words), status)


def _values() -> dict[str, Any]:
    """What templates of the console may name. `nav` is empty for those who are not logged in."""
    return {
        "in_words": showing.in_words,
        "moment": clocks.moment,
        "mask": mask,
        "nav": nav.groups() if "who" in g else [],
        "who": g.who if "who" in g else None,
        "asset": asset,
        "once": ONCE,
        "known_endpoints": current_app.view_functions,
    }


def is_live() -> bool:
    """Whether the page asks for itself, to refresh its live parts: what is not live need not be made."""
    return LIVE in request.headers


def asset(name: str) -> str:
    """The address of a file in `web/console/static`."""
    return url_for("console.static", filename=name)


def _keep_clock() -> None:
    """Set the clock of the request: the agent's zone, else that of the retailer's support hours."""
    house = parts()
    g.now = house.clock()
    if "who" not in g:
        return
    with house.database.read() as session:
        fallback = house.house.workflows.of(session, g.who.retailer).support_hours.timezone
    g.desk_zone = clocks.zone_named(getattr(g.who, "timezone", None), fallback)


def _clock(at: datetime) -> str:
    return clocks.clock_of(at.astimezone(clocks.zone()))


def _finish(answer: Response) -> Response:
    if answer.mimetype != "text/html" or answer.is_streamed:
        return answer
    page = answer.get_data()
    if request.method == "GET" and answer.status_code == 200:
        if answer.get_etag()[0] is None:
            answer.set_etag(hashlib.sha256(page).hexdigest()[:32])
        answer.headers["Cache-Control"] = "no-store"
    said = request.headers.get(LIVE, "")
    token = said if _TOKEN.fullmatch(said) else secrets.token_hex(16)
    answer.set_data(page.replace(ONCE.encode(), token.encode()))
    if request.method == "GET" and answer.status_code == 200:
        answer.make_conditional(request)
    return answer
