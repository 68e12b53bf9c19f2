"""The OpenAPI 3.1 document, made from the routes' table and the models. Pure."""

import re
from collections.abc import Mapping, Sequence
from http import HTTPStatus
from typing import Any, TypeAlias

from pydantic import BaseModel
from pydantic.json_schema import GenerateJsonSchema, JsonSchemaMode, models_json_schema

from web.api.routing import Route
from web.api.schemas import ProblemOut

VERSION = "1.0.0"
REF = "#/components/schemas/{model}"
PROBLEM = "application/problem+json"
ABOUT = """\
Shipments in, delivery news out. Every answer and every error is JSON; errors are RFC 9457 problems that name the \
fields at fault.

**Keys.** Send `Authorization: Bearer <key>`. A key belongs to one retailer and sees that retailer's rows only: the id \
of another retailer's is a 404.

**Doing something once.** Send an `Idempotency-Key` with any POST. For 24 hours the same key with the same body gets \
the same answer again and changes nothing; with another body it is a 422, while the first is still in flight a 409.

**Lists** answer `{"items": […], "next": cursor}`; ask on with `cursor=` until `next` is null. Moments are ISO 8601 \
with a zone. Phones are normalised by the destination's country.\
"""
#: Problems by status, and when they come.
WHEN = {
    400: "The body is not readable.",
    401: "The API key is missing or not valid.",
    404: "There is no such thing, or it is another retailer's.",
    409: "The first request with this Idempotency-Key is still being worked on.",
    413: "The body is too large.",
    415: "The body is of another media type.",
    422: "A field is not as it must be; `errors` names each.",
    503: "The database does not answer; try again.",
}


def document(routes: Sequence[Route], server: str) -> dict[str, Any]:
    """Answer the document. server: the URL below which the routes stand."""
    modes: list[tuple[type[BaseModel], JsonSchemaMode]] = [(ProblemOut, "serialization")]
    for route in routes:
        modes += [(model, "serialization") for model in route.answers.values()]
        modes += [(route.body, "validation")] if route.body else []
    names, defined = models_json_schema(list(dict.fromkeys(modes)), ref_template=REF, schema_generator=_Schemas)
    paths: dict[str, dict[str, Any]] = {}
    for route in routes:
        paths.setdefault(route.path, {})[route.method.lower()] = _operation(route, names)
    return {
        "openapi": "3.1.0",
        "info": {"title": "Doorline", "version": VERSION, "description": ABOUT},
        "servers": [{"url": server}],
        "security": [{"key": []}],
        "tags": [{"name": tag} for tag in dict.fromkeys(route.tag for route in routes)],
        "paths": paths,
        "components": {
            "schemas": defined.get("$defs", {}),
            "securitySchemes": {"key": {"type": "http", "scheme": "bearer", "description": "A retailer's API key."}},
        },
    }


#: What pydantic calls each model's schema.
Names: TypeAlias = Mapping[Any, Any]


class _Schemas(GenerateJsonSchema):
    """Titles repeat the names; they only make the document longer."""

    def field_title_should_be_set(self, schema: Any) -> bool:  # noqa: ARG002  the hook has it
        return False


def _operation(route: Route, names: Names) -> dict[str, Any]:
    operation: dict[str, Any] = {
        "operationId": route.name,
        "summary": route.summary,
        "description": (route.view.__doc__ or "").strip(),
        "tags": [route.tag],
        "parameters": _parameters(route),
        "responses": _responses(route, names),
    }
    if route.files and route.body:
        content = {"multipart/form-data": {"schema": _form(route, names)}}
        operation["requestBody"] = {"required": True, "content": content}
    elif route.body:
        content = {"application/json": {"schema": names[route.body, "validation"]}}
        operation["requestBody"] = {"required": True, "content": content}
    elif route.upload:
        file = {"type": "object", "required": ["file"], "properties": {"file": {"type": "string", "format": "binary"}}}
        operation["requestBody"] = {"required": True, "content": {"multipart/form-data": {"schema": file}}}
    return operation


def _form(route: Route, names: Names) -> dict[str, Any]:
    binary = {"type": "string", "format": "binary"}
    files = {name: {"type": "array", "items": binary} for name in route.files}
    return {"anyOf": [{"type": "object", "properties": files}, names[route.body, "validation"]]}


def _parameters(route: Route) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = [
        {"name": name, "in": "path", "required": True, "schema": {"type": "integer", "minimum": 1}}
        for name in re.findall(r"{(\w+)}", route.path)
    ]
    if route.query:
        schema = route.query.model_json_schema(ref_template="{model}", schema_generator=_Schemas)
        for name, said in schema["properties"].items():
            found.append({"name": name, "in": "query", "schema": _plain(said, schema.get("$defs", {}))})
    if route.method == "POST":
        found.append(
            {
                "name": "Idempotency-Key",
                "in": "header",
                "description": "1 to 255 printable characters; kept for 24 hours.",
                "schema": {"type": "string", "minLength": 1, "maxLength": 255},
            }
        )
    return found


def _plain(said: Mapping[str, Any], defined: Mapping[str, Any]) -> dict[str, Any]:
    """A query's schema without null, which no query can say, and with references put in their place."""
    options = [option for option in said.get("anyOf", [said]) if option.get("type") != "null"]
    found = {**{key: value for key, value in said.items() if key not in {"anyOf", "default", "$ref"}}, **options[0]}
    name = found.pop("$ref", None)
    return {**defined[name], **found} if name else found


def _responses(route: Route, names: Names) -> dict[str, Any]:
    found: dict[str, Any] = {
        str(status): {
            "description": HTTPStatus(status).phrase,
            "content": {"application/json": {"schema": names[model, "serialization"]}},
        }
        for status, model in route.answers.items()
    }
    when = {401: WHEN[401], 503: WHEN[503]}
    if "{" in route.path:
        when[404] = WHEN[404]
    if route.query or route.body or route.upload or route.method == "POST":
        when[422] = WHEN[422]
    if route.body or route.upload:
        when |= {status: WHEN[status] for status in (400, 413, 415)}
    if route.method == "POST":
        when[409] = WHEN[409]
    for status, words in route.problems.items():
        when[status] = f"{words} {when[status]}" if status in when else words
    content = {PROBLEM: {"schema": names[ProblemOut, "serialization"]}}
    found |= {str(status): {"description": when[status], "content": content} for status in sorted(when)}
    return found
