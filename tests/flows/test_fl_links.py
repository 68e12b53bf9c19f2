"""Links: unguessable, kept as hashes, the same every time, and void when revoked."""

import re
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

from db import Database
from flows.links import Links
from flows.models import Link

BASE = "https://track.example.com"


def test_a_link_is_the_same_every_time_and_opens_its_row_only(database: Database, now) -> None:
    links = Links(BASE, "secret")
    with database.write() as session:
        url = links.url(session, "t", 42, now=now)
        other = links.url(session, "p", 42, now=now)
    assert re.fullmatch(rf"{BASE}/t/[A-Za-z0-9_-]{{22}}", url)
    token = url.rsplit("/", 1)[1]
    with database.write() as session:
        assert links.url(session, "t", 42, now=now) == url
        assert links.find(session, "t", token, now=now) == 42
        assert links.find(session, "p", token, now=now) is None
        assert links.find(session, "t", other.rsplit("/", 1)[1], now=now) is None
        for wrong in ("", "x" * 22, token[:-1], token + "A", token.swapcase(), "ünïcödé", "\ud800"):
            assert links.find(session, "t", wrong, now=now) is None
        assert token not in str([vars(row) for row in session.query(Link)])


def test_a_revoked_link_is_void_and_the_next_is_another(database: Database, now) -> None:
    links = Links(BASE, "secret")
    with database.write() as session:
        old = links.url(session, "t", 7, now=now)
        links.revoke(session, "t", 7, now=now)
        new = links.url(session, "t", 7, now=now)
        assert old != new
        assert links.find(session, "t", old.rsplit("/", 1)[1], now=now) is None
        assert links.find(session, "t", new.rsplit("/", 1)[1], now=now) == 7


def test_a_link_may_end(database: Database, now) -> None:
    links = Links(BASE, "secret")
    with database.write() as session:
        token = links.url(session, "d", 7, now=now).rsplit("/", 1)[1]
        links.expire(session, "d", 7, at=now + timedelta(hours=1))
        assert links.find(session, "d", token, now=now + timedelta(minutes=59)) == 7
        assert links.find(session, "d", token, now=now + timedelta(hours=1)) is None


def test_another_secret_key_voids_all_and_makes_new_ones(database: Database, now) -> None:
    with database.write() as session:
        old = Links(BASE, "secret").url(session, "t", 7, now=now).rsplit("/", 1)[1]
    thief = Links(BASE, "other")
    with database.write() as session:
        assert thief.find(session, "t", old, now=now) is None
        fresh = thief.url(session, "t", 7, now=now).rsplit("/", 1)[1]
        assert fresh != old and thief.find(session, "t", fresh, now=now) == 7


def test_two_who_make_the_same_link_at_once_make_the_same(database: Database, now) -> None:
    links = Links(BASE, "secret")

    def make(_: int) -> str:
        with database.write() as session:
            return links.url(session, "t", 9, now=now)

    with ThreadPoolExecutor(8) as pool:
        assert len(set(pool.map(make, range(16)))) == 1
