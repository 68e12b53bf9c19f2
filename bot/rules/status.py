"""Rules, in both languages, for plain questions after a parcel, whatever is in it (sent, stuck, due, near), and for
the bells and dogs of delivery instructions.

They know no goods by name, so they go by how such a question is built.
"""

from typing import Final

from bot.rules import en_words, es_words
from bot.rules.base import Rule, rules

_WORDS: Final = {
    "en_day": en_words.WORDS["day"],
    "es_n": es_words.WORDS["n"],
    "sent": (
        r"(?:sent(?: out| off)?|posted|shipped(?: out)?|dispatched|mailed|gone out|"
        r"left (?:the|your) (?:warehouse|depot|store|shop|building|hub|factory)|"
        r"handed (?:over )?to the (?:courier|carrier))"
    ),
    "van": r"(?:van|lorry|delivery truck|truck|delivery van)",
    "camion": r"(?:camion(?:eta|cito)?|furgoneta|repartidor(?:a)?|mensajero|chofer)",
    "elsewhere": (
        r"(?:refund\w*|money|wages?|salary|pay(?:day|slip|check|cheque)?|paid|bonus|pension|shifts?|overtime|rent|bills?|"
        r"invoices?|receipts?|e ?mails?|messages?|texts?|codes?|links?|passwords?|accounts?|cards?|confirmation|"
        r"opens?|opening|closes?|closing|stores?|shops?|match\w*|games?|films?|movies?|series|songs?|concerts?|"
        r"trains?|bus(?:es)?|flights?|planes?|exams?|homework|holidays?|easter|christmas|birthday is|baby|visa|"
        r"passport|tax(?:es)?|appointment is|weather|rain|library book|bin (?:day|collection)|wrong|broken|damaged|"
        r"instead|change|move it|cancel\w*|delivered but|says? delivered|marked|customer|keys?|dog|"
        r"reembols\w*|dinero|sueldo|quincena|nomina|pag\w+|aguinaldo|turnos?|renta|facturas?|correos?|mensajes?|"
        r"codigos?|cuentas?|tarjetas?|tiendas?|abr\w+|cierr\w+|partidos?|juegos?|peliculas?|conciert\w*|tren|vuelo|"
        r"examen|vacaciones|navidad|clima|llueve|cambi\w+|mejor|cancel\w*|equivocad[oa]s?|rot[oa]s?|"
        r"entregado|clientes?|llaves)"
    ),
}

RULES: Final[tuple[Rule, ...]] = rules(
    _WORDS,
    (
        "where_is_my_order",
        0.92,
        (
            r"^(?:\w+ ){{0,8}}(?:has|have|was|were|did) (?:you |they |my |our |the |it |order )+(?:\w+ ){{0,3}}"
            r"(?:been )?(?:already )?{sent}|"
            r"^(?:\w+ ){{0,6}}did (?:you|they) (?:already |even )?(?:send|ship|post|dispatch|mail)(?: out| off)? "
            r"(?:my|our|the|it)|"
            r"(?:still not|not yet|not|has not been|have not been) (?:been )?(?:dispatched|shipped|out for delivery)|"
            r"(?:in transit|stuck (?:in|at)|at the (?:depot|hub)|in customs) .{{0,30}}(?:days?|weeks?|since|lost)|"
            r"(?:days?|weeks?) in transit|"
            r"(?:it|my (?:\w+ ){{1,3}}|tracking|package|parcel|order) ?(?:has|have) not (?:moved|budged|been scanned)"
            r"(?! (?:in|to) (?:my|our|a))"
        ),
        r"{elsewhere}|who|where did you|(?:can|could|want to|like to) (?:i )?have|sent to|somewhere else|never",
    ),
    (
        "where_is_my_order",
        0.92,
        (
            r"(?:what|which) day (?:is|are|does|do|will) (?:my|our|the) (?:\w+ ){{1,4}}"
            r"(?:due|com\w+|arriv\w+|be delivered|get here|expected)|"
            r"when (?:is|are|will|does|do) (?:my|our|the) (?:\w+ ){{1,4}}due(?: to (?:arrive|come|be delivered))?$|"
            r"(?:what|which|when|roughly|around|about|more or less).{{0,25}}(?:will|do|are|would) you (?:\w+ )?"
            r"(?:pass(?:ing)?|com(?:e|ing)|be here|get here|be (?:round|around|passing|coming))"
            r"(?: (?:by|past|round|here|through))?"
        ),
        r"{elsewhere}|come back|again|to (?:dinner|lunch|my party)",
    ),
    (
        "where_is_my_order",
        0.92,
        (
            r"(?:where|whereabouts|where exactly|where about) (?:is|has|are) (?:exactly )?(?:the|my|your|our) {van}"
            r"(?! (?:keys?|depot))"
        ),
        r"park\w*|wash|my van is|hire|rent",
    ),
    (
        "where_is_my_order",
        0.92,
        (
            r"ya (?:me |lo |la |los |las |se )*(?:enviaron|mandaron|despacharon|envio|despacho|"
            r"salio (?:de(?:l| la)|a reparto|mi|el|la))|"
            r"(?:no|sin) (?:ha )?(?:sale|salido|salir|esta|despachan|despachado) (?:a|en) reparto|"
            r"en transito .{{0,25}}(?:dias?|semanas?|desde|perdi\w+)|(?:dias?|semanas?) en transito|"
            r"(?:parado|detenido|atorado|atascado|varado) (?:en|desde)|"
            r"(?:que|para que) (?:dia|fecha) (?:\w+ ){{0,3}}(?:llega\w*|traen|vienen|entregan|es la entrega|"
            r"tengo la entrega|esta (?:prevista|previsto))|"
            r"(?:a|como a|sobre) que horas? (?:mas o menos |aproximada(?:mente)? )*"
            r"(?:pasan?|pasaran?|pasarian?|vienen|llegan)|"
            r"mas o menos a que horas? (?:pasan?|pasaran?|pasarian?|vienen|llegan)|"
            r"(?:donde|por donde|en que calle) (?:\w+ ){{0,2}}(?:esta|viene|va|anda|vienen) (?:\w+ )?"
            r"(?:el|la|mi) {camion}"
        ),
        r"{elsewhere}|autobus|metro|basura|nunca|prueba|foto|trafico|puente|estoy (?:parad|deten|atora|atasc)\w+",
    ),
    (
        "delivery_instructions",
        0.92,
        (
            r"(?:bells?|doorbells?|buzzer|intercom|chime|lift|elevator) .{{0,20}}(?:not work\w*|broken|out of order|"
            r"dead|bust(?:ed)?|disconnected) .{{0,25}}(?:knock|leave|call|phone|ring|use|tap|text|bang|thump|come)|"
            r"(?:dogs?|puppy) .{{0,30}}(?:friendly|harmless|not bite|loose|asleep|barks?|in the (?:yard|garden)) "
            r".{{0,40}}(?:leave it|leave the \w+|put it|drop it|put the \w+|use the)|"
            r"(?:timbre|interfono|elevador|ascensor) .{{0,20}}(?:no (?:sirve|funciona)|descompuesto|roto|muerto) "
            r".{{0,20}}(?:toquen?|dejel[oa]|dejen|llame(?:n|me)?|marque(?:n|me)?|golpee)|"
            r"(?:no (?:sirve|funciona)) el (?:timbre|interfono|elevador|ascensor) "
            r".{{0,20}}(?:toquen?|dejel[oa]|dejen|llame(?:n|me)?|marque(?:n|me)?|golpee)"
        ),
        r"customer|cliente|should i|do i|i (?:will|can|left)|nobody|nadie|you sent|arrived|came|alarm",
    ),
)
