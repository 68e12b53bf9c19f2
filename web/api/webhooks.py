"""REST v1: outbound webhooks. `docs/webhooks.md` tells how a receiver checks what it is sent."""

from flows import audit, outbound_endpoints
from flows.outbound_body import event_id
from flows.outbound_endpoints import BadEndpoint
from flows.outbound_models import WebhookDelivery, WebhookEndpoint
from flows.story_models import OutboundEvent
from web import cursors
from web.api.routing import Access, Answer, Call, Route
from web.api.webhook_schemas import (
    DeliveryOut,
    DeliveryPage,
    DeliveryQuery,
    Gone,
    WebhookAdded,
    WebhookIn,
    WebhookOut,
    WebhookPage,
)
from web.problems import Fault, invalid, not_found


def add_webhook(call: Call) -> Answer:
    """Add a webhook. Unknown events, and addresses that cannot be posted to, are 422 and named."""
    said: WebhookIn = call.body
    try:
        row, secret = outbound_endpoints.add(
            call.session,
            call.parts.settings,
            retailer=call.retailer,
            url=said.url,
            events=said.events,
            by=audit.BY_API,
            now=call.now,
        )
    except BadEndpoint as error:
        raise invalid(Fault(field, words) for field, words in error.faults) from error
    return Answer(
        201,
        WebhookAdded.model_validate(
            {
                "id": row.id,
                "url": row.url,
                "events": row.events,
                "state": row.state,
                "secret": secret,
                "created_at": row.created_at,
            }
        ),
    )


def list_webhooks(call: Call) -> Answer:
    """The retailer's webhooks, newest first; there are never many."""
    rows = outbound_endpoints.all_of(call.session, call.retailer)
    return Answer(200, WebhookPage(items=[_shown(one) for one in rows], next=None))


def get_webhook(call: Call) -> Answer:
    """One webhook; its secret is never told again."""
    return Answer(200, _shown(_found(call)))


def delete_webhook(call: Call) -> Answer:
    """Take a webhook away. What it was still owed is not sent any more."""
    row = _found(call)
    outbound_endpoints.delete(call.session, row, by=audit.BY_API, now=call.now)
    return Answer(200, Gone(id=row.id, deleted=True))


def test_webhook(call: Call) -> Answer:
    """Send the webhook an event of type `webhook.test`."""
    row = _found(call)
    owed = outbound_endpoints.send_test(call.session, row, by=audit.BY_API, now=call.now)
    return Answer(202, _delivery(owed, call.session.get_one(OutboundEvent, owed.event_id)))


def list_deliveries(call: Call) -> Answer:
    """What the webhook is and was owed, newest first. Kept for 30 days."""
    said: DeliveryQuery = call.query
    found = outbound_endpoints.deliveries(
        call.session, _found(call), state=said.state, before_id=cursors.to_id(said.cursor), limit=said.limit + 1
    )
    items = found[: said.limit]
    more = cursors.of_id(items[-1][0].id) if len(found) > said.limit else None
    return Answer(200, DeliveryPage(items=[_delivery(*one) for one in items], next=more))


def redeliver(call: Call) -> Answer:
    """Send an event once more, whatever became of it, under the same id and with all its attempts."""
    row, delivery_id = _found(call), call.ids["delivery_id"]
    if not outbound_endpoints.redeliver(call.session, row, delivery_id, by=audit.BY_API, now=call.now):
        raise not_found("delivery")
    owed = call.session.get_one(WebhookDelivery, delivery_id, populate_existing=True)
    return Answer(202, _delivery(owed, call.session.get_one(OutboundEvent, owed.event_id)))


def _found(call: Call) -> WebhookEndpoint:
    row = outbound_endpoints.get(call.session, call.retailer, call.ids["webhook_id"])
    if row is None:
        raise not_found("webhook")
    return row


def _shown(row: WebhookEndpoint) -> WebhookOut:
    return WebhookOut.model_validate(
        {
            "id": row.id,
            "url": row.url,
            "events": row.events,
            "state": row.state,
            "failures": row.failures,
            "disabled_at": row.disabled_at,
            "disabled_reason": row.disabled_reason,
            "created_at": row.created_at,
        }
    )


def _delivery(row: WebhookDelivery, event: OutboundEvent) -> DeliveryOut:
    return DeliveryOut.model_validate(
        {
            "id": row.id,
            "event_id": event_id(event.id),
            "type": event.kind,
            "state": row.state,
            "attempts": row.attempts,
            "next_at": row.next_at,
            "last_status": row.last_status,
            "error": row.error,
            "answer": row.answer,
            "last_at": row.last_at,
            "created_at": row.created_at,
        }
    )


TAG = "Webhooks"
ROUTES = (
    Route(
        "POST",
        "/webhooks",
        add_webhook,
        "Have a system of yours told what happens. The secret is answered this once.",
        TAG,
        {201: WebhookAdded},
        body=WebhookIn,
        access=Access.WRITE,
    ),
    Route("GET", "/webhooks", list_webhooks, "The webhooks, newest first.", TAG, {200: WebhookPage}),
    Route("GET", "/webhooks/{webhook_id}", get_webhook, "One webhook.", TAG, {200: WebhookOut}),
    Route(
        "DELETE",
        "/webhooks/{webhook_id}",
        delete_webhook,
        "Take a webhook away, and with it what it was owed.",
        TAG,
        {200: Gone},
        access=Access.WRITE,
    ),
    Route(
        "POST",
        "/webhooks/{webhook_id}/test",
        test_webhook,
        "Send a test event.",
        TAG,
        {202: DeliveryOut},
        access=Access.WRITE,
    ),
    Route(
        "GET",
        "/webhooks/{webhook_id}/deliveries",
        list_deliveries,
        "What the webhook is and was owed, newest first.",
        TAG,
        {200: DeliveryPage},
        query=DeliveryQuery,
    ),
    Route(
        "POST",
        "/webhooks/{webhook_id}/deliveries/{delivery_id}/redeliver",
        redeliver,
        "Send an event once more, under the same id.",
        TAG,
        {202: DeliveryOut},
        access=Access.WRITE,
    ),
)
