"""Being texted or not is the person's to say: STOP, START, HELP, and the same in plain words."""

from sqlalchemy import select

from channels.consent import is_opted_out, opt_in, opt_out
from channels.consent_words import Certainty, Kind, read_word
from channels.inbox import ClaimedText
from flows.cases import open_case
from flows.driver_reports import is_about_round
from flows.kit import Kit
from flows.line_states import end_of, leave
from tracking_core.models import Driver

#: The story under which "would you like us to stop?" waits for its answer.
STOP_TEXTING = "stop_texting"


def consent(message: ClaimedText, kit: Kit) -> bool:
    """Take words about being texted; and everything else of a person who has opted out, without an answer."""
    word = read_word(message.text)
    out = is_opted_out(kit.session, kit.retailer, message.sender)
    if word is None or (word.kind is Kind.YES and not out):
        return out
    if word.certainty is Certainty.UNCLEAR and not out and is_about_round(kit):
        return False  # "stop 3 delivered" is about a stop
    if word.certainty is Certainty.UNCLEAR and not out and _speaks_on_a_line(kit):
        return False  # "at the stop now" is meant for the person at the other end
    if word.kind is Kind.HELP:
        _help(kit)
    elif word.kind in (Kind.START, Kind.YES):
        _start(message, kit)
    elif word.certainty is not Certainty.UNCLEAR or _asked_already(kit):
        stop(kit, by="stop" if word.certainty is Certainty.EXACT else "words")
    elif not out:
        kit.ask(STOP_TEXTING, [{}])
        kit.reply("consent_unclear")
    return True


def stop(kit: Kit, *, by: str) -> None:
    """Opt the person out, cancel what is queued for them, and confirm it once. by: stop, words."""
    message = kit.text
    kit.forget_question()
    # Lines before conversations: so nobody waits in a circle. The other sides are told.
    leave(kit.session, kit.house, retailer=kit.retailer, phone=message.sender, now=kit.now)
    if not opt_out(kit.session, retailer=kit.retailer, address=message.sender, by=by, now=kit.now, inbox_id=message.id):
        return
    kit.confirm("consent_stopped")
    driver = select(Driver.id).where(Driver.retailer == kit.retailer, Driver.phone == message.sender)
    if kit.session.scalar(driver) is not None:
        # Deliveries hang on reaching a driver: a person has to find another way.
        open_case(
            kit.session,
            kit.house,
            retailer=kit.retailer,
            reason="driver_stop",
            conversation_id=kit.conversation.id,
            phone=message.sender,
            language=kit.language,
            text=message.text,
            evidence={"inbox": [message.id]},
            by="customer",
            now=kit.now,
        )


def _start(message: ClaimedText, kit: Kit) -> None:
    if opt_in(kit.session, retailer=kit.retailer, address=message.sender, by="start", now=kit.now, inbox_id=message.id):
        kit.confirm("consent_started")
    else:
        kit.reply("consent_started")


def _help(kit: Kit) -> None:
    words = kit.compose("help", contact=kit.workflow.contact)
    if not kit.is_loop(words):
        kit.confirm("help", contact=kit.workflow.contact)


def _speaks_on_a_line(kit: Kit) -> bool:
    end = end_of(kit.session, kit.text.recipient, kit.text.sender)
    return end is not None and end.ended_at is None


def _asked_already(kit: Kit) -> bool:
    question = kit.question()
    return question is not None and question.story == STOP_TEXTING
