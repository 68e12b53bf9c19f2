"""Counts webhooks that were not signed by whom they claimed to come from, in this process, for `/metrics`."""

import threading
from collections import Counter

_counts: Counter[str] = Counter()
_lock = threading.Lock()


def count(source: str) -> None:
    """Count one more refused webhook of that source."""
    with _lock:
        _counts[source] += 1


def counts() -> dict[str, int]:
    """Answer how many were refused since this process began, by source."""
    with _lock:
        return dict(_counts)
