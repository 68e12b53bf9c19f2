"""The workflow as a text: checked, previewed, compared, saved as a version, rolled back. Leads look, admins save."""

from flask import Blueprint, Response, abort, redirect, render_template, request, url_for
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response as AnyResponse

from channels.redact import storable
from flows import text_preview, workflow_editing
from flows.workflow import WorkflowError
from flows.workflow_editing import SavedMeanwhile
from web.console import access
from web.context import Parts

Page = AnyResponse | str | tuple[str, int]


def add_to(routes: Blueprint, parts: Parts) -> None:
    """Add the routes to the console's."""

    @routes.get("/settings/workflow")
    def workflow() -> str:
        """Show the workflow that stands, with its versions."""
        return _page(parts)

    @routes.post("/settings/workflow/check")
    def check_workflow() -> Page:
        """Say what is wrong with a text and on which line, what it changes, and how the texts would read."""
        source, base = _given()
        return _judged(parts, source, base)

    @routes.post("/settings/workflow")
    def save_workflow() -> Page:
        """Make the text the version that stands."""
        (source, base), who = _given(), access.current()
        note = storable(request.form.get("note", ""))
        try:
            with parts.database.write() as session:
                number = workflow_editing.save(
                    session,
                    parts.house,
                    retailer=who.retailer,
                    source=source,
                    base=base,
                    note=note,
                    by=who.email,
                    now=parts.clock(),
                )
        except (WorkflowError, SavedMeanwhile) as error:
            return _page(parts, source=source, base=base, fault=str(error), note=note), 422
        return redirect(url_for("console.workflow", said=f"saved-{number}"), 303)

    @routes.get("/settings/workflow/<int:number>")
    def workflow_version(number: int) -> str:
        """Show one version: what it changed, and what it differs from the one that stands."""
        return _version(parts, number)

    @routes.post("/settings/workflow/<int:number>/roll-back")
    def roll_back_workflow(number: int) -> Page:
        """Make that version stand again, as a new one."""
        who = access.current()
        try:
            with parts.database.write() as session:
                back = workflow_editing.roll_back(
                    session, parts.house, retailer=who.retailer, to=_sane(number), by=who.email, now=parts.clock()
                )
        except (WorkflowError, SavedMeanwhile) as error:
            return _page(parts, fault=str(error)), 422
        if back is None:
            abort(404)
        return redirect(url_for("console.workflow", said=f"saved-{back}"), 303)

    @routes.get("/settings/workflow.yml")
    def workflow_file() -> Response:
        """Send the workflow that stands as a file: the seed for another installation."""
        retailer = access.current().retailer
        with parts.database.read() as session:
            source = parts.house.workflows.export(session, retailer)
        answer = Response(source, mimetype="application/yaml")
        answer.headers["Content-Disposition"] = f'attachment; filename="{retailer}.yml"'
        return answer


def _given() -> tuple[str, int]:
    """The text as it was edited, and the number of the version it was made from."""
    return storable(request.form.get("source", "")), request.form.get("base", default=0, type=int)


def _judged(parts: Parts, source: str, base: int) -> Page:
    retailer = access.current().retailer
    try:
        source = workflow_editing.cleaned(source)
        found = parts.house.workflows.check(source, retailer)
    except WorkflowError as error:
        return _page(parts, source=source, base=base, fault=str(error)), 422
    with parts.database.read() as session:
        standing = parts.house.workflows.export(session, retailer)
        before = parts.house.workflows.of(session, retailer)
    old = {(one.name, one.language): one.text for one in text_preview.previews(parts.house, before)}
    new = list(text_preview.previews(parts.house, found))
    return _page(
        parts,
        source=source,
        base=base,
        checked=True,
        difference=workflow_editing.difference(standing, source),
        changed=[one for one in new if old.get((one.name, one.language)) != one.text],
        previews=new,
        note=storable(request.form.get("note", "")),
    )


def _page(parts: Parts, *, source: str | None = None, base: int | None = None, **values: object) -> str:
    retailer = access.current().retailer
    with parts.database.read() as session:
        newest = workflow_editing.newest(session, retailer)
        rows = workflow_editing.versions(session, retailer)
        standing = parts.house.workflows.export(session, retailer)
    number = newest.version if newest is not None else 0
    said = request.args.get("said", "")
    return render_template(
        "console/settings/workflow.html",
        source=standing if source is None else source,
        base=number if base is None else base,
        number=number,
        versions=rows,
        said=f"Version {number} stands." if said == f"saved-{number}" else "",
        **values,
    )


def _version(parts: Parts, number: int) -> str:
    retailer = access.current().retailer
    with parts.database.read() as session:
        row = workflow_editing.version(session, retailer, _sane(number))
        if row is None:
            abort(404)
        before = workflow_editing.version(session, retailer, number - 1)
        newest = _newest(session, retailer)
        standing = parts.house.workflows.export(session, retailer)
    return render_template(
        "console/settings/version.html",
        row=row,
        newest=newest,
        changed=workflow_editing.difference(before.source if before is not None else "", row.source),
        back=workflow_editing.difference(standing, row.source),
    )


def _newest(session: Session, retailer: str) -> int:
    row = workflow_editing.newest(session, retailer)
    return row.version if row is not None else 0


def _sane(number: int) -> int:
    return number if number < 2**31 else 0
