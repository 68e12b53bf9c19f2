"""Who takes a text: the flows are asked one after the other, in two transactions with the understanding between."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from sqlalchemy.orm import Session

from bot.understanding import Understanding
from channels import inbox
from channels.inbox import ClaimedText
from db import Database
from flows import outbound_facts, pin_covers, thoughts
from flows.bringing_pictures import bring
from flows.call_pins import call_pin
from flows.case_thread import case_thread, heard
from flows.consent import consent
from flows.conversation import conversation
from flows.driver import driver
from flows.house import House
from flows.kit import Kit
from flows.pending_question import pending_question
from flows.pin_wishes import delivery_pin
from flows.relay import on_line, relay, whose
from flows.survey_reply import survey_reply


class Flow(Protocol):
    """One story that texts belong to."""

    def __call__(self, message: ClaimedText, kit: Kit, /) -> bool:
        """Take the text and answer True, or leave everything as it is and answer False."""


#: In the order they are asked; the first to take a text wins, and its name stands in the row.
ROUTE: tuple[tuple[str, Flow], ...] = (
    ("consent", consent),
    ("delivery_pin", delivery_pin),
    ("call_pin", call_pin),
    ("relay", relay),
    ("case_thread", case_thread),
    ("pending_question", pending_question),
    ("survey_reply", survey_reply),
    ("driver", driver),
    ("conversation", conversation),
)
#: These must be told what the text means …
UNDERSTANDING = frozenset({"driver", "conversation"})
#: … and these need nobody to tell them.
FIRST = tuple((name, flow) for name, flow in ROUTE if name not in UNDERSTANDING)
#: What these take is found with the case it joined, or belongs to the other end of a line.
FOUND_ALREADY = frozenset({"relay", "case_thread"})
#: Answered when the claim no longer stands: another worker has the text now.
NOBODY = "nobody"


@dataclass(frozen=True)
class _Stage:
    """How far a text has come."""

    #: The flow that took it, or NOBODY; None while nobody has.
    taken_by: str | None
    language: str | None = None


def handle(database: Database, house: House, claimed: ClaimedText, *, clock: Callable[[], datetime]) -> str:
    """Handle one text; answers the name of the flow that took it, `nobody` when the claim has passed to another.

    Answer, state and "handled" are committed together. Whatever is raised leaves the text as it was.
    """
    bring(database, house, claimed, clock=clock)
    first = database.run(lambda session: _route(session, house, claimed, FIRST, now=clock()))
    if first.taken_by is not None:
        return first.taken_by
    understanding = house.nlu.understand(claimed.text, language=first.language)
    several = thoughts.understood(house, claimed.text, language=first.language)
    # The whole route again: while the understanding took its time, a person may have taken the case, or a STOP have
    # come on another number.
    second = database.run(
        lambda session: _route(
            session, house, claimed, ROUTE, now=clock(), understanding=understanding, several=several
        )
    )
    return second.taken_by or NOBODY


def _route(
    session: Session,
    house: House,
    claimed: ClaimedText,
    flows: Sequence[tuple[str, Flow]],
    *,
    now: datetime,
    understanding: Understanding | None = None,
    several: tuple[thoughts.Thought, ...] = (),
) -> _Stage:
    if not inbox.still_mine(session, claimed):
        return _Stage(NOBODY)
    claimed = whose(session, claimed)
    if not on_line(session, claimed):  # the line covers what it passes on, and says so
        claimed = pin_covers.cover_text(session, house, claimed)
    kit = Kit.open(session, house, claimed, now=now, understanding=understanding, thoughts=several)
    for name, flow in flows:
        if flow(claimed, kit):
            by = kit.rule or name
            inbox.settle_handled(session, claimed, by=by, now=now, shipment_id=kit.shipment_id)
            outbound_facts.message_received(session, claimed, by=by, shipment_id=kit.shipment_id, now=now)
            if name not in FOUND_ALREADY:
                heard(kit)
            return _Stage(name)
    return _Stage(None, kit.language)
