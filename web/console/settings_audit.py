"""The audit log: filtered, page by page, and as a file. For leads and admins."""

import csv
import io
from collections.abc import Iterator
from datetime import UTC, datetime, time, timedelta
from typing import Any
from urllib.parse import urlencode

from flask import Blueprint, Response, render_template, request, url_for

from channels.redact import storable
from flows import audit
from flows.audit import Filter
from flows.audit_models import AuditEntry
from web.console import access, clocks
from web.context import Parts

PAGE = 100
#: Rows a file holds at most, and one query fetches.
FILE_MAX, FILE_BATCH = 50_000, 1000
#: What a sheet would take for a formula.
_FORMULA = ("=", "+", "-", "@", "\t", "\r")


def add_to(routes: Blueprint, parts: Parts) -> None:
    """Add the routes to the console's."""

    @routes.get("/settings/audit")
    def audit_log() -> str:
        """Show a page of the log."""
        wanted, form = _filter()
        before = request.args.get("before", type=int)
        with parts.database.read() as session:
            rows = audit.page(session, access.current().retailer, wanted, before_id=before, limit=PAGE + 1)
        older = _address(form, rows[PAGE - 1].id) if len(rows) > PAGE else None
        return render_template(
            "console/settings/audit.html",
            rows=rows[:PAGE],
            older=older,
            newer=_address(form) if before else None,
            form=form,
            said=said,
        )

    @routes.get("/settings/audit.csv")
    def audit_file() -> Response:
        """Send the log as a file, with the same filters."""
        wanted, _ = _filter()
        retailer = access.current().retailer
        answer = Response(_lines(parts, retailer, wanted), mimetype="text/csv")
        answer.headers["Content-Disposition"] = f'attachment; filename="audit-{retailer}.csv"'
        return answer


def _address(form: dict[str, str], before: int | None = None) -> str:
    asked = {**form, "before": str(before)} if before is not None else form
    return url_for("console.audit_log") + ("?" + urlencode(asked) if asked else "")


def said(entry: AuditEntry) -> str:
    """The entry's detail in one line: `before: agent, after: lead`."""
    return ", ".join(f"{name}: {_plain(value)}" for name, value in entry.detail.items() if value not in (None, "", []))


def _plain(value: Any) -> str:
    if isinstance(value, list):
        return " ".join(map(_plain, value))
    if isinstance(value, dict):
        return "; ".join(f"{name} {_plain(one)}" for name, one in value.items())
    return str(value)


def _filter() -> tuple[Filter, dict[str, str]]:
    """The filter of the query, and its fields as they were written; a date nobody can read is none."""
    form = {name: storable(request.args.get(name, "")).strip() for name in ("agent", "action", "subject", "from", "to")}
    begins, ends = _day(form["from"]), _day(form["to"])
    wanted = Filter(
        agent=form["agent"].lower() or None,
        action=form["action"] or None,
        subject=form["subject"] or None,
        since=begins,
        until=ends + timedelta(days=1) if ends else None,
    )
    return wanted, {name: value for name, value in form.items() if value}


def _day(written: str) -> datetime | None:
    try:
        day = datetime.fromisoformat(written).date()
        return datetime.combine(day, time(), tzinfo=clocks.zone()).astimezone(UTC)
    except (ValueError, OverflowError):
        return None


def _lines(parts: Parts, retailer: str, wanted: Filter) -> Iterator[str]:
    """The file, piece by piece, so that a long log does not fill the memory; each piece in a transaction of its own."""
    yield _csv([["at", "agent", "action", "subject", "detail"]])
    before: int | None = None
    for _ in range(FILE_MAX // FILE_BATCH):
        with parts.database.read() as session:
            rows = audit.page(session, retailer, wanted, before_id=before, limit=FILE_BATCH)
            piece = _csv([one.at.isoformat(), one.agent, one.action, one.subject, said(one)] for one in rows)
        if rows:
            yield piece
            before = rows[-1].id
        if len(rows) < FILE_BATCH:
            return


def _csv(rows: Any) -> str:
    file = io.StringIO()
    csv.writer(file).writerows(["'" + cell if cell.startswith(_FORMULA) else cell for cell in row] for row in rows)
    return file.getvalue()
