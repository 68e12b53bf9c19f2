"""Counts whom something has reached: how many parcels' owners are newly owed a text."""

from collections.abc import Collection
from dataclasses import dataclass

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from channels.messages import Category, Status
from channels.models import OutboxRow
from tracking_core.models import Shipment

ABOUT_PARCELS = (Category.MILESTONE, Category.DELAY, Category.PROOF, Category.RELAY)


@dataclass(frozen=True, slots=True)
class Reached:
    """What the outbox held before."""

    session: Session
    before: int

    @classmethod
    def begin(cls, session: Session) -> "Reached":
        """Remember where the outbox ends now."""
        return cls(session, session.scalar(select(func.max(OutboxRow.id))) or 0)

    def customers(self, shipment_ids: Collection[int], *categories: Category) -> int:
        """Of how many of these parcels the owner is owed a text, or a mail, that was not owed before."""
        self.session.flush()
        query = (
            select(func.count(OutboxRow.shipment_id.distinct()))
            .join(Shipment, Shipment.id == OutboxRow.shipment_id)
            .where(
                OutboxRow.id > self.before,
                OutboxRow.shipment_id.in_(shipment_ids),
                OutboxRow.category.in_(categories or ABOUT_PARCELS),
                OutboxRow.state.in_((Status.QUEUED, Status.HELD)),
                OutboxRow.recipient.in_((Shipment.customer_phone, Shipment.customer_email)),
            )
        )
        return self.session.scalar(query) or 0
