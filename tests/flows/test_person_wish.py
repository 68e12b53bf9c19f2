"""A model may hear only what went wrong in "I want a person, my parcel is damaged": a person is given all the same."""

from pathlib import Path

import pytest
from fakes.scripts import Killable, Play, Script

from bot.understanding import Understanding
from db import Database


class Deaf:
    """Hears damage in everything."""

    def understand(self, text: str, *, language: str | None = None) -> Understanding:  # noqa: ARG002  as every NLU
        return Understanding("damaged", 0.99, (), language or "en", "rasa")


@pytest.mark.parametrize("who", ["ana", "stranger"])
def test_a_person_is_given_to_whoever_asks_for_one(who: str, sqlite_database: Database, tmp_path: Path) -> None:
    talk = {who: "I want a person my parcel is damaged", "template": "escalated", "texts": 1}
    script = Script("person", {"title": who, "parcels": [{"state": "delivered"}], "talk": [talk]})
    Play.build(script, sqlite_database, tmp_path, Killable(Deaf(), Deaf())).run()
