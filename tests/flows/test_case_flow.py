"""Cases over rows: joining, claiming at once, replying from the number the customer knows, snoozing, reopening."""

import threading
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from channels import inbox
from channels.messages import InboundMessage
from channels.models import Conversation, OurAddress, OutboxRow
from db import Database
from flows import accounts, cases
from flows.house import House
from flows.models import Case, CaseEntry
from settings import Settings
from tracking_core import shipments
from tracking_core.shipments import NewShipment

NOW = datetime(2026, 12, 1, 17, 0, tzinfo=UTC)
MAIN, POOL, FORMER, ANA = "+15005550006", "+15005550101", "+15005550009", "+14155550100"


@pytest.fixture
def house(database: Database, tmp_path: Path) -> House:
    settings = Settings(
        demo=True,
        secret_key="s",
        twilio_number=MAIN,
        relay_numbers=(POOL,),
        public_base_url="https://d.example",
        workflow_dir=tmp_path,
    )
    found = House.build(settings)
    with database.write() as session:
        accounts.ensure_default(session, settings, now=NOW)
        found.workflows.seed(session, now=NOW)
    return found


def opened(session: Session, house: House, **more: Any) -> Case:
    said = {"retailer": "default", "reason": "talk_to_person", "phone": ANA, "now": NOW} | more
    return cases.open_case(session, house, **said)


def kinds(session: Session, case: Case) -> list[str]:
    return [line.kind for line in cases.entries(session, case)]


def test_a_case_is_due_within_the_workflows_first_reply(database: Database, house: House) -> None:
    with database.write() as session:
        # Tuesday 9 in the morning in California: an hour of support is an hour.
        assert opened(session, house).due_at == NOW + timedelta(hours=1)
        late = opened(session, house, reason="damaged", now=datetime(2026, 12, 2, 4, 0, tzinfo=UTC))
        assert late.due_at == datetime(2026, 12, 2, 17, 0, tzinfo=UTC)


def test_the_same_subject_and_reason_join_one_case(database: Database, house: House) -> None:
    with database.write() as session:
        first = opened(session, house, text="hello?", evidence={"inbox": [1]}, by=cases.CUSTOMER)
        again = opened(session, house, text="HELLO", priority="urgent", evidence={"inbox": [2]}, by=cases.CUSTOMER)
        other = opened(session, house, reason="damaged")
        assert again.id == first.id != other.id
        assert again.priority == "urgent"
        lines = cases.entries(session, first)
        assert [(line.kind, line.text) for line in lines] == [("opened", "hello?"), ("joined", "HELLO")]
        assert cases.evidence_of(lines) == {"inbox": [1, 2]}


def test_a_lower_priority_does_not_cool_a_case_down(database: Database, house: House) -> None:
    with database.write() as session:
        opened(session, house, priority="urgent")
        assert opened(session, house, priority="low").priority == "urgent"


def test_a_case_without_a_subject_is_refused(database: Database, house: House) -> None:
    with database.write() as session, pytest.raises(ValueError, match="about"):
        opened(session, house, phone=None)


def test_many_at_once_open_one_case(database: Database, house: House) -> None:
    barrier = threading.Barrier(8)

    def open_one(_n: int) -> int:
        barrier.wait(10)
        with database.write() as session:
            return opened(session, house).id

    with ThreadPoolExecutor(8) as pool:
        assert len(set(pool.map(open_one, range(8)))) == 1
    with database.read() as session:
        assert session.scalar(select(func.count()).select_from(Case)) == 1
        assert session.scalar(select(func.count()).select_from(CaseEntry)) == 8


def test_of_many_who_claim_at_once_one_wins(database: Database, house: House) -> None:
    with database.write() as session:
        case_id = opened(session, house).id
    barrier = threading.Barrier(8)

    def claim(n: int) -> str:
        barrier.wait(10)
        with database.write() as session:
            case = cases.get(session, "default", case_id)
            assert case is not None
            try:
                return str(cases.claim(session, house, case, agent=f"a{n}@example.com", now=NOW).assignee)
            except cases.AlreadyTaken as error:
                return "" if error.assignee else "told of nobody"

    with ThreadPoolExecutor(8) as pool:
        winners = [one for one in pool.map(claim, range(8)) if one]
    assert len(winners) == 1
    with database.read() as session:
        case = session.get_one(Case, case_id)
        assert (case.state, case.assignee) == ("claimed", winners[0])
        assert kinds(session, case).count("claimed") == 1


def test_claiming_ones_own_case_again_changes_nothing(database: Database, house: House) -> None:
    with database.write() as session:
        case = opened(session, house)
        cases.claim(session, house, case, agent="Ada@Example.com", now=NOW)
        cases.claim(session, house, case, agent="ada@example.com", now=NOW)
        assert kinds(session, case) == ["opened", "claimed"]


def test_a_reply_leaves_from_the_number_the_customer_used(database: Database, house: House) -> None:
    with database.write() as session:
        session.add(OurAddress(address=FORMER, retailer="default", purpose="former"))
        inbox.receive(session, InboundMessage("sms", "SM1", ANA, FORMER, "help"), now=NOW)
        conversation = session.scalars(select(Conversation)).one()
        case = opened(session, house, conversation_id=conversation.id, phone=None)
        assert case.phone == ANA
        entry = cases.reply(session, house, case, agent="ada@example.com", text="I’m on it", now=NOW)
        row = session.scalars(select(OutboxRow)).one()
        assert (row.key, row.sender, row.recipient) == (f"case:{case.id}:reply:{entry.id}", FORMER, ANA)
        assert (row.category, row.text, row.retailer) == ("case", "I'm on it", "default")
        assert case.first_reply_at == NOW
        # Two days of support, ten hours each, from Tuesday 9 o'clock: 48 hours of open time.
        assert case.due_at is not None and case.due_at > NOW + timedelta(days=4)


def test_a_reply_never_leaves_from_a_number_that_means_the_driver(database: Database, house: House) -> None:
    """What they would answer there belongs to the other end of a line, and no agent would read it."""
    with database.write() as session:
        inbox.receive(session, InboundMessage("sms", "SM1", ANA, POOL, "a person please"), now=NOW)
        conversation = session.scalars(select(Conversation)).one()
        with_talk = opened(session, house, conversation_id=conversation.id, phone=None)
        cases.reply(session, house, with_talk, agent="ada@example.com", text="Hello", now=NOW)
        without = opened(session, house, reason="damaged")
        cases.reply(session, house, without, agent="ada@example.com", text="Hello again", now=NOW)
        assert session.scalars(select(OutboxRow.sender)).all() == [MAIN, MAIN]


def test_without_a_conversation_the_retailers_number_speaks(database: Database, house: House) -> None:
    with database.write() as session:
        new = NewShipment(order_number="A1", customer_phone=ANA)
        shipment, _ = shipments.create(session, new, retailer="default", now=NOW)
        case = opened(session, house, shipment_id=shipment.id, phone=None)
        cases.reply(session, house, case, agent="ada@example.com", text="Hello", now=NOW)
        assert session.scalars(select(OutboxRow.sender)).one() == MAIN


def test_who_has_only_mail_gets_mail(database: Database, house: House) -> None:
    with database.write() as session:
        new = NewShipment(order_number="A1", customer_email="ana@example.com")
        shipment, _ = shipments.create(session, new, retailer="default", now=NOW)
        case = opened(session, house, shipment_id=shipment.id, phone=None)
        cases.reply(session, house, case, agent="ada@example.com", text="Hello", now=NOW)
        row = session.scalars(select(OutboxRow)).one()
        assert (row.channel, row.recipient, row.subject) == ("email", "ana@example.com", "Demo Store: A1")


def test_who_has_nothing_cannot_be_reached(database: Database, house: House) -> None:
    with database.write() as session:
        shipment, _ = shipments.create(session, NewShipment(order_number="A1"), retailer="default", now=NOW)
        case = opened(session, house, shipment_id=shipment.id, phone=None)
        with pytest.raises(cases.Unreachable):
            cases.reply(session, house, case, agent="ada@example.com", text="Hello", now=NOW)


def test_a_snoozed_case_wakes_to_its_agent(database: Database, house: House) -> None:
    until = NOW + timedelta(hours=2)
    with database.write() as session:
        case = opened(session, house)
        cases.claim(session, house, case, agent="ada@example.com", now=NOW)
        cases.snooze(session, house, case, agent="ada@example.com", until=until, now=NOW)
        assert cases.wake_due(session, house, now=until - timedelta(seconds=1)) == 0
        assert cases.wake_due(session, house, now=until) == 1
        assert (case.state, case.assignee, case.snoozed_until) == ("claimed", "ada@example.com", None)
        with pytest.raises(ValueError, match="moment to come"):
            cases.snooze(session, house, case, agent="ada@example.com", until=NOW, now=NOW)


def test_a_word_within_three_days_reopens_and_later_opens_another(database: Database, house: House) -> None:
    with database.write() as session:
        case = opened(session, house)
        cases.claim(session, house, case, agent="ada@example.com", now=NOW)
        cases.resolve(session, house, case, agent="ada@example.com", reason="answered", text="Bye!", now=NOW)
        assert (case.state, case.resolution) == ("resolved", "answered")
        assert session.scalars(select(OutboxRow.text)).one() == "Bye!"
        with pytest.raises(cases.NotNow):
            cases.claim(session, house, case, agent="bob@example.com", now=NOW)
        back = opened(session, house, text="still not here", by=cases.CUSTOMER, now=NOW + timedelta(days=2))
        assert back.id == case.id
        assert (back.state, back.assignee, back.resolved_at) == ("claimed", "ada@example.com", None)
        cases.resolve(session, house, case, agent="ada@example.com", reason="answered", now=NOW + timedelta(days=2))
        another = opened(session, house, now=NOW + timedelta(days=6))
        assert another.id != case.id


def test_lists_are_the_retailers_own_and_newest_first(database: Database, house: House) -> None:
    with database.write() as session:
        ids = [opened(session, house, reason=f"r{n}").id for n in range(5)]
        opened(session, house, retailer="other")
        assert [case.id for case in cases.page(session, "default", limit=3)] == ids[:1:-1]
        assert [case.id for case in cases.page(session, "default", before_id=ids[2])] == [ids[1], ids[0]]
        assert cases.get(session, "other", ids[0]) is None
