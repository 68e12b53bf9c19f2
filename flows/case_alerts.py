"""Mails to whoever looks after the desk: a case was opened, or is overdue. Once per case and event."""

from datetime import datetime
from typing import TYPE_CHECKING, Literal

from sqlalchemy.orm import Session

from channels import outbox
from channels.messages import Category, OutboundMessage
from flows.models import Case
from flows.senders import sender_of_mail
from tracking_core.models import Shipment

if TYPE_CHECKING:
    from flows.house import House

Event = Literal["opened", "breached"]


def alert(session: Session, house: "House", case: Case, event: Event, *, now: datetime) -> bool:
    """Owe a mail about the case, where the workflow names an address. False: nobody is told, or was told before.

    It says what and by when, and leads to the case; names and words stay in the console.
    """
    workflow = house.workflows.of(session, case.retailer)
    rules = workflow.cases
    if rules.alert_email is None or event not in rules.alert_on or not house.email_configured:
        return False
    shipment = session.get(Shipment, case.shipment_id) if case.shipment_id is not None else None
    due = case.due_at.astimezone(workflow.support_hours.zone) if case.due_at is not None else None
    values = {
        "event": event,
        "reason": case.reason,
        "priority": case.priority,
        "order": shipment.order_number if shipment is not None else "",
        "due": f"{due:%Y-%m-%d %H:%M %Z}" if due is not None else "",
        "assignee": case.assignee or "",
        "case": case.id,
        "link": f"{house.settings.public_base_url.rstrip('/')}/console/cases/{case.id}",
    }
    subject, body = house.texts.mail("case_alert", workflow.language, workflow, **values)
    message = OutboundMessage(
        channel="email",
        sender=sender_of_mail(session, house, case.retailer),
        recipient=rules.alert_email,
        subject=subject,
        text=body,
        category=Category.CASE,
        retailer=case.retailer,
        shipment_id=case.shipment_id,
    )
    return outbox.enqueue(session, message, key=f"case:{case.id}:alert:{event}", now=now)
