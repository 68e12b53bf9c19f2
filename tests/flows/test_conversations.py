"""Every conversation of tests/conversations: over keywords on both databases, and over Rasa where it is built."""

import contextlib
import os
from collections.abc import Iterator
from pathlib import Path

import pytest
from fakes.scripts import Killable, Play, Script, scripts

from bot.evaluate import own_server
from bot.keywords import Keywords
from bot.rasa import RasaNlu
from db import Database

ROOT = Path(__file__).resolve().parents[2]
SCRIPTS = list(scripts())


@pytest.mark.parametrize("script", SCRIPTS, ids=str)
def test_conversation(script: Script, sqlite_database: Database, tmp_path: Path) -> None:
    Play.build(script, sqlite_database, tmp_path, Killable(Keywords(), Keywords())).run()


@pytest.mark.parametrize("script", SCRIPTS, ids=str)
def test_conversation_on_postgresql(script: Script, postgres_database: Database, tmp_path: Path) -> None:
    Play.build(script, postgres_database, tmp_path, Killable(Keywords(), Keywords())).run()


@pytest.fixture(scope="session")
def rasa() -> Iterator[RasaNlu]:
    """One server for all conversations: the one TEST_NLU_URL names, else our own, where its environment is built."""
    with contextlib.ExitStack() as stack:
        url = os.environ.get("TEST_NLU_URL")
        if not url:
            if not (ROOT / ".venv-nlu").is_dir():
                pytest.skip("no NLU environment here: `make nlu` prepares one")
            url = stack.enter_context(own_server(ROOT / "var"))
        nlu = RasaNlu(url, Keywords())
        stack.callback(nlu.close)
        assert nlu.ping()
        yield nlu


@pytest.mark.nlu
@pytest.mark.parametrize("script", SCRIPTS, ids=str)
def test_conversation_with_rasa(script: Script, sqlite_database: Database, tmp_path: Path, rasa: RasaNlu) -> None:
    Play.build(script, sqlite_database, tmp_path, Killable(rasa, Keywords())).run()


def test_there_are_enough_of_them_in_both_languages() -> None:
    titles = [str(script) for script in SCRIPTS]
    assert len(titles) == len(set(titles))
    spoken = [script.said.get("language", "en") for script in SCRIPTS]
    assert {"en", "es"} <= set(spoken)
