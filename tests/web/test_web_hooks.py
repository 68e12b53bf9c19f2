"""Webhooks: nothing unsigned is stored, what is signed is stored once, and nothing answers 500."""

import base64
import hashlib
import hmac
import io
import json
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from typing import Any
from urllib.parse import urlencode

import pytest
from fakes.webapp import BASE, MAIN, OTHER_MAIN, TOKEN, Web, make_web, settings_for
from sqlalchemy import func, select

from channels.models import InboxRow, ReceiptRow
from db import Base, Database
from tracking_core.models import ShipmentEvent, UnmatchedEvent

SID = "SM" + "1" * 32
TEXT = {
    "MessageSid": SID,
    "AccountSid": "AC" + "0" * 32,
    "From": "+14155550100",
    "To": MAIN,
    "Body": "wheres my stuff??",
}
STATUS = {
    "MessageSid": SID,
    "AccountSid": "AC" + "0" * 32,
    "MessageStatus": "delivered",
    "From": MAIN,
    "To": "+14155550100",
}
CALL = {"CallSid": "CA" + "1" * 32, "From": "+14155550100", "To": MAIN, "CallStatus": "ringing"}
TWILIO = ("/hooks/twilio/message", "/hooks/twilio/status", "/hooks/twilio/voice", "/hooks/twilio/voice/status")
CARRIERS = ("easypost", "aftership", "shippo")


def rows(web: Web) -> int:
    """All rows that a webhook might write."""
    # How many were refused is counted; nothing of what they said is kept.
    kept = {"retailer", "our_address", "installation", "api_key", "agent", "workflow_version"}
    kept |= {"connection_note"}  # that somebody was refused is counted
    with web.database.read() as session:
        tables = [table for name, table in Base.metadata.tables.items() if name not in kept]
        return sum(session.scalar(select(func.count()).select_from(table)) or 0 for table in tables)


def hook_paths(web: Web) -> list[str]:
    found = []
    for rule in web.app.url_map.iter_rules():
        # House systems are known by their mapping files: tests/web/test_custom_hook.py has some.
        if str(rule).startswith("/hooks/") and not str(rule).startswith("/hooks/custom/"):
            name = "shopify" if str(rule).startswith("/hooks/stores/") else "easypost"
            found.append(str(rule).replace("<name>", name).replace("<retailer>", "other"))
    return sorted(found)


def test_every_hook_there_is_refuses_what_is_not_signed(web: Web) -> None:
    paths = hook_paths(web)
    assert set(TWILIO) < set(paths) and "/hooks/carriers/easypost/other" in paths
    for path in paths:
        for headers in ({}, {"X-Twilio-Signature": ""}, {"X-Twilio-Signature": "AAAA"}, {"X-Hmac-Signature": "x"}):
            for body in (b"", urlencode(TEXT).encode(), b'{"result":{}}', b"\xff\x00"):
                answer = web.client.post(path, data=body, headers=headers)
                assert answer.status_code == 403, path
                assert answer.json["errors"] == [] and answer.json["status"] == 403
                assert answer.content_type == "application/problem+json"
        assert web.client.get(path).status_code == 405
    assert rows(web) == 0


@pytest.mark.parametrize("path", TWILIO)
def test_a_signature_of_somebody_else_is_none(web: Web, path: str) -> None:
    for more in ({"token": "another"}, {"base": "http://doorline.example"}, {"base": BASE + "/x"}):
        assert web.twilio(path, TEXT, **more).status_code == 403
    # Signed, and changed on the way.
    signed = web.twilio(path, TEXT | {"Body": "STOP"}, token="")
    assert signed.status_code == 403
    assert rows(web) == 0


def test_a_text_is_kept_once_and_answered_with_nothing(web: Web) -> None:
    for _ in range(3):
        answer = web.twilio("/hooks/twilio/message", TEXT)
        assert (answer.status_code, answer.mimetype) == (200, "text/xml")
        assert answer.text.endswith("<Response/>")
    with web.database.read() as session:
        row = session.scalars(select(InboxRow)).one()
        assert (row.text, row.sender, row.recipient, row.provider_id) == (TEXT["Body"], TEXT["From"], MAIN, SID)
        assert (row.retailer, row.received_at) == ("default", web.clock.now)


def test_the_retailer_follows_from_the_number_that_was_texted(web: Web) -> None:
    assert web.twilio("/hooks/twilio/message", TEXT | {"To": OTHER_MAIN}).status_code == 200
    with web.database.read() as session:
        assert session.scalars(select(InboxRow.retailer)).one() == "other"


def test_blank_fields_and_queries_are_part_of_what_is_signed(web: Web) -> None:
    form = TEXT | {"MediaUrl0": "", "FromCity": "", "Body": "a+b &=ñ\n"}
    for path in ("/hooks/twilio/message?x=%2B1&y=", "/hooks/twilio/message?q=a%20b%zz"):
        assert web.twilio(path, form | {"MessageSid": "SM" + str(len(path)).zfill(32)}).status_code == 200
    with web.database.read() as session:
        assert set(session.scalars(select(InboxRow.text))) == {form["Body"]}


def test_the_second_token_is_good_during_a_rotation(web_with: Callable[..., Web]) -> None:
    web = web_with(twilio_auth_tokens=("new", TOKEN))
    assert web.twilio("/hooks/twilio/message", TEXT).status_code == 200


def test_without_an_account_nothing_is_let_in(web_with: Callable[..., Web]) -> None:
    web = web_with(demo=True, twilio_account_sid="", twilio_auth_tokens=())
    for path in TWILIO:
        assert web.twilio(path, TEXT).status_code == 403
        assert web.twilio(path, TEXT, token="").status_code == 403
    assert rows(web) == 0


def test_what_is_signed_but_lacks_what_it_must_have_is_a_400(web: Web) -> None:
    answer = web.twilio("/hooks/twilio/message", {"From": "+14155550100"})
    assert answer.status_code == 400 and answer.content_type == "application/problem+json"
    assert rows(web) == 0


def test_a_receipt_is_kept_once(web: Web) -> None:
    for _ in range(2):
        assert web.twilio("/hooks/twilio/status?ref=abc", STATUS).status_code == 200
    with web.database.read() as session:
        row = session.scalars(select(ReceiptRow)).one()
        assert (row.provider_id, row.raw_status) == (SID, "delivered")


def test_the_same_text_by_eight_threads_is_one(web: Web) -> None:
    with ThreadPoolExecutor(8) as pool:
        answers = list(pool.map(lambda _n: web.twilio("/hooks/twilio/message", TEXT).status_code, range(24)))
    assert answers == [200] * 24
    with web.database.read() as session:
        assert session.scalars(select(InboxRow.seq)).all() == [1]


@pytest.mark.parametrize(("to", "words"), [(MAIN, "Demo Store"), (OTHER_MAIN, "Other"), ("+19995550000", "Demo Store")])
def test_a_caller_hears_whose_number_it_is(web: Web, to: str, words: str) -> None:
    answer = web.twilio("/hooks/twilio/voice", CALL | {"To": to})
    assert answer.status_code == 200 and answer.mimetype == "text/xml"
    assert words.lower() in answer.text.lower() and "<Say" in answer.text
    assert "<Dial" not in answer.text
    assert web.twilio("/hooks/twilio/voice/status", CALL).status_code == 200


# -- carriers ----------------------------------------------------------------------------------------------------


def easypost(number: str = "EZ1", status: str = "out_for_delivery", event: str = "evt_1", at: str = "") -> bytes:
    detail = {"status": status, "datetime": at or "2026-12-01T16:59:00Z", "message": "x", "object": "TrackingDetail"}
    tracker = {"id": "trk_1", "object": "Tracker", "tracking_code": number, "status": status}
    return json.dumps(
        {
            "id": event,
            "object": "Event",
            "description": "tracker.updated",
            "created_at": "2026-12-01T17:00:00Z",
            "result": {**tracker, "tracking_details": [{**detail, "tracking_location": {}}]},
        }
    ).encode()


def sign_easypost(body: bytes, secret: str) -> str:
    return "hmac-sha256-hex=" + hmac.new(secret.encode(), body, hashlib.sha256).hexdigest()


def scan(web: Web, body: bytes, *, path: str = "/hooks/carriers/easypost", secret: str = "easypost-secret") -> Any:
    return web.client.post(path, data=body, headers={"X-Hmac-Signature": sign_easypost(body, secret)})


def test_a_scan_moves_the_parcel_and_tells_the_shopper_once(web: Web) -> None:
    shipment = web.shipment(tracking_number="EZ1")
    for _ in range(3):
        assert 200 <= scan(web, easypost()).status_code < 300
    assert web.api("GET", f"/shipments/{shipment['id']}").json["state"] == "out_for_delivery"
    messages = web.api("GET", "/messages").json["items"]
    assert [one["category"] for one in messages] == ["milestone"]


def test_a_scan_touches_only_the_retailer_it_is_for(web: Web) -> None:
    ours, theirs = web.shipment(tracking_number="EZ1"), web.shipment(tracking_number="EZ1", retailer="other")
    assert scan(web, easypost(), path="/hooks/carriers/easypost/other", secret="other-secret").status_code == 204
    assert web.api("GET", f"/shipments/{ours['id']}").json["state"] == "created"
    assert web.api("GET", f"/shipments/{theirs['id']}", retailer="other").json["state"] == "out_for_delivery"


def test_one_shops_secret_does_not_open_anothers_hook(web: Web) -> None:
    assert scan(web, easypost(), path="/hooks/carriers/easypost/other").status_code == 403
    assert scan(web, easypost(), secret="other-secret").status_code == 403
    # A carrier without a secret of that retailer's own has none: the plain one is the default retailer's.
    body = b'{"msg":{}}'
    signature = hmac.new(b"aftership-secret", body, hashlib.sha256).digest()
    headers = {"aftership-hmac-sha256": base64.b64encode(signature).decode()}
    assert web.client.post("/hooks/carriers/aftership/other", data=body, headers=headers).status_code == 403
    assert rows(web) == 0


@pytest.mark.parametrize(
    "path", ["/hooks/carriers/pigeon", "/hooks/carriers/pigeon/other", "/hooks/carriers/easypost/x"]
)
def test_an_unknown_carrier_or_retailer_is_a_404(web: Web, path: str) -> None:
    answer = scan(web, easypost(), path=path)
    assert answer.status_code == 404 and answer.json["title"] == "Not Found"


@pytest.mark.parametrize("body", [b"", b"nonsense", b"[]", b'"\\u0000"', b"[" * 5000, b'{"result":7}', b'{"a":1e999}'])
def test_a_signed_body_that_is_not_the_carriers_is_a_400_that_names_the_field(web: Web, body: bytes) -> None:
    answer = scan(web, body)
    assert answer.status_code in {204, 400}
    if answer.status_code == 400:
        assert answer.json["errors"][0]["field"]
    assert rows(web) == 0


def test_a_scan_of_a_parcel_nobody_told_us_of_is_kept(web: Web) -> None:
    assert scan(web, easypost(number="LATER")).status_code == 204
    with web.database.read() as session:
        assert session.scalars(select(UnmatchedEvent.tracking_number)).one() == "LATER"
        assert session.scalar(select(func.count()).select_from(ShipmentEvent)) == 0


def test_shippo_brings_its_secret_in_the_address(web: Web) -> None:
    body = json.dumps({"event": "track_updated", "data": {"tracking_number": "S1", "carrier": "usps"}}).encode()
    assert web.client.post("/hooks/carriers/shippo", data=body).status_code == 403
    assert web.client.post("/hooks/carriers/shippo?token=wrong", data=body).status_code == 403
    assert web.client.post("/hooks/carriers/shippo?token=shippo-secret", data=body).status_code in {204, 400}


# -- sizes, and a database that is away ----------------------------------------------------------------------------


@pytest.mark.parametrize("path", ["/hooks/twilio/message", "/hooks/carriers/easypost", "/api/v1/shipments"])
@pytest.mark.parametrize("chunked", [True, False])
def test_a_body_over_a_megabyte_is_a_413(sqlite_web: Web, path: str, chunked: bool) -> None:
    environ: dict[str, Any] = {"wsgi.input_terminated": True} if chunked else {}
    answer = sqlite_web.client.post(
        path,
        input_stream=io.BytesIO(b"x" * (1024 * 1024 + 1)),
        content_length=None if chunked else 1024 * 1024 + 1,
        headers={"Authorization": f"Bearer {sqlite_web.keys['default']}"},
        environ_overrides=environ,
    )
    assert answer.status_code == 413 and answer.json["status"] == 413


def test_a_database_that_is_away_is_a_503_at_once(sqlite_web: Web) -> None:
    web, away = sqlite_web, Database("postgresql+psycopg://nobody@127.0.0.1:1/none")
    parts = replace(web.parts, database=away)
    web.app.extensions["doorline"] = parts
    for answer in (
        web.twilio("/hooks/twilio/message", TEXT),
        scan(web, easypost()),
        web.api("GET", "/shipments"),
        web.client.get("/health"),
    ):
        assert answer.status_code == 503
        assert "Traceback" not in answer.text and "psycopg" not in answer.text
    assert web.client.get("/health").json["checks"]["database"] == "down"
    away.close()


def test_demo_installations_are_made_of_the_same_parts(database: Database, tmp_path: Any, moment: Any) -> None:
    settings = settings_for(database, tmp_path, demo=True, twilio_account_sid="", twilio_auth_tokens=())
    web = make_web(database, settings, moment)
    assert web.client.get("/").status_code == 200
    assert "/phone" in web.client.get("/").text
