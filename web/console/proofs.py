"""The proofs a person must look at: why each is here, its picture beside it, and one key to pass or fail it."""

from dataclasses import dataclass
from datetime import datetime

from flask import Blueprint, Response, abort, g, make_response, redirect, render_template, request, url_for
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response as AnyResponse

from flows import proof_reviews, proofs
from flows.proof_reviews import AlreadyReviewed, Review
from tracking_core import proof_review
from tracking_core.models import Shipment
from tracking_core.proof_models import Proof
from web.console import showing
from web.console.sessions import Who
from web.context import Parts
from web.pages.photos import page_src

PAGE = 20
#: Where a proof came from; a carrier says its name.
SOURCES = {"api": "by API", "driver_text": "by the driver's text", "driver_page": "on the driver's page"}
VERDICTS = {"pass": Review.PASSED, "fail": Review.FAILED}


@dataclass(frozen=True)
class Looked:
    """A proof as the list shows it."""

    proof: Proof
    shipment: Shipment
    #: Its picture, on this server; None: it has none, or none any more.
    src: str | None
    #: What failed, in words.
    failed: list[str]
    #: The delivery it looks like: order, and that photo.
    other: str | None
    other_src: str | None
    at: datetime


def add_to(routes: Blueprint, parts: Parts) -> None:
    """Add the routes of the list to the console's."""

    @routes.get("/proofs")
    def review_list() -> Response:
        """Show the proofs of one state; those that wait, first."""
        return _page(parts)

    @routes.post("/proofs/<int:proof_id>/<any('pass', 'fail'):verdict>")
    def review(proof_id: int, verdict: str) -> AnyResponse:
        """Write down what the agent said; who and when stand in the row."""
        try:
            with parts.database.write() as session:
                found = proof_review.get(session, _who().retailer, proof_id) if proof_id < 2**63 else None
                if found is None:
                    abort(404)
                proof_reviews.judge(session, parts.house, found, VERDICTS[verdict], by=_who().email, now=parts.clock())
        except AlreadyReviewed as error:
            return _page(parts, fault=str(error), status=409)
        return redirect(url_for("console.review_list"), 303)


def _page(parts: Parts, *, fault: str = "", status: int = 200) -> Response:
    state = request.args.get("state", Review.WAITING.value)
    if state not in {one.value for one in Review}:
        abort(404)
    before = request.args.get("before", type=int)
    with parts.database.read() as session:
        rows = proof_review.page(session, _who().retailer, state=Review(state), before_id=before, limit=PAGE)
        values = {
            "rows": [_looked(session, parts, one) for one in rows],
            "counts": proof_review.counts(session, _who().retailer),
        }
    older = rows[-1].id if len(rows) == PAGE else None
    page = render_template(
        "console/proofs.html",
        who=_who(),
        fault=fault,
        state=state,
        states=list(Review),
        sources=SOURCES,
        older=older,
        **values,
    )
    answer = make_response(page, status)
    answer.headers["Cache-Control"] = "no-store"
    if status == 200:
        answer.set_etag(showing.etag(page))
        answer.make_conditional(request)
    return answer


def _looked(session: Session, parts: Parts, row: Proof) -> Looked:
    other = session.get(Proof, row.alike_id) if row.alike_id is not None else None
    theirs = session.get(Shipment, other.shipment_id) if other is not None else None
    return Looked(
        proof=row,
        shipment=session.get_one(Shipment, row.shipment_id),
        src=_src(session, parts, row),
        failed=proof_reviews.said_of(row),
        other=theirs.order_number if theirs is not None else None,
        other_src=_src(session, parts, other) if other is not None else None,
        at=row.taken_at or row.received_at,
    )


def _src(session: Session, parts: Parts, row: Proof) -> str | None:
    picture = proofs.picture_of(session, row)
    return page_src(parts.house, picture, now=parts.clock()) if picture is not None else None


def _who() -> Who:
    who: Who = g.who
    return who
