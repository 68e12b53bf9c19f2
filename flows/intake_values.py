"""The values a source may say: texts, phones, moments, places, each as one annotated type. Pure."""

import re
from datetime import UTC, datetime
from functools import cache
from typing import Annotated, Any, Literal
from zoneinfo import available_timezones

from pydantic import AfterValidator, AwareDatetime, BeforeValidator, Field, StringConstraints
from pydantic_core import PydanticCustomError

from tracking_core.numbers import LONGEST

#: Years in which parcels travel; others are typing errors, and the outermost cannot be turned into UTC.
YEARS = range(2000, 2101)
#: NUL cannot be stored, and other control characters mean nothing in a name; line breaks may stand in instructions.
CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ud800-\udfff]")
#: A text pydantic would take for seconds since 1970.
NUMERIC = re.compile(r"\s*[-+]?[\d_.]*\s*")
EMAIL = re.compile(r"[^@\s,;<>\"]+@[^@\s,;<>\"]+\.[^@\s,;<>\".]+")
LOCALE = re.compile(r"[A-Za-z]{2,3}(?:[-_][A-Za-z0-9]{2,8}){0,3}")


def clean(said: str) -> str:
    """Answer the text. Raises PydanticCustomError where there are control characters in it."""
    if CONTROL.search(said):
        raise PydanticCustomError("control_characters", "must not contain control characters")
    return said


def _written(said: Any) -> Any:
    """Moments are texts: a bare number would be guessed to be seconds, or milliseconds."""
    if isinstance(said, datetime) or (isinstance(said, str) and not NUMERIC.fullmatch(said)):
        return said
    raise PydanticCustomError("moment_type", "must be an ISO 8601 date and time with a zone")


def _in_our_time(said: datetime) -> datetime:
    if said.year not in YEARS:
        raise PydanticCustomError("moment_year", "must lie between the years 2000 and 2100")
    return said.astimezone(UTC)


def _email(said: str) -> str:
    if not EMAIL.fullmatch(said):
        raise PydanticCustomError("email", "must be an e-mail address")
    return said


def _locale(said: str) -> str:
    if not LOCALE.fullmatch(said):
        raise PydanticCustomError("locale", "must be a language tag such as en or es-MX")
    return said


def _zone(said: str) -> str:
    if said not in _zones():
        raise PydanticCustomError("timezone", "must be a time zone such as America/Los_Angeles")
    return said


@cache
def _zones() -> frozenset[str]:
    return frozenset(available_timezones())


def _country(said: str) -> str:
    if not re.fullmatch(r"[A-Za-z]{2}", said):
        raise PydanticCustomError("country", "must be a country code of two letters such as US")
    return said.upper()


#: Text of one line or several, trimmed, of at most so many characters.
Short = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=200), AfterValidator(clean)]
Long = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=2000), AfterValidator(clean)]
Number = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=100), AfterValidator(clean)]
TrackingNumber = Annotated[str, StringConstraints(strip_whitespace=True, max_length=LONGEST), AfterValidator(clean)]
PhoneText = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=40)]
Email = Annotated[str, StringConstraints(strip_whitespace=True, max_length=254), AfterValidator(_email)]
Locale = Annotated[str, StringConstraints(strip_whitespace=True), AfterValidator(_locale)]
Zone = Annotated[str, StringConstraints(strip_whitespace=True), AfterValidator(_zone)]
Country = Annotated[str, StringConstraints(strip_whitespace=True), AfterValidator(_country)]
Moment = Annotated[AwareDatetime, BeforeValidator(_written), AfterValidator(_in_our_time)]
Lat = Annotated[float, Field(ge=-90, le=90)]
Lon = Annotated[float, Field(ge=-180, le=180)]
ProofKind = Literal["photo", "signature", "pin", "barcode", "note", "position"]
