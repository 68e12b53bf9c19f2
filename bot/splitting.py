"""Two thoughts in one text: "where is it? also the gate code is 4412#". Pure; never raises.

Cautious: what is not surely two thoughts stays one, because a half answered is better than a sentence torn apart.
"""

import re
from typing import Final

from bot.folding import composed, fold

_TOPICS: Final[dict[str, str]] = {
    "status": r"where(?:'?s| is| are|s| the| my)|when (?:will|is|does|do|are|can i expect)|what time|eta|track|status|"
    r"how (?:long|far|much longer)|has it shipped|is it (?:coming|on its way|here|close)|still coming|"
    r"donde (?:esta|anda|viene|va|quedo)|cuando (?:llega|llegara|viene|va a llegar|me llega|lo)|a que hora|"
    r"cuanto (?:falta|tarda|le falta)|en que va|ya (?:salio|viene|lo enviaron)|rastrea\w*",
    "access": r"(?:gate|door|entry|access|building|garage|lobby|key ?pad|lock ?box|call ?box) ?(?:code|pin)|"
    r"code (?:is|to|for)|"
    r"call ?box|buzz(?:er)?|codigo|clave (?:de|del|es)|porton|timbre",
    "place": r"(?:leave|put|drop|hide|place) (?:it|them|the|my|with|at|on|in|behind|by|off)|dej(?:a|e|en|ar)\w*|"
    r"pon(?:lo|gan?lo|er)\w*|behind the|front desk|doorman|con (?:el|la) (?:porter|vecin|conserje)\w*",
    "reschedule": r"resched\w*|(?:another|different|other) (?:day|time)|(?:deliver|bring|come|move) (?:it |"
    r"them )?(?:on|to|after|"
    r"before|tomorrow|later|next|another)|otro dia|otra hora|reprogram\w*|(?:cambiar|mover|cambien|muevan) (?:la |el )?"
    r"(?:fecha|dia|hora|entrega)|entreg\w+ (?:manana|el|otro|despues)",
    "address": r"change (?:the |my )?(?:delivery |shipping )?address|(?:new|wrong|different) address|i(?:'ve|"
    r" have)? moved|"
    r"(?:cambi\w+|nueva|otra) (?:la |de |mi )?direccion|me mude",
    "cancel": r"cancel\w*",
    "refund": r"refund|return (?:it|this|the|my|policy)|money back|reembols\w*|devol\w*|devuel\w*",
    "person": r"(?:talk|speak) (?:to|with)|real person|human|(?:an? )?(?:agent|representative|manager)|hablar con|"
    r"una persona|un agente|operador\w*",
    "driver": r"(?:call|text|contact|message|reach|number (?:of|for)) (?:the |my )?driver|driver'?s? (?:number|phone)|"
    r"(?:llamar|contactar|hablar|numero|telefono) (?:al|con el|del) (?:repartidor|conductor|chofer)",
    "proof": r"(?:proof|photo|picture|pic) (?:of )?(?:the )?(?:delivery|package|drop)|(?:foto|prueba|comprobante) de",
    "damaged": r"damaged|broken|crushed|smashed|leaking|roto|rota|danad[oa]|aplastad[oa]|quebrad[oa]",
    "missing": r"(?:wrong|missing|incorrect) (?:item|thing|size|color|one|product)|(?:is|are|was|were) missing|"
    r"(?:only got|instead of)|falta(?:n|ba|ban)? (?:un|una|el|la|los|las|algo|dos|cosas)|equivocad[oa]",
    "not_received": r"(?:never|not|didn'?t|didnt|haven'?t|havent) (?:\w+ ){0,2}(?:arriv\w*|receiv\w*|got|get|c[ao]me|"
    r"show\w*)|"
    r"says (?:it was |it's )?delivered|no (?:lo |la |me |ha )*(?:he |ha )?(?:recib\w*|lleg\w*)|dice (?:que )?entregado",
}  # fmt: skip
_TOPIC_SHAPES: Final = {name: re.compile(rf"(?<!\w)(?:{shape})(?!\w)") for name, shape in _TOPICS.items()}
#: Topics that one story tells together: two sentences about them are one thought.
_TOGETHER: Final = (
    frozenset({"status", "not_received"}),
    frozenset({"damaged", "refund"}),
    frozenset({"missing", "refund"}),
    frozenset({"missing", "damaged"}),
    frozenset({"not_received", "refund"}),
    frozenset({"not_received", "proof"}),
    frozenset({"cancel", "refund"}),
    frozenset({"status", "reschedule"}),
)
#: One story takes these two together whatever stands between them.
_ALWAYS: Final = frozenset({"access", "place"})
_ALSO: Final = (
    r"(?:and also|also|oh and|oh also|plus|and another thing|another thing|one more thing|and one more thing|"
    r"one more question|another question|by the way|btw|while (?:i have|you're at it|youre at it)(?: you)?|"
    r"on another note|separately|second(?:ly)?|besides that|"
    r"ademas|tambien|y tambien|y ademas|otra cosa|y otra cosa|una cosa mas|y una cosa mas|por cierto|aparte|"
    r"y aparte|de paso|otra pregunta|y otra pregunta|ah y|oye y)"
)
_BOUNDARY: Final = re.compile(
    rf"(?P<mark>[.!?;\n]+|\s-\s|,)?\s*(?<!\w)(?P<also>{_ALSO})(?!\w)[\s,:.-]*|(?P<stop>[.!?;]+(?=\s)|\n)\s*(?:(?:and|y)\s)?|"
    r"(?P<join>,?\s(?:and|y|but|pero)\s|,\s|\s-+\s)"
)
#: Somebody else is to be told the whole of it, or is quoted.
_RELAYED: Final = re.compile(
    r"(?:please )?(?:tell|text|message|let|ask|inform|relay|pass on|forward)(?: this)?(?: to)? (?:the |my )?"
    r"(?:driver|him|her|them|courier|delivery)|(?:dile|digale|diganle|avisale|avisele|preguntale|preguntele|"
    r"mandale|diga)(?: al| a la| a)?|(?:driver|repartidor|note|nota)\s?:|[a-z]{0,3}-?\d{3,}\s?:|#\d+\s?:?\s|\""
)
#: A longer text is a letter, for a person to read whole.
_MAX_CHARS: Final = 600


def thoughts(text: str) -> tuple[str, ...]:
    """The thoughts of a text in its own words and order; one, the whole text, unless there are surely more."""
    written = composed(text)
    plain = fold(written)
    whole = (text,)
    if len(text) > _MAX_CHARS or _RELAYED.match(plain.strip()):
        return whole
    cuts: list[tuple[int, int]] = []
    begin = 0
    for found in _BOUNDARY.finditer(plain):
        left, right = plain[begin : found.start()], plain[found.end() :]
        if _apart(left, _up_to_next(right), found):
            cuts.append(found.span())
            begin = found.end()
    parts: list[str] = []
    begin = 0
    for start, end in cuts:
        marks = re.match(r"[?!]*", written[start:end])
        parts.append(written[begin:start].strip(" ,;-") + (marks[0] if marks else ""))
        begin = end
    parts.append(written[begin:].strip())
    return tuple(parts) if len(parts) > 1 else whole


def _up_to_next(plain: str) -> str:
    """The next sentence: what a topic must be found in."""
    return re.split(r"[.!?;\n]\s", plain, maxsplit=1)[0]


def topics(plain: str) -> frozenset[str]:
    """What a folded text asks about or tells."""
    return frozenset(name for name, shape in _TOPIC_SHAPES.items() if shape.search(plain))


def _apart(left: str, right: str, found: re.Match[str]) -> bool:
    """Whether two thoughts meet here."""
    before, after = topics(left), topics(right)
    if not before or not after or before & after or before | after <= _ALWAYS:
        return False
    if any(before | after <= story for story in _TOGETHER) and not found["also"]:
        return False
    return not found["join"] or _is_clause(right)


_CLAUSE: Final = re.compile(
    r"(?:please |por favor |can |could |the |my |i |i'm |where|when|what|how|is |leave|change|cancel|tell|send|"
    r"el |la |mi |me |quiero |quisiera |puede|podria|donde|cuando|como|a que|dej|cambi|cancel|necesito|hay )"
)


def _is_clause(plain: str) -> bool:
    return bool(_CLAUSE.match(plain))
