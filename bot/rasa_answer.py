"""What Rasa's answer to a text says: every intent with a confidence on our scale. Pure."""

import math
from typing import Any, Final

from bot.understanding import CLEAR, INTENTS, NOTHING

#: The model's own probability at which an intent is clear; here it becomes CLEAR. See docs/nlu.md for the choice.
MODEL_THRESHOLD: Final = 0.3
#: As far ahead of the next guess the best one must be.
MODEL_MARGIN: Final = 0.05
_UNSURE: Final = "nlu_fallback"


class RasaError(Exception):
    """The NLU server did not give a usable answer in time."""


def read(answer: Any) -> list[tuple[str, float]]:
    """(intent, confidence) of each guess, best first, one at least. Raises RasaError for an answer that is not ours.

    A best guess that is too weak, or too close to the next one, stays below CLEAR. What a FallbackClassifier says of
    that is not heard.
    """
    if not isinstance(answer, dict):
        raise RasaError("not an answer")
    first = _prediction(answer.get("intent"))
    unsure = first[0] == _UNSURE
    ranking = answer.get("intent_ranking", None if unsure else [])
    if not isinstance(ranking, list):
        raise RasaError("no ranking")
    guesses = [guess for guess in map(_prediction, ranking) if guess[0] not in (_UNSURE, first[0])]
    if not unsure:
        guesses.insert(0, first)
    if not guesses:
        return [(NOTHING, 0.0)]
    close = len(guesses) > 1 and guesses[0][1] - guesses[1][1] < MODEL_MARGIN
    most = CLEAR - 0.01 if close else 1.0
    return [(name, min(_scaled(probability), most)) for name, probability in guesses]


def _prediction(row: Any) -> tuple[str, float]:
    if not isinstance(row, dict):
        raise RasaError("no intent")
    name, confidence = row.get("name"), row.get("confidence")
    if name is None:
        return NOTHING, 0.0
    if name not in (*INTENTS, _UNSURE):
        raise RasaError("an intent that is not ours")
    if isinstance(confidence, bool) or not isinstance(confidence, (int, float)) or not math.isfinite(confidence):
        raise RasaError("no confidence")
    return str(name), min(1.0, max(0.0, float(confidence)))


def _scaled(probability: float) -> float:
    """The model's threshold lands on CLEAR, 0 and 1 stay where they are."""
    if probability < MODEL_THRESHOLD:
        return round(CLEAR * probability / MODEL_THRESHOLD, 4)
    return round(CLEAR + (1 - CLEAR) * (probability - MODEL_THRESHOLD) / (1 - MODEL_THRESHOLD), 4)
