"""Days a text names and does not want: those that have been, those denied, those only said in farewell. Pure."""

import re
from typing import Final

#: What makes a day one that has been, or that the person does not want.
_NOT_THIS: Final = re.compile(
    r"(?:(?<!\w)(?:last|since|yesterday|(?:ordered|bought|placed|paid)(?: it| this| them)?(?: on)?|was|were|"
    r"not|except|cannot|can't|cant|won't|wont|isn't|"
    r"isnt|don't|"
    r"dont|never|instead of|rather than|other than|away(?: on)?|desde el|menos|excepto|salvo|no puedo|no estare|"
    r"(?:any\w*|every\w*)(?: \w+)? but|cualquier(?: dia)? menos|"
    r"no estoy|en vez de|en lugar de|no)(?: (?:el|del|on|for|be|home|here|in|do|make(?: it)?|the|this|next|para|work|"
    r"available|"
    r"puede ser|sera))*"
    r"|(?:ordered|bought|purchased|placed|paid)(?: [\w#-]+){1,5} (?:on|this|last)"
    r"|(?:compre|pedi|ordene|encargue|pague)(?:(?! para)(?! que) [\w#-]+){0,5} el"
    r"|(?:en vez|en lugar) del"
    r"|(?:i|we)(?: am|'m|m| are|'re| do|'ll be| will be)? (?:busy|working|at work|away|out of town|traveling|work)"
    r"(?: all(?: day)?)?(?: on| this| next)?"
    r"|(?:trabajo|estoy ocupad[oa]|estare fuera|estoy de viaje)(?: todo)?(?: el| este| los)?) ?$"
)
_GONE: Final = re.compile(
    r"\s?(?:ago|pasado|pasada|atras|was|won't|wont|doesn't|doesnt|does not|is no good|no puedo|"
    r"(?:is |are )?(?:no|not)(?=\s?[,.;!]|\s*$| (?:me|puedo|estoy|estare|voy|se puede|sirve|es posible|possible|"
    r"good|pero|but|mejor|sino|manana|pasado|hoy|el [lmjvsd]\w+[so]\b))|i work|i am working|i'm working|"
    r"i have work|trabajo|tengo que trabajar)(?!\w)"
)
#: Belongs to what stands before the day: "ordered two lamps on monday", "en vez del martes".
_LEAD: Final = re.compile(r"(?:on|el|del) ")
_FAREWELL: Final = re.compile(r"\W*(?:hasta (?:manana|luego|el \w+)|see (?:you|ya) \w+)\W*")


def is_farewell(plain: str) -> bool:
    """Whether a folded text is nothing but a farewell that names a day: "hasta mañana"."""
    return _FAREWELL.fullmatch(plain) is not None


def is_wanted(plain: str, start: int, end: int) -> bool:
    """Whether the day at `start` to `end` of a folded text is one the person speaks for."""
    lead = _LEAD.match(plain, start, end)
    start = lead.end() if lead else start
    return not _NOT_THIS.search(plain[max(0, start - 60) : start]) and not _GONE.match(plain[end : end + 24])
