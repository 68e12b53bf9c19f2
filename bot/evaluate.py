"""How well texts are understood: `python -m bot.evaluate FILE.jsonl [--nlu rasa|keywords] [--threshold T]`.

The file holds one `{"text","intent"}` a line. An answer below the threshold counts as `out_of_scope`. Progress goes to
stderr; the last line of stdout is one JSON object (CONTRACT, "Evaluation commands").
"""

import argparse
import json
import os
import socket
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Final

from bot.keywords import Keywords
from bot.nlu_environment import ROOT, NluError, clean_environment
from bot.nlu_server import Server, settings_from
from bot.rasa import RasaNlu
from bot.understanding import CLEAR, Nlu

OUT: Final = "out_of_scope"
_START_WITHIN_S: Final = 180.0
_PROGRESS_EVERY: Final = 500
#: Figures are of the model, however busy the machine is.
_PATIENCE_S: Final = 30.0


class BadFileError(ValueError):
    """The file does not hold one {"text","intent"} a line."""


def read(path: Path) -> list[tuple[str, str]]:
    """(text, intent) of each line; empty lines are skipped. Raises BadFileError naming the line."""
    pairs = []
    for number, line in enumerate(path.read_text(encoding="utf-8").split("\n"), start=1):
        if not line.strip():
            continue
        try:
            row = json.loads(line)
            text, intent = row["text"], row["intent"]
        except (ValueError, KeyError, TypeError) as problem:
            raise BadFileError(f'{path.name}, line {number}: wanted {{"text","intent"}}') from problem
        if not isinstance(text, str) or not isinstance(intent, str):
            raise BadFileError(f"{path.name}, line {number}: text and intent must be strings")
        pairs.append((text, intent))
    return pairs


def score(pairs: Sequence[tuple[str, str]], seconds: float) -> dict[str, Any]:
    """CONTRACT's figures from (true intent, answered intent) pairs and the seconds that all answers took.

    Macro-F1 is over the intents that the file holds. A figure whose denominator is empty is null.
    """
    true = Counter(want for want, _ in pairs)
    answered = Counter(got for _, got in pairs)
    right = Counter(want for want, got in pairs if want == got)
    per_intent = {
        name: {
            "n": true[name],
            "precision": _share(right[name], answered[name]),
            "recall": _share(right[name], true[name]),
        }
        for name in sorted({*true, *answered})
    }
    f1 = [2 * right[name] / (true[name] + answered[name]) for name in true]
    lost = sum(1 for want, got in pairs if want != OUT and got == OUT)
    return {
        "n": len(pairs),
        "accuracy": _share(sum(right.values()), len(pairs)),
        "macro_f1": round(sum(f1) / len(f1), 4) if f1 else None,
        "per_intent": per_intent,
        "out_of_scope": {
            "recall": _share(right[OUT], true[OUT]),
            "false_alarm": _share(lost, len(pairs) - true[OUT]),
        },
        "ms_per_text": round(1000 * seconds / len(pairs), 3) if pairs else None,
    }


def _share(part: int, whole: int) -> float | None:
    return round(part / whole, 4) if whole else None


def evaluate(nlu: Nlu, lines: Sequence[tuple[str, str]], threshold: float) -> dict[str, Any]:
    """CONTRACT's figures for what `nlu` answers. Raises NluError when Rasa falls silent meanwhile."""
    began = time.perf_counter()
    pairs = answers(nlu, lines, threshold)
    return score(pairs, time.perf_counter() - began)


def answers(nlu: Nlu, lines: Sequence[tuple[str, str]], threshold: float) -> list[tuple[str, str]]:
    """(true, answered) intent of each (text, true intent).

    Raises NluError when Rasa falls silent meanwhile: it would be the keywords who answer.
    """
    pairs = []
    for number, (text, intent) in enumerate(lines, start=1):
        understood = nlu.understand(text)
        if isinstance(nlu, RasaNlu) and nlu.status() != "rasa":
            raise NluError(f"it stopped answering at text {number}")
        pairs.append((intent, understood.intent if understood.confidence >= threshold else OUT))
        if number % _PROGRESS_EVERY == 0:
            tell(f"{number} of {len(lines)}")
    return pairs


@contextmanager
def own_server(data_dir: Path) -> Iterator[str]:
    """A Rasa server of our own on a free port, trained if need be; yields its URL, ends it. Raises NluError."""
    server = Server(data_dir, _free_port(), say=tell)
    server.train()
    process = subprocess.Popen(  # noqa: S603  the command is ours
        server.command(), cwd=server.work_dir, env=clean_environment(), stdout=sys.stderr, stderr=subprocess.DEVNULL
    )
    url = f"http://127.0.0.1:{server.port}"
    try:
        _wait(url, process)
        yield url
    finally:
        process.terminate()
        try:
            process.wait(10)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


def _wait(url: str, process: subprocess.Popen[bytes]) -> None:
    tell("waiting for Rasa to load")
    nlu = RasaNlu(url, Keywords())
    deadline = time.monotonic() + _START_WITHIN_S
    try:
        while not nlu.ping():
            if process.poll() is not None or time.monotonic() > deadline:
                raise NluError("Rasa did not start")
            time.sleep(0.2)
    finally:
        nlu.close()


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def tell(line: str) -> None:
    """One line of progress."""
    sys.stderr.write(line + "\n")
    sys.stderr.flush()


@contextmanager
def rasa() -> Iterator[RasaNlu]:
    """Rasa at NLU_URL, else a server of our own. Raises NluError."""
    with _server() as url:
        nlu = RasaNlu(url, Keywords(), timeout_s=_PATIENCE_S)
        try:
            nlu.understand("hello")  # the first answer of a server that has just started takes longer
            yield nlu
        finally:
            nlu.close()


@contextmanager
def _server() -> Iterator[str]:
    settings = settings_from(os.environ, Path(".env"))
    url = settings.get("NLU_URL", "off")
    if url.lower() != "off":
        yield url
        return
    with own_server(Path(settings.get("DATA_DIR", ROOT / "var"))) as own:
        yield own


def main() -> int:
    """The command line."""
    parser = argparse.ArgumentParser(prog="python -m bot.evaluate", description="How well texts are understood.")
    parser.add_argument("file", type=Path, metavar="FILE.jsonl")
    parser.add_argument("--nlu", choices=("rasa", "keywords"), default="rasa")
    parser.add_argument("--threshold", type=float, default=CLEAR, help="below it an answer counts as out_of_scope")
    arguments = parser.parse_args()
    try:
        lines = read(arguments.file)
        if arguments.nlu == "rasa":
            with rasa() as nlu:
                result = evaluate(nlu, lines, arguments.threshold)
        else:
            result = evaluate(Keywords(), lines, arguments.threshold)
    except (BadFileError, OSError, UnicodeDecodeError) as problem:
        tell(f"Cannot read the file: {problem}")
        return 2
    except NluError as unavailable:
        tell(f"No NLU: {unavailable}.")
        return 1
    sys.stdout.write(json.dumps(result) + "\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
