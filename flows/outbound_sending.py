"""Telling endpoints what they are owed: one attempt at a time to each, many endpoints at once, nothing open meanwhile.

An endpoint is leased, not a delivery: whoever holds it posts what is due, oldest first, and gives it back after a while
or after the first failure. A sender that dies holds it until the lease ends; then the same event goes out again, under
the same id.
"""

import logging
import random
import threading
from collections.abc import Callable, Mapping
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import delete, exists, select, update
from sqlalchemy.exc import OperationalError
from sqlalchemy.orm import Session

from channels.failpoints import hit
from channels.webhook_post import Posted, WebhookPost
from db import Database, wake
from flows import outbound_body, outbound_facts
from flows.house import House
from flows.outbound_endpoints import reach_of
from flows.outbound_events import CHANNEL
from flows.outbound_kinds import REQUESTS
from flows.outbound_models import WebhookDelivery, WebhookEndpoint
from flows.outbound_notice import tell_disabled
from flows.story_models import OutboundEvent

log = logging.getLogger("doorline.webhooks")

ATTEMPTS_MAX = 14
FIRST_WAIT = timedelta(seconds=30)
#: How far a wait may differ from 2^n times the first one: those that failed together do not come back together.
JITTER = 0.1
FAILURES_MAX = 300
GONE = 410
#: Longer than an attempt can last.
LEASE = timedelta(seconds=30)
#: After a failure the endpoint is left alone for a moment, whatever else it is owed.
REST = timedelta(seconds=1)
#: So many attempts, and others have their turn.
TURN = 20
POLL_S = 2.0
#: How long what was told, or given up, stays to be looked at.
KEPT = timedelta(days=30)

#: (url, body, headers) -> what became of it; may take ten seconds.
Post = Callable[[str, bytes, Mapping[str, str]], Posted]


@dataclass(frozen=True, slots=True)
class Lease:
    """An endpoint that is ours for a while."""

    endpoint_id: int
    epoch: int


@dataclass(frozen=True, slots=True)
class Owed:
    """One attempt to make."""

    delivery_id: int
    url: str
    name: str
    content: bytes
    secret: str


class WebhookSender:
    """The loop that posts. Any number of workers may run one. threads: how many endpoints are told at once."""

    def __init__(
        self, database: Database, house: House, post: Post, *, clock: Callable[[], datetime], threads: int = 4
    ) -> None:
        self._database = database
        self._house = house
        self._post = post
        self._clock = clock
        self._threads = threads

    @classmethod
    def over(cls, database: Database, house: House, *, clock: Callable[[], datetime]) -> "WebhookSender":
        """A sender that posts where this installation may post."""
        return cls(database, house, WebhookPost(reach_of(house.settings)), clock=clock)

    def run(self, stop: threading.Event) -> None:
        """Serve until `stop` is set; an attempt that has begun is settled."""
        waiter = self._database.waiter(CHANNEL)
        running: set[Future[int]] = set()
        with ThreadPoolExecutor(self._threads, thread_name_prefix="webhooks") as pool:
            try:
                while not stop.is_set():
                    running = {one for one in running if not _ended(one)}
                    leases = self.claim(self._threads - len(running))
                    running |= {pool.submit(self.serve, lease, stop) for lease in leases}
                    if not leases:
                        waiter.wait(POLL_S, stop)
            finally:
                waiter.close()

    def claim(self, limit: int) -> list[Lease]:
        """Lease endpoints that are owed something now, those that were not served for longest first."""
        if limit <= 0:
            return []
        now = self._clock()
        due = exists().where(
            WebhookDelivery.endpoint_id == WebhookEndpoint.id,
            WebhookDelivery.state == "pending",
            WebhookDelivery.next_at <= now,
        )
        free = WebhookEndpoint.leased_until.is_(None) | (WebhookEndpoint.leased_until <= now)
        query = select(WebhookEndpoint).where(WebhookEndpoint.state == "on", free, due)
        with self._database.read() as session:  # most of the time there is nothing, and that takes no lock
            if session.scalar(query.with_only_columns(WebhookEndpoint.id).limit(1)) is None:
                return []
        with self._database.write() as session:
            oldest = WebhookEndpoint.leased_until.asc().nulls_first()
            rows = session.scalars(
                query.order_by(oldest, WebhookEndpoint.id).limit(limit).with_for_update(skip_locked=True)
            ).all()
            for row in rows:
                row.leased_until, row.epoch = now + LEASE, row.epoch + 1
            return [Lease(row.id, row.epoch) for row in rows]

    def serve(self, lease: Lease, stop: threading.Event) -> int:
        """Post what is owed until there is no more, one has failed, or the turn is over; answers how many."""
        for done in range(TURN):
            owed = None if stop.is_set() else self._next(lease)
            if owed is None:
                self._give_back(lease)
                return done
            said = outbound_body.headers(owed.secret, owed.name, owed.content, now=self._clock())
            posted = self._post(owed.url, owed.content, said)
            hit("webhook_posted")
            if not self._settle(lease, owed, posted) or posted.error is not None:
                return done + 1
        self._give_back(lease)
        return TURN

    def _next(self, lease: Lease) -> Owed | None:
        with self._database.read() as session:
            query = (
                select(WebhookDelivery.id, WebhookEndpoint, OutboundEvent)
                .join(WebhookEndpoint, WebhookEndpoint.id == WebhookDelivery.endpoint_id)
                .join(OutboundEvent, OutboundEvent.id == WebhookDelivery.event_id)
                .where(
                    WebhookEndpoint.id == lease.endpoint_id,
                    WebhookEndpoint.epoch == lease.epoch,
                    WebhookEndpoint.state == "on",
                    WebhookDelivery.state == "pending",
                    WebhookDelivery.next_at <= self._clock(),
                )
                .order_by(WebhookDelivery.next_at, WebhookDelivery.id)
                .limit(1)
            )
            found = session.execute(query).one_or_none()
            if found is None:
                return None
            delivery_id, endpoint, event = found
            data = outbound_facts.with_words(session, event.kind, event.payload)
            content = outbound_body.body(event.id, event.kind, event.retailer, data, at=event.created_at)
            secret = outbound_body.secret_of(self._house.settings.secret_key, endpoint.nonce)
            return Owed(delivery_id, endpoint.url, outbound_body.event_id(event.id), content, secret)

    def _settle(self, lease: Lease, owed: Owed, posted: Posted) -> bool:
        """Write down what became of the attempt. False: the endpoint is not ours any more, and others see to it."""
        now = self._clock()

        def work(session: Session) -> bool:
            query = select(WebhookEndpoint).where(WebhookEndpoint.id == lease.endpoint_id)
            endpoint = session.scalars(query.with_for_update()).one()
            if endpoint.epoch != lease.epoch:
                return False
            row = session.get_one(WebhookDelivery, owed.delivery_id)
            if row.state == "pending":
                _note(row, posted, now)
            if posted.error is None:
                session.get_one(OutboundEvent, row.event_id).state = "told"
            if posted.error is None:
                endpoint.failures, endpoint.leased_until = 0, now + LEASE
            else:
                endpoint.failures, endpoint.leased_until = endpoint.failures + 1, now + REST
                reason = "gone" if posted.status == GONE else "failures"
                if endpoint.state == "on" and (reason == "gone" or endpoint.failures >= FAILURES_MAX):
                    endpoint.state, endpoint.disabled_at, endpoint.disabled_reason = "disabled", now, reason
                    tell_disabled(session, self._house, endpoint, now=now)
            return True

        return self._database.run(work)

    def _give_back(self, lease: Lease) -> None:
        mine = update(WebhookEndpoint).where(
            WebhookEndpoint.id == lease.endpoint_id, WebhookEndpoint.epoch == lease.epoch
        )
        with self._database.write() as session:
            # The moment it was served last stays, so that the next turn is another's.
            session.execute(mine.values(leased_until=self._clock()))
            wake(session, CHANNEL)


def _note(row: WebhookDelivery, posted: Posted, now: datetime) -> None:
    row.attempts += 1
    row.last_status, row.error, row.answer, row.last_at = posted.status, posted.error, posted.answer or None, now
    if posted.error is None:
        row.state, row.next_at = "delivered", None
    elif row.attempts >= ATTEMPTS_MAX or posted.status == GONE:
        row.state, row.next_at = "failed", None
    else:
        row.next_at = now + wait_after(row.attempts)


def wait_after(attempts: int) -> timedelta:
    """Answer how long to wait after so many failed attempts: 30 s, 1 min, 2 min, … 34 h, a tenth more or less."""
    spread: float = random.uniform(1 - JITTER, 1 + JITTER)  # noqa: S311 - a pause, no secret
    return FIRST_WAIT * float(2 ** (attempts - 1)) * spread


def _ended(one: "Future[int]") -> bool:
    if not one.done():
        return False
    error = one.exception()
    if isinstance(error, OperationalError):
        log.warning("webhooks wait for the database: %s", type(error.orig).__name__)
    elif error is not None:
        raise error
    return True


def forget(session: Session, *, now: datetime, limit: int = 500) -> int:
    """Forget what was told or given up long ago; requests to a store stay with their parcel. Answers how many."""
    old = (
        select(WebhookDelivery.id)
        .where(WebhookDelivery.state != "pending", WebhookDelivery.created_at < now - KEPT)
        .order_by(WebhookDelivery.id)
        .limit(limit)
    )
    events = session.scalars(
        delete(WebhookDelivery).where(WebhookDelivery.id.in_(old)).returning(WebhookDelivery.event_id)
    ).all()
    owed = exists().where(WebhookDelivery.event_id == OutboundEvent.id)
    kept = OutboundEvent.kind.in_((*REQUESTS, "survey.answered"))
    session.execute(delete(OutboundEvent).where(OutboundEvent.id.in_(set(events)), ~owed, ~kept))
    return len(events)
