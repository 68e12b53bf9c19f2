"""REST v1: shapes as the contract has them, strangers kept out, and errors that name what is wrong."""

import json
import re
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
from fakes.webapp import MAIN, Web
from openapi_spec_validator import validate
from sqlalchemy import func, select

from channels import inbox
from channels.messages import InboundMessage
from channels.models import OutboxRow
from flows import cases
from web.api.table import ROUTES

FULL: dict[str, Any] = {
    "order_number": "A1001",
    "tracking_number": "1Z999",
    "carrier": "acme",
    "service": "same_day",
    "customer": {"name": "Ana", "phone": "(415) 555-0100", "email": None, "locale": "en", "sms_consent": True},
    "destination": {
        "line1": "1 Main St",
        "city": "Oakland",
        "postal_code": "94607",
        "country": "US",
        "lat": 37.8,
        "lon": -122.27,
        "timezone": "America/Los_Angeles",
    },
    "promised": {"from": "2026-12-01T17:00:00Z", "to": "2026-12-01T19:00:00Z"},
    "driver": {"name": "Dee", "phone": "+14155550200"},
    "delivery": {"instructions": None, "leave_at_door": False, "proof": ["photo"]},
    "items": [{"name": "Lamp", "quantity": 1}],
}
#: A body that each POST, PUT and PATCH would take.
BODIES: dict[str, Any] = {
    "create_shipment": FULL,
    "change_shipment": {"service": "standard"},
    "put_driver": {"name": "Dee", "phone": "+14155550200"},
    "add_event": {"status": "shipped"},
    "claim_case": {"agent": "ada@example.com"},
    "reply_to_case": {"text": "Hello"},
    "note_on_case": {"text": "Hello"},
    "snooze_case": {"until": "2026-12-05T00:00:00Z"},
    "review_proof": {"verdict": "pass", "agent": "ada@example.com"},
    "resolve_case": {"reason": "answered"},
    "create_case": {"shipment_id": 1, "reason": "damaged"},
    "assign_case": {"agent": "ada@example.com"},
    "weigh_case": {"priority": "high"},
    "hand_back_case": {},
    "reopen_case": {},
}


def paths(web: Web, ident: int | str = 1, *, multipart: bool = False) -> Iterator[tuple[str, str, Any]]:
    for route in ROUTES:
        if route.files and not multipart:
            continue  # what takes no JSON is held to the same in test_web_proofs
        path = re.sub(r"{\w+}", lambda _: str(ident), route.path)
        yield route.method, path, BODIES.get(route.name)


def test_every_route_of_the_app_is_in_the_table_and_the_document(sqlite_web: Web) -> None:
    there = {
        (method, str(rule).removeprefix("/api/v1").replace("<", "{").replace(">", "}"))
        for rule in sqlite_web.app.url_map.iter_rules()
        if str(rule).startswith("/api/v1") and rule.endpoint not in {"api.openapi", "api.docs"}
        for method in (rule.methods or set()) - {"HEAD", "OPTIONS"}
    }
    assert there == {(route.method, route.path) for route in ROUTES}
    document = sqlite_web.client.get("/api/v1/openapi.json").json
    validate(document)
    assert document["openapi"] == "3.1.0"
    told = {(method.upper(), path) for path, said in document["paths"].items() for method in said}
    assert told == there
    for path, said in document["paths"].items():
        for method, operation in said.items():
            answers = set(operation["responses"])
            assert "401" in answers and "503" in answers, path
            if "{" in path:
                assert "404" in answers
            if method == "post":
                assert {"409", "422"} <= answers
    names = json.dumps(document)
    assert '"from"' in names and '"begins"' not in names


def test_the_docs_page_shows_every_operation_and_loads_nothing_foreign(sqlite_web: Web) -> None:
    answer = sqlite_web.client.get("/api/v1/docs")
    for route in ROUTES:
        assert route.path in answer.text and f'id="{route.name}"' in answer.text
    assert "http://" not in answer.text and "<script" not in answer.text and "style=" not in answer.text


@pytest.mark.parametrize("header", [None, "Bearer", "Bearer ", "Bearer nobody", "Basic dGVzdA==", "bearer \udcff"])
def test_every_route_refuses_a_stranger(sqlite_web: Web, header: str | None) -> None:
    headers = {} if header is None else {"Authorization": header.encode("utf-8", "surrogateescape").decode("latin-1")}
    for method, path, body in paths(sqlite_web, multipart=True):
        answer = sqlite_web.client.open(f"/api/v1{path}", method=method, json=body, headers=headers)
        assert answer.status_code == 401, (method, path)
        assert answer.content_type == "application/problem+json"
        assert answer.headers["WWW-Authenticate"].startswith("Bearer")
    assert sqlite_web.client.get("/metrics", headers=headers).status_code == 401


def test_another_retailers_rows_are_not_there(web: Web) -> None:
    shipment = web.shipment()
    with web.database.write() as session:
        case = cases.open_case(
            session, web.house, retailer="default", reason="x", shipment_id=shipment["id"], now=web.clock.now
        )
        case_id = case.id
    assert case_id == shipment["id"] == 1
    heard(web, "hello")
    web.api("POST", "/shipments/1/events", {"status": "shipped"})
    for method, path, body in paths(web):
        if "1" in path.split("/"):
            assert web.api(method, path, body, retailer="other").status_code == 404, (method, path)
        elif path == "/analytics/support":  # figures, not a list: a day for each day, and nothing in any of them
            assert {day["cases_opened"] for day in web.api(method, path, retailer="other").json["by_day"]} == {0}
        elif path.startswith("/analytics/"):  # no pages, but whose they are all the same
            assert web.api(method, path, retailer="other").json["items"] == []
        elif method == "GET":
            assert web.api(method, path, retailer="other").json == {"items": [], "next": None}
    for query in ("phone=+14155550100", "shipment_id=1"):
        assert web.api("GET", f"/messages?{query}", retailer="other").json["items"] == []
        assert web.api("GET", f"/messages?{query}").json["items"]
    assert web.api("GET", "/shipments/1").json["state"] == "shipped"
    assert web.api("GET", "/cases/1").json["state"] == "open"
    # The same order at another shop is another shipment.
    assert web.shipment(retailer="other")["id"] != shipment["id"]


@pytest.mark.parametrize("ident", ["0", "-1", "x", "1.5", "9223372036854775808", "9" * 400, "%00", "١", "2"])
def test_an_unknown_id_is_a_404_whatever_it_looks_like(sqlite_web: Web, ident: str) -> None:
    for method, path, body in paths(sqlite_web, ident):
        if ident in path.split("/"):
            answer = sqlite_web.api(method, path, body)
            assert answer.status_code == 404, (method, path)
            assert answer.json["title"] == "Not Found"


def test_a_wrong_method_and_a_wrong_path_are_problems_too(sqlite_web: Web) -> None:
    answer = sqlite_web.api("DELETE", "/shipments")
    assert answer.status_code == 405 and set(answer.headers["Allow"].split(", ")) == {"GET", "HEAD", "POST"}
    assert answer.content_type == "application/problem+json" and answer.json["errors"] == []
    assert sqlite_web.api("GET", "/nothing").status_code == 404
    assert sqlite_web.api("GET", "/nothing").content_type == "application/problem+json"


# -- shipments ---------------------------------------------------------------------------------------------------


def test_a_shipment_is_answered_whole(web: Web) -> None:
    answer = web.api("POST", "/shipments", FULL)
    assert answer.status_code == 201
    said = answer.json
    assert {key: said[key] for key in ("order_number", "tracking_number", "carrier", "service", "items")} == {
        key: FULL[key] for key in ("order_number", "tracking_number", "carrier", "service", "items")
    }
    assert said["customer"] == FULL["customer"] | {"phone": "+14155550100"}
    assert said["destination"] == FULL["destination"] | {"line2": None, "region": None}
    assert said["promised"] == FULL["promised"] and said["delivery"] == FULL["delivery"]
    assert (said["state"], said["flags"], said["line"]) == ("created", [], None)
    assert said["driver"] == {"name": "Dee", "phone_last2": "00"} and "5550200" not in answer.text
    assert set(said["eta"]) == {"from", "to", "at", "as_of", "confidence", "reasons"}
    assert said["eta"]["from"] == FULL["promised"]["from"] and said["eta"]["reasons"]
    assert said["tracking_url"].startswith("https://doorline.example/t/")
    assert web.api("GET", "/messages").json["items"] == []


def test_the_same_order_and_number_is_the_same_shipment(web: Web) -> None:
    first = web.api("POST", "/shipments", FULL)
    again = web.api("POST", "/shipments", FULL | {"tracking_number": " 1z 999", "service": "other"})
    assert (again.status_code, again.json["id"], again.json["service"]) == (200, first.json["id"], "same_day")
    split = web.api("POST", "/shipments", FULL | {"tracking_number": "1Z998"})
    assert split.status_code == 201 and split.json["id"] != first.json["id"]


@pytest.mark.parametrize(
    ("country", "phone", "expected"),
    [
        ("US", "415 555 0100", "+14155550100"),
        ("DE", "030 901820", "+4930901820"),
        ("MX", "+1 415 555 0100", "+14155550100"),
    ],
)
def test_phones_are_read_by_the_destinations_country(sqlite_web: Web, country: str, phone: str, expected: str) -> None:
    said = sqlite_web.shipment(customer={"phone": phone}, destination={"country": country})
    assert said["customer"]["phone"] == expected


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"order_number": None}, "order_number"),
        ({"order_number": ""}, "order_number"),
        ({"order_number": "a\x00b"}, "order_number"),
        ({"order_number": "x" * 101}, "order_number"),
        ({"order_number": 7}, "order_number"),
        ({"customer": {}}, "customer.phone"),
        ({"customer": {"phone": "12"}}, "customer.phone"),
        ({"customer": {"phone": {"a": 1}}}, "customer.phone"),
        ({"customer": {"email": "not an address"}}, "customer.email"),
        ({"customer": {"phone": "+14155550100", "shoe": 1}}, "customer.shoe"),
        ({"customer": {"phone": "+14155550100", "locale": "english please"}}, "customer.locale"),
        ({"customer": "Ana"}, "customer"),
        ({"promised": {"from": "2026-12-01T17:00:00"}}, "promised.from"),
        ({"promised": {"from": 1764608400}}, "promised.from"),
        ({"promised": {"from": "1764608400"}}, "promised.from"),
        ({"promised": {"from": "0001-01-01T00:00:00+14:00"}}, "promised.from"),
        ({"promised": {"from": "2026-12-02T00:00:00Z", "to": "2026-12-01T00:00:00Z"}}, "promised.to"),
        ({"destination": {"lat": 91}}, "destination.lat"),
        ({"destination": {"timezone": "Mars/Olympus"}}, "destination.timezone"),
        ({"destination": {"timezone": "../etc/passwd"}}, "destination.timezone"),
        ({"destination": {"country": "Germany"}}, "destination.country"),
        ({"driver": {"name": "Dee"}}, "driver.phone"),
        ({"driver": {"name": "Dee", "phone": "x"}}, "driver.phone"),
        ({"items": [{"name": "Lamp", "quantity": 10**30}]}, "items.0.quantity"),
        ({"items": {}}, "items"),
        ({"delivery": {"proof": ["selfie"]}}, "delivery.proof.0"),
        ({"colour": "red"}, "colour"),
        ({"state": "delivered"}, "state"),
    ],
)
def test_a_field_that_is_wrong_is_named(sqlite_web: Web, change: dict[str, Any], field: str) -> None:
    body = {"order_number": "A1", "customer": {"phone": "+14155550100"}} | change
    answer = sqlite_web.api("POST", "/shipments", {k: v for k, v in body.items() if v is not None})
    assert answer.status_code == 422
    assert field in [error["field"] for error in answer.json["errors"]]
    assert all(error["message"] for error in answer.json["errors"])


@pytest.mark.parametrize(
    "body", [b"", b"{", b"nonsense", b"\xff\xfe", b'{"order_number":"\\ud800"}', b"[" * 100_000, b"1" * 5000, b"NaN"]
)
def test_what_is_no_json_is_a_400_or_named(sqlite_web: Web, body: bytes) -> None:
    headers = {"Authorization": f"Bearer {sqlite_web.keys['default']}"}
    answer = sqlite_web.client.post("/api/v1/shipments", data=body, content_type="application/json", headers=headers)
    assert answer.status_code in {400, 422} and answer.json["errors"]
    other = sqlite_web.client.post("/api/v1/shipments", data=b"a=b", content_type="text/plain", headers=headers)
    assert other.status_code == 415


def test_a_list_is_cut_into_pages_newest_first(web: Web) -> None:
    ids = [web.shipment(f"A{n}")["id"] for n in range(5)]
    seen: list[int] = []
    cursor = ""
    for expected in (2, 2, 1):
        page = web.api("GET", f"/shipments?limit=2&cursor={cursor}").json
        assert len(page["items"]) == expected
        seen += [item["id"] for item in page["items"]]
        cursor = page["next"] or ""
    assert seen == ids[::-1] and not cursor


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("phone=+14155550100", 1),
        ("phone=%2B14155550100", 1),
        ("phone=4155550100", 1),
        ("phone=+14155550199", 0),
        ("order_number=A1", 1),
        ("order_number=a1", 0),
        ("state=created", 2),
        ("state=lost", 0),
        ("state=&phone=", 2),
        ("somebody=else", 2),
    ],
)
def test_filters_find_what_they_say(sqlite_web: Web, query: str, found: int) -> None:
    sqlite_web.shipment("A1")
    sqlite_web.shipment("A2", customer={"email": "ana@example.com"})
    assert len(sqlite_web.api("GET", f"/shipments?{query}").json["items"]) == found


@pytest.mark.parametrize(
    "query",
    ["limit=0", "limit=201", "limit=x", "cursor=%00", "cursor=eyJhIjoxfQ", "cursor=WyIxIl0", "state=x", "phone=12"],
)
def test_a_query_that_is_wrong_is_named(sqlite_web: Web, query: str) -> None:
    answer = sqlite_web.api("GET", f"/shipments?{query}")
    assert answer.status_code == 422 and answer.json["errors"][0]["field"] == query.split("=")[0]


def test_a_patch_changes_what_it_names(web: Web) -> None:
    ident = web.api("POST", "/shipments", FULL).json["id"]
    answer = web.api(
        "PATCH",
        f"/shipments/{ident}",
        {
            "destination": {"line2": "Apt 4", "city": None},
            "promised": {"to": "2026-12-01T20:00:00Z"},
            "customer": {"phone": "415-555-0111"},
            "carrier": None,
            "delivery": {"instructions": "Ring twice"},
        },
    )
    said = answer.json
    assert answer.status_code == 200
    assert said["destination"]["line2"] == "Apt 4" and said["destination"]["city"] is None
    assert said["destination"]["line1"] == "1 Main St" and said["customer"]["name"] == "Ana"
    assert said["promised"] == {"from": "2026-12-01T17:00:00Z", "to": "2026-12-01T20:00:00Z"}
    assert (said["customer"]["phone"], said["carrier"]) == ("+14155550111", None)
    assert said["delivery"] == {"instructions": "Ring twice", "leave_at_door": False, "proof": ["photo"]}
    given = [(one["to"], one["source"], one["message_id"] is not None) for one in said["promises"]]
    assert given == [
        ("2026-12-01T19:00:00Z", "order", False),
        ("2026-12-01T20:00:00Z", "retailer", False),
        ("2026-12-01T20:00:00Z", "promise", True),  # the shopper was told
    ]
    assert web.api("PATCH", f"/shipments/{ident}", {"order_number": "B"}).status_code == 422
    web.api("POST", "/shipments", FULL | {"tracking_number": "2Z"})
    assert web.api("PATCH", f"/shipments/{ident}", {"tracking_number": "2Z"}).status_code == 409


def test_a_driver_is_put_and_never_shown(web: Web) -> None:
    ident = web.shipment()["id"]
    answer = web.api("PUT", f"/shipments/{ident}/driver", {"name": "Dee", "phone": "415 555 0242"})
    assert answer.status_code == 200 and answer.json["driver"] == {"name": "Dee", "phone_last2": "42"}
    assert "5550242" not in answer.text + web.api("GET", "/shipments").text
    assert (
        web.api("PUT", f"/shipments/{ident}/driver", {"name": "Dee", "phone": "1"}).json["errors"][0]["field"]
        == "phone"
    )
    assert web.api("PUT", f"/shipments/{ident}/driver", {"phone": "+14155550242"}).status_code == 422


# -- events ------------------------------------------------------------------------------------------------------


def test_an_event_moves_the_state_and_texts_once(web: Web) -> None:
    ident = web.shipment(promised=FULL["promised"])["id"]
    event = {"event_id": "e1", "status": "out_for_delivery", "occurred_at": "2026-12-01T16:59:00Z", "reason": "weather"}
    first = web.api("POST", f"/shipments/{ident}/events", event)
    again = web.api("POST", f"/shipments/{ident}/events", event)
    assert (first.status_code, first.json) == (202, {"state": "out_for_delivery", "changed": True})
    assert (again.status_code, again.json) == (202, {"state": "out_for_delivery", "changed": False})
    said = web.api("GET", f"/shipments/{ident}").json
    assert said["events"] == [
        {
            "event_id": "e1",
            "status": "out_for_delivery",
            "reason": "weather",
            "detail": None,
            "occurred_at": "2026-12-01T16:59:00Z",
            "received_at": "2026-12-01T17:00:00Z",
            "source": "api",
        }
    ]
    messages = web.api("GET", f"/messages?shipment_id={ident}").json["items"]
    assert [one["category"] for one in messages] == ["milestone"]
    told = [one for one in said["promises"] if one["message_id"]]
    assert [one["message_id"] for one in told] == [messages[0]["id"]]
    assert set(told[0]) == {"from", "to", "source", "message_id", "made_at"}


def test_an_update_brings_an_estimate_a_place_and_stops(web: Web) -> None:
    ident = web.shipment()["id"]
    window = {"from": "2026-12-01T18:00:00Z", "to": "2026-12-01T18:30:00Z"}
    for eta in (window, "2026-12-01T18:15:00Z"):
        body = {"status": "update", "eta": eta, "position": {"lat": 37.8, "lon": -122.2}, "stops_away": 3}
        answer = web.api("POST", f"/shipments/{ident}/events", body)
        assert (answer.status_code, answer.json) == (202, {"state": "created", "changed": False})
        assert web.api("GET", f"/shipments/{ident}").json["eta"] is not None
    assert web.api("GET", "/messages").json["items"] == []


def test_silence_and_corrections_are_heard(web: Web) -> None:
    ident = web.shipment()["id"]
    for body, state in (
        ({"status": "delivered", "silent": True}, "delivered"),
        ({"status": "shipped"}, "delivered"),
        ({"status": "in_transit", "correction": True, "silent": True}, "in_transit"),
    ):
        assert web.api("POST", f"/shipments/{ident}/events", body).json["state"] == state
    assert web.api("GET", "/messages").json["items"] == []


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({}, "status"),
        ({"status": "teleported"}, "status"),
        ({"status": "unknown"}, "status"),
        ({"status": "shipped", "occurred_at": "yesterday"}, "occurred_at"),
        ({"status": "update", "stops_away": -1}, "stops_away"),
        ({"status": "update", "position": {"lat": 1}}, "position.lon"),
        ({"status": "update", "eta": {"from": "2026-12-02T00:00:00Z", "to": "2026-12-01T00:00:00Z"}}, "eta.to"),
        ({"status": "shipped", "shipped": True}, "shipped"),
    ],
)
def test_an_event_that_is_wrong_is_named(sqlite_web: Web, body: dict[str, Any], field: str) -> None:
    ident = sqlite_web.shipment()["id"]
    answer = sqlite_web.api("POST", f"/shipments/{ident}/events", body)
    assert answer.status_code == 422
    assert field in [error["field"] for error in answer.json["errors"]]


# -- messages and cases ------------------------------------------------------------------------------------------


def heard(web: Web, text: str, sender: str = "+14155550100") -> None:
    with web.database.write() as session:
        inbox.receive(session, InboundMessage("sms", f"SM{text}{sender}", sender, MAIN, text), now=web.clock.now)


def test_messages_of_both_boxes_are_one_thread(web: Web) -> None:
    ident = web.shipment()["id"]
    heard(web, "one")
    web.clock.forward(seconds=1)
    web.api("POST", f"/shipments/{ident}/events", {"status": "shipped"})
    web.clock.forward(seconds=1)
    heard(web, "three")
    heard(web, "a stranger", "+14155550177")
    items = web.api("GET", "/messages?phone=+14155550100").json["items"]
    assert [one["direction"] for one in items] == ["in", "out", "in"]
    assert set(items[0]) == {
        *("id", "direction", "channel", "category", "from", "to", "body", "media", "status", "reason", "provider_id"),
        *("segments", "shipment_id", "handled_by", "created_at", "sent_at"),
    }
    assert (items[0]["from"], items[0]["to"], items[0]["body"], items[0]["status"]) == (
        "+14155550100",
        MAIN,
        "one",
        "received",
    )
    assert (items[1]["channel"], items[1]["status"], items[1]["segments"] >= 1) == ("sms", "queued", True)
    seen: list[str] = []
    cursor = ""
    while True:
        page = web.api("GET", f"/messages?limit=1&cursor={cursor}").json
        seen += [one["id"] for one in page["items"]]
        cursor = page["next"]
        if not cursor:
            break
    assert len(seen) == len(set(seen)) == 4
    assert [one["direction"] for one in web.api("GET", f"/messages?shipment_id={ident}").json["items"]] == ["out"]


def opened(web: Web, **more: Any) -> int:
    with web.database.write() as session:
        said = {"reason": "talk_to_person", "phone": "+14155550100", "evidence": {"inbox": [1]}} | more
        return cases.open_case(session, web.house, retailer="default", now=web.clock.now, **said).id


def test_a_case_is_worked_from_claim_to_resolve(web: Web) -> None:
    heard(web, "a person please")
    ident = opened(web)
    said = web.api("GET", "/cases?state=open").json["items"]
    assert set(said[0]) >= {
        *("id", "state", "priority", "reason", "shipment_id", "phone_last2", "assignee", "due_at", "messages"),
        *("evidence", "created_at"),
    }
    assert said[0]["phone_last2"] == "00" and said[0]["evidence"] == {"inbox": [1]}
    assert [one["body"] for one in said[0]["messages"]] == ["a person please"]
    taken = web.api("POST", f"/cases/{ident}/claim", {"agent": "ada@example.com"})
    assert (taken.status_code, taken.json["state"], taken.json["assignee"]) == (200, "claimed", "ada@example.com")
    assert web.api("POST", f"/cases/{ident}/claim", {"agent": "bob@example.com"}).status_code == 409
    assert web.api("POST", f"/cases/{ident}/note", {"text": "seems upset"}).status_code == 200
    replied = web.api("POST", f"/cases/{ident}/reply", {"text": "Hello, this is Ada"})
    assert [one["body"] for one in replied.json["messages"]] == ["a person please", "Hello, this is Ada"]
    with web.database.read() as session:
        row = session.scalars(select(OutboxRow)).one()
        assert (row.category, row.recipient, row.key.split(":")[:3]) == (
            "case",
            "+14155550100",
            ["case", str(ident), "reply"],
        )
    later = (web.clock.now + timedelta(hours=1)).isoformat()
    assert web.api("POST", f"/cases/{ident}/snooze", {"until": later}).json["state"] == "snoozed"
    done = web.api("POST", f"/cases/{ident}/resolve", {"reason": "answered", "text": "Good bye"})
    assert (done.status_code, done.json["state"], done.json["resolution"]) == (200, "resolved", "answered")
    for action, body in (("claim", {"agent": "a@b.co"}), ("reply", {"text": "x"}), ("resolve", {"reason": "x"})):
        assert web.api("POST", f"/cases/{ident}/{action}", body).status_code == 409
    assert web.api("GET", "/cases?state=open").json["items"] == []


@pytest.mark.parametrize(
    ("action", "body", "field"),
    [
        ("claim", {}, "agent"),
        ("claim", {"agent": "nobody"}, "agent"),
        ("reply", {"text": ""}, "text"),
        ("reply", {"text": "x" * 1601}, "text"),
        ("reply", {"text": "a\x00b"}, "text"),
        ("note", {"texts": "x"}, "texts"),
        ("snooze", {"until": "2020-01-01T00:00:00Z"}, "until"),
        ("snooze", {"until": "soon"}, "until"),
        ("resolve", {"text": "x"}, "reason"),
    ],
)
def test_an_action_that_is_wrong_is_named(sqlite_web: Web, action: str, body: dict[str, Any], field: str) -> None:
    answer = sqlite_web.api("POST", f"/cases/{opened(sqlite_web)}/{action}", body)
    assert answer.status_code == 422 and field in [error["field"] for error in answer.json["errors"]]


def test_a_reply_to_nobody_is_refused_and_nothing_stays(web: Web) -> None:
    ident = web.shipment(customer={"email": "ana@example.com"})["id"]
    case_id = opened(web, phone=None, shipment_id=ident)
    answer = web.api("POST", f"/cases/{case_id}/reply", {"text": "Hello"})
    assert answer.status_code == 422 and answer.json["type"].endswith("unreachable")
    assert [one["kind"] for one in web.api("GET", f"/cases/{case_id}").json["history"]] == ["opened"]
    with web.database.read() as session:
        assert session.scalar(select(func.count()).select_from(OutboxRow)) == 0
