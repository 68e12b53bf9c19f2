"""A retailer's own words for single texts, beside the house's, each with its length. Leads look, admins save."""

from dataclasses import dataclass

from flask import Blueprint, abort, redirect, render_template, request, url_for
from werkzeug.wrappers import Response as AnyResponse

from channels.redact import storable
from flows import text_preview, workflow_editing
from flows.text_names import TEXTS
from flows.text_preview import Preview
from flows.workflow import Workflow, WorkflowError
from flows.workflow_editing import SavedMeanwhile
from web.console import access
from web.context import Parts

Page = AnyResponse | str | tuple[str, int]
WORDS_MAX = 4000


@dataclass(frozen=True)
class Own:
    """One text in one language, as its form shows it."""

    language: str
    #: The retailer's own words; empty: the house's are read.
    words: str
    house_words: str
    preview: Preview


def add_to(routes: Blueprint, parts: Parts) -> None:
    """Add the routes to the console's."""

    @routes.get("/settings/texts")
    def texts() -> str:
        """List every text as it reads now."""
        with parts.database.read() as session:
            workflow = parts.house.workflows.of(session, access.current().retailer)
        wanted, only_own = storable(request.args.get("find", "")).strip().lower(), request.args.get("own") == "1"
        rows = [
            one
            for one in text_preview.previews(parts.house, workflow)
            if (not wanted or wanted in one.name or wanted in one.text.lower()) and (one.own or not only_own)
        ]
        return render_template("console/settings/texts.html", rows=rows, find=wanted, only_own=only_own)

    @routes.get("/settings/texts/<name>")
    def text(name: str) -> str:
        """Show one text in every language, with room for own words."""
        return _page(parts, _known(name))

    @routes.post("/settings/texts/<name>/check")
    def check_text(name: str) -> Page:
        """Show how own words would read and what they cost."""
        return _judged(parts, _known(name), _given())

    @routes.post("/settings/texts/<name>")
    def save_text(name: str) -> Page:
        """Keep the words in the workflow: a new version of it."""
        who, words, said = access.current(), _given(), _known(name)
        try:
            with parts.database.write() as session:
                standing = workflow_editing.newest(session, who.retailer)
                workflow_editing.save(
                    session,
                    parts.house,
                    retailer=who.retailer,
                    source=workflow_editing.with_own_words(standing.source if standing else "", said, words),
                    base=standing.version if standing else 0,
                    note=f"Own words for {said}",
                    by=who.email,
                    now=parts.clock(),
                )
        except (WorkflowError, SavedMeanwhile) as error:
            return _page(parts, said, words=words, fault=str(error)), 422
        return redirect(url_for("console.text", name=said, said="saved"), 303)


def _known(name: str) -> str:
    return name if name in TEXTS and not name.startswith("phrase_") else abort(404)


def _given() -> dict[str, str]:
    """Own words by language, as they were written."""
    return {
        field.removeprefix("words-"): storable(value)[:WORDS_MAX].replace("\r\n", "\n")
        for field, value in request.form.items()
        if field.startswith("words-") and len(field) == len("words-en")
    }


def _judged(parts: Parts, name: str, words: dict[str, str]) -> Page:
    retailer = access.current().retailer
    with parts.database.read() as session:
        standing = workflow_editing.newest(session, retailer)
    try:
        source = workflow_editing.with_own_words(standing.source if standing else "", name, words)
        found = parts.house.workflows.check(source, retailer)
    except WorkflowError as error:
        return _page(parts, name, words=words, fault=str(error)), 422
    return _page(parts, name, words=words, workflow=found, checked=True)


def _page(
    parts: Parts,
    name: str,
    *,
    words: dict[str, str] | None = None,
    workflow: Workflow | None = None,
    checked: bool = False,
    fault: str = "",
) -> str:
    with parts.database.read() as session:
        standing = parts.house.workflows.of(session, access.current().retailer)
    own = standing.texts.get(name, {})
    given = words if words is not None else {one: own.get(one, own.get("*", "")) for one in standing.languages}
    forms = [
        Own(
            language,
            given.get(language, ""),
            parts.house.texts.source(name, language),
            text_preview.preview(parts.house, workflow or standing, name, language),
        )
        for language in standing.languages
    ]
    return render_template(
        "console/settings/text.html",
        name=name,
        forms=forms,
        values=sorted({*TEXTS[name], "brand"}),
        checked=checked,
        fault=fault,
        said="Saved. The next text of this kind reads so." if request.args.get("said") == "saved" else "",
    )
