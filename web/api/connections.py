"""REST v1: how each source of the retailer is."""

from datetime import date, datetime
from typing import Any, Literal

from flows import connection_health
from flows.connection_health import Health
from web.api.routing import Answer, Call, Route
from web.api.schemas import Answered


class DayOut(Answered):
    """Events of one day, UTC."""

    day: date
    events: int


class UnknownCodeOut(Answered):
    """A code of the source that has no meaning for us yet."""

    code: str
    count: int
    first_at: datetime
    last_at: datetime
    #: A payload with it; whatever is personal is left out.
    sample: dict[str, Any] | None


class LagOut(Answered):
    """Seconds from the world to us, of the last 7 days: within it came half, and 95 %, of the events."""

    p50_s: int | None
    p95_s: int | None


class FailuresOut(Answered):
    """Requests whose signature did not fit, of the last 7 days."""

    count: int
    last_at: datetime | None


class ConnectionOut(Answered):
    """One source."""

    source: str
    #: silent: for longer than its own rhythm explains. refused: nothing of it has ever been signed rightly.
    state: Literal["ok", "silent", "refused"]
    first_seen: datetime
    last_seen: datetime | None
    silent_since: datetime | None
    events_today: int
    #: Median of this weekday's whole days; null before there was one.
    events_usual: float | None
    days: list[DayOut]
    lag: LagOut
    unknown_codes: list[UnknownCodeOut]
    signature_failures: FailuresOut


class ConnectionPage(Answered):
    """Every source, by name; they are few, so there is one page."""

    items: list[ConnectionOut]
    next: str | None


def list_connections(call: Call) -> Answer:
    """Answer a row for each source that has ever spoken to the retailer."""
    found = connection_health.report(call.session, call.retailer, now=call.now)
    return Answer(200, ConnectionPage(items=[shown(one) for one in found], next=None))


def shown(one: Health) -> ConnectionOut:
    """A source as the API shows it."""
    return ConnectionOut.model_validate(
        {
            "source": one.source,
            "state": one.state,
            "first_seen": one.first_seen,
            "last_seen": one.last_seen,
            "silent_since": one.silent_since,
            "events_today": one.events_today,
            "events_usual": one.events_usual,
            "days": [DayOut(day=day, events=events) for day, events in one.days],
            "lag": LagOut(p50_s=one.lag_p50_s, p95_s=one.lag_p95_s),
            "unknown_codes": [
                UnknownCodeOut(
                    code=code.code,
                    count=code.count,
                    first_at=code.first_at,
                    last_at=code.last_at,
                    sample=None if code.sample is None else dict(code.sample),
                )
                for code in one.unknown_codes
            ],
            "signature_failures": FailuresOut(count=one.signature_failures, last_at=one.signature_failed_at),
        }
    )


ROUTES = (
    Route(
        "GET",
        "/connections",
        list_connections,
        "How each source is: last seen, events a day, lag, unknown codes, signature failures.",
        "Connections",
        {200: ConnectionPage},
    ),
)
