"""REST v1: scorecards, and what another carrier on a lane would have cost or saved."""

import re
from datetime import datetime, timedelta
from typing import Annotated, Any, Literal

from flask import request
from pydantic import AwareDatetime, BeforeValidator, Field

from flows import scorecard_lanes, scorecards
from flows.scorecard_files import NAMES, as_csv, changes_as_csv
from flows.scorecard_lanes import Change
from flows.scorecards import FEWEST, Card, Mean
from surveys.figures import Figure
from tracking_core.scorecards import By
from web.api.routing import Answer, Call, Route
from web.api.schemas import Answered, Query
from web.problems import Fault, invalid

#: Two years and a day or two: longer stretches are several requests.
LONGEST = timedelta(days=732)
PERIOD = timedelta(days=90)


def _whole_day(said: Any) -> Any:
    """A bare date is the beginning of that day, UTC."""
    is_date = isinstance(said, str) and re.fullmatch(r"\d{4}-\d\d-\d\d", said)
    return f"{said}T00:00:00Z" if is_date else said


#: `2026-11-01T00:00:00Z`, or the day alone.
Since = Annotated[AwareDatetime, BeforeValidator(_whole_day)]


class ScoreQuery(Query):
    """Which finished parcels, and what a row is one of."""

    since: Since | None = Field(None, alias="from", description="Ended at or after this; absent: 90 days ago.")
    until: Since | None = Field(None, alias="to", description="Ended before this; absent: now.")
    format: Literal["json", "csv"] | None = Field(None, description="Absent: what the Accept header wants, else JSON.")
    by: Literal["carrier", "service", "lane", "driver"] = Field("carrier", description="`carrier`: and service.")
    carrier: str | None = Field(None, max_length=200, description="Only this carrier's.")


class RateOut(Answered):
    """A share (0 to 1) or a rating between its bounds (95 %)."""

    value: float
    low: float
    high: float
    n: int


class CostOfOut(Answered):
    """What a delivered parcel cost on average, in the currency's unit, between its bounds (95 %)."""

    currency: str
    mean: float
    low: float | None
    high: float | None
    n: int


class FailureOut(Answered):
    """Why parcels could not be handed over at first."""

    party: str = Field(description="Whose fault; only `carrier` counts against the carrier.")
    reason: str
    parcels: int


class TransitOut(Answered):
    """By when half, four fifths and nearly all were there, in seconds from the first scan; within 1 %."""

    p50_s: float
    p80_s: float
    p95_s: float


class EstimatesOut(Answered):
    """How good the carrier's own last estimates were."""

    n: int
    bias_s: float = Field(description="How much later than estimated parcels came, on average.")
    error_s: float = Field(description="How far off they were, either way, on average.")


class ScoreOut(Answered):
    """How one carrier and service, service, lane or driver did. Names that are no part of the row are null."""

    carrier: str | None = None
    service: str | None = None
    lane: str | None = Field(None, description="Country and the beginning of the postal code, `US:946`.")
    driver: str | None = None
    enough: bool = Field(description=f"Whether it rests on at least {FEWEST} parcels.")
    parcels: int
    delivered: int
    returned: int
    lost: int
    on_time_first: RateOut | None = Field(description="Delivered by the end of the first window anybody was given.")
    on_time_last: RateOut | None
    on_time_own: RateOut | None = Field(description="As the last, without what was somebody else's fault.")
    first_attempt: RateOut | None
    first_attempt_own: RateOut | None
    transit: TransitOut | None
    estimates: EstimatesOut | None
    proofs_good: RateOut | None
    rating: RateOut | None = Field(description="1 to 5 stars.")
    cost: list[CostOfOut]
    failed: int = Field(description="Parcels with a failed attempt.")
    saved_by_contact: int = Field(description="Handed over because of what the customer told the driver.")
    failures: list[FailureOut]


class ScoresOut(Answered):
    """Scorecards, those with the most parcels first."""

    begins: datetime
    ends: datetime
    by: str
    items: list[ScoreOut]


class ChangeOut(Answered):
    """One carrier in the place of another on a lane, had it done as with its own parcels there."""

    lane: str
    carrier: str
    instead: str
    parcels: int
    instead_parcels: int
    on_time: RateOut
    instead_on_time: RateOut
    more_in_time_per_100: RateOut
    clear: bool = Field(description="Whether the difference in time is more than chance makes.")
    saving: CostOfOut | None = Field(description="So much less each delivered parcel would have cost.")
    more_in_time: float = Field(description="So many more of `parcels` would have come in time; below 0: fewer.")
    saving_in_all: float | None = Field(description="So much less `parcels` would have cost; below 0: more.")


class ChangesOut(Answered):
    """What a change of carrier on a lane would have cost or saved."""

    begins: datetime
    ends: datetime
    items: list[ChangeOut]


def carrier_scores(call: Call) -> Answer:
    """Answer how carriers and services, lanes or drivers did, with counts, rates and intervals."""
    said: ScoreQuery = call.query
    since, until = _period(said, call.now)
    by: By = said.by
    found = scorecards.cards(call.session, call.retailer, by, since=since, until=until, carrier=_lower(said.carrier))
    ids = [one.key[0] for one in found] if by == "driver" else []
    names = scorecards.driver_names(call.session, call.retailer, ids)
    shown = ScoresOut(begins=since, ends=until, by=by, items=[_score(one, by, names) for one in found])
    return Answer(200, shown, csv=as_csv(found, by, names) if _wants_csv(said) else None)


def lane_changes(call: Call) -> Answer:
    """Answer what another carrier on a lane would have cost or saved."""
    since, until = _period(call.query, call.now)
    found = scorecard_lanes.changes(call.session, call.retailer, since=since, until=until)
    carrier = _lower(call.query.carrier)
    found = [one for one in found if carrier in (None, one.present)]
    shown = ChangesOut(begins=since, ends=until, items=[_change(one) for one in found[:200]])
    return Answer(200, shown, csv=changes_as_csv(found) if _wants_csv(call.query) else None)


def _wants_csv(said: ScoreQuery) -> bool:
    wanted = said.format or ("csv" if request.accept_mimetypes.best == "text/csv" else "json")
    return wanted == "csv"


def _period(said: ScoreQuery, now: datetime) -> tuple[datetime, datetime]:
    until = said.until or now
    since = said.since or until - PERIOD
    if since > until:
        raise invalid([Fault("to", "must not lie before `from`")])
    if until - since > LONGEST:
        raise invalid([Fault("from", f"at most {LONGEST.days} days at once")])
    return since, until


def _lower(name: str | None) -> str | None:
    return None if name is None else name.strip().lower()


def _score(one: Card, by: By, names: dict[int, str]) -> ScoreOut:
    key = dict(zip(NAMES[by], one.key, strict=True))
    if by == "driver":
        key = {"driver": names.get(one.key[0])}
    transit, bias, error = one.transit_s, one.estimate_bias_s, one.estimate_error_s
    return ScoreOut(
        **{name: value or None for name, value in key.items()},
        enough=one.is_enough,
        parcels=one.parcels,
        delivered=one.delivered,
        returned=one.returned,
        lost=one.lost,
        on_time_first=_rate(one.on_time_first),
        on_time_last=_rate(one.on_time_last),
        on_time_own=_rate(one.on_time_own),
        first_attempt=_rate(one.first_attempt),
        first_attempt_own=_rate(one.first_attempt_own),
        transit=None if transit is None else TransitOut(p50_s=transit[0], p80_s=transit[1], p95_s=transit[2]),
        estimates=None if bias is None or error is None else EstimatesOut(n=one.estimates, bias_s=bias, error_s=error),
        proofs_good=_rate(one.proofs_good),
        rating=_rate(one.rating),
        cost=[_cost(name, mean) for name, mean in sorted(one.cost.items())],
        failed=one.failed,
        saved_by_contact=one.saved,
        failures=[FailureOut(party=party, reason=reason, parcels=n) for party, reason, n in one.failures],
    )


def _change(one: Change) -> ChangeOut:
    more = one.more_in_time
    saving = None if one.saving is None or one.currency is None else _cost(one.currency, one.saving)
    return ChangeOut(
        lane=one.lane,
        carrier=one.present,
        instead=one.other,
        parcels=one.parcels,
        instead_parcels=one.other_parcels,
        on_time=RateOut(value=one.on_time.value, low=one.on_time.low, high=one.on_time.high, n=one.on_time.n),
        instead_on_time=RateOut(
            value=one.other_on_time.value, low=one.other_on_time.low, high=one.other_on_time.high, n=one.other_on_time.n
        ),
        more_in_time_per_100=RateOut(value=more.value, low=more.low, high=more.high, n=more.n),
        clear=one.is_clear,
        saving=saving,
        more_in_time=round(one.more_in_all, 1),
        saving_in_all=None if one.saving_in_all is None else round(one.saving_in_all / 100, 2),
    )


def _rate(one: Figure | None) -> RateOut | None:
    return None if one is None else RateOut(value=one.value, low=one.low, high=one.high, n=one.n)


def _cost(currency: str, one: Mean) -> CostOfOut:
    certain = one.n > 1
    return CostOfOut(
        currency=currency,
        mean=round(one.value / 100, 4),
        low=round(one.low / 100, 4) if certain else None,
        high=round(one.high / 100, 4) if certain else None,
        n=one.n,
    )


ROUTES = (
    Route(
        "GET",
        "/analytics/carriers",
        carrier_scores,
        "How carriers and services (or lanes, drivers) did: counts, rates and their intervals. Also as CSV.",
        "Analytics",
        {200: ScoresOut},
        query=ScoreQuery,
    ),
    Route(
        "GET",
        "/analytics/lanes",
        lane_changes,
        "What another carrier on a lane would have cost or saved. Also as CSV.",
        "Analytics",
        {200: ChangesOut},
        query=ScoreQuery,
    ),
)
