"""Cases as the REST API shows them."""

from flows import case_clock, cases, thread
from flows.models import Case
from web.api import shown
from web.api.case_schemas import CaseClockOut, CaseDetail, CaseHistoryOut, CaseOut
from web.api.routing import Answer, Call
from web.problems import not_found

#: Messages shown with a case in a list, and with one case.
FEW, MANY = 10, 100
#: What is shown as it stands in the row.
PLAIN = (
    *("id", "state", "priority", "reason", "shipment_id", "assignee", "due_at", "soon_at", "with_bot"),
    *("snoozed_until", "resolution", "created_at"),
)


def the_case(call: Call) -> Case:
    """The retailer's case of the path. Raises Problem for any other."""
    found = cases.get(call.session, call.retailer, call.ids["case_id"])
    if found is None:
        raise not_found("case")
    return found


def detail(call: Call, case: Case, *, status: int = 200) -> Answer:
    """Answer the case with its thread, history and clocks."""
    history = [
        CaseHistoryOut(kind=line.kind, by=line.by, text=line.text, at=line.at)
        for line in cases.entries(call.session, case)
    ]
    clocks = [
        CaseClockOut.model_validate({name: getattr(one, name) for name in CaseClockOut.model_fields})
        for one in case_clock.of_case(call.session, case)
    ]
    said = {**dict(shown_case(call, case, messages=MANY)), "history": history, "clocks": clocks}
    return Answer(status, CaseDetail.model_validate(said))


def shown_case(call: Call, case: Case, *, messages: int = FEW) -> CaseOut:
    """The case with the newest messages of its thread."""
    said = thread.page(
        call.session,
        retailer=call.retailer,
        conversation_id=case.conversation_id if case.phone is None else None,
        phone=case.phone,
        shipment_id=case.shipment_id if case.conversation_id is None and case.phone is None else None,
        limit=messages,
        newest=True,
    )
    return CaseOut.model_validate(
        {
            **{name: getattr(case, name) for name in PLAIN},
            "phone_last2": case.phone[-2:] if case.phone else None,
            "messages": [shown.message(call, one) for one in said],
            "evidence": cases.evidence_of(cases.entries(call.session, case)),
        }
    )
