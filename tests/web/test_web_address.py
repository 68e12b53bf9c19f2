"""Another address: the link, the postal code on the order, the form, and what becomes of it."""

import re
from datetime import timedelta
from typing import Any

import pytest
from fakes.webapp import BASE, Web
from sqlalchemy import select

from channels.models import OutboxRow
from flows import addresses
from flows.address_models import AddressChange
from flows.models import Case
from flows.story_models import OutboundEvent
from tracking_core.models import Shipment

OLD = {"line1": "14 Secret St", "city": "Oakland", "postal_code": "94607", "country": "US", "lat": 37.8, "lon": -122.27}
NEW = {"line1": "2 Oak St", "line2": "Apt 5", "city": "Oakland", "region": "CA", "postal_code": "94610"}


def parcel(web: Web, **more: Any) -> int:
    return int(web.shipment(destination=dict(OLD), **more)["id"])


def link(web: Web, shipment_id: int, language: str = "en") -> str:
    with web.database.write() as session:
        shipment = session.get_one(Shipment, shipment_id)
        url = addresses.give_link(
            session, web.house, shipment, conversation_id=None, language=language, now=web.clock.now
        )
    assert url is not None
    return url.removeprefix(BASE)


def rows(web: Web, model: Any) -> list[Any]:
    with web.database.read() as session:
        return list(session.scalars(select(model).order_by(model.id)))


def texts(web: Web) -> list[str]:
    return [row.text for row in rows(web, OutboxRow)]


def test_the_code_then_the_address_and_it_is_written(web: Web) -> None:
    shipment_id = parcel(web)
    path = link(web, shipment_id)
    first = web.client.get(path)
    assert first.status_code == 200 and "Postal code on the order" in first.text
    assert "Secret" not in first.text and "94607" not in first.text
    second = web.client.post(path, data={"code": " 94607-1234 "})
    assert second.status_code == 200 and 'name="line1"' in second.text
    assert "Secret" not in second.text  # whoever has the link and the code still does not read the old address
    third = web.client.post(path, data={"code": "94607", **NEW})
    assert third.status_code == 200 and "now goes to the new address" in third.text
    found = web.api("GET", f"/shipments/{shipment_id}").json
    assert found["destination"]["line1"] == "2 Oak St" and found["destination"]["postal_code"] == "94610"
    assert found["destination"]["lat"] is None and found["destination"]["country"] == "US"
    assert [one["kind"] for one in found["requests"]] == ["order.address_change_requested"]
    assert [row.state for row in rows(web, AddressChange)] == ["done"]
    assert texts(web)[0].startswith("Demo Store: A1001 now goes to 2 Oak St, Oakland. Was that not you?")
    assert rows(web, Case) == []


def test_it_is_used_once(web: Web) -> None:
    shipment_id = parcel(web)
    path = link(web, shipment_id)
    web.client.post(path, data={"code": "94607", **NEW})
    again = web.client.post(path, data={"code": "94610", **NEW, "line1": "9 Thief Rd"})
    assert "now goes to the new address" in again.text
    assert web.api("GET", f"/shipments/{shipment_id}").json["destination"]["line1"] == "2 Oak St"
    assert len(texts(web)) == 1


def test_five_wrong_codes_lock_it_and_a_person_looks(web: Web) -> None:
    shipment_id = parcel(web)
    path = link(web, shipment_id)
    for left in (4, 3, 2, 1):
        answer = web.client.post(path, data={"code": "10001"})
        assert (
            answer.status_code == 422 and f"Tries left: {left}." in answer.text and 'aria-invalid="true"' in answer.text
        )
    assert "wrong too often" in web.client.post(path, data={"code": "10001"}).text
    assert "wrong too often" in web.client.post(path, data={"code": "94607"}).text  # right, but too late
    assert [(case.reason, case.shipment_id) for case in rows(web, Case)] == [("change_address", shipment_id)]


def test_a_wrong_code_beside_an_address_writes_nothing(web: Web) -> None:
    shipment_id = parcel(web)
    path = link(web, shipment_id)
    answer = web.client.post(path, data={"code": "94608", **NEW})
    assert answer.status_code == 422
    assert web.api("GET", f"/shipments/{shipment_id}").json["destination"]["line1"] == "14 Secret St"
    assert rows(web, AddressChange)[0].tries == 1


@pytest.mark.parametrize("code", ["", "94607" * 100, "\u0000", "９４６０７", "94607;", "é"])
def test_odd_codes_are_wrong_codes(web: Web, code: str) -> None:
    path = link(web, parcel(web))
    assert web.client.post(path, data={"code": code}).status_code == 422


def test_what_is_missing_is_said_beside_its_field(web: Web) -> None:
    path = link(web, parcel(web))
    answer = web.client.post(path, data={"code": "94607", **NEW, "line1": " ", "postal_code": "9461"})
    assert answer.status_code == 422
    assert re.search(r'href="#line1">Street and number: this is missing', answer.text)
    assert "this is no postal code of that country" in answer.text
    assert 'value="Apt 5"' in answer.text  # what was right stays


def test_another_area_is_weighed_by_a_person(web: Web) -> None:
    shipment_id = parcel(web)
    path = link(web, shipment_id)
    answer = web.client.post(path, data={"code": "94607", **NEW, "city": "New York", "postal_code": "10001"})
    assert "a person looks at it" in answer.text
    found = web.api("GET", f"/shipments/{shipment_id}").json
    assert found["destination"]["line1"] == "14 Secret St"
    assert [one["payload"]["written"] for one in found["requests"]] == [False]
    assert [case.reason for case in rows(web, Case)] == ["change_address"]
    assert [row.state for row in rows(web, AddressChange)] == ["asked"]


def test_a_parcel_that_went_out_meanwhile_keeps_its_address(web: Web) -> None:
    shipment_id = parcel(web)
    path = link(web, shipment_id)
    web.client.post(path, data={"code": "94607"})
    web.api("POST", f"/shipments/{shipment_id}/events", {"status": "out_for_delivery"})
    answer = web.client.post(path, data={"code": "94607", **NEW})
    assert "is out for delivery already" in answer.text
    assert web.api("GET", f"/shipments/{shipment_id}").json["destination"]["line1"] == "14 Secret St"
    assert rows(web, OutboundEvent) == []


def test_half_an_hour_and_another_link_make_it_void(web: Web) -> None:
    shipment_id = parcel(web)
    first = link(web, shipment_id)
    second = link(web, shipment_id)
    assert web.client.get(first).status_code == 404 and web.client.get(second).status_code == 200
    web.clock.now += timedelta(minutes=30)
    assert web.client.get(second).status_code == 404
    assert web.client.post(second, data={"code": "94607", **NEW}).status_code == 404
    for token in ("/a/unknown", "/a/" + "x" * 500):
        assert web.client.get(token).status_code == web.client.post(token).status_code == 404


def test_only_so_many_links_a_day(web: Web) -> None:
    shipment_id = parcel(web)
    for _ in range(addresses.MOST_A_DAY):
        link(web, shipment_id)
    with web.database.write() as session:
        shipment = session.get_one(Shipment, shipment_id)
        more = addresses.give_link(session, web.house, shipment, conversation_id=None, language="en", now=web.clock.now)
    assert more is None


def test_nobody_keeps_or_indexes_it_and_it_speaks_spanish(web: Web) -> None:
    path = link(web, parcel(web), language="es")
    answer = web.client.get(path)
    assert 'lang="es"' in answer.text and "Código postal del pedido" in answer.text
    assert "Postal code on the order" in web.client.get(f"{path}?lang=en").text
    for one in (answer, web.client.post(path, data={"code": "94607"})):
        assert one.headers["Cache-Control"] == "no-store, private"
        assert one.headers["X-Robots-Tag"] == "noindex, nofollow"
        assert one.headers["Referrer-Policy"] == "no-referrer"
        assert "<script" not in one.text and "style=" not in one.text


def test_the_tracking_page_sends_a_link_to_the_order_and_not_to_its_reader(web_with: Any) -> None:
    web = web_with(smtp_url="smtp://localhost:2525")
    said = web.shipment(
        destination=dict(OLD), customer={"email": "ana@example.com", "phone": None, "name": "Ana", "locale": "en"}
    )
    page = str(said["tracking_url"]).removeprefix(BASE)
    assert f'action="{page}/address?lang=en"' in web.client.get(page).text
    answer = web.client.post(f"{page}/address")
    assert "We have sent a link" in answer.text and "/a/" not in answer.text
    mail = next(row for row in rows(web, OutboxRow) if row.channel == "email")
    assert mail.recipient == "ana@example.com" and mail.subject == "Demo Store: change the address of order A1001"
    token = re.search(r"/a/\S+", mail.text)
    assert token and web.client.get(token[0]).status_code == 200


def test_a_delivered_parcel_offers_no_other_address(web: Web) -> None:
    said = web.shipment(destination=dict(OLD))
    page = str(said["tracking_url"]).removeprefix(BASE)
    web.api("POST", f"/shipments/{said['id']}/events", {"status": "delivered"})
    assert "/address" not in web.client.get(page).text
    assert "has been delivered already" in web.client.post(f"{page}/address").text
    assert web.client.post("/t/unknown/address").status_code == 404
