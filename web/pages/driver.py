"""The driver's page below /d/: today's round on a phone, with or without scripts, with or without signal."""

import hashlib
import secrets
from dataclasses import replace
from datetime import datetime

from flask import Blueprint, Response, jsonify, make_response, redirect, render_template, request
from sqlalchemy.orm import Session

from flows import driver_links, driver_positions, driver_taps
from flows.bringing_pictures import keep_upload
from flows.driver_taps import Outcome
from flows.driver_texts import language_of
from flows.workflow import Workflow
from tracking_core.models import Driver
from web.context import parts
from web.pages.driver_reading import TAP_KEY, Malformed, read_fix, read_photo, read_signature, read_tap
from web.pages.driver_round import DriverPage, driver_page_of
from web.pages.driver_said import answer
from web.pages.views import TOKEN_MAX, private, static_url
from web.requests import IMPORT_MAX
from web.security import CSP_PAGES
from web.wording import languages, words

#: The page shows the photo that was just taken; nothing else of the policy differs.
CSP = CSP_PAGES.replace("img-src 'self' data:", "img-src 'self' blob:")
SCRIPTS = ("driver-queue.js", "driver-place.js", "driver-sign.js", "driver.js")

blueprint = Blueprint("driver", __name__, template_folder="templates")


@blueprint.get("/d/<token>")
def round_page(token: str) -> Response:
    """Show the round; an unchanged page costs a 304, as on the tracking page."""
    house = parts()
    now = house.clock()
    with house.database.read() as session:
        driver = _driver(session, token, now)
        if driver is None:
            return _gone()
        round_ = driver_links.round_of(session, house.house, driver, now=now)
        if driver_links.is_over(round_, now=now):
            return _gone(driver, session)
        language, offered = _language(session, driver)
        opened = request.args.get("stop", type=int)
        page = driver_page_of(session, house.house, round_, language=language, offered=offered, opened=opened, now=now)
        page = _with_answer(session, driver, page)
    etag = hashlib.sha256(repr((page, opened, *map(static_url, SCRIPTS))).encode()).hexdigest()[:32]
    if request.if_none_match.contains_weak(etag):
        found = Response(status=304)
    else:
        # The tap's id is drawn anew for every page and is no part of what the page says.
        found = make_response(
            render_template(
                "pages/driver.html",
                page=page,
                words=words(page.language),
                etag=f'"{etag}"',
                tap=secrets.token_urlsafe(12),
                here=f"/d/{token}",
                opened=opened,
                scripts=SCRIPTS,
            )
        )
    found.set_etag(etag)
    return _private(found)


@blueprint.post("/d/<token>/taps")
def tap(token: str) -> Response:
    """Take a tap in, once: JSON for the page's script, else back to the page with the answer on top."""
    house = parts()
    now = house.clock()
    with house.database.read() as session:  # nothing is read from whoever holds no address of ours
        if _driver(session, token, now, now - driver_links.TAPS_FOLLOW) is None:
            return _nothing()
    request.max_content_length = IMPORT_MAX  # a photo that is too big is told so, and the tap counts
    try:
        said = read_tap(now)
    except Malformed as error:
        return _refused(str(error))
    tapped_at = min(said.at, now) if said.action in driver_taps.FOLLOWING else now
    photo, data, why = read_photo()
    drawn = read_signature()

    def work(session: Session) -> tuple[Outcome, str] | None:
        driver = _driver(session, token, now, tapped_at)
        if driver is None:
            return None
        picture = signature = None
        fresh = driver_taps.answered(session, driver, said.key) is None
        if fresh and photo is not None:
            picture = keep_upload(session, photo, retailer=driver.retailer, original=data, now=now)
        if fresh and drawn is not None:
            signature = keep_upload(session, drawn, retailer=driver.retailer, original=None, now=now)
        done = driver_taps.take(
            session, house.house, driver, said, picture=picture, signature=signature, refused=why, now=now
        )
        return done, _language(session, driver)[0]

    taken = house.database.run(work)
    if taken is None:
        return _nothing()
    outcome, language = taken
    if _for_script():
        return _private(jsonify(tap=said.id, ok=outcome.ok, words=answer(outcome, words(language))))
    back = redirect(f"/d/{token}?tap={said.key}{_asked_language()}#answer", 303)
    return _private(make_response(back))


@blueprint.post("/d/<token>/positions")
def position(token: str) -> Response:
    """Take in where the driver is, as the page's script says while it is looked at."""
    house = parts()
    now = house.clock()
    request.max_content_length = 4096
    try:
        fix = read_fix(now)
    except Malformed as error:
        return _refused(str(error))

    def work(session: Session) -> bool:
        driver = _driver(session, token, now)
        if driver is None:
            return False
        round_ = driver_links.round_of(session, house.house, driver, now=now)
        if not any(stop.is_out for stop in round_.stops):
            return False  # nobody follows a driver whose round does not run
        driver_positions.take(session, house.house, driver, [fix], now=now)
        return True

    if not house.database.run(work):
        return _nothing()
    answered = jsonify(ok=True)
    answered.status_code = 202
    return _private(answered)


def _driver(session: Session, token: str, now: datetime, tapped_at: datetime | None = None) -> Driver | None:
    if len(token) > TOKEN_MAX:
        return None
    return driver_links.opened_by(session, parts().house, token, now=now, tapped_at=tapped_at)


def _language(session: Session, driver: Driver) -> tuple[str, tuple[str, ...]]:
    """(what to show, what there is): as asked for, else as the driver writes, else as the browser prefers."""
    workflow = parts().house.workflows.of(session, driver.retailer)
    offered = tuple(one for one in workflow.languages if one in languages()) or ("en",)
    asked = request.values.get("lang", "")
    if asked in offered:
        return asked, offered
    written = _written(session, driver, workflow)
    return written or request.accept_languages.best_match(offered) or offered[0], offered


def _written(session: Session, driver: Driver, workflow: Workflow) -> str | None:
    """The language the driver writes in; None where that says no more than the retailer's first."""
    found = language_of(session, driver, workflow)
    return found if found != workflow.language and found in languages() else None


def _with_answer(session: Session, driver: Driver, page: DriverPage) -> DriverPage:
    """The page with what the last tap was answered, for browsers that came back from it without scripts."""
    key = request.args.get("tap", "")
    outcome = driver_taps.answered(session, driver, key) if TAP_KEY.fullmatch(key) else None
    if outcome is None:
        return page
    return replace(page, answer=answer(outcome, words(page.language)), answer_ok=outcome.ok)


def _for_script() -> bool:
    return request.accept_mimetypes.best == "application/json"


def _asked_language() -> str:
    asked = request.values.get("lang", "")
    return f"&lang={asked}" if asked in languages() else ""


def _gone(driver: Driver | None = None, session: Session | None = None) -> Response:
    """The page for every address that opens nothing, or no more, whyever."""
    language = request.accept_languages.best_match(languages()) or "en"
    if driver is not None and session is not None:
        language = _language(session, driver)[0]
    asked = request.args.get("lang", "")
    said = words(asked if asked in languages() else language)
    return _private(make_response(render_template("pages/driver_gone.html", words=said), 404))


def _nothing() -> Response:
    if not _for_script():
        return _gone()
    said = words(request.accept_languages.best_match(languages()) or "en")
    return _private(make_response(jsonify(ok=False, words=said("drive.gone.words")), 404))


def _refused(why: str) -> Response:
    return _private(make_response(jsonify(ok=False, words=why), 422))


def _private(found: Response) -> Response:
    found.headers["Content-Security-Policy"] = CSP
    return private(found)
