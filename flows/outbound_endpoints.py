"""Where a retailer's systems want to be told: endpoints are added, tried, switched on again and taken away."""

import secrets
from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import func, select, update
from sqlalchemy.orm import Session

from channels.webhook_post import BadUrl, Reach, checked
from db import wake
from flows import audit, outbound_body
from flows.outbound_events import CHANNEL
from flows.outbound_kinds import SUBSCRIBABLE, TEST
from flows.outbound_models import WebhookDelivery, WebhookEndpoint
from flows.story_models import OutboundEvent
from settings import Settings

#: Of one retailer.
ENDPOINTS_MAX = 20
URL_MAX = 500


class BadEndpoint(ValueError):
    """The endpoint cannot be added. `field` names what is wrong: `url` or `events`, perhaps with an index."""

    def __init__(self, faults: Sequence[tuple[str, str]]) -> None:
        super().__init__("; ".join(f"{field}: {words}" for field, words in faults))
        self.faults = tuple(faults)


def reach_of(settings: Settings) -> Reach:
    """Answer where this installation may post: anywhere if its operator says so, to itself while it is being tried."""
    if settings.webhook_private_hosts:
        return Reach.ANY
    return Reach.LOOPBACK if settings.is_trial else Reach.PUBLIC


def add(
    session: Session, settings: Settings, *, retailer: str, url: str, events: Sequence[str], by: str, now: datetime
) -> tuple[WebhookEndpoint, str]:
    """Add an endpoint and answer it with its secret, which is shown this once. Raises BadEndpoint naming the fields."""
    faults = [
        (f"events.{place}", f"there is no event {name!r}")
        for place, name in enumerate(events)
        if name not in SUBSCRIBABLE
    ]
    if not events:
        faults.append(("events", "name at least one event, or `*` for all"))
    try:
        if len(url) > URL_MAX:
            raise BadUrl(f"The address must not have more than {URL_MAX} characters.")  # noqa: TRY301  one way to say it
        checked(url, reach_of(settings))
    except BadUrl as error:
        faults.append(("url", str(error)))
    query = select(func.count()).where(WebhookEndpoint.retailer == retailer, WebhookEndpoint.state != "deleted")
    if (session.scalar(query) or 0) >= ENDPOINTS_MAX:
        faults.append(("url", f"there are {ENDPOINTS_MAX} endpoints already"))
    if faults:
        raise BadEndpoint(faults)
    row = WebhookEndpoint(
        retailer=retailer,
        url=url,
        events=list(dict.fromkeys(events)),
        nonce=secrets.token_hex(16),
        created_at=now,
        created_by=by,
    )
    session.add(row)
    session.flush()
    detail = {"url": url.partition("?")[0], "events": row.events}
    _note(session, row, by, "webhook.added", detail, now)
    return row, outbound_body.secret_of(settings.secret_key, row.nonce)


def get(session: Session, retailer: str, endpoint_id: int) -> WebhookEndpoint | None:
    """Answer the retailer's endpoint; None for another's, and for one that was deleted."""
    row = session.get(WebhookEndpoint, endpoint_id)
    return row if row is not None and row.retailer == retailer and row.state != "deleted" else None


def all_of(session: Session, retailer: str) -> Sequence[WebhookEndpoint]:
    """Answer the retailer's endpoints, newest first."""
    query = select(WebhookEndpoint).where(WebhookEndpoint.retailer == retailer, WebhookEndpoint.state != "deleted")
    return session.scalars(query.order_by(WebhookEndpoint.id.desc())).all()


def delete(session: Session, row: WebhookEndpoint, *, by: str, now: datetime) -> None:
    """Take the endpoint away; what it was still owed is owed no more."""
    session.refresh(row, with_for_update=True)
    row.state = "deleted"
    session.execute(
        update(WebhookDelivery)
        .where(WebhookDelivery.endpoint_id == row.id, WebhookDelivery.state == "pending")
        .values(state="cancelled", next_at=None)
    )
    _note(session, row, by, "webhook.deleted", {"url": row.url.partition("?")[0]}, now)


def switch_on(session: Session, row: WebhookEndpoint, *, by: str, now: datetime) -> None:
    """Let a disabled endpoint be told again; what it is owed goes out at once."""
    session.refresh(row, with_for_update=True)
    row.state, row.failures, row.leased_until = "on", 0, None
    row.disabled_at, row.disabled_reason = None, None
    _note(session, row, by, "webhook.switched_on", {}, now)
    wake(session, CHANNEL)


def send_test(session: Session, row: WebhookEndpoint, *, by: str, now: datetime) -> WebhookDelivery:
    """Owe the endpoint, and no other, an event that says nothing but hello."""
    event = OutboundEvent(
        key=f"webhook.test:{row.id}:{secrets.token_hex(8)}",
        retailer=row.retailer,
        kind=TEST,
        shipment_id=None,
        payload={"message": "This is a test."},
        created_at=now,
    )
    session.add(event)
    session.flush()
    owed = WebhookDelivery(retailer=row.retailer, endpoint_id=row.id, event_id=event.id, next_at=now, created_at=now)
    session.add(owed)
    session.flush()
    _note(session, row, by, "webhook.tested", {}, now)
    wake(session, CHANNEL)
    return owed


def deliveries(
    session: Session, row: WebhookEndpoint, *, state: str | None = None, before_id: int | None = None, limit: int = 50
) -> list[tuple[WebhookDelivery, OutboundEvent]]:
    """Answer what the endpoint is and was owed, with the events, newest first."""
    query = (
        select(WebhookDelivery, OutboundEvent)
        .join(OutboundEvent, OutboundEvent.id == WebhookDelivery.event_id)
        .where(WebhookDelivery.endpoint_id == row.id)
    )
    if state is not None:
        query = query.where(WebhookDelivery.state == state)
    if before_id is not None:
        query = query.where(WebhookDelivery.id < before_id)
    found = session.execute(query.order_by(WebhookDelivery.id.desc()).limit(limit)).all()
    return [(one[0], one[1]) for one in found]


def redeliver(session: Session, row: WebhookEndpoint, delivery_id: int, *, by: str, now: datetime) -> bool:
    """Owe the endpoint an event once more, with all its attempts, under the same id. False: it never was."""
    again = (
        update(WebhookDelivery)
        .where(WebhookDelivery.id == delivery_id, WebhookDelivery.endpoint_id == row.id)
        .values(state="pending", attempts=0, next_at=now)
        .returning(WebhookDelivery.event_id)
    )
    event = session.execute(again).scalar_one_or_none()
    if event is None:
        return False
    _note(session, row, by, "webhook.redelivered", {"event": outbound_body.event_id(event)}, now)
    wake(session, CHANNEL)
    return True


def _note(session: Session, row: WebhookEndpoint, by: str, action: str, detail: dict[str, Any], now: datetime) -> None:
    audit.write(
        session, retailer=row.retailer, agent=by, action=action, subject=f"webhook:{row.id}", detail=detail, now=now
    )
