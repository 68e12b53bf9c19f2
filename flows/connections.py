"""What each source brings: noted as it happens, cheap and without waiting for anybody. Read by `connection_health`."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import insert, select
from sqlalchemy.orm import Session

from flows.connection_models import ConnectionNote
from flows.connection_samples import redacted
from tracking_core.facts import CarrierEvent
from tracking_core.ledger import fitting
from tracking_core.models import Shipment, ShipmentEvent, UnmatchedEvent
from tracking_core.numbers import normalised
from tracking_core.states import UNKNOWN

EVENT, UNKNOWN_CODE, REFUSED = "event", "unknown", "refused"
#: Longer codes are cut: they are shown, and an index takes no more.
LONGEST_CODE = 200


def note(
    session: Session,
    retailer: str,
    source: str,
    *,
    code: str | None = None,
    sample: Mapping[str, Any] | None = None,
    occurred_at: datetime | None = None,
    ok: bool = True,
    count: int = 1,
    now: datetime,
) -> None:
    """Note that a source did something, in the caller's transaction: one plain insert, which waits for nobody.

    source: the adapter's name in its hook's route, such as `easypost`, `shopify`, `custom:oms`, `twilio`. ok=False: a
    request whose signature did not fit. code: a code of the source that has no meaning for us, with the payload it
    came in as `sample` (whatever is personal is taken out here). occurred_at: when it happened in the world; how long
    it took to reach us is counted. count: so many of the same at once.
    """
    session.execute(insert(ConnectionNote), [_row(retailer, source, code, sample, occurred_at, ok, count, now)])


def note_events(session: Session, retailer: str, events: Iterable[CarrierEvent], *, now: datetime) -> None:
    """Note the events of one webhook or answer, just recorded with the same `now`: unknown codes with their payloads.

    Many sources send a parcel's whole history each time: of several events only those are counted that were new; when
    none was, that the source has spoken.
    """
    given = list(events)
    fresh = _recorded_now(session, retailer, given, now) if len(given) > 1 else given
    rows = [
        _row(
            retailer,
            event.carrier,
            (event.code or "(none)") if event.status == UNKNOWN else None,
            event.raw,
            event.occurred_at,
            True,
            1,
            now,
        )
        for event in fresh
    ]
    if not rows and given:
        rows = [_row(retailer, given[0].carrier, None, None, None, True, 1, now)]
    if rows:
        session.execute(insert(ConnectionNote), rows)


def _recorded_now(
    session: Session, retailer: str, events: Sequence[CarrierEvent], now: datetime
) -> Sequence[CarrierEvent]:
    """Those that were not known before; where that cannot be told, all."""
    numbers = {normalised(event.tracking_number) for event in events}
    if "" in numbers:
        return events
    known = (
        select(ShipmentEvent.source, ShipmentEvent.event_id)
        .join(Shipment, Shipment.id == ShipmentEvent.shipment_id)
        .where(Shipment.retailer == retailer, Shipment.tracking_number.in_(numbers), ShipmentEvent.received_at == now)
    )
    waiting = select(UnmatchedEvent.source, UnmatchedEvent.event_id).where(
        UnmatchedEvent.retailer == retailer,
        UnmatchedEvent.tracking_number.in_(numbers),
        UnmatchedEvent.received_at == now,
    )
    fresh = {tuple(row) for query in (known, waiting) for row in session.execute(query)}
    return [event for event in events if (event.carrier, fitting(event.event_id)) in fresh]


def _row(
    retailer: str,
    source: str,
    code: str | None,
    sample: Mapping[str, Any] | None,
    occurred_at: datetime | None,
    ok: bool,
    count: int,
    now: datetime,
) -> dict[str, Any]:
    kind = REFUSED if not ok else EVENT if code is None else UNKNOWN_CODE
    unknown = kind == UNKNOWN_CODE
    return {
        "retailer": retailer,
        "source": source,
        "kind": kind,
        "count": count,
        "lag_s": None if occurred_at is None or not ok else max(0, int((now - occurred_at).total_seconds())),
        "code": (code or "")[:LONGEST_CODE] if unknown else None,
        "sample": redacted(sample) if unknown and sample is not None else None,
        "at": now,
    }
