"""What the texts of the self-service stories are told, at their longest, as usual, and with as little as can be."""

from typing import Any

_SLOTS = {
    "en": ["tomorrow 10:30 AM-12:30 PM", "Wednesday 10:30 AM-12:30 PM", "Wednesday 12:30 PM-11:30 PM"],
    "es": ["mañana 10:30-12:30", "el miércoles 10:30-12:30", "el miércoles 12:30-23:30"],
}
_CHOICES = {
    "en": ["Tell the driver how to deliver", "Talk to the driver", "Talk to a person"],
    "es": ["Decirle al repartidor cómo entregar", "Hablar con el repartidor", "Hablar con una persona"],
}
LONGEST: dict[str, Any] = {
    "todo": {"en": "Another time suits you better? Just tell us.", "es": "¿Te va mejor otro momento? Dínoslo."},
    "each": {
        "en": "ORDER-2026-ABCDEFGH-12345 (tomorrow between 3 PM and 5 PM), B2 (tomorrow between 4 PM and 6 PM)",
        "es": "ORDER-2026-ABCDEFGH-12345 (mañana entre las 15:00 y las 17:00), B2 (mañana entre las 16:00 y las 18:00)",
    },
    "days": 12,
    "doubt": {"en": "it may be in the wrong place", "es": "puede estar en otro lugar"},
    "tracking": "1Z9990000000000001",
    "since": "2026-12-01 17:00 UTC",
    "event": "breached",
    "case": 123456789,
    "priority": "urgent",
    "due": "2026-12-01 17:00 PST",
    "assignee": "maximiliana@example.com",
    "guessed": True,
    "heard": False,
    "address": "1234 Northwest Martin Luther King Junior Boulevard, San Bernardino",
    "number": "",
    "passed": False,
    "slot": {"en": "Wednesday between 10:30 AM and 12:30 PM", "es": "el miércoles entre las 10:30 y las 12:30"},
    "slots": _SLOTS,
    "more": True,
    "nothing": True,
    "choices": _CHOICES,
    "why": "soon",
    "every": True,
}
USUAL: dict[str, Any] = {
    "todo": {"en": "Not in? Tell us where to leave it.", "es": "¿No estás? Dinos dónde dejarlo."},
    "each": {
        "en": "A1001 (today by 4 PM), B2 (tomorrow by 4 PM)",
        "es": "A1001 (hoy antes de las 16:00), B2 (mañana antes de las 16:00)",
    },
    "days": 1,
    "doubt": {"en": "it has no house number", "es": "falta el número"},
    "tracking": "1Z9990000000000001",
    "since": "2026-12-01 17:00 UTC",
    "event": "opened",
    "case": 17,
    "priority": "high",
    "due": "2026-12-01 17:00 PST",
    "assignee": "ana@example.com",
    "guessed": True,
    "heard": True,
    "number": "+15005550101",
    "passed": True,
    "address": "2 Oak St, Oakland",
    "slot": {"en": "tomorrow between 8 AM and 12 PM", "es": "mañana entre las 8:00 y las 12:00"},
    "slots": _SLOTS,
    "more": False,
    "nothing": False,
    "choices": _CHOICES,
    "why": "soon",
    "every": False,
}
LEAST: dict[str, Any] = {
    "todo": "",
    "each": "",
    "doubt": "",
    "event": "opened",
    "case": 17,
    "priority": "low",
    "due": "",
    "assignee": "",
    "choices": [],
    "why": "over",
}
#: Text -> more samples: a text that says other things for other reasons is tried for each of them.
OTHERS: dict[str, list[dict[str, Any]]] = {
    "address_not": [
        {"why": why, "choices": choices, "order": "ORDER-2026-ABCDEFGH-12345"}
        for why, choices in (("out", _CHOICES), ("delivered", []), ("pickup", []), ("over", []))
    ],
    "contact_driver_open": [{"number": "+15005550101", "passed": passed} for passed in (True, False)],
    "contact_driver_not": [
        {"why": why, "choices": choices, "order": "ORDER-2026-ABCDEFGH-12345"}
        for why, choices in (("over", []), ("not_out", _CHOICES), ("no_driver", _CHOICES), ("no_driver", []))
    ],
    "instructions_not": [{"why": why, "order": "ORDER-2026-ABCDEFGH-12345"} for why in ("delivered", "pickup", "over")],
    "instructions_saved": [
        {"words": "w" * 110, "heard": heard, "order": "ORDER-2026-ABCDEFGH-12345"} for heard in (True, False)
    ],
    "reschedule_not": [
        {"why": why, "choices": [], "order": "ORDER-2026-ABCDEFGH-12345"}
        for why in ("delivered", "pickup", "none", "over", "soon")
    ]
    + [{"why": "at_address", "choices": _CHOICES, "order": "ORDER-2026-ABCDEFGH-12345"}],
}
