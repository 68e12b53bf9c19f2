"""Whoever fails several times in a row is left alone for a while: asking again at once helps nobody."""

import threading
import time
from collections.abc import Callable
from typing import TypeVar

from channels.json_api import ApiAway

#: After so many failures in a row nobody is asked for so long.
FAILURES, REST_S = 3, 60.0

Found = TypeVar("Found")


class Resting:
    """Counts the failures of one server. Safe to share between threads."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._guard = threading.Lock()
        self._failures, self._rests_until = 0, 0.0

    def ask(self, ask: Callable[[], Found]) -> Found:
        """Ask once. Raises OSError: no usable answer, or the server is given a rest (`resting`)."""
        with self._guard:
            if self._clock() < self._rests_until:
                raise OSError("resting")
        try:
            found = ask()
        except ApiAway as away:
            # "There is none" is an answer, and no failure of who gave it.
            if away.status != 400:
                self.failed()
            raise OSError(away.code) from away
        except (KeyError, IndexError, TypeError, ValueError, OverflowError) as error:
            self.failed()
            raise OSError("bad_answer") from error
        with self._guard:
            self._failures = 0
        return found

    def failed(self) -> None:
        """Count a failure; also for who finds an answer that cannot be."""
        with self._guard:
            self._failures += 1
            if self._failures >= FAILURES:
                self._failures, self._rests_until = 0, self._clock() + REST_S
