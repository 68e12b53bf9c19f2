"""What follows when a watcher has found something: each action once, in the tick's transaction."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from channels import outbox
from channels.messages import Category, OutboundMessage
from channels.models import OutboxRow
from flows import delay_digest, rescheduling
from flows.cases import raise_case
from flows.driver_texts import language_of, tell_driver
from flows.house import House
from flows.outbound_events import request
from flows.senders import sender_of_mail
from flows.slots import Slot
from flows.story_models import Story
from flows.telling import SMS, Telling
from flows.wording import Wording
from flows.workflow import Workflow
from tracking_core.models import Shipment
from tracking_core.watch_models import WatchHit

#: Watcher -> the text its shopper reads.
TEXTS = {
    "label_unscanned": "watch_label",
    "label_lost": "watch_label",
    "no_movement": "watch_stalled",
    "missed_departure": "watch_late",
    "promise_at_risk": "watch_late",
    "promise_broken": "watch_late",
    "attempt_failed": "watch_attempt",
    "attempt_unanswered": "watch_attempt",
    "exception": "watch_exception",
    "address_doubt": "watch_address",
    "lost": "watch_lost",
}
#: Watcher -> the reason of its case.
CASES = {
    "label_unscanned": "stalled",
    "label_lost": "stalled",
    "no_movement": "stalled",
    "missed_departure": "promise_broken",
    "promise_at_risk": "promise_broken",
    "promise_broken": "promise_broken",
    "attempt_failed": "attempt_failed",
    "attempt_unanswered": "attempt_failed",
    "exception": "stalled",
    "address_doubt": "address_doubt",
    "proof_missing": "proof_missing",
    "lost": "lost",
    "carrier_silent": "carrier_silent",
}
#: Slots offered at once; more would not fit beside the words.
SLOTS = 3
#: So long after the offer a bare "tomorrow morning" is an answer to it.
ANSWER_WITHIN = timedelta(hours=12)


@dataclass(frozen=True)
class Acting:
    """One finding, and what is needed to do something about it."""

    session: Session
    house: House
    workflow: Workflow
    shipment: Shipment
    hit: WatchHit
    now: datetime

    @property
    def key(self) -> str:
        """The beginning of the keys of what is owed for it."""
        return f"watch:{self.hit.id}"

    @property
    def telling(self) -> Telling:
        """How the shopper is told."""
        return Telling(self.session, self.house, self.workflow, self.shipment.retailer, self.now)


def act(acting: Acting) -> list[str]:
    """Do what the workflow's rule says; answers what was done. A text needs somebody to tell, and room for it today."""
    rule = acting.workflow.watch.rule(acting.hit.watcher)  # type: ignore[arg-type]  # rows hold names of watchers alone
    return [name for name in rule.do if _ACTIONS[name](acting)]


def _text(acting: Acting) -> bool:
    template = TEXTS.get(acting.hit.watcher)
    return template is not None and _tell(acting, template, {})


def _offer_slots(acting: Acting) -> bool:
    """Name the next slots; who writes which one suits them begins the story of another time."""
    parcel, workflow, now = acting.shipment, acting.workflow, acting.now
    if rescheduling.hindrance(acting.session, parcel, workflow, now=now) is not None:
        return False
    free = rescheduling.offered(acting.session, parcel, workflow, now=now)[:SLOTS]
    zone, wording = rescheduling.clock_of(parcel, workflow), acting.telling.wording(parcel)
    listed = [rescheduling.in_a_list(one, wording, zone) for one in free]
    return _tell(acting, "watch_slots", {"slots": listed}) and _ask(acting, free)


def _ask(acting: Acting, free: Sequence[Slot]) -> bool:
    """Let the answer to the text that names the slots be one. Where another story is open, it goes on. Always True."""
    query = select(OutboxRow).where(OutboxRow.key == f"{acting.key}:watch_slots", OutboxRow.channel == SMS)
    asked = acting.session.scalars(query).one_or_none()
    if asked is None:
        return True
    open_ = select(Story).where(Story.conversation_id == asked.conversation_id, Story.state == "open")
    known = acting.session.scalars(open_.with_for_update()).one_or_none()
    if known is not None and known.expires_at > acting.now:
        return True
    if known is not None:
        known.state = "ended"
        acting.session.flush()
    acting.session.add(
        Story(
            conversation_id=asked.conversation_id,
            retailer=acting.shipment.retailer,
            story="reschedule",
            step="slot",
            state="open",
            shipment_id=acting.shipment.id,
            data={"first": "", "inbox": [], "shown": [[one.begins.isoformat(), one.ends.isoformat()] for one in free]},
            misses=0,
            returns=0,
            started_at=acting.now,
            touched_at=acting.now,
            expires_at=(asked.not_before or acting.now) + ANSWER_WITHIN,
        )
    )
    acting.session.flush()
    return True


def _tell(acting: Acting, template: str, more: dict[str, Any]) -> bool:
    telling, parcel = acting.telling, acting.shipment
    ways = telling.hold_talks(parcel)
    limit = acting.workflow.eta.max_delay_texts_per_day
    if not ways or delay_digest.said_today(telling, parcel) >= limit:
        return False
    wording = telling.wording(parcel)
    known = wording.parcel(acting.session, parcel)
    values = {
        "order": parcel.order_number,
        "link": known["link"],
        "reason": wording.why(parcel),
        "todo": delay_digest.todo(telling, parcel),
        "days": max((acting.now - acting.hit.since) // timedelta(days=1), 1),
        "doubt": _doubt(acting, wording),
        "slots": (),
        **more,
    }
    key = f"{acting.key}:{template}"
    told = [SMS] if SMS in ways else list(ways)  # a mail beside the text would say nothing new
    said = [telling.tell(way, parcel, template, values, category=Category.DELAY, key=key) for way in told]
    return any(said)


def _doubt(acting: Acting, wording: Wording) -> str:
    seen = acting.hit.detail.get("doubts") or [""]
    return wording.phrase("address_doubt", doubt=seen[0])


def _tell_driver(acting: Acting) -> bool:
    driver = acting.shipment.driver
    if driver is None:
        return False
    language = language_of(acting.session, driver, acting.workflow)
    wording = Wording(acting.house, acting.workflow, language, acting.now)
    return tell_driver(
        acting.session,
        acting.house,
        acting.shipment,
        "driver_watch",
        key=f"{acting.key}:driver",
        now=acting.now,
        order=acting.shipment.order_number,
        what=wording.phrase("watcher", watcher=acting.hit.watcher),
    )


def _tell_carrier(acting: Acting) -> bool:
    """Mail whoever looks after the carrier's parcels, where the workflow names them: no word about the shopper."""
    parcel, house = acting.shipment, acting.house
    contact = acting.workflow.carrier_contacts.get(parcel.carrier or "")
    if contact is None or not house.email_configured:
        return False
    values = {
        "order": parcel.order_number,
        "tracking": parcel.tracking_number or parcel.order_number,
        "what": Wording(house, acting.workflow, acting.workflow.language, acting.now).phrase(
            "watcher", watcher=acting.hit.watcher
        ),
        "since": acting.hit.since.strftime("%Y-%m-%d %H:%M UTC"),
        "count": acting.hit.detail.get("parcels", 1),
    }
    subject, body = house.texts.mail("carrier_watch", acting.workflow.language, acting.workflow, **values)
    message = OutboundMessage(
        channel="email",
        sender=sender_of_mail(acting.session, house, parcel.retailer),
        recipient=contact,
        subject=subject,
        text=body,
        category=Category.CASE,
        retailer=parcel.retailer,
        shipment_id=parcel.id,
    )
    return outbox.enqueue(acting.session, message, key=f"{acting.key}:carrier", now=acting.now)


def _case(acting: Acting) -> bool:
    opened = raise_case(
        acting.session,
        acting.house,
        retailer=acting.shipment.retailer,
        reason=CASES[acting.hit.watcher],
        shipment_id=acting.shipment.id,
        evidence={"watcher": acting.hit.watcher, "since": acting.hit.since.isoformat(), **acting.hit.detail},
        now=acting.now,
    )
    return opened is not None


def _reissue(acting: Acting) -> bool:
    """Ask the store to send it anew; once for a parcel, whatever else is found."""
    payload = {"by": "watch", "reason": acting.hit.watcher, "since": acting.hit.since.isoformat()}
    key = f"reissue:{acting.shipment.id}:watch"
    return request(acting.session, acting.shipment, "order.reissue_requested", payload, key=key, now=acting.now)


_ACTIONS: dict[str, Callable[[Acting], bool]] = {
    "text": _text,
    "offer_slots": _offer_slots,
    "tell_driver": _tell_driver,
    "tell_carrier": _tell_carrier,
    "case": _case,
    "reissue": _reissue,
}
