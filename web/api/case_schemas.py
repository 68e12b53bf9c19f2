"""What REST v1 takes and answers of messages and cases."""

from datetime import datetime
from typing import Annotated, Any, Literal

from pydantic import BeforeValidator, Field

from flows.case_queues import Queue
from flows.case_states import CaseState, Priority
from flows.intake import Said
from flows.intake_values import Email, Long, Moment, Short
from web.api.schemas import Answered, Paged, plus


class MessageQuery(Paged):
    """Which messages."""

    phone: Annotated[str | None, BeforeValidator(plus)] = Field(None, max_length=40)
    shipment_id: int | None = Field(None, ge=1, le=2**63 - 1)
    status: str | None = Field(None, max_length=20)


class CaseQuery(Paged):
    """Which cases."""

    state: CaseState | None = None
    reason: str | None = Field(None, max_length=40)
    priority: Priority | None = None
    assignee: str | None = Field(None, max_length=254, description="E-mail of an agent; `nobody`: nobody has it.")
    queue: Queue | None = Field(
        None, description="Sorted as agents see it; absent: newest first. `mine` needs the assignee whose it is."
    )
    q: str | None = Field(None, max_length=200, description="Order, tracking number, last digits, name, words.")


class MessageOut(Answered):
    """A message, whichever way it went."""

    id: str
    direction: Literal["in", "out"]
    channel: Literal["sms", "mms", "email", "voice"]
    category: str | None
    sender: str
    recipient: str
    body: str
    media: list[str]
    status: str
    reason: str | None
    provider_id: str | None
    segments: int
    shipment_id: int | None
    handled_by: str | None
    created_at: datetime
    sent_at: datetime | None


class MessagePage(Answered):
    """Messages, oldest first."""

    items: list[MessageOut]
    next: str | None


class CaseOut(Answered):
    """Something a person must settle."""

    id: int
    state: CaseState
    priority: str
    reason: str
    shipment_id: int | None
    phone_last2: str | None
    assignee: str | None
    due_at: datetime | None
    soon_at: datetime | None = Field(description="From then on it is due soon.")
    with_bot: bool = Field(description="The bot answers, though an agent has the case.")
    snoozed_until: datetime | None
    resolution: str | None
    messages: list[MessageOut] = Field(description="The newest of its thread, oldest first.")
    evidence: dict[str, Any]
    created_at: datetime


class CaseHistoryOut(Answered):
    """One line of a case's history."""

    kind: str
    by: str
    text: str | None
    at: datetime


class CaseClockOut(Answered):
    """One clock of a case, in support hours."""

    kind: Literal["first_reply", "next_reply", "resolution"]
    nth: int
    started_at: datetime
    due_at: datetime | None = Field(description="Null while it rests.")
    ended_at: datetime | None
    breached_at: datetime | None


class CaseDetail(CaseOut):
    """A case with its history."""

    history: list[CaseHistoryOut]
    clocks: list[CaseClockOut]


class CasePage(Answered):
    """Cases, newest first."""

    items: list[CaseOut]
    next: str | None


class CaseIn(Said):
    """What a person must settle. The parcel by its id, or by its order number: then the newest parcel of the order."""

    shipment_id: int | None = Field(None, ge=1, le=2**63 - 1)
    order_number: Short | None = None
    reason: Annotated[str, Field(pattern=r"^[a-z][a-z0-9_]{0,39}$")]
    text: Annotated[Long, Field(max_length=2000)] | None = None
    priority: Priority | None = Field(None, description="Absent: as the workflow says for the reason.")


class AssignIn(Said):
    """Whose the case is from now on; null: nobody's."""

    agent: Email | None


class PriorityIn(Said):
    """How much it burns."""

    priority: Priority


class LastWordsIn(Said):
    """A last word to the customer, if any."""

    text: Annotated[Long, Field(max_length=1600)] | None = None


class ClaimIn(Said):
    """Who takes the case."""

    agent: Email


class WordsIn(Said):
    """What is said."""

    text: Annotated[Long, Field(max_length=1600)]


class SnoozeIn(Said):
    """Until when."""

    until: Moment


class ResolveIn(Said):
    """How it was settled; a text, if any, is the last word to the customer."""

    reason: Short
    text: Annotated[Long, Field(max_length=1600)] | None = None
