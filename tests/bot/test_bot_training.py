"""The training files: every intent, both languages, nothing twice, nothing that contradicts itself."""

import json
import re
from collections import Counter
from pathlib import Path

import pytest
import yaml

from bot.rasa import MODEL_THRESHOLD
from bot.understanding import INTENTS

TRAINING = Path(__file__).resolve().parents[2] / "bot" / "training"
EXAM = Path(__file__).resolve().parents[3] / "shared" / "data" / "nlu"


def examples(language: str) -> list[tuple[str, str]]:
    content = yaml.safe_load((TRAINING / f"nlu_{language}.yml").read_text(encoding="utf-8"))
    assert content["version"] == "3.1"
    return [
        (line.removeprefix("- ").strip(), row["intent"])
        for row in content["nlu"]
        for line in row["examples"].splitlines()
        if line.strip()
    ]


def plain(text: str) -> str:
    return re.sub(r"\W+", " ", text.casefold()).strip()


@pytest.mark.parametrize(("language", "least"), [("en", 25), ("es", 15)])
def test_every_intent_has_enough_examples(language: str, least: int) -> None:
    counts = Counter(intent for _, intent in examples(language))
    assert set(counts) == set(INTENTS)
    assert {intent: n for intent, n in counts.items() if n < least} == {}


def test_much_is_out_of_scope() -> None:
    assert sum(intent == "out_of_scope" for language in ("en", "es") for _, intent in examples(language)) >= 80


def test_nothing_is_said_twice_or_means_two_things() -> None:
    everything = examples("en") + examples("es")
    meanings: dict[str, set[str]] = {}
    for text, intent in everything:
        meanings.setdefault(text.casefold(), set()).add(intent)
    assert {text: intents for text, intents in meanings.items() if len(intents) > 1} == {}
    for language in ("en", "es"):
        repeated = [text for text, n in Counter(text for text, _ in examples(language)).items() if n > 1]
        assert repeated == []


def test_domain_names_every_intent() -> None:
    domain = yaml.safe_load((TRAINING / "domain.yml").read_text(encoding="utf-8"))
    assert tuple(domain["intents"]) == INTENTS


def test_pipeline_and_client_agree_on_the_threshold() -> None:
    config = yaml.safe_load((TRAINING / "config.yml").read_text(encoding="utf-8"))
    (fallback,) = [part for part in config["pipeline"] if part["name"] == "FallbackClassifier"]
    assert fallback["threshold"] == MODEL_THRESHOLD


def test_the_exam_is_not_in_the_training() -> None:
    if not EXAM.is_dir():
        pytest.skip(f"no evaluation data in {EXAM.parent.parent.name}/: they are not part of the project")
    exam = {
        plain(json.loads(line)["text"])
        for file in EXAM.glob("*.jsonl")
        for line in file.read_text("utf-8").split("\n")
        if line
    }
    # "hello" and "I want a refund" are everybody's.
    ours = {text for language in ("en", "es") for text, _ in examples(language) if len(plain(text).split()) >= 4}
    assert {text for text in ours if plain(text) in exam} == set()
