"""Spanish rules when a shopper wants something done, or a person."""

from typing import Final

from bot.rules.base import Rule, rules
from bot.rules.es_words import WORDS

RULES: Final[tuple[Rule, ...]] = rules(
    WORDS,
    (
        "are_you_a_bot",
        0.93,
        (
            r"(?:eres|es|sos|son|estoy hablando con|hablo con|es esto|esto es) (?:usted )?(?:un |una )?(?:bot|"
            r"robot|maquina|humano|humana|persona|persona real|computadora|inteligencia artificial|ia)"
            r"(?: real)?"
        ),
        r"quiero|necesito|puedo",
    ),
    (
        "talk_to_person",
        0.92,
        (
            r"(?:hablar|hable|hablo|comunica\w*|conecta\w*|contacta\w*|pasa\w*|transfier\w*|atiend\w*|llam\w*|"
            r"quiero|necesito|ponme|dame|chatear).{{0,30}}{person}|"
            r"(?:persona|humano) (?:real|de verdad)|atencion al cliente$|servicio al cliente$|"
            r"numero de (?:telefono|contacto|atencion)"
        ),
        r"{drv}|otra persona|otro|recibir|recoger|deja",
    ),
    (
        "talk_to_person",
        0.9,
        (
            r"^(?:un |una )?(?:agente|humano|persona|operador|operadora|asesor|asesora|representante|"
            r"persona real)(?: por favor)?$"
        ),
        "",
    ),
    (
        "contact_driver",
        0.9,
        (
            r"(?:hablar|llamar|contactar|comunicar\w*|mensaje|escribir\w*|localizar|llame|ponerme en contacto|"
            r"decir\w*|dig\w+|avis\w+|preguntar\w*).{{0,25}}{drv}|"
            r"(?:numero|telefono|celular|contacto) del? {drv}|que (?:el )?{drv} me (?:llame|escriba|marque)|"
            r"{drv} (?:me )?(?:llame|puede llamar\w*)"
        ),
        r"dej[aeo]|codigo",
    ),
    (
        "delivery_instructions",
        0.9,
        (
            r"(?:dej\w+|pon\w+|coloqu\w+|coloc\w+|entregu?\w+|escond\w+|dar|den|dale|denle|dejar\w*)"
            r".{{0,35}}(?:en|con|a|al|detras|debajo|junto|frente|afuera|por|adentro) .{{0,20}}{place}"
        ),
        r"firmo|donde|quien|dejaron|dejo (?:el|mi)|entregado|entregaron|equivocad|deje (?:el|un) paquete|deje en",
    ),
    (
        "delivery_instructions",
        0.9,
        (
            r"(?:codigo|clave|pin) (?:de|del|para|es|de la) (?:la |el )?(?:puerta|porton|reja|entrada|"
            r"edificio|acceso|garaje|#?\d+)|"
            r"(?:toque|toquen|toca|no toque\w*|usen|use) .{{0,15}}(?:timbre|puerta|entrada)|"
            r"instrucciones (?:de|para) (?:la )?entrega|cuidado con el perro|"
            r"(?:llame\w*|avis\w+|marque\w*) (?:cuando|al|antes) (?:\w+ )?(?:llegu?\w+|entreg\w+|de)"
        ),
        r"cual|necesito (?:el|la) (?:codigo|clave)|descuento|no (?:tengo|funciona)|postal|nada|nadie|llame y",
    ),
    (
        "reschedule",
        0.92,
        r"re ?program\w*|re ?agend\w*|pospon\w*|aplaz\w*|posterg\w*",
        "",
    ),
    (
        "reschedule",
        0.88,
        (
            r"(?:cambi\w+|mover|muev\w+|modific\w+|elegir|escoger|otr[oa]|nuev[oa]|pas\w+|adelant\w+|atras\w+)"
            r" .{{0,30}}(?:fecha|dia|hora|horario|entrega (?:para|al?) .{{0,12}}{day}|para (?:el |la )?{day})"
        ),
        r"direccion|talla|color|contrasena|pedido (?:atrasado|retrasado)|que paso",
    ),
    (
        "reschedule",
        0.84,
        (
            r"(?:pued\w+|podri\w+|quiero|quisiera|prefier\w+|mejor|necesito|favor|que) .{{0,25}}(?:entreg\w+|"
            r"traer\w*|traigan|venir|vengan|pasar|pasen|vuelvan|volver|llegu\w+|lo quiero|que sea)"
            r".{{0,20}}{day}|"
            r"no (?:voy a |vamos a |puedo )?(?:estar\w*|estoy|hay nadie|habra nadie|estamos)(?: \w+){{0,3}}?"
            r" ?(?:{day}|hasta|en casa (?:hoy|manana|el|ese))|"
            r"(?:mejor|que sea) (?:el |la |para (?:el )?)?{day}|"
            r"(?:estoy|estare|voy a estar) (?:fuera|de viaje|de vacaciones|trabajando)"
        ),
        r"cuando|a que hora|donde|por que|reembolso",
    ),
    (
        "change_address",
        0.9,
        (
            r"(?:cambi\w+|actualiz\w+|corregir|corrij\w+|modific\w+|editar|equivoc\w+|nueva|otra|diferente|"
            r"incorrecta|mal|agregar|anadir|poner|erronea).{{0,30}}(?:direccion|domicilio)(?:es)?|"
            r"(?:direccion|domicilio) .{{0,15}}(?:esta|es|estaba|era|fue)? ?(?:mal|equivocad[oa]|"
            r"incorrect[oa]|erroneo|erronea|cambio|viejo|vieja|anterior)|"
            r"me (?:mude|cambie de casa|he mudado|voy a mudar|estoy mudando)|nos mudamos"
        ),
        r"correo|email|entregaron|dejaron|no encuentro",
    ),
    (
        "change_address",
        0.82,
        (
            r"(?:env\w+|mand\w+|entreg\w+|llev\w+|redirig\w+|desvi\w+|traer\w*|traigan).{{0,25}} a (?:mi |"
            r"otra |otro |la |casa de |una )+(?:trabajo|oficina|direccion|casa de|casa|domicilio|lugar|"
            r"hermana|mama|hotel)"
        ),
        r"entregaron|mandaron|enviaron|cuando|robaron",
    ),
    (
        "cancel_order",
        0.92,
        (
            r"(?:cancel\w*|anul\w*).{{0,25}}(?:{n}|todo|lo|la|eso|esto)|"
            r"ya no (?:lo |la |los )?(?:quiero|necesito)(?: (?:el|la|mi|este|esta))?(?: {n})?|cancelalo|"
            r"cancelenlo|cancelarlo|quiero cancelar"
        ),
        (
            r"(?:no|nunca|sin|por que|quien|fue|esta) (?:\w+ ){{0,2}}(?:cancel\w*|anul\w*)|suscripcion|"
            r"mensajes|cita|cuenta|hablar|llega"
        ),
    ),
    (
        "return_or_refund",
        0.92,
        (
            r"re ?embols\w*|devoluci\w+|devolver\w*|devuelv\w+|regresar (?:el|la|este|mi|un|lo)|"
            r"mi dinero(?: de vuelta)?|recuperar mi dinero|"
            r"cambiar (?:el|este|la|un) (?:producto|articulo|talla|prenda)|me regresen"
        ),
        r"llamada",
    ),
    (
        "complaint",
        0.88,
        (
            r"quej\w+|reclam\w+|"
            r"(?:{drv}|entrega|joven|senor).{{0,25}}(?:groser[oa]|maleducad[oa]|irrespetuos[oa]|grito|avento|"
            r"tiro|lanzo|insulto|prepotente)"
        ),
        r"quejarme no",
    ),
    (
        "complaint",
        0.8,
        (
            r"(?:pesim[oa]|horrible|terrible|malisim[oa]|asco|inaceptable|desastre|verguenza|ridicul[oa]|"
            r"estafa\w*|mal(?:a)? servicio|mala atencion|pesima|harto|harta|molest[oa]|enojad[oa]|"
            r"decepcionad[oa]|indignad[oa])|"
            r"nunca mas (?:compro|vuelvo|les)"
        ),
        r"clima|pelicula",
    ),
    (
        "help",
        0.8,
        (
            r"^(?:(?:hola|por favor|necesito|me|puedes|puede|pueden|podrias|quiero|una|un|pueda|alguna|con|"
            r"tengo|mi|oye) )*(?:ayuda|ayudar|ayudame|ayudarme|ayudenme|opciones|menu|pregunta|duda|problema|"
            r"consulta)(?: (?:por|favor|con|mi|pedido|esto|gracias))*$|"
            r"que (?:puedes|puedo|pueden) (?:hacer|preguntar|pedir)|como funciona esto|cuales son mis opciones"
        ),
        "",
    ),
    (
        "cancel_order",
        0.4,
        r"^cancelar(?: por favor)?$",
        "",
    ),
)
