"""Understanding by rules: no model, no network, the same answer every time. Pure.

A wrong action is worse than a question, so what no rule knows is `out_of_scope` with little confidence.
"""

import re
from functools import lru_cache
from typing import Final

from bot import entities, language, rules_en, rules_es
from bot.answers import yes_or_no
from bot.normal import normal
from bot.rules import Rule
from bot.understanding import Entity, Understanding

LANGUAGES: Final = ("en", "es")

#: Nobody describes two pages; the rest of a long text only confuses.
_MAX_PLAIN: Final = 400
_NOTHING: Final = 0.2
_ALL: Final[tuple[Rule, ...]] = rules_en.RULES + rules_es.RULES

_GREET: Final = (
    "hi|hii|hello|hey|heya|hiya|helo|hallo|yo|howdy|greetings|good (?:morning|afternoon|evening|day)|morning|afternoon|evening|"
    "whats up|what is up|sup|how are you(?: doing)?(?: today)?|how is it going|anyone there|anybody there|you there|"
    "are you there|is (?:anyone|anybody|someone) there|nice to meet you|"
    "hola|holi|buenas|buen dia|buenos dias|buenas (?:tardes|noches)|que tal|como estas|como esta|que onda|hay alguien(?: ahi)?|saludos"
)
_THANKS: Final = (
    "thanks|thank you|thank u|thankyou|many thanks|much appreciated|appreciate it|i appreciate (?:it|that|your help)|cheers|"
    "you are the best|you rock|awesome|great job|perfect thanks|gracias|muchas gracias|mil gracias|te lo agradezco|"
    "muy amable|se agradece|excelente"
)
_BYE: Final = (
    "bye|bye bye|goodbye|good bye|good night|see you(?: later| soon)?|see ya|cya|take care|have a (?:good|great|nice|wonderful|lovely) "
    "(?:day|one|night|evening|weekend|afternoon|rest of your day)|talk (?:to you )?later|ttyl|later|that is all|that will be all|"
    "adios|chao|chau|hasta (?:luego|pronto|manana)|nos vemos|cuidate|que (?:tengas?|tenga|pases?) (?:un )?(?:buen|buena|lindo|feliz) (?:dia|tarde|noche)|"
    "buena noche|eso es todo"
)
_SOFT: Final = (
    "there|all|everyone|team|sir|maam|madam|guys|friend|so much|very much|a lot|again|for (?:your|the|all your|all the|everything|that|"
    "all|helping)(?: help| info| information| update| support| assistance| time)?|to you|you too|and|ok|okay|oh|well|great|good|"
    "perfect|cool|nice|yes|no|alright|please|dear|now|then|today|help|much|buddy|man|dude|bro|bot|mate|i|"
    "amigo|amiga|a todos|por (?:todo|la ayuda|su ayuda|tu ayuda|la informacion|avisar|responder)|de verdad|y|bueno|vale|listo|muy bien|senor|senorita|igualmente"
)


def _only(phrases: str) -> re.Pattern[str]:
    """A whole text of such phrases and of words that add nothing."""
    return re.compile(rf"(?:(?:{_SOFT}) )*(?:{phrases})(?: (?:{phrases}|{_SOFT}|{_GREET}))*")


#: Small talk counts only when the text is nothing else. Farewell before thanks: "thanks, bye" ends the talk.
_SMALL_TALK: Final = (("goodbye", _only(f"{_BYE}")), ("thanks", _only(_THANKS)), ("greet", _only(_GREET)))
_GOODBYE_AFTER_THANKS: Final = re.compile(rf"(?:(?:{_SOFT}|{_THANKS}) )*(?:{_BYE})(?: (?:{_BYE}|{_SOFT}|{_THANKS}))*")
_STARTS_WITH_GREETING: Final = re.compile(rf"(?:{_GREET})(?: |$)")
_STARTS_WITH_THANKS: Final = re.compile(rf"(?:(?:ok|okay|oh|no|great|perfect|si|yes|alright) )*(?:{_THANKS})(?: |$)")


class Keywords:
    """`Nlu` by rules; English and Spanish. Stateless and safe to share between threads."""

    def understand(self, text: str, *, language: str | None = None) -> Understanding:
        """The meaning of any string; never raises. Confidence is the strength of the rule, below 0.5 without one."""
        found = entities.find(text)
        intent, confidence = _intent(text, found)
        return Understanding(intent, confidence, found, language or _language(text), "keywords")


def _language(text: str) -> str:
    return language.detect(text, LANGUAGES, LANGUAGES[0])[0]


def _intent(text: str, found: tuple[Entity, ...]) -> tuple[str, float]:
    plain = normal(text)[:_MAX_PLAIN]
    if not plain:
        return "out_of_scope", 0.0
    by_rule = _by_rule(plain)
    answer = yes_or_no(text)
    if answer is not None and (by_rule is None or len(plain.split()) <= 3):
        return ("affirm" if answer else "deny"), 0.9
    small = _small_talk(plain)
    if small and (by_rule is None or len(plain.split()) <= 3):
        return small
    if by_rule:
        return by_rule
    if found and not _words_besides(text, found):
        return "where_is_my_order", 0.7  # a bare order number is the question people mean by it
    if _STARTS_WITH_THANKS.match(plain) and len(plain.split()) <= 8:
        return "thanks", 0.6
    if _STARTS_WITH_GREETING.match(plain) and len(plain.split()) <= 8:
        return "greet", 0.55
    return "out_of_scope", _NOTHING


@lru_cache(maxsize=1024)
def _by_rule(plain: str) -> tuple[str, float] | None:
    """The strongest rule that matches; of equals the one that is written first."""
    best: Rule | None = None
    for rule in _ALL:
        if (best is None or rule.confidence > best.confidence) and rule.matches(plain):
            best = rule
    return (best.intent, best.confidence) if best else None


def _small_talk(plain: str) -> tuple[str, float] | None:
    if _GOODBYE_AFTER_THANKS.fullmatch(plain):
        return "goodbye", 0.92
    for intent, pattern in _SMALL_TALK:
        if pattern.fullmatch(plain):
            return intent, 0.92
    return None


def _words_besides(text: str, found: tuple[Entity, ...]) -> bool:
    for entity in reversed(found):
        text = text[: entity.start] + " " + text[entity.end :]
    return any(word not in ("order", "package", "pedido", "my", "mi", "number", "numero", "#", "tracking") for word in normal(text).split())
