"""Finished shipments out of a CSV file: what can be read becomes arrays, what cannot is named by its line."""

import csv
import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from tracking_core.states import ShipmentState

Floats = NDArray[np.float64]

#: Numbers any retailer may have.
NUMBERS = ("origin_lat", "origin_lon", "dest_lat", "dest_lon", "distance_km")
#: Names any retailer may have.
NAMES = ("carrier", "service")
#: Moments that are no milestones of their own.
MOMENTS = ("promised_at", "created_at", "delivered_at")
#: Columns nobody has announced pass through when they are called so.
PASSED = "x_"
#: A passed column is a number when so many of its values are; the rest then count as missing.
NUMERIC_FROM = 0.5
#: Deliveries before their order are errors, unless so many are that the order's date must mean something else.
SIGNED_FROM = 0.05


class Unreadable(ValueError):
    """The file is no table of finished shipments."""


@dataclass(frozen=True, slots=True)
class Table:
    """Finished shipments in the order of their creation. Moments are seconds since 1970; missing is NaN."""

    ids: list[str]
    created: Floats
    delivered: Floats
    promised: Floats
    #: State -> when it was reached, for each `<state>_at` column but created and delivered; NaN after the delivery.
    reached: dict[str, Floats]
    numbers: dict[str, Floats]
    #: Name of the column -> its values as codes from 0; -1 is missing.
    names: dict[str, NDArray[np.int64]]
    #: Whether deliveries before the order are taken as they are.
    signed: bool

    def __len__(self) -> int:
        return len(self.created)


@dataclass(slots=True)
class Complaints:
    """What was wrong with the lines, in words; the first few are kept, all are counted."""

    most: int = 20
    said: list[str] = field(default_factory=list)
    counts: dict[str, int] = field(default_factory=dict)

    def add(self, kind: str, line: int, words: str) -> None:
        """Note one line's trouble."""
        self.counts[kind] = self.counts.get(kind, 0) + 1
        if len(self.said) < self.most:
            self.said.append(f"line {line}: {words}")

    def __iter__(self) -> Iterator[str]:
        """Yield the first troubles by line, then how many of each kind there were."""
        yield from self.said
        for kind, count in self.counts.items():
            yield f"{count} lines: {kind}"


def read(path: Path, complaints: Complaints) -> Table:
    """Read the file. Raises Unreadable when a needed column is missing or nothing usable is in it."""
    try:
        with path.open(encoding="utf-8-sig", errors="replace", newline="") as file:
            reader = csv.reader(file)
            header = [name.strip() for name in next(reader, [])]
            rows = _usable(reader, header, complaints)
    except (OSError, csv.Error) as error:
        raise Unreadable(f"{path}: {error}") from error
    if not rows:
        raise Unreadable(f"{path}: no line has both created_at and delivered_at")
    return _table(header, rows, complaints)


def moment(text: str) -> float:
    """Seconds since 1970 of an ISO 8601 moment; without a zone it is UTC. NaN for nothing. Raises ValueError."""
    if not text:
        return math.nan
    said = datetime.fromisoformat(text)
    said = said.replace(tzinfo=UTC) if said.tzinfo is None else said
    return said.timestamp()


@dataclass(slots=True)
class _Row:
    line: int
    cells: list[str]
    moments: dict[str, float]


def _usable(reader: Iterator[list[str]], header: list[str], complaints: Complaints) -> list[_Row]:
    for needed in ("created_at", "delivered_at"):
        if needed not in header:
            raise Unreadable(f"the column {needed} is missing")
    when = {name: place for place, name in enumerate(header) if name in MOMENTS or _state_of(name)}
    id_place = header.index("shipment_id") if "shipment_id" in header else None
    seen: set[str] = set()
    rows = []
    for line, cells in enumerate(reader, start=2):
        if not any(cell.strip() for cell in cells):
            continue
        if len(cells) > len(header):
            complaints.add("more cells than columns; skipped", line, "more cells than columns")
            continue
        padded = [*(cell.strip() for cell in cells), *[""] * (len(header) - len(cells))]
        moments = _moments(padded, when, line, complaints)
        if moments is None:
            continue
        known = padded[id_place] if id_place is not None else ""
        if known and known in seen:
            complaints.add("a shipment_id again; skipped", line, f"shipment_id {known!r} again")
            continue
        seen.add(known)
        rows.append(_Row(line, padded, moments))
    return rows


def _moments(cells: Sequence[str], when: dict[str, int], line: int, complaints: Complaints) -> dict[str, float] | None:
    """The line's moments; None when it cannot be used for want of one. A bad one beside them only goes missing."""
    found = {}
    for name, place in when.items():
        try:
            found[name] = moment(cells[place])
        except (ValueError, OverflowError):
            needed = name in ("created_at", "delivered_at")
            what = f"{name} is no date; " + ("skipped" if needed else "taken as missing")
            complaints.add(what, line, f"{name} is no date: {cells[place][:40]!r}")
            if needed:
                return None
            found[name] = math.nan
    if math.isnan(found["created_at"]):
        complaints.add("created_at is empty; skipped", line, "created_at is empty")
        return None
    if math.isnan(found["delivered_at"]):
        complaints.add("not delivered; skipped", line, "delivered_at is empty")
        return None
    return found


def _state_of(column: str) -> str | None:
    """The state a column tells the moment of; None for other columns."""
    name = column.removesuffix("_at")
    known = column.endswith("_at") and name in {state.value for state in ShipmentState}
    return name if known and column not in MOMENTS else None


def _table(header: list[str], rows: list[_Row], complaints: Complaints) -> Table:
    created = np.array([row.moments["created_at"] for row in rows])
    delivered = np.array([row.moments["delivered_at"] for row in rows])
    early = delivered < created
    signed = bool(early.mean() > SIGNED_FROM)
    if not signed:
        for place in np.flatnonzero(early):
            complaints.add(
                "delivered before it was created; skipped", rows[place].line, "delivered before it was created"
            )
        rows = [row for row, bad in zip(rows, early, strict=True) if not bad]
    rows.sort(key=lambda row: row.moments["created_at"])  # stable: lines of one moment keep their order

    def times(name: str) -> Floats:
        return np.array([row.moments.get(name, math.nan) for row in rows])

    created, delivered = times("created_at"), times("delivered_at")
    reached = {}
    for column in header:
        state = _state_of(column)
        if state is not None:
            at = times(column)
            reached[state] = np.where(at > delivered, math.nan, at)
    numbers, names = _features(header, rows)
    ids = [row.cells[header.index("shipment_id")] for row in rows] if "shipment_id" in header else []
    promised = times("promised_at")
    return Table(ids, created, delivered, promised, reached, numbers, names, signed)


def _features(header: list[str], rows: list[_Row]) -> tuple[dict[str, Floats], dict[str, NDArray[np.int64]]]:
    numbers: dict[str, Floats] = {}
    names: dict[str, NDArray[np.int64]] = {}
    for place, column in enumerate(header):
        values = [row.cells[place] for row in rows]
        given = sum(map(bool, values))
        if not given:
            continue
        read_as = np.array([_number(value) for value in values])
        numeric = np.isfinite(read_as).sum() >= NUMERIC_FROM * given
        if column in NUMBERS or (column.startswith(PASSED) and numeric):
            numbers[column] = read_as
        elif column in NAMES or column.startswith(PASSED):
            _, codes = np.unique(np.array(values, dtype=object).astype(str), return_inverse=True)
            names[column] = np.where(np.array([bool(value) for value in values]), codes, -1).astype(np.int64)
    return numbers, names


def _number(text: str) -> float:
    try:
        value = float(text)
    except ValueError:
        return math.nan
    return value if math.isfinite(value) else math.nan
