"""Every route of an app as a path that can be asked for, whatever its arguments are called."""

from collections.abc import Iterator, Mapping
from typing import Any

from flask import Flask
from werkzeug.routing import AnyConverter, IntegerConverter, Rule

METHODS = frozenset({"GET", "POST", "PUT", "PATCH", "DELETE"})


def path_of(rule: Rule, number: int = 1, text: str = "x", **given: Any) -> str:
    """The rule's path with its arguments filled in: numbers, one of the words it allows, or `text`."""
    values: dict[str, Any] = {}
    for name in rule.arguments:
        converter = rule._converters[name]
        if name in given:
            values[name] = given[name]
        elif isinstance(converter, IntegerConverter):
            values[name] = number
        elif isinstance(converter, AnyConverter):
            values[name] = min(converter.items)
        else:
            values[name] = text
    built = rule.build(values, append_unknown=False)
    assert built is not None, rule
    return built[1]


def requests(app: Flask, prefix: str, number: int = 1, **given: Any) -> Iterator[tuple[str, str, str]]:
    """(method, path, endpoint) of every rule whose endpoint begins with the prefix."""
    for rule in sorted(app.url_map.iter_rules(), key=lambda one: one.rule):
        if rule.endpoint.startswith(prefix):
            for method in sorted((rule.methods or set()) & METHODS):
                yield method, path_of(rule, number, **given), rule.endpoint


def arguments(app: Flask, prefix: str) -> Mapping[str, Rule]:
    """Endpoint -> rule, of those that take a number."""
    return {
        rule.endpoint: rule
        for rule in app.url_map.iter_rules()
        if rule.endpoint.startswith(prefix)
        and any(isinstance(one, IntegerConverter) for one in rule._converters.values())
    }
