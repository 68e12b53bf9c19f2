"""Shipments by CSV: good lines go in, each bad one is told once, with its number and why. Nobody is texted."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, BinaryIO

from pydantic import ValidationError
from sqlalchemy import select
from sqlalchemy.orm import Session

from db import Database
from flows import tracking
from flows.house import House
from flows.import_rows import BadLine, Header, rows
from flows.intake import ImportedShipment, Rejected, faults_of, new_shipment
from tracking_core.facts import CarrierEvent
from tracking_core.models import Shipment, ShipmentEvent
from tracking_core.shipments import NewShipment

#: Lines taken in one transaction: enough to be quick, few enough that nobody waits long for the database.
BATCH = 100
SOURCE = "import"


@dataclass(frozen=True, slots=True)
class Line:
    """A line that can be taken."""

    new: NewShipment
    said: ImportedShipment


@dataclass(frozen=True, slots=True)
class Found:
    """A line of the file."""

    #: Where it begins, counted from 1.
    line: int
    content: Line | BadLine
    #: As it stands in the file.
    original: str


@dataclass
class ImportResult:
    """What became of a file."""

    #: Shipments that are new.
    created: int = 0
    #: Lines whose order and tracking number we had already.
    existing: int = 0
    #: (line of the file counted from 1, field, reason), in the file's order.
    errors: list[tuple[int, str, str]] = field(default_factory=list)


def import_shipments(
    database: Database, house: House, stream: BinaryIO, *, retailer: str, now: datetime
) -> ImportResult:
    """Take in a CSV file whose columns are dotted field names. stream: seekable, at its beginning.

    UTF-8 with or without a mark, UTF-16, else Western European; separated by commas, semicolons or tabs. Batches are
    committed one by one, so that a broken-off import is simply done again.
    """
    result = ImportResult()
    batch: list[Line] = []
    for one in read(stream):
        if isinstance(one, Header):
            result.errors += [(one.line, bad.field, bad.reason) for bad in one.faults]
            continue
        if isinstance(one.content, BadLine):
            result.errors.append((one.line, one.content.field, one.content.reason))
            continue
        batch.append(one.content)
        if len(batch) >= BATCH:
            _commit(database, house, batch, result, retailer=retailer, now=now)
            batch = []
    if batch:
        _commit(database, house, batch, result, retailer=retailer, now=now)
    return result


def _commit(
    database: Database, house: House, batch: Sequence[Line], result: ImportResult, *, retailer: str, now: datetime
) -> None:
    created, existing = database.run(lambda session: take(session, house, batch, retailer=retailer, now=now))
    result.created += created
    result.existing += existing


def read(stream: BinaryIO) -> Iterator[Header | Found]:
    """Answer the file's lines, each as what it can be taken as; the header only where something is wrong with it."""
    for row in rows(stream):
        if isinstance(row, Header):
            yield row
        else:
            found = row.content if isinstance(row.content, BadLine) else _read(row.content)
            yield Found(row.line, found, row.original)


def _read(content: dict[str, Any]) -> Line | BadLine:
    try:
        said = ImportedShipment.model_validate(content)
        return Line(new_shipment(said, source=SOURCE), said)
    except ValidationError as error:
        first = faults_of(error.errors(include_url=False, include_input=False))[0]
    except Rejected as error:
        first = error.faults[0]
    return BadLine(first.field, first.reason)


def take(session: Session, house: House, lines: Sequence[Line], *, retailer: str, now: datetime) -> tuple[int, int]:
    """Take a batch of good lines in, in the caller's transaction: (how many are new, how many we had)."""
    made = tracking.create_shipments(session, house, [line.new for line in lines], retailer=retailer, now=now)
    told = [
        (shipment, _event(line.said, shipment, now))
        for line, (shipment, _) in zip(lines, made, strict=True)
        if line.said.status is not None
    ]
    known = _known_events(session, told)
    for shipment, event in told:
        if (shipment.id, event.event_id) not in known:
            tracking.take_events(session, house, [event], retailer=retailer, now=now, shipment=shipment)
    new = sum(is_new for _, is_new in made)
    return new, len(made) - new


def _known_events(session: Session, told: Sequence[tuple[Shipment, CarrierEvent]]) -> set[tuple[int, str]]:
    """What of this was said before: a file that comes again must not be recorded line by line."""
    query = select(ShipmentEvent.shipment_id, ShipmentEvent.event_id).where(
        ShipmentEvent.source == SOURCE, ShipmentEvent.shipment_id.in_({shipment.id for shipment, _ in told})
    )
    return {(row[0], row[1]) for row in session.execute(query)} if told else set()


def _event(said: ImportedShipment, shipment: Shipment, now: datetime) -> CarrierEvent:
    """Where the parcel is, silently; the same line again is the same event."""
    at = said.occurred_at.isoformat() if said.occurred_at else ""
    return CarrierEvent(
        carrier=SOURCE,
        event_id=f"import:{said.status}:{at}",
        tracking_number=shipment.tracking_number,
        status=str(said.status),
        occurred_at=said.occurred_at or now,
        reason=said.reason,
        silent=True,
    )
