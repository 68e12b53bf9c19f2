"""Days and times as they are hard to read: said in passing, taken back, from one to the other, half and quarter."""

from datetime import datetime
from zoneinfo import ZoneInfo

import pytest

from bot.when import when

LA = ZoneInfo("America/Los_Angeles")
#: Tuesday 1 December 2026, nine in the morning.
NOW = datetime(2026, 12, 1, 9, 0, tzinfo=LA)

ENGLISH = """
a week from friday | 12-11
friday week | 12-11
friday after next | 12-18
a week from tomorrow | 12-09
in a couple of days | 12-03
any day but friday | -
anything but today | -
friday no, saturday | 12-05
i can't do friday, how about saturday | 12-05
i work tomorrow, bring it friday | 12-04
tomorrow i work | -
does friday work? | 12-04
friday works | 12-04
i ordered 2 lamps on monday | -
on 12-05 | 12-05
mon 9-11 | 12-07 09:00>11:00
December 5th after lunch | 12-05 13:00>
before lunch | >12:00
lunchtime | 12:00>14:00
half five | 17:30>17:30
half past five | 17:30>17:30
ten past six | 18:10>18:10
a quarter past four | 16:15>16:15
quarter of six | 17:45>17:45
ten to six | 10:00>18:00
5ish | 17:00>17:00
between 5ish and 7ish | 17:00>19:00
1700 hours | 17:00>17:00
8 tonight | 12-01 20:00>20:00
not after 3 | >15:00
not before 10 | 10:00>
I work until 5, come after | 17:00>
i'm out til 3 tmrw | 12-02 15:00>
I'm not home until 6 | 18:00>
until 4pm | >16:00
in a couple of hours | 12-01 11:00>
between the 3rd and the 5th | 12-03..12-05
from monday to wednesday | 12-07..12-09
mon-wed | 12-07..12-09
friday the 4th to sunday the 6th | 12-04..12-06
12/3 to 12/5 | 12-03..12-05
fri nite | 12-04 18:00>22:00
tomorow evning | 12-02 17:00>21:00
christmas eve | 12-24
xmas | 12-25
new years day | 01-01
the christmas tree | -
before christmas | -
half an hour | -
"""
SPANISH = """
el tres de diciembre | 12-03
el uno de enero | 01-01
el veinticinco de diciembre | 12-25
nochebuena | 12-24
el jueves 3 a las 5 | 12-03 17:00>17:00
sábado 5 a las 10 am | 12-05 10:00>10:00
jueves 4 a las 5 | 12-03 16:00>17:00
el viernes no, el sábado | 12-05
el viernes no pero el sabado si | 12-05
hoy no, mañana | 12-02
mañana no, pasado | 12-03
pasado | 12-03
el viernes pasado | -
el lunes no | -
mejor el lunes en vez del martes | 12-07
compré 2 lámparas el lunes | -
pedí 2 lámparas para el viernes | 12-04
mañana trabajo | -
de hoy en ocho | 12-08
de lunes a miércoles | 12-07..12-09
del 3 al 5 | 12-03..12-05
del 3 al 5 de diciembre | 12-03..12-05
entre el 3 y el 5 | 12-03..12-05
mñn | 12-02
a las seis menos diez | 17:50>17:50
las seis menos veinte | 17:40>17:40
seis y diez | 18:10>18:10
cuarto para las 6 | 17:45>17:45
un cuarto para las seis | 17:45>17:45
para las 6 | 18:00>18:00
entre las 9 y diez | 09:00>10:00
entre las 10 y el mediodía | 10:00>12:00
a medio día | 12:00>14:00
17hs | 17:00>17:00
17.30 h | 17:30>17:30
5 hs | -
dps de las 5 | 17:00>
no antes de las 10 | 10:00>
no después de las 3 | >15:00
trabajo hasta las 5 | 17:00>
no estoy hasta las 6 | 18:00>
hasta las 6 | >18:00
en un par de horas | 12-01 11:00>
"""


def said(text: str, language: str) -> str:
    """A wish as "12-04..12-05 17:00>19:00"; "-" for none."""
    found = when(text, now=NOW, zone=LA, language=language)
    if found is None:
        return "-"
    days = "..".join(f"{day:%m-%d}" for day in (found.day, found.last_day) if day)
    hours = ">".join(f"{clock:%H:%M}" if clock else "" for clock in (found.start, found.end))
    return f"{days} {hours if hours != '>' else ''}".strip()


def rows(table: str) -> list[tuple[str, str]]:
    return [(text, line) for text, _, line in (row.rpartition(" | ") for row in table.strip().splitlines())]


@pytest.mark.parametrize(("text", "line"), rows(ENGLISH))
def test_english(text: str, line: str) -> None:
    assert said(text, "en") == line


@pytest.mark.parametrize(("text", "line"), rows(SPANISH))
def test_spanish(text: str, line: str) -> None:
    assert said(text, "es") == line
