"""What a driver's page shows of today's round: stops in order, what can be tapped, and of a customer no more than it
takes to find the door."""

import hashlib
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from urllib.parse import quote

from sqlalchemy.orm import Session

from flows import driver_page
from flows.driver_links import Round
from flows.driver_page import Card
from flows.driver_page_models import DriverTap
from flows.house import House
from flows.wording import Wording
from tracking_core.rounds import Stop, left, next_of
from web.pages.driver_buttons import LABELS, TAKEN_BACK, Button, S, buttons, state_name, tone
from web.wording import Words, words

#: Stops ahead that are on the page with all their buttons.
WHOLE = 10
#: Proofs that are entered in the fields behind the photo.
HANDS = frozenset({"signature", "barcode", "note"})
#: So long after a delivery its photo is asked for on top of the page.
PHOTO_FOLLOWS = timedelta(minutes=30)


@dataclass(frozen=True)
class Proxy:
    """How to reach the customer while a line is open."""

    shown: str
    sms: str
    tel: str


@dataclass(frozen=True)
class Shown:
    """One stop as it is shown."""

    id: int
    number: int
    order: str
    name: str
    address: tuple[str, ...]
    map_url: str
    geo_url: str
    state: str
    #: todo, here, done, trouble.
    tone: str
    reason: str
    window: str
    items: str
    leave_at_door: bool
    is_next: bool
    is_done: bool
    #: None: there are none, or they may not be read yet.
    instructions: str | None
    can_show_instructions: bool
    main: Button | None
    others: tuple[Button, ...]
    trouble: tuple[Button, ...]
    late: tuple[Button, ...]
    #: Everything is on the page; of stops far ahead only where they are, so that the page stays light.
    is_whole: bool
    photo_asked: bool
    photo_there: bool
    takes_photo: bool
    asks_pin: bool
    #: What is handed over now can be signed for, scanned and noted; open: something of it is asked for.
    takes_hands: bool
    asks_hands: bool
    can_message: bool
    proxy: Proxy | None
    #: Changes when anything above does.
    version: str = ""


@dataclass(frozen=True)
class DriverPage:
    """Everything on the page. Two pages with the same content are equal: the ETag is made from it."""

    language: str
    languages: tuple[tuple[str, str], ...]
    brand: str
    driver: str
    left: int
    all: int
    #: Was delivered just now, and its photo is asked for and not there yet.
    photoless: Shown | None
    ahead: tuple[Shown, ...]
    done: tuple[Shown, ...]
    #: What the last tap was answered, for browsers without scripts; ok, or not.
    answer: str
    answer_ok: bool
    #: The stop whose last tap can still be taken back; what to call it.
    undo_id: int | None
    undo: str
    #: A parcel is out: places are taken in.
    is_running: bool
    #: A message that gives something away may be sent all the same, when the driver says so.
    may_confirm: bool


def driver_page_of(
    session: Session,
    house: House,
    round_: Round,
    *,
    language: str,
    offered: Sequence[str],
    opened: int | None = None,
    now: datetime,
) -> DriverPage:
    """Put the page's content together, in that language. opened: id of a parcel far ahead that is to be whole."""
    workflow = house.workflows.of(session, round_.driver.retailer)
    said, wording = words(language), Wording(house, workflow, language, now)
    following = next_of(round_.stops)
    cards = {card.stop.shipment.id: card for card in driver_page.cards(session, house, round_)}
    latest = driver_page.last_tap(session, round_.driver.id, TAKEN_BACK, now=now)
    wrong = round_.stop(latest.shipment_id) if latest is not None else None
    in_order = _in_order(round_, following)
    whole = {stop.shipment.id for stop in [one for one in in_order if not one.done][:WHOLE]} | {opened}
    shown = [
        _shown(stop, cards[stop.shipment.id], said, wording, is_next=stop is following, whole=whole)
        for stop in in_order
    ]
    photoless = _photoless(round_, cards, now)
    return DriverPage(
        language=said.language,
        languages=tuple((one, words(one)("language.name")) for one in offered),
        brand=workflow.brand,
        driver=round_.driver.name.partition(" ")[0],
        left=len(left(round_.stops)),
        all=len(round_.stops),
        photoless=next((one for one in shown if one.id == photoless), None),
        ahead=tuple(one for one in shown if not one.is_done),
        done=tuple(one for one in shown if one.is_done and one.id != photoless),
        answer="",
        answer_ok=True,
        undo_id=wrong.shipment.id if wrong is not None else None,
        undo=_undo(wrong, latest, said),
        is_running=any(stop.is_out for stop in round_.stops),
        may_confirm=workflow.relay.leaks == "ask",
    )


def _in_order(round_: Round, following: Stop | None) -> list[Stop]:
    """The round's order, with the stop the driver is at, or goes to next, on top."""
    return sorted(round_.stops, key=lambda stop: stop is not following)


def _undo(wrong: Stop | None, latest: DriverTap | None, said: Words) -> str:
    if wrong is None or latest is None:
        return ""
    return said("drive.wrong", order=wrong.shipment.order_number, action=said(LABELS[latest.action]))


def _photoless(round_: Round, cards: Mapping[int, Card], now: datetime) -> int | None:
    """The id of what was delivered last, if that was just now and a photo is still wanted."""
    delivered = [stop.shipment for stop in round_.stops if stop.state is S.DELIVERED and stop.shipment.state_at]
    last = max(delivered, key=lambda parcel: parcel.state_at or now, default=None)
    if last is None or last.state_at is None or now - last.state_at > PHOTO_FOLLOWS:
        return None
    card = cards[last.id]
    return last.id if card.photo_asked and card.takes_photo else None


def _shown(
    stop: Stop, card: Card, said: Words, wording: Wording, *, is_next: bool, whole: Collection[int | None]
) -> Shown:
    parcel, state = stop.shipment, stop.state
    plain = Shown(
        id=parcel.id,
        number=stop.number,
        order=parcel.order_number,
        name=card.name,
        address=card.address,
        map_url=_map(card),
        geo_url=_geo(card),
        state=said(state_name(stop)),
        tone=tone(stop),
        reason=wording.reason(parcel.reason) if state in (S.ATTEMPT_FAILED, S.EXCEPTION) else "",
        window=_capital(wording.window(stop.expected, wording.zone(parcel))),
        items=_items(parcel.items, said),
        leave_at_door=bool(parcel.delivery.get("leave_at_door")),
        is_next=is_next,
        is_done=stop.done,
        instructions=card.instructions,
        can_show_instructions=card.can_show_instructions,
        **buttons(stop, card, said),
        is_whole=stop.done or parcel.id in whole,
        photo_asked=card.photo_asked,
        photo_there=card.photo_there,
        takes_photo=card.takes_photo,
        asks_pin=card.asks_pin,
        takes_hands=state is S.AT_ADDRESS or bool(state is S.DELIVERED and card.lacks & HANDS),
        asks_hands=bool(card.lacks & HANDS),
        can_message=card.can_message,
        proxy=_proxy(card.proxy),
    )
    return replace(plain, version=hashlib.sha256(repr(plain).encode()).hexdigest()[:12])


def _items(items: Sequence[dict[str, object]], said: Words) -> str:
    count = sum(quantity for one in items if isinstance(quantity := one.get("quantity", 1), int))
    if not count:
        return ""
    return said("drive.item") if count == 1 else said("drive.items", count=count)


def _map(card: Card) -> str:
    """An address every phone opens in the map app it has."""
    where = ", ".join(card.address) if card.address else _degrees(card)
    return f"https://www.google.com/maps/search/?api=1&query={quote(where)}" if where else ""


def _geo(card: Card) -> str:
    """The same for phones that let the driver choose the app."""
    label = ", ".join(card.address)
    if card.place is None:
        return f"geo:0,0?q={quote(label)}" if label else ""
    at = _degrees(card)
    return f"geo:{at}?q={at}({quote(label)})" if label else f"geo:{at}"


def _degrees(card: Card) -> str:
    return f"{card.place[0]:.5f},{card.place[1]:.5f}" if card.place else ""


def _proxy(number: str | None) -> Proxy | None:
    if number is None:
        return None
    digits = number.removeprefix("+1")
    shown = f"({digits[:3]}) {digits[3:6]}-{digits[6:]}" if number.startswith("+1") and len(digits) == 10 else number
    return Proxy(shown, f"sms:{number}", f"tel:{number}")


def _capital(said: str) -> str:
    return said[:1].upper() + said[1:]
