"""One value of a house system's message, turned into what a field of ours holds. Pure."""

import math
import re
from collections.abc import Mapping
from datetime import UTC, date, datetime
from typing import Any
from zoneinfo import ZoneInfo

from flows.mapping_rules import Rule
from flows.mapping_targets import Kind

#: What a field has when nothing was found for it.
ABSENT = object()
YES = frozenset({"true", "yes", "y", "1", "on", "j", "ja", "si", "sí", "x"})
NO = frozenset({"false", "no", "n", "0", "off", "nein", ""})
COMMA = re.compile(r"[-+]?(?:\d{1,3}(?:[.\s'’]\d{3})+|\d+)(?:,\d+)?")
POINT = re.compile(r"[-+]?(?:\d{1,3}(?:[,\s'’]\d{3})+|\d+)(?:\.\d+)?")
#: Tokens of a format that say the time of day.
CLOCK = re.compile(r"%[HIMScXTRf]")
DAY_ONLY = re.compile(r"\d{4}-?\d{2}-?\d{2}")


class Unmapped(ValueError):
    """The value stands in no line of the table."""

    def __init__(self, said: str) -> None:
        self.said = said
        super().__init__(f"{said!r} stands in no line of the table")


def value_of(rule: Rule, scope: Mapping[str, Any], kind: Kind, zone: str | None) -> Any:
    """Answer what the field holds, ABSENT for nothing. Raises ValueError saying why not; Unmapped for a new code."""
    if rule.when is not None and not truthy(rule.when.search(scope)):
        return ABSENT
    found = rule.value if "value" in rule.model_fields_set else rule.path.search(scope)
    if isinstance(found, str):
        found = found.strip()
    if found in (None, "") and not (rule.table and "" in rule.table):
        return ABSENT if rule.default is None else rule.default
    if rule.table is not None:
        found = _by_table(rule, found)
        if found is None:
            return ABSENT
    if rule.zone_from is not None:
        zone = rule.zone_from.search(scope) or zone
    return _as(kind, rule, found, rule.zone or zone)


def truthy(found: Any) -> bool:
    """As JMESPath has it: nothing, false and what is empty are not true; 0 is."""
    return not (found is None or found is False or found in ("", [], {}))


def plain_text(found: Any) -> str:
    """A number or a text as text; whole numbers without a decimal point. Raises ValueError for anything else."""
    if isinstance(found, bool):
        return "true" if found else "false"
    if isinstance(found, float) and found.is_integer() and abs(found) < 1e15:
        return str(int(found))
    if isinstance(found, str | int | float):
        return str(found)
    raise ValueError(f"must be one value, not a {'list' if isinstance(found, list) else 'mapping'}")


def _by_table(rule: Rule, found: Any) -> Any:
    assert rule.table is not None
    said = plain_text("" if found is None else found)
    if said in rule.table:
        return rule.table[said]
    if "otherwise" in rule.model_fields_set:
        return rule.otherwise
    raise Unmapped(said)


def _as(kind: Kind, rule: Rule, found: Any, zone: str | None) -> Any:
    if kind == "moment":
        return _moment(rule, found, zone)
    if kind == "day":
        return _day(rule, found)
    if kind == "passed":
        return _passed(rule, found)
    if kind in ("number", "whole"):
        return _number(rule, found, whole=kind == "whole")
    if kind == "yes_no":
        return _yes_no(found)
    if kind == "list":
        return found if isinstance(found, list) else re.split(r"[\s,;|]+", plain_text(found))
    text = plain_text(found)
    return {"upper": text.upper, "lower": text.lower}.get(rule.letters or "", lambda: text)()


def _passed(rule: Rule, found: Any) -> Any:
    """A number or true or false stays one; a text is a name, unless the rule says how its number is written."""
    if rule.number is not None:
        return _number(rule, found, whole=False)
    return found if isinstance(found, bool | int | float) else plain_text(found)


def _yes_no(found: Any) -> bool:
    if isinstance(found, bool):
        return found
    said = plain_text(found).lower()
    if said in YES:
        return True
    if said in NO:
        return False
    raise ValueError(f"{said!r} is neither yes nor no; a `table` says what it means")


def _number(rule: Rule, found: Any, *, whole: bool) -> float | int:
    number = found if isinstance(found, int | float) and not isinstance(found, bool) else _read_number(rule, found)
    if isinstance(number, float) and not math.isfinite(number):
        raise ValueError(f"{str(found)[:40]!r} is too large a number")
    if not whole:
        return number
    if int(number) != number:
        raise ValueError(f"{found!r} is no whole number")
    return int(number)


def _read_number(rule: Rule, found: Any) -> float:
    said = plain_text(found)
    shape, decimal = (COMMA, ",") if rule.number == "comma" else (POINT, ".")
    if shape.fullmatch(said) is None:
        hint = "; `number: comma` reads a decimal comma" if rule.number is None and "," in said else ""
        raise ValueError(f"{said!r} is no number{hint}")
    kept = "".join(one for one in said if one in f"+-0123456789{decimal}")
    return float(kept.replace(",", "."))


def _moment(rule: Rule, found: Any, zone: str | None) -> datetime:
    read, has_clock = _read_date(rule, found)
    if not has_clock:
        if rule.at is None:
            raise ValueError(f"{found!r} names a day only; `at:` says which time of day is meant")
        read = datetime.combine(read.date(), rule.at, read.tzinfo)
    if read.tzinfo is None:
        if zone is None:
            raise ValueError(f"{found!r} names no zone; `zone:` says whose clock it is")
        try:
            read = read.replace(tzinfo=ZoneInfo(zone))
        except (KeyError, ValueError, OSError) as error:
            raise ValueError(f"{zone!r} is no time zone") from error
    try:
        return read.astimezone(UTC)
    except OverflowError as error:
        raise ValueError(f"{found!r} is no year of this trade") from error


def _day(rule: Rule, found: Any) -> date:
    return _read_date(rule, found)[0].date()


def _read_date(rule: Rule, found: Any) -> tuple[datetime, bool]:
    """Answer the date by the first format that reads it, and whether it names a time of day."""
    said = plain_text(found)
    for one in rule.date or ("iso",):
        try:
            return _by_format(one, said)
        except (ValueError, OverflowError, OSError):
            continue
    raise ValueError(f"{said!r} is not written as {' or '.join(rule.date or ('iso',))}")


def _by_format(one: str, said: str) -> tuple[datetime, bool]:
    if one == "iso":
        return datetime.fromisoformat(said), DAY_ONLY.fullmatch(said) is None
    if one in ("unix", "unix_ms"):
        return datetime.fromtimestamp(float(said) / (1000 if one == "unix_ms" else 1), UTC), True
    return datetime.strptime(said, one), CLOCK.search(one) is not None  # noqa: DTZ007  the zone comes after
