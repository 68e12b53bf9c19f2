"""Scorecards as a file: one line a row, shares from 0 to 1, times in seconds, money in the currency's unit."""

import csv
import io
from collections.abc import Callable, Mapping, Sequence

from flows.import_jobs import plain
from flows.scorecards import Card
from surveys.figures import Figure
from tracking_core.scorecards import By

#: What the columns of a row's key are called.
NAMES: Mapping[str, Sequence[str]] = {
    "carrier": ("carrier", "service"),
    "service": ("service",),
    "lane": ("lane", "carrier"),
    "driver": ("driver",),
}
SHARES: Mapping[str, Callable[[Card], Figure | None]] = {
    "on_time_first": lambda one: one.on_time_first,
    "on_time_last": lambda one: one.on_time_last,
    "on_time_own": lambda one: one.on_time_own,
    "first_attempt": lambda one: one.first_attempt,
    "first_attempt_own": lambda one: one.first_attempt_own,
    "proofs_good": lambda one: one.proofs_good,
    "rating": lambda one: one.rating,
}


def as_csv(cards: Sequence[Card], by: By, names: Mapping[int, str]) -> str:
    """The file. names: of drivers, by id."""
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\r\n")
    shares = [column for name in SHARES for column in (name, f"{name}_low", f"{name}_high", f"{name}_n")]
    times = ["transit_p50_s", "transit_p80_s", "transit_p95_s", "estimate_bias_s", "estimate_error_s"]
    rest = ["estimates", "failed", "saved_by_contact", "currency", "mean_cost", "main_failure", "main_party"]
    writer.writerow([*NAMES[by], "parcels", "delivered", "returned", "lost", *shares, *times, *rest])
    for one in cards:
        key = [names.get(one.key[0], "")] if by == "driver" else list(one.key)
        writer.writerow([plain(str(value)) for value in (*key, *_row(one))])
    return text.getvalue()


def _row(one: Card) -> list[object]:
    row: list[object] = [one.parcels, one.delivered, one.returned, one.lost]
    for figure in (take(one) for take in SHARES.values()):
        row += ["", "", "", 0] if figure is None else [_round(figure.value), _round(figure.low), _round(figure.high)]
        row += [] if figure is None else [figure.n]
    row += ["", "", ""] if one.transit_s is None else [round(value) for value in one.transit_s]
    row += ["" if value is None else round(value) for value in (one.estimate_bias_s, one.estimate_error_s)]
    row += [one.estimates, one.failed, one.saved]
    currency, cost = next(iter(sorted(one.cost.items(), key=lambda item: -item[1].n)), ("", None))
    row += [currency, "" if cost is None else f"{cost.value / 100:.2f}"]
    party, reason, _ = one.failures[0] if one.failures else ("", "", 0)
    return [*row, reason, party]


def _round(value: float) -> float:
    return round(value, 4)
