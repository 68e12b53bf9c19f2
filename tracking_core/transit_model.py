"""A retailer's model of time in use: trees where there was enough to learn, medians of like parcels elsewhere. Pure."""

import math
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import numpy as np

from tracking_core.transit_columns import MOST_NAMES, Layout, group_of
from tracking_core.transit_csv import Floats
from tracking_core.transit_facts import Parcel
from tracking_core.transit_trees import BadModel, Forest, unpack

#: Which quantiles are learnt.
LEVELS = {"low": 0.1, "middle": 0.5, "high": 0.9}
#: A group speaks for itself from so many outcomes on.
GROUP = 5
#: A mean of few leans on the mean of all as if it had seen so many of those as well.
PRIOR = 8.0
#: Logarithm of seconds where nothing at all is known: three days.
UNKNOWN_LOG = math.log(3 * 86_400)
#: Groups a model keeps, the ones with most outcomes first.
MOST_GROUPS = 5000
#: The sides of a window are never nothing.
LEAST_S = 60.0


@dataclass(frozen=True, slots=True)
class Said:
    """What the model says: seconds from the milestone, and how far the raw 80 % window reaches to either side."""

    centre_s: float
    before_s: float
    after_s: float
    #: Outcomes that speak: all of the milestone for trees, those of the group for medians.
    n: int


def usual(logs: Floats) -> float:
    """The middle of some logarithms of seconds; of three days when there are none."""
    return float(np.median(logs)) if len(logs) else UNKNOWN_LOG


def group_tables(parcels: Sequence[Parcel], logs: Floats, layout: Layout) -> dict[str, Any]:
    """What each group's outcomes were: number and sum for the trees' columns, quantiles where there are no trees."""
    tables: dict[str, Any] = {"all": _numbers(logs), "groups": {}}
    for name in layout.groups:
        members = defaultdict[str, list[float]](list)
        for parcel, log in zip(parcels, logs, strict=True):
            members[group_of(parcel, name)].append(float(log))
        most = MOST_GROUPS if name in layout.plain_groups else MOST_NAMES
        largest = sorted(members.items(), key=lambda item: -len(item[1]))[:most]
        tables["groups"][name] = {key: _numbers(np.array(values)) for key, values in largest}
    return tables


def _numbers(logs: Floats) -> list[float]:
    """Number, sum, and the three quantiles."""
    if not len(logs):
        return [0, 0.0, UNKNOWN_LOG, UNKNOWN_LOG, UNKNOWN_LOG]
    return [
        len(logs),
        round(float(logs.sum()), 4),
        *(round(float(q), 4) for q in np.quantile(logs, list(LEVELS.values()))),
    ]


@dataclass(frozen=True, slots=True)
class Model:
    """One version of a retailer's model."""

    version: int
    forests: Mapping[str, Forest]
    tables: Mapping[str, Any]
    layout: Layout

    @classmethod
    def read(cls, version: int, blob: bytes) -> "Model":
        """Read the bytes of a stored model. Raises BadModel."""
        forests, said = unpack(blob)
        tables = said.get("tables")
        if not isinstance(tables, dict):
            raise BadModel("it has no tables")
        try:
            layout = Layout.read(said)
        except ValueError as error:
            raise BadModel(str(error)) from error
        if any(int(one.feature.max(initial=0)) >= len(layout.columns) for one in forests.values()):
            raise BadModel("it asks for columns it does not name")
        return cls(version, forests, tables, layout)

    def predict(self, milestone: str, parcel: Parcel, at: datetime, *, open_: float) -> Said | None:
        """How long is left from the milestone on; None where nothing was learnt. open_: the carrier's load or NaN."""
        tables = self.tables.get(milestone)
        if tables is None or not tables["all"][0]:
            return None
        means = {}
        for name in self.layout.groups:
            n, total, *_ = tables["groups"][name].get(group_of(parcel, name), [0, 0.0])
            lean = tables["all"][3]
            means[name] = ((total + PRIOR * lean) / (n + PRIOR), float(n))
        return self.answer(milestone, parcel, np.array(self.layout.row(parcel, at, open_, means)))

    def answer(self, milestone: str, parcel: Parcel, row: Floats) -> Said | None:
        """The same of a row of columns that is at hand already."""
        tables = self.tables.get(milestone)
        if tables is None or not tables["all"][0]:
            return None
        if f"{milestone}.middle" in self.forests:
            low, middle, high = (self.forests[f"{milestone}.{level}"].answer(row) for level in LEVELS)
            return _said(low, middle, high, int(tables["all"][0]))
        for name in self.layout.plain_groups:
            known = tables["groups"][name].get(group_of(parcel, name))
            if known is not None and known[0] >= GROUP:
                return _said(known[2], known[3], known[4], int(known[0]))
        every = tables["all"]
        return _said(every[2], every[3], every[4], int(every[0])) if every[0] >= GROUP else None


def _said(low: float, middle: float, high: float, n: int) -> Said:
    """Out of logarithms, in order, and with sides that are something."""
    first, centre, last = (max(0.0, math.expm1(min(value, 25.0))) for value in sorted((low, middle, high)))
    return Said(centre, max(centre - first, LEAST_S), max(last - centre, LEAST_S), n)
