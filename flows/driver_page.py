"""What a driver may know of each stop of the round, gathered at once for all of them."""

import functools
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from bot import leaks
from flows import proof_rules
from flows.driver_links import Round
from flows.driver_page_models import DriverTap, InstructionsShown
from flows.driver_undo import WITHIN
from flows.house import House
from flows.line_models import Line, LineParcel
from flows.workflow import Workflow
from tracking_core.models import Shipment
from tracking_core.proof_models import Proof
from tracking_core.proofs import ProofKind
from tracking_core.reasons import Reason
from tracking_core.rounds import Stop
from tracking_core.states import ShipmentState

#: What stands where somebody wrote a number, a mailbox or a link.
HIDDEN = "•••"
#: Reasons after which the driver may give a stop up.
HELPLESS = frozenset({Reason.ADDRESS_WRONG, Reason.ACCESS_BLOCKED})
ADDRESS = ("line1", "line2")
TOWN = ("city", "region", "postal_code")


@dataclass(frozen=True)
class Card:
    """One stop, without anything that would reach its customer past the line."""

    stop: Stop
    #: First name; empty when unknown, or when it is not just a name.
    name: str
    #: Lines, the street first.
    address: tuple[str, ...]
    #: (lat, lon); None when unknown.
    place: tuple[float, float] | None
    #: As the customer wrote them, once the driver has asked to see them, and while the parcel is out with that driver.
    instructions: str | None
    can_show_instructions: bool
    #: A photo of the delivery is asked for by the retailer's rules.
    photo_asked: bool
    photo_there: bool
    #: A photo would be taken now.
    takes_photo: bool
    #: The parcel is handed over against a PIN, and has not been yet.
    asks_pin: bool
    #: Kinds of proof that are required or wanted and not there yet.
    lacks: frozenset[str]
    can_message: bool
    #: The line's number, while it is open and has one.
    proxy: str | None
    #: The customer has been asked for help, and it did not come.
    can_give_up: bool


def cards(session: Session, house: House, round_: Round) -> list[Card]:
    """Answer what may be shown of each stop, in the round's order."""
    workflow = house.workflows.of(session, round_.driver.retailer)
    ids = [stop.shipment.id for stop in round_.stops]
    shown = _shown(session, round_.driver.id, ids)
    proofs = _proofs(session, ids)
    proxies = _proxies(session, round_, ids)
    return [_card(stop, workflow, shown, proofs, proxies) for stop in round_.stops]


def may_read_instructions(stop: Stop) -> bool:
    """Whether the stop's driver may read what the customer wrote: only while the parcel is out."""
    return stop.is_out and bool(stop.shipment.delivery.get("instructions"))


def last_tap(session: Session, driver_id: int, actions: Collection[str], *, now: datetime) -> DriverTap | None:
    """The newest of such taps that did something, while it can still be taken back."""
    query = (
        select(DriverTap)
        .where(DriverTap.driver_id == driver_id, DriverTap.ok.is_(True), DriverTap.received_at > now - WITHIN)
        .order_by(DriverTap.id.desc())
        .limit(1)
    )
    newest = session.scalar(query)
    return newest if newest is not None and newest.action in actions else None


def _card(
    stop: Stop,
    workflow: Workflow,
    shown: dict[int, datetime],
    proofs: set[tuple[int, str]],
    proxies: dict[int, str | None],
) -> Card:
    parcel = stop.shipment
    readable = may_read_instructions(stop)
    read = readable and _was_shown(parcel, shown.get(parcel.id))
    asked = _asks_photo(parcel, workflow)
    delivered = stop.state is ShipmentState.DELIVERED
    there = frozenset(kind for shipment_id, kind in proofs if shipment_id == parcel.id)
    photo_there = ProofKind.PHOTO in there
    return Card(
        stop=stop,
        name=_first_name(parcel),
        address=_address(parcel),
        place=_place(parcel),
        instructions=_hidden(str(parcel.delivery["instructions"]), parcel) if read else None,
        can_show_instructions=readable and not read,
        photo_asked=asked,
        photo_there=photo_there,
        takes_photo=stop.state is ShipmentState.AT_ADDRESS or (delivered and not photo_there),
        asks_pin=not stop.done and ProofKind.PIN in proof_rules.asked(workflow, parcel).required,
        lacks=_lacks(parcel, workflow, there),
        can_message=stop.is_out and parcel.customer_phone is not None,
        proxy=proxies.get(parcel.id),
        can_give_up=not stop.done and stop.is_out and parcel.reason in HELPLESS,
    )


def _shown(session: Session, driver_id: int, ids: list[int]) -> dict[int, datetime]:
    """When the driver last looked at the instructions of these parcels."""
    query = (
        select(InstructionsShown.shipment_id, InstructionsShown.at)
        .where(InstructionsShown.driver_id == driver_id, InstructionsShown.shipment_id.in_(ids))
        .order_by(InstructionsShown.id)
    )
    return {row[0]: row[1] for row in session.execute(query)}


def _was_shown(parcel: Shipment, at: datetime | None) -> bool:
    """Since this driver got the parcel: what was seen on an earlier round counts for nothing."""
    return at is not None and (parcel.driver_assigned_at is None or at >= parcel.driver_assigned_at)


def _proofs(session: Session, ids: list[int]) -> set[tuple[int, str]]:
    """Which kinds of proof there are, by parcel."""
    query = select(Proof.shipment_id, Proof.kind).where(Proof.shipment_id.in_(ids))
    return {(row[0], row[1]) for row in session.execute(query)}


def _proxies(session: Session, round_: Round, ids: list[int]) -> dict[int, str | None]:
    query = (
        select(LineParcel.shipment_id, Line.proxy)
        .join(Line, Line.id == LineParcel.line_id)
        .where(
            LineParcel.shipment_id.in_(ids),
            LineParcel.left_at.is_(None),
            Line.state == "open",
            Line.driver_id == round_.driver.id,
        )
    )
    return {row[0]: row[1] for row in session.execute(query)}


def _lacks(parcel: Shipment, workflow: Workflow, there: frozenset[str]) -> frozenset[str]:
    said = proof_rules.asked(workflow, parcel)
    return (said.required | said.wanted) - there


def _asks_photo(parcel: Shipment, workflow: Workflow) -> bool:
    said = proof_rules.asked(workflow, parcel)
    return ProofKind.PHOTO in said.required | said.wanted


def _first_name(parcel: Shipment) -> str:
    said = parcel.customer_name or ""
    first = said.split()[:1]
    return first[0] if first and not leaks.find(said) else ""


def _address(parcel: Shipment) -> tuple[str, ...]:
    place = parcel.destination
    street = [str(place[key]) for key in ADDRESS if place.get(key)]
    town = " ".join(str(place[key]) for key in TOWN if place.get(key))
    known = [str(place["postal_code"])] if place.get("postal_code") else []
    return tuple(_hidden(line, parcel, keep=known) for line in [*street, town] if line)


def _place(parcel: Shipment) -> tuple[float, float] | None:
    lat, lon = parcel.destination.get("lat"), parcel.destination.get("lon")
    return (float(lat), float(lon)) if lat is not None and lon is not None else None


def _hidden(said: str, parcel: Shipment, keep: Iterable[str] = ()) -> str:
    """The words without a number, mailbox or link in them: those go over the line, which hides them."""
    return _masked(said, (*keep, parcel.order_number), str(parcel.destination.get("country") or "US"))


@functools.lru_cache(maxsize=4096)  # the same addresses are asked for every few seconds, all day
def _masked(said: str, keep: tuple[str, ...], country: str) -> str:
    found = leaks.find(said, keep=keep, country=country)
    told = [one for one in found if one.kind in (leaks.LeakKind.PHONE, leaks.LeakKind.EMAIL, leaks.LeakKind.LINK)]
    return leaks.mask(said, told, lambda _kind: HIDDEN)
