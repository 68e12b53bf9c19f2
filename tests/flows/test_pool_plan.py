"""How many numbers the pool needs: what the busiest person needs, and never less than was needed."""

import json
import os
import subprocess
import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path

from fakes.line_world import DEE, LineWorld
from hypothesis import given, settings
from hypothesis import strategies as st

from db import Database
from flows.pool_plan import Held, busiest, first_fit, plan

ROOT = Path(__file__).resolve().parents[2]
START = datetime(2026, 12, 1, tzinfo=UTC)
HOURS = st.integers(0, 40)
LINES = st.lists(
    st.builds(
        lambda customer, driver, begins, length: Held(
            f"c{customer}", f"d{driver}", START + timedelta(hours=begins), START + timedelta(hours=begins + length)
        ),
        st.integers(0, 6),
        st.integers(0, 3),
        HOURS,
        st.integers(1, 20),
    ),
    max_size=25,
)


def held(customer: str, driver: str, begins: int, ends: int) -> Held:
    return Held(customer, driver, START + timedelta(hours=begins), START + timedelta(hours=ends))


def test_it_is_the_busiest_person_that_counts_not_the_lines() -> None:
    apart = [held(f"c{n}", f"d{n}", 0, 9) for n in range(50)]
    assert (busiest(apart), first_fit(apart)) == (1, 1)
    round_of_one = [held(f"c{n}", "d", n, n + 3) for n in range(50)]
    assert busiest(round_of_one) == 3  # the one that ends makes room for the one that begins
    assert busiest([held("c", "d", 0, 9), held("c", "d", 3, 12)]) == 1  # the same two have their number again


@given(LINES)
@settings(max_examples=150, deadline=None)
def test_first_fit_gives_nobody_one_number_for_two_and_is_within_the_known_bound(lines: list[Held]) -> None:
    most = busiest(lines)
    assert most <= first_fit(lines) <= max(1, 2 * most) or not lines


def test_areas_are_told_apart() -> None:
    lines = [held("+14155550100", "d", 0, 9), held("+14155550111", "d", 0, 9), held("+12125550100", "d", 0, 9)]
    answer = plan(lines, ["+14155559001", "+13105559001"], without_number=1)
    assert (answer["needed"], answer["have"], answer["missing"], answer["without_number"]) == (3, 2, 1, 1)
    assert answer["areas"] == {
        "+1212": {"lines": 1, "have": 0, "needed": 1},
        "+1310": {"lines": 0, "have": 1, "needed": 0},
        "+1415": {"lines": 2, "have": 1, "needed": 2},
    }


def test_the_command_reads_the_database_and_ends_in_one_json_line(
    database: Database, now: datetime, tmp_path: Path
) -> None:
    world = LineWorld.with_pool(database, now, tmp_path)
    for number in range(5):
        world.line(world.out(f"A{number}", phone=f"+1415555030{number}", driver=DEE))
    found = subprocess.run(
        [sys.executable, "-m", "flows.pool_plan", "--database", database.url],
        cwd=ROOT,
        env={**os.environ, "DATA_DIR": str(tmp_path)},
        check=True,
        capture_output=True,
        text=True,
    )
    answer = json.loads(found.stdout.strip().splitlines()[-1])
    assert (answer["lines"], answer["have"], answer["needed"], answer["without_number"]) == (5, 3, 5, 2)
    assert "+1415555" not in found.stdout + found.stderr
