"""Counts webhooks that were not signed by whom they claimed to come from, in this process, for `/metrics`."""

import threading
from collections import Counter
from datetime import datetime, timedelta

from flows import connections
from web.context import Parts

#: A flood of forged requests costs one row a second of each process, not one each.
ROW_EVERY = timedelta(seconds=1)
_counts: Counter[str] = Counter()
#: (installation, retailer, source) -> refused requests not written down yet, and when the newest row was written.
_unwritten: Counter[tuple[str, str, str]] = Counter()
_written: dict[tuple[str, str, str], datetime] = {}
_lock = threading.Lock()


def refused(house: Parts, retailer: str, source: str) -> None:
    """Count one more refused webhook of that source, and write it down for the retailer's connections."""
    count(source)
    key, now = (house.settings.database_url, retailer, source), house.clock()
    with _lock:
        _unwritten[key] += 1
        last = _written.get(key)
        if last is not None and timedelta(0) <= now - last < ROW_EVERY:
            return
        many, _written[key] = _unwritten.pop(key), now
    with house.database.write() as session:
        connections.note(session, retailer, source, ok=False, count=many, now=now)


def count(source: str) -> None:
    """Count one more refused webhook of that source."""
    with _lock:
        _counts[source] += 1


def counts() -> dict[str, int]:
    """Answer how many were refused since this process began, by source."""
    with _lock:
        return dict(_counts)
