"""Hand-over, both ways: the bot is silent while a person has the thread, and answers again when it is handed back."""

import threading
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from fakes.fl_world import ANA, World
from sqlalchemy import select

from bot.keywords import Keywords
from bot.understanding import Understanding
from channels.models import OutboxRow
from db import Database
from flows import accounts, cases, missing, upkeep
from flows.accounts import Agent
from flows.case_core import AlreadyTaken
from flows.models import Case
from flows.outbound_models import WebhookEndpoint
from flows.story_models import OutboundEvent

#: A Tuesday, nine in the morning in California.
NOW = datetime(2026, 12, 1, 17, 0, tzinfo=UTC)
ADA, BOB = "ada@example.com", "bob@example.com"


def world(database: Database, tmp_path: Path, workflow: str = "", **more: Any) -> World:
    built = World.build(database, NOW, tmp_path, workflow, **more)
    with database.write() as session:
        for email, name in ((ADA, "Ada Lovelace"), (BOB, "bob")):
            accounts.add_agent(
                session, retailer="default", email=email, password="a long password", name=name, role="agent", now=NOW
            )
    return built


def act(built: World, what: Any, **said: Any) -> Any:
    """One act on the newest case."""
    with built.database.write() as session:
        case = newest(session)
        return what(session, built.house, case, **{"agent": ADA, **said}, now=built.now)


def newest(session: Any) -> Case:
    found: Case = session.scalars(select(Case).order_by(Case.id.desc()).limit(1)).one()
    return found


def the_case(built: World) -> Case:
    with built.database.read() as session:
        return newest(session)


def kinds(built: World) -> list[str]:
    with built.database.read() as session:
        return [line.kind for line in cases.entries(session, newest(session))]


def test_while_a_person_has_the_thread_the_bot_is_silent(database: Database, tmp_path: Path) -> None:
    built = world(database, tmp_path)
    built.parcel()
    assert "A person will answer you here by 10 AM" in built.says("a person please")[0]
    act(built, cases.claim)
    for text in ("where is my order?", "2", "reschedule please", "hello", "4", "yes"):
        assert built.says(text) == []
    assert kinds(built).count("joined") == 6
    act(built, cases.reply, text="Looking into it", signed=True)
    act(built, cases.reply, text="It comes today", signed=True)
    assert built.texts()[-2:] == ["Ada, Demo Store: Looking into it", "It comes today"]
    act(built, cases.resolve, reason="answered", text="All done", signed=True)
    assert built.texts()[-1] == "All done"
    assert built.says("thanks!")[0].startswith("Demo Store: ")
    assert the_case(built).state == "resolved"


def test_words_by_the_api_go_out_as_they_are_and_the_nameless_are_the_team(database: Database, tmp_path: Path) -> None:
    built = world(database, tmp_path)
    built.says("a person please")
    act(built, cases.claim, agent=BOB)
    act(built, cases.reply, agent=BOB, text="Exactly this")
    act(built, cases.reply, agent=BOB, text="Hello", signed=True)
    assert built.texts()[-2:] == ["Exactly this", "Demo Store team: Hello"]


def test_an_agent_takes_over_while_the_bot_waits_for_an_answer(database: Database, tmp_path: Path) -> None:
    built = world(database, tmp_path)
    built.parcel(promised_to=NOW + timedelta(days=1))
    built.says("a person please")
    assert "1" in built.says("can you bring it another day")[0]  # the bot asks by number
    act(built, cases.claim)
    assert built.says("1") == []
    act(built, cases.hand_back)
    said = built.says("1")  # the old question is forgotten, so that 1 is not taken for its answer
    assert not any("confirm" in one.lower() or "booked" in one.lower() for one in said)


class Slow:
    """An understanding that takes its time: something happens meanwhile."""

    def __init__(self, meanwhile: Any = None) -> None:
        self.meanwhile = meanwhile
        self._keywords = Keywords()

    def understand(self, text: str, *, language: str | None = None) -> Understanding:
        """Answer what keywords do, after something else has happened."""
        meanwhile, self.meanwhile = self.meanwhile, None
        if meanwhile is not None:
            meanwhile()
        return self._keywords.understand(text, language=language)


def test_who_takes_the_case_while_the_bot_thinks_has_the_answer(database: Database, tmp_path: Path) -> None:
    slow = Slow()
    built = world(database, tmp_path, nlu=slow)
    built.parcel()
    built.says("a person please")
    slow.meanwhile = lambda: act(built, cases.claim)
    assert built.says("where is my order?") == []
    assert kinds(built) == ["opened", "claimed", "joined"]


def test_claim_and_answer_at_once_never_talk_over_each_other(database: Database, tmp_path: Path) -> None:
    """Whichever commits first, no bot's answer comes after the claim has been seen."""
    built = world(database, tmp_path)
    built.parcel()
    built.says("a person please")
    built.hear("where is my order?")
    start = threading.Barrier(2)

    def agent() -> None:
        start.wait(10)
        act(built, cases.claim)

    def bot() -> None:
        start.wait(10)
        built.work()

    with ThreadPoolExecutor(2) as pool:
        for done in [pool.submit(agent), pool.submit(bot)]:
            done.result(30)
    joined, answers = kinds(built).count("joined"), len(built.texts()) - 1
    assert joined + answers == 1  # the case has it, or the bot has answered it; not both, not neither
    assert built.says("and now?") == []


def test_handed_back_the_bot_answers_and_the_case_stays(database: Database, tmp_path: Path) -> None:
    built = world(database, tmp_path)
    built.parcel()
    built.says("a person please")
    act(built, cases.claim)
    act(built, cases.hand_back, text="The bot helps you on", signed=True)
    assert built.texts()[-1] == "Ada, Demo Store: The bot helps you on"
    assert "A1001" in built.says("where is my order?")[0]
    case = the_case(built)
    assert (case.state, case.assignee, case.with_bot) == ("claimed", ADA, True)
    assert "Ada will answer you here" in built.says("I want to talk to a person")[0]
    assert built.says("where is my order?") == []  # the wish for a person has given the thread back
    act(built, cases.hand_back)
    act(built, cases.reply, text="Still here")  # and so does a word of the agent
    assert built.says("where is my order?") == []


def test_out_of_hours_they_read_when_somebody_answers_once_a_day(database: Database, tmp_path: Path) -> None:
    built = world(database, tmp_path)
    built.parcel()
    built.says("a person please")
    act(built, cases.claim)
    built.later(hours=11)
    assert built.says("hello?") == []  # read by when less than a day ago
    built.later(hours=24)
    told = built.says("anybody?")
    assert len(told) == 1 and "Our team is off right now. Ada will answer you here by" in told[0]
    assert built.says("hello??") == []
    built.later(hours=13)  # nine in the morning again
    assert built.says("good morning") == []


@pytest.mark.parametrize(
    ("text", "again"),
    [
        ("thanks", False),
        ("thank you so much, bye", False),
        ("ok", False),
        ("👍", False),
        ("hi", False),
        ("gracias", False),
        ("it is still broken", True),
        ("thanks but it is still broken", True),
        ("still nothing", True),
        ("nobody called me", True),
        ("where is my order?", False),
        ("still not here!", True),
    ],
)
def test_words_about_a_settled_case_take_it_up_again_and_thanks_do_not(
    sqlite_database: Database, tmp_path: Path, text: str, again: bool
) -> None:
    built = world(sqlite_database, tmp_path)
    built.parcel()
    built.says("my lamp arrived broken, I want to talk to a person")
    act(built, cases.claim)
    act(built, cases.resolve, reason="answered")
    built.later(days=2)
    said = built.says(text)
    assert (the_case(built).state == "claimed") is again
    if again:
        assert len(said) == 1 and "Ada will answer you here" in said[0]
        assert built.says("hello?") == []


def test_another_parcel_another_wish_and_three_days_later_are_not_about_it(database: Database, tmp_path: Path) -> None:
    built = world(database, tmp_path)
    built.parcel("A1001")
    built.says("I want to talk to a person")
    act(built, cases.resolve, reason="answered")
    built.later(hours=1)
    built.parcel("B2002")
    assert "B2002" in built.says("where is B2002?")[0]
    built.says("leave it at the back door please")
    assert the_case(built).state == "resolved"
    built.says("forget it")
    built.later(days=3)
    built.says("it is still not right and nobody cares")
    with database.read() as session:
        assert session.scalars(select(Case.state).order_by(Case.id)).first() == "resolved"


def test_only_words_reopen_a_new_fact_is_a_new_case(database: Database, tmp_path: Path) -> None:
    built = world(database, tmp_path)
    parcel = built.parcel()
    with database.write() as session:
        said = {"retailer": "default", "reason": "attempt_failed", "shipment_id": parcel}
        first = cases.raise_case(session, built.house, **said, now=NOW)
        assert first is not None and first.phone == ANA  # so that the bot knows with whom an agent talks
        again = cases.raise_case(session, built.house, **said, now=NOW)
        assert again is not None and again.id == first.id
        cases.resolve(session, built.house, first, agent=ADA, reason="answered", now=NOW)
        another = cases.raise_case(session, built.house, **said, now=NOW)
        assert another is not None and another.id != first.id


def test_what_the_workflow_does_not_want_is_no_case_and_what_it_weighs_is(database: Database, tmp_path: Path) -> None:
    built = world(database, tmp_path, "cases: {rules: {stalled: off, attempt_failed: {priority: urgent}}}\n")
    parcel = built.parcel()
    with database.write() as session:
        said = {"retailer": "default", "shipment_id": parcel, "now": NOW}
        assert cases.raise_case(session, built.house, reason="stalled", **said) is None
        urgent = cases.raise_case(session, built.house, reason="attempt_failed", **said)
        assert urgent is not None and urgent.priority == "urgent"
    assert built.says("stalled?") != []


def test_a_number_that_takes_no_texts_is_a_case(database: Database, tmp_path: Path) -> None:
    built = world(database, tmp_path)
    parcel = built.parcel()
    built.scan(parcel, "shipped")
    with database.write() as session:
        row = session.scalars(select(OutboxRow)).one()
        row.state, row.error_code = "undelivered", "30005"
    upkeep.tick(database, built.house, now=NOW)
    upkeep.tick(database, built.house, now=NOW)
    case = the_case(built)
    assert (case.reason, case.shipment_id, kinds(built)) == ("undeliverable", parcel, ["opened"])
    with database.read() as session:
        line = cases.entries(session, newest(session))[0]
        assert line.text == "The number is unknown or no longer in service. Nobody has been told."
        assert {"code", "outbox", "timeline"} <= set(line.evidence)


def test_nothing_is_asked_while_a_person_talks(database: Database, tmp_path: Path) -> None:
    built = world(database, tmp_path)
    parcel = built.parcel()
    built.scan(parcel, "out_for_delivery", "delivered")
    built.says("I never got it")
    built.says("no")
    with database.write() as session:
        cases.open_case(session, built.house, retailer="default", reason="complaint", phone=ANA, now=built.now)
    act(built, cases.claim)
    built.later(hours=30)
    before = len(built.texts())
    with database.write() as session:
        assert missing.ask_due(session, built.house, now=built.now) == 0
    assert len(built.texts()) == before


def seen(built: World, *emails: str) -> None:
    with built.database.write() as session:
        for agent in session.scalars(select(Agent).where(Agent.email.in_(emails))):
            agent.seen_at = built.now


def test_new_cases_go_round_among_those_who_are_on(database: Database, tmp_path: Path) -> None:
    built = world(database, tmp_path, "cases: {assign: round_robin}\n")
    built.parcel()
    said = {"retailer": "default", "phone": ANA}
    with database.write() as session:
        waits = cases.open_case(session, built.house, reason="lost", now=NOW, **said).id  # nobody is there yet
    seen(built, ADA, BOB)
    upkeep.tick(database, built.house, now=NOW)
    with database.write() as session:
        given = [session.get_one(Case, waits).assignee]
        for reason in ("damaged", "complaint", "stalled"):
            case = cases.open_case(session, built.house, reason=reason, now=NOW, **said)
            assert (case.state, case.with_bot) == ("claimed", True)
            given.append(case.assignee)
        assert given == [ADA, BOB, ADA, BOB]
        session.scalars(select(Agent).where(Agent.email == BOB)).one().availability = "away"
        for reason in ("reschedule", "change_address"):
            assert cases.open_case(session, built.house, reason=reason, now=NOW, **said).assignee == ADA
        later = NOW + timedelta(hours=1)
        assert cases.open_case(session, built.house, reason="pin_locked", now=later, **said).assignee is None
    assert built.says("where is my order?") != []  # given, and not taken up: the bot goes on


def test_of_many_cases_at_once_everybody_gets_as_many(database: Database, tmp_path: Path) -> None:
    built = world(database, tmp_path, "cases: {assign: round_robin}\n")
    seen(built, ADA, BOB)
    start = threading.Barrier(8)

    def opened(number: int) -> str | None:
        start.wait(10)
        return database.run(
            lambda session: (
                cases.open_case(
                    session, built.house, retailer="default", reason="lost", phone=f"+1415555{number:04}", now=NOW
                ).assignee
            )
        )

    with ThreadPoolExecutor(8) as pool:
        given = list(pool.map(opened, range(200, 208)))
    assert sorted(map(str, given)) == [ADA] * 4 + [BOB] * 4


def test_a_lead_gives_a_case_to_another(database: Database, tmp_path: Path) -> None:
    built = world(database, tmp_path)
    built.says("a person please")
    act(built, cases.claim)
    with database.write() as session:
        case = newest(session)
        with pytest.raises(AlreadyTaken):
            cases.claim(session, built.house, case, agent=BOB, now=NOW)
        cases.assign(session, built.house, case, agent=BOB, by=ADA, now=NOW)
        assert (case.assignee, case.state, case.with_bot) == (BOB, "claimed", True)
        cases.claim(session, built.house, case, agent=BOB, now=NOW)
        assert not case.with_bot
        cases.release(session, built.house, case, by=ADA, now=NOW)
        assert (case.assignee, case.state) == (None, "open")
    assert kinds(built) == ["opened", "claimed", "assigned", "claimed", "released"]


def test_systems_are_told_of_each_step_once_and_of_no_word(database: Database, tmp_path: Path) -> None:
    built = world(database, tmp_path)
    with database.write() as session:
        session.add(
            WebhookEndpoint(
                retailer="default",
                url="https://x.example/h",
                events=["case.*"],
                nonce="n",
                created_at=NOW,
                created_by=ADA,
            )
        )
    built.says("a person please")
    act(built, cases.claim)
    act(built, cases.note, text="secret 4711")
    act(built, cases.reply, text="code 4711")
    act(built, cases.resolve, reason="answered")
    with database.read() as session:
        told = session.scalars(select(OutboundEvent).order_by(OutboundEvent.id)).all()
        assert [one.kind for one in told] == ["case.opened", "case.claimed", "case.replied", "case.resolved"]
        assert [one.payload["state"] for one in told] == ["open", "claimed", "claimed", "resolved"]
        assert "4711" not in str([one.payload for one in told]) and ANA not in str([one.payload for one in told])


def test_the_cases_of_whoever_is_gone_wait_for_somebody(database: Database, tmp_path: Path) -> None:
    built = world(database, tmp_path)
    built.parcel()
    built.says("a person please")
    act(built, cases.claim)
    with database.write() as session:
        session.scalars(select(Agent).where(Agent.email == ADA)).one().disabled_at = NOW
    upkeep.tick(database, built.house, now=NOW)
    case = the_case(built)
    assert (case.state, case.assignee) == ("open", None)
    assert built.says("where is my order?") != []  # the bot is there again
    act(built, cases.resolve, agent=BOB, reason="answered")
    built.says("it is still broken")
    assert the_case(built).state == "open"


def test_what_is_open_anew_is_not_opened_twice(database: Database, tmp_path: Path) -> None:
    built = world(database, tmp_path)
    parcel = built.parcel()
    said: dict[str, Any] = {"retailer": "default", "reason": "lost", "shipment_id": parcel, "now": NOW}
    with database.write() as session:
        old = cases.open_case(session, built.house, **said)
        cases.resolve(session, built.house, old, agent=ADA, reason="answered", now=NOW)
        new = cases.open_case(session, built.house, **said)
        with pytest.raises(cases.NotNow, match="go on there"):
            cases.reopen(session, built.house, old, agent=ADA, now=NOW)
        assert (old.state, new.state) == ("resolved", "open")
    built.says("it is still broken")
    with database.read() as session:
        assert session.get_one(Case, old.id).state == "resolved"


@pytest.mark.parametrize(("rule", "why"), [("known", "is no agent of this retailer"), ("any", None)])
def test_people_of_another_desk_are_welcome_unless_the_workflow_says_no(
    sqlite_database: Database, tmp_path: Path, rule: str, why: str | None
) -> None:
    built = world(sqlite_database, tmp_path, f"cases: {{agents: {rule}}}\n")
    with sqlite_database.write() as session:
        assert cases.cannot_take(session, built.house, "default", "someone@else.example") == why
        assert cases.cannot_take(session, built.house, "default", " Ada@Example.com") is None
        session.scalars(select(Agent).where(Agent.email == ADA)).one().role = "read_only"
        assert cases.cannot_take(session, built.house, "default", ADA) == "is an agent who may only read"


def test_two_retailers_desks_know_nothing_of_each_other(database: Database, tmp_path: Path) -> None:
    """The same shopper, the same order number: a claim at one leaves the other's bot awake."""
    built = world(database, tmp_path)
    built.parcel()
    built.says("a person please")
    other = "+15005550077"
    with database.write() as session:
        accounts.add_retailer(session, "other", other, now=NOW)
        built.house.workflows.seed(session, now=NOW)
    act(built, cases.claim)
    assert built.says("where is my order?") == []
    before = len(built.texts())
    built.hear("I want to talk to a person", ours=other)
    built.work()
    assert len(built.texts()) == before + 1
    with database.read() as session:
        mine = session.scalars(select(Case.retailer).order_by(Case.id)).all()
    assert mine == ["default", "other"]
