"""A text as the keyword rules want to see it: lower case, no accents, no apostrophes, usual typos mended. Pure."""

# ruff: noqa: SIM905  a table of words reads better without quotes

import re
import unicodedata
from functools import lru_cache
from typing import Final

#: Nobody says what they want after this many characters, and time must stay bounded.
MAX_CHARS: Final = 2000

_EMOJI_WORDS: Final = {
    "👍": " yes ", "👌": " yes ", "✅": " yes ", "✔": " yes ", "☑": " yes ", "💯": " yes ",
    "👎": " no ", "❌": " no ", "🚫": " no ", "✖": " no ",
    "🙏": " thanks ", "👋": " hi ",
}  # fmt: skip
_APOSTROPHES: Final = str.maketrans("", "", "'’‘`´ʼ＇")
_NOT_WORD: Final = re.compile(r"[^\w#]+|_+")
_LONG_RUN: Final = re.compile(r"([a-z])\1{2,}")

#: Chat writing and the misspellings people really send. Values may be several words.
_SPELLING: Final = {
    # chat
    "u": "you", "ur": "your", "r": "are", "pls": "please", "plz": "please", "plse": "please", "pleas": "please",
    "thx": "thanks", "tks": "thanks", "thnx": "thanks", "thanx": "thanks", "tnx": "thanks", "ty": "thanks",
    "tysm": "thanks", "im": "i am", "ive": "i have", "id": "i would", "ill": "i will", "wats": "what is",
    "whats": "what is", "wat": "what", "wut": "what", "wheres": "where is", "whers": "where is", "weres": "where is",
    "wherez": "where is", "wher": "where", "whre": "where", "whare": "where", "whree": "where", "werre": "where",
    "wheer": "where", "ware": "where", "hows": "how is", "whens": "when is", "wen": "when", "whne": "when",
    "whos": "who is", "its": "it is", "thats": "that is", "theres": "there is", "youre": "you are",
    "dont": "do not", "dnt": "do not", "doesnt": "does not", "didnt": "did not", "didn": "did not",
    "havent": "have not", "havnt": "have not", "hasnt": "has not", "hadnt": "had not", "isnt": "is not",
    "arent": "are not", "aint": "is not", "wasnt": "was not", "werent": "were not", "cant": "can not",
    "cannot": "can not", "couldnt": "could not", "wont": "will not", "wouldnt": "would not", "shouldnt": "should not",
    "gonna": "going to", "wanna": "want to", "gotta": "got to", "gimme": "give me", "lemme": "let me",
    "dunno": "do not know", "idk": "do not know", "2day": "today", "2moro": "tomorrow", "tmrw": "tomorrow",
    "tmw": "tomorrow", "tmr": "tomorrow", "b4": "before", "addy": "address", "adress": "address", "addres": "address",
    "asap": "soon", "eta": "eta", "yr": "your", "hav": "have", "abt": "about", "cuz": "because",
    # English
    "ordr": "order", "oder": "order", "odrer": "order", "orde": "order", "oreder": "order", "pkg": "package",
    "pakage": "package", "packge": "package", "pacage": "package", "packag": "package", "pckg": "package",
    "parcle": "parcel", "parcell": "parcel", "percel": "parcel", "parsel": "parcel", "delivry": "delivery",
    "dilivery": "delivery", "delievery": "delivery", "dilevery": "delivery", "devlivery": "delivery",
    "recieve": "receive", "recieved": "received", "recived": "received", "receved": "received", "arive": "arrive",
    "arived": "arrived", "ariving": "arriving", "arival": "arrival", "brokn": "broken", "damged": "damaged",
    "shiped": "shipped", "shippd": "shipped", "trak": "track", "traking": "tracking", "cancle": "cancel",
    "cancell": "cancel", "cancelled": "canceled", "cancelling": "canceling", "resch": "reschedule",
    "reshedule": "reschedule", "reschdule": "reschedule", "refnd": "refund", "realy": "really", "stil": "still",
    # Spanish
    "q": "que", "k": "k", "xq": "porque", "pq": "porque", "dnd": "donde", "dond": "donde", "donda": "donde",
    "esta": "esta", "sta": "esta", "toy": "estoy", "ta": "esta", "tb": "tambien", "xfa": "por favor",
    "porfa": "por favor", "porfavor": "por favor", "pofavor": "por favor", "pedio": "pedido", "pedidio": "pedido",
    "peddo": "pedido", "pekete": "paquete", "pakete": "paquete", "paqete": "paquete", "paquette": "paquete",
    "aora": "ahora", "ora": "hora", "ke": "que", "kiero": "quiero", "qiero": "quiero", "cuand": "cuando",
    "kuando": "cuando", "cuanto": "cuanto", "enbio": "envio", "embio": "envio", "yega": "llega", "yegado": "llegado",
    "yego": "llego", "aun": "aun", "grax": "gracias", "gracia": "gracias", "grasias": "gracias", "ola": "hola",
    "recibio": "recibido", "resivi": "recibi", "resibi": "recibi", "recivi": "recibi", "recivido": "recibido",
}  # fmt: skip

#: Words worth mending when one slip away (one letter lost, added, changed, or two swapped).
_WORTH: Final = frozenset(
    """where order package parcel delivery delivered deliver shipment shipped shipping arrive arrived arriving tracking
    receive received address reschedule cancel refund return driver damaged broken missing complaint human person agent
    status purchase tomorrow courier replacement expected estimated
    donde pedido paquete envio entrega entregado entregar llegar llegado llega direccion repartidor conductor cancelar
    reembolso devolver devolucion danado cambiar recibido persona humano agente seguimiento rastrear reprogramar
    mercancia compra gracias hola""".split()
)
#: Real words that are one slip away from a word above; they stay what they are.
_REAL: Final = frozenset(
    """older border orders ordered offer other udder parcels packages package packaged deliver delivers delivers return
    returns returned refunds refunded cancels canceled drivers driven agents persons humans human persona personas
    arrives arrived derive dive diver drive missing mission kissing fishing wishing shipment shipping shopping chipping
    skipping spoken broke token broker statue statues stats purchased courses received receives receiver there these
    here were whereas address dressed addressed compras comprar compra compre entregas entrega entregado entregada
    entregaron entregar pedidos pedida pedir paquetes envios envia enviado llego llegan llegaran llegada llevado
    llagar lugar llamar llegar llenar conducir conducto cambiare cambio cambiado repartidores recibo recibida recibi
    personal presona humana agenda gente direcciones hora bola cola sola danada dañado devuelto devolvere expired
    states state stats excepted accepted human humane hunan person prison parson reason season status statuses robot
    deliverer
    orden ordene ordenes orders pedidas mercado""".split()
) - _WORTH  # fmt: skip


def _deletions(word: str) -> set[str]:
    return {word[:i] + word[i + 1 :] for i in range(len(word))}


def _slips() -> dict[str, str]:
    """Every word of _WORTH by itself with one letter missing; words that collide are left out."""
    table: dict[str, str] = {}
    for word in sorted(_WORTH):
        if len(word) >= 5:
            for key in {word, *_deletions(word)}:
                table[key] = word if table.get(key, word) == word else ""
    return table


_SLIPS: Final = _slips()


def _near(a: str, b: str) -> bool:
    """True when a and b, of which we know that they share a deletion, are one slip apart."""
    if abs(len(a) - len(b)) == 1:
        long, short = (a, b) if len(a) > len(b) else (b, a)
        return short in _deletions(long)
    apart = [i for i in range(min(len(a), len(b))) if a[i] != b[i]]
    if len(a) != len(b) or len(apart) > 2:
        return False
    return len(apart) < 2 or (apart[1] == apart[0] + 1 and a[apart[0]] == b[apart[1]] and a[apart[1]] == b[apart[0]])


@lru_cache(maxsize=4096)
def _mend(word: str) -> str:
    if word in _SPELLING:
        return _SPELLING[word]
    if len(word) < 5 or len(word) > 14 or word in _WORTH or word in _REAL or not word.isalpha():
        return word
    for key in (word, *sorted(_deletions(word))):
        hit = _SLIPS.get(key)
        # The first letter is hardly ever the wrong one ("there" is not "where").
        if hit and hit[0] == word[0] and _near(word, hit):
            return hit
    return word


def strip_accents(text: str) -> str:
    """The text without combining marks: "dónde" becomes "donde", "mañana" becomes "manana"."""
    return "".join(c for c in unicodedata.normalize("NFKD", text) if not unicodedata.combining(c))


def words(text: str, *, emoji: bool = True) -> list[str]:
    """The plain lower-case words of any string, accents and apostrophes gone, nothing mended yet.

    With `emoji` a thumb up reads "yes", and so on; without it emoji are dropped.
    """
    text = text[:MAX_CHARS]
    if emoji:
        for sign, word in _EMOJI_WORDS.items():
            text = text.replace(sign, word)
    plain = strip_accents(text.translate(_APOSTROPHES)).casefold()
    plain = _LONG_RUN.sub(r"\1", plain)
    return _NOT_WORD.sub(" ", plain).split()


def normal(text: str) -> str:
    """Words joined by single spaces, typos mended: "Wheres my pakage??" becomes "where is my package"."""
    mended = " ".join(_mend(word) for word in words(text))
    # "were is my order" is a question in practice; "we were at home" is not.
    return re.sub(r"(?:^|(?<=hi )|(?<=hello )|(?<=hey )|(?<=so ))were (?=is|are|s|my|the)", "where ", mended)
