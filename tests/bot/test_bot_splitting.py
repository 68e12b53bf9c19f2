"""Two thoughts in one text are told apart; one is never torn."""

import re
from itertools import product
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.splitting import thoughts


def _lines(language: str) -> list[str]:
    rows = (Path(__file__).parent / f"thoughts_{language}.txt").read_text().splitlines()
    return [row for row in rows if row and not row.startswith("#  ") and not re.match("# (Two|Dos)", row)]


CASES = [(language, row) for language in ("en", "es") for row in _lines(language)]
SEVERAL = [case for case in CASES if "[" in case[1]]
ONE = [case for case in CASES if "[" not in case[1]]


def test_there_are_enough_cases() -> None:
    assert len(SEVERAL) >= 80
    assert len(ONE) >= 80


def _bare(thought: str) -> str:
    return thought.strip(" .,;:!-")


@pytest.mark.parametrize(("language", "row"), SEVERAL)
def test_several(language: str, row: str) -> None:
    text = re.sub(r"\[(.*?)\] ?", lambda found: f"{found[1]} " if found[1] else "", row)
    assert [_bare(one) for one in thoughts(text)] == [_bare(one) for one in re.split(r"\[.*?\]", row)]


@pytest.mark.parametrize(("language", "row"), ONE)
def test_one_comes_back_whole(language: str, row: str) -> None:
    assert thoughts(row) == (row,)


def test_a_question_keeps_its_mark() -> None:
    assert thoughts("where is it? also gate code is 4412#") == ("where is it?", "gate code is 4412#")


FIRST = {
    "en": ["where is my order?", "I want to talk to a person.", "cancel my order.", "my cup arrived broken."],
    "es": ["¿dónde está mi pedido?", "quiero hablar con una persona.", "cancelen mi pedido.", "la taza llegó rota."],
}
BETWEEN = {
    "en": ["also", "Also,", "and also", "and another thing:", "one more thing,", "btw", "by the way,", "oh and"],
    "es": ["también", "además,", "y otra cosa:", "por cierto,", "otra cosa:", "y también", "una cosa más,", "aparte"],
}
SECOND = {
    "en": [
        "the gate code is 4412#",
        "leave it with the doorman",
        "I want to change my address",
        "reschedule it to friday",
    ],
    "es": [
        "el código del portón es 4412#",
        "déjenlo con el portero",
        "quiero cambiar mi dirección",
        "reprogramar al viernes",
    ],
}


@pytest.mark.parametrize("language", ["en", "es"])
def test_whatever_joins_them(language: str) -> None:
    for first, between, second in product(FIRST[language], BETWEEN[language], SECOND[language]):
        parts = thoughts(f"{first} {between} {second}")
        assert [_bare(one) for one in parts] == [_bare(first), second], (first, between, second)


@given(st.text(st.characters(), max_size=300) | st.sampled_from([row for _, row in CASES]).map(str.upper))
def test_nothing_is_invented(text: str) -> None:
    parts = thoughts(text)
    assert parts
    if len(parts) == 1:
        assert parts == (text,)
    assert all(part.strip() for part in parts[1:])


def test_a_letter_is_for_a_person() -> None:
    letter = "where is it? also gate code is 4412#. " * 40
    assert thoughts(letter) == (letter,)
