"""The phones in the browser: what they show, to whom, and what they refuse."""

import base64
from datetime import datetime, timedelta

import pytest
from sqlalchemy.exc import IntegrityError

from channels.messages import Category, OutboundMessage
from channels.phone import MEDIA_MAX_BYTES, BadMedia, DemoMail, PhoneChannel, PhoneMessage, page, post
from db import Database

OURS, ANA, DEE = "+15005550006", "+14155550100", "+14155550200"


def message(text: str, reference: str = "", **more: object) -> OutboundMessage:
    given = {"sender": OURS, "recipient": ANA, "category": Category.REPLY, "retailer": "default", **more}
    return OutboundMessage(channel="sms", text=text, reference=reference, **given)  # type: ignore[arg-type]


def texts(database: Database, number: str, **more: int) -> list[str]:
    with database.read() as session:
        return [row.text for row in page(session, number, **more)]


def test_both_ends_see_the_thread_in_order_and_nobody_else_does(database: Database, now: datetime) -> None:
    channel = PhoneChannel(database, clock=lambda: now)
    channel.send(message("one"))
    with database.write() as session:
        asked = post(session, sender=ANA, recipient=OURS, text="two", now=now + timedelta(seconds=1))
    channel.send(message("three"))
    channel.send(message("not hers", recipient=DEE))
    assert texts(database, ANA) == ["one", "two", "three"]
    assert texts(database, OURS) == ["one", "two", "three", "not hers"]
    assert texts(database, ANA, after=asked.id) == ["three"]
    assert texts(database, ANA, limit=2) == ["one", "two"]
    assert texts(database, "+1415555010") == []
    with database.read() as session:
        row = page(session, ANA)[1]
        assert (row.sender, row.recipient, row.at, row.reference) == (ANA, OURS, now + timedelta(seconds=1), None)
        assert row.provider_id == f"PH{row.id}"


def test_a_resend_of_one_attempt_is_one_text(database: Database) -> None:
    channel = PhoneChannel(database)
    ids = {channel.send(message("once", "ref-1")) for _ in range(3)}
    assert len(ids) == 1
    assert texts(database, ANA) == ["once"]
    assert channel.send(message("once", "ref-2")) not in ids
    assert channel.send(message("once")) != channel.send(message("once"))


def test_pictures_are_kept_with_the_text(sqlite_database: Database) -> None:
    picture = "data:image/png;base64," + base64.b64encode(b"x" * 99).decode()
    PhoneChannel(sqlite_database).send(message("look", media=(picture, "https://a.example/1.jpg")))
    with sqlite_database.read() as session:
        assert page(session, ANA)[0].media == [picture, "https://a.example/1.jpg"]


def _data(size: int) -> str:
    return "data:image/jpeg;base64," + base64.b64encode(b"x" * size).decode()


@pytest.mark.parametrize(
    "media",
    [
        ["javascript:alert(1)"],
        ["file:///etc/passwd"],
        ["data:no comma"],
        ["https:/a.example"],
        ["//a.example/x"],
        [""],
        [_data(MEDIA_MAX_BYTES + 1)],
        ["data:text/plain," + "x" * (MEDIA_MAX_BYTES + 1)],
        ["https://a.example/" + "x" * 2048],
        ["https://a.example/1.jpg"] * 11,
    ],
)
def test_media_no_phone_could_show_is_refused_and_nothing_is_kept(
    sqlite_database: Database, now: datetime, media: list[str]
) -> None:
    with pytest.raises(BadMedia), sqlite_database.write() as session:
        post(session, sender=ANA, recipient=OURS, text="x", media=media, now=now)
    assert texts(sqlite_database, ANA) == []


@pytest.mark.parametrize("url", [_data(MEDIA_MAX_BYTES), "http://a.example/1.jpg", "HTTPS://a.example/1.jpg"])
def test_media_up_to_the_limit_is_taken(sqlite_database: Database, now: datetime, url: str) -> None:
    with sqlite_database.write() as session:
        assert post(session, sender=ANA, recipient=OURS, text="", media=[url], now=now).media == [url]


def test_demo_mail_is_filed_under_the_address_with_its_subject(sqlite_database: Database) -> None:
    channel = DemoMail(sqlite_database)
    mail = message("Your lamp is here.", "ref-1", recipient="ana@example.com", subject="Delivered")
    assert channel.name == "email"
    assert channel.send(mail) == channel.send(mail)
    assert texts(sqlite_database, "ana@example.com") == ["Delivered\n\nYour lamp is here."]


def test_the_schema_itself_keeps_a_reference_once(database: Database, now: datetime) -> None:
    def row() -> PhoneMessage:
        return PhoneMessage(reference="r", sender=OURS, recipient=ANA, text="x", media=[], at=now)

    with pytest.raises(IntegrityError), database.write() as session:
        session.add_all([row(), row()])
