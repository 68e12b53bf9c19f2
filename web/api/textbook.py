"""The OpenAPI document as a page for people: operations by tag, each schema as a flat table of fields. Pure."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

#: Deeper nesting is told by the type's name alone.
DEPTH_MAX = 4


@dataclass(frozen=True)
class Row:
    """One field of a body."""

    #: Dotted, with `[]` for the items of a list.
    name: str
    type: str
    required: bool
    words: str


@dataclass(frozen=True)
class Operation:
    """One thing that can be done."""

    id: str
    method: str
    path: str
    summary: str
    description: str
    parameters: list[Row]
    body: list[Row]
    #: (status, words, fields of the answer); problems have no fields of their own.
    answers: list[tuple[str, str, list[Row]]]


@dataclass
class Chapter:
    """The operations of one tag."""

    title: str
    operations: list[Operation] = field(default_factory=list)


def paragraphs(words: str) -> list[list[tuple[str, str]]]:
    """Read the little Markdown of the introduction: paragraphs of (`b` bold, `c` code or ``, words)."""
    marks = {"**": "b", "`": "c"}
    return [
        [
            (marks.get(mark, ""), piece.removeprefix(mark).removesuffix(mark) if mark else piece)
            for piece in re.split(r"(\*\*.+?\*\*|`.+?`)", paragraph)
            for mark in [next((one for one in marks if piece.startswith(one)), "")]
            if piece
        ]
        for paragraph in words.split("\n\n")
    ]


def chapters(document: Mapping[str, Any]) -> list[Chapter]:
    """Read the document into chapters, in its own order."""
    schemas = document["components"]["schemas"]
    found = {tag["name"]: Chapter(tag["name"]) for tag in document["tags"]}
    for path, operations in document["paths"].items():
        for method, said in operations.items():
            found[said["tags"][0]].operations.append(_operation(path, method, said, schemas))
    return list(found.values())


def _operation(path: str, method: str, said: Mapping[str, Any], schemas: Mapping[str, Any]) -> Operation:
    body: list[Row] = []
    for kind in said.get("requestBody", {}).get("content", {}).values():
        body = list(_rows(kind["schema"], schemas))
    answers = []
    for status, answer in said["responses"].items():
        schema = answer["content"].get("application/json", {}).get("schema")
        answers.append((status, answer["description"], list(_rows(schema, schemas)) if schema else []))
    parameters = [
        Row(one["name"], _type(one["schema"], schemas), one.get("required", False), _words(one, one["schema"]))
        for one in said["parameters"]
    ]
    return Operation(
        said["operationId"], method.upper(), path, said["summary"], said["description"], parameters, body, answers
    )


def _rows(schema: Mapping[str, Any], schemas: Mapping[str, Any], before: str = "", depth: int = 0) -> Iterator[Row]:
    found = _resolved(schema, schemas)
    required = set(found.get("required", ()))
    for name, said in found.get("properties", {}).items():
        inner = _resolved(said, schemas)
        is_list = inner.get("type") == "array"
        yield Row(f"{before}{name}", _type(said, schemas), name in required, _words(said, inner))
        if is_list:
            inner = _resolved(inner.get("items", {}), schemas)
        if depth < DEPTH_MAX and "properties" in inner:
            yield from _rows(inner, schemas, f"{before}{name}{'[]' if is_list else ''}.", depth + 1)
    for pattern, said in found.get("patternProperties", {}).items():
        begins = re.match(r"\^(\w*)", pattern)
        yield Row(f"{before}{begins[1] if begins else ''}…", _type(said, schemas), False, _words(said))


def _resolved(schema: Mapping[str, Any], schemas: Mapping[str, Any]) -> Mapping[str, Any]:
    """The schema behind references and behind `or null`."""
    while True:
        if "$ref" in schema:
            schema = schemas[schema["$ref"].rpartition("/")[2]]
            continue
        options = [one for one in schema.get("anyOf", ()) if one.get("type") != "null"]
        if not options:
            return schema
        schema = next((one for one in options if "$ref" in one), options[0])


def _type(schema: Mapping[str, Any], schemas: Mapping[str, Any]) -> str:
    """The type in words: `text`, `integer or null`, `list of ItemOut`."""
    if "$ref" in schema:
        return _type(schemas[schema["$ref"].rpartition("/")[2]], schemas)
    if "anyOf" in schema:
        return " or ".join(dict.fromkeys(_type(one, schemas) for one in schema["anyOf"]))
    if "enum" in schema:
        return " | ".join(str(one) for one in schema["enum"])
    if "const" in schema:
        return str(schema["const"])
    kind = schema.get("type", "any")
    if kind == "array":
        return f"list of {_type(schema.get('items', {}), schemas)}"
    if kind == "string":
        return {"date-time": "moment", "binary": "file"}.get(schema.get("format", ""), "text")
    return str(kind)


def _words(*said: Mapping[str, Any]) -> str:
    return next((str(one["description"]) for one in said if one.get("description")), "")
