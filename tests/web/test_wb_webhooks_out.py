"""Outbound webhooks: who is told what, signed, how often it is tried, and that nobody is told who must not be."""

import base64
import hashlib
import hmac
import threading
from dataclasses import replace
from datetime import timedelta

import pytest
from fakes.listener import Listener, listening
from fakes.webapp import settings_for
from sqlalchemy import func, select

from channels import inbox
from channels.messages import InboundMessage
from channels.models import OutboxRow
from channels.webhook_post import Posted, Reach, WebhookPost
from flows import outbound_endpoints, outbound_events, outbound_sending, router
from flows.audit_models import AuditEntry
from flows.models import Case
from flows.outbound_models import WebhookDelivery, WebhookEndpoint
from flows.outbound_sending import ATTEMPTS_MAX, WebhookSender, wait_after
from flows.story_models import OutboundEvent

ALL = ["*"]


@pytest.fixture
def shop(web_with):
    return web_with(webhook_private_hosts=True)


@pytest.fixture
def ear():
    with listening() as found:
        yield found


def added(shop, url, events=ALL, **more):
    answer = shop.api("POST", "/webhooks", {"url": url, "events": events}, **more)
    assert answer.status_code == 201, answer.text
    return answer.json


def sender(shop, post=None):
    return WebhookSender(shop.database, shop.house, post or WebhookPost(Reach.ANY), clock=shop.clock)


def tell_all(shop, post=None, teller=None):
    """One round over everything that is due now."""
    teller, done = teller or sender(shop, post), 0
    while leases := teller.claim(10):
        done += sum(teller.serve(lease, threading.Event()) for lease in leases)
        shop.clock.forward(seconds=1.5)  # the rest after a failure
    return done


def scan(shop, ident, status="out_for_delivery", **more):
    return shop.api("POST", f"/shipments/{ident}/events", {"status": status, **more})


def rows(shop, model):
    with shop.database.read() as session:
        return list(session.scalars(select(model).order_by(model.id)))


def verified(heard, secret):
    """What any receiver does: see docs/webhooks.md."""
    key = base64.b64decode(secret.removeprefix("whsec_"))
    signed = f"{heard.headers['webhook-id']}.{heard.headers['webhook-timestamp']}.".encode() + heard.body
    return heard.headers["webhook-signature"] == "v1," + base64.b64encode(
        hmac.new(key, signed, hashlib.sha256).digest()
    ).decode("ascii")


# -- adding and taking away --------------------------------------------------------------------------------------------


def test_a_webhook_is_added_shown_without_its_secret_and_taken_away(shop):
    made = added(shop, "https://shop.example/in?k=1", ["case.*", "shipment.created"])
    assert made["secret"].startswith("whsec_") and len(base64.b64decode(made["secret"][6:])) == 32
    listed = shop.api("GET", "/webhooks").json["items"]
    assert [one["id"] for one in listed] == [made["id"]] and "secret" not in listed[0]
    assert made["secret"] not in repr([vars(one) for one in rows(shop, WebhookEndpoint)])
    assert shop.api("GET", f"/webhooks/{made['id']}").json["events"] == ["case.*", "shipment.created"]
    assert shop.api("DELETE", f"/webhooks/{made['id']}").json == {"id": made["id"], "deleted": True}
    assert shop.api("GET", f"/webhooks/{made['id']}").status_code == 404
    assert shop.api("DELETE", f"/webhooks/{made['id']}").status_code == 404
    assert [one.action for one in rows(shop, AuditEntry)] == ["webhook.added", "webhook.deleted"]


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({"url": "https://a.example", "events": ["shipment.exploded"]}, "events.0"),
        ({"url": "https://a.example", "events": ["case.opened", "nope"]}, "events.1"),
        ({"url": "https://a.example", "events": []}, "events"),
        ({"url": "https://a.example"}, "events"),
        ({"events": ["*"]}, "url"),
        ({"url": "http://a.example", "events": ["*"]}, "url"),
        ({"url": "ftp://a.example", "events": ["*"]}, "url"),
        ({"url": "https://user:pass@a.example", "events": ["*"]}, "url"),
        ({"url": "https://127.0.0.1/x", "events": ["*"]}, "url"),
        ({"url": "https://localhost/x", "events": ["*"]}, "url"),
        ({"url": "https://[::1]/x", "events": ["*"]}, "url"),
        ({"url": "https://169.254.169.254/latest", "events": ["*"]}, "url"),
        ({"url": "https://10.1.2.3", "events": ["*"]}, "url"),
        ({"url": "https://127.1", "events": ["*"]}, "url"),
        ({"url": "https://0x7f.1", "events": ["*"]}, "url"),
        ({"url": "https://2130706433/", "events": ["*"]}, "url"),
        ({"url": "https://[::ffff:127.0.0.1]/", "events": ["*"]}, "url"),
        ({"url": "https://a.example/" + "x" * 500, "events": ["*"]}, "url"),
        ({"url": "", "events": ["*"]}, "url"),
    ],
)
def test_what_is_wrong_is_named(sqlite_web, body, field):
    answer = sqlite_web.api("POST", "/webhooks", body)
    assert answer.status_code == 422, answer.text
    assert field in [one["field"] for one in answer.json["errors"]]
    assert rows(sqlite_web, WebhookEndpoint) == []


def test_another_retailers_webhook_is_not_there(shop, ear):
    mine = added(shop, ear.url)
    scan(shop, shop.shipment()["id"])
    tell_all(shop)
    delivery = shop.api("GET", f"/webhooks/{mine['id']}/deliveries").json["items"][0]["id"]
    for method, path in (
        ("GET", ""),
        ("DELETE", ""),
        ("POST", "/test"),
        ("GET", "/deliveries"),
        ("POST", f"/deliveries/{delivery}/redeliver"),
    ):
        answer = shop.api(method, f"/webhooks/{mine['id']}{path}", {} if method == "POST" else None, retailer="other")
        assert answer.status_code == 404, path
    theirs = added(shop, ear.url, retailer="other")
    wrong = shop.api("POST", f"/webhooks/{theirs['id']}/deliveries/{delivery}/redeliver", retailer="other")
    assert wrong.status_code == 404


# -- being told --------------------------------------------------------------------------------------------------------


def test_a_parcels_way_is_told_signed_and_without_a_person_in_it(shop, ear):
    made = added(shop, ear.url)
    ident = shop.shipment(tracking_number="1Z9", driver={"name": "Dee", "phone": "+14155550200"})["id"]
    scan(shop, ident, "out_for_delivery", eta={"from": "2026-12-01T18:00:00Z", "to": "2026-12-01T19:00:00Z"})
    assert tell_all(shop) == len(ear.heard) >= 3
    kinds = ear.kinds()
    assert kinds[0] == "shipment.created" and {"shipment.state_changed", "eta.changed"} <= set(kinds)
    moved = next(one for one in ear.heard if one.json["type"] == "shipment.state_changed")
    assert moved.json["data"] | {"occurred_at": 0} == {
        "shipment_id": ident,
        "order_number": "A1001",
        "tracking_number": "1Z9",
        "carrier": None,
        "state": "out_for_delivery",
        "before": "created",
        "flags": [],
        "reason": None,
        "silent": False,
        "occurred_at": 0,
    }
    assert moved.json["retailer"] == "default" and moved.json["id"] == moved.headers["webhook-id"]
    assert moved.headers["content-type"] == "application/json"
    assert int(moved.headers["webhook-timestamp"]) <= shop.clock.now.timestamp()
    for one in ear.heard:
        assert verified(one, made["secret"])
        assert b"0100" not in one.body and b"0200" not in one.body and b"Ana" not in one.body and b"Dee" not in one.body
    assert len({one.headers["webhook-id"] for one in ear.heard}) == len(ear.heard)


def test_who_listens_for_something_hears_only_that(shop, ear):
    added(shop, ear.url + "/eta", ["eta.changed"])
    added(shop, ear.url + "/theirs", retailer="other")
    added(shop, ear.url + "/both", ["shipment.*"])
    ident = shop.shipment()["id"]
    scan(shop, ident, "update", eta={"from": "2026-12-01T18:00:00Z", "to": "2026-12-01T19:00:00Z"})
    scan(shop, ident, "delivered")
    tell_all(shop)
    heard = {(one.path, one.json["type"]) for one in ear.heard}
    assert ("/hook/eta", "eta.changed") in heard and ("/hook/both", "shipment.state_changed") in heard
    assert {path for path, _ in heard} == {"/hook/eta", "/hook/both"}
    assert all(kind == "eta.changed" for path, kind in heard if path.endswith("eta"))


def test_where_nobody_listens_nothing_is_kept_but_what_a_store_is_asked(shop):
    scan(shop, shop.shipment()["id"])
    assert rows(shop, OutboundEvent) == []
    with shop.database.write() as session:
        parcel = session.scalars(select(outbound_events.Shipment)).one()
        said = {"why": "changed_mind"}
        for expected in (True, False):
            new = outbound_events.request(
                session, parcel, "order.cancel_requested", said, key="cancel:1", now=shop.clock.now
            )
            assert new is expected
    assert [one.kind for one in rows(shop, OutboundEvent)] == ["order.cancel_requested"]
    assert rows(shop, WebhookDelivery) == []


def write_in(shop, text, sender="+14155550100"):
    with shop.database.write() as session:
        inbox.receive(session, InboundMessage("sms", f"SM{text}", sender, "+15005550006", text), now=shop.clock.now)
    with shop.database.write() as session:
        claimed = inbox.claim(session, worker="w", now=shop.clock.now, limit=1, lease_s=30)
    router.handle(shop.database, shop.house, claimed[0], clock=shop.clock)


def test_a_text_is_told_with_its_digits_hidden_and_not_at_all_once_it_is_erased(shop, ear):
    added(shop, ear.url, ["message.received"])
    shop.shipment()
    write_in(shop, "where is my order? call 415 555 0188, code 4471#")
    tell_all(shop)
    [one] = ear.heard
    assert one.json["data"]["text"] == "where is my order? call [digits hidden], code [digits hidden]#"
    assert one.json["data"]["from_last2"] == "00" and one.json["data"]["handled_by"] == "conversation"
    assert b"0188" not in one.body and b"inbox_id" not in one.body
    with shop.database.write() as session:
        event = session.scalars(select(OutboundEvent)).one()
        assert "where" not in str(event.payload)  # nothing of the words is kept a second time
        event.payload = {**event.payload, "inbox_id": 10**9}
        delivery = session.scalars(select(WebhookDelivery)).one()
        endpoint = session.scalars(select(WebhookEndpoint)).one()
        outbound_endpoints.redeliver(session, endpoint, delivery.id, by="x", now=shop.clock.now)
    tell_all(shop)
    assert ear.heard[1].json["data"]["text"] is None
    assert ear.heard[1].headers["webhook-id"] == one.headers["webhook-id"]


# -- what fails --------------------------------------------------------------------------------------------------------


def test_a_failure_is_tried_again_fourteen_times_and_each_time_under_the_same_id(shop, ear):
    made, ear.status, ear.said = added(shop, ear.url, ["shipment.created"]), 500, b"x" * 5000
    shop.shipment()
    waits = []
    for attempt in range(1, ATTEMPTS_MAX + 1):
        assert tell_all(shop) == 1
        [row] = rows(shop, WebhookDelivery)
        assert (row.attempts, row.last_status, row.error, len(row.answer)) == (attempt, 500, "http_500", 500)
        if row.next_at is not None:
            waits.append((row.next_at - row.last_at).total_seconds() / (30 * 2 ** (attempt - 1)))
            shop.clock.now = row.next_at - timedelta(seconds=1)
            assert tell_all(shop) == 0
            shop.clock.now = row.next_at
    assert len(waits) == ATTEMPTS_MAX - 1 and all(0.9 <= one <= 1.1 for one in waits)
    assert row.state == "failed" and len({one.headers["webhook-id"] for one in ear.heard}) == 1
    assert len({one.body for one in ear.heard}) == 1 and all(verified(one, made["secret"]) for one in ear.heard)
    ear.status = 204
    assert shop.api("POST", f"/webhooks/{made['id']}/deliveries/{row.id}/redeliver").status_code == 202
    tell_all(shop)
    assert rows(shop, WebhookDelivery)[0].state == "delivered" and rows(shop, WebhookEndpoint)[0].failures == 0


@pytest.mark.parametrize(("status", "headers"), [(302, {"Location": "/elsewhere"}), (404, {}), (199 + 1, None)])
def test_only_2xx_is_success_and_no_redirect_is_followed(shop, ear, status, headers):
    added(shop, ear.url, ["shipment.created"])
    ear.status, ear.headers = status, headers or {}
    shop.shipment()
    assert tell_all(shop) == 1 and len(ear.heard) == 1
    [row] = rows(shop, WebhookDelivery)
    assert (row.state, row.error) == (("delivered", None) if status == 200 else ("pending", f"http_{status}"))


def test_410_switches_off_and_says_so(shop, ear):
    made, ear.status = added(shop, ear.url, ["shipment.created"]), 410
    shop.shipment()
    tell_all(shop)
    shown = shop.api("GET", f"/webhooks/{made['id']}").json
    assert (shown["state"], shown["disabled_reason"]) == ("disabled", "gone")
    shop.shipment("A1002")
    assert tell_all(shop) == 0 and len(rows(shop, OutboundEvent)) == 1
    assert [one.reason for one in rows(shop, Case)] == ["webhook_disabled"]
    assert "webhook.disabled" in [one.action for one in rows(shop, AuditEntry)]


def test_three_hundred_failures_in_a_row_switch_off_and_nothing_is_lost_if_it_is_switched_on_in_time(shop, ear):
    made, ear.status = added(shop, ear.url, ["shipment.created"]), 503
    with shop.database.write() as session:
        session.get_one(WebhookEndpoint, made["id"]).failures = 298
    for order in ("A1", "A2"):
        assert shop.api("GET", f"/webhooks/{made['id']}").json["state"] == "on"
        shop.shipment(order)
        tell_all(shop)
    assert shop.api("GET", f"/webhooks/{made['id']}").json["disabled_reason"] == "failures"
    shop.shipment("A3")
    assert tell_all(shop) == 0
    ear.status = 200
    with shop.database.write() as session:
        row = session.get_one(WebhookEndpoint, made["id"])
        outbound_endpoints.switch_on(session, row, by="ada@example.com", now=shop.clock.now)
    shop.clock.forward(minutes=2)
    tell_all(shop)
    told = [one.json["data"]["order_number"] for one in ear.heard]
    assert sorted(told[-3:]) == ["A1", "A2", "A3"]
    assert len(rows(shop, Case)) == 1


def test_two_senders_never_post_to_one_endpoint_at_once_and_a_lost_lease_settles_nothing(shop, ear):
    added(shop, ear.url, ["shipment.created"])
    shop.shipment()
    first, second = sender(shop), sender(shop)
    [lease] = first.claim(5)
    assert second.claim(5) == []
    shop.clock.forward(seconds=31)  # the first one has died, or sleeps
    [later] = second.claim(5)
    assert first.serve(lease, threading.Event()) == 0 and ear.heard == []
    assert second.serve(later, threading.Event()) == 1
    assert rows(shop, WebhookDelivery)[0].attempts == 1


def test_what_was_posted_but_not_noted_goes_out_again_under_the_same_id(shop, ear):
    added(shop, ear.url, ["shipment.created"])
    shop.shipment()

    class Died(BaseException):
        pass

    def post_and_die(url, body, headers):
        WebhookPost(Reach.ANY)(url, body, headers)
        raise Died

    with pytest.raises(Died):
        tell_all(shop, post=post_and_die)
    shop.clock.forward(seconds=31)
    tell_all(shop)
    assert len(ear.heard) == 2 and len({one.headers["webhook-id"] for one in ear.heard}) == 1
    assert rows(shop, WebhookDelivery)[0].state == "delivered"


def test_a_slow_endpoint_delays_nobody_else(shop, ear):
    slow = added(shop, ear.url.replace("/hook", "/slow"), ["shipment.created"])
    added(shop, ear.url, ["shipment.created"])
    for order in ("A1", "A2", "A3"):
        shop.shipment(order)
    stop, teller = threading.Event(), sender(shop)
    loop = threading.Thread(target=teller.run, args=(stop,))
    loop.start()
    try:
        for _ in range(600):
            if sum(one.path == "/hook" for one in ear.heard) == 3:
                break
            stop.wait(0.05)
        assert sum(one.path == "/hook" for one in ear.heard) == 3
        assert sum(one.path == "/slow" for one in ear.heard) == 1  # the others wait for it to answer
        with shop.database.read() as session:
            waiting = select(func.count()).where(
                WebhookDelivery.endpoint_id == slow["id"], WebhookDelivery.state == "pending"
            )
            assert session.scalar(waiting) == 3
    finally:
        ear.gate.set()
        stop.set()
        loop.join(60)


# -- where posts may go ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "address",
    ["127.0.0.1", "10.0.0.7", "169.254.169.254", "192.168.1.1", "::1", "fd00::1", "::ffff:10.0.0.1", "0.0.0.0"],
)
def test_a_name_that_leads_inside_is_not_posted_to(address):
    post = WebhookPost(Reach.PUBLIC, resolve=lambda *_: ["93.184.216.34", address])
    assert post("https://rebinding.example/x", b"{}", {}) == Posted(None, "private_address")


def test_a_name_is_looked_up_once_and_the_connection_goes_where_it_led(ear):
    asked = []

    def resolve(host, port):
        asked.append(host)
        return ["127.0.0.1"]

    port = ear.url.split(":")[2].split("/")[0]
    posted = WebhookPost(Reach.ANY, resolve=resolve)(f"http://anything.example:{port}/hook", b"{}", {"X": "1"})
    assert posted.status == 200 and asked == ["anything.example"]
    assert ear.heard[0].headers["host"] == f"anything.example:{port}"


def test_a_trial_may_post_to_itself_and_not_to_its_neighbours(ear):
    assert WebhookPost(Reach.LOOPBACK)(ear.url, b"{}", {}).status == 200
    inside = WebhookPost(Reach.LOOPBACK, resolve=lambda *_: ["10.0.0.7"])
    assert inside("https://inside.example/", b"{}", {}).error == "private_address"
    assert inside("http://93.184.216.34/", b"{}", {}).error == "bad_address"


def test_who_never_ends_an_answer_is_cut_off(ear: Listener):
    posted = WebhookPost(Reach.ANY, total_s=0.5)(ear.url.replace("/hook", "/slow"), b"{}", {})
    assert posted == Posted(None, "timeout")


def test_nobody_there_is_no_exception():
    post = WebhookPost(Reach.ANY, connect_s=0.5)
    assert post("http://127.0.0.1:1/x", b"{}", {}).error == "no_connection"
    assert WebhookPost(Reach.ANY, resolve=lambda *_: [])("https://x.example", b"", {}).error == "dns"


@pytest.mark.parametrize(
    ("changes", "reach"),
    [
        ({}, Reach.PUBLIC),
        ({"demo": True}, Reach.LOOPBACK),
        ({"public_base_url": "http://127.0.0.1:8000"}, Reach.LOOPBACK),
        ({"twilio_api_url": "http://localhost:9"}, Reach.LOOPBACK),
        ({"webhook_private_hosts": True}, Reach.ANY),
    ],
)
def test_only_a_trial_posts_to_itself(sqlite_database, tmp_path, changes, reach):
    assert outbound_endpoints.reach_of(settings_for(sqlite_database, tmp_path, **changes)) is reach


def test_whoever_the_workflow_names_is_mailed_when_a_webhook_is_switched_off(shop, ear):
    source = "cases: {alert_email: boss@shop.example}\n"
    with shop.database.write() as session:
        shop.house.workflows.save(session, "default", source, by="x", now=shop.clock.now)
    added(shop, ear.url, ["shipment.created"])
    ear.status = 410
    shop.shipment()
    house = replace(shop.house, email_configured=True)
    teller = WebhookSender(shop.database, house, WebhookPost(Reach.ANY), clock=shop.clock)
    tell_all(shop, teller=teller)
    [mail] = [one for one in rows(shop, OutboxRow) if one.channel == "email"]
    assert mail.recipient == "boss@shop.example" and "webhook" in (mail.subject + mail.text).lower()


# -- upkeep ------------------------------------------------------------------------------------------------------------


def test_waits_double_from_half_a_minute():
    for attempt in range(1, ATTEMPTS_MAX):
        assert 0.89 < wait_after(attempt) / (timedelta(seconds=30) * 2 ** (attempt - 1)) < 1.11


def test_old_deliveries_are_forgotten_and_requests_are_not(shop, ear):
    added(shop, ear.url)
    shop.shipment()
    with shop.database.write() as session:
        parcel = session.scalars(select(outbound_events.Shipment)).one()
        outbound_events.request(session, parcel, "order.refund_requested", {}, key="r:1", now=shop.clock.now)
    tell_all(shop)
    shop.clock.forward(days=31)
    with shop.database.write() as session:
        assert outbound_sending.forget(session, now=shop.clock.now) == 2
    assert rows(shop, WebhookDelivery) == []
    assert [one.kind for one in rows(shop, OutboundEvent)] == ["order.refund_requested"]


def test_a_test_event_goes_to_that_webhook_alone(shop, ear):
    one, _two = added(shop, ear.url + "/1", ["case.opened"]), added(shop, ear.url + "/2")
    answer = shop.api("POST", f"/webhooks/{one['id']}/test")
    assert answer.status_code == 202 and answer.json["type"] == "webhook.test"
    tell_all(shop)
    assert [(heard.path, heard.json["type"]) for heard in ear.heard] == [("/hook/1", "webhook.test")]
