"""What each source makes of a shipment's row: position, carrier's record, learned model, distance. Pure."""

import math
from datetime import datetime, timedelta, tzinfo
from typing import Any

from tracking_core.distances import km_between
from tracking_core.eta_days import of_day
from tracking_core.eta_types import Estimate, Reasoned
from tracking_core.models import Shipment
from tracking_core.outcomes import LEVELS, Counted
from tracking_core.states import ShipmentState

#: A position older than this widens the window and is said to be old, unless the workflow says otherwise.
STALE_POSITION = timedelta(seconds=300)
#: A position older than this says nothing of the stops to come.
USELESS_POSITION = timedelta(hours=2)
#: What a driver says of being late counts for so long against what the positions say: they may be at rest.
DRIVER_KNOWS = timedelta(minutes=60)
#: Where a driver's pace is not known: seconds a stop takes with the drive to it, and by how much that varies.
STOP_S, STOP_SPREAD_S = 240.0, 150.0
#: Metres a second through a town, and how much longer roads are than the line.
TOWN_MPS, DETOUR = 7.0, 1.3
#: Kilometres an hour of a parcel between towns, with all its waiting.
TRANSIT_KMH = 25.0
#: What the minutes to a door are uncertain by at least, and as a share of the whole: rounds are late as a whole.
LEAST_SIDE_S, SHARE = 240.0, 0.15
#: How many standard deviations 80 % of a bell curve lie within, to either side.
EIGHTY = 1.2816
#: Share of learned windows that hold; see `transit_windows`.
HELD = 0.8
#: Before it leaves the shop a parcel is in nobody's hands yet, and needs so long on the average to get into some.
AT_THE_SHOP = frozenset({ShipmentState.CREATED, ShipmentState.PROCESSED})
PREPARING = timedelta(hours=24)


def of_position(shipment: Shipment, *, now: datetime, stale_after: timedelta = STALE_POSITION) -> Estimate | None:
    """Out of the driver's newest place and the stops to go; None when either is unknown or the place is too old.

    The older the place, the wider the window: past `stale_after` by as much as it is older, to either side.
    """
    position = shipment.position
    if not position:
        return None
    seen = datetime.fromisoformat(position["at"])
    age = max(now - seen, timedelta())
    left = _seconds_left(shipment, position)
    if left is None or age > USELESS_POSITION or _driver_knows_better(shipment, now):
        return None
    expected_s, side_s = left
    stale = age > stale_after
    extra = age - stale_after if stale else timedelta()
    at = max(seen + timedelta(seconds=expected_s), now)
    side = timedelta(seconds=side_s) + extra
    window_to = _minute(max(at + side, now), up=True)
    window_from = min(max(_minute(at - side, up=False), _minute(now, up=False)), at)
    said = {"minutes": age // timedelta(minutes=1)}
    return Estimate(
        window_from=window_from,
        window_to=window_to,
        at=at,
        as_of=seen,
        confidence=HELD - min(0.4, extra / timedelta(hours=1)),
        reasons=(Reasoned("stale_position" if stale else "position", said),),
        source="position",
        judged_by=at,
        measured=bool(_learned(shipment, "pace")) and not stale,
    )


def of_model(shipment: Shipment) -> Estimate | None:
    """What the retailer's own past says, unless another window was agreed on since."""
    said = _learned(shipment, "model")
    if not said:
        return None
    at, as_of = datetime.fromisoformat(said["at"]), datetime.fromisoformat(said["as_of"])
    if shipment.promised_at is not None and as_of < shipment.promised_at:
        return None
    before, after = timedelta(seconds=said["before_s"]), timedelta(seconds=said["after_s"])
    return Estimate(
        window_from=max(_minute(at - before, up=False), min(_minute(as_of, up=False), at)),
        window_to=_minute(at + after, up=True),
        at=at,
        as_of=as_of,
        confidence=HELD,
        reasons=(Reasoned("learned", {"milestone": str(said["milestone"])}),),
        source="model",
        judged_by=at,
        measured=True,
        outcomes=_counted(said, at),
    )


def by_record(shipment: Shipment, said: Estimate, learned: Estimate | None, zone: tzinfo) -> Estimate:
    """The carrier's estimate in the light of how good that carrier's have been; as it was where there is no record.

    It is moved by how much later parcels usually came and reaches as far as four out of five of them did. A model that
    speaks as well has its say by the square of how narrow its window is beside the carrier's. zone: where days begin
    and end, of an estimate that names a day only.
    """
    record = _learned(shipment, "carrier")
    if said.whole_day:
        return of_day(said, record, learned, zone, HELD)
    named = said.at or _middle(said)
    if not record or named is None:
        return said
    low, middle, high = (timedelta(seconds=record[name]) for name in ("low_s", "middle_s", "high_s"))
    at, first, last = named + middle, named + min(low, middle), named + max(high, middle)
    usual = {"n": int(record["n"]), "minutes": round(middle / timedelta(minutes=1))}
    outcomes = _counted(record, named)
    if learned is not None and learned.at and learned.window_from and learned.window_to:
        ours = _weight(learned.window_to - learned.window_from)
        share = ours / (ours + _weight(last - first))
        at += (learned.at - at) * share
        first += (learned.window_from - first) * share
        last += (learned.window_to - last) * share
        outcomes = outcomes.mixed(learned.outcomes, share) if outcomes and learned.outcomes else None
    side = timedelta(seconds=60)
    return Estimate(
        window_from=_minute(min(first, at - side), up=False),
        window_to=_minute(max(last, at + side), up=True),
        at=at,
        as_of=said.as_of,
        confidence=HELD,
        reasons=(*said.reasons, Reasoned("carrier_record", usual)),
        source=said.source,
        judged_by=at,
        measured=True,
        outcomes=outcomes,
    )


def of_distance(shipment: Shipment, *, now: datetime) -> Estimate | None:
    """Where nothing else is known: how far it has to go, from its newest place, else from where it sets out.

    From a place it goes while it is under way; from its origin until a hub near the door has it.
    """
    begins = _from_place(shipment, now) or _from_origin(shipment)
    if begins is None:
        return None
    since, km, preparing = begins
    takes = preparing + timedelta(hours=max(km * _detour(shipment) / TRANSIT_KMH, 2.0))
    return Estimate(
        window_from=_minute(since + takes * 0.5, up=False),
        window_to=_minute(since + takes * 2.5, up=True),
        at=since + takes,
        as_of=since,
        confidence=0.2 if preparing else 0.3,
        reasons=(Reasoned("distance", {"km": round(km)}),),
        source="distance",
        judged_by=None,
    )


def _from_place(shipment: Shipment, now: datetime) -> tuple[datetime, float, timedelta] | None:
    """(When it was seen, kilometres left, time until it moves) by a place of the last day."""
    position = shipment.position
    km = _km_left(shipment, position) if position else None
    if position is None or km is None or ShipmentState(shipment.state) in AT_THE_SHOP:
        return None
    seen = datetime.fromisoformat(position["at"])
    return None if now - seen > timedelta(hours=24) else (seen, km, timedelta())


def _from_origin(shipment: Shipment) -> tuple[datetime, float, timedelta] | None:
    """The same from where it sets out: by the order until it has left, then by the scan that says it has."""
    km, state = km_between(shipment.origin, shipment.destination), ShipmentState(shipment.state)
    if km is None:
        return None
    if state in AT_THE_SHOP:
        return shipment.created_at, km, PREPARING
    left = shipment.state_at if state in (ShipmentState.SHIPPED, ShipmentState.IN_TRANSIT) else None
    return None if left is None else (left, km, timedelta())


def _seconds_left(shipment: Shipment, position: dict[str, Any]) -> tuple[float, float] | None:
    """Seconds from the position to the door and how far off that may be; None when the stops before it are unknown."""
    km = _km_left(shipment, position)
    direct_s = km * 1000 * seconds_a_metre(shipment) if km is not None else None
    state, stops = ShipmentState(shipment.state), shipment.stops_away
    if state is ShipmentState.AT_ADDRESS:
        return 60.0, LEAST_SIDE_S
    if stops is None and state is ShipmentState.ARRIVING:
        stops = 0
    if stops is None or (stops == 0 and direct_s is None):
        return None
    pace = _learned(shipment, "pace")
    stop_s = float(pace["stop_s"]) if pace else STOP_S
    spread_s = (float(pace["high_s"]) - float(pace["low_s"])) / (2 * EIGHTY) if pace else STOP_SPREAD_S
    last_leg = stop_s if direct_s is None else min(direct_s, stop_s)
    expected = max(stops * stop_s + (direct_s if stops == 0 and direct_s is not None else last_leg), direct_s or 0.0)
    return expected, max(EIGHTY * math.hypot(spread_s * math.sqrt(stops + 1), SHARE * expected), LEAST_SIDE_S)


def seconds_a_metre(shipment: Shipment) -> float:
    """How long each metre of the straight line takes: as the roads to this door say, else as in any town."""
    road = _learned(shipment, "road")
    there = shipment.destination or {}
    if not road or road["to"] != [there.get("lat"), there.get("lon")]:
        return _detour(shipment) / TOWN_MPS
    line_km = _km_left(shipment, {"lat": road["from"][0], "lon": road["from"][1]})
    return float(road["seconds"]) / max(line_km * 1000, 1.0) if line_km else _detour(shipment) / TOWN_MPS


def _detour(shipment: Shipment) -> float:
    """How many times the straight line ways are: as this retailer's drivers have driven, else as in most towns."""
    return float((shipment.learned or {}).get("detour") or DETOUR)


def _driver_knows_better(shipment: Shipment, now: datetime) -> bool:
    said = (shipment.learned or {}).get("driver_said")
    return said is not None and now - datetime.fromisoformat(said) < DRIVER_KNOWS


def _km_left(shipment: Shipment, position: dict[str, Any]) -> float | None:
    return km_between(position, shipment.destination)


def _learned(shipment: Shipment, key: str) -> dict[str, Any]:
    found = (shipment.learned or {}).get(key)
    return found if isinstance(found, dict) else {}


def _counted(learned: dict[str, Any], said: datetime) -> Counted | None:
    """The misses that were written beside an estimate, about what it named; None where none were counted."""
    misses = learned.get("misses_s")
    if not isinstance(misses, list) or len(misses) != len(LEVELS):
        return None
    return Counted(said, tuple(float(one) for one in misses), int(learned["misses_n"]))


def _weight(width: timedelta) -> float:
    return 1.0 / max(width / timedelta(seconds=1), 1.0) ** 2


def _middle(said: Estimate) -> datetime | None:
    if said.window_from is None or said.window_to is None:
        return said.window_to or said.window_from
    return said.window_from + (said.window_to - said.window_from) / 2


def _minute(moment: datetime, *, up: bool) -> datetime:
    """Down, or up, to a whole minute: a page that is polled keeps still."""
    whole = moment.replace(second=0, microsecond=0)
    return whole + timedelta(minutes=1) if up and whole != moment else whole
