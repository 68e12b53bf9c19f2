"""Forgetting a person: who they are, where they live and what was said goes; what happened to which parcel stays.

STOP stays too: somebody who must not be texted must not be texted again because we forgot that they said so.
"""

from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, delete, or_, select, update
from sqlalchemy.orm import Session

from channels.models import Conversation, InboxRow, OutboxRow
from channels.picture_models import Picture
from channels.talks import hold
from flows import tracking
from flows.address_models import AddressChange
from flows.call_models import Call
from flows.desk_models import CaseWords
from flows.erasing import ERASED
from flows.house import House
from flows.line_models import Line, LineEnd
from flows.missing_models import MissingParcel
from flows.models import Case, CaseEntry, Link, OrderBeingTold, PendingQuestion
from flows.proof_models import ProofFetch
from flows.story_models import OutboundEvent, Story
from surveys.models import Survey
from tracking_core.models import Shipment, ShipmentEvent
from tracking_core.proof_models import Proof

#: Of an address these stay: figures by region need them, and they name nobody.
PLACE_KEPT = ("region", "country", "timezone")
#: Texts that nobody has begun to send.
NOT_BEGUN = ("queued", "held")
FORGOTTEN = "forgotten"
#: Of a request to a store this stays.
REQUEST_KEPT = ("order_number", "tracking_number", "requested_by", "reason", "amount")


def knows_somebody() -> ColumnElement[bool]:
    """The shipments that still say who they are for."""
    named = (Shipment.customer_name, Shipment.customer_phone, Shipment.customer_email)
    return or_(*(column.is_not(None) for column in named))


def forget_parcel(session: Session, house: House, parcel: Shipment, *, now: datetime) -> None:
    """Forget whom the parcel was for, in the caller's transaction; its conversations, cases and pictures with it."""
    phone, email = parcel.customer_phone, parcel.customer_email
    nobody = dict.fromkeys(("customer_name", "customer_phone", "customer_email"))
    gone = {key: None for key in parcel.destination if key not in PLACE_KEPT}
    told = dict.fromkeys(parcel.delivery)
    tracking.change_shipment(
        session, house, parcel, {**nobody, "destination": gone, "delivery": told}, now=now
    )  # the line follows: it closes
    parcel.position = None
    parcel.passed = None  # nobody knows what a retailer's own columns say
    _of_parcel(session, parcel.id, now)
    for address in (phone, email):
        if address is not None:
            forget_conversations(session, parcel.retailer, address, now=now)
    session.flush()


def forget_conversations(session: Session, retailer: str, address: str, *, now: datetime) -> None:
    """Forget all that was said with a number or mailbox, and the number or mailbox; what is still to be sent is not."""
    query = select(Conversation).where(Conversation.retailer == retailer, Conversation.theirs == address)
    hold(session, [address])
    talks = session.scalars(query.order_by(Conversation.id).execution_options(populate_existing=True)).all()
    ids = [talk.id for talk in talks]
    _texts(session, InboxRow.conversation_id.in_(ids), OutboxRow.conversation_id.in_(ids), now)
    _cases(session, Case.conversation_id.in_(ids) | ((Case.retailer == retailer) & (Case.phone == address)))
    for model in (PendingQuestion, Story):
        session.execute(delete(model).where(model.conversation_id.in_(ids)))
    for talk in talks:
        talk.theirs = f"{FORGOTTEN}:{talk.id}"
    lines = select(Line.id).where(Line.retailer == retailer, Line.customer_phone == address, Line.state != "open")
    _set(session, Call, Call.line_id.in_(lines) & (Call.caller == address), caller=FORGOTTEN)
    for end in session.scalars(select(LineEnd).where(LineEnd.line_id.in_(lines), LineEnd.phone == address)):
        end.phone = f"{FORGOTTEN}:{end.id}"
    for line in session.scalars(select(Line).where(Line.id.in_(lines))):
        line.customer_phone = f"{FORGOTTEN}:{line.id}"
    session.execute(
        delete(OrderBeingTold).where(OrderBeingTold.retailer == retailer, OrderBeingTold.recipient == address)
    )


def _of_parcel(session: Session, parcel_id: int, now: datetime) -> None:
    _texts(session, InboxRow.shipment_id == parcel_id, OutboxRow.shipment_id == parcel_id, now)
    _cases(session, Case.shipment_id == parcel_id)
    _set(session, ShipmentEvent, ShipmentEvent.shipment_id == parcel_id, raw={}, detail=None)
    _set(session, Survey, Survey.shipment_id == parcel_id, comment=None, address=FORGOTTEN)
    _set(session, AddressChange, AddressChange.shipment_id == parcel_id, wished={})
    _set(session, MissingParcel, MissingParcel.shipment_id == parcel_id, sender=FORGOTTEN)
    _set(session, Proof, Proof.shipment_id == parcel_id, note=None, lat=None, lon=None)
    _set(session, ProofFetch, ProofFetch.shipment_id == parcel_id, url=None, name=None, state="failed")
    shown = select(Proof.picture_id).where(Proof.shipment_id == parcel_id, Proof.picture_id.is_not(None))
    sent = select(InboxRow.id).where(InboxRow.shipment_id == parcel_id)
    _set(session, Picture, Picture.id.in_(shown) | Picture.inbox_id.in_(sent), expires_at=now)  # a tick takes them
    session.execute(delete(Link).where(Link.kind.in_(("t", "p", "a")), Link.row_id == parcel_id))
    for event in session.scalars(select(OutboundEvent).where(OutboundEvent.shipment_id == parcel_id)):
        event.payload = {key: value for key, value in event.payload.items() if key in REQUEST_KEPT}


def _texts(session: Session, came: ColumnElement[bool], went: ColumnElement[bool], now: datetime) -> None:
    _set(session, InboxRow, came, text=ERASED, sender=FORGOTTEN)
    pending = went & OutboxRow.state.in_(NOT_BEGUN)
    _set(session, OutboxRow, pending, state="cancelled", reason=FORGOTTEN, settled_at=now)
    _set(session, OutboxRow, went & OutboxRow.state.not_in(("sending",)), text=ERASED, subject=None, media=[])
    _set(session, OutboxRow, went & OutboxRow.state.not_in(("sending", "unknown")), recipient=FORGOTTEN)


def _cases(session: Session, which: ColumnElement[bool]) -> None:
    ids = list(session.scalars(select(Case.id).where(which)))
    for case in session.scalars(select(Case).where(Case.id.in_(ids))):
        case.phone = None
        if case.subject.startswith("phone:"):
            case.subject = f"{FORGOTTEN}:{case.id}"
    _set(session, CaseEntry, CaseEntry.case_id.in_(ids), text=ERASED, evidence={})
    _set(session, CaseWords, CaseWords.case_id.in_(ids), stale=True)


def _set(session: Session, model: Any, which: ColumnElement[bool], **values: Any) -> None:
    change = update(model).where(which).values(**values)
    session.execute(change, execution_options={"synchronize_session": "fetch"})
