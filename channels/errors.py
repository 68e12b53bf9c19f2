"""What a provider's error code means and what to do about it: one literal table, and defaults for what is new. Pure."""

from dataclasses import dataclass
from enum import StrEnum

from channels.messages import Outcome


class Kind(StrEnum):
    """The classes of errors."""

    OPTED_OUT = "opted_out"
    BAD_NUMBER = "bad_number"
    #: Our credentials or our sender are refused: no text of this sender can go.
    CREDENTIALS = "credentials"
    #: Our account may not text this destination.
    CONFIG = "config"
    CONTENT = "content"
    #: A carrier or a policy filtered it.
    BLOCKED = "blocked"
    #: Known not sent; the same call may work in a moment.
    TRANSIENT = "transient"
    #: Sent, but not delivered; one later try may reach the phone.
    TRANSIENT_DELIVERY = "transient_delivery"
    DAILY_CAP = "daily_cap"
    #: Nobody knows whether it was sent.
    AMBIGUOUS = "ambiguous"


class Action(StrEnum):
    """What is done about an error."""

    FAIL = "fail"
    OPT_OUT = "opt_out"
    FLAG_CONTACT = "flag_contact"
    PAUSE_SENDER = "pause_sender"
    HOLD_SENDER = "hold_sender"
    RETRY = "retry"
    RETRY_DELIVERY = "retry_delivery"
    FIND_OUT = "find_out"


@dataclass(frozen=True, slots=True)
class ErrorClass:
    """What one code means."""

    kind: Kind
    #: The same message will never go.
    permanent: bool
    action: Action
    #: In words, for the console.
    words: str

    @property
    def outcome(self) -> Outcome:
        """What became of a send that was answered with it."""
        if self.kind is Kind.AMBIGUOUS:
            return Outcome.UNKNOWN
        return Outcome.TRY_AGAIN if self.kind is Kind.TRANSIENT else Outcome.REFUSED


_KINDS: dict[Kind, tuple[bool, Action]] = {
    Kind.OPTED_OUT: (True, Action.OPT_OUT),
    Kind.BAD_NUMBER: (True, Action.FLAG_CONTACT),
    Kind.CREDENTIALS: (False, Action.PAUSE_SENDER),
    Kind.CONFIG: (True, Action.FAIL),
    Kind.CONTENT: (True, Action.FAIL),
    Kind.BLOCKED: (True, Action.FAIL),
    Kind.TRANSIENT: (False, Action.RETRY),
    Kind.TRANSIENT_DELIVERY: (False, Action.RETRY_DELIVERY),
    Kind.DAILY_CAP: (False, Action.HOLD_SENDER),
    Kind.AMBIGUOUS: (False, Action.FIND_OUT),
}


def _of(kind: Kind, words: str) -> ErrorClass:
    permanent, action = _KINDS[kind]
    return ErrorClass(kind, permanent, action, words)


#: Twilio's codes, and the short names of what can happen to an exchange with any provider.
TABLE: dict[str, ErrorClass] = {
    "21610": _of(Kind.OPTED_OUT, "The person has opted out of texts from this sender."),
    "21211": _of(Kind.BAD_NUMBER, "The number is not a valid phone number."),
    "21217": _of(Kind.BAD_NUMBER, "The number cannot be called."),
    "21614": _of(Kind.BAD_NUMBER, "The number is not a mobile number."),
    "21635": _of(Kind.BAD_NUMBER, "The number is a landline."),
    "30005": _of(Kind.BAD_NUMBER, "The number is unknown or no longer in service."),
    "30006": _of(Kind.BAD_NUMBER, "The number is a landline or its carrier cannot be reached."),
    "20003": _of(Kind.CREDENTIALS, "The provider refused our credentials."),
    "20005": _of(Kind.CREDENTIALS, "The provider has suspended our account."),
    "21212": _of(Kind.CREDENTIALS, "Our sending number is not valid."),
    "21606": _of(Kind.CREDENTIALS, "Our sending number cannot send texts from this account."),
    "21660": _of(Kind.CREDENTIALS, "Our sending number belongs to another account."),
    "21703": _of(Kind.CREDENTIALS, "Our messaging service has no number to send from."),
    "63007": _of(Kind.CREDENTIALS, "The provider does not know our sender."),
    "21408": _of(Kind.CONFIG, "Our account may not text this country."),
    "21608": _of(Kind.CONFIG, "A trial account may text verified numbers only."),
    "21612": _of(Kind.CONFIG, "The provider has no route from our sender to this number."),
    "14103": _of(Kind.CONTENT, "The text is too long."),
    "21617": _of(Kind.CONTENT, "The text is longer than 1,600 characters."),
    "21619": _of(Kind.CONTENT, "The text has neither words nor a picture."),
    "21620": _of(Kind.CONTENT, "A picture's address is not valid."),
    "21658": _of(Kind.CONTENT, "A parameter is longer than the provider allows."),
    "30019": _of(Kind.CONTENT, "The pictures are larger than the carrier allows."),
    "30004": _of(Kind.BLOCKED, "The recipient's phone or carrier blocks our texts."),
    "30007": _of(Kind.BLOCKED, "The carrier filtered the text."),
    "30032": _of(Kind.BLOCKED, "Our toll-free number is not verified."),
    "30034": _of(Kind.BLOCKED, "Our number is not registered for application texts."),
    "30450": _of(Kind.BLOCKED, "The provider suspects toll fraud."),
    "30610": _of(Kind.BLOCKED, "The provider's quiet hours held the text back."),
    "30640": _of(Kind.BLOCKED, "The provider lists the number as one not to text."),
    "63014": _of(Kind.BLOCKED, "The recipient's account blocks us."),
    "63016": _of(Kind.BLOCKED, "Outside the window in which free text is allowed."),
    "63021": _of(Kind.BLOCKED, "The channel refused the content."),
    "63024": _of(Kind.BLOCKED, "The channel refused the recipient."),
    "14107": _of(Kind.TRANSIENT, "Too many replies between two numbers; the provider rests the pair."),
    "20429": _of(Kind.TRANSIENT, "Too many requests; the provider asks us to slow down."),
    "30022": _of(Kind.TRANSIENT, "Our number sends faster than its carrier allows."),
    "63017": _of(Kind.TRANSIENT, "Our account sends faster than it may."),
    "63018": _of(Kind.TRANSIENT, "Our sender sends faster than its channel allows."),
    "30001": _of(Kind.TRANSIENT_DELIVERY, "The provider's queue was full or the text waited too long in it."),
    "30003": _of(Kind.TRANSIENT_DELIVERY, "The phone is off or out of reach."),
    "30008": _of(Kind.TRANSIENT_DELIVERY, "The carrier gave no reason."),
    "30017": _of(Kind.TRANSIENT_DELIVERY, "The carrier's network was congested."),
    "30036": _of(Kind.TRANSIENT_DELIVERY, "The text's validity ended in the provider's queue."),
    "30023": _of(Kind.DAILY_CAP, "Our sender has used up its daily allowance with this carrier."),
    "60728": _of(Kind.DAILY_CAP, "Our account has used up its allowance."),
    "63038": _of(Kind.DAILY_CAP, "Our account has used up its daily allowance."),
    "20500": _of(Kind.AMBIGUOUS, "The provider failed in the middle; nobody knows whether the text went."),
    "connect": _of(Kind.TRANSIENT, "The provider could not be reached; nothing was sent."),
    "http_401": _of(Kind.CREDENTIALS, "The provider refused our credentials."),
    "http_403": _of(Kind.CREDENTIALS, "The provider refused our account."),
    "http_429": _of(Kind.TRANSIENT, "Too many requests; the provider asks us to slow down."),
    "timeout": _of(Kind.AMBIGUOUS, "The provider did not answer in time; nobody knows whether the text went."),
    "reset": _of(Kind.AMBIGUOUS, "The connection broke after the request; nobody knows whether the text went."),
    "bad_answer": _of(Kind.AMBIGUOUS, "The provider's answer could not be read; nobody knows whether the text went."),
}
#: Codes that rest the whole sender, not only the one message.
SLOW_DOWN = frozenset({"20429", "http_429", "30022", "63017", "63018"})

_NEW_DELIVERY = _of(Kind.TRANSIENT_DELIVERY, "The text was not delivered, for a reason we do not know yet.")
_NEW_AMBIGUOUS = _of(Kind.AMBIGUOUS, "The provider failed; nobody knows whether the text went.")
_NEW_PERMANENT = _of(Kind.CONTENT, "The provider refused the text.")


#: What adapters call a class when only they can know it.
_ADAPTERS_WORDS = {
    "network": Kind.TRANSIENT,
    "bad_address": Kind.BAD_NUMBER,
    # Not one message is at fault but what we are to the provider.
    "config": Kind.CREDENTIALS,
    **{kind.value: kind for kind in Kind if kind is not Kind.CONFIG},
}


def classify(code: str | int | None, status: int | None = None, *, kind: str = "") -> ErrorClass:
    """Answer what a code means. Never raises: new codes come without notice, and each has a class by default.

    code: a provider's number, a short name (`connect`, `timeout`, `http_500`), or None. status: the HTTP status it
    came with. kind: what the adapter calls it, for codes the table lacks.
    """
    name = str(code or "")
    known = TABLE.get(name) or TABLE.get(f"http_{status}")
    if known:
        return known
    if kind in _ADAPTERS_WORDS:
        return _of(_ADAPTERS_WORDS[kind], _NEW_PERMANENT.words)
    if (status or 0) >= 500 or name.startswith("http_5"):
        return _NEW_AMBIGUOUS
    if len(name) == 5 and name.isdigit() and name.startswith("3"):
        return _NEW_DELIVERY
    return _NEW_PERMANENT
