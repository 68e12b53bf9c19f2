"""Whether somebody is losing their temper: then a person should answer sooner than a menu. Pure."""

import re
from typing import Final

from bot.normal import normal

_WORDS: Final = re.compile(
    r"(?<!\w)(?:ridiculous|unacceptable|outrageous|disgusting|pathetic|useless|incompetent|terrible|awful|horrible|"
    r"worst|joke|scam|scammers?|fraud|liars?|lawyer|sue|furious|fed up|sick of|pissed|angry|wtf|bullshit|bs|crap|damn|"
    r"hell|shit\w*|fuck\w*|stupid|idiots?|morons?|never (?:buy|order|use)(?:ing)?|"
    r"ridiculo|inaceptable|vergonzoso|vergüenza|verguenza|inutiles?|incompetentes?|terrible|horrible|pesim[oa]s?|"
    r"estaf\w+|fraude|mentiros[oa]s?|abogado|denunci\w+|demand\w+|hart[oa]|furios[oa]|enojad[oa]|enfadad[oa]|mierda|"
    r"carajo|joder|pendej\w+|idiotas?|estupid[oa]s?|una burla|tomadura de pelo)(?!\w)"
)
_SHOUTS: Final = re.compile(r"[!?]{3,}")
_LETTERS: Final = 12


def is_angry(text: str) -> bool:
    """Whether the words, or the way they are shouted, show anger: "this is RIDICULOUS!!!", "estoy harto"."""
    if _WORDS.search(normal(text)):
        return True
    letters = [sign for sign in text if sign.isalpha()]
    shouted = len(letters) >= _LETTERS and all(sign.isupper() for sign in letters)
    return shouted and _SHOUTS.search(text) is not None
