"""What every carrier adapter is: a signature check and a literal table from its codes to our words. Pure."""

import hashlib
import hmac
import json
import math
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Any, NoReturn, Protocol, TypeAlias

from tracking_core.facts import CarrierEvent
from tracking_core.meanings import Meaning as Meaning
from tracking_core.numbers import LONGEST, normalised

#: A JSON object.
Object: TypeAlias = dict[str, Any]
#: Dates outside of these years are a source's mistake, and some cannot be turned into UTC.
YEARS = range(1990, 2101)
#: Deeper nesting than any carrier's: what is read within the interpreter's limit may not be written within it.
DEEPEST = 50
#: Escapes a database cannot hold: NUL, and halves of surrogate pairs.
UNSTORABLE = re.compile(r"\\u(?:0000|[dD][89a-fA-F])")


class InvalidSignature(Exception):
    """The request is not signed as this carrier signs."""


class MalformedPayload(ValueError):
    """The body is not what this carrier sends. `field` is a dotted path into it, or `body`."""

    def __init__(self, field: str, message: str) -> None:
        super().__init__(f"{field}: {message}")
        self.field = field
        self.message = message


@dataclass(frozen=True, slots=True)
class CarrierRequest:
    """A webhook with the framework taken out."""

    #: Keys in lower case.
    headers: Mapping[str, str]
    query: Mapping[str, str]
    #: As it came over the wire: signatures cover the bytes.
    body: bytes


class CarrierAdapter(Protocol):
    """One carrier or aggregator."""

    @property
    def name(self) -> str:
        """The name in the hook's route and in `CarrierEvent.carrier`."""
        ...

    def verify(self, request: CarrierRequest, secret: str) -> None:
        """Return when the request is signed with the secret. Raises InvalidSignature; an empty secret always does."""
        ...

    def parse(self, request: CarrierRequest) -> list[CarrierEvent]:
        """The events the webhook brings, in the carrier's order; [] for kinds that are no tracker's.

        Raises MalformedPayload and nothing else.
        """
        ...


def same(expected: str, given: str) -> bool:
    """Compare two strings in constant time, whatever characters a stranger sent."""
    return hmac.compare_digest(expected.encode("utf-8", "replace"), given.encode("utf-8", "replace"))


def scan_event(
    carrier: str,
    tracking_number: str,
    event_id: str,
    *,
    code: tuple[str, str | None],
    meaning: Meaning,
    occurred_at: datetime,
    words: str | None,
    raw: Object,
    returning: bool = False,
) -> CarrierEvent:
    """The event of a scan. returning: the parcel is on its way to the sender, so being delivered means returned."""
    return CarrierEvent(
        carrier=carrier,
        event_id=event_id,
        tracking_number=tracking_number,
        status="returned" if returning and meaning.status == "delivered" else meaning.status,
        occurred_at=occurred_at,
        reason=meaning.reason,
        detail=words or meaning.words,
        code="/".join(part for part in code if part),
        flags=meaning.flags,
        raw=raw,
    )


def need_secret(secret: str) -> None:
    """Raise InvalidSignature for an empty secret: without one nobody can be told from anybody."""
    if not secret:
        raise InvalidSignature("no secret is configured for this carrier")


def decoded(request: CarrierRequest) -> Object:
    """The body as a JSON object. Raises MalformedPayload, also for what JSON allows and no database stores."""
    try:
        body = request.body.decode("utf-8")
        found = json.loads(body, parse_constant=_no_number, parse_float=_finite)
        if UNSTORABLE.search(body):
            found = _storable(found)
    except (ValueError, RecursionError) as error:
        raise MalformedPayload("body", "not readable as JSON") from error
    if not isinstance(found, dict) or _too_deep(found):
        raise MalformedPayload("body", "must be a JSON object of sensible depth")
    return found


def object_at(said: Object, key: str, path: str) -> Object:
    """The object under `key`; `path` names the field in the error."""
    found: Object = _typed(said.get(key), dict, path, "an object")
    return found


def maybe_object(said: Object, key: str, path: str) -> Object | None:
    """The object under `key`, None when there is none."""
    return None if said.get(key) is None else object_at(said, key, path)


def objects_at(said: Object, key: str, path: str) -> list[Object]:
    """The list of objects under `key`; none is the empty list."""
    items: list[Any] = _typed(said.get(key) or [], list, path, "a list")
    return [_typed(item, dict, f"{path}[{place}]", "an object") for place, item in enumerate(items)]


def text_at(said: Object, key: str, path: str) -> str:
    """The non-empty text under `key`."""
    found: str = _typed(said.get(key), str, path, "a text")
    return found if found.strip() else _malformed(path, "must not be empty")


def maybe_text(said: Object, key: str, path: str) -> str | None:
    """The text under `key`; None when there is none or it is empty."""
    found = said.get(key)
    return None if found is None or found == "" else str(_typed(found, str, path, "a text"))


def tracking_number_at(said: Object, key: str, path: str) -> str:
    """The tracking number under `key`, normalised."""
    number = normalised(text_at(said, key, path))
    return number if len(number) <= LONGEST else _malformed(path, f"longer than {LONGEST} characters")


def moment_of(text: str, path: str) -> datetime:
    """An ISO 8601 moment in UTC; one without a zone is read as UTC."""
    try:
        found = datetime.fromisoformat(text)
    except ValueError as error:
        raise MalformedPayload(path, "not an ISO 8601 date and time") from error
    if found.year not in YEARS:
        _malformed(path, "not a year of this trade")
    return (found.replace(tzinfo=UTC) if found.tzinfo is None else found).astimezone(UTC)


def moment_at(said: Object, key: str, path: str) -> datetime:
    """The moment under `key`, in UTC."""
    return moment_of(text_at(said, key, path), path)


def maybe_moment(said: Object, key: str, path: str) -> datetime | None:
    """The moment under `key`, None when there is none."""
    text = maybe_text(said, key, path)
    return None if text is None else moment_of(text, path)


def day_of(text: str, path: str) -> date:
    """An ISO 8601 day."""
    try:
        found = date.fromisoformat(text)
    except ValueError as error:
        raise MalformedPayload(path, "not an ISO 8601 date") from error
    return found if found.year in YEARS else _malformed(path, "not a year of this trade")


def is_midnight(moment: datetime) -> bool:
    """Whether a moment in UTC is its day's very beginning: carriers write a mere date that way."""
    return (moment.hour, moment.minute, moment.second) == (0, 0, 0)


def stable_id(kind: str, *parts: object) -> str:
    """An id for what a source sends without one: the same parts, the same id. Time and place belong into the parts.

    The tracking number does too, because one lorry's scan gives many parcels the same code, time and place.
    """
    written = json.dumps(parts, default=str, ensure_ascii=True, separators=(",", ":"))
    return f"{kind}:{hashlib.sha256(written.encode()).hexdigest()[:32]}"


def newest_of(events: Sequence[CarrierEvent]) -> CarrierEvent | None:
    """The event that happened last; of several at once the one named last."""
    return max(reversed(events), key=lambda event: event.occurred_at) if events else None


def place_of(said: Object | None, keys: Sequence[str]) -> list[str]:
    """The named parts of a place, as texts."""
    return [str((said or {}).get(key) or "") for key in keys]


def _typed(found: Any, kind: type, path: str, wanted: str) -> Any:
    if not isinstance(found, kind):
        _malformed(path, f"must be {wanted}" if found is not None else "is missing")
    return found


def _malformed(path: str, message: str) -> NoReturn:
    raise MalformedPayload(path, message)


def _no_number(name: str) -> NoReturn:
    raise ValueError(f"{name} is no JSON")


def _finite(text: str) -> float:
    number = float(text)
    if not math.isfinite(number):
        raise ValueError("a number too large to hold")
    return number


def _too_deep(found: Any) -> bool:
    level = [found]
    for _ in range(DEEPEST):
        level = [
            inner
            for outer in level
            for inner in (outer.values() if isinstance(outer, dict) else outer)
            if isinstance(inner, dict | list)
        ]
        if not level:
            return False
    return True


def _storable(found: Any) -> Any:
    if isinstance(found, str):
        return found.replace("\x00", "\ufffd").encode("utf-16", "surrogatepass").decode("utf-16", "replace")
    if isinstance(found, list):
        return [_storable(item) for item in found]
    if isinstance(found, dict):
        return {_storable(key): _storable(item) for key, item in found.items()}
    return found
