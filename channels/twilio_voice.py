"""What somebody hears who calls a number of ours: pure TwiML, with no call passed on to anybody."""

from collections.abc import Sequence

from twilio.twiml.voice_response import VoiceResponse  # type: ignore[import-untyped]  # the SDK ships no types

#: Our languages as Twilio's voices are called.
VOICES = {"en": "en-US", "es": "es-US", "fr": "fr-FR", "de": "de-DE", "it": "it-IT", "pt": "pt-BR", "nl": "nl-NL"}
#: The longest text Twilio reads aloud in one go, in characters.
SAY_MAX = 4096


def incoming(sentences: Sequence[str], *, language: str = "en") -> str:
    """Answer TwiML that reads the sentences one after the other, with a breath between them, and hangs up.

    sentences: the brand, that this number answers texts, a hint; already in `language` (two letters, or a full tag).
    """
    response = VoiceResponse()
    tag = VOICES.get(language.partition("-")[0].lower(), VOICES["en"]) if "-" not in language else language
    # A moment first: many phones cut the beginning off.
    response.pause(length=1)
    for sentence in filter(None, (text.strip() for text in sentences)):
        response.say(sentence[:SAY_MAX], language=tag)
    response.hangup()
    return str(response)
