"""Greetings, thanks and farewells. They count only when a text is nothing else. Pure."""

# ruff: noqa: SIM905  a table of words reads better without quotes

from typing import Final

from bot.hasty import calm
from bot.openings import opening
from bot.phrases import Phrases, made_of

_GREET: Final = (
    "hi|hii|hiii|hai|haii|hlo|gm|gud morning|gud evening|good mrng|heyy|hellow|"
    "hi there|hello there|hello|hey|heya|hiya|helo|hallo|yo|howdy|greetings|"
    "good morning|good afternoon|good evening|good day|morning|afternoon|evening|what is up|sup|"
    "how are you|how are you doing|how is it going|"
    "anyone there|anybody there|you there|are you there|is anyone there|is anybody there|is someone there|"
    "nice to meet you|hola|holi|buenas|buen dia|buenos dias|buenas tardes|buenas noches|que tal|"
    "como esta|como estas|como estan|"
    "que onda|"
    "hay alguien|hay alguien ahi|saludos"
)
_THANKS: Final = (
    "thanks|thank you|thank u|thankyou|many thanks|much appreciated|appreciate it|i appreciate it|i appreciate that|"
    "i appreciate your help|cheers|you are the best|you rock|awesome|great job|perfect thanks|"
    "gracias|muchas gracias|mil gracias|te lo agradezco|se lo agradezco|muy amable|se agradece|excelente"
)
_DAYS: Final = ("day", "one", "night", "evening", "weekend", "afternoon", "rest of your day", "time")
_BYE: Final = "|".join(
    (
        "my pleasure|it was a pleasure|it was my pleasure|",
        *(f"{glad} {talk} {to} you" for glad in ("nice", "good", "great", "glad", "happy", "was nice", "lovely")
          for talk in ("to talk", "to speak", "to chat", "talking", "speaking", "chatting") for to in ("to", "with")),
        *(f"{begin}{end} the {talk}" for begin in ("", "you can ", "you may ") for end in ("end", "close")
          for talk in ("chat", "conversation", "chat session")),
        "you too|same to you|you as well|",
        "bye|byee|byeee|bye bye|goodbye|good bye|good night|see you|see you later|see you soon|see ya|cya|take care|",
        "talk later|talk to you later|ttyl|later|that is all|that will be all|",
        *(f"have a {kind} {day}" for kind in ("good", "great", "nice", "wonderful", "lovely") for day in _DAYS),
        "adios|chao|chau|hasta luego|hasta pronto|hasta manana|nos vemos|cuidate|cuidense|buena noche|eso es todo",
        *(f"que {has} {a}{day}" for has in ("tenga", "tengas", "pase", "pases") for a in ("", "un ", "una ")
          for day in ("buen dia", "buena tarde", "buena noche", "lindo dia", "feliz dia")),
    )
)  # fmt: skip
#: May stand around small talk without making it anything else.
_SOFT: Final = "|".join(
    (
        "there|all|everyone|team|sir|maam|madam|guys|friend|so much|very much|a lot|again|to you|you too|and|",
        "ok|okay|oh|",
        "well|great|good|perfect|cool|nice|yes|no|alright|please|dear|now|then|today|much|buddy|man|",
        "dude|bro|bot|mate|",
        "i|",
        *(f"for {what}" for what in ("your help", "the help", "all your help", "all the help", "the info",
          "your time", "that", "the information", "the update", "your support",
          "your assistance", "everything", "helping", "all",
          "letting me know", "help", "help me", "helping me")),
        "to help",
        "amigo|amiga|a todos|de verdad|y|bueno|vale|listo|muy bien|senor|senorita|igualmente|por todo|por la ayuda|",
        "por su ayuda|por tu ayuda|por la informacion|por avisar|por responder",
    )
)  # fmt: skip
_SHORT: Final = 14

#: "thanks, bye" thanks, as does "hi thanks": what people mark as thanks when they look at such texts.
_WHOLE: Final = (
    ("thanks", Phrases(_THANKS), Phrases(_SOFT, _GREET, _BYE)),
    ("goodbye", Phrases(_BYE), Phrases(_SOFT)),
    ("greet", Phrases(_GREET), Phrases(_SOFT)),
)
_YES: Final = frozenset("yes yeah yea yep yup sure ok okay fine claro vale bueno".split())
_NO: Final = frozenset("no nope nah nothing nada".split())
#: "no hay nadie", "no one is home": states something and denies nothing.
_STATES: Final = frozenset(
    """one body hay esta estan estoy puedo puede pude tengo se lo la le me veo vi encuentro doy llega llego ha he sale
    abre abren contesta idea access entry answer response reply such house street sign package parcel delivery driver
    luck code key news update word""".split()
)
#: "ok what is the weather" is no yes.
_ASKS: Final = frozenset(
    """what who whose where when why how which google can could do does did is are
    que quien donde cuando como cual""".split()
)
_AGREED: Final = frozenset(("ok", "okay", "oh", "no", "great", "perfect", "si", "yes", "alright"))


def whole(plain: str) -> tuple[str, float] | None:
    """Intent and confidence of a text (from `bot.normal.normal`) that is small talk throughout, else None."""
    for intent, core, around in _WHOLE:
        if made_of(calm(plain), core, around):
            return (intent if intent == "greet" else opening(plain) or intent), 0.92
    return None


def beginning(plain: str) -> tuple[str, float] | None:
    """The same, hardly sure, of a short text that begins with small talk and goes on with nothing we know."""
    words = plain.split()
    if len(words) > _SHORT:
        return None
    _, thanks, _ = _WHOLE[0]
    _, greet, _ = _WHOLE[2]
    if thanks.start(words) or (words[0] in _AGREED and thanks.start(words, 1)):
        return "thanks", 0.6
    if greet.start(words):
        return "greet", 0.55
    if _ASKS.isdisjoint(words):
        said = opening(plain)
        if said in ("thanks", "goodbye"):
            return said, 0.52
        if words[0] in _YES:
            return opening(plain) or "affirm", 0.52
        if words[0] in _NO and not _STATES.intersection(words[1:2]):
            return "deny", 0.52
    return None
