"""The thread of a masked line, for the support staff: who read it is written down, and numbers are shown to few."""

from flask import Blueprint, Response, abort, g, make_response, redirect, render_template, request, url_for
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response as AnyResponse

from channels.phones import mask
from flows import line_threads, unmasking
from flows.line_models import Line
from flows.line_words import Sides
from flows.lines import CUSTOMER, DRIVER, number_of
from web.console import showing
from web.console.sessions import Who
from web.context import Parts

#: Who may see the numbers of a line, and its words as they were written.
MAY_UNMASK = frozenset({"lead", "admin"})
FATES = {
    "asked": "waits for its sender's word",
    "blocked": "not passed on",
    "dropped": "not passed on",
    "damped": "not passed on: too many at once",
    "notice": "",
    "passed": "",
}


def add_to(routes: Blueprint, parts: Parts) -> None:
    """Add the line's routes to the console's."""

    @routes.get("/lines/<int:line_id>")
    def line(line_id: int) -> Response:
        """Show one line's thread, numbers hidden; the look is written down."""
        with parts.database.write() as session:
            found = _found(session, line_id)
            line_threads.look(session, found, agent=_who().email, action=line_threads.VIEWED, now=parts.clock())
            return _page(session, parts, found, unmasked=False)

    @routes.post("/lines/<int:line_id>/unmask")
    def unmask(line_id: int) -> AnyResponse:
        """Show the numbers too, to those whose role allows; written down each time."""
        if _who().role not in MAY_UNMASK:
            abort(403, "Your role may not see these numbers.")
        with parts.database.write() as session:
            found = _found(session, line_id)
            line_threads.look(session, found, agent=_who().email, action=line_threads.UNMASKED, now=parts.clock())
            unmasking.note(
                session, retailer=_who().retailer, subject=f"line:{found.id}", agent=_who().email, now=parts.clock()
            )
            return _page(session, parts, found, unmasked=True)

    @routes.get("/lines/<int:line_id>/unmask")
    def masked_again(line_id: int) -> AnyResponse:
        """A reload of the unmasked page shows it masked: each unmasking is meant."""
        return redirect(url_for("console.line", line_id=line_id), 303)


def _page(session: Session, parts: Parts, line: Line, *, unmasked: bool) -> Response:
    sides = Sides.of(session, parts.house, line, now=parts.clock())
    hide = str if unmasked else mask
    page = render_template(
        "console/line.html",
        who=_who(),
        line=line,
        orders=sides.orders(),
        number=number_of(session, line),
        people=[
            (showing.ROLE_WORDS[CUSTOMER], sides.name(CUSTOMER), hide(sides.phone(CUSTOMER))),
            (showing.ROLE_WORDS[DRIVER], sides.name(DRIVER), hide(sides.phone(DRIVER))),
        ],
        said=line_threads.thread(session, line, open_words=unmasked),
        looks=line_threads.looks(session, line),
        roles=showing.ROLE_WORDS,
        statuses=showing.STATUS_WORDS,
        bad=showing.BAD,
        fates=FATES,
        unmasked=unmasked,
        may_unmask=_who().role in MAY_UNMASK,
        now=parts.clock(),
    )
    answer = make_response(page)
    answer.headers["Cache-Control"] = "no-store"
    if not unmasked:
        answer.set_etag(showing.etag(page))
        answer.make_conditional(request)
    return answer


def _found(session: Session, line_id: int) -> Line:
    found = line_threads.get(session, _who().retailer, line_id) if line_id < 2**63 else None
    return found or abort(404)


def _who() -> Who:
    who: Who = g.who
    return who
