"""What a store says, taken in whole: orders become parcels, fulfilments their numbers, scans their way.

One webhook is one transaction: what it says and that it was said commit together, so a webhook that is sent again
finds both or neither. Orders are locked first, then their parcels, then shipments.
"""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from db import insert_once
from flows import store_changes, tracking
from flows.house import House
from flows.store_base import Message, OrderGone, OrderTold, ParcelTold, PrivacyAsked, ScanTold
from flows.store_models import PrivacyRequest, StoreEvent, StoreOrder, StoreParcel
from tracking_core import shipments
from tracking_core.facts import CarrierEvent
from tracking_core.ledger import fitting
from tracking_core.models import Shipment
from tracking_core.shipments import NewShipment, TrackingNumberTaken


def take(session: Session, house: House, store: str, message: Message, *, retailer: str, now: datetime) -> bool:
    """Take a webhook in, in the caller's transaction. False: it has been taken before, and nothing is done.

    What is older than what the store has said since changes nothing.
    """
    row = StoreEvent(retailer=retailer, store=store, key=fitting(message.key), received_at=now)
    if not insert_once(session, row):
        return False
    desk = _Desk(session, house, store, retailer, now)
    for told in message.told:
        match told:
            case OrderTold():
                desk.order(told)
            case ParcelTold():
                desk.parcel(desk.locked_order(told.order_ref), told)
            case ScanTold():
                desk.scan(told)
            case OrderGone():
                desk.gone(told)
            case PrivacyAsked():
                desk.privacy(told)
    return True


class _Desk:
    """One webhook being taken, inside one transaction."""

    def __init__(self, session: Session, house: House, store: str, retailer: str, now: datetime) -> None:
        self.session, self.house, self.store, self.retailer, self.now = session, house, store, retailer, now

    def order(self, told: OrderTold) -> None:
        """Keep what is newer, and bring the order's parcels up to it."""
        row = self.locked_order(told.ref)
        if row.told_at is not None and told.told_at < row.told_at:
            return
        before, was_over = row.facts, row.over
        row.told_at, row.order_number, row.facts = told.told_at, told.order_number, told.facts
        row.over = told.over is not None
        if was_over and not row.over:
            store_changes.reopen(self.session, self.house, self._shipments(row), self.store, told, now=self.now)
        if not row.over and told.stands and told.ships:
            for parcel in told.parcels:
                self.parcel(row, parcel)
            for known in self._parcels(row):
                if known.facts:  # what only stands in for parcels to come stays as it is
                    self._settle(row, known)
            if not any(one.shipment_id is not None for one in self._parcels(row)):
                self._settle(row, self._locked_parcel(f"order:{row.ref}", row.ref))
        parcels = self._shipments(row)
        store_changes.follow(self.session, self.house, parcels, before, told.facts, now=self.now)
        if told.over is not None and not was_over:
            store_changes.call_off(self.session, self.house, parcels, self.store, told.over, told.told_at, now=self.now)
        if told.remark is not None:
            store_changes.remark(self.session, self.house, parcels, self.store, told.remark, told.told_at, now=self.now)

    def parcel(self, order: StoreOrder, told: ParcelTold) -> None:
        """Keep what is newer of a fulfilment, and make it a shipment once its order is known."""
        row = self._locked_parcel(told.ref, told.order_ref)
        if row.told_at is not None and told.told_at < row.told_at:
            return
        row.told_at, row.order_ref = told.told_at, told.order_ref
        row.facts = {"number": told.number, "carrier": told.carrier, "items": told.items, "name": told.name}
        if told.gone:
            row.facts |= {"gone": True}
            shipment = self._shipment(row)
            if shipment is not None:
                store_changes.call_off(
                    self.session, self.house, [shipment], self.store, "other", told.told_at, now=self.now
                )
            return
        row.waiting = [*row.waiting, *(one.to_json() for one in told.events)]
        if order.told_at is not None and not order.over:
            self._settle(order, row)

    def scan(self, told: ScanTold) -> None:
        """Record a scan on its shipment; it waits with the fulfilment while there is none."""
        row = self._locked_parcel(told.parcel_ref, told.order_ref)
        row.waiting = [*row.waiting, told.event.to_json()]
        shipment = self._shipment(row)
        if shipment is not None:
            self._record(row, shipment)

    def gone(self, told: OrderGone) -> None:
        """The order was deleted: what has not left yet will not."""
        row = self.locked_order(told.ref)
        was_over, row.over = row.over, True
        row.told_at = max(row.told_at or self.now, self.now)
        if not was_over:
            parcels = self._shipments(row)
            store_changes.call_off(
                self.session, self.house, parcels, self.store, "cancelled_in_flight", self.now, now=self.now
            )

    def privacy(self, told: PrivacyAsked) -> None:
        """Owe the answer to a person's wish; a tick gives it."""
        who = {"order_refs": list(told.order_refs), "phone": told.phone, "email": told.email}
        row = PrivacyRequest(
            retailer=self.retailer,
            store=self.store,
            key=fitting(told.key),
            kind=told.kind,
            who=who,
            state="waiting",
            due_at=self.now,
            parcels=0,
            created_at=self.now,
        )
        insert_once(self.session, row)

    def locked_order(self, ref: str) -> StoreOrder:
        """The order's row, ours until the transaction ends; made where there is none."""
        key = {"retailer": self.retailer, "store": self.store, "ref": ref}
        insert_once(
            self.session, StoreOrder(**key, order_number="", told_at=None, facts={}, over=False, created_at=self.now)
        )
        query = select(StoreOrder).filter_by(**key).with_for_update()
        return self.session.scalars(query.execution_options(populate_existing=True)).one()

    def _locked_parcel(self, ref: str, order_ref: str) -> StoreParcel:
        key = {"retailer": self.retailer, "store": self.store, "ref": ref}
        insert_once(
            self.session,
            StoreParcel(**key, order_ref=order_ref, shipment_id=None, told_at=None, facts={}, waiting=[]),
        )
        query = select(StoreParcel).filter_by(**key).with_for_update()
        return self.session.scalars(query.execution_options(populate_existing=True)).one()

    def _parcels(self, order: StoreOrder) -> Sequence[StoreParcel]:
        self.session.flush()
        query = select(StoreParcel).filter_by(retailer=self.retailer, store=self.store, order_ref=order.ref)
        return self.session.scalars(query.order_by(StoreParcel.id)).all()

    def _shipments(self, order: StoreOrder) -> list[Shipment]:
        found = (self._shipment(one) for one in self._parcels(order))
        return [one for one in found if one is not None]

    def _shipment(self, parcel: StoreParcel) -> Shipment | None:
        return None if parcel.shipment_id is None else self.session.get_one(Shipment, parcel.shipment_id)

    def _settle(self, order: StoreOrder, row: StoreParcel) -> None:
        """See to it that the parcel is a shipment with what is known of it, and that its scans are recorded."""
        if row.facts.get("gone") or (not row.facts and row.ref != f"order:{order.ref}"):
            return  # nothing but a scan is known
        shipment = self._shipment(row) or self._taken_over(order, row)
        shipment = self._made(order, row) if shipment is None else self._renumbered(order, row, shipment)
        row.shipment_id = shipment.id
        self._record(row, shipment)

    def _taken_over(self, order: StoreOrder, row: StoreParcel) -> Shipment | None:
        """The order as it was before it had fulfilments becomes the first of them."""
        for other in self._parcels(order):
            if other.ref == f"order:{order.ref}" and other is not row and other.shipment_id is not None:
                shipment = self._shipment(other)
                other.shipment_id = None
                return shipment
        return None

    def _made(self, order: StoreOrder, row: StoreParcel) -> Shipment:
        for number in dict.fromkeys((row.facts.get("number") or "", row.facts.get("name") or row.ref)):
            new = NewShipment(
                order_number=order.order_number,
                tracking_number=number,
                carrier=row.facts.get("carrier"),
                source=self.store,
                **{**order.facts, "items": row.facts.get("items") or order.facts.get("items", [])},
            )
            shipment, is_new = tracking.create_shipment(
                self.session, self.house, new, retailer=self.retailer, now=self.now
            )
            if is_new or not self._belongs_elsewhere(row, shipment):
                break
        return shipment

    def _belongs_elsewhere(self, row: StoreParcel, shipment: Shipment) -> bool:
        query = select(StoreParcel.id).where(StoreParcel.shipment_id == shipment.id, StoreParcel.id != row.id)
        return self.session.scalar(query.limit(1)) is not None

    def _renumbered(self, order: StoreOrder, row: StoreParcel, shipment: Shipment) -> Shipment:
        """The shipment with the fulfilment's number, carrier and things; another one that has the number already."""
        changes: dict[str, Any] = {
            name: value
            for name, value in (
                ("tracking_number", row.facts.get("number")),
                ("carrier", row.facts.get("carrier")),
                ("items", row.facts.get("items")),
            )
            if value and value != getattr(shipment, name)
        }
        if not changes:
            return shipment
        try:
            return tracking.change_shipment(self.session, self.house, shipment, changes, now=self.now)
        except TrackingNumberTaken:
            known = shipments.of_order(self.session, self.retailer, order.order_number)
            return next((one for one in known if one.tracking_number == changes["tracking_number"]), shipment)

    def _record(self, row: StoreParcel, shipment: Shipment) -> None:
        events = [CarrierEvent.from_json(one) for one in row.waiting]
        if not events:
            return
        row.waiting = []
        known = [replace(one, tracking_number=shipment.tracking_number) for one in events]
        tracking.take_events(self.session, self.house, known, retailer=self.retailer, now=self.now, shipment=shipment)
