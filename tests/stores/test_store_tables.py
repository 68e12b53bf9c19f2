"""Every kind of store by its table: who may speak, once, never backwards, and nothing it says breaks anything."""

import copy
import importlib.util
import itertools
import json
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest
from fakes.webapp import Web, make_web, settings_for
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import func, select

from db import Base, Database
from flows.store_models import StoreEvent, StoreOrder
from flows.stores import ADAPTERS
from tracking_core.models import Shipment


def _tables() -> list[ModuleType]:
    found = []
    for path in sorted(Path(__file__).parent.glob("table_*.py")):
        spec = importlib.util.spec_from_file_location(path.stem, path)
        assert spec is not None and spec.loader is not None
        module = importlib.util.module_from_spec(spec)
        spec.loader.exec_module(module)
        found.append(module)
    return found


TABLES = _tables()
tables = pytest.mark.parametrize("table", TABLES, ids=lambda table: table.NAME)
NOW = datetime(2026, 12, 1, 17, 0, tzinfo=UTC)
LITTLE = settings(max_examples=40, deadline=None, suppress_health_check=list(HealthCheck))


def installed(database: Database, folder: Path) -> Web:
    base = settings_for(database, folder)
    secrets = {f"STORE_{table.NAME.upper()}_SECRET": table.SECRET for table in TABLES}
    return make_web(database, settings_for(database, folder, source_secrets={**base.source_secrets, **secrets}), NOW)


@pytest.fixture
def web(database: Database, tmp_path: Path) -> Web:
    return installed(database, tmp_path)


def send(
    web: Web, table: ModuleType, topic: str, payload: object, *, event: str = "", secret: str = "", path: str = ""
) -> Any:
    data = payload if isinstance(payload, bytes) else json.dumps(payload).encode()
    named = table.headers(topic, event) | table.sign(secret or table.SECRET, data)
    headers = {name: value for name, value in named.items() if value}
    return web.client.post(path or f"/hooks/stores/{table.NAME}", data=data, headers=headers)


def parcels(web: Web) -> list[tuple[str, str, str]]:
    found = web.api("GET", "/shipments").json["items"]
    return sorted((one["order_number"], one["tracking_number"] or "", one["state"]) for one in found)


def test_every_store_there_is_has_a_table() -> None:
    assert {table.NAME for table in TABLES} == set(ADAPTERS)


@tables
def test_its_story_becomes_parcels_and_texts(web: Web, table: ModuleType) -> None:
    for number, (topic, payload) in enumerate(table.STORY):
        assert send(web, table, topic, payload, event=f"e{number}").status_code == 200
    assert parcels(web) == table.PARCELS
    texts = web.api("GET", "/messages").json["items"]
    assert texts and {one["to"] for one in texts} == {"+14155550137"}


@tables
def test_unsigned_missigned_and_another_retailers(web: Web, table: ModuleType) -> None:
    topic, payload = table.STORY[0]
    data = json.dumps(payload).encode()
    good = table.headers(topic, "e") | table.sign(table.SECRET, data)
    path = f"/hooks/stores/{table.NAME}"
    for headers in (
        table.headers(topic, "e"),
        table.headers(topic, "e") | dict.fromkeys(table.sign("x", b""), ""),
        table.headers(topic, "e") | table.sign("another", data),
        table.headers(topic, "e") | table.sign(table.SECRET, data + b" "),
    ):
        assert web.client.post(path, data=data, headers=headers).status_code == 403
    assert web.client.post(f"{path}/other", data=data, headers=good).status_code == 403
    assert web.client.post(f"{path}/nobody", data=data, headers=good).status_code == 404
    assert web.client.post("/hooks/stores/pigeon", data=data, headers=good).status_code == 404
    with web.database.read() as session:
        assert session.scalar(select(func.count()).select_from(StoreEvent)) == 0
    assert web.client.post(path, data=data, headers=good).status_code == 200


@tables
def test_each_webhook_has_one_effect_however_often_it_comes(web: Web, table: ModuleType) -> None:
    for number, (topic, payload) in enumerate(table.STORY):
        for _ in range(3):
            assert send(web, table, topic, payload, event=f"e{number}").status_code == 200
    before = [web.api("GET", f"/shipments/{one['id']}").json for one in web.api("GET", "/shipments").json["items"]]
    texts = len(web.api("GET", "/messages").json["items"])
    for number, (topic, payload) in enumerate(table.STORY):  # under other ids, as after a second subscription
        assert send(web, table, topic, payload, event=f"again{number}").status_code == 200
    after = [web.api("GET", f"/shipments/{one['id']}").json for one in web.api("GET", "/shipments").json["items"]]
    assert after == before
    assert len(web.api("GET", "/messages").json["items"]) == texts
    with web.database.read() as session:
        assert session.scalar(select(func.count()).select_from(StoreEvent)) == 2 * len(table.STORY)


@tables
def test_in_any_order_it_ends_the_same(tmp_path: Path, table: ModuleType) -> None:
    """Every order of four webhooks of the story."""
    kept = [table.STORY[place] for place in table.SHUFFLED]
    database = Database(f"sqlite:///{tmp_path / 'orders.db'}")
    Base.metadata.create_all(database.engine)
    web = installed(database, tmp_path)
    for round_, order in enumerate(itertools.permutations(kept)):
        for number, (topic, payload) in enumerate(order):
            moved = _numbered(table, payload, round_)
            assert send(web, table, topic, moved, event=f"{round_}:{number}").status_code == 200
    found = parcels(web)
    assert len(found) == 24 and {state for *_, state in found} == {"delivered"}, found
    database.close()


def _numbered(table: ModuleType, payload: dict[str, Any], number: int) -> dict[str, Any]:
    """The same webhook of another order."""
    text = json.dumps(payload)
    for known in table.NUMBERS:
        text = text.replace(known, known.rstrip('"') + f"{number:03}" + ('"' if known.endswith('"') else ""))
    found: dict[str, Any] = json.loads(text)
    return found


@tables
def test_what_it_lacks_is_named_and_nothing_is_stored(web: Web, table: ModuleType) -> None:
    for topic, payload, field in table.LACKING:
        answer = send(web, table, topic, payload)
        assert (answer.status_code, answer.json["errors"][0]["field"]) == (400, field)
    topic, payload = table.STORY[0]
    whole = json.dumps(payload).encode()
    for length in range(0, len(whole), 7):
        assert send(web, table, topic, whole[:length]).json["errors"][0]["field"] == "body"
    for other in table.OTHERS:
        assert send(web, table, other, {"id": 1}).status_code == 200
    with web.database.read() as session:
        assert session.scalar(select(func.count()).select_from(StoreOrder)) == 0
        assert session.scalar(select(func.count()).select_from(Shipment)) == 0


HOSTILE: list[Any] = [
    None, True, 0, -1, 7.5, 10**30, "", " ", "x", "9" * 5000, "a\x00b", "\ud83d", [], [[]], [None], {}, {"": None},
    "0001-01-01T00:00:00Z", "9999-12-31T23:59:59-14:00", "2026-13-45", "+1", "١٢٣", "ZZ", "<script>",
]  # fmt: skip
VALUES = st.sampled_from(HOSTILE) | st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=12),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=9), inner, max_size=3),
    max_leaves=6,
)


def paths(found: Any, at: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    if at:
        yield at
    items = found.items() if isinstance(found, dict) else enumerate(found) if isinstance(found, list) else ()
    for key, item in items:
        yield from paths(item, (*at, key))


def put(payload: dict[str, Any], path: tuple[Any, ...], value: Any) -> dict[str, Any]:
    changed = copy.deepcopy(payload)
    inside: Any = changed
    for step in path[:-1]:
        inside = inside[step]
    inside[path[-1]] = value
    return changed


@pytest.fixture(scope="module")
def door(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Web]:
    folder = tmp_path_factory.mktemp("stores")
    database = Database(f"sqlite:///{folder / 'x.db'}")
    Base.metadata.create_all(database.engine)
    yield installed(database, folder)
    database.close()


@tables
def test_every_field_swapped(door: Web, table: ModuleType) -> None:
    for number, (topic, payload) in enumerate(table.STORY[:4]):
        for place, path in enumerate(paths(payload)):
            value = HOSTILE[(place + number) % len(HOSTILE)]
            answer = send(door, table, topic, put(payload, path, value), event=f"s{number}:{place}")
            assert answer.status_code in (200, 400), (path, value, answer.text)


@tables
@LITTLE
@given(data=st.data())
def test_signed_nonsense_never_answers_500(door: Web, table: ModuleType, data: st.DataObject) -> None:
    topic, payload = data.draw(st.sampled_from(table.STORY))
    changed = put(payload, data.draw(st.sampled_from(list(paths(payload)))), data.draw(VALUES))
    event = data.draw(st.text("abc", max_size=6))
    answer = send(door, table, topic, json.dumps(changed).encode(), event=event)
    assert answer.status_code in (200, 400), answer.text
    if answer.status_code == 400:
        assert answer.json["errors"][0]["field"]
