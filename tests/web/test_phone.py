"""The phones in the browser: the routes of CONTRACT, what bad input gets, and the panel beside them."""

import json

import pytest
from sqlalchemy import func, select

from channels import phone
from channels.models import InboxRow, OutboxRow

ANA, DEE, MAIN = "+14155550100", "+14155550200", "+15005550006"
ORDER = {
    "order_number": "A7",
    "name": "Ana",
    "phone": "(415) 555-0100",
    "email": "ana@example.com",
    "language": "en",
    "window": "today",
    "driver": "Dee",
    "driver_phone": DEE,
}


@pytest.fixture
def demo(web_with):
    return web_with(demo=True, twilio_account_sid="", twilio_auth_tokens=(), public_base_url="http://127.0.0.1:8000")


def text(demo, body="wheres my stuff??", **more):
    return demo.client.post("/phone/messages", json={"from": ANA, "to": MAIN, "body": body, **more})


def rows(demo, model):
    with demo.database.read() as session:
        return list(session.scalars(select(model).order_by(model.id)))


def test_a_text_is_on_the_phone_and_in_the_inbox_at_once(demo):
    picture = "data:image/png;base64,iVBORw0KGgo="
    answer = text(demo, media=[picture])
    assert answer.status_code == 201
    number = answer.json["id"]
    assert answer.json == {
        "id": number,
        "from": ANA,
        "to": MAIN,
        "body": "wheres my stuff??",
        "media": [picture],
        "at": "2026-12-01T17:00:00Z",
    }
    (received,) = rows(demo, InboxRow)
    assert (received.provider_id, received.channel, received.text) == (f"PH{number}", "sms", "wheres my stuff??")
    assert (received.sender, received.recipient, received.media) == (ANA, MAIN, [picture])
    listed = demo.client.get("/phone/messages?number=%2B14155550100")
    assert listed.json == {"items": [answer.json], "next": None}


def test_what_cannot_go_into_the_inbox_is_not_on_the_phone_either(demo, monkeypatch):
    def lost(*_args, **_more):
        raise LookupError("the inbox is closed")

    monkeypatch.setattr("channels.inbox.receive", lost)
    demo.app.testing = True
    with pytest.raises(LookupError):
        text(demo)
    assert rows(demo, phone.PhoneMessage) == []


def test_the_list_is_oldest_first_goes_on_after_an_id_and_knows_both_directions(demo):
    for body in ("one", "two", "three"):
        text(demo, body)
    with demo.database.write() as session:
        session.add(phone.PhoneMessage(sender=MAIN, recipient=ANA, text="four", media=[], at=demo.clock.now))
        session.add(phone.PhoneMessage(sender=MAIN, recipient=DEE, text="not hers", media=[], at=demo.clock.now))
    # An unescaped plus sign arrives as a space.
    everything = demo.client.get("/phone/messages?number=+14155550100").json["items"]
    assert [item["body"] for item in everything] == ["one", "two", "three", "four"]
    first = demo.client.get("/phone/messages?number=%2B14155550100&limit=2").json
    assert [item["body"] for item in first["items"]] == ["one", "two"]
    rest = demo.client.get(f"/phone/messages?number=%2B14155550100&after={first['next']}").json
    assert [item["body"] for item in rest["items"]] == ["three", "four"]
    assert rest["next"] is None


def test_a_card_number_is_not_kept(demo):
    assert text(demo, "my card is 4111 1111 1111 1111").json["body"] == "my card is [card number removed]"


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"from": None}, "from"),
        ({"from": "nobody"}, "from"),
        ({"from": 14155550100}, "from"),
        ({"to": ""}, "to"),
        ({"to": "+14155550199"}, "to"),
        ({"body": None}, "body"),
        ({"body": ["hello"]}, "body"),
        ({"body": "x" * 1601}, "body"),
        ({"media": "http://example.com/a.png"}, "media"),
        ({"media": [7]}, "media"),
        ({"media": ["javascript:alert(1)"]}, "media"),
        ({"media": ["data:image/png;base64," + "A" * 7_100_000]}, "media"),
        ({"media": ["https://example.com/a.png"] * 11}, "media"),
    ],
)
def test_bad_input_is_named(demo, changes, field):
    answer = demo.client.post("/phone/messages", json={"from": ANA, "to": MAIN, "body": "hi", **changes})
    assert answer.status_code == 422, answer.text
    assert answer.mimetype == "application/problem+json"
    assert [fault["field"] for fault in answer.json["errors"]] == [field]
    assert rows(demo, InboxRow) == []


def test_odd_characters_are_taken_as_far_as_a_database_can(demo):
    answer = demo.client.post(
        "/phone/messages",
        data=json.dumps({"from": ANA, "to": MAIN, "body": "a\x00b \ud800 \U0001f4e6 \u05e9\u05dc\u05d5\u05dd"}),
        content_type="application/json",
    )
    assert answer.status_code == 201
    assert answer.json["body"] == "ab  \U0001f4e6 \u05e9\u05dc\u05d5\u05dd"
    assert text(demo, "").status_code == 201  # a real phone can send nothing, too


@pytest.mark.parametrize(
    ("body", "status"), [(b"", 400), (b"{", 400), (b"[" * 100_000, 400), (b"\xff", 400), (b"[]", 422), (b"7", 422)]
)
def test_a_body_that_is_no_object(demo, body, status):
    assert demo.client.post("/phone/messages", data=body).status_code == status


def test_a_body_over_ten_megabytes_is_refused(demo):
    big = json.dumps({"from": ANA, "to": MAIN, "body": "x", "media": ["data:," + "x" * (10 * 1024 * 1024)]})
    assert demo.client.post("/phone/messages", data=big).status_code == 413


@pytest.mark.parametrize(
    ("query", "field"),
    [("", "number"), ("number=x", "number"), ("number=%2B14155550100&after=-1", "after"),
     ("number=%2B14155550100&after=1e9", "after"), ("number=%2B14155550100&limit=9999999999999999999", "limit")],
)  # fmt: skip
def test_a_bad_question_is_named(demo, query, field):
    answer = demo.client.get(f"/phone/messages?{query}")
    assert answer.status_code == 422
    assert answer.json["errors"][0]["field"] == field


@pytest.mark.parametrize("origin", ["http://evil.example", "null", "http://127.0.0.1.evil.example:8000"])
def test_another_sites_page_may_not_text(demo, origin):
    answer = demo.client.post(
        "/phone/messages", json={"from": ANA, "to": MAIN, "body": "x"}, headers={"Origin": origin}
    )
    assert answer.status_code == 403
    assert demo.client.post("/phone/demo/orders", json=ORDER, headers={"Origin": origin}).status_code == 403
    assert rows(demo, InboxRow) == []


@pytest.mark.parametrize("origin", ["http://127.0.0.1:8000", "http://localhost:8000", "http://[::1]:8000"])
def test_our_own_page_may(demo, origin):
    answer = demo.client.post(
        "/phone/messages", json={"from": ANA, "to": MAIN, "body": "x"}, headers={"Origin": origin}
    )
    assert answer.status_code == 201


def test_outside_demo_mode_there_is_nothing(web):
    paths = ["/phone", "/phone/messages?number=%2B14155550100", "/phone/demo/parcels", "/phone/static/phone.js"]
    assert {web.client.get(path).status_code for path in paths} == {404}
    posts = ["/phone/messages", "/phone/demo/orders", "/phone/demo/parcels/1/scans"]
    assert {web.client.post(path, json={}).status_code for path in posts} == {404}


def test_the_page_runs_no_script_of_its_own(demo):
    answer = demo.client.get("/phone")
    assert answer.status_code == 200
    assert "'unsafe-inline'" not in answer.headers["Content-Security-Policy"]
    assert answer.text.count("<script") == answer.text.count('<script type="module" src="/')
    assert "style=" not in answer.text
    assert "onclick" not in answer.text


# -- the panel ---------------------------------------------------------------------------------------------------------


def press(demo, parcel, status):
    return demo.client.post(f"/phone/demo/parcels/{parcel}/scans", json={"status": status})


def test_an_order_is_made_once_with_its_driver_and_texts_nobody(demo):
    made = demo.client.post("/phone/demo/orders", json=ORDER)
    assert made.status_code == 201
    assert made.json["state"] == "created"
    assert made.json["phone"] == ANA
    assert made.json["driver"] == {"name": "Dee", "phone": DEE}
    assert demo.client.get(made.json["tracking_url"].removeprefix("http://127.0.0.1:8000")).status_code == 200
    again = demo.client.post("/phone/demo/orders", json=ORDER)
    assert (again.status_code, again.json["id"]) == (200, made.json["id"])
    assert rows(demo, OutboxRow) == []
    listed = demo.client.get("/phone/demo/parcels").json
    assert [one["order_number"] for one in listed["items"]] == ["A7"]
    assert listed["next_order"] not in {"A7", ""}


def test_a_scan_moves_the_parcel_and_owes_the_text(demo):
    parcel = demo.client.post("/phone/demo/orders", json=ORDER).json["id"]
    moved = press(demo, parcel, "shipped")
    assert (moved.status_code, moved.json["state"], moved.json["changed"]) == (202, "shipped", True)
    assert moved.json["parcel"]["passed"] == ["shipped"]
    owed = [row for row in rows(demo, OutboxRow) if row.channel == "sms"]
    assert [row.recipient for row in owed] == [ANA]
    assert "A7" in owed[0].text
    late = press(demo, parcel, "processed")
    assert (late.json["state"], late.json["changed"]) == ("shipped", False)
    assert demo.client.get(f"/phone/demo/parcels/{parcel}").json["state"] == "shipped"


@pytest.mark.parametrize(
    ("changes", "field"),
    [({"order_number": " "}, "order_number"), ({"phone": ""}, "phone"), ({"email": "ana"}, "email"),
     ({"window": "soon"}, "window"), ({"name": "x" * 101}, "name"), ({"driver_phone": "12"}, "driver_phone"),
     ({"language": 7}, "language")],
)  # fmt: skip
def test_a_bad_order_is_named(demo, changes, field):
    answer = demo.client.post("/phone/demo/orders", json={**ORDER, **changes})
    assert (answer.status_code, answer.json["errors"][0]["field"]) == (422, field)


def test_scans_of_nothing(demo):
    assert press(demo, 1, "shipped").status_code == 404
    assert press(demo, 2**70, "shipped").status_code == 404
    parcel = demo.client.post("/phone/demo/orders", json=ORDER).json["id"]
    assert press(demo, parcel, "teleported").status_code == 422


def test_another_retailers_parcel_is_not_on_the_table(demo):
    theirs = demo.shipment("B1", retailer="other")["id"]
    assert demo.client.get(f"/phone/demo/parcels/{theirs}").status_code == 404
    assert press(demo, theirs, "shipped").status_code == 404
    with demo.database.read() as session:
        assert session.scalar(select(func.count()).select_from(OutboxRow)) == 0
