"""What is said of a bank, a profile or a coffee machine is no order to us, whatever the verb. Pure."""

import re
from typing import Final

from bot.understanding import CLEAR, NOTHING

#: Intents that a flow answers by changing something, or by telling a shopper or driver that something has happened.
ACTING: Final = frozenset(
    (
        "reschedule", "delivery_instructions", "change_address", "cancel_order", "contact_driver",
        "driver_on_my_way", "driver_arrived", "driver_delivered", "driver_running_late", "driver_cannot_find_address",
        "driver_nobody_home", "driver_cannot_access", "driver_refused", "driver_damaged",
    )
)  # fmt: skip

_LOOKS_OR_ACTS: Final = ACTING | {"where_is_my_order", "proof_of_delivery", "help"}

_ELSEWHERE: Final = re.compile(
    r"(?<!\w)(?:"
    r"accounts?|profiles?|user(?:name)?|pass ?words?|pass ?codes?|log ?in|sign ?(?:up|in)|member(?:ship)?s?|subscri\w+|"
    r"newsletters?|bank\w*|atms?|(?:debit|credit|my|new|this|the|gift) cards?|exchange rates?|contactless|currenc\w+|"
    r"top ?ups?|transfers?|transactions?|my pin|pin number|facebook|twitter|tweet\w*|instagram|whatsapp|"
    r"taxis?|uber|lyft|cabs?|flights?|airline|hotel reservation|meetings?|calendar|appointments?|alarms?|remind\w*|"
    r"apps?|coffee|espresso|latte|playlist|songs?|music|radio|podcasts?|movies?|lights?(?= (?:on|off|in|to))|lamps?|"
    r"volume|thermostat|windows? seat|seats?|internet plans?|netflix|gym|"
    r"cuentas?|perfil|usuario|contrasenas?|membresias?|suscripci\w+|boletin|banc\w+|cajero|tarjetas?|"
    r"transferencias?|vuelos?|juntas?|reuni(?:on|ones)|calendario|citas?|alarmas?|recuerda\w*|recorda\w*|canci\w+|"
    r"musica|peliculas?|luz|luces|cafe"
    r")(?!\w)"
)
#: With these a text speaks of a delivery after all: "the light in the hallway is broken, leave my package below".
_OURS: Final = re.compile(
    r"(?<!\w)(?:packages?|parcels?|deliver\w*|shipments?|drivers?|couriers?|porch|doorman|paquetes?|pedidos?|envios?|"
    r"entreg\w+|repartidor\w*|chofer|porton|puerta|gate)(?!\w)"
)


def is_elsewhere(plain: str) -> bool:
    """True when a text (from `bot.normal.normal`) speaks of other people's business and not of a delivery."""
    return bool(_ELSEWHERE.search(plain)) and not _OURS.search(plain)


#: Something is wanted of what no shop delivers: "cancel my uber", "move my dentist appointment". Not what is named as a
#: reason: "i have a meeting, come after five".
_WANTED_ELSEWHERE: Final = re.compile(
    r"(?<!\w)(?:"
    r"(?:cancel\w*|change|move|reschedul\w+|push(?: back)?|delay|postpone|book\w*|confirm|renew\w*|stop|snooze|track|"
    r"status of|where is|when is|find|make|add|schedule) (?:(?:my|our|the|a|an|this|that) )?(?:\w+ )?"
    r"(?:ubers?|lyfts?|cabs?|taxis?|flights?|airlines?|hotels?|reservations?|meetings?|appointments?|alarms?|timers?|"
    r"reminders?|calendar|member(?:ship)?s?|subscriptions?|netflix|spotify|gym|playlists?|loans?|passwords?|trains?)|"
    r"(?:cancel\w*|cambi\w+|muev\w+|mover|pas[ae]|reserv\w+|renuev\w+|renovar|agend\w+|confirm\w+|pon|busca\w*) "
    r"(?:(?:mi|mis|la|el|un|una) )?(?:uber|taxi|vuelos?|hotel|reservaci(?:on|ones)|juntas?|reuni(?:on|ones)|citas?|"
    r"alarmas?|temporizador|recordatorios?|membresias?|suscripci(?:on|ones)|gimnasio|prestamos?|contrasenas?|tren)"
    r")(?!\w)"
)
#: A shop's other counters: who asks for help there is not helped by us.
_OTHER_COUNTERS: Final = re.compile(
    r"(?<!\w)(?:"
    r"sign ?ups?|signing up|registrations?|payment (?:options?|methods?|modalities)|pin codes?|newsletters?|"
    r"(?:user|gold|platinum|premium|standard|free|pro|business|second) accounts?|(?:bills?|invoices?) (?:from|#?\d)\w*|"
    r"formas de pago|metodos de pago|boletin|registrarme|cuenta (?:gold|premium|de usuario|gratuita|platino|oro)"
    r")(?!\w)"
)
_BOUGHT: Final = re.compile(r"(?<!\w)(?:orders?|ordered|bought|purchases?|compr\w+|pedi|orden)(?!\w)")


def is_anothers(plain: str) -> bool:
    """True when a text (from `bot.normal.normal`) wants something of what no shop delivers, and of no purchase either.

    Narrower than `is_elsewhere`, which a lamp and a coffee machine satisfy: this is for who is surer than a rule.
    """
    wanted = _WANTED_ELSEWHERE.search(plain) or _OTHER_COUNTERS.search(plain)
    return bool(wanted) and not _OURS.search(plain) and not _BOUGHT.search(plain)


def of_ours(ranking: list[tuple[str, float]], plain: str) -> list[tuple[str, float]]:
    """The ranking of a model; what is none of ours first, and clear, where it would act on, or look for, another's."""
    if ranking[0][0] not in _LOOKS_OR_ACTS or not is_anothers(plain):
        return ranking
    return [(NOTHING, CLEAR), *(guess for guess in ranking if guess[0] != NOTHING)]
