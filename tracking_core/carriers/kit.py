"""What adapters of courier networks share: moments, places, people and other names for a parcel. Pure."""

import re
from datetime import UTC, datetime, timedelta
from typing import Protocol, runtime_checkable

from tracking_core.carriers.base import YEARS, CarrierRequest, MalformedPayload, Object, maybe_text
from tracking_core.facts import Eta, OfferedDriver, OfferedProof, Position

#: Words that stand before an order's number in a note: "Order 1042", "Order #1042", "Pedido 1042".
BEFORE_NUMBER = re.compile(r"(?:order|pedido|ref(?:erence)?)\b[\s:.#]*(?:no\.?|number)?[\s:.#]*", re.IGNORECASE)
#: Longer ones are prose.
REFERENCE_MAX = 60
FIRST_MS, LAST_MS = (int(datetime(year, 1, 1, tzinfo=UTC).timestamp()) * 1000 for year in (YEARS.start, YEARS.stop))


@runtime_checkable
class Greets(Protocol):
    """A network that asks by GET whether the address is ours before it sends anything."""

    def greet(self, request: CarrierRequest) -> str | None:
        """The plain text it wants to read; None when it asked for nothing."""
        ...


@runtime_checkable
class NamesPeople(Protocol):
    """A network that speaks of its couriers by ids, and tells elsewhere who they are."""

    def people(self, request: CarrierRequest) -> list[OfferedDriver]:
        """The couriers a webhook tells of. Raises MalformedPayload and nothing else."""
        ...


def milliseconds_at(said: Object, key: str, path: str) -> datetime:
    """The moment under `key`, which is milliseconds since 1970."""
    found = maybe_milliseconds(said, key, path)
    if found is None:
        raise MalformedPayload(path, "is missing")
    return found


def maybe_milliseconds(said: Object, key: str, path: str) -> datetime | None:
    """The moment under `key`, None when there is none."""
    found = said.get(key)
    if found is None:
        return None
    if isinstance(found, bool) or not isinstance(found, int | float) or not FIRST_MS <= found < LAST_MS:
        raise MalformedPayload(path, "must be milliseconds since 1970")
    return datetime.fromtimestamp(found // 1000, UTC) + timedelta(milliseconds=int(found % 1000))


def number_at(said: Object, key: str, path: str) -> float | None:
    """The number under `key`, None when there is none."""
    found = said.get(key)
    if found is None:
        return None
    if isinstance(found, bool) or not isinstance(found, int | float) or abs(found) > 10**12:
        raise MalformedPayload(path, "must be a number")
    return float(found)


def position_of(lat: object, lon: object, at: datetime) -> Position | None:
    """Where somebody is; None for what is nowhere on Earth, and for the zeros a phone says before it knows."""
    if isinstance(lat, bool) or isinstance(lon, bool):
        return None
    if not isinstance(lat, int | float) or not isinstance(lon, int | float):
        return None
    if not (-90 <= lat <= 90 and -180 <= lon <= 180) or (lat == 0 and lon == 0):
        return None
    return Position(float(lat), float(lon), at)


def eta_at(moment: datetime | None) -> Eta | None:
    """The estimate of a moment."""
    return Eta(at=moment) if moment is not None else None


def person(said: Object, *, name: str, phone: tuple[str, ...], ref: str | None, path: str) -> OfferedDriver | None:
    """Who is named: the keys of the name, of the phones in the order they are to be believed, and of the id."""
    phones = [found for key in phone if (found := maybe_text(said, key, f"{path}.{key}"))]
    called = maybe_text(said, name, f"{path}.{name}")
    known_as = said.get(ref) if ref else None
    if isinstance(known_as, bool) or not isinstance(known_as, str | int):
        known_as = None
    if not (phones or called or known_as):
        return None
    return OfferedDriver(name=called, phone=phones[0] if phones else None, ref=str(known_as) if known_as else None)


def https(kind: str, url: str | None, name: str | None = None) -> tuple[OfferedProof, ...]:
    """The proof at the address, if it is one that can be fetched."""
    return (OfferedProof(kind, url, name),) if url and url.startswith("https://") else ()


def references(*said: object) -> tuple[str, ...]:
    """Other names for a parcel, each also without the words before its number; prose and empty ones are left out."""
    found: dict[str, None] = {}
    for one in said:
        text = str(one).strip() if isinstance(one, str | int) and not isinstance(one, bool) else ""
        if 0 < len(text) <= REFERENCE_MAX:
            bare = text[match.end() :].strip() if (match := BEFORE_NUMBER.match(text)) else text
            found |= dict.fromkeys(part for part in (text, bare) if part)
    return tuple(found)


def only(said: Object, *keys: str) -> Object:
    """What is kept of a payload: the named keys. Courier networks put everybody's numbers into every message."""
    return {key: said[key] for key in keys if key in said}
