"""What stores are owed because time passed: requests through their own APIs, people's rights, and forgetting."""

import threading
from collections.abc import Callable
from datetime import datetime, timedelta

from sqlalchemy import delete
from sqlalchemy.orm import Session

from db import Database
from flows import store_privacy, store_requests
from flows.house import House
from flows.store_models import StoreEvent

#: No store sends an event again after so long.
EVENTS_KEPT = timedelta(days=30)


def tick(
    database: Database,
    house: House,
    apis: store_requests.Apis,
    *,
    clock: Callable[[], datetime],
    stop: threading.Event | None = None,
) -> None:
    """Ask stores for what only they can do; tell and forget whom they want told and forgotten."""
    store_requests.perform_due(database, house, apis, clock=clock)
    while database.run(lambda session: store_privacy.answer_due(session, house, now=clock())):
        if stop is not None and stop.is_set():
            return


def tidy(session: Session, *, now: datetime) -> None:
    """Forget which webhooks were taken long ago."""
    session.execute(delete(StoreEvent).where(StoreEvent.received_at < now - EVENTS_KEPT))
