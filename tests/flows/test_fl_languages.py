"""The language of a conversation: noticed, remembered, asked for."""

# ruff: noqa: E501  tables of short texts read better dense

from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from flows.languages import asked_for, notice
from flows.models import Dialogue
from flows.workflow import read

WORKFLOW = read("languages: [en, es]").workflow
BOTH = ("en", "es")
MANY = ("en", "es", "fr", "de", "pt", "it")


def dialogue(language: str | None = None, *, asked: bool = False) -> Dialogue:
    return Dialogue(
        conversation_id=1,
        retailer="default",
        language=language,
        language_asked=asked,
        misses=0,
        updated_at=datetime(2026, 11, 25, tzinfo=UTC),
    )


@pytest.mark.parametrize(
    ("text", "language"),
    [
        ("en español por favor", "es"), ("En espanol", "es"), ("español", "es"), ("Spanish please", "es"),
        ("english please", "en"), ("in English pls", "en"), ("inglés por favor", "en"), ("habla español?", "es"),
        ("do you speak spanish?", "es"), ("can we do this in Spanish", "es"), ("Can you text me in spanish please?", "es"),
        ("hola, ¿me pueden escribir en español?", "es"), ("prefiero español", "es"), ("cambiar a inglés", "en"),
        ("switch to english", "en"), ("I only speak Spanish", "es"), ("solo hablo español", "es"),
        ("no hablo inglés", "es"), ("I don't speak English", "es"), ("no english", "es"), ("i do not understand spanish", "en"),
        ("could we continue in english instead", "en"), ("mejor en español", "es"), ("hablan espanish", "es"),
    ],
)  # fmt: skip
def test_asking_for_a_language(text: str, language: str) -> None:
    assert asked_for(text, BOTH) == language


@pytest.mark.parametrize(
    "text",
    [
        "english or spanish?", "where is my spanish guitar", "i ordered an english breakfast tea", "en francés por favor",
        "french please", "the english muffins are missing", "hola", "por favor", "", "en", "can you speak to the driver",
        "el libro de español no llegó", "my driver speaks spanish and was great", "cancel the english lamp", "4412",
    ],
)  # fmt: skip
def test_not_asking(text: str) -> None:
    assert asked_for(text, BOTH) is None


def test_other_languages_are_asked_for_where_the_retailer_speaks_them() -> None:
    assert asked_for("en français s'il vous plaît", MANY) is None  # "s'il vous plaît" is no asking word of ours
    assert asked_for("en français", MANY) == "fr"
    assert asked_for("auf Deutsch bitte", MANY) == "de"
    assert asked_for("em português", MANY) is None
    assert asked_for("auf Deutsch bitte", BOTH) is None


def test_a_clear_text_is_remembered() -> None:
    talk = dialogue()
    assert notice(talk, "¿dónde está mi pedido?", WORKFLOW, "en") == "es"
    assert talk.language == "es"
    assert notice(talk, "A1001", WORKFLOW, "en") == "es"
    assert notice(talk, "where is my other order", WORKFLOW, "en") == "en"
    assert talk.language == "en"


@pytest.mark.parametrize(
    "text",
    ["ok", "si", "sí", "no", "gracias", "hola", "Maria Lopez", "José García", "A1001", "2", "👍", "Los Angeles", "amigo",
     "San Jose", "12 El Camino Real", "mañana", "1Z999AA10123456784", "ok gracias", "taco", "jaja", "adios", "x" * 3000],
)  # fmt: skip
def test_a_word_a_name_or_a_number_flips_nothing(text: str) -> None:
    talk = dialogue("en")
    assert notice(talk, text, WORKFLOW, "en") == "en"
    assert talk.language == "en"


@pytest.mark.parametrize(
    "text", ["ok", "thanks", "hello", "yes", "bye", "John Smith", "5pm", "please", "sorry", "A1001"]
)
def test_nor_the_other_way_round(text: str) -> None:
    talk = dialogue("es")
    assert notice(talk, text, WORKFLOW, "en") == "es"
    assert talk.language == "es"


def test_a_greeting_is_answered_in_kind_but_not_remembered() -> None:
    talk = dialogue()
    assert notice(talk, "hola", WORKFLOW, "en") == "es"
    assert talk.language is None
    assert notice(talk, "A1001", WORKFLOW, "en") == "en"


def test_what_was_asked_for_stays() -> None:
    talk = dialogue("es", asked=True)
    assert notice(talk, "where is my order right now", WORKFLOW, "en") == "es"


def test_a_language_the_retailer_gave_up_is_forgotten() -> None:
    assert notice(dialogue("fr", asked=True), "A1001", WORKFLOW, "en") == "en"


@given(st.text(st.characters(), max_size=100), st.sampled_from([None, "en", "es"]), st.booleans())
def test_it_is_always_one_of_the_retailers(text: str, known: str | None, asked: bool) -> None:
    talk = dialogue(known, asked=asked)
    assert notice(talk, text, WORKFLOW, "en") in BOTH
    assert talk.language in (None, *BOTH)
    found = asked_for(text, BOTH)
    assert found is None or found in BOTH
