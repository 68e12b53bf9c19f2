"""Who works here: add by invitation, give roles, switch off, end sessions. For admins."""

from flask import Blueprint, abort, redirect, render_template, request, url_for
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response as AnyResponse

from channels.redact import storable
from flows import agents
from flows.accounts import Agent, BadAccount
from web.console import access, sessions
from web.context import Parts

Page = AnyResponse | str | tuple[str, int]
ROLES = (
    ("agent", "Agent: answers and settles cases"),
    ("lead", "Lead: also sees numbers, reassigns, corrects"),
    ("admin", "Admin: everything, also people and keys"),
    ("read_only", "Read-only: looks, does nothing"),
)


def add_to(routes: Blueprint, parts: Parts) -> None:
    """Add the routes to the console's."""

    @routes.get("/settings/people")
    def people() -> str:
        """List the agents."""
        return _page(parts)

    @routes.post("/settings/people")
    def add_person() -> Page:
        """Invite somebody; the link is shown this once."""
        form = {name: storable(request.form.get(name, "")).strip() for name in ("email", "name", "role")}
        who = access.current()
        try:
            with parts.database.write() as session:
                agent, token = agents.add(session, retailer=who.retailer, by=who.email, now=parts.clock(), **form)
        except BadAccount as error:
            return _page(parts, fault=str(error), form=form), 422
        return _page(parts, invited=agent.email, link=_link(parts, token))

    @routes.post("/settings/people/<int:agent_id>/<any(invite, role, off, on, sign_out):deed>")
    def change_person(agent_id: int, deed: str) -> Page:
        """Do something to an agent: a new invitation, another role, off, on, or the end of their sessions."""
        try:
            with parts.database.write() as session:
                agent = _found(session, agent_id)
                token = _do(session, parts, agent, deed)
        except BadAccount as error:
            return _page(parts, fault=str(error)), 422
        if token is not None:
            return _page(parts, invited=agent.email, link=_link(parts, token))
        return redirect(url_for("console.people"), 303)


def _do(session: Session, parts: Parts, agent: Agent, deed: str) -> str | None:
    now, by = parts.clock(), access.current().email
    if deed == "invite":
        if agent.disabled_at is not None:
            raise BadAccount("This agent is switched off.")
        return agents.invite(session, agent, by=by, now=now)
    if deed == "role":
        agents.set_role(session, agent, request.form.get("role", ""), by=by, now=now)
    elif deed == "off":
        agents.switch_off(session, agent, by=by, now=now)
    elif deed == "on":
        agents.switch_on(session, agent, by=by, now=now)
    if deed in {"off", "sign_out"}:
        sessions.end(session, agent.id, now=now)
        agents.note_signed_out(session, agent, by=by, now=now)
    return None


def _page(
    parts: Parts, *, fault: str = "", form: dict[str, str] | None = None, invited: str = "", link: str = ""
) -> str:
    who, now = access.current(), parts.clock()
    with parts.database.read() as session:
        found = agents.all_of(session, who.retailer)
        return render_template(
            "console/settings/people.html",
            people=found,
            open={one.id: len(sessions.open_ones(session, one.id, now=now)) for one in found},
            roles=ROLES,
            fault=fault,
            form=form or {},
            invited=invited,
            link=link,
        )


def _link(parts: Parts, token: str) -> str:
    return f"{parts.settings.public_base_url}{url_for('console.welcome', token=token)}"


def _found(session: Session, agent_id: int) -> Agent:
    found = agents.get(session, access.current().retailer, agent_id) if agent_id < 2**63 else None
    return found or abort(404)
