"""Worlds of different nature for the made sets: each answers one shipment's columns and how long its legs took."""

import math
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from random import Random


@dataclass(frozen=True, slots=True)
class Made:
    """One shipment: hours of each leg, the promise in hours from its creation, and the columns of its own."""

    carrier: str
    service: str
    distance_km: float
    legs: list[float]
    promise_h: float
    columns: dict[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class World:
    """What a set is made of. `states` name the ends of the legs but the last, which is the delivery."""

    states: tuple[str, ...]
    n: int
    days: float
    make: Callable[[float, datetime, Random], Made]
    #: The share of rows that miss one of the states between, of promises and of distances that are missing.
    gaps: float = 0.1


def same_day(share: float, begun: datetime, dice: Random) -> Made:
    """Orders from shops by courier within hours: many milestones, rush hours, slower couriers as time goes on."""
    hour = begun.hour + begun.minute / 60
    rush = 1 + 0.8 * math.exp(-((hour - 18) ** 2) / 4) + 0.4 * math.exp(-((hour - 12) ** 2) / 3)
    carrier, store = dice.choice(["bike", "van", "foot"]), dice.randrange(25)
    km = dice.uniform(0.3, 9.0)
    pace = {"bike": 14.0, "van": 18.0, "foot": 5.0}[carrier] / (1 + 0.3 * share)
    ready = 0.15 + 0.02 * (store % 7)
    items = dice.randrange(1, 20)
    legs = [
        0.05 * dice.lognormvariate(0, 0.5),
        ready * (1 + items / 20) * rush * dice.lognormvariate(0, 0.35),
        0.2 * rush * dice.lognormvariate(0, 0.6),
        km / pace * rush * dice.lognormvariate(0, 0.25),
        0.05 * dice.lognormvariate(0, 0.4),
        0.03 * dice.lognormvariate(0, 0.7),
    ]
    own = {"x_items": str(items), "x_store": f"store {store}", "x_rain": dice.choice(["", "0", "1"])}
    return Made(carrier, "", km, legs, 2.0, own)


def long_haul(share: float, _begun: datetime, dice: Random) -> Made:
    """Weeks across borders by five carriers: two of them change at once, customs is a lottery, ports get fuller."""
    carrier = dice.choices(["sea one", "sea two", "rail", "air", "road"], [3, 2, 2, 2, 4])[0]
    km = dice.choice([1200, 3400, 5200, 8900, 11_500]) * dice.uniform(0.9, 1.1)
    pace = {"sea one": 25, "sea two": 22, "rail": 35, "air": 300, "road": 45}[carrier]
    slower = 1.0
    if carrier == "sea two" and share > 0.83:
        slower = 1.6
    if carrier == "rail" and 0.55 < share < 0.9:
        slower = 1.35
    customs = 20 * dice.lognormvariate(0, 0.5) + (96 * dice.random() if dice.random() < 0.15 else 0)
    legs = [
        30 * dice.lognormvariate(0, 0.6),
        km / pace * slower * dice.lognormvariate(0, 0.18) * (1 + 0.2 * share),
        customs,
        14 * dice.lognormvariate(0, 0.5),
        5 * dice.lognormvariate(0, 0.3),
    ]
    own = {"x_weight_kg": f"{dice.lognormvariate(4, 1):.1f}", "x_incoterm": dice.choice(["DAP", "DDP", "EXW"])}
    return Made(carrier, dice.choice(["full", "part"]), km, legs, km / pace * 1.2 + 90, own)


def heavy_tails(_share: float, _begun: datetime, dice: Random) -> Made:
    """A few in a hundred take many times as long, and some were written down wrongly."""
    carrier, service = dice.choice(["alpha", "beta"]), dice.choice(["next day", "economy"])
    km = dice.lognormvariate(5, 1)
    pace = (1.0 if carrier == "alpha" else 1.3) * (0.6 if service == "next day" else 1.4)
    stuck = dice.paretovariate(1.3) * 24 if dice.random() < 0.06 else 0.0
    wrong = 24 * dice.randrange(30, 90) if dice.random() < 0.004 else 0.0
    legs = [
        5 * dice.lognormvariate(0, 0.7),
        (8 + km / 50) * pace * dice.lognormvariate(0, 0.5) + stuck,
        7 * dice.lognormvariate(0, 0.6) + wrong,
    ]
    own = {"x_value": f"{dice.paretovariate(1.5) * 20:.2f}", "x_channel": dice.choice(["web", "shop", "phone", ""])}
    return Made(carrier, service, km, legs, 48 * pace, own)


def weekly(share: float, begun: datetime, dice: Random) -> Made:
    """Nobody works on Sundays and little moves on Saturdays; cut-offs at four; a peak before the end of the year."""
    carrier, zone = dice.choice(["post", "parcel", "express"]), dice.randrange(1, 9)
    at, legs = begun, list[float]()
    peak = 1.5 if 0.86 < share < 0.95 else 1.0

    def until(moment: datetime) -> None:
        nonlocal at
        legs.append((moment - at).total_seconds() / 3600)
        at = moment

    ready = begun + timedelta(hours=2 * peak * dice.lognormvariate(0, 0.5))
    if ready.hour >= 16:
        ready = (ready + timedelta(days=1)).replace(hour=8, minute=dice.randrange(60))
    until(max(ready, begun))
    left = _working(at + timedelta(hours=3), dice)
    until(left)
    days = {"post": 2, "parcel": 1, "express": 0}[carrier] + zone // 3 + (dice.random() < 0.15 * peak)
    for _ in range(days):
        left = _working(left + timedelta(days=1), dice)
    hub = left.replace(hour=4, minute=dice.randrange(60)) + timedelta(days=1)
    until(max(hub, at))
    out = _working(at.replace(hour=8, minute=dice.randrange(60)) + timedelta(days=int(at.hour > 8)), dice)
    until(max(out, at))
    legs.append(dice.uniform(0.5, 8.5 if carrier == "post" else 6))
    own = {"x_zone": str(zone), "x_gift": dice.choice(["yes", "no"])}
    return Made(carrier, "", zone * 150.0 * dice.uniform(0.8, 1.2), legs, (days + 3) * 24.0, own)


def _working(at: datetime, dice: Random) -> datetime:
    while at.weekday() == 6 or (at.weekday() == 5 and dice.random() < 0.7):
        at += timedelta(days=1)
    return at


WORLDS = {
    "same-day": World(
        ("processed", "shipped", "out_for_delivery", "arriving", "at_address"), 2000, 10, same_day, gaps=0.15
    ),
    "long-haul": World(("shipped", "in_transit", "at_local_hub", "out_for_delivery"), 3000, 400, long_haul),
    "heavy": World(("shipped", "out_for_delivery"), 2500, 120, heavy_tails, gaps=0.2),
    "weekly": World(("processed", "shipped", "at_local_hub", "out_for_delivery"), 800, 100, weekly),
}
