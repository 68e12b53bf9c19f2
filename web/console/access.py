"""Who may do what in the console: one table, endpoint by endpoint, enforced before every request.

A route that is not in the table is refused to everybody: add its endpoint here, in one line, with the least role that
may use it. A test reads the URL map and fails for every route that was forgotten.
"""

import hmac
import logging
from collections.abc import Mapping
from typing import cast
from urllib.parse import urlsplit

from flask import Blueprint, Response, abort, g, redirect, request, url_for
from werkzeug.wrappers import Response as AnyResponse

from web.console import sessions
from web.console.sessions import Who
from web.context import Parts

log = logging.getLogger("doorline.web")

READ_ONLY, AGENT, LEAD, ADMIN = "read_only", "agent", "lead", "admin"
#: From the least to the most.
RANKS = (READ_ONLY, AGENT, LEAD, ADMIN)
#: Ids from here on fit into no database; words of the query that hold one.
TOO_LARGE = 2**63
PLACES = ("before", "after", "edit")
#: What a stranger may ask for.
OPEN_TO_ALL = frozenset({"console.login", "console.try_login", "console.static", "console.welcome", "console.accept"})

#: Endpoint, without `console.` -> the least role that may use it. What changes anything is at least an agent's.
TABLE: Mapping[str, str] = {
    "logout": READ_ONLY,
    # settings
    "settings": READ_ONLY,
    "me": READ_ONLY,
    "save_me": READ_ONLY,
    "availability": READ_ONLY,
    "change_password": READ_ONLY,
    "end_session": READ_ONLY,
    "canned": AGENT,
    "save_canned": LEAD,
    "delete_canned": LEAD,
    "audit_log": LEAD,
    "audit_file": LEAD,
    "workflow": LEAD,
    "workflow_version": LEAD,
    "workflow_file": LEAD,
    "check_workflow": LEAD,
    "save_workflow": ADMIN,
    "roll_back_workflow": ADMIN,
    "texts": LEAD,
    "text": LEAD,
    "check_text": LEAD,
    "save_text": ADMIN,
    "people": ADMIN,
    "add_person": ADMIN,
    "change_person": ADMIN,
    "api_keys": ADMIN,
    "add_key": ADMIN,
    "revoke_key": ADMIN,
    "webhooks": ADMIN,
    "add_webhook": ADMIN,
    "webhook": ADMIN,
    "change_webhook": ADMIN,
    "redeliver": ADMIN,
    "retailers": ADMIN,
    "add_retailer": ADMIN,
    # whole numbers, each look written down
    "unmask_number": LEAD,
    "number_masked_again": LEAD,
    # cases
    "inbox": READ_ONLY,
    "case": READ_ONLY,
    "act": AGENT,
    "deed": AGENT,
    "call": AGENT,
    "bulk": AGENT,
    # lines
    "line": READ_ONLY,
    "unmask": LEAD,
    "masked_again": LEAD,
    # connections
    "connections": READ_ONLY,
    "shadow": LEAD,
    # surveys and proofs
    "surveys": READ_ONLY,
    "review_list": READ_ONLY,
    "review": AGENT,
    # parcels and files of them
    "shipments": READ_ONLY,
    "shipment": READ_ONLY,
    "new_shipment": AGENT,
    "create_shipment": AGENT,
    "add_event": AGENT,
    "imports": READ_ONLY,
    "import_job": READ_ONLY,
    "import_faults": AGENT,
    "import_file": AGENT,
    "cancel_import": AGENT,
    # messages, numbers, figures
    "messages": READ_ONLY,
    "message": READ_ONLY,
    "settle_message": AGENT,
    "numbers": READ_ONLY,
    "health": READ_ONLY,
    "overview": READ_ONLY,
    "scorecards": READ_ONLY,
    "scorecards_csv": READ_ONLY,
    "overview_csv": READ_ONLY,
}


def install(routes: Blueprint, parts: Parts) -> None:
    """Guard every route of the console, and tell its templates `may('endpoint')`."""
    routes.before_request(lambda: guard(parts))
    routes.after_request(_name_own_origin)
    routes.context_processor(lambda: {"may": may})


def current() -> Who:
    """Answer the agent who makes the present request: e-mail, name, role, retailer, timezone, csrf."""
    return cast(Who, g.who)


def may(endpoint: str, who: Who | None = None) -> bool:
    """Whether the agent may use the endpoint; with or without `console.` before its name."""
    least = TABLE.get(endpoint.removeprefix("console."))
    asked = who or g.get("who")
    return least is not None and asked is not None and at_least(asked.role, least)


def at_least(role: str, least: str) -> bool:
    """Whether a role is as much as another, or more. A role nobody knows is nothing."""
    return role in RANKS and RANKS.index(role) >= RANKS.index(least)


def guard(parts: Parts) -> AnyResponse | None:
    """Let in whoever has a session and a role that allows it, and what their own forms send."""
    if request.method == "POST" and not _own_page(parts.settings.public_base_url):
        abort(400, "This form was sent from another site.")
    if request.endpoint in OPEN_TO_ALL:
        return None
    now, token = parts.clock(), request.cookies.get(sessions.COOKIE, "")
    with parts.database.read() as session:
        who = sessions.find(session, token, secret_key=parts.settings.secret_key, now=now) if token else None
    if who is None:
        wanted = request.full_path.rstrip("?") if request.method == "GET" else None
        return redirect(url_for("console.login", next=wanted), 303)
    g.who = who
    name = (request.endpoint or "").removeprefix("console.")
    if name not in TABLE:
        log.error("console endpoint=%s is not in the table of access", name)
        abort(403, "Nobody has said who may do this.")
    if request.method not in {"GET", "HEAD"} and not _own_form(who):
        abort(400, "This form is too old, or not one of ours. Go back, reload the page and try again.")
    if not at_least(who.role, TABLE[name]):
        abort(403, f"This is for the role {TABLE[name].replace('_', '-')} and above; yours is another.")
    if any(isinstance(one, int) and one >= TOO_LARGE for one in (request.view_args or {}).values()) or _lost():
        abort(404)
    if "X-Live" not in request.headers:
        sessions.touch(parts.database, who, now=now)
    return None


def _lost() -> bool:
    """Whether the query asks for a page that begins after an id no database can hold."""
    said = (request.args.get(name, "") for name in PLACES)
    return any(one.isdecimal() and int(one[:25]) >= TOO_LARGE for one in said)


def _own_form(who: Who) -> bool:
    said = request.headers.get("X-CSRF") or request.form.get("csrf", "")
    return hmac.compare_digest(said.encode(errors="replace"), who.csrf.encode())


def _own_page(public_base_url: str) -> bool:
    origin = request.headers.get("Origin")
    return origin is None or urlsplit(origin).netloc in {request.host, urlsplit(public_base_url).netloc}


def _name_own_origin(answer: Response) -> Response:
    """Under the house's `no-referrer` browsers send our own forms with `Origin: null`, like a stranger's."""
    answer.headers["Referrer-Policy"] = "same-origin"
    return answer
