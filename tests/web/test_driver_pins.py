"""PINs and signatures on the driver's page, with scripts off; a canary PIN may stand in its own text alone."""

import io
import logging
import re
from typing import Any

from fakes.webapp import BASE, Web
from PIL import Image, ImageDraw
from sqlalchemy import select

from channels.models import OutboxRow
from channels.picture_models import Picture
from db import Base
from flows import driver_links
from flows.driver_page_models import DriverTap
from tracking_core import pins
from tracking_core.models import Driver
from tracking_core.proof_models import Proof

ANA, DEE = "+14155550100", "+14155550200"
CANARY = "9713"
DOOR = {"line1": "14 Oak St", "city": "Oakland", "postal_code": "94607", "country": "US", "lat": 37.8, "lon": -122.27}
#: Columns that hold digests and the like, in which four digits stand by chance.
BY_CHANCE = re.compile("digest|hash|nonce|key|sha")
_ids = iter(range(10_000))


def asked(web: Web, *kinds: str) -> dict[str, Any]:
    """A parcel that is out with Dee, and needs these kinds of proof."""
    said = web.shipment(
        "AB-1",
        customer={"name": "Ana", "phone": ANA},
        destination=DOOR,
        driver={"name": "Dee", "phone": DEE},
        delivery={"proof": list(kinds)},
    )
    event(web, said, "out_for_delivery")
    return said


def event(web: Web, said: dict[str, Any], status: str) -> None:
    assert web.api("POST", f"/shipments/{said['id']}/events", {"status": status}).status_code == 202


def state(web: Web, said: dict[str, Any]) -> str:
    return str(web.api("GET", f"/shipments/{said['id']}").json["state"])


def here(web: Web) -> str:
    with web.database.write() as session:
        driver = session.scalars(select(Driver).where(Driver.phone == DEE)).one()
        return driver_links.link(session, web.house, driver, now=web.clock.now).removeprefix(BASE)


def tap(web: Web, path: str, said: dict[str, Any], action: str, *, script: bool = True, **more: Any) -> Any:
    form = {"tap": f"tap-{next(_ids):08}", "shipment": str(said["id"]), "action": action, **more}
    headers = {"Accept": "application/json"} if script else {}
    return web.client.post(f"{path}/taps", data=form, headers=headers, content_type="multipart/form-data")


def pin_of(web: Web) -> str:
    with web.database.read() as session:
        text = session.scalars(select(OutboxRow.text).where(OutboxRow.category == "pin")).all()[-1]
    return re.search(r" is (\d{4})\.", text)[1]


def signature() -> tuple[io.BytesIO, str]:
    drawn = Image.new("RGB", (320, 130), "white")
    ImageDraw.Draw(drawn).line([(10, 100), (120, 20), (300, 90)], fill="black", width=4)
    out = io.BytesIO()
    drawn.save(out, "PNG")
    out.seek(0)
    return out, "signature"


def proofs(web: Web) -> list[Proof]:
    with web.database.read() as session:
        return list(session.scalars(select(Proof).order_by(Proof.id)))


def test_the_page_asks_for_it_and_says_what_was_wrong(web: Web) -> None:
    said = asked(web, "pin")
    path = here(web)
    page = web.client.get(path).text
    assert 'name="pin"' in page and 'inputmode="numeric"' in page and "Delivery PIN" in page
    right = pin_of(web)
    wrong = f"{(int(right) + 1) % 10_000:04}"
    for values, words in (
        ({}, "Ask the customer for the delivery PIN"),
        ({"pin": wrong}, "Tries left: 4"),
        ({"pin": "12"}, "has 4 digits"),
    ):
        found = tap(web, path, said, "delivered", **values)
        assert words in found.json["words"] and not found.json["ok"]
        assert state(web, said) == "out_for_delivery"
    back = tap(web, path, said, "delivered", script=False, pin=right)
    assert back.status_code == 303
    assert "delivered" in web.client.get(back.headers["Location"]).text
    assert state(web, said) == "delivered"
    assert [(one.kind, one.source) for one in proofs(web)] == [("pin", "driver_page")]


def test_without_one_a_reason_is_needed_and_a_person_looks(web: Web) -> None:
    said = asked(web, "pin")
    path = here(web)
    assert tap(web, path, said, "delivered", no_pin="Her phone is broken").json["ok"]
    shown = web.api("GET", f"/shipments/{said['id']}").json
    assert (shown["state"], "action_required" in shown["flags"]) == ("delivered", True)
    reasons = [one["reason"] for one in web.api("GET", "/cases").json["items"]]
    assert "pin_missing" in reasons


def test_a_signature_is_drawn_anew_with_name_and_relation(web: Web) -> None:
    said = asked(web, "signature")
    path = here(web)
    event(web, said, "at_address")
    page = web.client.get(path).text
    assert 'class="pad" hidden' in page and "<canvas" in page and 'name="relation"' in page
    done = tap(web, path, said, "delivered", signature=signature(), name="Bo Diaz", relation="neighbor",
               barcode=" 1Z 999 ", lat="37.8", lon="-122.27")  # fmt: skip
    assert done.json["ok"], done.json
    found = {one.kind: one for one in proofs(web)}
    assert found["signature"].note == "Bo Diaz (neighbor)"
    assert found["barcode"].note == "1Z 999"
    with web.database.read() as session:
        picture = session.get_one(Picture, found["signature"].picture_id)
        assert Image.open(io.BytesIO(picture.jpeg)).format == "JPEG"
        assert picture.original is None


def test_whoever_cannot_draw_types_a_name_and_what_is_no_picture_is_no_signature(web: Web) -> None:
    said = asked(web, "signature")
    path = here(web)
    event(web, said, "at_address")
    page = io.BytesIO(b"<html><script>alert(1)</script>"), "signature.png"
    assert tap(web, path, said, "delivered", signature=page, name="Bo", relation="nonsense").json["ok"]
    (found,) = proofs(web)
    assert (found.kind, found.note, found.picture_id) == ("signature", "Bo", None)
    assert tap(web, path, said, "photo", name="x" * 81).status_code == 422


def test_a_signature_can_follow_the_delivery(web: Web) -> None:
    said = asked(web, "signature")
    path = here(web)
    event(web, said, "at_address")
    assert tap(web, path, said, "delivered").json["ok"]
    assert 'name="relation"' in web.client.get(path).text
    assert tap(web, path, said, "photo", name="Ana", relation="recipient").json["words"].endswith("it is kept.")
    assert [one.kind for one in proofs(web)] == ["signature"]


def test_a_canary_stands_in_no_row_answer_page_or_log(web: Web, monkeypatch: Any, caplog: Any) -> None:
    monkeypatch.setattr(pins, "_drawn", lambda *_: CANARY)
    caplog.set_level(logging.DEBUG)
    said = asked(web, "pin")
    path = here(web)
    seen = [web.client.get(path).text]
    assert pin_of(web) == CANARY
    seen.append(tap(web, path, said, "delivered", pin="9714").text)
    event(web, said, "at_address")
    seen.append(web.client.get(path).text)
    seen.append(tap(web, path, said, "delivered", pin=CANARY).text)
    seen.append(web.client.get(path).text)
    for answered in (
        f"/shipments/{said['id']}", "/shipments", f"/messages?shipment_id={said['id']}",
        "/messages?phone=%2B14155550100",
        "/cases", "/surveys",
    ):  # fmt: skip
        seen.append(web.api("GET", answered).text)
    seen.append(web.client.get(web.api("GET", f"/shipments/{said['id']}").json["tracking_url"].split("8000")[-1]).text)
    assert state(web, said) == "delivered"
    for one in seen:
        assert CANARY not in re.sub(r"[0-9a-f]{12,}", "", one)
    assert CANARY not in caplog.text
    with web.database.read() as session:
        assert all(CANARY not in f"{one.key} {one.about}" for one in session.scalars(select(DriverTap)))
        for table in Base.metadata.sorted_tables:
            for row in session.execute(select(table)).mappings():
                kept = [one for name, one in row.items() if isinstance(one, str) and not BY_CHANCE.search(name)]
                if table.name == "outbox" and row["category"] == "pin":
                    assert row["recipient"] == ANA
                    continue
                assert all(CANARY not in value for value in kept), table.name
    with web.database.read() as session:
        to_driver = session.scalars(select(OutboxRow.text).where(OutboxRow.recipient == DEE)).all()
    assert all(CANARY not in one for one in to_driver)
