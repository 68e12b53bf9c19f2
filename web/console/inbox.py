"""The inbox: queues with their counts, filters and search, and what is done to many cases at once."""

import secrets
from collections.abc import Mapping, Sequence
from typing import Any

from flask import Blueprint, abort, redirect, render_template, request, url_for
from sqlalchemy import select
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response as AnyResponse

from channels.redact import storable
from flows import audit, case_queues, case_search, cases, desk_acts
from flows.case_queues import QUEUES, Filters, Page, Queue
from flows.case_reasons import REASONS
from flows.case_states import Priority
from flows.desk_act_models import DeskAct
from flows.desk_actions import CannotDo
from flows.models import Case
from web.console import access, agents, showing
from web.console.case_forms import REFUSED
from web.console.sessions import Who
from web.context import Parts

PAGE = 50
#: Cases one form may name.
BULK_MAX = 200
QUERY_MAX = 200
LABELS: Mapping[str, str] = {
    "mine": "Mine",
    "unassigned": "Unassigned",
    "soon": "Due soon",
    "breached": "Overdue",
    "all": "All open",
    "snoozed": "Snoozed",
    "resolved": "Resolved",
}
#: What an empty queue says, and what to do.
EMPTY: Mapping[str, tuple[str, str]] = {
    "mine": ("You have no case.", "Take one from Unassigned: open it, or press c on it."),
    "unassigned": ("Every case has somebody.", "New cases come here until an agent takes them."),
    "soon": ("Nothing is due soon.", "Cases come here when four fifths of their time to answer have passed."),
    "breached": ("Nothing is overdue.", "Cases come here when their time to answer is over."),
    "all": (
        "No case is open.",
        "A case opens when somebody wants a person, when an answer was not understood, or when a delivery goes wrong.",
    ),
    "snoozed": ("Nothing is set aside.", "Snooze a case that can wait: it comes back by itself."),
    "resolved": ("Nothing has been resolved yet.", "Resolved cases stay here. A new text within three days reopens."),
}
_FILTERS = ("reason", "priority", "assignee", "channel", "language")
_BULK = ("claim", "assign", "resolve")


def add_to(routes: Blueprint, parts: Parts) -> None:
    """Add the inbox's routes to the console's."""

    @routes.get("/")
    def inbox() -> str:
        """Show one queue, or what was searched for."""
        name = request.args.get("queue", "all")
        if name not in QUEUES:
            abort(404)
        with parts.database.read() as session:
            return _page(session, parts, name)

    @routes.post("/cases/bulk")
    def bulk() -> AnyResponse:
        """Do one thing to many cases, each by itself; what could not be done is said, case by case."""
        told = _bulk(parts)
        back: dict[str, Any] = {
            name: request.form[name] for name in (*_FILTERS, "queue", "q") if request.form.get(name)
        }
        return redirect(url_for("console.inbox", **back, told=told), 303)


def _page(session: Session, parts: Parts, name: Queue) -> str:
    who, now = access.current(), parts.clock()
    said = {key: request.args.get(key, "") for key in _FILTERS}
    filters = Filters(**{key: value[:100] or None for key, value in said.items()})
    words, cursor = storable(request.args.get("q", ""))[:QUERY_MAX].strip(), request.args.get("cursor")
    try:
        found = _found(session, who, name, filters, words, cursor, now=now)
    except ValueError:
        abort(404)
    workflow = parts.house.workflows.of(session, who.retailer)
    here: dict[str, Any] = {key: one for key, one in {"queue": name, "q": words, **said}.items() if one}
    return render_template(
        "console/inbox.html",
        queue=name,
        rows=found.rows,
        counts=case_queues.counts(session, who.retailer, agent=who.email, now=now),
        labels=LABELS,
        empty=EMPTY[name],
        said=said,
        words=words,
        is_filtered=any(said.values()),
        here=here,
        first=url_for("console.inbox", **here) if cursor else None,
        next=found.next,
        reasons=sorted(((one, showing.in_words(one)) for one in REASONS), key=lambda one: one[1]),
        priorities=[(one.value, showing.in_words(one.value)) for one in reversed(Priority)],
        team=agents.everybody(session, who.retailer),
        people=agents.names(session, who.retailer),
        languages=workflow.languages,
        resolutions=showing.RESOLUTIONS,
        lead=access.at_least(who.role, access.LEAD),
        told=_told(session, who),
    )


def _found(
    session: Session, who: Who, name: Queue, filters: Filters, words: str, cursor: str | None, *, now: Any
) -> Page:
    more: dict[str, Any] = {"agent": who.email, "now": now, "cursor": cursor, "limit": PAGE}
    if words:
        return case_search.search(session, who.retailer, words, filters=filters, **more)
    return case_queues.queue(session, who.retailer, name, filters=filters, **more)


def _told(session: Session, who: Who) -> str:
    """What became of the last act on many cases: only for the agent who did it."""
    asked = request.args.get("told", type=int)
    if asked is None or not 0 < asked < 2**63:
        return ""
    query = select(DeskAct.became).where(
        DeskAct.id == asked, DeskAct.retailer == who.retailer, DeskAct.agent == who.email
    )
    return session.scalar(query) or ""


def _bulk(parts: Parts) -> int | None:
    """Answer the id of the act, None when there was nothing to do."""
    who, action = access.current(), request.form.get("action", "")
    ids = [int(one) for one in dict.fromkeys(request.form.getlist("case")) if one.isascii() and one.isdigit()]
    if action not in _BULK or not ids or len(ids) > BULK_MAX:
        abort(400, "Choose cases, at most 200, and what to do with them.")
    if action == "resolve" and request.form.get("reason") not in showing.RESOLUTIONS:
        abort(400, "Say how they were resolved.")
    said = [(name, request.form.get(name, "")) for name in ("action", "agent", "reason")]
    token = request.form.get("once") or secrets.token_hex()
    key = desk_acts.key_of(who.email, token, "bulk", ",".join(map(str, ids)), said)
    with parts.database.write() as session:
        row = desk_acts.begin(session, who.retailer, key, f"bulk_{action}", agent=who.email, now=parts.clock())
        if row is None:
            return session.scalar(select(DeskAct.id).where(DeskAct.retailer == who.retailer, DeskAct.key == key))
        act_id = row.id
    outcomes = [(one, _one(parts, who, action, one)) for one in ids]
    with parts.database.write() as session:
        session.get_one(DeskAct, act_id).became = _summary(action, outcomes)
    return act_id


def _one(parts: Parts, who: Who, action: str, case_id: int) -> str | None:
    """Do it to one case, in a transaction of its own. None: it is done; else why not."""
    now, house = parts.clock(), parts.house
    try:
        with parts.database.write() as session:
            case = cases.get(session, who.retailer, case_id) if case_id < 2**63 else None
            if case is None:
                return "there is no such case"
            if action == "claim":
                cases.claim(session, house, case, agent=who.email, now=now)
            elif action == "assign":
                cases.assign(session, house, case, agent=_colleague(session, who), by=who.email, now=now)
            else:
                cases.resolve(session, house, case, agent=who.email, reason=request.form["reason"], now=now)
            _note(session, who, action, case, now)
    except REFUSED as error:
        return str(error)
    return None


def _note(session: Session, who: Who, action: str, case: Case, now: Any) -> None:
    if action == "claim":
        return
    detail = {"agent": case.assignee} if action == "assign" else {"reason": case.resolution}
    audit.write(
        session,
        retailer=who.retailer,
        agent=who.email,
        action=f"case.{action}",
        subject=f"case:{case.id}",
        detail=detail,
        now=now,
    )


def _colleague(session: Session, who: Who) -> str:
    if not access.at_least(who.role, access.LEAD):
        raise CannotDo("Only a lead gives cases to others.")
    found = agents.of(session, who.retailer, request.form.get("agent", ""))
    if found is None or found.role == access.READ_ONLY:
        raise CannotDo("There is no such agent.")
    return found.email


def _summary(action: str, outcomes: Sequence[tuple[int, str | None]]) -> str:
    done = sum(why is None for _, why in outcomes)
    verb = {"claim": "taken", "assign": "assigned", "resolve": "resolved"}[action]
    words = f"{done} {'case' if done == 1 else 'cases'} {verb}."
    failed = [f"#{case_id}: {why.rstrip('.')}." for case_id, why in outcomes if why is not None]
    return " ".join([words, *failed[:10], *([f"And {len(failed) - 10} more."] if len(failed) > 10 else [])])
