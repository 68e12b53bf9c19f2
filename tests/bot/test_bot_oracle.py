"""The best that can be reached where a set contradicts itself."""

import json
import subprocess
import sys
from collections import Counter
from pathlib import Path

import pytest

from bot.oracle import fairest, recalls, shared, table

ROOT = Path(__file__).resolve().parents[2]
PAIRS = [
    ("Ok thanks", "thanks"),
    ("ok thanks!", "thanks"),
    ("ok, thanks", "affirm"),
    ("yes", "affirm"),
    ("bye", "deny"),
]


def test_texts_that_read_the_same_are_one() -> None:
    assert shared(PAIRS)["ok thanks"] == Counter(thanks=2, affirm=1)


def test_the_oracle_answers_the_commonest() -> None:
    assert recalls(shared(PAIRS)) == {"thanks": 1.0, "affirm": 0.5, "deny": 1.0}


def test_a_weight_can_turn_it() -> None:
    assert recalls(shared(PAIRS), {"affirm": 3.0}) == {"thanks": 0.0, "affirm": 1.0, "deny": 1.0}


def test_the_fairest_gives_the_worst_off_what_it_can() -> None:
    pairs = [("a", "x")] * 6 + [("a", "y")] * 5 + [("b", "x")] * 20 + [("c", "y")] * 5
    texts = shared(pairs)
    assert recalls(texts)["y"] == 0.5
    even = fairest(texts)
    assert even["y"] == 1.0
    assert even["x"] == pytest.approx(20 / 26)


def test_the_command_prints_a_row_for_each_intent(tmp_path: Path) -> None:
    (tmp_path / "mapping.yml").write_text("made:\n  ja: affirm\n  nein: deny\n")
    rows = [("yes", "ja", "made:test"), ("yes", "nein", "made:test"), ("no", "nein", "made:train")]
    lines = (json.dumps({"text": t, "intent": i, "source": s}) for t, i, s in rows)
    (tmp_path / "made.jsonl").write_text("\n".join(lines) + "\n")
    command = [sys.executable, "-m", "bot.oracle", str(tmp_path)]
    whole = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True).stdout
    assert "| made | affirm | 1 | 1.000 | 1.000 |" in whole
    assert "| made | deny | 2 | 0.500 | 0.500 |" in whole
    part = subprocess.run([*command, "--split", "test"], cwd=ROOT, capture_output=True, text=True, check=True).stdout
    assert "| made | deny | 1 | 1.000 | 0.000 |" in part
    assert subprocess.run(
        [*command[:-1], str(tmp_path / "none")], cwd=ROOT, capture_output=True, check=False
    ).returncode


def test_no_pairs_no_rows() -> None:
    assert len(table({"made": []}).splitlines()) == 2
