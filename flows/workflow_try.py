"""A draft workflow tried on the past: what it would have said, beside what was really sent."""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from decimal import Decimal

from db import Database
from flows.house import House
from flows.workflow import read
from flows.workflow_replay import Said, read_past, really_said, replay

#: A text that goes out later or sooner by less is the same.
SAME_TIME = timedelta(minutes=15)
LINES = 200
#: Pages made anew have other addresses each time.
LINK = re.compile(r"(?<=/[tpsd]/)[\w-]{16,}")


@dataclass(frozen=True, slots=True)
class Difference:
    """One message that the draft treats otherwise."""

    #: more (only the draft says it), less (only sent so far), words, time.
    kind: str
    order_number: str
    key: str
    before: Said | None
    after: Said | None


@dataclass
class Trial:
    """What became of a draft."""

    parcels: int
    events: int
    #: Whether older parcels were left out.
    cut: bool
    #: Messages really sent, told again by the present rules, and told by the draft.
    sent: int
    again: int
    draft: int
    segments_sent: int
    segments_draft: int
    cost_sent: Decimal
    cost_draft: Decimal
    currency: str
    #: Of what was really sent, how much the present rules say again: how far the replay can be believed.
    faithful: int
    differences: list[Difference] = field(default_factory=list)


def tried(
    database: Database,
    house: House,
    draft: str,
    name: str,
    *,
    retailer: str,
    since: datetime,
    now: datetime,
    limit: int,
    progress: Callable[[str], None] = lambda _words: None,
) -> Trial:
    """Tell what happened since then by a draft's rules and compare. Writes nothing here. Raises WorkflowError.

    draft: its YAML; name: what it is called in errors. limit: the newest parcels that are looked at.
    """
    house.texts.check(read(draft, name))
    with database.read() as session:
        past = read_past(session, retailer, since=since, until=now, limit=limit)
        prices = house.workflows.of(session, retailer).prices
        sent = really_said(session, past, prices)
        present = house.workflows.export(session, retailer)

    def told(what: str) -> Callable[[int], None]:
        return lambda count: progress(f"{what}: {count} of {len(past.events)} events") if count % 500 == 0 else None

    again = replay(past, house.settings, present, prices, progress=told("present rules"))
    after = replay(past, house.settings, draft, prices, progress=told("draft"))
    return Trial(
        parcels=len(past.shipments),
        events=sum(row["received_at"] >= since for row in past.events),
        cut=past.cut,
        sent=len(sent),
        again=len(again),
        draft=len(after),
        segments_sent=sum(one.segments for one in sent.values()),
        segments_draft=sum(one.segments for one in after.values()),
        cost_sent=_cost(sent),
        cost_draft=_cost(after),
        currency=prices.currency,
        faithful=len(sent.keys() & again.keys()),
        differences=_differences(sent, again, after, past.orders),
    )


def _differences(
    sent: Mapping[str, Said], again: Mapping[str, Said], after: Mapping[str, Said], orders: Mapping[int, str]
) -> list[Difference]:
    found = []
    for key in sorted({*sent, *after}, key=lambda one: (after.get(one) or sent[one]).at):
        before, then = sent.get(key), after.get(key)
        order = orders.get((then or before or _NOBODY).shipment_id or 0, "-")
        kind = _kind(before, again.get(key), then)
        if kind is not None:
            found.append(Difference(kind, order, key, before, then))
    return found


_NOBODY = Said("", "", "", None, "", 0, None, datetime.min)  # noqa: DTZ901  stands for no message


def _kind(before: Said | None, again: Said | None, then: Said | None) -> str | None:
    """What is otherwise. Words and times are held against what the present rules say when told the same past again."""
    if before is None or then is None:
        return "more" if then is not None else "less"
    standard = again or before
    if LINK.sub("", standard.text) != LINK.sub("", then.text):
        return "words"
    return "time" if abs(standard.at - then.at) > SAME_TIME else None


def _cost(said: Mapping[str, Said]) -> Decimal:
    return sum((one.cost for one in said.values() if one.cost is not None), Decimal(0))


def in_words(trial: Trial) -> str:
    """The trial as text for a terminal."""
    head = [
        f"{trial.parcels} parcels, {trial.events} events"
        + (" (older parcels were left out)" if trial.cut else "")
        + ".",
        _sum("Really sent:", trial.sent, trial.segments_sent, trial.cost_sent, trial.currency),
        _sum("By the draft:", trial.draft, trial.segments_draft, trial.cost_draft, trial.currency),
        f"Told again by the present rules, {trial.faithful} of the {trial.sent} sent come out the same.",
    ]
    counts = {kind: sum(one.kind == kind for one in trial.differences) for kind in WORDS}
    head += [f"  {count:6}  {WORDS[kind]}" for kind, count in counts.items() if count]
    if not trial.differences:
        head.append("The draft says the same as was sent.")
    lines = [line for one in trial.differences[:LINES] for line in _lines(one)]
    left = len(trial.differences) - LINES
    return "\n".join([*head, *lines, *([f"… and {left} more"] if left > 0 else [])])


def _sum(what: str, messages: int, segments: int, cost: Decimal, currency: str) -> str:
    return f"{what:14}{messages:6} messages, {segments:6} segments, {cost:.2f} {currency}"


WORDS = {
    "more": "only the draft says",
    "less": "the draft does not say",
    "words": "in other words",
    "time": "at another time",
}


def _lines(one: Difference) -> list[str]:
    found = [f"{one.kind:5}  {one.order_number}  {one.key}"]
    for sign, said in (("-", one.before), ("+", one.after)):
        if said is not None:
            found.append(f"  {sign} {said.at:%Y-%m-%d %H:%M}  {said.segments} seg  {' '.join(said.text.split())}")
    return found
