"""The leak filter of the driver line: numbers, mailboxes, links, cards and codes in any dress. Pure; never raises."""

import re
from collections.abc import Collection, Iterable

from bot.leaks import addresses, codes, groups, numbers
from bot.leaks.base import Leak, LeakKind, mask
from bot.leaks.plain import Plain, plain

__all__ = ["Leak", "LeakKind", "find", "mask"]

#: Kinds that may be cut in two by sending two texts.
_CUT = frozenset({LeakKind.PHONE, LeakKind.CARD})


def find(text: str, *, keep: Collection[str] = (), country: str | None = None, before: str = "") -> tuple[Leak, ...]:
    """Answer what of the text must not reach the other side, in the order of writing, none overlapping another.

    keep: what is known to be innocent: order numbers, the house number, the postal code, the gate code on file, links
    of our own. A number in one of the shapes of a phone number is let through only if the whole of it is kept.
    country: ISO code of the destination, for numbers written without a country; None asks the plans of US, MX and ES.
    before: what the same person sent just before (several texts: a line each, the newest last). A phone or card number
    that begins there and ends here is reported with its part in this text. It never hides what this text shows alone.
    """
    kept = _kept(keep)
    found = [_placed(item, shown, 0) for shown in [plain(text)] for item in _raw(shown, kept, country)]
    if before:
        joined = plain(f"{before}\n{text}")
        found += [
            leak
            for item in _raw(joined, kept, country)
            if item[0] in _CUT and (leak := _placed(item, joined, len(before) + 1)).end > 0
        ]
    return _apart(Leak(max(0, leak.start), leak.end, leak.kind) for leak in found)


def _raw(shown: Plain, kept: frozenset[str], country: str | None) -> list[tuple[LeakKind, int, int]]:
    """What is found in the plain text, the kinds that know more about themselves first."""
    text = shown.text
    if not text:
        return []
    figures = groups.chains(text, shown.odd)
    found = list(addresses.find(text, kept))
    found += [(item.kind, item.start, item.end) for item in numbers.find(text, figures, kept, country)]
    found += codes.find(text, figures, kept)
    return found


def _placed(item: tuple[LeakKind, int, int], shown: Plain, skip: int) -> Leak:
    kind, start, end = item
    first, last = shown.span(start, end)
    return Leak(first - skip, last - skip, kind)


def _apart(leaks: Iterable[Leak]) -> tuple[Leak, ...]:
    """Overlapping leaks become one, of the kind of the longest."""
    result: list[Leak] = []
    for leak in sorted(leaks):
        last = result[-1] if result else None
        if last is None or leak.start >= last.end:
            result.append(leak)
            continue
        longest = max(last, leak, key=lambda one: one.end - one.start)
        result[-1] = Leak(last.start, max(last.end, leak.end), longest.kind)
    return tuple(result)


def _kept(keep: Iterable[str]) -> frozenset[str]:
    """Each innocent thing as it is read, its digits alone, and of words with figures in them each figure."""
    kept: set[str] = set()
    for thing in {plain(value).text.strip() for value in keep}:
        kept |= {thing, re.sub(r"\D", "", thing)}
        if re.search(r"[a-z]{2}", thing):
            kept.update(re.findall(r"\d+", thing))
    return frozenset(value for value in kept if len(value) >= 3)
