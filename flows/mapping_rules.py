"""The shape of a mapping file: how one house system's JSON becomes our shipments and events. Pure."""

import difflib
import re
from collections.abc import Iterable, Mapping
from datetime import datetime, time
from typing import Annotated, Any, Literal

import jmespath
from jmespath.exceptions import JMESPathError
from pydantic import AfterValidator, BeforeValidator, Field, PlainSerializer, field_validator, model_validator
from pydantic_core import PydanticCustomError

from flows.mapping_targets import EVENT_FIELDS, ITEM_FIELDS, SHIPMENT_FIELDS, kind_of
from flows.workflow_parts import Part
from flows.workflow_values import Duration, ZoneName

PAYLOAD = "payload"
NAME = re.compile(r"[a-z][a-z0-9_]*")
#: Dates that are no strptime format.
KNOWN_DATES = frozenset({"iso", "unix", "unix_ms"})
SAMPLE = datetime(2026, 11, 22, 13, 45)  # noqa: DTZ001  a format is tried on it; it is no moment


class Expression:
    """A JMESPath expression, compiled once."""

    def __init__(self, text: str) -> None:
        try:
            self._compiled = jmespath.compile(text)
        except JMESPathError as error:
            said = f"{text!r} is no JMESPath expression: {str(error).splitlines()[0]}"
            raise PydanticCustomError("bad_expression", "{said}", {"said": said}) from error
        self.text = text
        #: The names it begins from.
        self.roots = frozenset(_roots(self._compiled.parsed))

    def search(self, scope: Mapping[str, Any]) -> Any:
        """Answer what it finds, None for nothing. Raises ValueError where a function of it cannot be applied."""
        try:
            return self._compiled.search(scope)
        except JMESPathError as error:
            raise ValueError(f"`{self.text}` cannot be worked out: {str(error).splitlines()[0]}") from error


def _expression(said: Any) -> Any:
    return Expression(said) if isinstance(said, str) else said


Path = Annotated[Any, BeforeValidator(_expression), PlainSerializer(lambda said: said.text)]


def _is_path(said: Any) -> Any:
    if not isinstance(said, Expression):
        raise PydanticCustomError("bad_expression", "must be a JMESPath expression, as text")
    return said


Required = Annotated[Path, AfterValidator(_is_path)]


def _roots(node: Mapping[str, Any]) -> Iterable[str]:
    """Names an expression reads from its scope: only the left side of a path stands in it."""
    kind, children = node.get("type"), node.get("children", [])
    if kind == "field":
        yield node["value"]
    left_only = {"subexpression", "pipe", "projection", "value_projection", "filter_projection", "index_expression"}
    for child in children[:1] if kind in left_only else children:
        if isinstance(child, Mapping) and kind != "expref":
            yield from _roots(child)


class Auth(Part):
    """How the house system shows that a message is its own; the secret is in CUSTOM_<NAME>_SECRET."""

    type: Literal["hmac", "bearer"] = "bearer"
    #: Where the signature or the secret stands.
    header: str = Field("Authorization", pattern=r"^[A-Za-z0-9-]+$")
    #: What stands before it, such as `sha256=`; of a bearer secret: `Bearer `.
    prefix: str | None = None
    algorithm: Literal["sha1", "sha256", "sha384", "sha512"] = "sha256"
    encoding: Literal["hex", "base64"] = "hex"
    #: How the secret itself is written.
    key: Literal["text", "hex", "base64"] = "text"
    #: A header with the Unix time or ISO moment of sending; then `<time>.<body>` is signed.
    timestamp: str | None = Field(None, pattern=r"^[A-Za-z0-9-]+$")
    #: Older or newer messages than that are refused.
    tolerance: Duration = Field("5m", validate_default=True)

    @model_validator(mode="after")
    def _signed_time(self) -> "Auth":
        if self.timestamp and self.type != "hmac":
            raise ValueError("a timestamp is only worth something where it is signed: type must be hmac")
        return self


class Rule(Part):
    """How one field is found."""

    path: Path = Field(None, alias="from")
    #: Always this.
    value: Any = None
    #: The condition under which the field is filled at all.
    when: Path = None
    #: What the source says -> what it means.
    table: dict[str, Any] | None = None
    #: What everything means that stands in no line of the table; without it that is a fault.
    otherwise: Any = Field(None, alias="else")
    #: Formats of a date, tried in this order: iso, unix, unix_ms, or as Python's strptime reads them.
    date: tuple[str, ...] | None = None
    #: The zone of a time that names none; else the mapping's.
    zone: ZoneName | None = None
    zone_from: Path = None
    #: The time of day of a date that names none.
    at: time | None = None
    number: Literal["comma", "point"] | None = None
    letters: Literal["upper", "lower"] | None = None
    #: When nothing was found.
    default: Any = None
    #: Only of `items`: what they are made from.
    each: dict[str, Required] | None = None
    fields: "dict[str, Rule] | None" = None

    @model_validator(mode="before")
    @classmethod
    def _short(cls, said: Any) -> Any:
        if isinstance(said, str):
            return {"from": said}
        if not isinstance(said, Mapping):
            raise PydanticCustomError("bad_rule", "must be an expression, or a mapping with `from` or `value`")
        return said

    @field_validator("date", mode="before")
    @classmethod
    def _dates(cls, said: Any) -> Any:
        formats = (said,) if isinstance(said, str) else said
        for one in formats if isinstance(formats, list | tuple) else ():
            if one not in KNOWN_DATES:
                _try_format(one)
        return formats

    @field_validator("table", mode="before")
    @classmethod
    def _texts(cls, said: Any) -> Any:
        if not isinstance(said, Mapping):
            return said
        return {{True: "true", False: "false"}.get(key, str(key)): value for key, value in said.items()}

    @model_validator(mode="after")
    def _one_source(self) -> "Rule":
        given = self.model_fields_set
        if len(given & {"path", "value", "each"}) != 1:
            raise PydanticCustomError("bad_rule", "needs exactly one of `from`, `value` and, for items, `each`")
        if ("each" in given) != ("fields" in given):
            raise PydanticCustomError("bad_rule", "`each` and `fields` stand together")
        return self


def _try_format(said: Any) -> None:
    try:
        datetime.strptime(SAMPLE.strftime(said), said)  # noqa: DTZ007  only whether it can be read
    except (ValueError, TypeError) as error:
        words = f"{said!r} is no date format: iso, unix, unix_ms, or such as %d.%m.%Y %H:%M"
        raise PydanticCustomError("bad_date", "{said}", {"said": words}) from error


class Section(Part):
    """One kind of thing a message brings."""

    #: Name -> where its items are, each beginning from `payload` or a name before it. Absent: the message is one.
    each: dict[str, Required] = Field(default_factory=dict)
    #: Items for which it is not true are passed over.
    when: Path = None
    fields: dict[str, Rule]

    @model_validator(mode="after")
    def _known_names(self) -> "Section":
        known = [PAYLOAD]
        for name, path in self.each.items():
            _check_name(name, known)
            _check_scope(path, known, ("each", name))
            known.append(name)
        _check_scope(self.when, known, ("when",))
        for name, rule in self.fields.items():
            _check_rule(rule, known, ("fields", name))
        return self


class Shipments(Section):
    """Shipments a message brings."""

    @field_validator("fields")
    @classmethod
    def _fields(cls, said: dict[str, Rule]) -> dict[str, Rule]:
        return _check_fields(said, SHIPMENT_FIELDS, ("order_number",))


class Events(Section):
    """Events a message brings."""

    @field_validator("fields")
    @classmethod
    def _fields(cls, said: dict[str, Rule]) -> dict[str, Rule]:
        if not {"tracking_number", "order_number"} & set(said):
            raise PydanticCustomError("missing", "needs a rule for `tracking_number` or `order_number`")
        return _check_fields(said, EVENT_FIELDS, ("status",))


class MappingRules(Part):
    """A whole mapping file."""

    auth: Auth = Field(default_factory=lambda: Auth.model_validate({}))
    #: What makes a message itself, so that a second delivery changes nothing; absent: its bytes.
    id: Path = None
    #: The zone of times that name none.
    zone: ZoneName | None = None
    #: Messages for which it is not true are passed over.
    when: Path = None
    shipments: tuple[Shipments, ...] = ()
    events: tuple[Events, ...] = ()

    @field_validator("shipments", "events", mode="before")
    @classmethod
    def _one_or_several(cls, said: Any) -> Any:
        return (said,) if isinstance(said, Mapping) else said

    @model_validator(mode="after")
    def _brings_something(self) -> "MappingRules":
        if not (self.shipments or self.events):
            raise ValueError("a mapping needs `shipments` or `events`")
        for name in ("id", "when"):
            _check_scope(getattr(self, name), [PAYLOAD], (name,))
        return self


def _check_fields(said: dict[str, Rule], known: frozenset[str], required: tuple[str, ...]) -> dict[str, Rule]:
    for name, rule in said.items():
        if name not in known and not (known is SHIPMENT_FIELDS and kind_of(name) == "passed"):
            near = difflib.get_close_matches(name, known, n=1)
            words = f"there is no field {name!r}" + (f" (did you mean {near[0]!r}?)" if near else "")
            raise PydanticCustomError("unknown_field", "{said}", {"said": words, "at": name})
        if (rule.fields is not None) != (name == "items"):
            words = "items are made with `each` and `fields`" if name == "items" else "only items have `each`"
            raise PydanticCustomError("bad_rule", "{said}", {"said": words, "at": name})
        if rule.fields is not None:
            _check_fields(rule.fields, ITEM_FIELDS, ("name",))
        _check_kind(name, rule)
    for name in required:
        if name not in said:
            raise PydanticCustomError("missing", "{said}", {"said": f"needs a rule for `{name}`"})
    return said


def _check_kind(name: str, rule: Rule) -> None:
    """A way to read numbers or dates that nothing would ever use is a mistake."""
    kind = kind_of(name)
    for key, kinds in (("number", ("number", "whole", "passed")), ("date", ("moment", "day")), ("at", ("moment",))):
        if getattr(rule, key) is not None and kind not in kinds:
            words = f"`{key}` has no use here: {name} holds {'a text' if kind == 'text' else 'no such thing'}"
            raise PydanticCustomError("bad_rule", "{said}", {"said": words, "at": name})


def _check_rule(rule: Rule, known: list[str], at: tuple[str, ...]) -> None:
    for path in (rule.path, rule.when, rule.zone_from):
        _check_scope(path, known, at)
    if rule.each is not None and rule.fields is not None:
        inner = list(known)
        for name, path in rule.each.items():
            _check_name(name, inner)
            _check_scope(path, inner, at)
            inner.append(name)
        for one in rule.fields.values():
            _check_rule(one, inner, at)


def _check_name(name: str, known: Iterable[str]) -> None:
    if not NAME.fullmatch(name) or name in known:
        words = f"{name!r} must be a new name of small letters, digits and _"
        raise PydanticCustomError("bad_name", "{said}", {"said": words})


def _check_scope(path: Expression | None, known: list[str], at: tuple[str, ...]) -> None:
    unknown = sorted(path.roots - set(known)) if path is not None else []
    if unknown and path is not None:
        words = f"`{path.text}` begins with {unknown[0]!r}, but only {', '.join(known)} can be asked here"
        raise PydanticCustomError("bad_scope", "{said}", {"said": words, "path": at})
