"""The page below /s/: how was the delivery? One form, no script, no login; answered once."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from flask import Blueprint, Response, make_response, render_template, request
from sqlalchemy.orm import Session

from channels.redact import storable
from flows import escalation, survey_answers
from flows.wording import Wording
from flows.workflow import Workflow
from surveys import invitations, questions
from surveys.invitations import SurveyState
from surveys.models import Survey
from surveys.score import lowest
from tracking_core.models import Shipment
from web.context import parts
from web.pages.tracking import Language, language_of
from web.pages.views import TOKEN_MAX, gone, private
from web.wording import languages, words

#: Words are few.
BODY_MAX = 16 * 1024
COMMENT_MAX = 1000
#: For so long after its end the page says that the question is closed; then it is gone.
SHOWN_CLOSED = timedelta(days=14)

blueprint = Blueprint("survey", __name__, template_folder="templates")


@dataclass(frozen=True)
class SurveyPage:
    """Everything on the page."""

    language: str
    languages: tuple[Language, ...]
    brand: str
    order: str
    #: form, thanks, sorry, already, closed.
    step: str
    scores: tuple[int, ...] = ()
    #: (name, words) of what may have gone wrong; empty when that is not asked.
    reasons: tuple[tuple[str, str], ...] = ()
    wants_comment: bool = False
    #: As sent, when the form comes back.
    reason: str = ""
    comment: str = ""
    #: The form came without a score.
    fault: bool = False
    #: By when a person answers.
    person: str = ""


@dataclass(frozen=True)
class _Said:
    """What the form brought."""

    score: int | None
    reason: str | None
    comment: str | None


@blueprint.get("/s/<token>")
def show(token: str) -> Response:
    """Ask, or say what has become of the question."""
    house, asked = parts(), request.args.get("lang")
    now = house.clock()
    with house.database.read() as session:
        survey = _survey(session, token, now)
        if survey is None:
            return gone(asked)
        return _answer(_page(session, survey, _end(survey, now) or "form", asked=asked, now=now))


@blueprint.post("/s/<token>")
def take(token: str) -> Response:
    """Keep the answer, once; a bad one opens a case in the same transaction."""
    house, asked = parts(), request.args.get("lang")
    request.max_content_length = BODY_MAX
    form = {name: storable(request.form.get(name, "")).strip() for name in ("score", "reason", "comment")}
    now = house.clock()

    def work(session: Session) -> SurveyPage | None:
        survey = _survey(session, token, now)
        if survey is None:
            return None
        end = _end(survey, now)
        if end is not None:
            return _page(session, survey, end, asked=asked, now=now)
        rules = house.house.workflows.of(session, survey.retailer).survey.rules
        said = _read(form, survey, rules)
        if said.score is None:
            return _page(session, survey, "form", asked=asked, now=now, said=said)
        return _keep(session, survey, rules, said, asked=asked, now=now)

    page = house.database.run(work)
    return gone(asked) if page is None else _answer(page)


def _read(form: dict[str, str], survey: Survey, rules: questions.Rules) -> _Said:
    """What the form says; what nobody offered counts as not said."""
    score = int(form["score"]) if form["score"].isascii() and form["score"].isdigit() and len(form["score"]) < 3 else -1
    return _Said(
        score=score if lowest(survey.scale) <= score <= survey.scale else None,
        reason=form["reason"] if form["reason"] in rules.reasons else None,
        comment=form["comment"][:COMMENT_MAX] or None,
    )


def _keep(
    session: Session, survey: Survey, rules: questions.Rules, said: _Said, *, asked: str | None, now: datetime
) -> SurveyPage:
    house, score = parts().house, said.score or 0
    first = invitations.answer(
        session, survey, score=score, comment=said.comment, reason=said.reason, by="page", now=now
    )
    if not first:
        return _page(session, survey, _end(survey, now) or "closed", asked=asked, now=now)
    shipment = session.get_one(Shipment, survey.shipment_id)
    survey_answers.tell_store(session, survey, shipment, step=questions.SCORE, now=now)
    if not questions.is_bad(rules, score, said.reason):
        return _page(session, survey, "thanks", asked=asked, now=now)
    wording = _wording(session, survey, shipment, asked, now)
    case = survey_answers.hand_over(
        session,
        house,
        survey,
        score=score,
        reason=said.reason,
        comment=said.comment,
        text=said.comment or f"{score}/{survey.scale}",
        language=wording.language,
        now=now,
    )
    person = escalation.person_by(wording, case, shipment, now=now, here=False)
    return _page(session, survey, "sorry", asked=asked, now=now, person=person)


def _survey(session: Session, token: str, now: datetime) -> Survey | None:
    found = parts().house.links.find(session, "s", token, now=now) if len(token) <= TOKEN_MAX else None
    survey = None if found is None else session.get(Survey, found)
    if survey is None or survey.expires_at is None or now >= survey.expires_at + SHOWN_CLOSED:
        return None
    return survey


def _end(survey: Survey, now: datetime) -> str | None:
    """What has become of the question; None while it may be answered."""
    if survey.state == SurveyState.ANSWERED:
        return "already"
    open_still = survey.state == SurveyState.SENT and survey.expires_at is not None and now < survey.expires_at
    return None if open_still else "closed"


def _offered(workflow: Workflow) -> tuple[str, ...]:
    return tuple(one for one in workflow.languages if one in languages()) or ("en",)


def _wording(session: Session, survey: Survey, shipment: Shipment, asked: str | None, now: datetime) -> Wording:
    workflow = parts().house.workflows.of(session, survey.retailer)
    return Wording(parts().house, workflow, language_of(shipment, _offered(workflow), asked), now)


def _page(
    session: Session,
    survey: Survey,
    step: str,
    *,
    asked: str | None,
    now: datetime,
    said: _Said | None = None,
    person: str = "",
) -> SurveyPage:
    shipment = session.get_one(Shipment, survey.shipment_id)
    wording = _wording(session, survey, shipment, asked, now)
    workflow, rules = wording.workflow, wording.workflow.survey.rules
    said_words = words(wording.language)
    reasons = rules.reasons if questions.REASON in rules.steps else ()
    return SurveyPage(
        language=said_words.language,
        languages=tuple(Language(one, words(one)("language.name")) for one in _offered(workflow)),
        brand=workflow.brand,
        order=shipment.order_number,
        step=step,
        scores=tuple(range(lowest(survey.scale), survey.scale + 1)),
        reasons=tuple((one, said_words(f"survey.reason.{one}")) for one in reasons),
        wants_comment=questions.COMMENT in rules.steps,
        reason=(said.reason if said else None) or "",
        comment=(said.comment if said else None) or "",
        fault=said is not None,
        person=person,
    )


def _answer(page: SurveyPage) -> Response:
    answer = make_response(
        render_template("pages/survey.html", page=page, words=words(page.language)), 422 if page.fault else 200
    )
    return private(answer)
