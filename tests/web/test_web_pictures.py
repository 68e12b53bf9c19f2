"""Pictures and proofs as the outside gets them: bare files behind short-lived addresses; pages tell no place."""

import re
from datetime import timedelta
from typing import Any

import pytest
from fakes import photos
from fakes.webapp import BASE, MAIN, Web

from channels import inbox, outbox, picture_models, pictures
from channels.messages import Category, InboundMessage, OutboundMessage
from channels.models import InboxRow
from channels.picture_models import Picture, PictureState
from flows import bringing_pictures, picture_links, proofs
from tracking_core.models import Shipment
from tracking_core.proofs import NewProof, ProofKind
from web.wording import languages

ANA = "+14155550100"
DOOR = {"line1": "14 Secret St", "city": "Oakland", "lat": 37.8044, "lon": -122.2712, "timezone": "America/New_York"}
ORIGINAL = photos.phone_jpeg(photos.scene(1200, 900))
CLEAN = pictures.clean(ORIGINAL)
MEDIA_URL = "https://api.twilio.com/2010-04-01/Accounts/AC00/Messages/MM11/Media/ME22"


def kept(web: Web, clean: pictures.CleanPicture = CLEAN, retailer: str = "default") -> int:
    with web.database.write() as session:
        row = bringing_pictures.keep_upload(session, clean, retailer=retailer, original=ORIGINAL, now=web.clock.now)
        return row.id


def address(web: Web, picture_id: int) -> str:
    with web.database.read() as session:
        row = session.get_one(Picture, picture_id)
        return picture_links.url_of(web.house, row, now=web.clock.now).removeprefix(BASE)


def delivered(web: Web, **more: Any) -> dict[str, Any]:
    said = web.shipment(destination=DOOR, driver={"name": "Dee Driver", "phone": "+14155550200"}, **more)
    for status in ("out_for_delivery", "delivered"):
        assert web.api("POST", f"/shipments/{said['id']}/events", {"status": status}).status_code == 202
    return said


def prove(web: Web, said: dict[str, Any], picture_id: int, **more: Any) -> None:
    with web.database.write() as session:
        shipment, picture = session.get_one(Shipment, said["id"]), session.get_one(Picture, picture_id)
        proofs.add_photo(
            session,
            web.house,
            shipment,
            picture,
            source="driver_text",
            now=web.clock.now,
            sent_at=web.clock.now,
            **more,
        )


def proof_path(web: Web, said: dict[str, Any]) -> str:
    with web.database.write() as session:
        shipment = session.get_one(Shipment, said["id"])
        return proofs.link(session, web.house, shipment, now=web.clock.now).removeprefix(BASE)


def images(text: str) -> list[str]:
    return re.findall(r'<img src="(/m/[^"]+)"', text)


def test_a_picture_is_served_bare_and_kept_nowhere(web: Web) -> None:
    path = address(web, kept(web))
    answer = web.client.get(path)
    assert (answer.status_code, answer.content_type, answer.data) == (200, "image/jpeg", CLEAN.jpeg)
    assert b"CANARY" not in answer.data and b"Exif" not in answer.data
    headers = answer.headers
    assert headers["X-Content-Type-Options"] == "nosniff"
    assert headers["Cache-Control"] == "no-store, private"
    assert (
        "sandbox" in headers["Content-Security-Policy"] and "default-src 'none'" in headers["Content-Security-Policy"]
    )
    assert headers["Referrer-Policy"] == "no-referrer"
    assert headers["X-Robots-Tag"] == "noindex, nofollow"
    assert web.client.get(f"{path}?size=small").data == CLEAN.thumbnail
    head = web.client.head(path)  # the provider asks before it fetches
    assert (head.status_code, head.data, head.content_length) == (200, b"", len(CLEAN.jpeg))


def test_an_address_ends_and_a_forgotten_picture_is_gone(web: Web) -> None:
    picture_id = kept(web)
    path = address(web, picture_id)
    web.clock.now += timedelta(hours=2, seconds=-1)
    assert web.client.get(path).status_code == 200
    web.clock.now += timedelta(seconds=1)
    assert web.client.get(path).status_code == 404
    fresh = address(web, picture_id)
    with web.database.write() as session:
        session.get_one(Picture, picture_id).state = PictureState.FORGOTTEN
    assert web.client.get(fresh).status_code == 404


@pytest.mark.parametrize("token", ["x", "%00", "A" * 38, "A" * 5000, "../t/x", "é", "-" * 38])
def test_an_address_that_nobody_made_is_not_found(sqlite_web: Web, token: str) -> None:
    assert sqlite_web.client.get(f"/m/{token}").status_code == 404
    assert sqlite_web.client.get(f"/p/{token}").status_code == 404


def test_an_original_is_served_by_no_address(web: Web) -> None:
    said = delivered(web)
    prove(web, said, kept(web))
    texts = [web.client.get(proof_path(web, said)), web.client.get(said["tracking_url"].removeprefix(BASE))]
    files = [web.client.get(path).data for page in texts for path in images(page.text)]
    files += [web.client.get(path + "?size=small").data for page in texts for path in images(page.text)]
    assert len(files) == 4
    for content in files:
        for canary in (b"CANARY", b"Exif", b"GPS", b"xmpmeta", b"Canon", b"http"):
            assert canary not in content


def test_the_pages_show_photo_place_and_time_and_no_position(web: Web) -> None:
    said = delivered(web)
    tracking, proof = said["tracking_url"].removeprefix(BASE), proof_path(web, said)
    assert "There is no photo yet" in web.client.get(proof).text
    assert images(web.client.get(tracking).text) == []
    prove(web, said, kept(web))
    for path in (tracking, proof):
        answer = web.client.get(path)
        (src,) = images(answer.text)
        assert web.client.get(src).data == CLEAN.jpeg
        assert 'width="1200" height="900"' in answer.text
        assert 'alt="Photo of your delivery, taken today at 12 PM"' in answer.text
        assert "At your address" in answer.text
        assert answer.headers["Cache-Control"] == "no-store, private"
        for secret in ("37.80", "122.27", "Secret", "Dee", "5550200", "5550100", "Canary", "driver_text"):
            assert secret not in answer.text
    for language, words in (("es", "Foto de su entrega, tomada"), ("en", "Photo of your delivery, taken")):
        assert language in languages()
        assert words in web.client.get(f"{proof}?lang={language}").text


def test_a_photo_from_elsewhere_is_shown_without_a_word_about_the_place(web: Web) -> None:
    said = delivered(web)
    far = pictures.clean(photos.phone_jpeg(photos.scene(seed=3), place=(37.8314, -122.2712)))
    prove(web, said, kept(web, far))
    assert "At your address" not in web.client.get(proof_path(web, said)).text
    (shown,) = web.api("GET", f"/shipments/{said['id']}").json["proofs"]
    assert {"name": "distance_m", "value": 3002, "ok": False, "reason": "far"} in shown["checks"]


def test_nothing_is_shown_before_the_parcel_is_delivered(web: Web) -> None:
    said = web.shipment(destination=DOOR)
    prove(web, said, kept(web))
    proof = web.client.get(proof_path(web, said))
    assert images(proof.text) == [] and "has not been delivered yet" in proof.text
    assert images(web.client.get(said["tracking_url"].removeprefix(BASE)).text) == []


def test_the_proof_page_is_live_and_ends(web: Web) -> None:
    said = delivered(web)
    path = proof_path(web, said)
    first = web.client.get(path)
    assert web.client.get(path, headers={"If-None-Match": first.headers["ETag"]}).status_code == 304
    prove(web, said, kept(web))
    second = web.client.get(path, headers={"If-None-Match": first.headers["ETag"]})
    assert second.status_code == 200
    web.clock.now += timedelta(minutes=30)  # an unchanged page is unchanged, its pictures' addresses too
    assert web.client.get(path, headers={"If-None-Match": second.headers["ETag"]}).status_code == 304
    web.clock.now += timedelta(days=14)
    assert web.client.get(path).status_code == 404


def test_the_api_shows_proofs_with_files_that_are_bare(web: Web) -> None:
    said = delivered(web)
    prove(web, said, kept(web))
    with web.database.write() as session:
        note = NewProof(kind=ProofKind.NOTE, source="driver_text", content="left with 4B", note="left with 4B")
        proofs.add(session, web.house, session.get_one(Shipment, said["id"]), note, now=web.clock.now)
    photo, left = web.api("GET", f"/shipments/{said['id']}").json["proofs"]
    assert set(photo) == {"id", "kind", "url", "checks", "taken_at"}
    assert (photo["kind"], photo["taken_at"]) == ("photo", "2026-12-01T17:00:00Z")
    assert {"name": "time_s", "value": 0, "ok": True, "reason": "on_time"} in photo["checks"]
    assert web.client.get(photo["url"].removeprefix(BASE)).data == CLEAN.jpeg
    assert left["kind"] == "note" and web.client.get(left["url"].removeprefix(BASE)).status_code == 200


def test_messages_show_our_own_addresses_and_never_the_providers(web: Web) -> None:
    with web.database.write() as session:
        came = InboundMessage("sms", "SM1", ANA, MAIN, "look", (MEDIA_URL, MEDIA_URL + "3"))
        assert inbox.receive(session, came, now=web.clock.now)
        row = session.query(InboxRow).one()
    picture_id = kept(web)
    with web.database.write() as session:
        picture = session.get_one(Picture, picture_id)
        picture.inbox_id, picture.source_url = row.id, MEDIA_URL
        refused = picture_models.Picture(
            retailer="default", inbox_id=row.id, position=1, source_url=MEDIA_URL + "3", state="refused",
            reason="vcard", created_at=web.clock.now, expires_at=web.clock.now,
        )  # fmt: skip
        session.add(refused)
        sent = OutboundMessage(
            "sms", MAIN, ANA, "here", Category.REPLY, "default",
            media=(picture_links.url_of(web.house, picture, now=web.clock.now),),
        )  # fmt: skip
        outbox.enqueue(session, sent, key="reply:1:1", now=web.clock.now)
    web.clock.now += timedelta(days=3)  # the address in the text is long over; whoever asks gets a fresh one
    answer = web.api("GET", f"/messages?phone=%2B{ANA[1:]}")
    assert "twilio.com" not in answer.text
    incoming, outgoing = answer.json["items"]
    assert [one["channel"] for one in (incoming, outgoing)] == ["mms", "mms"]
    for shown in (incoming, outgoing):
        (url,) = shown["media"]
        assert url.startswith(f"{BASE}/m/")
        assert web.client.get(url.removeprefix(BASE)).data == CLEAN.jpeg
