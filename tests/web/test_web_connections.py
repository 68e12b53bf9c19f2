"""Connections and shadow mode over HTTP: by REST and in the console, each retailer its own."""

import pytest
from argon2 import PasswordHasher
from fakes.webapp import Web
from flask.testing import FlaskClient
from sqlalchemy import select

from channels.models import OutboxRow
from flows import accounts, connections


def events(web: Web, *statuses: str) -> int:
    shipment = web.shipment()["id"]
    for status in statuses:
        assert web.api("POST", f"/shipments/{shipment}/events", {"status": status}).status_code == 202
    return int(shipment)


def test_rest_tells_how_each_source_is(web: Web) -> None:
    events(web, "processed", "shipped")
    web.client.post("/hooks/carriers/easypost", data=b"{}", headers={"X-Hmac-Signature": "no"})
    web.client.post("/hooks/twilio/message", data={"From": "+14155550100"})
    answer = web.api("GET", "/connections")
    assert answer.status_code == 200 and answer.json["next"] is None
    found = {one["source"]: one for one in answer.json["items"]}
    assert set(found) == {"api", "easypost", "twilio"}
    assert (found["api"]["events_today"], found["api"]["state"], found["api"]["lag"]["p50_s"]) == (2, "ok", 1)
    assert found["easypost"]["signature_failures"]["count"] == 1 and found["easypost"]["state"] == "refused"
    assert web.api("GET", "/connections", retailer="other").json["items"] == []
    assert web.client.get("/api/v1/connections").status_code == 401


def save(web: Web, workflow: str) -> None:
    with web.database.write() as session:
        web.house.workflows.save(session, "default", workflow, by="test", now=web.clock.now)


def test_what_shadow_mode_keeps_back_is_listed_also_while_it_is_planned(web: Web) -> None:
    save(web, 'quiet_hours: {from: "08:00", to: "12:00", never_held: []}\nshadow: {all: on}\n')
    events(web, "processed", "out_for_delivery")
    found = web.api("GET", "/messages?status=shadow").json["items"]
    assert found and {one["status"] for one in found} == {"shadow"} and all(one["segments"] for one in found)
    assert web.api("GET", "/messages?status=held").json["items"] == []
    assert web.api("GET", "/messages?status=queued").json["items"] == []
    with web.database.read() as session:
        assert {row.shadow for row in session.scalars(select(OutboxRow))} == {True}


@pytest.fixture
def lead(sqlite_web: Web) -> FlaskClient:
    """A lead of the default retailer, logged in."""
    digest = PasswordHasher(time_cost=1, memory_cost=64, parallelism=1).hash("pass word")
    with sqlite_web.database.write() as session:
        session.add(
            accounts.Agent(
                retailer="default", email="l@example.com", name="L", role="lead", password_hash=digest,
                created_at=sqlite_web.clock.now,
            )
        )  # fmt: skip
    client = sqlite_web.app.test_client()
    client.post("/console/login", data={"email": "l@example.com", "password": "pass word"})
    return client


def test_the_console_shows_sources_and_what_was_kept_back(sqlite_web: Web, lead: FlaskClient) -> None:
    assert "Nothing has come in yet" in lead.get("/console/connections").text
    assert "Nothing was kept back" in lead.get("/console/shadow").text
    save(sqlite_web, "quiet_hours: off\nshadow: {all: on}\n")
    events(sqlite_web, "shipped")
    with sqlite_web.database.write() as session:
        sample = {"code": "ZZ", "x": "<script>alert(1)</script>", "name": "Ana"}
        connections.note(session, "default", "easypost", code="<b>ZZ</b>", sample=sample, now=sqlite_web.clock.now)
        connections.note(session, "other", "onfleet", now=sqlite_web.clock.now)
    page = lead.get("/console/connections").text
    assert "easypost" in page and "onfleet" not in page and "&lt;b&gt;ZZ" in page
    assert "<script>alert" not in page and "Ana" not in page
    kept = lead.get("/console/shadow?days=1").text
    assert "A1001" in kept and "+1415" not in kept and "Everything of this retailer is in shadow" in kept
    assert lead.get("/console/shadow?days=999").status_code == 200
