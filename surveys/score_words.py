"""The words around a score, English and Spanish: numbers, ways of saying, and what makes a number no score."""

import re
from typing import Final


def words(text: str) -> frozenset[str]:
    """The words of a table."""
    return frozenset(text.split())


WORDS: Final = {
    word: number
    for number, row in enumerate(
        (
            "zero cero",
            "one uno",
            "two dos",
            "three tres",
            "four cuatro quatro",
            "five fiv fve cinco sinco",
            "six seis",
            "seven siete",
            "eight ocho",
            "nine nueve",
            "ten diez dies",
        )
    )
    for word in row.split()
}
NUMBER: Final = rf"(?P<number>[0-9]{{1,3}}(?:[.,][05](?![0-9]))?|(?:{'|'.join(WORDS)})(?![a-z0-9]))"
UNIT: Final = r"\ ?(?:stars?|estrell(?:it)?as?|puntos?|points?|pts?)(?![a-z0-9])|\ ?[*+]|\ ?[⭐🌟★]+"
OUT_OF: Final = rf"\ ?(?:/|out\ of|of|over|de|sobre)\ ?(?P<top>[0-9]{{1,3}}|{'|'.join(WORDS)})(?![a-z0-9:/])"

HELLO: Final = r"(?:hi|hello|hey|hola|ok|okay|yes|si|well|so|pues|bueno|thanks|thank you|gracias)[ ,.!]*"
#: Sentences that lead up to a score.
SAYING: Final = (
    r"(?:i(?:'?d| would| will|'?ll| want to)? (?:say|give|rate|score)(?: (?:it|you|them|him|her|this|that))?"
    r"(?: (?:the|my|your|this) (?:driver|service|delivery|courier))?(?: (?:as|at))?"
    r"|(?:(?:my|the|your) )?(?:rating|rate|score|answer|grade|vote|stars?)(?: ?[:=]| is| was| would be)?"
    r"|(?:it(?:'?s| is| was)|that(?:'?s| is| was)) (?=an? )"
    r"|(?:yo )?(?:(?:le|les|te|lo|la|se lo|se la) )?"
    r"(?:doy|daria|pongo|pondria|califico|calificaria|evaluo|puntuo|digo|diria)(?: (?:con|que|como))?"
    r"|(?:(?:mi|la|su) )?(?:calificacion|puntuacion|nota|respuesta|puntaje|valoracion|voto)"
    r"(?: ?[:=]| es| seria| fue)?(?: de)?"
    r"|(?:es|fue|seria|merecen?) (?=una? )"
    r"|deserves|number|numero|option|opcion)"
)
SURELY: Final = r"(?:definitely|absolutely|totally|probably|maybe|easily|solid|strong|definitivamente|seguro|solido)"
#: Words that may stand before a bare score at the end of a text: "great service 5", "pésimo servicio, 1".
OPINIONS: Final = words(
    """great good excellent perfect awesome amazing fantastic wonderful super best love loved nice fine ok okay bad
    terrible awful horrible worst poor rude slow late fast quick excelente bueno buena buen bien perfecto perfecta
    genial fantastico increible malo mala mal pesimo pesima horrible terrible lento lenta rapido rapida"""
)
BESIDE: Final = words(
    """it its very so really the a was were job work and service driver delivery courier thanks thank you muy el la un
    una servicio repartidor conductor entrega y gracias fue trabajo todo all"""
)
#: When one of these follows a bare number, the number counts something or names a time or a place.
COUNTED: Final = words(
    """of more others different extra day days hour hours hr hrs minute minutes min mins second seconds week weeks
    month months year years am pm oclock o'clock noon times items things boxes packages parcels orders bags
    pieces packs bottles people persons questions blocks mile miles km floors flights dollars bucks usd percent
    st nd rd th is are were has have had isnt arent and or to and/or plus arrived came missing broken damaged still
    remain per each x u you me us real sure ever now today tomorrow
    dia dias hora horas minuto minutos segundos semana semanas mes meses ano anos veces cosas cajas paquetes pedidos
    bolsas piezas articulos productos personas preguntas cuadras pisos dolares pesos euros por es son estan esta han ha
    hay faltan falta llegaron llego rotos rotas o y e mas otros otras de del ahora hoy manana"""
)
#: The same for one thing only: "1 box was wet" counts, "2 box was wet" scores.
COUNTED_ONCE: Final = words(
    """time item thing box package parcel order bag piece pack bottle person question block door floor other day
    vez cosa caja paquete pedido bolsa pieza articulo producto persona pregunta cuadra piso puerta otro otra"""
)
#: "Main St", "Elm Street apt 4", but not "left it on the street".
STREET: Final = re.compile(
    r"(?:(?!(?:the|my|our|his|a|an|on|in|at|to|by|la|el|mi|en|una?) )[a-z]+ ){1,3}"
    r"(?:st|street|ave|avenue|rd|road|blvd|dr|lane|ln|ct|hwy)(?![a-z])"
)
POLITE: Final = re.compile(
    r"(?:(?:and |y )?(?:thanks?|thank you|thx|ty|please|pls|for everything|so much|very much|a lot|sir|"
    r"muchas|mil|gracias|por favor|por todo)[ ,.!]*)+"
)
