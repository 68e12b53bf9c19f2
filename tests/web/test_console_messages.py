"""Messages at the desk: what is unclear, dead or lost is shown with why, and settled once, on the record."""

from datetime import timedelta

import pytest
from fakes.desk import Desk, hire
from fakes.webapp import MAIN, OTHER_MAIN, Web
from sqlalchemy import select, update

from channels import consent, inbox, outbox
from channels.messages import Category, InboundMessage, OutboundMessage
from channels.models import InboxRow, OutboxRow, ReceiptRow
from flows.audit_models import AuditEntry

ANA = "+14155550137"


@pytest.fixture
def desk(web: Web) -> Desk:
    hire(web)
    return Desk.of(web)


def sent(
    desk: Desk,
    text: str,
    *,
    category: Category = Category.REPLY,
    to: str = ANA,
    retailer: str = "default",
    **values: object,
) -> int:
    now = desk.web.clock.now
    ours = MAIN if retailer == "default" else OTHER_MAIN
    message = OutboundMessage("sms", ours, to, text, category, retailer)
    with desk.web.database.write() as session:
        assert outbox.enqueue(session, message, key=f"{text}:{to}", now=now)
        row = session.scalars(select(OutboxRow).where(OutboxRow.key == f"{text}:{to}")).one()
        session.execute(update(OutboxRow).where(OutboxRow.id == row.id).values(**values))
        return row.id


def unclear(desk: Desk, text: str = "unclear words", **values: object) -> int:
    now = desk.web.clock.now
    given = {"state": "unknown", "attempted_at": now, "look_at": now, "error_code": "timeout", **values}
    return sent(desk, text, **given)  # type: ignore[arg-type]


def dead(desk: Desk) -> int:
    now = desk.web.clock.now
    with desk.web.database.write() as session:
        inbox.receive(session, InboundMessage("sms", "SMdead", ANA, MAIN, "<i>odd</i>"), now=now)
        row = session.scalars(select(InboxRow)).one()
        session.execute(update(InboxRow).values(state="dead", error="ValueError", attempts=5, handled_at=now))
        return row.id


def row_of(desk: Desk, row_id: int) -> OutboxRow:
    with desk.web.database.read() as session:
        return session.get_one(OutboxRow, row_id)


def decide(desk: Desk, direction: str, row_id: int, verdict: str, once: str = "a" * 32):  # type: ignore[no-untyped-def]
    return desk.post(f"/messages/{direction}/{row_id}", form_of="/messages", once=once, verdict=verdict)


def test_each_kind_is_listed_with_why_and_without_numbers(desk: Desk) -> None:
    unclear(desk)
    sent(desk, "lost words", state="undelivered", error_code="30003", reason="The phone is off or out of reach.")
    sent(desk, "later words", state="held", seq=None, not_before=desk.web.clock.now + timedelta(hours=9))
    dead(desk)
    sent(desk, "their words", retailer="other", to="+14155550999", state="failed")
    assert "unclear words" in desk.page("/messages")  # what is unclear comes first
    for kind, words in {
        "unknown": "unclear words",
        "failed": "out of reach",
        "held": "later words",
        "dead": "&lt;i&gt;odd",
    }.items():
        page = desk.page(f"/messages?kind={kind}")
        assert words in page and "their words" not in page and ANA[2:] not in page and "…37" in page, kind
    found = desk.page("/messages?q=0137")
    assert "unclear words" in found and "lost words" in found and "odd" in found
    assert "their words" not in desk.page("/messages?q=0999")
    assert "Two digits" in desk.page("/messages?q=7")


def test_an_unclear_text_is_known_to_have_arrived(desk: Desk) -> None:
    row_id = unclear(desk)
    assert "done=done" in decide(desk, "out", row_id, "arrived").location
    row = row_of(desk, row_id)
    assert (row.state, row.sent_at, row.look_at) == ("sent", row.attempted_at, None)
    # A second click is the same form; another form comes too late.
    assert "done=" in decide(desk, "out", row_id, "arrived").location
    assert "done=late" in decide(desk, "out", row_id, "again", once="b" * 32).location
    with desk.web.database.read() as session:
        found = session.scalars(select(AuditEntry).where(AuditEntry.action.startswith("message."))).all()
        assert [(one.action, one.subject) for one in found] == [("message.arrived", f"message:out:{row_id}")]
        assert "unclear words" not in str(found[0].detail)


def test_an_unclear_text_is_sent_again_in_its_place_and_flagged(desk: Desk) -> None:
    row_id = unclear(desk)
    seq = row_of(desk, row_id).seq
    decide(desk, "out", row_id, "again")
    row = row_of(desk, row_id)
    assert (row.state, row.seq, row.possible_duplicate, row.look_at) == ("queued", seq, True, None)


def test_what_was_of_use_at_one_moment_is_not_sent_after_it(desk: Desk) -> None:
    stale = unclear(desk, "arriving", category=Category.MILESTONE)
    words = unclear(desk, "an answer", to="+14155550138")
    desk.web.clock.forward(days=2)
    late = Desk.of(desk.web)
    refused = decide(late, "out", stale, "again")
    assert refused.status_code == 409 and "that is over" in refused.text and row_of(desk, stale).state == "unknown"
    assert decide(late, "out", words, "again").status_code == 303
    assert row_of(desk, words).valid_until > desk.web.clock.now
    assert decide(late, "out", stale, "let_be").status_code == 303 and row_of(desk, stale).state == "failed"


def test_a_lost_text_goes_out_as_a_new_one_unless_the_person_said_stop(desk: Desk) -> None:
    row_id = sent(desk, "lost words", category=Category.CASE, state="undelivered", error_code="30003")
    decide(desk, "out", row_id, "again")
    decide(desk, "out", row_id, "again")  # the same form
    with desk.web.database.read() as session:
        rows = session.scalars(select(OutboxRow).order_by(OutboxRow.id)).all()
        assert [(one.state, one.text) for one in rows] == [("undelivered", "lost words"), ("queued", "lost words")]
    gone = sent(desk, "other words", category=Category.CASE, to="+14155550140", state="failed", error_code="21610")

    with desk.web.database.write() as session:
        consent.opt_out(session, retailer="default", address="+14155550140", by="stop", now=desk.web.clock.now)
    decide(desk, "out", gone, "again", once="c" * 32)
    with desk.web.database.read() as session:
        newest = session.scalars(select(OutboxRow).order_by(OutboxRow.id.desc()).limit(1)).one()
        assert (newest.text, newest.state) == ("other words", "cancelled")
    relayed = sent(desk, "on a line", category=Category.RELAY, to="+14155550141", state="failed")
    assert decide(desk, "out", relayed, "again", once="d" * 32).status_code == 409


def test_a_dead_text_is_tried_again_or_seen_to(desk: Desk) -> None:
    row_id = dead(desk)
    decide(desk, "in", row_id, "route")
    with desk.web.database.read() as session:
        row = session.scalars(select(InboxRow)).one()
        assert (row.state, row.attempts, row.handled_at) == ("received", 0, None)
    assert "done=late" in decide(desk, "in", row_id, "aside", once="e" * 32).location
    with desk.web.database.write() as session:
        session.execute(update(InboxRow).values(state="dead"))
    decide(desk, "in", row_id, "aside", once="f" * 32)
    with desk.web.database.read() as session:
        assert session.scalars(select(InboxRow.state)).one() == "handled"


def test_one_message_tells_its_story(desk: Desk) -> None:
    now = desk.web.clock.now
    row_id = sent(
        desk, "a story", state="undelivered", provider_id="SM9", sent_at=now, attempted_at=now, settled_at=now,
        error_code="30003",
    )  # fmt: skip
    with desk.web.database.write() as session:
        for raw, error in (("sent", None), ("undelivered", "30003")):
            session.add(
                ReceiptRow(
                    channel="sms", provider_id="SM9", status="sent" if error is None else "undelivered", raw_status=raw,
                    error=error, received_at=now, applied_at=now, note="applied",
                )
            )  # fmt: skip
    page = desk.page(f"/messages/out/{row_id}")
    for words in ("Taken by the provider", "undelivered", "code 30003", "The phone is off", "Send it again"):
        assert words in page, words
    pin = sent(desk, "Your PIN is 4711", category=Category.PIN, to="+14155550142", state="failed")
    assert "4711" not in desk.page(f"/messages/out/{pin}") and "4711" not in desk.page("/messages?kind=failed")


def test_roles_and_retailers_are_kept_apart(desk: Desk) -> None:
    row_id = unclear(desk)
    reader, other = Desk.of(desk.web, "rita@example.com"), Desk.of(desk.web, "olga@example.com")
    assert "Decide" not in reader.page(f"/messages/out/{row_id}")
    assert decide(reader, "out", row_id, "arrived").status_code == 403
    assert other.get(f"/messages/out/{row_id}").status_code == 404
    assert decide(other, "out", row_id, "arrived").status_code == 404
    assert desk.get("/messages/out/9999999999999999999999").status_code == 404
    assert decide(desk, "out", row_id, "shred").status_code == 400
