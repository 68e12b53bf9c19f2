"""What a request that went wrong is answered with: RFC 9457 problems for programs, plain pages for people."""

import json
import logging
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from http import HTTPStatus
from typing import Any

from flask import Flask, Response, request
from sqlalchemy.exc import DBAPIError, InterfaceError, OperationalError
from sqlalchemy.exc import TimeoutError as PoolTimeout
from werkzeug.exceptions import HTTPException, InternalServerError

from channels.messages import InvalidSignature, MalformedWebhook
from db import RETRYABLE_SQLSTATES

log = logging.getLogger("doorline.web")

MEDIA_TYPE = "application/problem+json"
#: Paths below which programs, not people, read the answers.
PROGRAMS = ("/api/", "/hooks/", "/health", "/metrics", "/phone/messages")


@dataclass(frozen=True, slots=True)
class Fault:
    """One thing that is wrong with a request."""

    #: Dotted name of the field, such as `customer.phone`; empty for the body as a whole.
    field: str
    message: str


@dataclass
class Problem(Exception):
    """A request that cannot be done; becomes an `application/problem+json` answer wherever it is raised."""

    status: int
    detail: str
    faults: tuple[Fault, ...] = ()
    #: Short name of the kind of problem, kebab case; empty: the status says it all.
    kind: str = ""
    headers: Mapping[str, str] = field(default_factory=dict)

    def __str__(self) -> str:
        return f"{self.status} {self.detail}"

    def body(self) -> dict[str, Any]:
        """Answer the problem document."""
        return {
            "type": f"urn:doorline:problem:{self.kind}" if self.kind else "about:blank",
            "title": HTTPStatus(self.status).phrase,
            "status": self.status,
            "detail": self.detail,
            "errors": [{"field": fault.field, "message": fault.message} for fault in self.faults],
        }

    def response(self) -> Response:
        """Answer the problem as HTTP."""
        answer = Response(json.dumps(self.body(), ensure_ascii=False), self.status, content_type=MEDIA_TYPE)
        answer.headers.extend(dict(self.headers))
        return answer


def invalid(faults: Iterable[Fault], *, detail: str = "Some fields are not as they must be.") -> Problem:
    """A 422 that names every field at fault."""
    return Problem(422, detail, tuple(faults), kind="invalid-fields")


def not_found(what: str) -> Problem:
    """A 404 that says what was not found, whoever it may belong to."""
    return Problem(404, f"There is no such {what}.", kind="not-found")


def unauthorized() -> Problem:
    """A 401 for whoever brings no key, or not ours."""
    return Problem(
        401,
        "Send a valid API key as `Authorization: Bearer <key>`.",
        kind="unauthorized",
        headers={"WWW-Authenticate": 'Bearer realm="doorline"'},
    )


def install(app: Flask) -> None:
    """Make every error of the app a problem, or a plain page where people look."""
    app.register_error_handler(Problem, Problem.response)
    app.register_error_handler(InvalidSignature, _unsigned)
    app.register_error_handler(MalformedWebhook, _malformed)
    app.register_error_handler(HTTPException, _http)
    for error in (OperationalError, InterfaceError, PoolTimeout):
        app.register_error_handler(error, _database_away)


def for_programs() -> bool:
    """Whether the present request was made by a program rather than a person."""
    return request.path.startswith(PROGRAMS)


def _unsigned(_error: InvalidSignature) -> Response:
    return Problem(403, "The signature does not fit this request.", kind="invalid-signature").response()


def _malformed(error: MalformedWebhook) -> Response:
    return Problem(400, str(error) or "The request lacks what its kind must have.", kind="malformed").response()


def _database_away(error: DBAPIError | PoolTimeout) -> Response:
    orig = getattr(error, "orig", None)
    log.warning("database unavailable path=%s error=%s", request.url_rule, type(orig or error).__name__)
    busy = getattr(orig, "sqlstate", None) in RETRYABLE_SQLSTATES
    detail = "Too many changed the same thing at once." if busy else "The database does not answer at the moment."
    return Problem(503, detail, kind="unavailable", headers={"Retry-After": "1"}).response()


def _http(error: HTTPException) -> Any:
    """A problem for programs; for people the page Werkzeug makes, which names no internals."""
    if error.response is not None or not for_programs():
        return error if not isinstance(error, InternalServerError) else InternalServerError().get_response()
    # Allow, Retry-After and the like; type and length are the problem's own.
    headers = {name: value for name, value in error.get_headers() if name.lower() != "content-type"}
    return Problem(error.code or 500, error.description or "", headers=headers).response()
