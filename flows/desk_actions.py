"""What an agent does to a parcel from the desk: once for each form, written to the audit log and into the case.

Whatever concerns the shopper or the driver is told to them by the same texts as when they had asked themselves.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from sqlalchemy.orm import Session

from flows import audit, desk_actions_driver, desk_actions_parcel, desk_actions_store, desk_acts
from flows.case_history import say
from flows.desk_deeds import CannotDo, Deed
from flows.house import House
from flows.models import Case
from tracking_core.matching import locked
from tracking_core.models import Shipment

__all__ = ["ACTIONS", "Action", "CannotDo", "hindrances", "take"]

#: Kind of the case's line that says what was done.
DONE: Final = "done"


@dataclass(frozen=True, slots=True)
class Action:
    """One thing an agent may do."""

    #: On the button.
    label: str
    #: Does it, and says what was done in words for the agent. Raises CannotDo.
    run: Callable[[Deed, Mapping[str, str]], str]
    #: Why it cannot be done now, in words; None when it can.
    hindrance: Callable[[Deed], str | None]


ACTIONS: Final[Mapping[str, Action]] = {
    "reschedule": Action("Reschedule", desk_actions_parcel.reschedule, desk_actions_parcel.fixed),
    "address": Action("Correct the address", desk_actions_parcel.address, desk_actions_parcel.over),
    "link": Action("Resend the tracking link", desk_actions_parcel.link, desk_actions_parcel.unreachable),
    "pin": Action("Resend the PIN", desk_actions_parcel.pin, desk_actions_parcel.without_pin),
    "tell_driver": Action("Text the driver", desk_actions_driver.tell, desk_actions_driver.nobody),
    "hand_over": Action("Give the stop to another driver", desk_actions_driver.hand_over, desk_actions_driver.settled),
    "move_stop": Action("Move the stop in the route", desk_actions_driver.move, desk_actions_driver.alone),
    "reissue": Action("Send it again", desk_actions_store.reissue, desk_actions_store.asked("order.reissue_requested")),
    "refund": Action("Refund", desk_actions_store.refund, desk_actions_store.asked("order.refund_requested")),
    "return": Action("Start a return", desk_actions_store.give_back, desk_actions_store.going_back),
    "lost": Action("Mark as lost", desk_actions_store.lost, desk_actions_store.not_lost),
}


def take(
    session: Session,
    house: House,
    shipment: Shipment,
    name: str,
    said: Mapping[str, str],
    *,
    agent: str,
    key: str,
    case: Case | None = None,
    now: datetime,
) -> str:
    """Do it, in the caller's transaction; answers what was done in words for the agent, the same words when repeated.

    key: of `desk_acts.key_of`. case: the case it is done from, which notes it. Raises CannotDo, with nothing done, and
    KeyError for an action nobody knows.
    """
    action = ACTIONS[name]
    row = desk_acts.begin(
        session,
        shipment.retailer,
        key,
        name,
        agent=agent,
        case_id=case.id if case is not None else None,
        shipment_id=shipment.id,
        now=now,
    )
    if row is None:
        return desk_acts.became_of(session, shipment.retailer, key)
    deed = Deed(session, house, locked(session, shipment.id), agent, f"desk:{row.id}", now)
    why = action.hindrance(deed)
    if why is not None:
        raise CannotDo(why)
    row.became = action.run(deed, said)
    audit.write(
        session,
        retailer=shipment.retailer,
        agent=agent,
        action=f"shipment.{name}",
        subject=f"shipment:{shipment.id}",
        detail={"case_id": case.id if case is not None else None, **deed.facts},
        now=now,
    )
    if case is not None:
        say(session, case, DONE, by=agent, text=row.became, evidence={"act": row.id}, now=now)
    session.flush()
    return row.became


def hindrances(session: Session, house: House, shipment: Shipment, *, now: datetime) -> dict[str, str | None]:
    """For each action why it cannot be done now, in words; None when it can."""
    deed = Deed(session, house, shipment, "", "", now)
    return {name: action.hindrance(deed) for name, action in ACTIONS.items()}
