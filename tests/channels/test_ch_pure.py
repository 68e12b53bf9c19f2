import unicodedata
from datetime import timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from channels import errors, rules
from channels.errors import Action, Kind, classify
from channels.messages import Category, Outcome
from channels.phones import Phone, mask
from channels.redact import REMOVED, redact, storable
from channels.segments import count, to_gsm


@pytest.mark.parametrize(
    ("written", "read"),
    [
        ("(415) 555-0100", "+14155550100"),
        ("415.555.0100", "+14155550100"),
        ("+1 415 555 0100", "+14155550100"),
        ("1-415-555-0100", "+14155550100"),
        ("+44 7911 123456", "+447911123456"),
        ("+15005550006", "+15005550006"),
    ],
)
def test_a_phone_is_read_as_people_write_it(written: str, read: str) -> None:
    assert Phone.parse(written) == read


@pytest.mark.parametrize("junk", ["", "12345", "hello", "+", "+1000", "415555010", "+1415555010012345", "555-0100"])
def test_what_is_no_phone_is_refused(junk: str) -> None:
    with pytest.raises(ValueError, match="phone number"):
        Phone.parse(junk)


def test_a_region_reads_national_numbers() -> None:
    assert Phone.parse("07911 123456", region="GB") == "+447911123456"


def test_a_phone_does_not_show_itself_in_logs() -> None:
    phone = Phone.parse("+14155550147")
    assert "5550" not in repr(phone) and "5550" not in repr([phone]) and repr(phone).endswith("47')")
    assert f"{phone}" == "+14155550147"
    assert mask("ana.perez@example.com") == "a…@…" and mask("12") == "…"


@pytest.mark.parametrize(
    ("text", "encoding", "units", "segments"),
    [
        ("", "GSM-7", 0, 0),
        ("a" * 160, "GSM-7", 160, 1),
        ("a" * 161, "GSM-7", 161, 2),
        ("a" * 306, "GSM-7", 306, 2),
        ("a" * 307, "GSM-7", 307, 3),
        ("€" * 80, "GSM-7", 160, 1),
        ("a" * 159 + "€", "GSM-7", 161, 2),
        # The 153rd septet has no room for an escape pair: it moves to the next segment, and all after it.
        ("a" * 152 + "€" + "a" * 152, "GSM-7", 306, 3),
        ("a" * 151 + "€" + "a" * 153, "GSM-7", 306, 2),
        ("é ñ ü ¿ ¡ à Ç", "GSM-7", 13, 1),
        ("ç", "UCS-2", 1, 1),
        ("á", "UCS-2", 1, 1),
        ("á" * 70, "UCS-2", 70, 1),
        ("á" * 71, "UCS-2", 71, 2),
        ("á" * 134, "UCS-2", 134, 2),
        ("á" * 135, "UCS-2", 135, 3),
        ("😀" * 35, "UCS-2", 70, 1),
        ("á" * 69 + "😀", "UCS-2", 71, 2),
        # A pair is not parted: 66 + pair + 66 does not fit into two segments of 67.
        ("á" * 66 + "😀" + "á" * 66, "UCS-2", 134, 3),
        ("\ud800", "UCS-2", 1, 1),
        ("{}[]~|^\\\f", "GSM-7", 18, 1),
    ],
)
def test_segments_are_exact(text: str, encoding: str, units: int, segments: int) -> None:
    found = count(text)
    assert (found.encoding, found.units, found.segments) == (encoding, units, segments)


@given(st.text())
def test_counting_never_raises_and_never_flatters(text: str) -> None:
    found = count(text)
    room = 153 if found.encoding == "GSM-7" else 67
    assert found.segments >= found.units / (room + 7 if found.segments == 1 else room) - 1e-9
    assert found.segments <= found.units / (room - 1) + 1


def test_typing_aids_cost_no_segments() -> None:
    fancy = "“It’s here” — today… 5\u202fpm\u00a0ok"
    assert to_gsm(fancy) == '"It\'s here" - today... 5 pm ok'
    assert count(to_gsm(fancy)).encoding == "GSM-7"
    assert to_gsm("¿Dónde está?") == "¿Dónde está?", "words keep their accents unless asked"
    assert to_gsm("¿Dónde está? ñ é", drop_accents=True) == "¿Donde esta? ñ é"
    assert to_gsm("😀") == "😀"


@pytest.mark.parametrize(
    ("text", "stored"),
    [
        ("4111 1111 1111 1111", REMOVED),
        ("my card is 4111-1111-1111-1111 ok", f"my card is {REMOVED} ok"),
        ("378282246310005", REMOVED),
        ("box 12 4111 1111 1111 1111 please", f"box 12 {REMOVED} please"),
        ("4 1 1 1 1 1 1 1 1 1 1 1 1 1 1 1", REMOVED),
        ("٤١١١ ١١١١ ١١١١ ١١١١", REMOVED),
        ("４１１１１１１１１１１１１１１１", REMOVED),
        ("4111111111111111 and 5500005555555559", f"{REMOVED} and {REMOVED}"),
        ("4222222222222", REMOVED),
        ("6304000000000000000", REMOVED),
        ("4111 1111 1111 1112", "4111 1111 1111 1112"),
        ("9400111899223197428490", "9400111899223197428490"),
        ("call 415 555 0100", "call 415 555 0100"),
        ("0000000000000000", "0000000000000000"),
        ("gate 4711#, apt 12", "gate 4711#, apt 12"),
    ],
)
def test_card_numbers_are_not_stored(text: str, stored: str) -> None:
    assert redact(text) == stored


@given(st.text(alphabet=st.characters(codec=None)))
@settings(max_examples=200)
def test_redaction_never_raises_and_changes_nothing_twice(text: str) -> None:
    once = redact(storable(text))
    assert redact(once) == once
    once.encode()
    assert "\x00" not in once


@given(st.from_regex(r"\A\d{12,18}\Z"), st.sampled_from(["", " ", "-"]))
def test_every_number_with_a_right_check_digit_goes(body: str, gap: str) -> None:
    digits = [unicodedata.digit(char) for char in body]
    total = sum(sum(divmod(2 * digit, 10)) if place % 2 == 0 else digit for place, digit in enumerate(digits[::-1]))
    number = "".join(map(str, digits)) + str(-total % 10)
    if set(number) != {"0"}:
        spaced = gap.join(number[start : start + 4] for start in range(0, len(number), 4))
        assert number[:8] not in redact(f"pay {spaced} now").replace(gap or "\0", "")


def test_every_code_has_a_class_and_every_class_an_action() -> None:
    assert classify("21610").action is Action.OPT_OUT and classify(21610).permanent
    assert classify("20429").outcome is Outcome.TRY_AGAIN and not classify("20429").permanent
    assert classify("20500").outcome is Outcome.UNKNOWN
    assert classify("20003").action is Action.PAUSE_SENDER and classify("63038").action is Action.HOLD_SENDER
    assert classify("30003").action is Action.RETRY_DELIVERY and classify("30006").action is Action.FLAG_CONTACT
    assert set(Kind) == {one.kind for one in errors.TABLE.values()}
    assert {errors.TABLE[code].kind for code in errors.SLOW_DOWN} == {Kind.TRANSIENT}


@pytest.mark.parametrize(
    ("code", "status", "kind", "expected"),
    [
        ("29999", 400, "", Kind.CONTENT),
        (None, 418, "", Kind.CONTENT),
        ("39999", None, "", Kind.TRANSIENT_DELIVERY),
        ("http_503", None, "", Kind.AMBIGUOUS),
        (None, 502, "", Kind.AMBIGUOUS),
        (None, 429, "", Kind.TRANSIENT),
        (None, 401, "", Kind.CREDENTIALS),
        ("smtp_450", None, "network", Kind.TRANSIENT),
        ("smtp_550", None, "bad_address", Kind.BAD_NUMBER),
        ("smtp_535", None, "config", Kind.CREDENTIALS),
        ("", None, "nonsense", Kind.CONTENT),
    ],
)
def test_new_codes_have_a_class_by_default(code: str | None, status: int | None, kind: str, expected: Kind) -> None:
    assert classify(code, status, kind=kind).kind is expected


@given(st.one_of(st.none(), st.text(), st.integers()), st.one_of(st.none(), st.integers()), st.text())
def test_classifying_never_raises(code: str | int | None, status: int | None, kind: str) -> None:
    assert classify(code, status, kind=kind).words


def test_a_reply_goes_before_milestones_and_surveys_come_last() -> None:
    assert set(rules.RULES) == set(Category)
    order = sorted(Category, key=lambda category: rules.RULES[category].priority)
    assert order[0] is Category.CONSENT and order[-1] is Category.SURVEY
    first = {Category.CONSENT, Category.PIN, Category.REPLY, Category.RELAY, Category.CASE}
    assert set(order[:5]) == first and order[-2] is Category.MILESTONE
    assert rules.MILESTONE_VALIDITY["at_address"] == timedelta(minutes=10)
    assert [one for one in Category if not rules.RULES[one].resend_on_unknown] == [Category.SURVEY]
