"""The way through the console: one list. A page joins it by a line here.

An entry shows when its endpoint exists and the agent's role may use it (`web/console/access.py`).
"""

from collections.abc import Sequence
from dataclasses import dataclass

from flask import current_app, request, url_for
from werkzeug.routing import BuildError

from web.console import access


@dataclass(frozen=True, slots=True)
class Entry:
    """One line of the navigation."""

    label: str
    #: Of the view it leads to; it takes no arguments.
    endpoint: str
    #: Id of a drawing in static/icons.svg.
    icon: str
    #: Heading it stands below.
    group: str
    #: Further paths that belong to it, as they begin.
    also: tuple[str, ...] = ()


ENTRIES: Sequence[Entry] = (
    Entry("Inbox", "console.inbox", "inbox", "Work", also=("/console/cases/", "/console/lines/")),
    Entry("Shipments", "console.shipments", "box", "Work", also=("/console/imports",)),
    Entry("Proofs", "console.review_list", "camera", "Work"),
    Entry("Surveys", "console.surveys", "star", "Work"),
    Entry("Messages", "console.messages", "message", "Channels"),
    Entry("Numbers", "console.numbers", "phone", "Channels"),
    Entry("Health", "console.health", "pulse", "Channels"),
    Entry("Connections", "console.connections", "plug", "Channels", also=("/console/shadow",)),
    Entry("Overview", "console.overview", "chart", "Figures"),
    Entry("Scorecards", "console.scorecards", "table", "Figures"),
    Entry("Settings", "console.settings", "gear", "House"),
)


@dataclass(frozen=True, slots=True)
class Shown:
    """An entry as the present agent sees it."""

    label: str
    url: str
    icon: str
    current: bool


def groups() -> list[tuple[str, list[Shown]]]:
    """What the agent of the present request may go to, by heading, in the order of the list."""
    found: dict[str, list[tuple[Entry, str]]] = {}
    for entry in ENTRIES:
        if entry.endpoint in current_app.view_functions and access.may(entry.endpoint):
            try:
                found.setdefault(entry.group, []).append((entry, url_for(entry.endpoint)))
            except BuildError:
                continue
    here = max((_fits(entry, url) for rows in found.values() for entry, url in rows), default=0)
    return [
        (group, [Shown(one.label, url, one.icon, 0 < here == _fits(one, url)) for one, url in rows])
        for group, rows in found.items()
    ]


def _fits(entry: Entry, url: str) -> int:
    """How many characters of the present address the entry speaks for; the home of the console only for itself."""
    at = request.path
    own = len(url) if at == url or (url != url_for("console.inbox") and at.startswith(url.rstrip("/") + "/")) else 0
    return max([own, *(len(path) for path in entry.also if at.startswith(path))])
