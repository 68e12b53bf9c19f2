"""Leaves a server alone that keeps failing. Pure but for its lock; time is given."""

import threading
from collections.abc import Callable
from typing import Final

OPENS_AFTER: Final = 5
REST_S: Final = 10.0


class Breaker:
    """Opens after five failures in a row; ten seconds later lets one caller through to try, and again if that fails.

    `clock` is monotonic seconds. Safe to share between threads.
    """

    def __init__(self, clock: Callable[[], float]) -> None:
        self._clock = clock
        self._lock = threading.Lock()
        self._failures = 0
        self._opened_at: float | None = None
        self._probe_since: float | None = None

    def allow(self) -> bool:
        """Whether the caller may try now; a caller who may must say `failed` or `succeeded`."""
        with self._lock:
            if self._opened_at is None:
                return True
            now = self._clock()
            if now - self._opened_at < REST_S:
                return False
            # A probe whose caller died with its thread must not keep the breaker open for ever.
            if self._probe_since is not None and now - self._probe_since < REST_S:
                return False
            self._probe_since = now
            return True

    def failed(self) -> bool:
        """Counts a failure; True when it opened the breaker that was closed."""
        with self._lock:
            self._failures += 1
            self._probe_since = None
            if self._failures < OPENS_AFTER:
                return False
            was_closed = self._opened_at is None
            self._opened_at = self._clock()
            return was_closed

    def succeeded(self) -> bool:
        """Closes the breaker; True when it was open."""
        with self._lock:
            was_open = self._opened_at is not None
            self._failures = 0
            self._opened_at = self._probe_since = None
            return was_open

    def is_open(self) -> bool:
        """Whether callers are turned away now (not while a try is due)."""
        with self._lock:
            return self._opened_at is not None and self._clock() - self._opened_at < REST_S

    def force_open(self) -> None:
        """Turns everybody away from now on."""
        with self._lock:
            self._failures = OPENS_AFTER
            self._opened_at = float("inf")
