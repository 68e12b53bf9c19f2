"""Asking how it went, and what becomes of the answer. On both databases."""

from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import select

from channels import consent
from channels.models import OutboxRow
from flows import accounts, cases, surveys, tracking
from flows.house import House
from settings import Settings
from surveys.models import Survey
from tracking_core.facts import CarrierEvent
from tracking_core.models import Shipment
from tracking_core.shipments import NewShipment

ANA = "+14155550100"
BO = "+14155550101"
AFTER = timedelta(minutes=30)
#: 22:00 in Oakland, and the morning after.
NIGHT = datetime(2026, 12, 2, 6, 0, tzinfo=UTC)
MORNING = datetime(2026, 12, 2, 16, 0, tzinfo=UTC)


@pytest.fixture
def house(tmp_path):
    return House.build(
        Settings(data_dir=tmp_path, workflow_dir=tmp_path, secret_key="x" * 32, twilio_number="+15005550006")
    )


@pytest.fixture
def database(database, house, now):
    with database.write() as session:
        accounts.ensure_default(session, house.settings, now=now)
    return database


def rule(database, house, now, words):
    with database.write() as session:
        house.workflows.save(session, "default", words, by="test", now=now)


def parcel(database, house, now, order="A1001", phone=ANA, **more):
    new = NewShipment(
        order_number=order,
        tracking_number=f"T{order}",
        carrier="acme",
        service="same_day",
        customer_phone=phone,
        destination={"timezone": "America/Los_Angeles"},
        driver_name="Dee",
        driver_phone="+14155550200",
        **more,
    )
    with database.write() as session:
        return tracking.create_shipment(session, house, new, retailer="default", now=now)[0].id


def say(database, house, now, shipment_id, status="delivered", event_id=None, **more):
    with database.write() as session:
        shipment = session.get_one(Shipment, shipment_id)
        event = CarrierEvent(
            carrier="acme",
            event_id=event_id or f"{shipment_id}:{status}:{now.isoformat()}",
            tracking_number=shipment.tracking_number,
            status=status,
            occurred_at=now,
            **more,
        )
        tracking.take_events(session, house, [event], retailer="default", now=now, shipment=shipment)


def delivered(database, house, now, order="A1001", phone=ANA, **more):
    shipment_id = parcel(database, house, now, order, phone, **more)
    say(database, house, now, shipment_id)
    return shipment_id


def tick(database, house, now):
    with database.write() as session:
        return surveys.send_due(session, house, now=now)


def survey_of(database, shipment_id):
    with database.read() as session:
        return session.scalars(select(Survey).where(Survey.shipment_id == shipment_id)).one_or_none()


def texts(database, category="survey", to=None):
    with database.read() as session:
        query = select(OutboxRow).where(OutboxRow.category == category).order_by(OutboxRow.id)
        return [row for row in session.scalars(query) if to is None or row.recipient == to]


def fate(database, shipment_id):
    found = survey_of(database, shipment_id)
    return None if found is None else (found.state, found.skipped_for)


# -- planned ---------------------------------------------------------------------------------------------------------


def test_delivered_said_twenty_times_is_asked_about_once(database, house, now):
    shipment_id = parcel(database, house, now)
    for number in range(20):
        say(database, house, now, shipment_id, event_id=f"scan {number}")
        with database.write() as session:
            surveys.plan(session, house, session.get_one(Shipment, shipment_id), now=now)
    assert tick(database, house, now + AFTER - timedelta(seconds=1)) == 0
    assert sum(tick(database, house, now + AFTER) for _ in range(3)) == 1
    (asked,) = texts(database)
    assert (
        asked.text
        == "Demo Store: how was the delivery of your order A1001? Reply 1 (bad) to 5 (great), and why if you like."
    )
    assert (asked.recipient, asked.key, asked.shipment_id) == (
        ANA,
        f"survey:{survey_of(database, shipment_id).id}:ask",
        shipment_id,
    )


def test_whom_the_answer_counts_for_is_fixed_when_it_is_planned(database, house, now):
    shipment_id = delivered(database, house, now)
    with database.write() as session:
        shipment = session.get_one(Shipment, shipment_id)
        first = shipment.driver_id
        shipment.driver_id, shipment.carrier = None, "other"
    planned = survey_of(database, shipment_id)
    assert (planned.carrier, planned.service, planned.driver_id, planned.scale) == ("acme", "same_day", first, 5)
    assert first is not None


@pytest.mark.parametrize(
    "case", ["silent", "not delivered", "no consent", "no consent by default", "no phone", "old news"]
)
def test_who_is_told_nothing_is_asked_nothing(database, house, now, case):
    more = {}
    if case == "no consent":
        more["customer_sms_consent"] = False
    if case == "no consent by default":
        rule(database, house, now, "consent: {default: false}")
    phone = None if case == "no phone" else ANA
    shipment_id = parcel(database, house, now, phone=phone, customer_email="ana@example.com", **more)
    if case == "not delivered":
        say(database, house, now, shipment_id, "out_for_delivery")
    elif case == "old news":
        say(database, house, now, shipment_id, silent=True)
        say(database, house, now + AFTER, shipment_id, "update")
    else:
        say(database, house, now, shipment_id, silent=case == "silent")
    assert survey_of(database, shipment_id) is None
    assert tick(database, house, now + AFTER) == 0


def test_the_share_that_is_asked_is_the_workflows(database, house, now):
    rule(database, house, now, "survey: {sample: 0.0, after: 2h}")
    first = delivered(database, house, now)
    assert fate(database, first) == ("skipped", "not_sampled")
    rule(database, house, now, "survey: {sample: 1.0, after: 2h}")
    say(database, house, now, first, event_id="again")
    assert fate(database, first) == ("skipped", "not_sampled")
    second = delivered(database, house, now, "A1002")
    assert survey_of(database, second).due_at == now + timedelta(hours=2)


# -- asked -----------------------------------------------------------------------------------------------------------


def test_a_person_is_asked_once_in_thirty_days_whatever_comes(database, house, now):
    first, second = delivered(database, house, now), delivered(database, house, now, "A1002")
    other = delivered(database, house, now, "A1003", BO)
    assert tick(database, house, now + AFTER) == 2
    assert tick(database, house, now + AFTER) == 0
    assert fate(database, second) == ("skipped", "throttled")
    assert {fate(database, one) for one in (first, other)} == {("sent", None)}
    later = now + timedelta(days=31)
    third = delivered(database, house, later, "A1004")
    assert tick(database, house, later + AFTER) == 1
    assert fate(database, third) == ("sent", None)
    assert len(texts(database, to=ANA)) == 2


def test_the_night_is_waited_for_and_the_morning_looks_again(database, house):
    quiet = delivered(database, house, NIGHT)
    busy = delivered(database, house, NIGHT, "A1002", BO)
    assert tick(database, house, NIGHT + AFTER) == 0
    assert texts(database) == []
    assert survey_of(database, quiet).due_at == MORNING
    with database.write() as session:
        cases.open_case(session, house, retailer="default", reason="not_received", shipment_id=busy, now=NIGHT)
    assert tick(database, house, MORNING - timedelta(seconds=1)) == 0
    assert tick(database, house, MORNING) == 1
    assert (fate(database, quiet), fate(database, busy)) == (("sent", None), ("skipped", "case_open"))
    assert [row.recipient for row in texts(database)] == [ANA]
    assert texts(database)[0].state == "queued"


def test_a_retailer_whose_nights_are_off_asks_at_night(database, house):
    rule(database, house, NIGHT, "quiet_hours: off")
    delivered(database, house, NIGHT)
    assert tick(database, house, NIGHT + AFTER) == 1


@pytest.mark.parametrize("about", ["shipment", "person", "resolved", "another"])
def test_while_a_case_is_open_nobody_is_asked(database, house, now, about):
    shipment_id = delivered(database, house, now)
    with database.write() as session:
        subject = {"shipment_id": shipment_id} if about in ("shipment", "resolved") else {"phone": ANA}
        if about == "another":
            subject = {"phone": BO}
        case = cases.open_case(session, house, retailer="default", reason="complaint", now=now, **subject)
        if about == "resolved":
            cases.resolve(session, house, case, agent="ann@example.com", reason="done", now=now)
    tick(database, house, now + AFTER)
    expected = ("skipped", "case_open") if about in ("shipment", "person") else ("sent", None)
    assert fate(database, shipment_id) == expected


def test_somebody_who_said_stop_is_not_asked(database, house, now):
    shipment_id = delivered(database, house, now)
    with database.write() as session:
        consent.opt_out(session, retailer="default", address=ANA, by="stop", now=now)
    assert tick(database, house, now + AFTER) == 0
    assert fate(database, shipment_id) == ("skipped", "opted_out")
    assert texts(database) == []


def test_a_number_that_cannot_be_texted_is_not_asked(database, house, now):
    shipment_id = delivered(database, house, now)
    with database.write() as session:
        consent.mark_unreachable(session, retailer="default", address=ANA, code="30006", now=now)
    assert tick(database, house, now + AFTER) == 0
    assert fate(database, shipment_id) == ("skipped", "unreachable")


def test_what_was_delivered_by_mistake_is_not_asked_about(database, house, now):
    shipment_id = delivered(database, house, now)
    say(database, house, now, shipment_id, "out_for_delivery", correction=True)
    assert tick(database, house, now + AFTER) == 0
    assert fate(database, shipment_id) == ("skipped", "not_delivered")


def test_a_question_that_could_not_be_asked_for_days_is_dropped(database, house, now):
    shipment_id = delivered(database, house, now)
    assert tick(database, house, now + AFTER + timedelta(days=3, seconds=1)) == 0
    assert fate(database, shipment_id) == ("skipped", "too_late")


def test_a_corrected_phone_is_the_one_that_is_asked_and_throttled(database, house, now):
    delivered(database, house, now, "A1000", BO)
    assert tick(database, house, now + AFTER) == 1
    shipment_id = delivered(database, house, now)
    with database.write() as session:
        session.get_one(Shipment, shipment_id).customer_phone = BO
    assert tick(database, house, now + AFTER) == 0
    assert fate(database, shipment_id) == ("skipped", "throttled")


def test_a_scale_of_recommending_asks_from_zero_in_the_persons_language(database, house, now):
    rule(database, house, now, "survey: {scale: 10, escalate_at: 6}")
    delivered(database, house, now, customer_locale="es-MX")
    tick(database, house, now + AFTER)
    (asked,) = texts(database)
    assert "de 0 (mal) a 10 (genial)" in asked.text
    assert asked.segments == 1


def test_what_nobody_answers_expires(database, house, now):
    shipment_id = delivered(database, house, now)
    tick(database, house, now + AFTER)
    tick(database, house, now + AFTER + timedelta(days=14) - timedelta(seconds=1))
    assert fate(database, shipment_id) == ("sent", None)
    tick(database, house, now + AFTER + timedelta(days=14))
    assert fate(database, shipment_id) == ("expired", None)
