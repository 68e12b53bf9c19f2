"""Times of day and parts of the day that a text names, in English and Spanish. Pure; never raises."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import time
from typing import Final

from bot import day_parts
from bot.clock import IN_WORDS, clock, is_dressed, minutes
from bot.day_parts import Minutes
from bot.folding import blanked

DAY_MINUTES: Final = 24 * 60


@dataclass(frozen=True, slots=True)
class Span:
    """A stretch of any day, and where the text named it."""

    start: Minutes
    end: Minutes
    at: tuple[int, int]
    #: A part of the day, not a clock's time.
    is_part: bool = False


_BOUND: Final = r"(?<![\w#$€£*./:-])"
_UNIT: Final = (
    r"(?:days?|weeks?|months?|years?|hours?|hrs?|min|mins|minutes?|people|boxes|packages|items|times|st|nd|rd|th|"
    r"percent|"
    r"dias?|semanas?|mes|meses|anos?|horas?|minutos?|personas|cajas|paquetes|veces|dollars|bucks|dolares|pesos|euros|"
    r"stars?|estrellas?|[a-z]+ (?:st|street|ave|avenue|rd|road|blvd|lane|ln|drive|dr|court|ct|way))"
)
_AFTER: Final = rf"(?!\w|[:/]\d|-\d|[.,]\d|\s?%|[#*]|\s{_UNIT}\b)"


_LAS: Final = r"(?:las? |the )?"
_SEP: Final = r"(?P<sep>\s?-\s?(?:las? |el )?| (?:to|till?|until|and|a|y|hasta) (?:las? |el )?| al )"
_WINDOW: Final = re.compile(
    rf"(?P<open>(?:anytime |sometime |somewhere )?(?:between|from|btw|entre|de|desde) {_LAS})?"
    rf"{_BOUND}{clock('a')}{_SEP}{clock('b')}{_AFTER}"
)
_BEFORE: Final = (
    r"(?:no later than|not later than|any ?time before|before|by|until|till?|up to|earlier than|prior to|b4|"
    r"not after|antes de|antes del|hasta|a mas tardar(?: a)?|no mas tarde de|no despues de|previo a)"
)
_SINCE: Final = (
    r"(?:any ?time after|sometime after|after|from|past|later than|starting(?: at| from)?|not before|no earlier than|"
    r"no antes de|(?:despues|dps|dsp|desp|dspues) del?|luego de|a partir de|a partir del|desde|pasadas?|"
    r"pasado|mas tarde de|de)"
)
_AT: Final = (
    r"(?:at|around|about|approx(?:imately)?|@|a|sobre|como a|alrededor de|tipo|hacia|cerca de|a eso de|"
    r"(?<!cuarto )(?<!diez )(?<!veinte )(?<!cinco )(?<!\d )para)"
)
_ONE_TIME: Final = re.compile(
    rf"(?<!\w)(?P<prep>{_BEFORE}|(?<!half )(?<!quarter )(?<!ten )(?<!five )(?<!twenty ){_SINCE}|{_AT})"
    rf"(?:(?<=@)| )(?:about )?(?P<las>las? |el )?"
    rf"{clock('a')}{_AFTER}"
    r"(?P<onwards> (?:onwards?|on|or later|and later|or after|en adelante|o mas tarde)\b| (?:or before|or earlier)\b)?"
)
_BARE: Final = re.compile(
    rf"{_BOUND}{clock('a')}{_AFTER}"
    r"(?P<onwards> (?:onwards?|or later|and later|or after|en adelante|o mas tarde)\b| (?:or before|or earlier)\b)?"
)


def _guess(at: int, *, late: bool) -> int:
    """A bare hour means the one at which parcels come: 1 to 6 is afternoon; 7 too for `late`, as in "after 7"."""
    afternoon = at < (8 if late else 7) * 60
    return at + 12 * 60 if afternoon else at


def _window(found: re.Match[str], hint: str) -> tuple[int, int] | None:
    """Start and end of "2 to 4", "10-2", "from 5 to 7pm"; None when it is no window."""
    first, second = minutes(found, "a"), minutes(found, "b")
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
    plain = day_parts.without_no_parts(plain)
    hint = "pm" if re.search(r"(?<!\w)(?:afternoon|evening|tonight|night|(?<!mas )tarde|noche)(?!\w)", plain) else ""
    for found in _WINDOW.finditer(plain):
        sure = found["open"] or found["amer"] or found["bmer"] or (found["am"] and found["bm"]) or alone
        window = _window(found, hint) if sure else None
        if window and not (_is_of(found) or _is_one_time(found)):
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
    for start, end, place in day_parts.parts(plain):
        yield Span(start, end, at=place, is_part=True)


def _is_of(found: re.Match[str]) -> bool:
    """ "de 2 a 4" is a window; so is "2 a 4" after a weekday, but "de 3 y 4" counts something."""
    return bool(re.match(r"de ", found["open"] or "") and re.search(r"\d (?:y|and) \d", found[0]))


def _is_one_time(found: re.Match[str]) -> bool:
    """ "las seis y diez" is ten past six, unless "entre" or "between" opens a window."""
    second = found.string[found.end("sep") : found.end()]
    return found["sep"] == " y " and not found["open"] and bool(IN_WORDS.fullmatch(second))


#: Until then they cannot open the door: "I work until 5".
_KEPT_AWAY: Final = re.compile(
    r"(?<!\w)(?:work|working|busy|out|away|gone|(?:not|n't|nt) (?:be )?(?:home|here|in|back|available|there)|asleep|"
    r"sleeping|school|class|meetings?|trabajo|trabajando|trabajar|ocupad[oa]|fuera|durmiendo|clases?|reunion|"
    r"no (?:estoy|estare|llego|vuelvo|regreso|puedo|hay nadie|voy a estar))(?:\W+(?!but|pero|so|then)\w+){0,3}\W*$"
)


def _one_time(found: re.Match[str], hint: str) -> Span | None:
    prep = found["prep"]
    read = minutes(found, "a")
    named = found["am"] or is_dressed(found, "a")
    if found["anoon"] and prep == "a":
        return None  # "a mediodía" is a part of the day
    if read is None or (prep in ("a", "de", "sobre", "pasado", "hacia", "para") and not (found["las"] or named)):
        return None  # "a 5 cuadras"
    if prep == "from" and not found["las"] and not named and not found["onwards"] and "from now" in found.string:
        return None
    at, said = read
    after = bool(re.fullmatch(_SINCE, prep)) and prep != "de"
    if prep in ("until", "till", "til", "hasta") and _KEPT_AWAY.search(found.string[: found.start()]):
        after = True
    if not said:
        at = at + 12 * 60 if hint and at < 12 * 60 else _guess(at, late=after)
    return _placed(found, at, "after" if after else "before" if re.fullmatch(_BEFORE, prep) else "at")


def _placed(found: re.Match[str], at: int, side: str) -> Span:
    onwards = found["onwards"] or ""
    if onwards:
        side = "before" if re.search("before|earlier", onwards) else "after"
    start = at if side in ("after", "at") else None
    end = at if side in ("before", "at") else None
    return Span(start, end, at=found.span())


def _bare(found: re.Match[str], hint: str, *, alone: bool) -> Span | None:
    """A time with no word before it: only when its form says that it is one."""
    read = minutes(found, "a")
    if read is None:
        return None
    if found["anoon"] and re.search(r"(?<!\w)al? $", found.string[: found.start()]):
        return None
    at, said = read
    in_words = found["asign"] or found["aand"]
    dressed = is_dressed(found, "a")
    if not (dressed or found["onwards"] or in_words) or (in_words and not alone and not dressed):
        return None
    if not said and not re.match(r"0\d[:.h]", found[0]):
        at = at + 12 * 60 if hint and at < 12 * 60 else _guess(at, late=False)
    return _placed(found, at, "at")


def as_time(minutes: int | None) -> time | None:
    """The time of day; the end of the day is its last minute."""
    if minutes is None:
        return None
    return time(23, 59) if minutes >= DAY_MINUTES else time(minutes // 60, minutes % 60)
