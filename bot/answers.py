"""Answers to a question the bot has open: yes or no; choices and corrections from their own modules. Pure."""

import re
from typing import Final

from bot.assent import APPROVES, FAREWELL, NO, POLITE, REJECTS, THANKED, YES
from bot.choices import choice, choices
from bot.corrections import correction
from bot.hasty import calm
from bot.normal import MAX_CHARS, normal, strip_accents
from bot.openings import asks
from bot.phrases import made_of

__all__ = ["choice", "choices", "correction", "yes_or_no"]

#: So many words can still be one judgement, or an answer and what it is about.
_LONGEST_JUDGEMENT: Final = 16
_LONGEST_ANSWER: Final = 8
_YES_WORDS: Final = frozenset(("yes", "yea", "yeah", "yep", "yup", "si", "claro", "sure", "sip"))
_NO_WORDS: Final = frozenset(("no", "nope", "nah", "not", "never", "nunca", "jamas", "tampoco"))
_PLAIN_ANSWERS: Final = _YES_WORDS | _NO_WORDS | {"yeap", "nothing", "nada"}
#: "yes, cancel it": the rest may be anything as long as the first word stands apart and nothing takes it back.
_APART: Final = re.compile(r"\s*(yes|yea|yeah|yep|yup|si|no|nope|nah)\s*[,.;!\n\u2014-]", re.IGNORECASE)
_TAKES_BACK: Final = re.compile(
    r"(?<!\w)(?:but|pero|maybe|quizas|tal vez|or|however|unless|wait|espera|no se|not sure)(?!\w)"
)
_ASKS: Final = re.compile(r"(?<!\w)(?:where|when|why|how|what|donde|cuando|por que|como)(?!\w)")
_UNSURE: Final = re.compile(
    r"(?:yes and no|si y no|yes or no|si o no|no se|no idea|no worries|no doubt|no problem at all|"
    r"no hay problema|i am good)"
)


#: Signs beside those that `bot.normal` reads; a skin tone after one changes nothing.
_SIGNS: Final = {"🆗": " ok ", "🤝": " yes ", "🤙": " ok ", "🙆": " yes ", "🙅": " no ", "⛔": " no ", "❎": " no "}


def yes_or_no(text: str) -> bool | None:
    """True for a yes, False for a no, in English or Spanish; None when it is neither, both, or a question.

    "yes", "yep pls", "👍🏽", "sí, claro", "not yet", "todavía no", "that's not what I meant". Longer texts count only
    when the word stands apart at the beginning: "no, he never came" is a no, "no ha llegado mi pedido" is no answer.
    """
    text = text[:MAX_CHARS]
    if "?" in text or "¿" in text:
        return None
    for sign, word in _SIGNS.items():
        text = text.replace(sign, word)
    plain = calm(normal(text))
    if not plain or len(plain) > 300 or _UNSURE.fullmatch(plain):
        return None
    if FAREWELL.search(plain) and not _PLAIN_ANSWERS & set(plain.split()):
        return None
    if made_of(plain, YES, POLITE):
        return None if _NO_WORDS & set(plain.split()) - _no_in_yes(plain) else True
    if made_of(plain, NO, POLITE):
        return None if _YES_WORDS & set(plain.split()) - _yes_in_no(plain) else False
    apart = _APART.match(strip_accents(text))
    if apart and not _TAKES_BACK.search(plain) and not _ASKS.search(plain):
        rest = set(plain.split()[1:])
        says_yes = apart[1].lower() not in ("no", "nope", "nah")
        return says_yes if not rest & ({"no", "nope"} if says_yes else {"yes", "yeah", "si", "yep"}) else None
    judged = _judged(plain)
    if judged is None:
        judged = _with_object(plain)
    return judged if judged is not None else _thanked(plain)


def _judged(plain: str) -> bool | None:
    """What somebody says of our last words: "that's not right", "you got it exactly"."""
    if len(plain.split()) > _LONGEST_JUDGEMENT:
        return None
    if REJECTS.fullmatch(plain):
        return False
    return True if APPROVES.fullmatch(plain) else None


_YES_OBJECT: Final = re.compile(
    r"(?:yes|yeah|yep|sure|ok|okay) (?:please|i|it|that|we|he|she|they|cancel|send|do|change|confirm|leave|go|call|the|"
    r"this) (?!.*\b(?:not|no|never|where|when|what|why|how)\b).*"
)
_YES_FIRST: Final = re.compile(r"(?:yes|yeah|yep|yup|yeap) (?!.*\b(?:not|no|never|where|when|what|why|how)\b).+")
_NO_OBJECT: Final = re.compile(
    r"(?:no|nope|nah|nothing) (?:please|i|it|that|we|he|she|they|do not|not|thank|thanks|need|more|else|have) "
    r"(?!.*\b(?:where|when|what|why|how)\b).*"
)


def _with_object(plain: str) -> bool | None:
    """ "yes cancel it", "no i did not", "no thanks for your help": a short text behind the word."""
    if len(plain.split()) > _LONGEST_ANSWER or _TAKES_BACK.search(plain):
        return None
    if _YES_OBJECT.fullmatch(plain) or _YES_FIRST.fullmatch(plain):
        return True
    return False if _NO_OBJECT.fullmatch(plain) else None


def _thanked(plain: str) -> bool | None:
    """ "yes thank you so much for helping me with all of this today", "no muchas gracias por todo"."""
    found = THANKED.fullmatch(plain)
    if found is None or asks(found[2]) or _TAKES_BACK.search(plain):
        return None
    says_yes = found[1] not in _NO_WORDS | {"nothing", "nada"}
    return says_yes if not set(plain.split()[1:]) & (_NO_WORDS if says_yes else _YES_WORDS) else None


def _no_in_yes(plain: str) -> set[str]:
    """The words of refusal that belong to a phrase of consent."""
    return {"no", "not"} if re.search(r"no problem|why not|como no", plain) else set()


def _yes_in_no(plain: str) -> set[str]:
    return {"claro", "sure"} if re.search(r"claro que no|not sure", plain) else set()
