"""Late, and nobody says until when: what a source's word of a delay does to a parcel."""

from datetime import datetime

from tracking_core.facts import CarrierEvent, DelaySaid, Fact
from tracking_core.flags import set_flags
from tracking_core.models import Shipment
from tracking_core.reasons import Party, party_of, reason_of
from tracking_core.states import RANKS, UPDATE, ShipmentState

#: Who holds a parcel up without anybody at the door having a hand in it.
UNDERWAY = frozenset({Party.CARRIER, Party.NONE, Party.CUSTOMS})


def said(
    shipment: Shipment,
    event: CarrierEvent,
    after: ShipmentState | None,
    happened: datetime,
    *,
    silent: bool,
    later: bool,
) -> list[Fact]:
    """Note on the row that its carrier calls the parcel late without a new time; answers the fact, if that is news.

    To be called once the event's numbers and flags are on the row. A time that comes since, a step forward and the end
    of the story settle it.
    """
    state, known = ShipmentState(shipment.state), shipment.delay_said_at
    newest = shipment.carrier_eta_as_of
    moves_on = after is not None and (after in RANKS or after.is_final) and not _speaks_of_delay(event)
    if state.is_final or moves_on or (known is not None and newest is not None and newest >= known):
        shipment.delay_said_at = None
    if state.is_final or not later or event.eta is not None or not _speaks_of_delay(event):
        return []
    if shipment.delay_said_at is not None:
        return []
    shipment.delay_said_at = happened
    set_flags(shipment, {*shipment.flags, "delayed"})
    return [DelaySaid(shipment.id, happened, silent, event.reason)]


def _speaks_of_delay(event: CarrierEvent) -> bool:
    if "delayed" in event.flags:
        return True
    blamed = reason_of(event.reason) is not None and party_of(event.reason) in UNDERWAY
    return event.status == UPDATE and blamed and event.position is None and event.stops_away is None
