"""Calls as Twilio plays them: fetches TwiML, judges it, reads it to people who press keys, pick up or do not.

It speaks with the app through `post(url, pairs) -> (status, body, content type)`, which signs as Twilio signs.
"""

import uuid
import xml.etree.ElementTree as Xml
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple
from urllib.parse import urljoin

Pairs = Sequence[tuple[str, str]]
Post = Callable[[str, Pairs], tuple[int, str, str]]

#: Verb -> what may stand in it and on it, as far as anybody here may use it. There is no word for recording.
URLS = {"action", "url", "statusCallback"}
NESTED = {
    "Response": {"Say", "Pause", "Gather", "Dial", "Hangup", "Redirect", "Reject"},
    "Gather": {"Say", "Pause"},
    "Dial": {"Number"},
}
ATTRIBUTES = {
    "Say": {"language", "voice", "loop"},
    "Pause": {"length"},
    "Gather": {"action", "method", "input", "timeout", "numDigits", "finishOnKey", "actionOnEmptyResult", "language"},
    "Dial": {"callerId", "answerOnBridge", "timeLimit", "timeout", "action", "method"},
    "Number": {"url", "method", "statusCallback", "statusCallbackEvent", "statusCallbackMethod"},
    "Hangup": set(),
    "Redirect": {"method"},
    "Reject": {"reason"},
    "Response": set(),
}
RANGES = {"timeLimit": (1, 14_400), "timeout": (1, 600), "numDigits": (1, 50), "length": (1, 60)}
LANGUAGES = {"en-US", "en-GB", "es-US", "es-ES", "es-MX", "fr-FR", "de-DE", "it-IT", "pt-BR", "nl-NL"}


class BadTwiml(AssertionError):
    """Twilio would answer this with an error, or the house forbids it."""


class Spoken(NamedTuple):
    """What somebody heard."""

    language: str
    words: str


@dataclass(frozen=True)
class Callee:
    """The one who is called. presses: the key once they hear the question; None: nobody presses (a voicemail)."""

    #: answers, no-answer, busy, failed, caller-hangs-up.
    does: str = "answers"
    presses: str | None = "1"
    #: What happens while it rings, before anybody picks up.
    meanwhile: Callable[[], None] | None = None


@dataclass
class Played:
    """What happened in one call."""

    sid: str
    #: What the caller heard, and what the one called heard.
    heard: list[Spoken] = field(default_factory=list)
    heard_there: list[Spoken] = field(default_factory=list)
    #: Who was rung, and which number they saw.
    rang: str | None = None
    shown: str | None = None
    bridged: bool = False
    #: Answers of the app, raw.
    documents: list[str] = field(default_factory=list)

    @property
    def words(self) -> str:
        return " ".join(one.words for one in self.heard)

    @property
    def words_there(self) -> str:
        return " ".join(one.words for one in self.heard_there)


class Exchange:
    """Places calls to an app. base: its public URL. ours: numbers of the account, which alone may be shown."""

    def __init__(self, post: Post, base: str, ours: Iterable[str], *, account: str = "AC" + "0" * 32) -> None:
        self.post, self.base, self.ours, self.account = post, base, frozenset(ours), account

    def call(
        self,
        caller: str,
        to: str,
        callee: Callee | None = None,
        *,
        keys: Iterable[str] = (),
        sid: str = "",
        repeated: bool = False,
    ) -> Played:
        """Somebody calls. keys: what they type, one entry for each time they are asked; after that, nothing.

        repeated: each request comes twice, as after a time-out of the first.
        """
        played = Played(sid or f"CA{uuid.uuid4().hex}")
        leg = _Leg(self, played, caller, to, callee or Callee(), iter(keys), repeated)
        leg.run(f"{self.base}/hooks/twilio/voice", [("CallStatus", "ringing"), ("Direction", "inbound")])
        leg.fetch(f"{self.base}/hooks/twilio/voice/status", [("CallStatus", "completed"), ("CallDuration", "9")])
        return played


@dataclass
class _Leg:
    exchange: Exchange
    played: Played
    caller: str
    to: str
    callee: Callee
    keys: Iterable[str]
    repeated: bool

    def run(self, url: str, more: Pairs) -> None:
        """Fetch a document and do what it says to the caller, and what the next one says, until nobody is there."""
        while True:
            document = self.fetch(url, more)
            judge(document, ours=self.exchange.ours, whisper=False)
            follow = self._perform(Xml.fromstring(document), url)
            if follow is None:
                return
            url, more = follow

    def fetch(self, url: str, more: Pairs, *, sid: str = "", parties: Pairs | None = None) -> str:
        parties = parties or [("From", self.caller), ("To", self.to), ("Called", self.to), ("Caller", self.caller)]
        pairs = [("CallSid", sid or self.played.sid), ("AccountSid", self.exchange.account), *parties, *more]
        pairs += [("ApiVersion", "2010-04-01"), ("CallerName", "")]
        answers = [self.exchange.post(url, pairs) for _ in range(2 if self.repeated else 1)]
        status, document, kind = answers[-1]
        if status != 200 or not kind.startswith("text/xml"):
            raise BadTwiml(f"{status} {kind}: {document[:300]}")
        self.played.documents.append(document)
        return document

    def _perform(self, response: Xml.Element, url: str) -> tuple[str, Pairs] | None:
        for verb in response:
            if verb.tag == "Say":
                self.played.heard.append(_spoken(verb))
            elif verb.tag in {"Hangup", "Reject"}:
                return None
            elif verb.tag == "Gather":
                self.played.heard += [_spoken(one) for one in verb if one.tag == "Say"]
                typed = next(iter(self.keys), None)
                if typed:
                    return urljoin(url, verb.attrib["action"]), [("Digits", typed[: int(verb.get("numDigits", 50))])]
            elif verb.tag == "Dial":
                status = self._dial(verb, url)
                if self.callee.does == "caller-hangs-up":
                    self.fetch(urljoin(url, verb.attrib["action"]), [*status, ("CallStatus", "completed")])
                    return None
                return urljoin(url, verb.attrib["action"]), [*status, ("CallStatus", "in-progress")]
        return None

    def _dial(self, dial: Xml.Element, url: str) -> Pairs:
        number = dial[0]
        self.played.rang, self.played.shown = (number.text or "").strip(), dial.attrib["callerId"]
        if self.callee.meanwhile is not None:
            self.callee.meanwhile()
        if self.callee.does != "answers":
            word = "canceled" if self.callee.does == "caller-hangs-up" else self.callee.does
            return [("DialCallStatus", word), ("DialCallSid", self._child), ("DialBridged", "false")]
        self.played.bridged = self._whisper(urljoin(url, number.attrib["url"]))
        joined = "true" if self.played.bridged else "false"
        more = [("DialCallSid", self._child), ("DialCallDuration", "65"), ("DialBridged", joined)]
        return [("DialCallStatus", "completed"), *more]

    @property
    def _child(self) -> str:
        return "CA" + self.played.sid[2:][::-1]

    def _whisper(self, url: str) -> bool:
        """Read the question to the one called; True when the document then runs out: Twilio joins the two."""
        more: Pairs = [("CallStatus", "in-progress"), ("ParentCallSid", self.played.sid)]
        shown, rang = self.played.shown or "", self.played.rang or ""
        parties = [("From", shown), ("To", rang), ("Called", rang), ("Caller", shown)]
        while True:
            document = self.fetch(url, more, sid=self._child, parties=parties)
            judge(document, ours=self.exchange.ours, whisper=True)
            follow = None
            for verb in Xml.fromstring(document):
                if verb.tag == "Say":
                    self.played.heard_there.append(_spoken(verb))
                elif verb.tag == "Hangup":
                    return False
                elif verb.tag == "Gather":
                    self.played.heard_there += [_spoken(one) for one in verb if one.tag == "Say"]
                    if self.callee.presses is not None:
                        follow = urljoin(url, verb.attrib["action"]), [*more, ("Digits", self.callee.presses)]
                        break
            if follow is None:
                return True
            url, more = follow[0], follow[1]


def judge(document: str, *, ours: Iterable[str], whisper: bool = False) -> None:
    """Raise BadTwiml for what Twilio would not take, and for a call that shows any number but ours."""
    try:
        root = Xml.fromstring(document)
    except Xml.ParseError as error:
        raise BadTwiml(f"no XML: {document[:200]}") from error
    if root.tag != "Response":
        raise BadTwiml(f"begins with {root.tag}")
    _judge(root, frozenset(ours), whisper=whisper)


def _judge(element: Xml.Element, ours: frozenset[str], *, whisper: bool) -> None:
    tag = element.tag
    odd = set(element.attrib) - ATTRIBUTES[tag]
    if odd:
        raise BadTwiml(f"<{tag}> has no {sorted(odd)}")
    for name, value in element.attrib.items():
        low, high = RANGES.get(name, (None, None))
        if low is not None and high is not None and not (value.isdigit() and low <= int(value) <= high):
            raise BadTwiml(f"{name}={value!r}")
        if name in URLS and not value.startswith(("https://", "http://", "/")):
            raise BadTwiml(f"{name}={value!r} is no URL")
        if name == "method" and value not in {"GET", "POST"}:
            raise BadTwiml(f"method={value!r}")
    if tag == "Say" and (not (element.text or "").strip() or len(element.text or "") > 4096):
        raise BadTwiml("<Say> of nothing, or of too much")
    if tag == "Say" and element.get("language") not in LANGUAGES:
        raise BadTwiml(f"nobody speaks {element.get('language')!r}")
    if tag == "Number" and not _is_e164(element.text):
        raise BadTwiml("<Number> rings no E.164 number")
    if tag == "Dial":
        _judge_dial(element, ours, whisper=whisper)
    for child in element:
        if child.tag not in NESTED.get(tag, set()):
            raise BadTwiml(f"<{child.tag}> in <{tag}>")
        _judge(child, ours, whisper=whisper)


def _judge_dial(dial: Xml.Element, ours: frozenset[str], *, whisper: bool) -> None:
    if whisper:
        raise BadTwiml("<Dial> is not allowed before the two are joined")
    if dial.get("callerId") not in ours:
        raise BadTwiml(f"callerId={dial.get('callerId')!r} is no number of ours")
    if len(dial) != 1 or (dial.text or "").strip():
        raise BadTwiml("<Dial> rings one <Number>")


def _is_e164(text: str | None) -> bool:
    said = (text or "").strip()
    return said.startswith("+") and said[1:].isdigit() and 8 <= len(said) <= 16


def _spoken(say: Xml.Element) -> Spoken:
    return Spoken(say.get("language", "en-US"), (say.text or "").strip())
