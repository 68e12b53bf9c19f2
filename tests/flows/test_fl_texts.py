"""Every text: rendered in every language, at its longest, and short enough all the same."""

import re
from datetime import UTC, datetime
from typing import Any

import pytest
from fakes import driver_samples, story_samples

from channels.segments import count
from flows.text_names import TEXTS
from flows.texts import FOLDER, MAX_SEGMENTS, TextError, Texts
from flows.workflow import read
from tracking_core.reasons import Reason
from tracking_core.states import ShipmentState

TEXTS_OF = Texts()
LANGUAGES = ("en", "es")
MESSAGES = sorted(name for name in TEXTS if not name.startswith("phrase_") and not name.endswith(".email"))
MAILS = sorted(name.removesuffix(".email") for name in TEXTS if name.endswith(".email"))
LINK = "https://" + "d" * 52 + "/t/" + "k" * 22  # PUBLIC_BASE_URL of 60 characters
LONG = {
    "orders": "ORDER-2026-ABCDEFGH-12345 +11",
    "driver": "Maximiliana",
    "tag": "99",
    "role": "customer",
    "what": {
        "en": "a phone number, an e-mail address, a link",
        "es": "un numero de telefono, un correo electronico, un enlace",
    },
    "words": "Maximiliana, your driver (order ORDER-20...",
    "tags": "#11 ORDER-2026-ABCDEFGH-12345, #12 ORDER-2026-ABCDEFGH-12346, #13 ORDER-2026-ABCDEFGH-12347",
    **driver_samples.LONGEST,
    **story_samples.LONGEST,
    "order": "ORDER-2026-ABCDEFGH-12345",
    "window": {
        "en": "between Wed, Sep 23 11:30 PM and Thu, Sep 24 11:30 PM",
        "es": "entre el 23 sep a las 23:30 y el 24 sep a las 23:30",
    },
    "reasons": {
        "en": "delayed: something beyond anybody's control",
        "es": "con retraso: algo fuera del control de todos",
    },
    "reason": {"en": "something beyond anybody's control", "es": "al repartidor no le alcanzó el tiempo"},
    "when": {"en": "Wed, Sep 23 at 11:30 PM", "es": "el 23 sep a las 23:30"},
    "contact": "customer-care-department@example-store.example.com",
    "person": {
        "en": "Our team is off right now. A person will answer you here by 11:30 AM Wednesday.",
        "es": "Nuestro equipo no está ahora. Una persona te responderá aquí antes de las 11:30 del miércoles.",
    },
    "name": "Maximiliana Wolfeschlegelsteinhausenbergerdorff",
    "link": LINK,
    "count": 10,
    "total": 12,
    "again": True,
    "parcels": [{"label": "ORDER-2026-ABCDEFGH-12345", "state": ""}] * 5,
}
TYPICAL = {
    "orders": "A1001, A1002",
    "driver": "Dee",
    "tag": "12",
    "role": "driver",
    "what": {"en": "a phone number", "es": "un numero de telefono"},
    "words": "I am at the blue door",
    "pin": "482913",
    "digits": 6,
    "number": "+15005550101",
    "tags": "#12 A1001",
    **driver_samples.USUAL,
    **story_samples.USUAL,
    "order": "A1001",
    "window": {"en": "today between 3 PM and 5 PM", "es": "hoy entre las 15:00 y las 17:00"},
    "reasons": {"en": "the driver is 3 stops away", "es": "el repartidor está a 3 paradas"},
    "reason": {"en": "bad weather", "es": "mal tiempo"},
    "when": {"en": "today at 3 PM", "es": "hoy a las 15:00"},
    "contact": "help@example.com",
    "score": 2,
    "scale": 5,
    "comment": "The box was crushed, and he threw it over the fence.",
    "carrier": "acme",
    "person": LONG["person"],
    "name": "Ana",
    "link": "http://127.0.0.1:8000/t/" + "k" * 22,
    "count": 2,
    "total": 3,
    "low": 0,
    "high": 10,
    "again": False,
    "parcels": [{"label": "A1001", "state": "out for delivery"}, {"label": "A1002", "state": "shipped"}],
}
EMPTY = {
    **story_samples.LEAST,
    "driver": "",
    "window": "",
    "reasons": "",
    "reason": "",
    "when": "",
    "contact": None,
    "name": None,
    "order": "A1",
    "count": 1,
}


def values(name: str, language: str, sample: dict[str, Any]) -> dict[str, Any]:
    given = {**TYPICAL, **sample}
    known = {}
    for key in TEXTS[name]:
        value = given[key]
        known[key] = value[language] if isinstance(value, dict) else value
    return known


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("name", MESSAGES)
def test_every_text_fits_and_begins_with_the_brand(name: str, language: str) -> None:
    brand = "Wonderful Garden & Home Stores"
    workflow = read(f"brand: {brand}").workflow
    for sample in (LONG, TYPICAL, EMPTY, *story_samples.OTHERS.get(name, ())):
        given = values(name, language, sample)
        hint = TEXTS_OF.phrase("opt_out_hint", language, workflow) if name.startswith(("milestone", "digest")) else ""
        text = TEXTS_OF.fitting(name, language, workflow, given, ending=hint)
        cost = count(text)
        assert (cost.encoding, cost.segments <= MAX_SEGMENTS) == ("GSM-7", True), f"{cost}: {text}"
        assert text.startswith(brand)
        assert "  " not in text and " ." not in text and "None" not in text
        if "link" in given:
            assert given["link"] in text


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("name", MAILS)
def test_every_mail_has_a_subject_and_says_where_to_look(name: str, language: str) -> None:
    workflow = read("contact: help@example.com").workflow
    for sample in (LONG, TYPICAL, EMPTY):
        subject, body = TEXTS_OF.mail(name, language, workflow, **values(f"{name}.email", language, sample))
        assert subject.startswith("Demo Store: ") and "\n" not in subject
        # A carrier is shown no shopper's page.
        assert name == "carrier_watch" or TYPICAL["link"] in body or LINK in body
        assert "None" not in body and "{{" not in body


def test_every_file_is_used_and_every_text_has_its_file() -> None:
    files = {
        language: {p.name.removesuffix(".txt") for p in (FOLDER / language).glob("*.txt")} for language in LANGUAGES
    }
    assert files["en"] == files["es"] == set(TEXTS)
    used = set()
    sources = "\n".join(p.read_text() for p in FOLDER.parent.rglob("*.py") if p.name != "text_names.py")
    for name in TEXTS:
        stem = name.removesuffix(".email")
        prefix = stem.split("_", 1)[0]
        if f'"{stem}"' in sources or f'"{stem.removeprefix("phrase_")}"' in sources or f'f"{prefix}_{{' in sources:
            used.add(name)
        if prefix in ("milestone", "digest") and "_{milestone}" in sources:
            used.add(name)
    assert set(TEXTS) - used == set()


def test_nothing_but_consent_is_offered_with_the_words_of_consent() -> None:
    words = re.compile(r"\b(STOP|END|QUIT|CANCEL|REVOKE|UNSUBSCRIBE|START|HELP)\b")
    about_consent = {"phrase_opt_out_hint", "help", "consent_stopped", "consent_started", "consent_unclear"}
    for path in FOLDER.glob("*/*.txt"):
        name = path.name.removesuffix(".txt")
        if name not in about_consent:
            assert words.findall(path.read_text()) == [], path
    for path in FOLDER.glob("*/phrase_opt_out_hint.txt"):
        assert "STOP" in path.read_text()


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_state_and_reason_has_words(language: str) -> None:
    workflow = read("").workflow
    for state in ShipmentState:
        assert TEXTS_OF.phrase("state", language, workflow, state=state.value)
    for reason in Reason:
        words = TEXTS_OF.phrase("reason", language, workflow, reason=reason.value)
        assert bool(words) is (reason is not Reason.OTHER), reason


def test_a_text_that_lacks_a_value_is_refused() -> None:
    with pytest.raises(TextError, match="milestone_shipped"):
        TEXTS_OF.render("milestone_shipped", "en", read("").workflow, window="")


def test_a_retailers_own_words_stand_before_ours_and_languages_fall_back() -> None:
    own = {
        "texts": "languages: [es, en]\ntexts:\n  thanks: '{{ brand }}: ta!'\n  greet: {es: '{{ brand }}: buenas'}\n",
        "none": "languages: [es, en]\n",
    }
    with_own, without = (read(own[key]).workflow for key in ("texts", "none"))
    render = lambda name, language, workflow: TEXTS_OF.render(name, language, workflow)  # noqa: E731
    assert render("thanks", "en", with_own) == render("thanks", "es", with_own) == "Demo Store: ta!"
    assert render("greet", "es", with_own) == "Demo Store: buenas"
    assert "hello" in render("greet", "en", with_own)
    assert render("goodbye", "fr", without) == render("goodbye", "es", without) != render("goodbye", "en", without)


def test_own_words_get_values_and_no_python() -> None:
    workflow = read('texts:\n  thanks: "{{ brand.__class__.__mro__ }}"\n').workflow
    with pytest.raises(TextError):
        TEXTS_OF.render("thanks", "en", workflow)


def test_what_does_not_fit_is_left_out_before_the_link() -> None:
    workflow = read(
        "texts:\n  milestone_shipped: '{{ brand }}: " + "x" * 150 + " {{ window }} ({{ reasons }}) {{ link }}'"
    ).workflow
    given = {"order": "A1", "window": "W" * 60, "reasons": "R" * 60, "reason": "", "link": LINK}
    text = TEXTS_OF.fitting("milestone_shipped", "en", workflow, given)
    assert LINK in text and "R" * 60 not in text and count(text).segments <= MAX_SEGMENTS
    short = TEXTS_OF.fitting("milestone_shipped", "en", workflow, given | {"window": "soon", "reasons": "rain"})
    assert "soon (rain)" in short


CLOCK = {
    (0, 0): "12 AM",
    (0, 5): "12:05 AM",
    (9, 30): "9:30 AM",
    (12, 0): "12 PM",
    (15, 5): "3:05 PM",
    (23, 59): "11:59 PM",
}


@pytest.mark.parametrize(("at", "words"), CLOCK.items())
def test_times_of_day(at: tuple[int, int], words: str) -> None:
    moment = datetime(2026, 12, 1, *at, tzinfo=UTC)
    workflow = read("").workflow
    assert TEXTS_OF.phrase("moment", "en", workflow, day="today", at=moment) == f"today at {words}"
    assert TEXTS_OF.phrase("moment", "es", workflow, day="hoy", at=moment) == f"hoy a las {at[0]}:{at[1]:02}"


def test_the_person_phrase_reads_in_spanish() -> None:
    at = datetime(2026, 12, 1, 9, 0, tzinfo=UTC)
    said = {"open": True, "here": True, "who": "", "at": at}
    phrase = lambda day: TEXTS_OF.phrase("person", "es", read("").workflow, day=day, **said)  # noqa: E731
    assert phrase("hoy").endswith("antes de las 9:00 de hoy.")
    assert phrase("el lunes").endswith("antes de las 9:00 del lunes.")
