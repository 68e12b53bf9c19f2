"""Lines without a number of their own: both sides use the retailer's main number, and each text is told apart.

The driver names the customer by a tag (`#12 I'm outside`); the customer simply answers. What else comes to the main
number is for the bot. Where nothing decides, a menu asks.
"""

import re
from datetime import timedelta
from typing import Any

from sqlalchemy import select

from bot import driver_words
from bot.answers import choice, yes_or_no
from bot.keywords import Keywords
from bot.understanding import DRIVER_INTENTS, from_customer, from_driver
from channels import inbox
from channels.inbox import ClaimedText
from channels.models import InboxRow, OutboxRow
from flows import bringing_pictures
from flows.kit import Kit
from flows.line_choice import CUSTOMER, DRIVER
from flows.line_models import Line, LineText
from flows.line_states import open_lines_of
from flows.line_words import Sides
from flows.relay_replies import after
from flows.relaying import Fate, pass_on

#: Stories under which these wait: "the driver, or us?", and the text that was then meant for us.
MENU, FOR_US = "relay_menu", "relay_for_us"
TO_DRIVER, TO_US = 1, 2
#: Whoever spoke last within this time is the one who is answered.
ANSWERED_WITHIN = timedelta(minutes=15)
#: What only we can answer, whoever spoke last.
FOR_THE_BOT = frozenset(
    {"where_is_my_order", "reschedule", "change_address", "not_received", "damaged", "wrong_or_missing_item"}
    | {"cancel_order", "return_or_refund", "proof_of_delivery", "complaint", "talk_to_person", "are_you_a_bot", "help"}
)
_TAGGED = re.compile(r"\s*#\s*(\d{1,3})\b[\s:;,.\-]*(.*)", re.DOTALL | re.ASCII)
_NAMED = re.compile(r"\s*(?:driver|repartidora?|conductora?|chofer)\s*[:,]\s*(.+)", re.DOTALL | re.IGNORECASE)
_BARE = re.compile(r"\W*\d{1,2}\W*", re.ASCII)
_WORDS = Keywords()


def on_main_number(message: ClaimedText, kit: Kit) -> bool:
    """Take a text for the other end of a line that has no number of its own."""
    mine = [one for one in open_lines_of(kit.session, kit.retailer, message.sender) if one.proxy is None]
    if not mine:
        return False
    driving = [one for one in mine if one.customer_phone != message.sender]
    waiting = [one for one in mine if one.customer_phone == message.sender]
    if driving and (tagged := _TAGGED.fullmatch(message.text)):
        return _by_tag(message, kit, driving, tagged[1], tagged[2])
    if _chosen(message, kit, mine):
        return True
    if _is_for_us(message, kit):
        return False
    if waiting and (named := _NAMED.fullmatch(message.text)):
        return _pass(message, kit, waiting[0], CUSTOMER, named[1], rule="relay:name")
    line = _spoke_last(kit, mine)
    if line is None:
        return False
    return _by_last(message, kit, line, DRIVER if line in driving else CUSTOMER)


def _by_tag(message: ClaimedText, kit: Kit, driving: list[Line], tag: str, words: str) -> bool:
    found = [one for one in driving if one.tag == tag]
    if found:
        return _pass(message, kit, found[0], DRIVER, words, rule="relay:tag")
    kit.rule = "relay:no_tag"
    kit.reply("line_no_tag", tags=", ".join(f"#{one.tag} {_orders(kit, one)}" for one in driving[:3]))
    return True


def _by_last(message: ClaimedText, kit: Kit, line: Line, role: str) -> bool:
    """Whoever spoke last is answered, unless the words are for us; in doubt a menu asks."""
    understood = _WORDS.understand(message.text)
    if role == DRIVER:
        for_us = from_driver(understood)
        if (for_us.is_clear and for_us.intent in DRIVER_INTENTS) or driver_words.read(message.text) is not None:
            return False
        return _pass(message, kit, line, DRIVER, message.text, rule="relay:recent")
    question = kit.question()
    if question is not None and (_BARE.fullmatch(message.text) or yes_or_no(message.text) is not None):
        return False
    said = from_customer(understood)
    if question is None and not (said.is_clear and said.intent in FOR_THE_BOT):
        return _pass(message, kit, line, CUSTOMER, message.text, rule="relay:recent")
    kit.rule = "relay:menu"
    kit.ask(MENU, [{"inbox_id": message.id, "line_id": line.id}, {}])
    name = Sides.of(kit.session, kit.house, line, now=kit.now).name(DRIVER)
    # A key of its own: the text may come back to us, and its answer must not look like this one.
    kit.reply("line_menu", key=f"relay:{message.id}:menu", driver=name)
    return True


def _chosen(message: ClaimedText, kit: Kit, mine: list[Line]) -> bool:
    """Take the answer to the menu: the text it was about goes to the driver, or comes back to us."""
    question = kit.question()
    picked = choice(message.text, TO_US) if question is not None and question.story == MENU else None
    if question is None or picked is None:
        return False
    asked: dict[str, Any] = question.options[0]
    kit.forget_question()
    kit.answering = True
    line = next((one for one in mine if one.id == asked["line_id"]), None)
    if picked == TO_US or line is None:
        kit.rule = "relay:menu"
        kit.ask(FOR_US, [{"inbox_id": asked["inbox_id"]}])
        inbox.again(kit.session, asked["inbox_id"])
        return True
    row = kit.session.scalars(select(InboxRow).where(InboxRow.id == asked["inbox_id"])).one()
    return _pass(message, kit, line, CUSTOMER, row.text, rule="relay:menu", row_id=row.id)


def _is_for_us(message: ClaimedText, kit: Kit) -> bool:
    """Whether the person has said that this very text was meant for us."""
    question = kit.question()
    return question is not None and question.story == FOR_US and question.options[0]["inbox_id"] == message.id


def _spoke_last(kit: Kit, mine: list[Line]) -> Line | None:
    """The line whose text was the last thing we said here, if that was lately."""
    query = (
        select(OutboxRow.key, OutboxRow.created_at)
        .where(OutboxRow.conversation_id == kit.conversation.id, OutboxRow.seq.is_not(None))
        .order_by(OutboxRow.seq.desc())
        .limit(1)
    )
    last = kit.session.execute(query).one_or_none()
    if last is None or kit.now - last.created_at > ANSWERED_WITHIN:
        return None
    line_id = kit.session.scalar(select(LineText.line_id).where(LineText.outbox_key == last.key))
    return next((one for one in mine if one.id == line_id), None)


def _pass(
    message: ClaimedText, kit: Kit, line: Line, role: str, words: str, *, rule: str, row_id: int | None = None
) -> bool:
    kit.rule = rule
    origin = row_id or message.id
    pictures = (
        [one for one in bringing_pictures.of_text(kit.session, origin) if one.is_ready] if row_id else kit.pictures
    )
    passed = pass_on(
        kit.session,
        kit.house,
        line,
        role=role,
        text=words,
        pictures=pictures,
        key=f"relay:{origin}",
        now=kit.now,
        inbox_id=origin,
    )
    if passed.fate is Fate.CLOSED:
        kit.rule = "relay:refused"
        kit.reply("line_not_yours" if role == DRIVER else "line_closed", orders=_orders(kit, line))
        return True
    after(kit, line, role, passed)
    return True


def _orders(kit: Kit, line: Line) -> str:
    return Sides.of(kit.session, kit.house, line, now=kit.now).orders()
