"""What follows from an answer, however it came: it is told to the store, and a bad one reaches a person at once."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy.orm import Session

from channels import outbox
from channels.messages import Category, OutboundMessage
from flows import evidence, outbound_events, thread
from flows.cases import CUSTOMER, open_case
from flows.house import House
from flows.models import Case
from flows.senders import sender_of_mail
from flows.telling import EMAIL
from surveys.models import Survey
from tracking_core.models import Driver, Shipment

#: So many of the newest messages are named in a case, besides the thread it shows.
THREAD = 10


def tell_store(session: Session, survey: Survey, shipment: Shipment, *, step: str, now: datetime) -> bool:
    """Owe the store `survey.answered`, once for each step: the newest event of a survey says all there is."""
    payload = {
        "survey_id": survey.id,
        "score": survey.score,
        "scale": survey.scale,
        "reason": survey.reason,
        "comment": survey.comment,
        "carrier": survey.carrier,
        "service": survey.service,
        "driver": _driver(session, survey),
    }
    key = f"survey:{survey.id}:answered:{step}"
    return outbound_events.request(session, shipment, outbound_events.SURVEY_ANSWERED, payload, key=key, now=now)


def hand_over(
    session: Session,
    house: House,
    survey: Survey,
    *,
    score: int,
    reason: str | None,
    comment: str | None,
    text: str,
    language: str | None,
    inbox: Sequence[int] = (),
    conversation_id: int | None = None,
    phone: str | None = None,
    now: datetime,
) -> Case:
    """Open the parcel's case, or join it, with timeline, proof and thread; mail whoever wants to hear of it."""
    shipment = session.get_one(Shipment, survey.shipment_id)
    phone = phone or shipment.customer_phone
    said = {"id": survey.id, "score": score, "scale": survey.scale, "comment": comment, "reason": reason}
    case = open_case(
        session,
        house,
        retailer=survey.retailer,
        reason="bad_survey",
        shipment_id=survey.shipment_id,
        conversation_id=conversation_id,
        phone=phone,
        language=language,
        text=text,
        evidence={
            **evidence.pack(session, shipment, inbox=inbox),
            "thread": _thread(session, survey.retailer, phone or shipment.customer_email),
            "survey": said,
        },
        by=CUSTOMER,
        now=now,
    )
    _alert(session, house, survey, shipment, said, case, now=now)
    return case


def _alert(
    session: Session,
    house: House,
    survey: Survey,
    shipment: Shipment,
    said: dict[str, Any],
    case: Case,
    *,
    now: datetime,
) -> None:
    """Owe one mail for each survey to the address that the workflow names."""
    workflow = house.workflows.of(session, survey.retailer)
    if workflow.survey.alert_email is None or not house.email_configured:
        return
    values = {
        "order": shipment.order_number,
        "score": said["score"],
        "scale": survey.scale,
        "reason": house.texts.phrase("survey_reason", workflow.language, workflow, reason=said["reason"] or ""),
        "comment": said["comment"] or "",
        "carrier": survey.carrier or "",
        "driver": _driver(session, survey) or "",
        "link": f"{house.settings.public_base_url.rstrip('/')}/console/cases/{case.id}",
    }
    subject, body = house.texts.mail("survey_alert", workflow.language, workflow, **values)
    message = OutboundMessage(
        channel=EMAIL,
        sender=sender_of_mail(session, house, survey.retailer),
        recipient=workflow.survey.alert_email,
        subject=subject,
        text=body,
        category=Category.SURVEY,
        retailer=survey.retailer,
        shipment_id=shipment.id,
    )
    outbox.enqueue(session, message, key=f"survey:{survey.id}:alert", now=now)


def _driver(session: Session, survey: Survey) -> str | None:
    found = None if survey.driver_id is None else session.get(Driver, survey.driver_id)
    return None if found is None else found.name


def _thread(session: Session, retailer: str, address: str | None) -> list[str]:
    if address is None:
        return []
    found = thread.page(session, retailer=retailer, phone=address, newest=True, limit=THREAD)
    return [f"{one.direction}:{one.id}" for one in found]
