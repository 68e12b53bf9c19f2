"""All that is known of one parcel, gathered for its page."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, tzinfo

from sqlalchemy import select
from sqlalchemy.orm import Session

from channels.phones import mask
from flows import audit, outbound_events, proofs, thread
from flows.audit_models import AuditEntry
from flows.expecting import clock_of, expected_of
from flows.house import House
from flows.line_models import Line
from flows.line_states import line_of
from flows.models import Case
from flows.story_models import OutboundEvent
from flows.thread import ThreadMessage
from surveys.models import Survey
from tracking_core import shipments
from tracking_core.eta import Estimate
from tracking_core.models import Promise, Shipment, ShipmentEvent
from tracking_core.proof_models import Proof
from tracking_core.proofs import of_shipment
from tracking_core.states import ShipmentState
from web.console.showing import BAD, ROLE_WORDS, STATUS_WORDS
from web.pages.photos import page_src

MESSAGES_MAX, CASES_MAX, CHANGES_MAX = 100, 20, 20
#: What a form has done, in words, by what the address says afterwards.
DONE = {
    "moved": "Recorded. The parcel has moved; whoever is to be told is told.",
    "kept": "Recorded in the history. It did not move the parcel: what we know already is newer, or further on.",
    "created": "The parcel is known now. Its first scan, or an event below, tells the customer.",
    "known": "This order and tracking number were known already: here they are.",
}
#: States whose reason only says the same once more.
SAYS_IT_ALL = frozenset({"expired", "cancelled"})
#: Where an event came from, where that is no carrier.
SOURCES = {
    "api": "API",
    "import": "Import",
    "desk": "An agent",
    "agent": "An agent",
    "driver": "The driver",
    "demo": "Demo",
    "folder": "Watched folder",
}


@dataclass(frozen=True, slots=True)
class Said:
    """One message about the parcel."""

    at: datetime
    #: in, out.
    direction: str
    channel: str
    #: Who wrote it, or to whom it went; never a number.
    who: str
    text: str
    status: str
    bad: bool
    #: Of the outbox or inbox, for the message's own page.
    id: int


@dataclass(frozen=True, slots=True)
class Shown:
    """One proof and where its picture is; None where it has none, or none any more."""

    row: Proof
    src: str | None


@dataclass(frozen=True)
class Known:
    """One parcel's page."""

    parcel: Shipment
    #: Whose clock the shopper lives by.
    zone: tzinfo
    #: None: nothing is known, or the journey is over.
    eta: Estimate | None
    events: Sequence[ShipmentEvent]
    promises: Sequence[Promise]
    messages: Sequence[Said]
    proofs: Sequence[Shown]
    cases: Sequence[Case]
    line: Line | None
    requests: Sequence[OutboundEvent]
    survey: Survey | None
    #: What agents did to it, newest first.
    changes: Sequence[AuditEntry]
    #: Its address on the shopper's side.
    link: str


def read(session: Session, house: House, parcel: Shipment, *, now: datetime) -> Known:
    """Gather it; newest first, but for the proofs."""
    retailer, over = parcel.retailer, ShipmentState(parcel.state).is_final
    workflow = house.workflows.of(session, retailer)
    said = thread.page(session, retailer=retailer, shipment_id=parcel.id, newest=True, limit=MESSAGES_MAX)
    cases = select(Case).where(Case.shipment_id == parcel.id, Case.retailer == retailer)
    survey = select(Survey).where(Survey.shipment_id == parcel.id, Survey.retailer == retailer)
    return Known(
        parcel=parcel,
        zone=clock_of(parcel, workflow),
        eta=None if over else expected_of(parcel, workflow, now=now),
        events=shipments.timeline(session, parcel)[::-1],
        promises=shipments.promises(session, parcel)[::-1],
        messages=[_said(one, parcel) for one in reversed(said)],
        proofs=[_shown(session, house, row, now) for row in of_shipment(session, parcel.id)],
        cases=session.scalars(cases.order_by(Case.id.desc()).limit(CASES_MAX)).all(),
        line=line_of(session, parcel.id),
        requests=outbound_events.of_shipment(session, parcel.id)[::-1],
        survey=session.scalars(survey).first(),
        changes=audit.about(session, retailer, f"shipment:{parcel.id}", limit=CHANGES_MAX),
        link=house.links.url(session, "t", parcel.id, now=now),
    )


def source(name: str) -> str:
    """Where an event came from, in words."""
    return SOURCES.get(name, name.replace("_", " ").capitalize())


def _shown(session: Session, house: House, row: Proof, now: datetime) -> Shown:
    picture = proofs.picture_of(session, row)
    return Shown(row, page_src(house, picture, now=now) if picture is not None else None)


def _said(message: ThreadMessage, parcel: Shipment) -> Said:
    incoming = message.direction == "in"
    address = message.sender if incoming else message.recipient
    status, reason = STATUS_WORDS.get(message.status, message.status), message.reason
    return Said(
        at=message.created_at,
        direction=message.direction,
        channel=message.channel,
        who=_party(address, message.role, parcel),
        text=message.text,
        status=f"{status}: {reason}" if status and reason and message.status not in SAYS_IT_ALL else status,
        bad=message.status in BAD,
        id=message.id,
    )


def _party(address: str, role: str | None, parcel: Shipment) -> str:
    if role is not None:
        return ROLE_WORDS[role]
    if address in (parcel.customer_phone, parcel.customer_email):
        return parcel.customer_name or ROLE_WORDS["customer"]
    if parcel.driver is not None and address == parcel.driver.phone:
        return ROLE_WORDS["driver"]
    return mask(address)
