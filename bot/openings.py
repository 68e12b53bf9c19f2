"""What a text of small talk mostly means: thanks, a farewell, a yes and a no stand side by side in it. Pure."""

# ruff: noqa: SIM905  a table of words reads better without quotes

import re
from typing import Final

from bot.hasty import calm

_LEAD: Final = re.compile(r"\A(?:(?:h+m+|oh|ah|um|uh|well|wow|so|and) )+(?=\w)")
_YES: Final = frozenset("yes yess yeah yea yep yup yeap ya si sip".split())
#: Of what accepts, the words that do not merely praise.
_OK: Final = frozenset("ok okay oki okie okk k kk sure alright fine vale bueno listo".split())
_ACCEPTING: Final = _OK | frozenset("great cool perfect good nice awesome super oh perfecto excelente genial".split())
_NO: Final = frozenset("no nope nah nothing nada".split())
_THANKING: Final = re.compile(
    r"(?<!\w)(?:t[ah]+n?[nkx]+s?|th?an?[kx]+s?|thank\w*|thnak\w*|tahnk\w*|thac?k (?:you|u)|ty|tq|tysm|"
    r"h?a?nks? you|h?anks|nks|appreciat\w+|gracias|agrade\w+)(?!\w)"
)
_LEAVING: Final = re.compile(
    r"(?<!\w)(?:good ?bye\w*|b+[auv]?y+e+|bey|ciao|nice day|(?:see|catch|talk to) (?:you|ya)|talk (?:later|soon)|cya|"
    r"ttyl|have an? (?:\w+ ){1,4}(?:day|one|night|evening|weekend|time)|good night|(?<!i will )take care|"
    r"(?:my|great|with) pleasure|adios|chao|hasta (?:luego|pronto|manana|la \w+)|nos vemos|cuidate|cuidese|"
    r"(?:tenga|pase) \w+ \w+)(?!\w)"
)
#: A wish to the other: nobody who waits for an answer takes leave with one.
_WISH: Final = re.compile(r"(?<!\w)(?:have an? |(?:tenga|pase) )")
#: After these it is not the first thing said that counts.
_TURNS: Final = re.compile(
    r"(?<!\w)(?:but|pero|however|wrong\w*|incorrect\w*|no (?:problem|worries|issues?|doubt))(?!\w)"
)
_NO_MATTER: Final = re.compile(r"(?:(?:ok|okay|sure) )?no (?:problem|worries|issues?)(?! with)(?!\w)")
#: A bare "that is it" may as well say that it is the one that was meant.
_DONE: Final = re.compile(
    r"(?:(?:that|this) (?:is|will be|would be|should be) (?:all|it(?= \w)|everything)|"
    r"(?:eso |esto )?(?:es|seria) todo)(?!\w)"
)
_ENOUGH: Final = re.compile(
    r"(?:(?:that|this|it) is enough|i (?:got|have) enough|i am (?:all )?(?:done|happy|satisfied))(?!\w)"
)
#: Refusals that begin with no "no".
_DOUBTS: Final = re.compile(r"(?:i do not (?:think|believe|beleive|guess) so|not really|not at all|no creo)(?!\w)")
_GREETS: Final = re.compile(
    r"(?:(?:hi|hello|hey|hola) )*(?:good (?:morning|afternoon|evening)|buen\w+ (?:dias?|tardes|noches)|hi|hello|hola) "
)
#: Thanks in more than a word of politeness: "thank you so much", "thanks for your help", "mil gracias por todo".
_MUCH: Final = re.compile(
    r"\w+ (?:(?:sir|madam|mam|dear|senor|senora) )?(?:muchas |muchisimas |mil )?(?:thanks?|gracias) (?:you )?"
    r"(?:(?!for|por)\w+ )?"
    r"(?:(?:very|so) much|a (?:lot|ton)|once again|again|for|por|de verdad)(?!\w)"
)
#: What may stand between an assent and the refusal that it introduces: "ok sir, nothing else".
_REFUSAL: Final = re.compile(r"\w+ (?:(?:ok|okay|sir|madam|great|then|no) )*(?:no|nope|nothing|nada)(?!\w)")
_REFUSING: Final = re.compile(r"(?<!\w)(?:no|not|nothing|nope|nada)(?!\w)")
#: Asks for something, tells somebody to do something, or takes back what was said before.
_WANTS: Final = re.compile(
    r"(?<!\w)(?:please|let me|help me|how|what|when|where|why|who|which|but|however|"
    r"(?:can|could|would|will|may|should|shall|do|did|does|is|are|was|has|have) (?:you|i|we|they|it|the|my|there|this)|"
    r"(?:i|we) (?:(?:am|are|would|will|just|still|also|really|only|do) )*"
    r"(?:want\w*|need\w*|like|wish|wonder\w*|looking)|"
    r"(?<!i )(?<!will )(?<!have )(?<!to )(?:tell|send|give|check|change|update|cancel|call|leave|put|bring|deliver|"
    r"make|take|show|add|remove|stop|get)|"
    r"pero|quiero|quisiera|necesito|puede\w*|podria\w*|como|que|cuando|donde|cual|por favor|dej\w+|cambi\w+|cancel\w+|"
    r"mand\w+|envi\w+|dig\w+|dime|traig\w+)(?!\w)"
)
#: Here "ya" is already, and "si" is if, more often than they are a yes.
_NO_YES: Final = re.compile(r"(?:ya|si) ")


def opening(plain: str) -> str | None:
    """What a text that is small talk throughout mostly means: the first thing said counts, None when it does not tell.

    `plain` is from `bot.normal.normal`. "no thanks, bye" refuses, "thank you, nothing else" and "ok, thanks" thank,
    "ok bye" leaves, "yes thank you" agrees, "yes, thank you so much for your help" thanks, "that is all" wants no more.
    """
    plain = _LEAD.sub("", calm(plain))
    thanks, leaves = _THANKING.search(plain), _LEAVING.search(plain)
    if _TURNS.search(plain):
        return "thanks" if thanks and _NO_MATTER.match(plain) else None
    if thanks and not thanks.start():
        return "thanks"
    if leaves and not leaves.start():
        return "goodbye"
    return _by_first(plain, thanks, leaves)


def _by_first(plain: str, thanks: re.Match[str] | None, leaves: re.Match[str] | None) -> str | None:
    first = plain.split(" ", 1)[0]
    if first in _NO or (first == "not" and thanks) or _DOUBTS.match(plain):
        return "deny"
    if first in _YES:
        return _agreed(plain, thanks, leaves)
    if leaves and not thanks and _GREETS.match(plain):
        return "greet"
    if first in _ACCEPTING:
        return _accepted(plain, thanks, leaves)
    if _DONE.match(plain):
        return _earlier(thanks, leaves) or "deny"
    if _ENOUGH.match(plain):
        return _earlier(thanks, leaves)
    refuses = _REFUSING.search(plain)
    return "thanks" if refuses and thanks and thanks.start() < refuses.start() else None


def _agreed(plain: str, thanks: re.Match[str] | None, leaves: re.Match[str] | None) -> str:
    """The same where a "yes" comes first."""
    if thanks:
        wishes = _WISH.search(plain)
        return "thanks" if _MUCH.match(plain) or (wishes and wishes.start() > thanks.start()) else "affirm"
    if not leaves or leaves[0].endswith("pleasure") or plain.split()[1] in _OK:
        return "affirm"
    return "goodbye"


def _accepted(plain: str, thanks: re.Match[str] | None, leaves: re.Match[str] | None) -> str | None:
    """The same where an "ok" or a "great" comes first, which alone says little."""
    if _REFUSAL.match(plain):
        return "deny"
    refuses = _REFUSING.search(plain)
    if refuses and not (thanks and thanks.start() < refuses.start()):
        return None
    if plain.startswith("sure") and not thanks and not leaves:
        return "affirm"
    return _earlier(thanks, leaves)


def _earlier(thanks: re.Match[str] | None, leaves: re.Match[str] | None) -> str | None:
    if thanks and leaves:
        return "thanks" if thanks.start() < leaves.start() else "goodbye"
    return "thanks" if thanks else "goodbye" if leaves else None


def accepts(plain: str) -> bool:
    """Whether a text begins with an "ok" and goes on with nothing that thanks, takes leave or refuses."""
    plain = _LEAD.sub("", calm(plain))
    others = (_THANKING, _LEAVING, _REFUSING, _TURNS, _DONE)
    return plain.split(" ", 1)[0] in _OK and not any(shape.search(plain) for shape in others)


def asks(plain: str) -> bool:
    """Whether any word of a text asks for something, or takes back what was said before it."""
    return _WANTS.search(plain) is not None


def tells(plain: str) -> bool:
    """Whether a text asks for nothing, as far as its words show; then what it begins with is what it says."""
    return not asks(plain) and not _NO_YES.match(plain)
