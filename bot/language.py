"""Which language a text is in, by its function words. Pure; only as sure as the text is: callers keep the memory."""

# ruff: noqa: SIM905  a table of words reads better without quotes

from collections.abc import Sequence
from typing import Final

from bot.normal import MAX_CHARS, words

_WORDS: Final[dict[str, frozenset[str]]] = {
    "en": frozenset(
        """the my is are was were where wheres when what whats how who why which you your it its this that these those
        has have havent hasnt had do does did didnt dont doesnt can cant could would will wont should i im ive ill we
        they he she and or but not yet of for to from with at on in out here there hi hello hey thanks thank please yes
        yeah yep nope order package parcel delivery stuff delivered arrive arrived late still never got get need want
        help cancel change address driver tomorrow today refund wrong broken missing bye good morning evening talk
        someone human person agent been be door gate code leave neighbor track tracking status wrote hours days just
        stop""".split()
    ),
    "es": frozenset(
        """el la los las un una unos unas mi mis tu su sus es esta estan estoy son era fue donde cuando que cual como
        quien cuanto porque por para con sin del al de en y o pero aun todavia ya he ha han hay hola buenas buenos dias
        tardes noches gracias favor si pedido paquete envio entrega entregado llega llego llegado llegar llegara quiero
        puedo pueden necesito ayuda cancelar cambiar direccion repartidor conductor manana hoy reembolso devolver roto
        falta equivocado adios hablar alguien persona agente humano puerta codigo dejar dejen vecino rastrear
        seguimiento estado recibi recibido nada nadie soy eres esto eso este ese claro vale dale bueno tarde porfa
        nunca siempre mucho muy mas tengo tiene estaba aqui alli orden le lo me se te nos dos tres segundo
        primera""".split()
    ),
}
#: In both languages, or in everybody's chat: say nothing about the language. ("no", "me", "a" among them.)
_SHARED: Final = frozenset("no ok okay a y o me he has so son once sin come real normal to te an".split())
_SPANISH_LETTERS: Final = frozenset("ñ¿¡áéíóúÑÁÉÍÓÚ")


def detect(text: str, allowed: Sequence[str], default: str) -> tuple[str, float]:
    """The language of a text among `allowed` (two-letter codes) and how sure that is, 0..1.

    A short or mixed text gets little confidence, one without any evidence (default, 0.0); a caller with a memory of
    the conversation should keep the old language below about 0.5. Only "en" and "es" can be told apart today: any other
    language is answered only as the default or as the only one allowed. Never raises.
    """
    if len(allowed) == 1:
        return allowed[0], 1.0
    found = words(text, emoji=False)
    known = [code for code in allowed if code in _WORDS]
    scores = {code: float(sum(w in _WORDS[code] and w not in _SHARED for w in found)) for code in known}
    if "es" in scores:
        scores["es"] += min(2, sum(c in _SPANISH_LETTERS for c in text[:MAX_CHARS]))
    if not scores or not any(scores.values()):
        return default, 0.0
    ranked = sorted(scores, key=lambda code: (scores[code], code == default), reverse=True)
    best = scores[ranked[0]]
    second = scores[ranked[1]] if len(ranked) > 1 else 0.0
    # One word is a hint, three are proof; the margin says how mixed the text is.
    confidence = (best - second) / (best + second) * min(1.0, 0.3 + 0.25 * best)
    return (ranked[0], round(confidence, 3)) if confidence > 0 else (default, 0.0)
