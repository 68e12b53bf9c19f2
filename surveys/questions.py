"""The questions we ask after the score, as data: which come next, what a reason may be, when an answer is bad. Pure."""

import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from surveys.score import NPS_SCALE, lowest
from surveys.score_words import WORDS

SCORE, REASON, COMMENT = "score", "reason", "comment"
#: In the order in which they are asked.
STEPS: Final = (SCORE, REASON, COMMENT)
#: What may have gone wrong, and the words people use for it, accents away.
_WORDS: Final = {
    "late": r"late|slow|delay(?:ed)?|took (?:too|so) long|tard[eoa]|retras\w*|demor\w*|lent[oa]",
    "damaged": r"damag\w*|broken|crush\w*|dent\w*|torn|smashed|rot[oa]s?|dana\w*|aplastad[oa]|golpead[oa]",
    "wrong_or_missing_item": r"missing|wrong (?:item|thing|order|product)|falt\w*|equivocad[oa]"
    r"|incomplet[oae]",
    "not_received": r"not (?:received|here|arrived?|delivered)|never (?:came|arrived|got (?:it|here))"
    r"|didn'?t (?:get|receive|arrive|come)|no (?:ha )?lleg\w*|no (?:lo )?recib\w*|nunca llego",
    "wrong_place": r"wrong (?:place|door|house|address|building)|neighbou?r\w*|in the rain|on the street"
    r"|lugar equivocado|otra puerta|otra casa|vecin[oa]|mal lugar|mal sitio",
    "driver": r"rude|driver|courier|impolite|unfriendly|grosero|maleducad[oa]|repartidor|conductor|chofer",
    "other": r"(?:something |anything )?else|other|otr[oa](?: cosa)?|algo mas",
}
REASONS: Final = tuple(_WORDS)
_NUMBER: Final = re.compile(
    rf"\W*(?:(?:number|numero|option|opcion|no\.?) ?)?#?(?P<number>\d{{1,2}}|{'|'.join(WORDS)})"
    r"[\W_]*(?P<tail>[a-z ]*)\W*"
)
_SKIP: Final = re.compile(r"(?:skip|next|pass|pasar?|saltar?|siguiente|i don'?t know|idk|no se)(?: it| this)?")
_END: Final = re.compile(
    r"(?:no|nope|nah|nothing|none|nada|ningun[oa])?(?:[ ,]*(?:no|nothing|else|more|mas|thanks?|thank you|thx|ty|"
    r"gracias|muchas|ok|okay|k|vale|listo|that'?s (?:all|it)|eso es todo|rather not|bye|adios))*"
)


@dataclass(frozen=True, slots=True)
class Rules:
    """What decides about an answer: the workflow's, in this room's words."""

    steps: tuple[str, ...]
    reasons: tuple[str, ...]
    #: This score and those below are bad.
    escalate_at: int
    #: These reasons are bad whatever the score.
    escalate_reasons: tuple[str, ...]


def problem(scale: int, escalate_at: int) -> str | None:
    """What is wrong with a line between bad and good on a scale; None when it fits. 0 on 1-n means: no score is bad."""
    if 0 <= escalate_at < scale:
        return None
    return f"{escalate_at} does not fit a scale of {lowest(scale)} to {scale}: from {lowest(scale)} to {scale - 1}"


def is_happy(score: int, scale: int) -> bool:
    """Whether somebody is satisfied: 9-10 of 0-10, else the best fifth of the scale and up (4-5 of 1-5)."""
    return score >= 9 if scale == NPS_SCALE else score * 5 >= scale * 4


def is_bad(rules: Rules, score: int, reason: str | None) -> bool:
    """Whether the answer must reach a person."""
    return score <= rules.escalate_at or reason in rules.escalate_reasons


def next_step(rules: Rules, score: int, scale: int, *, reason: str | None, comment: str | None) -> str | None:
    """What to ask next; None when all is said. Who is satisfied is not asked what was wrong."""
    if comment is not None:
        return None  # who has written sentences is not made to choose among ours
    if REASON in rules.steps and rules.reasons and reason is None and not is_happy(score, scale):
        return REASON
    return COMMENT if COMMENT in rules.steps else None


def after(rules: Rules, step: str) -> str | None:
    """The step behind one that has been answered or skipped."""
    return COMMENT if step == REASON and COMMENT in rules.steps else None


def read_choice(text: str, reasons: Sequence[str]) -> str | None:
    """The reason a text picks: by number, or by a few words that name one of them and no other. None: neither."""
    plain = fold(text)
    if numbered := _NUMBER.fullmatch(plain):
        number, tail = numbered["number"], numbered["tail"].strip()
        place = WORDS[number] if number in WORDS else int(number)
        picked = reasons[place - 1] if 1 <= place <= len(reasons) else None
        # "2 damaged" picks the second; "5 minutes late" picks nothing by its number.
        return picked if not tail or (picked and picked in named_reasons(tail, reasons)) else None
    if len(plain.split()) > 4 or "?" in plain:
        return None
    named = named_reasons(plain, reasons)
    return named[0] if len(named) == 1 else None


def named_reasons(text: str, reasons: Sequence[str]) -> list[str]:
    """Every reason that is named in the words, `other` only where it is all they say."""
    plain = fold(text)
    return [
        name
        for name in reasons
        if (re.fullmatch if name == "other" else re.search)(rf"(?<![a-z])(?:{_WORDS[name]})(?![a-z])", plain)
    ]


def is_skip(text: str) -> bool:
    """Whether the text passes over this question, and would take the next one."""
    return _SKIP.fullmatch(_bare(text)) is not None


def is_end(text: str) -> bool:
    """Whether the text says that there is no more to say."""
    return bool(_bare(text)) and _END.fullmatch(_bare(text)) is not None


def fold(text: str) -> str:
    """Lower case, without accents, straight apostrophes, single spaces."""
    base = unicodedata.normalize("NFKD", text.replace("’", "'")).casefold()
    return " ".join("".join(char for char in base if not unicodedata.combining(char)).split())


def _bare(text: str) -> str:
    return fold(text).strip(" .!,;")
