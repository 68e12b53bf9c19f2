"""Whether a text says that a parcel never came, has turned up, or has been looked for in vain. Pure."""

import re
from typing import Final

from bot.normal import normal

_FOUND: Final = re.compile(
    r"(?<!\w)(?:(?:i |we )?(?:just |have |already )?(?:found|located) (?:it|them|my|the)|found|"
    r"(?:it |they |package |parcel |order )(?:just |has |have |finally )?(?:turned up|showed up|shown up|arrived|came)|"
    r"(?:i |we )(?:just |now |finally )?(?:got|have) (?:it|the package|the parcel|my package)(?: now)?|got it|have it|"
    r"(?:my |the |a )?(?:neighbor|neighbour|neighbors|neighbours|roommate|husband|wife|doorman|mom|"
    r"son|daughter|kid|kids|partner|guard|front desk|reception|concierge) "
    r"(?:just )?(?:had|has|got|took|grabbed|brought|picked)|"
    r"it was (?:at|in|behind|under|on|with|by|next)|it is here|"
    r"(?:ya )?(?:lo|la|los) (?:encontre|encontramos|tengo|tenemos|tenia|tiene|recogio|agarro|cogio|guardo)|encontre|"
    r"aparecio|ya llego|ya me llego|ya esta aqui|estaba (?:en|con|detras|debajo|donde|donde)|ya lo recibi)(?!\w)"
)
_NOT: Final = re.compile(
    r"(?<!\w)(?:not|no one|nobody|none|never|did not|have not|has not|does not|can not|could not|without|no|nadie|"
    r"ninguno|ningun|nunca|tampoco|sin|still|todavia|aun|nothing|nada)(?!\w)"
)
_LOOKED: Final = re.compile(
    r"(?<!\w)(?:looked (?:everywhere|all over|around)|checked (?:everywhere|everything|all|with)|searched|"
    r"asked (?:everyone|everybody|my|the|all)|still (?:missing|not|nothing|no)|not (?:here|there|found)|nothing|"
    r"nowhere|no (?:package|parcel|box|sign|luck)|(?:nobody|no one|none) (?:has|have|took|got|saw|knows)|"
    r"can not find it|could not find it|do not have it|did not find it|have not found it|"
    r"(?:ya )?(?:busque|mire|revise|pregunte)|nada|nadie (?:lo|la)|no (?:esta|aparece|lo encuentro|lo encontre|"
    r"lo tengo|lo veo|hay nada)|sigue sin|todavia no|aun no|en ningun)(?!\w)"
)
_NEVER_CAME: Final = re.compile(
    r"(?<!\w)(?:never (?:arrived|came|come|received|got|showed|turned|delivered)|"
    r"(?:did not|has not|have not|was not|still not|not) (?:yet |even |actually )?(?:arrived?|come|came|received?|"
    r"get|got|gotten|delivered|show(?:ed)? up|here)|do not have (?:it|my|the)|"
    r"nothing (?:came|arrived|here|at|outside|in my|on my)|"
    r"got nothing|still missing|"
    r"(?:no|nunca|aun no|todavia no) (?:me |nos )?(?:ha |han )?(?:lleg\w+|recib\w+|entreg\w+|aparec\w+|vin\w+)|"
    r"no (?:lo|la) (?:he )?(?:tengo|recib\w+)|sin (?:llegar|recibir))(?!\w)"
)
#: "it says delivered but it is not here", also as a question: "it says delivered, where is it?"
_SAYS_DELIVERED: Final = re.compile(
    r"(?<!\w)(?:says?|said|saying|shows?|shown|showing|marked|dice|figura|marcad[oa]|marca|aparece)(?: \w+){0,4} "
    r"(?:delivered|entregad[oa])(?: \w+){0,3} (?:but|where|pero|y no|donde|and (?:i|it|there|nothing))(?!\w)"
)
_SHORT: Final = 25


def says_found(text: str) -> bool:
    """Whether the text says it is found: "my neighbor had it", "ya apareció". Not for questions and denials."""
    plain = normal(text)
    if "?" in text or len(plain.split()) > _SHORT or _NOT.search(plain):
        return False
    return _FOUND.search(plain) is not None


def says_missing(text: str) -> bool:
    """Whether the text says it was looked for in vain: "looked everywhere", "nadie lo tiene"."""
    plain = normal(text)
    return "?" not in text and len(plain.split()) <= _SHORT and _LOOKED.search(plain) is not None


def never_came(text: str) -> bool:
    """Whether the text says that a parcel has not come: "my package never arrived". Of one that is on its way too."""
    plain = normal(text)
    if len(plain.split()) > _SHORT:
        return False
    return _SAYS_DELIVERED.search(plain) is not None or ("?" not in text and _NEVER_CAME.search(plain) is not None)
