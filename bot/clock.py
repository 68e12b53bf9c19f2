"""A time of day as people write and say it: "5", "5:30 pm", "half past five", "las seis menos diez". Pure."""

import re
from typing import Final

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

#: Minutes as they are said beside an hour; the longer words first.
_SAID: Final = {
    "media": 30, "cuarto": 15, "veinticinco": 25, "veinte": 20, "cincuenta": 50, "cinco": 5, "diez": 10,
    "quince": 15, "treinta": 30, "cuarenta": 40, "half": 30, "a quarter": 15, "quarter": 15, "twenty five": 25,
    "twenty-five": 25, "twenty": 20, "five": 5, "ten": 10, "thirty": 30, "fifteen": 15, "forty five": 45,
    "forty-five": 45, "un cuarto": 15,
}  # fmt: skip
_ES: Final = "media|cuarto|veinticinco|veinte|cincuenta|cinco|diez|quince|treinta|cuarenta|[0-5][05]"
#: Minutes in words, or in two digits, behind "y".
IN_WORDS: Final = re.compile(_ES)
_HOUR: Final = rf"\d{{1,2}}|{'|'.join(NUMBER_WORDS)}"


def clock(name: str) -> str:
    """A time of day as a pattern for folded text; `minutes` reads it. Its groups' names begin with `name`."""
    return (
        rf"(?:(?P<{name}noon>noon|midday|mid-day|mediodia|medio dia|midnight|medianoche|media noche)"
        rf"|(?:(?P<{name}past>half|(?:a )?quarter|twenty[ -]five|twenty|ten|five) (?:past|(?<=quarter )after)"
        rf"|(?P<{name}to>(?:a )?quarter|twenty[ -]five) (?:to|till?|of)|(?P<{name}semi>half)"
        rf"|(?P<{name}para>(?:un )?cuarto|diez|veinte|cinco|5|10|15|20|25) para las?)"
        rf" (?P<{name}ph>{_HOUR})"
        rf"|(?P<{name}h>{_HOUR})"
        rf"(?:[:.h ]?(?P<{name}m>[0-5]\d)(?!\d)|h(?!\w))?"
        rf"(?: (?P<{name}sign>y|con|menos) (?P<{name}more>{_ES})(?![\w:])"
        rf"| (?P<{name}and>thirty|fifteen|forty[ -]five))?)"
        rf"(?P<{name}dress>\s?(?:o'?clock|oclock|hrs|hs|en punto|sharp|horas)|-?\s?ish(?!\w)"
        rf"|(?({name}m)\s?(?:hours|h)(?!\w)|(?!)))?"
        rf"(?P<{name}mer>\s?[ap]\.?\s?m\b\.?|\s?[ap](?!\w)| (?:in|on) the (?:morning|afternoon|evening)| at night"
        rf"| tonight| this (?:morning|afternoon|evening)"
        rf"| (?:de|por|en|a) la (?:manana|tarde|noche|madrugada)| del (?:mediodia|dia))?"
    )


def spoken(word: str) -> int:
    """The number a word or some digits say; "an" is one, "a couple of" two."""
    if word in ("a", "an"):
        return 1
    if "couple" in word or word == "un par de":
        return 2
    return NUMBER_WORDS[word] if word in NUMBER_WORDS else int(word)


def minutes(found: re.Match[str], name: str) -> tuple[int, str] | None:
    """Minutes since midnight as written, and what says which half of the day: "am", "pm", "24" or ""."""
    if noon := found[f"{name}noon"]:
        return (0, "24") if noon in ("midnight", "medianoche", "media noche") else (12 * 60, "24")
    beside = [found[f"{name}{kind}"] for kind in ("past", "to", "semi", "para")]
    hour = spoken(found[f"{name}ph"] if any(beside) else found[f"{name}h"])
    past, to, semi, para = map(_said, beside)
    more = _said(found[f"{name}more"])
    minute = int(found[f"{name}m"] or 0) + past + semi - to - para + _said(found[f"{name}and"])
    minute += -more if found[f"{name}sign"] == "menos" else more
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


def _said(word: str | None) -> int:
    """Minutes in words or digits; 0 for none."""
    return 0 if word is None else _SAID[word] if word in _SAID else int(word)


#: "5 hs" may be how long something takes; nobody waits so long as "17 hs".
_MOST_HOURS: Final = 12


def is_dressed(found: re.Match[str], name: str) -> bool:
    """Whether its form alone says that it is a time of day: "5pm", "noon", "half past 5", "17:30"."""
    if any(found[f"{name}{kind}"] for kind in ("mer", "noon", "past", "to", "semi", "para")):
        return True
    dress = (found[f"{name}dress"] or "").strip()
    if dress and not re.fullmatch("hrs|hs|horas|hours", dress):
        return True
    if dress and (found[f"{name}m"] or spoken(found[f"{name}h"]) > _MOST_HOURS):
        return True
    return bool(re.search(r"\d[:h][0-5]\d|\dh(?!\w)", found[0]))
