"""Changing a workflow from the console: check, difference, a version with who, when and why, and the way back."""

import difflib
import io
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from ruamel.yaml import YAML
from ruamel.yaml.comments import CommentedMap
from ruamel.yaml.scalarstring import LiteralScalarString
from sqlalchemy import select
from sqlalchemy.orm import Session

from flows import audit
from flows.house import House
from flows.models import WorkflowVersion
from flows.workflow import WorkflowError

SOURCE_MAX = 200_000
NOTE_MAX = 200


class SavedMeanwhile(ValueError):
    """Somebody else has saved a version in the meantime."""

    def __init__(self, version: int, by: str) -> None:
        super().__init__(f"Version {version} was saved by {by} in the meantime. Compare before you save.")


@dataclass(frozen=True, slots=True)
class Line:
    """One line of a difference."""

    #: plus, minus, same, gap.
    kind: str
    text: str


def newest(session: Session, retailer: str) -> WorkflowVersion | None:
    """Answer the version that stands; None while the defaults do."""
    query = select(WorkflowVersion).where(WorkflowVersion.retailer == retailer)
    return session.scalars(query.order_by(WorkflowVersion.version.desc()).limit(1)).one_or_none()


def versions(session: Session, retailer: str, *, limit: int = 50) -> Sequence[WorkflowVersion]:
    """Answer the retailer's versions, newest first."""
    query = select(WorkflowVersion).where(WorkflowVersion.retailer == retailer)
    return session.scalars(query.order_by(WorkflowVersion.version.desc()).limit(limit)).all()


def version(session: Session, retailer: str, number: int) -> WorkflowVersion | None:
    """Answer that version of the retailer's."""
    query = select(WorkflowVersion).where(WorkflowVersion.retailer == retailer, WorkflowVersion.version == number)
    return session.scalars(query).one_or_none()


def save(
    session: Session,
    house: House,
    *,
    retailer: str,
    source: str,
    base: int,
    note: str,
    by: str,
    now: datetime,
) -> int:
    """Make the text the version that stands and answer its number; unchanged, the number there was.

    base: the version the text was written from, 0 for the defaults. Raises WorkflowError naming the line, and
    SavedMeanwhile when another stands by now.
    """
    source = cleaned(source)
    standing = newest(session, retailer)
    number = standing.version if standing is not None else 0
    if standing is not None and number != base:
        raise SavedMeanwhile(number, standing.loaded_by)
    house.workflows.check(source, retailer)
    if standing is not None and standing.source == source:
        return number
    why = " ".join(note.split())[:NOTE_MAX] or None
    if not house.workflows.save(session, retailer, source, by=by, note=why, now=now):
        raise SavedMeanwhile(number + 1, "somebody")
    audit.write(
        session,
        retailer=retailer,
        agent=by,
        action="workflow.saved",
        subject=f"workflow:{number + 1}",
        detail={"note": why, **_sizes(difference(standing.source if standing is not None else "", source))},
        now=now,
    )
    return number + 1


def roll_back(session: Session, house: House, *, retailer: str, to: int, by: str, now: datetime) -> int | None:
    """Make an earlier version stand again, as a new one; answers its number. None: there is no such version.

    Raises WorkflowError when what was fine then is not any more.
    """
    earlier, standing = version(session, retailer, to), newest(session, retailer)
    if earlier is None or standing is None:
        return None
    return save(
        session,
        house,
        retailer=retailer,
        source=earlier.source,
        base=standing.version,
        note=f"Back to version {to}",
        by=by,
        now=now,
    )


def cleaned(source: str) -> str:
    """A text as a browser sends it, with one kind of line end. Raises WorkflowError for what is far too long."""
    if len(source) > SOURCE_MAX:
        raise WorkflowError(f"A workflow has {SOURCE_MAX} characters at most.")
    plain = source.replace("\r\n", "\n").replace("\r", "\n").rstrip()
    return plain + "\n" if plain else ""


def difference(before: str, after: str, *, around: int = 3) -> list[Line]:
    """Answer what a text changes in another, line by line, with a few lines around each change."""
    kinds = {"+": "plus", "-": "minus", " ": "same"}
    found = difflib.unified_diff(before.splitlines(), after.splitlines(), lineterm="", n=around)
    lines: list[Line] = []
    for place, line in enumerate(found):
        if place < 2:
            continue  # names of files
        if line.startswith("@@"):
            lines += [Line("gap", "…")] if lines else []
        else:
            lines.append(Line(kinds.get(line[:1], "same"), line[1:]))
    return lines


def with_own_words(source: str, name: str, words: Mapping[str, str]) -> str:
    """Answer the workflow's text with these words for one template; languages without any read the house's own again.

    Comments and order of the rest stay. Raises WorkflowError when the text is no YAML.
    """
    yaml = YAML(typ="rt")
    yaml.width = 120
    yaml.preserve_quotes = True
    said: Any = yaml.load(source) if source.strip() else CommentedMap()
    if not isinstance(said, CommentedMap):
        raise WorkflowError("A workflow is a mapping of keys.")
    texts: Any = said.get("texts")
    texts = texts if isinstance(texts, CommentedMap) else CommentedMap(texts or {})
    own = {language: _scalar(text) for language, text in words.items() if text.strip()}
    if own:
        texts[name] = CommentedMap(own)
    else:
        texts.pop(name, None)
    if texts:
        said["texts"] = texts
    else:
        said.pop("texts", None)
    file = io.StringIO()
    if said:
        yaml.dump(said, file)
    return cleaned(file.getvalue())


def _scalar(text: str) -> str:
    plain = text.replace("\r\n", "\n").strip("\n")
    return LiteralScalarString(plain + "\n") if "\n" in plain else plain


def _sizes(lines: list[Line]) -> dict[str, int]:
    return {
        "added": sum(one.kind == "plus" for one in lines),
        "removed": sum(one.kind == "minus" for one in lines),
    }
