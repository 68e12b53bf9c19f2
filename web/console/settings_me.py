"""An agent's own page: name, clock, password, where they are logged in, and whether they take new cases."""

from zoneinfo import available_timezones

from flask import Blueprint, abort, redirect, render_template, request, url_for
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response as AnyResponse

from channels.redact import storable
from flows import agents
from flows.accounts import Agent, BadAccount
from web.console import access, sessions
from web.context import Parts

Page = AnyResponse | str | tuple[str, int]


def add_to(routes: Blueprint, parts: Parts) -> None:
    """Add the routes to the console's."""

    @routes.get("/settings/me")
    def me() -> str:
        """Show the page."""
        return _page(parts)

    @routes.post("/settings/me")
    def save_me() -> Page:
        """Keep name and zone."""
        name, zone = storable(request.form.get("name", "")), storable(request.form.get("timezone", "")).strip()
        try:
            with parts.database.write() as session:
                agents.set_profile(session, _self(session), name=name, timezone=zone, now=parts.clock())
        except BadAccount as error:
            return _page(parts, fault=str(error)), 422
        return redirect(url_for("console.me", said="saved"), 303)

    @routes.post("/settings/me/availability")
    def availability() -> Page:
        """Take new cases, or none for now; leads back to where it was pressed."""
        try:
            with parts.database.write() as session:
                said = request.form.get("availability", "")
                agents.set_availability(session, _self(session), said, now=parts.clock())
        except BadAccount as error:
            return _page(parts, fault=str(error)), 422
        return redirect(url_for("console.inbox" if request.form.get("back") == "inbox" else "console.me"), 303)

    @routes.post("/settings/me/password")
    def change_password() -> Page:
        """Change the password; every other session of the agent ends with it."""
        who, now = access.current(), parts.clock()
        try:
            with parts.database.write() as session:
                old, new = request.form.get("old", ""), request.form.get("new", "")
                agents.change_password(session, _self(session), old, new, now=now)
                sessions.end(session, who.agent_id, but=who.session_id, now=now)
        except BadAccount as error:
            return _page(parts, fault=str(error)), 422
        return redirect(url_for("console.me", said="password"), 303)

    @routes.post("/settings/me/sessions/<int:session_id>/end")
    def end_session(session_id: int) -> Page:
        """End one of the agent's own sessions."""
        with parts.database.write() as session:
            own = session_id < 2**63 and sessions.end(
                session, access.current().agent_id, only=session_id, now=parts.clock()
            )
            if not own:
                abort(404)
        return redirect(url_for("console.me", said="ended"), 303)


SAID = {
    "saved": "Saved.",
    "password": "The password is another one now. Every other session of yours has ended.",
    "ended": "That session has ended.",
}


def _page(parts: Parts, *, fault: str = "") -> str:
    who = access.current()
    with parts.database.read() as session:
        return render_template(
            "console/settings/me.html",
            agent=_self(session),
            sessions=sessions.open_ones(session, who.agent_id, now=parts.clock()),
            zones=sorted(available_timezones()),
            said=SAID.get(request.args.get("said", "")),
            fault=fault,
        )


def _self(session: Session) -> Agent:
    return session.get_one(Agent, access.current().agent_id)
