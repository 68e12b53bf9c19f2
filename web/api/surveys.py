"""REST v1: what shoppers were asked about their deliveries, and what they answered."""

from datetime import datetime
from typing import Literal

from pydantic import AwareDatetime, Field
from sqlalchemy import func, select

from surveys import invitations
from surveys.models import Survey
from tracking_core.models import Driver
from web import cursors
from web.api.routing import Answer, Call, Route
from web.api.schemas import Answered, Paged


class SurveyQuery(Paged):
    """Which surveys."""

    carrier: str | None = Field(None, max_length=200)
    service: str | None = Field(None, max_length=200)
    driver: str | None = Field(None, max_length=200, description="A driver's name.")
    shipment_id: int | None = Field(None, ge=1, le=cursors.ID_MAX)
    state: Literal["sent", "answered", "expired"] | None = None
    reason: str | None = Field(None, max_length=200)
    score_at_most: int | None = Field(None, ge=0, le=10)
    since: AwareDatetime | None = Field(None, alias="from", description="Sent at or after this.")
    until: AwareDatetime | None = Field(None, alias="to", description="Sent before this.")


class SurveyOut(Answered):
    """A question that was asked, with its answer if one came."""

    id: int
    shipment_id: int
    state: Literal["sent", "answered", "expired"]
    carrier: str | None
    service: str | None
    driver: str | None = Field(description="The name of whoever delivered it.")
    channel: Literal["sms", "email"] = Field(description="How it was asked.")
    answered_by: Literal["text", "page"] | None
    late: bool | None = Field(description="Whether it was delivered after the promised window; null: nothing promised.")
    scale: int = Field(description="The best score; 10 means 0-10, any other begins at 1.")
    score: int | None
    reason: str | None = Field(description="What the comment is about, such as `damaged`.")
    comment: str | None
    sent_at: datetime
    answered_at: datetime | None


class SurveyPage(Answered):
    """Surveys, newest first."""

    items: list[SurveyOut]
    next: str | None


def list_surveys(call: Call) -> Answer:
    """Answer the retailer's surveys that were sent, newest first."""
    said: SurveyQuery = call.query
    found = invitations.page(
        call.session,
        call.retailer,
        carrier=said.carrier,
        service=said.service,
        driver_ids=None if said.driver is None else _named(call, said.driver),
        shipment_id=said.shipment_id,
        state=said.state,
        reason=said.reason,
        score_at_most=said.score_at_most,
        since=said.since,
        until=said.until,
        before_id=cursors.to_id(said.cursor),
        limit=said.limit + 1,
    )
    items = found[: said.limit]
    drivers = _drivers(call, items)
    more = cursors.of_id(items[-1].id) if len(found) > said.limit else None
    return Answer(200, SurveyPage(items=[_shown(one, drivers) for one in items], next=more))


def _named(call: Call, name: str) -> list[int]:
    query = select(Driver.id).where(Driver.retailer == call.retailer, func.lower(Driver.name) == name.lower())
    return list(call.session.scalars(query))


def _drivers(call: Call, rows: list[Survey]) -> dict[int, str]:
    wanted = {row.driver_id for row in rows if row.driver_id is not None}
    if not wanted:
        return {}
    query = select(Driver).where(Driver.id.in_(wanted), Driver.retailer == call.retailer)
    return {driver.id: driver.name for driver in call.session.scalars(query)}


def _shown(row: Survey, drivers: dict[int, str]) -> SurveyOut:
    return SurveyOut.model_validate(
        {
            "id": row.id,
            "shipment_id": row.shipment_id,
            "state": row.state,
            "carrier": row.carrier,
            "service": row.service,
            "driver": drivers.get(row.driver_id) if row.driver_id is not None else None,
            "channel": row.channel,
            "answered_by": row.answered_by,
            "late": row.late,
            "scale": row.scale,
            "score": row.score,
            "reason": row.reason,
            "comment": row.comment,
            "sent_at": row.sent_at,
            "answered_at": row.answered_at,
        }
    )


ROUTES = (
    Route(
        "GET",
        "/surveys",
        list_surveys,
        "What shoppers were asked and answered, newest first.",
        "Surveys",
        {200: SurveyPage},
        query=SurveyQuery,
    ),
)
