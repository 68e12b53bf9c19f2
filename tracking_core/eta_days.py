"""Carriers that name a day and no hour: days in the light of their record, hours where the model knows them. Pure."""

from datetime import UTC, date, datetime, time, timedelta, tzinfo
from typing import Any

from tracking_core.eta_types import Estimate, Reasoned

#: A model says more than a day does only where its window is no longer than this.
SHARP = timedelta(hours=12)
DAY = timedelta(days=1)


def day_window(day: date, zone: tzinfo) -> tuple[datetime, datetime]:
    """That day from midnight to midnight in the zone, in UTC; 23 or 25 hours when clocks change."""
    begins = datetime.combine(day, time(), zone)
    ends = datetime.combine(day + DAY, time(), zone)
    return begins.astimezone(UTC), ends.astimezone(UTC)


def of_day(said: Estimate, record: dict[str, Any], learned: Estimate | None, zone: tzinfo, held: float) -> Estimate:
    """The carrier's day moved by whole days as its record has it; the model's hours where they lie in what comes out.

    said: an estimate of one whole day. record: `learned.carrier`, its misses counted from the middle of the day; may be
    empty. held: the share of windows by record that hold.
    """
    found = _by_record(said, record, zone, held) if record else said
    if learned is None or learned.at is None or learned.window_from is None or learned.window_to is None:
        return found
    begins, ends = found.window_from, found.window_to
    if begins is None or ends is None or not begins <= learned.at < ends or ends - begins <= SHARP:
        return found
    first, last = max(begins, learned.window_from), min(ends, learned.window_to)
    if last - first > SHARP:
        return found
    return Estimate(
        window_from=first,
        window_to=last,
        at=learned.at,
        as_of=max(filter(None, (said.as_of, learned.as_of)), default=None),
        confidence=learned.confidence,
        reasons=(*found.reasons, *learned.reasons),
        source=said.source,
        judged_by=learned.at,
        measured=learned.measured,
        outcomes=learned.outcomes,
    )


def _by_record(said: Estimate, record: dict[str, Any], zone: tzinfo, held: float) -> Estimate:
    """So many days earlier and later as four out of five of its parcels came; the same day where that is none."""
    low, middle, high = (round(float(record[name]) / DAY.total_seconds()) for name in ("low_s", "middle_s", "high_s"))
    usual = Reasoned("carrier_record", {"n": int(record["n"]), "minutes": middle * 24 * 60})
    if said.window_from is None:
        return said
    day = said.window_from.astimezone(zone).date()
    first, last = day + min(low, middle) * DAY, day + max(high, middle) * DAY
    one_day = first == last
    # "The carrier names only a day" is said of the day it named; which day is meant stands in the window.
    return Estimate(
        window_from=day_window(first, zone)[0],
        window_to=day_window(last, zone)[1],
        at=None,
        as_of=said.as_of,
        confidence=held,
        reasons=(*said.reasons, usual) if (low, high) != (0, 0) else said.reasons,
        source=said.source,
        judged_by=day_window(day + middle * DAY, zone)[0],
        whole_day=one_day,
        measured=True,
    )
