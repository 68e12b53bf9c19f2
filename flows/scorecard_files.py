"""Scorecards as a file: one line a row, shares from 0 to 1, times in seconds, money in the currency's unit."""

import csv
import io
from collections.abc import Callable, Mapping, Sequence
from decimal import Decimal

from flows.import_jobs import plain
from flows.scorecard_lanes import Change
from flows.scorecards import Card
from surveys.figures import Figure
from tracking_core.reasons import Party
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


#: Parties at fault, as the columns `failed_<party>` name them; unknown: nobody gave a reason.
PARTIES = (*(party.value for party in Party), "unknown")
COUNTS = ("parcels", "delivered", "returned", "lost", "enough")
TIMES = ("transit_p50_s", "transit_p80_s", "transit_p95_s", "estimate_bias_s", "estimate_error_s")
#: Costs are those of the currency most parcels were paid in; `failures` are all of them, `reason (party): parcels`.
REST = ("estimates", "failed", "saved_by_contact", "currency", "mean_cost", "cost_low", "cost_high", "cost_n")
WHY = ("main_failure", "main_party", *(f"failed_{party}" for party in PARTIES), "failures")
CHANGES = (
    *("lane", "carrier", "instead", "parcels", "instead_parcels", "on_time", "instead_on_time"),
    *("more_in_time_per_100", "more_low", "more_high", "clear", "more_in_time", "currency"),
    *("saving", "saving_low", "saving_high", "saving_in_all"),
)


def as_csv(cards: Sequence[Card], by: By, names: Mapping[int, str]) -> str:
    """The file. names: of drivers, by id."""
    shares = [column for name in SHARES for column in (name, f"{name}_low", f"{name}_high", f"{name}_n")]
    rows: list[Sequence[object]] = [(*NAMES[by], *COUNTS, *shares, *TIMES, *REST, *WHY)]
    for one in cards:
        key = [names.get(one.key[0], "")] if by == "driver" else list(one.key)
        rows.append([*key, *_row(one), *_costs(one), *_failures(one)])
    return _written(rows)


def changes_as_csv(changes: Sequence[Change]) -> str:
    """What another carrier on a lane would have cost or saved, a line for each pair; money in the currency's unit."""
    rows: list[Sequence[object]] = [CHANGES]
    for one in changes:
        more, saving = one.more_in_time, one.saving
        said: list[object] = [one.lane, one.present, one.other, one.parcels, one.other_parcels]
        said += [_round(one.on_time.value), _round(one.other_on_time.value)]
        said += [_round(value) for value in (more.value, more.low, more.high)]
        said += ["yes" if one.is_clear else "no", round(one.more_in_all, 1), one.currency or ""]
        money = ("", "", "") if saving is None else tuple(_money(at) for at in (saving.value, saving.low, saving.high))
        rows.append([*said, *money, "" if one.saving_in_all is None else _money(one.saving_in_all)])
    return _written(rows)


def _written(rows: Sequence[Sequence[object]]) -> str:
    """The rows as CSV. Words that begin like a formula are defused; numbers stay numbers, also those below zero."""
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\r\n")
    for row in rows:
        writer.writerow([plain(value) if isinstance(value, str) else value for value in row])
    return text.getvalue()


def _row(one: Card) -> list[object]:
    row: list[object] = [one.parcels, one.delivered, one.returned, one.lost, "yes" if one.is_enough else "no"]
    for figure in (take(one) for take in SHARES.values()):
        row += ["", "", "", 0] if figure is None else [_round(figure.value), _round(figure.low), _round(figure.high)]
        row += [] if figure is None else [figure.n]
    row += ["", "", ""] if one.transit_s is None else [round(value) for value in one.transit_s]
    row += ["" if value is None else round(value) for value in (one.estimate_bias_s, one.estimate_error_s)]
    return [*row, one.estimates, one.failed, one.saved]


def _costs(one: Card) -> list[object]:
    currency, cost = next(iter(sorted(one.cost.items(), key=lambda item: -item[1].n)), ("", None))
    if cost is None:
        return ["", "", "", "", 0]
    bounds = [_money(cost.low), _money(cost.high)] if cost.n > 1 else ["", ""]
    return [currency, _money(cost.value), *bounds, cost.n]


def _failures(one: Card) -> list[object]:
    party, reason, _ = one.failures[0] if one.failures else ("", "", 0)
    blamed = [sum(count for who, _, count in one.failures if who == name) for name in PARTIES]
    return [reason, party, *blamed, "; ".join(f"{why} ({who}): {count}" for who, why, count in one.failures)]


def _money(hundredths: float) -> Decimal:
    return Decimal(f"{hundredths / 100:.2f}")


def _round(value: float) -> float:
    return round(value, 4)
