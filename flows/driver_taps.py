"""What a driver taps on the page: taken in once, at the time of the tap, and answered in the driver's words."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from channels.picture_models import Picture
from db import insert_once
from flows import driver_hands, driver_proofs, lines
from flows.driver_actions import Acted, Action, act
from flows.driver_hands import Hands
from flows.driver_links import round_of
from flows.driver_page import may_read_instructions
from flows.driver_page_models import DriverTap, InstructionsShown
from flows.driver_undo import undo
from flows.house import House
from flows.lines import Fate, Line
from tracking_core import positions, shipments
from tracking_core.models import Driver, Shipment

#: Source of what is tapped, as `driver_actions.act` and proofs want it.
PAGE = "driver_page"
#: A tap that comes later than that is not taken any more: nobody knows what the day has brought since.
OLDEST = timedelta(hours=24)
#: Taps are kept so long for whoever must find out what happened.
KEPT = timedelta(days=30)
KEY_MAX = 120
BATCH = 2000


class Extra(StrEnum):
    """What can be tapped beside the actions of a stop."""

    MESSAGE = "message"
    PHOTO = "photo"
    INSTRUCTIONS = "instructions"
    UNDO = "undo"


#: What is taken in also when it arrives after the shift in which it was tapped: it says what happened then.
FOLLOWING = frozenset({*Action, Extra.PHOTO})
#: What a tap may say.
NAMES = frozenset({*Action, *Extra})


@dataclass(frozen=True)
class Tap:
    """One tap, as the page sends it."""

    #: The page's own id; the same one again is the same tap.
    id: str
    shipment_id: int
    #: One of NAMES.
    action: str
    #: When the thumb came down, by the best of our knowledge.
    at: datetime
    minutes: int | None = None
    text: str = ""
    #: Of a message: also if it gives something away.
    confirmed: bool = False
    #: (lat, lon) of the phone.
    position: tuple[float, float] | None = None
    #: Of DELIVERED: what the customer told the driver; it stays in no row. Else why it is handed over without.
    pin: str | None = field(default=None, repr=False)
    no_pin: str | None = None
    #: What else was entered at the door.
    hands: Hands = field(default_factory=Hands)

    @property
    def key(self) -> str:
        """Names the tap: a browser's back button repeats ids, never for the same button of the same stop by chance."""
        minutes = f":{self.minutes}" if self.minutes is not None else ""
        return f"{self.id}:{self.shipment_id}:{self.action}{minutes}"[:KEY_MAX]


@dataclass(frozen=True)
class Outcome:
    """What became of a tap: a name for the sentence, and what it needs."""

    #: `acted`, a `driver_actions.Problem`, a `lines.Fate` or `lines.Refusal`, `photo`, `no_photo`, `shown`, `undone`, …
    name: str
    ok: bool
    about: Mapping[str, Any] = field(default_factory=dict)


def take(
    session: Session,
    house: House,
    driver: Driver,
    tap: Tap,
    *,
    picture: Picture | None = None,
    signature: Picture | None = None,
    refused: str | None = None,
    now: datetime,
) -> Outcome:
    """Take in a tap, in the caller's transaction; what was taken in before changes nothing and is answered the same.

    picture, signature: the photo and the drawing that came with it, kept already. refused: why the photo could not
    be used.
    """
    positions.hold(session, driver)
    at = min(tap.at, now)
    row = DriverTap(
        retailer=driver.retailer,
        driver_id=driver.id,
        key=tap.key,
        shipment_id=tap.shipment_id,
        action=tap.action,
        occurred_at=at,
        received_at=now,
        ok=False,
        outcome="",
        about={},
    )
    if not insert_once(session, row):
        known = answered(session, driver, tap.key)
        assert known is not None
        return known
    done = _done(session, house, driver, tap, at, picture, signature, refused, now)
    row.ok, row.outcome, row.about = done.ok, done.name, dict(done.about)
    session.flush()
    return done


def answered(session: Session, driver: Driver, key: str) -> Outcome | None:
    """What a tap was answered; None when there was none."""
    query = select(DriverTap).where(DriverTap.driver_id == driver.id, DriverTap.key == key)
    row = session.scalar(query)
    return None if row is None else Outcome(row.outcome, row.ok, row.about)


def forget(session: Session, *, now: datetime, limit: int = BATCH) -> None:
    """Forget taps that nobody asks for any more."""
    old = select(DriverTap.id).where(DriverTap.received_at < now - KEPT).limit(limit).with_for_update(skip_locked=True)
    ids = list(session.scalars(old))
    if ids:
        session.execute(delete(DriverTap).where(DriverTap.id.in_(ids)))


def _done(
    session: Session,
    house: House,
    driver: Driver,
    tap: Tap,
    at: datetime,
    picture: Picture | None,
    signature: Picture | None,
    refused: str | None,
    now: datetime,
) -> Outcome:
    if now - at > OLDEST:
        return Outcome("too_old", False)
    parcel = shipments.get(session, driver.retailer, tap.shipment_id)
    if parcel is None or parcel.driver_id != driver.id:
        return Outcome("not_yours", False)
    if tap.action == Extra.MESSAGE:
        return _message(session, house, parcel, tap, now)
    if tap.action == Extra.INSTRUCTIONS:
        return _instructions(session, house, driver, parcel, now)
    if tap.action == Extra.UNDO:
        return _undo(session, house, driver, parcel, tap, now)
    pictures = [picture] if picture is not None else []
    if tap.action == Extra.PHOTO:
        signed = _hands(session, house, parcel, tap, signature, at, now)
        if not pictures and signed:
            return _about(parcel, "kept", True)
        if not pictures:
            return _about(parcel, "no_photo", False, photo=refused or "")
        driver_proofs.keep(session, house, parcel, pictures, PAGE, at, tap.position, now=now)
        return _about(parcel, "photo", True)
    acted = act(
        session,
        house,
        driver,
        parcel,
        Action(tap.action),
        at=at,
        source=PAGE,
        key=tap.key,
        pictures=pictures,
        position=tap.position,
        minutes=tap.minutes,
        note=tap.text or None,
        pin=tap.pin,
        no_pin=tap.no_pin,
        now=now,
    )
    if tap.action == Action.DELIVERED:  # also when the PIN was wrong: nobody signs twice
        _hands(session, house, parcel, tap, signature, at, now)
    return _acted(session, house, parcel, tap, acted, refused)


def _hands(
    session: Session, house: House, parcel: Shipment, tap: Tap, signature: Picture | None, at: datetime, now: datetime
) -> int:
    return driver_hands.keep(
        session, house, parcel, tap.hands, signature, source=PAGE, at=at, position=tap.position, now=now
    )


def _acted(session: Session, house: House, parcel: Shipment, tap: Tap, acted: Acted, refused: str | None) -> Outcome:
    if acted.problem is not None:
        return _about(parcel, acted.problem.value, acted.problem == "already", **_pin(tap, acted))
    wanted = tap.action == Action.DELIVERED and driver_proofs.wants_photo(session, house, parcel)
    return _about(
        parcel,
        "acted",
        True,
        action=tap.action,
        told=acted.told_customer,
        line=acted.line,
        stops=acted.stops,
        minutes=tap.minutes or 0,
        photos=acted.photos,
        photo_wanted=wanted,
        refused=refused or "",
    )


def _pin(tap: Tap, acted: Acted) -> dict[str, Any]:
    return {"action": tap.action, "left": acted.tries_left, "digits": acted.digits}


def _message(session: Session, house: House, parcel: Shipment, tap: Tap, now: datetime) -> Outcome:
    """Open the line, and pass on what was written, if anything was."""
    opened = lines.open_line(session, house, parcel, opened_by=lines.DRIVER, now=now)
    if not isinstance(opened, Line):
        return _about(parcel, opened.value, False, what="line")
    if not tap.text:
        return _about(parcel, "opened", True, proxy=bool(opened.proxy))
    passed = lines.pass_on(
        session,
        house,
        opened,
        role=lines.DRIVER,
        text=tap.text,
        key=f"page:{parcel.driver_id}:{tap.key}",
        confirmed=tap.confirmed,
        now=now,
    )
    ok = passed.fate in (Fate.PASSED, Fate.KNOWN)
    return _about(parcel, passed.fate.value, ok, what="line", hidden=list(passed.hidden))


def _instructions(session: Session, house: House, driver: Driver, parcel: Shipment, now: datetime) -> Outcome:
    stop = round_of(session, house, driver, now=now).stop(parcel.id)
    if stop is None or not may_read_instructions(stop):
        return _about(parcel, "not_shown", False)
    session.add(
        InstructionsShown(retailer=driver.retailer, driver_id=driver.id, shipment_id=parcel.id, at=now),
    )
    return _about(parcel, "shown", True)


def _undo(session: Session, house: House, driver: Driver, parcel: Shipment, tap: Tap, now: datetime) -> Outcome:
    undone = undo(session, house, driver, source=PAGE, key=tap.key, shipment=parcel, now=now)
    if undone is None:
        return _about(parcel, "not_undone", False)
    return _about(parcel, "undone", True, told=undone.told_customer)


def _about(parcel: Shipment, name: str, ok: bool, **about: Any) -> Outcome:
    return Outcome(name, ok, {"order": parcel.order_number, **about})
