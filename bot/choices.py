"""Which of numbered choices a text picks, one or several. Pure; never raises."""

# ruff: noqa: SIM905  a table of words reads better without quotes

import re
from typing import Final

from bot.normal import normal

_NUMBERS: Final = {
    word: number
    for number, row in enumerate(
        (
            "one uno first 1st primero primera primer 1ro 1ra 1o 1a",
            "two dos second 2nd segundo segunda 2do 2da 2o 2a",
            "three tres third 3rd tercero tercera tercer 3ro 3ra 3o 3a",
            "four cuatro fourth 4th cuarto cuarta 4to 4ta",
            "five cinco fifth 5th quinto quinta 5to 5ta",
            "six seis sixth 6th sexto sexta 6to 6ta",
            "seven siete seventh 7th septimo septima 7mo 7ma",
            "eight ocho eighth 8th octavo octava 8vo 8va",
            "nine nueve ninth 9th noveno novena 9no 9na",
            "ten diez tenth 10th decimo decima 10mo 10ma",
        ),
        start=1,
    )
    for word in row.split()
}
_LAST: Final = frozenset("last ultimo ultima".split())
#: May stand around a choice without changing it. A word that is missing here makes it no choice: better ask again.
_AROUND: Final = frozenset(
    """the a option number no num nr choice item order package parcel please thanks thank you i want would like will
    take pick choose go with for it is that give me my yes ok okay yeah sure lets do hi hello one time slot window
    el la lo los las opcion numero pedido paquete por favor gracias quiero quisiera prefiero elijo escojo dame deme es
    si vale bueno claro mejor orden en un una hola de mi""".split()
)
#: Praise of a choice: "2 works for me", "el tercero me queda bien". It picks what it praises.
_PRAISE: Final = frozenset(
    """works work fine good great perfect best better would be is sounds looks me make ill id then esta bien perfecta
    perfecto sirve queda viene conviene estaria seria hazlo ponme anota porfa pls plz lets""".split()
)
_MIDDLE: Final = re.compile(
    r"(?<!\w)(?:the )?middle(?: one| option| slot)?(?!\w)|(?:el|la) (?:de|del) (?:en )?medio(?!\w)"
)
#: "no. 2" is the second, "no 2" may be a refusal.
_NUMBER_SIGN: Final = re.compile(r"^\s*n(?:o\.|r\.|º|°)\s*(?=\d)", re.IGNORECASE)
_LEADING: Final = re.compile(r"\s*#?\s*(\d{1,2})(?:\s*[).:]+(?!\d)|\s*,(?!\d)|\s*\n|\s+-\s|\s*$)", re.ASCII)


def _number_in(word: str) -> int | None:
    word = word.lstrip("#")
    if word.isascii() and word.isdigit() and len(word) <= 2:
        return int(word)
    return _NUMBERS.get(word)


def choice(text: str, n_options: int) -> int | None:
    """Which of `n_options` numbered choices the text picks, counted from 1; None when it picks none, or not surely one.

    Understands "2", "#2", "2) the lamp", "option two", "the 2nd", "el segundo", "the last one". A text with other
    words in it ("2 days ago") is no choice.
    """
    text = _NUMBER_SIGN.sub("", text)
    if n_options % 2:
        text = _MIDDLE.sub(str(n_options // 2 + 1), text)
    leading = _LEADING.match(text)
    if leading:
        return _within(int(leading[1]), n_options) if not re.search(r"\d", text[leading.end() : 200]) else None
    found: list[int] = []
    ones = 0
    tokens = normal(text).split()
    for position, word in enumerate(tokens):
        number = n_options if word in _LAST else _number_in(word)
        if word == "one" and position and tokens[position - 1] not in ("option", "number", "choice"):
            ones += 1  # "the second one": not a number here, and "the one" picks nothing
        elif word in ("two", "dos") and tokens[position - 1 : position] in (["los"], ["las"], ["the"]):
            return None  # "las dos" are both
        elif word == "no" and (position == 0 or position + 1 == len(tokens)):
            return None
        elif number is not None:
            found.append(number)
        elif word not in _AROUND and ("?" in text or word not in _PRAISE):
            return None
    return _within(found[0], n_options) if found and len(set(found)) == 1 and ones < 2 else None


def _within(number: int, n_options: int) -> int | None:
    return number if 1 <= number <= n_options else None


_ALL: Final = frozenset("all everything each every any either todos todas todo cualquiera".split())
_BOTH: Final = frozenset("both ambos ambas".split())
_PLURALS: Final = frozenset(
    "of them these those ones two orders packages parcels items options pedidos paquetes opciones".split()
)
_NEGATES: Final = frozenset("not no except but neither none menos excepto salvo ni ninguno ninguna sin".split())
_JOINS: Final = frozenset("and or y e o plus tambien also & +".split())
_LETTERS: Final = {letter: number for number, letter in enumerate("abcdefghij", start=1)}
_LETTER_AFTER: Final = frozenset("option opcion choice letter letra".split())
_BESIDE: Final = _AROUND | _JOINS | _PLURALS | _PRAISE
#: May stand beside a letter: "B please".
_COURTESY: Final = frozenset("please pls thanks gracias porfa por favor yes si ok".split())
_FIRST_OR_LAST: Final = re.compile(
    r"(?:the |los |las )?(?P<end>first|last|primer[oa]s|ultim[oa]s) (?P<n>\d|two|three|four|five|dos|tres|cuatro|cinco)"
    r"|(?:the |los |las )?(?P<m>\d|two|three|four|five|dos|tres|cuatro|cinco) (?P<tail>primer[oa]s|ultim[oa]s)"
)
_RANGE: Final = re.compile(r"(?P<a>\d{1,2})\s*(?:-|to|through|thru|a|al|hasta)\s*(?P<b>\d{1,2})")


def choices(text: str, n: int) -> tuple[int, ...]:
    """Which of `n` numbered choices the text picks, counted from 1 and in order; () when it surely picks none.

    Beside all that `choice` understands: "1 and 3", "both" (of two), "all of them", "first two", "1-3", "las dos",
    "option B". A text with other words in it, or with a "not", picks nothing.
    """
    one = choice(text, n)
    if one is not None:
        return (one,)
    said = _NUMBER_SIGN.sub("", text[:200])
    ranged = _RANGE.fullmatch(" ".join(word for word in said.casefold().split() if word not in _AROUND))
    if ranged:
        return _several(range(int(ranged["a"]), int(ranged["b"]) + 1), n)
    plain = normal(re.sub(r"[&+]", " and ", said))
    if "?" in said and _PRAISE & set(plain.split()):
        return ()  # "is 2 good?"
    return _ends(plain, n) or _by_words(plain.split(), n)


def _ends(plain: str, n: int) -> tuple[int, ...]:
    """ "the first two", "las dos últimas"."""
    core = " ".join(word for word in plain.split() if word not in _AROUND - {"the"} or _number_in(word) is not None)
    found = _FIRST_OR_LAST.fullmatch(core.removeprefix("the ").strip())
    if found is None:
        return ()
    count = _number_in(found["n"] or found["m"]) or 0
    first = (found["end"] or found["tail"]).startswith(("first", "primer"))
    return _several(range(1, count + 1) if first else range(n - count + 1, n + 1), n)


def _by_words(words: list[str], n: int) -> tuple[int, ...]:
    """Numbers, letters and words such as "both" among words that change nothing."""
    found: set[int] = set()
    for before, word in zip(["", *words], words, strict=False):
        number = n if word in _LAST else _number_in(word)
        if word in _BOTH or (word in ("two", "dos") and before in ("las", "los", "the")):
            found |= {1, 2} if n == 2 else {0}
        elif word in _ALL:
            found |= set(range(1, n + 1))
        elif word == "one" and before not in ("option", "number", "choice", "and", ""):
            continue
        elif number is not None:
            found.add(number)
        elif word in _LETTERS and (not set(words) - _COURTESY - {word} or before in _LETTER_AFTER):
            found.add(_LETTERS[word])
        elif word in _NEGATES or word not in _BESIDE:
            return ()
    return _several(sorted(found), n)


def _several(found: "range | list[int]", n: int) -> tuple[int, ...]:
    """All of them when each is one of the choices, else none."""
    return tuple(found) if found and all(1 <= number <= n for number in found) else ()
