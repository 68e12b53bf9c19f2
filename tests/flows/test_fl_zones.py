"""Whose clock counts, and when the night is over."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from flows.quiet_hours import is_quiet, next_allowed
from flows.zones import zone_of

US_ZIPS = {
    "94607": "America/Los_Angeles",
    "10001": "America/New_York",
    "60601": "America/Chicago",
    "80202": "America/Denver",
    "85001": "America/Phoenix",
    "86515": "America/Denver",  # Window Rock, Navajo Nation
    "46204": "America/Indiana/Indianapolis",
    "46402": "America/Chicago",  # Gary
    "47708": "America/Chicago",  # Evansville
    "32501": "America/Chicago",  # Pensacola
    "33101": "America/New_York",
    "37402": "America/New_York",  # Chattanooga
    "37203": "America/Chicago",  # Nashville
    "40202": "America/New_York",  # Louisville
    "42001": "America/Chicago",  # Paducah
    "48201": "America/Detroit",
    "57701": "America/Denver",  # Rapid City
    "57104": "America/Chicago",  # Sioux Falls
    "79901": "America/Denver",  # El Paso
    "78701": "America/Chicago",
    "83702": "America/Boise",
    "83814": "America/Los_Angeles",  # Coeur d'Alene
    "97914": "America/Boise",  # Ontario, Oregon
    "89101": "America/Los_Angeles",
    "99501": "America/Anchorage",
    "96813": "Pacific/Honolulu",
    "00901": "America/Puerto_Rico",
    "94607-1234": "America/Los_Angeles",
}


@pytest.mark.parametrize(("code", "zone"), US_ZIPS.items())
def test_us_zip(code: str, zone: str) -> None:
    found = zone_of({"postal_code": code, "country": "US"}, phone=None, fallback="UTC")
    assert found.key == zone


@pytest.mark.parametrize(
    ("destination", "phone", "zone"),
    [
        ({"timezone": "Europe/Madrid", "lat": 37.8, "lon": -122.27}, "+14155550100", "Europe/Madrid"),
        ({"timezone": "Mars/Base", "lat": 37.8, "lon": -122.27}, None, "America/Los_Angeles"),
        ({"timezone": "America", "postal_code": "85001", "country": "us"}, None, "America/Phoenix"),
        ({"lat": 40.71, "lon": -74.0, "postal_code": "94607", "country": "US"}, None, "America/New_York"),
        ({"lat": 400, "lon": "x", "postal_code": "94607", "country": "US"}, None, "America/Los_Angeles"),
        ({"postal_code": "K1A 0B1", "country": "CA"}, None, "America/Toronto"),
        ({"postal_code": "V6B1A1", "country": "CA"}, None, "America/Vancouver"),
        ({"postal_code": "X0A 0H0", "country": "CA"}, "+14155550100", "America/Los_Angeles"),  # X spans three zones
        ({"postal_code": "2000", "country": "AU"}, None, "Australia/Sydney"),
        ({"postal_code": "2880", "country": "AU"}, None, "Australia/Broken_Hill"),
        ({"postal_code": "0800", "country": "AU"}, None, "Australia/Darwin"),
        ({"postal_code": "28013", "country": "ES"}, None, "Europe/Madrid"),
        ({"postal_code": "38001", "country": "ES"}, None, "Atlantic/Canary"),
        ({"postal_code": "75001", "country": "FR"}, None, "Europe/Paris"),  # one zone
        ({"country": "DE"}, None, "Europe/Berlin"),  # two names, one clock
        ({"country": "BR"}, None, "UTC"),  # several
        ({"postal_code": "09012", "country": "US"}, None, "UTC"),  # the forces: anywhere
        ({"postal_code": "94607"}, None, "UTC"),  # no country: no guess
        ({}, "+442071838750", "Europe/London"),
        ({}, "+15005550006", "UTC"),  # many zones
        ({}, "+14155550100", "America/Los_Angeles"),
        (None, None, "UTC"),
        ({"country": 7, "postal_code": ["x"], "lat": True, "lon": False}, "x", "UTC"),
    ],
)
def test_the_best_known_of_the_destination_decides(destination, phone, zone) -> None:
    assert zone_of(destination, phone=phone, fallback="UTC").key == zone


@dataclass(frozen=True)
class Hours:
    begins: int = 21 * 60
    ends: int = 8 * 60


NIGHT = Hours()


def at(zone: str, *moment: int, fold: int = 0) -> datetime:
    return datetime(*moment, tzinfo=ZoneInfo(zone), fold=fold).astimezone(UTC)  # type: ignore[misc,arg-type]


LA, NY, PHX, IND = "America/Los_Angeles", "America/New_York", "America/Phoenix", "America/Indiana/Indianapolis"


@pytest.mark.parametrize(
    ("zone", "moment", "allowed"),
    [
        (LA, (2026, 12, 1, 20, 59, 59), (2026, 12, 1, 20, 59, 59)),
        (LA, (2026, 12, 1, 21, 0, 0), (2026, 12, 2, 8, 0)),
        (LA, (2026, 12, 2, 0, 30), (2026, 12, 2, 8, 0)),
        (LA, (2026, 12, 2, 7, 59, 59), (2026, 12, 2, 8, 0)),
        (LA, (2026, 12, 2, 8, 0), (2026, 12, 2, 8, 0)),
        (LA, (2026, 12, 31, 23, 0), (2027, 1, 1, 8, 0)),
        (NY, (2026, 3, 7, 22, 0), (2026, 3, 8, 8, 0)),  # the night is an hour shorter
        (NY, (2026, 10, 31, 22, 0), (2026, 11, 1, 8, 0)),  # and an hour longer
        (PHX, (2026, 3, 8, 1, 0), (2026, 3, 8, 8, 0)),  # Arizona keeps its clocks
        (IND, (2026, 7, 1, 21, 0), (2026, 7, 2, 8, 0)),
    ],
)
def test_the_wall_clock_decides(zone, moment, allowed) -> None:
    assert next_allowed(at(zone, *moment), ZoneInfo(zone), NIGHT) == at(zone, *allowed)


def test_a_night_has_as_many_hours_as_it_has() -> None:
    lengths = {
        day: next_allowed(at(NY, *day, 22), ZoneInfo(NY), NIGHT) - at(NY, *day, 22)
        for day in ((2026, 3, 7), (2026, 6, 1), (2026, 10, 31))
    }
    assert lengths == {
        (2026, 3, 7): timedelta(hours=9),
        (2026, 6, 1): timedelta(hours=10),
        (2026, 10, 31): timedelta(hours=11),
    }


def test_the_same_instant_is_night_in_one_place_and_not_in_another() -> None:
    moment = at(LA, 2026, 7, 1, 20, 30)
    assert [is_quiet(moment, ZoneInfo(zone), NIGHT) for zone in (LA, PHX, IND, NY)] == [False, False, True, True]


def test_off_and_empty_hold_nothing() -> None:
    moment = at(LA, 2026, 12, 1, 3)
    assert next_allowed(moment, ZoneInfo(LA), None) == moment
    assert next_allowed(moment, ZoneInfo(LA), Hours(600, 600)) == moment


ZONES = st.sampled_from([LA, NY, PHX, IND, "Europe/Madrid", "Australia/Lord_Howe", "Asia/Kathmandu", "UTC"])
MOMENTS = st.datetimes(datetime(2026, 1, 1), datetime(2027, 12, 31)).map(lambda m: m.replace(tzinfo=UTC))  # noqa: DTZ001


@given(MOMENTS, ZONES, st.integers(0, 1439), st.integers(0, 1439))
def test_nothing_is_allowed_in_the_night_and_nothing_waits_longer_than_a_day(moment, zone, begins, ends) -> None:
    hours, place = Hours(begins, ends), ZoneInfo(zone)
    allowed = next_allowed(moment, place, hours)
    assert not is_quiet(allowed, place, hours)
    assert moment <= allowed <= moment + timedelta(hours=25)
    if not is_quiet(moment, place, hours):
        assert allowed == moment
    else:
        just_before = max(moment, allowed - timedelta(minutes=1))
        jumped = allowed.astimezone(place).utcoffset() != (allowed - timedelta(hours=2)).astimezone(place).utcoffset()
        assert is_quiet(just_before, place, hours) or jumped
