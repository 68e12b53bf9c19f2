"""What a lost webhook never brought: sources are compared with our rows, and what is missing goes in."""

import logging
from collections.abc import Callable, Sequence
from datetime import datetime, timedelta
from functools import partial

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from channels import inbox
from channels.consent_words import Certainty, read_word
from channels.messages import InboxState, SendError
from channels.models import InboxRow, OurAddress
from channels.twilio_listing import ListedText, Listing
from db import Database, wake
from flows import cases, connections, source_asked, tracking
from flows.house import House
from tracking_core.facts import CarrierEvent
from tracking_core.models import Shipment, ShipmentEvent
from tracking_core.polling import SourceAway, Tracked, Trackers

log = logging.getLogger("doorline.flows")

#: How often a number of ours is asked for, how many in one tick, and how far back each time.
TEXTS_EVERY, NUMBERS_AT_ONCE = timedelta(minutes=5), 10
OVERLAP, FIRST_LOOK, FARTHEST_LOOK = timedelta(hours=1), timedelta(hours=24), timedelta(hours=72)
#: A text as fresh as this may still be on its way by webhook, and is left to it.
SETTLED = timedelta(seconds=30)
#: An answer by the bot to an older text would puzzle its writer: a person reads it instead.
OLD = timedelta(hours=2)
#: When trackers are compared, UTC; the night of most of those who use EasyPost.
NIGHTLY_HOUR = 9
LEASE = timedelta(minutes=10)
LATE = "reconciled"


def texts(database: Database, house: House, listing: Listing, *, clock: Callable[[], datetime]) -> int:
    """Ask for the texts to some of our numbers that are due; answers how many were missing. Nothing is open then."""
    with database.read() as session:
        ours = session.execute(
            select(OurAddress.address, OurAddress.retailer)
            .where(OurAddress.address.startswith("+"))
            .order_by(OurAddress.address)
        ).all()
    missing = asked = 0
    for address, retailer in ours:
        if asked >= NUMBERS_AT_ONCE:
            break
        found = _number(database, house, listing, address, retailer, clock)
        asked += found is not None
        missing += found or 0
    return missing


def _number(
    database: Database, house: House, listing: Listing, ours: str, retailer: str, clock: Callable[[], datetime]
) -> int | None:
    """None: it is not due."""
    now, source = clock(), f"texts:{ours}"
    row = database.run(lambda session: source_asked.claim(session, retailer, source, lease=LEASE, now=now))
    if row is None:
        return None
    since = max(now - FARTHEST_LOOK, row.done_at - OVERLAP) if row.done_at else now - FIRST_LOOK
    try:
        listed = listing.received(ours, since)
    except SendError as error:
        after = error.retry_after_s
        log.warning("reconciling texts: the provider cannot be asked (%s)", error.code)
        database.run(lambda session: source_asked.failed(session, retailer, source, retry_after_s=after, now=clock()))
        return 0

    def take(session: Session) -> int:
        count = sum(_take(session, house, one, now=now) for one in listed if one.at <= now - SETTLED)
        source_asked.answered(
            session, retailer, source, now=now, next_at=now + TEXTS_EVERY, until=now - SETTLED, found=count
        )
        return count

    count = database.run(take)
    if count:
        log.warning("reconciling texts: %s had never come by webhook", count)
    return count


def _take(session: Session, house: House, one: ListedText, *, now: datetime) -> bool:
    """Put a text in that we do not have. An old one is a person's to answer; what it says of consent holds."""
    if not inbox.receive(session, one.message, now=now):
        return False
    word = read_word(one.message.text)
    if now - one.at < OLD or (word is not None and word.certainty is not Certainty.UNCLEAR):
        wake(session, "inbox")
        return True
    late = (
        update(InboxRow)
        .where(InboxRow.channel == one.message.channel, InboxRow.provider_id == one.message.provider_id)
        .values(state=InboxState.HANDLED, handled_by=LATE, handled_at=now)
        .returning(InboxRow.id, InboxRow.retailer, InboxRow.conversation_id)
        .execution_options(synchronize_session=False)
    )
    row_id, retailer, conversation_id = session.execute(late).one()
    cases.open_case(
        session,
        house,
        retailer=retailer,
        reason="dead_message",
        conversation_id=conversation_id,
        text=f"This text reached us {(now - one.at).total_seconds() / 3600:.0f} hours late; nobody has answered it.",
        evidence={"inbox_ids": [row_id]},
        now=now,
    )
    return True


def trackers(
    database: Database, house: House, source: Trackers, *, retailer: str, clock: Callable[[], datetime]
) -> int:
    """Once a night compare every parcel the source knows with ours; answers how many events were missing."""
    now, name = clock(), f"trackers:{source.name}"
    row = database.run(lambda session: source_asked.claim(session, retailer, name, lease=LEASE, now=now))
    if row is None:
        return 0
    since = (row.done_at or now) - timedelta(days=1)
    try:
        answer = source.changed_since(since)
    except SourceAway as error:
        after = error.retry_after_s
        log.warning("reconciling trackers: %s cannot be asked (%s)", source.name, error.code)
        database.run(lambda session: source_asked.failed(session, retailer, name, retry_after_s=after, now=clock()))
        return 0
    missing = _take_all(database, house, answer, retailer=retailer, clock=clock)
    database.run(
        lambda session: source_asked.answered(session, retailer, name, now=now, next_at=next_night(now), found=missing)
    )
    return missing


def next_night(now: datetime) -> datetime:
    """The next time trackers are compared."""
    tonight = now.replace(hour=NIGHTLY_HOUR, minute=0, second=0, microsecond=0)
    return tonight if tonight > now else tonight + timedelta(days=1)


def _take_all(
    database: Database, house: House, answer: Tracked, *, retailer: str, clock: Callable[[], datetime]
) -> int:
    """Each parcel in a transaction of its own. What the source knows of parcels that are none of ours is left there."""
    missing = 0
    for number, events in answer.events.items():
        missing += database.run(partial(_take_one, house, number, events, retailer, clock()))
    return missing


def _take_one(
    house: House, number: str, events: Sequence[CarrierEvent], retailer: str, now: datetime, session: Session
) -> int:
    mine = select(Shipment.id).where(Shipment.retailer == retailer, Shipment.tracking_number == number)
    ids = session.scalars(mine).all()
    if not ids:
        return 0
    known = set(session.scalars(select(ShipmentEvent.event_id).where(ShipmentEvent.shipment_id.in_(ids))))
    new = [event for event in events if event.event_id not in known]
    if new:
        tracking.take_events(session, house, new, retailer=retailer, now=now)
        connections.note_events(session, retailer, new, now=now)
    return len(new)
