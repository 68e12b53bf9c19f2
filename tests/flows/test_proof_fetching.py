"""A carrier's pictures of its deliveries: noted with the scan, fetched later, each once, and only as pictures."""

from dataclasses import replace
from typing import Any

import pytest
from fakes import photos
from fakes.doors import door, jpeg
from fakes.fl_world import World
from sqlalchemy import select

from channels.picture_fetching import WebPictures
from channels.picture_source import NeverFetched, NotFetched
from flows import proof_fetching
from flows.proof_models import ProofFetch
from tracking_core.facts import OfferedProof
from tracking_core.proofs import of_shipment

URL = "https://pictures.carrier.example/pod/1?key=secret"


class Shelf:
    """Keeps pictures by address; an exception in a picture's place is raised."""

    def __init__(self, **kept: Any) -> None:
        self.kept: dict[str, Any] = kept
        self.asked: list[str] = []

    def fetch(self, url: str) -> bytes:
        self.asked.append(url)
        found = self.kept.get(url, NotFetched("http_404"))
        if isinstance(found, Exception):
            raise found
        return bytes(found)

    def delete(self, _url: str) -> None:
        raise AssertionError("the carrier's copy is the carrier's")


@pytest.fixture
def shelf() -> Shelf:
    return Shelf()


@pytest.fixture
def world(database, now, tmp_path, shelf) -> World:
    found = World.build(database, now, tmp_path)
    return replace(found, house=replace(found.house, web_pictures=shelf))


def fetch(world: World) -> int:
    return proof_fetching.fetch_due(world.database, world.house, clock=lambda: world.now)


def proofs(world: World, parcel: int) -> list[tuple[str, str, str | None]]:
    with world.database.read() as session:
        return [(one.kind, one.source, one.note) for one in of_shipment(session, parcel)]


def row(world: World) -> ProofFetch:
    with world.database.read() as session:
        return session.scalars(select(ProofFetch)).one()


def test_a_carriers_picture_becomes_a_proof_once_and_its_address_is_forgotten(world: World, shelf: Shelf) -> None:
    shelf.kept[URL] = jpeg(door(1))
    parcel = world.parcel()
    offered = (OfferedProof("photo", URL),)
    world.scan(parcel, "delivered", proofs=offered)
    assert shelf.asked == [] and len(world.texts()) == 1  # the shopper's text waits for no picture
    assert fetch(world) == 1
    world.scan(parcel, "delivered", proofs=offered)
    assert (fetch(world), shelf.asked) == (0, [URL])
    assert proofs(world, parcel) == [("photo", "test", None)]
    assert (row(world).state, row(world).url) == ("done", None)


def test_a_signature_keeps_its_name(world: World, shelf: Shelf) -> None:
    shelf.kept[URL] = jpeg(door(1))
    parcel = world.parcel()
    world.scan(parcel, "delivered", proofs=(OfferedProof("signature", URL, "Ana Q"),))
    fetch(world)
    assert proofs(world, parcel) == [("signature", "test", "Ana Q")]


def test_what_is_not_there_yet_is_tried_again_and_given_up_in_the_end(world: World, shelf: Shelf) -> None:
    parcel = world.parcel()
    world.scan(parcel, "delivered", proofs=(OfferedProof("photo", URL),))
    fetch(world)
    fetch(world)
    assert len(shelf.asked) == 1  # not due again yet
    for _ in range(10):
        world.later(hours=6)
        fetch(world)
    assert len(shelf.asked) == proof_fetching.TRIES
    assert (row(world).state, row(world).reason, row(world).url) == ("failed", "http_404", None)


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (photos.huge_png(), "too_many_pixels"),
        (photos.polyglot_gif(), "html"),
        (b"<svg xmlns='http://www.w3.org/2000/svg'/>", "svg"),
        (photos.phone_jpeg()[:5000], "broken"),
        (NeverFetched("private_address"), "private_address"),
    ],
)
def test_what_is_no_picture_is_not_asked_for_again(world: World, shelf: Shelf, content: Any, reason: str) -> None:
    shelf.kept[URL] = content
    parcel = world.parcel()
    world.scan(parcel, "delivered", proofs=(OfferedProof("photo", URL),))
    for _ in range(3):
        fetch(world)
        world.later(hours=7)
    assert (len(shelf.asked), row(world).reason, proofs(world, parcel)) == (1, reason, [])


@pytest.mark.parametrize(
    ("url", "code"),
    [
        ("http://pictures.carrier.example/1", "not_https"),
        ("https://pictures.carrier.example:8443/1", "not_https"),
        ("ftp://pictures.carrier.example/1", "bad_address"),
        ("https://user@pictures.carrier.example/1", "bad_address"),
        ("file:///etc/passwd", "bad_address"),
        ("https://pictures.carrier.example/1", "private_address"),
    ],
)
@pytest.mark.parametrize("address", ["127.0.0.1", "10.1.2.3", "169.254.169.254", "::1", "::ffff:10.0.0.1", "0.0.0.0"])
def test_nothing_private_is_spoken_to(url: str, code: str, address: str) -> None:
    def connect(*_: Any) -> Any:
        raise AssertionError("no connection may be made")

    source = WebPictures(resolve=lambda _host, _port: [address], pool=connect)
    with pytest.raises(NeverFetched) as caught:
        source.fetch(url)
    assert caught.value.code == code


class Answer:
    """What a server answers, as urllib3 gives it."""

    def __init__(self, status: int, content: bytes = b"", **headers: str) -> None:
        self.status, self.headers, self._content = status, headers, content

    def read1(self, size: int) -> bytes:
        part, self._content = self._content[:size], self._content[size:]
        return part

    def close(self) -> None:
        self._content = b""


def test_a_redirect_is_looked_at_like_the_address_itself() -> None:
    asked = []

    class Pool:
        def __init__(self, address: str, _port: int, host: str, _timeout: Any) -> None:
            self.at = address, host

        def urlopen(self, _method: str, target: str, **_: Any) -> Answer:
            asked.append((*self.at, target))
            if self.at[1] == "a.example":
                return Answer(302, Location="https://b.example/2")
            return Answer(302, Location="https://inside.example/3") if target == "/2" else Answer(200, b"x")

    names = {"a.example": ["93.184.216.34"], "b.example": ["93.184.216.35"], "inside.example": ["10.0.0.1"]}
    source = WebPictures(resolve=lambda host, _port: names[host], pool=Pool)  # type: ignore[arg-type]
    with pytest.raises(NeverFetched, match="private_address"):
        source.fetch("https://a.example/1?key=k")
    assert asked == [("93.184.216.34", "a.example", "/1?key=k"), ("93.184.216.35", "b.example", "/2")]
    assert source.fetch("https://b.example/9") == b"x"
