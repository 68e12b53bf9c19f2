"""The questions after the score: what was it, and in your own words; anything else said meanwhile goes its own way."""

import re
from datetime import timedelta

from bot.keywords import Keywords
from bot.understanding import from_customer
from flows import escalation, survey_answers
from flows.kit import Kit
from flows.models import Case
from flows.stories import running
from surveys import invitations, questions
from surveys.models import Survey
from surveys.score import ScoreAnswer
from tracking_core.models import Shipment

#: For so long a number or a few words answer "what was it?".
CHOICE_FOR = timedelta(days=1)
#: For so long a sentence is taken for the words we asked for; later it is taken for what it says.
WORDS_FOR = timedelta(hours=4)
#: What words may be about, as an intent, and stay an answer. Any other clear meaning is served instead.
REASONS = frozenset({"not_received", "damaged", "wrong_or_missing_item", "return_or_refund", "complaint"})
#: What somebody says who answers nothing; with these a sentence is still theirs to add.
MEANS_NOTHING = frozenset({"out_of_scope", "thanks", "affirm", "deny"})
#: Nobody's comment is longer.
COMMENT_MAX = 1000

#: Words that ask for something begin so, although the rules may not know what: whoever understands them is asked.
_WISH = re.compile(
    r"(?:hi|hello|hey|hola|please|pls|por favor|and|y|ok|but|pero)?[ ,]*"
    r"(?:(?:show|send|give|bring|tell|call|text|get|let|change|cancel|stop|can|could|will|would|where|when|what|who|how"
    r"|is|are|do|does|did)(?:n'?t)? (?:me|my|it|us|i|you|the|this|that|there|a|an|is|are|do|does|more)\b"
    r"|i (?:want|need|would like)|i'?d like|(?:muestra|manda|envia|dame|dime|llama|trae|cambia|cancela|pasa)\w*"
    r"|(?:donde|cuando|quien|como|puede[sn]?|podrias?|quiero|necesito|hay)\b)"
)
_WORDS = Keywords()


def begin(kit: Kit, survey: Survey) -> None:
    """What is written now answers a question of ours about the survey's parcel."""
    kit.answering = True
    kit.dialogue.misses = 0
    kit.shipment_id = survey.shipment_id


def choices(kit: Kit) -> list[str]:
    """The reasons in words, in the order of their numbers."""
    return [kit.wording.phrase("survey_reason", reason=one) for one in kit.workflow.survey.reasons]


def reason_of(words: str) -> str | None:
    """What a comment is about; None when it names nothing known, or several things.

    By rules alone: this runs inside a transaction, where nobody else may be asked.
    """
    said = from_customer(_WORDS.understand(words))
    if said.is_clear and said.intent in REASONS:
        return said.intent
    named = questions.named_reasons(words, [one for one in questions.REASONS if one not in REASONS])
    return named[0] if len(named) == 1 and named[0] != "other" else None


def take(kit: Kit, survey: Survey, answer: ScoreAnswer | None) -> bool:
    """Take the answer to the open step. False: none is open, or the text is no answer to it.

    answer: what the text would be as a score. A score with words is one ("1, and he was rude"), a bare number a choice.
    """
    step, asked = survey.waits_for, survey.step_at
    if step is None or asked is None or kit.now - asked > CHOICE_FOR or kit.question() is not None:
        return False
    text = kit.text.text
    picked = questions.read_choice(text, kit.workflow.survey.reasons) if step == questions.REASON else None
    if picked is not None:
        _keep(kit, survey, step, reason=picked)
    elif questions.is_end(text) or questions.is_skip(text):
        begin(kit, survey)
        following = questions.after(kit.workflow.survey.rules, step) if questions.is_skip(text) else None
        invitations.wait_for(survey, following, now=kit.now)
        kit.reply("survey_more" if following else "survey_noted")
    elif answer is None and _is_a_comment(kit, asked_ago=kit.now - asked):
        _keep(kit, survey, step, reason=reason_of(text), comment=text[:COMMENT_MAX].strip())
    else:
        return False
    return True


def hand_over(kit: Kit, survey: Survey, score: int, reason: str | None, comment: str | None) -> Case:
    """Open the parcel's case, or join it, with this text."""
    return survey_answers.hand_over(
        kit.session,
        kit.house,
        survey,
        score=score,
        reason=reason,
        comment=comment,
        text=kit.text.text,
        language=kit.language,
        inbox=(kit.text.id,),
        conversation_id=kit.conversation.id,
        phone=kit.text.sender,
        now=kit.now,
    )


def _is_a_comment(kit: Kit, *, asked_ago: timedelta) -> bool:
    """Whether a sentence is the words we asked for, and not a question, a wish, or the answer to something else."""
    text = kit.text.text
    if asked_ago > WORDS_FOR or "?" in text or "¿" in text or not text.strip() or running.is_open(kit):
        return False
    if _WISH.match(questions.fold(text)):
        return False
    said = from_customer(_WORDS.understand(text))
    return not said.is_clear or said.intent in REASONS or said.intent in MEANS_NOTHING


def _keep(kit: Kit, survey: Survey, step: str, *, reason: str | None, comment: str | None = None) -> None:
    begin(kit, survey)
    rules = kit.workflow.survey.rules
    was_bad = questions.is_bad(rules, survey.score or 0, survey.reason)
    invitations.add(survey, reason=reason, comment=comment)
    following = questions.after(rules, step) if comment is None else None
    invitations.wait_for(survey, following, now=kit.now)
    parcel = kit.session.get_one(Shipment, survey.shipment_id)
    survey_answers.tell_store(kit.session, survey, parcel, step=step, now=kit.now)
    if questions.is_bad(rules, survey.score or 0, reason or survey.reason):
        case = hand_over(kit, survey, survey.score or 0, reason or survey.reason, comment)
        if not was_bad:
            escalation.say_when(kit, case, "survey_sorry", parcel)
            return
    kit.reply("survey_more" if following else "survey_noted")
