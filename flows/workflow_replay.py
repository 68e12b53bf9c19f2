"""The past told once more by other rules, in a scratch copy: nothing of it is sent, and nothing is written here."""

import tempfile
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from decimal import Decimal
from itertools import groupby
from pathlib import Path
from typing import Any

from sqlalchemy import event, select, update
from sqlalchemy.orm import Session

from channels import outbox
from channels.messages import Status
from channels.models import Contact, OurAddress, OutboxRow
from db import Base, Database
from flows import shadow_report, tracking, upkeep
from flows.accounts import Retailer
from flows.house import House
from flows.models import Link
from flows.workflow_shadow import Prices
from settings import Settings
from tracking_core.facts import CarrierEvent, Eta, Position
from tracking_core.models import Shipment, ShipmentEvent
from tracking_core.promises import ORDER, enter
from tracking_core.shipments import NewShipment, fresh

#: Kinds of message that follow from events and time alone; what answers somebody cannot be told again.
KINDS = ("milestone", "delay", "survey")
TICK = timedelta(hours=1)


@dataclass(frozen=True, slots=True)
class Said:
    """One message, really sent or told again."""

    key: str
    channel: str
    category: str
    shipment_id: int | None
    text: str
    segments: int
    #: None: no price fits the recipient.
    cost: Decimal | None
    #: When it went, or would go, out.
    at: datetime


@dataclass(frozen=True)
class Past:
    """What happened, read once from the house's own database."""

    retailer: str
    since: datetime
    until: datetime
    shipments: Sequence[Mapping[str, Any]]
    events: Sequence[Mapping[str, Any]]
    others: Mapping[type, Sequence[Mapping[str, Any]]]
    #: Order numbers by shipment.
    orders: Mapping[int, str]
    #: Whether there were more parcels than are looked at.
    cut: bool


def read_past(session: Session, retailer: str, *, since: datetime, until: datetime, limit: int) -> Past:
    """Read what happened since then: the newest `limit` parcels with an event, and all else of their orders."""
    moved = (
        select(ShipmentEvent.shipment_id)
        .where(ShipmentEvent.retailer == retailer, ShipmentEvent.received_at >= since)
        .group_by(ShipmentEvent.shipment_id)
        .order_by(ShipmentEvent.shipment_id.desc())
        .limit(limit + 1)
    )
    ids = list(session.scalars(moved))
    cut, ids = len(ids) > limit, ids[:limit]
    orders = session.scalars(select(Shipment.order_number).where(Shipment.id.in_(ids)).distinct()).all()
    mine = select(Shipment).where(Shipment.retailer == retailer, Shipment.order_number.in_(orders))
    parcels = [_values(row) for row in session.scalars(mine.order_by(Shipment.id))]
    ids = [row["id"] for row in parcels]
    events = select(ShipmentEvent).where(ShipmentEvent.shipment_id.in_(ids), ShipmentEvent.received_at <= until)
    people = {row["customer_phone"] for row in parcels} | {row["customer_email"] for row in parcels}
    others: dict[type, Any] = {
        Retailer: select(Retailer).where(Retailer.name == retailer),
        OurAddress: select(OurAddress).where(OurAddress.retailer == retailer),
        Contact: select(Contact).where(Contact.retailer == retailer, Contact.address.in_(people - {None})),
        Link: select(Link).where(Link.kind == "t", Link.row_id.in_(ids)),
    }
    return Past(
        retailer=retailer,
        since=since,
        until=until,
        shipments=parcels,
        events=[_values(row) for row in session.scalars(events.order_by(ShipmentEvent.received_at, ShipmentEvent.id))],
        others={model: [_values(row) for row in session.scalars(query)] for model, query in others.items()},
        orders={row["id"]: row["order_number"] for row in parcels},
        cut=cut,
    )


def really_said(session: Session, past: Past, prices: Prices) -> dict[str, Said]:
    """What was sent in that time about those parcels, by key; in shadow mode what was kept instead."""
    query = select(OutboxRow).where(
        OutboxRow.shipment_id.in_(list(past.orders)),
        OutboxRow.retailer == past.retailer,
        OutboxRow.created_at >= past.since,
        OutboxRow.created_at <= past.until,
    )
    return _said(session.scalars(query), prices)


def replay(
    past: Past, settings: Settings, workflow: str, prices: Prices, *, progress: Callable[[int], None]
) -> dict[str, Said]:
    """Tell the past again by the rules of a workflow's text; answers what is said, by key. Raises WorkflowError.

    progress: called with the number of events told so far. What a parcel's order says is as it is now; estimates of
    carriers are known as far as their events were kept.
    """
    with _scratch(settings) as (database, house):
        begin = min((row["received_at"] for row in past.events), default=past.since)
        with database.write() as session:
            _copy(session, past)
            house.workflows.save(session, past.retailer, workflow, by="trial", now=begin)
        told, clock = 0, begin
        for moment, batch in groupby(past.events, key=lambda row: row["received_at"]):
            _pass_time(database, house, clock, moment, past)
            clock = moment
            given = list(batch)
            with database.write() as session:
                outbox.promote(session, moment)
                _tell(session, house, past.retailer, given, moment)
                _pretend_to_send(session, moment)
            told += len(given)
            progress(told)
        _pass_time(database, house, clock, past.until, past)
        with database.read() as session:
            query = select(OutboxRow).where(OutboxRow.created_at >= past.since)
            return _said(session.scalars(query), prices)


@contextmanager
def _scratch(settings: Settings) -> Iterator[tuple[Database, House]]:
    with tempfile.TemporaryDirectory(prefix="doorline-trial-") as folder:
        url = f"sqlite:///{Path(folder) / 'trial.db'}"
        own = replace(settings, database_url=url, workflow_dir=Path(folder), import_dir=None)
        database = Database(url, pool_size=4)
        event.listen(database.engine, "connect", _hurry)
        try:
            Base.metadata.create_all(database.engine)
            yield database, House.build(own)
        finally:
            database.close()


def _hurry(connection: Any, _record: Any) -> None:
    """What is lost with the machine was only a trial."""
    connection.execute("PRAGMA synchronous=OFF")


def _pass_time(database: Database, house: House, since: datetime, until: datetime, past: Past) -> None:
    """Do what follows from time alone, hour by hour. Nothing is due in the years before the first event."""
    moment = max(since, past.since - timedelta(days=2)) + TICK
    while moment < until:
        upkeep.tick(database, house, now=moment)
        with database.write() as session:
            outbox.promote(session, moment)
            _pretend_to_send(session, moment)
        moment += TICK


def _pretend_to_send(session: Session, now: datetime) -> None:
    """What is due has gone out: nobody's phone, but all that follows from it being told."""
    due = update(OutboxRow).where(OutboxRow.state == Status.QUEUED)
    session.execute(due.values(state=Status.DELIVERED, sent_at=now, settled_at=now))


def _copy(session: Session, past: Past) -> None:
    for model, rows in past.others.items():
        for row in rows:
            values = {**row}
            if model is Contact:
                values |= _as_it_was(row, past.since)
            session.add(model(**values))
    session.flush()
    for row in past.shipments:
        new = NewShipment(
            order_number=row["order_number"],
            tracking_number=row["tracking_number"],
            customer_locale=row["locale"],
            customer_sms_consent=row["sms_consent"],
            **{name: row[name] for name in _SAME},
            origin=row["origin"] or {},
            passed=row["passed"] or {},
        )
        shipment = fresh(new, retailer=past.retailer, now=row["created_at"])
        shipment.id = row["id"]
        session.add(shipment)
        session.flush()
        if shipment.promised_at is not None:
            enter(
                session,
                shipment,
                window_from=new.promised_from,
                window_to=new.promised_to,
                source=ORDER,
                now=row["created_at"],
            )


_SAME = (
    "carrier", "service", "source", "customer_name", "customer_phone", "customer_email", "destination", "promised_from",
    "promised_to", "delivery", "items", "stop_number",
    "cost_minor", "cost_currency",
)  # fmt: skip


def _as_it_was(contact: Mapping[str, Any], since: datetime) -> dict[str, Any]:
    """What somebody has said or read since then had not been said or read."""
    names = ("opted_out_at", "first_told_at", "unreachable_at")
    later = [name for name in names if contact[name] is not None and contact[name] >= since]
    changed: dict[str, Any] = dict.fromkeys(later)
    if "unreachable_at" in later:
        changed["unreachable_code"] = None
    return changed


def _tell(session: Session, house: House, retailer: str, rows: Sequence[Mapping[str, Any]], now: datetime) -> None:
    by_parcel: dict[int, list[CarrierEvent]] = {}
    for row in rows:
        by_parcel.setdefault(row["shipment_id"], []).append(_event(row))
    for shipment_id, events in by_parcel.items():
        shipment = session.get_one(Shipment, shipment_id)
        tracking.take_events(session, house, events, retailer=retailer, now=now, shipment=shipment)


def _event(row: Mapping[str, Any]) -> CarrierEvent:
    raw = row["raw"] or {}
    eta, position = raw.get("eta"), raw.get("position")
    return CarrierEvent(
        carrier=row["source"],
        event_id=row["event_id"],
        tracking_number="",
        status=row["status"],
        occurred_at=row["occurred_at"],
        reason=row["reason"],
        detail=row["detail"],
        code=row["code"],
        eta=_eta(eta) if isinstance(eta, Mapping) else None,
        position=_position(position, row["occurred_at"]) if isinstance(position, Mapping) else None,
        stops_away=raw.get("stops_away") if isinstance(raw.get("stops_away"), int) else None,
        correction=row["correction"],
        silent=row["silent"],
        raw=raw,
    )


def _eta(said: Mapping[str, Any]) -> Eta | None:
    try:
        at, begins, ends = (
            datetime.fromisoformat(said[name]) if said.get(name) else None for name in ("at", "from", "to")
        )
    except (TypeError, ValueError):
        return None
    aware = [one for one in (at, begins, ends) if one is not None]
    return Eta(at=at, window_from=begins, window_to=ends) if aware and all(one.tzinfo for one in aware) else None


def _position(said: Mapping[str, Any], at: datetime) -> Position | None:
    lat, lon = said.get("lat"), said.get("lon")
    return Position(lat, lon, at) if isinstance(lat, int | float) and isinstance(lon, int | float) else None


def _said(rows: Iterable[OutboxRow], prices: Prices) -> dict[str, Said]:
    return {
        row.key: Said(
            key=row.key,
            channel=row.channel,
            category=row.category,
            shipment_id=row.shipment_id,
            text=row.text,
            segments=row.segments,
            cost=shadow_report.price(prices, row.channel, row.recipient, row.segments),
            at=row.sent_at or row.not_before or row.created_at,
        )
        for row in rows
        if row.category in KINDS and row.state not in ("cancelled", "expired")
    }


def _values(row: Any) -> dict[str, Any]:
    return {column.key: getattr(row, column.key) for column in type(row).__mapper__.column_attrs}
