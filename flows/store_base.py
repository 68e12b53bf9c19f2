"""What every store adapter is: a signature check, and its webhooks said in our words. Pure."""

import html
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Protocol, TypeAlias

from channels.phones import Phone
from flows.intake_values import CONTROL, EMAIL, LOCALE
from tracking_core.carriers.base import CarrierRequest, MalformedPayload, Object
from tracking_core.facts import CarrierEvent
from tracking_core.meanings import Meaning
from tracking_core.numbers import LONGEST, normalised

#: Texts longer than this are cut, as names and streets; an order with more kinds of things names the first ones.
SHORT, ITEMS_MAX, ORDER_MAX = 200, 500, 100
#: Attributes by which a shop's checkout may ask whether texts about the delivery are welcome; case and what stands
#: between the words do not matter.
CONSENT_NAMES = frozenset(
    {"smsconsent", "smsupdates", "smsdeliveryupdates", "smsnotifications", "textupdates", "textmessages", "deliverysms"}
)
YES, NO = frozenset({"1", "true", "yes", "on", "y", "si", "sí"}), frozenset({"0", "false", "no", "off", "n"})


@dataclass(frozen=True, slots=True)
class ParcelTold:
    """One fulfilment of an order."""

    #: The store's id.
    ref: str
    order_ref: str
    #: When the store last changed it.
    told_at: datetime
    #: What the store calls it ("1001.1"); stands in for a number where there are several parcels without one.
    name: str
    number: str = ""
    carrier: str | None = None
    items: list[dict[str, Any]] = field(default_factory=list)
    #: It is no parcel any more.
    gone: bool = False
    #: What it says of its own way.
    events: tuple[CarrierEvent, ...] = ()


@dataclass(frozen=True, slots=True)
class OrderTold:
    """An order as its store tells it."""

    ref: str
    #: What shoppers read, without a sign before it.
    order_number: str
    told_at: datetime
    #: Names of `tracking_core.shipments.NewShipment`: customer_name, customer_phone (E.164), customer_email,
    #: customer_locale, customer_sms_consent, destination, items, passed.
    facts: dict[str, Any]
    parcels: tuple[ParcelTold, ...] = ()
    #: There is something to bring: false for gift cards, downloads and what is sold in the shop.
    ships: bool = True
    #: It is paid for, or will be: parcels may be made of it. False for baskets and failed payments.
    stands: bool = True
    #: Why it will not be sent any more, as a reason of ours; None while it will be.
    over: str | None = None
    #: What the timeline says of it: words, at most one line.
    remark: str | None = None


@dataclass(frozen=True, slots=True)
class OrderGone:
    """The store has deleted the order."""

    ref: str


@dataclass(frozen=True, slots=True)
class ScanTold:
    """Something that happened to a parcel, by the store's id of it. The event's tracking number is empty."""

    parcel_ref: str
    order_ref: str
    event: CarrierEvent


@dataclass(frozen=True, slots=True)
class PrivacyAsked:
    """A person (or with `forget_shop` everybody) is to be told what we hold, or forgotten."""

    #: tell, forget, forget_shop.
    kind: str
    key: str
    order_refs: tuple[str, ...] = ()
    phone: str | None = None
    email: str | None = None


Told: TypeAlias = OrderTold | OrderGone | ParcelTold | ScanTold | PrivacyAsked


@dataclass(frozen=True, slots=True)
class Message:
    """A webhook, understood."""

    #: The same for the same event however often it is sent.
    key: str
    told: tuple[Told, ...]


def events_of(message: Message) -> list[CarrierEvent]:
    """All that a webhook says of parcels' ways."""
    found: list[CarrierEvent] = []
    for one in message.told:
        if isinstance(one, ScanTold):
            found.append(one.event)
        for parcel in one.parcels if isinstance(one, OrderTold) else [one] if isinstance(one, ParcelTold) else []:
            found += parcel.events
    return found


class StoreAdapter(Protocol):
    """One kind of store."""

    @property
    def name(self) -> str:
        """The name in the hook's route and in `Shipment.source`."""
        ...

    def verify(self, request: CarrierRequest, secret: str) -> None:
        """Return when the request is signed with the secret. Raises InvalidSignature; an empty secret always does."""
        ...

    def greets(self, request: CarrierRequest) -> bool:
        """Whether it is the unsigned ping a store sends when a webhook is set up: answered, never stored."""
        ...

    def parse(self, request: CarrierRequest) -> Message:
        """What the webhook says; nothing told for topics that are none of ours. Raises MalformedPayload alone."""
        ...


def ref_at(said: Object, key: str, path: str) -> str:
    """The store's id under `key`, a number or a text."""
    found = said.get(key)
    if isinstance(found, bool) or not isinstance(found, int | str) or not 0 < len(str(found).strip()) <= ORDER_MAX:
        raise MalformedPayload(path, "must be an id" if found is not None else "is missing")
    return str(found).strip()


def maybe_ref(said: Object, key: str, path: str) -> str | None:
    """The same, None when there is none."""
    return None if said.get(key) in (None, "") else ref_at(said, key, path)


def short(said: object) -> str | None:
    """A text of one line that fits a column; None for no text. Stores escape what shoppers typed."""
    if not isinstance(said, str):
        return None
    found = " ".join(CONTROL.sub(" ", html.unescape(said)).split())[:SHORT].strip()
    return found or None


def email(*said: object) -> str | None:
    """The first that is an e-mail address."""
    for one in said:
        text = one.strip() if isinstance(one, str) else ""
        if len(text) <= 254 and EMAIL.fullmatch(text) and not CONTROL.search(text):
            return text
    return None


def phone(numbers: Iterable[tuple[object, object]]) -> str | None:
    """The first of (number, country it is read in) that can be texted, in E.164."""
    for said, country in numbers:
        region = country.upper() if isinstance(country, str) and re.fullmatch("[A-Za-z]{2}", country) else "US"
        if isinstance(said, str) and said.strip() and len(said) <= 40:
            try:
                return str(Phone.parse(said, region))
            except ValueError:
                continue
    return None


def locale(*said: object) -> str | None:
    """The first that is a language tag; `pt_BR` is one too."""
    for one in said:
        if isinstance(one, str) and LOCALE.fullmatch(one.strip()):
            return one.strip().replace("_", "-")
    return None


def consent(attributes: Iterable[tuple[object, object]]) -> bool | None:
    """What the shopper said at the checkout about texts on the delivery; None when nobody asked."""
    for name, value in attributes:
        bare = "".join(filter(str.isalnum, name)).lower() if isinstance(name, str) else ""
        word = str(value).strip().lower() if isinstance(value, str | int | bool) else ""
        if bare in CONSENT_NAMES and word in YES | NO:
            return word in YES
    return None


def destination(said: Mapping[str, Any], keys: Mapping[str, str]) -> dict[str, Any]:
    """An address in our words. keys: our name -> the store's."""
    found: dict[str, Any] = {ours: short(said.get(theirs)) for ours, theirs in keys.items()}
    country = found.get("country") or ""
    found["country"] = country.upper() if re.fullmatch("[A-Za-z]{2}", country) else None
    return {name: value for name, value in found.items() if value is not None}


def coordinates(lat: object, lon: object) -> dict[str, float]:
    """Where the address is, if the store knows; empty for what is nowhere."""
    if isinstance(lat, bool) or isinstance(lon, bool):
        return {}
    if not isinstance(lat, int | float) or not isinstance(lon, int | float):
        return {}
    return {"lat": float(lat), "lon": float(lon)} if -90 <= lat <= 90 and -180 <= lon <= 180 and (lat or lon) else {}


def item(name: object, quantity: object) -> dict[str, Any] | None:
    """One kind of thing; None for what has no name or is not there any more."""
    called = short(name)
    many = quantity if isinstance(quantity, int) and not isinstance(quantity, bool) else 1
    return {"name": called, "quantity": min(many, 1_000_000)} if called and many > 0 else None


def tracking_number(said: object) -> str:
    """A tracking number, normalised; empty for none, and for what is too long to be one."""
    number = normalised(short(said)) if isinstance(said, str) else ""
    return number if len(number) <= LONGEST else ""


def event(store: str, event_id: str, code: str, meaning: Meaning, at: datetime, raw: Object) -> CarrierEvent:
    """What a store says of a parcel's way. Its tracking number is filled in where the parcel is known."""
    return CarrierEvent(
        carrier=store,
        event_id=event_id,
        tracking_number="",
        status=meaning.status,
        occurred_at=at,
        reason=meaning.reason,
        detail=meaning.words,
        code=code,
        flags=meaning.flags,
        raw=raw,
    )
