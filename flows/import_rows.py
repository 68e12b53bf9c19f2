"""Reads CSV files as people make them: any usual encoding and separator, cells with line breaks, lines that are broken.

Pure but for reading the stream. A line that cannot be read never costs its neighbours.
"""

import codecs
import csv
import io
import json
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any, BinaryIO

from flows.intake import Customer, Delivery, Destination, DriverIn, ImportedShipment, Said, Window

#: Lines a quoted cell may span. Past that the quotation mark was never closed, and only its line is bad.
CELL_LINES_MAX = 40
#: Characters of one record; more is no shipment.
RECORD_MAX = 100_000
SEPARATORS = (",", ";", "\t")
CHUNK = 1 << 16

NESTED: dict[str, type[Said]] = {
    "customer": Customer,
    "destination": Destination,
    "promised": Window,
    "driver": DriverIn,
    "delivery": Delivery,
}
#: Cells that hold several values, separated by `|`, `;` or spaces.
LISTS = {"delivery.proof"}
#: Cells that hold JSON.
JSON_CELLS = {"items"}
TRUE, FALSE = {"true", "yes", "1", "y"}, {"false", "no", "0", "n"}
BOOLEANS = {"customer.sms_consent", "delivery.leave_at_door"}


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


@dataclass(frozen=True, slots=True)
class Row:
    """One line of data."""

    #: Where it begins in the file, counted from 1.
    line: int
    #: Nested as in the REST body, or why it cannot be read.
    content: dict[str, Any] | BadLine


@dataclass
class _Record:
    line: int
    cells: list[str] = field(default_factory=list)
    error: str = ""


def columns() -> frozenset[str]:
    """The names a column may have."""
    found = {name for name in ImportedShipment.model_fields if name not in NESTED}
    for name, model in NESTED.items():
        found |= {f"{name}.{info.alias or inner}" for inner, info in model.model_fields.items()}
    return frozenset(found)


def rows(stream: BinaryIO) -> Iterator[Header | Row]:
    """Answer the file's lines; a header that is not usable ends it. Empty lines are skipped."""
    text = io.TextIOWrapper(stream, encoding=encoding_of(stream), errors="replace", newline="")
    try:
        yield from _rows(text)
    finally:
        text.detach()  # the stream belongs to the caller


def encoding_of(stream: BinaryIO) -> str:
    """Find the encoding by reading the stream through; leaves it at its beginning."""
    mark = stream.read(4)
    stream.seek(0)
    if mark.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        return "utf-16"
    decoder = codecs.getincrementaldecoder("utf-8-sig")()
    try:
        while chunk := stream.read(CHUNK):
            decoder.decode(chunk)
        decoder.decode(b"", final=True)
    except UnicodeDecodeError:
        return "latin-1"
    finally:
        stream.seek(0)
    return "utf-8-sig"


def _rows(text: io.TextIOWrapper) -> Iterator[Header | Row]:
    lines = _physical_lines(text)
    first = next(lines, None)
    if first is None:
        yield Header(1, [BadLine("", "the file is empty")])
        return
    separator = max(SEPARATORS, key=first[1].count)
    head = _cells(first[1], separator)
    names = [name.strip() for name in head] if isinstance(head, list) else []
    faults, usable = _check_header(names)
    if faults:
        yield Header(1, faults)
    if not usable:
        return
    for record in _records(lines, separator):
        if record.error:
            yield Row(record.line, BadLine("", record.error))
        elif any(cell.strip() for cell in record.cells):
            yield Row(record.line, _nest(names, record.cells))


def _physical_lines(text: io.TextIOWrapper) -> Iterator[tuple[int, str]]:
    """Lines as an editor counts them, without their endings; what is far too long is cut, and so found to be bad."""
    number = 0
    while line := text.readline(RECORD_MAX + 1):
        number += 1
        rest = line
        while rest and not rest.endswith(("\n", "\r")):
            rest = text.readline(RECORD_MAX)
        yield number, line.rstrip("\r\n") if len(line) <= RECORD_MAX else line


def _records(lines: Iterator[tuple[int, str]], separator: str) -> Iterator[_Record]:
    """Put lines together where a quoted cell spans them; give them back when its quotation mark is never closed."""
    waiting: list[tuple[int, str]] = []
    while True:
        number, line = waiting.pop(0) if waiting else next(lines, (0, ""))
        if not number:
            return
        taken = [line]
        while (cells := _cells("\n".join(taken), separator)) is None:
            if len(taken) > len(waiting):
                more = next(lines, None)
                if more is None:
                    break
                waiting.append(more)
            if len(taken) >= CELL_LINES_MAX or sum(map(len, taken)) > RECORD_MAX:
                break
            taken.append(waiting[len(taken) - 1][1])
        if cells is None:
            yield _Record(number, error="a quotation mark is never closed")
            continue
        del waiting[: len(taken) - 1]
        if isinstance(cells, str):
            yield _Record(number, error=cells)
        else:
            yield _Record(number, cells)


def _cells(line: str, separator: str) -> list[str] | str | None:
    """Answer the cells; None when a quoted cell goes on in the next line; a sentence when the line is broken."""
    if len(line) > RECORD_MAX:
        return f"longer than {RECORD_MAX} characters"
    try:
        return next(csv.reader([line], delimiter=separator, strict=True), [])
    except csv.Error as error:
        if "unexpected end of data" in str(error):
            return None
        return f"not readable as CSV: {error}"


def _check_header(names: list[str]) -> tuple[list[BadLine], bool]:
    known = columns()
    faults = [BadLine(name, "there is no such column; it is left out") for name in names if name and name not in known]
    doubled = sorted({name for name in names if name in known and names.count(name) > 1})
    faults += [BadLine(name, "the column stands there twice") for name in doubled]
    missing = []
    if "order_number" not in names:
        missing.append(BadLine("order_number", "the column is missing"))
    if not {"customer.phone", "customer.email"} & set(names):
        missing.append(BadLine("customer.phone", "a column customer.phone or customer.email is missing"))
    return faults + missing, not (missing or doubled)


def _nest(names: list[str], cells: list[str]) -> dict[str, Any] | BadLine:
    """Turn a line into the REST body's shape; an empty cell is an absent field."""
    if len(cells) != len(names):
        return BadLine("", f"the line has {len(cells)} cells, the header has {len(names)}")
    known = columns()
    found: dict[str, Any] = {}
    for name, cell in zip(names, cells, strict=True):
        said = cell.strip()
        if not said or name not in known:
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


def _value(name: str, said: str) -> Any:
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
