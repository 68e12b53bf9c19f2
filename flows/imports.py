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
from flows.intake import Rejected, ShipmentIn, faults_of, new_shipment
from tracking_core.shipments import NewShipment

#: Lines taken in one transaction: enough to be quick, few enough that nobody waits long for the database.
BATCH = 200


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
    batch: list[NewShipment] = []
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


def _shipments(stream: BinaryIO) -> Iterator[tuple[int, NewShipment | BadLine]]:
    for row in rows(stream):
        if isinstance(row, Header):
            yield from ((row.line, bad) for bad in row.faults)
        elif isinstance(row.content, BadLine):
            yield row.line, row.content
        else:
            yield row.line, _read(row)


def _read(row: Row) -> NewShipment | BadLine:
    try:
        return new_shipment(ShipmentIn.model_validate(row.content), source="import")
    except ValidationError as error:
        first = faults_of(error.errors(include_url=False, include_input=False))[0]
    except Rejected as error:
        first = error.faults[0]
    return BadLine(first.field, first.reason)


def _take(
    database: Database, house: House, batch: list[NewShipment], result: ImportResult, *, retailer: str, now: datetime
) -> None:
    with database.write() as session:
        made = [tracking.create_shipment(session, house, new, retailer=retailer, now=now)[1] for new in batch]
    result.created += sum(made)
    result.existing += len(made) - sum(made)
