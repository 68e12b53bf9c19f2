"""Replies kept ready: everybody who answers reads them, leads write them."""

from flask import Blueprint, abort, redirect, render_template, request, url_for
from werkzeug.wrappers import Response as AnyResponse

from channels.redact import storable
from flows import canned as replies
from flows.canned import BadReply
from web.console import access
from web.context import Parts

Page = AnyResponse | str | tuple[str, int]


def add_to(routes: Blueprint, parts: Parts) -> None:
    """Add the routes to the console's."""

    @routes.get("/settings/canned")
    def canned() -> str:
        """List the replies; one of them in the form when its id is given."""
        return _page(parts, edited=request.args.get("edit", type=int))

    @routes.post("/settings/canned")
    def save_canned() -> Page:
        """Keep a reply, new or changed."""
        who = access.current()
        form = {name: storable(request.form.get(name, "")) for name in ("name", "language", "text")}
        edited = request.form.get("id", type=int)
        try:
            with parts.database.write() as session:
                if edited is not None and (edited >= 2**63 or replies.get(session, who.retailer, edited) is None):
                    abort(404)
                replies.save(
                    session,
                    parts.house,
                    retailer=who.retailer,
                    reply_id=edited,
                    by=who.email,
                    now=parts.clock(),
                    **form,
                )
        except BadReply as error:
            return _page(parts, form=form, edited=edited, faults={error.field: str(error)}), 422
        return redirect(url_for("console.canned"), 303)

    @routes.post("/settings/canned/<int:reply_id>/delete")
    def delete_canned(reply_id: int) -> Page:
        """Keep the reply no more."""
        who = access.current()
        with parts.database.write() as session:
            row = replies.get(session, who.retailer, reply_id) if reply_id < 2**63 else None
            if row is None:
                abort(404)
            replies.delete(session, row, by=who.email, now=parts.clock())
        return redirect(url_for("console.canned"), 303)


def _page(
    parts: Parts,
    *,
    form: dict[str, str] | None = None,
    edited: int | None = None,
    faults: dict[str, str] | None = None,
) -> str:
    who = access.current()
    with parts.database.read() as session:
        rows = replies.all_of(session, who.retailer)
        languages = parts.house.workflows.of(session, who.retailer).languages
    mine = next((one for one in rows if one.id == edited), None)
    if form is None and mine is not None:
        form = {"name": mine.name, "language": mine.language, "text": mine.text}
    return render_template(
        "console/settings/canned.html",
        rows=[(one, replies.measured(one.text)) for one in rows],
        languages=languages,
        placeholders=replies.PLACEHOLDERS,
        form=form or {},
        edited=mine.id if mine is not None else None,
        faults=faults or {},
    )
