"""Which language, and how surely."""

from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.language import detect

BOTH = ("en", "es")


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("where is my order", "en"),
        ("it was supposed to be here yesterday", "en"),
        ("dónde está mi pedido", "es"),
        ("donde esta mi paquete", "es"),
        ("no ha llegado nada todavia", "es"),
        ("quiero hablar con alguien por favor", "es"),
    ],
)
def test_sentences_are_clear(text: str, code: str) -> None:
    found, confidence = detect(text, BOTH, "en" if code == "es" else "es")
    assert found == code
    assert confidence >= 0.75


@pytest.mark.parametrize("text", ["", "ok", "no", "A1001", "2", "👍", "\ud800", "xyzzy"])
def test_what_tells_nothing_is_the_default(text: str) -> None:
    assert detect(text, BOTH, "es") == ("es", 0.0)
    assert detect(text, BOTH, "en") == ("en", 0.0)


def test_one_word_is_only_a_hint() -> None:
    code, confidence = detect("gracias", BOTH, "en")
    assert code == "es"
    assert confidence < 0.75


def test_only_what_is_allowed() -> None:
    assert detect("dónde está mi pedido", ("en",), "en") == ("en", 1.0)
    assert detect("dónde está mi pedido", ("en", "fr"), "fr")[0] in ("en", "fr")


@given(st.text(st.characters(), max_size=200))
def test_never_raises(text: str) -> None:
    code, confidence = detect(text, BOTH, "en")
    assert code in BOTH
    assert 0 <= confidence <= 1


MANY = ("en", "es", "fr", "de", "pt", "it")


def _lines(name: str) -> Iterator[tuple[str, str]]:
    """(code, text) of a table; the code "-" means that the text tells no language."""
    for line in (Path(__file__).parent / f"{name}.tsv").read_text().splitlines():
        code, text = line.split("\t")
        yield code, text


def _shares(name: str, allowed: tuple[str, ...], sure: float) -> dict[str, float]:
    """How often a text of another language than the one in use is recognised, or taken for a third one."""
    seen: Counter[str] = Counter()
    for code, text in _lines(name):
        for using in allowed if code in allowed else ():
            found, confidence = detect(text, allowed, using)
            if using == code:
                seen["flips"] += confidence >= sure and found != code
                seen["own"] += 1
            else:
                seen["right"] += confidence >= sure and found == code
                seen["wrong"] += confidence >= sure and found != code
                seen["all"] += 1
    return {
        "right": seen["right"] / seen["all"],
        "wrong": seen["wrong"] / seen["all"],
        "flips": seen["flips"] / seen["own"],
    }


@pytest.mark.parametrize(
    ("name", "allowed", "least", "most"),
    [
        ("languages", BOTH, 0.95, 0.0),
        ("languages", MANY, 0.90, 0.01),
        ("languages_unseen", BOTH, 0.90, 0.0),
        ("languages_unseen", MANY, 0.75, 0.03),
    ],
)
def test_short_texts_are_recognised(name: str, allowed: tuple[str, ...], least: float, most: float) -> None:
    shares = _shares(name, allowed, 0.5)
    assert shares["right"] >= least
    assert shares["wrong"] <= most
    assert shares["flips"] <= most


@pytest.mark.parametrize("text", [text for code, text in _lines("languages") if code == "-"])
def test_names_numbers_and_single_words_never_change_a_remembered_language(text: str) -> None:
    for allowed in (BOTH, MANY):
        for using in allowed:
            found, confidence = detect(text, allowed, using)
            assert found == using or confidence < 0.75


@pytest.mark.parametrize(
    "text", ["ok", "si", "no", "A1001", "Maria Lopez", "José García", "Los Angeles", "12 El Camino Real", "San Jose"]
)
def test_what_names_people_and_places_tells_nothing(text: str) -> None:
    assert detect(text, BOTH, "en") == ("en", 0.0)
    assert detect(text, BOTH, "es") == ("es", 0.0)


def test_a_mixed_text_is_less_sure_than_a_plain_one() -> None:
    plain = detect("where is my order please", BOTH, "es")[1]
    mixed = detect("where is my pedido por favor", BOTH, "es")[1]
    assert mixed < plain
