from datetime import datetime, timedelta
from itertools import permutations

import pytest
from channels_kit import ANA, BEN, Clock, Scripted, dispatcher, failing, owe, row, text_to, unknown
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import delete, select

from channels import claims, consent, outbox, receipts
from channels import unknown as unknown_rows
from channels.messages import Category, Receipt, Status
from channels.models import Contact, OutboxRow, ReceiptRow
from db import Database

WORDS = [Status.QUEUED, Status.SENDING, Status.SENT, Status.DELIVERED, Status.UNDELIVERED, Status.FAILED]


def sent(database: Database, now: datetime, *, category: Category = Category.MILESTONE, to: str = ANA) -> OutboxRow:
    owe(database, text_to(to, category=category), key=f"to {to}", now=now)
    dispatcher(database, Scripted(), Clock(now)).step()
    return row(database, f"to {to}")


def said(kept: OutboxRow, status: Status, *, error: str | None = None, by_reference: bool = True) -> Receipt:
    reference = kept.reference if by_reference else None
    return Receipt("sms", kept.provider_id or "SM?", reference, status, error, status.value)


def hear(database: Database, *heard: Receipt, now: datetime) -> list[str | None]:
    with database.write() as session:
        for receipt in heard:
            receipts.take(session, receipt, now=now)
    with database.write() as session:
        receipts.apply(session, now, 100)
    with database.read() as session:
        return list(session.scalars(select(ReceiptRow.note).order_by(ReceiptRow.id)))


def test_each_word_is_kept_once(database: Database, now: datetime) -> None:
    kept = sent(database, now)
    with database.write() as session:
        assert receipts.take(session, said(kept, Status.SENT), now=now) is True
        assert receipts.take(session, said(kept, Status.SENT), now=now) is False
        assert receipts.take(session, said(kept, Status.DELIVERED), now=now) is True


@pytest.mark.parametrize("by_reference", [True, False])
def test_a_receipt_finds_its_text(database: Database, now: datetime, by_reference: bool) -> None:
    kept = sent(database, now)
    assert hear(database, said(kept, Status.DELIVERED, by_reference=by_reference), now=now) == ["applied"]
    assert (row(database, kept.key).state, row(database, kept.key).settled_at) == ("delivered", now)


def test_no_order_of_words_moves_a_text_backwards(sqlite_database: Database, now: datetime) -> None:
    database = sqlite_database
    kept = sent(database, now)

    @settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.too_slow])
    @given(st.permutations(WORDS), st.integers(1, 6))
    def check(order: list[Status], size: int) -> None:
        with database.write() as session:
            session.execute(delete(ReceiptRow))
            again = session.get_one(OutboxRow, kept.id)
            again.state, again.settled_at, again.error_code, again.reason = "sent", None, None, None
        rank = receipts.RANK["sent"]
        for word in order[:size]:
            hear(database, said(kept, word, error="30007"), now=now)
            state = row(database, kept.key).state
            assert receipts.RANK[state] >= rank
            rank = receipts.RANK[state]
        terminal = [word for word in order[:size] if receipts.RANK[word] == receipts.TERMINAL]
        assert row(database, kept.key).state == (terminal[0] if terminal else "sent"), "the first final word stands"

    check()


@pytest.mark.parametrize("order", list(permutations([Status.SENDING, Status.SENT, Status.DELIVERED])))
def test_words_that_come_before_our_own_answer_adopt_the_text(
    database: Database, now: datetime, order: tuple[Status, ...]
) -> None:
    owe(database, text_to(ANA), key="k", now=now)
    with database.write() as session:
        claimed = claims.claim(session, worker="w", channels=["sms"], now=now, limit=9, lease_s=30.0)
        claims.begin(session, claimed, worker="w", now=now, lease_s=30.0)
    kept = row(database, "k")
    assert kept.state == "sending"
    kept.provider_id = "SM9"
    hear(database, *[said(kept, word) for word in order], now=now)
    assert (row(database, "k").state, row(database, "k").provider_id) == ("delivered", "SM9")


def test_a_callback_settles_an_unknown_outcome_before_any_look(database: Database, now: datetime) -> None:
    owe(database, text_to(ANA), key="k", now=now)
    channel, clock = Scripted(failing(unknown())), Clock(now)
    dispatcher(database, channel, clock).step()
    kept = row(database, "k")
    kept.provider_id = "SM9"
    hear(database, said(kept, Status.QUEUED), now=now)
    assert (row(database, "k").state, row(database, "k").provider_id, row(database, "k").look_at) == (
        "sent",
        "SM9",
        None,
    )
    unknown_rows.settle_unknown(database, {"sms": channel}, now=clock.on(hours=1), looks_s=(120.0,))
    assert channel.asked == [] and dispatcher(database, channel, clock).step() == 0


def test_a_late_callback_saves_a_second_sending_that_has_not_begun(database: Database, now: datetime) -> None:
    owe(database, text_to(ANA), key="k", now=now)
    channel, clock = Scripted(failing(unknown())), Clock(now)
    dispatcher(database, channel, clock).step()
    kept = row(database, "k")
    unknown_rows.settle_unknown(database, {"sms": channel}, now=clock.on(seconds=121), looks_s=(120.0,))
    assert row(database, "k").state == "queued"
    kept.provider_id = "SM9"
    hear(database, said(kept, Status.DELIVERED), now=clock.now)
    assert row(database, "k").state == "delivered"
    assert dispatcher(database, channel, clock).step() == 0 and channel.texts == []


def test_contradictions_are_noted_and_the_first_stands(database: Database, now: datetime) -> None:
    kept = sent(database, now)
    notes = hear(database, said(kept, Status.DELIVERED), said(kept, Status.FAILED, error="30007"), now=now)
    assert notes == ["applied", "contradicts what was final"] and row(database, kept.key).state == "delivered"


def test_orphans_wait_hold_up_nobody_and_are_given_up(database: Database, now: datetime) -> None:
    with database.write() as session:
        for number in range(20):
            receipts.take(session, Receipt("sms", f"SM{number}", "nobody", "delivered", None, "delivered"), now=now)
    kept = sent(database, now)
    with database.write() as session:
        receipts.take(session, said(kept, Status.DELIVERED), now=now)
        assert receipts.apply(session, now, 5) == 1
    assert row(database, kept.key).state == "delivered"
    with database.write() as session:
        receipts.apply(session, now + timedelta(days=6), 5)
        assert len(session.scalars(select(ReceiptRow).where(ReceiptRow.applied_at.is_(None))).all()) == 20
        receipts.apply(session, now + timedelta(days=7), 5)
        notes = session.scalars(select(ReceiptRow.note).where(ReceiptRow.provider_id != kept.provider_id)).all()
        assert set(notes) == {"nobody's"}


def test_a_phone_that_was_off_is_tried_once_more_a_quarter_of_an_hour_later(database: Database, now: datetime) -> None:
    kept = sent(database, now)
    owe(database, text_to(ANA, "next"), now=now)
    hear(database, said(kept, Status.UNDELIVERED, error="30003"), now=now)
    held = row(database, kept.key)
    assert (held.state, held.not_before, held.seq) == ("held", now + timedelta(minutes=15), None)
    channel, clock = Scripted(), Clock(now)
    dispatcher(database, channel, clock).step()
    assert channel.texts == ["next"], "it holds back nobody meanwhile"
    with database.write() as session:
        outbox.promote(session, clock.on(minutes=15))
    dispatcher(database, channel, clock).step()
    again = row(database, kept.key)
    assert again.state == "sent" and again.reference != kept.reference
    again.provider_id = "SM2"
    hear(database, said(again, Status.UNDELIVERED, error="30003"), now=clock.now)
    assert (row(database, kept.key).state, row(database, kept.key).error_code) == ("undelivered", "30003")


def test_what_would_be_stale_by_then_is_not_tried_again(database: Database, now: datetime) -> None:
    owe(database, text_to(ANA, valid_until=now + timedelta(minutes=14)), key="k", now=now)
    dispatcher(database, Scripted(), Clock(now)).step()
    hear(database, said(row(database, "k"), Status.UNDELIVERED, error="30008"), now=now)
    assert row(database, "k").state == "undelivered"


@pytest.mark.parametrize(("code", "opted_out", "unreachable"), [("21610", True, None), ("30005", False, "30005")])
def test_what_a_receipt_says_of_the_person(
    database: Database, now: datetime, code: str, opted_out: bool, unreachable: str | None
) -> None:
    kept = sent(database, now)
    owe(database, text_to(ANA, "queued"), now=now)
    hear(database, said(kept, Status.FAILED, error=code), now=now)
    with database.read() as session:
        person = session.scalars(select(Contact)).one()
        assert (bool(person.opted_out_at), person.unreachable_code) == (opted_out, unreachable)
    assert row(database, "queued").state == ("cancelled" if opted_out else "queued")


def test_a_delivered_text_shows_that_a_phone_can_be_reached(database: Database, now: datetime) -> None:
    with database.write() as session:
        consent.mark_unreachable(session, retailer="default", address=ANA, code="30005", now=now)
    hear(database, said(sent(database, now), Status.DELIVERED), now=now)
    with database.read() as session:
        assert session.scalars(select(Contact.unreachable_at)).one() is None


def test_an_undelivered_milestone_is_handed_to_whoever_sends_an_email_once(database: Database, now: datetime) -> None:
    kept = sent(database, now)
    reply = sent(database, now, category=Category.REPLY, to=BEN)
    hear(database, said(kept, Status.FAILED, error="30007"), said(reply, Status.FAILED, error="30007"), now=now)
    with database.write() as session:
        (found,) = outbox.undelivered_without_fallback(session, 10)
        assert found.key == kept.key
        outbox.mark_fallback(session, found)
    with database.write() as session:
        assert outbox.undelivered_without_fallback(session, 10) == []
