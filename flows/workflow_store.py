"""Where workflows live: versions in the database, seeded from files, read through a cache."""

import hashlib
import threading
from collections.abc import Callable
from datetime import datetime
from pathlib import Path

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from db import insert_once
from flows import shadow_rules
from flows.accounts import DEFAULT
from flows.models import WorkflowVersion
from flows.workflow import DEFAULTS, Document, Workflow, read


class WorkflowStore:
    """The workflows of all retailers. Safe to share between threads."""

    def __init__(self, directory: Path, check_texts: Callable[[Document], None]) -> None:
        #: Where the seeds lie, `<retailer>.yml`; a folder that is not there holds none.
        self._directory = directory
        self._check_texts = check_texts
        self._lock = threading.Lock()
        #: Retailer -> id of the version it was read from (0: none, the defaults), and the workflow.
        self._known: dict[str, tuple[int, Workflow]] = {}

    def seed(self, session: Session, *, now: datetime) -> None:
        """Make every file that differs from the one last loaded the newest version. Raises WorkflowError.

        All files are checked, also those that are not new: a wrong one stops the start.
        """
        for path in sorted(self._directory.glob("*.yml")):
            source = path.read_text(encoding="utf-8")
            retailer = path.stem
            self._checked(source, path.name, retailer)
            digest = hashlib.sha256(source.encode()).hexdigest()
            if digest != self._last_hash(session, retailer):
                self.save(session, retailer, source, by="file", now=now, file_hash=digest)

    def save(
        self,
        session: Session,
        retailer: str,
        source: str,
        *,
        by: str,
        now: datetime,
        file_hash: str | None = None,
        note: str | None = None,
    ) -> bool:
        """Make the text the retailer's newest version. False: somebody saved another at the same moment.

        by: `file`, or the agent's e-mail. note: why, in their words. Raises WorkflowError when the text is not usable.
        """
        workflow = self._checked(source, f"{retailer}.yml", retailer)
        newest = session.scalar(select(func.max(WorkflowVersion.version)).where(WorkflowVersion.retailer == retailer))
        version = WorkflowVersion(
            retailer=retailer,
            version=(newest or 0) + 1,
            source=source,
            file_hash=file_hash,
            loaded_at=now,
            loaded_by=by,
            note=note,
        )
        if not insert_once(session, version):
            return False
        shadow_rules.follow(session, retailer, workflow, now=now)
        return True

    def check(self, source: str, retailer: str) -> Workflow:
        """Answer the workflow the text would be. Raises WorkflowError naming the line."""
        return self._checked(source, "workflow", retailer)

    def of(self, session: Session, retailer: str) -> Workflow:
        """Answer the workflow that stands for the retailer now; without any version the defaults."""
        newest = session.execute(
            select(WorkflowVersion.id)
            .where(WorkflowVersion.retailer == retailer)
            .order_by(WorkflowVersion.version.desc())
            .limit(1)
        ).scalar_one_or_none()
        with self._lock:
            known = self._known.get(retailer)
        if known is not None and known[0] == (newest or 0):
            return known[1]
        source = session.get_one(WorkflowVersion, newest).source if newest else ""
        workflow = self._checked(source, f"{retailer}.yml", retailer)
        with self._lock:
            self._known[retailer] = (newest or 0, workflow)
        return workflow

    def export(self, session: Session, retailer: str) -> str:
        """Answer the YAML that stands for the retailer, as it was written; without any version the defaults."""
        source = session.scalar(
            select(WorkflowVersion.source)
            .where(WorkflowVersion.retailer == retailer)
            .order_by(WorkflowVersion.version.desc())
            .limit(1)
        )
        return source if source is not None else DEFAULTS.read_text(encoding="utf-8")

    def _checked(self, source: str, name: str, retailer: str) -> Workflow:
        # A text that carried another shop's name would be worse than none: without a brand, the retailer's own name.
        brand = None if retailer == DEFAULT else retailer.replace("-", " ").title()
        document = read(source, name, brand=brand)
        self._check_texts(document)
        return document.workflow

    @staticmethod
    def _last_hash(session: Session, retailer: str) -> str | None:
        return session.scalar(
            select(WorkflowVersion.file_hash)
            .where(WorkflowVersion.retailer == retailer, WorkflowVersion.file_hash.is_not(None))
            .order_by(WorkflowVersion.version.desc())
            .limit(1)
        )
