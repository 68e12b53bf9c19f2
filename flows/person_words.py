"""What a shopper reads about the people behind the bot: who answers, and by when."""

from datetime import datetime, timedelta
from typing import Any

from flows.case_replies import first_name
from flows.kit import Kit
from flows.models import Case
from flows.support_hours import is_open
from flows.wording import Wording
from tracking_core.models import Shipment

#: Times given to people are rounded up to this.
ROUND_TO = timedelta(minutes=5)


def say_when(kit: Kit, case: Case, template: str, parcel: Shipment | None, **values: Any) -> None:
    """Tell the person that somebody looks after it, and by when they answer. values: what else the text is told."""
    person = person_by(kit.wording, case, parcel, now=kit.now, who=who_answers(kit, case))
    order = parcel.order_number if parcel is not None else ""
    if kit.reply(template, person=person, order=order, **values):
        case.told_when_at = kit.now


def tell_out_of_hours(kit: Kit, case: Case) -> None:
    """Tell somebody who writes to an agent while nobody works when they are answered, at most once a day or so."""
    hours, every = kit.workflow.support_hours, kit.workflow.cases.tell_when_every
    if is_open(kit.now, hours.days, hours.zone, hours.holidays) or not hours.days:
        return
    if case.told_when_at is not None and case.told_when_at > kit.now - every:
        return
    parcel = kit.session.get(Shipment, case.shipment_id) if case.shipment_id is not None else None
    say_when(kit, case, "case_away", parcel)


def who_answers(kit: Kit, case: Case) -> str:
    """The first name of the agent who has the thread; empty: the team."""
    return "" if case.with_bot else first_name(kit.session, case.retailer, case.assignee)


def person_by(
    wording: Wording, case: Case, parcel: Shipment | None, *, now: datetime, here: bool = True, who: str = ""
) -> str:
    """Answer the sentence that says by when a person answers: on the clock of the parcel's place.

    here: they answer where it is read. who: a first name; empty: somebody of the team.
    """
    workflow, hours = wording.workflow, wording.workflow.support_hours
    zone = wording.zone(parcel) if parcel is not None else hours.zone
    at = _rounded(max(case.due_at or now, now)).astimezone(zone)
    staffed = is_open(now, hours.days, hours.zone, hours.holidays)
    said = {"open": staffed, "day": wording.day(at), "at": at, "here": here, "who": who}
    return wording.house.texts.phrase("person", wording.language, workflow, **said)


def _rounded(moment: datetime) -> datetime:
    beyond = timedelta(minutes=moment.minute % 5, seconds=moment.second, microseconds=moment.microsecond)
    return moment + (ROUND_TO - beyond if beyond else timedelta())
