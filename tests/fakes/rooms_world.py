"""A desk with some days behind it: parcels, texts that arrived and some that did not, cases, surveys, an open line."""

from datetime import timedelta

from fakes.installation import Installation
from sqlalchemy import select, update

from channels import outbox
from channels.messages import Category, OutboundMessage
from channels.models import Conversation, InboxRow, OurAddress, OutboxRow
from db import Database, utc_now
from flows import connection_tally, tracking
from flows.connection_models import Connection, ConnectionNote
from flows.connections import EVENT, REFUSED, UNKNOWN_CODE
from flows.house import House
from flows.line_models import Line, LineEnd
from flows.models import Case
from settings import Settings
from surveys.models import Survey
from tracking_core.delivery_facts import bucket_of
from tracking_core.facts import CarrierEvent
from tracking_core.models import Shipment
from tracking_core.scorecard_models import DeliveryFact
from tracking_core.shipments import NewShipment

DAYS = 9
STATES = ("delivered", "delivered", "sent", "undelivered", "failed", "expired")
CODES = {"undelivered": "30003", "failed": "21610"}
REASONS = ("not_received", "damaged", "talk_to_person", "attempt_failed")


def settle_in(house: Installation) -> int:
    """Fill the installation; answers the id of a parcel with a story."""
    settings = Settings.load(house.env, dotenv=None)
    database = Database(settings.database_url, pool_size=1)
    rooms = House.build(settings)
    with database.write() as session:
        main = session.scalars(select(OurAddress.address).where(OurAddress.purpose == "main")).first() or "+15005550006"
        told = _parcel(session, rooms, main)
        for day in range(DAYS):
            _one_day(session, rooms, main, day)
        _finished(session)
        _sources(session)
        _kept_back(session, main, told)
    database.close()
    return told


def _parcel(session, rooms, main) -> int:  # type: ignore[no-untyped-def]
    now = utc_now()
    new = NewShipment(
        "A1001",
        "1Z999AA10123456784",
        carrier="ups",
        service="ground",
        customer_name="Ana Canary",
        customer_phone="+14155550137",
        customer_email="ana@example.com",
        destination={"line1": "1 Market Street", "city": "San Francisco", "postal_code": "94105", "country": "US"},
        promised_from=now - timedelta(hours=5),
        promised_to=now - timedelta(hours=1),
        driver_name="Dora",
        driver_phone="+14155550990",
        delivery={"instructions": "Ring twice, then leave it with the neighbour in 12."},
        items=[{"name": "Lamp", "quantity": 2}],
    )
    shipment, _ = tracking.create_shipment(session, rooms, new, retailer="default", now=now - timedelta(days=3))
    for hours, status in ((60, "processed"), (50, "shipped"), (20, "in_transit"), (4, "out_for_delivery")):
        at = now - timedelta(hours=hours)
        event = CarrierEvent("ups", f"e{hours}", "1Z999AA10123456784", status, at, code=f"X{hours}")
        tracking.take_events(session, rooms, [event], retailer="default", now=at, shipment=shipment)
    line = Line(
        retailer="default", driver_id=shipment.driver_id, customer_phone="+14155550137", proxy="+15005550101", tag=None,
        state="open", opened_by="customer", opened_at=now - timedelta(hours=2),
    )  # fmt: skip
    session.add(line)
    session.flush()
    for phone, role in (("+14155550137", "customer"), ("+14155550990", "driver")):
        session.add(LineEnd(line_id=line.id, proxy="+15005550101", phone=phone, role=role, began_at=now, ended_at=None))
    return shipment.id


def _one_day(session, rooms, main: str, day: int) -> None:  # type: ignore[no-untyped-def]
    at = utc_now() - timedelta(days=day, minutes=10)
    for number in range(6):
        order, phone = f"B{day}{number}", f"+1415555{day:02}{number:02}"
        new = NewShipment(order, customer_name=f"Shopper {day}{number}", customer_phone=phone, carrier="usps")
        shipment, _ = tracking.create_shipment(session, rooms, new, retailer="default", now=at)
        message = OutboundMessage(
            "sms", main, phone, f"Your order {order} is out for delivery.", Category.MILESTONE, "default",
            shipment_id=shipment.id,
        )  # fmt: skip
        outbox.enqueue(session, message, key=f"rooms:{order}", now=at)
        state = STATES[(number + day) % len(STATES)]
        values = {"state": state, "attempted_at": at, "error_code": CODES.get(state), "settled_at": at}
        if state in ("delivered", "sent", "undelivered"):
            values["sent_at"] = at + timedelta(seconds=1 + number)
        row = update(OutboxRow).where(OutboxRow.key == f"rooms:{order}")
        session.execute(row.values(created_at=at, **values))
        if number < 3:
            talk = session.scalars(select(Conversation).where(Conversation.theirs == phone)).one()
            session.add(
                InboxRow(
                    retailer="default", conversation_id=talk.id, seq=500, channel="sms", provider_id=f"SM{order}",
                    sender=phone, recipient=main, text="Where is my order?", media=[], received_at=at, state="handled",
                    attempts=1, lease_epoch=1, handled_by="case_thread" if number == 2 else "conversation",
                )
            )  # fmt: skip
            session.add(
                Survey(
                    retailer="default", shipment_id=shipment.id, address=phone, channel="sms", scale=5, planned_at=at,
                    due_at=at, state="answered", sent_at=at, score=5 - (number + day) % 4,
                )
            )  # fmt: skip
    session.add(
        Case(
            retailer="default", subject=f"shipment:{day + 900}", state="open" if day % 2 else "resolved",
            priority="high", reason=REASONS[day % len(REASONS)], created_at=at,
            first_reply_at=at + timedelta(minutes=20 + day) if day % 3 else None,
        )
    )  # fmt: skip
    if day < 3:
        rows = session.scalars(select(Shipment).where(Shipment.order_number == f"B{day}5"))
        for shipment in rows:
            message = OutboundMessage(
                "sms", main, f"+1415556{day:02}00", "Nobody knows of this one.", Category.REPLY, "default",
                shipment_id=shipment.id,
            )  # fmt: skip
            key = f"rooms:unclear:{day}"
            outbox.enqueue(session, message, key=key, now=at)
            unclear = update(OutboxRow).where(OutboxRow.key == key)
            session.execute(unclear.values(state="unknown", attempted_at=at, error_code="timeout"))


def _finished(session) -> None:  # type: ignore[no-untyped-def]
    """Parcels that ended, of three carriers on two lanes, one of them often late and cheaper."""
    ended = utc_now() - timedelta(days=20)
    for number in range(240):
        carrier, service = (("ups", "ground"), ("ontrac", "sunrise"), ("usps", ""))[number % 3]
        failed, late = number % 11 == 0, number % 9 == 0 or (carrier == "ontrac" and number % 2 == 0)
        session.add(
            DeliveryFact(
                shipment_id=900_000 + number, retailer="default", ended_at=ended, written_at=ended, settled=True,
                carrier=carrier, service=service, lane=f"US:94{number // 3 % 2}", state="delivered",
                failed_tries=int(failed), reason=("no_time", "access_blocked")[number % 2] if failed else None,
                party=("carrier", "consignee")[number % 2] if failed else None, kept_first=not late, kept_last=not late,
                transit_s=90_000 + 500 * number, transit_bucket=bucket_of(90_000 + 500 * number),
                estimate_error_s=600 * (number % 7 - 2), proofs=1, proofs_good=number % 13 != 0,
                saved=failed and number % 2 == 1, cost_minor=(890, 540, 760)[number % 3] + number % 7, currency="USD",
            )
        )  # fmt: skip


def _sources(session) -> None:  # type: ignore[no-untyped-def]
    """One that speaks daily and says something new, one that was never let in, one that has fallen silent."""
    now = utc_now()

    def note(source: str, kind: str, days: float, **more: object) -> None:
        at = now - timedelta(days=days)
        session.add(ConnectionNote(retailer="default", source=source, kind=kind, at=at, **more))

    for day in range(12):
        note("easypost", EVENT, day + 0.01, count=40 + 9 * (day % 4), lag_s=20 + day)
        note("custom:oms", EVENT, day + 2.5, count=30, lag_s=3)
    sample = {"status": "teleported", "tracking_code": "…"}
    for _ in range(4):
        note("easypost", UNKNOWN_CODE, 0.2, count=1, code="EP_TELEPORTED", sample=sample)
    note("shippo", REFUSED, 1, count=7)
    session.flush()
    connection_tally.fold(session)
    silent = update(Connection).where(Connection.source == "custom:oms")
    session.execute(silent.values(silent_since=now - timedelta(days=2)))


def _kept_back(session, main: str, told: int) -> None:  # type: ignore[no-untyped-def]
    """Texts and a mail that shadow mode did not send, one of them weeks ago."""
    for number, (days, words) in enumerate(
        ((0.1, "Kept back for A1001: it has shipped."), (20, "Kept back long ago."))
    ):
        at, key = utc_now() - timedelta(days=days), f"rooms:shadow:{number}"
        message = OutboundMessage(
            "sms", main, "+14155550137", words, Category.MILESTONE, "default", shipment_id=told,
        )  # fmt: skip
        outbox.enqueue(session, message, key=key, now=at)
        session.execute(update(OutboxRow).where(OutboxRow.key == key).values(state="shadow", created_at=at))
