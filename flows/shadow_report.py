"""What would have been said while in shadow: to whom, when, in how many segments, at what cost."""

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal

from sqlalchemy import ColumnElement, and_, or_, select
from sqlalchemy.orm import Session

from channels.messages import Category, Status
from channels.models import OutboxRow
from channels.phones import mask
from flows.thread import PIN_COVER
from flows.workflow_shadow import Prices
from tracking_core.models import Shipment


@dataclass(frozen=True, slots=True)
class Line:
    """One message that was not sent."""

    id: int
    #: When it would have gone out.
    at: datetime
    #: sms, mms, email.
    channel: str
    category: str
    #: Masked.
    to: str
    text: str
    segments: int
    #: None: no price fits the number.
    cost: Decimal | None
    order_number: str | None
    #: Planned for later: it may still be replaced by newer news.
    planned: bool


@dataclass
class Report:
    """All that was not sent since a moment."""

    since: datetime
    currency: str
    #: The newest first, at most as many as were asked for.
    lines: list[Line] = field(default_factory=list)
    messages: int = 0
    #: Numbers and mail addresses.
    recipients: int = 0
    segments: int = 0
    cost: Decimal = Decimal(0)
    #: Messages without a price.
    unpriced: int = 0
    #: (category, channel) -> messages.
    kinds: Counter[tuple[str, str]] = field(default_factory=Counter)


def of_shadow() -> ColumnElement[bool]:
    """Rows that read `shadow`."""
    return or_(OutboxRow.state == Status.SHADOW, and_(OutboxRow.state == Status.HELD, OutboxRow.shadow.is_(True)))


def report(session: Session, retailer: str, prices: Prices, *, since: datetime, limit: int = 200) -> Report:
    """Everything the retailer would have said since then; totals over all, lines for the newest `limit`."""
    found, people = Report(since, prices.currency), set()
    query = (
        select(OutboxRow, Shipment.order_number)
        .outerjoin(Shipment, and_(Shipment.id == OutboxRow.shipment_id, Shipment.retailer == OutboxRow.retailer))
        .where(OutboxRow.retailer == retailer, OutboxRow.created_at >= since, of_shadow())
        .order_by(OutboxRow.created_at.desc(), OutboxRow.id.desc())
    )
    for row, order_number in session.execute(query.execution_options(yield_per=500)):
        line = _line(row, order_number, prices)
        found.messages += 1
        found.segments += line.segments
        found.cost += line.cost or 0
        found.unpriced += line.cost is None
        found.kinds[line.category, line.channel] += 1
        people.add(row.recipient)
        if len(found.lines) < limit:
            found.lines.append(line)
    found.recipients = len(people)
    return found


def price(prices: Prices, channel: str, recipient: str, segments: int) -> Decimal | None:
    """What one message costs; channel: sms, mms or email. None when no price fits the recipient."""
    if channel == "email":
        return prices.email
    table: Mapping[str, Decimal] = prices.mms if channel == "mms" else prices.sms
    fitting = [beginning for beginning in table if beginning != "*" and recipient.startswith(beginning)]
    found = table.get(max(fitting, key=len) if fitting else "*")
    return None if found is None else found * (1 if channel == "mms" else segments)


def in_words(found: Report) -> str:
    """The report as text for a terminal."""
    head = [
        f"Not sent since {found.since:%Y-%m-%d %H:%M} UTC: {found.messages} messages to {found.recipients} recipients, "
        f"{found.segments} segments, {_money(found.cost)} {found.currency}"
        + (f" ({found.unpriced} without a price)" if found.unpriced else "")
        + "."
    ]
    head += [f"  {count:6}  {kind} by {way}" for (kind, way), count in sorted(found.kinds.items())]
    return "\n".join([*head, *_table(found.lines)])


def _table(lines: Iterable[Line]) -> list[str]:
    return [
        f"{line.at:%Y-%m-%d %H:%M}  {line.to:>12}  {line.channel:5}  {line.category:9}  {line.segments} seg  "
        f"{'-' if line.cost is None else _money(line.cost):>8}  {line.order_number or '-'}  "
        f"{' '.join(line.text.split())}"
        for line in lines
    ]


def _money(amount: Decimal) -> str:
    return f"{amount:.4f}"


def _line(row: OutboxRow, order_number: str | None, prices: Prices) -> Line:
    channel = "mms" if row.channel == "sms" and row.media else row.channel
    return Line(
        id=row.id,
        at=row.not_before or row.created_at,
        channel=channel,
        category=row.category,
        to=mask(row.recipient),
        text=PIN_COVER if row.category == Category.PIN else row.text,
        segments=row.segments,
        cost=price(prices, channel, row.recipient, row.segments),
        order_number=order_number,
        planned=row.state == Status.HELD,
    )
