"""What follows when a person of the support staff has looked at a proof: nothing more, or a case."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from sqlalchemy.orm import Session

from flows import evidence, proof_rules
from flows.cases import open_case
from flows.house import House
from tracking_core import proof_review
from tracking_core.matching import locked
from tracking_core.models import Shipment
from tracking_core.proof_models import Proof
from tracking_core.proof_review import AlreadyReviewed, Review

__all__ = ["FAILED", "AlreadyReviewed", "Review", "judge", "said_of"]

#: The reason of the case.
FAILED = "proof_failed"
#: What a failed check means, for people of the support staff.
WORDS: Mapping[str, str] = {
    "far": "taken {value:,.0f} m from the address",
    "too_early": "taken {minutes:,.0f} min before the delivery",
    "too_late": "taken {minutes:,.0f} min after the delivery",
    "used": "the very same picture stands for another delivery",
    "similar": "looks like the photo of another delivery ({value:.0f} of 63 bits differ)",
    "blurred": "blurred (sharpness {value:.0f})",
    "dark": "too dark (brightness {value:.0f} of 255)",
    "glaring": "nothing but light (brightness {value:.0f} of 255)",
    "too_small": "too small ({value:.0f} px)",
}


def judge(session: Session, house: House, proof: Proof, verdict: Review, *, by: str, now: datetime) -> bool:
    """Pass or fail a proof that waits for it. False: the same was said before. Raises AlreadyReviewed.

    A failed one proves nothing any more and is shown to no shopper; the delivery lacks it again, and a case says why.
    """
    shipment = locked(session, proof.shipment_id)
    if not proof_review.judge(session, proof, verdict, by=by.strip().lower(), now=now):
        return False
    if verdict is Review.FAILED:
        proof_rules.lacks_again(session, house, shipment, now=now)
        open_case(
            session,
            house,
            retailer=shipment.retailer,
            reason=FAILED,
            shipment_id=shipment.id,
            text=f"The {proof.kind} did not pass: {'; '.join(said_of(proof)) or 'by a look at it'}.",
            evidence={**evidence.pack(session, shipment, inbox=()), "proof": [proof.id], **_other(session, proof)},
            by=by.strip().lower(),
            now=now,
        )
    return True


def said_of(proof: Proof) -> list[str]:
    """Answer in words which checks of the proof failed."""
    return [_words(check) for check in proof.checks if check["ok"] is False]


def _words(check: Mapping[str, Any]) -> str:
    value = float(check["value"] or 0)
    return WORDS.get(check["reason"], str(check["reason"])).format(value=value, minutes=abs(value) / 60)


def _other(session: Session, proof: Proof) -> dict[str, Any]:
    """The order whose photo it looks like."""
    other = session.get(Proof, proof.alike_id) if proof.alike_id is not None else None
    theirs = session.get(Shipment, other.shipment_id) if other is not None else None
    return {} if theirs is None else {"looks_like": [{"order": theirs.order_number, "shipment_id": theirs.id}]}
