"""How many numbers the driver line needs, from what has happened: `python -m flows.pool_plan [--database URL]`.

A number joins many pairs at once, but means one thing to each person: what is needed is what the busiest person needs,
their lines of the moment and those whose number still rests. Progress goes to stderr; the last line of stdout is one
JSON object.
"""

import argparse
import json
import sys
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from channels.models import OurAddress
from channels.phones import area
from db import Database, utc_now
from flows.house import House
from flows.line_choice import POOL
from flows.line_models import Line
from settings import Settings, SettingsError
from tracking_core.models import Driver


@dataclass(frozen=True)
class Held:
    """One line, for as long as its number meant something to its people, the rest included."""

    customer: str
    driver: str
    begins: datetime
    ends: datetime

    @property
    def pair(self) -> tuple[str, str]:
        """Whom it joined: the same two may have their number again at any time."""
        return self.customer, self.driver


def busiest(lines: Iterable[Held]) -> int:
    """The most different people anybody was joined with at one moment. Pure."""
    steps: dict[str, list[tuple[datetime, int, tuple[str, str]]]] = defaultdict(list)
    for one in lines:
        for person in set(one.pair):
            steps[person] += [(one.begins, 1, one.pair), (one.ends, -1, one.pair)]
    most = 0
    for moves in steps.values():
        held: Counter[tuple[str, str]] = Counter()
        # What ends at a moment makes room for what begins then.
        for _, step, pair in sorted(moves, key=lambda move: move[:2]):
            held[pair] += step
            most = max(most, sum(count > 0 for count in held.values()))
    return most


def first_fit(lines: Iterable[Held]) -> int:
    """As many as taking the first free number, line after line, would have used. Pure; never less than `busiest`."""
    taken: dict[str, list[tuple[int, Held]]] = defaultdict(list)
    had: dict[tuple[str, str], int] = {}
    most = 0
    for one in sorted(lines, key=lambda line: line.begins):
        others = {
            number
            for person in one.pair
            for number, held in taken[person]
            if held.pair != one.pair and held.ends > one.begins
        }
        free = (number for number in range(len(taken) + 2 * len(others) + 2) if number not in others)
        before = had.get(one.pair)
        number = before if before is not None and before not in others else next(free)
        had[one.pair] = number
        for person in one.pair:
            taken[person].append((number, one))
        most = max(most, number + 1)
    return most


def plan(lines: Sequence[Held], numbers: Sequence[str], *, without_number: int) -> dict[str, Any]:
    """The answer, as JSON values. numbers: the pool of today. Pure."""
    by_area: Mapping[str, list[Held]] = defaultdict(list)
    for one in lines:
        by_area[area(one.customer)].append(one)
    have = Counter(area(number) for number in numbers)
    needed = busiest(lines)
    return {
        "lines": len(lines),
        "have": len(numbers),
        "needed": needed,
        "first_fit": first_fit(lines),
        "missing": max(0, needed - len(numbers)),
        "without_number": without_number,
        "areas": {
            name: {"lines": len(by_area.get(name, ())), "have": have[name], "needed": busiest(by_area.get(name, ()))}
            for name in sorted({*by_area, *have})
        },
    }


def history(session: Session, house: House, *, now: datetime) -> tuple[list[Held], int]:
    """(every line there was, how many of them had no number)."""
    rests: dict[str, timedelta] = {}
    found, without = [], 0
    for line, phone in session.execute(select(Line, Driver.phone).join(Driver, Driver.id == Line.driver_id)):
        if line.retailer not in rests:
            rests[line.retailer] = house.workflows.of(session, line.retailer).relay.cool_off
        ends = max(line.closed_at or now, line.opened_at) + rests[line.retailer]
        found.append(Held(line.customer_phone, phone, line.opened_at, ends))
        without += line.proxy is None
    return found, without


def main(arguments: Sequence[str] | None = None) -> int:
    """Print the plan. Answers the exit code."""
    parser = argparse.ArgumentParser(prog="python -m flows.pool_plan", description=__doc__)
    parser.add_argument("--database", help="DATABASE_URL of the installation; default: the one of the environment")
    given = parser.parse_args(arguments)
    try:
        settings = Settings.load()
    except SettingsError as error:
        print(error, file=sys.stderr)  # noqa: T201  a command
        return 2
    database = Database(given.database or settings.database_url, pool_size=1)
    try:
        with database.read() as session:
            lines, without = history(session, House.build(settings), now=utc_now())
            pool = select(OurAddress.address).where(OurAddress.purpose == POOL).order_by(OurAddress.id)
            numbers = list(session.scalars(pool))
    finally:
        database.close()
    answer = plan(lines, numbers, without_number=without)
    print(f"{answer['lines']} lines so far, {answer['have']} numbers in the pool.", file=sys.stderr)  # noqa: T201
    print(json.dumps(answer))  # noqa: T201  the answer
    return 0


if __name__ == "__main__":
    sys.exit(main())
