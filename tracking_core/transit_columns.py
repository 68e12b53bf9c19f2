"""Which columns a model has: those of every retailer, and those that only this one's shipments bring. Pure.

A retailer's own columns (`x_<name>`) are numbers, true or false, or names. A column of numbers is one as it is. Names
are what the parcels with the same one took before, as carriers and lanes are; numbers that repeat like names are both.
"""

import math
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from tracking_core.transit_csv import NUMERIC_FROM, PASSED
from tracking_core.transit_facts import Parcel

#: What is known of every parcel at a moment.
OWN = ("hour", "weekday", "month", "since_created_s", "since_last_s", "to_promise_s", "window_s", "lat", "lon", "open")
#: Groups whose past outcomes are means of their own, from the finest on.
GROUPS = ("way", "lane", "service", "carrier")
#: Models learnt before shipments had an origin or columns of their own do not name theirs: they have these.
FIRST_GROUPS = ("lane", "service", "carrier")
#: Own columns a model has, the most frequent ones; so many parcels must bring one.
MOST_PASSED, LEAST_PASSED = 20, 20
#: A column of names that hardly repeat is a number of the parcel itself and says nothing of others.
REPEATS = 3.0
#: Different names of one column that are told apart.
MOST_NAMES = 200


@dataclass(frozen=True, slots=True)
class Layout:
    """The columns of one model, in their order."""

    columns: tuple[str, ...]
    #: Groups whose means the tables hold: GROUPS or some of them, then own columns of names.
    groups: tuple[str, ...]

    @classmethod
    def read(cls, said: Mapping[str, Any]) -> "Layout":
        """The layout beside a stored model; that of the first models where there is none. Raises ValueError."""
        columns, groups = said.get("columns", FIRST.columns), said.get("groups", FIRST.groups)
        for names in (columns, groups):
            if not isinstance(names, list | tuple) or not all(isinstance(name, str) for name in names):
                raise ValueError("its columns are no names")
        return cls(tuple(columns), tuple(groups))

    @property
    def plain_groups(self) -> tuple[str, ...]:
        """The groups that are no columns of the retailer's own, from the finest on."""
        return tuple(name for name in self.groups if not name.startswith(PASSED))

    def row(self, parcel: Parcel, at: datetime, open_: float, means: Mapping[str, tuple[float, float]]) -> list[float]:
        """One parcel's columns at a moment. means: group -> (mean of what is learnt, how many outcomes).

        open_: the carrier's load. What is not known is NaN.
        """
        known = _own(parcel, at, open_)
        for name, (mean, count) in means.items():
            mean_name, count_name = _of_group(name)
            known[mean_name], known[count_name] = mean, count
        for name, value in parcel.passed.items():
            known[name] = as_number(value)
        return [known.get(name, math.nan) for name in self.columns]


def layout_of(parcels: Sequence[Parcel]) -> Layout:
    """The layout of a model that learns from these parcels."""
    numbers, names = _passed(parcels)
    groups = (*GROUPS, *names)
    # How many had the same name adds nothing to what they took: tried on made sets, as were codes instead of means.
    own = (*numbers, *(_of_group(name)[0] for name in names))
    return Layout((*OWN, "origin_lat", "origin_lon", "distance_km", *_means_of(GROUPS), *own), groups)


def group_of(parcel: Parcel, name: str) -> str:
    """The key of the group of that name the parcel belongs to; a missing value is a group too."""
    if name.startswith(PASSED):
        return as_name(parcel.passed.get(name))
    if name == "carrier":
        return parcel.carrier
    if name == "service":
        return f"{parcel.carrier}/{parcel.service}"
    return f"{parcel.carrier}/{parcel.area}" if name == "lane" else f"{parcel.carrier}/{parcel.came_from}>{parcel.area}"


def as_number(value: object) -> float:
    """What a value is as a number: true is 1, a text may be written as one; NaN for what is none."""
    try:
        number = float(value) if isinstance(value, bool | int | float | str) else math.nan
    except (ValueError, OverflowError):
        return math.nan
    return number if math.isfinite(number) else math.nan


def as_name(value: object) -> str:
    """What a value is as a name: 4 and "4.0" are the same; "" for none."""
    number = as_number(value)
    if math.isnan(number):
        return str(value).strip().lower() if isinstance(value, str) else ""
    return str(int(number)) if number == math.floor(number) else repr(number)


def _own(parcel: Parcel, at: datetime, open_: float) -> dict[str, float]:
    here = at.astimezone(parcel.zone)
    earlier = [moment for moment in (parcel.created_at, *parcel.reached.values()) if moment < at]
    promise = parcel.promised_to or parcel.promised_from
    both = parcel.promised_to is not None and parcel.promised_from is not None
    width = parcel.promised_to - parcel.promised_from if parcel.promised_to and parcel.promised_from and both else None
    return {
        "hour": here.hour + here.minute / 60,
        "weekday": float(here.weekday()),
        "month": float(here.month),
        "since_created_s": (at - parcel.created_at).total_seconds(),
        "since_last_s": (at - max(earlier)).total_seconds() if earlier else math.nan,
        "to_promise_s": (promise - at).total_seconds() if promise is not None else math.nan,
        "window_s": width.total_seconds() if width is not None else math.nan,
        "lat": parcel.lat,
        "lon": parcel.lon,
        "open": open_,
        "origin_lat": parcel.origin_lat,
        "origin_lon": parcel.origin_lon,
        "distance_km": parcel.distance_km,
    }


def _of_group(name: str) -> tuple[str, str]:
    """The columns of a group's mean and count. A colon stands in no own column's name."""
    between = ":" if name.startswith(PASSED) else "_"
    return f"{name}{between}mean", f"{name}{between}count"


def _means_of(groups: Iterable[str]) -> list[str]:
    named = [_of_group(name) for name in groups]
    return [*(mean for mean, _ in named), *(count for _, count in named)]


def _passed(parcels: Sequence[Parcel]) -> tuple[list[str], list[str]]:
    """The own columns that are learnt from: those that are numbers, and those whose values are names."""
    often = Counter(name for parcel in parcels for name in parcel.passed)
    enough = [(name, count) for name, count in often.items() if count >= LEAST_PASSED]
    chosen = sorted(name for name, _ in sorted(enough, key=lambda one: (-one[1], one[0]))[:MOST_PASSED])
    numbers, names = [], []
    for column in chosen:
        values = [parcel.passed[column] for parcel in parcels if column in parcel.passed]
        read = [number for number in map(as_number, values) if not math.isnan(number)]
        kinds = len({as_name(value) for value in values})
        numeric = len(read) >= NUMERIC_FROM * len(values)
        numbers += [column] if numeric else []
        whole = all(number == math.floor(number) for number in read)
        repeats = kinds * REPEATS <= len(values)
        # Two kinds of a number are told apart by the number itself.
        names += [column] if repeats and (not numeric or (whole and kinds > 2)) else []
    return numbers, names


FIRST = Layout((*OWN, *_means_of(FIRST_GROUPS)), FIRST_GROUPS)
