"""Spanish rules for the question of questions."""

from typing import Final

from bot.rules.base import Rule, rules
from bot.rules.es_words import WORDS

RULES: Final[tuple[Rule, ...]] = rules(
    WORDS,
    (
        "where_is_my_order",
        0.92,
        r"(?:donde|a donde|por donde|en donde|ubicacion)\b.{{0,30}}(?:{n}|{drv})",
        r"{not_ours}|dejaron|dejo|siguiente|proxima|comprar",
    ),
    (
        "where_is_my_order",
        0.85,
        (
            r"(?:donde|por donde) (?:esta|estan|viene|anda|va|andan|vienen|quedo|quedaron)(?: (?:mi|mis|lo|el|"
            r"la)(?: \w+)?)?(?: ahora)?$"
        ),
        r"(?:{not_ours}|casa|llaves|perro|parada|edificio|entrada)",
    ),
    (
        "where_is_my_order",
        0.9,
        (
            r"(?:cuando|a que hora|que dia|para cuando|hasta cuando|en cuanto tiempo|que fecha|en que fecha)"
            r".{{0,40}}{lleg}"
        ),
        r"(?:{not_ours}|abren|cierran|llame|avise|cuando llegu\w+)",
    ),
    (
        "where_is_my_order",
        0.86,
        (
            r"(?:cuanto|cuantos|cuantas) (?:tiempo |mas |dias |horas |falta |demora |tarda |paradas ?)+"
            r".{{0,35}}|"
            r"(?:falta|tarda|tardan|demora|demoran|tardara) mucho"
        ),
        r"(?:{not_ours}|cuesta|vale)",
    ),
    (
        "where_is_my_order",
        0.86,
        (
            r"(?:estado|estatus|status|informacion|noticias|novedades|actualizacion|info|localiz\w+|ubic\w+|"
            r"saber|sabes|saben|seguir).{{0,25}}(?:{n}|envio)|"
            r"ya mero(?: llega)?|llevo .{{0,25}} esperando|esperando y nada|a que hora (?:pasa|pasan|es|seria)|"
            r"se supone que (?:ya|hoy|llega|iba)|seguimiento|rastrea\w*|rastreo|trackear|numero de guia|"
            r"como va (?:mi|el|la) (?:{n})"
        ),
        r"(?:{not_ours}|telefono del|estados unidos|noticias de|direccion|casa|domicilio)",
    ),
    (
        "where_is_my_order",
        0.84,
        (
            r"(?:no|aun no|todavia no|sigue sin|nada de|sin) .{{0,20}}(?:ha llegado|han llegado|llega|llegan|"
            r"llegar|he recibido|recibo|recibir|ha venido|ha salido|ha pasado|aparece)|"
            r"(?:sigo|estoy|llevo|seguimos) .{{0,10}}(?:esperando|espera)"
        ),
        r"(?:{not_ours}|entregado|codigo|correo|mensaje|puedo recibir|puedo pasar)",
    ),
    (
        "where_is_my_order",
        0.84,
        (
            r"(?:ya |cuando |si |me |se |hoy |manana )+(?:lo )?(?:llega|llego|llegara|llegaria|salio|enviaron|"
            r"mandaron|despacharon|viene|vienen|va a llegar|entregan|traen|entregaran|esta (?:en camino|cerca|"
            r"por llegar))(?: (?:mi|el|la) {n})?|"
            r"(?:{n}) (?:\w+ ){{0,2}}(?:esta )?(?:atrasad[oa]|retrasad[oa]|demorad[oa]|tarde|viene|llega|"
            r"en camino|llegara|detenid[oa])|"
            r"(?:fecha|hora|dia|horario|tiempo) (?:estimad[oa] )?(?:de|aproximad[oa] de) (?:entrega|llegada)|"
            r"(?:que (?:paso|pasa|hay|onda|ha pasado)) (?:con|de) .{{0,10}}{n}|va a llegar|"
            r"tenia que (?:llegar|haber llegado)|debia (?:llegar|haber llegado)|"
            r"deberia (?:llegar|haber llegado)|se supone que llega\w*"
        ),
        (
            r"(?:{not_ours}|cambiar|roto|llego roto|danad\w+|equivocad|otra cosa|incomplet|ya llego\b|"
            r"al lugar|estoy)"
        ),
    ),
    (
        "where_is_my_order",
        0.8,
        (
            r"^(?:(?:hola|y|oye|buenas|por favor|disculpa) )*(?:estado|seguimiento|rastreo|rastrear|"
            r"donde esta|donde|y mi (?:pedido|paquete|envio)|mi (?:pedido|paquete|envio)|cuando llega|"
            r"cuanto falta|a que hora|alguna novedad|ya casi|ya mero|novedades|donde viene)(?: (?:por favor|"
            r"gracias|ya|hoy))*$"
        ),
        "",
    ),
)
