"""The threads that call channels: a job in, an attempt out, nothing of the database near them."""

import logging
import queue
import threading
import time
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from channels.claims import Claimed
from channels.failpoints import hit
from channels.messages import Channel, OutboundMessage, Outcome, SendError
from channels.settle import Attempt

log = logging.getLogger(__name__)
#: Results that come within this time of one another are settled by one commit.
GATHER_S = 0.002


@dataclass(frozen=True, slots=True)
class Job:
    """One call to make."""

    claimed: Claimed
    message: OutboundMessage
    attempted_at: datetime
    #: `boot_clock` just before the lease was last extended.
    leased_at: float


def boot_clock() -> float:
    """Seconds that go on while the machine sleeps, where the system can tell."""
    return time.clock_gettime(getattr(time, "CLOCK_BOOTTIME", time.CLOCK_MONOTONIC))


class Senders:
    """Sending threads, and one queue on which both their results and wake-ups arrive."""

    def __init__(self, channels: Mapping[str, Channel], *, threads: int, lease_s: float) -> None:
        self._channels, self._size, self._lease_s = channels, threads, lease_s
        self._jobs: queue.SimpleQueue[Job | None] = queue.SimpleQueue()
        #: None is a wake-up.
        self._results: queue.SimpleQueue[Attempt | None] = queue.SimpleQueue()
        self._woken = threading.Event()
        self._threads: list[threading.Thread] = []
        self._in_flight = 0

    @property
    def free(self) -> int:
        """How many threads could begin a call at once."""
        return self._size - self._in_flight

    @property
    def in_flight(self) -> int:
        """How many calls are out, or done and not gathered."""
        return self._in_flight

    def begin(self, job: Job) -> None:
        """Call the job's channel in a thread that is free."""
        while len(self._threads) < self._size:
            name = f"outbox-send-{len(self._threads)}"
            self._threads.append(threading.Thread(target=self._work, name=name, daemon=True))
            self._threads[-1].start()
        self._in_flight += 1
        self._jobs.put(job)

    def wake(self) -> None:
        """End a `gather` that waits. Any thread may call it."""
        if not self._woken.is_set():
            self._woken.set()
            self._results.put(None)

    def gather(self, timeout_s: float) -> tuple[list[Attempt], bool]:
        """Answer (what has come, whether woken): waits for the first, then a moment for those right behind it."""
        came: list[Attempt | None] = []
        try:
            came.append(self._results.get(timeout=timeout_s) if timeout_s > 0 else self._results.get_nowait())
            end = time.monotonic() + GATHER_S
            while self._in_flight > len(came) and (left := end - time.monotonic()) > 0:
                came.append(self._results.get(timeout=left))
            while True:
                came.append(self._results.get_nowait())
        except queue.Empty:
            pass
        attempts = [one for one in came if one is not None]
        self._in_flight -= len(attempts)
        woken = len(attempts) < len(came)
        if woken:
            self._woken.clear()
        return attempts, woken

    def await_all(self, timeout_s: float) -> list[Attempt]:
        """Answer what comes until no call is out, or the time is up."""
        attempts: list[Attempt] = []
        end = time.monotonic() + timeout_s
        while self._in_flight and (left := end - time.monotonic()) > 0:
            attempts += self.gather(left)[0]
        return attempts

    def close(self) -> None:
        """Let the threads end once their calls have."""
        for _ in self._threads:
            self._jobs.put(None)
        self._threads.clear()

    def _work(self) -> None:
        while (job := self._jobs.get()) is not None:
            self._results.put(self._send(job))

    def _send(self, job: Job) -> Attempt:
        """Call the channel, unless the lease is over: a process that was frozen sends nothing when it thaws."""
        if boot_clock() - job.leased_at >= self._lease_s:
            return Attempt(job.claimed, job.attempted_at)
        try:
            provider_id = self._channels[job.claimed.channel].send(job.message)
        except SendError as error:
            return Attempt(job.claimed, job.attempted_at, error=error)
        except Exception as error:  # noqa: BLE001  the worker's loop: whatever it was, the outcome is unknown
            log.error("outbox: a channel failed in a new way: %s", type(error).__name__)  # noqa: TRY400  no bodies
            odd = SendError(Outcome.UNKNOWN, type(error).__name__, "The channel failed; nobody knows whether it went.")
            return Attempt(job.claimed, job.attempted_at, error=odd)
        hit("after_accept")
        return Attempt(job.claimed, job.attempted_at, provider_id=provider_id)
