"""Works imports off, batch by batch: each commits its parcels, its bad lines and the job's progress together.

Any number of workers may do it; a job belongs to one at a time, by a lease that every batch renews. A worker that has
lost its lease finds out before it writes anything, so each line of a file has its effect once.
"""

import io
import logging
import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from sqlalchemy import delete, or_, select
from sqlalchemy.orm import Session

from channels.failpoints import hit
from channels.redact import storable
from db import Database
from flows import import_rows, imports
from flows.house import House
from flows.import_jobs import CANCELLED, DONE, FAILED, OVER, QUEUED, WORKING
from flows.import_models import ImportContent, ImportFault, ImportJob
from flows.import_rows import BadLine, Header
from flows.imports import Found, Line

log = logging.getLogger(__name__)

#: A job that was begun so often more than it made steps ends its workers, and is not begun again.
FRUITLESS_MAX = 10
#: Characters of a bad line that are kept.
ORIGINAL_MAX = 10_000


@dataclass(frozen=True, slots=True)
class Claimed:
    """A job one worker holds."""

    id: int
    epoch: int
    retailer: str
    lines_done: int
    counted: bool


@dataclass
class _Batch:
    """What goes in together."""

    good: list[Line] = field(default_factory=list)
    bad: list[tuple[int, BadLine, str]] = field(default_factory=list)
    #: Lines of data among them.
    lines: int = 0

    def add(self, one: Header | Found) -> None:
        if isinstance(one, Header):
            self.bad += [(one.line, bad, one.original) for bad in one.faults]
            return
        self.lines += 1
        if isinstance(one.content, BadLine):
            self.bad.append((one.line, one.content, one.original))
        else:
            self.good.append(one.content)


def work_all(
    database: Database,
    house: House,
    worker: str,
    lease_s: float,
    *,
    clock: Callable[[], datetime],
    stop: threading.Event,
) -> None:
    """Work every job off that waits, one after the other, until `stop` is set."""
    while not stop.is_set() and work(
        database, house, worker=worker, clock=clock, lease_s=lease_s, stopping=stop.is_set
    ):
        pass


def work(
    database: Database,
    house: House,
    *,
    worker: str,
    clock: Callable[[], datetime],
    lease_s: float,
    stopping: Callable[[], bool] = lambda: False,
) -> bool:
    """Work the oldest job off that nobody holds; False when there is none. Returns early when `stopping` says so."""
    lease = timedelta(seconds=lease_s)
    claimed = database.run(lambda session: claim(session, worker=worker, now=clock(), lease=lease))
    if claimed is None:
        return False
    with database.read() as session:
        content = session.get_one(ImportContent, claimed.id).data
    if not claimed.counted:
        stream = io.BytesIO(content)
        total, note = import_rows.count(stream), import_rows.note_of(stream)
        database.run(lambda session: _note(session, claimed, total, note))
    taken = _Taking(database, house, claimed, clock, lease)
    batch, usable, seen = _Batch(), False, 0
    for one in imports.read(io.BytesIO(content)):
        if isinstance(one, Found):
            seen += 1
            usable = True
        if seen <= claimed.lines_done and (claimed.lines_done or isinstance(one, Found)):
            continue  # went in before
        batch.add(one)
        if batch.lines >= imports.BATCH:
            if stopping() or not taken.commit(batch):
                return True
            batch = _Batch()
    if not stopping():
        taken.commit(batch, ends_as=DONE if usable or not batch.bad else FAILED)
    return True


def claim(session: Session, *, worker: str, now: datetime, lease: timedelta) -> Claimed | None:
    """Take the oldest job that waits or whose worker has gone, for a while. None: there is nothing to do."""
    query = (
        select(ImportJob)
        .where(
            ImportJob.state.in_((QUEUED, WORKING)), or_(ImportJob.lease_until.is_(None), ImportJob.lease_until <= now)
        )
        .order_by(ImportJob.id)
        .limit(1)
        .with_for_update(skip_locked=True)
    )
    job = session.scalars(query).one_or_none()
    if job is None:
        return None
    job.lease_epoch += 1
    fruitless = job.lease_epoch - job.lines_done // imports.BATCH > FRUITLESS_MAX
    if fruitless or job.cancel_asked_at is not None:
        job.note = "broken" if fruitless else job.note
        end(session, job, FAILED if fruitless else CANCELLED, now=now)
        return None
    job.state, job.lease_owner, job.lease_until = WORKING, worker, now + lease
    job.started_at = job.started_at or now
    session.flush()
    return Claimed(job.id, job.lease_epoch, job.retailer, job.lines_done, job.lines_total is not None)


def end(session: Session, job: ImportJob, state: str, *, now: datetime) -> None:
    """Close the job; the file itself is not needed any more."""
    job.state, job.finished_at, job.lease_until, job.lease_owner = state, now, None, None
    session.execute(delete(ImportContent).where(ImportContent.job_id == job.id))
    session.flush()
    log.info("import id=%s state=%s lines=%s faults=%s", job.id, state, job.lines_done, job.faults)


def _note(session: Session, claimed: Claimed, total: int, note: str | None) -> None:
    job = session.get_one(ImportJob, claimed.id, with_for_update=True)
    if job.lease_epoch == claimed.epoch:
        job.lines_total, job.note = total, note


@dataclass(frozen=True)
class _Taking:
    """One worker's hold on one job."""

    database: Database
    house: House
    claimed: Claimed
    clock: Callable[[], datetime]
    lease: timedelta

    def commit(self, batch: _Batch, *, ends_as: str | None = None) -> bool:
        """Take the batch in. False: the job is not ours any more, or was called off."""
        going_on = self.database.run(lambda session: self._take(session, batch, ends_as))
        hit("import_after_commit")
        return going_on

    def _take(self, session: Session, batch: _Batch, ends_as: str | None) -> bool:
        now = self.clock()
        job = session.get_one(ImportJob, self.claimed.id, with_for_update=True, populate_existing=True)
        if job.lease_epoch != self.claimed.epoch or job.state in OVER:
            return False
        if job.cancel_asked_at is not None:
            end(session, job, CANCELLED, now=now)
            return False
        if batch.good:
            created, existing = imports.take(session, self.house, batch.good, retailer=job.retailer, now=now)
            job.created += created
            job.existing += existing
        _keep(session, job, batch.bad)
        job.lines_done += batch.lines
        job.lease_until = now + self.lease
        if ends_as is not None:
            end(session, job, ends_as, now=now)
        session.flush()
        hit("import_before_commit")
        return True


def _keep(session: Session, job: ImportJob, bad: Sequence[tuple[int, BadLine, str]]) -> None:
    for place, (line, fault, original) in enumerate(bad, start=job.faults):
        session.add(
            ImportFault(
                job_id=job.id,
                place=place,
                line=line,
                field=storable(fault.field)[:200],
                reason=storable(fault.reason),
                original=storable(original)[:ORIGINAL_MAX],
            )
        )
    job.faults += len(bad)
