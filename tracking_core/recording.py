"""Recording what a source said: the only place where a shipment's state is assigned."""

from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from db import insert_once
from tracking_core import delays, ledger, promises, stops_said, transit_serving
from tracking_core.eta import GRACE, STALE_POSITION, Estimate, carrier_window, estimate, zone_of
from tracking_core.facts import CarrierEvent, DriverOffered, EtaChanged, Fact, PromiseBroken, ProofOffered, StateChanged
from tracking_core.flags import raise_flags, reassess
from tracking_core.matching import locked, matching, referred
from tracking_core.models import Shipment, UnmatchedEvent
from tracking_core.numbers import normalised
from tracking_core.states import UPDATE, ShipmentState, advance, state_of
from tracking_core.watching_rows import look_soon

#: What is older than this when it arrives is history: it moves the state and texts nobody.
HISTORY_AFTER = timedelta(hours=24)
#: How far ahead of ours a source's clock may run before its times are cut to the present.
CLOCK_AHEAD = timedelta(minutes=10)
#: Events whose `stops_away` is our own count: what a place, or a driver's tap, made of the round.
COUNTED_HERE = frozenset({"position", "driver"})


def record(
    session: Session,
    event: CarrierEvent,
    *,
    retailer: str,
    now: datetime,
    shipment: Shipment | None = None,
    grace: timedelta = GRACE,
    stale_after: timedelta = STALE_POSITION,
) -> list[Fact]:
    """Record one event and answer what became true by it; [] when it was seen before.

    Without `shipment` it goes to all open shipments of that retailer with that tracking number, else to the newest
    final one, else it waits as an UnmatchedEvent. The shipment is locked until the transaction ends.
    grace, stale_after: the retailer's; see `promises.judge` and `eta.estimate`.
    """
    return record_all(
        session, [event], retailer=retailer, now=now, shipment=shipment, grace=grace, stale_after=stale_after
    )


def record_all(
    session: Session,
    events: Iterable[CarrierEvent],
    *,
    retailer: str,
    now: datetime,
    shipment: Shipment | None = None,
    grace: timedelta = GRACE,
    stale_after: timedelta = STALE_POSITION,
) -> list[Fact]:
    """Record what one webhook brought, oldest first; facts in that order. Otherwise as `record`."""
    facts: list[Fact] = []
    targets: dict[str, Sequence[Shipment]] = {}
    given = [locked(session, shipment.id)] if shipment is not None else None
    for event in sorted(events, key=lambda e: e.occurred_at):
        number = normalised(event.tracking_number)
        if given is None and number not in targets:
            targets[number] = matching(session, retailer, number) or referred(session, retailer, event)
        meant = targets[number] if given is None else given
        for one in meant:
            facts += _record_on(session, one, event, now=now, grace=grace, stale_after=stale_after)
        if not meant:
            _let_wait(session, event, number, retailer=retailer, now=now)
    session.flush()
    return facts


def _let_wait(session: Session, event: CarrierEvent, number: str, *, retailer: str, now: datetime) -> None:
    """Keep the event until a shipment with its number comes, or with another name of the source's for the parcel."""
    names = dict.fromkeys((number, *(normalised(reference) for reference in event.references)))
    for name in (one for one in names if one):
        waiting = UnmatchedEvent(
            retailer=retailer,
            source=event.carrier,
            event_id=ledger.fitting(event.event_id if name == number else f"{event.event_id}@{name}"),
            tracking_number=name,
            received_at=now,
            event=event.to_json(),
        )
        insert_once(session, waiting)


def take_in_unmatched(session: Session, shipment: Shipment, *, now: datetime) -> None:
    """Record what had come for the shipment's tracking number before the shipment did, silently, and forget it there.

    The caller holds the number by `queue_for_number`, so that a webhook cannot slip between.
    """
    if not shipment.tracking_number:
        return
    waiting = (
        UnmatchedEvent.retailer == shipment.retailer,
        UnmatchedEvent.tracking_number == shipment.tracking_number,
    )
    rows = session.scalars(select(UnmatchedEvent).where(*waiting)).all()
    if not rows:
        return
    mine = locked(session, shipment.id)
    for event in sorted((CarrierEvent.from_json(row.event) for row in rows), key=lambda e: e.occurred_at):
        _record_on(session, mine, event, now=now, grace=GRACE, stale_after=STALE_POSITION, history=True)
    session.flush()
    session.execute(delete(UnmatchedEvent).where(UnmatchedEvent.id.in_([row.id for row in rows])))


def _record_on(
    session: Session,
    shipment: Shipment,
    event: CarrierEvent,
    *,
    now: datetime,
    grace: timedelta,
    stale_after: timedelta,
    history: bool = False,
) -> list[Fact]:
    """Record the event on one locked shipment. history: silent as if it were old, whatever its time."""
    happened = now if event.occurred_at > now + CLOCK_AHEAD else event.occurred_at
    before = ShipmentState(shipment.state)
    later = ledger.is_later(session, shipment, event.status, happened)
    after = advance(before, event.status, correction=event.correction, later=later)
    if after is not None and not event.correction and ledger.is_overtaken(session, shipment, after, happened):
        after = None
    row = ledger.row(shipment, event, occurred_at=happened, received_at=now, moved=after is not None)
    if not insert_once(session, row):
        return []
    expected_before = estimate(shipment, now=now, stale_after=stale_after)
    newest = shipment.last_event_at is None or happened >= shipment.last_event_at
    aged = history or now - happened > HISTORY_AFTER
    facts = _move(shipment, event, after, happened, aged=aged, later=later)
    if event.status == ShipmentState.ATTEMPT_FAILED:
        shipment.attempts = ledger.attempts(session, shipment)
    _take_numbers(shipment, event, happened)
    transit_serving.observe(session, shipment, event, after, at=happened, now=now)
    raise_flags(shipment, event, after, later=later)
    silent = aged or event.silent
    facts += delays.said(shipment, event, after, happened, silent=silent, later=later)
    if any(isinstance(fact, StateChanged) for fact in facts):
        promises.judge(session, shipment, grace=grace)
    if shipment.last_event_at is None or happened > shipment.last_event_at:
        shipment.last_event_at = happened
    shipment.updated_at = now
    look_soon(session, [shipment], now=now)
    facts += [ProofOffered(shipment.id, happened, silent, event.carrier, one) for one in event.proofs]
    if event.driver is not None and newest:
        facts.append(DriverOffered(shipment.id, happened, silent, event.carrier, event.driver))
    facts += eta_facts(
        shipment, expected_before, happened, now=now, grace=grace, stale_after=stale_after, silent=silent
    )
    return facts


def _move(
    shipment: Shipment,
    event: CarrierEvent,
    after: ShipmentState | None,
    happened: datetime,
    *,
    aged: bool,
    later: bool,
) -> list[Fact]:
    """Assign the state and what hangs on it. Answers the StateChanged, if any."""
    before, silent = ShipmentState(shipment.state), aged or event.silent
    if after is None:
        confirmed = later and state_of(event.status) is before
        if event.reason and later and (confirmed or event.status == UPDATE):
            shipment.reason = event.reason
        if confirmed and before is ShipmentState.ATTEMPT_FAILED:
            shipment.state_at = happened
        untold = shipment.untold_from
        if not confirmed or aged or untold is None:
            return []
        shipment.untold_from = None
        if event.silent or untold == before:
            return []
        return [StateChanged(shipment.id, happened, False, ShipmentState(untold), before, shipment.reason)]
    shipment.untold_from = (shipment.untold_from or before) if aged and not event.silent else None
    shipment.state, shipment.state_at, shipment.reason = after, happened, event.reason
    if after is ShipmentState.DELIVERED:
        shipment.delivered_at = happened
    elif before is ShipmentState.DELIVERED:
        shipment.delivered_at = None
    return [StateChanged(shipment.id, happened, silent, before, after, event.reason)]


def _take_numbers(shipment: Shipment, event: CarrierEvent, happened: datetime) -> None:
    """Keep the newest estimate, position and stops; what is older than what we have says nothing."""
    if event.eta is not None and (shipment.carrier_eta_as_of is None or happened >= shipment.carrier_eta_as_of):
        window_from, window_to = carrier_window(event.eta, zone_of(shipment.destination))
        if window_from is not None or window_to is not None:
            shipment.carrier_eta_from, shipment.carrier_eta_to = window_from, window_to
            shipment.carrier_eta_at, shipment.carrier_eta_day = event.eta.at, event.eta.day
            shipment.carrier_eta_as_of = happened
    newest = shipment.last_event_at is None or happened >= shipment.last_event_at
    if event.stops_away is not None and newest:
        shipment.stops_away = event.stops_away
        if event.carrier not in COUNTED_HERE:
            stops_said.say(shipment, event.stops_away, at=happened)
    if event.position is not None:
        at = min(event.position.at, happened) if event.position.at > happened + CLOCK_AHEAD else event.position.at
        known = shipment.position
        if known is None or at >= datetime.fromisoformat(known["at"]):
            shipment.position = {"lat": event.position.lat, "lon": event.position.lon, "at": at.isoformat()}


def eta_facts(
    shipment: Shipment,
    before: Estimate | None,
    happened: datetime,
    *,
    now: datetime,
    grace: timedelta,
    stale_after: timedelta,
    silent: bool,
) -> list[Fact]:
    """What something did to the estimate, `before` it; the flags follow. A parcel whose story is over raises none."""
    if ShipmentState(shipment.state).is_final:
        return []
    facts: list[Fact] = []
    expected = estimate(shipment, now=now, stale_after=stale_after)
    window = (expected.window_from, expected.window_to) if expected else (None, None)
    if window != ((before.window_from, before.window_to) if before else (None, None)):
        facts.append(EtaChanged(shipment.id, happened, silent, *window))
    broken = reassess(shipment, now=now, grace=grace, stale_after=stale_after)
    if broken is not None:
        facts.append(PromiseBroken(shipment.id, happened, silent, broken.promised_to, broken.expected_to))
    return facts
