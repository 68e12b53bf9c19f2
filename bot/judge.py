"""Whom to believe when the model and the rules disagree. Pure.

The model has read more words, the rules cannot be led astray by a word that merely looks familiar. So the model
answers, except where it is unsure and a rule is not.
"""

from collections.abc import Sequence
from typing import Final

from bot.normal import normal
from bot.openings import accepts, opening, tells
from bot.rules.negated import BEYOND_DOUBT
from bot.understanding import CLEAR, CUSTOMER_INTENTS, DRIVER_INTENTS, NOTHING, Understanding

#: A rule as sure as this overrules a model that is clear, yet not sure.
_STRONG_RULE: Final = 0.9
#: What the model may have and still be overruled so: 0.86 of its own probability.
_SURE: Final = 0.9
#: The same where the rule heard only small talk, and what any weaker rule is never heard beyond: 0.6.
_MIDDLING: Final = 0.72
#: A rule as sure as this is believed when the model is unclear, or takes the text, hardly sure, for nothing of ours.
_GOOD_RULE: Final = 0.8
#: Below it a model has only noticed that a text is short, where that has a word or two which no rule knows.
_HARDLY: Final = 0.57
_FEW: Final = 2
#: Who asks for something is heard by the model, now and then, only as in need of help.
_LEAST: Final = "help"
#: A text that begins so and goes on with nothing we know is still a greeting, not a riddle.
_SMALL_TALK: Final = frozenset(("greet", "thanks", "affirm", "deny", "goodbye"))
_ANSWERS: Final = frozenset(("affirm", "deny"))
#: What somebody may begin with and then state something that needs no answer. A "no" is not among them: what it
#: introduces is often told to be acted upon ("no, nobody came").
_TOLD: Final = frozenset(("thanks", "affirm", "goodbye"))


def rules_win(ranking: Sequence[tuple[str, float]], rules: Understanding) -> bool:
    """Whether `rules`, the keywords' answer, is to be given instead of the model's, the best of `ranking`."""
    intent, confidence = ranking[0]
    if rules.intent == NOTHING or not rules.is_clear:
        return False
    if rules.confidence >= BEYOND_DOUBT:
        return True
    strong, good = rules.confidence >= _STRONG_RULE, rules.confidence >= _GOOD_RULE
    if rules.intent == intent:
        return confidence < CLEAR and (rules.intent in _SMALL_TALK or good)  # two who say the same are clear
    if intent in _SMALL_TALK and rules.intent not in _SMALL_TALK and confidence >= _MIDDLING:
        return strong or (good and confidence < _SURE)  # "no thanks, cancel it", "no llegó nada": more than a courtesy
    if intent == NOTHING and rules.intent in _ANSWERS:
        return True  # "ok i will ask my bank", "no i have a car": what is none of ours, and an answer all the same
    if confidence >= _SURE:
        return strong and intent == _LEAST and rules.intent not in _SMALL_TALK
    if confidence >= _MIDDLING:
        return strong and rules.intent not in _SMALL_TALK
    if strong or (good and intent in DRIVER_INTENTS and rules.intent in CUSTOMER_INTENTS):
        # "Where is it?" is asked at both ends of a round, and by customers far more often.
        return True
    if confidence >= CLEAR and intent != NOTHING:
        return False
    return rules.intent in _SMALL_TALK or good


def courtesy(ranking: Sequence[tuple[str, float]], text: str, rules: Understanding) -> tuple[str, float]:
    """The best of `ranking`, the model's; of a text that it takes for small talk, what the first words say.

    "no thanks, bye" refuses. Where the model wavers between two kinds of small talk, the first words decide; so they do
    where it hears, not surely, a request that `rules` do not hear and that nothing in the text asks for.
    """
    intent, confidence = ranking[0]
    plain = normal(text)
    if intent in _SMALL_TALK and confidence < _HARDLY and rules.intent == NOTHING and _is_noise(plain):
        return NOTHING, CLEAR - 0.01  # "zxcv" agrees to nothing: what is short and strange looks like small talk
    if intent in _SMALL_TALK:
        said = _said(plain, intent, confidence, rules) if intent != "greet" else None
        if said is None:
            return intent, confidence
        wavers = confidence < CLEAR and len(ranking) > 1 and ranking[1][0] in _SMALL_TALK
        return said, CLEAR if wavers else confidence
    heard = rules.is_clear and rules.intent not in _SMALL_TALK and rules.intent != NOTHING
    if confidence < _SURE and not heard and tells(plain):
        said = opening(plain) or ("affirm" if accepts(plain) else None)
        if said in _TOLD:
            return said, CLEAR
    return intent, confidence


def _is_noise(plain: str) -> bool:
    return len(plain.split()) <= _FEW and opening(plain) is None


def _said(plain: str, intent: str, confidence: float, rules: Understanding) -> str | None:
    """What a text of small talk says, when that is clearer than what the model took it for."""
    said = opening(plain)
    if said is not None or confidence >= _SURE:
        return said
    if intent in _ANSWERS and rules.intent in _ANSWERS and rules.confidence >= _STRONG_RULE:
        return rules.intent
    return "affirm" if accepts(plain) else None
