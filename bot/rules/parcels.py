"""Rules, in both languages, for a parcel that is late or asked after in the ways of public threads, of a voice that
thinks aloud, and of a language learnt: the parcel is named, or its purchase told, and then what does not happen.
"""

from typing import Final

from bot.rules import en_words, es_words
from bot.rules.base import Rule, rules
from bot.rules.negated import BEYOND_DOUBT

_WORDS: Final = {
    "p": r"(?:orders?|packages?|parcels?|deliver(?:y|ies)|shipments?|consignments?|purchases?)",
    "late": (
        r"(?:pending|processing|stuck|shipped|ship|dispatched|moving|moved|meant to|due|supposed to|on vacation|late|"
        r"lost or|frozen|overdue|out for delivery|on (?:it is|the) way|get(?:ting)? here|arriv\w+|coming|show up)"
    ),
    "bad": en_words.WORDS["bad"],
    "es_p": r"(?:pedidos?|paquetes?|envios?|encargos?|compras?|orden|encomiendas?|entregas?)",
    "es_drv": es_words.WORDS["drv"],
    "es_bad": es_words.WORDS["bad"],
    "card": r"(?:new |replacement |debit |credit |bank |physical |first )*cards?",
    #: What makes it another request, or another's business.
    "not_so": (
        r"never|refund\w*|money|return\w*|cancel\w*|exchange|wrong|missing|instead|incorrect|delivered|deliver to|"
        r"signed|photo|picture|address|zip|reschedul\w*|change|another day|leave|left (?:it|my|at the)|door|gate|porch|"
        r"code|coupon|discount|price|receipt|invoice|confirmation|email|account|app|log ?in|history|place an|"
        r"want to order|to buy|card|bank|loan|flight|train|pizza|store|shop opens?|hours|stole\w*|rude|threw|"
        r"customer|next stop|my stops|route|said (?:no|he)|complain\w*|speak|talk|agent|human|person|in my van|"
        r"i am (?:late|running|stuck|behind)|i will be"
    ),
    "es_not_so": (
        r"nunca|reembols\w*|dinero|devol\w+|regres\w+|cancel\w*|anul\w+|equivocad\w+|falt(?:a|an|aron)|otra cosa|"
        r"entregad[oa]|entregaron|firm\w+|foto|direccion|domicilio|cambi\w+|otro dia|"
        r"dej\w+|puerta|clave|codigo|cupon|precio|factura|recibo|correo|cuenta|app|"
        r"historial|hacer un|quiero (?:pedir|comprar)|tarjeta|banco|credito|vuelo|"
        r"tren|tienda|rob\w+|grosero|avento|cliente|parada|queja|hablar|persona|humano|talla|mandaron|llego|llegaron"
    ),
}

RULES: Final[tuple[Rule, ...]] = rules(
    _WORDS,
    (
        "where_is_my_order",
        0.86,
        (
            r"(?:movement|news|word|sign|arrival (?:time|estimate|date)?|estimate|stage|position|location|whereabouts|"
            r"eta|progress|hold ?up|delay) (?:\w+ ){{0,4}}{p}|"
            r"(?:my|our|half(?: of)? my|the rest of my|an|the) (?:\w+ ){{0,2}}{p} (?:\w+ ){{0,5}}{late}|"
            r"still no (?:\w+ )?{p}|no (?:{p}|movement|sign|scans?) (?:for|in|since|yet|at all)|still ?waiting|"
            r"look(?:ing)? (?:into|up|after) (?:my |the )?{p}|(?:what is|why is .{{0,20}}) taking .{{0,20}}{p}|"
            r"taking (?:my|our|your) {p}|(?:delay|hold up|slow down) (?:my|our|the) {p}|how come (?:my|our|the) {p}|"
            r"did (?:some(?:one|body)|anyone|you|they|the (?:\w+ )?(?:company|store|seller|shop)) (?:\w+ )?"
            r"(?:ship|send|post|mail|dispatch|forget|lose)|"
            r"(?:has|have) the (?:store|seller|company|shop) (?:\w+ )?(?:shipped|sent|posted|dispatched)|"
            r"how many (?:deliveries|drops|stops|houses|people|parcels) (?:\w+ ){{0,3}}(?:before|until|till|ahead)|"
            r"(?:is|are) (?:it|they) (?:in|near|close to) my (?:city|town|area|street|state)(?: (?:already|yet|now))?$|"
            r"how (?:much|many) (?:time|days?) (?:\w+ ){{0,3}}(?:reach|deliver|arrive)|(?:my|our) {p} (?:is )?not reach"
        ),
        r"{not_so}|{bad}|in stock|weather|moon|(?:says?|app|account) .{{0,40}}delivered|reply|response|answer",
    ),
    (
        "where_is_my_order",
        0.84,
        (
            r"(?:ordered|bought|purchased|placed an order|made an order|paid for) .{{0,60}}(?:nothing|no sign|still|"
            r"when|where|get here|arriv\w+|have not|has not|curious|wondering|update|show up|status|eta|on its way)|"
            r"(?:next|two|2|same|one|1|three|3) day (?:delivery|shipping) .{{0,40}}(?:nothing|still|days?|weeks?|no|"
            r"where|late|into)|paid (?:extra |more )?for (?:\w+ ){{0,3}}(?:shipping|delivery|postage|prime)|"
            r"(?:need|needed) (?:it|them) (?:here )?(?:by|before|for) .{{0,40}}(?:will|is|are|going|make it|happen)|"
            r"i have not (?:had|got|gotten|seen|received) (?:my|our|the) {p}|"
            r"(?:expecting|waiting for) (?:a|my|an|the) (?:\w+ )?{p}"
        ),
        r"{not_so}|{bad}|in stock|did not order|never ordered|tickets?|concert|show me|song|class|works? for",
    ),
    (
        "where_is_my_order",
        0.86,
        (
            r"(?:quiubo|que (?:onda|hubo|pedo|rollo)|en que (?:anda|va|etapa|quedo|estado)|noticias?|novedad(?:es)?|"
            r"senal(?:es)?|rastro|razon|(?:se )?sabe algo|sabido) (?:\w+ ){{0,4}}{es_p}|"
            r"(?:mi|el|la|mis) {es_p} (?:\w+ ){{0,4}}(?:pendiente|procesando|en proceso|parad[oa]|atorad[oa]|"
            r"sin (?:salir|moverse|despachar|enviar)|no (?:se )?(?:ha |han |)(?:movido|mueve|sale|salido|despacha\w*|"
            r"enviado|llegado|aparece)|alcanza|list[oa] para|ya va|viene)|"
            r"(?:sigue|continua) (?:\w+ ){{0,2}}(?:pendiente|procesando|en proceso|en preparacion) "
            r"(?:\w+ ){{0,2}}{es_p}|"
            r"(?:llega|llegan|viene|vienen|pasan) (?:hoy|manana) o|tenia que (?:llegar|venir)|"
            r"que tan (?:lejos|cerca) (?:\w+ ){{0,3}}{es_drv}|"
            r"cuant[oa]s? (?:dias |tiempo )?(?:se )?tardan? (?:\w+ ){{0,2}}(?:envio|entrega|en (?:llegar|entregar))|"
            r"(?:ni una|ninguna|sin) noticias? de(?:l)? (?:mi |el )?{es_p}|en cuanto tiempo (?:\w+ ){{0,2}}aqui"
        ),
        r"{es_not_so}|{es_bad}",
    ),
    (
        "where_is_my_order",
        0.84,
        (
            r"(?:pedi|compre|encargue|ordene|hice (?:un pedido|una compra)|pague) .{{0,60}}(?:y nada|no se nada|"
            r"no llega|sigue|no aparece|cuando|nada de nada|ni senas|sin noticias|no se mueve|no ha llegado|alcanza)"
        ),
        r"{es_not_so}|{es_bad}|boletos|concierto|pizza a",
    ),
    # A card that a bank has posted is a parcel; all else about cards is none of ours, and a model hears mostly that.
    (
        "where_is_my_order",
        BEYOND_DOUBT,
        (
            r"track(?:ing)? (?:\w+ ){{0,3}}{card}|where is my {card}$|"
            r"need (?:\w+ ){{0,2}}{card} (?:now|soon|quickly|asap)|"
            r"(?:when|how (?:long|soon|quickly|fast)|wait time|why (?:have|has) (?:i )?not|have not|has not|did not|"
            r"still waiting) .{{0,40}}(?:receive|recieve|get|gotten|received|recieved|arriv\w+|come|expect|have|"
            r"deliver\w*|mailed|sent|ship\w*|wait|got) .{{0,15}}{card}|"
            r"(?:when|how (?:long|soon)|where|has|have|is|will|did|not) .{{0,30}}{card} .{{0,25}}(?:arriv\w+|come|"
            r"get here|be delivered|been (?:sent|shipped|mailed)|in the mail|on (?:it is|the) way|get to me)|"
            r"(?:cuando|donde|ya|no) .{{0,25}}(?:lleg\w+|recib\w+|enviaron|mandaron) .{{0,12}}tarjeta(?: nueva)?$"
        ),
        (
            r"gift|green|sim|declin\w+|stol\w+|(?:i|have) lost|lost my|block\w*|fees?|charg\w+|limit|pin|activat\w+|"
            r"swallow\w*|machine|atm|(?:not|does it|it) work\w*|pay\w*|top|transfer\w*|refund|birthday|greeting|memory|"
            r"video|graphics|report|score|points|expir\w+|apply|approved|damaged|broken|money|cash|statement|bill|"
            r"says delivered|was delivered|regalo|robad\w+|perdi|bloque\w+|saldo|cobr\w+|puntos"
        ),
    ),
)
