"""A text with pictures, from its arrival to the day they are forgotten."""

import base64
import hashlib
from dataclasses import dataclass, field, replace
from datetime import timedelta
from typing import Any

import pytest
from fakes import photos
from fakes.fl_world import ANA, World
from sqlalchemy import select

from channels import inbox
from channels.models import InboxRow
from channels.picture_models import Picture, PictureState
from channels.picture_source import NeverFetched, NotFetched
from channels.rules import RULES
from flows import (
    accounts,
    bringing_pictures,
    forgetting_pictures,
    picture_links,
    proofs,
    provider_copies,
    router,
    upkeep,
)
from flows.bringing_pictures import PictureNotHereYet
from flows.kit import Kit
from tracking_core.models import Shipment

DEE = "+14155550200"
URL = "https://api.twilio.com/2010-04-01/Accounts/AC00/Messages/MM11/Media/ME{}"
PHOTO = photos.phone_jpeg(photos.scene(400, 300))
VCARD = b"BEGIN:VCARD\nTEL:+14155550200\nEND:VCARD"


@dataclass
class Shelf:
    """A provider that keeps pictures: content by address, or what goes wrong."""

    kept: dict[str, Any] = field(default_factory=dict)
    deleted: list[str] = field(default_factory=list)
    fetched: list[str] = field(default_factory=list)
    refuses_to_delete: Exception | None = None
    on_fetch: Any = None

    def put(self, what: Any) -> str:
        url = URL.format(len(self.kept))
        self.kept[url] = what
        return url

    def fetch(self, url: str) -> bytes:
        self.fetched.append(url)
        if self.on_fetch:
            self.on_fetch()
        found = self.kept[url]
        if isinstance(found, Exception):
            raise found
        return bytes(found)

    def delete(self, url: str) -> None:
        if self.refuses_to_delete:
            raise self.refuses_to_delete
        self.deleted.append(url)


@pytest.fixture
def world(database, now, tmp_path) -> World:
    found = World.build(database, now, tmp_path)
    found.house = replace(found.house, pictures=Shelf())
    return found


@pytest.fixture
def shelf(world: World) -> Shelf:
    return world.house.pictures  # type: ignore[return-value]


def rows(world: World) -> list[Picture]:
    from sqlalchemy.orm import undefer

    with world.database.read() as session:
        every = undefer(Picture.jpeg), undefer(Picture.original), undefer(Picture.thumbnail)
        return list(session.scalars(select(Picture).options(*every).order_by(Picture.inbox_id, Picture.position)))


def claim(world: World) -> Any:
    with world.database.write() as session:
        (found,) = inbox.claim(session, worker="w", now=world.now, limit=1, lease_s=30)
        return found


def fail(world: World, claimed: Any) -> None:
    with world.database.write() as session:
        inbox.settle_failed(session, claimed, error="PictureNotHereYet", now=world.now)
    world.later(seconds=200)


def test_pictures_are_rows_before_any_flow_sees_the_text(world: World, shelf: Shelf, monkeypatch) -> None:
    seen: list[tuple[Any, ...]] = []

    def spy(message: Any, kit: Kit) -> bool:
        seen.append((kit.understanding, [(one.position, one.width) for one in kit.pictures], kit.refused, message.text))
        return False

    monkeypatch.setattr(router, "FIRST", (("spy", spy), *router.FIRST))
    urls = shelf.put(PHOTO), shelf.put(VCARD), shelf.put(PHOTO), shelf.put(NeverFetched("not_twilios"))
    world.hear("", media=urls)
    assert len(world.work()) == 1
    assert seen[0] == (None, [(0, 400), (2, 400)], ("vcard", "failed"), "")
    assert [(row.state, row.reason) for row in rows(world)] == [
        ("ready", None),
        ("refused", "vcard"),
        ("ready", None),
        ("failed", "not_twilios"),
    ]


def test_a_text_of_a_picture_alone_is_answered(world: World, shelf: Shelf) -> None:
    world.parcel()
    assert world.says("", media=(shelf.put(PHOTO),)) != []


def test_nothing_is_open_while_a_picture_is_fetched(world: World, shelf: Shelf) -> None:
    def write() -> None:  # an open transaction of the same thread would keep this from ending
        with world.database.write() as session:
            session.add(Picture(retailer="x", state="ready", created_at=world.now, expires_at=world.now, position=9))

    shelf.on_fetch = write
    world.hear("look", media=(shelf.put(PHOTO),))
    assert len(world.work()) == 1


def test_each_is_fetched_once_however_often_the_text_is_tried(world: World, shelf: Shelf) -> None:
    good, bad = shelf.put(PHOTO), shelf.put(NotFetched("http_503"))
    world.hear("look", media=(good, bad))
    claimed = claim(world)
    with pytest.raises(PictureNotHereYet):
        router.handle(world.database, world.house, claimed, clock=lambda: world.now)
    assert [row.state for row in rows(world)] == ["ready"]
    fail(world, claimed)
    shelf.kept[bad] = PHOTO
    assert len(world.work()) == 1
    assert [row.state for row in rows(world)] == ["ready", "ready"]
    assert shelf.fetched == [good, bad, bad]


def test_after_two_tries_the_text_goes_on_without_its_picture(world: World, shelf: Shelf) -> None:
    world.parcel()
    url = shelf.put(NotFetched("http_404"))
    inbox_id = world.hear("where is my order", media=(url,))
    claimed = claim(world)
    with pytest.raises(PictureNotHereYet) as caught:
        router.handle(world.database, world.house, claimed, clock=lambda: world.now)
    assert "http" not in str(caught.value).replace("http_404", "")
    fail(world, claimed)
    assert len(world.work()) == 1 and len(world.texts()) == 1
    (row,) = rows(world)
    assert (row.state, row.reason, row.jpeg, len(shelf.fetched)) == ("failed", "http_404", None, 2)
    with world.database.read() as session:
        assert session.get_one(InboxRow, inbox_id).state == "handled"


def test_fetching_ends_inside_the_lease(world: World, shelf: Shelf) -> None:
    world.hear("", media=tuple(shelf.put(PHOTO) for _ in range(10)))
    claimed = claim(world)
    began = world.now
    shelf.on_fetch = lambda: world.later(seconds=8)
    with pytest.raises(PictureNotHereYet):
        bringing_pictures.bring(world.database, world.house, claimed, clock=lambda: world.now)
    assert world.now - began <= timedelta(seconds=30 - 8)
    assert [row.state for row in rows(world)] == ["ready", "ready"]  # what is here stays; the next try goes on


def test_what_is_too_big_is_refused_with_that_word(world: World, shelf: Shelf) -> None:
    world.hear("look", media=(shelf.put(NeverFetched("too_big")),))
    world.work()
    assert [(row.state, row.reason) for row in rows(world)] == [("refused", "too_big")]


def test_a_shoppers_place_is_not_kept_and_a_drivers_is(world: World, shelf: Shelf) -> None:
    world.parcel(driver_name="Dee", driver_phone=DEE)
    for sender in (ANA, DEE):
        world.hear("look", sender, media=(shelf.put(PHOTO),))
        world.work()
    shopper, driver = rows(world)
    assert (shopper.lat, shopper.lon, shopper.original) == (None, None, None)
    assert (driver.lat, driver.lon) == pytest.approx(photos.OAKLAND, abs=1e-5)
    assert driver.original == PHOTO
    for row in (shopper, driver):
        assert b"CANARY" not in (row.jpeg or b"") + (row.thumbnail or b"")
        assert row.sha256 == hashlib.sha256(row.jpeg or b"").hexdigest()


def test_the_phones_in_the_browser_bring_theirs_along(world: World) -> None:
    from channels.phone import PhonePictures

    world.house = replace(world.house, pictures=PhonePictures())
    good = "data:image/jpeg;base64," + base64.b64encode(PHOTO).decode()
    world.hear(
        "", media=(good, "data:text/html,<script>1</script>", "data:image/png;base64,###", URL.format(1), "data:x")
    )
    world.work()
    assert [(row.state, row.reason, row.source_url, row.delete_at) for row in rows(world)] == [
        ("ready", None, "data:", None),
        ("refused", "html", "data:", None),
        ("failed", "bad_data", "data:", None),
        ("failed", "no_source", URL.format(1), world.now + timedelta(days=1)),
        ("failed", "bad_data", "data:", None),
    ]


# -- the provider's copies ---------------------------------------------------------------------------------------------


def test_the_providers_copy_goes_after_ours_is_kept_and_once(world: World, shelf: Shelf) -> None:
    urls = shelf.put(PHOTO), shelf.put(VCARD), shelf.put(NeverFetched("gone"))
    world.hear("look", media=urls)
    assert provider_copies.delete_copies(world.database, world.house, now=world.now) == 0
    world.work()
    assert provider_copies.delete_copies(world.database, world.house, now=world.now) == 2
    assert provider_copies.delete_copies(world.database, world.house, now=world.now) == 0
    assert shelf.deleted == list(urls[:2])
    assert [row.provider_deleted_at for row in rows(world)] == [world.now, world.now, None]
    world.later(days=1)
    assert provider_copies.delete_copies(world.database, world.house, now=world.now) == 1


def test_a_copy_that_the_provider_still_needs_is_tried_again_and_in_the_end_given_up(
    world: World, shelf: Shelf
) -> None:
    world.hear("look", media=(shelf.put(PHOTO),))
    world.work()
    shelf.refuses_to_delete = NotFetched("http_409")
    provider_copies.delete_copies(world.database, world.house, now=world.now)
    (row,) = rows(world)
    assert (row.delete_at, row.provider_deleted_at) == (world.now + timedelta(minutes=1), None)
    world.later(minutes=1)
    shelf.refuses_to_delete = None
    assert provider_copies.delete_copies(world.database, world.house, now=world.now) == 1
    world.hear("look", media=(shelf.put(PHOTO),))
    world.work()
    shelf.refuses_to_delete = NotFetched("http_409")
    for _ in range(60):
        provider_copies.delete_copies(world.database, world.house, now=world.now)
        world.later(hours=12)
    assert rows(world)[1].delete_at is None and rows(world)[1].provider_deleted_at is None


# -- addresses ---------------------------------------------------------------------------------------------------------


@pytest.fixture
def picture(world: World, shelf: Shelf) -> Picture:
    world.hear("look", media=(shelf.put(PHOTO),))
    world.work()
    return rows(world)[0]


def token(url: str) -> str:
    return url.rpartition("/m/")[2]


def test_an_address_outlives_the_text_that_carries_it_and_then_ends(world: World, picture: Picture) -> None:
    url = picture_links.url_of(world.house, picture, now=world.now)
    wait = max(RULES["relay"].validity, RULES["reply"].validity)
    assert picture_links.find(world.house, token(url), now=world.now + wait + timedelta(minutes=30)) == picture.id
    assert picture_links.find(world.house, token(url), now=world.now + timedelta(hours=2)) is None
    day = picture_links.url_of(world.house, picture, now=world.now, valid_for=picture_links.DAY_AND_MORE)
    assert picture_links.find(world.house, token(day), now=world.now + RULES["proof"].validity) == picture.id
    assert picture_links.picture_id_of(world.house, url) == picture.id


def test_an_address_opens_one_picture_and_cannot_be_made_up(world: World, picture: Picture) -> None:
    good = token(picture_links.url_of(world.house, picture, now=world.now))
    raw = bytearray(base64.urlsafe_b64decode(good + "=" * (-len(good) % 4)))
    for place in range(len(raw)):  # every byte counts: the picture's id, the end, the signature
        changed = bytes(raw[:place]) + bytes([raw[place] ^ 1]) + bytes(raw[place + 1 :])
        forged = base64.urlsafe_b64encode(changed).rstrip(b"=").decode()
        assert picture_links.find(world.house, forged, now=world.now) is None
    other = replace(world.house, settings=replace(world.house.settings, secret_key="another"))
    assert picture_links.find(other, good, now=world.now) is None
    for junk in ("", "x", "é" * 30, good[:-1], good + "AAAA", "/" + good):
        assert picture_links.find(world.house, junk, now=world.now) is None
    for url in ("https://evil.example/m/" + good, f"{world.house.settings.public_base_url}/t/{good}", ""):
        assert picture_links.picture_id_of(world.house, url) is None


# -- forgetting --------------------------------------------------------------------------------------------------------


def tidy(world: World) -> None:
    upkeep.tidy(world.database, now=world.now)


def is_gone(row: Picture) -> bool:
    known = (row.jpeg, row.thumbnail, row.original, row.sha256, row.taken_at, row.lat, row.lon)
    return row.state == PictureState.FORGOTTEN and known == (None,) * 7


def test_a_picture_is_forgotten_after_two_weeks(world: World, picture: Picture) -> None:
    world.later(days=14, seconds=-1)
    tidy(world)
    assert not is_gone(rows(world)[0])
    world.later(seconds=1)
    tidy(world)
    assert is_gone(rows(world)[0])


def test_what_went_over_a_line_is_forgotten_two_days_after_the_delivery(world: World, picture: Picture) -> None:
    parcel = world.parcel()
    world.scan(parcel, "out_for_delivery", "delivered")
    with world.database.write() as session:
        said = session.get_one(InboxRow, picture.inbox_id)
        said.handled_by, said.shipment_id = "relay", parcel
    world.later(hours=47)
    tidy(world)
    assert not is_gone(rows(world)[0])
    world.later(hours=1, seconds=5)
    tidy(world)
    assert is_gone(rows(world)[0])


def test_a_proof_is_kept_as_long_as_the_retailer_says_and_its_original_with_it(world: World, shelf: Shelf) -> None:
    parcel = world.parcel(driver_name="Dee", driver_phone=DEE)
    for _ in range(2):
        world.hear("look", DEE, media=(shelf.put(PHOTO),))
        world.work()
    with world.database.write() as session:
        photo = session.scalars(select(Picture).order_by(Picture.id)).first()
        proofs.add_photo(
            session, world.house, session.get_one(Shipment, parcel), photo, source="driver_text", now=world.now
        )
    world.later(days=3)
    tidy(world)
    proof, other = rows(world)
    assert (proof.original, other.original, other.lat) == (PHOTO, None, None)
    world.later(days=176)
    tidy(world)
    proof, other = rows(world)
    assert is_gone(other) and not is_gone(proof)
    world.later(days=1)
    tidy(world)
    assert is_gone(rows(world)[0])


def test_forgetting_takes_as_many_as_there_are(world: World) -> None:
    many = forgetting_pictures.BATCH + 3
    with world.database.write() as session:
        for place in range(many):
            session.add(
                Picture(
                    retailer="default",
                    position=place,
                    inbox_id=1,
                    state="ready",
                    jpeg=b"x",
                    created_at=world.now,
                    expires_at=world.now,
                )
            )
    tidy(world)
    assert all(map(is_gone, rows(world))) and len(rows(world)) == many


def test_a_picture_sent_to_a_number_of_several_retailers_belongs_to_the_lines(world: World, shelf: Shelf) -> None:
    world.parcel(driver_name="Dee", driver_phone=DEE)
    with world.database.write() as session:
        accounts.add_retailer(session, "other", "+15005550999", now=world.now)
    world.hear("look", DEE, media=(shelf.put(PHOTO),))
    claimed = claim(world)
    bringing_pictures.bring(world.database, world.house, claimed, clock=lambda: world.now)
    with world.database.write() as session:
        kit = Kit.open(session, world.house, replace(claimed, retailer="other"), now=world.now)
        assert [one.retailer for one in kit.pictures] == ["other"]
    assert [row.retailer for row in rows(world)] == ["other"]
