"""What is in shadow by the retailer's rules: a source, a milestone, or the retailer as a whole."""

from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from channels import shadow
from channels.messages import Category
from flows.workflow import Workflow
from tracking_core.models import Shipment, ShipmentEvent


def covers(session: Session, workflow: Workflow, shipment: Shipment, template: str, category: Category) -> bool:
    """Whether a text about the parcel is only pretended. Whole retailers are the outbox's own business.

    A parcel is of a source when it came from there, or when its newest event did.
    """
    rules = workflow.shadow
    kind = template.partition("_")[2] if category is Category.MILESTONE else category.value
    if kind in rules.milestones:
        return True
    if not rules.sources:
        return False
    if shipment.source in rules.sources:
        return True
    query = select(ShipmentEvent.source).where(ShipmentEvent.shipment_id == shipment.id)
    return session.scalar(query.order_by(ShipmentEvent.id.desc()).limit(1)) in rules.sources


def follow(session: Session, retailer: str, workflow: Workflow, *, now: datetime) -> None:
    """Make the outbox follow the retailer's newest rules, in the transaction that saves them."""
    if workflow.shadow.all:
        shadow.enter(session, retailer, now=now)
    else:
        shadow.leave(session, retailer)
