"""Every watcher with every action that makes sense for it: each is done, once, and its words reach whom they should."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from fakes.fl_world import ANA, World
from sqlalchemy import select

from flows import upkeep
from flows.models import Case
from flows.outbound_events import of_shipment
from flows.watch_actions import CASES
from flows.workflow_watch import NOT_FOR
from tracking_core.watch_models import UsualGap, WatchHit
from tracking_core.watching import WATCHERS

HOUR, DAY = timedelta(hours=1), timedelta(days=1)
DEE, OPS = "+14155550200", "ops@acme.example"
HOME = {"line1": "1 Main St", "postal_code": "94607", "country": "US", "timezone": "America/Los_Angeles"}
ALL = ("text", "tell_driver", "tell_carrier", "case", "offer_slots", "reissue")


def made(world: World, *scans: str, reason: str | None = None, **more: Any) -> int:
    more = {"destination": HOME, "driver_name": "Dee", "driver_phone": DEE, **more}
    parcel = world.parcel(tracking="1Z", carrier="acme", **more)
    if scans:
        world.scan(parcel, *scans, reason=reason)
    return parcel


def promised(world: World, *scans: str, hours: float = 2, **more: Any) -> int:
    window = {"promised_from": world.now + HOUR, "promised_to": world.now + hours * HOUR}
    return made(world, *scans, **window, **more)


def risky(world: World) -> int:
    parcel = promised(world, "out_for_delivery")
    ends = world.now + 2 * HOUR
    world.scan(parcel, "update", eta=(ends - timedelta(minutes=2), ends + timedelta(minutes=14)))
    return parcel


def broken(world: World) -> int:
    """First the delay text names a new time, and that one passes too."""
    parcel = promised(world, "in_transit")
    world.later(hours=2, minutes=16)
    upkeep.tick(world.database, world.house, now=world.now)
    last = world.shipment(parcel).last_promised_to
    assert last is not None and last > world.now
    world.now = last
    return parcel


def silent(world: World) -> int:
    with world.database.write() as session:
        row = {"retailer": "default", "carrier": "acme", "lane": "", "n": 500, "p95_s": 86_400, "learned_at": world.now}
        session.add(UsualGap(**row, longest_silence_s=3600))
    for place in range(2):
        world.scan(world.parcel(f"S{place}", carrier="acme", phone=None, destination=HOME), "in_transit")
    return made(world, "in_transit")


#: Watcher -> what has to be so, and how long until it counts.
SO: dict[str, tuple[Callable[[World], int], timedelta]] = {
    "label_unscanned": (lambda world: made(world, "processed"), 2 * DAY),
    "label_lost": (lambda world: made(world, "processed"), 5 * DAY),
    "no_movement": (lambda world: made(world, "in_transit"), 3 * DAY),
    "missed_departure": (lambda world: promised(world, "at_local_hub", hours=9), HOUR + timedelta(minutes=30)),
    "attempt_failed": (lambda world: made(world, "out_for_delivery", "attempt_failed"), 2 * HOUR),
    "attempt_unanswered": (lambda world: made(world, "out_for_delivery", "attempt_failed"), DAY),
    "promise_at_risk": (risky, timedelta()),
    "promise_broken": (broken, 4 * HOUR),
    "exception": (lambda world: made(world, "in_transit", "exception", reason="vehicle"), 4 * HOUR),
    "address_doubt": (lambda world: made(world, "processed", destination={**HOME, "line1": "Main St"}), HOUR),
    "proof_missing": (lambda world: made(world, "out_for_delivery", "delivered", driver_name=None, driver_phone=None,
                                         delivery={"proof": ["photo"]}), DAY),
    "lost": (lambda world: made(world, "in_transit", "lost"), timedelta()),
    "carrier_silent": (silent, 12 * HOUR),
}  # fmt: skip
#: Drivers of ours are chased by the rules of the proof itself: what is found here is a carrier's.
NOT_THERE = {"proof_missing": {"tell_driver"}}


def test_there_is_a_story_for_each() -> None:
    assert set(SO) == set(WATCHERS)


@pytest.mark.parametrize("watcher", WATCHERS)
def test_every_action_of_every_watcher(database: Any, now: Any, tmp_path: Any, watcher: str) -> None:
    possible = [one for one in ALL if one not in NOT_FOR.get(watcher, ())]  # type: ignore[call-overload]
    rules = {one: "off" for one in WATCHERS if one != watcher}
    rules[watcher] = f"{{do: [{', '.join(possible)}]}}"
    said = "\n".join(f"  {name}: {rule}" for name, rule in rules.items())
    head = f"carrier_contacts: {{acme: {OPS}}}\neta: {{max_delay_texts_per_day: 9}}\ncases: {{rules: {{}}}}\n"
    world = World.build(database, now, tmp_path, f"{head}watch:\n{said}\n", smtp_url="smtp://x")
    story, counts = SO[watcher]
    parcel = story(world)
    if counts:
        world.now += counts - timedelta(minutes=1)
        upkeep.tick(world.database, world.house, now=world.now)
        assert found(world) == []
    for _ in range(3):
        world.later(minutes=2)
        upkeep.tick(world.database, world.house, now=world.now)
    expected = [one for one in possible if one not in NOT_THERE.get(watcher, set())]
    assert found(world) == [(watcher, expected)]
    keys = [row for row in [*world.outbox(), *world.outbox(channel="email")] if row.key.startswith("watch:")]
    told = {"text": ANA, "offer_slots": ANA, "tell_driver": DEE, "tell_carrier": OPS}
    assert sorted(row.recipient for row in keys) == sorted(told[one] for one in expected if one in told)
    with world.database.read() as session:
        cases = list(session.scalars(select(Case.reason)))
        asked = [one.kind for one in of_shipment(session, parcel)]
    assert cases == ([CASES[watcher]] if "case" in expected else [])
    assert asked == (["order.reissue_requested"] if "reissue" in expected else [])


def found(world: World) -> list[tuple[str, list[str]]]:
    with world.database.read() as session:
        return [(one.watcher, one.done) for one in session.scalars(select(WatchHit).order_by(WatchHit.id))]
