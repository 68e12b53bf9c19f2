"""Parts of the day, in English and Spanish: "in the morning", "after lunch", "por la tarde". Pure."""

# ruff: noqa: ISC004  a shape may take several lines

import re
from collections.abc import Iterator
from typing import Final

from bot.folding import blanked

#: Minutes since midnight; None: open on that side.
Minutes = int | None

#: Words for parts of the day -> minutes. Longer phrases first; Spanish "tarde" lasts until eight.
_H: Final = 60
_PARTS: Final[tuple[tuple[str, Minutes, Minutes], ...]] = (
    (r"early (?:in the )?morning|first thing(?: in the morning)?|a primera hora(?: de la manana)?|"
     r"(?:bien |muy )?temprano(?: (?:por|en|de) la manana)?", 6 * _H, 10 * _H),
    (r"late morning|a media manana|media manana", 10 * _H, 12 * _H),
    (r"early afternoon|a primera hora de la tarde", 12 * _H, 15 * _H),
    (r"late (?:in the )?afternoon|a ultima hora de la tarde", 15 * _H, 18 * _H),
    (r"early evening", 17 * _H, 19 * _H),
    (r"late (?:in the )?evening|late at night", 19 * _H, 22 * _H),
    (r"after (?:i get off |i finish )?(?:work|office hours)|despues de(?:l)? (?:trabajo|trabajar)", 17 * _H, None),
    (r"after (?:school|class)", 15 * _H, None),
    (r"after lunch|despues de(?:l)? (?:almuerzo|comer|almorzar)", 13 * _H, None),
    (r"before lunch|antes de(?:l)? (?:almuerzo|comer|almorzar)", None, 12 * _H),
    (r"(?:around |at |over )?lunch(?: ?time| hour)?|a la hora de(?:l almuerzo| comer| la comida)", 12 * _H, 14 * _H),
    (r"(?:at |by |before )?(?:the )?end of (?:the )?day|before close of business|by cob|a ultima hora", None, 20 * _H),
    (r"mornings?|mornin|moring|mornign|mornig|(?:(?:por|en|de|a) )?(?:la|las|esta|media) mananas?", 6 * _H, 12 * _H),
    (r"afternoons?|arvo|afternon|aftrnoon|afernoon|aftenoon", 12 * _H, 17 * _H),
    (r"evenings?|evenin|evning|evenning|eve|after dark", 17 * _H, 21 * _H),
    (r"(?:at )?nights?|tonight|tonite|nite|nighttime|(?:en la )?nochecita|"
     r"(?:por|en|de|a) las? noches?|noche", 18 * _H, 22 * _H),
    (r"al? medio ?dia", 12 * _H, 14 * _H),
    (r"(?:por|en|de|a) las? tardes?|tardecita|en la tardecita|tarde(?! o temprano)", 12 * _H, 20 * _H),
)  # fmt: skip
_PART_SHAPES: Final = tuple((re.compile(rf"(?<!\w)(?:{shape})(?!\w)"), a, b) for shape, a, b in _PARTS)
#: "good morning", "buenas tardes" greet; "más tarde" and "too late" name no part of a day.
_NO_PART: Final = re.compile(
    r"(?<!\w)(?:good (?:morning|afternoon|evening|night)|buen(?:os|as)? (?:dias?|tardes?|noches?)|mas tarde|muy tarde|"
    r"demasiado tarde|too late|llega tarde|es tarde)(?!\w)"
)


def without_no_parts(plain: str) -> str:
    """The folded text with greetings and the like made unreadable, its length kept."""
    return _NO_PART.sub(lambda found: chr(0) * len(found[0]), plain)


def parts(plain: str) -> Iterator[tuple[Minutes, Minutes, tuple[int, int]]]:
    """Start, end and place of each part of the day that a folded text names."""
    for shape, start, end in _PART_SHAPES:
        for found in shape.finditer(plain):
            yield start, end, found.span()
            plain = blanked(plain, *found.span())
