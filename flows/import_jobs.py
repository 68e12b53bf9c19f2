"""Files of shipments as jobs: taken once for each content, worked off in batches by any worker, watched and called off.

A batch commits its shipments and the job's progress together: a worker that dies costs the time of one batch, and the
next one goes on behind it. Nobody is texted about what comes this way.
"""

import csv
import hashlib
import io
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import delete, select, update
from sqlalchemy.orm import Session

from channels.redact import storable
from db import insert_once, wake
from flows.import_models import ImportContent, ImportFault, ImportJob

#: Bytes a file may have.
SIZE_MAX = 10 * 1024 * 1024
#: Characters of a file's name that are kept.
NAME_MAX = 200
QUEUED, WORKING, DONE, CANCELLED, FAILED = "queued", "working", "done", "cancelled", "failed"
OVER = frozenset({DONE, CANCELLED, FAILED})
#: A finished job and its bad lines are kept so long: they carry people's names and numbers.
KEPT = timedelta(days=30)
#: What a spreadsheet would run as a formula.
FORMULA = ("=", "+", "-", "@", "\t", "\r")


class TooLarge(ValueError):
    """The file is larger than 10 MB. Split it and import the parts."""


@dataclass(frozen=True, slots=True)
class Taken:
    """What became of a file that was handed in."""

    job: ImportJob
    #: False: the same content was taken before, as this job.
    is_new: bool


def take_file(session: Session, *, retailer: str, name: str, data: bytes, by: str, now: datetime) -> Taken:
    """Take a file in, once for each content, in the caller's transaction; the worker does the rest.

    name: the file's own. by: the agent's e-mail, or `folder`. A content whose job was called off or could not be read
    is taken anew. Raises TooLarge.
    """
    if len(data) > SIZE_MAX:
        raise TooLarge(TooLarge.__doc__)
    job = ImportJob(
        retailer=retailer,
        name=storable(name).strip()[:NAME_MAX] or "import.csv",
        digest=hashlib.sha256(data).hexdigest(),
        size=len(data),
        by=by,
        state=QUEUED,
        lines_done=0,
        created=0,
        existing=0,
        faults=0,
        lease_epoch=0,
        created_at=now,
    )
    if not insert_once(session, job):
        known = select(ImportJob).where(
            ImportJob.retailer == retailer,
            ImportJob.digest == job.digest,
            ImportJob.state.not_in((CANCELLED, FAILED)),
        )
        return Taken(session.scalars(known).one(), False)
    session.add(ImportContent(job_id=job.id, data=data))
    session.flush()
    wake(session, "imports")
    return Taken(job, True)


def get(session: Session, retailer: str, job_id: int) -> ImportJob | None:
    """The retailer's job with that id, as it is now; None also for another retailer's."""
    query = select(ImportJob).where(ImportJob.id == job_id, ImportJob.retailer == retailer)
    return session.scalars(query.execution_options(populate_existing=True)).one_or_none()


def page(session: Session, retailer: str, *, before_id: int | None = None, limit: int = 50) -> list[ImportJob]:
    """The retailer's jobs, newest first; the next page begins before the last one's id."""
    query = select(ImportJob).where(ImportJob.retailer == retailer)
    if before_id is not None:
        query = query.where(ImportJob.id < before_id)
    return list(session.scalars(query.order_by(ImportJob.id.desc()).limit(limit)))


def faults(session: Session, job: ImportJob, *, limit: int | None = None) -> Sequence[ImportFault]:
    """The lines that could not be taken, in the file's order."""
    query = select(ImportFault).where(ImportFault.job_id == job.id).order_by(ImportFault.place).limit(limit)
    return session.scalars(query).all()


def error_csv(session: Session, job: ImportJob) -> str:
    """The bad lines as CSV: line, field, reason, original line; what a spreadsheet would run is made plain text."""
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\r\n")
    writer.writerow(["line", "field", "reason", "original line"])
    for fault in faults(session, job):
        writer.writerow([fault.line, plain(fault.field), plain(fault.reason), plain(fault.original)])
    return text.getvalue()


def plain(cell: str) -> str:
    """The cell such that no spreadsheet takes it for a formula."""
    return f"'{cell}" if cell.startswith(FORMULA) else cell


def cancel(session: Session, job: ImportJob, *, now: datetime) -> bool:
    """Call the job off: at once when nobody works on it, else before its next batch. False: it is over already.

    What has gone in stays.
    """
    change = update(ImportJob).where(ImportJob.id == job.id, ImportJob.state.not_in(OVER))
    change = change.values(cancel_asked_at=now).returning(ImportJob.id)
    asked = session.execute(change.execution_options(synchronize_session=False)).first() is not None
    if asked and _idle(session, job, now):
        session.execute(delete(ImportContent).where(ImportContent.job_id == job.id))
    session.refresh(job)
    return asked


def _idle(session: Session, job: ImportJob, now: datetime) -> bool:
    """End a job nobody holds; whether it was one."""
    free = (ImportJob.lease_until.is_(None)) | (ImportJob.lease_until <= now)
    change = update(ImportJob).where(ImportJob.id == job.id, free, ImportJob.state.not_in(OVER))
    change = change.values(state=CANCELLED, finished_at=now, lease_epoch=ImportJob.lease_epoch + 1, lease_until=None)
    found = session.execute(change.returning(ImportJob.id).execution_options(synchronize_session=False))
    return found.first() is not None


def forget(session: Session, *, now: datetime) -> int:
    """Delete what was over for longer than it is kept; answers how many jobs."""
    old = select(ImportJob.id).where(ImportJob.state.in_(OVER), ImportJob.finished_at < now - KEPT)
    ids = list(session.scalars(old.limit(100)))
    for model in (ImportFault, ImportContent):
        session.execute(delete(model).where(model.job_id.in_(ids)))
    session.execute(delete(ImportJob).where(ImportJob.id.in_(ids)))
    return len(ids)
