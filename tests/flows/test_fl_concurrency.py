"""Scans, texts, STOPs and the clock at the same moment: nobody waits in a circle, nothing is said twice."""

import itertools
import random
import threading
from datetime import UTC, datetime, timedelta

from fakes.fl_world import ANA, World

from channels import outbox
from channels.consent import opt_in, opt_out
from channels.models import OutboxRow
from flows import upkeep
from flows.tracking import take_events
from tracking_core.facts import CarrierEvent, Eta
from tracking_core.models import Shipment

LATE = datetime(2026, 12, 2, 6, 30, tzinfo=UTC)
STATES = ("processed", "shipped", "in_transit", "at_local_hub")


def test_everything_at_once(database, tmp_path) -> None:
    world = World.build(database, LATE, tmp_path, "quiet_hours: {from: '21:00', to: '08:00'}\n")
    parcels = [
        world.parcel(order, f"{order}{place}", customer_email="ana@example.com", promised_to=LATE + timedelta(hours=12))
        for order, place in itertools.product(("A1001", "B2002"), range(3))
    ]
    failed: list[BaseException] = []
    start = threading.Barrier(8)

    def scans(seed: int) -> None:
        dice = random.Random(seed)
        for step in range(24):
            eta = Eta(window_to=LATE + timedelta(hours=12 + dice.randrange(8))) if dice.random() < 0.5 else None
            status = dice.choice(STATES) if eta is None else "update"
            event = CarrierEvent("test", f"{seed}:{step}", "", status, world.now, eta=eta)
            with database.write() as session:
                shipment = session.get_one(Shipment, dice.choice(parcels))
                take_events(session, world.house, [event], retailer="default", now=world.now, shipment=shipment)

    def clock(seed: int) -> None:
        for step in range(24):
            now = world.now + timedelta(seconds=step)
            with database.write() as session:
                outbox.promote(session, now)
                outbox.expire(session, now)
            if seed % 2:
                upkeep.tick(database, world.house, now=now)

    def consent(_: int) -> None:
        for step in range(24):
            with database.write() as session:
                change = opt_out if step % 2 == 0 else opt_in
                change(session, retailer="default", address=ANA, by="api", now=world.now)

    def run(work, seed: int) -> None:
        start.wait(20)
        try:
            work(seed)
        except Exception as error:
            failed.append(error)
            raise

    jobs = [(scans, seed) for seed in range(5)] + [(clock, 1), (clock, 2), (consent, 0)]
    threads = [threading.Thread(target=run, args=job) for job in jobs]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(90)
    assert failed == []
    assert not any(thread.is_alive() for thread in threads)
    with database.read() as session:
        live = session.query(OutboxRow).filter(OutboxRow.category == "milestone", OutboxRow.state != "cancelled")
        told = [(row.key.split(":")[1], row.key.split(":")[2], row.channel) for row in live]
    assert len(told) == len(set(told))  # no parcel speaks twice for one milestone by one way
