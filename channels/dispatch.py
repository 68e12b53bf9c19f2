"""The sending side of a worker: claims rows, hands them to their channels, writes down what came of it.

A pipeline in one thread around a few sending threads. Rows are claimed only for threads that are free, so that every
call of a batch begins at once and ends inside the lease; the calls run with nothing open; results are settled together
as they come, so that a slow call delays only its own row.
"""

import logging
import secrets
import threading
import time
from collections.abc import Callable, Mapping
from datetime import datetime

from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.orm import Session

from channels import claims, unknown
from channels.claims import Claimed
from channels.failpoints import hit
from channels.lanes import Lanes
from channels.messages import Channel
from channels.restoring import Restored
from channels.senders import Job, Senders, boot_clock
from channels.settle import Attempt, Context, Settled, settle
from db import Database, utc_now

log = logging.getLogger(__name__)
#: Work is looked for this often, woken or not.
POLL_S = 1.0
DRAIN_S = 15.0
#: Between attempts to reach a database that does not answer.
_FIRST_PAUSE_S, _LONGEST_PAUSE_S = 0.1, 2.0


class Dispatcher:
    """Sends the outbox. Any number of them, in any number of processes, share one database.

    channels: by name (`sms`, `email`); rows of other channels are left alone. threads: calls at the same time.
    lease_s: longer than the slowest call of any channel. unknown_looks_s: see `channels.unknown`. sender_per_second:
    for each of our senders without a row in sender_pace; 0 leaves pacing to the provider. on_settled: called in the
    dispatcher's thread after each commit, for counting; it must be quick and must not raise.
    """

    def __init__(
        self,
        database: Database,
        channels: Mapping[str, Channel],
        *,
        worker: str,
        threads: int,
        lease_s: float,
        unknown_looks_s: tuple[float, ...],
        clock: Callable[[], datetime] = utc_now,
        sender_per_second: float = 0.0,
        on_settled: Callable[[Settled], None] | None = None,
    ) -> None:
        self._database, self._clock, self._on_settled = database, clock, on_settled
        # A worker that comes back under the same name must not take its former life's rows for its own.
        self._worker = f"{worker}-{secrets.token_hex(4)}"
        self._lease_s, self._looks_s, self._default_rate = lease_s, unknown_looks_s, sender_per_second
        self._senders = Senders(channels, threads=threads, lease_s=lease_s)
        self._lanes = Lanes(list(channels), worker=self._worker, lease_s=lease_s, default_rate=sender_per_second)
        #: What has come of attempts and is not written down yet; kept until that has committed.
        self._results: list[Attempt] = []
        #: There may be rows to claim: somebody woke us, something was settled, or the last claim was full.
        self._hungry = True
        #: A transaction failed: what it had claimed, if it did, is given back by the next.
        self._must_release = False
        self._next_chores = 0.0

    def run(self, stop: threading.Event, *, first: Restored | None = None) -> None:
        """Send until `stop` is set, then finish what is in flight within 15 s. Outlives the database's absence.

        first: what must be known before anything is sent.
        """
        if first is not None and not first.settle(stop):
            return
        watcher = threading.Thread(target=self._watch, args=(stop,), name="outbox-watch", daemon=True)
        watcher.start()
        pause = _FIRST_PAUSE_S
        while not stop.is_set():
            try:
                busy, pause = self._turn(), _FIRST_PAUSE_S
            except SQLAlchemyError as error:
                log.warning("outbox: the database does not answer (%s); again in %.1f s", type(error).__name__, pause)
                stop.wait(pause)
                busy, pause = True, min(_LONGEST_PAUSE_S, pause * 2)
            if not busy:
                self._gather(self._lanes.wait_s(POLL_S))
        self.drain(DRAIN_S)
        watcher.join(2 * POLL_S)

    def step(self) -> int:
        """Claim, send and settle once, all results awaited; answers how many attempts were settled. For tests."""
        self._next_chores, self._hungry = 0.0, True
        self._lanes.forget_waits()
        self._turn()
        self._results += self._senders.await_all(self._lease_s)
        count = len(self._results)
        self._settle_only()
        return count

    def drain(self, timeout_s: float = DRAIN_S) -> int:
        """Claim nothing more, await what is in flight and settle it; answers how many calls are still out.

        Those keep the state `sending`; what became of them is found out by whoever comes next.
        """
        end = time.monotonic() + timeout_s
        while True:
            self._results += self._senders.await_all(end - time.monotonic())
            try:
                self._settle_only()
                with self._database.write() as session:
                    claims.release(session, worker=self._worker)
                break
            except SQLAlchemyError as error:
                log.warning("outbox: the database does not answer (%s) while stopping", type(error).__name__)
                if time.monotonic() >= end:
                    break
                time.sleep(_FIRST_PAUSE_S)
        self._senders.close()
        return self._senders.in_flight

    def _turn(self) -> bool:
        """Settle what has come, claim for the free threads, begin and hand over. False: nothing to do just now."""
        self._gather(0.0)
        chores, room = time.monotonic() >= self._next_chores, self._senders.free
        wanted = room > 0 and (chores or self._hungry or self._lanes.is_due())
        if not (chores or wanted or self._results):
            return False
        claimed: list[Claimed] = []
        now = self._clock()
        try:
            with self._database.write() as session:
                if self._must_release:
                    claims.release(session, worker=self._worker)
                settled = self._settle(session, now)
                if chores:
                    unknown.lose(session, now=now, looks_s=self._looks_s)
                    self._lanes.refresh(session, now)
                if wanted:
                    claimed = self._lanes.claim(session, now, room)
        except SQLAlchemyError:
            self._must_release = True
            raise
        self._next_chores = time.monotonic() + POLL_S if chores else self._next_chores
        self._committed(settled)
        self._hungry = len(claimed) == room if wanted else self._hungry
        if claimed:
            hit("after_claim")
            self._begin(claimed)
        return bool(claimed)

    def _begin(self, claimed: list[Claimed]) -> None:
        leased_at, now = boot_clock(), self._clock()
        try:
            with self._database.write() as session:
                begun = claims.begin(session, claimed, worker=self._worker, now=now, lease_s=self._lease_s)
        except SQLAlchemyError:
            # Whether that was committed or not, none of them was sent: written down as such, they go back.
            self._results += [Attempt(one, now) for one in claimed]
            self._must_release = True
            raise
        hit("after_sending")
        for one, reference in begun:
            self._senders.begin(Job(one, one.message(reference), now, leased_at))
            self._lanes.count(one.sender)

    def _settle(self, session: Session, now: datetime) -> list[Settled]:
        if not self._results:
            return []
        hit("before_settle")
        rates, troubled = self._lanes.seen_rates(), self._lanes.troubled
        return settle(session, self._results, Context(now, self._looks_s, self._default_rate, rates, troubled))

    def _settle_only(self) -> None:
        if self._results:
            with self._database.write() as session:
                settled = self._settle(session, self._clock())
            self._committed(settled)

    def _committed(self, settled: list[Settled]) -> None:
        self._must_release, self._results = False, []
        for one in settled:
            if one.code is not None:
                self._next_chores = 0.0  # some sender's pace may have changed
            if one.alarming:
                log.error("outbox: a sender rests: %s (code %s)", one.kind, one.code)
            if self._on_settled is not None:
                self._on_settled(one)

    def _gather(self, timeout_s: float) -> None:
        attempts, woken = self._senders.gather(timeout_s)
        self._results += attempts
        self._hungry = self._hungry or woken or bool(attempts)

    def _watch(self, stop: threading.Event) -> None:
        """Turn commits of others, and the passing of time, into wake-ups of the one queue that is waited on."""
        waiter = self._database.waiter("outbox")
        while not stop.is_set():
            waiter.wait(POLL_S, stop)
            self._senders.wake()
        waiter.close()
