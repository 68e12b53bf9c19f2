"""The evaluation command and its figures."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

from bot.evaluate import BadFileError, evaluate, read, score
from bot.keywords import Keywords

ROOT = Path(__file__).resolve().parents[2]
LINES = [("where is my order", "where_is_my_order"), ("cancel my order", "cancel_order"), ("qwerty", "out_of_scope")]


def run(*arguments: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "bot.evaluate", *arguments]
    return subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=60, check=False)


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "lines.jsonl"
    path.write_text("".join(json.dumps({"text": t, "intent": i, "source": "x"}) + "\n" for t, i in LINES) + "\n\n")
    return path


def test_figures() -> None:
    result = score([("a", "a"), ("a", "b"), ("b", "b"), ("out_of_scope", "a"), ("b", "out_of_scope")], 0.5)
    assert result == {
        "n": 5,
        "accuracy": 0.4,
        "macro_f1": round((2 * 1 / 4 + 2 * 1 / 4 + 0) / 3, 4),
        "per_intent": {
            "a": {"n": 2, "precision": 0.5, "recall": 0.5},
            "b": {"n": 2, "precision": 0.5, "recall": 0.5},
            "out_of_scope": {"n": 1, "precision": 0.0, "recall": 0.0},
        },
        "out_of_scope": {"recall": 0.0, "false_alarm": 0.25},
        "ms_per_text": 100.0,
    }


def test_no_lines_no_figures() -> None:
    result = score([], 0.0)
    assert (result["n"], result["accuracy"], result["macro_f1"], result["ms_per_text"]) == (0, None, None, None)


def test_the_threshold_decides_what_is_out_of_scope() -> None:
    assert evaluate(Keywords(), LINES, 0.5)["accuracy"] == 1.0
    assert evaluate(Keywords(), LINES, 1.01)["per_intent"]["out_of_scope"]["recall"] == 1.0
    assert evaluate(Keywords(), LINES, 1.01)["out_of_scope"]["false_alarm"] == 1.0


def test_command_prints_one_object_last(file: Path) -> None:
    done = run(str(file), "--nlu", "keywords")
    assert done.returncode == 0, done.stderr
    result = json.loads(done.stdout.splitlines()[-1])
    assert set(result) == {"n", "accuracy", "macro_f1", "per_intent", "out_of_scope", "ms_per_text"}
    assert (result["n"], result["accuracy"]) == (3, 1.0)


def test_command_takes_a_threshold(file: Path) -> None:
    done = run(str(file), "--nlu", "keywords", "--threshold", "1.1")
    assert json.loads(done.stdout)["accuracy"] == 0.3333


@pytest.mark.parametrize("line", ["nonsense", "[]", '{"text": "x"}', '{"text": 1, "intent": "a"}', "null"])
def test_a_bad_line_is_named(tmp_path: Path, line: str) -> None:
    path = tmp_path / "bad.jsonl"
    path.write_text('{"text": "x", "intent": "a"}\n' + line + "\n")
    with pytest.raises(BadFileError, match="line 2"):
        read(path)


def test_command_says_what_is_wrong(tmp_path: Path) -> None:
    done = run(str(tmp_path / "absent.jsonl"), "--nlu", "keywords")
    assert done.returncode == 2
    assert "Cannot read the file" in done.stderr
    assert "Traceback" not in done.stderr
