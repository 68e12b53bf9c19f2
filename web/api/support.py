"""REST v1: how the support desk does, day by day; the console's overview as JSON."""

from datetime import date
from typing import Literal
from zoneinfo import ZoneInfo

from pydantic import Field

from flows import desk_figures
from flows.desk_figures import AGES, Day
from flows.local_days import Days
from web.api.routing import Answer, Call, Route
from web.api.schemas import Answered, Query


class SupportQuery(Query):
    """Which days; they end with today, on the clock of the retailer's support hours."""

    days: Literal["7", "30", "90"] = "30"


class SupportDay(Answered):
    """One day's figures, or those of all days together."""

    parcels: int = Field(description="Parcels that became known.")
    texts_in: int = Field(description="Texts and mails of shoppers.")
    texts_per_100_parcels: float | None
    talks: int = Field(description="Shoppers who wrote, each once a day.")
    talks_with_a_person: int = Field(description="Those of them that a person had to serve.")
    share_without_a_person: float | None = Field(description="0 to 1.")
    cases_opened: int
    first_replies_in_time: int
    first_replies_late: int
    resolutions_in_time: int
    resolutions_late: int
    survey_answers: int = Field(description="By the day they were asked.")
    survey_satisfied: int
    csat: float | None = Field(description="Share of answers that are satisfied, 0 to 1.")


class DatedDay(SupportDay):
    """One day's figures."""

    day: date
    first_reply_p50_s: float | None = Field(description="Of cases opened on the day.")
    first_reply_p90_s: float | None


class OpenCases(Answered):
    """Cases of one reason that nobody has settled."""

    reason: str
    total: int
    by_age: dict[str, int] = Field(description="Age in words -> how many; from the youngest.")


class SupportOut(Answered):
    """How the support desk does."""

    timezone: str
    first_day: date
    last_day: date
    total: SupportDay
    first_reply_n: int = Field(description="Cases opened in these days to which an agent has replied.")
    first_reply_p50_s: float | None
    first_reply_p90_s: float | None
    open_cases: list[OpenCases]
    by_day: list[DatedDay]


def support_figures(call: Call) -> Answer:
    """Answer how the support desk does: what comes in, what is settled without a person, how soon people answer."""
    said: SupportQuery = call.query
    hours = call.parts.house.workflows.of(call.session, call.retailer).support_hours
    days = Days.until_today(ZoneInfo(hours.timezone), int(said.days), now=call.now)
    found = desk_figures.report(call.session, call.retailer, days, now=call.now)
    return Answer(
        200,
        SupportOut(
            timezone=days.zone.key,
            first_day=days.first,
            last_day=days.last,
            total=SupportDay(**_of(found.total)),  # type: ignore[arg-type]  # the fields' own values
            first_reply_n=found.first_reply_n,
            first_reply_p50_s=_rounded(found.first_reply_p50_s, 1),
            first_reply_p90_s=_rounded(found.first_reply_p90_s, 1),
            open_cases=[
                OpenCases(
                    reason=one.reason,
                    total=one.total,
                    by_age={words: count for (_, words), count in zip(AGES, one.by_age, strict=True)},
                )
                for one in found.open_cases
            ],
            by_day=[_dated(one, days) for one in found.by_day],
        ),
    )


def _dated(one: Day, days: Days) -> DatedDay:
    return DatedDay(
        day=one.day or days.first,
        first_reply_p50_s=_rounded(one.reply_p50_s, 1),
        first_reply_p90_s=_rounded(one.reply_p90_s, 1),
        **_of(one),  # type: ignore[arg-type]  # the fields' own values
    )


def _of(one: Day) -> dict[str, int | float | None]:
    return {
        "parcels": one.parcels,
        "texts_in": one.texts,
        "texts_per_100_parcels": _rounded(one.contact_rate, 2),
        "talks": one.talks,
        "talks_with_a_person": one.with_person,
        "share_without_a_person": _rounded(one.alone, 4),
        "cases_opened": one.cases,
        "first_replies_in_time": one.replies_met,
        "first_replies_late": one.replies_missed,
        "resolutions_in_time": one.resolutions_met,
        "resolutions_late": one.resolutions_missed,
        "survey_answers": one.answers,
        "survey_satisfied": one.satisfied,
        "csat": _rounded(one.csat, 4),
    }


def _rounded(value: float | None, digits: int) -> float | None:
    return None if value is None else round(value, digits)


ROUTES = (
    Route(
        "GET",
        "/analytics/support",
        support_figures,
        "How the support desk does, in total and by day: contact rate, share without a person, replies in time, CSAT.",
        "Analytics",
        {200: SupportOut},
        query=SupportQuery,
    ),
)
