"""The arithmetic of the SLA: support hours over nights, weekends, holidays and both changes of the clock."""

from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import select

from channels.models import OutboxRow
from db import Database
from flows import accounts, case_sla, cases
from flows.case_clock import of_case
from flows.case_states import Priority
from flows.desk_models import CaseClock
from flows.house import House
from flows.models import Case
from flows.support_hours import after, between, is_open
from flows.workflow import WorkflowError, read
from settings import Settings

PACIFIC, MADRID, KATHMANDU = ZoneInfo("America/Los_Angeles"), ZoneInfo("Europe/Madrid"), ZoneInfo("Asia/Kathmandu")
#: Monday to Friday 8 to 18, Saturday 9 to 13.
WEEK = {**dict.fromkeys(range(5), ((480, 1080),)), 5: ((540, 780),)}
#: Night work: 22 to 24 and 0 to 6, every day.
NIGHTS = dict.fromkeys(range(7), ((0, 360), (1320, 1440)))
#: Only on Sunday between 2 and 3, an hour that is missing on the day the clocks go forward.
GAP = {6: ((120, 180),)}
XMAS = frozenset({date(2026, 12, 25), date(2026, 12, 26), date(2027, 1, 1)})


def at(text: str, zone: ZoneInfo = PACIFIC, *, fold: int = 0) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=zone, fold=fold)


@pytest.mark.parametrize(
    ("start", "hours", "expected"),
    [
        ("2026-12-24T17:00", 1, "2026-12-24T18:00"),  # to the end of Christmas Eve
        ("2026-12-24T17:30", 1, "2026-12-28T08:30"),  # Friday and Saturday are holidays, Sunday is off
        ("2026-12-25T12:00", 2, "2026-12-28T10:00"),  # begun on a holiday
        ("2026-12-24T08:00", 11, "2026-12-28T09:00"),
        ("2026-12-31T17:00", 2, "2027-01-02T10:00"),  # New Year's Day, then a Saturday that is open
        ("2026-12-26T10:00", 4, "2026-12-28T12:00"),  # a Saturday that would have been open
    ],
)
def test_holidays_are_days_off(start: str, hours: float, expected: str) -> None:
    assert after(at(start), timedelta(hours=hours), WEEK, PACIFIC, XMAS) == at(expected)
    assert between(at(start), at(expected), WEEK, PACIFIC, XMAS) == timedelta(hours=hours)


@pytest.mark.parametrize(
    ("week", "zone", "start", "hours", "expected"),
    [
        # California, 8 March 2026: two o'clock becomes three. The night has seven real hours between 22 and 6.
        (NIGHTS, PACIFIC, at("2026-03-07T22:00"), 7, at("2026-03-08T06:00")),
        (NIGHTS, PACIFIC, at("2026-03-07T22:00"), 4, at("2026-03-08T03:00")),
        # 1 November 2026: two o'clock becomes one. The night has nine.
        (NIGHTS, PACIFIC, at("2026-10-31T22:00"), 9, at("2026-11-01T06:00")),
        (NIGHTS, PACIFIC, at("2026-10-31T22:00"), 4, at("2026-11-01T01:00", fold=1)),
        # Spain, 29 March and 25 October 2026.
        (NIGHTS, MADRID, at("2026-03-28T22:00", MADRID), 7, at("2026-03-29T06:00", MADRID)),
        (NIGHTS, MADRID, at("2026-10-24T22:00", MADRID), 9, at("2026-10-25T06:00", MADRID)),
        # Days are whole on the wall: ten hours of support on the Monday after either change.
        (WEEK, PACIFIC, at("2026-03-06T17:00"), 6, at("2026-03-09T09:00")),
        (WEEK, PACIFIC, at("2026-10-30T17:00"), 6, at("2026-11-02T09:00")),
        # An opening that the clock swallows is none: it comes a week later.
        (GAP, PACIFIC, at("2026-03-07T12:00"), 1, at("2026-03-15T03:00")),
        # A zone that is three quarters of an hour aside.
        (WEEK, KATHMANDU, at("2026-12-04T17:30", KATHMANDU), 1, at("2026-12-05T09:30", KATHMANDU)),
    ],
)
def test_clock_changes_are_real_time(
    week: dict[int, tuple[tuple[int, int], ...]], zone: ZoneInfo, start: datetime, hours: int, expected: datetime
) -> None:
    assert after(start, timedelta(hours=hours), week, zone) == expected.astimezone(UTC)
    assert between(start, expected, week, zone) == timedelta(hours=hours)


@pytest.mark.parametrize(("moment", "expected"), [("2026-12-24T12:00", True), ("2026-12-25T12:00", False)])
def test_nobody_is_there_on_a_holiday(moment: str, expected: bool) -> None:
    assert is_open(at(moment), WEEK, PACIFIC, XMAS) is expected


def test_a_year_of_holidays_ends_somewhere() -> None:
    always = frozenset(date(2026, 1, 1) + timedelta(days=n) for n in range(400))
    start = at("2026-03-01T12:00")
    assert after(start, timedelta(hours=1), WEEK, PACIFIC, always) == start + timedelta(hours=1)
    assert between(start, start + timedelta(days=2), WEEK, PACIFIC, always) == timedelta(days=2)


@given(
    start=st.integers(0, 2 * 365 * 24 * 60).map(lambda minute: at("2026-01-01T00:00") + timedelta(minutes=minute)),
    minutes=st.integers(0, 60 * 24 * 12),
    week=st.sampled_from([WEEK, NIGHTS, GAP, {}]),
    zone=st.sampled_from([PACIFIC, MADRID, KATHMANDU]),
    holidays=st.sampled_from([frozenset(), XMAS]),
)
def test_counting_on_and_counting_back_agree(
    start: datetime,
    minutes: int,
    week: dict[int, tuple[tuple[int, int], ...]],
    zone: ZoneInfo,
    holidays: frozenset[date],
) -> None:
    duration = timedelta(minutes=minutes % 900 if week is GAP else minutes)
    end = after(start, duration, week, zone, holidays)
    assert end >= start and end.tzinfo is UTC
    assert between(start, end, week, zone, holidays) == duration
    assert between(end, start, week, zone, holidays) == -duration
    assert duration == timedelta() or after(start, duration + timedelta(minutes=1), week, zone, holidays) > end


#: A Tuesday, nine in the morning in California.
NOW = datetime(2026, 12, 1, 17, 0, tzinfo=UTC)
ADA = "ada@example.com"


def build(database: Database, tmp_path: Path, workflow: str = "") -> House:
    (tmp_path / "default.yml").write_text(workflow)
    settings = Settings(demo=True, secret_key="s", twilio_number="+15005550006", workflow_dir=tmp_path)
    house = House.build(settings)
    with database.write() as session:
        accounts.ensure_default(session, settings, now=NOW)
        house.workflows.seed(session, now=NOW)
    return house


def test_each_priority_has_its_times_and_nothing_urgent_waits_longer() -> None:
    sla = read("sla: {first_reply: 10m, priorities: {high: {resolution: 3d}}}").workflow.sla
    urgent, low, high = Priority.URGENT, Priority.LOW, Priority.HIGH
    assert sla.allowed(urgent, "first_reply") == timedelta(minutes=10)  # its own quarter of an hour would be longer
    assert sla.allowed(urgent, "next_reply") == timedelta(hours=1)
    assert sla.allowed(low, "first_reply") == timedelta(hours=4)
    assert sla.allowed(high, "resolution") == timedelta(days=2)  # three days would be longer than for everybody


@pytest.mark.parametrize(
    ("source", "said"),
    [
        ("cases: {rules: {stalld: off}}", "'stalld' is no reason"),
        ("cases:\n  rules:\n    stalled: {after: soon}", "line 3"),
        ("sla: {priorities: {hot: {}}}", "hot"),
        ("support_hours: {holidays: [christmas]}", "holidays"),
        ("cases: {asign: off}", "did you mean 'assign'"),
    ],
)
def test_a_wrong_rule_is_named(source: str, said: str) -> None:
    with pytest.raises(WorkflowError, match=said):
        read(source)


def clocks(session: object, case: Case) -> dict[tuple[str, int], CaseClock]:
    return {(one.kind, one.nth): one for one in of_case(session, case)}  # type: ignore[arg-type]


def test_the_three_clocks_of_a_case(database: Database, tmp_path: Path) -> None:
    house = build(database, tmp_path)
    with database.write() as session:
        said = {"retailer": "default", "reason": "damaged", "phone": "+14155550100", "by": cases.CUSTOMER}
        case = cases.open_case(session, house, now=NOW, **said)
        assert (case.due_at, case.soon_at) == (NOW + timedelta(hours=1), NOW + timedelta(minutes=48))
        cases.claim(session, house, case, agent=ADA, now=NOW)
        cases.reply(session, house, case, agent=ADA, text="Hello", now=NOW + timedelta(minutes=30))
        there = clocks(session, case)
        assert there["first_reply", 1].ended_at == NOW + timedelta(minutes=30)
        assert case.due_at == there["resolution", 1].due_at
        # They write again, twice: one answer is owed, from the first word on.
        cases.open_case(session, house, now=NOW + timedelta(hours=1), text="and?", **said)
        cases.open_case(session, house, now=NOW + timedelta(hours=2), text="hello??", **said)
        assert case.due_at == NOW + timedelta(hours=5)
        cases.reply(session, house, case, agent=ADA, text="Soon", now=NOW + timedelta(hours=3))
        cases.resolve(session, house, case, agent=ADA, reason="answered", now=NOW + timedelta(hours=4))
        assert all(one.ended_at is not None for one in of_case(session, case))
        assert set(clocks(session, case)) == {("first_reply", 1), ("next_reply", 1), ("resolution", 1)}
        back = cases.open_case(session, house, now=NOW + timedelta(hours=5), text="no!", **said)
        assert back.id == case.id
        assert {("next_reply", 2), ("resolution", 2)} <= set(clocks(session, case))
        assert case.due_at == NOW + timedelta(hours=9)  # to six in the evening exactly


def test_snoozing_rests_what_must_be_settled_and_not_what_they_wait_to_hear(database: Database, tmp_path: Path) -> None:
    house = build(database, tmp_path, "sla: {resolution: 6h}\n")
    with database.write() as session:
        said = {"retailer": "default", "reason": "damaged", "phone": "+14155550100", "by": cases.CUSTOMER}
        case = cases.open_case(session, house, now=NOW, **said)
        cases.snooze(session, house, case, agent=ADA, until=NOW + timedelta(days=1), now=NOW + timedelta(minutes=10))
        assert case.due_at == NOW + timedelta(hours=1)  # the first reply
        cases.reply(session, house, case, agent=ADA, text="I ask the carrier", now=NOW + timedelta(minutes=20))
        assert (case.state, case.due_at, case.soon_at) == ("snoozed", None, None)
        woken = NOW + timedelta(days=1)
        assert cases.wake_due(session, house, now=woken) == 1
        assert case.due_at == woken + timedelta(hours=5, minutes=50)  # ten minutes of six hours had passed
        cases.weigh(session, house, case, agent=ADA, priority="low", now=woken)
        allowed = clocks(session, case)["resolution", 1]
        assert (
            allowed.allowed_s == 4 * 24 * 3600 and case.due_at is not None and case.due_at > woken + timedelta(days=5)
        )


def test_a_breach_is_told_once_and_by_mail(database: Database, tmp_path: Path) -> None:
    house = build(database, tmp_path, "cases: {alert_email: boss@example.com}\n")
    with database.write() as session:
        case = cases.open_case(
            session, house, retailer="default", reason="damaged", phone="+14155550100", by=cases.CUSTOMER, now=NOW
        )
        calm = cases.open_case(session, house, retailer="default", reason="stalled", phone="+14155550101", now=NOW)
        cases.note(session, house, calm, agent=ADA, text="I look into it", now=NOW)  # nobody waits for a word there
    late = NOW + timedelta(hours=1, seconds=1)
    for _ in range(2):
        with database.write() as session:
            case_sla.sweep(session, house, now=late)
    with database.read() as session:
        lines = [(line.kind, line.text) for line in cases.entries(session, session.get_one(Case, case.id))]
        assert lines == [("opened", None), ("breached", "first_reply")]
        assert session.scalars(select(CaseClock.case_id).where(CaseClock.breached_at.is_not(None))).all() == [case.id]
        mails = session.scalars(select(OutboxRow).where(OutboxRow.channel == "email").order_by(OutboxRow.id)).all()
        assert [row.key for row in mails] == [
            f"case:{case.id}:alert:opened",
            f"case:{calm.id}:alert:opened",
            f"case:{case.id}:alert:breached",
        ]
        assert "overdue" in (mails[-1].subject or "") and "+1415" not in "".join(row.text for row in mails)
