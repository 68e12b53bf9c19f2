"""Turns what became true of parcels and what people wrote into events for those who listen.

Where a retailer has no endpoint, one look at an index is all it costs.
"""

import re
import secrets
from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy.orm import Session

from channels.inbox import ClaimedText
from channels.models import InboxRow
from channels.phones import mask
from flows.outbound_events import listeners, tell
from tracking_core.facts import EtaChanged, Fact, PromiseBroken, ProofAdded, Stalled, StateChanged
from tracking_core.models import Shipment

#: What these flows took may hold a PIN, a call code, a gate code, or words meant for the other end of a masked line.
SECRETIVE = frozenset(
    {"relay", "delivery_pin", "call_pin", "driver", "delivery_instructions", "pending_question", "dead"}
)
#: Three digits and more, also spaced: a code, a number, a card.
_DIGITS = re.compile(r"\d(?:[\s.\-]?\d){2,}")
HIDDEN = "[digits hidden]"


def after(session: Session, facts: Iterable[Fact], *, retailer: str, now: datetime) -> None:
    """Tell what became true of parcels, silent facts too: programs are not woken by a text at night."""
    known = [fact for fact in facts if isinstance(fact, tuple(_SAID))]
    if not known or not listeners(session, retailer, now=now):
        return
    for fact in known:
        parcel = session.get_one(Shipment, fact.shipment_id)
        kind, said = _SAID[type(fact)]
        data = {**said(fact), "occurred_at": _iso(fact.occurred_at), "silent": fact.silent}
        of_parcel(session, parcel, kind, data, now=now)


def after_any(session: Session, facts: Iterable[Fact], *, now: datetime) -> None:
    """Tell what became true of parcels of several retailers."""
    of: dict[str, list[Fact]] = {}
    for fact in facts:
        of.setdefault(session.get_one(Shipment, fact.shipment_id).retailer, []).append(fact)
    for retailer, theirs in of.items():
        after(session, theirs, retailer=retailer, now=now)


def created(session: Session, parcels: Sequence[Shipment], *, retailer: str, now: datetime) -> None:
    """Tell of new parcels."""
    if not parcels or not listeners(session, retailer, now=now):
        return
    for parcel in parcels:
        of_parcel(session, parcel, "shipment.created", {}, now=now)


def of_parcel(session: Session, parcel: Shipment, kind: str, data: dict[str, Any], *, now: datetime) -> bool:
    """Tell something of one parcel: its names and its state, and `data`. No phone, no name, no address."""
    about = {
        "order_number": parcel.order_number,
        "tracking_number": parcel.tracking_number or None,
        "carrier": parcel.carrier,
        "state": str(parcel.state),
        "flags": sorted(parcel.flags),
    }
    # Facts come once: the event behind each is unique. So the key only has to be a new one.
    key = f"{kind}:{parcel.id}:{secrets.token_hex(8)}"
    subject = {"shipment_id": parcel.id}
    return tell(
        session, retailer=parcel.retailer, kind=kind, subject=subject, payload={**about, **data}, key=key, now=now
    )


def message_received(session: Session, text: ClaimedText, *, by: str, shipment_id: int | None, now: datetime) -> bool:
    """Tell that somebody wrote, and which flow took it. The words are put in when it is posted, see `with_words`."""
    return tell(
        session,
        retailer=text.retailer,
        kind="message.received",
        subject={"message_id": f"in-{text.id}", "shipment_id": shipment_id},
        payload={
            "channel": text.channel,
            "from_last2": mask(text.sender)[-2:],
            "handled_by": by,
            "received_at": _iso(text.received_at),
            "inbox_id": text.id,
        },
        key=f"message.received:{text.id}",
        now=now,
    )


def with_words(session: Session, kind: str, payload: dict[str, Any]) -> dict[str, Any]:
    """Answer the payload as it is posted: a message's words are read now, so that what was erased stays erased.

    Runs of digits are hidden; of what may be secret as a whole, nothing is said.
    """
    if kind == "survey.answered" and isinstance(payload.get("comment"), str):
        return {**payload, "comment": _DIGITS.sub(HIDDEN, payload["comment"])}
    if kind != "message.received":
        return payload
    said = {name: value for name, value in payload.items() if name != "inbox_id"}
    row = session.get(InboxRow, payload["inbox_id"])
    secret = str(payload["handled_by"]).partition(":")[0] in SECRETIVE
    said["text"] = None if row is None or secret else _DIGITS.sub(HIDDEN, row.text)
    return said


def _state(fact: StateChanged) -> dict[str, Any]:
    return {"before": str(fact.before), "state": str(fact.after), "reason": fact.reason}


def _eta(fact: EtaChanged) -> dict[str, Any]:
    none = fact.window_from is None and fact.window_to is None
    return {"eta": None if none else {"from": _iso(fact.window_from), "to": _iso(fact.window_to)}}


def _broken(fact: PromiseBroken) -> dict[str, Any]:
    return {"promised_to": _iso(fact.promised_to), "expected_to": _iso(fact.expected_to)}


#: Fact -> event, and what it says beside the parcel's names.
_SAID: dict[type[Fact], tuple[str, Any]] = {
    StateChanged: ("shipment.state_changed", _state),
    EtaChanged: ("eta.changed", _eta),
    PromiseBroken: ("shipment.promise_broken", _broken),
    Stalled: ("shipment.stalled", lambda fact: {"since": _iso(fact.since)}),
    ProofAdded: ("shipment.proof_added", lambda fact: {"proof_id": fact.proof_id, "kind": fact.kind}),
}


def _iso(moment: datetime | None) -> str | None:
    return moment.isoformat().replace("+00:00", "Z") if moment is not None else None
