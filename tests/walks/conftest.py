"""Walks run against a whole installation: web and worker as processes, a real database, a Twilio on this machine."""

import uuid
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path

import psycopg
import pytest
from conftest import POSTGRES_URL
from fakes.installation import Installation, installation
from fakes.twilio import FakeTwilio

NUMBER = "+14155559000"


@pytest.fixture
def twilio() -> Iterator[FakeTwilio]:
    """A Twilio that accepts everything and says so."""
    with FakeTwilio() as found:
        yield found


@pytest.fixture(params=["sqlite", "postgresql"])
def database_url(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """The URL of an empty database of each kind."""
    if request.param == "sqlite":
        yield f"sqlite:///{tmp_path / 'walk.db'}"
        return
    request.getfixturevalue("postgres_admin")
    conninfo = POSTGRES_URL.replace("postgresql+psycopg://", "postgresql://", 1)
    name = f"doorline_walk_{uuid.uuid4().hex}"
    with psycopg.connect(conninfo, autocommit=True) as admin:
        admin.execute(f'CREATE DATABASE "{name}"')
    request.getfixturevalue("doomed").append(name)
    yield POSTGRES_URL.rsplit("/", 1)[0] + f"/{name}"


@pytest.fixture
def live(tmp_path: Path, twilio: FakeTwilio) -> Iterator[Callable[..., Installation]]:
    """Start a live installation that texts through the fake Twilio; ended after the test."""
    with ExitStack() as stack:

        def start(database_url: str, workflow: str = "", **extra: str) -> Installation:
            settings = {
                "DEMO": "0",
                "SECRET_KEY": "walks",
                "TWILIO_ACCOUNT_SID": twilio.account_sid,
                "TWILIO_AUTH_TOKEN": twilio.token,
                "TWILIO_API_URL": twilio.url,
                "TWILIO_NUMBER": NUMBER,
                "WORKFLOW_DIR": str(_workflow(tmp_path, workflow)),
            }
            return stack.enter_context(installation(tmp_path / "data", database_url, **settings, **extra))

        yield start


def _workflow(folder: Path, more: str) -> Path:
    """A workflow without quiet hours: a walk must not depend on the hour it is taken."""
    found = folder / "workflows"
    found.mkdir(exist_ok=True)
    (found / "default.yml").write_text(f"brand: Walk Store\nquiet_hours: off\n{more}")
    return found
