"""Writes down webhooks that were not signed by whom they claimed to come from: as rows, and few, whoever sends many."""

import threading
from collections import Counter
from datetime import datetime, timedelta
from weakref import WeakKeyDictionary

from db import Database
from flows import connections
from web.context import Parts

#: A flood of forged requests costs one row a second of each process and source, not one each.
ROW_EVERY = timedelta(seconds=1)


class _Refused:
    """What this process has refused and not written down yet."""

    def __init__(self) -> None:
        self.unwritten: Counter[tuple[str, str]] = Counter()
        self.written: dict[tuple[str, str], datetime] = {}


_refused: WeakKeyDictionary[Database, _Refused] = WeakKeyDictionary()
_lock = threading.Lock()


def refused(house: Parts, retailer: str, source: str) -> None:
    """Count one more refused webhook of that source for the retailer's connections."""
    key, now = (retailer, source), house.clock()
    with _lock:
        mine = _refused.setdefault(house.database, _Refused())
        mine.unwritten[key] += 1
        last = mine.written.get(key)
        if last is not None and timedelta(0) <= now - last < ROW_EVERY:
            return
        many, mine.written[key] = mine.unwritten.pop(key), now
    with house.database.write() as session:
        connections.note(session, retailer, source, ok=False, count=many, now=now)
