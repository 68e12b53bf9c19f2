"""Our own desk, as the stories see one: cases in our rows, worked in the console and by REST."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy.orm import Session

from flows import case_acts, case_opening
from flows.case_core import CUSTOMER
from flows.desk import SupportDesk, Wish
from flows.house import House
from flows.models import Case


class OwnDesk(SupportDesk):
    """Our console."""

    def hand_over(self, session: Session, house: House, wish: Wish, *, now: datetime) -> Case:
        """Open a case, or join one."""
        return case_opening.open_case(
            session,
            house,
            retailer=wish.retailer,
            reason=wish.reason,
            shipment_id=wish.shipment_id,
            conversation_id=wish.conversation_id,
            phone=wish.phone,
            language=wish.language,
            text=wish.text,
            evidence=wish.evidence,
            by=CUSTOMER,
            now=now,
        )

    def hear(
        self, session: Session, house: House, case: Case, text: str, *, inbox: Sequence[int], now: datetime
    ) -> Case:
        """Add a line to the case's history."""
        evidence = {"inbox": list(inbox)}
        return case_opening.join(session, house, case, text=text, evidence=evidence, by=CUSTOMER, now=now)

    def take_up_again(
        self, session: Session, house: House, case: Case, text: str, *, inbox: Sequence[int], now: datetime
    ) -> Case:
        """Reopen it; who had it has it."""
        case_acts.reopen(session, house, case, agent=CUSTOMER, now=now)
        return self.hear(session, house, case, text, inbox=inbox, now=now)

    def has_thread(self, case: Case) -> bool:
        """An agent has it, and has not handed the thread back."""
        return case.assignee is not None and not case.with_bot and case.state != "resolved"
