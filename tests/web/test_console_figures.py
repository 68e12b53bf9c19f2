"""What the desk says of itself: each figure from rows one can count by hand, on both databases, over a clock change."""

import csv
import io
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from fakes.desk import Desk, hire
from fakes.webapp import MAIN, Web
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import select, update

from channels.models import Contact, Conversation, Heartbeat, InboxRow, OurAddress, OutboxRow
from flows import connections, delivery_figures, desk_days, desk_figures, number_figures, percentiles
from flows.desk_models import CaseClock
from flows.line_models import Line, LineEnd
from flows.local_days import Days
from flows.models import Case
from surveys.models import Survey
from tracking_core.models import Driver, Shipment

CALIFORNIA = ZoneInfo("America/Los_Angeles")


@pytest.fixture
def desk(web: Web) -> Desk:
    hire(web)
    return Desk.of(web)


def talk(session, theirs: str, ours: str = MAIN, retailer: str = "default") -> int:  # type: ignore[no-untyped-def]
    row = Conversation(retailer=retailer, ours=ours, theirs=theirs, next_seq=100)
    session.add(row)
    session.flush()
    return row.id


def heard(session, conversation: int, at: datetime, by: str | None = "conversation", retailer: str = "default") -> None:  # type: ignore[no-untyped-def]
    count = len(session.scalars(select(InboxRow.id)).all())
    session.add(
        InboxRow(
            retailer=retailer, conversation_id=conversation, seq=count, channel="sms", provider_id=f"SM{count}",
            sender="+14155550137", recipient=MAIN, text="where?", media=[], received_at=at,
            state="handled" if by else "received", attempts=1, lease_epoch=1, handled_by=by,
        )
    )  # fmt: skip
    session.flush()


def owed(session, conversation: int, at: datetime, state: str, **more: object) -> None:  # type: ignore[no-untyped-def]
    count = len(session.scalars(select(OutboxRow.id)).all())
    values = {
        "key": f"k{count}", "retailer": "default", "conversation_id": conversation, "seq": count, "channel": "sms",
        "sender": MAIN, "recipient": "+14155550137", "text": "on its way", "media": [], "category": "milestone",
        "priority": 3, "segments": 1, "created_at": at, "valid_until": at + timedelta(days=1), "state": state,
        "attempted_at": at, **more,
    }  # fmt: skip
    session.add(OutboxRow(**values))
    session.flush()


def case_of(session, at: datetime, *, reason: str = "damaged", state: str = "open", **more: object) -> int:  # type: ignore[no-untyped-def]
    count = len(session.scalars(select(Case.id)).all())
    row = Case(
        retailer="default", subject=f"conversation:{count}", state=state, priority="high", reason=reason,
        created_at=at, **more,
    )  # fmt: skip
    session.add(row)
    session.flush()
    return row.id


@given(
    st.integers(0, 365 * 24 * 60),
    st.sampled_from(["America/Los_Angeles", "Europe/Berlin", "Asia/Kathmandu", "Australia/Lord_Howe", "UTC"]),
    st.integers(1, 90),
)
def test_days_begin_and_end_where_the_clock_says(minutes: int, zone: str, count: int) -> None:
    now = datetime(2026, 1, 1, tzinfo=UTC) + timedelta(minutes=minutes)
    days = Days.until_today(ZoneInfo(zone), count, now=now)
    assert len(days.all) == count and days.last == now.astimezone(ZoneInfo(zone)).date()
    assert days.since <= now < days.until
    assert (days.since - timedelta(seconds=1)).astimezone(ZoneInfo(zone)).date() == days.first - timedelta(days=1)


def test_days_are_counted_alike_by_both_databases_over_a_change_of_the_clock(desk: Desk) -> None:
    # On 1 November 2026 California's clock goes back at 2 in the morning.
    at = datetime(2026, 10, 30, 0, 30, tzinfo=UTC)
    moments = [at + timedelta(hours=hours, minutes=7 * hours % 60) for hours in range(100)]
    with desk.web.database.write() as session:
        for number, moment in enumerate(moments):
            session.add(
                Shipment(
                    retailer="default", order_number=f"D{number}", tracking_number="", source="api", destination={},
                    delivery={}, items=[], state="created", flags=[], attempts=0, created_at=moment, updated_at=moment,
                )
            )  # fmt: skip
    days = Days(CALIFORNIA, date(2026, 10, 29), date(2026, 11, 3))
    with desk.web.database.read() as session:
        found = desk_figures.report(session, "default", days, now=desk.web.clock.now)
    expected = [sum(one.astimezone(CALIFORNIA).date() == day for one in moments) for day in days.all]
    assert [one.parcels for one in found.by_day] == expected and sum(expected) == 100


def test_percentiles_are_the_same_on_both_databases(desk: Desk) -> None:
    now = desk.web.clock.now
    with desk.web.database.write() as session:
        for minutes in (1, 2, 3, 4, 100):
            case_of(
                session,
                now - timedelta(hours=3),
                first_reply_at=now - timedelta(hours=3) + minutes * timedelta(minutes=1),
            )
    with desk.web.database.read() as session:
        found = desk_figures.report(session, "default", Days.until_today(CALIFORNIA, 7, now=now), now=now)
    assert found.first_reply_n == 5
    assert found.by_day[-1].reply_p50_s == pytest.approx(180, abs=0.01) and found.by_day[0].reply_p90_s is None
    assert found.first_reply_p50_s == pytest.approx(180, abs=0.01)
    assert found.first_reply_p90_s == pytest.approx(percentiles.percentile([60, 120, 180, 240, 6000], 0.9), abs=0.01)


def test_the_overview_counts_what_happened(desk: Desk) -> None:
    now = desk.web.clock.now
    for number in range(4):
        desk.web.shipment(f"A{number}")
    desk.web.shipment("B1", retailer="other")
    with desk.web.database.write() as session:
        ana, ben, cid, dan, eve = (talk(session, f"+1415555013{number}") for number in range(5))
        heard(session, ana, now)
        heard(session, ana, now)
        heard(session, ben, now)
        heard(session, ben, now, by="case_thread")  # a person has the thread
        heard(session, cid, now, by=None)  # not answered yet
        heard(session, cid, now - timedelta(days=2))  # another day, another talk
        heard(session, dan, now, by="relay")
        heard(session, dan, now, by="driver")
        heard(session, dan, now, by="call:connected")
        heard(session, talk(session, "+14155550199", ours="+15005550007", retailer="other"), now, retailer="other")
        heard(session, eve, now)
        case_of(session, now - timedelta(minutes=30), conversation_id=eve)
        case_of(session, now - timedelta(days=5), reason="complaint")
        done = case_of(session, now - timedelta(hours=5), state="resolved")
        for kind, ended, breached in (
            ("first_reply", now, None),
            ("first_reply", now, now),
            ("resolution", None, None),
            ("resolution", now, None),
        ):
            count = len(session.scalars(select(CaseClock.id)).all())
            session.add(
                CaseClock(
                    retailer="default", case_id=done, kind=kind, nth=count, started_at=now, allowed_s=60,
                    due_at=now + timedelta(hours=1), ended_at=ended, breached_at=breached,
                )
            )  # fmt: skip
        for number, score in enumerate((5, 4, 3, None)):
            session.add(
                Survey(
                    retailer="default", shipment_id=1000 + number, address="+14155550100", channel="sms", scale=5,
                    planned_at=now, due_at=now, state="sent", sent_at=now, score=score,
                )
            )  # fmt: skip
    said = desk.web.api("GET", "/analytics/support?days=7").json
    total = said["total"]
    assert (total["parcels"], total["texts_in"], total["texts_per_100_parcels"]) == (4, 7, 175.0)
    assert (total["talks"], total["talks_with_a_person"], total["share_without_a_person"]) == (5, 2, 0.6)
    assert (total["first_replies_in_time"], total["first_replies_late"]) == (1, 1)
    assert (total["resolutions_in_time"], total["resolutions_late"]) == (1, 0)
    assert (total["survey_answers"], total["survey_satisfied"]) == (3, 2)
    assert [(one["reason"], one["total"]) for one in said["open_cases"]] == [("complaint", 1), ("damaged", 1)]
    assert said["open_cases"][1]["by_age"]["under 1 h"] == 1 and said["open_cases"][0]["by_age"]["over 3 d"] == 1
    assert len(said["by_day"]) == 7 and sum(one["talks"] for one in said["by_day"]) == 5
    page = desk.page("/overview?days=7")
    for words in ("175.0", "60%", "Settled without a person", "<svg", "The same in numbers"):
        assert words in page, words
    rows = list(csv.DictReader(io.StringIO(desk.get("/overview.csv?days=7").text)))
    assert len(rows) == 7 and sum(int(one["talks"]) for one in rows) == 5
    assert desk.web.api("GET", "/analytics/support?days=8").status_code == 422
    assert "other" not in page or "B1" not in page


def test_days_that_are_over_are_counted_once_and_say_the_same(desk: Desk) -> None:
    now = desk.web.clock.now
    old, fresh = now - timedelta(days=5), now - timedelta(days=1)
    with desk.web.database.write() as session:
        ana = talk(session, "+14155550137")
        for at in (old, old, fresh):
            heard(session, ana, at)
        heard(session, ana, old, by="case_thread")
    days = Days.until_today(CALIFORNIA, 7, now=now)

    def counted() -> dict[date, desk_days.Counts]:
        with desk.web.database.read() as session:
            return desk_days.counts(session, "default", days)

    before = counted()
    assert before[old.astimezone(CALIFORNIA).date()] == (0, 3, 1, 1)
    # Today, yesterday and the day before are not settled.
    assert desk_days.keep(desk.web.database, "default", days, now=now) == 4
    assert desk_days.keep(desk.web.database, "default", days, now=now) == 0
    assert counted() == before
    with desk.web.database.write() as session:
        heard(session, ana, old)  # too late to be counted
        heard(session, ana, fresh)
    after = counted()
    assert after[old.astimezone(CALIFORNIA).date()] == (0, 3, 1, 1)
    assert after[fresh.astimezone(CALIFORNIA).date()][1] == 2
    assert desk_days.keep(desk.web.database, "other", days, now=now) == 4  # each retailer its own
    desk_days.keep_all(desk.web.database, desk.web.house, now=now)


def test_an_empty_desk_says_so(desk: Desk) -> None:
    for path, words in (
        ("/overview", "Nothing is open"),
        ("/health", "No worker runs"),
        ("/numbers", "No line is open"),
        ("/messages", "it is known whether it went"),
        ("/shipments", "No shipments yet"),
        ("/imports", "No file has been imported yet"),
    ):
        assert words in desk.page(path), path
    said = desk.web.api("GET", "/analytics/support").json
    assert said["total"]["share_without_a_person"] is None and said["first_reply_p50_s"] is None


def test_health_counts_deliveries_latency_and_refusals(desk: Desk) -> None:
    now = desk.web.clock.now
    parcel = desk.web.shipment("A1", carrier="ups")["id"]
    with desk.web.database.write() as session:
        ana = talk(session, "+14155550137")
        for seconds in (1, 2, 3):
            owed(session, ana, now, "delivered", sent_at=now + timedelta(seconds=seconds), shipment_id=parcel)
        owed(session, ana, now, "delivered", sent_at=now + timedelta(hours=9))  # held over the night
        owed(session, ana, now, "undelivered", error_code="30003", shipment_id=parcel)
        owed(session, ana, now, "failed", error_code="21610")
        owed(session, ana, now, "cancelled")
        owed(session, ana, now - timedelta(minutes=3), "queued")
        heard(session, ana, now - timedelta(minutes=2), by=None)
        session.add(Heartbeat(worker="w1", at=now, nlu="rasa"))
        session.add(Heartbeat(worker="w2", at=now - timedelta(minutes=2), nlu="keywords"))
        connections.note(session, "default", "easypost", ok=False, count=3, now=now)
        connections.note(session, "other", "easypost", ok=False, count=9, now=now)
    days = Days.until_today(CALIFORNIA, 7, now=now)
    with desk.web.database.read() as session:
        found = delivery_figures.health(session, "default", days, now=now)
    today = found.by_day[-1].counts
    assert (today["delivered"], today["undelivered"], today["failed"], today["waiting"]) == (4, 1, 1, 1)
    assert found.latency.n == 3 and found.latency.later == 1
    assert found.latency.p50_s == pytest.approx(2, abs=0.01)
    assert [(one.code, one.count) for one in found.codes] == [("21610", 1), ("30003", 1)]
    assert found.carriers == [("ups", 3, 1)]
    assert (found.waiting.inbox_oldest_s, found.waiting.outbox_oldest_s) == (120, 180)
    assert [(one.name, one.alive) for one in found.workers] == [("w1", True), ("w2", False)]
    assert found.refused == [("easypost", 3)]
    page = desk.page("/health")
    for words in ("66.7%", "The phone is off", "silent for", "easypost"):
        assert words in page, words


def test_numbers_show_use_suspects_and_how_full_the_pool_is(desk: Desk) -> None:
    now = desk.web.clock.now
    with desk.web.database.write() as session:
        ana = talk(session, "+14155550137")
        for number in range(25):
            owed(session, ana, now, "failed" if number < 2 else "delivered", error_code="30007" if number < 2 else None)
        heard(session, ana, now)
        driver = Driver(retailer="default", name="Dora", phone="+14155550990", created_at=now)
        session.add_all([driver, OurAddress(address="+15005550101", retailer="default", purpose="pool")])
        session.flush()
        line = Line(
            retailer="default", driver_id=driver.id, customer_phone="+14155550137", proxy="+15005550101", tag=None,
            state="open", opened_by="customer", opened_at=now,
        )  # fmt: skip
        session.add(line)
        session.flush()
        for phone, role, ended in (("+14155550137", "customer", None), ("+14155550990", "driver", now)):
            session.add(
                LineEnd(
                    line_id=line.id, proxy="+15005550101", phone=phone, role=role, began_at=now, ended_at=ended,
                    rests_until=now + timedelta(days=7) if ended else None,
                )
            )  # fmt: skip
        session.add(Contact(retailer="default", address="+14155550137"))
    with desk.web.database.read() as session:
        found = number_figures.numbers(session, "default", now=now)
    (own,) = [one for one in found.own if one.address == MAIN]
    assert (own.came_in, own.went_out, own.filtered) == (1, 25, 2) and "filter" in own.suspect
    (pool,) = [one for one in found.pool if one.address == "+15005550101"]
    assert (pool.people, pool.resting) == (1, 1)
    page = desk.page("/numbers")
    assert "look at it" in page and "Dora" in page and "4155550137" not in page and f"/console/lines/{line.id}" in page
    other = Desk.of(desk.web, "olga@example.com").page("/numbers")
    assert "Dora" not in other and "shared by all retailers" in other and MAIN not in other
    with desk.web.database.write() as session:
        session.execute(update(Line).values(state="closed"))
