"""Columns of a retailer's own, `x_<name>`: weight, shop, slot, whatever else decides how long its parcels take. Pure.

Nothing here is shown to shoppers; the model of time learns from them, see docs/eta.md.
"""

import math
import re
from typing import Annotated, Any, TypeAlias

from pydantic import AfterValidator, ConfigDict, PlainValidator, WithJsonSchema
from pydantic.types import JsonValue
from pydantic_core import PydanticCustomError

from flows.intake_base import Said
from flows.intake_values import clean

PREFIX = "x_"
#: Of the name behind the prefix, and of a value that is a name.
LONGEST_NAME, LONGEST_VALUE = 40, 60
#: Columns one shipment may bring.
MOST = 20
#: Numbers beyond that are errors; as many digits are exact in a database's JSON.
LARGEST = 1e15
NAME = re.compile(rf"{PREFIX}[a-z0-9_]{{1,{LONGEST_NAME}}}")
Passed: TypeAlias = bool | int | float | str
SCHEMA: dict[str, JsonValue] = {
    "anyOf": [
        {"type": "number", "minimum": -LARGEST, "maximum": LARGEST},
        {"type": "boolean"},
        {"type": "string", "minLength": 1, "maxLength": LONGEST_VALUE},
        {"type": "null"},
    ],
    "description": "A column of your own: a number, true or false, or a short name. No personal data.",
}


def _name(said: str) -> str:
    if not said.startswith(PREFIX):
        raise PydanticCustomError("extra_forbidden", "there is no such field")
    if not NAME.fullmatch(said):
        words = f"must be x_ and 1 to {LONGEST_NAME} small letters, digits and _"
        raise PydanticCustomError("passed_name", "{said}", {"said": words})
    return said


def _value(said: Any) -> Passed | None:
    if said is None or isinstance(said, bool):
        return said
    if isinstance(said, int | float):
        if not math.isfinite(said) or abs(said) > LARGEST:
            raise PydanticCustomError("passed_value", "is no number of this world")
        return said
    if not isinstance(said, str) or not 0 < len(said.strip()) <= LONGEST_VALUE:
        words = f"must be a number, true or false, or a name of at most {LONGEST_VALUE} characters"
        raise PydanticCustomError("passed_value", "{said}", {"said": words})
    return clean(said.strip())


def _known_by_pattern(schema: dict[str, Any]) -> None:
    """In JSON Schema a pattern says which further keys there may be."""
    schema["additionalProperties"] = False
    schema["patternProperties"] = {f"^{NAME.pattern}$": SCHEMA}


PassedName = Annotated[str, AfterValidator(_name)]
PassedValue = Annotated[Any, PlainValidator(_value), WithJsonSchema(SCHEMA)]


class WithPassed(Said):
    """A mapping that may hold columns of the retailer's own beside its fields."""

    model_config = ConfigDict(extra="allow", json_schema_extra=_known_by_pattern)
    __pydantic_extra__: dict[PassedName, PassedValue]

    @property
    def passed(self) -> dict[str, Passed | None]:
        """The columns that were named; None: it is to go."""
        return dict(self.__pydantic_extra__)


def column(written: str) -> str | None:
    """The column a file's header means, None when it is none of these. `X Weight-kg` is x_weight_kg."""
    folded = re.sub(r"[\s.-]+", "_", written.strip()).casefold()
    return folded if NAME.fullmatch(folded) else None


def cell(said: str) -> Passed:
    """What a file's cell says: numbers (`4,2` too) and true or false are such, `0042` and all else are names."""
    if said.lower() in ("true", "false"):
        return said.lower() == "true"
    if re.fullmatch(r"[-+]?(?:0|[1-9]\d*)(?:[.,]\d+)?", said):
        number = float(said.replace(",", "."))
        return int(number) if number.is_integer() and abs(number) <= LARGEST else number
    return said
