"""The desk's actions that end a parcel's journey, or ask its store for something."""

from collections.abc import Callable, Mapping
from decimal import Decimal, InvalidOperation

from sqlalchemy import select

from flows import outbound_events, tracking
from flows.desk_deeds import CannotDo, Deed, words_of
from flows.story_models import OutboundEvent
from tracking_core.facts import CarrierEvent
from tracking_core.states import ShipmentState, advance

#: Source of events an agent has entered.
DESK = "desk"
RETURN = "order.return_requested"
_MOST = Decimal(100_000)
REASONS = ("damaged", "not_as_expected", "wrong_item", "no_longer_needed", "not_received", "other")


def asked(kind: str) -> Callable[[Deed], str | None]:
    """Answer what says why the store is not to be asked for that: it has been, and nobody has taken it back."""

    def hindrance(deed: Deed) -> str | None:
        query = select(OutboundEvent.id).where(
            OutboundEvent.shipment_id == deed.shipment.id,
            OutboundEvent.retailer == deed.shipment.retailer,
            OutboundEvent.kind == kind,
        )
        known = deed.session.scalar(query.limit(1)) is not None
        return "The store has been asked for it already." if known else None

    return hindrance


def going_back(deed: Deed) -> str | None:
    """Why no return can be started."""
    if deed.state in (ShipmentState.RETURNING, ShipmentState.RETURNED):
        return "It is on its way back already."
    if deed.state in (ShipmentState.CANCELLED, ShipmentState.LOST, ShipmentState.EXPIRED):
        return "There is nothing to send back."
    return asked(RETURN)(deed)


def not_lost(deed: Deed) -> str | None:
    """Why it cannot be marked as lost."""
    moved = advance(deed.state, ShipmentState.LOST.value)
    return None if moved is not None else "Its journey is over." if deed.state.is_final else "It cannot be lost there."


def reissue(deed: Deed, said: Mapping[str, str]) -> str:
    """Ask the store to send the same once more."""
    _ask(deed, "order.reissue_requested", {"reason": _reason(said), "note": words_of(said.get("note"))})
    return "asked the store to send it again"


def refund(deed: Deed, said: Mapping[str, str]) -> str:
    """Ask the store to give the money back: all of it, or the `amount` in the order's currency."""
    written = said.get("amount", "").strip()
    amount = read_amount(written) if written else None
    payload = {"reason": _reason(said), "note": words_of(said.get("note")), "amount": amount}
    _ask(deed, "order.refund_requested", payload)
    deed.facts = {"amount": amount}
    return f"asked the store for a refund of {amount or 'the whole amount'}"


def give_back(deed: Deed, said: Mapping[str, str]) -> str:
    """Send the parcel back: one that is on its way turns round, of one that is there the store arranges the return."""
    turned = advance(deed.state, ShipmentState.RETURNING.value) is not None
    if turned:
        _event(deed, ShipmentState.RETURNING, words_of(said.get("note")))
    payload = {"reason": _reason(said), "note": words_of(said.get("note")), "on_its_way": turned}
    _ask(deed, RETURN, payload)
    return "sent it back, and told the store" if turned else "asked the store to arrange a return"


def lost(deed: Deed, said: Mapping[str, str]) -> str:
    """Give the parcel up as lost."""
    _event(deed, ShipmentState.LOST, words_of(said.get("note")))
    return "marked the parcel as lost"


def _ask(deed: Deed, kind: str, payload: Mapping[str, object]) -> None:
    outbound_events.request(
        deed.session, deed.shipment, kind, {**payload, "by": "agent"}, key=f"{deed.key}:{kind}", now=deed.now
    )


def _event(deed: Deed, state: ShipmentState, note: str) -> None:
    event = CarrierEvent(
        carrier=DESK,
        event_id=deed.key,
        tracking_number=deed.shipment.tracking_number,
        status=state.value,
        occurred_at=deed.now,
        detail=note or None,
    )
    taken = tracking.take_events(
        deed.session, deed.house, [event], retailer=deed.shipment.retailer, now=deed.now, shipment=deed.shipment
    )
    if not taken.changed:
        raise CannotDo("The parcel did not move: look at its newest events.")
    deed.facts = {"state": state.value}


def _reason(said: Mapping[str, str]) -> str:
    reason = said.get("reason", "other")
    if reason not in REASONS:
        raise CannotDo("Choose a reason.")
    return reason


def read_amount(written: str) -> str:
    """An amount of money as people write it, `12.50` or `12,5`, with two places. Raises CannotDo."""
    try:
        amount = Decimal(written.strip().replace(",", ".")).quantize(Decimal("0.01"))
    except InvalidOperation:
        raise CannotDo("The amount is not a number.") from None
    if not amount.is_finite() or not 0 < amount <= _MOST:
        raise CannotDo("The amount must be above zero.")
    return str(amount)
