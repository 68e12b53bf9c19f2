"""What a shopper does on the tracking page: the same as by text, once per form, and seldom enough to annoy nobody.

Whoever has the link may be somebody else. So what changes a parcel is confirmed to the phone on the order, and each
kind of act is taken a few times a day.
"""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from channels import consent, outbox
from channels.messages import Category, OutboundMessage
from channels.models import Contact
from db import insert_once
from flows import delays, instructing, rescheduling
from flows.house import House
from flows.line_states import OPEN
from flows.lines import Refusal, leave, line_of, open_line
from flows.senders import main_sender
from flows.shopper_act_models import ShopperAct
from flows.stories.how_to_deliver import HINDRANCES as UNTOLD
from flows.stories.how_to_deliver import echo
from flows.telling import SMS, Telling
from flows.workflow import Workflow
from tracking_core.matching import locked
from tracking_core.models import Shipment
from tracking_core.states import ShipmentState

#: So often a day is each act taken for one parcel: by then somebody plays, or should talk with a person.
MOST_A_DAY: Final[Mapping[str, int]] = {"driver": 4, "time": 4, "instructions": 6, "stop": 3, "start": 3}
DAY: Final = timedelta(hours=24)
#: As the page draws keys.
KEY: Final = re.compile(r"[A-Za-z0-9_-]{12,40}", re.ASCII)
#: Recorded with consent that was given or taken on the page.
BY_PAGE: Final = "page"
_UNSEEN: Final = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\u200b-\u200f\u202a-\u202e\u2066-\u2069]")


@dataclass(frozen=True)
class Said:
    """A form as it was sent."""

    act: str
    #: Drawn with the form.
    key: str
    #: The language the page was read in.
    language: str
    #: Of `time`: when the slot begins.
    begins: datetime | None = None
    #: Of `instructions`.
    words: str = ""


@dataclass
class _Page:
    session: Session
    house: House
    workflow: Workflow
    shipment: Shipment
    said: Said
    now: datetime

    @property
    def outbox_key(self) -> str:
        """The key of the text that tells the shopper what was done."""
        return f"page:{self.shipment.id}:{self.said.key}"


def take(session: Session, house: House, shipment: Shipment, said: Said, *, now: datetime) -> str:
    """Do what the form says, once; answers what became of it, as in `ShopperAct.became`.

    Raises ValueError for an act nobody knows, or a key no page has drawn.
    """
    if said.act not in ACTS or not KEY.fullmatch(said.key):
        raise ValueError("no form of ours")
    row = ShopperAct(shipment_id=shipment.id, key=said.key, act=said.act, became="", at=now)
    if not insert_once(session, row):
        known = answered(session, shipment.id, said.key)
        return "" if known is None else known.became
    workflow = house.workflows.of(session, shipment.retailer)
    page = _Page(session, house, workflow, shipment, said, now)
    row.became = "too_often" if _too_often(session, row, now=now) else ACTS[said.act](page)
    session.flush()
    return row.became


def answered(session: Session, shipment_id: int, key: str) -> ShopperAct | None:
    """The act of the parcel with that key; None when there was none."""
    query = select(ShopperAct).where(ShopperAct.shipment_id == shipment_id, ShopperAct.key == key)
    return session.scalar(query)


def hindered_telling(shipment: Shipment) -> str | None:
    """Why the driver cannot be told anything: delivered, pickup, over; None when they can."""
    return UNTOLD.get(ShipmentState(shipment.state))


def stopped_by(session: Session, shipment: Shipment) -> str | None:
    """How the person on the order has stopped our texts: page, stop, words, …; None when they get them."""
    query = select(Contact.opted_out_by).where(
        Contact.retailer == shipment.retailer,
        Contact.address == (shipment.customer_phone or ""),
        Contact.opted_out_at.is_not(None),
    )
    found = session.execute(query).first()
    return None if found is None else found[0] or "stop"


def _too_often(session: Session, row: ShopperAct, *, now: datetime) -> bool:
    """Whether the act has been taken often enough today; what was refused does not count."""
    taken = select(func.count(ShopperAct.id)).where(
        ShopperAct.shipment_id == row.shipment_id,
        ShopperAct.act == row.act,
        ShopperAct.became.in_(("done", "heard")),
        ShopperAct.at > now - DAY,
        ShopperAct.id != row.id,
    )
    if row.act in ("time", "instructions"):
        locked(session, row.shipment_id)  # of two forms at once the second counts the first
    return (session.scalar(taken) or 0) >= MOST_A_DAY[row.act]


def _driver(page: _Page) -> str:
    """Open the line to the driver, or find it open."""
    session, shipment = page.session, page.shipment
    known = line_of(session, shipment.id)
    if known is not None and known.state == OPEN:
        return "open"
    opened = open_line(session, page.house, shipment, opened_by="customer", now=page.now)
    if not isinstance(opened, Refusal):
        return "done"
    if opened is Refusal.OPTED_OUT and stopped_by(session, shipment) is not None:
        return "not:opted_out"
    return {Refusal.NOT_OUT: "not:not_out", Refusal.OVER: "not:over"}.get(opened, "not:no_driver")


def _time(page: _Page) -> str:
    """Promise the slot that was tapped, if it is still free, and confirm it by text."""
    session, shipment, now = page.session, page.shipment, page.now
    why = rescheduling.hindrance(session, shipment, page.workflow, now=now)
    free = rescheduling.offered(session, shipment, page.workflow, now=now) if why is None else []
    slot = next((one for one in free if one.begins == page.said.begins), None)
    if slot is None:
        wanted = page.said.begins is not None and shipment.promised_from == page.said.begins
        return f"not:{why}" if why is not None else "same" if wanted else "taken"
    telling = Telling(session, page.house, page.workflow, shipment.retailer, now)
    words = rescheduling.in_words(slot, telling.wording(shipment), rescheduling.clock_of(shipment, page.workflow))
    rescheduling.move(session, page.house, shipment, slot, key=page.outbox_key, words=words, now=now)
    delays.say_anew(telling, shipment)
    _confirm(page, telling, "reschedule_done", slot=words)
    return "done"


def _instructions(page: _Page) -> str:
    """Keep the words for the driver, as if they had been texted, and confirm them by text."""
    session, shipment = page.session, page.shipment
    why = hindered_telling(shipment)
    words = " ".join(_UNSEEN.sub(" ", page.said.words).split())
    if why is not None:
        return f"not:{why}"
    if not words:
        return "nothing"
    heard = instructing.tell(
        session,
        page.house,
        [shipment],
        words,
        language=page.said.language,
        instead=False,
        inbox=(),
        key=page.outbox_key,
        now=page.now,
    )
    telling = Telling(session, page.house, page.workflow, shipment.retailer, page.now)
    _confirm(page, telling, "instructions_saved", words=echo(words), heard=heard)
    return "heard" if heard else "done"


def _stop(page: _Page) -> str:
    """Opt the person on the order out, and say so once by text: it may have been somebody else."""
    session, shipment, phone = page.session, page.shipment, page.shipment.customer_phone
    if phone is None:
        return "nothing"
    # Lines before conversations, as after a STOP by text.
    leave(session, page.house, retailer=shipment.retailer, phone=phone, now=page.now)
    if not consent.opt_out(session, retailer=shipment.retailer, address=phone, by=BY_PAGE, now=page.now):
        return "open"
    _about_consent(page, phone, "consent_stopped")
    return "done"


def _start(page: _Page) -> str:
    """Opt them in again, if it was the page that opted them out: a STOP by text is lifted by a START by text alone."""
    session, shipment, phone = page.session, page.shipment, page.shipment.customer_phone
    by = stopped_by(session, shipment)
    if phone is None or by is None:
        return "open"
    if by != BY_PAGE:
        return "elsewhere"
    consent.opt_in(session, retailer=shipment.retailer, address=phone, by=BY_PAGE, now=page.now, lift_blocks=False)
    _about_consent(page, phone, "consent_started")
    return "done"


def _confirm(page: _Page, telling: Telling, template: str, **values: object) -> None:
    if SMS in telling.ways(page.shipment):
        known = {"order": page.shipment.order_number, **values}
        telling.tell(SMS, page.shipment, template, known, category=Category.REPLY, key=page.outbox_key)


def _about_consent(page: _Page, phone: str, template: str) -> None:
    """Say it also to somebody who has just opted out."""
    sender = main_sender(page.session, page.shipment.retailer)
    if sender is None:
        return
    telling = Telling(page.session, page.house, page.workflow, page.shipment.retailer, page.now)
    language = telling.wording(page.shipment).language
    message = OutboundMessage(
        channel=SMS,
        sender=sender,
        recipient=phone,
        text=page.house.texts.fitting(template, language, page.workflow, {}),
        category=Category.CONSENT,
        retailer=page.shipment.retailer,
        shipment_id=page.shipment.id,
    )
    outbox.enqueue(page.session, message, key=page.outbox_key, now=page.now)


ACTS: Final[Mapping[str, Callable[[_Page], str]]] = {
    "driver": _driver,
    "time": _time,
    "instructions": _instructions,
    "stop": _stop,
    "start": _start,
}
