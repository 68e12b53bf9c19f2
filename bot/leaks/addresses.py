"""E-mails, links, handles and contact cards, also as people spell them out. Pure."""

import re
from collections.abc import Iterator
from typing import Final

from bot.leaks.base import LeakKind

#: Endings of domains that are no words of English or Spanish: they need nothing beside them.
_PLAIN_TLD: Final = (
    r"com|net|org|edu|gov|io|co|app|dev|info|biz|xyz|link|click|site|online|shop|store|club|chat|ly|gl|gg|tv|uk|mx|ca|de|fr|"
    r"br|cl|pe|ve|ec|gt|cr|pa|uy|py|bo|ni|hn|cn|ru|page|web|tk|ml|ws|cc|eu|ai|tel|contact|mobi|fm|cat|lat"
)
#: These are words as well ("he is here.me too"): they need a path behind them.
_WORDY_TLD: Final = (
    r"me|it|is|us|in|to|so|at|no|es|la|do|be|my|by|am|ar|se|id|im|sh|st|su|vu|life|live|world|team|work|one"
)
_LABEL: Final = r"[a-z0-9](?:[a-z0-9\-]{0,61}[a-z0-9])?"
_DOT: Final = r"(?:\s?\.\s?|\s*[(\[{]\s*(?:dot|punto)\s*[)\]}]\s*|\s+(?:dot|punto|period|point)\s+|\s*,\s?(?=com\b))"
_AT: Final = r"(?:\s*@\s*|\s*[(\[{<]\s*(?:at|arroba|a)\s*[)\]}>]\s*|\s+arroba\s+|-arroba-|_at_|\s*\*at\*\s*)"
_PROVIDER: Final = r"g\s?-?mail|hot\s?mail|yahoo|outlook|icloud|proton\s?mail|msn|aol|ymail|gmx|zoho|googlemail"
_LOCAL: Final = (
    r"[a-z0-9](?:[a-z0-9._%+\-]|\s?(?:underscore|guion\s+bajo|\bdot\b|\bpunto\b|[(\[{](?:dot|punto)[)\]}])\s?){0,63}"
)
_SPOKEN_TLD: Final = rf"(?:{_PLAIN_TLD}|{_WORDY_TLD})"

_EMAIL: Final = re.compile(
    rf"(?<![a-z0-9])(?:{_LOCAL}@{_LABEL}(?:\.{_LABEL}){{0,3}}\.[a-z]{{2,24}}(?![a-z0-9])|{_LOCAL}{_AT}{_LABEL}(?:{_DOT}{_LABEL}){{0,3}}{_DOT}{_SPOKEN_TLD}(?![a-z0-9])"
    # "dee at gmail dot com", "dee at gmail"; without a provider's name it takes a spoken dot
    rf"|{_LOCAL}\s+at\s+{_LABEL}(?:\s+(?:dot|punto)\s+{_LABEL}){{0,2}}\s+(?:dot|punto)\s+{_SPOKEN_TLD}(?![a-z0-9])"
    rf"|{_LOCAL}(?:{_AT}|\s+at\s+|\s+en\s+)(?:{_PROVIDER})(?:{_DOT}{_SPOKEN_TLD}|\s?com)?(?![a-z0-9])"
    r")"
)
#: "my gmail is dee.drives"
_NAMED: Final = re.compile(
    r"(?:e-?mail|correo|gmail|hotmail|yahoo|outlook|icloud)(?:\s+(?:address|electronico))?(?:\s+(?:is|es)\b|\s?:)\s*[:\-]?\s*"
    r"((?:[a-z0-9]+[._\-])*[a-z0-9]*[0-9._\-][a-z0-9._\-]*[a-z0-9])(?![a-z0-9@])"
)
_LINK: Final = re.compile(
    r"(?:(?:https?|hxxps?|ftp|whatsapp|tg|sip|viber|skype|facetime|signal|sgnl|intent|geo)\s?:\s?//\s?\S+"
    r"|(?<![a-z0-9])www[\s.]{1,3}[a-z0-9]\S*(?:\s(?:com|net|org)\b\S*)?"
    rf"|(?<![a-z0-9@.\-])(?!and\b|or\b){_LABEL}\s?[.,]\s?(?:com|org)(?![a-z0-9])(?:/\S*)?"
    rf"|(?<![a-z0-9@.\-])(?:{_LABEL}\.)+(?:{_PLAIN_TLD})(?![a-z0-9\-])(?:[/?#:]\S*)?"
    rf"|(?<![a-z0-9@.\-])(?:{_LABEL}\.)+(?:{_WORDY_TLD})/\S+"
    r"|(?<![a-z0-9])(?:wa|t|m|ig|fb)\s?(?:\.|\s(?:dot|punto)\s)\s?me\b(?:\s?(?:/|\bslash\b|\bbarra\b|\bdiagonal\b)\s?\S+)?"
    rf"|(?<![a-z0-9]){_LABEL}(?:\s+(?:dot|punto)\s+|\s*[(\[](?:dot|punto)[)\]]\s*)(?:{_PLAIN_TLD})(?![a-z0-9])"
    r"(?:\s?(?:/|slash|barra|diagonal)\s?\S+)?)"
)
_NETWORK: Final = (
    r"(?:insta(?:gram)?|ig|snap(?:chat)?|telegram|tele|facebook|fb|messenger|discord|tik\s?tok|twitter|skype|signal|kik|"
    r"venmo|cash\s?app|wechat|viber)"
)
_HANDLE: Final = re.compile(
    rf"(?<![a-z0-9]){_NETWORK}\b[^@\n\d]{{0,24}}?(?P<after>@[a-z0-9._]{{3,30}})"
    rf"|(?<![a-z0-9@.])(?P<before>@[a-z0-9._]{{3,30}})\s+(?:on|en|in|at|de)\s+(?:my\s+|mi\s+)?{_NETWORK}(?![a-z])"
    rf"|(?<![a-z0-9]){_NETWORK}[\s:,\-]{{1,3}}(?P<bare>[a-z0-9.]*_[a-z0-9._]+)"
    rf"|(?<![a-z0-9]){_NETWORK}\s*(?:is|es|:|handle|user(?:name)?|usuario)\s*:?\s*(?P<named>[a-z0-9]*[._\d][a-z0-9._]{{2,30}})"
)
_CARD: Final = re.compile(r"begin\s*:\s*vcard[\s\S]*?(?:end\s*:\s*vcard|\Z)")
_CARD_LINE: Final = re.compile(r"(?:^|(?<=\n))\s*(?:tel|email|url)\s*(?:;[^:\n]{1,80}):[^\n]+")


def find(text: str, kept: frozenset[str]) -> Iterator[tuple[LeakKind, int, int]]:
    """Every such thing in a plain text. kept: links and mailboxes known to be innocent, in small letters."""
    for match in _CARD.finditer(text):
        yield LeakKind.PHONE, *match.span()
    for match in _CARD_LINE.finditer(text):
        yield LeakKind.PHONE, *match.span()
    for match in _EMAIL.finditer(text):
        if match.group() not in kept:
            yield LeakKind.EMAIL, *match.span()
    for match in _NAMED.finditer(text):
        yield LeakKind.EMAIL, *match.span(1)
    yield from _links(text, kept)


def _links(text: str, kept: frozenset[str]) -> Iterator[tuple[LeakKind, int, int]]:
    for match in _LINK.finditer(text):
        trimmed = match.group().rstrip(".,;:!?)]}\"'")
        if trimmed and not any(trimmed == innocent or trimmed.startswith(innocent + "/") for innocent in kept):
            yield LeakKind.LINK, match.start(), match.start() + len(trimmed)
    for match in _HANDLE.finditer(text):
        if match.lastgroup is not None:
            yield LeakKind.LINK, *match.span(match.lastgroup)
