"""The support desk's first rooms: log in, the queue of cases, one case with its thread and its parcel."""

from datetime import datetime

from flask import Blueprint, Response, abort, g, make_response, redirect, render_template, request, url_for
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response as AnyResponse

from channels.redact import storable
from flows import cases
from flows.case_states import CaseState
from flows.cases import AlreadyTaken, NotNow, Unreachable
from flows.line_states import line_of
from flows.models import Case
from tracking_core import eta, shipments
from web.console import access, line_views, proofs, rendering, sessions, showing, survey_views
from web.console.sessions import TooManyAttempts, Who
from web.context import Parts

REPLY_MAX, NOTE_MAX = 1600, 4000
PAGE = 50
EVENTS = 12


def blueprint(parts: Parts) -> Blueprint:
    """Answer the routes below /console. Whoever is not logged in is shown the way to the login, from every one."""
    routes = Blueprint("console", __name__, url_prefix="/console", template_folder="templates", static_folder="static")
    access.install(routes, parts)
    rendering.install(routes)
    _login_routes(routes, parts)
    _case_routes(routes, parts)
    line_views.add_to(routes, parts)
    survey_views.add_to(routes, parts)
    proofs.add_to(routes, parts)
    return routes


def _login_routes(routes: Blueprint, parts: Parts) -> None:
    @routes.get("/login")
    def login() -> str:
        """Show the form."""
        return render_template("console/login.html", next=_inside(request.args.get("next")))

    @routes.post("/login")
    def try_login() -> AnyResponse | tuple[str, int]:
        """Open a session: a new one each time, whatever cookie came along."""
        email, password = storable(request.form.get("email", "")), request.form.get("password", "")
        target, fault, status = _inside(request.form.get("next")), "E-mail and password do not fit.", 401
        try:
            token = sessions.log_in(
                parts.database, email, password, address=request.remote_addr or "", now=parts.clock()
            )
        except TooManyAttempts as error:
            token, fault, status = None, str(error), 429
        if token is None:
            return render_template("console/login.html", next=target, email=email, fault=fault), status
        answer = redirect(target, 303)
        answer.set_cookie(
            sessions.COOKIE,
            token,
            max_age=int(sessions.ABSOLUTE.total_seconds()),
            path="/console",
            httponly=True,
            samesite="Lax",
            secure=parts.settings.public_base_url.startswith("https://"),
        )
        return answer

    @routes.post("/logout")
    def logout() -> AnyResponse:
        """End the session, here and wherever else its cookie may be."""
        with parts.database.write() as session:
            sessions.revoke(session, _who(), now=parts.clock())
        answer = redirect(url_for("console.login"), 303)
        answer.delete_cookie(sessions.COOKIE, path="/console")
        return answer


def _case_routes(routes: Blueprint, parts: Parts) -> None:
    @routes.get("/")
    def inbox() -> Response:
        """Show the queue."""
        state = request.args.get("state", "open")
        if state not in {*CaseState, "all"}:
            abort(404)
        before = request.args.get("before", type=int)
        with parts.database.read() as session:
            found = showing.queue(
                session, _who().retailer, state=None if state == "all" else state, before=before, limit=PAGE
            )
            counts = showing.counts(session, _who().retailer)
        older = min(case.id for case, _ in found) if len(found) == PAGE else None
        return _page("console/inbox.html", rows=found, counts=counts, state=state, older=older, now=parts.clock())

    @routes.get("/cases/<int:case_id>")
    def case(case_id: int) -> Response:
        """Show one case: what was said and done, and the parcel beside it."""
        return _case_page(parts, case_id)

    @routes.post("/cases/<int:case_id>/<any(claim, reply, note, resolve, reopen):action>")
    def act(case_id: int, action: str) -> AnyResponse:
        """Do something to a case; what does not work is said on its page, with the words still in the form."""
        text = storable(request.form.get("text", "")).strip()
        fault = _fault_of(action, text)
        if fault is None:
            try:
                with parts.database.write() as session:
                    _act(session, parts, _found(session, case_id), action, text, now=parts.clock())
            except (AlreadyTaken, NotNow, Unreachable) as error:
                fault = str(error)
        if fault is not None:
            return _case_page(parts, case_id, fault=fault, words={action: text}, status=409)
        return redirect(url_for("console.case", case_id=case_id), 303)


def _act(session: Session, parts: Parts, case: Case, action: str, text: str, *, now: datetime) -> None:
    house, agent = parts.house, _who().email
    if action == "claim":
        cases.claim(session, house, case, agent=agent, now=now)
    elif action == "reply":
        cases.reply(session, house, case, agent=agent, text=text, now=now)
    elif action == "note":
        cases.note(session, house, case, agent=agent, text=text, now=now)
    elif action == "resolve":
        cases.resolve(session, house, case, agent=agent, reason=request.form["reason"], text=text or None, now=now)
    else:
        cases.reopen(session, house, case, agent=agent, now=now)


def _fault_of(action: str, text: str) -> str | None:
    if action in {"reply", "note"} and not text:
        return "There is nothing to send yet: write something first." if action == "reply" else "The note is empty."
    if len(text) > (NOTE_MAX if action == "note" else REPLY_MAX):
        return f"That is too long: {NOTE_MAX if action == 'note' else REPLY_MAX} characters at most."
    if action == "resolve" and request.form.get("reason") not in showing.RESOLUTIONS:
        return "Say how it was resolved."
    return None


def _case_page(
    parts: Parts, case_id: int, *, fault: str = "", words: dict[str, str] | None = None, status: int = 200
) -> Response:
    with parts.database.read() as session:
        found = _found(session, case_id)
        parcel = showing.parcel_of(session, found)
        values = {
            "case": found,
            "lines": showing.lines(session, parts.house, found, now=parts.clock()),
            "parcel": parcel,
            "events": shipments.timeline(session, parcel)[-EVENTS:][::-1] if parcel else [],
            "eta": eta.estimate(parcel, now=parts.clock()) if parcel else None,
            "line": line_of(session, parcel.id) if parcel else None,
        }
    return _page(
        "console/case.html",
        status=status,
        fault=fault,
        words=words or {},
        now=parts.clock(),
        resolutions=showing.RESOLUTIONS,
        **values,
    )


def _found(session: Session, case_id: int) -> Case:
    found = cases.get(session, _who().retailer, case_id) if case_id < 2**63 else None
    return found or abort(404)


def _page(template: str, *, status: int = 200, **values: object) -> Response:
    """Render; a page that has not changed since the browser last asked is not sent again."""
    page = render_template(template, who=_who(), **values)
    answer = make_response(page, status)
    if status == 200:
        answer.set_etag(showing.etag(page))
        answer.make_conditional(request)
    return answer


def _who() -> Who:
    who: Who = g.who
    return who


def _inside(path: str | None) -> str:
    """Where to go after the login: only into the console, whatever a link says."""
    home = url_for("console.inbox")
    return path if path and path.startswith(home) and "\\" not in path and path.isprintable() else home
