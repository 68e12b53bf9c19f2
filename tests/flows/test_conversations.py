"""Every conversation of tests/conversations: over keywords on both databases, and over Rasa where it is built."""

import contextlib
import os
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from fakes.scripts import Killable, Play, Script, scripts

from bot.evaluate import own_server
from bot.keywords import Keywords
from bot.rasa import RasaNlu
from db import Base, Database

ROOT = Path(__file__).resolve().parents[2]
SCRIPTS = list(scripts())


@pytest.fixture(scope="session")
def empty(tmp_path_factory) -> Path:
    """A SQLite file with the whole schema, to be copied: quicker than making it for each conversation."""
    path = tmp_path_factory.mktemp("empty") / "doorline.db"
    database = Database(f"sqlite:///{path}")
    Base.metadata.create_all(database.engine)
    database.close()
    return path


@pytest.fixture
def sqlite(empty: Path, tmp_path: Path) -> Iterator[Database]:
    shutil.copy(empty, tmp_path / "doorline.db")
    database = Database(f"sqlite:///{tmp_path / 'doorline.db'}")
    yield database
    database.close()


@pytest.mark.parametrize("script", SCRIPTS, ids=str)
def test_conversation(script: Script, sqlite: Database, tmp_path: Path) -> None:
    Play.build(script, sqlite, tmp_path, Killable(Keywords(), Keywords())).run()


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
def test_conversation_with_rasa(script: Script, sqlite: Database, tmp_path: Path, rasa: RasaNlu) -> None:
    Play.build(script, sqlite, tmp_path, Killable(rasa, Keywords())).run()


def test_there_are_enough_of_them_in_both_languages() -> None:
    titles = [str(script) for script in SCRIPTS]
    assert len(titles) == len(set(titles))
    spoken = [script.said.get("language", "en") for script in SCRIPTS]
    assert {"en", "es"} <= set(spoken)
