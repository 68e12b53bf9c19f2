"""Words near a number that say what it is: a way to reach somebody, an order, a place. Pure."""

import re
from typing import Final

#: "call me at", "mi numero es": what follows or stands before is a way to reach somebody.
_CONTACT: Final = (
    r"call(?:ing|ed)?|text(?:ing)?|txt|phones?|cell(?:phone|ular|s)?|mobile|tel(?:efono|ephone|f|efonico)?|fone|number|num|"
    r"whats?\s?app?|wh?ats|wsp|wpp|wasap?|whatsap|guasap|wapp|wa|signal|telegram|viber|imessage|sms|fax|reach|ring|dial|contact|"
    r"llama(?:me|nos|da|das|r|rme|le)?|marca(?:me|le|r)?|cel(?:ular|u)?|movil|fijo|numero|contacto|contactame|"
    r"escribe(?:me|nos|le)?|hablame|avisame|contestame|buscame|timbrame|wife|husband|mom|dad|son|daughter|roommate|spouse|partner|esposa|esposo|marido|mujer|hij[oa]|mama|papa|herman[oa]|suegra|cunad[oa]|sobrin[oa]|escribirme|mensajea(?:me)?|mandame|comunicate|comunicarte|lada|area\s?code|ph|hmu|hit\s+me\s+up|"
    r"my\s+line|direct\s+line|reachable|google\s+voice|facetime|zelle|venmo|cash\s?app|bizum|nequi|yape"
)
CONTACT_WORD: Final = re.compile(_CONTACT + r"|call\w*|llama\w*|text|at|al|is|es|no")
#: "order", "guia": what follows names a parcel.
_PARCEL: Final = (
    r"orders?|pedidos?|orden(?:es)?|tracking|track|rastreo|seguimiento|guias?|fedex|ups|usps|dhl|amazon|ontrac|lasership|"
    r"packages?|pkgs?|parcels?|paquetes?|shipments?|envios?|label|etiqueta|barcode|codigo\s+de\s+barras|confirmation|"
    r"confirmacion|invoice|factura|ref(?:erence|erencia)?|account|acct|cuenta|case|caso|ticket|claim|reclamo|po|sku|upc|"
    r"serial|serie|item|articulo|model|modelo|waybill|awb|bol|receipt|recibo|folio|scan(?:ned)?|escane[eao]\w*|"
    r"purchase|compra|delivery|entrega|license|plate|placas?|matricula|vin|route|ruta|stop|parada|manifest|pallet|"
    r"container|load|carga|id|imei|lot|lote|warranty|garantia|member(?:ship)?|reservation|reserva(?:cion)?|booking|tba"
)
#: "gate code", "apt": what follows is where to go and how to get in.
_PLACE: Final = (
    r"gate|code|codes|keypad|key\s?pad|pin|passcode|apt|apts|apartment|apto|aptos|unit|units|suite|ste|floor|room|rm|flat|building|"
    r"bldg|buzzer|buzz|intercom|lockbox|lock\s?box|locker|zip|zipcode|house|address|door|garage|space|parking|spot|lot|"
    r"block|street|st|ave|highway|hwy|exit|mile|km|codigos?|clave|porton|puerta|piso|departamento|depto|dpto|timbre|"
    r"interfon|casa|edificio|torre|bloque|escalera|portal|calle|avenida|av|cp|postal|direccion|numero\s+de\s+casa|"
    r"estacionamiento|cochera|casillero|carretera|salida|local|oficina|interior|manzana|mz|lt|press|enter|oprime|presiona|teclea|"
    r"punch\s+in|type|temp(?:erature)?|weighs|pesa|pounds|lbs|kilos|feet|inches|dimensions|medidas|price|total|costo|paid|pague|"
    r"coordinates|coordenadas|gps|lat|longitude|box|caja"
)
_NOT_CONTACT: Final = (
    r"(?:order|tracking|house|apt|apartment|unit|suite|building|street|gate|item|part|serial|account|case|ticket|"
    r"confirmation|reference|invoice|room|floor|flight|route|stop|model|license|locker|dock|bay|door|lot|plate|pedido|guia)"
    r"\s*(?:number|num|no)\b|numero\s+de\s+(?:\w+)|call\s*box|phone\s*box|text\s+code|number\s+of"
)
_CUE: Final = re.compile(
    rf"(?<![a-z0-9])(?:(?P<none>{_NOT_CONTACT})|(?P<contact>{_CONTACT})|(?P<parcel>{_PARCEL})|(?P<place>{_PLACE}))(?![a-z])"
)
_PHONE_OF: Final = re.compile(r"numero\s+de\s+(?:tel|cel|mov|what|contacto)")
#: How far a word reaches, in characters.
_BEFORE: Final = 48
_AFTER: Final = 28

#: Behind a number these may begin anything: "1805, no number on my door".
_WEAK_AFTER: Final = frozenset({"number", "num", "numero", "ring", "contact", "contacto", "dial"})

_HOUR: Final = r"(?:[01]?\d|2[0-4])"
_DAY: Final = r"(?:0?[1-9]|[12]\d|3[01])"
_MONTH: Final = r"(?:0?[1-9]|1[0-2])"
_YEAR: Final = r"(?:(?:19|20)\d\d|\d\d)"
#: Times, dates, money, coordinates and measures: figures that are part of no number anybody could dial.
_SPOKEN_FOR: Final = re.compile(
    rf"(?<![\d:.+\-/]){_HOUR}[:.h][0-5]\d(?![\d:]|[.\-/]\d| \d{{3}})(?:\s*(?:[ap]\.?m\.?|hrs?|hs?)\b)?"
    rf"|(?<![\d.\-/]){_HOUR}\s?(?:-|to|a)\s?{_HOUR}\s?(?:[ap]\.?m|hrs?)\b"
    rf"|(?<![\d.\-/])\d{{1,2}}(?:[:.]?[0-5]\d)?\s?(?:[ap]\.?\s?m\b\.?)"
    rf"|(?<![\doil.\-/])(?:{_MONTH}/{_DAY}|{_DAY}/{_MONTH})(?:/{_YEAR})?(?![\doil\-/.])"
    rf"|(?<![\d.\-/])(?:{_MONTH}[-.]{_DAY}|{_DAY}[-.]{_MONTH})[-.](?:19|20)\d\d(?![\d\-/.])"
    rf"|(?<![\d.\-/])(?:19|20)\d\d[-./]{_MONTH}[-./]{_DAY}(?![\d\-/.])"
    r"|[$€£]\s?\d[\d,.]*|(?<![\d.\-])\d[\d,.]*\s?(?:[$€£%]|(?:usd|eur|dollars?|bucks|dolares|pesos|euros|mxn)\b)"
    r"|(?<![\d.])-?\d{1,2}\.\d{3,8}\s*[,\s]\s*-?\d{1,3}\.\d{3,8}(?![\d.])"
    r"|(?<![\d.])\d{1,2}(?:\.\d)?\s?(?:x|by|por)\s?\d{1,2}(?:\.\d)?(?:\s?(?:x|by|por)\s?\d{1,2})?(?![\dx])"
    r"|(?<![\d\-.])\d{5}-\d{4}(?![\d\-.])"
    r"|\b(?:last|first|next|final|other|middle|ultim[oa]s|primer[oa]s|otr[oa]s)\s+(?:two|three|four|dos|tres|cuatro|[234])\b"
)


def without_times_and_money(text: str) -> str:
    """The plain text, as long as it was, with times, dates, money and measures written over by letters."""
    return _SPOKEN_FOR.sub(lambda match: "x" * len(match.group()), text)


def nearest(text: str, start: int, end: int) -> str:
    """Answer what the words around `text[start:end]` say it is: "contact", "parcel", "place" or "".

    The nearest word before it decides, unless a word of contact stands closer after it.
    """
    before = text[max(0, start - _BEFORE) : start]
    said, apart = "", _BEFORE
    for match in _CUE.finditer(before):
        said, apart = match.lastgroup or "", len(before) - match.end()
        if said == "none":
            said = "contact" if _PHONE_OF.match(match.group()) else "parcel"
        if said == "place" and re.search(r"\d", before[match.end() :]):
            said = ""  # its number has been given: "gate 4412, and ..."
    after = _CUE.search(text[end : end + _AFTER])
    if (
        after is not None
        and after.lastgroup == "contact"
        and after.group() not in _WEAK_AFTER
        and (not said or after.start() < apart)
    ):
        return "contact"
    return said


def names_something(gap: str) -> bool:
    """Whether the words between two figures say that the second is a parcel, a place or a quantity."""
    return bool(_SOMETHING.search(gap))


_SOMETHING: Final = re.compile(
    rf"(?<![a-z0-9])(?:{_PARCEL}|{_PLACE}|min(?:ute|uto)?s?|hours?|horas?|boxes|cajas|bags|bolsas|stairs|steps|miles|millas|"
    r"people|personas|items|dollars|pesos)(?![a-z])|[$€£%]"
)
