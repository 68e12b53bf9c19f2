"""Whether a text asks for a person in so many words, whatever else it tells. Pure; never raises."""

import re
from typing import Final

from bot.folding import fold

_WANTS: Final = re.compile(
    r"(?<!\w)(?:(?:want|need|would like|wanna|get me|give me|connect|transfer|put me|talk|speak|chat)\W+(?:\w+\W+){0,3}"
    r"(?:person|human|human being|agent|representative|operator)"
    r"|(?:talk|speak|chat) (?:to|with) (?:someone|somebody|a manager|the manager|a supervisor|your manager)"
    r"|(?:quiero|necesito|quisiera|hablar|hable|pasame|pasenme|paseme|comunica\w*|conect\w*|ponme)\W+(?:\w+\W+){0,3}"
    r"(?:persona|humano|agente|operador|operadora|representante)"
    r"|hablar con (?:alguien|un encargado|el encargado|un supervisor))(?!\w)"
)
_DENIES: Final = re.compile(r"(?<!\w)(?:don'?t|do not|no|without|sin) (?:\w+ ){0,2}$")


def wants_person(text: str) -> bool:
    """ "I want a person, my parcel is damaged"; not "I don't want to talk to a person"."""
    plain = fold(text[:600])
    found = _WANTS.search(plain)
    return found is not None and not _DENIES.search(plain[: found.start()])
