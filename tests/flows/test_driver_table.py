"""What drivers text, what is understood, and where it leaves the parcels; over keywords, on both databases."""

import itertools

from fakes.driver_world import Route
from fakes.fl_world import World

from tracking_core.models import Shipment
from tracking_core.rounds import driver_of

OUT, NEAR, AT, DONE, MISSED = "out_for_delivery", "arriving", "at_address", "delivered", "attempt_failed"
PACKED, BROKEN = "processed", "exception"
#: The driver stands at {a}; {b} and {c} are out. What is texted, the states of the three after it, words of the answer.
AT_THE_DOOR: list[tuple[str, str, str, str, str]] = [
    ("delivered", DONE, OUT, OUT, "delivered"),
    ("Delivered!", DONE, OUT, OUT, "photo"),
    ("delivered {a}", DONE, OUT, OUT, "Next: {b}"),
    ("DELIVERED {a} THANKS", DONE, OUT, OUT, "delivered"),
    ("{a} delivered", DONE, OUT, OUT, "delivered"),
    ("{a}: delivered", DONE, OUT, OUT, "delivered"),
    ("order {a} is delivered", DONE, OUT, OUT, "delivered"),
    ("delivered #{d}", DONE, OUT, OUT, "delivered"),
    ("{d} delivered", DONE, OUT, OUT, "delivered"),
    ("deliverd", DONE, OUT, OUT, "delivered"),
    ("just delivered it", DONE, OUT, OUT, "delivered"),
    ("dropped it off", DONE, OUT, OUT, "delivered"),
    ("ok delivered, thanks", DONE, OUT, OUT, "delivered"),
    ("delivered at neighbour 4B", DONE, OUT, OUT, "delivered"),
    ("left with the doorman", DONE, OUT, OUT, "delivered"),
    ("Left it behind the planter.", DONE, OUT, OUT, "delivered"),
    ("handed it to her", DONE, OUT, OUT, "delivered"),
    ("I left the package at the front door", DONE, OUT, OUT, "delivered"),
    ("stop 1 delivered", DONE, OUT, OUT, "delivered"),
    ("delivered {b}", AT, DONE, OUT, "{b} delivered"),
    ("delivered stop 2", AT, DONE, OUT, "{b} delivered"),
    ("{a} and {b} delivered", DONE, DONE, OUT, "{a} + {b}"),
    ("delivered {a}, {b}, {c}", DONE, DONE, DONE, "last stop"),
    ("entregado", DONE, OUT, OUT, "entregado"),
    ("entregado {a}", DONE, OUT, OUT, "Sigue: {b}"),
    ("ya entregué", DONE, OUT, OUT, "entregado"),
    ("lo dejé con el portero", DONE, OUT, OUT, "entregado"),
    ("se lo dejé a la vecina", DONE, OUT, OUT, "entregado"),
    ("entregado al vecino del 4B", DONE, OUT, OUT, "entregado"),
    ("pedido {a} entregado", DONE, OUT, OUT, "entregado"),
    ("parada 2 entregada", AT, DONE, OUT, "{b} entregado"),
    ("nobody home", MISSED, OUT, OUT, "nobody home"),
    ("Nobody's home", MISSED, OUT, OUT, "nobody home"),
    ("no one's home {a}", MISSED, OUT, OUT, "nobody home"),
    ("noone home", MISSED, OUT, OUT, "nobody home"),
    ("no answer", MISSED, OUT, OUT, "customer is told"),
    ("knocked, no answer", MISSED, OUT, OUT, "nobody home"),
    ("customer not home", MISSED, OUT, OUT, "nobody home"),
    ("nobody home at {b}", AT, MISSED, OUT, "{b}: nobody home"),
    ("no hay nadie", MISSED, OUT, OUT, "no había nadie"),
    ("nadie abre", MISSED, OUT, OUT, "no había nadie"),
    ("no contesta nadie", MISSED, OUT, OUT, "no había nadie"),
    ("el cliente no está", MISSED, OUT, OUT, "no había nadie"),
    ("ausente {b}", AT, MISSED, OUT, "{b}: no había nadie"),
    ("refused", MISSED, OUT, OUT, "refused"),
    ("they refused it", MISSED, OUT, OUT, "bring it back"),
    ("customer refused {a}", MISSED, OUT, OUT, "refused"),
    ("she doesn't want it", MISSED, OUT, OUT, "refused"),
    ("rechazado", MISSED, OUT, OUT, "rechazado"),
    ("no lo quiso", MISSED, OUT, OUT, "rechazado"),
    ("el cliente lo rechazó", MISSED, OUT, OUT, "rechazado"),
    ("damaged", BROKEN, OUT, OUT, "damaged"),
    ("{b} is damaged", AT, BROKEN, OUT, "damaged"),
    ("the box is crushed", BROKEN, OUT, OUT, "our team takes over"),
    ("dañado", BROKEN, OUT, OUT, "dañado"),
    ("la caja está rota", BROKEN, OUT, OUT, "dañado"),
    ("failed", MISSED, OUT, OUT, "not delivered"),
    ("couldn't deliver", MISSED, OUT, OUT, "not delivered"),
    ("can't deliver {a}", MISSED, OUT, OUT, "not delivered"),
    ("not delivered", MISSED, OUT, OUT, "not delivered"),
    ("skip {b}", AT, MISSED, OUT, "{b}: not delivered"),
    ("no se pudo", MISSED, OUT, OUT, "no entregado"),
    ("no entregado", MISSED, OUT, OUT, "no entregado"),
    ("no pude entregar {a}", MISSED, OUT, OUT, "no entregado"),
    ("can't find it", AT, OUT, OUT, "asked the customer of {a}"),
    ("cant find the address", AT, OUT, OUT, "asked the customer of {a}"),
    ("can't find {b}", AT, OUT, OUT, "asked the customer of {b}"),
    ("I'm lost", AT, OUT, OUT, "asked the customer of {a}"),
    ("no lo encuentro", AT, OUT, OUT, "pedimos ayuda al cliente de {a}"),
    ("no encuentro la dirección {b}", AT, OUT, OUT, "pedimos ayuda al cliente de {b}"),
    ("no access", AT, OUT, OUT, "asked the customer of {a}"),
    ("gate is locked", AT, OUT, OUT, "asked the customer of {a}"),
    ("need the gate code", AT, OUT, OUT, "asked the customer of {a}"),
    ("{a} the gate is closed", AT, OUT, OUT, "asked the customer of {a}"),
    ("no puedo entrar", AT, OUT, OUT, "pedimos ayuda al cliente de {a}"),
    ("portón cerrado", AT, OUT, OUT, "pedimos ayuda al cliente de {a}"),
    ("on my way", AT, NEAR, OUT, "{b}, 13 Oak St: on your way"),
    ("omw", AT, NEAR, OUT, "on your way"),
    ("omw to {c}", AT, OUT, NEAR, "{c}, 14 Oak St: on your way"),
    ("heading to {b}", AT, NEAR, OUT, "{b}, 13 Oak St"),
    ("en camino", AT, NEAR, OUT, "vas en camino"),
    ("voy para allá {c}", AT, OUT, NEAR, "{c}, 14 Oak St: vas en camino"),
    ("here", AT, OUT, OUT, "at the door already"),
    ("here {b}", AT, AT, OUT, "{b}: you are there"),
    ("I'm here at {b}", AT, AT, OUT, "{b}: you are there"),
    ("arrived at {b}", AT, AT, OUT, "you are there"),
    ("llegué a {b}", AT, AT, OUT, "{b}: ya llegaste"),
    ("estoy afuera {b}", AT, AT, OUT, "ya llegaste"),
    ("20 late", AT, OUT, OUT, "20 min late, noted for 3 stops. 3 customers"),
    ("running 20 min late", AT, OUT, OUT, "20 min late"),
    ("I'm running about 20 minutes late, sorry", AT, OUT, OUT, "20 min late"),
    ("10 late", AT, OUT, OUT, "10 min late, noted for 3 stops. All are still within"),
    ("half an hour late", AT, OUT, OUT, "30 min late"),
    ("an hour behind", AT, OUT, OUT, "60 min late"),
    ("late by 25 min because of traffic", AT, OUT, OUT, "25 min late"),
    ("fifteen minutes late", AT, OUT, OUT, "15 min late"),
    ("voy 20 tarde", AT, OUT, OUT, "20 min de retraso, anotado para 3 paradas"),
    ("voy 20 min tarde", AT, OUT, OUT, "20 min de retraso"),
    ("llego media hora tarde", AT, OUT, OUT, "30 min de retraso"),
    ("traigo 15 minutos de retraso", AT, OUT, OUT, "15 min de retraso"),
    ("running late", AT, OUT, OUT, "how many minutes"),
    ("stuck in traffic", AT, OUT, OUT, "how many minutes"),
    ("voy tarde", AT, OUT, OUT, "cuántos minutos"),
    ("next", AT, OUT, OUT, "stop 1: {a}"),
    ("next?", AT, OUT, OUT, "12 Oak St"),
    ("What's next?", AT, OUT, OUT, "2 more after this"),
    ("where to next", AT, OUT, OUT, "stop 1: {a}"),
    ("siguiente", AT, OUT, OUT, "parada 1: {a}"),
    ("qué sigue", AT, OUT, OUT, "parada 1: {a}"),
    ("a dónde voy ahora?", AT, OUT, OUT, "parada 1: {a}"),
    ("{b}", AT, OUT, OUT, "stop 2: {b}"),
    ("#{d}", AT, OUT, OUT, "stop 1: {a}"),
    ("stop 3", AT, OUT, OUT, "stop 3: {c}"),
    ("list", AT, OUT, OUT, "3 stops left"),
    ("my stops", AT, OUT, OUT, "1 {a}, 12 Oak St"),
    ("how many left?", AT, OUT, OUT, "3 stops left"),
    ("lista", AT, OUT, OUT, "quedan 3 paradas"),
    ("cuántas me quedan?", AT, OUT, OUT, "quedan 3 paradas"),
    ("done", AT, OUT, OUT, "3 stops are still open"),
    ("I'm done for the day", AT, OUT, OUT, "still open"),
    ("ya terminé", AT, OUT, OUT, "paradas abiertas"),
    ("oops", AT, OUT, OUT, "nothing of the last 10 minutes"),
    ("me equivoqué", AT, OUT, OUT, "nada de los últimos 10 minutos"),
    ("any notes?", AT, OUT, OUT, "left no note"),
    ("cuál es el código?", AT, OUT, OUT, "no dejó nota"),
    ("delivered Z99999", AT, OUT, OUT, "can't find Z99999"),
    ("Z99999", AT, OUT, OUT, "can't find Z99999"),
    ("entregado Z99999", AT, OUT, OUT, "no encuentro Z99999"),
    ("delivered 999999", AT, OUT, OUT, "can't find 999999"),
    ("{a}: I'm outside", AT, OUT, OUT, "sent to the customer of {a}"),
    ("{b}: please move your car", AT, OUT, OUT, "sent to the customer of {b}"),
    ("{b} I am parked behind the blue van", AT, OUT, OUT, "sent to the customer of {b}"),
    ("{a}: estoy afuera", AT, OUT, OUT, "customer of {a}|al cliente de {a}"),
    ("need help", AT, OUT, OUT, "our team has been told"),
    ("I had an accident", AT, OUT, OUT, "call the emergency number"),
    ("flat tire", AT, OUT, OUT, "our team has been told"),
    ("tuve un accidente", AT, OUT, OUT, "avisamos a nuestro equipo"),
    ("me robaron la camioneta", AT, OUT, OUT, "avisamos a nuestro equipo"),
    ("was it delivered?", AT, OUT, OUT, ""),
    ("delivered to the wrong address", AT, OUT, OUT, ""),
    ("not delivered yet, still looking", AT, OUT, OUT, ""),
    ("what is the meaning of life", AT, OUT, OUT, "I did not get that"),
    ("cuánto cuesta un dólar", AT, OUT, OUT, "no te entendí"),
    ("hello", AT, OUT, OUT, "stop 1: {a}"),
    ("thanks", AT, OUT, OUT, "welcome"),
]
#: Nobody has scanned anything yet: {a}, {b} and {c} are packed.
IN_THE_MORNING: list[tuple[str, str, str, str, str]] = [
    ("starting my route", OUT, OUT, OUT, "3 stops out for delivery"),
    ("leaving the depot now", OUT, OUT, OUT, "First: {a}"),
    ("empiezo mi ruta", OUT, OUT, OUT, "3 paradas en reparto"),
    ("salgo del almacén", OUT, OUT, OUT, "Primero: {a}"),
    ("on my way", OUT, PACKED, PACKED, "{a}, 12 Oak St: on your way. The customer is told."),
    ("on my way {b}", PACKED, OUT, PACKED, "{b}, 13 Oak St: on your way"),
    ("delivered", PACKED, PACKED, PACKED, "{a} has not gone out yet"),
    ("here", PACKED, PACKED, PACKED, "has not gone out yet"),
    ("nobody home {b}", PACKED, PACKED, PACKED, "{b} has not gone out yet"),
    ("entregado {b}", PACKED, PACKED, PACKED, "{b} aún no ha salido"),
    ("{b}: I'm outside", PACKED, PACKED, PACKED, "not out yet"),
    ("next", PACKED, PACKED, PACKED, "{a}, packed"),
    ("20 late", PACKED, PACKED, PACKED, "20 min late, noted for 3 stops"),
]
TABLE = [
    *(((AT, OUT, OUT), row) for row in AT_THE_DOOR),
    *(((PACKED, PACKED, PACKED), row) for row in IN_THE_MORNING),
]
_PHONES = itertools.count(14155560000)


def plain(text: str) -> str:
    return text.translate(str.maketrans("áéíóúñ¿¡", "aeioun??")).replace("?", "").casefold()


def test_the_table_is_as_long_as_it_must_be() -> None:
    assert len(TABLE) >= 120
    assert len({row[0] for _, row in TABLE}) >= 120


def test_every_text_of_the_table(database, now, tmp_path) -> None:
    route = Route(World.build(database, now, tmp_path, relay_numbers=tuple(f"+1500555{n:04}" for n in range(300, 500))))
    wrong = []
    for place, (before, row) in enumerate(TABLE):
        text, *after, answer = row
        driver = f"+{next(_PHONES)}"
        names = {"a": f"A{2 * place}001", "b": f"B{2 * place}477", "c": f"C{2 * place}815", "d": f"{2 * place}001"}
        parcels = [
            route.stop(names[name], *((state,) if state else ()), place=spot, driver=driver, phone=f"+{next(_PHONES)}")
            for spot, (name, state) in enumerate(zip("abc", before, strict=True))
        ]
        route.world.later(seconds=1)
        said = route.world.says(text.format(**names), driver)
        states = [route.state(parcel) for parcel in parcels]
        words = [plain(one.format(**names)) for one in answer.split("|")]
        heard = plain(" ".join(said))
        if states != after or not any(one in heard for one in words) or not said:
            wrong.append((text, states, said))
    assert wrong == []
    with database.read() as session:
        assert driver_of(session, "default", driver) is not None
        assert session.query(Shipment).count() == 3 * len(TABLE)
