"""Whatever is thrown at the doors, nobody reads 500 and nothing is told of our insides."""

from typing import Any

import pytest
from fakes.webapp import MAIN, Web, make_web, settings_for
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from db import Base, Database
from flows import cases
from web.api.table import ROUTES

LITTLE = settings(max_examples=60, deadline=None, suppress_health_check=list(HealthCheck))
TEXT = st.text(max_size=30)
VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | TEXT,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(TEXT, inner, max_size=3),
    max_leaves=8,
)
NAMES = st.sampled_from(
    [
        *("order_number", "customer", "phone", "destination", "promised", "from", "to", "driver", "status", "eta"),
        *("position", "lat", "lon", "occurred_at", "agent", "text", "until", "reason", "items", "timezone", "country"),
    ]
)
BODIES = st.dictionaries(NAMES, VALUES | st.dictionaries(NAMES, VALUES, max_size=4), max_size=6)
PATHS = st.sampled_from(
    [(route.method, route.path.replace("{shipment_id}", "1").replace("{case_id}", "1")) for route in ROUTES]
)
HOOKS = st.sampled_from(
    [
        *("/hooks/twilio/message", "/hooks/twilio/status", "/hooks/twilio/voice", "/hooks/carriers/easypost"),
        *("/hooks/carriers/aftership", "/hooks/carriers/shippo?token=shippo-secret", "/hooks/carriers/x/y"),
        *("/hooks/carriers/onfleet", "/hooks/carriers/uber_direct", "/hooks/stores/shopify", "/hooks/stores/x"),
    ]
)


@pytest.fixture(scope="module", params=["sqlite", "postgresql"])
def door(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Any:
    """One installation for all examples, with a shipment and a case in it."""
    from datetime import UTC, datetime

    folder = tmp_path_factory.mktemp("door")
    if request.param == "sqlite":
        database = Database(f"sqlite:///{folder / 'x.db'}")
        Base.metadata.create_all(database.engine)
    else:
        database = Database(request.getfixturevalue("_postgres_schema"))
        with database.engine.begin() as connection:
            for table in reversed(Base.metadata.sorted_tables):
                connection.execute(table.delete())
    now = datetime(2026, 12, 1, 17, tzinfo=UTC)
    web = make_web(database, settings_for(database, folder), now)
    ident = web.shipment()["id"]
    with database.write() as session:
        cases.open_case(session, web.house, retailer="default", reason="x", shipment_id=ident, now=now)
    yield web
    database.close()


def check(answer: Any) -> None:
    assert answer.status_code < 500, answer.text
    assert "Traceback" not in answer.text and "sqlalchemy" not in answer.text.lower()
    if answer.status_code >= 400:
        assert set(answer.json) >= {"type", "title", "status", "detail", "errors"}


@LITTLE
@given(route=PATHS, body=BODIES, key=st.none() | TEXT)
def test_any_json_on_any_route(door: Web, route: tuple[str, str], body: Any, key: str | None) -> None:
    headers = {"Authorization": f"Bearer {door.keys['default']}"}
    if key is not None and key.isascii() and key.isprintable():
        headers["Idempotency-Key"] = key
    try:
        answer = door.client.open(f"/api/v1{route[1]}", method=route[0], json=body, headers=headers)
    except UnicodeEncodeError:  # the client cannot say a lone surrogate either
        return
    check(answer)


@LITTLE
@given(
    route=PATHS,
    body=st.binary(max_size=200),
    kind=st.sampled_from(["application/json", "multipart/form-data; boundary=x", ""]),
)
def test_any_bytes_on_any_route(door: Web, route: tuple[str, str], body: bytes, kind: str) -> None:
    headers = {"Authorization": f"Bearer {door.keys['default']}"}
    check(door.client.open(f"/api/v1{route[1]}", method=route[0], data=body, content_type=kind, headers=headers))


@LITTLE
@given(
    query=st.dictionaries(st.sampled_from(["limit", "cursor", "phone", "state", "order_number", "shipment_id"]), TEXT)
)
def test_any_query_on_any_list(door: Web, query: dict[str, str]) -> None:
    for path in ("/shipments", "/messages", "/cases"):
        try:
            answer = door.client.get(
                f"/api/v1{path}", query_string=query, headers={"Authorization": f"Bearer {door.keys['default']}"}
            )
        except UnicodeEncodeError:
            return
        check(answer)


@LITTLE
@given(path=HOOKS, body=st.binary(max_size=300), signature=st.text(max_size=20))
def test_any_bytes_on_any_hook(door: Web, path: str, body: bytes, signature: str) -> None:
    safe = signature.encode("ascii", "ignore").decode().replace("\n", "").replace("\r", "")
    check(door.client.post(path, data=body, headers={"X-Twilio-Signature": safe, "X-Hmac-Signature": safe}))


@LITTLE
@given(
    form=st.dictionaries(
        st.sampled_from(["MessageSid", "From", "To", "Body", "NumMedia", "MediaUrl0", "MessageStatus"]), TEXT
    )
)
def test_any_form_that_is_signed(door: Web, form: dict[str, str]) -> None:
    try:
        answer = door.twilio("/hooks/twilio/message", {"To": MAIN, **form})
    except UnicodeEncodeError:
        return
    check(answer)


@LITTLE
@given(token=TEXT, language=TEXT)
def test_any_token_opens_nothing(door: Web, token: str, language: str) -> None:
    try:
        answer = door.client.get(
            "/t/" + token.replace("/", "").replace("?", "").replace("#", ""), query_string={"lang": language}
        )
    except UnicodeEncodeError:
        return
    assert answer.status_code in {404, 308}


@LITTLE
@given(content=st.binary(max_size=400) | st.text(alphabet='ab,;"\n\r\t\x00é', max_size=200).map(str.encode))
def test_any_file_as_an_import(door: Web, content: bytes) -> None:
    import io

    for head in (b"", b"order_number,customer.phone,customer.name\n"):
        answer = door.client.post(
            "/api/v1/imports",
            data={"file": (io.BytesIO(head + content), "x.csv")},
            headers={"Authorization": f"Bearer {door.keys['default']}"},
        )
        check(answer)
        lines = [one["line"] for one in answer.json["errors"]]
        assert lines == sorted(lines) and (not head or len(lines) == len(set(lines)))
