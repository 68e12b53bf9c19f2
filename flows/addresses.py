"""Another address: who may change it, how they show that it is theirs, and what it does."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final

from sqlalchemy import func, select, update
from sqlalchemy.orm import Session

from channels.messages import Category
from flows import outbound_events, postal_codes
from flows.address_models import AddressChange
from flows.cases import CUSTOMER, open_case
from flows.house import House
from flows.telling import Telling
from flows.wording import Wording
from flows.zones import zone_of
from tracking_core import shipments
from tracking_core.matching import locked
from tracking_core.models import Shipment
from tracking_core.states import ShipmentState

S = ShipmentState
LINK: Final = "a"
#: A link works for so long, and for so many wrong codes; so many are given out for a parcel in a day.
WORKS_FOR, MOST_TRIES, MOST_A_DAY = timedelta(minutes=30), 5, 5
#: What the shopper may write; the country stays.
FIELDS: Final = ("line1", "line2", "city", "region", "postal_code")
REQUIRED: Final = ("line1", "city", "postal_code")
LONGEST: Final = 100
OPEN, DONE, ASKED, LOCKED, REPLACED = "open", "done", "asked", "locked", "replaced"
HINDRANCES: Final = {
    **dict.fromkeys((S.OUT_FOR_DELIVERY, S.ARRIVING, S.AT_ADDRESS), "out"),
    S.DELIVERED: "delivered",
    S.AVAILABLE_FOR_PICKUP: "pickup",
    **dict.fromkeys((S.RETURNING, S.RETURNED, S.CANCELLED, S.LOST, S.EXPIRED), "over"),
}


@dataclass(frozen=True)
class Wish:
    """An address as it was written, and what is wrong with it."""

    said: dict[str, str]
    #: Field -> missing, too_long or postal_code.
    faults: dict[str, str]


@dataclass
class _Asked(Telling):
    """Tells in the language in which the change was asked for."""

    language: str = "en"

    def wording(self, shipment: Shipment) -> Wording:  # noqa: ARG002  as Telling's
        return Wording(self.house, self.workflow, self.language, self.now)


def hindrance(shipment: Shipment) -> str | None:
    """Why the address cannot be changed: out, delivered, pickup, over; None when it can."""
    return HINDRANCES.get(S(shipment.state))


def give_link(
    session: Session, house: House, shipment: Shipment, *, conversation_id: int | None, language: str, now: datetime
) -> str | None:
    """The address of a page for this one change; the ones given out before are void. None: a person must do it.

    That is so when the order has no postal code to ask for, and when too many links were asked for.
    """
    shipment = locked(session, shipment.id)
    if not postal_codes.plain(str(shipment.destination.get("postal_code") or "")):
        return None
    lately = select(func.count(AddressChange.id)).where(
        AddressChange.shipment_id == shipment.id, AddressChange.asked_at > now - timedelta(days=1)
    )
    if session.scalars(lately).one() >= MOST_A_DAY:
        return None
    session.execute(
        update(AddressChange)
        .where(AddressChange.shipment_id == shipment.id, AddressChange.state == OPEN)
        .values(state=REPLACED, settled_at=now)
    )
    change = AddressChange(
        retailer=shipment.retailer,
        shipment_id=shipment.id,
        conversation_id=conversation_id,
        language=language,
        state=OPEN,
        tries=0,
        wished=None,
        asked_at=now,
        expires_at=now + WORKS_FOR,
    )
    session.add(change)
    session.flush()
    url = house.links.url(session, LINK, change.id, now=now)
    house.links.expire(session, LINK, change.id, at=change.expires_at)
    return url


def send_link(session: Session, house: House, shipment: Shipment, *, now: datetime) -> bool:
    """Send a link to the number on the order, else its mailbox. False: nobody to reach, or a person must do it."""
    workflow = house.workflows.of(session, shipment.retailer)
    telling = Telling(session, house, workflow, shipment.retailer, now)
    ways = telling.hold_talks(shipment)
    way = next((one for one in ("sms", "email") if one in ways), None)
    if way is None or hindrance(shipment) is not None:
        return False
    language = telling.wording(shipment).language
    url = give_link(session, house, shipment, conversation_id=None, language=language, now=now)
    if url is None:
        return False
    values = {"order": shipment.order_number, "link": url}
    key = f"address:{shipment.id}:{url[-8:]}"
    return telling.tell(way, shipment, "address_link", values, category=Category.REPLY, key=key, awake=True)


def change_of(session: Session, house: House, token: str, *, now: datetime, lock: bool = False) -> AddressChange | None:
    """What the token of a link opens; None when it is void, or no more."""
    found = house.links.find(session, LINK, token, now=now)
    if found is None:
        return None
    query = select(AddressChange).where(AddressChange.id == found)
    change = session.scalar(query.with_for_update() if lock else query)
    return change if change is not None and change.state != REPLACED else None


def knows_code(session: Session, house: House, change: AddressChange, code: str, *, now: datetime) -> bool:
    """Whether that is the postal code on the order. A wrong one counts; after five, a person has to look at it."""
    if change.state != OPEN:
        return False
    shipment = session.get_one(Shipment, change.shipment_id)
    place = shipment.destination
    if postal_codes.is_same(code, str(place.get("postal_code") or ""), str(place.get("country") or "US")):
        return True
    change.tries += 1
    if change.tries >= MOST_TRIES:
        change.state, change.settled_at = LOCKED, now
        _case(session, house, change, shipment, "The postal code was wrong five times.", now=now)
    session.flush()
    return False


def read(said: Mapping[str, str], country: str) -> Wish:
    """The address as it was written, tidied, with its faults."""
    tidy = {name: " ".join(str(said.get(name, "")).split()) for name in FIELDS}
    faults = {name: "missing" for name in REQUIRED if not tidy[name]}
    faults |= {name: "too_long" for name, value in tidy.items() if len(value) > LONGEST}
    if "postal_code" not in faults and not postal_codes.is_valid(tidy["postal_code"], country):
        faults["postal_code"] = "postal_code"
    return Wish(tidy, faults)


def change(session: Session, house: House, change: AddressChange, wish: Wish, *, now: datetime) -> str:
    """Write the address, or ask a person where our own data cannot decide; answers DONE, ASKED, or why not.

    The same postal area and the same clock: the same depot, price and route. Anything else somebody has to weigh.
    """
    shipment = locked(session, change.shipment_id)
    why = hindrance(shipment)
    if why is not None:
        change.state, change.settled_at = LOCKED, now
        return why
    address: dict[str, Any] = {name: wish.said[name] or None for name in FIELDS}
    written = _is_near(house, session, shipment, address)
    change.state, change.settled_at = DONE if written else ASKED, now
    outbound_events.request(
        session,
        shipment,
        "order.address_change_requested",
        {"destination": {**address, "country": shipment.destination.get("country")}, "written": written},
        key=f"address:{change.id}",
        now=now,
    )
    if written:
        # Where the old place lay on the map is of no use any more.
        shipments.update(session, shipment, {"destination": {**address, "lat": None, "lon": None}}, now=now)
        _confirm(session, house, change, shipment, address, now=now)
    else:
        change.wished = address
        words = ", ".join(value for value in address.values() if value)
        _case(session, house, change, shipment, f"New address wished: {words}", now=now)
    session.flush()
    return change.state


def _is_near(house: House, session: Session, shipment: Shipment, address: Mapping[str, Any]) -> bool:
    old = shipment.destination
    country = str(old.get("country") or "US")
    if not postal_codes.is_near(str(old.get("postal_code") or ""), str(address["postal_code"]), country):
        return False
    fallback = house.workflows.of(session, shipment.retailer).support_hours.timezone
    here = zone_of(old, phone=shipment.customer_phone, fallback=fallback)
    there = zone_of(
        {"postal_code": address["postal_code"], "country": country}, phone=shipment.customer_phone, fallback=here.key
    )
    return here.key == there.key


def _confirm(
    session: Session,
    house: House,
    change: AddressChange,
    shipment: Shipment,
    address: Mapping[str, Any],
    *,
    now: datetime,
) -> None:
    """Tell whoever the order belongs to, by every way there is: if it was not them, they must hear of it."""
    telling = _Asked(session, house, house.workflows.of(session, shipment.retailer), shipment.retailer, now)
    telling.language = change.language
    values = {
        "order": shipment.order_number,
        "address": f"{address['line1']}, {address['city']}",
        "link": house.links.url(session, "t", shipment.id, now=now),
    }
    for way in telling.hold_talks(shipment):
        key = f"address:done:{change.id}"
        telling.tell(way, shipment, "address_done", values, category=Category.REPLY, key=key, awake=True)


def _case(
    session: Session, house: House, change: AddressChange, shipment: Shipment, text: str, *, now: datetime
) -> None:
    open_case(
        session,
        house,
        retailer=shipment.retailer,
        reason="change_address",
        shipment_id=shipment.id,
        conversation_id=change.conversation_id,
        phone=shipment.customer_phone,
        language=change.language,
        text=text,
        evidence={"address_change": change.id},
        by=CUSTOMER,
        now=now,
    )
