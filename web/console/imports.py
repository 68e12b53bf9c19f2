"""Files of parcels: handed in, watched while they are worked off, called off, and their bad lines taken home."""

from flask import Blueprint, Response, abort, redirect, render_template, request, url_for
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response as AnyResponse

from flows import audit, import_jobs, import_rows
from flows.import_models import ImportJob
from web.console import access, clocks, said
from web.context import Parts

PAGE = 30
#: Bad lines the page shows; all of them are in the file that can be downloaded.
FAULTS_SHOWN = 50
STATES = {
    "queued": ("waiting", "plain"),
    "working": ("being worked off", ""),
    "done": ("done", "good"),
    "cancelled": ("called off", "plain"),
    "failed": ("not readable", "bad"),
}


def add_to(routes: Blueprint, parts: Parts) -> None:
    """Add the routes of imports to the console's."""

    @routes.get("/imports", endpoint="imports")
    def import_list() -> str:
        """Show the files that were handed in, newest first, and a form for another."""
        return _list(parts)

    @routes.post("/imports")
    def import_file() -> AnyResponse | tuple[str, int]:
        """Take a file; the worker does the rest."""
        return _take(parts)

    @routes.get("/imports/<int:job_id>")
    def import_job(job_id: int) -> str:
        """Show how far a file has come, and what was wrong in it."""
        with parts.database.read() as session:
            job = _found(session, job_id)
            return render_template(
                "console/import.html",
                job=job,
                states=STATES,
                over=job.state in import_jobs.OVER,
                share=_share(job),
                note=import_rows.NOTES.get(job.note or ""),
                faults=import_jobs.faults(session, job, limit=FAULTS_SHOWN),
                shown=FAULTS_SHOWN,
                known=request.args.get("known") == "1",
            )

    @routes.get("/imports/<int:job_id>/errors.csv")
    def import_faults(job_id: int) -> Response:
        """Answer the bad lines as a file; what a spreadsheet would run is plain text in it."""
        with parts.database.read() as session:
            job = _found(session, job_id)
            # The mark tells spreadsheets that it is UTF-8.
            content = "\ufeff" + import_jobs.error_csv(session, job)
        answer = Response(content, content_type="text/csv; charset=utf-8")
        answer.headers["Content-Disposition"] = f'attachment; filename="import-{job.id}-errors.csv"'
        return answer

    @routes.post("/imports/<int:job_id>/cancel")
    def cancel_import(job_id: int) -> AnyResponse:
        """Call a file off; what has gone in stays."""

        def call_off(session: Session) -> None:
            job = _found(session, job_id)
            if import_jobs.cancel(session, job, now=clocks.now()):
                _audit(session, job, "import.cancelled")

        parts.database.run(call_off)
        return redirect(url_for("console.import_job", job_id=job_id), 303)


def _list(parts: Parts, *, fault: str = "") -> str:
    retailer = access.current().retailer
    with parts.database.read() as session:
        rows = import_jobs.page(session, retailer, before_id=said.before(), limit=PAGE + 1)
    return render_template(
        "console/imports.html",
        rows=rows[:PAGE],
        older=url_for("console.imports", before=rows[PAGE - 1].id) if len(rows) > PAGE else None,
        newest=url_for("console.imports") if said.before() else None,
        states=STATES,
        columns=sorted(import_rows.columns()),
        fault=fault,
    )


def _take(parts: Parts) -> AnyResponse | tuple[str, int]:
    upload = request.files.get("file")
    if upload is None or not upload.filename:
        return _list(parts, fault="Choose a file first."), 422
    data, name, who = upload.stream.read(), upload.filename, access.current()

    def take(session: Session) -> tuple[int, bool]:
        taken = import_jobs.take_file(
            session, retailer=who.retailer, name=name, data=data, by=who.email, now=clocks.now()
        )
        if taken.is_new:
            _audit(session, taken.job, "import.started")
        return taken.job.id, taken.is_new

    try:
        job_id, is_new = parts.database.run(take)
    except import_jobs.TooLarge as error:
        return _list(parts, fault=str(error)), 413
    return redirect(url_for("console.import_job", job_id=job_id, known=None if is_new else "1"), 303)


def _audit(session: Session, job: ImportJob, action: str) -> None:
    audit.write(
        session,
        retailer=job.retailer,
        agent=access.current().email,
        action=action,
        subject=f"import:{job.id}",
        detail={"file": job.name, "bytes": job.size},
        now=clocks.now(),
    )


def _share(job: ImportJob) -> int | None:
    """How much of the file is through, in percent; None while nobody has counted."""
    if job.state == import_jobs.DONE:
        return 100
    return min(100, 100 * job.lines_done // job.lines_total) if job.lines_total else None


def _found(session: Session, job_id: int) -> ImportJob:
    job = import_jobs.get(session, access.current().retailer, job_id) if job_id < 2**63 else None
    return job or abort(404)
