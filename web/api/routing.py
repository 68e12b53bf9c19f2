"""The one way a REST request takes: who calls, what is said, the work, the answer. Views only do the work."""

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from enum import StrEnum
from typing import Any, TypeVar

from flask import Response, request
from pydantic import BaseModel, ValidationError
from sqlalchemy.orm import Session
from werkzeug.datastructures import FileStorage

from flows.cases import AlreadyTaken, NotNow, Unreachable
from flows.intake import Rejected, faults_of
from tracking_core.shipments import TrackingNumberTaken
from web.api import idempotency
from web.api.idempotency import Kept, Reservation
from web.api.uploads import FormParts, read_parts, read_upload
from web.context import Parts, parts
from web.cursors import ID_MAX
from web.problems import Fault, Problem, invalid, not_found
from web.requests import read_body
from web.security import caller, note_use

M = TypeVar("M", bound=BaseModel)
JSON = "application/json"


class Access(StrEnum):
    """Which transaction a view gets."""

    READ = "read"
    WRITE = "write"
    #: None: the view opens its own, one after the other.
    OWN = "own"


@dataclass(frozen=True)
class Call:
    """A request whose caller is known and whose words are checked."""

    parts: Parts
    retailer: str
    now: datetime
    #: Ids of the path by name.
    ids: Mapping[str, int]
    #: The route's `body` and `query` models, checked; None where the route has none.
    body: Any
    query: Any
    upload: FileStorage | None
    #: Of a route with `files`: name -> contents.
    files: Mapping[str, Sequence[bytes]] = field(default_factory=dict)
    #: Absent where the route's access is OWN.
    open_session: Session | None = None

    @property
    def session(self) -> Session:
        """The transaction the view works in."""
        assert self.open_session is not None
        return self.open_session


@dataclass(frozen=True)
class Answer:
    """What a view answers."""

    status: int
    content: BaseModel
    headers: Mapping[str, str] = field(default_factory=dict)
    #: The same as CSV, where that was asked for.
    csv: str | None = None

    def body(self) -> Any:
        """The content as JSON values."""
        return self.content.model_dump(mode="json", by_alias=True)


@dataclass(frozen=True)
class Route:
    """One operation of the API: what the dispatcher needs, and what the OpenAPI document tells."""

    method: str
    #: Below /api/v1, ids in braces: `/shipments/{shipment_id}`.
    path: str
    view: Callable[[Call], Answer]
    summary: str
    tag: str
    #: Status -> what is answered; problems are told by themselves.
    answers: Mapping[int, type[BaseModel]]
    body: type[BaseModel] | None = None
    query: type[BaseModel] | None = None
    access: Access = Access.READ
    #: Takes a multipart `file`.
    upload: bool = False
    #: Takes a multipart with these files; its words are the `body`.
    files: tuple[str, ...] = ()
    #: Problems beyond those every route of its kind has: status -> when.
    problems: Mapping[int, str] = field(default_factory=dict)

    @property
    def name(self) -> str:
        """The operation's id."""
        return self.view.__name__


def serve(route: Route, **ids: str) -> Response:
    """Answer one request to the route."""
    house = parts()
    with house.database.read() as session:
        retailer = caller(session, house.settings)
    now = house.clock()
    note_use(house.database, now=now)
    upload: FileStorage | None = None
    form: FormParts | None = None
    if route.upload:
        upload, said = read_upload("file")
    elif route.files:
        form = read_parts(route.files)
        said = form.digest
    else:
        said = read_body() if route.method != "GET" else b""
    key = request.headers.get("Idempotency-Key") if route.method == "POST" else None
    reserved = None if key is None else _reserve(house, retailer, key, said, now)
    if isinstance(reserved, Kept):
        headers = {"Idempotent-Replayed": "true"}
        return _json(reserved.status, reserved.body, headers)

    def call() -> Call:
        return Call(
            parts=house,
            retailer=retailer,
            now=now,
            ids={name: _id(value) for name, value in ids.items()},
            body=_words_of(route, said, form),
            query=_checked(route.query, request.args.to_dict()) if route.query else None,
            upload=upload,
            files=form.files if form is not None else {},
        )

    return _once(route, call, reserved)


def _once(route: Route, make_call: Callable[[], Call], reserved: Reservation | None) -> Response:
    """Do the work; keep its answer under the key, or free the key when nobody knows what happened."""
    house = parts()
    settled = reserved is None
    try:
        answer = _work(route, make_call, reserved)
        settled = True
        if answer.csv is not None:
            return Response(answer.csv, answer.status, dict(answer.headers), content_type="text/csv; charset=utf-8")
        return _json(answer.status, answer.body(), answer.headers)
    except Problem as problem:
        if reserved is not None and problem.status < 500:
            with house.database.write() as session:
                reserved.finish(session, problem.status, problem.body())
            settled = True
        raise
    except idempotency.Lost as error:
        settled = True
        raise Problem(409, "This request took too long and was given to another.", kind="in-flight") from error
    finally:
        if not settled and reserved is not None:
            with house.database.write() as session:
                reserved.give_up(session)


def _work(route: Route, make_call: Callable[[], Call], reserved: Reservation | None) -> Answer:
    house = parts()
    try:
        call = make_call()
        if route.access is Access.READ:
            with house.database.read() as session:
                return route.view(_within(call, session))
        if route.access is Access.WRITE:
            return house.database.run(lambda session: _finished(route.view(_within(call, session)), session, reserved))
        return _kept(house, route.view(call), reserved)
    except Rejected as error:
        raise invalid(Fault(fault.field, fault.reason) for fault in error.faults) from error
    except (AlreadyTaken, NotNow, TrackingNumberTaken) as error:
        raise Problem(409, str(error), kind="conflict") from error
    except Unreachable as error:
        raise Problem(422, str(error), kind="unreachable") from error


def _kept(house: Parts, answer: Answer, reserved: Reservation | None) -> Answer:
    if reserved is not None:
        with house.database.write() as session:
            _finished(answer, session, reserved)
    return answer


def _within(call: Call, session: Session) -> Call:
    return replace(call, open_session=session)


def _finished(answer: Answer, session: Session, reserved: Reservation | None) -> Answer:
    if reserved is not None:
        reserved.finish(session, answer.status, answer.body())
    return answer


def _reserve(house: Parts, retailer: str, key: str, said: bytes, now: datetime) -> Reservation | Kept:
    if not key.isascii() or not key.isprintable() or not 0 < len(key) <= idempotency.KEY_MAX:
        raise invalid([Fault("Idempotency-Key", f"must be 1 to {idempotency.KEY_MAX} printable ASCII characters")])
    request_hash = idempotency.fingerprint(request.method, request.path, said)
    try:
        return idempotency.reserve(house.database, retailer=retailer, key=key, request_hash=request_hash, now=now)
    except idempotency.OtherRequest as error:
        fault = Fault("Idempotency-Key", "was used for another request")
        raise Problem(422, "This Idempotency-Key was used for another request.", (fault,), kind="key-reused") from error
    except idempotency.InFlight as error:
        raise Problem(
            409,
            "The first request with this Idempotency-Key is still being worked on.",
            kind="in-flight",
            headers={"Retry-After": "1"},
        ) from error


def _id(said: str) -> int:
    if said.isascii() and said.isdigit() and len(said) < 20 and 0 < int(said) <= ID_MAX:
        return int(said)
    raise not_found("id")


def _read(model: type[M], said: bytes) -> M:
    """Read the body as JSON of that shape. Raises Problem: 415, 400 for what is no JSON, 422 naming the fields."""
    mimetype = request.mimetype
    if mimetype and mimetype != JSON and not mimetype.endswith("+json"):
        raise Problem(415, f"Send the body as {JSON}.", kind="not-json")
    try:
        return model.model_validate_json(said)
    except ValidationError as error:
        errors = error.errors(include_url=False, include_input=False)
        if errors[0]["type"] == "json_invalid":
            words = str(errors[0].get("ctx", {}).get("error", "not readable"))
            raise Problem(400, "The body is not JSON.", (Fault("", words),), kind="malformed-json") from error
        raise invalid(Fault(fault.field, fault.reason) for fault in faults_of(errors)) from error


def _words_of(route: Route, said: bytes, form: FormParts | None) -> BaseModel | None:
    if route.body is None:
        return None
    return _read(route.body, said) if form is None else _checked(route.body, form.words, what="parts")


def _checked(model: type[M], said: Mapping[str, str], *, what: str = "query parameters") -> M:
    try:
        return model.model_validate({name: value for name, value in said.items() if value != ""})
    except ValidationError as error:
        errors = error.errors(include_url=False, include_input=False)
        raise invalid(
            (Fault(fault.field, fault.reason) for fault in faults_of(errors)),
            detail=f"Some {what} are not as they must be.",
        ) from error


def _json(status: int, body: Any, headers: Mapping[str, str]) -> Response:
    kind = JSON if status < 400 else "application/problem+json"
    answer = Response(json.dumps(body, ensure_ascii=False, separators=(",", ":")), status, content_type=kind)
    answer.headers.extend(dict(headers))
    return answer
