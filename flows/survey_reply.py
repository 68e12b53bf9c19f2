"""The answer to "how was it?": kept, and a bad one reaches a person in the same breath."""

import re
from datetime import timedelta

from sqlalchemy import select

from bot.keywords import Keywords
from bot.understanding import from_customer
from channels.inbox import ClaimedText
from channels.models import OutboxRow
from flows import escalation
from flows.cases import CUSTOMER, open_case
from flows.kit import Kit
from surveys import invitations
from surveys.invitations import SurveyState
from surveys.models import Survey
from surveys.score import ScoreAnswer, read_score
from tracking_core.models import Shipment

#: For so long a second score is taken for a second answer; later a number means something else.
ANSWERED_LATELY = timedelta(days=2)
#: For so long after its end a score is taken for a late answer.
CLOSED_LATELY = timedelta(days=14)
#: What a comment may be about, kept as the answer's reason.
REASONS = frozenset({"not_received", "damaged", "wrong_or_missing_item", "return_or_refund", "complaint"})
#: These must reach a person although the score is no bad one: "3 but one item is missing".
MUST_BE_SEEN = frozenset({"not_received", "damaged", "wrong_or_missing_item"})

_THUMB = re.compile("[👍👎]")
_WORDS = Keywords()


def survey_reply(message: ClaimedText, kit: Kit) -> bool:
    """Take a score from somebody we have asked for one."""
    survey = _asked(kit)
    if survey is None:
        return False
    answer = read_score(message.text, scale=survey.scale)
    if answer is None or not _is_for_us(kit, survey, answer):
        return False
    kit.answering = True
    kit.dialogue.misses = 0
    kit.shipment_id = survey.shipment_id
    reason = _reason(answer, survey)
    in_time = invitations.answer(
        kit.session, survey, score=answer.score, comment=answer.comment, reason=reason, now=kit.now
    )
    # Too late, or a second one: it changes no figure, but what went wrong must still reach somebody.
    if _is_bad(kit, answer, reason) and (in_time or answer.comment):
        _hand_over(kit, survey, answer, reason)
    elif in_time:
        kit.reply("survey_thanks")
    else:
        kit.reply("survey_again" if survey.state == SurveyState.ANSWERED else "survey_late")
    return True


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
    # By keywords alone: this runs inside a transaction, where nobody else may be asked.
    said = from_customer(_WORDS.understand(answer.comment))
    return said.intent if said.is_clear and said.intent in REASONS else None


def _is_bad(kit: Kit, answer: ScoreAnswer, reason: str | None) -> bool:
    return answer.score <= kit.workflow.survey.escalate_at or reason in MUST_BE_SEEN


def _hand_over(kit: Kit, survey: Survey, answer: ScoreAnswer, reason: str | None) -> None:
    """Open the parcel's case, or join it, and say by when a person answers."""
    case = open_case(
        kit.session,
        kit.house,
        retailer=kit.retailer,
        reason="bad_survey",
        shipment_id=survey.shipment_id,
        conversation_id=kit.conversation.id,
        phone=kit.text.sender,
        language=kit.language,
        text=kit.text.text,
        evidence={
            "inbox": [kit.text.id],
            "survey": {
                "id": survey.id,
                "score": answer.score,
                "scale": survey.scale,
                "comment": answer.comment,
                "reason": reason,
            },
        },
        by=CUSTOMER,
        now=kit.now,
    )
    escalation.say_when(kit, case, "survey_sorry", kit.session.get(Shipment, survey.shipment_id))
