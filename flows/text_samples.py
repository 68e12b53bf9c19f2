"""What texts are usually told, so that whoever writes words of their own sees them as a shopper would."""

from collections.abc import Mapping
from typing import Any

_WORDS: Mapping[str, Mapping[str, Any]] = {
    "en": {
        "window": "today between 3 PM and 5 PM",
        "reasons": "the driver is 3 stops away",
        "reason": "bad weather",
        "when": "today at 3 PM",
        "person": "A person will answer you here by 3:30 PM today.",
        "slot": "tomorrow between 8 AM and 12 PM",
        "slots": ["tomorrow 8 AM-12 PM", "tomorrow 12 PM-4 PM", "Wednesday 8 AM-12 PM"],
        "choices": ["Tell the driver how to deliver", "Talk to a person"],
        "next": "A1002, 12 Oak St, today by 3 PM",
        "state": "out for delivery",
        "what": "a phone number",
        "words": "I am at the blue door",
        "todo": "Not in? Tell us where to leave it.",
        "each": "A1001 (today by 4 PM), A1002 (tomorrow by 4 PM)",
        "doubt": "it has no house number",
        "note": "with the doorman",
        "comment": "The box was crushed.",
    },
    "es": {
        "window": "hoy entre las 15:00 y las 17:00",
        "reasons": "el repartidor está a 3 paradas",
        "reason": "mal tiempo",
        "when": "hoy a las 15:00",
        "person": "Una persona te responderá aquí antes de las 15:30 de hoy.",
        "slot": "mañana entre las 8:00 y las 12:00",
        "slots": ["mañana 8:00-12:00", "mañana 12:00-16:00", "el miércoles 8:00-12:00"],
        "choices": ["Decirle al repartidor cómo entregar", "Hablar con una persona"],
        "next": "A1002, 12 Oak St, hoy antes de las 15:00",
        "state": "en reparto",
        "what": "un número de teléfono",
        "words": "Estoy en la puerta azul",
        "todo": "¿No estás? Dinos dónde dejarlo.",
        "each": "A1001 (hoy antes de las 16:00), A1002 (mañana antes de las 16:00)",
        "doubt": "falta el número",
        "note": "con el portero",
        "comment": "La caja estaba aplastada.",
    },
}
_FACTS: Mapping[str, Any] = {
    "order": "A1001",
    "orders": "A1001, A1002",
    "tracking": "1Z9990000000000001",
    "name": "Maria",
    "driver": "Dee",
    "contact": "help@example.com",
    "link": "https://texts.example.com/t/0aB3dE5gH7jK9mN1pQ3sTu",
    "address": "12 Oak St, Oakland 94607",
    "number": "+15005550101",
    "pin": "482913",
    "digits": 4,
    "tag": "12",
    "tags": "#12 A1001",
    "role": "driver",
    "carrier": "acme",
    "count": 2,
    "total": 3,
    "low": 1,
    "high": 5,
    "score": 2,
    "scale": 5,
    "days": 2,
    "minutes": 20,
    "place": 3,
    "items": 1,
    "left": 2,
    "done": 1,
    "kept": 1,
    "more": 0,
    "told": 1,
    "case": 17,
    "priority": "high",
    "event": "opened",
    "assignee": "ana@example.com",
    "due": "2026-12-01 15:30 PST",
    "since": "2026-12-01 15:00 UTC",
    "who": "Maria",
    "said": "A1011",
    "why": "soon",
    "problem": "already",
    "action": "delivered",
    "photo": "kept",
    "added": "A1002",
    "removed": "",
    "parcels": [{"label": "A1001", "state": ""}, {"label": "A1002", "state": ""}],
    "stops": [{"number": 3, "order": "A1002", "address": "12 Oak St"}],
}
#: Yes-or-no values of which a usual text says no.
_NO = frozenset({"again", "guessed", "every", "nothing", "moved", "door", "line", "sent", "last", "heard", "passed"})


def usual(names: tuple[str, ...] | list[str], language: str) -> dict[str, Any]:
    """Answer a usual value for each name, in the language; a name nobody thought of stands for itself.

    Languages without words of their own are shown English ones.
    """
    known = {**_FACTS, **dict.fromkeys(_NO, False), **_WORDS.get(language, _WORDS["en"])}
    return {name: known.get(name, f"({name})") for name in names}
