"""What can be done on the tracking page, beside reading it: the driver, another time, instructions, texts."""

import re
from dataclasses import dataclass
from datetime import datetime
from urllib.parse import urlsplit

from sqlalchemy.orm import Session

from bot.places import gate_code_spans
from flows import driver_seen, rescheduling, shopper_acts, surveys
from flows.house import House
from flows.line_states import OPEN, OUT
from flows.lines import line_of, number_of
from flows.rescheduling import clock_of, in_a_list, in_words
from flows.slots import Slot
from flows.texts import Texts
from flows.wording import Wording
from flows.workflow import Workflow
from tracking_core.models import Shipment
from tracking_core.states import ShipmentState
from web.pages.tracking_sketch import Sketch, distance, sketch, towards
from web.wording import Words

HIDDEN = "••••"
FIGURES = re.compile(r"[#*]?\d[\d\s-]*[#*]?")
#: What is said after a form, by act and what became of it; of refusals the texts' own words are taken first.
SAID = {
    ("driver", "done"): "track.said.line",
    ("driver", "open"): "track.said.line",
    ("driver", "not:opted_out"): "track.said.line_stopped",
    ("time", "done"): "track.said.time",
    ("time", "same"): "track.said.time",
    ("time", "taken"): "track.said.taken",
    ("instructions", "done"): "track.said.told",
    ("instructions", "heard"): "track.said.heard",
    ("instructions", "nothing"): "track.said.nothing",
    ("stop", "done"): "track.said.stopped",
    ("stop", "open"): "track.said.stopped",
    ("start", "done"): "track.said.started",
    ("start", "open"): "track.said.started",
    ("start", "elsewhere"): "track.said.elsewhere",
}
WENT_WELL = frozenset({"done", "heard", "open", "same"})
REFUSED = {"driver": "contact_driver_not", "time": "reschedule_not", "instructions": "instructions_not"}


@dataclass(frozen=True)
class Notice:
    """What a form came to."""

    words: str
    ok: bool


@dataclass(frozen=True)
class Reach:
    """How to reach the driver: by the line that is open, by a button that opens it, or not yet."""

    #: line, ask, later.
    how: str
    #: The number of the line, E.164, and as people read it; empty where there is none yet.
    number: str = ""
    shown: str = ""
    #: The number belongs to this line alone, so that it can be called as well.
    may_call: bool = False


@dataclass(frozen=True)
class Choice:
    """A time to choose."""

    begins: str
    words: str


@dataclass(frozen=True)
class Driver:
    """Where the driver is."""

    words: str
    at: str
    sketch: Sketch | None


@dataclass(frozen=True)
class Forms:
    """What can be done on the page at this moment, and what was done just now."""

    notice: Notice | None
    reach: Reach | None
    driver: Driver | None
    times: tuple[Choice, ...]
    can_tell: bool
    #: The shopper's own words for the driver, codes hidden.
    told: tuple[str, ...]
    #: on, off (here), off_by_text; empty where nobody is texted.
    texts: str
    #: Path of the page that asks how it went; empty while nothing is asked.
    survey: str


def forms(
    session: Session, wording: Wording, said: Words, shipment: Shipment, *, done: str | None, now: datetime
) -> Forms:
    """Put together what can be done. done: the key of the form that was sent last, if any."""
    house, workflow = wording.house, wording.workflow
    coming = not ShipmentState(shipment.state).is_final and shipment.state != ShipmentState.RETURNING
    return Forms(
        notice=_notice(session, wording, said, shipment, done),
        reach=_reach(session, shipment, coming=coming),
        driver=_driver(session, house, wording, said, shipment, now=now),
        times=_times(session, workflow, wording, shipment, now=now),
        can_tell=shopper_acts.hindered_telling(shipment) is None,
        told=_told(shipment),
        texts=_texts(session, shipment),
        survey=_survey(session, house, shipment, now=now),
    )


def _notice(session: Session, wording: Wording, said: Words, shipment: Shipment, done: str | None) -> Notice | None:
    row = shopper_acts.answered(session, shipment.id, done) if done else None
    if row is None:
        return None
    if row.became == "too_often":
        return Notice(said("track.said.too_often"), ok=False)
    why = row.became.partition("not:")[2]
    name = SAID.get((row.act, row.became))
    if name is None:
        values = {"order": shipment.order_number, "why": why, "choices": []}
        texts: Texts = wording.house.texts
        return Notice(texts.fitting(REFUSED[row.act], wording.language, wording.workflow, values).strip(), ok=False)
    slot = ""
    if row.act == "time" and shipment.promised_from and shipment.promised_to:
        slot = in_words(
            Slot(shipment.promised_from, shipment.promised_to), wording, clock_of(shipment, wording.workflow)
        )
    return Notice(said(name, slot=slot, brand=wording.workflow.brand), ok=row.became in WENT_WELL)


def _reach(session: Session, shipment: Shipment, *, coming: bool) -> Reach | None:
    if shipment.customer_phone is None:
        return None
    line = line_of(session, shipment.id)
    if line is not None and line.state == OPEN:
        number = number_of(session, line)
        return Reach("line", number, _spaced(number), may_call=line.proxy is not None)
    if ShipmentState(shipment.state) in OUT and shipment.driver_id is not None:
        return Reach("ask")
    return Reach("later") if coming and shipment.driver_id is not None else None


def _driver(
    session: Session, house: House, wording: Wording, said: Words, shipment: Shipment, *, now: datetime
) -> Driver | None:
    found = driver_seen.seen(session, house, shipment, now=now)
    if found is None:
        return None
    at = wording.moment(found.at, wording.zone(shipment))
    if found.at_other_stop:
        return Driver(said("track.driver.at_stop"), at, None)
    country = str(shipment.destination.get("country") or "")
    if not found.away_m:
        return Driver(said("track.driver.near"), at, None)  # any direction would be made up
    point = towards(found.east_m, found.north_m, said)
    words = said("track.driver.away", distance=distance(found.away_m, country, said), point=point)
    drawn = sketch(found.east_m, found.north_m, country, said, words=said("track.sketch", words=words))
    return Driver(words, at, drawn)


def _times(
    session: Session, workflow: Workflow, wording: Wording, shipment: Shipment, *, now: datetime
) -> tuple[Choice, ...]:
    if rescheduling.hindrance(session, shipment, workflow, now=now) is not None:
        return ()
    zone = clock_of(shipment, workflow)
    free = rescheduling.offered(session, shipment, workflow, now=now)
    return tuple(Choice(one.begins.isoformat(), _capital(in_a_list(one, wording, zone))) for one in free)


def _told(shipment: Shipment) -> tuple[str, ...]:
    """What the shopper has told, while somebody may still read it; not what the retailer wrote."""
    if shopper_acts.hindered_telling(shipment) is not None:
        return ()
    told = shipment.delivery.get("told") or {}
    return tuple(
        _without_codes(str(part.get("words", "")), holds="code" in part.get("kinds", ()))
        for part in told.get("parts", ())
    )


def _without_codes(words: str, *, holds: bool) -> str:
    """Whoever has the page's address reads that there is a code, and not which."""
    spans = gate_code_spans(words)
    for start, end in reversed(spans):
        words = words[:start] + HIDDEN + words[end:]
    return words if spans or not holds else FIGURES.sub(HIDDEN, words)


def _texts(session: Session, shipment: Shipment) -> str:
    if shipment.customer_phone is None:
        return ""
    by = shopper_acts.stopped_by(session, shipment)
    return "on" if by is None else "off" if by == shopper_acts.BY_PAGE else "off_by_text"


def _survey(session: Session, house: House, shipment: Shipment, *, now: datetime) -> str:
    asked = surveys.open_survey(session, shipment, now)
    return "" if asked is None else urlsplit(house.links.url(session, "s", asked.id, now=now)).path


def _spaced(number: str) -> str:
    """A number of North America as it is read there; any other as it is."""
    if number.startswith("+1") and len(number) == 12:
        return f"({number[2:5]}) {number[5:8]}-{number[8:]}"
    return number


def _capital(words: str) -> str:
    return words[:1].upper() + words[1:]
