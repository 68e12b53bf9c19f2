"""The rows of imports: files that were handed in, how far each has come, and what was wrong with its lines."""

from datetime import datetime

from sqlalchemy import ForeignKey, Index, LargeBinary, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from db import Base, RowId

#: Jobs that somebody must still work on.
UNFINISHED = "state IN ('queued', 'working')"
#: The same content is taken once; a file that was called off, or could not be read, may come again.
STANDING = "state NOT IN ('cancelled', 'failed')"


class ImportJob(Base):
    """One file of shipments, worked off in batches; each batch commits its shipments and its progress together."""

    __tablename__ = "import_job"
    __table_args__ = (
        Index("ix_import_job_list", "retailer", "id"),
        Index("ix_import_job_due", "id", postgresql_where=text(UNFINISHED), sqlite_where=text(UNFINISHED)),
        Index(
            "uq_import_job_content",
            "retailer",
            "digest",
            unique=True,
            postgresql_where=text(STANDING),
            sqlite_where=text(STANDING),
        ),
    )

    id: Mapped[int] = mapped_column(RowId, primary_key=True)
    retailer: Mapped[str]
    #: The file's name, as its owner calls it.
    name: Mapped[str]
    #: SHA-256 of the content, in hex.
    digest: Mapped[str]
    #: Bytes.
    size: Mapped[int]
    #: The agent's e-mail, or `folder` for a watched folder.
    by: Mapped[str]
    #: queued, working, done, cancelled, failed (nothing in it can be read).
    state: Mapped[str] = mapped_column(default="queued")
    #: Lines with data; None until they have been counted.
    lines_total: Mapped[int | None]
    #: Lines that are through, good or bad: work goes on after them.
    lines_done: Mapped[int] = mapped_column(default=0)
    created: Mapped[int] = mapped_column(default=0)
    existing: Mapped[int] = mapped_column(default=0)
    #: Rows of `import_fault`.
    faults: Mapped[int] = mapped_column(default=0)
    #: What its owner should know of the file as a whole; a name of `import_rows.NOTES`.
    note: Mapped[str | None]
    #: Somebody wants it to end; the worker stops before its next batch.
    cancel_asked_at: Mapped[datetime | None]
    created_at: Mapped[datetime]
    started_at: Mapped[datetime | None]
    finished_at: Mapped[datetime | None]
    lease_owner: Mapped[str | None]
    lease_until: Mapped[datetime | None]
    lease_epoch: Mapped[int] = mapped_column(default=0)


class ImportContent(Base):
    """A file's bytes, in a table of their own so that progress does not rewrite them; gone when the job is over."""

    __tablename__ = "import_content"

    job_id: Mapped[int] = mapped_column(ForeignKey("import_job.id"), primary_key=True, autoincrement=False)
    data: Mapped[bytes] = mapped_column(LargeBinary)


class ImportFault(Base):
    """A line that could not be taken, kept with what it said so that it can be mended and handed in again."""

    __tablename__ = "import_fault"
    __table_args__ = (UniqueConstraint("job_id", "place"),)

    id: Mapped[int] = mapped_column(RowId, primary_key=True)
    job_id: Mapped[int] = mapped_column(ForeignKey("import_job.id"))
    #: Its place among the job's faults, from 0.
    place: Mapped[int]
    #: Line of the file, counted from 1; 1 is the header.
    line: Mapped[int]
    #: The column at fault; empty for the line as a whole.
    field: Mapped[str]
    reason: Mapped[str]
    original: Mapped[str]
