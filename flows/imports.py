"""Shipments by CSV: good lines go in, each bad one is told once, with its number and why. Nobody is texted."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime
from typing import BinaryIO

from pydantic import ValidationError

from db import Database
from flows import tracking
from flows.house import House
from flows.import_rows import BadLine, Header, Row, rows
from flows.intake import ImportedShipment, Rejected, faults_of, new_shipment
from tracking_core.facts import CarrierEvent
from tracking_core.models import Shipment
from tracking_core.shipments import NewShipment

#: Lines taken in one transaction: enough to be quick, few enough that nobody waits long for the database.
BATCH = 200
SOURCE = "import"


@dataclass(frozen=True, slots=True)
class _Line:
    """A line that can be taken."""

    new: NewShipment
    said: ImportedShipment


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

    UTF-8 with or without a mark, UTF-16 with one, else Latin-1; separated by commas, semicolons or tabs. Batches are
    committed one by one, so that a broken-off import is simply done again.
    """
    result = ImportResult()
    batch: list[_Line] = []
    for line, found in _shipments(stream):
        if isinstance(found, BadLine):
            result.errors.append((line, found.field, found.reason))
            continue
        batch.append(found)
        if len(batch) >= BATCH:
            _take(database, house, batch, result, retailer=retailer, now=now)
            batch = []
    if batch:
        _take(database, house, batch, result, retailer=retailer, now=now)
    return result


def _shipments(stream: BinaryIO) -> Iterator[tuple[int, _Line | BadLine]]:
    for row in rows(stream):
        if isinstance(row, Header):
            yield from ((row.line, bad) for bad in row.faults)
        elif isinstance(row.content, BadLine):
            yield row.line, row.content
        else:
            yield row.line, _read(row)


def _read(row: Row) -> _Line | BadLine:
    try:
        said = ImportedShipment.model_validate(row.content)
        return _Line(new_shipment(said, source=SOURCE), said)
    except ValidationError as error:
        first = faults_of(error.errors(include_url=False, include_input=False))[0]
    except Rejected as error:
        first = error.faults[0]
    return BadLine(first.field, first.reason)


def _take(
    database: Database, house: House, batch: list[_Line], result: ImportResult, *, retailer: str, now: datetime
) -> None:
    with database.write() as session:
        made = []
        for line in batch:
            shipment, is_new = tracking.create_shipment(session, house, line.new, retailer=retailer, now=now)
            made.append(is_new)
            if line.said.status is not None:
                event = _event(line.said, shipment, now)
                tracking.take_events(session, house, [event], retailer=retailer, now=now, shipment=shipment)
    result.created += sum(made)
    result.existing += len(made) - sum(made)


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
