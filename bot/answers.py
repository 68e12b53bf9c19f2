"""Answers to a question the bot has open: a choice by number or word, yes or no. Pure; never raises."""

# ruff: noqa: SIM905  a table of words reads better without quotes

import re
from typing import Final

from bot.normal import MAX_CHARS, normal, strip_accents
from bot.phrases import Phrases, made_of

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
        elif word == "no" and (position == 0 or position + 1 == len(tokens)):
            return None
        elif number is not None:
            found.append(number)
        elif word not in _AROUND:
            return None
    return _within(found[0], n_options) if found and len(set(found)) == 1 and ones < 2 else None


def _within(number: int, n_options: int) -> int | None:
    return number if 1 <= number <= n_options else None


_YES: Final = (
    "yes|yess|yea|yeah|yeh|yep|yup|ya|yah|yas|ye|y|yessir|aye|ok|okay|okey|oki|okie|okey dokey|k|kk|sure|sure thing|"
    "surely|of course|course|for sure|absolutely|definitely|certainly|indeed|affirmative|correct|that is correct|"
    "that is right|that is it|that is fine|that is good|that is the one|right|you are right|exactly|true|confirm|"
    "confirmed|i confirm|agreed|i agree|deal|perfect|great|good|fine|alright|all right|all good|sounds good|"
    "sounds great|looks good|works for me|that works|go ahead|please do|do it|do that|lets do it|go for it|i do|i did|"
    "i am|i have|it is|it was|it did|it does|it has|it can|you can|we are|we did|they did|he did|she did|i think so|"
    "i believe so|i guess so|i guess|why not|no problem|by all means|you bet|you got it|totally|got it|i got it|"
    "received|i received it|"
    "si|sii|sip|sep|simon|claro|claro que si|por supuesto|desde luego|correcto|es correcto|exacto|exactamente|asi es|"
    "eso es|eso|de acuerdo|conforme|vale|dale|va|bueno|esta bien|muy bien|bien|perfecto|listo|afirmativo|cierto|"
    "seguro|obvio|confirmo|confirmado|ok si|creo que si|pues si|ya|hazlo|adelante|me parece bien|lo recibi|ya lo recibi"
)
_NO: Final = (
    "no|noo|nop|nope|nah|na|naw|nay|n|negative|not really|not at all|not yet|not now|not today|no way|never|nothing|"
    "none|absolutely not|definitely not|of course not|certainly not|i do not|i did not|i am not|i have not|it is not|"
    "it was not|it did not|it does not|it has not|we did not|they did not|he did not|do not|please do not|did not|"
    "i do not think so|i do not want it|i do not want to|i do not want that|do not do it|do not do that|incorrect|"
    "not correct|that is not correct|that is not right|not right|that is wrong|false|no sir|no maam|no thanks|"
    "no thank you|nothing else|that is all|nothing yet|i would rather not|rather not|not me|not mine|"
    "no gracias|que no|claro que no|para nada|de ninguna manera|en absoluto|negativo|nunca|jamas|todavia no|aun no|"
    "ahora no|hoy no|mejor no|creo que no|no creo|no quiero|no lo quiero|no es correcto|incorrecto|falso|nel|tampoco|"
    "nada|nada mas|no lo recibi|no lo he recibido|por supuesto que no|no es asi|pues no|no señor|no senor"
)
_POLITE: Final = (
    "please|thanks|thank you|thank you so much|thank you very much|sir|maam|mam|man|bro|dude|buddy|friend|hi|hello|"
    "very much|it|that|so|just|well|actually|oh|ah|um|uh|hmm|then|for me|lol|haha|"
    "por favor|gracias|muchas gracias|senor|senora|amigo|pues|ay|jaja|entonces|porfis"
)


_YES_PHRASES: Final = Phrases(_YES)
_NO_PHRASES: Final = Phrases(_NO)
_POLITE_PHRASES: Final = Phrases(_POLITE)

_YES_WORDS: Final = frozenset("yes yea yeah yep yup si claro sure sip".split())
_NO_WORDS: Final = frozenset("no nope nah not never nunca jamas tampoco".split())
#: "yes, cancel it": the rest may be anything as long as the first word stands apart and nothing takes it back.
_APART: Final = re.compile(r"\s*(yes|yea|yeah|yep|yup|si|no|nope|nah)\s*[,.;!\n\u2014-]", re.IGNORECASE)
_TAKES_BACK: Final = re.compile(
    r"(?<!\w)(?:but|pero|maybe|quizas|tal vez|or|however|unless|wait|espera|no se|not sure)(?!\w)"
)
_ASKS: Final = re.compile(r"(?<!\w)(?:where|when|why|how|what|donde|cuando|por que|como)(?!\w)")
_UNSURE: Final = re.compile(
    r"(?:yes and no|si y no|yes or no|si o no|no se|no idea|no worries|no doubt|no problem at all|no hay problema)"
)


def yes_or_no(text: str) -> bool | None:
    """True for a yes, False for a no, in English or Spanish; None when it is neither, both, or a question.

    "yes", "yep pls", "👍", "sí, claro", "not yet", "todavía no". Longer texts count only when the word stands apart at
    the beginning: "no, he never came" is a no, "no ha llegado mi pedido" is not an answer.
    """
    text = text[:MAX_CHARS]
    if "?" in text or "¿" in text:
        return None
    plain = normal(text)
    if not plain or len(plain) > 300 or _UNSURE.fullmatch(plain):
        return None
    if made_of(plain, _YES_PHRASES, _POLITE_PHRASES):
        return None if _NO_WORDS & set(plain.split()) - _no_in_yes(plain) else True
    if made_of(plain, _NO_PHRASES, _POLITE_PHRASES):
        return None if _YES_WORDS & set(plain.split()) - _yes_in_no(plain) else False
    apart = _APART.match(strip_accents(text))
    if apart and not _TAKES_BACK.search(plain) and not _ASKS.search(plain):
        rest = set(plain.split()[1:])
        says_yes = apart[1].lower() not in ("no", "nope", "nah")
        return says_yes if not rest & ({"no", "nope"} if says_yes else {"yes", "yeah", "si", "yep"}) else None
    return _yes_with_object(plain)


_YES_OBJECT: Final = re.compile(
    r"(?:yes|yeah|yep|sure|ok|okay) (?:please|i|it|that|we|he|she|they|cancel|send|do|change|confirm|leave|go|call|the|"
    r"this) (?!.*\b(?:not|no|never|where|when|what|why|how)\b).*"
)
_NO_OBJECT: Final = re.compile(
    r"(?:no|nope|nah) (?:please|i|it|that|we|he|she|they|do not|not) (?!.*\b(?:where|when|what|why|how)\b).*"
)


def _yes_with_object(plain: str) -> bool | None:
    if len(plain.split()) > 8 or _TAKES_BACK.search(plain):
        return None
    if _YES_OBJECT.fullmatch(plain):
        return True
    return False if _NO_OBJECT.fullmatch(plain) else None


def _no_in_yes(plain: str) -> set[str]:
    """The words of refusal that belong to a phrase of consent."""
    return {"no", "not"} if re.search(r"no problem|why not", plain) else set()


def _yes_in_no(plain: str) -> set[str]:
    return {"claro", "sure"} if re.search(r"claro que no|not sure", plain) else set()
