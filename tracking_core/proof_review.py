"""Proofs that failed a check wait for a person, who passes or fails them; what a person said stays said."""

from collections.abc import Iterable, Sequence
from datetime import datetime
from enum import StrEnum

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from tracking_core.proof_models import Proof

#: Checks that speak of somebody else's delivery: until a person has looked, the picture may show another's home.
OTHERS = frozenset({"used_before", "looks_like"})


class Review(StrEnum):
    """What a person thinks of a proof."""

    WAITING = "waiting"
    PASSED = "passed"
    FAILED = "failed"


class AlreadyReviewed(ValueError):
    """Somebody has judged this proof already."""


def needed(checks: Iterable[dict[str, object]]) -> Review | None:
    """Whether a person must look: when any check failed."""
    return Review.WAITING if any(check["ok"] is False for check in checks) else None


def judge(session: Session, proof: Proof, verdict: Review, *, by: str, now: datetime) -> bool:
    """Write down what a person said. False: the same was said before. Raises AlreadyReviewed for the opposite.

    proof: its row is locked, so that of two people at once one is heard. verdict: passed or failed.
    """
    session.refresh(proof, with_for_update=True)
    if proof.review == verdict:
        return False
    if proof.review != Review.WAITING:
        raise AlreadyReviewed(
            f"{proof.reviewed_by} has said {proof.review} already." if proof.review else "No check of it has failed."
        )
    proof.review, proof.reviewed_by, proof.reviewed_at = verdict.value, by, now
    session.flush()
    return True


def page(
    session: Session, retailer: str, *, state: Review = Review.WAITING, before_id: int | None = None, limit: int = 50
) -> Sequence[Proof]:
    """Answer the retailer's proofs in that state, newest first."""
    query = select(Proof).where(Proof.retailer == retailer, Proof.review == state.value)
    if before_id is not None:
        query = query.where(Proof.id < before_id)
    return session.scalars(query.order_by(Proof.id.desc()).limit(limit)).all()


def counts(session: Session, retailer: str) -> dict[str, int]:
    """How many of the retailer's proofs are in each state."""
    query = (
        select(Proof.review, func.count())
        .where(Proof.retailer == retailer, Proof.review.is_not(None))
        .group_by(Proof.review)
    )
    found = dict(session.execute(query).all())
    return {state.value: found.get(state.value, 0) for state in Review}


def get(session: Session, retailer: str, proof_id: int) -> Proof | None:
    """The retailer's proof with that id; None also for another retailer's."""
    return session.scalars(select(Proof).where(Proof.id == proof_id, Proof.retailer == retailer)).one_or_none()


def counts_as_proof(proof: Proof) -> bool:
    """Whether it stands for the delivery: all do but those a person has failed."""
    return proof.review != Review.FAILED


def may_be_shown(proof: Proof) -> bool:
    """Whether the shopper may see it: not what a person has failed, nor what may be from another's door."""
    if proof.review == Review.WAITING:
        return not any(check["name"] in OTHERS and check["ok"] is False for check in proof.checks)
    return counts_as_proof(proof)
