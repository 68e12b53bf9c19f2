"""What is promised of understanding, measured on words that were never trained on.

Keywords are measured wherever the tests run, the model where there is one (`make nlu` makes it).
"""

import json
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import pytest

from bot import sources
from bot.evaluate import answers, evaluate, own_server, read
from bot.keywords import Keywords
from bot.nlu_server import Server
from bot.rasa import RasaNlu
from bot.rules.elsewhere import ACTING
from bot.understanding import CLEAR, Nlu

ROOT = Path(__file__).resolve().parents[2]
HERE = Path(__file__).resolve().parent
#: The whole sets, which are not part of the project.
EXAM = ROOT.parent / "shared" / "data" / "nlu"
KEYWORDS = Keywords()
#: Lines that each set of unseen ones must have, so that none shrinks until it pleases.
LEAST = {"unseen": 300, "unseen_2": 300, "unseen_3": 130}

#: Texts that their set calls small talk and that ask for something all the same.
ASKS_INDEED = frozenset(("deny", "affirm", "thanks", "greet"))


def whole_sets() -> dict[str, list[tuple[str, str]]]:
    if not (EXAM / "mapping.yml").exists():
        pytest.skip("the whole evaluation sets are not part of the project; samples of them are tested elsewhere")
    return sources.load(EXAM)


def strangers() -> dict[str, list[tuple[str, str]]]:
    return {file.stem: read(file) for file in sorted((HERE / "strangers").glob("*.jsonl"))}


def wrong_actions(nlu: Nlu, lines: Sequence[tuple[str, str]]) -> list[tuple[str, str, str]]:
    """Texts that would set something in motion which they do not ask for."""
    given = answers(nlu, lines, CLEAR)
    return [
        (text, want, got)
        for (text, want), (_, got) in zip(lines, given, strict=True)
        if got in ACTING and got != want and got.removeprefix("driver_") != want
    ]


def test_keywords_find_the_question_of_questions_in_every_set() -> None:
    for name, lines in whole_sets().items():
        asked = [line for line in lines if line[1] == "where_is_my_order"]
        if asked:
            assert evaluate(KEYWORDS, asked, CLEAR)["accuracy"] >= 0.75, name


def test_keywords_take_no_wrong_action_on_the_whole_sets() -> None:
    for name, lines in whole_sets().items():
        found = wrong_actions(KEYWORDS, lines)
        if name in sources.NOT_COUNTED:
            found = [row for row in found if row[1] == "out_of_scope"]  # to a bank, a cancelled purchase is a refund
        assert [row for row in found if row[1] not in ASKS_INDEED] == [], name
        assert len(found) <= len(lines) / 1000, found


def test_keywords_take_no_wrong_action_on_samples() -> None:
    for name, lines in strangers().items():
        assert [row for row in wrong_actions(KEYWORDS, lines) if row[1] not in ASKS_INDEED] == [], name


def test_keywords_hold_on_samples() -> None:
    found = {name: evaluate(KEYWORDS, lines, CLEAR) for name, lines in strangers().items()}
    assert found["multidogo"]["accuracy"] >= 0.88
    assert found["hwu64"]["out_of_scope"]["recall"] >= 0.9


@pytest.fixture(scope="module")
def rasa(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RasaNlu]:
    server = Server(ROOT / "var", 5005)
    if not (ROOT / ".venv-nlu" / ".installed").exists() or not server.model.exists():
        pytest.skip("no NLU environment with a trained model: `make nlu` makes it (1.6 GB, needs Python 3.10 or 3.11)")
    with own_server(ROOT / "var") as url:
        nlu = RasaNlu(url, KEYWORDS, timeout_s=30.0)
        nlu.understand("hello")
        yield nlu
        nlu.close()


def recall(figures: dict[str, Any], intent: str) -> float:
    found: float = figures["per_intent"][intent]["recall"]
    return found


@pytest.mark.nlu
def test_the_model_holds_on_samples(rasa: RasaNlu) -> None:
    figures = {name: evaluate(rasa, lines, CLEAR) for name, lines in strangers().items()}
    assert figures["hwu64"]["macro_f1"] >= 0.85
    assert figures["hwu64"]["out_of_scope"]["recall"] >= 0.7
    assert figures["hwu64"]["out_of_scope"]["false_alarm"] <= 0.05
    assert min(recall(figures["hwu64"], intent) for intent in ("affirm", "deny")) >= 0.85
    assert figures["multidogo"]["macro_f1"] >= 0.85
    unseen = evaluate(rasa, read(HERE / "unseen.jsonl"), CLEAR)
    assert unseen["accuracy"] >= 0.88
    assert recall(unseen, "where_is_my_order") >= 0.85
    assert unseen["out_of_scope"]["recall"] >= 0.7
    assert unseen["out_of_scope"]["false_alarm"] <= 0.05


@pytest.mark.nlu
def test_the_model_holds_on_the_words_of_a_second_hand(rasa: RasaNlu) -> None:
    figures = evaluate(rasa, read(HERE / "unseen_2.jsonl"), CLEAR)
    assert figures["accuracy"] >= 0.9
    assert figures["macro_f1"] >= 0.9
    assert recall(figures, "where_is_my_order") >= 0.85
    assert figures["out_of_scope"]["recall"] >= 0.78
    assert figures["out_of_scope"]["false_alarm"] <= 0.05


@pytest.mark.nlu
def test_the_model_holds_on_threads_voices_and_other_peoples_assistants(rasa: RasaNlu) -> None:
    figures = evaluate(rasa, read(HERE / "unseen_3.jsonl"), CLEAR)
    assert figures["accuracy"] >= 0.9
    assert recall(figures, "where_is_my_order") >= 0.85
    assert figures["out_of_scope"]["recall"] >= 0.85
    assert figures["out_of_scope"]["false_alarm"] <= 0.05


def test_keywords_find_the_question_of_questions_on_unseen_lines() -> None:
    for file in sorted(HERE.glob("unseen*.jsonl")):
        figures = evaluate(KEYWORDS, read(file), CLEAR)
        assert recall(figures, "where_is_my_order") >= 0.75, file.stem


@pytest.mark.nlu
def test_the_model_holds_on_the_whole_sets(rasa: RasaNlu) -> None:
    for name, lines in whole_sets().items():
        figures = evaluate(rasa, sources.sample(lines, 400), CLEAR)
        if name not in sources.NOT_COUNTED:
            assert figures["macro_f1"] >= 0.85, name
            assert figures["out_of_scope"]["false_alarm"] <= 0.05, name


def test_no_unseen_line_is_in_the_training() -> None:
    training = "".join(file.read_text("utf-8") for file in (ROOT / "bot" / "training").glob("nlu_*.yml")).casefold()
    trained = {line.strip().removeprefix("- ") for line in training.splitlines()}
    for file in HERE.glob("unseen*.jsonl"):
        texts = [json.loads(line)["text"].casefold() for line in file.read_text("utf-8").splitlines()]
        assert len(texts) >= LEAST[file.stem]
        assert {text for text in texts if len(text.split()) > 3} & trained == set()
