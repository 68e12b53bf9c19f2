"""The figures of a text, group by group, and what stands between them. Pure."""

import re
from collections.abc import Collection, Iterator
from dataclasses import dataclass, replace
from typing import Final

from bot.leaks import cues, spoken


@dataclass(frozen=True)
class Group:
    """Digits that stand together: `start` and `end` in the plain text."""

    digits: str
    start: int
    end: int
    #: Written as words, or with letters in the place of digits.
    dressed: bool = False
    #: A digit only if its neighbours are digits: "oh", "to", "for".
    soft: bool = False


@dataclass(frozen=True)
class Chain:
    """Groups with nothing but glue between them."""

    groups: tuple[Group, ...]


_TOKEN: Final = re.compile(r"[a-z0-9]+")
#: Words that part the groups of one number without ending it.
_FILLERS: Final = frozenset(
    (  # noqa: SIM905  a table of words reads better without quotes
        "and then y luego e dash guion hyphen space espacio dot punto point period slash barra minus menos raya "
        "coma comma next again otra vez haha lol jaja jeje um umm uh uhh eh este em hmm mmm plus mas after despues "
        "entonces ok like pause final finally ultimo lastly"
    ).split()
)
_FOLLOWED: Final = re.compile(r"followed\s+by|seguid[oa]\s+de")
_MAX_FILLERS: Final = 3
#: Longest stretch of signs between two groups of one number.
_MAX_GAP: Final = 12
_LOOKALIKE: Final = str.maketrans("oil", "011")
_BOLD_LOOKALIKE: Final = str.maketrans("oilsbzg", "0115829")
_ALL_LOOKALIKE: Final = re.compile(r"(?!lol|oil|ill|lil)[oil]{2,4}")
_PARTED_BY_LETTERS: Final = re.compile(r"(\d{3})[a-z_]{1,3}(\d{3})[a-z_]{1,3}(\d{4})")
_PLAIN_THEN_WORD: Final = re.compile(r"(1?\d{10})[a-z]{3,}")
_WORD_THEN_PLAIN: Final = re.compile(r"([a-z]{2,12})(\d[0-9oil]{6,14})")


def chains(text: str, odd: Collection[int] = ()) -> list[Chain]:
    """Answer the chains of a plain text, in its order. odd: where digits stand that nobody has on his keys."""
    hidden = cues.without_times_and_money(text)
    found: list[list[Group]] = []
    for group in _groups(hidden):
        if any(at in odd for at in range(group.start, group.end)):
            group = replace(group, dressed=True)
        if found and _joined(hidden[found[-1][-1].end : group.start]):
            found[-1].append(group)
        else:
            found.append([group])
    return [Chain(tuple(groups)) for groups in map(_settled, found) if groups]


def _joined(gap: str) -> bool:
    words = _TOKEN.findall(_FOLLOWED.sub("then", gap))
    if words == [gap] and len(gap) <= 3:
        return True  # letters as separators, in one token
    if words:
        return len(words) <= _MAX_FILLERS and all(word in _FILLERS for word in words) and len(gap) <= 40
    if gap.startswith("#") and gap != "#":
        return False  # 4412#, and something else
    return len(gap) <= _MAX_GAP and not any(sign in gap for sign in "$€£%¥")


def _settled(groups: list[Group]) -> list[Group]:
    """Soft groups stay among single digits only: everywhere else they are the words they seem to be."""
    kept = [
        group
        for index, group in enumerate(groups)
        if not group.soft
        or (_among_digits(groups, index, -1) and (_among_digits(groups, index, 1) or _ends_a_row(groups, index)))
    ]
    return kept if any(not group.soft for group in kept) else []


def _ends_a_row(groups: list[Group], index: int) -> bool:
    """Whether this is one of the last of "one six oh oh", or of letters that stand for 0 and 1."""
    return all(group.soft and (len(group.digits) > 1 or group.digits in {"0", "1"}) for group in groups[index:])


def _among_digits(groups: list[Group], index: int, step: int) -> bool:
    near = index + step
    while 0 <= near < len(groups) and groups[near].soft:
        near += step
    if not 0 <= near < len(groups):
        return False
    return groups[near].dressed or len(groups[near].digits) <= 2


def _groups(text: str) -> Iterator[Group]:
    tokens = list(_TOKEN.finditer(text))
    words = [match.group() for match in tokens]
    index = 0
    while index < len(tokens):
        token = tokens[index]
        digits, taken = spoken.read(_together(tokens, words, index, text), 0)
        if taken and not token.group().isdigit():
            yield Group(digits, token.start(), tokens[index + taken - 1].end(), dressed=True)
            index += taken
            continue
        yield from _of_token(token)
        index += 1


def _together(tokens: list[re.Match[str]], words: list[str], index: int, text: str) -> list[str]:
    """The words from here on that are parted by no more than a space or a hyphen."""
    end = index + 1
    while (
        end < len(tokens) and end < index + 9 and text[tokens[end - 1].end() : tokens[end].start()] in {" ", "-", "  "}
    ):
        end += 1
    return words[index:end]


def _of_token(token: re.Match[str]) -> Iterator[Group]:
    word, start = token.group(), token.start()
    if word.isdigit():
        yield Group(word, start, token.end())
    elif word in spoken.SOFT:
        yield Group(spoken.SOFT[word], start, token.end(), dressed=True, soft=True)
    elif _ALL_LOOKALIKE.fullmatch(word):
        yield Group(word.translate(_LOOKALIKE), start, token.end(), dressed=True, soft=True)
    elif word.isalpha():
        digits = spoken.run_together(word)
        if digits:
            yield Group(digits, start, token.end(), dressed=True)
    else:
        yield from _mixed(word, start)


def _mixed(word: str, start: int) -> Iterator[Group]:
    """Figures and letters in one token: letters in a digit's place, letters as separators, or a word run into them."""
    whole = Group("", start, start + len(word), dressed=True)
    for table, least in ((_LOOKALIKE, 1), (_BOLD_LOOKALIKE, 2)):
        digits = word.translate(table)
        enough = sum(char.isdigit() for char in word) >= least
        if digits.isdigit() and enough and (table is _LOOKALIKE or len(digits) in {3, 4, 7, 10}):
            yield replace(whole, digits=digits)
            return
    parted = _PARTED_BY_LETTERS.fullmatch(word)
    if parted:
        for part in (1, 2, 3):
            yield Group(parted[part], start + parted.start(part), start + parted.end(part))
        return
    plain = _PLAIN_THEN_WORD.fullmatch(word)
    if plain:
        yield Group(plain[1], start, start + plain.end(1))
        return
    named = _WORD_THEN_PLAIN.fullmatch(word)
    if named and cues.CONTACT_WORD.fullmatch(named[1]):
        yield Group(named[2].translate(_LOOKALIKE), start + named.start(2), start + len(word), dressed=True)
        return
    spelled = _spelled_with_figures(word)
    if spelled:
        yield replace(whole, digits=spelled)


def _spelled_with_figures(word: str) -> str:
    """Digits and digit words in one token: "4one5five55" is 415555."""
    parts = re.findall(r"\d+|[a-z]+", word)
    digits = [part if part.isdigit() else _said_in_a_token(part) for part in parts]
    return "".join(digits) if len(parts) > 1 and all(digits) else ""


def _said_in_a_token(part: str) -> str:
    if set(part) <= set("oil"):
        return part.translate(_LOOKALIKE)
    return spoken.digit_word(part) or spoken.run_together(part)
