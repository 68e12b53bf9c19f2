"""The watchers' tick: parcels that are due are looked at, and what is found is acted on, once for each occasion."""

import time
from datetime import datetime, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from db import Database
from flows import milestones, outbound_facts, postal_codes, proof_rules, watch_carriers, weather
from flows.accounts import Retailer
from flows.expecting import clock_of, expected_of
from flows.house import House
from flows.watch_actions import CASES, Acting, act
from flows.workflow import Workflow
from tracking_core import upkeep, watching_gaps, watching_rows
from tracking_core.facts import Fact
from tracking_core.flags import set_flags
from tracking_core.models import Shipment
from tracking_core.states import ShipmentState
from tracking_core.watch_models import UsualGap, Watch
from tracking_core.watching import WATCHERS, Look, Watcher, found, next_look

#: Parcels one transaction looks at: whoever brings a scan of one of them waits no longer than that.
BATCH = 50
#: A tick goes on for so long; a flood is worked off tick by tick.
SECONDS = 1.2
#: Rows made in one transaction for parcels that have none.
SWEPT = 5000


def tick(database: Database, house: House, *, now: datetime) -> int:
    """Look at every parcel that is due, in batches; answers how many were looked at."""
    ends, looked = time.monotonic() + SECONDS, 0
    database.run(lambda session: watch_carriers.look(session, house, now=now))
    with database.read() as session:
        retailers = session.scalars(select(Retailer.name).order_by(Retailer.name)).all()
        house.places.refresh(session, retailers, now=now)
    while True:
        done = database.run(lambda session: look_at_due(session, house, now=now, until=ends))
        looked += done
        if done < BATCH or time.monotonic() > ends:
            return looked


def look_at_due(
    session: Session, house: House, *, now: datetime, limit: int = BATCH, until: float | None = None
) -> int:
    """Look at one batch, in the caller's transaction; answers how many. Each with a moment to look at it again.

    until: of `time.monotonic`; what has not been looked at by then, one parcel at least, is left for the next tick.
    """
    claimed = watching_rows.claim(session, now=now, limit=limit)
    gaps = watching_gaps.Known(session)
    rules = {one: house.workflows.of(session, one) for one in {shipment.retailer for shipment in claimed}}
    again: dict[int, datetime | None] = {}
    for one in claimed:
        again[one.id] = _look_at(session, house, rules[one.retailer], one, gaps, now)
        if until is not None and time.monotonic() > until:
            break
    session.flush()
    watching_rows.look_again(session, again)
    return len(again)


def after_of(workflow: Workflow) -> dict[Watcher, timedelta]:
    """Watcher -> how long it may be so; those the workflow does nothing about are left out.

    What is only a case waits for as long as the cases' own rule says, too.
    """
    found_: dict[Watcher, timedelta] = {}
    for name in WATCHERS:
        rule = workflow.watch.rule(name)
        if rule.do == ("case",):
            found_[name] = max(rule.after, workflow.cases.rule(CASES[name]).after)
        elif rule.do:
            found_[name] = rule.after
    return found_


def _look_at(
    session: Session, house: House, workflow: Workflow, shipment: Shipment, gaps: watching_gaps.Known, now: datetime
) -> datetime | None:
    """Look at one parcel; answers when to look at it again."""
    grace = workflow.eta.delay_grace
    facts = upkeep.miss(shipment, now=now, grace=grace, stale_after=workflow.eta.stale_after)
    facts += upkeep.end_return(session, shipment, now=now, after=workflow.returning.expires_after)
    _tell(session, house, shipment, facts, now)
    unasked = False
    if house.settings.weather_url:
        unasked = weather.lay_beside(session, shipment, expected_of(shipment, workflow, now=now), now=now)
    look = _look(session, house, workflow, shipment, gaps, now)
    findings = found(shipment, look)
    for finding in findings:
        if finding.due_at > now:
            continue
        hit = watching_rows.hit(session, shipment, finding, now=now)
        if hit is None:
            continue
        if finding.watcher == "no_movement":
            set_flags(shipment, {*shipment.flags, "stalled"})
        if not hit.silent:
            hit.done = act(Acting(session, house, workflow, shipment, hit, now))
    again = next_look(shipment, look, findings)
    passes = upkeep.missed_at(shipment, grace=grace)
    if passes is not None and again is not None and passes > now:
        again = min(again, passes + timedelta(seconds=1))
    if unasked and again is not None:
        again = min(again, now + timedelta(minutes=1))  # by then its weather is known
    return again


def _look(
    session: Session, house: House, workflow: Workflow, shipment: Shipment, gaps: watching_gaps.Known, now: datetime
) -> Look:
    after = after_of(workflow)
    above = workflow.watch.promise_at_risk.above
    lacks = False
    if "proof_missing" in after and shipment.state == ShipmentState.DELIVERED and shipment.driver_id is None:
        # Own drivers are chased by the rules of the proof itself.
        lacks = bool(proof_rules.missing(session, house, shipment))
    return Look(
        now=now,
        zone=clock_of(shipment, workflow),
        after=after,
        expected=expected_of(shipment, workflow, now=now),
        above=1.0 if above is None else above,
        usual_gap=gaps.of(shipment),
        proof_missing=lacks,
        doubts=_doubts(house, shipment) if "address_doubt" in after else (),
    )


def _doubts(house: House, shipment: Shipment) -> tuple[str, ...]:
    """What is odd about its address beside others: a code that cannot be one there, a place far from that code's."""
    code, country = shipment.destination.get("postal_code"), shipment.destination.get("country")
    found = []
    if code and country and not postal_codes.is_valid(str(code), str(country)):
        found.append("odd_postal_code")
    elif house.places.is_far(shipment):
        found.append("far_from_code")
    return tuple(found)


def _tell(session: Session, house: House, shipment: Shipment, facts: list[Fact], now: datetime) -> None:
    if facts:
        milestones.announce(session, house, facts, retailer=shipment.retailer, now=now)
        outbound_facts.after(session, facts, retailer=shipment.retailer, now=now)


def learn(database: Database, *, now: datetime) -> None:
    """Learn each night how long carriers usually say nothing; give parcels a row to be looked at by that have none."""
    while database.run(lambda session: watching_rows.sweep(session, now=now, limit=SWEPT)) >= SWEPT:
        pass  # each batch in a transaction of its own
    database.run(lambda session: weather.forget(session, now=now))
    with database.read() as session:
        retailers = session.scalars(select(Retailer.name).order_by(Retailer.name)).all()
        due = [one for one in retailers if watching_gaps.is_due(session, one, now=now)]
        rows = {one: watching_gaps.learned(session, one, now=now) for one in due}
    for retailer, learned in rows.items():
        _keep(database, retailer, learned)


def _keep(database: Database, retailer: str, learned: list[UsualGap]) -> None:
    with database.write() as session:
        watching_gaps.keep(session, retailer, learned)


def due(session: Session, *, now: datetime) -> int:
    """How many parcels are due to be looked at: for tests and measurements."""
    return len(session.scalars(select(Watch.shipment_id).where(Watch.due_at <= now)).all())
