"""Spanish rules when something went wrong with a parcel."""

from typing import Final

from bot.rules.base import Rule, rules
from bot.rules.es_words import WORDS

RULES: Final[tuple[Rule, ...]] = rules(
    WORDS,
    (
        "not_received",
        0.92,
        (
            r"(?:dice|dicen|aparece|sale|marca\w*|figura|pone|estado|segun|app|aplicacion|pagina)"
            r".{{0,35}}(?:entregad[oa]|entregaron|recibid[oa]).{{0,40}}(?:no|nada|nunca|pero|ni)"
        ),
        "",
    ),
    (
        "not_received",
        0.9,
        (
            r"entregad[oa].{{0,20}}(?:pero|y|aunque).{{0,20}}(?:no|nada|nunca)|"
            r"(?:me )?(?:lo )?(?:robaron|han robado|robado)|"
            r"nunca (?:lo |me |la )?(?:llego|recibi|vino|vinieron|entregaron)|"
            r"no (?:hay|habia) (?:nada|ningun \w+) (?:en|afuera|aqui|por)|"
            r"(?:{n}) (?:se )?(?:perdio|esta perdid[oa]|desaparecio|perdid[oa])|"
            r"(?:dejaron|entregaron|entregado|dejado) .{{0,20}}(?:otra|equivocad[oa]|otro) ?(?:casa|direccion|"
            r"vecino|puerta|persona)?"
        ),
        r"quiero|pueden|puede|por favor|tarjeta|cartera",
    ),
    (
        "not_received",
        0.78,
        r"no (?:me )?(?:lo |la )?(?:llego|recibi|vino|entregaron)",
        r"reembolso|correo|codigo|factura|todo|complet|dinero|mensaje",
    ),
    (
        "damaged",
        0.88,
        r"(?:{bad}|(?:no (?:funciona|sirve|prende|enciende)))",
        (
            r"(?:porton|puerta|timbre|interfono|elevador|ascensor|chapa|enlace|link|pagina|app|codigo|rastreo|camioneta|"
            r"camion|carro|corazon|reja)"
        ),
    ),
    (
        "wrong_or_missing_item",
        0.9,
        (
            r"(?:articulo|producto|talla|color|pedido|paquete|cosa|modelo|orden|tamano|otro)s? (?:\w+ ){{0,3}}"
            r"(?:equivocad[oa]s?|incorrect[oa]s?|erron[eo]a?s?|diferentes?|distint[oa]s?|mal)|"
            r"no es (?:lo que|el que|la que|mi) (?:\w+ )?(?:pedi|compre|ordene|pedido|orden)?|"
            r"(?:me )?(?:mandaron|enviaron|llego|dieron|trajeron) (?:otra cosa|otro|el \w+ equivocado|mal|"
            r"algo (?:distinto|diferente))|"
            r"no pedi (?:esto|eso)|equivocad[oa]s? (?:de )?(?:talla|color|articulo|producto)"
        ),
        r"direccion|domicilio|casa",
    ),
    (
        "wrong_or_missing_item",
        0.9,
        (
            r"(?:me |le |les )?(?:falta|faltan|faltaba|faltaron|falto) (?:un[oa]?|una|algo|algun\w*|el|la|los|"
            r"las|dos|tres|cosas?|articulos?|parte|piezas?|\d+|\w+ (?:en|del))|"
            r"(?:esta|llego|vino) incomplet[oa]s?|"
            r"solo (?:me )?(?:llego|llegaron|recibi|vino|mandaron) (?:un[oa]?|la mitad|uno|parte|dos|\d)"
        ),
        r"cuanto falta|falta mucho|que falta para",
    ),
    (
        "proof_of_delivery",
        0.9,
        (
            r"(?:prueba|comprobante|evidencia|constancia) (?:de (?:la )?)?entrega|"
            r"fotos? .{{0,25}}(?:entrega|paquete|pedido|donde|puerta)|"
            r"quien (?:lo |la )?(?:firmo|recibio|recogio|acepto|agarro)|"
            r"(?:donde|con quien) (?:lo |la |me lo )?(?:dejaron|dejo|han dejado|pusieron|entregaron)|firma de"
        ),
        r"te mando|les mando|aqui (?:esta|va)",
    ),
)
