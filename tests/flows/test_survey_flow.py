"""Asking how it went, and what becomes of the answer. On both databases."""

from datetime import UTC, datetime, timedelta

import pytest
from fakes.survey_world import (
    AFTER,
    ANA,
    BO,
    LATER,
    bad_cases,
    delivered,
    fate,
    hear,
    last,
    parcel,
    rule,
    say,
    survey_of,
    texts,
    tick,
)

from channels import consent
from flows import accounts, cases, surveys
from flows.house import House
from settings import Settings
from tracking_core.models import Shipment

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
    rule(database, house, now, "")
    return database


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


def test_who_is_told_nothing_is_asked_nothing(database, house, now):
    silent = parcel(database, house, now, "S1")
    say(database, house, now, silent, silent=True)
    say(database, house, now + AFTER, silent, "update")
    underway = parcel(database, house, now, "S2")
    say(database, house, now, underway, "out_for_delivery")
    with database.write() as session:
        assert not surveys.plan(session, house, session.get_one(Shipment, underway), now=now)
    forbidden = delivered(database, house, now, "S3", customer_sms_consent=False)
    nowhere = delivered(database, house, now, "S4", None)
    old = parcel(database, house, now, "S5")
    say(database, house, now, old, occurred_at=now - timedelta(days=2))
    rule(database, house, now, "consent: {default: false}")
    undecided = delivered(database, house, now, "S6")
    assert [survey_of(database, one) for one in (silent, underway, forbidden, nowhere, old, undecided)] == [None] * 6
    rule(database, house, now, "consent: {default: true}")
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


@pytest.mark.parametrize("words", ["off", "{never_held: [reply, survey]}"])
def test_a_retailer_who_does_not_hold_surveys_asks_at_night(database, house, words):
    rule(database, house, NIGHT, f"quiet_hours: {words}")
    delivered(database, house, NIGHT)
    assert tick(database, house, NIGHT + AFTER) == 1


def test_while_a_case_is_open_nobody_is_asked(database, house, now):
    people = {"shipment": "+14155550131", "person": "+14155550132", "resolved": "+14155550133", "free": "+14155550134"}
    parcels = {why: delivered(database, house, now, f"C{phone[-1]}", phone) for why, phone in people.items()}
    with database.write() as session:
        for subject in ({"shipment_id": parcels["shipment"]}, {"phone": people["person"]}):
            cases.open_case(session, house, retailer="default", reason="complaint", now=now, **subject)
        over = cases.open_case(
            session, house, retailer="default", reason="damaged", shipment_id=parcels["resolved"], now=now
        )
        cases.resolve(session, house, over, agent="ann@example.com", reason="done", now=now)
    assert tick(database, house, now + AFTER) == 2
    assert {why: fate(database, one) for why, one in parcels.items()} == {
        "shipment": ("skipped", "case_open"),
        "person": ("skipped", "case_open"),
        "resolved": ("sent", None),
        "free": ("sent", None),
    }


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
    rule(database, house, now, "survey: {scale: 5, escalate_at: 2}")
    assert hear(database, house, now + LATER, "diez") == "survey_reply", "on the scale we asked with"


def test_what_nobody_answers_expires(database, house, now):
    shipment_id = delivered(database, house, now)
    tick(database, house, now + AFTER)
    tick(database, house, now + AFTER + timedelta(days=14) - timedelta(seconds=1))
    assert fate(database, shipment_id) == ("sent", None)
    tick(database, house, now + AFTER + timedelta(days=14))
    assert fate(database, shipment_id) == ("expired", None)


def test_a_survey_waits_while_a_number_would_answer_something_older(database, house, now):
    shipment_id = delivered(database, house, now)
    parcel(database, house, now, "A1002")
    hear(database, house, now + AFTER - timedelta(minutes=5), "where is my order?")
    assert "1" in texts(database, "reply")[-1].text
    assert tick(database, house, now + AFTER) == 0
    assert fate(database, shipment_id) == ("planned", None)
    assert tick(database, house, now + AFTER + timedelta(minutes=25)) == 1


# -- answered --------------------------------------------------------------------------------------------------------


@pytest.fixture
def asked(database, house, now):
    """A parcel whose owner has been asked, half an hour after `now`."""
    shipment_id = delivered(database, house, now)
    assert tick(database, house, now + AFTER) == 1
    return shipment_id


def test_a_good_score_is_kept_and_thanked(database, house, now, asked):
    assert hear(database, house, now + LATER, "5 stars!! thanks Dee") == "survey_reply"
    kept = survey_of(database, asked)
    assert (kept.state, kept.score, kept.comment, kept.reason) == ("answered", 5, "thanks Dee", None)
    assert kept.answered_at == now + LATER
    assert last(database) == ("Demo Store: thank you for telling us! If anything is wrong after all, just text us.")
    assert bad_cases(database) == []


BAD = (
    ("2, driver was rude", 2, "driver was rude", "complaint"),
    ("1", 1, None, None),
    ("2 box was crushed", 2, "box was crushed", "damaged"),
    ("dos, la caja llegó rota", 2, "la caja llegó rota", "damaged"),
    ("3, but one item is missing", 3, "but one item is missing", "wrong_or_missing_item"),
)


def test_a_bad_score_opens_one_case_and_says_when_a_person_answers(database, house, now):
    people = {f"+1415555013{place}": said for place, said in enumerate(BAD)}
    parcels = {person: delivered(database, house, now, f"B{person[-1]}", person) for person in people}
    assert tick(database, house, now + AFTER) == len(BAD)
    for person, (words, score, comment, reason) in people.items():
        assert hear(database, house, now + LATER, words, sender=person) == "survey_reply"
        kept = survey_of(database, parcels[person])
        assert (kept.score, kept.comment, kept.reason) == (score, comment, reason)
        ((case, entries),) = [found for found in bad_cases(database) if found[0].phone == person]
        assert (case.shipment_id, case.state, case.priority) == (parcels[person], "open", "high")
        assert case.conversation_id is not None
        (opened,) = entries
        assert (opened.kind, opened.by, opened.text) == ("opened", "customer", words)
        said = {"id": kept.id, "score": score, "scale": 5, "comment": comment, "reason": reason}
        assert opened.evidence["survey"] == said
        assert len(opened.evidence["inbox"]) == 1
        (told,) = texts(database, "reply", person)
        assert (
            "a person will answer you here by" in told.text.lower() or "una persona te responder" in told.text.lower()
        )
        assert told.segments <= 2


def test_praise_for_what_did_not_happen_is_praise(database, house, now, asked):
    hear(database, house, now + LATER, "5, nothing damaged this time")
    assert survey_of(database, asked).reason is None
    assert bad_cases(database) == []


def test_an_answer_to_our_question_is_never_taken_for_two_machines_talking(database, house, now, asked):
    for second in range(3):
        hear(database, house, now + LATER + timedelta(seconds=second), "5")
    said = texts(database, "reply", ANA)
    assert [row.text.split("thank you")[1][:9] for row in said] == [" for tell", ", we have", ", we have"]
    assert {row.shipment_id for row in said} == {asked}


def test_the_words_are_those_of_the_person(database, house, now):
    delivered(database, house, now, customer_locale="es-MX")
    tick(database, house, now + AFTER)
    hear(database, house, now + LATER, "5")
    assert "gracias" in last(database)


def test_one_text_delivered_often_has_one_effect(database, house, now, asked):
    hear(database, house, now + LATER, "1, never came to the door", times=5)
    assert len(bad_cases(database)) == 1
    assert len(texts(database, "reply", ANA)) == 1


def test_a_second_answer_changes_nothing_and_is_told_so(database, house, now, asked):
    hear(database, house, now + LATER, "4")
    assert hear(database, house, now + LATER + timedelta(hours=1), "1") == "survey_reply"
    assert survey_of(database, asked).score == 4
    assert last(database).startswith("Demo Store: thank you, we have your answer already.")
    assert bad_cases(database) == []


def test_a_complaint_behind_a_second_answer_reaches_a_person_all_the_same(database, house, now, asked):
    hear(database, house, now + LATER, "5")
    hear(database, house, now + LATER + timedelta(hours=1), "1 box was crushed under the paper")
    assert hear(database, house, now + LATER + timedelta(hours=2), "1, he threw the box") == "survey_reply"
    assert survey_of(database, asked).score == 5
    ((case, _),) = bad_cases(database)
    assert case.shipment_id == asked


def test_more_of_the_same_joins_the_one_case(database, house, now, asked):
    hear(database, house, now + LATER, "2")
    hear(database, house, now + LATER + timedelta(minutes=1), "1, and he was rude")
    ((_, entries),) = bad_cases(database)
    assert [entry.kind for entry in entries] == ["opened", "joined"]
    assert survey_of(database, asked).score == 2


def test_days_after_the_answer_a_number_means_something_else(database, house, now, asked):
    hear(database, house, now + LATER, "4")
    assert hear(database, house, now + LATER + timedelta(days=3), "3") == "conversation"


def test_an_answer_that_comes_too_late_is_told_so_politely(database, house, now, asked):
    late = now + AFTER + timedelta(days=14)
    assert hear(database, house, late, "5") == "survey_reply"
    assert last(database).startswith("Demo Store: thank you! Our question is closed by now")
    kept = survey_of(database, asked)
    assert (kept.score, kept.answered_at) == (None, None)
    tick(database, house, late)
    assert hear(database, house, late + timedelta(hours=1), "2, driver was rude") == "survey_reply"
    assert survey_of(database, asked).state == "expired"
    assert len(bad_cases(database)) == 1
    assert hear(database, house, late + timedelta(days=15), "5") == "conversation"


def test_ten_days_late_still_counts(database, house, now, asked):
    hear(database, house, now + timedelta(days=10), "five")
    assert survey_of(database, asked).score == 5


NO_ANSWERS = (
    "my order 4 is missing",
    "gate code 4412",
    "where is my order?",
    "thanks",
    "10",
    "5. Where is my other order?",
    "2 where is my other order?",
)


def test_what_is_no_answer_goes_to_whoever_can_answer_it(database, house, now, asked):
    # "which of these is it?" forgotten in between, else the next number would answer that.
    flows = [hear(database, house, now + LATER + timedelta(hours=at), words) for at, words in enumerate(NO_ANSWERS)]
    assert dict(zip(NO_ANSWERS, flows, strict=True)) == dict.fromkeys(NO_ANSWERS, "conversation")
    assert fate(database, asked) == ("sent", None)


def test_a_number_answers_the_question_that_is_open_about_parcels_first(database, house, now, asked):
    parcel(database, house, now, "A1002")
    hear(database, house, now + LATER, "where is my order?")
    assert hear(database, house, now + LATER + timedelta(minutes=1), "1") == "pending_question"
    assert fate(database, asked) == ("sent", None)
    assert hear(database, house, now + LATER + timedelta(minutes=2), "5") == "survey_reply"
    assert survey_of(database, asked).score == 5


def test_a_thumb_answers_only_what_was_said_last(database, house, now, asked):
    hear(database, house, now + LATER, "are you a bot?")
    assert hear(database, house, now + LATER + timedelta(minutes=1), "👍") == "conversation"
    assert fate(database, asked) == ("sent", None)


def test_a_thumb_right_after_the_question_is_full_marks(database, house, now, asked):
    assert hear(database, house, now + LATER, "👍🏽") == "survey_reply"
    assert survey_of(database, asked).score == 5


def test_a_stranger_and_an_unasked_person_cannot_answer(database, house, now, asked):
    assert hear(database, house, now + LATER, "1", sender=BO) == "conversation"
    assert fate(database, asked) == ("sent", None)


def test_stop_is_no_answer_and_closes_nothing_else(database, house, now, asked):
    assert hear(database, house, now + LATER, "STOP") == "consent"
    assert fate(database, asked) == ("sent", None)


def test_the_line_between_good_and_bad_is_the_workflows(database, house, now, asked):
    rule(database, house, now, "survey: {escalate_at: 3}")
    hear(database, house, now + LATER, "3")
    assert len(bad_cases(database)) == 1


def test_while_a_person_has_the_thread_a_score_is_theirs(database, house, now, asked):
    hear(database, house, now + LATER, "2, driver was rude")
    ((case, _),) = bad_cases(database)
    with database.write() as session:
        cases.claim(session, house, cases.get(session, "default", case.id), agent="ann@example.com", now=now + LATER)
    assert hear(database, house, now + LATER + timedelta(minutes=1), "1") == "case_thread"
