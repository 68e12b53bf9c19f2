"""What a text says about being texted: stop, start, help. Pure; English and Spanish, with the words of the networks.

A false "stop" silences a shopper who asked for something else; a missed one breaks the law. So a whole text that is
one of the known words decides alone; sentences need a phrase that means texts; what merely sounds like it is
`unclear`, and the flow asks once.
"""

import re
import unicodedata
from dataclasses import dataclass
from enum import StrEnum


class Kind(StrEnum):
    """What is wanted."""

    STOP = "stop"
    START = "start"
    HELP = "help"
    #: Opts in only while the person is opted out; else it is an answer to something.
    YES = "yes"


class Certainty(StrEnum):
    """How it was said."""

    #: One of the known words, alone.
    EXACT = "exact"
    #: In the person's own words, beyond doubt.
    PHRASE = "phrase"
    #: It may mean that: ask once, and send no survey meanwhile.
    UNCLEAR = "unclear"


@dataclass(frozen=True, slots=True)
class ConsentWord:
    """What a text says about being texted."""

    kind: Kind
    certainty: Certainty


STOP_WORDS = frozenset(
    {"stop", "stopall", "stop all", "unsubscribe", "unsub", "end", "quit", "cancel", "revoke", "optout", "opt out"}
    | {"opt me out", "remove", "remove me", "arret", "alto", "baja", "darme de baja", "dar de baja", "parar", "pare"}
    | {"paren", "detener", "cancelar", "no mas", "desuscribir", "desuscribirme"}
)
START_WORDS = frozenset({"start", "unstop", "optin", "opt in", "subscribe", "resume texts", "suscribir", "suscribirme"})
HELP_WORDS = frozenset({"help", "info", "ayuda"})
YES_WORDS = frozenset({"yes", "si"})
#: Said with a stop word, they change nothing.
_POLITE = frozenset(
    {"please", "pls", "plz", "now", "ok", "okay", "thanks", "thank", "you", "thx", "hey", "hi"}
    | {"por", "favor", "porfavor", "porfa", "ya", "gracias"}
)
#: Words that mean nothing but texts: a number after them names the account, not a stop or an order.
_STOP_BEFORE_NUMBER = frozenset({"stop", "stopall", "unsubscribe", "optout", "opt out", "baja", "arret"})

_TEXTS = (
    r"(?:texts?|texting|txts?|txting|messages?|messaging|msgs?|sms|notifications?|alerts?|updates|reminders|surveys?)"
)
_MENSAJES = r"(?:mensajes?|sms|textos?|mensajitos?|notificaciones|avisos|alertas)"
_ME = r"(?:me|us|this (?:number|phone)|my (?:number|phone|cell)|here)"
_ESCRIBIR = r"(?:enviar|mandar|escribir|textear|molestar|contactar)"
_HELLO = r"(?:hi|hello|hey|sorry|um|no|i think|i believe|i am afraid|who is this|listen)"
_YOU = (
    r"(?:you|u|yall|you guys)(?: must| might| probably)? (?:have|have got|ve got|got|texted|are texting|reached)|"
    r"youve got|youre texting|its|it is|this is|thats|that is|this must be"
)
_PHRASES = tuple(
    re.compile(pattern)
    for pattern in (
        rf"\b(?:stop|quit|cease|end|cancel|discontinue|halt) (?:\w+ ){{0,3}}?{_TEXTS}\b",
        rf"\b(?:stop|quit) (?:contacting|messaging|texting|bothering|spamming|harassing|calling) {_ME}\b",
        rf"\bstop sending (?:{_ME}|these|those|this|any|so many)\b",
        rf"\b(?:dont|do not|never|no longer|stop trying to) (?:ever )?(?:text|txt|message|msg|contact|sms) {_ME}\b",
        rf"\b(?:dont|do not|never) (?:ever )?send {_ME} (?:\w+ ){{0,2}}{_TEXTS}\b",
        rf"\b(?:dont|do not|no longer) (?:want|need|wish)(?: to (?:get|receive|have))? (?:\w+ ){{0,3}}{_TEXTS}\b",
        rf"\bno (?:more|further) (?:of (?:these|your) )?(?:\w+ )?{_TEXTS}\b",
        r"\b(?:unsubscribe|opt|take|remove|delete) (?:me|my number|this number) (?:out|off|from)\b",
        r"\b(?:unsubscribe|remove|delete) (?:me|my number|this number)\b(?! (?:as|and add))",
        r"\b(?:want|like|wish|need) to (?:be removed|unsubscribe|opt out|revoke)\b",
        r"\bopt(?:ing)? (?:me )?out\b",
        r"\b(?:i )?(?:revoke|withdraw) (?:my )?(?:consent|permission)\b",
        r"\blose my number\b",
        r"\bleave me alone\b",
        rf"^(?:{_HELLO} )*(?:(?:{_YOU}) )?(?:a |the )?wrong (?:phone )?(?:number|person)\b(?! of\b)(?! on\b)",
        rf"\b(?:deja|deje|dejen|dejes|para|pare|paren) de {_ESCRIBIR}(?:me|nos)?\b",
        rf"\bno (?:me |nos )(?:envi\w+|mand\w+|escrib\w+|text\w+)(?: \w+)? (?:mas|nunca|{_MENSAJES})\b",
        r"\bno (?:me|nos) (?:escriban?|escribas|texteen?|contacten?|molesten?)\b",
        rf"\b(?:no|ya no) (?:quiero|deseo) (?:recibir )?(?:\w+ ){{0,3}}{_MENSAJES}\b",
        rf"\bno mas {_MENSAJES}\b",
        r"\b(?:numero|telefono) equivocado\b",
        r"\b(?:se equivoca|equivocado|equivocada|equivocaron) de (?:numero|telefono|persona)\b",
        r"\b(?:darme|dame|denme|deme|dar|quiero) de baja\b",
        r"\b(?:quiten|quita|quite|borren|borra|borre|eliminen|elimina|elimine)(?:me| mi numero)\b",
        r"\b(?:quiero|quisiera) (?:cancelar|anular) (?:la suscripcion|los mensajes|mensajes)\b",
    )
)
_START_PHRASES = (
    re.compile(rf"\b(?:start|resume|restart) (?:sending |getting )?(?:me )?(?:\w+ )?{_TEXTS}(?: (?:me|again))*\b"),
    re.compile(r"\b(?:text me again|opt me (?:back )?in|subscribe me|resubscribe)\b"),
    re.compile(rf"\b(?:quiero|vuelvan a|reanuden) (?:volver a )?(?:recibir|enviarme|mandarme) {_MENSAJES}\b"),
)
#: About a stop of the van, an order, a door: never an opt-out, however the rest sounds.
_NOT_TEXTS = re.compile(
    r"\b(?:stop (?:by|at|in|over|off|here|there|in front|outside|on|for|the|my|una|un)|(?:bus|next|last|first|your|one|"
    r"many|more|\d+) stops?|non ?stop|cancel (?:my|the|this|that|it|order|delivery|one)|"
    r"end of|the end|week ?end|quit(?:e)?\b.*\b(?:working|my job))\b"
)
#: The opposite is asked.
_NOT_STOPPING = re.compile(
    r"\b(?:dont|do not|never|please not|no) (?:ever )?(?:stop|quit|unsubscribe|opt|cancel|end)\b"
)
_MAYBE = re.compile(r"\b(?:stop|unsubscribe|revoke|optout|quit|enough|basta|alto|paren?)\b")
#: A question or a story of this length is no order to stop.
_MAYBE_WORDS = 4


def read_word(text: str) -> ConsentWord | None:
    """Answer what a text says about being texted, None when it is about something else. Never raises."""
    words = plain(text)
    if not words:
        return None
    exact = _exact(words) or _exact(" ".join(word for word in words.split() if word not in _POLITE))
    if exact:
        return ConsentWord(exact, Certainty.EXACT)
    if _names_account(words):
        return ConsentWord(Kind.STOP, Certainty.EXACT)
    if _NOT_STOPPING.search(words):
        return None
    if any(phrase.search(words) for phrase in _PHRASES):
        return ConsentWord(Kind.STOP, Certainty.PHRASE)
    if any(phrase.search(words) for phrase in _START_PHRASES):
        return ConsentWord(Kind.START, Certainty.PHRASE)
    if _sounds_like_stop(words):
        return ConsentWord(Kind.STOP, Certainty.UNCLEAR)
    return None


def plain(text: str) -> str:
    """Fold a text for comparing: one width, small letters, no accents, no punctuation, single spaces."""
    folded = unicodedata.normalize("NFKC", text).casefold()
    letters = "".join(char for char in unicodedata.normalize("NFD", folded) if not unicodedata.combining(char))
    joined = re.sub(r"['’‘`´\u200b-\u200f\u2060\ufeff\ufe0f]", "", letters)
    return " ".join(re.sub(r"[\W_]+", " ", joined).split())


def _exact(words: str) -> Kind | None:
    for kind, known in (
        (Kind.STOP, STOP_WORDS),
        (Kind.START, START_WORDS),
        (Kind.HELP, HELP_WORDS),
        (Kind.YES, YES_WORDS),
    ):
        if words in known:
            return kind
    parts = words.split()
    # "STOP STOP STOP", and "S T O P" as voice input spells it.
    if len(parts) > 1 and (len(set(parts)) == 1 or all(len(part) == 1 for part in parts)):
        return _exact(parts[0] if len(set(parts)) == 1 else "".join(parts))
    return None


def _names_account(words: str) -> bool:
    """`STOP 12345`, `STOP A1001`: a stop word and one token with digits. Short figures may be a driver's stop."""
    head, _, token = words.rpartition(" ")
    return head in _STOP_BEFORE_NUMBER and len(token) >= 4 and any(char.isdigit() for char in token)


def _sounds_like_stop(words: str) -> bool:
    if _NOT_TEXTS.search(words):
        return False
    return len(words.split()) <= _MAYBE_WORDS and bool(_MAYBE.search(words))
