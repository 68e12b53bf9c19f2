"""REST v1: cases, and what an agent does with them."""

from collections.abc import Callable, Mapping

from pydantic import BaseModel

from flows import case_queues, case_search, cases
from flows.case_opening import known_by_api
from flows.case_queues import Filters
from flows.intake import FieldFault, Rejected
from flows.models import Case
from web import cursors
from web.api.case_schemas import (
    AssignIn,
    CaseDetail,
    CaseIn,
    CasePage,
    CaseQuery,
    ClaimIn,
    LastWordsIn,
    PriorityIn,
    ResolveIn,
    SnoozeIn,
    WordsIn,
)
from web.api.case_shown import detail, shown_case, the_case
from web.api.routing import Access, Answer, Call, Route
from web.problems import not_found

#: Who acts where the body names nobody: whoever holds the key.
BY = cases.API


def list_cases(call: Call) -> Answer:
    """Answer the retailer's cases, newest first; those of a queue as agents see them."""
    said: CaseQuery = call.query
    filters = Filters(said.state, said.reason, said.priority, said.assignee)
    if said.queue is None and said.q is None:
        before = cursors.to_id(said.cursor)
        found = cases.page(call.session, call.retailer, filters=filters, before_id=before, limit=said.limit + 1)
        items = found[: said.limit]
        more = cursors.of_id(items[-1].id) if len(found) > said.limit else None
        return Answer(200, CasePage(items=[shown_case(call, one) for one in items], next=more))
    page = _queued(call, said, filters)
    return Answer(200, CasePage(items=[shown_case(call, row.case) for row in page.rows], next=page.next))


def _queued(call: Call, said: CaseQuery, filters: Filters) -> case_queues.Page:
    if said.queue == "mine" and not said.assignee:
        raise Rejected([FieldFault("assignee", "says whose queue it is: an agent's e-mail")])
    if said.queue is not None and said.q is not None:
        raise Rejected([FieldFault("q", "is looked for in all queues: leave `queue` out")])
    agent = said.assignee or BY
    try:
        if said.q is not None:
            return case_search.search(
                call.session,
                call.retailer,
                said.q,
                agent=agent,
                now=call.now,
                filters=filters,
                cursor=said.cursor,
                limit=said.limit,
            )
        return case_queues.queue(
            call.session,
            call.retailer,
            said.queue or "all",
            agent=agent,
            now=call.now,
            filters=filters,
            cursor=said.cursor,
            limit=said.limit,
        )
    except ValueError as error:
        raise Rejected([FieldFault("cursor", "must be the `next` of an earlier page")]) from error


def create_case(call: Call) -> Answer:
    """Open a case about a parcel: 201; where one of the same reason is open, join it: 200."""
    said: CaseIn = call.body
    if (said.shipment_id is None) == (said.order_number is None):
        raise Rejected([FieldFault("shipment_id", "give either this or order_number")])
    parcel = known_by_api(call.session, call.retailer, said.shipment_id, said.order_number)
    if parcel is None:
        raise not_found("shipment")
    case = cases.open_case(
        call.session,
        call.parts.house,
        retailer=call.retailer,
        reason=said.reason,
        priority=said.priority,
        shipment_id=parcel.id,
        text=said.text,
        by=BY,
        now=call.now,
    )
    return detail(call, case, status=201 if len(cases.entries(call.session, case)) == 1 else 200)


def get_case(call: Call) -> Answer:
    """Answer one case with its thread and history."""
    return detail(call, the_case(call))


def claim_case(call: Call) -> Answer:
    """Give the case to an agent; of two at once one wins."""
    said: ClaimIn = call.body
    case = the_case(call)
    _may_take(call, said.agent)
    return detail(call, cases.claim(call.session, call.parts.house, case, agent=said.agent, now=call.now))


def assign_case(call: Call) -> Answer:
    """Give the case to another agent, or to nobody, whoever has it."""
    said: AssignIn = call.body
    case = the_case(call)
    if said.agent is None:
        return detail(call, cases.release(call.session, call.parts.house, case, by=BY, now=call.now))
    _may_take(call, said.agent)
    return detail(call, cases.assign(call.session, call.parts.house, case, agent=said.agent, by=BY, now=call.now))


def reply_to_case(call: Call) -> Answer:
    """Text the customer from the number they know, in exactly these words."""
    said: WordsIn = call.body
    case = the_case(call)
    cases.reply(call.session, call.parts.house, case, agent=_agent(case), text=said.text, now=call.now)
    return detail(call, case)


def note_on_case(call: Call) -> Answer:
    """Write something down for colleagues."""
    said: WordsIn = call.body
    case = the_case(call)
    cases.note(call.session, call.parts.house, case, agent=_agent(case), text=said.text, now=call.now)
    return detail(call, case)


def snooze_case(call: Call) -> Answer:
    """Set the case aside until a moment to come."""
    said: SnoozeIn = call.body
    if said.until <= call.now:
        raise Rejected([FieldFault("until", "must lie in the future")])
    case = the_case(call)
    cases.snooze(call.session, call.parts.house, case, agent=_agent(case), until=said.until, now=call.now)
    return detail(call, case)


def weigh_case(call: Call) -> Answer:
    """Set how much the case burns; its clocks follow."""
    said: PriorityIn = call.body
    case = the_case(call)
    cases.weigh(call.session, call.parts.house, case, agent=_agent(case), priority=said.priority, now=call.now)
    return detail(call, case)


def hand_back_case(call: Call) -> Answer:
    """Hand the thread back to the bot; the case stays open."""
    said: LastWordsIn = call.body
    case = the_case(call)
    cases.hand_back(call.session, call.parts.house, case, agent=_agent(case), text=said.text, now=call.now)
    return detail(call, case)


def resolve_case(call: Call) -> Answer:
    """Settle the case."""
    said: ResolveIn = call.body
    case = the_case(call)
    cases.resolve(
        call.session, call.parts.house, case, agent=_agent(case), reason=said.reason, text=said.text, now=call.now
    )
    return detail(call, case)


def reopen_case(call: Call) -> Answer:
    """Take a resolved case up again."""
    case = the_case(call)
    return detail(call, cases.reopen(call.session, call.parts.house, case, agent=_agent(case), now=call.now))


def _may_take(call: Call, agent: str) -> None:
    """Raises Rejected for somebody who takes no cases here."""
    why = cases.cannot_take(call.session, call.parts.house, call.retailer, agent)
    if why is not None:
        raise Rejected([FieldFault("agent", why)])


def _agent(case: Case) -> str:
    return case.assignee or BY


PATH = "/cases/{case_id}"
TAKEN = {409: "Another agent has it, or it is resolved.", 422: "The agent takes no cases here."}
NOT_NOW = {409: "The case's state does not take that."}


def _action(
    name: str,
    view: Callable[[Call], Answer],
    summary: str,
    body: type[BaseModel] | None,
    taken: Mapping[int, str] = NOT_NOW,
) -> Route:
    return Route(
        "POST",
        f"{PATH}/{name}",
        view,
        summary,
        "Cases",
        {200: CaseDetail},
        body=body,
        access=Access.WRITE,
        problems=taken,
    )


ROUTES = (
    Route(
        "GET",
        "/cases",
        list_cases,
        "Cases, newest first; or those of a queue, or those that hold some words.",
        "Cases",
        {200: CasePage},
        query=CaseQuery,
    ),
    Route(
        "POST",
        "/cases",
        create_case,
        "Hand something to a person; what is open already for the same reason is joined.",
        "Cases",
        {201: CaseDetail, 200: CaseDetail},
        body=CaseIn,
        access=Access.WRITE,
    ),
    Route("GET", PATH, get_case, "One case with its thread and history.", "Cases", {200: CaseDetail}),
    _action("claim", claim_case, "Give a case to an agent.", ClaimIn, TAKEN),
    _action("assign", assign_case, "Give a case to another agent, or to nobody.", AssignIn, TAKEN),
    _action("reply", reply_to_case, "Text the customer.", WordsIn),
    _action("note", note_on_case, "Write something down for colleagues.", WordsIn),
    _action("snooze", snooze_case, "Set a case aside until a moment.", SnoozeIn),
    _action("priority", weigh_case, "Set how much a case burns.", PriorityIn),
    _action("hand_back", hand_back_case, "Hand the thread back to the bot; the case stays open.", LastWordsIn),
    _action("resolve", resolve_case, "Settle a case; a text is the last word to the customer.", ResolveIn),
    _action("reopen", reopen_case, "Take a resolved case up again.", LastWordsIn),
)
