"""Two at once: one line, one number per person, no text after a STOP, and nobody waits in a circle."""

import threading
from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from typing import Any

from fakes.fl_world import ANA
from fakes.line_world import DEE, SAM, LineWorld
from sqlalchemy import select

from channels import inbox
from channels.messages import InboundMessage
from channels.models import InboxRow, OutboxRow
from db import Database
from flows import lines, router
from flows.line_models import Line, LineEnd
from tracking_core.models import Shipment
from tracking_core.shipments import assign_driver


def at_once(*works: Callable[[], Any]) -> list[Any]:
    """Do all of it at the same moment; raise the first error."""
    start, found, failed = threading.Barrier(len(works)), [], []

    def run(work: Callable[[], Any]) -> None:
        start.wait(20)
        try:
            found.append(work())
        except Exception as error:  # noqa: BLE001  handed to the test
            failed.append(error)

    threads = [threading.Thread(target=run, args=(work,)) for work in works]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    assert not any(thread.is_alive() for thread in threads)
    if failed:
        raise failed[0]
    return found


def opening(world: LineWorld, shipment_id: int, by: str) -> Callable[[], int]:
    def work() -> int:
        def inside(session: Any) -> int:
            shipment = session.get_one(Shipment, shipment_id)
            line = lines.open_line(session, world.house, shipment, opened_by=by, now=world.now)
            assert isinstance(line, Line)
            return line.id

        return world.database.run(inside)

    return work


def test_two_who_open_at_once_open_one_line(database: Database, now: datetime, tmp_path: Path) -> None:
    world = LineWorld.with_pool(database, now, tmp_path)
    for number in range(6):
        parcel = world.out(f"A{number}", phone=f"+1415555030{number}")
        found = at_once(*(opening(world, parcel, by) for by in ("driver", "customer", "driver", "customer")))
        assert len(set(found)) == 1
    with database.read() as session:
        keys = session.scalars(select(OutboxRow.key).where(OutboxRow.key.like("line:%:opened:%"))).all()
        ends = session.execute(select(LineEnd.proxy, LineEnd.phone).where(LineEnd.ended_at.is_(None))).all()
    assert len(keys) == 12
    assert len(set(ends)) == len(ends)


def test_one_driver_and_many_customers_at_once_get_numbers_apart(
    database: Database, now: datetime, tmp_path: Path
) -> None:
    pool = tuple(f"+1500555{number:04}" for number in range(2001, 2007))
    world = LineWorld.with_pool(database, now, tmp_path, pool=pool)
    parcels = [world.out(f"A{number}", phone=f"+1415555030{number}") for number in range(6)]
    at_once(*(opening(world, parcel, "customer") for parcel in parcels))
    with database.read() as session:
        numbers = session.scalars(select(Line.proxy)).all()
    assert len(numbers) == 6
    assert len(set(numbers) - {None}) == sum(number is not None for number in numbers) == 6


def test_texts_stops_handovers_and_ticks_at_once(database: Database, now: datetime, tmp_path: Path) -> None:
    world = LineWorld.with_pool(database, now, tmp_path)
    parcel = world.out()
    line = world.line(parcel)
    proxy = line.proxy or ""

    def texts(phone: str, words: str, count: int) -> Callable[[], None]:
        def work() -> None:
            for number in range(count):
                said = words if number != 6 or phone != ANA else "STOP"
                message = InboundMessage("sms", f"SM{phone}{number}", phone, proxy, f"{said}")
                database.run(lambda session, message=message: inbox.receive(session, message, now=world.now))
                claimed = database.run(
                    lambda session: inbox.claim(session, worker=phone, now=world.now, limit=2, lease_s=60)
                )
                for one in claimed:
                    router.handle(database, world.house, one, clock=lambda: world.now)

        return work

    def hand_over() -> None:
        def inside(session: Any, phone: str) -> None:
            shipment = session.get_one(Shipment, parcel)
            before = shipment.driver_id
            assign_driver(session, shipment, name="Sam", phone=phone, now=world.now)
            lines.driver_changed(session, world.house, shipment, before=before, now=world.now)

        for phone in (SAM, DEE, SAM):
            database.run(lambda session, phone=phone: inside(session, phone))

    def ticks() -> None:
        for _ in range(8):
            database.run(lambda session: lines.settle(session, world.house, now=world.now))

    at_once(texts(ANA, "from the customer", 9), texts(DEE, "from dee", 9), hand_over, ticks)
    world.work()
    with database.read() as session:
        rows = session.scalars(select(InboxRow)).all()
        passed = session.scalars(select(OutboxRow).where(OutboxRow.key.like("relay:%"))).all()
        opened = session.scalars(select(Line).where(Line.state == "open")).all()
    assert {row.state for row in rows} == {"handled"}
    for row in passed:
        if "from the customer" in row.text:
            assert row.recipient in (DEE, SAM)
        if "from dee" in row.text:
            assert row.recipient == ANA
    assert opened == []  # Ana has said STOP
