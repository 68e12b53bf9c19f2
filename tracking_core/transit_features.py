"""What was known of a shipment at a moment, as columns for a model. Nothing here looks past the moment."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from tracking_core.transit_csv import Floats, Table

Codes = NDArray[np.int64]

HOUR, DAY = 3600.0, 86_400.0
#: The library bins categories into no more than this.
MOST_CATEGORIES = 250
#: A mean of few outcomes leans on the mean of all as if it had seen so many of those as well.
PRIOR = 8.0
#: How many of the latest outcomes speak for the present.
LATELY = (15, 60)
#: Columns of whole numbers that repeat so often may name something: a store, a market.
REPEATS = 3.0


@dataclass(frozen=True, slots=True)
class Design:
    """One milestone's rows as columns. All arrays have one entry per row."""

    #: Places in the table of the rows that have reached the milestone.
    rows: NDArray[np.intp]
    #: When they did, and when they were delivered; seconds since 1970.
    at: Floats
    done: Floats
    #: Seconds from the milestone to the promise; NaN where nothing is promised.
    to_promise: Floats
    #: The columns as they were given, for the plain model, and which of them are categories.
    plain: Floats
    is_category: NDArray[np.bool_]
    #: The columns with what past outcomes of the like shipments teach.
    rich: Floats

    @property
    def left(self) -> Floats:
        """Seconds from the milestone to the delivery: what is to be learnt."""
        return self.done - self.at


def design(table: Table, milestone: str) -> Design:
    """The columns of all rows that have reached the milestone; `created` is the first of all milestones."""
    when = table.created if milestone == "created" else table.reached[milestone]
    rows = np.flatnonzero(np.isfinite(when))
    at, done = when[rows], table.delivered[rows]
    to_promise = table.promised[rows] - at
    numbers = [column[rows] for column in table.numbers.values()]
    names = [_most(column[rows]) for column in table.names.values()]
    own = _own(table, milestone, rows, at)
    plain = _columns([*own, *numbers, *[np.where(codes < 0, np.nan, codes) for codes in names]], len(rows))
    is_category = np.zeros(plain.shape[1], dtype=bool)
    is_category[plain.shape[1] - len(names) :] = True
    past = _past(table, rows, at, done, to_promise)
    rich = _columns([*own, *numbers, *_load(table, rows, at), *past], len(rows))
    return Design(rows, at, done, to_promise, plain, is_category, rich)


def _columns(columns: list[Floats], n: int) -> Floats:
    return np.column_stack(columns).astype(np.float64) if columns else np.zeros((n, 1))


def _own(table: Table, milestone: str, rows: NDArray[np.intp], at: Floats) -> list[Floats]:
    """Clock, calendar, promise, and how long ago each other milestone was."""
    found = [
        np.mod(at, DAY) / HOUR,
        np.mod(at // DAY + 3, 7),  # Monday is 0
        np.mod(at // DAY, 365.2425),
        table.promised[rows] - at,
        at - table.created[rows],
    ]
    for state, reached in table.reached.items():
        if state != milestone:
            since = at - reached[rows]
            found.append(np.where(since >= 0, since, np.nan))
    return found


def _load(table: Table, rows: NDArray[np.intp], at: Floats) -> list[Floats]:
    """How much is open at that moment, and how much came in lately: all, and of the same carrier."""
    found = []
    groups = [np.zeros(len(table), dtype=np.int64)]
    if "carrier" in table.names:
        groups.append(table.names["carrier"])
    for codes in groups:
        open_, hour, day = (np.zeros(len(rows)) for _ in range(3))
        for code in np.unique(codes):
            mine, here = codes == code, codes[rows] == code
            begun, ended = np.sort(table.created[mine]), np.sort(table.delivered[mine])
            came = np.searchsorted(begun, at[here], side="right")
            open_[here] = came - np.searchsorted(ended, at[here], side="right")
            hour[here] = came - np.searchsorted(begun, at[here] - HOUR, side="right")
            day[here] = came - np.searchsorted(begun, at[here] - DAY, side="right")
        found += [open_, hour, day]
    return found


def _past(table: Table, rows: NDArray[np.intp], at: Floats, done: Floats, to_promise: Floats) -> list[Floats]:
    """How long the like shipments took whose outcome was known by then, or by how much they missed their promise."""
    left = done - at
    promised = np.isfinite(to_promise)
    first = np.argsort(done, kind="stable")[: len(done) // 2]  # what is decided by must lie before all tests
    first = first[promised[first]]
    against = promised.mean() > 0.5 and promise_tells(left[first], to_promise[first])
    target = np.where(promised, left - to_promise, np.nan) if against else left
    kinds = [codes[rows] for codes in table.names.values()]
    kinds += [_as_names(column[rows]) for column in table.numbers.values() if _repeats(column[rows])]
    if "carrier" in table.names and "service" in table.names:
        kinds.append(_together(table.names["carrier"][rows], table.names["service"][rows]))
    lane = _lane(table, rows)
    if lane is not None:
        kinds.append(lane)
    kinds.append(np.mod(at // DAY + 3, 7).astype(np.int64) * 24 + (np.mod(at, DAY) // HOUR).astype(np.int64))
    everything = known_means(np.zeros(len(rows), dtype=np.int64), at, done, target, lately=(50, 300))
    overall = np.where(np.isfinite(everything[0]), everything[0], 0.0)
    found = [*everything]
    for codes in kinds:
        found += known_means(codes, at, done, target, lately=LATELY, prior=overall)
    return found


def promise_tells(left: Floats, to_promise: Floats) -> bool:
    """Whether the difference to the promise varies less than the time itself, in the middle of things."""
    if not len(left):
        return False
    off = left - to_promise
    return bool(np.abs(off - np.median(off)).mean() <= np.abs(left - np.median(left)).mean())


def known_means(
    codes: Codes, at: Floats, done: Floats, target: Floats, *, lately: tuple[int, ...], prior: Floats | None = None
) -> list[Floats]:
    """Per row, means over rows of the same code whose outcome was known before: all, the latest ones; and how many.

    A missing target counts for nothing. prior: per row, what few outcomes lean on. NaN where nothing is known.
    """
    n = len(codes)
    whole, counts = np.full(n, np.nan), np.zeros(n)
    recent = [np.full(n, np.nan) for _ in lately]
    order = np.argsort(codes, kind="stable")
    edges = np.flatnonzero(np.diff(codes[order])) + 1
    for mine in np.split(order, edges):
        usable = mine[np.isfinite(target[mine])]
        if not len(usable):
            continue
        usable = usable[np.argsort(done[usable], kind="stable")]
        sums = np.concatenate([[0.0], np.cumsum(target[usable])])
        known = np.searchsorted(done[usable], at[mine], side="left")
        lean = prior[mine] if prior is not None else 0.0
        weight = PRIOR if prior is not None else 0.0
        with np.errstate(invalid="ignore", divide="ignore"):
            whole[mine] = (sums[known] + weight * lean) / (known + weight)
            for column, most in zip(recent, lately, strict=True):
                first = np.maximum(known - most, 0)
                column[mine] = (sums[known] - sums[first] + weight * lean) / (known - first + weight)
        counts[mine] = known
    return [whole, *recent, counts]


def _most(codes: Codes) -> Codes:
    """The codes with the rarest ones made one, so that the library takes them."""
    kinds, counts = np.unique(codes[codes >= 0], return_counts=True)
    if len(kinds) <= MOST_CATEGORIES:
        place = np.full(codes.max(initial=-1) + 2, -1)
        place[kinds] = np.arange(len(kinds))
        return np.where(codes < 0, -1, place[codes])
    kept = kinds[np.argsort(-counts, kind="stable")[: MOST_CATEGORIES - 1]]
    place = np.full(codes.max() + 2, MOST_CATEGORIES - 1)
    place[kept] = np.arange(len(kept))
    return np.where(codes < 0, -1, place[codes])


def _repeats(column: Floats) -> bool:
    given = column[np.isfinite(column)]
    if len(given) < 2 or np.any(given != np.floor(given)):
        return False
    return len(np.unique(given)) * REPEATS <= len(given)


def _as_names(column: Floats) -> Codes:
    codes = np.unique(np.where(np.isfinite(column), column, -np.inf), return_inverse=True)[1]
    return codes.astype(np.int64)


def _together(one: Codes, other: Codes) -> Codes:
    together: Codes = (one + 1) * (int(other.max(initial=0)) + 2) + other + 1
    return together


def _lane(table: Table, rows: NDArray[np.intp]) -> Codes | None:
    """From where to where, by whole degrees."""
    ends = [
        table.numbers[name] for name in ("origin_lat", "origin_lon", "dest_lat", "dest_lon") if name in table.numbers
    ]
    if not ends:
        return None
    codes = np.zeros(len(rows), dtype=np.int64)
    for column in ends:
        codes = codes * 400 + np.nan_to_num(np.floor(column[rows]), nan=-199.0).astype(np.int64) % 400
    return codes
