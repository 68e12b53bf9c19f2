"""House systems' webhooks, over HTTP: signed, mapped, stored once; refused or named otherwise."""

import base64
import hashlib
import hmac
import json
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest
from conftest import ROOT
from fakes.webapp import Web, make_web, settings_for
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import func, select

from channels.models import OutboxRow
from db import Database
from flows.connection_models import ConnectionNote, CustomInbound
from tracking_core.models import Shipment, ShipmentEvent

DOCS = ROOT / "docs" / "mappings"
HEX = "00112233445566778899aabbccddeeff"
SECRETS = {
    "CUSTOM_OMS_ORDER_SECRET": "oms-secret",
    "CUSTOM_WMS_PACK_SECRET": "wms-secret",
    "CUSTOM_ERP_DESPATCH_SECRET": HEX,
    "CUSTOM_OMS_ORDER_SECRET_OTHER": "others-secret",
}


def world(database: Database, folder: Path, moment: datetime) -> Web:
    mappings = folder / "workflows" / "mappings"
    mappings.mkdir(parents=True)
    for path in DOCS.glob("*.yml"):
        (mappings / path.name).write_bytes(path.read_bytes())
    (folder / "workflows" / "default.yml").write_text("quiet_hours: off\ndigest: {wait: 0s}\n")
    return make_web(database, settings_for(database, folder, source_secrets=SECRETS), moment)


@pytest.fixture
def door(database: Database, tmp_path: Path, moment: datetime) -> Web:
    return world(database, tmp_path, moment)


def oms(body: bytes, secret: str = "oms-secret") -> dict[str, str]:
    return {"X-Oms-Signature": "sha256=" + hmac.digest(secret.encode(), body, "sha256").hex()}


def wms(_body: bytes, secret: str = "wms-secret") -> dict[str, str]:
    return {"X-Api-Key": secret}


def erp(body: bytes, secret: str = HEX) -> dict[str, str]:
    digest = hmac.digest(bytes.fromhex(secret), body, hashlib.sha512)
    return {"X-Signatur": base64.b64encode(digest).decode()}


SIGNED: dict[str, Callable[..., dict[str, str]]] = {"oms_order": oms, "wms_pack": wms, "erp_despatch": erp}


def example(name: str) -> dict[str, Any]:
    return json.loads((DOCS / f"{name}.json").read_bytes())


def send(door: Web, name: str, said: Any = None, *, retailer: str = "", **more: Any) -> Any:
    body = json.dumps(example(name) if said is None else said).encode()
    headers = SIGNED[name](body, **more)
    return door.client.post(f"/hooks/custom/{name}{retailer}", data=body, headers=headers)


def count(door: Web, model: Any) -> int:
    with door.database.read() as session:
        return session.scalar(select(func.count()).select_from(model)) or 0


def parcels(door: Web, order: str) -> list[Shipment]:
    with door.database.read() as session:
        return list(session.scalars(select(Shipment).where(Shipment.order_number == order).order_by(Shipment.id)))


def test_an_order_becomes_a_parcel_then_its_carton_is_shipped_and_the_shopper_is_told(door: Web) -> None:
    door.clock.now = datetime.fromisoformat("2026-12-03T17:30:00+00:00")
    assert send(door, "oms_order").json == {"taken": True, "created": [1], "changed": [], "events": 0}
    assert count(door, OutboxRow) == 0
    answer = send(door, "wms_pack")
    assert answer.status_code == 200 and answer.json["changed"] == [1] and answer.json["events"] == 2
    (parcel,) = parcels(door, "100245")
    assert (parcel.tracking_number, parcel.carrier, parcel.state) == ("003400001111111118", "acme", "shipped")
    assert (parcel.customer_phone, parcel.locale, parcel.sms_consent) == ("+13125550142", "es", True)
    assert parcel.promised_to == datetime.fromisoformat("2026-12-04T02:00:00+00:00")
    assert parcel.items == [{"name": "Desk lamp", "quantity": 2}, {"name": "Bulb", "quantity": 4}]
    with door.database.read() as session:
        texts = session.scalars(select(OutboxRow.key).where(OutboxRow.channel == "sms")).all()
    assert [key.rsplit(":", 1)[0] for key in texts] == ["milestone:1:shipped"]


def test_an_erps_despatch_advice_is_connected_by_its_file_alone(door: Web) -> None:
    assert send(door, "erp_despatch").status_code == 200
    first, second = parcels(door, "B-4711")
    assert [first.tracking_number, second.tracking_number] == ["00340434161094022115", "00340434161094022116"]
    assert first.customer_phone == "+493023125555" and first.destination["lat"] == pytest.approx(52.5163)
    assert first.promised_from == datetime.fromisoformat("2026-12-03T08:00:00+00:00")
    assert first.promised_to == datetime.fromisoformat("2026-12-03T17:00:00+00:00")
    assert first.items == [{"name": "Stehlampe", "quantity": 1}, {"name": "Birne", "quantity": 3}]
    assert first.state == second.state == "shipped" and parcels(door, "B-4712") == []


@pytest.mark.parametrize("name", sorted(SIGNED))
def test_a_second_delivery_changes_nothing(door: Web, name: str) -> None:
    send(door, "oms_order")
    first = send(door, name)
    before = [count(door, model) for model in (Shipment, ShipmentEvent, OutboxRow, CustomInbound)]
    again = send(door, name)
    assert again.status_code == 200 and again.json["taken"] is False and first.status_code == 200
    assert [count(door, model) for model in (Shipment, ShipmentEvent, OutboxRow, CustomInbound)] == before


@pytest.mark.parametrize("name", sorted(SIGNED))
def test_what_is_not_signed_is_refused_and_counted_and_nothing_is_stored(door: Web, name: str) -> None:
    body = json.dumps(example(name)).encode()
    path = f"/hooks/custom/{name}"
    right = SIGNED[name](body)
    header = next(iter(right))
    for headers, said in (
        ({}, body),
        ({header: ""}, body),
        ({header: right[header][:-2]}, body),
        ({header: "é"}, body),
    ):
        assert door.client.post(path, data=said, headers=headers).status_code == 403
    if name != "wms_pack":
        assert door.client.post(path, data=body + b" ", headers=right).status_code == 403
    assert (count(door, Shipment), count(door, CustomInbound)) == (0, 0)
    assert count(door, ConnectionNote) == 1  # a second holds the others


def test_one_retailers_secret_does_not_open_anothers_and_sources_are_known_by_their_files(door: Web) -> None:
    assert send(door, "oms_order", retailer="/other").status_code == 403
    assert send(door, "oms_order", retailer="/other", secret="others-secret").status_code == 200
    assert send(door, "oms_order", retailer="/nobody").status_code == 404
    assert door.client.post("/hooks/custom/unheard_of", data=b"{}").status_code == 404
    with door.database.read() as session:
        assert session.scalars(select(Shipment.retailer)).all() == ["other"]


def test_of_many_deliveries_at_once_one_is_taken(door: Web) -> None:
    with ThreadPoolExecutor(8) as pool:
        answers = list(pool.map(lambda _n: send(door, "erp_despatch"), range(16)))
    assert {answer.status_code for answer in answers} == {200}
    assert [answer.json["taken"] for answer in answers].count(True) == 1
    assert (count(door, Shipment), count(door, ShipmentEvent), count(door, CustomInbound)) == (2, 2, 1)


def test_what_is_missing_is_named_and_nothing_of_the_message_is_kept(door: Web) -> None:
    said = example("erp_despatch")
    said["Avis"]["Lieferungen"][0]["Empfaenger"] = {"Telefon": "12", "SMS": "vielleicht"}
    del said["Avis"]["Lieferungen"][0]["AuftragsNr"]
    answer = send(door, "erp_despatch", said)
    assert answer.status_code == 422
    told = {fault["field"]: fault["message"] for fault in answer.json["errors"]}
    assert told["shipments[0].order_number"] == "is missing: `delivery.AuftragsNr` found nothing"
    assert "'vielleicht' stands in no line" in told["shipments[0].customer.sms_consent"]
    assert "events[0].order_number" not in told or "missing" in told["events[0].order_number"]
    assert (count(door, Shipment), count(door, CustomInbound)) == (0, 0)


def test_an_unknown_code_is_kept_and_counted_without_anything_personal(door: Web) -> None:
    send(door, "oms_order")
    said = example("wms_pack")
    said["steps"][2]["code"] = "REPACK"
    assert send(door, "wms_pack", said).json["events"] == 2
    with door.database.read() as session:
        (note,) = session.scalars(select(ConnectionNote).where(ConnectionNote.kind == "unknown")).all()
        assert (note.source, note.code) == ("custom:wms_pack", "REPACK")
        assert note.sample["step"] == {"code": "REPACK", "at": "…00", "note": "…", "cartons": [{"sscc": "…18"}]}
        (raw,) = session.scalars(select(ShipmentEvent.raw).where(ShipmentEvent.status == "unknown")).all()
        assert raw == note.sample


def test_a_message_sent_again_does_not_take_back_what_was_changed_since(door: Web) -> None:
    send(door, "oms_order")
    door.api("PATCH", "/shipments/1", {"customer": {"name": "Ana C."}, "destination": {"line1": "1 New St"}})
    said = example("oms_order")
    said["eventId"] = "evt-2"
    said["order"]["shipTo"]["city"] = "Evanston"
    assert send(door, "oms_order", said).json["changed"] == [1]
    (parcel,) = parcels(door, "100245")
    assert (parcel.customer_name, parcel.destination["line1"], parcel.destination["city"]) == (
        "Ana C.", "1 New St", "Evanston",
    )  # fmt: skip


def test_a_further_carton_of_a_known_order_goes_to_the_same_person(door: Web) -> None:
    send(door, "oms_order")
    said = example("wms_pack")
    del said["notify"]
    answer = send(door, "wms_pack", said)
    assert answer.status_code == 422  # by its mapping a phone is expected here
    said["notify"] = {"phone": "+13125550142"}
    said["steps"][1]["cartons"].append({"sscc": "003400001111111125"})
    assert send(door, "wms_pack", said).status_code == 200
    assert len(parcels(door, "100245")) == 2


@settings(max_examples=60, deadline=None, suppress_health_check=list(HealthCheck))
@given(data=st.data())
def test_nothing_answers_500(tmp_path_factory: pytest.TempPathFactory, data: st.DataObject) -> None:
    folder = tmp_path_factory.mktemp("any")
    door = _shared(folder)
    name = data.draw(st.sampled_from(sorted(SIGNED)))
    whole = json.dumps(example(name))
    mangled = data.draw(
        st.one_of(
            st.integers(0, len(whole)).map(lambda end: whole[:end].encode()),
            st.binary(max_size=60),
            st.recursive(
                st.none() | st.booleans() | st.floats() | st.integers() | st.text(),
                lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
                max_leaves=8,
            ).map(lambda value: json.dumps(value).encode("utf-8", "replace")),
            st.sampled_from(sorted(_leaves(example(name)))).flatmap(
                lambda path: st.sampled_from(WRONG).map(
                    lambda value: json.dumps(_with(example(name), path, value)).encode("utf-8", "replace")
                )
            ),
        )
    )
    answer = door.client.post(f"/hooks/custom/{name}", data=mangled, headers=SIGNED[name](mangled))
    assert answer.status_code in {200, 400, 413, 422}, answer.text


WRONG: tuple[Any, ...] = (
    None, "", " ", 0, -1, 1e300, True, [], {}, [[]], "\x00", "\ud800", "9" * 500, "99.99.9999 25:61", 10**30, "1.2.3,4",
)  # fmt: skip
_doors: list[Web] = []


def _shared(folder: Path) -> Web:
    if not _doors:
        from db import Base

        database = Database(f"sqlite:///{folder / 'any.db'}")
        Base.metadata.create_all(database.engine)
        _doors.append(world(database, folder, datetime.fromisoformat("2026-12-03T17:30:00+00:00")))
    return _doors[0]


def _leaves(said: Any, path: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    inner = said.items() if isinstance(said, dict) else enumerate(said) if isinstance(said, list) else ()
    return [path, *[leaf for key, value in inner for leaf in _leaves(value, (*path, key))]][0 if path else 1 :]


def _with(said: Any, path: tuple[Any, ...], value: Any) -> Any:
    at = said
    for key in path[:-1]:
        at = at[key]
    at[path[-1]] = value
    return said
