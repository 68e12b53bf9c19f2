"""Lines as REST and the console show them: a number of ours, roles instead of theirs, and a record of who looked."""

import re
from typing import Any

import pytest
from argon2 import PasswordHasher
from fakes.webapp import Web
from sqlalchemy import select

from channels import inbox
from channels.messages import InboundMessage
from channels.models import OutboxRow
from flows import accounts, lines, router
from flows.line_models import LineAccess
from tracking_core.models import Shipment

ANA, DEE = "+14155550137", "+14155550242"
POOL = ("+15005550101", "+15005550102")
PASSWORD = "correct horse battery"
HASH = PasswordHasher(time_cost=1, memory_cost=64, parallelism=1).hash(PASSWORD)


@pytest.fixture
def web(web_with: Any) -> Web:
    found: Web = web_with(relay_numbers=POOL)
    with found.database.write() as session:
        for role in ("agent", "lead"):
            session.add(
                accounts.Agent(
                    retailer="default",
                    email=f"{role}@example.com",
                    name=role,
                    role=role,
                    password_hash=HASH,
                    created_at=found.clock.now,
                )
            )
    return found


def parcel(web: Web, status: str = "out_for_delivery") -> int:
    said = {"customer": {"phone": ANA, "name": "Ana"}, "driver": {"name": "Dee", "phone": DEE}}
    number = web.shipment("A1001", **said)["id"]
    assert web.api("POST", f"/shipments/{number}/events", {"status": status}).status_code == 202
    return int(number)


def open_line(web: Web, number: int) -> lines.Line:
    with web.database.write() as session:
        shipment = session.get_one(Shipment, number)
        found = lines.open_line(session, web.house, shipment, opened_by="driver", now=web.clock.now)
    assert isinstance(found, lines.Line)
    return found


def says(web: Web, phone: str, proxy: str, text: str) -> None:
    with web.database.write() as session:
        message = InboundMessage("sms", f"SM{text}{phone}", phone, proxy, text)
        inbox.receive(session, message, now=web.clock.now)
        [claimed] = inbox.claim(session, worker="w", now=web.clock.now, limit=1, lease_s=30)
    router.handle(web.database, web.house, claimed, clock=web.clock)


def line_in(web: Web, number: int) -> Any:
    return web.api("GET", f"/shipments/{number}").json["line"]


def test_the_shipment_shows_its_line(web: Web) -> None:
    number = parcel(web)
    assert line_in(web, number) is None
    line = open_line(web, number)
    assert line_in(web, number) == {"number": line.proxy, "state": "open"}
    assert web.api("GET", "/shipments").json["items"][0]["line"]["state"] == "open"
    with web.database.write() as session:
        lines.close(session, web.house, line, why="agent", now=web.clock.now)
    assert line_in(web, number) == {"number": line.proxy, "state": "closed"}


def test_a_line_without_a_number_shows_the_main_one(web_with: Any) -> None:
    web = web_with(relay_numbers=())
    number = parcel(web)
    open_line(web, number)
    assert line_in(web, number) == {"number": "+15005550006", "state": "open"}


@pytest.mark.parametrize("change", ["put", "patch"])
def test_another_driver_by_rest_moves_the_line_on(web: Web, change: str) -> None:
    number = parcel(web)
    line = open_line(web, number)
    driver = {"name": "Sam", "phone": "+14155550299"}
    if change == "put":
        answer = web.api("PUT", f"/shipments/{number}/driver", driver)
    else:
        answer = web.api("PATCH", f"/shipments/{number}", {"driver": driver})
    assert answer.status_code == 200
    assert answer.json["line"]["state"] == "open"
    with web.database.read() as session:
        assert session.get_one(lines.Line, line.id).closed_why == "driver_changed"
        told = session.scalars(select(OutboxRow.text).where(OutboxRow.recipient == ANA)).all()
    assert any("new driver" in text for text in told)


def test_another_phone_of_the_customer_ends_the_line(web: Web) -> None:
    number = parcel(web)
    line = open_line(web, number)
    assert web.api("PATCH", f"/shipments/{number}", {"customer": {"phone": "+14155550155"}}).status_code == 200
    with web.database.read() as session:
        assert session.get_one(lines.Line, line.id).closed_why == "customer_changed"


def test_no_relay_row_shows_a_number_of_a_party(web: Web) -> None:
    line = open_line(web, parcel(web))
    says(web, DEE, line.proxy or "", "call me on 415 555 0242")
    says(web, ANA, line.proxy or "", "coming, mine is (415) 555-0137")
    says(web, ANA, line.proxy or "", "STOP")
    rows = web.api("GET", "/messages").json["items"]
    on_line = [row for row in rows if line.proxy in (row["from"], row["to"])]
    assert len(on_line) >= 8
    assert {(row["direction"], row["from"] if row["direction"] == "in" else row["to"]) for row in on_line} == {
        ("in", "driver"),
        ("in", "customer"),
        ("out", "driver"),
        ("out", "customer"),
    }
    for row in on_line:
        figures = re.sub(r"\D", "", f"{row['from']} {row['to']} {row['body']}")
        assert "5550242" not in figures
        assert "5550137" not in figures
    by_phone = web.api("GET", f"/messages?phone={DEE.replace('+', '%2B')}").json["items"]
    assert [row["from"] for row in by_phone if row["direction"] == "in"] == ["driver"]


def test_a_line_of_another_retailer_is_in_nobody_elses_messages(web: Web) -> None:
    said = {"customer": {"phone": ANA, "name": "Ana"}, "driver": {"name": "Dee", "phone": DEE}}
    number = web.shipment("Z1", retailer="other", **said)["id"]
    web.api("POST", f"/shipments/{number}/events", {"status": "out_for_delivery"}, retailer="other")
    line = open_line(web, number)
    says(web, DEE, line.proxy or "", "at the blue door")
    assert not any("blue door" in row["body"] for row in web.api("GET", "/messages").json["items"])
    theirs = web.api("GET", "/messages", retailer="other").json["items"]
    assert sum("blue door" in row["body"] for row in theirs) == 2


# -- the console ----------------------------------------------------------------------------------------------------


def inside(web: Web, role: str) -> Any:
    client = web.app.test_client()
    answer = client.post("/console/login", data={"email": f"{role}@example.com", "password": PASSWORD})
    assert answer.status_code == 303
    return client


def accesses(web: Web) -> list[tuple[str, str]]:
    with web.database.read() as session:
        return [(one.agent, one.action) for one in session.scalars(select(LineAccess).order_by(LineAccess.id))]


def test_support_reads_the_thread_masked_and_the_look_is_written_down_once(web: Web) -> None:
    line = open_line(web, parcel(web))
    says(web, DEE, line.proxy or "", "at the door, 415 555 0242")
    client = inside(web, "agent")
    page = client.get(f"/console/lines/{line.id}").text
    client.get(f"/console/lines/{line.id}")
    assert "at the door, [phone hidden]" in page and "…42" in page and "…37" in page
    assert ANA not in page and DEE not in page
    assert accesses(web) == [("agent@example.com", "viewed")]
    web.clock.forward(minutes=11)
    client.get(f"/console/lines/{line.id}")
    assert len(accesses(web)) == 2


def test_numbers_are_shown_to_leads_alone_and_each_time_is_written_down(web: Web) -> None:
    line = open_line(web, parcel(web))
    says(web, DEE, line.proxy or "", "at the door, 415 555 0242")
    path = f"/console/lines/{line.id}"
    agent, lead = inside(web, "agent"), inside(web, "lead")
    form = {name: re.search(r'name="csrf" value="([0-9a-f]+)"', client.get("/console/").text) for name, client in
            (("agent", agent), ("lead", lead))}  # fmt: skip
    tokens = {name: found.group(1) for name, found in form.items() if found}
    assert agent.post(f"{path}/unmask", data={"csrf": tokens["agent"]}).status_code == 403
    assert accesses(web) == []
    page = lead.post(f"{path}/unmask", data={"csrf": tokens["lead"]})
    assert page.headers["Cache-Control"] == "no-store"
    assert ANA in page.text and DEE in page.text and "415 555 0242" in page.text
    lead.post(f"{path}/unmask", data={"csrf": tokens["lead"]})
    assert accesses(web) == [("lead@example.com", "unmasked")] * 2
    assert lead.get(f"{path}/unmask").status_code == 303


def test_a_strange_line_is_not_found(web: Web) -> None:
    client = inside(web, "agent")
    assert client.get("/console/lines/1").status_code == 404
    assert client.get("/console/lines/99999999999999999999").status_code == 404
