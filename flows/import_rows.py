"""Reads the lines of a shipment file: a header however it is written, and each cell as its column means it.

Pure but for reading the stream. A line that cannot be read never costs its neighbours.
"""

import json
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any, BinaryIO

from flows.import_text import ANY_BYTES, WESTERN, encoding_of, records
from flows.intake import Cost, Customer, Delivery, Destination, DriverIn, ImportedShipment, Origin, Said, Window
from flows.intake_passed import cell as passed_cell
from flows.intake_passed import column as passed_column

#: What the owner of a file should know of it as a whole, by name.
NOTES = {
    "western": (
        "The file is not in UTF-8. It was read as Western European (Windows-1252, Latin-1): please look whether names "
        "with accents came in as they should."
    ),
    "broken": "Work on this file broke off again and again and was given up. What has gone in stays.",
}
NESTED: dict[str, type[Said]] = {
    "customer": Customer,
    "destination": Destination,
    "origin": Origin,
    "promised": Window,
    "driver": DriverIn,
    "delivery": Delivery,
    "cost": Cost,
}
#: Cells that hold several values, separated by `|`, `;` or spaces.
LISTS = {"delivery.proof"}
#: Cells that hold JSON.
JSON_CELLS = {"items"}
TRUE, FALSE = {"true", "yes", "1", "y"}, {"false", "no", "0", "n"}
BOOLEANS = {"customer.sms_consent", "delivery.leave_at_door"}
#: Written with a comma in much of the world.
DECIMALS = {"destination.lat", "destination.lon", "origin.lat", "origin.lon", "cost.amount"}
#: Digits, not amounts: spreadsheets like to shorten them.
NUMBERS = {
    *("order_number", "tracking_number", "customer.phone", "driver.phone"),
    *("destination.postal_code", "origin.postal_code"),
}
SHORTENED = re.compile(r"[+-]?\d(?:[.,]\d+)?E\+\d+")
#: A cell that says "this is text" to a spreadsheet: ="00123".
AS_TEXT = re.compile(r'="(.*)"', re.DOTALL)


@dataclass(frozen=True, slots=True)
class BadLine:
    """Why a line cannot be taken."""

    #: The column at fault; empty for the line as a whole.
    field: str
    reason: str


@dataclass(frozen=True, slots=True)
class Header:
    """The first line, when something is wrong with it."""

    line: int
    faults: list[BadLine]
    original: str = ""


@dataclass(frozen=True, slots=True)
class Row:
    """One line of data."""

    #: Where it begins in the file, counted from 1.
    line: int
    #: Nested as in the REST body, or why it cannot be read.
    content: dict[str, Any] | BadLine
    #: As it stands in the file.
    original: str = ""


@cache
def columns() -> frozenset[str]:
    """The names a column may have, beside `x_<name>` for columns of the retailer's own."""
    found = {name for name in ImportedShipment.model_fields if name not in NESTED}
    for name, model in NESTED.items():
        found |= {f"{name}.{info.alias or inner}" for inner, info in model.model_fields.items()}
    return frozenset(found)


def note_of(stream: BinaryIO) -> str | None:
    """What is to be said of the file as a whole, a name of NOTES; None for most. Leaves the stream at its beginning."""
    return "western" if encoding_of(stream) in {WESTERN, ANY_BYTES} else None


def rows(stream: BinaryIO) -> Iterator[Header | Row]:
    """Answer the file's lines; a header that is not usable ends it. Empty lines are skipped."""
    found = records(stream)
    head = next(found, None)
    if head is None:
        yield Header(1, [BadLine("", "the file is empty")])
        return
    names = [_column(name) for name in head.cells]
    faults, usable = _check_header(names)
    if faults:
        yield Header(1, faults, head.original)
    if not usable:
        return
    for record in found:
        if record.error:
            yield Row(record.line, BadLine("", record.error), record.original)
        elif any(cell.strip() for cell in record.cells):
            yield Row(record.line, _nest(names, record.cells), record.original)


def count(stream: BinaryIO) -> int:
    """How many rows `rows` will answer, without the header. Leaves the stream at its beginning."""
    found = records(stream)
    next(found, None)
    total = sum(1 for record in found if record.error or any(cell.strip() for cell in record.cells))
    stream.seek(0)
    return total


@cache
def _spellings() -> dict[str, str]:
    """How a column may be written, folded -> its name. `Customer Phone` and `customer_phone` are customer.phone."""
    return {_folded(name): name for name in columns()}


def _folded(name: str) -> str:
    return re.sub(r"[\s._-]+", " ", name).strip().casefold()


def _column(written: str) -> str:
    """The column's name; what is none of ours stays as it was written."""
    said = written.strip().strip("\ufeff\u200b").strip()
    return said if said in columns() else _spellings().get(_folded(said)) or passed_column(said) or said


def _is_known(name: str) -> bool:
    return name in columns() or passed_column(name) == name


def _check_header(names: Sequence[str]) -> tuple[list[BadLine], bool]:
    faults = [BadLine(n, "there is no such column; it is left out") for n in names if n and not _is_known(n)]
    doubled = sorted({name for name in names if _is_known(name) and names.count(name) > 1})
    faults += [BadLine(name, "the column stands there twice") for name in doubled]
    missing = []
    if "order_number" not in names:
        missing.append(BadLine("order_number", "the column is missing"))
    if not {"customer.phone", "customer.email"} & set(names):
        missing.append(BadLine("customer.phone", "a column customer.phone or customer.email is missing"))
    return faults + missing, not (missing or doubled)


def _nest(names: Sequence[str], cells: Sequence[str]) -> dict[str, Any] | BadLine:
    """Turn a line into the REST body's shape; an empty cell is an absent field."""
    if len(cells) != len(names):
        return BadLine("", f"the line has {len(cells)} cells, the header has {len(names)}")
    found: dict[str, Any] = {}
    for name, cell in zip(names, cells, strict=True):
        said = _plain(cell)
        if not said or not _is_known(name):
            continue
        try:
            value = _value(name, said)
        except ValueError as error:
            return BadLine(name, str(error))
        outer, dot, inner = name.partition(".")
        if dot:
            found.setdefault(outer, {})[inner] = value
        else:
            found[name] = value
    return found


def _plain(cell: str) -> str:
    """The cell without what spreadsheets put around it; an apostrophe that disarmed a formula goes too."""
    said = cell.strip().strip("\u00a0").strip()
    if found := AS_TEXT.fullmatch(said):
        said = found[1].replace('""', '"').strip()
    return said[1:] if len(said) > 1 and said[0] == "'" and said[1] in "=+-@" else said


def _value(name: str, said: str) -> Any:
    if passed_column(name):
        return passed_cell(said)
    if name in DECIMALS and said.count(",") == 1 and "." not in said:
        return said.replace(",", ".")
    if name in NUMBERS and SHORTENED.fullmatch(said):
        raise ValueError("a spreadsheet has shortened this number; make the column a text column and export again")
    if name in BOOLEANS:
        word = said.lower()
        if word not in TRUE | FALSE:
            raise ValueError("must be true or false")
        return word in TRUE
    if name in LISTS:
        return said.replace("|", " ").replace(";", " ").replace(",", " ").split()
    if name in JSON_CELLS:
        try:
            return json.loads(said)
        except (ValueError, RecursionError) as error:
            raise ValueError('must be a JSON list such as [{"name": "Lamp", "quantity": 1}]') from error
    return said
