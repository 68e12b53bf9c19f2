"""Days and times as people say them, by the destination's clock."""

# ruff: noqa: E501, SIM905, DTZ001  tables of short texts read better dense

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from bot.when import When, matching, when

LA = ZoneInfo("America/Los_Angeles")
#: Wednesday 25 November 2026, ten in the morning in Los Angeles.
NOW = datetime(2026, 11, 25, 18, 0, tzinfo=UTC)


def said(text: str, language: str = "en", *, now: datetime = NOW, zone: ZoneInfo = LA) -> str:
    """A wish as a line: "Thu 26 Nov 17:00-", "Sat 28 Nov..Sun 29 Nov", "14:00-16:00", "none"."""
    found = when(text, now=now, zone=zone, language=language)
    if found is None:
        return "none"
    days = "..".join(f"{day:%a %-d %b}" for day in (found.day, found.last_day) if day)
    hours = "-".join(f"{clock:%H:%M}" if clock else "" for clock in (found.start, found.end))
    return f"{days} {hours if hours != '-' else ''}".strip()


ENGLISH = [
    ("tomorrow after 5", "Thu 26 Nov 17:00-"), ("tommorow", "Thu 26 Nov"), ("tmrw morning", "Thu 26 Nov 06:00-12:00"),
    ("Tomorrow after 5:30 pm please", "Thu 26 Nov 17:30-"), ("friday", "Fri 27 Nov"), ("Fri", "Fri 27 Nov"),
    ("on friday then", "Fri 27 Nov"), ("this friday", "Fri 27 Nov"), ("next tuesday", "Tue 1 Dec"),
    ("next friday", "Fri 4 Dec"), ("tuesday next week", "Tue 1 Dec"), ("friday of next week", "Fri 4 Dec"),
    ("wednesday", "Wed 25 Nov"), ("wednesday at 9am", "Wed 2 Dec 09:00-09:00"), ("wensday", "Wed 25 Nov"),
    ("the 3rd", "Thu 3 Dec"), ("on the 3rd", "Thu 3 Dec"), ("the 26th", "Thu 26 Nov"), ("the 31st", "Thu 31 Dec"),
    ("the third", "none"), ("the fifteenth", "Tue 15 Dec"), ("december 3rd", "Thu 3 Dec"), ("dec 3", "Thu 3 Dec"),
    ("3 december", "Thu 3 Dec"), ("the 3rd of december", "Thu 3 Dec"), ("december third", "Thu 3 Dec"),
    ("friday the 4th", "Fri 4 Dec"), ("friday the 5th", "none"), ("friday december 4", "Fri 4 Dec"),
    ("12/5", "Sat 5 Dec"), ("12/5/26", "Sat 5 Dec"), ("12/05/2026", "Sat 5 Dec"), ("25/12", "Fri 25 Dec"),
    ("2026-12-05", "Sat 5 Dec"), ("11/20", "Sat 20 Nov"), ("12/5/2020", "none"), ("13/13", "none"), ("2/30", "none"),
    ("feb 29", "Tue 29 Feb"), ("between 2 and 4", "14:00-16:00"), ("from 2 to 4", "14:00-16:00"),
    ("friday between 10 and noon", "Fri 27 Nov 10:00-12:00"), ("8-12", "08:00-12:00"), ("9 to 5", "09:00-17:00"),
    ("friday 2-4", "Fri 27 Nov 14:00-16:00"), ("10am-2pm", "10:00-14:00"), ("11-1pm", "11:00-13:00"),
    ("5-7pm", "17:00-19:00"), ("between 4:30 and 6", "16:30-18:00"), ("9am to noon", "09:00-12:00"),
    ("after 2 but before 5", "14:00-17:00"), ("after 17:00", "17:00-"), ("after five", "17:00-"), ("after 7", "19:00-"),
    ("past 6", "18:00-"), ("from 3 onwards", "15:00-"), ("5 or later", "17:00-"), ("before noon", "-12:00"),
    ("before 10", "-10:00"), ("by 6", "-18:00"), ("until 3pm", "-15:00"), ("no later than 4", "-16:00"),
    ("at 5", "17:00-17:00"), ("at 5:30", "17:30-17:30"), ("5pm", "17:00-17:00"), ("around 11", "11:00-11:00"),
    ("noon", "12:00-12:00"), ("half past 4", "16:30-16:30"), ("5 o'clock", "17:00-17:00"), ("at 12am", "00:00-00:00"),
    ("in the morning", "06:00-12:00"), ("afternoon", "12:00-17:00"), ("friday evening", "Fri 27 Nov 17:00-21:00"),
    ("tonight", "Wed 25 Nov 18:00-22:00"), ("this afternoon", "Wed 25 Nov 12:00-17:00"), ("after work", "17:00-"),
    ("friday at 8 in the evening", "Fri 27 Nov 20:00-20:00"), ("tomorrow evening after 6", "Thu 26 Nov 18:00-21:00"),
    ("morning before 10", "06:00-10:00"), ("this weekend", "Sat 28 Nov..Sun 29 Nov"), ("next weekend", "Sat 5 Dec..Sun 6 Dec"),
    ("weekend mornings", "Sat 28 Nov..Sun 29 Nov 06:00-12:00"), ("next week", "Mon 30 Nov..Sun 6 Dec"),
    ("this week", "Wed 25 Nov..Sun 29 Nov"), ("thursday or friday", "Thu 26 Nov..Fri 27 Nov"), ("monday or friday", "none"),
    ("today", "Wed 25 Nov"), ("later today", "Wed 25 Nov"), ("day after tomorrow", "Fri 27 Nov"),
    ("in 3 days", "Sat 28 Nov"), ("in a week", "Wed 2 Dec"), ("in 2 hours", "Wed 25 Nov 12:00-"),
    ("in half an hour", "Wed 25 Nov 10:30-"), ("within 2 hours", "Wed 25 Nov -12:00"), ("in 14 hours", "Thu 26 Nov 00:00-"),
    ("not friday, saturday works", "Sat 28 Nov"), ("I can't do friday, monday is better", "Mon 30 Nov"),
    ("instead of friday, monday", "Mon 30 Nov"), ("any day except friday", "none"), ("can you bring it friday instead?", "Fri 27 Nov"),
    ("I get home from work around 6 so after 6 tomorrow would be perfect", "Thu 26 Nov 18:00-"),
    ("anytime after 3pm on thursday", "Thu 26 Nov 15:00-"), ("sat", "Sat 28 Nov"), ("sat morning", "Sat 28 Nov 06:00-12:00"),
]  # fmt: skip
SPANISH = [
    ("mañana", "Thu 26 Nov"), ("manana", "Thu 26 Nov"), ("mañana por la mañana", "Thu 26 Nov 06:00-12:00"),
    ("manana por la manana", "Thu 26 Nov 06:00-12:00"), ("mañana en la tarde", "Thu 26 Nov 12:00-20:00"),
    ("por la mañana", "06:00-12:00"), ("en la mañana", "06:00-12:00"), ("esta mañana", "Wed 25 Nov 06:00-12:00"),
    ("la mañana del viernes", "Fri 27 Nov 06:00-12:00"), ("el viernes por la tarde", "Fri 27 Nov 12:00-20:00"),
    ("viernes tarde", "Fri 27 Nov 12:00-20:00"), ("esta tarde", "Wed 25 Nov 12:00-20:00"),
    ("esta noche", "Wed 25 Nov 18:00-22:00"), ("pasado mañana", "Fri 27 Nov"),
    ("pasado manana por la tarde", "Fri 27 Nov 12:00-20:00"), ("mañana a las 10 de la mañana", "Thu 26 Nov 10:00-10:00"),
    ("a las 5", "17:00-17:00"), ("a las cinco y media", "17:30-17:30"), ("a las 17:30", "17:30-17:30"),
    ("a la una", "13:00-13:00"), ("a las 8 de la noche", "20:00-20:00"), ("después de las 5", "17:00-"),
    ("despues de las cinco de la tarde", "17:00-"), ("antes del mediodía", "-12:00"), ("antes de las 10", "-10:00"),
    ("a partir de las 3", "15:00-"), ("desde las 9", "09:00-"), ("hasta las 6", "-18:00"), ("entre las 2 y las 4", "14:00-16:00"),
    ("entre 2 y 4", "14:00-16:00"), ("de 8 a 12", "08:00-12:00"), ("de 2 a 4 de la tarde", "14:00-16:00"),
    ("el lunes entre las 10 y la 1", "Mon 30 Nov 10:00-13:00"), ("el 3", "Thu 3 Dec"), ("el día 3", "Thu 3 Dec"),
    ("para el 3", "Thu 3 Dec"), ("3 de diciembre", "Thu 3 Dec"), ("el 3 de dic", "Thu 3 Dec"), ("5/12", "Sat 5 Dec"),
    ("12/5", "Wed 12 May"), ("el sábado", "Sat 28 Nov"), ("sabado", "Sat 28 Nov"), ("el miercoles", "Wed 25 Nov"),
    ("el martes que viene", "Tue 1 Dec"), ("el próximo martes", "Tue 1 Dec"), ("el próximo miércoles", "Wed 2 Dec"),
    ("este fin de semana", "Sat 28 Nov..Sun 29 Nov"), ("el finde", "Sat 28 Nov..Sun 29 Nov"),
    ("la semana que viene", "Mon 30 Nov..Sun 6 Dec"), ("el martes de la semana que viene", "Tue 1 Dec"),
    ("hoy", "Wed 25 Nov"), ("hoy después de las 6", "Wed 25 Nov 18:00-"), ("en dos días", "Fri 27 Nov"),
    ("en una hora", "Wed 25 Nov 11:00-"), ("dentro de una hora y media", "Wed 25 Nov 11:30-"),
    ("viernes o sábado", "Fri 27 Nov..Sat 28 Nov"), ("no puedo el viernes, mejor el lunes", "Mon 30 Nov"),
    ("cualquier día menos el viernes", "none"), ("temprano por la mañana", "06:00-10:00"), ("a mediodía", "12:00-14:00"),
    ("en la noche", "18:00-22:00"), ("mañana temprano", "Thu 26 Nov 06:00-10:00"), ("después del trabajo", "17:00-"),
    ("viernes 4 de diciembre", "Fri 4 Dec"), ("el viernes 4", "Fri 4 Dec"), ("viernes 5 pm", "Fri 27 Nov 17:00-17:00"), ("el viernes 5", "none"), ("mañana after 5", "Thu 26 Nov 17:00-"),
]  # fmt: skip
NOTHING = """hello|where is my order|2|5|12|option 2|the second one|gate code is 4412|4412#|A1001|B-4471|123 Main St|
    i live at 5 Main St|at 12 oak ave|order 2 days ago|i ordered it last friday|i ordered on monday|yesterday|ayer|
    el lunes pasado|hace 3 días|since tuesday|24/7|hasta mañana|see you tomorrow|buenos días|buenas tardes|good morning|
    good evening|más tarde|mas tarde|too late|es muy tarde|llega tarde|later|soon|asap|never|now|ahora|after 5 days|
    leave it at 4B|apt 5|$5|5 dollars|a 5 cuadras|after 3 boxes|may i ask|march on|it sat outside for a while and got wet|
    i need two of them|both|yes|no|call 415-555-0100|1Z999AA10123456784|february 31|31/31|25:70|at 99|"""


@pytest.mark.parametrize(("text", "line"), ENGLISH)
def test_english(text: str, line: str) -> None:
    assert said(text) == line


@pytest.mark.parametrize(("text", "line"), SPANISH)
def test_spanish(text: str, line: str) -> None:
    assert said(text, "es") == line


@pytest.mark.parametrize("text", [line.strip() for line in NOTHING.split("|")])
def test_says_nothing_about_when(text: str) -> None:
    assert said(text) == "none"
    assert said(text, "es") == "none"


@pytest.mark.parametrize(
    ("text", "language", "line"),
    [
        ("demain", "fr", "Thu 26 Nov"), ("vendredi", "fr", "Fri 27 Nov"), ("le 3 décembre", "fr", "Thu 3 Dec"),
        ("am Freitag", "de", "Fri 27 Nov"), ("morgen", "de", "Thu 26 Nov"), ("amanhã", "pt", "Thu 26 Nov"),
        ("domani", "it", "Thu 26 Nov"), ("12/5", "en-GB", "Wed 12 May"), ("12/5", "en-US", "Sat 5 Dec"),
        ("bonjour", "fr", "none"), ("friday", "xx", "Fri 27 Nov"), ("bonjour", "xx", "none"),
    ],
)  # fmt: skip
def test_other_languages_name_their_days(text: str, language: str, line: str) -> None:
    assert said(text, language) == line


def test_the_words_are_the_persons_own() -> None:
    found = when("Pues mañana después de las 5, por favor", now=NOW, zone=LA, language="es")
    assert found == When(date(2026, 11, 26), time(17), None, "mañana después de las 5")


def test_today_is_the_destinations() -> None:
    late = datetime(2026, 11, 26, 5, 30, tzinfo=UTC)  # half past nine on Wednesday evening in Los Angeles
    assert said("today", now=late) == "Wed 25 Nov"
    assert said("today", now=late, zone=ZoneInfo("Europe/Madrid")) == "Thu 26 Nov"
    assert said("tomorrow", now=late, zone=ZoneInfo("Asia/Tokyo")) == "Fri 27 Nov"


@pytest.mark.parametrize(
    ("now", "text", "line"),
    [
        # Clocks go forward on 14 March 2027 at 2:00, back on 1 November 2026 at 2:00.
        (datetime(2027, 3, 14, 9, 30, tzinfo=UTC), "in 1 hour", "Sun 14 Mar 03:30-"),
        (datetime(2027, 3, 14, 7, 59, tzinfo=UTC), "today", "Sat 13 Mar"),
        (datetime(2027, 3, 14, 8, 0, tzinfo=UTC), "today", "Sun 14 Mar"),
        (datetime(2027, 3, 15, 6, 59, tzinfo=UTC), "tomorrow", "Mon 15 Mar"),
        (datetime(2026, 11, 1, 8, 30, tzinfo=UTC), "in 1 hour", "Sun 1 Nov 01:30-"),
        (datetime(2026, 11, 1, 6, 59, tzinfo=UTC), "tomorrow", "Sun 1 Nov"),
        (datetime(2026, 11, 2, 7, 59, tzinfo=UTC), "tomorrow", "Mon 2 Nov"),
        (datetime(2026, 11, 2, 8, 0, tzinfo=UTC), "tomorrow", "Tue 3 Nov"),
    ],
)
def test_the_days_on_which_clocks_change(now: datetime, text: str, line: str) -> None:
    assert said(text, now=now) == line


ZONES = st.sampled_from([LA, ZoneInfo("America/New_York"), ZoneInfo("Europe/Madrid"), ZoneInfo("Asia/Kolkata"),
                         ZoneInfo("Pacific/Kiritimati"), ZoneInfo("Pacific/Niue"), ZoneInfo("Australia/Lord_Howe")])  # fmt: skip
MOMENTS = st.datetimes(datetime(2026, 1, 1), datetime(2032, 1, 1)).map(lambda at: at.replace(tzinfo=UTC))
PHRASES = st.lists(
    st.sampled_from(
        """today tomorrow mañana pasado mañana hoy monday viernes next this el próximo the 1st 29th 31st 12/5 2/29 5 at
        after before between and 10 noon pm a las de la tarde por morning weekend week in 3 days dec enero 17:00 or o no
        not tonight esta noche""".split()
    ),
    max_size=7,
).map(" ".join)


@given(
    st.sampled_from([text for text, _ in ENGLISH + SPANISH]) | PHRASES, MOMENTS, ZONES, st.sampled_from(["en", "es"])
)
@example("the 31st", datetime(2027, 2, 1, tzinfo=UTC), LA, "en")
@example("2/29", datetime(2028, 2, 29, 7, 59, tzinfo=UTC), LA, "en")
def test_never_a_day_that_has_passed(text: str, now: datetime, zone: ZoneInfo, language: str) -> None:
    found = when(text, now=now, zone=zone, language=language)
    if found is None:
        return
    today = now.astimezone(zone).date()
    assert found.day is not None or found.start is not None or found.end is not None
    assert found.day is None or today <= found.day
    assert found.last_day is None or (found.day is not None and found.day < found.last_day)
    assert found.start is None or found.end is None or found.start <= found.end
    assert found.text and found.text in text


@given(st.text(st.characters(), max_size=300), st.sampled_from(["en", "es", "fr", "xx", ""]))
def test_any_text_is_read(text: str, language: str) -> None:
    if language in ("en", "es"):
        when(text, now=NOW, zone=LA, language=language)
    else:
        when(text[:40], now=NOW, zone=LA, language=language)


@given(st.integers(0, 6), MOMENTS, ZONES)
def test_a_weekday_is_within_a_week_and_is_that_weekday(number: int, now: datetime, zone: ZoneInfo) -> None:
    name = ["monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday"][number]
    found = when(name, now=now, zone=zone, language="en")
    assert found and found.day and found.day.weekday() == number
    assert found.day - now.astimezone(zone).date() < timedelta(7)


def slots(*lines: tuple[int, int, int], zone: ZoneInfo = LA, month: int = 11) -> list[tuple[datetime, datetime]]:
    """(day, from hour, to hour) by the clock on the wall."""
    return [
        (
            datetime(2026, month, day, a, tzinfo=zone).astimezone(UTC),
            datetime(2026, month, day, b, tzinfo=zone).astimezone(UTC),
        )
        for day, a, b in lines
    ]


OFFERED = slots((26, 8, 12), (26, 12, 16), (26, 16, 20), (27, 8, 12), (27, 12, 16), (27, 16, 20), (28, 8, 12))


@pytest.mark.parametrize(
    ("text", "fit"),
    [
        ("tomorrow", (0, 1, 2)), ("friday", (3, 4, 5)), ("tomorrow morning", (0,)), ("friday afternoon", (4,)),
        ("friday evening", (5,)), ("tomorrow after 5", (2,)), ("tomorrow after 4", (2,)), ("after 12", (1, 2, 4, 5)),
        ("before noon", (0, 3, 6)), ("tomorrow at 5", (2,)), ("friday at noon", (4,)), ("friday between 2 and 4", (4,)),
        ("friday from 8 to 4", (3, 4)), ("weekend", (6,)), ("monday", ()), ("tomorrow at 9pm", ()), ("tomorrow before 7am", ()),
        ("mornings", (0, 3, 6)), ("friday 8-12", (3,)), ("saturday evening", ()), ("thursday or friday morning", (0, 3)),
    ],
)  # fmt: skip
def test_matching(text: str, fit: tuple[int, ...]) -> None:
    wish = when(text, now=NOW, zone=LA, language="en")
    assert wish is not None
    assert matching(wish, OFFERED, LA) == fit


def test_slots_are_judged_by_the_wall_also_when_clocks_change() -> None:
    offered = slots((1, 0, 4), (1, 8, 12), (1, 20, 23), month=11)  # the first lasts five hours
    wish = When(date(2026, 11, 1), time(6), time(12), "sunday morning")
    assert matching(wish, offered, LA) == (1,)
    assert matching(When(date(2026, 11, 1), None, time(4), "before 4"), offered, LA) == (0,)


def test_a_slot_over_midnight_belongs_to_the_day_it_begins_on() -> None:
    offered = [(datetime(2026, 11, 26, 22, tzinfo=LA), datetime(2026, 11, 27, 1, tzinfo=LA))]
    assert matching(When(date(2026, 11, 26), time(21), None, "after 9"), offered, LA) == (0,)
    assert matching(When(date(2026, 11, 27), None, None, "friday"), offered, LA) == ()


@given(st.sampled_from([text for text, _ in ENGLISH]), ZONES)
def test_what_fits_is_on_the_wanted_day(text: str, zone: ZoneInfo) -> None:
    wish = when(text, now=NOW, zone=zone, language="en")
    if wish is None:
        return
    offered = slots(*((day, hour, hour + 2) for day in range(25, 31) for hour in range(6, 22, 2)), zone=zone)
    for index in matching(wish, offered, zone):
        day = offered[index][0].astimezone(zone).date()
        assert wish.day is None or wish.day <= day <= (wish.last_day or wish.day)
