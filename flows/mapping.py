"""A house system's JSON turned into our shipments and events by a mapping file. Pure."""

import hashlib
import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from pydantic import ValidationError

from flows.connection_samples import redacted
from flows.intake import FieldFault, faults_of
from flows.mapping_rules import PAYLOAD, Expression, MappingRules, Rule, Section
from flows.mapping_targets import MappedEvent, MappedShipment, kind_of, nested
from flows.mapping_values import ABSENT, Unmapped, plain_text, truthy, value_of
from tracking_core.states import UNKNOWN

#: Shipments and events one message may bring.
MOST = 1000
LONGEST_KEY = 200


@dataclass
class Mapped:
    """What a message means."""

    #: What makes it itself: its mapped id, else the hash of its bytes.
    key: str = ""
    shipments: list[MappedShipment] = field(default_factory=list)
    events: list[MappedEvent] = field(default_factory=list)
    #: What each of the events was made from, with nobody's name in it: a message may tell of many people.
    raws: list[dict[str, Any]] = field(default_factory=list)
    #: Fields as in `shipments[0].customer.phone`.
    faults: list[FieldFault] = field(default_factory=list)
    #: Items that a `when` passed over.
    passed_over: int = 0


def apply(rules: MappingRules, payload: Any, body: bytes) -> Mapped:
    """Answer what the message means, with every fault. payload: its JSON values; body: its bytes. Never raises."""
    found = Mapped(key=_key(rules, payload, body))
    try:
        if rules.when is not None and not truthy(rules.when.search({PAYLOAD: payload})):
            found.passed_over = 1
            return found
        for kind, sections in (("shipments", rules.shipments), ("events", rules.events)):
            for section in sections:
                _take(found, kind, section, rules, payload)
    except ValueError as error:
        found.faults.append(FieldFault("", str(error)))
    return found


def _key(rules: MappingRules, payload: Any, body: bytes) -> str:
    digest = hashlib.sha256(body).hexdigest()
    if rules.id is None:
        return f"sha256:{digest}"
    try:
        said = rules.id.search({PAYLOAD: payload})
        key = plain_text(said) if said not in (None, "") else ""
    except ValueError:
        key = ""
    if not key:
        return f"sha256:{digest}"
    key = f"id:{key}".replace("\x00", "")
    return key if len(key) <= LONGEST_KEY else f"sha256:{hashlib.sha256(key.encode()).hexdigest()}"


def _take(found: Mapped, kind: str, section: Section, rules: MappingRules, payload: Any) -> None:
    into: list[Any] = found.shipments if kind == "shipments" else found.events
    for scope in scopes(section.each, {PAYLOAD: payload}):
        if section.when is not None and not truthy(section.when.search(scope)):
            found.passed_over += 1
            continue
        if len(found.shipments) + len(found.events) >= MOST:
            raise ValueError(f"one message may bring {MOST} shipments and events, and this one brings more")
        at = f"{kind}[{len(into)}]"
        before = len(found.faults)
        values = _fields(section.fields, scope, rules.zone, at, found.faults)
        # Faults of an item are told all at once, so that a mapping is mended in one go.
        made = _made(MappedShipment if kind == "shipments" else MappedEvent, values, section, at, found.faults)
        if made is not None and len(found.faults) == before:
            into.append(made)
            if isinstance(made, MappedEvent):
                found.raws.append(redacted({name: scope[name] for name in section.each or (PAYLOAD,)}))


def scopes(each: Mapping[str, Expression], scope: dict[str, Any]) -> Iterator[dict[str, Any]]:
    """Answer the names that stand for each innermost item. Raises ValueError where an expression cannot be applied."""
    if not each:
        yield scope
        return
    (name, path), *rest = each.items()
    items = path.search(scope)
    for item in items if isinstance(items, list) else [] if items is None else [items]:
        yield from scopes(dict(rest), {**scope, name: item})


def _fields(
    rules: Mapping[str, Rule], scope: dict[str, Any], zone: str | None, at: str, faults: list[FieldFault]
) -> dict[str, Any]:
    values: dict[str, Any] = {}
    for name, rule in rules.items():
        try:
            if rule.fields is not None:
                values[name] = _items(rule, scope, zone, f"{at}.{name}", faults)
                continue
            value = value_of(rule, scope, kind_of(name), zone)
        except Unmapped as error:
            if name != "status":
                faults.append(FieldFault(f"{at}.{name}", str(error)))
                continue
            values["code"], value = (
                error.said[:LONGEST_KEY],
                UNKNOWN,
            )  # kept and counted: a code is no reason to lose it
        except ValueError as error:
            faults.append(FieldFault(f"{at}.{name}", str(error)))
            continue
        if value is not ABSENT:
            values[name] = value
    return values


def _items(rule: Rule, scope: dict[str, Any], zone: str | None, at: str, faults: list[FieldFault]) -> list[Any]:
    assert rule.each is not None and rule.fields is not None
    found = []
    for place, inner in enumerate(scopes(rule.each, scope)):
        if rule.when is None or truthy(rule.when.search(inner)):
            found.append(_fields(rule.fields, inner, zone, f"{at}[{place}]", faults))
    return found


def _made(
    model: type[MappedShipment] | type[MappedEvent],
    values: dict[str, Any],
    section: Section,
    at: str,
    faults: list[FieldFault],
) -> MappedShipment | MappedEvent | None:
    said = nested(values)
    if model is MappedShipment:
        said.setdefault("customer", {})
    told = {fault.field for fault in faults}
    try:
        made = model.model_validate(said)
    except ValidationError as error:
        wrong = faults_of(error.errors(include_url=False, include_input=False))
        new = [fault for fault in wrong if f"{at}.{fault.field}" not in told]
        faults.extend(FieldFault(f"{at}.{fault.field}", _why(fault, section, values)) for fault in new)
        return None
    missing = _nobody(made, section)
    if missing is not None and f"{at}.{missing.field}" not in told:
        faults.append(FieldFault(f"{at}.{missing.field}", missing.reason))
    return made


def _nobody(made: MappedShipment | MappedEvent, section: Section) -> FieldFault | None:
    """What everything hangs on and is not there: whom a parcel is for, which parcel an event is about."""
    if isinstance(made, MappedEvent):
        if made.tracking_number or made.order_number:
            return None
        return FieldFault("tracking_number", _nothing(section, ("tracking_number", "order_number")))
    if made.customer.phone or made.customer.email or not {"customer.phone", "customer.email"} & set(section.fields):
        return None  # without a rule for either, the mapping only speaks of orders that are known already
    return FieldFault("customer.phone", _nothing(section, ("customer.phone", "customer.email")))


def _nothing(section: Section, names: tuple[str, ...]) -> str:
    asked = [f"`{rule.path.text}`" for name in names if (rule := section.fields.get(name)) and rule.path is not None]
    needed = " or ".join(names)
    return f"is missing: {needed} is needed, and " + (
        f"{' and '.join(asked)} found nothing" if asked else "no rule fills it"
    )


def _why(fault: FieldFault, section: Section, values: Mapping[str, Any]) -> str:
    rule = section.fields.get(fault.field)
    if rule is None or fault.field in values or rule.path is None:
        return fault.reason
    return f"is missing: `{rule.path.text}` found nothing"


def shown(mapped: Mapped) -> str:
    """The result as JSON, for people who write a mapping."""
    return json.dumps(
        {
            "key": mapped.key,
            "shipments": [one.model_dump(mode="json", by_alias=True, exclude_unset=True) for one in mapped.shipments],
            "events": [one.model_dump(mode="json", by_alias=True, exclude_unset=True) for one in mapped.events],
            "passed_over": mapped.passed_over,
            "missing": [{"field": fault.field, "reason": fault.reason} for fault in mapped.faults],
        },
        indent=2,
        ensure_ascii=False,
    )
