"""The desk's queues and search over rows, on both databases: who is in which, in what order, page by page."""

from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy.orm import Session

from channels import inbox
from channels.messages import InboundMessage
from db import Database
from flows import accounts, case_queues, case_search, case_seen, case_words, cases
from flows.case_queues import Filters
from flows.house import House
from flows.models import Case, CaseEntry
from settings import Settings
from tracking_core import shipments
from tracking_core.shipments import NewShipment

#: A Tuesday, nine in the morning in California.
NOW = datetime(2026, 12, 1, 17, 0, tzinfo=UTC)
MAIN, ANA, BEN = "+15005550006", "+14155550100", "+14155550111"
ADA, BOB = "ada@example.com", "bob@example.com"


@pytest.fixture
def house(database: Database, tmp_path: Path) -> House:
    settings = Settings(demo=True, secret_key="s", twilio_number=MAIN, workflow_dir=tmp_path)
    found = House.build(settings)
    with database.write() as session:
        accounts.ensure_default(session, settings, now=NOW)
        found.workflows.seed(session, now=NOW)
    return found


def opened(session: Session, house: House, phone: str = ANA, **more: Any) -> Case:
    said = {"retailer": "default", "reason": "talk_to_person", "phone": phone, "now": NOW} | more
    return cases.open_case(session, house, **said)


def ids(session: Session, name: Any, *, now: datetime = NOW, agent: str = ADA, **more: Any) -> list[int]:
    page = case_queues.queue(session, "default", name, agent=agent, now=now, **more)
    return [row.case.id for row in page.rows]


def found(session: Session, said: str, **more: Any) -> list[int]:
    return [
        row.case.id for row in case_search.search(session, "default", said, agent=ADA, now=NOW, limit=50, **more).rows
    ]


def numbered(count: int) -> list[str]:
    return [f"+1415555{number:04}" for number in range(200, 200 + count)]


def test_each_queue_holds_what_it_says(database: Database, house: House) -> None:
    with database.write() as session:
        waits = opened(session, house)
        mine = cases.claim(session, house, opened(session, house, reason="damaged"), agent=ADA, now=NOW)
        his = cases.claim(session, house, opened(session, house, reason="lost"), agent=BOB, now=NOW)
        asleep = opened(session, house, reason="complaint")
        cases.claim(session, house, asleep, agent=ADA, now=NOW)
        cases.snooze(session, house, asleep, agent=ADA, until=NOW + timedelta(hours=2), now=NOW)
        done = opened(session, house, reason="reschedule")
        cases.resolve(session, house, done, agent=ADA, reason="answered", now=NOW)
        opened(session, house, retailer="other")
        assert ids(session, "mine") == [mine.id]
        assert ids(session, "unassigned") == [waits.id]
        assert set(ids(session, "all")) == {waits.id, mine.id, his.id, asleep.id}
        assert ids(session, "snoozed") == [asleep.id]
        assert ids(session, "resolved") == [done.id]
        soon = NOW + timedelta(minutes=50)
        assert asleep.id not in ids(session, "soon", now=soon)  # an agent looked: nobody waits for a word
        assert set(ids(session, "soon", now=soon)) == {waits.id, mine.id, his.id}
        assert ids(session, "breached", now=soon) == []
        late = NOW + timedelta(hours=1)
        assert set(ids(session, "breached", now=late)) == {waits.id, mine.id, his.id}
        assert ids(session, "soon", now=late) == []
        counted = case_queues.counts(session, "default", agent=ADA, now=late)
        assert counted == {"mine": 1, "unassigned": 1, "soon": 0, "breached": 3, "all": 4, "snoozed": 1}


def test_what_is_due_first_comes_first_and_the_last_activity_first_in_all(database: Database, house: House) -> None:
    with database.write() as session:
        low = opened(session, house, reason="out_of_scope")
        urgent = opened(session, house, reason="driver_help")
        high = opened(session, house, reason="damaged")
        assert ids(session, "unassigned") == [urgent.id, high.id, low.id]
        assert ids(session, "all") == [high.id, urgent.id, low.id]
        cases.note(session, house, low, agent=ADA, text="looked", now=NOW)
        assert ids(session, "all") == [low.id, high.id, urgent.id]


@pytest.mark.parametrize("name", ["unassigned", "all", "resolved"])
def test_pages_join_without_gap_or_repeat(database: Database, house: House, name: Any) -> None:
    with database.write() as session:
        for place, phone in enumerate(numbered(11)):
            case = opened(session, house, phone, now=NOW + timedelta(seconds=place // 3))
            if name == "resolved":
                cases.resolve(session, house, case, agent=ADA, reason="answered", now=NOW)
        whole, seen, cursor = ids(session, name), [], None
        for _ in range(4):
            page = case_queues.queue(session, "default", name, agent=ADA, now=NOW, cursor=cursor, limit=3)
            seen += [row.case.id for row in page.rows]
            cursor = page.next
        assert (seen, cursor, len(seen)) == (whole, None, 11)


@pytest.mark.parametrize(
    "cursor", ["", "nonsense", "WzEsMl0", "Wy0xLDFd", "W10", "bnVsbA", "WyIyMDI2LTEyLTAxIiwxXQ", "Ñ"]
)
def test_a_cursor_of_somebody_else_is_refused(database: Database, house: House, cursor: str) -> None:
    with database.write() as session:
        opened(session, house)
        with pytest.raises(ValueError, match="no place"):
            case_queues.queue(session, "default", "unassigned", agent=ADA, now=NOW, cursor=cursor)
        with pytest.raises(ValueError, match="no queue"):
            ids(session, "nobodys")


def test_filters_narrow(database: Database, house: House) -> None:
    with database.write() as session:
        one = opened(session, house, language="es", priority="urgent")
        other = opened(session, house, reason="damaged")
        cases.claim(session, house, other, agent=BOB, now=NOW)
        for filters, expected in (
            (Filters(), {one.id, other.id}),
            (Filters(reason="damaged"), {other.id}),
            (Filters(priority="urgent"), {one.id}),
            (Filters(assignee=BOB), {other.id}),
            (Filters(assignee="nobody"), {one.id}),
            (Filters(language="es"), {one.id}),
            (Filters(channel="sms"), {one.id, other.id}),
            (Filters(channel="email"), set()),
            (Filters(state="claimed"), {other.id}),
        ):
            assert set(ids(session, "all", filters=filters)) == expected, filters


def test_a_row_shows_parcel_words_heat_and_news(database: Database, house: House) -> None:
    with database.write() as session:
        parcel, _ = shipments.create(
            session, NewShipment(order_number="A1", customer_phone=ANA), retailer="default", now=NOW
        )
        case = opened(session, house, text="Where is\n my lamp?", by=cases.CUSTOMER)
        row = case_queues.queue(session, "default", "all", agent=ADA, now=NOW).rows[0]
        assert (row.parcel and row.parcel.id, row.last_words, row.heat, row.unread) == (
            parcel.id,
            "Where is my lamp?",
            "fine",
            True,
        )
        assert case_seen.mark_seen(session, case, agent=ADA, now=NOW)
        assert not case_seen.mark_seen(session, case, agent=ADA, now=NOW)
        assert case_seen.unread(session, [case], agent=ADA) == set()
        assert case_seen.unread(session, [case], agent=BOB) == {case.id}
        opened(session, house, text="hello?", by=cases.CUSTOMER)
        assert case_seen.unread(session, [case], agent=ADA) == {case.id}
        cases.note(session, house, case, agent=ADA, text="on it", now=NOW)
        assert case_seen.unread(session, [case], agent=ADA) == set()  # who acts has seen it
        row = case_queues.queue(session, "default", "all", agent=BOB, now=NOW + timedelta(minutes=55)).rows[0]
        assert (row.last_words, row.heat, row.unread) == ("on it", "soon", True)


@pytest.mark.parametrize(
    "said",
    ["A-1001", "a1001", "1001", "A1001 lamp", "1Z999", "456784", "0100", "(415) 555-0100", "+14155550100", "pena",
     "PEÑA ana", "ana@example", "lámp", "broken", "doorbell", "refunded"],
)  # fmt: skip
def test_a_case_is_found_by_what_an_agent_has_in_hand(database: Database, house: House, said: str) -> None:
    with database.write() as session:
        new = NewShipment(
            order_number="A-1001",
            tracking_number="1Z999AA10123456784",
            customer_name="Ana Peña",
            customer_phone=ANA,
            customer_email="ana@example.com",
        )
        parcel, _ = shipments.create(session, new, retailer="default", now=NOW)
        inbox.receive(session, InboundMessage("sms", "SM1", ANA, MAIN, "the doorbell is silent"), now=NOW)
        case = opened(session, house, shipment_id=parcel.id, text="the Lamp is broken", by=cases.CUSTOMER)
        cases.note(session, house, case, agent=ADA, text="refunded yesterday", now=NOW)
        other = opened(session, house, BEN, text="something else")
        case_words.heard(session, "default", BEN, "nothing of it")
        assert found(session, said) == [case.id] != [other.id]


@pytest.mark.parametrize("said", ["", "  ", "-- !", "roken", "A1002", "010", "lamp kettle", "%", "_", "' | 'a", "a:*"])
def test_what_is_not_there_is_not_found(database: Database, house: House, said: str) -> None:
    with database.write() as session:
        opened(session, house, text="the lamp is broken", by=cases.CUSTOMER)
        assert found(session, said) == []


def test_what_was_said_later_is_found_settled_or_not_and_only_at_home(database: Database, house: House) -> None:
    with database.write() as session:
        case = opened(session, house, text="hello", by=cases.CUSTOMER)
        case_words.heard(session, "default", ANA, "my kettle leaks")
        assert found(session, "kettle") == [case.id]
        cases.resolve(session, house, case, agent=ADA, reason="answered", now=NOW)
        assert found(session, "kettle") == [case.id]
        assert found(session, "kettle", filters=Filters(state="open")) == []
        page = case_search.search(session, "other", "kettle", agent=ADA, now=NOW)
        assert page.rows == () or list(page.rows) == []


def test_what_was_erased_is_not_found(database: Database, house: House) -> None:
    with database.write() as session:
        parcel, _ = shipments.create(session, NewShipment(order_number="A1"), retailer="default", now=NOW)
        case = opened(session, house, shipment_id=parcel.id, text="the gate code is 4711", by=cases.CUSTOMER)
        assert found(session, "4711") == [case.id]
        for line in cases.entries(session, case):
            line.text = "the gate code is [erased]"
        case_words.grow_stale(session, parcel.id)
        assert case_words.refresh(session) == 1
        assert case_words.refresh(session) == 0
        assert found(session, "4711") == []
        assert found(session, "gate") == [case.id]


def test_cases_older_than_the_search_are_let_in(database: Database, house: House) -> None:
    with database.write() as session:
        case = opened(session, house)
        session.delete(session.get_one(case_words.CaseWords, case.id))
        session.add(CaseEntry(case_id=case.id, kind="note", by=ADA, text="an old kettle", evidence={}, at=NOW))
        session.flush()
        assert found(session, "kettle") == []
        assert (case_words.fill(session), case_words.fill(session)) == (1, 0)
        assert found(session, "kettle") == [case.id]
