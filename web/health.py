"""Whether everything runs, in one look that never takes longer than two seconds."""

import logging
import threading
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from flask import Blueprint, Response, jsonify
from sqlalchemy import func, or_, select
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.orm import Session

from channels.models import Heartbeat, InboxRow, OutboxRow
from db import Database
from web.context import parts

log = logging.getLogger("doorline.web")

#: A worker beats every 5 s; one that has missed two is not there.
ALIVE_FOR = timedelta(seconds=15)
#: Something that has waited for so long shows that we do not keep up.
SLOW_AFTER_S = 60
#: A database that has not answered by then counts as down.
PATIENCE_S = 1.8


@dataclass(frozen=True, slots=True)
class Look:
    """What the rows say."""

    worker_is_alive: bool
    #: rasa, keywords or off, as the newest heartbeat says; None without one.
    nlu: str | None
    inbox_oldest_s: int
    outbox_oldest_s: int


def assess(look: Look | None, *, nlu_configured: bool) -> dict[str, Any]:
    """Answer the health document for what was seen; None: the database does not answer. Pure."""
    if look is None:
        checks: dict[str, Any] = {"database": "down", "worker": "down", "nlu": "keywords"}
        return {"status": "down", "checks": {**checks, "inbox_oldest_s": 0, "outbox_oldest_s": 0}}
    rasa = nlu_configured and look.worker_is_alive and look.nlu == "rasa"
    slow = max(look.inbox_oldest_s, look.outbox_oldest_s) > SLOW_AFTER_S
    status = "ok"
    if slow or (nlu_configured and not rasa):
        status = "degraded"
    if not look.worker_is_alive:
        status = "down"
    return {
        "status": status,
        "checks": {
            "database": "ok",
            "worker": "ok" if look.worker_is_alive else "down",
            "nlu": "rasa" if rasa else "keywords",
            "inbox_oldest_s": look.inbox_oldest_s,
            "outbox_oldest_s": look.outbox_oldest_s,
        },
    }


def look(session: Session, *, now: datetime) -> Look:
    """Read what the rows say. What is planned for later does not wait; what is leased or retried does."""
    beat = session.execute(select(Heartbeat.at, Heartbeat.nlu).order_by(Heartbeat.at.desc()).limit(1)).one_or_none()
    heard = session.scalar(select(func.min(InboxRow.received_at)).where(InboxRow.state == "received"))
    owed = session.scalar(
        select(func.min(func.coalesce(OutboxRow.not_before, OutboxRow.created_at))).where(
            OutboxRow.state == "queued", or_(OutboxRow.not_before.is_(None), OutboxRow.not_before <= now)
        )
    )
    return Look(
        worker_is_alive=beat is not None and now - beat.at <= ALIVE_FOR,
        nlu=None if beat is None else beat.nlu,
        inbox_oldest_s=_age(heard, now),
        outbox_oldest_s=_age(owed, now),
    )


class _Glance:
    """One look at the database, in a thread of its own that nobody has to wait for, the process's end included."""

    def __init__(self, database: Database, now: datetime) -> None:
        self.over = threading.Event()
        self.seen: Look | None = None
        threading.Thread(target=self._look, args=(database, now), name="health", daemon=True).start()

    def _look(self, database: Database, now: datetime) -> None:
        try:
            with database.read() as session:
                self.seen = look(session, now=now)
        except SQLAlchemyError as error:
            log.warning("health cannot read the database: %s", type(error).__name__)
        finally:
            self.over.set()


class Watch:
    """Looks at the database for whoever asks: one that hangs must not hang them."""

    def __init__(self, patience_s: float = PATIENCE_S) -> None:
        self._patience_s = patience_s
        self._glance: _Glance | None = None
        self._lock = threading.Lock()

    def see(self, database: Database, *, now: datetime) -> Look | None:
        """Answer what is seen, None when the database is down or takes too long."""
        with self._lock:
            # A look that still hangs is waited for again rather than doubled.
            if self._glance is None or self._glance.over.is_set():
                self._glance = _Glance(database, now)
            glance = self._glance
        return glance.seen if glance.over.wait(self._patience_s) else None


def watching() -> Blueprint:
    """Answer the route of one app, with a watch of its own."""
    routes = Blueprint("health", __name__)
    watch = Watch()

    @routes.get("/health")
    def health() -> Response:
        house = parts()
        said = assess(watch.see(house.database, now=house.clock()), nlu_configured=house.settings.nlu_url is not None)
        answer = jsonify(said)
        answer.status_code = 503 if said["status"] == "down" else 200
        return answer

    return routes


def _age(since: datetime | None, now: datetime) -> int:
    return 0 if since is None else max(0, int((now - since).total_seconds()))
