"""Numbers for Prometheus, counted from the rows when they are asked for; by API key, each retailer its own."""

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from flask import Blueprint, Response
from prometheus_client import CONTENT_TYPE_LATEST, CollectorRegistry, generate_latest
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, Metric
from prometheus_client.registry import Collector
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from channels.models import Heartbeat, InboxRow, OutboxRow
from flows import connection_tally
from flows.accounts import DEFAULT
from flows.line_models import Line
from flows.models import Case
from tracking_core.models import Shipment, ShipmentEvent
from tracking_core.states import UNKNOWN
from web.context import parts
from web.security import caller

blueprint = Blueprint("metrics", __name__)


@blueprint.get("/metrics")
def metrics() -> Response:
    """Answer the numbers: of the whole installation for the default retailer's key, of its own for any other."""
    house = parts()
    with house.database.read() as session:
        retailer = caller(session, house.settings)
        numbers = list(collect(session, None if retailer == DEFAULT else retailer, now=house.clock()))
    registry = CollectorRegistry()
    registry.register(_Given(numbers))
    return Response(generate_latest(registry), content_type=CONTENT_TYPE_LATEST)


class _Given(Collector):
    """Metrics that are there already."""

    def __init__(self, numbers: list[Metric]) -> None:
        self._numbers = numbers

    def collect(self) -> Iterable[Metric]:
        return self._numbers


def collect(session: Session, retailer: str | None, *, now: datetime) -> Iterable[Metric]:
    """Count the retailer's rows; None: everybody's, and what belongs to the installation as a whole."""
    yield _messages(session, retailer)
    yield _oldest(session, retailer, now)
    yield _unknown_codes(session, retailer)
    yield _grouped(
        session, retailer, "doorline_shipments", "Shipments by state.", select(Shipment.state, func.count()), Shipment
    )
    yield _grouped(session, retailer, "doorline_cases", "Cases by state.", select(Case.state, func.count()), Case)
    yield _grouped(session, retailer, "doorline_lines", "Lines by state.", select(Line.state, func.count()), Line)
    yield _without_number(session, retailer)
    if retailer is None:
        yield _heartbeats(session, now)
        yield _signature_failures(session)


def _messages(session: Session, retailer: str | None) -> Metric:
    found = GaugeMetricFamily(
        "doorline_messages", "Messages by direction, status and category.", labels=["direction", "status", "category"]
    )
    heard = select(InboxRow.state, func.count()).group_by(InboxRow.state)
    for status, count in session.execute(_of(heard, InboxRow, retailer)):
        found.add_metric(["in", status, ""], count)
    owed = select(OutboxRow.state, OutboxRow.category, func.count()).group_by(OutboxRow.state, OutboxRow.category)
    for status, category, count in session.execute(_of(owed, OutboxRow, retailer)):
        found.add_metric(["out", status, category], count)
    return found


def _oldest(session: Session, retailer: str | None, now: datetime) -> Metric:
    found = GaugeMetricFamily("doorline_oldest_seconds", "Age of the oldest row that waits, by box.", labels=["box"])
    heard = select(func.min(InboxRow.received_at)).where(InboxRow.state == "received")
    owed = select(func.min(OutboxRow.created_at)).where(OutboxRow.state.in_(("queued", "sending", "unknown")))
    for box, since in (
        ("inbox", session.scalar(_of(heard, InboxRow, retailer))),
        ("outbox", session.scalar(_of(owed, OutboxRow, retailer))),
    ):
        found.add_metric([box], 0 if since is None else max(0.0, (now - since).total_seconds()))
    return found


def _unknown_codes(session: Session, retailer: str | None) -> Metric:
    found = GaugeMetricFamily(
        "doorline_unknown_carrier_codes", "Events whose code has no meaning for us.", labels=["source", "code"]
    )
    query = (
        select(ShipmentEvent.source, ShipmentEvent.code, func.count())
        .where(ShipmentEvent.status == UNKNOWN)
        .group_by(ShipmentEvent.source, ShipmentEvent.code)
    )
    for source, code, count in session.execute(_of(query, ShipmentEvent, retailer)):
        found.add_metric([source, code or ""], count)
    return found


def _grouped(
    session: Session,
    retailer: str | None,
    name: str,
    words: str,
    query: Any,
    model: type[Shipment] | type[Case] | type[Line],
) -> Metric:
    found = GaugeMetricFamily(name, words, labels=["state"])
    for state, count in session.execute(_of(query.group_by(model.state), model, retailer)):
        found.add_metric([state], count)
    return found


def _without_number(session: Session, retailer: str | None) -> Metric:
    found = GaugeMetricFamily("doorline_lines_without_number", "Open lines for which the pool had no number.")
    query = select(func.count()).select_from(Line).where(Line.state == "open", Line.proxy.is_(None))
    found.add_metric([], session.scalar(_of(query, Line, retailer)) or 0)
    return found


def _heartbeats(session: Session, now: datetime) -> Metric:
    found = GaugeMetricFamily(
        "doorline_heartbeat_age_seconds", "Since each worker's last sign of life.", labels=["worker", "nlu"]
    )
    for beat in session.scalars(select(Heartbeat)):
        found.add_metric([beat.worker, beat.nlu], max(0.0, (now - beat.at).total_seconds()))
    return found


def _signature_failures(session: Session) -> Metric:
    found = CounterMetricFamily(
        "doorline_signature_failures", "Webhooks refused for their signature.", labels=["source"]
    )
    for source, count in sorted(connection_tally.refused(session).items()):
        found.add_metric([source], count)
    return found


def _of(query: Any, model: Any, retailer: str | None) -> Any:
    return query if retailer is None else query.where(model.retailer == retailer)
