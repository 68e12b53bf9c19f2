"""The web over a fresh database of each kind."""

from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from fakes.webapp import Web, make_web, settings_for

from db import Database


@pytest.fixture
def moment() -> datetime:
    """A Tuesday morning in California, in UTC, where quiet hours hold nothing back."""
    return datetime(2026, 12, 1, 17, 0, tzinfo=UTC)


@pytest.fixture
def web(database: Database, tmp_path: Path, moment: datetime) -> Iterator[Web]:
    """The web on a fresh database of each kind."""
    return make_web(database, settings_for(database, tmp_path), moment)


@pytest.fixture
def sqlite_web(sqlite_database: Database, tmp_path: Path, moment: datetime) -> Iterator[Web]:
    """The web on SQLite, for what has nothing to do with rows."""
    return make_web(sqlite_database, settings_for(sqlite_database, tmp_path), moment)


@pytest.fixture
def web_with(database: Database, tmp_path: Path, moment: datetime) -> Callable[..., Web]:
    """A web with other settings, by name."""

    def make(**changes: Any) -> Web:
        return make_web(database, settings_for(database, tmp_path, **changes), moment)

    return make
