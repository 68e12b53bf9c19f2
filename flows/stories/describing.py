"""Steps that several stories share: say in your own words what is wrong, and send a photo if you can."""

import re
from typing import Final

from bot import small_talk
from bot.answers import choice, yes_or_no
from bot.normal import normal
from bot.phrases import Phrases, made_of
from bot.understanding import Understanding
from flows.stories.machine import PERSON, Next, Step, Talk

TELL: Final = "tell"
PHOTO: Final = "photo"
#: Words of a text that are kept for the case; the whole text stands in its thread anyway.
MOST_KEPT: Final = 500
#: From so many words on, a text says more than its intent: it need not be asked for again.
TELLING_WORDS: Final = 12

_PICTURE_WORDS: Final = frozenset(("photo", "photos", "pic", "pics", "picture", "pictures", "camera", "foto", "fotos",
                                   "imagen", "imagenes", "camara"))  # fmt: skip
_NOT: Final = frozenset(("no", "not", "without", "sin", "none", "skip", "never", "tampoco"))
_NOTHING_TO_SHOW: Final = Phrases(
    "skip|skip it|none|without|i can not|can not|i do not have one|i do not have any|i did not take one|i have none|"
    "no puedo|no tengo|ninguna|sin ella|no tengo ninguna|no tome ninguna|no la tengo|omitir"
)
_AROUND: Final = Phrases("sorry|ok|okay|well|please|right now|now|perdon|perdona|lo siento|pues|ahora|de momento")
_SHORT: Final = 9
#: What questions about a parcel begin with, or are made of.
_ASKS: Final = re.compile(
    r"(?<!\w)(?:where|wheres|when|whens|what|whats|who|how|is it|is there|are you|do you|can you|can i|status|track|"
    r"tracking|eta|update|donde|cuando|que es|cual|quien|a que hora|como|hay|puedo|pueden|puedes|estado|"
    r"rastre\w*)(?!\w)"
)
#: So many words tell something.
_LEAST_TOLD: Final = 4
_SMALL_TALK: Final = frozenset({"greet", "thanks", "goodbye", "are_you_a_bot", "help"})


def note_pictures(talk: Talk) -> bool:
    """Remember the pictures that came with this text. False: it had none."""
    if not talk.kit.pictures:
        return False
    talk.note(pictures=[*talk.data.get("pictures", ()), *(one.id for one in talk.kit.pictures)])
    return True


def note_words(talk: Talk, text: str) -> None:
    """Remember what they said, after what they said before."""
    said = " / ".join(part for part in (talk.data.get("what", ""), " ".join(text.split())) if part)
    talk.note(what=said[:MOST_KEPT])


def first_said_enough(talk: Talk, text: str) -> bool:
    """Take the first text as the description when it says more than what it is about, or shows it."""
    shown = note_pictures(talk)
    if shown or len(normal(text).split()) >= TELLING_WORDS:
        note_words(talk, text)
        return True
    return False


def tell(template: str, *, then: str) -> Step:
    """Ask for own words, and a photo with them. then: the step, or end, after words without a photo."""

    def ask(talk: Talk, again: bool) -> None:
        talk.say(template, again=again)

    def pick(talk: Talk, text: str) -> Next:
        if not note_pictures(talk):
            return None
        if text.strip():
            note_words(talk, text)
        return PERSON

    def words(talk: Talk, text: str, _understood: Understanding) -> Next:
        if yes_or_no(text) is not None or _only_asks(text):
            return None  # "yes" describes nothing, nor does "what is your phone number?"
        note_words(talk, text)
        return then

    return Step(ask=ask, pick=pick, words=words, leads_to=frozenset({then, PERSON}), claims=tells)


def tells(_talk: Talk, text: str, understood: Understanding) -> bool:
    """Whether the words describe something although something else was heard in them.

    "Too small" is no farewell; "I have waited for three weeks" tells what went wrong, and asks nothing.
    """
    if "?" in text:
        return False
    if understood.intent == "where_is_my_order":
        return _ASKS.search(normal(text)) is None and len(text.split()) >= _LEAST_TOLD
    return understood.intent in _SMALL_TALK and small_talk.whole(normal(text)) is None


def _only_asks(text: str) -> bool:
    """Whether a short text is a question and nothing else."""
    return text.rstrip().endswith("?") and len(text.split()) < TELLING_WORDS and _ASKS.match(normal(text)) is not None


def photo() -> Step:
    """Ask for a photo of it; going on without one is fine."""

    def ask(talk: Talk, again: bool) -> None:
        talk.say("story_photo", again=again)

    def pick(talk: Talk, text: str) -> Next:
        if note_pictures(talk):
            if text.strip():
                note_words(talk, text)
            return PERSON
        if talk.kit.refused:
            return None  # it was no picture: ask once more
        return PERSON if choice(text, 1) == 1 or yes_or_no(text) is False or has_no_photo(text) else None

    def words(talk: Talk, text: str, _understood: Understanding) -> Next:
        if talk.kit.refused or yes_or_no(text):
            return None
        note_words(talk, text)
        return PERSON

    return Step(ask=ask, pick=pick, words=words, leads_to=frozenset({PERSON}))


def has_no_photo(text: str) -> bool:
    """Whether the text says that there is no photo to send."""
    plain = normal(text)
    words = plain.split()
    if len(words) > _SHORT:
        return False
    return made_of(plain, _NOTHING_TO_SHOW, _AROUND) or bool(_PICTURE_WORDS & {*words} and _NOT & {*words})


def collected(talk: Talk) -> str:
    """What was said, for whoever of the staff goes on."""
    return str(talk.data.get("what", ""))
