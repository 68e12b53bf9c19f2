"""Spanish rules for what drivers report and ask."""

from typing import Final

from bot.rules.base import Rule, rules
from bot.rules.es_words import WORDS

RULES: Final[tuple[Rule, ...]] = rules(
    WORDS,
    (
        "driver_next_stop",
        0.92,
        (
            r"(?:proxim[oa]|siguiente) (?:parada|entrega|direccion|cliente|paquete|pedido)|cual sigue|"
            r"a donde voy ahora|que sigue"
        ),
        "",
    ),
    (
        "driver_on_my_way",
        0.86,
        (
            r"(?:voy|estoy|ya voy|salgo) (?:en camino|saliendo|para alla|hacia|llegando|de camino|del almacen|"
            r"de la bodega)|"
            r"llego en \d+|estoy a \d+ (?:min|minutos)|"
            r"saliendo (?:del|de la) (?:almacen|bodega|deposito|tienda)|empiezo (?:la|mi) ruta|^en camino$"
        ),
        r"casa|tarde|no|mi pedido",
    ),
    (
        "driver_arrived",
        0.86,
        (
            r"(?:ya )?(?:llegue|estoy (?:aqui|afuera|abajo|en la (?:puerta|direccion|entrada)|en el (?:lugar|"
            r"domicilio|edificio|porton)|frente))"
        ),
        r"no|cerrad|nadie|perdid|esperando",
    ),
    (
        "driver_delivered",
        0.86,
        (
            r"(?:ya )?(?:lo |la )?(?:entregue|deje (?:el|en|con|la|lo)|deje)|"
            r"^(?:ya )?(?:paquete |pedido )?(?:entregado|entrega (?:hecha|completa|completada|lista|realizada)"
            r")$"
        ),
        r"no|pero|equivocad|dice|por favor|nunca",
    ),
    (
        "driver_running_late",
        0.86,
        (
            r"voy (?:\w+ )?(?:tarde|retrasad[oa]|atrasad[oa])|(?:hay |mucho |en el )trafico|"
            r"se me (?:hizo tarde|poncho)|llego tarde|"
            r"(?:camioneta|camion|carro|moto) (?:se )?(?:descompus\w+|no arranca|se averio)|"
            r"llanta (?:ponchada|baja)|me (?:atraso|retraso|demoro)"
        ),
        r"mi pedido|por que",
    ),
    (
        "driver_cannot_find_address",
        0.9,
        (
            r"no (?:encuentro|veo|ubico|doy con|localizo|puedo encontrar) (?:la |el |esta |ese )?(?:direccion|"
            r"casa|edificio|calle|numero|domicilio|departamento|lugar|entrada)|"
            r"(?:direccion|calle|numero|casa) no existe|(?:estoy|ando) perdid[oa]"
        ),
        r"seguimiento|{drv}",
    ),
    (
        "driver_nobody_home",
        0.88,
        (
            r"(?:nadie (?:abre|contesta|responde|sale|esta|en casa|atiende|me abre)|no (?:hay nadie|abren|"
            r"contestan|responden|sale nadie|contesta nadie)|cliente (?:no (?:esta|contesta|abre|sale)|"
            r"ausente))"
        ),
        r"telefono|chat|soporte|manana|hoy no|correo|hasta|llamadas|va a estar",
    ),
    (
        "driver_cannot_access",
        0.88,
        (
            r"no (?:puedo|me dejan|pude) (?:entrar|acceder|pasar|subir|ingresar)|"
            r"(?:porton|puerta|reja|edificio|entrada) (?:esta )?(?:cerrad[oa]|con llave|bloquead[oa])|"
            r"(?:necesito|cual es|no tengo|manden|falta) (?:el |la )?(?:codigo|clave)|"
            r"codigo no (?:funciona|sirve|abre)|sin acceso"
        ),
        r"cuenta|pagina|app|correo|descuento|postal",
    ),
    (
        "driver_refused",
        0.9,
        (
            r"(?:cliente|senora?|persona|destinatari[oa]|el|ella|lo|la).{{0,12}}(?:rechaz\w+|no (?:lo |la )?"
            r"(?:quiso|quiere|acepto|acepta|recibe))|"
            r"rechazaron|rechazado"
        ),
        r"tarjeta|pago|mi (?:tarjeta|pago)",
    ),
    (
        "driver_damaged",
        0.9,
        (
            r"{bad}.{{0,25}}(?:en|dentro de) (?:la|el|mi) (?:camioneta|camion|carro|ruta|moto|vehiculo)|"
            r"(?:lo|la) entrego asi|se me cayo|{bad}.{{0,20}}(?:entrego|lo llevo)"
        ),
        "",
    ),
)
