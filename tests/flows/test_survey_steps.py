"""Score, reason, words: each answered, skipped or left alone, with other questions in between. On both databases."""

from datetime import timedelta

import pytest
from fakes import photos
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
    survey_of,
    texts,
    tick,
)
from sqlalchemy import select

from channels.models import OutboxRow
from channels.pictures import clean
from flows import accounts, bringing_pictures, outbound_events, proofs
from flows.house import House
from settings import Settings
from tracking_core.models import Shipment


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


@pytest.fixture
def asked(database, house, now):
    """A parcel whose owner has been asked, half an hour after `now`."""
    shipment_id = delivered(database, house, now)
    assert tick(database, house, now + AFTER) == 1
    return shipment_id


MINUTE = timedelta(minutes=1)
NOTED = "Demo Store: thank you, that helps us. If you need anything else, just text us."


def steps(database, house, at, *said, sender=ANA):
    """Say one thing a minute; answers which flow took each."""
    return [hear(database, house, at + number * MINUTE, words, sender) for number, words in enumerate(said)]


def events(database, shipment_id):
    with database.read() as session:
        found = outbound_events.of_shipment(session, shipment_id)
        return [one.payload for one in found if one.kind == outbound_events.SURVEY_ANSWERED]


def kept(database, shipment_id):
    found = survey_of(database, shipment_id)
    return found.score, found.reason, found.comment, found.waits_for


def test_three_steps_each_answered(database, house, now, asked):
    assert hear(database, house, now + LATER, "3") == "survey_reply"
    assert last(database) == (
        "Demo Store: thank you. We'd like to do better. What was it? Reply 1 late, 2 damaged, 3 wrong or missing item,"
        " 4 did not arrive, 5 left in a bad place, 6 the driver, 7 something else."
    )
    assert hear(database, house, now + LATER + MINUTE, "5") == "survey_reply"
    assert kept(database, asked) == (3, "wrong_place", None, "comment")
    assert "Would you like to tell us more?" in last(database)
    assert hear(database, house, now + LATER + 2 * MINUTE, "He left it by the bins") == "survey_reply"
    assert kept(database, asked) == (3, "wrong_place", "He left it by the bins", None)
    assert last(database) == NOTED
    assert bad_cases(database) == []
    assert [(one["score"], one["reason"], one["comment"], one["driver"]) for one in events(database, asked)] == [
        (3, None, None, "Dee"),
        (3, "wrong_place", None, "Dee"),
        (3, "wrong_place", "He left it by the bins", "Dee"),
    ]
    assert hear(database, house, now + LATER + 3 * MINUTE, "where is my order?") == "conversation"


@pytest.mark.parametrize(
    ("said", "reason", "comment", "waits"),
    [
        (("skip",), None, None, "comment"),
        (("skip", "no"), None, None, None),
        (("the driver did not ring",), "driver", "the driver did not ring", None),
        (("no thanks",), None, None, None),
        (("nada más, gracias",), None, None, None),
        (("late",), "late", None, "comment"),
        (("dos", "skip"), "damaged", None, None),
        (("tarde", "la dejaron a las diez de la noche"), "late", "la dejaron a las diez de la noche", None),
        (("it was two hours late and nobody called me",), "late", "it was two hours late and nobody called me", None),
        (("7", "the bell does not work, he could have called"), "other",
         "the bell does not work, he could have called", None),
    ],
)  # fmt: skip
def test_a_step_is_answered_skipped_or_ended(database, house, now, asked, said, reason, comment, waits):
    flows = steps(database, house, now + LATER, "3", *said)
    assert flows == ["survey_reply"] * len(flows)
    assert kept(database, asked) == (3, reason, comment, waits)


def test_silence_is_fine_at_each_step(database, house, now, asked):
    hear(database, house, now + LATER, "3")
    before = len(texts(database, "reply", ANA))
    tick(database, house, now + timedelta(days=15))
    assert len(texts(database, "reply", ANA)) == before and len(texts(database)) == 1
    assert fate(database, asked) == ("answered", None)


def test_a_sentence_answers_for_hours_and_a_number_for_a_day(database, house, now, asked):
    hear(database, house, now + LATER, "3")
    assert hear(database, house, now + timedelta(hours=6), "the bell is broken, knock") == "conversation"
    assert hear(database, house, now + timedelta(hours=7), "6") == "survey_reply"
    assert hear(database, house, now + timedelta(hours=33), "skip") == "conversation"
    assert kept(database, asked) == (3, "driver", None, "comment")


def test_other_questions_in_between_are_answered_and_the_survey_is_not_lost(database, house, now, asked):
    assert hear(database, house, now + LATER, "where is my order?") == "conversation"
    assert hear(database, house, now + LATER + MINUTE, "3") == "survey_reply"
    assert hear(database, house, now + LATER + 2 * MINUTE, "where is my other order?") == "conversation"
    assert hear(database, house, now + LATER + 3 * MINUTE, "6") == "survey_reply"
    assert hear(database, house, now + LATER + 4 * MINUTE, "are you a bot?") == "conversation"
    assert hear(database, house, now + LATER + 5 * MINUTE, "he kept swearing at the dog") == "survey_reply"
    assert kept(database, asked) == (3, "driver", "he kept swearing at the dog", None)


def test_a_number_answers_the_younger_question_about_parcels_and_then_the_reason(database, house, now, asked):
    parcel(database, house, now, "A1002")
    hear(database, house, now + LATER, "3")
    assert hear(database, house, now + LATER + MINUTE, "where is my order?") == "conversation"
    assert hear(database, house, now + LATER + 2 * MINUTE, "1") == "pending_question"
    assert kept(database, asked) == (3, None, None, "reason")
    assert hear(database, house, now + LATER + 3 * MINUTE, "1") == "survey_reply"
    assert kept(database, asked)[1] == "late"


@pytest.mark.parametrize(
    "words",
    [
        "talk to a person",
        "STOP",
        "quiero hablar con una persona",
        "HELP",
        "is there a photo",
        "muéstrame la foto",
        "please bring my other box tomorrow",
    ],
)
def test_what_is_no_comment_is_served(database, house, now, asked, words):
    steps(database, house, now + LATER, "3", "1")
    assert hear(database, house, now + LATER + timedelta(minutes=5), words) in {"conversation", "consent"}
    assert kept(database, asked)[2] is None


def test_a_bad_score_opens_its_case_before_the_reason_and_the_rest_joins_it(database, house, now, asked):
    hear(database, house, now + LATER, "1")
    ((case, _),) = bad_cases(database)
    assert case.created_at == now + LATER, "in the transaction of the answer"
    said = texts(database, "reply", ANA)[-1]
    assert "A person will answer you here by" in said.text and "2 damaged" in said.text and said.segments <= 2
    steps(database, house, now + LATER + MINUTE, "2", "the corner is smashed in")
    ((_, entries),) = bad_cases(database)
    assert [(one.kind, one.text) for one in entries] == [
        ("opened", "1"), ("joined", "2"), ("joined", "the corner is smashed in"),
    ]  # fmt: skip
    assert entries[-1].evidence["survey"]["reason"] == "damaged"
    assert last(database) == NOTED


def test_a_reason_like_not_received_reaches_a_person_whatever_the_score(database, house, now, asked):
    hear(database, house, now + LATER, "3")
    assert bad_cases(database) == []
    hear(database, house, now + LATER + MINUTE, "4")
    assert len(bad_cases(database)) == 1
    assert "A person will answer you here by" in last(database)


def test_the_case_has_timeline_proof_and_thread(database, house, now):
    rule(database, house, now, "", proof="")
    shipment_id = delivered(database, house, now)
    add_photo(database, house, shipment_id, now)
    assert tick(database, house, now + AFTER) == 1
    hear(database, house, now + LATER, "2 box was crushed")
    ((case, (opened,)),) = bad_cases(database)
    found = opened.evidence
    assert [one["status"] for one in found["timeline"]] == ["delivered"]
    assert [one["kind"] for one in found["proofs"]] == ["photo"]
    assert len(found["inbox"]) == 1 and case.conversation_id is not None
    # what was said before: delivered, the question, and the answer itself
    assert [one.split(":")[0] for one in found["thread"]] == ["out", "out", "in"]


def add_photo(database, house, shipment_id, at):
    raw = photos.phone_jpeg(photos.scene(640, 480))
    with database.write() as session:
        shipment = session.get_one(Shipment, shipment_id)
        row = bringing_pictures.keep_upload(session, clean(raw), retailer="default", original=raw, now=at)
        proofs.add_photo(session, house, shipment, row, source="driver_page", now=at, sent_at=at)


def test_nobody_is_asked_before_the_proof_that_is_required(database, house, now):
    rule(database, house, now, "", proof="")
    waits, never = delivered(database, house, now), delivered(database, house, now, "B1", BO)
    assert tick(database, house, now + AFTER) == 0
    assert fate(database, waits) == ("planned", None)
    add_photo(database, house, waits, now + 2 * AFTER)
    assert tick(database, house, now + 2 * AFTER) == 1
    assert (fate(database, waits), fate(database, never)) == (("sent", None), ("planned", None))
    tick(database, house, now + timedelta(days=4))
    assert fate(database, never) == ("skipped", "no_proof")


def test_who_may_not_be_texted_is_asked_by_mail_also_at_night(database, house, now):
    night = now.replace(hour=6) + timedelta(days=1)
    shipment_id = delivered(database, house, night, customer_sms_consent=False, customer_email="ana@example.com")
    assert tick(database, house, night + AFTER) == 1
    (mail,) = texts(database)
    assert (mail.channel, mail.recipient) == ("email", "ana@example.com")
    assert "/s/" in mail.text and survey_of(database, shipment_id).channel == "email"
    again = delivered(database, house, night, "B2", customer_sms_consent=False, customer_email="ana@example.com")
    assert tick(database, house, night + 2 * AFTER) == 0
    assert fate(database, again) == ("skipped", "throttled")


def test_the_shipper_is_mailed_once_for_each_bad_answer(database, house, now):
    rule(database, house, now, "survey: {alert_email: shipper@example.com}")
    delivered(database, house, now)
    tick(database, house, now + AFTER)
    steps(database, house, now + LATER, "1", "2", "smashed")
    with database.read() as session:
        found = session.scalars(select(OutboxRow).where(OutboxRow.recipient == "shipper@example.com")).all()
    assert [one.subject for one in found] == ["Demo Store: 1 of 5 for order A1001"]
    assert "Driver: Dee" in found[0].text and "+1415" not in found[0].text


def test_the_answer_counts_for_whoever_brought_it_and_says_whether_it_was_late(database, house, now):
    on_time = delivered(database, house, now, promised_from=now - AFTER, promised_to=now + AFTER)
    late = delivered(database, house, now, "B1", BO, promised_from=now - 2 * AFTER, promised_to=now - AFTER)
    nothing_said = delivered(database, house, now, "C1", "+14155550103")
    found = [survey_of(database, one) for one in (on_time, late, nothing_said)]
    assert [one.late for one in found] == [False, True, None]
    assert {(one.carrier, one.service) for one in found} == {("acme", "same_day")} and found[0].driver_id


def test_a_workflow_may_ask_less(database, house, now):
    rule(database, house, now, "survey: {steps: [score]}")
    shipment_id = delivered(database, house, now)
    tick(database, house, now + AFTER)
    hear(database, house, now + LATER, "3")
    assert last(database).startswith("Demo Store: thank you for telling us! If anything")
    assert kept(database, shipment_id) == (3, None, None, None)
    assert hear(database, house, now + LATER + MINUTE, "2, and he was rude") == "survey_reply"
