"""Words that stand outside of every question: letting go of it, or wanting something that is not offered. Pure."""

import re
from typing import Final

from bot.normal import normal
from bot.phrases import Phrases, made_of

_DROPS: Final = Phrases(
    "never mind|nevermind|nvm|nm|keep it as it was|keep the old time|keep the old one|put it back|undo|"
    "undo that|forget it|forget about it|forget that|drop it|leave it|leave it as it is|"
    "leave it as is|keep it as it is|keep it as is|do not bother|does not matter|it does not matter|no matter|"
    "scratch that|"
    "i changed my mind|changed my mind|skip it|skip this|exit|go back|do nothing|nothing anymore|not anymore|"
    "olvidalo|olvidelo|olvida|olvida eso|dejalo|dejelo|dejalo asi|dejalo como esta|deja|deja asi|da igual|no importa|"
    "ya no importa|ya no|nada ya|mejor nada|mejor dejalo|mejor lo dejo|lo dejo|lo dejo asi|no te preocupes|"
    "cambie de idea|cambie de opinion|ya no hace falta|no hace falta|salir"
)
_MORE: Final = Phrases(
    "more|others|other|other times|other time|other days|other day|more times|more options|another|another time|"
    "another day|show more|show me more|see more|next|later times|something else|different time|any others|"
    "mas|otros|otras|otro|otra|otros horarios|otro horario|otros dias|otro dia|mas opciones|mas horarios|ver mas|"
    "otra opcion|otras opciones|otra hora|otras horas|siguiente|siguientes"
)
_NONE: Final = Phrases(
    "none|none of them|none of these|none of those|none of the above|none work|none of these work|none of them work|"
    "none works|neither|no good|does not work|these do not work|that does not work|can not do any|nothing works|"
    "ninguno|ninguna|ninguno de esos|ninguna de esas|ninguno me sirve|ninguna me sirve|ninguno me va bien|"
    "no me sirve|no me sirven|no puedo en ninguno|no puedo ninguno"
)
_AROUND: Final = Phrases(
    "ok|okay|oh|ah|well|it is fine|it is ok|all good|actually|just|please|thanks|thank you|sorry|hmm|um|then|it|that|"
    "do you have|are there|any|"
    "what|i want|i need|can i have|for me|"
    "pues|bueno|perdon|perdona|gracias|muchas gracias|por favor|mejor|entonces|eso|tienes|tienen|hay|quiero|me"
)
_MOST_WORDS: Final = 8


def drops_it(text: str) -> bool:
    """Whether the text lets go of what was being talked about: "never mind", "ok forget it", "olvídalo, gracias"."""
    return _is(text, _DROPS)


def wants_more(text: str) -> bool:
    """Whether the text asks for other choices: "more", "other times please", "otro horario"."""
    return _is(text, _MORE)


def wants_none(text: str) -> bool:
    """Whether the text turns all choices down: "none of these work", "ninguno"."""
    return _is(text, _NONE)


def _is(text: str, phrases: Phrases) -> bool:
    plain = normal(text)
    return bool(plain) and len(plain.split()) <= _MOST_WORDS and made_of(plain, phrases, _AROUND)


#: What makes a text a question rather than an answer.
_ASKS: Final = re.compile(r"[?¿]")


def asks(text: str) -> bool:
    """Whether the text is written as a question."""
    return _ASKS.search(text) is not None


_DENIES: Final = re.compile(
    r"(?<!\w)(?:not|no|nope|\w+n't|(?:ca|wo|do|does|did|is|are|wo|would|could)nt|cannot|"
    r"never|except|unless|without|neither|nor|busy|away|impossible|anything but|"
    r"(?:i|we)(?:'m| am|'re| are| have(?: to)?)? (?:at )?work(?:ing)?|trabajo|tengo que trabajar|"
    r"nunca|tampoco|menos(?! (?:cuarto|diez|veinte|cinco|veinticinco|\d))|excepto|salvo|"
    r"imposible|ocupad[oa]|ning[uú]n)(?!\w)",
    re.IGNORECASE,
)
#: Says no and means yes.
_NO_DENIAL: Final = re.compile(r"(?<!\w)(?:no problem|no hay problema|no worries|why not|not bad)(?!\w)", re.IGNORECASE)


def denies(text: str) -> bool:
    """Whether something in the text is denied: "not thursday", "I can't in the morning", "el jueves no puedo"."""
    return _DENIES.search(_plain(text)) is not None


def undenied(text: str) -> str:
    """The text without the words that deny: what is left is what is not wanted."""
    return _DENIES.sub(" ", _plain(text))


#: Where one clause ends and the next may want what the first one denied.
_CLAUSE: Final = re.compile(
    r"[,.;!?\n]+|(?<!\w)(?:but|so|can you|can u|could you|how about|what about|instead|pero|mejor|"
    r"sino|puede\w*|podria\w*)(?!\w)",
    re.IGNORECASE,
)


def wanted(text: str) -> str:
    """The clauses that deny nothing: of "not home tomorrow, can you come friday" the second. Empty when all deny."""
    return " ".join(part for part in _CLAUSE.split(_plain(text)) if part.strip() and not denies(part)).strip()


def _plain(text: str) -> str:
    return _NO_DENIAL.sub(" ", text.replace("\u2019", "'"))
