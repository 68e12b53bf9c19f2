"""An agent calls a shopper by our number: nobody sees a number that is not ours, and the case notes the call."""

from datetime import UTC, datetime
from pathlib import Path

import pytest
from fakes.call_world import CallWorld
from fakes.fl_world import ANA
from fakes.twilio_calls import Callee
from fakes.webapp import MAIN
from sqlalchemy import select

from db import Database
from flows import cases, desk_calls
from flows.desk_call_models import DeskCall
from flows.desk_deeds import CannotDo
from flows.models import CaseEntry

AGENT, ADAS_PHONE = "ada@example.com", "+15105550177"


@pytest.fixture
def world(database: Database, tmp_path: Path) -> CallWorld:
    return CallWorld.build(database, tmp_path, datetime(2026, 12, 1, 17, 0, tzinfo=UTC))


def code_for(world: CallWorld, **more: object) -> str:
    """Open a case about the shopper and let the agent call."""
    with world.web.database.write() as session:
        about = {"phone": ANA, "language": "es", **more}
        case = cases.open_case(
            session, world.web.house, retailer="default", reason="talk_to_person", now=world.web.clock.now, **about
        )
        code = desk_calls.offer(session, world.web.house, case, agent=AGENT, now=world.web.clock.now)
    assert code.number == MAIN
    return code.digits


def noted(world: CallWorld) -> list[tuple[str, str | None]]:
    with world.web.database.read() as session:
        query = select(CaseEntry).where(CaseEntry.kind == "called").order_by(CaseEntry.id)
        return [(one.by, one.text) for one in session.scalars(query)]


def test_the_code_joins_agent_and_shopper_who_sees_our_number(world: CallWorld) -> None:
    digits = code_for(world)
    played = world.call(ADAS_PHONE, MAIN, keys=[digits])
    assert (played.rang, played.shown, played.bridged) == (ANA, MAIN, True)
    assert "pulse 1" in played.words_there
    assert ADAS_PHONE[-4:] not in played.words_there
    assert noted(world) == [(AGENT, "connected")]
    with world.web.database.read() as session:
        row = session.scalars(select(DeskCall)).one()
    assert (row.outcome, row.seconds) == ("connected", 65)
    assert digits not in row.code_hash
    again = world.call(ADAS_PHONE, MAIN, keys=[digits])
    assert again.rang is None, "a code is good for one call"


@pytest.mark.parametrize("does", ["no-answer", "busy", "failed"])
def test_who_is_not_reached_is_noted(world: CallWorld, does: str) -> None:
    played = world.call(ADAS_PHONE, MAIN, Callee(does=does), keys=[code_for(world)])
    assert not played.bridged
    assert "did not take the call" in played.words
    assert noted(world) == [(AGENT, does.replace("-", "_"))]


def test_a_voicemail_is_not_joined(world: CallWorld) -> None:
    played = world.call(ADAS_PHONE, MAIN, Callee(presses=None), keys=[code_for(world)])
    assert not played.bridged
    assert noted(world) == [(AGENT, "no_answer")]


def test_wrong_codes_late_codes_and_older_codes_ring_nobody(world: CallWorld) -> None:
    older, newer = code_for(world), code_for(world)
    assert world.call(ADAS_PHONE, MAIN, keys=[older]).rang is None
    wrong = f"{(int(newer) + 1) % 10**6:06}"
    assert world.call(ADAS_PHONE, MAIN, keys=[wrong, wrong, wrong, newer]).rang is None
    world.later(minutes=10)
    assert world.call(ADAS_PHONE, MAIN, keys=[newer]).rang is None
    assert noted(world) == []


def test_guessing_ends_for_an_hour(world: CallWorld) -> None:
    digits = code_for(world)
    wrong = f"{(int(digits) + 1) % 10**6:06}"
    for _ in range(3):
        world.call(ADAS_PHONE, MAIN, keys=[wrong] * 3)
    assert world.call(ADAS_PHONE, MAIN, keys=[digits]).rang is None


def test_nobody_else_is_asked_for_a_code(world: CallWorld) -> None:
    before = world.call(ANA, MAIN)
    digits = code_for(world)
    world.later(minutes=11)
    assert world.call(ANA, MAIN).words == before.words
    assert digits not in before.words


def test_without_a_telephone_there_is_no_code(world: CallWorld) -> None:
    with world.web.database.write() as session:
        case = cases.open_case(
            session,
            world.web.house,
            retailer="default",
            reason="webhook_disabled",
            subject="webhook:1",
            now=world.web.clock.now,
        )
        with pytest.raises(CannotDo):
            desk_calls.offer(session, world.web.house, case, agent=AGENT, now=world.web.clock.now)
