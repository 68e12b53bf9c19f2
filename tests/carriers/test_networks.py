"""Every courier network by its table: what a payload means, who may send it, and that nothing it sends breaks anything.

A table is a file `table_<name>.py` beside this one; another network is another table, and nothing here changes.
"""

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
from flows.connection_models import ConnectionNote
from flows.line_models import Line
from flows.line_opening import open_line
from flows.proof_models import ProofFetch
from tracking_core.carriers import ADAPTERS, CarrierRequest, InvalidSignature, MalformedPayload
from tracking_core.facts import CarrierEvent
from tracking_core.models import Driver, Shipment, ShipmentEvent
from tracking_core.reasons import reason_of
from tracking_core.states import UNKNOWN, UPDATE, state_of


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


def body_of(payload: object) -> bytes:
    return json.dumps(payload, separators=(",", ":"), ensure_ascii=False).encode()


def parsed(table: ModuleType, payload: object) -> list[CarrierEvent]:
    data = payload if isinstance(payload, bytes) else body_of(payload)
    return ADAPTERS[table.NAME].parse(CarrierRequest({}, {}, data))


def installed(database: Database, folder: Path) -> Web:
    base = settings_for(database, folder)
    secrets = {f"CARRIER_{table.NAME.upper()}_SECRET": table.SECRET for table in TABLES}
    return make_web(database, settings_for(database, folder, source_secrets={**base.source_secrets, **secrets}), NOW)


@pytest.fixture
def web(database: Database, tmp_path: Path) -> Web:
    return installed(database, tmp_path)


@pytest.fixture
def sqlite_web(sqlite_database: Database, tmp_path: Path) -> Web:
    return installed(sqlite_database, tmp_path)


def send(web: Web, table: ModuleType, payload: object, **headers: str) -> Any:
    data = payload if isinstance(payload, bytes) else body_of(payload)
    signed = headers or table.sign(table.SECRET, data)
    return web.client.post(f"/hooks/carriers/{table.NAME}", data=data, headers=signed)


def state(web: Web, ident: int) -> str:
    found: str = web.api("GET", f"/shipments/{ident}").json["state"]
    return found


# -- what a payload means -----------------------------------------------------------------------------------------


@tables
def test_every_payload_means_what_its_row_says(table: ModuleType) -> None:
    assert set(table.MEANS) == set(table.PAYLOADS)
    for name, rows in table.MEANS.items():
        events = parsed(table, table.PAYLOADS[name])
        assert [(event.status, event.reason) for event in events] == rows, name
        for event in events:
            assert event.carrier == table.NAME
            assert state_of(event.status) is not None or event.status in (UPDATE, UNKNOWN)
            assert event.reason is None or reason_of(event.reason) is not None
            assert CarrierEvent.from_json(json.loads(json.dumps(event.to_json()))) == event
        assert [event.event_id for event in events] == [event.event_id for event in parsed(table, table.PAYLOADS[name])]


@tables
def test_different_payloads_have_different_ids(table: ModuleType) -> None:
    ids = [event.event_id for name in table.JOURNEY for event in parsed(table, table.PAYLOADS[name])]
    assert len(ids) == len(set(ids))


@tables
def test_what_is_kept_of_a_payload_names_nobody(table: ModuleType) -> None:
    for payload in table.PAYLOADS.values():
        for event in parsed(table, payload):
            kept = json.dumps(event.raw)
            assert "+1415" not in kept and "Casey" not in kept


# -- who may send it ----------------------------------------------------------------------------------------------


@tables
def test_right_wrong_missing_and_empty(table: ModuleType) -> None:
    adapter, data = ADAPTERS[table.NAME], body_of(table.PAYLOADS[table.JOURNEY[0]])
    headers = {name.lower(): value for name, value in table.sign(table.SECRET, data).items()}
    adapter.verify(CarrierRequest(headers, {}, data), table.SECRET)
    other = table.SECRET[::-1] if table.SECRET[::-1] != table.SECRET else table.SECRET + "ab"
    for request, secret in (
        (CarrierRequest(headers, {}, data), other),
        (CarrierRequest({}, {}, data), table.SECRET),
        (CarrierRequest(headers, {}, data), ""),
        (CarrierRequest(dict.fromkeys(headers, ""), {}, data), table.SECRET),
        (CarrierRequest(dict.fromkeys(headers, "ü\u2028\x00"), {}, data), table.SECRET),
    ):
        with pytest.raises(InvalidSignature):
            adapter.verify(request, secret)


@tables
def test_over_http_nothing_unsigned_is_stored(web: Web, table: ModuleType) -> None:
    ident = web.shipment(tracking_number=table.NUMBER)["id"]
    payload = table.PAYLOADS[table.JOURNEY[-1]]
    for headers in ({"X-Nothing": "1"}, dict.fromkeys(table.sign(table.SECRET, b""), "wrong")):
        assert send(web, table, payload, **headers).status_code == 403
    assert state(web, ident) == "created"
    with web.database.read() as session:
        assert session.scalar(select(func.count()).select_from(ShipmentEvent)) == 0
    assert send(web, table, payload).status_code == 204
    assert state(web, ident) == "delivered"


# -- the way of a parcel ------------------------------------------------------------------------------------------


@tables
def test_a_journey_moves_names_its_driver_and_offers_its_proof(web: Web, table: ModuleType) -> None:
    ident = web.shipment(tracking_number=table.NUMBER)["id"]
    for name in table.JOURNEY:
        assert send(web, table, table.PAYLOADS[name]).status_code == 204, name
    told = web.api("GET", f"/shipments/{ident}").json
    assert told["state"] == "delivered"
    assert (told["driver"]["name"], told["driver"]["phone_last2"]) == table.DRIVER
    with web.database.read() as session:
        assert session.scalars(select(Driver)).one().network == table.NAME
        assert set(session.scalars(select(ProofFetch.kind))) == table.PROOFS
        assert session.get_one(Shipment, ident).position is not None


@tables
def test_sent_again_and_in_any_order_it_ends_the_same(sqlite_web: Web, table: ModuleType) -> None:
    """Every order of three steps of the way, each sent twice: delivered, and each event once."""
    steps = (table.JOURNEY[0], *table.JOURNEY[-2:])
    for number, order in enumerate(itertools.permutations(steps)):
        payloads = [_renamed(table.PAYLOADS[name], table, f"{table.NUMBER}{number}") for name in order]
        ident = sqlite_web.shipment(f"A{number}", tracking_number=f"{table.NUMBER}{number}")["id"]
        for payload in (*payloads, *payloads):
            assert send(sqlite_web, table, payload).status_code == 204
        told = sqlite_web.api("GET", f"/shipments/{ident}").json
        assert told["state"] == "delivered", order
        seen = sum(len(parsed(table, payload)) for payload in payloads)
        assert len(told["events"]) == seen, order


def _renamed(payload: dict[str, Any], table: ModuleType, number: str) -> dict[str, Any]:
    """The same payload of another parcel."""
    known = next(event.tracking_number for event in parsed(table, payload))

    def change(found: Any) -> Any:
        if isinstance(found, dict):
            return {key: change(item) for key, item in found.items()}
        if isinstance(found, list):
            return [change(item) for item in found]
        return number if isinstance(found, str) and found.upper() == known else found

    renamed: dict[str, Any] = change(copy.deepcopy(payload))
    if "id" in renamed and str(renamed["id"]).startswith("evt_"):
        renamed["id"] = f"{renamed['id']}:{number}"
    return renamed


@tables
def test_a_parcel_is_found_by_its_order_number_too(web: Web, table: ModuleType) -> None:
    ident = web.shipment("A1001")["id"]
    other = web.shipment("A1001", retailer="other")["id"]
    assert send(web, table, table.PAYLOADS[table.JOURNEY[-1]]).status_code == 204
    assert state(web, ident) == "delivered"
    assert web.api("GET", f"/shipments/{other}", retailer="other").json["state"] == "created"


@tables
def test_what_came_before_the_shipment_is_not_lost(web: Web, table: ModuleType) -> None:
    for name in table.JOURNEY[:-1]:
        assert send(web, table, table.PAYLOADS[name]).status_code == 204
    ident = web.shipment("B7", tracking_number=table.NUMBER)["id"]
    told = web.api("GET", f"/shipments/{ident}").json
    assert told["state"] not in ("created", "delivered")
    assert told["driver"]["name"] == table.DRIVER[0]
    assert web.api("GET", "/messages").json["items"] == []


@tables
def test_an_unknown_code_is_kept_and_counted(web: Web, table: ModuleType) -> None:
    unknown = [name for name, rows in table.MEANS.items() if rows and rows[0][0] == UNKNOWN]
    assert unknown
    ident = web.shipment(tracking_number=table.NUMBER)["id"]
    assert send(web, table, table.PAYLOADS[unknown[0]]).status_code == 204
    assert [one["status"] for one in web.api("GET", f"/shipments/{ident}").json["events"]] == ["unknown"]
    with web.database.read() as session:
        notes = session.scalars(select(ConnectionNote).where(ConnectionNote.kind == "unknown")).all()
        assert [note.source for note in notes] == [table.NAME]


# -- nothing breaks anything --------------------------------------------------------------------------------------

HOSTILE: list[Any] = [
    None, True, 0, -1, 7.5, 10**30, "", " ", "x", "9" * 5000, "a\x00b", "\ud83d", [], [[]], [None], {}, {"": None},
    "0001-01-01T00:00:00Z", "9999-12-31T23:59:59-14:00", "2026-13-45", "24:00", "١٢٣",
]  # fmt: skip


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


def outcome(table: ModuleType, data: bytes) -> str:
    """`fine` when what comes out can be stored, else the field that was refused."""
    adapter = ADAPTERS[table.NAME]
    try:
        events = adapter.parse(CarrierRequest({}, {}, data))
        if hasattr(adapter, "people"):
            adapter.people(CarrierRequest({}, {}, data))
    except MalformedPayload as error:
        return error.field or "an error that names nothing"
    for event in events:
        said = json.dumps(event.to_json(), ensure_ascii=False, allow_nan=False)
        said.encode()
        assert "\\u0000" not in said
        assert 0 < len(event.tracking_number) <= 100 and event.occurred_at.utcoffset() is not None
    return "fine"


@tables
def test_every_field_swapped(table: ModuleType) -> None:
    for payload in table.PAYLOADS.values():
        for path in paths(payload):
            for value in HOSTILE:
                outcome(table, json.dumps(put(payload, path, value)).encode())


@tables
def test_every_truncation_names_the_body(table: ModuleType) -> None:
    whole = body_of(table.PAYLOADS[table.JOURNEY[-1]])
    assert {outcome(table, whole[:length]) for length in range(len(whole))} == {"body"}


@pytest.fixture(scope="module")
def door(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Web]:
    """One installation for all examples, with a parcel of each network in it."""
    folder = tmp_path_factory.mktemp("networks")
    database = Database(f"sqlite:///{folder / 'x.db'}")
    Base.metadata.create_all(database.engine)
    found = installed(database, folder)
    for table in TABLES:
        found.shipment(table.NAME, tracking_number=table.NUMBER)
    yield found
    database.close()


VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=12) | st.sampled_from(HOSTILE),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=9), inner, max_size=3),
    max_leaves=6,
)


@tables
@LITTLE
@given(data=st.data())
def test_signed_nonsense_never_answers_500(door: Web, table: ModuleType, data: st.DataObject) -> None:
    name = data.draw(st.sampled_from(sorted(table.PAYLOADS)))
    payload = table.PAYLOADS[name]
    changed = put(payload, data.draw(st.sampled_from(list(paths(payload)))), data.draw(VALUES))
    whole = json.dumps(changed).encode()
    length = data.draw(st.just(len(whole)) | st.integers(0, len(whole)))
    answer = send(door, table, whole[:length])
    assert answer.status_code in (204, 400), answer.text
    if answer.status_code == 400:
        assert answer.json["errors"][0]["field"]


# -- what networks share ------------------------------------------------------------------------------------------


def onfleet() -> ModuleType:
    return next(table for table in TABLES if table.NAME == "onfleet")


def test_onfleet_asks_first_whether_the_address_is_ours(web: Web) -> None:
    answer = web.client.get("/hooks/carriers/onfleet?check=abc-123_X")
    assert (answer.status_code, answer.text, answer.mimetype) == (200, "abc-123_X", "text/plain")
    assert web.client.get("/hooks/carriers/onfleet/other?check=q").text == "q"
    for query in ("", "?check=", "?check=" + "x" * 201, "?check=%00", "?check=%C3%A9"):
        assert web.client.get(f"/hooks/carriers/onfleet{query}").status_code == 400
    assert web.client.get("/hooks/carriers/onfleet/nobody?check=q").status_code == 404
    for name in ("easypost", "uber_direct"):
        assert web.client.get(f"/hooks/carriers/{name}?check=q").status_code == 405


def test_the_names_of_a_network_may_be_joined_otherwise(web: Web) -> None:
    uber = next(table for table in TABLES if table.NAME == "uber_direct")
    data = body_of(uber.PAYLOADS["dropoff"])
    for name in ("uber_direct", "uber-direct", "uberdirect", "uber"):
        answer = web.client.post(f"/hooks/carriers/{name}", data=data, headers=uber.sign(uber.SECRET, data))
        assert answer.status_code == 204, name


def test_a_secret_may_be_set_under_the_name_of_the_address(sqlite_database: Database, tmp_path: Path) -> None:
    uber = next(table for table in TABLES if table.NAME == "uber_direct")
    settings = settings_for(sqlite_database, tmp_path, source_secrets={"CARRIER_UBERDIRECT_SECRET": uber.SECRET})
    web, data = make_web(sqlite_database, settings, NOW), body_of(uber.PAYLOADS["dropoff"])
    for name, status in (("uberdirect", 204), ("uber_direct", 403)):
        answer = web.client.post(f"/hooks/carriers/{name}", data=data, headers=uber.sign(uber.SECRET, data))
        assert answer.status_code == status


def test_a_driver_known_by_id_alone_is_the_one_we_were_told_of(web: Web) -> None:
    table = onfleet()
    ident = web.shipment(tracking_number=table.NUMBER)["id"]
    started = copy.deepcopy(table.PAYLOADS["started"])
    del started["data"]["worker"]
    assert send(web, table, started).status_code == 204
    assert web.api("GET", f"/shipments/{ident}").json["driver"] is None
    assert send(web, table, table.PAYLOADS["worker_only"]).status_code == 204
    assert send(web, table, table.PAYLOADS["near"]).status_code == 204
    assert web.api("GET", f"/shipments/{ident}").json["driver"]["name"] == "Dee Driver"


def test_a_parcel_that_changes_hands_takes_its_line_along(web: Web) -> None:
    table = onfleet()
    ident = web.shipment(tracking_number=table.NUMBER)["id"]
    assert send(web, table, table.PAYLOADS["started"]).status_code == 204
    with web.database.write() as session:
        line = open_line(session, web.house, session.get_one(Shipment, ident), opened_by="customer", now=NOW)
        assert isinstance(line, Line)
        first = line.driver_id
    other = {**table.WORKER, "id": "wrk~2", "name": "Eve", "phone": "+14155550244"}
    assigned = table.task("taskAssigned", time=table.START + 70_000, worker=other)
    assert send(web, table, assigned).status_code == 204
    told = web.api("GET", f"/shipments/{ident}").json
    assert told["driver"] == {"name": "Eve", "phone_last2": "44"}
    with web.database.read() as session:
        open_lines = session.scalars(select(Line).where(Line.state == "open")).all()
        assert [one.driver_id for one in open_lines] != [first] and len(open_lines) == 1
    # The first one's late message changes nothing any more.
    assert send(web, table, table.task("taskEta", time=table.START + 65_000, worker=table.WORKER)).status_code == 204
    assert web.api("GET", f"/shipments/{ident}").json["driver"]["name"] == "Eve"
    # Taken away from her: nobody has it, and no line is left open.
    gone = table.task("taskUnassigned", time=table.START + 80_000)
    assert send(web, table, gone).status_code == 204
    assert web.api("GET", f"/shipments/{ident}").json["driver"] is None
    with web.database.read() as session:
        assert session.scalars(select(Line).where(Line.state == "open")).all() == []


def test_somebody_without_a_phone_does_not_leave_the_parcel_with_the_last_one(web: Web) -> None:
    table = onfleet()
    ident = web.shipment(tracking_number=table.NUMBER)["id"]
    assert send(web, table, table.PAYLOADS["started"]).status_code == 204
    unknown = table.task("taskAssigned", time=table.START + 70_000, worker={"id": "wrk~9", "name": "Nobody Yet"})
    assert send(web, table, unknown).status_code == 204
    assert web.api("GET", f"/shipments/{ident}").json["driver"] is None


def test_a_network_leaves_the_retailers_own_driver_alone(web: Web) -> None:
    table = onfleet()
    ident = web.shipment(tracking_number=table.NUMBER, driver={"name": "Own", "phone": "+14155550299"})["id"]
    started = copy.deepcopy(table.PAYLOADS["started"])
    del started["data"]["worker"]
    assert send(web, table, started).status_code == 204
    assert web.api("GET", f"/shipments/{ident}").json["driver"]["name"] == "Own"


def test_couriers_of_networks_are_told_no_rounds(web: Web) -> None:
    from flows import driver_rounds

    table = onfleet()
    web.shipment(tracking_number=table.NUMBER)
    assert send(web, table, table.PAYLOADS["started"]).status_code == 204
    web.clock.forward(minutes=5)
    with web.database.write() as session:
        assert driver_rounds.tell_rounds(session, web.house, now=web.clock.now) == 0
