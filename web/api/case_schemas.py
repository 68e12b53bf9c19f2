"""What REST v1 takes and answers of messages and cases."""

from datetime import datetime
from typing import Annotated, Any, Literal

from pydantic import BeforeValidator, Field

from flows.case_states import CaseState
from flows.intake import Email, Long, Moment, Said, Short
from web.api.schemas import Answered, Paged, plus


class MessageQuery(Paged):
    """Which messages."""

    phone: Annotated[str | None, BeforeValidator(plus)] = Field(None, max_length=40)
    shipment_id: int | None = Field(None, ge=1, le=2**63 - 1)
    status: str | None = Field(None, max_length=20)


class CaseQuery(Paged):
    """Which cases."""

    state: CaseState | None = None


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


class CaseDetail(CaseOut):
    """A case with its history."""

    history: list[CaseHistoryOut]


class CasePage(Answered):
    """Cases, newest first."""

    items: list[CaseOut]
    next: str | None


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
