"""Numbers in every dress that a program can think of, what is known to be innocent, and two texts for one number."""

import cProfile
import string
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.leaks import Leak, LeakKind, find, mask

EN = ("zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine")
ES = ("cero", "uno", "dos", "tres", "cuatro", "cinco", "seis", "siete", "ocho", "nueve")
SCRIPTS = {
    "keycaps": lambda d: d + "\ufe0f\u20e3",
    "fullwidth": lambda d: chr(0xFF10 + int(d)),
    "arabic": lambda d: chr(0x0660 + int(d)),
    "persian": lambda d: chr(0x06F0 + int(d)),
    "devanagari": lambda d: chr(0x0966 + int(d)),
    "bengali": lambda d: chr(0x09E6 + int(d)),
    "bold": lambda d: chr(0x1D7CE + int(d)),
    "circled": lambda d: "⓪①②③④⑤⑥⑦⑧⑨"[int(d)],
    "superscript": lambda d: "⁰¹²³⁴⁵⁶⁷⁸⁹"[int(d)],
    "zero width": lambda d: d + "\u200b",
    "joined": lambda d: d + "\u2060\u200d",
    "struck": lambda d: d + "\u0336",
    "plain": lambda d: d,
    "lookalike": lambda d: {"0": "O", "1": "l"}.get(d, d),
}
GROUPINGS = ((10,), (3, 3, 4), (3, 7), (1,) * 10, (2,) * 5, (3, 3, 2, 2), (6, 4))
SEPARATORS = (" ", "-", ".", " - ", "  ", "\n", "/", "~", " . ", "_", "–", "\u00a0", "\u2003", "…", " 😊 ", "*")

numbers = st.builds(
    lambda area, exchange, rest: f"{area}{exchange}{rest:04d}",
    st.integers(201, 989),
    st.integers(200, 999),
    st.integers(0, 9999),
)
spaces = st.sampled_from(("", "hey ", "gate 4412#, ", "call me ", "estoy en el 1200. Mi cel: ", "ok\n"))


def grouped(number: str, grouping: tuple[int, ...]) -> list[str]:
    parts, at = [], 0
    for size in grouping:
        parts.append(number[at : at + size])
        at += size
    return parts


def readable_digits(text: str, start: int, end: int, found: tuple[Leak, ...]) -> str:
    """What is left of `text[start:end]` once the leaks are covered."""
    return "".join(
        text[at]
        for at in range(start, end)
        if text[at].isalnum() and not any(leak.start <= at < leak.end for leak in found)
    )


@given(
    number=numbers,
    grouping=st.sampled_from(GROUPINGS),
    separator=st.sampled_from(SEPARATORS),
    script=st.sampled_from(sorted(SCRIPTS)),
    before=spaces,
)
def test_figures_in_any_dress(number: str, grouping: tuple[int, ...], separator: str, script: str, before: str) -> None:
    written = separator.join("".join(map(SCRIPTS[script], part)) for part in grouped(number, grouping))
    text = f"{before}{written} ok?"
    found = find(text)
    assert readable_digits(text, len(before), len(before) + len(written), found) == "", (text, found)
    assert {leak.kind for leak in found} == {LeakKind.PHONE}


@given(
    number=numbers,
    words=st.sampled_from((EN, ES)),
    separator=st.sampled_from((" ", ", ", "-", ".", " - ", "\n")),
    figures=st.sets(st.integers(0, 9), max_size=5),
    loud=st.booleans(),
)
def test_figures_as_words_and_mixed(
    number: str, words: tuple[str, ...], separator: str, figures: set[int], loud: bool
) -> None:
    written = separator.join(d if at in figures else words[int(d)] for at, d in enumerate(number))
    text = f"it's {written.upper() if loud else written} thanks"
    found = find(text)
    assert readable_digits(text, 5, 5 + len(written), found) == "", (text, found)


@given(number=numbers, cut=st.integers(1, 9), script=st.sampled_from(("plain", "keycaps", "fullwidth")))
def test_a_number_cut_over_two_texts_is_found_in_the_second(number: str, cut: int, script: str) -> None:
    first = "".join(map(SCRIPTS[script], number[:cut]))
    second = "".join(map(SCRIPTS[script], number[cut:]))
    if cut not in {3, 6} and script == "plain":
        first, second = " ".join(number[:cut]), " ".join(number[cut:])
    found = find(second, before=first)
    assert readable_digits(second, 0, len(second), found) == "", (first, second, found)


def test_a_text_before_neither_hides_a_leak_nor_makes_one_of_what_is_innocent() -> None:
    assert find("call 415 555 0134", before="4 1 5") == find("call 415 555 0134")
    assert find("apt 1205", before="1200 Main St") == ()
    assert find("4412#", before="I am at 415 Oak, the gate code is") == ()
    assert find("550134", before="my door code") == ()
    assert find("0134", before="415 555\nsorry,") != ()


@given(st.text(max_size=300), st.text(max_size=60))
def test_it_answers_in_order_within_the_text_and_never_raises(text: str, before: str) -> None:
    found = find(text, before=before, keep=(before,))
    assert all(0 <= leak.start < leak.end <= len(text) for leak in found)
    assert all(a.end <= b.start for a, b in pairwise(found))
    assert mask(text, (), str) == text


@given(st.text(alphabet=string.ascii_letters + "áéíóúñ ,.!?¿¡'\n", max_size=200).filter(lambda text: "." not in text))
def test_words_with_no_figure_in_them_hold_no_number(text: str) -> None:
    assert not {leak.kind for leak in find(text) if not any(word in text.lower() for word in (*EN, *ES))} & {
        "phone",
        "card",
    }


@pytest.mark.parametrize(
    ("text", "keep"),
    [
        ("order 415-555-0134 please", ("415-555-0134",)),
        ("it says 4155550134", ("4155550134",)),
        ("its 4155550134 on the label, call me", ("ORD 4155550134",)),
        ("call me at 1234567 Main", ("1234567",)),
        ("text me 5550134", ("5550134",)),
        ("call me when at 12045678, ok", ("12045678 E 4th St Apt 9",)),
        ("see https://texts.example.com/t/abc", ("https://texts.example.com",)),
        ("write to help@example.com", ("Help@example.com",)),
        ("your code is 445566", ("445566",)),
    ],
)
def test_what_is_kept_passes(text: str, keep: tuple[str, ...]) -> None:
    assert find(text) != ()
    assert find(text, keep=keep) == ()


def test_keeping_a_part_does_not_let_a_whole_number_through() -> None:
    assert [leak.kind for leak in find("415 555 0134", keep=("415", "555", "0134"))] == ["phone"]
    assert [
        leak.kind for leak in find("https://texts.example.com.evil.net/x", keep=("https://texts.example.com",))
    ] == ["link"]


def test_the_destinations_country_reads_bare_figures() -> None:
    assert find("655443322") == ()
    assert [leak.kind for leak in find("655443322", country="ES")] == ["phone"]
    assert [leak.kind for leak in find("06 12 34 56 78", country="FR")] == ["phone"]
    assert [leak.kind for leak in find("0612345678", country="fr")] == ["phone"]


def test_mask_names_what_was_there_and_leaves_the_rest() -> None:
    text = "Hi 👋 call 4️⃣1️⃣5️⃣5️⃣5️⃣5️⃣0️⃣1️⃣3️⃣4️⃣ or ana@example.com, gate 4412#"
    assert mask(text, find(text), lambda kind: f"[{kind} hidden]") == (
        "Hi 👋 call [phone hidden] or [email hidden], gate 4412#"
    )
    assert (
        mask("abcdef", (Leak(1, 4, LeakKind.PHONE), Leak(3, 5, LeakKind.LINK)), lambda kind: f"<{kind}>") == "a<phone>f"
    )


def test_the_work_grows_with_the_length_of_a_text_and_not_faster() -> None:
    """Counted in calls, not seconds: four times the text is about four times the work, whatever stands in it."""
    for piece in ("4 ", "415 ", "a.b.", "0 o ", "five ", "a@", "dot com ", "1.2.3.", "12 ", "call me "):
        short, long = (calls((piece * size)[: size * 2]) for size in (200, 800))
        assert long < 6 * short, (piece, short, long)


def calls(text: str) -> int:
    find(text)  # what is cached is cached
    profile = cProfile.Profile()
    profile.runcall(find, text)
    return sum(entry.callcount for entry in profile.getstats())


def test_no_date_is_seen_inside_a_dressed_number() -> None:
    assert {leak.kind for leak in find("3l2/2OO/OOOO ok?")} == {LeakKind.PHONE}
    assert find("the 12/25 or 1/2/26, ok?") == ()
