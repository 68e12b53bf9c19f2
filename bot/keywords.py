"""Understanding by rules: no model, no network, the same answer every time. Pure.

A wrong action is worse than a question, so what no rule knows is `out_of_scope` with little confidence.
"""

# ruff: noqa: SIM905  a table of words reads better without quotes

from functools import lru_cache
from typing import Final

from bot import entities, language, small_talk
from bot.answers import yes_or_no
from bot.normal import normal
from bot.openings import opening
from bot.rules import ALL
from bot.rules.elsewhere import ACTING, is_elsewhere
from bot.understanding import CLEAR, Entity, Understanding, others

LANGUAGES: Final = ("en", "es")

#: Nobody describes two pages; the rest of a long text only confuses.
_MAX_PLAIN: Final = 400
_NOTHING: Final = 0.2
#: Rules as strong as this are heard even where a yes, a no or small talk could be read.
_BEYOND_DOUBT: Final = 0.95

#: May stand around a bare order number: "my order number A1001", "and where is A1001".
_ABOUT_NUMBERS: Final = frozenset(
    """order package parcel my number tracking is # where and what about the of status on how it now
    pedido paquete mi numero es donde esta y que pasa con el de como va estado ahora""".split()
)

#: "Glad to talk to you", "thanks for helping me": heard as these, and small talk throughout all the same.
_COURTEOUS: Final = frozenset(("talk_to_person", "help"))

_WHERE: Final = frozenset("where donde".split())


class Keywords:
    """`Nlu` by rules; English and Spanish. Stateless and safe to share between threads."""

    def understand(self, text: str, *, language: str | None = None) -> Understanding:
        """The meaning of any string; never raises. Confidence is the strength of the rule, below 0.5 without one."""
        found = entities.find(text)
        intent, confidence = _intent(text, found)
        ranking = _by_rules(normal(text)[:_MAX_PLAIN])
        return Understanding(
            intent, confidence, found, language or _language(text), "keywords", others(intent, ranking)
        )


def _language(text: str) -> str:
    return language.detect(text, LANGUAGES, LANGUAGES[0])[0]


def _intent(text: str, found: tuple[Entity, ...]) -> tuple[str, float]:
    plain = normal(text)[:_MAX_PLAIN]
    if not plain:
        return "out_of_scope", 0.0
    by_rule = next(iter(_by_rules(plain)), None)
    if by_rule and by_rule[1] >= _BEYOND_DOUBT:
        return by_rule  # "no lo recibi" is more than a no
    answer = yes_or_no(text)
    small = small_talk.whole(plain)
    if answer is not None and (by_rule is None or len(plain.split()) <= 3):
        return opening(plain) or ("affirm" if answer else "deny"), 0.9  # "ok thanks" thanks, "yes thanks" agrees
    if small and (by_rule is None or len(plain.split()) <= 3 or by_rule[0] in _COURTEOUS):
        return small
    if by_rule:
        return by_rule
    if found and not _words_besides(text, found):
        # A bare order number is the question people mean by it; "where is" beside it says so.
        return "where_is_my_order", 0.92 if _WHERE & {*plain.split()} else 0.7
    return small_talk.beginning(plain) or ("out_of_scope", _NOTHING)


@lru_cache(maxsize=1024)
def _by_rules(plain: str) -> tuple[tuple[str, float], ...]:
    """Each intent with the strongest of its rules that match, best first; of equals the one that is written first."""
    best: dict[str, float] = {}
    for rule in ALL:
        if rule.confidence > best.get(rule.intent, 0.0) and rule.matches(plain):
            best[rule.intent] = rule.confidence
    if is_elsewhere(plain):
        best = {intent: min(sure, CLEAR - 0.1) if intent in ACTING else sure for intent, sure in best.items()}
    return tuple(sorted(best.items(), key=lambda guess: -guess[1]))


def _words_besides(text: str, found: tuple[Entity, ...]) -> bool:
    for entity in reversed(found):
        text = text[: entity.start] + " " + text[entity.end :]
    return not set(normal(text).split()) <= _ABOUT_NUMBERS
