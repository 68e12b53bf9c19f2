"""Whose parcels this installation speaks about. For admins of the house itself: those of the default retailer."""

from flask import Blueprint, abort, render_template, request, url_for
from werkzeug.wrappers import Response as AnyResponse

from channels.redact import storable
from flows import agents, audit, retailers
from flows.accounts import DEFAULT, BadAccount, add_retailer
from web.console import access
from web.context import Parts

Page = AnyResponse | str | tuple[str, int]


def add_to(routes: Blueprint, parts: Parts) -> None:
    """Add the routes to the console's."""

    @routes.get("/settings/retailers", endpoint="retailers")
    def all_retailers() -> str:
        """List the retailers with what they hold."""
        _of_house()
        return _page(parts)

    @routes.post("/settings/retailers", endpoint="add_retailer")
    def another() -> Page:
        """Add a retailer with its number, its first key and its first admin; both secrets are shown this once."""
        _of_house()
        form = {name: storable(request.form.get(name, "")).strip() for name in ("name", "number", "email")}
        who, now = access.current(), parts.clock()
        try:
            with parts.database.write() as session:
                key = add_retailer(session, form["name"], form["number"], now=now)
                _, token = agents.add(
                    session, retailer=form["name"], email=form["email"], name="", role="admin", by=who.email, now=now
                )
                subject = f"retailer:{form['name']}"
                audit.write(
                    session, retailer=DEFAULT, agent=who.email, action="retailer.added", subject=subject, now=now
                )
        except BadAccount as error:
            return _page(parts, fault=str(error), form=form), 422
        link = f"{parts.settings.public_base_url}{url_for('console.welcome', token=token)}"
        return _page(parts, added=form["name"], key=key, link=link, invited=form["email"])


def _of_house() -> None:
    if access.current().retailer != DEFAULT:
        abort(403, "This is for those who look after the whole installation.")


def _page(parts: Parts, *, form: dict[str, str] | None = None, **values: object) -> str:
    with parts.database.read() as session:
        rows = retailers.summary(session)
    return render_template("console/settings/retailers.html", rows=rows, form=form or {}, **values)
