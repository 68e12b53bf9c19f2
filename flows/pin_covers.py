"""Keeps delivery PINs out of what others read: found by their digest in whatever a shopper writes, and covered."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from bot import leaks
from bot.leaks import groups
from bot.leaks.plain import Plain, plain
from channels.inbox import ClaimedText
from channels.models import InboxRow
from flows import pins as delivery_pins
from flows.house import House
from tracking_core import pins
from tracking_core.models import Shipment
from tracking_core.pin_models import DeliveryPin
from tracking_core.states import FINAL

#: Stands in the place of a PIN, in a row of ours.
COVER = "****"


def of_parcels(session: Session, parcels: Iterable[Shipment]) -> list[DeliveryPin]:
    """The PINs of these parcels, used ones too: the words may come late."""
    ids = [one.id for one in parcels]
    query = select(DeliveryPin).where(DeliveryPin.shipment_id.in_(ids)).order_by(DeliveryPin.id)
    return list(session.scalars(query)) if ids else []


def of_phone(session: Session, phone: str) -> list[DeliveryPin]:
    """The PINs of somebody's parcels that are still to be delivered, whoever sent them."""
    query = (
        select(DeliveryPin)
        .join(Shipment, Shipment.id == DeliveryPin.shipment_id)
        .where(Shipment.customer_phone == phone, Shipment.state.not_in(FINAL))
        .order_by(DeliveryPin.id)
    )
    return list(session.scalars(query))


def find(house: House, known: Sequence[DeliveryPin], text: str, *, before: str = "") -> tuple[leaks.Leak, ...]:
    """Where one of these PINs stands in the text, in digits or in words.

    before: what the same person wrote just before: a PIN that begins there and ends here is found with its part here.
    """
    if not known or not text:
        return ()
    key = delivery_pins.key(house)
    found = [_placed(shown, span, 0) for shown in [plain(text)] for span in _spans(known, shown, key)]
    if before:
        joined = plain(f"{before}\n{text}")
        placed = [_placed(joined, span, len(before) + 1) for span in _spans(known, joined, key)]
        found += [replace(one, start=max(0, one.start)) for one in placed if one.end > 0]
    return tuple(sorted(set(found)))


def covered(house: House, known: Sequence[DeliveryPin], text: str) -> str:
    """The text with each of these PINs covered."""
    return leaks.mask(text, find(house, known, text), lambda _kind: COVER)


def cover_text(session: Session, house: House, message: ClaimedText) -> ClaimedText:
    """A shopper has written us the PIN: it stays neither in the row nor in what is made of the text."""
    known = of_phone(session, message.sender)
    words = covered(house, known, message.text) if known else message.text
    if words == message.text:
        return message
    rewrite(session, message.id, words)
    return replace(message, text=words)


def rewrite(session: Session, inbox_id: int, words: str) -> None:
    """Keep a text with other words than it came with."""
    session.execute(update(InboxRow).where(InboxRow.id == inbox_id).values(text=words))


def _spans(known: Sequence[DeliveryPin], shown: Plain, key: bytes) -> Iterator[tuple[int, int]]:
    """Where the digits of a PIN stand one after the other, with nothing but glue between them."""
    for chain in groups.chains(shown.text, shown.odd):
        digits = "".join(group.digits for group in chain.groups)
        owners = [group for group in chain.groups for _ in group.digits]
        for row in known:
            for start in range(len(digits) - row.digits + 1):
                if pins.matches(row, digits[start : start + row.digits], key=key):
                    yield owners[start].start, owners[start + row.digits - 1].end


def _placed(shown: Plain, span: tuple[int, int], skip: int) -> leaks.Leak:
    first, last = shown.span(*span)
    return leaks.Leak(first - skip, last - skip, leaks.LeakKind.CODE)
