"""The answer to "how was it?": kept, and a bad one reaches a person in the same breath."""

import re
from datetime import timedelta

from sqlalchemy import select

from channels.inbox import ClaimedText
from channels.models import OutboxRow
from flows import escalation, survey_answers, survey_steps
from flows.kit import Kit
from surveys import invitations, questions
from surveys.invitations import SurveyState
from surveys.models import Survey
from surveys.score import ScoreAnswer, read_score
from tracking_core.models import Shipment

#: For so long a second score is taken for a second answer; later a number means something else.
ANSWERED_LATELY = timedelta(days=2)
#: For so long after its end a score is taken for a late answer.
CLOSED_LATELY = timedelta(days=14)
_THUMB = re.compile(r"[👍👎]|^\W*(?:\w+ )?(?:thumbs? (?:up|down)|pulgar)", re.IGNORECASE)


def survey_reply(message: ClaimedText, kit: Kit) -> bool:
    """Take a score from somebody we have asked for one, then a reason, then words; each may stay away for good."""
    survey = _asked(kit)
    if survey is None:
        return False
    answer = read_score(message.text, scale=survey.scale)
    if answer is not None and not _is_for_us(kit, survey, answer):
        answer = None
    if survey_steps.take(kit, survey, answer):
        return True
    if answer is None:
        return False
    _take_score(kit, survey, answer)
    return True


def _take_score(kit: Kit, survey: Survey, answer: ScoreAnswer) -> None:
    survey_steps.begin(kit, survey)
    reason = _reason(answer, survey)
    in_time = invitations.answer(
        kit.session, survey, score=answer.score, comment=answer.comment, reason=reason, now=kit.now
    )
    if in_time:
        _first_answer(kit, survey, answer, reason)
    # Too late, or a second one: it changes no figure, but what went wrong must still reach somebody.
    elif answer.comment and questions.is_bad(kit.workflow.survey.rules, answer.score, reason):
        case = survey_steps.hand_over(kit, survey, answer.score, reason, answer.comment)
        escalation.say_when(kit, case, "survey_sorry", kit.session.get(Shipment, survey.shipment_id))
    else:
        kit.reply("survey_again" if survey.state == SurveyState.ANSWERED else "survey_late")


def _first_answer(kit: Kit, survey: Survey, answer: ScoreAnswer, reason: str | None) -> None:
    rules = kit.workflow.survey.rules
    parcel = kit.session.get_one(Shipment, survey.shipment_id)
    survey_answers.tell_store(kit.session, survey, parcel, step=questions.SCORE, now=kit.now)
    step = questions.next_step(rules, answer.score, survey.scale, reason=reason, comment=answer.comment)
    invitations.wait_for(survey, step, now=kit.now)
    if questions.is_bad(rules, answer.score, reason):
        case = survey_steps.hand_over(kit, survey, answer.score, reason, answer.comment)
        if step == questions.REASON:
            escalation.say_when(kit, case, "survey_why", parcel, choices=survey_steps.choices(kit))
        else:
            escalation.say_when(kit, case, "survey_sorry", parcel)
    elif step == questions.REASON:
        kit.reply("survey_why", person="", choices=survey_steps.choices(kit))
    else:
        kit.reply("survey_thanks_more" if step == questions.COMMENT else "survey_thanks")


def _asked(kit: Kit) -> Survey | None:
    """The question that a score from this person would answer: the open one, else the one that closed lately."""
    survey = invitations.open_for(kit.session, kit.retailer, kit.text.sender, now=kit.now)
    if survey is not None:
        return survey
    last = invitations.last_asked(kit.session, kit.retailer, kit.text.sender)
    if last is None:
        return None
    if last.answered_at is not None:
        return last if kit.now - last.answered_at <= ANSWERED_LATELY else None
    closed = last.expires_at
    return last if closed is not None and kit.now - closed <= CLOSED_LATELY else None


def _is_for_us(kit: Kit, survey: Survey, answer: ScoreAnswer) -> bool:
    """Whether the score answers this question, and nothing else waits in the text."""
    if _THUMB.search(kit.text.text):
        return _last_said(kit) == survey.message_key  # a thumb answers whatever was said last
    # "5. Where is my other order?" is a question first; the survey stays open. A bad score goes to a person anyway.
    return answer.score <= kit.workflow.survey.escalate_at or "?" not in (answer.comment or "")


def _last_said(kit: Kit) -> str | None:
    query = (
        select(OutboxRow.key)
        .where(OutboxRow.conversation_id == kit.conversation.id, OutboxRow.seq.is_not(None))
        .order_by(OutboxRow.seq.desc())
        .limit(1)
    )
    return kit.session.scalar(query)


def _reason(answer: ScoreAnswer, survey: Survey) -> str | None:
    """What the comment is about; nothing for full marks, whose "nothing damaged" is praise."""
    if answer.comment is None or answer.score == survey.scale:
        return None
    return survey_steps.reason_of(answer.comment)
