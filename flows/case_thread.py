"""While a person has the thread, the bot is silent and the texts join the case."""

from sqlalchemy import or_, select

from channels.inbox import ClaimedText
from channels.models import OurAddress
from flows.cases import CUSTOMER, open_case
from flows.driver_reports import is_report
from flows.kit import Kit
from flows.models import Case


def case_thread(message: ClaimedText, kit: Kit) -> bool:  # noqa: ARG001  as all flows
    """Take the texts of somebody whose case an agent has taken."""
    case = live_case(kit, taken=True)
    if case is None or _is_of_the_pool(kit) or is_report(kit):
        return False
    join(kit, case)
    kit.shipment_id = case.shipment_id
    return True


def _is_of_the_pool(kit: Kit) -> bool:
    """Whether the text went to a number that joins customers and drivers: what comes there is never an agent's."""
    pool = select(OurAddress.id).where(OurAddress.address == kit.text.recipient, OurAddress.purpose == "pool")
    return kit.session.scalar(pool) is not None


def live_case(kit: Kit, *, taken: bool) -> Case | None:
    """The newest unsettled case of this person. taken: only one that an agent has, else only one nobody has."""
    query = select(Case).where(
        Case.retailer == kit.retailer,
        Case.state != "resolved",
        Case.assignee.is_not(None) if taken else Case.assignee.is_(None),
        or_(Case.conversation_id == kit.conversation.id, Case.phone == kit.text.sender),
    )
    return kit.session.scalar(query.order_by(Case.id.desc()).limit(1))


def join(kit: Kit, case: Case) -> Case:
    """Add the text to the case."""
    return open_case(
        kit.session,
        kit.house,
        retailer=kit.retailer,
        reason=case.reason,
        shipment_id=case.shipment_id,
        conversation_id=kit.conversation.id,
        phone=case.phone,
        language=kit.language,
        text=kit.text.text,
        evidence={"inbox": [kit.text.id]},
        by=CUSTOMER,
        now=kit.now,
    )
