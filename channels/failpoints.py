"""Named places where a test may end or freeze the process: `FAILPOINTS=after_claim` or `FAILPOINTS=after_claim:stop`.

Places: after_claim, after_sending, after_accept, before_settle, inbox_after_claim, inbox_before_commit,
webhook_posted, folder_taken.
"""

import os
import signal
import threading

_SIGNALS = {"": signal.SIGKILL, "kill": signal.SIGKILL, "stop": signal.SIGSTOP}


def _read(variable: str) -> dict[str, signal.Signals]:
    places = (place.strip().partition(":") for place in variable.split(",") if place.strip())
    return {name: _SIGNALS[how] for name, _, how in places}


_ACTIVE = _read(os.environ.get("FAILPOINTS", ""))


def hit(name: str) -> None:
    """End (or stop) this process here when the environment names this place; else do nothing. A stop acts once."""
    if _ACTIVE and name in _ACTIVE:
        # To this very thread: a signal to the process may land on another, and this one would run on meanwhile.
        signal.pthread_kill(threading.get_ident(), _ACTIVE.pop(name))
