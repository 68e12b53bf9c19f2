"""What a source says about parcels, taken in whole: recorded, and told to whom it concerns, in one transaction."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from sqlalchemy.orm import Session

from flows import (
    lines,
    milestones,
    network_drivers,
    network_positions,
    outbound_facts,
    pins,
    proof_fetching,
    proof_rules,
    scorecards,
    surveys,
)
from flows.house import House
from tracking_core import shipments
from tracking_core.creating import create_many
from tracking_core.facts import CarrierEvent, Fact, StateChanged
from tracking_core.models import Shipment
from tracking_core.recording import record_all
from tracking_core.shipments import NewShipment


@dataclass(frozen=True)
class Taken:
    """What became of some events."""

    facts: tuple[Fact, ...]
    #: The state of the shipment afterwards; None when the events went to no shipment, or to several.
    state: str | None
    #: Whether any shipment's state moved.
    changed: bool


def take_events(
    session: Session,
    house: House,
    events: Sequence[CarrierEvent],
    *,
    retailer: str,
    now: datetime,
    shipment: Shipment | None = None,
) -> Taken:
    """Record the events of one webhook or request and owe the texts that follow, in the caller's transaction.

    Without `shipment` they go to the retailer's shipments with their tracking numbers. What was seen before changes
    nothing and tells nobody.
    """
    workflow = house.workflows.of(session, retailer)
    grace, stale_after = workflow.eta.delay_grace, workflow.eta.stale_after
    facts = record_all(
        session, events, retailer=retailer, now=now, shipment=shipment, grace=grace, stale_after=stale_after
    )
    network_drivers.after(session, house, facts, now=now)
    facts += network_positions.after(session, house, events, retailer=retailer, now=now, shipment=shipment)
    milestones.announce(session, house, facts, retailer=retailer, now=now)
    pins.after(session, house, facts, now=now)
    surveys.plan_after(session, house, facts, now=now)
    proof_rules.after(session, house, facts, now=now)
    proof_fetching.note(session, facts, retailer=retailer, now=now)
    outbound_facts.after(session, facts, retailer=retailer, now=now)
    scorecards.after(session, facts, now=now)
    meant = {fact.shipment_id for fact in facts} | ({shipment.id} if shipment is not None else set())
    one = session.get(Shipment, meant.pop()) if len(meant) == 1 else None
    return Taken(
        facts=tuple(facts),
        state=one.state if one is not None else None,
        changed=any(isinstance(fact, StateChanged) for fact in facts),
    )


def create_shipment(
    session: Session, house: House, new: NewShipment, *, retailer: str, now: datetime
) -> tuple[Shipment, bool]:
    """Create the shipment and its tracking page; (it, False) when the order has it already. Texts nobody.

    The page's address is made here, so that whoever only reads can show it.
    """
    (new,) = _placed(session, house, [new], retailer)
    named = network_drivers.waiting(session, retailer, new.tracking_number)
    shipment, created = shipments.create(session, new, retailer=retailer, now=now)
    house.links.url(session, "t", shipment.id, now=now)
    if created and named is not None and not new.driver_phone:
        source, driver = named
        network_drivers.assign(session, house, shipment, source, driver, now=now)
    if created:
        outbound_facts.created(session, [shipment], retailer=retailer, now=now)
    return shipment, created


def create_shipments(
    session: Session, house: House, news: Sequence[NewShipment], *, retailer: str, now: datetime
) -> list[tuple[Shipment, bool]]:
    """Create parcels, in their order, each as `create_shipment` would, in a few statements. A few hundred at most."""
    news = _placed(session, house, news, retailer)
    named = network_drivers.waiting_for(session, retailer, [new.tracking_number for new in news])
    made = create_many(session, news, retailer=retailer, now=now)
    house.links.make_many(session, "t", [shipment.id for shipment, is_new in made if is_new], now=now)
    for new, (shipment, is_new) in zip(news, made, strict=True):
        if is_new and not new.driver_phone and shipment.tracking_number in named:
            source, driver = named[shipment.tracking_number]
            network_drivers.assign(session, house, shipment, source, driver, now=now)
    outbound_facts.created(session, [shipment for shipment, is_new in made if is_new], retailer=retailer, now=now)
    return made


def _placed(session: Session, house: House, news: Sequence[NewShipment], retailer: str) -> list[NewShipment]:
    """The parcels with the retailer's usual place of origin, where they name none."""
    usual = house.workflows.of(session, retailer).eta.origin
    if usual is None:
        return list(news)
    there = usual.model_dump(exclude_none=True)
    return [new if new.origin else replace(new, origin=there) for new in news]


def change_shipment(
    session: Session, house: House, shipment: Shipment, changes: Mapping[str, object], *, now: datetime
) -> Shipment:
    """Change what the retailer says of the shipment, see `tracking_core.shipments.change`; its line follows.

    A promise that leaves what the shopper was told is told to them, as if the estimate had moved.
    """
    driver, phone = shipment.driver_id, shipment.customer_phone
    rules = house.workflows.of(session, shipment.retailer).eta
    shipment, facts = shipments.change(
        session, shipment, changes, now=now, grace=rules.delay_grace, stale_after=rules.stale_after
    )
    _line_follows(session, house, shipment, driver, phone, now)
    # What was changed, by name: the new values may be a person's.
    outbound_facts.of_parcel(session, shipment, "shipment.updated", {"changed": sorted(changes)}, now=now)
    milestones.announce(session, house, facts, retailer=shipment.retailer, now=now)
    outbound_facts.after(session, facts, retailer=shipment.retailer, now=now)
    return shipment


def put_driver(session: Session, house: House, shipment: Shipment, *, name: str, phone: str, now: datetime) -> None:
    """Put the shipment into a driver's hands; a line that is open goes on with the new one."""
    before = shipment.driver_id
    shipments.assign_driver(session, shipment, name=name, phone=phone, now=now)
    _line_follows(session, house, shipment, before, shipment.customer_phone, now)


def _line_follows(
    session: Session, house: House, shipment: Shipment, driver: int | None, phone: str | None, now: datetime
) -> None:
    if shipment.driver_id != driver:
        lines.driver_changed(session, house, shipment, before=driver, now=now)
        outbound_facts.of_parcel(session, shipment, "shipment.driver_changed", {}, now=now)
    elif shipment.customer_phone != phone:
        lines.driver_changed(session, house, shipment, before=None, now=now)
