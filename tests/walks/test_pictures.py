"""A picture's whole way, through HTTP with nothing mocked: fetched, cleaned, passed on, served, deleted at Twilio."""

from collections.abc import Callable
from typing import Any

from fakes import photos
from fakes.installation import Installation, until
from fakes.twilio import FakeTwilio

NUMBER, POOL = "+14155559000", "+14155559001"
ANA, DEE = "+14155550137", "+14155550238"
GPS = photos.phone_jpeg(photos.scene(1000, 750))
#: What the camera wrote, and the numbers of both.
SECRETS = (b"CANARY", b"Exif", b"GPS", b"xmpmeta", b"4155550137", b"4155550238")


def line_of(house: Installation, shipment: int) -> str | None:
    line = house.api("GET", f"/shipments/{shipment}").json["line"]
    return line["number"] if line and line["state"] == "open" else None


def messages(house: Installation, phone: str) -> list[dict[str, Any]]:
    return list(house.api("GET", f"/messages?phone=%2B{phone[1:]}&limit=100").json["items"])


def fetched(house: Installation, url: str) -> bytes:
    assert url.startswith(house.url + "/m/")
    answer = house.get(url.removeprefix(house.url))
    assert (answer.status, answer.headers["Content-Type"]) == (200, "image/jpeg")
    return answer.body


def test_a_picture_with_a_place_goes_over_the_line_and_leaves_no_place(
    database_url: str, live: Callable[..., Installation], twilio: FakeTwilio
) -> None:
    house = live(database_url, RELAY_NUMBERS=POOL)
    made = house.api(
        "POST",
        "/shipments",
        {"order_number": "A1001", "customer": {"name": "Ana", "phone": ANA}, "driver": {"name": "Dee", "phone": DEE}},
    ).json
    assert house.api("POST", f"/shipments/{made['id']}/events", {"status": "out_for_delivery"}).status == 202
    until(lambda: twilio.got(ANA), what="the milestone")
    twilio.text_in(house.url, ANA, NUMBER, "can I talk to the driver")
    proxy = until(lambda: line_of(house, made["id"]), what="the line to open")
    assert proxy == POOL
    until(lambda: twilio.got(DEE), what="the driver to hear of the line")

    url = twilio.host(GPS)
    twilio.media.faults.append(503)  # the first try fails; the text comes all the same
    twilio.text_in(house.url, ANA, proxy, "the blue door", media=(url,), times=2)
    passed = until(lambda: [one for one in twilio.state.ledger(DEE) if one["media"]], what="the picture to arrive")
    assert len(passed) == 1 and "the blue door" in passed[0]["body"] and passed[0]["from"] == proxy
    content = fetched(house, passed[0]["media"][0])
    for secret in SECRETS:
        assert secret not in content and secret.decode() not in passed[0]["body"]
    assert content.startswith(b"\xff\xd8\xff\xe0") and content.endswith(b"\xff\xd9")

    until(lambda: not twilio.media.kept, seconds=30, what="the copy at Twilio to be deleted")
    by_method = {asked.method: asked for asked in twilio.media.asked}
    assert by_method["DELETE"].path == url.removeprefix(twilio.url)
    assert all(asked.authorization is None for asked in twilio.media.asked if asked.path.startswith("/store/"))

    twilio.text_in(house.url, DEE, proxy, "", media=(twilio.host(GPS),))
    back = until(lambda: [one for one in twilio.state.ledger(ANA) if one["media"]], what="a picture back")
    assert fetched(house, back[0]["media"][0]) == content  # the same picture, drawn the same way
    for phone in (ANA, DEE):
        for one in messages(house, phone):
            assert all(shown.startswith(f"{house.url}/m/") for shown in one["media"])
    assert "/Media/" not in house.logs() and "/m/" not in house.logs()


def test_what_is_no_picture_is_not_passed_on_and_the_worker_lives(
    database_url: str, live: Callable[..., Installation], twilio: FakeTwilio
) -> None:
    house = live(database_url)
    assert house.api("POST", "/shipments", {"order_number": "A1001", "customer": {"phone": ANA}}).status == 201
    bad = [photos.huge_png(), photos.polyglot_gif(), b"<svg xmlns='http://www.w3.org/2000/svg'/>", GPS[:9000],
           b"BEGIN:VCARD\nTEL:+14155550238\nEND:VCARD", b"%PDF-1.7", b"\xff" * (6 * 1024 * 1024), b""]  # fmt: skip
    twilio.text_in(house.url, ANA, NUMBER, "where is my order", media=tuple(twilio.host(one) for one in bad))
    until(lambda: twilio.got(ANA), seconds=30, what="an answer")
    (row,) = [one for one in messages(house, ANA) if one["direction"] == "in"]
    assert (row["status"], row["channel"], row["media"]) == ("handled", "mms", [])
    twilio.text_in(house.url, ANA, NUMBER, "", media=(twilio.host(GPS),))
    shown = until(
        lambda: [one["media"] for one in messages(house, ANA) if one["media"]], what="the next picture to be taken"
    )
    assert fetched(house, shown[0][0]).startswith(b"\xff\xd8")
    assert house.get("/health").json["checks"]["worker"] == "ok"
