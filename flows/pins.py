"""Delivery PINs: told to the shopper when the parcel goes out, asked of the driver at the door, shown to nobody else.

The digits stand in the one message that tells them, until that is erased after the delivery; everywhere else there is
a digest. It is not the call code of `flows.call_pins`: a driver hears that one, and must not close a delivery with it.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from sqlalchemy.orm import Session

from channels.messages import Category
from flows import erasing, proof_rules, proofs
from flows.cases import raise_case
from flows.house import House
from flows.promises import mail_key
from flows.telling import EMAIL, SMS, Telling
from tracking_core import pins
from tracking_core.facts import Fact, StateChanged
from tracking_core.matching import locked
from tracking_core.models import Shipment
from tracking_core.pins import Verdict
from tracking_core.proofs import NewProof, ProofKind
from tracking_core.states import ShipmentState as S

#: While it is here, the shopper is to have the PIN.
OUT = frozenset({S.OUT_FOR_DELIVERY, S.ARRIVING, S.AT_ADDRESS})
#: A PIN told so long ago may be lost among other texts: a new round brings a new one.
FRESH = timedelta(hours=12)
#: A PIN that comes later than this is of no use.
OF_USE = timedelta(hours=12)
LOCKED_CASE, MISSING_CASE, UNTOLD_CASE = "pin_locked", "pin_missing", "pin_not_told"


class Told(StrEnum):
    """What became of the wish that a PIN be told."""

    TOLD = "told"
    #: The parcel is not out yet: it comes by itself.
    NOT_YET = "not_yet"
    LOCKED = "locked"
    #: Too many have been made.
    ENOUGH = "enough"
    #: There is no phone and no mail by which the shopper may be told.
    NO_WAY = "no_way"


@dataclass(frozen=True, slots=True)
class Door:
    """Whether a parcel may be handed over."""

    #: None: it may. Else wanted, wrong, malformed, locked, sent (just now, for the first time).
    problem: str | None = None
    #: How many more tries count; how many digits it has.
    left: int = 0
    digits: int = 0
    #: Which PIN was told rightly; None: none was.
    proved: int | None = None
    #: Why it is handed over without one; None: it need not be, or there is one.
    why: str | None = None

    @property
    def flags(self) -> tuple[str, ...]:
        """What the delivery is marked with."""
        return ("action_required",) if self.why else ()


def are_asked(session: Session, house: House, shipment: Shipment) -> bool:
    """Whether the parcel is handed over against a PIN: by its own list, or by the retailer's rules."""
    return ProofKind.PIN in proof_rules.asked(house.workflows.of(session, shipment.retailer), shipment).required


def after(session: Session, house: House, facts: Sequence[Fact], *, now: datetime) -> None:
    """Tell the PINs of the parcels that have gone out. What came by import, or late, is told at the door."""
    gone = {one.shipment_id for one in facts if isinstance(one, StateChanged) and one.after in OUT and not one.silent}
    for shipment_id in sorted(gone):
        shipment = session.get_one(Shipment, shipment_id)
        if S(shipment.state) not in OUT or not are_asked(session, house, shipment):
            continue
        known = pins.current(session, shipment_id)
        if known is None or (known.locked_at is None and now - known.made_at > FRESH):
            tell(session, house, shipment, now=now)


def tell(session: Session, house: House, shipment: Shipment, *, now: datetime) -> Told:
    """Make a new PIN, which voids the one before, and owe it to the shopper, at any hour: by text, else by mail."""
    shipment = locked(session, shipment.id)
    workflow = house.workflows.of(session, shipment.retailer)
    telling = Telling(session, house, workflow, shipment.retailer, now)
    ways = telling.ways(shipment)
    if not ways:
        _open(session, house, shipment, UNTOLD_CASE, None, now)
        return Told.NO_WAY
    made = pins.make(
        session,
        shipment,
        key=key(house),
        digits=workflow.pin.digits,
        tries=workflow.pin.tries,
        avoid=_innocent(shipment),
        now=now,
    )
    known = pins.current(session, shipment.id)
    if made is None or known is None:
        return Told.LOCKED if known is not None and known.locked_at is not None else Told.ENOUGH
    way = SMS if SMS in ways else EMAIL
    named = _message_key(shipment, known.serial)
    link = house.links.url(session, "t", shipment.id, now=now)
    values = {"order": shipment.order_number, "pin": made, "again": known.serial > 1, "link": link}
    telling.tell(way, shipment, "pin_delivery", values, category=Category.PIN, key=named, validity=OF_USE, awake=True)
    erasing.mark(session, [shipment.id], outbox=[named if way == SMS else mail_key(named)])
    return Told.TOLD


def at_door(
    session: Session, house: House, shipment: Shipment, said: str | None, why: str | None, *, now: datetime
) -> Door:
    """Whether the driver may hand the parcel over. shipment: locked by the caller, who commits whatever is answered.

    said: what the shopper told the driver. why: the reason for which it is handed over without.
    """
    if not are_asked(session, house, shipment):
        return Door()
    known = pins.current(session, shipment.id)
    if known is None:
        return Door(why=why) if why else _first(session, house, shipment, now)
    if said:
        tried = pins.check(session, shipment.id, said, key=key(house), now=now)
        if tried.verdict is Verdict.RIGHT:
            return Door(digits=tried.digits, proved=tried.serial)
        if tried.verdict is Verdict.LOCKED:
            _lock(session, house, shipment, now)
        if not why:
            problem = "locked" if tried.verdict is Verdict.STILL_LOCKED else tried.verdict.value
            return Door(problem, tried.left, tried.digits)
    if why:
        return Door(why=why)
    return Door("wanted" if known.locked_at is None else "locked", known.tries - known.wrong, known.digits)


def _first(session: Session, house: House, shipment: Shipment, now: datetime) -> Door:
    """Nobody has told the shopper a PIN yet: it went out without a scan, or silently."""
    told = tell(session, house, shipment, now=now)
    known = pins.current(session, shipment.id)
    return Door("sent" if told is Told.TOLD else "wanted", digits=known.digits if known is not None else 0)


def handed_over(
    session: Session,
    house: House,
    shipment: Shipment,
    door: Door,
    *,
    source: str,
    at: datetime,
    position: tuple[float, float] | None,
    now: datetime,
) -> None:
    """The parcel is with the shopper: keep that the PIN was told, never the digits; without one a person hears why."""
    if door.proved is not None:
        lat, lon = position or (None, None)
        said = NewProof(
            kind=ProofKind.PIN,
            source=source,
            content=f"pin:{shipment.id}:{door.proved}",
            taken_at=min(at, now),
            lat=lat,
            lon=lon,
        )
        proofs.add(session, house, shipment, said, now=now)
    elif door.why:
        _open(session, house, shipment, MISSING_CASE, door.why, now)


def key(house: House) -> bytes:
    """The key of the digests."""
    return pins.key_of(house.settings.secret_key)


def _message_key(shipment: Shipment, serial: int) -> str:
    return f"pin:{shipment.id}:{serial}"


def _lock(session: Session, house: House, shipment: Shipment, now: datetime) -> None:
    """The last try was wrong: a person looks at it, and the shopper hears that somebody tries."""
    _open(session, house, shipment, LOCKED_CASE, None, now)
    telling = Telling(session, house, house.workflows.of(session, shipment.retailer), shipment.retailer, now)
    for way in telling.ways(shipment)[:1]:
        link = house.links.url(session, "t", shipment.id, now=now)
        values = {"order": shipment.order_number, "link": link}
        named = f"pin:{shipment.id}:locked"
        telling.tell(way, shipment, "pin_locked", values, category=Category.PIN, key=named, awake=True)


def _open(session: Session, house: House, shipment: Shipment, reason: str, text: str | None, now: datetime) -> None:
    raise_case(
        session,
        house,
        retailer=shipment.retailer,
        reason=reason,
        shipment_id=shipment.id,
        text=text,
        now=now,
    )


def _innocent(shipment: Shipment) -> list[str]:
    """What both sides may write anyway: a PIN that stood in it would be hidden there, or be no secret."""
    place, delivery = shipment.destination, shipment.delivery
    known = [shipment.order_number, shipment.tracking_number, delivery.get("instructions")]
    known += [place.get(name) for name in ("line1", "line2", "postal_code")]
    return [str(one) for one in known if one]
