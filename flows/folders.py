"""Files of shipments put into a watched folder: each content is taken once, whole, by one of any number of workers.

`IMPORT_DIR/<retailer>/` is watched; what is taken goes through `working/` into `done/` or `failed/`, with its bad lines
as CSV beside it. An SFTP or FTP server of the operator's own may point its users there.
"""

import hashlib
import logging
import threading
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from uuid import uuid4

from sqlalchemy import select
from sqlalchemy.orm import Session

from channels.failpoints import hit
from db import Database, insert_once
from flows import connections, import_jobs
from flows.accounts import Retailer
from flows.connection_models import TakenFile
from flows.house import House

log = logging.getLogger("doorline.flows")

SOURCE = "folder"
WORKING, DONE, FAILED = "working", "done", "failed"
#: Names under which others write what is not whole yet.
UNFINISHED = (".part", ".tmp", ".filepart", ".crdownload", ".partial", ".swp", "~")
READ = frozenset({".csv", ".tsv", ".txt"})
#: A file must have stood unchanged for so long; one whose last line has not ended, for so long.
SETTLED_S, UNENDED_S = 5.0, 600.0
FILES_AT_ONCE = 20


@dataclass(frozen=True, slots=True)
class _Look:
    """A file as it was seen."""

    size: int
    changed_ns: int


#: What this process saw of files when it last looked, and since when they look like that.
_seen: dict[Path, tuple[_Look, datetime]] = {}
_lock = threading.Lock()


def take_due(database: Database, house: House, *, now: datetime) -> int:
    """Take what lies whole in the folders, and put away what has been worked off; answers how many were taken."""
    root = house.settings.import_dir
    if root is None:
        return 0
    with database.read() as session:
        retailers = session.scalars(select(Retailer.name).order_by(Retailer.name)).all()
    taken = 0
    for retailer in retailers:
        folder = root / retailer
        try:
            for inner in (WORKING, DONE, FAILED):
                (folder / inner).mkdir(parents=True, exist_ok=True)
            for path in _whole(folder, now)[: FILES_AT_ONCE - taken]:
                taken += _take(database, folder, path, retailer=retailer, now=now)
            _put_away(database, folder, retailer=retailer, now=now)
        except OSError as error:
            log.warning("folder of retailer=%s cannot be used: %s", retailer, error.strerror)
    return taken


def _whole(folder: Path, now: datetime) -> list[Path]:
    """Files nobody is still writing, oldest first."""
    found = []
    for path in folder.iterdir():
        if path.name.startswith(".") or path.name.lower().endswith(UNFINISHED) or not path.is_file():
            continue
        with suppress(FileNotFoundError):  # another worker was quicker
            state = path.stat()
            if _is_whole(path, _Look(state.st_size, state.st_mtime_ns), now):
                found.append((state.st_mtime_ns, path))
    return [path for _, path in sorted(found)]


def _is_whole(path: Path, look: _Look, now: datetime) -> bool:
    with _lock:
        before, since = _seen.get(path, (None, now))
        if before != look:
            since = now
        _seen[path] = look, since
    changed = datetime.fromtimestamp(look.changed_ns / 1e9, UTC)
    # By our own looks, and by the file's own time: a worker that has just begun has not looked for long.
    still_s = max((now - since).total_seconds(), (now - changed).total_seconds())
    if still_s < SETTLED_S or look.size == 0:
        return still_s >= UNENDED_S
    with path.open("rb") as file:
        file.seek(-1, 2)
        ended = file.read(1) in b"\r\n\x00"  # the last byte of a UTF-16 line may be NUL
    return ended or still_s >= UNENDED_S


def _take(database: Database, folder: Path, path: Path, *, retailer: str, now: datetime) -> bool:
    """Take one file: its row and its import commit together, then it moves. False: its content was taken before."""
    try:
        with path.open("rb") as file:
            data = file.read(import_jobs.SIZE_MAX + 1)
    except FileNotFoundError:
        return False
    digest = hashlib.sha256(data).hexdigest()
    refusal = _refusal(path, data)
    if refusal is not None:
        _move(path, folder / FAILED, now)
        _write(folder / FAILED, path.name, f"line,field,reason,original line\r\n1,,{refusal},\r\n", now)
        log.warning("folder of retailer=%s: a file cannot be read: %s", retailer, refusal)
        return False
    working = folder / WORKING / f"{digest}-{path.name}"
    with database.write() as session:
        known = _known(session, retailer, digest)
        again = known is not None and known.state == DONE
        fresh = known is None or known.state == FAILED
        if fresh:
            _enter(session, known, retailer=retailer, digest=digest, name=path.name, data=data, now=now)
    hit("folder_taken")
    if again:
        _move(path, folder / DONE, now, mark="again-")
        return False
    with suppress(FileNotFoundError):  # another worker was quicker
        path.replace(working)
        if _digest(working) != digest:  # somebody has put another file in its place just now
            working.replace(folder / f"{uuid4().hex[:8]}-{path.name}")
    with _lock:
        _seen.pop(path, None)
    return fresh


def _refusal(path: Path, data: bytes) -> str | None:
    if path.suffix.lower() not in READ:
        return "only .csv .tsv and .txt files are read"
    if len(data) > import_jobs.SIZE_MAX:
        return "the file is larger than 10 MB: split it"
    return None if data.strip() else "the file is empty"


def _known(session: Session, retailer: str, digest: str) -> TakenFile | None:
    query = select(TakenFile).where(TakenFile.retailer == retailer, TakenFile.digest == digest)
    return session.scalars(query.with_for_update()).one_or_none()


def _enter(
    session: Session, known: TakenFile | None, *, retailer: str, digest: str, name: str, data: bytes, now: datetime
) -> None:
    """Owe the file's lines; one that failed before is tried once more."""
    taken = import_jobs.take_file(session, retailer=retailer, name=name, data=data, by=SOURCE, now=now)
    if known is not None:
        known.state, known.job_id, known.reason, known.taken_at, known.settled_at = (
            "taken",
            taken.job.id,
            None,
            now,
            None,
        )
        return
    row = TakenFile(
        retailer=retailer,
        digest=digest,
        name=name[:200],
        state="taken",
        job_id=taken.job.id,
        reason=None,
        taken_at=now,
        settled_at=None,
    )
    insert_once(session, row)


def _put_away(database: Database, folder: Path, *, retailer: str, now: datetime) -> None:
    """Move what has been worked off, its bad lines beside it."""
    for path in sorted((folder / WORKING).iterdir()):
        digest, _, name = path.name.partition("-")
        with database.read() as session:
            query = select(TakenFile).where(TakenFile.retailer == retailer, TakenFile.digest == digest)
            row = session.scalars(query).one_or_none()
            job = import_jobs.get(session, retailer, row.job_id) if row is not None and row.job_id else None
            if row is None or (job is not None and job.state not in import_jobs.OVER):
                continue
            good = job is None or job.state == import_jobs.DONE
            errors = import_jobs.error_csv(session, job) if job is not None and (job.faults or not good) else None
            lines = job.lines_done if job is not None else 0
        to = folder / (DONE if good else FAILED)
        if errors is not None:
            _write(to, name, errors, now)
        with suppress(FileNotFoundError):  # another worker was quicker
            path.replace(_free(to, name, now))
        database.run(lambda session, one=(digest, good, lines): _settled(session, retailer, *one, now=now))  # type: ignore[misc]


def _settled(session: Session, retailer: str, digest: str, good: bool, lines: int, *, now: datetime) -> None:
    row = _known(session, retailer, digest)
    if row is None or row.state != "taken":
        return
    row.state, row.settled_at = DONE if good else FAILED, now
    row.reason = None if good else "nothing in it could be read, or it was called off"
    if good:
        connections.note(session, retailer, SOURCE, count=max(1, lines), now=now)


def _digest(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _move(path: Path, to: Path, now: datetime, mark: str = "") -> None:
    with suppress(FileNotFoundError):
        path.replace(_free(to, f"{mark}{path.name}", now))


def _write(to: Path, name: str, errors: str, now: datetime) -> None:
    """Put the bad lines beside a file, whole or not at all."""
    half = to / f".{uuid4().hex}.tmp"
    half.write_bytes(errors.encode("utf-8-sig"))  # with the mark by which spreadsheets know it
    half.replace(_free(to, f"{name}.errors.csv", now))


def _free(to: Path, name: str, now: datetime) -> Path:
    """A name by which nothing in the folder is overwritten."""
    wanted = to / f"{now:%Y%m%dT%H%M%SZ}-{name}"
    return wanted if not wanted.exists() else to / f"{now:%Y%m%dT%H%M%SZ}-{uuid4().hex[:8]}-{name}"
