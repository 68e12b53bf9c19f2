"""What somebody hears who calls a number of ours: pure TwiML. Nothing is ever recorded.

A call is passed on by `connect` alone, which always shows a number of ours in the caller's place.
"""

from collections.abc import Sequence
from typing import NamedTuple

from twilio.twiml.voice_response import VoiceResponse  # type: ignore[import-untyped]  # the SDK ships no types

from channels.messages import WebhookRequest

#: Our languages as Twilio's voices are called.
VOICES = {"en": "en-US", "es": "es-US", "fr": "fr-FR", "de": "de-DE", "it": "it-IT", "pt": "pt-BR", "nl": "nl-NL"}
#: The longest text Twilio reads aloud in one go, in characters.
SAY_MAX = 4096
#: How long the other's phone rings before we say so: shorter than most voicemails take, in seconds.
RINGS_S = 25
#: The longest call, in seconds.
LONGEST_S = 900
#: How long somebody has to press a key after the last word, in seconds.
PRESS_S, TYPE_S = 6, 12
#: What Twilio shows where a caller hides the number: the letters of `ANONYMOUS` and the like as keys of a phone.
HIDDEN = frozenset({"+266696687", "+7378742833", "+2562533", "+8656696", "+86282452253"})


class Sentence(NamedTuple):
    """Words to be read aloud."""

    words: str
    #: Two letters, or a full tag.
    language: str


def caller(request: WebhookRequest) -> str:
    """Who calls, in E.164; "" where the caller hides it, or where it is no telephone."""
    said = request.field("From").strip()
    return said if said.startswith("+") and said not in HIDDEN else ""


def incoming(sentences: Sequence[Sentence]) -> str:
    """Answer TwiML that reads the sentences one after the other, and hangs up."""
    response = VoiceResponse()
    # A moment first: many phones cut the beginning off.
    response.pause(length=1)
    _say(response, sentences)
    response.hangup()
    return str(response)


def connect(*, caller_id: str, number: str, whisper_url: str, ended_url: str) -> str:
    """Answer TwiML that rings `number` (E.164), which sees `caller_id` (ours) and is asked at `whisper_url` first.

    The caller hears it ring until the other has accepted; `ended_url` is posted to when it is over, however it ends.
    """
    response = VoiceResponse()
    dial = response.dial(
        caller_id=caller_id,
        answer_on_bridge=True,
        time_limit=LONGEST_S,
        timeout=RINGS_S,
        action=ended_url,
        method="POST",
    )
    dial.number(number, url=whisper_url, method="POST")
    return str(response)


def whisper(sentences: Sequence[Sentence], *, pressed_url: str) -> str:
    """Answer TwiML for the one who is called, before the two are joined: whoever presses no key is not joined.

    So a voicemail never answers, and never says to whom it belongs.
    """
    response = VoiceResponse()
    gather = response.gather(action=pressed_url, method="POST", input="dtmf", num_digits=1, timeout=PRESS_S)
    gather.pause(length=1)
    _say(gather, sentences)
    _say(gather, sentences)
    response.hangup()
    return str(response)


def ask_digits(
    sentences: Sequence[Sentence], *, digits: int, typed_url: str, otherwise: Sequence[Sentence] = ()
) -> str:
    """Answer TwiML that waits for so many digits, posts them to `typed_url`, and says `otherwise` where none come."""
    response = VoiceResponse()
    gather = response.gather(
        action=typed_url, method="POST", input="dtmf", num_digits=digits, finish_on_key="#", timeout=TYPE_S
    )
    gather.pause(length=1)
    _say(gather, sentences)
    _say(response, otherwise)
    response.hangup()
    return str(response)


def accepted() -> str:
    """Answer TwiML that joins the two: there is nothing more to say to the one who was called."""
    return str(VoiceResponse())


def hung_up() -> str:
    """Answer TwiML that ends this leg of the call."""
    response = VoiceResponse()
    response.hangup()
    return str(response)


def _say(verb: VoiceResponse, sentences: Sequence[Sentence]) -> None:
    for words, language in sentences:
        text = words.strip()[:SAY_MAX]
        if text:
            tag = language if "-" in language else VOICES.get(language.lower(), VOICES["en"])
            verb.say(text, language=tag)
