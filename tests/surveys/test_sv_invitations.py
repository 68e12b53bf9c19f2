"""Invitations: planned once, asked seldom, answered once. On both databases."""

import threading
from datetime import timedelta

import pytest
from sqlalchemy import func, select

from surveys import invitations
from surveys.invitations import Invitation, Skipped
from surveys.models import Survey

PERSON = "+14155550100"
DAY = timedelta(days=1)


def plan(session, now, shipment_id=1, *, retailer="default", address=PERSON, due_in=timedelta(0), **more):
    sample = more.pop("sample", 1.0)
    invitation = Invitation(retailer=retailer, shipment_id=shipment_id, address=address, **more)
    return invitations.plan(session, invitation, due_at=now + due_in, sample=sample, now=now)


def asked(database, now, shipment_id=1, **more):
    with database.write() as session:
        survey = plan(session, now, shipment_id, **more)
        invitations.sent(survey, message_key=f"survey:{survey.id}:ask", expires=14 * DAY, now=now)
        return survey.id


def test_a_shipment_is_planned_once_however_often_it_is_said(database, now):
    with database.write() as session:
        planned = [plan(session, now) is not None for _ in range(20)]
    assert planned == [True] + [False] * 19


def test_twenty_threads_plan_one(database, now):
    barrier = threading.Barrier(8)
    made = []

    def work():
        barrier.wait(10)
        with database.write() as session:
            made.append(plan(session, now) is not None)

    threads = [threading.Thread(target=work) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)
    assert sorted(made) == [False] * 7 + [True]
    with database.read() as session:
        assert session.scalar(select(func.count()).select_from(Survey)) == 1


def test_it_is_due_when_its_hour_has_come_and_not_before(database, now):
    with database.write() as session:
        plan(session, now, due_in=timedelta(minutes=30))
    with database.write() as session:
        assert invitations.due(session, now=now + timedelta(minutes=29)) == []
        assert [one.shipment_id for one in invitations.due(session, now=now + timedelta(minutes=30))] == [1]


def test_of_two_for_one_person_only_the_first_is_due_and_others_are_not_kept_waiting(database, now):
    with database.write() as session:
        plan(session, now, 1)
        plan(session, now, 2)
        plan(session, now, 3, address="+14155550101")
        plan(session, now, 4, retailer="other")
    with database.write() as session:
        assert [one.shipment_id for one in invitations.due(session, now=now)] == [1, 3, 4]


def test_two_workers_never_hold_the_same_invitation_nor_two_of_one_person(postgres_database, now):
    with postgres_database.write() as session:
        plan(session, now, 1)
        plan(session, now, 2)
        plan(session, now, 3, address="+14155550101")
    with postgres_database.write() as first, postgres_database.write() as second:
        held = invitations.due(first, now=now, limit=1)
        left = invitations.due(second, now=now)
        assert [one.shipment_id for one in held] == [1]
        assert [one.shipment_id for one in left] == [3]


def test_a_person_is_throttled_across_parcels_for_as_long_as_said(database, now):
    asked(database, now)
    with database.read() as session:
        for address, retailer, after, expected in (
            (PERSON, "default", 30 * DAY - timedelta(seconds=1), True),
            (PERSON, "default", 30 * DAY, False),
            ("+14155550101", "default", DAY, False),
            (PERSON, "other", DAY, False),
        ):
            found = invitations.throttled(session, retailer, address, every=30 * DAY, now=now + after)
            assert found is expected


def test_a_question_that_was_never_sent_throttles_nobody(database, now):
    with database.write() as session:
        plan(session, now)
        invitations.skip(plan(session, now, 2), Skipped.CASE_OPEN)
        assert not invitations.throttled(session, "default", PERSON, every=30 * DAY, now=now)


def test_the_sample_is_chance_but_always_the_same_for_a_parcel():
    share = [invitations.sampled("default", number, 0.25) for number in range(4000)]
    assert share == [invitations.sampled("default", number, 0.25) for number in range(4000)]
    assert 0.22 < sum(share) / len(share) < 0.28
    assert share != [invitations.sampled("other", number, 0.25) for number in range(4000)]
    assert all(invitations.sampled("default", number, 1.0) for number in range(500))
    assert not any(invitations.sampled("default", number, 0.0) for number in range(500))
    grown = [invitations.sampled("default", number, 0.5) for number in range(4000)]
    assert all(later for earlier, later in zip(share, grown, strict=True) if earlier), "a larger share keeps who was in"


def test_who_is_not_in_the_sample_is_kept_as_such_and_not_drawn_again(database, now):
    with database.write() as session:
        assert plan(session, now, sample=0.0).skipped_for == "not_sampled"
        assert plan(session, now, sample=1.0) is None
        assert invitations.due(session, now=now) == []


@pytest.mark.parametrize("state", ["sent", "skipped", "postponed"])
def test_what_is_settled_is_not_due_again(database, now, state):
    with database.write() as session:
        survey = plan(session, now)
        if state == "sent":
            invitations.sent(survey, message_key="k", expires=DAY, now=now)
        elif state == "skipped":
            invitations.skip(survey, Skipped.OPTED_OUT)
        else:
            invitations.postpone(survey, until=now + DAY)
    with database.write() as session:
        assert invitations.due(session, now=now) == []
        assert len(invitations.due(session, now=now + DAY)) == (state == "postponed")


def test_an_answer_counts_once_and_the_first_one_stays(database, now):
    number = asked(database, now)
    with database.write() as session:
        survey = session.get_one(Survey, number)
        assert invitations.answer(session, survey, score=2, comment="rude", reason="complaint", now=now)
        assert not invitations.answer(session, survey, score=5, comment=None, now=now)
    with database.read() as session:
        survey = session.get_one(Survey, number)
        assert (survey.state, survey.score, survey.comment, survey.reason) == ("answered", 2, "rude", "complaint")
        assert survey.answered_at == now
        assert invitations.open_for(session, "default", PERSON, now=now) is None


def test_of_answers_at_once_one_counts(database, now):
    number = asked(database, now)
    barrier = threading.Barrier(5)
    counted = []

    def work(score):
        barrier.wait(10)
        with database.write() as session:
            survey = session.get_one(Survey, number)
            if invitations.answer(session, survey, score=score, comment=None, now=now):
                counted.append(score)

    threads = [threading.Thread(target=work, args=(score,)) for score in range(1, 6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)
    with database.read() as session:
        assert [session.get_one(Survey, number).score] == counted


def test_a_question_is_open_for_its_person_at_its_retailer_until_it_expires(database, now):
    number = asked(database, now)
    with database.read() as session:
        assert invitations.open_for(session, "default", PERSON, now=now).id == number
        assert invitations.open_for(session, "default", PERSON, now=now + 14 * DAY - timedelta(seconds=1)).id == number
        assert invitations.open_for(session, "default", PERSON, now=now + 14 * DAY) is None
        assert invitations.open_for(session, "default", "+14155550101", now=now) is None
        assert invitations.open_for(session, "other", PERSON, now=now) is None


def test_an_answer_after_its_time_changes_nothing_even_before_the_tick(database, now):
    number = asked(database, now)
    late = now + 14 * DAY
    with database.write() as session:
        assert not invitations.answer(session, session.get_one(Survey, number), score=5, comment=None, now=late)
        assert invitations.expire(session, now=late - timedelta(seconds=1)) == 0
        assert invitations.expire(session, now=late) == 1
        assert invitations.expire(session, now=late) == 0
    with database.read() as session:
        assert invitations.last_asked(session, "default", PERSON).state == "expired"
        assert session.get_one(Survey, number).score is None


def test_the_page_shows_what_was_asked_newest_first_and_nobody_elses(database, now):
    ids = [asked(database, now, number, carrier="acme" if number % 2 else "ups") for number in range(1, 6)]
    asked(database, now, 10, retailer="other")
    with database.write() as session:
        plan(session, now, 11)
    with database.read() as session:
        first = invitations.page(session, "default", limit=3)
        assert [one.id for one in first] == ids[:1:-1]
        rest = invitations.page(session, "default", limit=3, before_id=first[-1].id)
        assert [one.id for one in rest] == ids[1::-1]
        assert [one.id for one in invitations.page(session, "default", carrier="ups")] == [ids[3], ids[1]]
        assert [one.id for one in invitations.page(session, "default", shipment_id=3)] == [ids[2]]
