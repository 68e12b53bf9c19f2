"""The ledger of promises: every window somebody was given, whether it was kept, and when a new one leaves the last."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Literal

from sqlalchemy import select
from sqlalchemy.orm import Session

from tracking_core.eta import Estimate
from tracking_core.models import Promise, Shipment
from tracking_core.outcomes import Guessed

#: Sources of promises that no text of ours made: with the order, changed later by the retailer, the shopper's own wish.
ORDER, RETAILER, CUSTOMER = "order", "retailer", "customer"

Movement = Literal["later", "sooner"]


@dataclass(frozen=True, slots=True)
class Given:
    """The window somebody goes by. Moments are aware, UTC; None: open on that side."""

    window_from: datetime | None
    window_to: datetime | None


def enter(
    session: Session,
    shipment: Shipment,
    *,
    window_from: datetime | None,
    window_to: datetime | None,
    source: str,
    message_key: str | None = None,
    template: str | None = None,
    words: str | None = None,
    now: datetime,
) -> Promise:
    """Write a window into the ledger: the one place that does. Rows are never changed.

    source: as `Promise.source`. message_key: of the outbox row that says it; template, words: that text's name, and the
    window as it stands in it.
    """
    made = Promise(
        shipment_id=shipment.id,
        window_from=window_from,
        window_to=window_to,
        source=source,
        message_key=message_key,
        template=template,
        words=words,
        made_at=now,
    )
    session.add(made)
    if window_to is not None:
        shipment.first_promised_to = shipment.first_promised_to or window_to
        shipment.last_promised_to = window_to
    session.flush()
    return made


def left(given: Given, expected: Estimate, *, grace: timedelta, early: timedelta | None) -> Movement | None:
    """Whether a new estimate leaves the window somebody goes by; None: it is silent, however it wobbles inside.

    later: it ends, or for a day begins, past the old end by more than the grace. sooner: its middle lies before the old
    beginning by `early` or more; early None: never. What has no hour yet is neither.
    """
    ends, judged_by = given.window_to, expected.judged_by
    if ends is not None and judged_by is not None and judged_by - ends > grace:  # a sum could leave the calendar
        return "later"
    if early is None or given.window_from is None or expected.overdue or expected.window_to is None:
        return None
    middle = _middle(expected)
    if expected.whole_day:
        middle = expected.window_to  # the whole day has to lie before
    return "sooner" if given.window_from - middle >= early else None


def risk(expected: Estimate | None, promised_to: datetime | None, *, now: datetime) -> float:
    """How likely the parcel comes after `promised_to`, 0 to 1; the grace that a promise is judged with is left out.

    Counted, where the estimate knows what came of like ones: their share beyond the promise, of those that had not come
    by now either. Guessed elsewhere, from its window and confidence, by a bell with heavy tails. 1.0 once the moment
    has passed; 0.0 where nothing is promised or expected.
    """
    if promised_to is None:
        return 0.0
    if now > promised_to:
        return 1.0
    if expected is None or expected.window_to is None:
        return 0.0
    if expected.outcomes is not None:
        return expected.outcomes.breaks(promised_to, now=now)
    begins, middle = expected.window_from or expected.window_to - timedelta(hours=2), _middle(expected)
    sides = (middle - begins).total_seconds(), (expected.window_to - middle).total_seconds()
    return Guessed(middle, *sides, share=expected.confidence).breaks(promised_to)


def judge(session: Session, shipment: Shipment, *, grace: timedelta) -> None:
    """Note on a delivered parcel whether its first and its last promise were kept; on any other that nothing is known.

    Kept: delivered no later than the window's end and the grace. The last promise is the last one made before the
    delivery; what the retailer promised with the order counts whenever we learned of it.
    """
    shipment.kept_first = shipment.kept_last = None
    if shipment.delivered_at is None:
        return
    query = select(Promise).where(Promise.shipment_id == shipment.id).order_by(Promise.made_at, Promise.id)
    ends = [one.window_to for one in _before(session.scalars(query), shipment.delivered_at) if one.window_to]
    if ends:
        shipment.kept_first = shipment.delivered_at - ends[0] <= grace
        shipment.kept_last = shipment.delivered_at - ends[-1] <= grace


def wish_of(made: Sequence[Promise]) -> Promise | None:
    """The shopper's own wish, where that is what was promised last. made: a parcel's promises, oldest first."""
    own = [one for one in made if one.source in (ORDER, RETAILER, CUSTOMER)]
    return own[-1] if own and own[-1].source == CUSTOMER else None


def before_wishes(made: Sequence[Promise]) -> Promise | None:
    """What was last told before the shopper began to wish for other times; None when nothing was."""
    own = [place for place, one in enumerate(made) if one.source in (ORDER, RETAILER)]
    since = own[-1] if own else -1
    wished = [place for place, one in enumerate(made) if one.source == CUSTOMER and place > since]
    before = made[: wished[0]] if wished else made
    return next((one for one in reversed(before) if one.source != CUSTOMER), None)


def _before(made: Iterable[Promise], delivered_at: datetime) -> list[Promise]:
    return [one for one in made if one.source == ORDER or one.made_at <= delivered_at]


def _middle(expected: Estimate) -> datetime:
    assert expected.window_to is not None
    if expected.at is not None:
        return expected.at
    if expected.window_from is None:
        return expected.window_to
    return expected.window_from + (expected.window_to - expected.window_from) / 2
