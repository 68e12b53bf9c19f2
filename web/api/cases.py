"""REST v1: cases, and what an agent does with them."""

from collections.abc import Callable, Mapping

from pydantic import BaseModel

from flows import cases, thread
from flows.intake import FieldFault, Rejected
from flows.models import Case
from web import cursors
from web.api import shown
from web.api.case_schemas import (
    CaseDetail,
    CaseHistoryOut,
    CaseOut,
    CasePage,
    CaseQuery,
    ClaimIn,
    ResolveIn,
    SnoozeIn,
    WordsIn,
)
from web.api.routing import Access, Answer, Call, Route
from web.problems import not_found

#: Who acts where the body names nobody: whoever holds the key.
BY = "api"
#: Messages shown with a case in a list, and with one case.
FEW, MANY = 10, 100


def list_cases(call: Call) -> Answer:
    """Answer the retailer's cases, newest first."""
    said: CaseQuery = call.query
    found = cases.page(
        call.session,
        call.retailer,
        state=said.state,
        before_id=cursors.to_id(said.cursor),
        limit=said.limit + 1,
    )
    items = found[: said.limit]
    more = cursors.of_id(items[-1].id) if len(found) > said.limit else None
    return Answer(200, CasePage(items=[_shown(call, one) for one in items], next=more))


def get_case(call: Call) -> Answer:
    """Answer one case with its thread and history."""
    return _detail(call, _the_case(call))


def claim_case(call: Call) -> Answer:
    """Give the case to an agent; of two at once one wins."""
    said: ClaimIn = call.body
    return _detail(call, cases.claim(call.session, call.parts.house, _the_case(call), agent=said.agent, now=call.now))


def reply_to_case(call: Call) -> Answer:
    """Text the customer from the number they know."""
    said: WordsIn = call.body
    case = _the_case(call)
    cases.reply(call.session, call.parts.house, case, agent=_agent(case), text=said.text, now=call.now)
    return _detail(call, case)


def note_on_case(call: Call) -> Answer:
    """Write something down for colleagues."""
    said: WordsIn = call.body
    case = _the_case(call)
    cases.note(call.session, call.parts.house, case, agent=_agent(case), text=said.text, now=call.now)
    return _detail(call, case)


def snooze_case(call: Call) -> Answer:
    """Set the case aside until a moment to come."""
    said: SnoozeIn = call.body
    if said.until <= call.now:
        raise Rejected([FieldFault("until", "must lie in the future")])
    case = _the_case(call)
    cases.snooze(call.session, call.parts.house, case, agent=_agent(case), until=said.until, now=call.now)
    return _detail(call, case)


def resolve_case(call: Call) -> Answer:
    """Settle the case."""
    said: ResolveIn = call.body
    case = _the_case(call)
    cases.resolve(
        call.session, call.parts.house, case, agent=_agent(case), reason=said.reason, text=said.text, now=call.now
    )
    return _detail(call, case)


def _the_case(call: Call) -> Case:
    found = cases.get(call.session, call.retailer, call.ids["case_id"])
    if found is None:
        raise not_found("case")
    return found


def _agent(case: Case) -> str:
    return case.assignee or BY


def _detail(call: Call, case: Case) -> Answer:
    history = [
        CaseHistoryOut(kind=line.kind, by=line.by, text=line.text, at=line.at)
        for line in cases.entries(call.session, case)
    ]
    return Answer(200, CaseDetail.model_validate({**dict(_shown(call, case, messages=MANY)), "history": history}))


def _shown(call: Call, case: Case, *, messages: int = FEW) -> CaseOut:
    said = thread.page(
        call.session,
        retailer=call.retailer,
        conversation_id=case.conversation_id,
        phone=case.phone if case.conversation_id is None else None,
        shipment_id=case.shipment_id if case.conversation_id is None and case.phone is None else None,
        limit=messages,
        newest=True,
    )
    return CaseOut.model_validate(
        {
            "id": case.id,
            "state": case.state,
            "priority": case.priority,
            "reason": case.reason,
            "shipment_id": case.shipment_id,
            "phone_last2": case.phone[-2:] if case.phone else None,
            "assignee": case.assignee,
            "due_at": case.due_at,
            "snoozed_until": case.snoozed_until,
            "resolution": case.resolution,
            "messages": [shown.message(call, one) for one in said],
            "evidence": cases.evidence_of(cases.entries(call.session, case)),
            "created_at": case.created_at,
        }
    )


PATH = "/cases/{case_id}"
TAKEN = {409: "Another agent has it, or it is resolved."}
NOT_NOW = {409: "The case's state does not take that."}


def _action(
    name: str,
    view: Callable[[Call], Answer],
    summary: str,
    body: type[BaseModel],
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
    Route("GET", "/cases", list_cases, "Cases, newest first.", "Cases", {200: CasePage}, query=CaseQuery),
    Route("GET", PATH, get_case, "One case with its thread and history.", "Cases", {200: CaseDetail}),
    _action("claim", claim_case, "Give a case to an agent.", ClaimIn, TAKEN),
    _action("reply", reply_to_case, "Text the customer.", WordsIn),
    _action("note", note_on_case, "Write something down for colleagues.", WordsIn),
    _action("snooze", snooze_case, "Set a case aside until a moment.", SnoozeIn),
    _action("resolve", resolve_case, "Settle a case; a text is the last word to the customer.", ResolveIn),
)
