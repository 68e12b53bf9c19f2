"""Somebody takes back what was understood and says it again: "no, Friday", "i meant the 4th". Pure; never raises."""

# ruff: noqa: ISC004  a shape may take several lines

import re
from typing import Final

from bot.folding import composed, fold

_SOFT: Final = (
    r"(?:oh|ah|oops|ups|uy|wait|hold on|sorry|my bad|my mistake|perdon|disculpa|disculpe|espera|espere|hmm+|um+|uh+)"
)
_GAP: Final = r"[\s,.;:!-]*"
#: "no" alone corrects only when something stands apart from it; the others correct by themselves.
_NO: Final = r"(?:nope|nah|no+)(?!\w)(?: no(?!\w))*"
_MEANT: Final = (
    r"(?:i meant(?: to say)?|i mean|meant|what i meant was|i should have said|make (?:it|that)|change (?:it|that) to|"
    r"lets (?:do|say|make it)|let's (?:do|say|make it)|better|rather|instead|actually|it should be|should be|it's|"
    r"it is|"
    r"correction|scratch that|not that(?: one)?|that's wrong|wrong|on second thought|never ?mind|"
    r"mejor(?: dicho)?|mas bien|queria decir|quise decir|quiero decir|digo|en realidad|era|es|de hecho|"
    r"me equivoque|corrijo|cambialo a|cambielo a|que sea|mejor que sea|en vez de eso|sino)"
)
_SHAPES: Final = tuple(
    re.compile(shape, re.DOTALL)
    for shape in (
        rf"(?:{_SOFT}{_GAP})*{_NO}(?P<apart>{_GAP})(?:{_SOFT}{_GAP})*(?P<meant>{_MEANT}{_GAP})*(?P<rest>.+)",
        rf"(?:{_SOFT}{_GAP})*(?:(?:actually|oh|sorry|perdon),? )?"
        r"(?:i meant(?: to say)?|i mean|what i meant was|i should have said|make (?:it|that)|change (?:it|that) to|"
        r"scratch that|on second thought|actually|correction|it should be|mejor(?: dicho)?|mas bien|queria decir|"
        r"quise decir|quiero decir|digo|en realidad|me equivoque|corrijo|cambialo a|cambielo a|que sea|"
        rf"mejor que sea){_GAP}(?:{_MEANT}{_GAP})*(?P<rest>.+)",
        rf"(?:{_SOFT}{_GAP})+(?:{_MEANT}{_GAP})*(?P<rest>.+)",
    )
)
#: "no friday", with nothing between: only what can be nothing but an answer counts.
_ANSWER: Final = re.compile(
    r"(?:(?:on|at|after|before|by|next|this) )*(?:mon|tues?|wed(?:nes)?|thu(?:rs)?|fri|satur|sun)(?:day)?\b|tomorrow|"
    r"today|tonight|"
    r"the \d+(?:st|nd|rd|th)\b|(?:after|before|at|between) \d|(?:lunes|martes|miercoles|jueves|viernes|sabado|"
    r"domingo)\b|"
    r"\d{1,2}(?:[:/]\d\d?|\s?[ap]m)\b|the (?:first|second|third|last|other)\b|(?:wait|espera|perdon|sorry|no),? "
)
#: Said and taken back in one breath: "friday. no wait, saturday", "not friday, saturday".
_BREATH: Final = re.compile(
    r".{1,60}?[\s,.;!-]+(?:(?:oh |ah )?(?:no|sorry|oops|perdon)[\s,.!]+)?(?:wait|i meant?|no wait|espera|perdon|digo|"
    r"mejor dicho|quise decir|scratch that|actually|on second thought|make (?:it|that)|let's say|or rather|mas bien)"
    r"(?:[\s,.!]+(?:no|wait|mejor|i meant?|make it|let's do))*[\s,.:!]+(?P<rest>.+)"
    r"|(?:not|no) (?:on |at |el |la |the )?[\w: ]{2,20}?(?:,| but| sino)+ (?:but |sino )?(?P<other>[\w: ]+)",
    re.DOTALL,
)
_TRAIL: Final = re.compile(r"[\s,]+(?:instead|rather|please|por favor|porfa|mejor|thanks|gracias)?[\s.!]*$|[\s.!]+$")
#: What "no" begins without correcting anything.
_NO_CORRECTION: Final = re.compile(
    r"(?:no|thanks?|thank you|gracias|way|worries|problem|problema|one|idea|more|not|hay|ha|he|lo|la|se|me|esta|tengo|"
    r"quiero|"
    r"puedo|ya|i (?:do|did|have|am|don|didn|haven|never)|he |she |they |it (?:was|is|has|did)|nothing|that is all|"
    r"that's all|please|need|tracking|package|order|paquete|pedido|order|where|donde|when|cuando|why|how|what)\b"
)


def correction(text: str) -> str | None:
    """What is to stand instead, in the words as written: "no, Friday" -> "Friday", "i meant the 4th" -> "the 4th".

    None when the text takes nothing back, or says nothing to put in its place.
    """
    written = composed(text).strip()
    plain = fold(written)
    for position, shape in enumerate(_SHAPES):
        found = shape.fullmatch(plain)
        if found is None:
            continue
        start, end = found.span("rest")
        if position == 0:
            sure = found["meant"] or re.search(r"[,.;:!-]", found["apart"]) or _ANSWER.match(plain[start:end])
            if not found["apart"] or not sure or _NO_CORRECTION.match(plain[start:end]):
                continue
        instead = _tidied(written[start:end])
        if instead:
            return instead
    breath = _BREATH.fullmatch(plain)
    return _tidied(written[slice(*breath.span(breath.lastgroup or 0))]) or None if breath else None


def _tidied(words: str) -> str:
    before = ""
    while words != before:
        before, words = words, _TRAIL.sub("", words)
    return words.strip(" ,.;:!-\"'")
