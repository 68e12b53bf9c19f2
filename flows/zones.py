"""Whose clock a shopper lives by: the zone of a destination, by whatever is known of it. Pure."""

import functools
from collections.abc import Iterable, Mapping
from datetime import UTC, datetime
from importlib.resources import files
from typing import Any
from zoneinfo import ZoneInfo

import phonenumbers
import phonenumbers.timezone
from tzfpy import get_tz

from flows.postal_zones import by_postal_code
from flows.workflow_values import zone

#: What a number without a place answers.
_NOWHERE = "Etc/Unknown"


def zone_of(destination: Mapping[str, Any] | None, *, phone: str | None, fallback: str) -> ZoneInfo:
    """Answer the zone of the destination.

    From its timezone, else its coordinates, else its postal code and country, else the phone's zone if it has only
    one, else `fallback`, a zone's name. Values that make no sense count as unknown.
    """
    place = destination or {}
    for name in (
        place.get("timezone"),
        _by_coordinates(place.get("lat"), place.get("lon")),
        _by_address(place.get("postal_code"), place.get("country")),
        _by_phone(phone),
    ):
        found = _zone(name)
        if found is not None:
            return found
    return zone(fallback)


def _zone(name: Any) -> ZoneInfo | None:
    if not isinstance(name, str) or not name:
        return None
    try:
        return zone(name)
    except ValueError:
        return None


def _by_coordinates(lat: Any, lon: Any) -> str | None:
    if isinstance(lat, bool) or isinstance(lon, bool):
        return None
    if not isinstance(lat, int | float) or not isinstance(lon, int | float):
        return None
    if not (-90 <= lat <= 90 and -180 <= lon <= 180):
        return None
    name: str = get_tz(lon, lat)
    return name or None


def _by_address(postal_code: Any, country: Any) -> str | None:
    code = country.strip().upper() if isinstance(country, str) else ""
    if isinstance(postal_code, str | int):
        found = by_postal_code(str(postal_code), code)
        if found is not None:
            return found
    return same_clock(_zones_of_country(code))


@functools.lru_cache(maxsize=4096)
def _by_phone(phone: str | None) -> str | None:
    if not phone:
        return None
    try:
        number = phonenumbers.parse(phone)
    except phonenumbers.NumberParseException:
        return None
    names = phonenumbers.timezone.time_zones_for_number(number)
    return same_clock(name for name in names if name != _NOWHERE)


def same_clock(names: Iterable[str]) -> str | None:
    """Answer the first of the zones if all of them show the same time all year round, else None."""
    zones = [found for found in map(_zone, names) if found is not None]
    if not zones or len({_offsets(one) for one in zones}) != 1:
        return None
    return zones[0].key


@functools.lru_cache(maxsize=512)
def _offsets(one: ZoneInfo) -> tuple[Any, ...]:
    """The zone's offset on each day of a year, which tells zones apart that differ in when their clocks change."""
    days = (datetime(2026, 1, 1, 12, tzinfo=UTC).timestamp() + day * 86_400 for day in range(365))
    return tuple(datetime.fromtimestamp(day, one).utcoffset() for day in days)


@functools.cache
def _table() -> Mapping[str, tuple[str, ...]]:
    """Country -> its zones, the most populous first, as the zone database lists them."""
    found: dict[str, tuple[str, ...]] = {}
    for line in (files("tzdata") / "zoneinfo" / "zone.tab").read_text(encoding="utf-8").splitlines():
        if line and not line.startswith("#"):
            country, _, name, *_ = line.split("\t")
            found[country] = (*found.get(country, ()), name)
    return found


def _zones_of_country(country: str) -> tuple[str, ...]:
    return _table().get(country, ())
