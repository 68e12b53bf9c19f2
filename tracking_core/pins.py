"""Delivery PINs: made by chance, kept as a keyed digest, compared in constant time, locked after too many tries."""

import hashlib
import hmac
import re
import secrets
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from sqlalchemy import select
from sqlalchemy.orm import Session

from db import insert_once
from tracking_core.models import Shipment
from tracking_core.pin_models import DeliveryPin

#: PINs that one parcel may have, one after the other: whoever asks for more is looked at by a person.
MOST_MADE = 6
#: The same digit again and again, and rows of neighbours, are what everybody guesses first.
_ROWS = "01234567890 09876543210"


class Verdict(StrEnum):
    """What a try was."""

    RIGHT = "right"
    WRONG = "wrong"
    #: Wrong, and the last one that counted.
    LOCKED = "locked"
    #: It was locked before; nothing was compared.
    STILL_LOCKED = "still_locked"
    #: Not so many digits as a PIN has: nothing was compared, and nothing counted.
    MALFORMED = "malformed"
    #: The parcel has no PIN.
    NONE = "none"


@dataclass(frozen=True, slots=True)
class Try:
    """A try at a PIN."""

    verdict: Verdict
    #: How many more tries count.
    left: int = 0
    #: How many digits the PIN has.
    digits: int = 0
    serial: int = 0


def key_of(secret_key: str) -> bytes:
    """The key of the digests, for this purpose alone."""
    return hashlib.sha256(b"doorline delivery pins\0" + secret_key.encode()).digest()


def current(session: Session, shipment_id: int, *, lock: bool = False) -> DeliveryPin | None:
    """The parcel's PIN as it is now; lock: held until the transaction ends."""
    query = select(DeliveryPin).where(DeliveryPin.shipment_id == shipment_id)
    if lock:
        query = query.with_for_update()
    return session.scalar(query.execution_options(populate_existing=True))


def make(
    session: Session,
    shipment: Shipment,
    *,
    key: bytes,
    digits: int,
    tries: int,
    avoid: Iterable[str] = (),
    now: datetime,
) -> str | None:
    """Make a new PIN for the parcel, which voids the one before; answers its digits, which are kept nowhere here.

    avoid: words whose figures it must not be, such as the order's number. None: it is locked, or there were too many.
    The caller holds the shipment locked, so that two never make one at once.
    """
    said = _drawn(digits, avoid)
    known = current(session, shipment.id, lock=True)
    if known is None:
        row = DeliveryPin(
            retailer=shipment.retailer,
            shipment_id=shipment.id,
            digest=_digest(key, shipment.id, 1, said),
            digits=digits,
            serial=1,
            wrong=0,
            tries=tries,
            made_at=now,
        )
        return said if insert_once(session, row) else None
    if known.locked_at is not None or known.serial >= MOST_MADE:
        return None
    known.serial += 1
    known.digest = _digest(key, shipment.id, known.serial, said)
    known.digits, known.tries, known.wrong, known.made_at, known.used_at = digits, tries, 0, now, None
    session.flush()
    return said


def check(session: Session, shipment_id: int, said: str, *, key: bytes, now: datetime) -> Try:
    """Compare what was said at the door with the parcel's PIN, and count it. The row is locked until the commit."""
    row = current(session, shipment_id, lock=True)
    if row is None:
        return Try(Verdict.NONE)
    if row.locked_at is not None:
        return Try(Verdict.STILL_LOCKED, digits=row.digits, serial=row.serial)
    figures = figures_of(said)
    if len(figures) != row.digits:
        return Try(Verdict.MALFORMED, row.tries - row.wrong, row.digits, row.serial)
    if matches(row, figures, key=key):
        row.used_at = row.used_at or now
        session.flush()
        return Try(Verdict.RIGHT, row.tries - row.wrong, row.digits, row.serial)
    row.wrong += 1
    if row.wrong >= row.tries:
        row.locked_at = now
    session.flush()
    verdict = Verdict.LOCKED if row.locked_at is not None else Verdict.WRONG
    return Try(verdict, row.tries - row.wrong, row.digits, row.serial)


def matches(row: DeliveryPin, figures: str, *, key: bytes) -> bool:
    """Whether these are the digits, in a time that does not tell how many of them are right. Counts nothing."""
    return hmac.compare_digest(row.digest, _digest(key, row.shipment_id, row.serial, figures))


def figures_of(said: str) -> str:
    """The digits of what was said, of any script, as 0-9; nothing when anything but spaces and hyphens is in it."""
    plain = "".join(str(unicodedata.digit(one, one)) for one in said)
    bare = re.sub(r"[\s\-.]+", "", plain)
    return bare if re.fullmatch(r"[0-9]+", bare) else ""


def _digest(key: bytes, shipment_id: int, serial: int, figures: str) -> str:
    return hmac.digest(key, f"{shipment_id}:{serial}:{figures}".encode(), "sha256").hex()


def _drawn(digits: int, avoid: Iterable[str]) -> str:
    taken = [re.sub(r"\D", "", one) for one in avoid]
    while True:
        said = f"{secrets.randbelow(10**digits):0{digits}}"
        if len(set(said)) > 1 and said not in _ROWS and not any(said in one for one in taken):
            return said
