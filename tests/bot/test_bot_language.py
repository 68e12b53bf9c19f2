"""Which language, and how surely."""

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
