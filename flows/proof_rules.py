"""Which proof a delivery must have, who still owes it, and what follows when it does not come.

Our own drivers are held to what the retailer requires: the delivery is `action_required` until it has it, the driver
is reminded once, then a person hears of it. A parcel carrier that sends nothing is chased for nothing.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from db import insert_once
from flows import driver_links
from flows.cases import raise_case
from flows.driver_texts import tell_driver
from flows.house import House
from flows.proof_models import ProofOwed
from flows.workflow import Workflow
from tracking_core.facts import Fact, StateChanged
from tracking_core.matching import locked
from tracking_core.models import Shipment
from tracking_core.proofs import kinds, of_shipment, owe
from tracking_core.states import ShipmentState

#: The reason of the case.
MISSING = "proof_missing"
BATCH = 100
#: What cannot be had any more once the driver has left; `flows.pins` opens the case for it.
AT_THE_DOOR = frozenset({"pin"})


@dataclass(frozen=True, slots=True)
class Asked:
    """What is asked of one delivery."""

    #: Kinds it must have.
    required: frozenset[str]
    #: Kinds it should have.
    wanted: frozenset[str]
    #: An own driver brings it, who can be held to it.
    own: bool


def asked(workflow: Workflow, shipment: Shipment) -> Asked:
    """Answer what is asked of the shipment's delivery, by its service, its driver and whether it may be left.

    The shipment's own list adds to what the retailer requires. Left at the door, another list stands in place of the
    drivers' one: nobody can sign there.
    """
    rules = workflow.proof
    service = rules.services.get(shipment.service or "")

    def listed(key: str) -> Sequence[str]:
        own = getattr(service, key) if service is not None else None
        found: Sequence[str] = getattr(rules, key) if own is None else own
        return found

    at_door = bool(shipment.delivery.get("leave_at_door"))
    own = shipment.driver_id is not None
    required = set(listed("default") if not own else listed("leave_at_door" if at_door else "own_driver"))
    required |= set(shipment.delivery.get("proof") or ())
    wanted = set(listed("wanted_at_door" if at_door else "wanted"))
    return Asked(frozenset(required), frozenset(wanted - required), own)


def missing(session: Session, house: House, shipment: Shipment) -> frozenset[str]:
    """Answer the required kinds that the shipment does not have yet, whoever brings it."""
    required = asked(house.workflows.of(session, shipment.retailer), shipment).required
    return required - kinds(of_shipment(session, shipment.id)) if required else required


def wants(session: Session, house: House, shipment: Shipment, kind: str) -> bool:
    """Whether that kind is required or wanted of the delivery, and not there yet."""
    said = asked(house.workflows.of(session, shipment.retailer), shipment)
    return kind in said.required | said.wanted and kind not in kinds(of_shipment(session, shipment.id))


def after(session: Session, house: House, facts: Sequence[Fact], *, now: datetime) -> None:
    """Let what an own driver delivered owe its proof; what comes by import, or days late, owes nothing."""
    for fact in facts:
        if not isinstance(fact, StateChanged):
            continue
        if fact.before is ShipmentState.DELIVERED:
            _forget(session, fact.shipment_id)
        if fact.after is not ShipmentState.DELIVERED or fact.silent:
            continue
        shipment = session.get_one(Shipment, fact.shipment_id)
        rules = house.workflows.of(session, shipment.retailer)
        lacking = missing(session, house, shipment)
        if not asked(rules, shipment).own or not lacking:
            continue
        delivered_at = shipment.delivered_at or now
        row = ProofOwed(
            retailer=shipment.retailer,
            shipment_id=shipment.id,
            delivered_at=delivered_at,
            due_at=now + rules.proof.remind_after if lacking - AT_THE_DOOR else None,
        )
        insert_once(session, row)
        owe(shipment, missing=True)


def settle(session: Session, house: House, shipment: Shipment) -> None:
    """Take the flag away once the delivery has all it must have; put it there again when it lacks something anew."""
    owed = session.scalar(select(ProofOwed).where(ProofOwed.shipment_id == shipment.id))
    if owed is not None and not missing(session, house, shipment):
        owe(shipment, missing=False)
        session.delete(owed)
        session.flush()


def lacks_again(session: Session, house: House, shipment: Shipment, *, now: datetime) -> None:
    """A person has failed a proof: where it was required, the delivery lacks it again. Nobody is reminded by text."""
    rules = house.workflows.of(session, shipment.retailer)
    if shipment.state != ShipmentState.DELIVERED or not asked(rules, shipment).own:
        return
    if missing(session, house, shipment):
        row = ProofOwed(
            retailer=shipment.retailer,
            shipment_id=shipment.id,
            delivered_at=shipment.delivered_at or now,
            due_at=None,
            reminded_at=now,
            case_at=now,
        )
        insert_once(session, row)
        owe(shipment, missing=True)


def chase(session: Session, house: House, *, now: datetime, limit: int = BATCH) -> int:
    """Remind drivers of what they owe, then open cases; answers how many rows were due."""
    query = select(ProofOwed.shipment_id).where(ProofOwed.due_at <= now).order_by(ProofOwed.due_at, ProofOwed.id)
    due = list(session.scalars(query.limit(limit)))
    for shipment_id in sorted(due):  # the parcel is locked before what it owes, here as everywhere
        shipment = locked(session, shipment_id)
        again = select(ProofOwed).where(ProofOwed.shipment_id == shipment_id, ProofOwed.due_at <= now)
        owed = session.scalar(again.execution_options(populate_existing=True))
        if owed is not None:
            _chase(session, house, shipment, owed, now)
            session.flush()
    return len(due)


def _chase(session: Session, house: House, shipment: Shipment, owed: ProofOwed, now: datetime) -> None:
    lacking = missing(session, house, shipment)
    if shipment.state != ShipmentState.DELIVERED or not lacking:
        owe(shipment, missing=False)
        session.delete(owed)
        return
    lacking -= AT_THE_DOOR
    if not lacking:
        owed.due_at = None
        return
    rules = house.workflows.of(session, shipment.retailer).proof
    if owed.reminded_at is None and now < owed.delivered_at + rules.case_after:
        key = f"proof:{shipment.id}:{owed.delivered_at.isoformat()}:missing"
        tell_driver(
            session,
            house,
            shipment,
            "driver_proof_missing",
            key=key,
            now=now,
            order=shipment.order_number,
            photo="photo" in lacking,
            more=bool(lacking - {"photo"}),
            link=driver_links.link(session, house, shipment.driver, now=now) if shipment.driver else "",
        )
        owed.reminded_at, owed.due_at = now, owed.delivered_at + rules.case_after
        return
    raise_case(
        session,
        house,
        retailer=shipment.retailer,
        reason=MISSING,
        shipment_id=shipment.id,
        text=f"Delivered without: {', '.join(sorted(lacking))}.",
        now=now,
    )
    owed.case_at, owed.due_at = now, None


def _forget(session: Session, shipment_id: int) -> None:
    session.execute(delete(ProofOwed).where(ProofOwed.shipment_id == shipment_id))
