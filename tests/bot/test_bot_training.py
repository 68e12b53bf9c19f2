"""The training files: every intent, both languages, nothing twice, nothing that contradicts itself."""

import json
import re
from collections import Counter
from pathlib import Path

import pytest
import yaml

from bot import grammar
from bot.grammar import LANGUAGES
from bot.understanding import INTENTS

TRAINING = Path(__file__).resolve().parents[2] / "bot" / "training"
EXAM = Path(__file__).resolve().parents[3] / "shared" / "data" / "nlu"


def examples(language: str, kind: str = "") -> list[tuple[str, str]]:
    content = yaml.safe_load((TRAINING / f"nlu_{language}{kind}.yml").read_text(encoding="utf-8"))
    assert content["version"] == "3.1"
    return [
        (line.removeprefix("- ").strip(), row["intent"])
        for row in content["nlu"]
        for line in row["examples"].splitlines()
        if line.strip()
    ]


def everything(language: str) -> list[tuple[str, str]]:
    return examples(language) + examples(language, "_grammar")


def plain(text: str) -> str:
    return re.sub(r"\W+", " ", text.casefold()).strip()


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_intent_has_enough_examples_by_hand(language: str) -> None:
    counts = Counter(intent for _, intent in examples(language))
    assert set(counts) == set(INTENTS)
    assert {intent: n for intent, n in counts.items() if n < 60} == {}
    assert counts["out_of_scope"] >= 200


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_grammar_file_is_what_the_grammar_makes(language: str) -> None:
    assert (TRAINING / f"nlu_{language}_grammar.yml").read_text(encoding="utf-8") == grammar.made(language)


@pytest.mark.parametrize("language", LANGUAGES)
def test_no_intent_drowns_the_others(language: str) -> None:
    counts = Counter(intent for _, intent in everything(language))
    counts.pop("out_of_scope")  # is all the rest of the world
    assert max(counts.values()) < 13 * min(counts.values())


def test_a_grammar_of_nonsense_is_refused() -> None:
    with pytest.raises(grammar.GrammarError, match="line 1"):
        grammar.parse("before any section")
    with pytest.raises(grammar.GrammarError, match="nowhere"):
        grammar.parse("[greet]\nhi {nowhere}")


def test_a_text_is_given_to_one_intent_only() -> None:
    slots, intents = grammar.parse("[slot x]\na\nb\n[greet]\nx2 {x}\n[thanks]\n{x}\nc {x}")
    found = grammar.expand(slots, intents, 1)
    assert sorted(found["greet"]) == ["a", "b"]
    assert found["thanks"][0].startswith("c ")


def test_nothing_is_said_twice_or_means_two_things() -> None:
    meanings: dict[str, set[str]] = {}
    for text, intent in everything("en") + everything("es"):
        meanings.setdefault(text.casefold(), set()).add(intent)
    assert {text: intents for text, intents in meanings.items() if len(intents) > 1} == {}
    for language in ("en", "es"):
        repeated = [text for text, n in Counter(text for text, _ in examples(language)).items() if n > 1]
        assert repeated == []


def test_domain_names_every_intent() -> None:
    domain = yaml.safe_load((TRAINING / "domain.yml").read_text(encoding="utf-8"))
    assert tuple(domain["intents"]) == INTENTS


def test_the_shipped_pipeline_is_the_one_that_was_compared() -> None:
    shipped = yaml.safe_load((TRAINING / "config.yml").read_text(encoding="utf-8"))
    compared = yaml.safe_load((TRAINING.parent / "pipelines" / "words_chars.yml").read_text(encoding="utf-8"))
    assert shipped == compared


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
    ours = {text for language in LANGUAGES for text, _ in everything(language) if len(plain(text).split()) >= 4}
    assert {text for text in ours if plain(text) in exam} == set()
