"""Proofs through the API: kept once, bad pictures refused, failed checks looked at by a person by REST and desk."""

import io
import re
from datetime import UTC, datetime
from typing import Any

import pytest
from argon2 import PasswordHasher
from fakes import photos
from fakes.doors import blurred, dark, door, jpeg
from fakes.webapp import BASE, Web
from PIL import Image
from sqlalchemy import func, select

from flows import accounts
from flows.models import Case, CaseEntry
from tracking_core import pins
from tracking_core.models import Shipment
from tracking_core.proof_models import Proof

LOOKER = {"email": "ada@example.com", "password": "correct horse battery"}
PLACE = (37.8044, -122.2712)


def parcel(web: Web, order: str = "A1001", phone: str = "+14155550100", **more: Any) -> int:
    said = web.shipment(
        order,
        customer={"phone": phone},
        destination={"line1": f"{order} Main St", "lat": PLACE[0], "lon": PLACE[1]},
        driver={"name": "Dee", "phone": "+14155550200"},
        **more,
    )
    for status in ("out_for_delivery", "delivered"):
        assert web.api("POST", f"/shipments/{said['id']}/events", {"status": status}).status_code == 202
    return int(said["id"])


def hand(web: Web, shipment_id: int, *files: tuple[str, bytes], key: str | None = None, **words: str) -> Any:
    data: dict[str, Any] = {name: [] for name, _ in files} | words
    for name, content in files:
        data[name].append((io.BytesIO(content), "x.jpg"))
    headers = {"Authorization": f"Bearer {web.keys['default']}"} | ({"Idempotency-Key": key} if key else {})
    return web.client.post(
        f"/api/v1/shipments/{shipment_id}/proofs", data=data, content_type="multipart/form-data", headers=headers
    )


def checks(answer: Any, name: str) -> dict[str, Any]:
    (found,) = [one for one in answer.json["proofs"][-1]["checks"] if one["name"] == name]
    return dict(found)


def flags(web: Web, shipment_id: int) -> list[str]:
    return list(web.api("GET", f"/shipments/{shipment_id}").json["flags"])


def count(web: Web, what: Any) -> int:
    with web.database.read() as session:
        return session.scalar(select(func.count()).select_from(what)) or 0


def test_what_is_handed_over_is_kept_once_and_takes_the_flag_away(web: Web) -> None:
    one = parcel(web)
    assert flags(web, one) == ["action_required"]
    picture = jpeg(door(1))
    words = {"note": "Behind the planter", "lat": "37.80441", "lon": "-122.2712", "taken_at": web.clock.now.isoformat()}
    answer = hand(web, one, ("photo", picture), ("signature", jpeg(door(2))), **words, signed_by="Ana")
    assert answer.status_code == 201, answer.text
    assert answer.json["added"] == 3
    assert [proof["kind"] for proof in answer.json["proofs"]] == ["photo", "signature", "note"]
    assert flags(web, one) == []
    first = answer.json["proofs"][0]
    assert {check["name"]: check["ok"] for check in first["checks"]} == {
        "distance_m": True,
        "time_s": True,
        "used_before": True,
        "looks_like": True,
        "sharpness": True,
        "brightness": True,
        "short_side_px": True,
    }
    served = web.client.get(first["url"].removeprefix(BASE)).data
    assert served[:3] == b"\xff\xd8\xff" and Image.open(io.BytesIO(served)).getexif() == {}
    again = hand(web, one, ("photo", picture), **words)
    assert (again.status_code, again.json["added"], count(web, Proof)) == (200, 0, 3)


def test_not_one_byte_of_what_the_camera_wrote_is_served(web: Web) -> None:
    one = parcel(web)
    # So far away, and so early, that it is also on the list at the desk.
    picture = photos.phone_jpeg(door(1), place=(38.9, -122.2712), at=datetime(2026, 1, 1, tzinfo=UTC))
    assert b"SN-4711-CANARY" in picture and b"MAKERNOTE-CANARY" in picture
    answer = hand(web, one, ("photo", picture), ("signature", picture))
    assert answer.status_code == 201
    tracking = web.client.get(web.api("GET", f"/shipments/{one}").json["tracking_url"].removeprefix(BASE)).text
    desk = inside(web).get("/console/proofs").text
    paths = [proof["url"].removeprefix(BASE) for proof in answer.json["proofs"]]
    paths += [src for page in (tracking, desk) for src in re.findall(r'<img src="(/m/[^"?]+)"', page)]
    assert len(paths) >= 4
    for path in paths:
        for size in ("", "?size=small"):
            served = web.client.get(path + size).data
            for canary in (b"CANARY", b"Exif", b"GPS", b"xmpmeta", b"Canon", b"http", b"ICC_PROFILE", b"Photoshop"):
                assert canary not in served
            again = Image.open(io.BytesIO(served))
            assert again.getexif() == {} and set(again.info) <= {
                "jfif", "jfif_version", "jfif_unit", "jfif_density"
            }  # fmt: skip


def test_the_same_key_has_one_effect_and_another_body_is_refused(web: Web) -> None:
    one = parcel(web)
    picture = jpeg(door(1))
    first = hand(web, one, ("photo", picture), key="k1", lat="37.8", lon="-122.2")
    again = hand(web, one, ("photo", picture), key="k1", lat="37.8", lon="-122.2")
    assert (first.status_code, again.status_code) == (201, 201)
    assert again.headers["Idempotent-Replayed"] == "true" and again.json == first.json
    assert hand(web, one, ("photo", jpeg(door(2))), key="k1").status_code == 422
    assert count(web, Proof) == 1


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (photos.huge_png(), "pixels"),
        (photos.polyglot_gif(), "not a picture"),
        (b'<svg xmlns="http://www.w3.org/2000/svg"><script>1</script></svg>', "not a picture"),
        (photos.phone_jpeg()[:9000], "damaged"),
        (b"", "damaged"),
    ],
)
def test_what_is_no_picture_is_refused_and_nothing_is_kept(web: Web, content: bytes, said: str) -> None:
    one = parcel(web)
    answer = hand(web, one, ("photo", content), note="At the door")
    assert answer.status_code == 422
    assert answer.json["errors"][0]["field"] == "photo" and said in answer.json["errors"][0]["message"]
    assert count(web, Proof) == 0


@pytest.mark.parametrize(
    ("words", "field"),
    [
        ({}, "photo"),
        ({"lat": "37.8"}, ""),
        ({"lat": "north", "lon": "1"}, "lat"),
        ({"lat": "91", "lon": "1"}, "lat"),
        ({"note": "x\x00y"}, "note"),
        ({"photo": "words"}, "photo"),
        ({"selfie": "x"}, "selfie"),
        ({"pin": "4711"}, "pin"),
        ({"taken_at": "yesterday"}, "taken_at"),
    ],
)
def test_bad_parts_are_named(sqlite_web: Web, words: dict[str, str], field: str) -> None:
    answer = hand(sqlite_web, parcel(sqlite_web), **words)
    assert (answer.status_code, answer.json["errors"][0]["field"]) == (422, field)


def test_size_kind_and_ownership(sqlite_web: Web) -> None:
    web = sqlite_web
    one = parcel(web)
    # By hand: the test client would keep a file of its own open for so large a one.
    head = b'--x\r\nContent-Disposition: form-data; name="photo"; filename="x.jpg"\r\n\r\n'
    large = web.client.post(
        f"/api/v1/shipments/{one}/proofs",
        data=head + b"x" * (10 * 1024 * 1024) + b"\r\n--x--\r\n",
        content_type="multipart/form-data; boundary=x",
        headers={"Authorization": f"Bearer {web.keys['default']}"},
    )
    assert large.status_code == 413
    assert hand(web, one, ("video", b"x")).status_code == 422
    assert hand(web, 999, note="x").status_code == 404
    assert web.api("POST", f"/shipments/{one}/proofs", {"note": "x"}).status_code == 415
    path = f"/api/v1/shipments/{one}/proofs"
    others = web.client.post(path, data={"note": "x"}, content_type="multipart/form-data",
                             headers={"Authorization": f"Bearer {web.keys['other']}"})  # fmt: skip
    stranger = web.client.post(path, data={"note": "x"}, content_type="multipart/form-data")
    assert (others.status_code, stranger.status_code) == (404, 401)


def test_a_pin_is_compared_counted_and_never_shown(web: Web) -> None:
    one = parcel(web, delivery={"proof": ["pin"]})
    key = pins.key_of(web.house.settings.secret_key)
    with web.database.write() as session:
        said = pins.make(session, session.get_one(Shipment, one), key=key, digits=4, tries=3, now=web.clock.now)
    assert said is not None
    wrong = f"{(int(said) + 1) % 10000:04}"
    refused = hand(web, one, pin=wrong)
    assert refused.status_code == 422 and "2 tries left" in refused.json["errors"][0]["message"]
    right = hand(web, one, pin=said)
    assert (right.status_code, right.json["proofs"][0]["kind"]) == (201, "pin")
    for _ in range(3):
        hand(web, one, pin=wrong)
    assert "locked" in hand(web, one, pin=said).json["errors"][0]["message"]
    assert f'"{said}"' not in web.api("GET", f"/shipments/{one}").text


@pytest.mark.parametrize(
    ("content", "words", "name", "reason"),
    [
        (jpeg(door(1)), {"lat": "37.8314", "lon": "-122.2712"}, "distance_m", "far"),
        (jpeg(dark(door(1))), {}, "brightness", "dark"),
        (jpeg(blurred(door(1))), {}, "sharpness", "blurred"),
        (jpeg(door(1).resize((200, 150))), {}, "short_side_px", "too_small"),
        (jpeg(door(1)), {"taken_at": "2026-11-01T10:00:00Z"}, "time_s", "too_early"),
    ],
)
def test_a_bad_photo_is_caught_with_its_reason(
    web: Web, content: bytes, words: dict[str, str], name: str, reason: str
) -> None:
    answer = hand(web, parcel(web), ("photo", content), **words)
    assert answer.status_code == 201
    assert (checks(answer, name)["ok"], checks(answer, name)["reason"]) == (False, reason)
    (waiting,) = web.api("GET", "/proofs").json["items"]
    assert waiting["review"] == "waiting" and len(waiting["failed"]) >= 1


def test_a_photo_of_another_delivery_is_caught_also_when_it_was_changed_and_not_shown(web: Web) -> None:
    first = parcel(web)
    original = door(5)
    assert checks(hand(web, first, ("photo", jpeg(original))), "looks_like")["ok"] is True
    web.clock.forward(days=3)
    second = parcel(web, "A1002", "+14155550101")
    changed = jpeg(original.resize((900, 675)).transpose(Image.Transpose.FLIP_LEFT_RIGHT), quality=40)
    answer = hand(web, second, ("photo", changed))
    assert (checks(answer, "looks_like")["ok"], checks(answer, "looks_like")["reason"]) == (False, "similar")
    assert checks(answer, "used_before")["ok"] is True
    (waiting,) = web.api("GET", "/proofs").json["items"]
    assert waiting["looks_like_shipment_id"] == first and waiting["shipment_id"] == second
    shopper = web.client.get(web.api("GET", f"/shipments/{second}").json["tracking_url"].removeprefix(BASE)).text
    assert "<img" not in shopper  # it may show another's home
    verdict = {"verdict": "pass", "agent": "ada@example.com"}
    assert web.api("POST", f"/proofs/{waiting['id']}/review", verdict).json["review"] == "passed"
    shopper = web.client.get(web.api("GET", f"/shipments/{second}").json["tracking_url"].removeprefix(BASE)).text
    assert "<img" in shopper


def test_two_parcels_of_one_door_share_a_photo_of_one_visit(web: Web) -> None:
    same = {"line1": "7 Oak St", "postal_code": "94607", "lat": PLACE[0], "lon": PLACE[1]}
    ids = []
    for order in ("B1", "B2"):
        said = web.shipment(order, destination=same, driver={"name": "Dee", "phone": "+14155550200"})
        web.api("POST", f"/shipments/{said['id']}/events", {"status": "delivered"})
        ids.append(said["id"])
    picture = jpeg(door(4))
    hand(web, ids[0], ("photo", picture))
    assert checks(hand(web, ids[1], ("photo", picture)), "used_before")["ok"] is True
    assert web.api("GET", "/proofs").json["items"] == []


def test_a_failed_photo_opens_a_case_is_owed_again_and_shown_no_more(web: Web) -> None:
    one = parcel(web)
    hand(web, one, ("photo", jpeg(blurred(door(1)))))
    assert flags(web, one) == []
    (waiting,) = web.api("GET", "/proofs").json["items"]
    path = f"/proofs/{waiting['id']}/review"
    said = web.api("POST", path, {"verdict": "fail", "agent": "Ada@example.com"})
    assert (said.status_code, said.json["review"], said.json["reviewed_by"]) == (200, "failed", "ada@example.com")
    assert web.api("POST", path, {"verdict": "fail", "agent": "ada@example.com"}).status_code == 200
    assert web.api("POST", path, {"verdict": "pass", "agent": "bob@example.com"}).status_code == 409
    assert flags(web, one) == ["action_required"]
    with web.database.read() as session:
        (case,) = session.scalars(select(Case)).all()
        (entry,) = session.scalars(select(CaseEntry)).all()
    assert (case.reason, case.shipment_id) == ("proof_failed", one)
    assert "blurred" in (entry.text or "") and entry.evidence["proofs"][0]["kind"] == "photo"
    page = web.client.get(web.api("GET", f"/shipments/{one}").json["tracking_url"].removeprefix(BASE)).text
    assert "<img" not in page
    assert hand(web, one, ("photo", jpeg(door(9)))).status_code == 201
    assert flags(web, one) == []
    stranger = web.api("POST", path, {"verdict": "pass", "agent": "o@example.com"}, retailer="other")
    assert stranger.status_code == 404 and web.api("GET", "/proofs", retailer="other").json["items"] == []


def inside(web: Web, role: str = "agent") -> Any:
    hashed = PasswordHasher(time_cost=1, memory_cost=64, parallelism=1).hash(LOOKER["password"])
    with web.database.write() as session:
        session.add(
            accounts.Agent(
                retailer="default",
                email=LOOKER["email"],
                name="Ada",
                role=role,
                password_hash=hashed,
                created_at=web.clock.now,
            )
        )
    client = web.app.test_client()
    client.post("/console/login", data=LOOKER)
    return client


def test_the_desk_passes_and_fails_without_scripts(web: Web) -> None:
    for order, phone, picture in (("C1", "+14155550101", door(1)), ("C2", "+14155550102", door(2))):
        hand(web, parcel(web, order, phone), ("photo", jpeg(blurred(picture))))
    client = inside(web)
    page = client.get("/console/proofs").text
    assert page.index("C2") < page.index("C1") and page.count("Blurred") == 2
    csrf = re.search(r'name="csrf" value="([^"]+)"', page)
    assert csrf is not None
    actions = re.findall(r'action="(/console/proofs/\d+/(?:pass|fail))"', page)
    assert len(actions) == 4 and "+1415" not in page
    assert client.post(actions[0]).status_code == 400  # not from our page
    assert client.post(actions[0], data={"csrf": csrf[1]}).status_code == 303
    assert client.post(actions[1], data={"csrf": csrf[1]}).status_code == 409
    assert client.post(actions[3], data={"csrf": csrf[1]}).status_code == 303
    assert "No proof waits" in client.get("/console/proofs").text
    for state, order in (("passed", "C2"), ("failed", "C1")):
        shown = client.get(f"/console/proofs?state={state}").text
        assert order in shown and "by ada@example.com" in shown
    assert client.get("/console/proofs?state=x").status_code == 404
    assert client.post("/console/proofs/999/pass", data={"csrf": csrf[1]}).status_code == 404
    assert count(web, Case) == 1


def test_who_may_only_look_may_not_judge(sqlite_web: Web) -> None:
    web = sqlite_web
    hand(web, parcel(web), ("photo", jpeg(blurred(door(1)))))
    client = inside(web, "read_only")
    page = client.get("/console/proofs").text
    csrf = re.search(r'name="csrf" value="([^"]+)"', page)
    assert csrf is not None and "/pass" not in page
    assert client.post("/console/proofs/1/pass", data={"csrf": csrf[1]}).status_code == 403
    assert web.client.get("/console/proofs").status_code == 303


def test_the_shoppers_text_does_not_wait_for_the_proof_and_its_link_shows_it_later(web: Web) -> None:
    said = web.shipment(destination={"lat": PLACE[0], "lon": PLACE[1]}, driver={"name": "Dee", "phone": "+14155550200"})
    web.api("POST", f"/shipments/{said['id']}/events", {"status": "delivered"})
    (text,) = web.api("GET", f"/messages?shipment_id={said['id']}").json["items"]
    assert text["category"] == "milestone" and text["status"] == "queued"  # the worker may send it at once
    (link,) = re.findall(r"https://\S+/t/[\w-]+", text["body"])
    assert "<img" not in web.client.get(link.removeprefix(BASE)).text
    web.clock.forward(minutes=4)
    hand(web, said["id"], ("photo", jpeg(door(3))))
    (src,) = re.findall(r'<img src="(/m/[^"]+)"', web.client.get(link.removeprefix(BASE)).text)
    assert web.client.get(src).status_code == 200
