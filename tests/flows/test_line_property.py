"""Ten thousand random moves: no thread crosses another, no number is shown, no text is dropped."""

from datetime import datetime
from pathlib import Path

import pytest
from fakes.line_play import Play

from channels.inbox import ClaimedText
from db import Database
from flows import router
from flows.kit import Kit

MOVES = 10_000
SEEDS = 5
#: Moves of the play with every story on the route, which takes longer.
WHOLE = 600


def _bot(message: ClaimedText, kit: Kit) -> bool:
    """Answers whatever is not for the line."""
    return kit.say(f"the bot has read text {message.id}") or True


@pytest.fixture
def short_route(monkeypatch: pytest.MonkeyPatch) -> None:
    """The route as far as lines are concerned; behind it somebody answers all the rest."""
    named = dict(router.ROUTE)
    monkeypatch.setattr(router, "FIRST", (("consent", named["consent"]), ("relay", named["relay"]), ("bot", _bot)))


@pytest.mark.usefixtures("short_route")
@pytest.mark.parametrize("seed", range(SEEDS))
def test_ten_thousand_moves_never_cross_show_or_drop(
    sqlite_database: Database, now: datetime, tmp_path: Path, seed: int
) -> None:
    play = Play(sqlite_database, tmp_path, now, seed)
    for _ in range(MOVES // SEEDS):
        play.move()
    assert play.texts > MOVES // SEEDS // 3
    assert play.passed > play.texts // 8  # the play is about lines that are open as well


def test_the_same_with_every_story_on_the_route(sqlite_database: Database, now: datetime, tmp_path: Path) -> None:
    play = Play(sqlite_database, tmp_path, now, seed=99)
    for _ in range(WHOLE):
        play.move()
    assert play.passed > 20


@pytest.mark.usefixtures("short_route")
def test_the_same_on_postgresql(postgres_database: Database, now: datetime, tmp_path: Path) -> None:
    play = Play(postgres_database, tmp_path, now, seed=4711)
    for _ in range(500):
        play.move()
    assert play.passed > 20
