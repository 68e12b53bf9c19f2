"""The words of handing a parcel over, English and Spanish, as patterns for folded text. Pure."""

# ruff: noqa: ISC004  a shape may take several lines

import re
from typing import Final

from bot.spoken import DIGITS

_SPOKEN: Final = "|".join(
    (*DIGITS, "star", "pound", "hash", "asterisk", "asterisco", "numeral", "gato", "almohadilla", "double", "triple",
     "doble", "ten", "eleven", "twelve", "twenty", "thirty", "forty", "fifty", "sixty", "seventy", "eighty", "ninety",
     "veinte", "treinta", "cuarenta", "cincuenta", "sesenta", "setenta", "ochenta", "noventa")
)  # fmt: skip
#: A code's characters: digits with stars and hashes, maybe a letter, maybe spoken.
_CODE: Final = (
    rf"(?P<code>(?:[*#] ?)?\d[\d*#]*(?:[ -][\d*#]+){{0,4}}(?: (?:star|pound|hash|hashtag|gato|numeral|almohadilla)\b)?|"
    rf"[a-z]{{1,2}}-?\d{{1,6}}(?:[a-z]\d{{0,4}})?[*#]?|\d{{1,6}}[a-z]\d{{0,4}}[*#]?|[*#][a-z0-9]{{2,8}}|"
    rf"(?:(?:{_SPOKEN})(?:[ ,-]+|(?=\W|$))){{2,12}})(?![\w%]|[:/]\d| ?%)"
)
_IS: Final = (
    r"(?: ?(?:is|'s|=|:|es|sera|seria|should be|will be|would be|now|ahora|nuevo|new|number|no\.?|#(?= )|-|to|,|"
    r"numero)){0,4} ?"
)
_FOR: Final = (
    r"(?: (?:for|to|of|on|at|in|the|my|our|de|del|la|el|los|para|en|mi|gate|door|front|back|side|main|building|garage|"
    r"entrance|lobby|entry|porton|puerta|entrada|edificio|reja|garaje|cochera|acceso|complex|community|elevator|"
    r"ascensor|principal|entrar|abrir|acceder|open|enter|get|in|into|inside|al|a)(?!\w)){0,6}"
)
_WHAT: Final = (
    r"(?:gate|door|entry|entrance|access|building|key ?pad|call ?box|buzzer|lock ?box|garage|lobby|elevator|intercom|"
    r"complex|community|front door|side gate|parking|mail ?room|locker)"
)
_WHAT_ES: Final = (
    r"(?:porton|puerta|acceso|entrada|edificio|timbre|interfono|intercomunicador|citofono|telefonillo|portal|reja|"
    r"garaje|cochera|fraccionamiento|condominio|casillero|taquilla|privada|cerradura|verja)"
)
#: Codes that open no gate.
_NOT: Final = (
    r"(?<!zip )(?<!postal )(?<!promo )(?<!discount )(?<!coupon )(?<!tracking )(?<!order )(?<!area )(?<!country )"
    r"(?<!verification )(?<!security )(?<!time )(?<!confirmation )(?<!qr )(?<!bar )(?<!dress )(?<!delivery )"
)
CODE_SHAPES: Final = tuple(
    re.compile(rf"(?<!\w){shape}")
    for shape in (
        rf"(?:{_WHAT}s? ?(?:pass ?)?(?:code|pin|number|key|combo|combination|password)s?){_FOR}{_IS}{_CODE}",
        rf"{_NOT}(?:code|pass ?code|key ?code|combo|combination){_FOR}{_IS}{_CODE}",
        rf"(?:codigo|clave|contrasena|combinacion|pin)(?! postal)(?! de (?:seguimiento|rastreo|descuento|pedido|area|"
        rf"verificacion|barras|confirmacion|seguridad))(?: (?:de|del|para)(?: (?:la|el|los|las|mi))? {_WHAT_ES})?{_FOR}"
        rf"{_IS}{_CODE}",
        rf"(?:the )?(?:call ?box|buzzer|key ?pad|lock ?box|intercom|gate|timbre|interfono|telefonillo|citofono|porton)"
        rf"{_FOR}(?: ?(?:is|es|=|:|#(?= )|number|numero|code|unit)){{1,3}} ?(?:el |la |the )?{_CODE}",
        rf"(?:buzz|dial|punch(?: in)?|key in|type(?: in)?|press|enter(?: code)?|marque|marcar|marca|pulse|presione|"
        rf"oprima|teclee|digite|toque(?: el)?|toca(?: el)?|timbre(?: el)?|use (?:code|pin|the code)|ring)"
        rf"(?: (?:code|number|numero|el|the|apt|unit|#(?= )))*:? {_CODE}",
        r"(?P<code>\*\d{2,6}[*#]?|#\d{2,6}[*#]|\d{3,6}[#*])(?!\w)",
        rf"(?:press|dial|punch|hit|marque|pulse|presione|oprima) [\d*#]{{1,4}},? (?:and |y )?"
        rf"(?:then|luego|despues|and|y)(?: (?:press|dial|marque|pulse|presione|enter))? {_CODE}",
        r"(?:call ?box|buzzer|gate|intercom) (?P<code>[*#]?\d{3,6}[*#]?)(?![\w%]|[:/]\d)",
        rf"(?:pin) ?(?:is|es|:|=) ?{_CODE}",
        rf"(?P<code>(?:star|asterisk|asterisco)(?:[ ,-]+(?:{_SPOKEN}|\d+)){{2,10}})(?!\w)",
    )
)

_NOUN: Final = (
    r"(?:porch|planters?|plant(?: pot)?|plants|flower ?pots?|pots?|garage(?: door)?|carport|shed|mats?|door ?mat|"
    r"welcome mat|door|doorstep|door step|front ?door|back ?door|side ?door|gate|fence|bush|bushes|hedge|shrubs?|tree|"
    r"mail ?box|mail ?room|package room|parcel room|lobby|parcel lockers?|lockers?|amazon locker|box|bin|trash ?cans?|"
    r"garbage cans?|recycling bin|patio|deck|balcony|steps?|stairs?|stairwell|stoop|grill|bbq|bench|chair|table|cooler|"
    r"reception|front ?desk|concierge desk|office|leasing office|main office|entrance|entry(?:way)?|yard|back ?yard|"
    r"front yard|driveway|car|truck|trunk|window|house|building|laundry room|hall(?:way)?|vestibule|foyer|storage|"
    r"rocks?|column|pillar|garden|basement|barn|counter|swing|statue|breezeway|sun ?room|mud ?room|screen door|"
    r"parcel box|delivery box|drop ?box|unit|apartment|apt|side|corner|wall|pool|hose|wood ?pile|bike|stroller|"
    r"portal|macetas?|macetero|planta|plantas|porche|garaje|cochera|patio(?: trasero)?|puerta(?: (?:trasera|principal|"
    r"de atras|delantera|del garaje|lateral))?|entrada|jardin(?:era)?|buzon|recepcion|conserjeria|porteria|"
    r"vestibulo|escaleras?|escalon(?:es)?|balcon|terraza|tapete|felpudo|alfombra|arbustos?|arbol|reja|porton|verja|"
    r"cerca|valla|barda|bodega|trastero|casilleros?|taquilla|caja|cubo|bote(?: de (?:la )?basura)?|contenedor|coche|"
    r"carro|auto|camioneta|cajuela|maletero|silla|mesa|banco|banca|lavanderia|sotano|ventana|pasillo|oficina|tienda|"
    r"casa|edificio|asador|parrilla|columna|pared|hielera|corredor|marquesina|caseta|cuarto de (?:paquetes|correo))"
)
_ADJ: Final = (
    r"(?:(?:front|back|rear|side|left|right|blue|red|green|white|black|brown|grey|gray|yellow|big|large|small|little|"
    r"old|wooden|wood|metal|glass|main|second|first|other|outside|outdoor|screened|covered|patio|porch|garage|pot|"
    r"flower|trash|garbage|recycling|storage|garden|potted|concrete|stone|parked|kitchen|bottom|top|far|apartment) )"
)
_DET: Final = (
    r"(?:(?:the|my|our|a|an|that|his|her|their|any|one of the|el|la|los|las|mi|mis|un|una|su|nuestra?|ese|esa) )"
)
_SIDE: Final = r"(?:left|right|side|back|front|rear|corner|bottom|top|end)"
_PREP: Final = (
    rf"(?:behind|in behind|under|underneath|beneath|beside|besides|next to|inside|outside|in between|between|"
    rf"in front of|"
    rf"around(?: the {_SIDE} of)?|on top of|by|near|against|over|at|on|in|into|through|off|on the {_SIDE} of|"
    rf"to the {_SIDE} of|at the {_SIDE} of|in the {_SIDE} of|inside of|outside of|across from|"
    r"detras|detras de|atras de|atras|debajo de|abajo de|bajo|junto a|al lado de|a un lado de|dentro de|adentro de|"
    r"fuera de|afuera de|en frente de|frente a|enfrente de|delante de|encima de|sobre|entre|cerca de|en|por|a|"
    r"al (?:fondo|lado derecho|lado izquierdo) de|a la (?:derecha|izquierda) de|en la parte de atras de)"
)
_THING: Final = (
    rf"{_DET}?{_ADJ}{{0,3}}{_NOUN}(?: (?:trasera|trasero|principal|de atras|de enfrente|grande|chica|chico|azul|roja|"
    rf"rojo|verde|blanca|blanco|negra|negro|izquierda|derecha|lateral))?"
    rf"(?:(?: (?:of|on|in|by|near|behind|to|de|en|junto a|del|at)(?: {_DET.strip()}| )?{_ADJ}{{0,2}}| del |"
    rf"'s ){_NOUN})?"
)
#: A place that needs no preposition: "back porch", "garage please", "the side door".
_BY_ITSELF: Final = (
    rf"(?:{_DET}?(?:(?:front|back|rear|side) (?:porch|door|steps?|patio|yard|gate|deck)|porch|garage|carport|shed|"
    r"mail ?room|lobby|front ?desk|patio|back ?yard|reception|leasing office|package room|parcel lockers?|back ?door|"
    r"front ?door|portal|porche|garaje|cochera|recepcion|conserjeria|porteria|puerta trasera|patio trasero|buzon|"
    r"jardin|bodega|caseta|drop ?box|doorstep))"
)
_OWN: Final = (
    r"(?:out ?back|around (?:the )?back|in (?:the )?back|(?:at|in|to|on) (?:the )?(?:back|front|rear|side)|"
    r"out front|downstairs|upstairs|outside|inside|indoors|por (?:atras|detras)|atras|"
    r"afuera|adentro|abajo|arriba|al fondo)"
)
_LEAVE: Final = (
    r"(?:leave|left|put|place|drop|hide|set|stash|tuck|throw|toss|deliver|leaving|deja\w*|deje\w*|pon\w*|coloca\w*|"
    r"coloque\w*|esconda\w*|escond\w*|entreg\w*|mete\w*|meta\w*|avienta\w*|tira\w*)"
)
_IT: Final = (
    r"(?: (?:it|them|that|this|everything|off|down|my|the|package|packages|parcel|box|order|delivery|stuff|el|la|mi|"
    r"paquete|pedido|lo|caja|just|please|por favor|porfa|right|favor de))*"
)
PLACE: Final = re.compile(
    rf"(?<!\w)(?:{_LEAVE}{_IT} (?P<own>{_OWN})(?=\W*(?:$|[,.;!]|please|por favor|thanks|gracias|and |y |so ))|"
    rf"(?P<there>{_PREP}(?:l)? ?{_THING})|(?P<bare>{_BY_ITSELF})(?=\W*(?:$|please|por favor|thanks|gracias|is fine|"
    rf"works|esta bien|is ok))|(?P<alone>^\W*{_OWN}\W*$))(?!\w)"
)

_WHO: Final = (
    r"(?:door ?man|doorperson|doormen|concierge|porter|receptionist|reception|front ?desk|security(?: guard)?|guard|"
    r"neighbou?rs?|super(?:intendent)?|landlord|land ?lady|manager|building manager|leasing office|maintenance|"
    r"wife|husband|mom|mum|mother|dad|father|son|daughter|brother|sister|roommate|room ?mate|flatmate|girlfriend|"
    r"boyfriend|partner|grandma|grandmother|grandpa|kids?|aunt|uncle|cousin|nanny|babysitter|cleaner|housekeeper|"
    r"gardener|coworker|co-worker|assistant|secretary|staff|clerk|anyone|anybody|someone|whoever(?: (?:answers|"
    r"is there|"
    r"opens))?|portero|portera|conserje|recepcionista|recepcion|vigilante|guardia|seguridad|velador|"
    r"vecin[oa]s?|encargad[oa]|administrador(?:a)?|casero|casera|esposa|esposo|marido|mujer|mama|papa|madre|padre|hijo|"
    r"hija|herman[oa]|compañer[oa]|companer[oa](?: de (?:piso|cuarto))?|novi[oa]|pareja|abuel[oa]|ti[oa]|prim[oa]|"
    r"niñera|ninera|empleada|jardinero|secretaria|quien (?:abra|este|conteste)|cualquiera)"
)
_WHERE: Final = (
    r"(?: (?:in|at|of|on|from|del?|en|unit|apt|apartment|number|the|no\.?|#|la|el|depto|departamento|apartamento|piso|"
    r"casa|next|across|door|street|downstairs|upstairs|hall|to|al|lado|de|enfrente|abajo|arriba|opposite|left|right|"
    r"floor|izquierda|derecha|vecin[oa]|puerta|lobby|desk|security|front|office|calle|down|over|green|blue|red|white|"
    r"house|\d{1,4}[a-z]?|[a-f]\d{0,4}|\d{1,2}(?:st|nd|rd|th)|primer|segundo|tercer)(?![\w:])){0,8}"
)
_SOMEBODY: Final = (
    r"(?P<it>(?:(?:the|my|our|a|any|el|la|los|mi|mis|un|una|su|nuestr[oa]|next ?door|downstairs|upstairs) ){0,3}"
    rf"{_WHO}{_WHERE})(?!\w)"
)
_HANDED: Final = (
    r"(?:(?:give|hand|deliver|pass|bring)(?: it| this| them| the package| my package| over| off)* to|ask for|"
    r"(?:entreg\w*|dar\w*|dej\w*|d[ae]sel\w*)(?: el paquete| lo| mi paquete)? al?)"
)
PERSON: Final = re.compile(
    rf"(?<!\w)(?<!talk )(?<!speak )(?<!talking )(?<!speaking )(?<!hablar )(?<!home )(?:with|con|{_HANDED}) {_SOMEBODY}"
    rf"|^\W*(?:to|al?) {_SOMEBODY.replace('<it>', '<to>')}"
)
#: Somebody named and nothing more: "the doorman", "my husband is home".
PERSON_ALONE: Final = re.compile(
    rf"^\W*(?:(?:yes|ok|please|si|hi|hola|i guess|maybe)\W+)*{_SOMEBODY}"
    r"(?:\W+(?:please|pls|por favor|thanks|thank you|gracias|(?:will|can|could|should) (?:take|get|sign|accept|grab|"
    r"receive)"
    r"(?: it| for it| for me)*|is (?:home|here|there|fine|ok|in)|works|esta(?:ra)? (?:en casa|ahi|aqui|bien)|"
    r"(?:lo |la |puede )*recib\w*))*\W*$"
)
_NO_NAME: Final = (
    r"(?!(?:it|me|you|him|her|them|us|that|this|the|my|a|an|care|caution|love|no|any|which|what|el|la|los|las|mi|un|"
    r"una|"
    r"cuidado|permiso|gusto|eso|esto|ese|esta|todo|mucho|ella|ellos|usted|ti|su|quien|que|whom|code|codigo|order)\b)"
)
NAMED_PERSON: Final = re.compile(
    rf"(?:(?<!\w){_LEAVE}{_IT} |^\W*)(?:with|con) (?P<it>{_NO_NAME}[a-z]+(?: (?:in|at|en|from|next door|del?|apt|unit)"
    r" ?[a-z0-9 ]{1,12})?)(?!\w)"
)
#: Words that only wrapped what was taken out.
WRAPPING: Final = re.compile(
    rf"(?<!\w)(?:(?:hi|hello|hey|hola|thanks|thank you|thx|gracias|muchas gracias|please|pls|por favor|porfa|also|"
    rf"and also|"
    rf"ok|okay|yes|si|yeah|sure|tambien|ademas|y|and|can you|could you|can they|could they|puede|puedes|pueden|podria|"
    rf"podrian|you can|just|the driver|driver|tell|tell him to|repartidor|favor de|if i(?: am|'m) not home|"
    rf"i want(?: you)?(?: to)?|i would like(?: you)?(?: to)?|quiero que|quisiera que|is|es|it|them)(?!\w)|"
    rf"{_LEAVE}{_IT}(?!\w))"
)
