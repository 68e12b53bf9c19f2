"""Rules for who wants something *not* done: to hear the verb alone would do the very thing."""

from typing import Final

from bot.rules.base import Rule, rules

#: So sure that no model overrules it (`bot.judge`).
BEYOND_DOUBT: Final = 0.98

_WORDS: Final = {
    "it": (
        r"(?:it|that|this|them|anything|"
        r"(?:the|my|our|this|that) (?:\w+ )?(?:order|delivery|package|parcel|shipment))"
    ),
    "eso": r"(?:nada|(?:mi|el|la|este|esta) (?:pedido|orden|envio|entrega|paquete|compra))",
    "lead": r"(?:(?:no|nope|oh|sorry|wait|please|hi|hello|hey|but|thanks|perdon|espera|mejor|por favor|oye|hola) )*",
    "tail": r"(?: (?:please|thanks|thank you|yet|now|por favor|gracias|todavia|aun|anymore|after all))*",
}

RULES: Final[tuple[Rule, ...]] = rules(
    _WORDS,
    (
        "deny",
        BEYOND_DOUBT,
        (
            r"^{lead}(?:(?:i )?(?:do|would|will) not (?:(?:want|need|like) (?:you )?to )?|"
            r"i never (?:asked|wanted) (?:you )?to )(?:cancel|reschedule|change|return)(?: {it})?{tail}$|"
            r"^{lead}(?:no changes (?:to|in|for) {it}|(?:keep|leave) {it} (?:as (?:it|they) (?:is|are|was)))"
            r"{tail}$|"
            r"^{lead}no (?:(?:lo|la|los|me|me lo|me la) )?(?:cancel(?:e|en|es|aran)|anul(?:e|en|es)|"
            r"reprogram(?:e|en|es)|cambi(?:e|en|es))(?: {eso})?{tail}$|"
            r"^{lead}no (?:(?:lo|la) )?(?:quiero|queria) (?:cancelar|anular|reprogramar|devolver)(?:lo|la)?(?: {eso})?"
            r"{tail}$|"
            r"^{lead}dejen? (?:mi|el|la) (?:pedido|orden|entrega|envio) (?:como|tal) (?:esta|estaba|cual){tail}$"
        ),
        "",
    ),
)
