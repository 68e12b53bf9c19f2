"""Times of day and parts of the day that a text names, in English and Spanish. Pure; never raises."""

# ruff: noqa: ISC004  a shape may take several lines

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import time
from typing import Final

from bot.folding import blanked

#: Minutes since midnight; None: open on that side.
Minutes = int | None

DAY_MINUTES: Final = 24 * 60


@dataclass(frozen=True, slots=True)
class Span:
    """A stretch of any day, and where the text named it."""

    start: Minutes
    end: Minutes
    at: tuple[int, int]
    #: A part of the day, not a clock's time.
    is_part: bool = False


NUMBER_WORDS: Final = {
    word: number
    for number, row in enumerate(
        (
            "one una uno", "two dos", "three tres", "four cuatro", "five cinco", "six seis", "seven siete",
            "eight ocho", "nine nueve", "ten diez", "eleven once", "twelve doce",
        ),
        start=1,
    )
    for word in row.split()
}  # fmt: skip

_BOUND: Final = r"(?<![\w#$€£*./:-])"
_UNIT: Final = (
    r"(?:days?|weeks?|months?|years?|hours?|hrs?|min|mins|minutes?|people|boxes|packages|items|times|st|nd|rd|th|"
    r"percent|"
    r"dias?|semanas?|mes|meses|anos?|horas?|minutos?|personas|cajas|paquetes|veces|dollars|bucks|dolares|pesos|euros|"
    r"stars?|estrellas?|[a-z]+ (?:st|street|ave|avenue|rd|road|blvd|lane|ln|drive|dr|court|ct|way))"
)
_AFTER: Final = rf"(?!\w|[:/]\d|-\d|[.,]\d|\s?%|[#*]|\s{_UNIT}\b)"


def _clock(name: str) -> str:
    """A time of day; groups `<name>h`, `<name>m`, `<name>half`, `<name>mer`, `<name>noon`."""
    return (
        rf"(?:(?P<{name}noon>noon|midday|mid-day|mediodia|medio dia|midnight|medianoche|media noche)"
        rf"|(?P<{name}past>half past|quarter past|quarter to) (?P<{name}ph>\d{{1,2}}|{'|'.join(NUMBER_WORDS)})"
        rf"|(?P<{name}h>\d{{1,2}}|{'|'.join(NUMBER_WORDS)})"
        rf"(?:[:.h ]?(?P<{name}m>[0-5]\d)(?!\d)|h(?!\w))?"
        rf"(?P<{name}half> y media| y cuarto| menos cuarto| thirty| fifteen| forty[ -]five)?)"
        rf"(?:\s?(?:o'?clock|oclock|hrs|en punto|sharp|horas))?"
        rf"(?P<{name}mer>\s?[ap]\.?\s?m\b\.?|\s?[ap](?!\w)| (?:in|on) the (?:morning|afternoon|evening)| at night"
        rf"| (?:de|por|en|a) la (?:manana|tarde|noche|madrugada)| del (?:mediodia|dia))?"
    )


_DASH: Final = r"\s?(?:-|to|till?|until|and|a|y|hasta|e)\s?"
_LAS: Final = r"(?:las? |the )?"
_SEP: Final = r"(?:\s?-\s?| (?:to|till?|until|and|a|y|hasta) (?:las? )?|\s?-\s?(?:las? )?)"
_WINDOW: Final = re.compile(
    rf"(?P<open>(?:anytime |sometime |somewhere )?(?:between|from|btw|entre|de|desde) {_LAS})?"
    rf"{_BOUND}{_clock('a')}{_SEP}{_clock('b')}{_AFTER}"
)
_BEFORE: Final = (
    r"(?:no later than|not later than|any ?time before|before|by|until|till?|up to|earlier than|prior to|b4|"
    r"antes de|antes del|hasta|a mas tardar(?: a)?|no mas tarde de|previo a)"
)
_SINCE: Final = (
    r"(?:any ?time after|sometime after|after|from|past|later than|starting(?: at| from)?|not before|no earlier than|"
    r"despues de|despues del|luego de|a partir de|a partir del|desde|pasadas?|pasado|mas tarde de|de)"
)
_AT: Final = r"(?:at|around|about|approx(?:imately)?|@|a|sobre|como a|alrededor de|tipo|hacia|cerca de|a eso de)"
_ONE_TIME: Final = re.compile(
    rf"(?<!\w)(?P<prep>{_BEFORE}|(?<!half )(?<!quarter ){_SINCE}|{_AT})(?:(?<=@)| )(?:about )?(?P<las>las? |el )?"
    rf"{_clock('a')}{_AFTER}"
    r"(?P<onwards> (?:onwards?|on|or later|and later|or after|en adelante|o mas tarde)\b| (?:or before|or earlier)\b)?"
)
_BARE: Final = re.compile(
    rf"{_BOUND}{_clock('a')}{_AFTER}"
    r"(?P<onwards> (?:onwards?|or later|and later|or after|en adelante|o mas tarde)\b| (?:or before|or earlier)\b)?"
)

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
    (r"(?:around |at |over )?lunch(?: ?time| hour)?|a la hora de(?:l almuerzo| comer| la comida)", 12 * _H, 14 * _H),
    (r"after (?:i get off |i finish )?(?:work|office hours)|despues de(?:l)? (?:trabajo|trabajar)", 17 * _H, None),
    (r"after (?:school|class)", 15 * _H, None),
    (r"after lunch|despues de(?:l)? (?:almuerzo|comer|almorzar)", 13 * _H, None),
    (r"before lunch|antes de(?:l)? (?:almuerzo|comer|almorzar)", None, 12 * _H),
    (r"(?:at |by |before )?(?:the )?end of (?:the )?day|before close of business|by cob|a ultima hora", None, 20 * _H),
    (r"mornings?|(?:(?:por|en|de|a) )?(?:la|las|esta|media) mananas?", 6 * _H, 12 * _H),
    (r"afternoons?|arvo", 12 * _H, 17 * _H),
    (r"evenings?|eve|after dark", 17 * _H, 21 * _H),
    (r"(?:at )?nights?|tonight|tonite|nighttime|(?:por|en|de|a) las? noches?|noche", 18 * _H, 22 * _H),
    (r"al mediodia|a mediodia|al medio dia", 12 * _H, 14 * _H),
    (r"(?:por|en|de|a) las? tardes?|tardecita|en la tardecita|tarde(?! o temprano)", 12 * _H, 20 * _H),
)  # fmt: skip
_PART_SHAPES: Final = tuple((re.compile(rf"(?<!\w)(?:{shape})(?!\w)"), a, b) for shape, a, b in _PARTS)
#: "good morning", "buenas tardes" greet; "más tarde" and "too late" name no part of a day.
_NO_PART: Final = re.compile(
    r"(?<!\w)(?:good (?:morning|afternoon|evening|night)|buen(?:os|as)? (?:dias?|tardes?|noches?)|mas tarde|muy tarde|"
    r"demasiado tarde|too late|llega tarde|es tarde)(?!\w)"
)


def spoken(word: str) -> int:
    """The number a word or some digits say; "an" is one."""
    if word in ("a", "an"):
        return 1
    return NUMBER_WORDS[word] if word in NUMBER_WORDS else int(word)


def _minutes(found: re.Match[str], name: str) -> tuple[int, str] | None:
    """Minutes since midnight as written, and what says which half of the day: "am", "pm", "24" or ""."""
    if noon := found[f"{name}noon"]:
        return (0, "24") if noon in ("midnight", "medianoche", "media noche") else (12 * 60, "24")
    past = found[f"{name}past"]
    hour = spoken(found[f"{name}ph"] if past else found[f"{name}h"])
    minute = int(found[f"{name}m"] or 0)
    half = (past or found[f"{name}half"] or "").strip()
    minute += {"half past": 30, "quarter past": 15, "quarter to": -15, "y media": 30, "y cuarto": 15,
               "menos cuarto": -15, "thirty": 30, "fifteen": 15}.get(half, 45 if half else 0)  # fmt: skip
    said = re.sub(r"[\s.]", "", found[f"{name}mer"] or "")
    if hour > 24 or (said and hour > 12) or (hour == 24 and minute):
        return (hour * 60 + minute, "24") if said and hour <= 23 and said not in ("a", "am") else None
    if not said:
        return hour * 60 + minute, "24" if hour > 12 or hour == 0 else ""
    early = said in ("a", "am") or said.endswith(("morning", "manana", "madrugada"))
    night = said.endswith(("night", "noche")) and hour == 12
    if hour == 12:
        return minute + (0 if early or night else 12 * 60), "am" if early else "pm"
    return hour * 60 + minute + (0 if early else 12 * 60), "am" if early else "pm"


def _guess(minutes: int, *, late: bool) -> int:
    """A bare hour means the one at which parcels come: 1 to 6 is afternoon; 7 too for `late`, as in "after 7"."""
    afternoon = minutes < (8 if late else 7) * 60
    return minutes + 12 * 60 if afternoon else minutes


def _window(found: re.Match[str], hint: str) -> tuple[int, int] | None:
    """Start and end of "2 to 4", "10-2", "from 5 to 7pm"; None when it is no window."""
    first, second = _minutes(found, "a"), _minutes(found, "b")
    if first is None or second is None:
        return None
    (a, a_said), (b, b_said) = first, second
    if not b_said:
        b_said = "pm" if hint == "pm" and b < 12 * 60 else ""
        b += 12 * 60 if b_said else 0
    if not a_said:
        # The end's half of the day holds for the start too, unless that would put the start behind the end.
        later = a + 12 * 60 if a < 12 * 60 else a
        if b_said in ("pm", "24") and b >= 12 * 60:
            a = later if later < b else a
        elif not b_said:
            a = _guess(a, late=False)
    if not b_said:
        b = b + 12 * 60 if b <= a else b
    return (a, b) if a < b <= DAY_MINUTES else None


def spans(plain: str, *, alone: bool) -> Iterator[Span]:
    """The stretches of the day that a folded text names, the surest first.

    `alone`: the text says little else than when, so that "2-4" is a window and "17" may be an hour.
    """
    plain = _NO_PART.sub(lambda found: chr(0) * len(found[0]), plain)
    hint = "pm" if re.search(r"(?<!\w)(?:afternoon|evening|tonight|night|(?<!mas )tarde|noche)(?!\w)", plain) else ""
    for found in _WINDOW.finditer(plain):
        sure = found["open"] or found["amer"] or found["bmer"] or (found["am"] and found["bm"]) or alone
        window = _window(found, hint) if sure else None
        if window and not _is_of(found):
            yield Span(*window, at=found.span())
            plain = blanked(plain, *found.span())
    for found in _ONE_TIME.finditer(plain):
        one = _one_time(found, hint)
        if one:
            yield one
            plain = blanked(plain, *found.span())
    for found in _BARE.finditer(plain):
        bare = _bare(found, hint, alone=alone)
        if bare:
            yield bare
            plain = blanked(plain, *found.span())
    yield from _parts(plain)


def _is_of(found: re.Match[str]) -> bool:
    """ "de 2 a 4" is a window; so is "2 a 4" after a weekday, but "de 3 y 4" counts something."""
    return bool(re.match(r"de ", found["open"] or "") and re.search(r"\d (?:y|and) \d", found[0]))


def _one_time(found: re.Match[str], hint: str) -> Span | None:
    prep = found["prep"]
    read = _minutes(found, "a")
    named = found["amer"] or found["anoon"] or found["am"] or found["apast"]
    if found["anoon"] and prep == "a":
        return None  # "a mediodía" is a part of the day
    if read is None or (prep in ("a", "de", "sobre", "pasado", "hacia") and not (found["las"] or named)):
        return None  # "a 5 cuadras"
    if prep == "from" and not found["las"] and not named and not found["onwards"] and "from now" in found.string:
        return None
    minutes, said = read
    after = bool(re.fullmatch(_SINCE, prep)) and prep != "de"
    if not said:
        minutes = minutes + 12 * 60 if hint and minutes < 12 * 60 else _guess(minutes, late=after)
    return _placed(found, minutes, "after" if after else "before" if re.fullmatch(_BEFORE, prep) else "at")


def _placed(found: re.Match[str], minutes: int, side: str) -> Span:
    onwards = found["onwards"] or ""
    if onwards:
        side = "before" if re.search("before|earlier", onwards) else "after"
    start = minutes if side in ("after", "at") else None
    end = minutes if side in ("before", "at") else None
    return Span(start, end, at=found.span())


def _bare(found: re.Match[str], hint: str, *, alone: bool) -> Span | None:
    """A time with no word before it: only when its form says that it is one."""
    read = _minutes(found, "a")
    if read is None:
        return None
    if found["anoon"] and re.search(r"(?<!\w)al? $", found.string[: found.start()]):
        return None
    minutes, said = read
    clock = found["am"] and re.search(r"\d[:h][0-5]\d", found[0])
    dressed = found["amer"] or found["anoon"] or found["apast"] or found["ahalf"] or found["onwards"]
    clock = clock or re.search(r"o'?clock|en punto|sharp", found[0]) or re.search(r"\dh(?!\w)", found[0])
    if not (dressed or clock) or (found["ahalf"] and not alone and not clock and not found["amer"]):
        return None
    if not said and not re.match(r"0\d[:.h]", found[0]):
        minutes = minutes + 12 * 60 if hint and minutes < 12 * 60 else _guess(minutes, late=False)
    return _placed(found, minutes, "at")


def _parts(plain: str) -> Iterator[Span]:
    for shape, start, end in _PART_SHAPES:
        for found in shape.finditer(plain):
            yield Span(start, end, at=found.span(), is_part=True)
            plain = blanked(plain, *found.span())


def as_time(minutes: int | None) -> time | None:
    """The time of day; the end of the day is its last minute."""
    if minutes is None:
        return None
    return time(23, 59) if minutes >= DAY_MINUTES else time(minutes // 60, minutes % 60)
