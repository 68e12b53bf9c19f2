"""What a text of small talk mostly means: thanks, a farewell, a yes and a no stand side by side in it. Pure."""

# ruff: noqa: SIM905  a table of words reads better without quotes

import re
from typing import Final

_LEAD: Final = re.compile(r"\A(?:(?:h+m+|oh|ah|um|uh|well|wow|so|and) )+(?=\w)")
_YES: Final = frozenset("yes yess yeah yea yep yup yeap ya si sip".split())
_ACCEPTING: Final = frozenset(
    """ok okay oki okie okk k kk great alright cool perfect fine good nice awesome super oh sure vale bueno listo
    perfecto""".split()
)
_NO: Final = frozenset("no nope nah nothing nada".split())
_THANKING: Final = re.compile(
    r"(?<!\w)(?:t[ah]+n?[nkx]+s?|th?an?[kx]+s?|thank\w*|thnak\w*|tahnk\w*|thac?k (?:you|u)|ty|tq|tysm|"
    r"h?a?nks? you|h?anks|gracias|agrade\w+)(?!\w)"
)
_LEAVING: Final = re.compile(
    r"(?<!\w)(?:good ?bye\w*|b+y+e+|see you|have an? (?:\w+ ){1,4}(?:day|one|night|evening|weekend|time)|good night|"
    r"(?<!i will )take care|(?:my|great|with) pleasure|adios|chao|hasta (?:luego|pronto|manana)|nos vemos|"
    r"(?:tenga|pase) \w+ \w+)(?!\w)"
)
#: After these it is not the first thing said that counts.
_TURNS: Final = re.compile(
    r"(?<!\w)(?:but|pero|however|wrong\w*|incorrect\w*|no (?:problem|worries|issues?|doubt))(?!\w)"
)
_NO_MATTER: Final = re.compile(r"no (?:problem|worries|issues?)(?! with)(?!\w)")
_DONE: Final = re.compile(r"(?:that is|this is|eso es|es) (?:all|it|everything|todo)(?!\w)")
_ENOUGH: Final = re.compile(
    r"(?:(?:that|this|it) is enough|i (?:got|have) enough|i am (?:all )?(?:done|happy|satisfied))(?!\w)"
)
#: What may stand between an assent and the refusal that it introduces: "ok sir, nothing else".
_REFUSAL: Final = re.compile(r"\w+ (?:(?:ok|okay|sir|madam|great|then|no) )*(?:no|nope|nothing|nada)(?!\w)")
_REFUSING: Final = re.compile(r"(?<!\w)(?:no|not|nothing|nope|nada)(?!\w)")
#: Words run together in haste: "okthanks", "informationthank you", "thanksbye", "nothanks".
_GLUE: Final = re.compile(
    r"(?<=[a-z]{2})(?=thank(?:s|you)?(?!\w)|good ?bye|bye+(?!\w))|(?<=thanks)(?=for|bye|have|no)|"
    r"(?<=thankyou)(?=for|bye|have|no)|(?<=thank you)(?=for|bye|have|no)"
)


def opening(plain: str) -> str | None:
    """What a text that is small talk throughout mostly means: the first thing said counts, None when it does not tell.

    `plain` is from `bot.normal.normal`. "no thanks, bye" refuses, "thank you, nothing else" and "ok, thanks" thank,
    "ok bye" leaves, "yes thank you" agrees, "that is all" wants no more.
    """
    plain = _LEAD.sub("", _GLUE.sub(" ", plain))
    first = plain.split(" ", 1)[0]
    thanks, leaves = _THANKING.search(plain), _LEAVING.search(plain)
    if _TURNS.search(plain):
        return "thanks" if thanks and _NO_MATTER.match(plain) else None
    if first in _NO or (first == "not" and thanks):
        return "deny"
    if thanks and not thanks.start():
        return "thanks"
    if leaves and not leaves.start():
        return "goodbye"
    if first in _YES:
        return "goodbye" if leaves and not thanks else "affirm"
    if first in _ACCEPTING:
        return _accepted(plain, thanks, leaves)
    if _DONE.match(plain):
        return _earlier(thanks, leaves) or "deny"
    return _earlier(thanks, leaves) if _ENOUGH.match(plain) else None


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
