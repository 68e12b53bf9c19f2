"""Shipment states and what moves them. Pure: no database, no clock."""

from enum import StrEnum


class ShipmentState(StrEnum):
    """Where a parcel is in its life. The main line in order, then what may happen aside of it."""

    CREATED = "created"
    PROCESSED = "processed"
    SHIPPED = "shipped"
    IN_TRANSIT = "in_transit"
    AT_LOCAL_HUB = "at_local_hub"
    OUT_FOR_DELIVERY = "out_for_delivery"
    ARRIVING = "arriving"
    AT_ADDRESS = "at_address"
    DELIVERED = "delivered"
    AVAILABLE_FOR_PICKUP = "available_for_pickup"
    ON_HOLD = "on_hold"
    ATTEMPT_FAILED = "attempt_failed"
    EXCEPTION = "exception"
    RETURNING = "returning"
    RETURNED = "returned"
    CANCELLED = "cancelled"
    LOST = "lost"
    EXPIRED = "expired"
