"""A webhook that was switched off is told to people: whoever counts on it would not notice by themselves."""

from datetime import datetime

from sqlalchemy.orm import Session

from flows import audit
from flows.cases import open_case
from flows.house import House
from flows.outbound_models import WebhookEndpoint

REASON = "webhook_disabled"
#: What `disabled_reason` means.
WHY = {
    "failures": "It failed 300 times in a row. What it is owed waits for three days: switch it on in the settings.",
    "gone": "It answered 410 Gone, which asks to be told nothing any more.",
}


def tell_disabled(session: Session, house: House, endpoint: WebhookEndpoint, *, now: datetime) -> None:
    """Open a case (and with it the mail that new cases of the retailer cause) and write the audit log."""
    reason = endpoint.disabled_reason or "failures"
    audit.write(
        session,
        retailer=endpoint.retailer,
        agent=audit.BY_US,
        action="webhook.disabled",
        subject=f"webhook:{endpoint.id}",
        detail={"reason": reason, "url": endpoint.url.partition("?")[0]},
        now=now,
    )
    open_case(
        session,
        house,
        retailer=endpoint.retailer,
        reason=REASON,
        priority="high",
        subject=f"webhook:{endpoint.id}",
        text=f"The webhook {endpoint.url.partition('?')[0]} was switched off. {WHY[reason]}",
        now=now,
    )
