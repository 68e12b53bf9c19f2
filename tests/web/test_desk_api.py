"""Cases by REST: opened by other systems, found, given, weighed, handed back and taken up again."""

from typing import Any

import pytest
from fakes.webapp import Web

from flows import accounts
from flows.accounts import Agent


def paid(web: Web, order: str = "A1001", **more: Any) -> int:
    said = {"order_number": order, "customer": {"name": "Ana", "phone": "+14155550100"}, **more}
    return int(web.api("POST", "/shipments", said).json["id"])


def opened(web: Web, **more: Any) -> Any:
    return web.api("POST", "/cases", {"reason": "damaged", **more})


def agent(web: Web, email: str, role: str = "agent", *, off: bool = False) -> None:
    with web.database.write() as session:
        found: Agent = accounts.add_agent(
            session, retailer="default", email=email, password="a long password", role=role, now=web.clock.now
        )
        found.disabled_at = web.clock.now if off else None


def test_a_system_opens_a_case_and_a_second_word_joins_it(web: Web) -> None:
    ident = paid(web)
    first = opened(web, shipment_id=ident, text="The box is open", priority="urgent")
    assert (first.status_code, first.json["state"], first.json["priority"]) == (201, "open", "urgent")
    assert (first.json["shipment_id"], first.json["phone_last2"]) == (ident, "00")
    assert {one["kind"] for one in first.json["clocks"]} == {"first_reply", "resolution"}
    again = opened(web, order_number="A1001", text="And empty")
    assert (again.status_code, again.json["id"]) == (200, first.json["id"])
    assert [line["text"] for line in again.json["history"]] == ["The box is open", "And empty"]
    assert opened(web, order_number="A1001", reason="our_own_word").json["priority"] == "medium"


@pytest.mark.parametrize(
    ("body", "status", "field"),
    [
        ({"reason": "damaged"}, 422, "shipment_id"),
        ({"reason": "damaged", "shipment_id": 1, "order_number": "A1001"}, 422, "shipment_id"),
        ({"reason": "Damaged!", "shipment_id": 1}, 422, "reason"),
        ({"shipment_id": 1}, 422, "reason"),
        ({"reason": "damaged", "shipment_id": 1, "priority": "hot"}, 422, "priority"),
        ({"reason": "damaged", "shipment_id": 99}, 404, None),
        ({"reason": "damaged", "order_number": "nobodys"}, 404, None),
    ],
)
def test_a_case_that_is_wrong_is_named(sqlite_web: Web, body: dict[str, Any], status: int, field: str | None) -> None:
    paid(sqlite_web)
    answer = sqlite_web.api("POST", "/cases", body)
    assert answer.status_code == status
    if field is not None:
        assert field in [error["field"] for error in answer.json["errors"]]


def test_cases_are_filtered_queued_and_searched(web: Web) -> None:
    ident = paid(web)
    damaged = opened(web, shipment_id=ident, text="The lamp is cracked").json["id"]
    lost = opened(web, shipment_id=ident, reason="lost", priority="urgent").json["id"]
    web.api("POST", f"/cases/{damaged}/claim", {"agent": "ada@example.com"})

    def ids(query: str) -> list[int]:
        answer = web.api("GET", f"/cases?{query}")
        assert answer.status_code == 200, answer.json
        return [one["id"] for one in answer.json["items"]]

    assert ids("") == [lost, damaged]
    assert ids("reason=damaged") == ids("assignee=ada@example.com") == ids("state=claimed") == [damaged]
    assert ids("priority=urgent") == ids("assignee=nobody") == [lost]
    assert ids("queue=all&limit=1") == [damaged]
    assert ids("queue=unassigned") == [lost]
    assert ids("queue=mine&assignee=ada@example.com") == [damaged]
    assert ids("queue=breached") == []
    assert ids("q=cracked%20lamp") == [damaged]
    assert ids("q=A1001&state=open") == [lost]
    page = web.api("GET", "/cases?queue=all&limit=1").json
    assert [one["id"] for one in web.api("GET", f"/cases?queue=all&cursor={page['next']}").json["items"]] == [lost]
    for wrong in ("queue=mine", "queue=hot", "queue=all&cursor=nonsense", "queue=all&q=x", "priority=hot"):
        assert web.api("GET", f"/cases?{wrong}").status_code == 422, wrong


def test_who_takes_no_cases_gets_none(web: Web) -> None:
    agent(web, "gone@example.com", off=True)
    agent(web, "reader@example.com", role="read_only")
    case_id = opened(web, shipment_id=paid(web)).json["id"]
    for email in ("gone@example.com", "Reader@Example.com"):
        for action in ("claim", "assign"):
            answer = web.api("POST", f"/cases/{case_id}/{action}", {"agent": email})
            assert answer.status_code == 422 and answer.json["errors"][0]["field"] == "agent"
    taken = web.api("POST", f"/cases/{case_id}/claim", {"agent": "of.another.desk@example.com"})
    assert (taken.status_code, taken.json["assignee"]) == (200, "of.another.desk@example.com")


def test_a_case_is_given_weighed_handed_back_and_taken_up_again(web: Web) -> None:
    case_id = opened(web, shipment_id=paid(web)).json["id"]

    def act(action: str, body: Any = None) -> Any:
        answer = web.api("POST", f"/cases/{case_id}/{action}", body or {})
        assert answer.status_code == 200, answer.json
        return answer.json

    before = act("claim", {"agent": "ada@example.com"})["due_at"]
    assert act("priority", {"priority": "urgent"})["due_at"] < before
    assert act("assign", {"agent": "bob@example.com"})["assignee"] == "bob@example.com"
    assert act("assign", {"agent": None})["state"] == "open"
    act("claim", {"agent": "ada@example.com"})
    said = act("hand_back", {"text": "The bot helps you on"})
    assert (said["with_bot"], said["state"], said["messages"][-1]["body"]) == (True, "claimed", "The bot helps you on")
    act("resolve", {"reason": "answered"})
    assert web.api("POST", f"/cases/{case_id}/hand_back", {}).status_code == 409
    assert act("reopen")["state"] == "claimed"
    assert web.api("POST", f"/cases/{case_id}/reopen", {}).status_code == 409


def test_another_retailers_parcels_and_cases_are_not_there(web: Web) -> None:
    case_id = opened(web, shipment_id=paid(web)).json["id"]
    assert web.api("POST", "/cases", {"reason": "lost", "shipment_id": 1}, retailer="other").status_code == 404
    assert web.api("POST", "/cases", {"reason": "lost", "order_number": "A1001"}, retailer="other").status_code == 404
    for action, body in (("assign", {"agent": None}), ("priority", {"priority": "low"}), ("hand_back", {})):
        assert web.api("POST", f"/cases/{case_id}/{action}", body, retailer="other").status_code == 404
    for query in ("queue=all", "q=A1001", ""):
        assert web.api("GET", f"/cases?{query}", retailer="other").json["items"] == []
