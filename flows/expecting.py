"""When a parcel is expected, as its retailer's workflow judges it: one answer for texts, pages, API and watchers."""

from datetime import datetime
from zoneinfo import ZoneInfo

from flows.workflow import Workflow
from flows.zones import zone_of
from tracking_core.eta import Estimate, estimate
from tracking_core.models import Shipment


def clock_of(shipment: Shipment, workflow: Workflow) -> ZoneInfo:
    """The zone the shopper lives by."""
    return zone_of(shipment.destination, phone=shipment.customer_phone, fallback=workflow.support_hours.timezone)


def expected_of(shipment: Shipment, workflow: Workflow, *, now: datetime) -> Estimate | None:
    """The estimate by the shopper's clock, with positions as old as the workflow lets them be; None: nobody knows."""
    return estimate(shipment, now=now, zone=clock_of(shipment, workflow), stale_after=workflow.eta.stale_after)
