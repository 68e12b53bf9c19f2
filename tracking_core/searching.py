"""Lists of shipments as people ask for them: filtered, searched, a page at a time, newest first."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, String, and_, cast, func, or_, select
from sqlalchemy.orm import Session

from tracking_core.models import Shipment
from tracking_core.numbers import normalised
from tracking_core.states import FINAL

#: In the place of a state: everything whose story is not over.
OPEN = "open"
#: What is said of a parcel that does not come when it was promised.
LATE_FLAGS = ("delayed", "eta_missed")
#: Digits of a phone below this find too many people.
DIGITS_MIN = 2
_PUNCTUATION = str.maketrans("", "", " +-().")


@dataclass(frozen=True, slots=True)
class Wanted:
    """Which shipments; what is None or empty does not matter."""

    #: A state, or `open`.
    state: str | None = None
    flag: str | None = None
    #: However it is written.
    carrier: str | None = None
    #: Promised for a time within these.
    promised_from: datetime | None = None
    promised_to: datetime | None = None
    #: Still to come, and later than promised.
    late: bool = False
    #: An order or tracking number or its beginning, a part of a name, the last digits of a phone.
    words: str = ""


def page(
    session: Session,
    retailer: str,
    wanted: Wanted,
    *,
    now: datetime,
    before_id: int | None = None,
    limit: int = 50,
) -> list[Shipment]:
    """The retailer's shipments that fit, newest first; the next page begins before the last one's id.

    Words that are a whole order or tracking number find just that; other words are looked for everywhere.
    """
    query = select(Shipment).where(Shipment.retailer == retailer, *_filters(wanted, now))
    words = " ".join(wanted.words.split())
    if words:
        exact = _exactly(session, retailer, words)
        query = query.where(_somewhere(words) if exact is None else exact)
    if before_id is not None:
        query = query.where(Shipment.id < before_id)
    return list(session.scalars(query.order_by(Shipment.id.desc()).limit(limit)))


def _filters(wanted: Wanted, now: datetime) -> list[ColumnElement[bool]]:
    found: list[ColumnElement[bool]] = []
    if wanted.state == OPEN:
        found.append(Shipment.state.not_in(FINAL))
    elif wanted.state:
        found.append(Shipment.state == wanted.state)
    if wanted.flag:
        found.append(_flagged(wanted.flag))
    if wanted.carrier:
        found.append(func.lower(Shipment.carrier) == wanted.carrier.strip().lower())
    if wanted.promised_from and wanted.promised_to:
        begin, end = wanted.promised_from, wanted.promised_to
        found.append(
            or_(
                and_(Shipment.promised_to >= begin, Shipment.promised_to < end),
                and_(Shipment.promised_to.is_(None), Shipment.promised_from >= begin, Shipment.promised_from < end),
            )
        )
    if wanted.late:
        found.append(Shipment.state.not_in(FINAL))
        found.append(or_(Shipment.promised_to < now, *(_flagged(flag) for flag in LATE_FLAGS)))
    return found


def _flagged(flag: str) -> ColumnElement[bool]:
    """Flags are a short list of fixed words, so their text is looked through, the same on both databases."""
    return cast(Shipment.flags, String).contains(f'"{flag}"', autoescape=True)


def _exactly(session: Session, retailer: str, words: str) -> Any:
    """Shipments with just that number, found by indexes; None when there are none."""
    mine = Shipment.retailer == retailer
    for column, value in ((Shipment.order_number, words), (Shipment.tracking_number, normalised(words))):
        if value and session.scalars(select(Shipment.id).where(mine, column == value).limit(1)).first() is not None:
            return column == value
    return None


def _somewhere(words: str) -> ColumnElement[bool]:
    digits = words.translate(_PUNCTUATION)
    ways: list[ColumnElement[bool]] = [
        Shipment.order_number.istartswith(words, autoescape=True),
        Shipment.customer_name.icontains(words, autoescape=True),
    ]
    if normalised(words):
        ways.append(Shipment.tracking_number.startswith(normalised(words), autoescape=True))
    if digits.isascii() and digits.isdigit() and len(digits) >= DIGITS_MIN:
        ways.append(Shipment.customer_phone.endswith(digits, autoescape=True))
    return or_(*ways)
