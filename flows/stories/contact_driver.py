"""Talking to the driver: a line is opened on which neither side sees the other's number."""

import re
from typing import Final

from flows.instructing import OUT
from flows.kit import Kit
from flows.line_models import Line
from flows.line_states import OPEN
from flows.lines import Refusal, line_of, open_line, pass_on
from flows.stories.machine import OVER, Plot, Talk
from tracking_core.models import Shipment
from tracking_core.states import ShipmentState

#: "tell the driver I am at the back door": the words behind it are for the driver.
_TELL: Final = re.compile(
    r"^\W*(?:(?:please|can you|could you|pls|por favor|puedes|podrias|podrías)\W+)*"
    r"(?:(?:tell|let|text|ask) (?:the |my )?(?:driver|courier|delivery (?:guy|man|driver|person))"
    r"(?: know)?(?: that| to)?|"
    r"(?:dile|d[ií]gale|decirle|av[ií]sale|p[ií]dele) (?:al|a mi) (?:repartidor|conductor|chofer|mensajero)(?: que)?)"
    r"[\s,:]+(?P<words>\S.*)",
    re.IGNORECASE | re.DOTALL,
)
#: A word like "something" or "a message" is no message.
_LEAST_WORDS: Final = 3


def _hindrance(kit: Kit, shipment: Shipment) -> str | None:
    line = line_of(kit.session, shipment.id)
    if line is not None and line.state == OPEN:
        return None
    state = ShipmentState(shipment.state)
    if state in OUT:
        return None if shipment.driver_id is not None else "no_driver"
    return "over" if state.is_final or state is ShipmentState.RETURNING else "not_out"


def _refuse(why: str) -> tuple[str, tuple[str, ...]]:
    instead: tuple[str, ...] = ("delivery_instructions", "talk_to_person") if why in ("not_out", "no_driver") else ()
    return "contact_driver_not", instead


def _begin(talk: Talk, text: str) -> str:
    """Open the line, pass on what was to be said, and tell where to text."""
    kit = talk.kit
    line = open_line(kit.session, kit.house, talk.the_parcel, opened_by="customer", now=talk.now)
    if isinstance(line, Refusal):
        why = {Refusal.NOT_OUT: "not_out", Refusal.OVER: "over"}.get(line, "no_driver")
        talk.say("contact_driver_not", order=talk.the_parcel.order_number, why=why, choices=[])
        return OVER
    talk.say(
        "contact_driver_open",
        order=talk.the_parcel.order_number,
        number=line.proxy or "",
        passed=_passed(talk, line, text),
    )
    return OVER


def _passed(talk: Talk, line: Line, text: str) -> bool:
    """Pass on the words that were meant for the driver. False: there were none, or the line does not take them."""
    kit, found = talk.kit, _TELL.match(text[:500])
    # Where leaks are asked about, the question belongs to the line itself: there they write it themselves.
    if found is None or len(found["words"].split()) < _LEAST_WORDS or kit.workflow.relay.leaks == "ask":
        return False
    passed = pass_on(
        kit.session,
        kit.house,
        line,
        role="customer",
        text=found["words"].strip(),
        key=f"relay:{kit.text.id}:told",
        now=talk.now,
        inbox_id=kit.text.id,
    )
    return passed.sent


PLOT = Plot(
    name="contact_driver",
    hindrance=_hindrance,
    refuse=_refuse,
    begin=_begin,
    begins_with=frozenset({OVER}),
    steps={},
)
