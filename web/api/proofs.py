"""REST v1: proofs of delivery handed over by programs, and the list of those a person must look at."""

from collections.abc import Mapping, Sequence
from dataclasses import replace

from sqlalchemy.orm import Session

from channels.pictures import NotAPicture, Why, clean
from flows import pins, proof_intake, proof_reviews
from flows.pins import Door
from flows.proof_intake import Drawn, Given
from flows.proof_reviews import AlreadyReviewed, Review
from tracking_core import proof_review, shipments
from tracking_core.matching import locked
from tracking_core.models import Shipment
from tracking_core.pins import Verdict
from tracking_core.proof_models import Proof
from tracking_core.proofs import of_shipment
from web import cursors
from web.api import shown
from web.api.proof_schemas import ProofForm, ProofsOut, ReviewedOut, ReviewIn, ReviewPage, ReviewQuery
from web.api.routing import Access, Answer, Call, Route
from web.problems import Fault, Problem, invalid, not_found

#: Where these come from.
SOURCE = "api"
#: Files one request may bring of each kind.
MOST = {"photo": 6, "signature": 1}
REFUSALS: Mapping[str, str] = {
    Why.TOO_BIG: "must be at most 5 MB",
    Why.TOO_MANY_PIXELS: "has too many pixels",
    Why.BROKEN: "is damaged or cut off",
}


def add_proofs(call: Call) -> Answer:
    """Keep proofs of a delivery: photos, a signature, a note, a barcode, a PIN, a place. Each thing once."""
    said: ProofForm = call.body
    with call.parts.database.read() as session:
        if shipments.get(session, call.retailer, call.ids["shipment_id"]) is None:
            raise not_found("shipment")
    given = _given(said, call.files)
    if not any((given.photos, given.signature, given.signed_by, given.note, given.barcode, given.position, said.pin)):
        raise invalid([Fault("photo", "hand over at least one proof")])

    def work(session: Session) -> Answer | Door:
        return _take(replace(call, open_session=session), given, said.pin)

    done = call.parts.database.run(work)
    if isinstance(done, Door):  # the try has been counted, so it is told after the commit
        words: dict[str | None, str] = {
            Verdict.WRONG: f"is not the PIN; {done.left} tries left",
            Verdict.MALFORMED: f"must have {done.digits} digits",
            None: "this shipment asks for no PIN",
        }
        raise invalid([Fault("pin", words.get(done.problem, "is locked after too many tries"))])
    return done


def _take(call: Call, given: Given, pin: str | None) -> Answer | Door:
    house = call.parts.house
    shipment = locked(call.session, call.ids["shipment_id"])
    before = len(of_shipment(call.session, shipment.id))
    if pin is not None:
        door = pins.at_door(call.session, house, shipment, pin, None, now=call.now)
        if door.proved is None:
            return door
        pins.handed_over(
            call.session,
            house,
            shipment,
            door,
            source=SOURCE,
            at=given.taken_at or call.now,
            position=given.position,
            now=call.now,
        )
    proof_intake.take(call.session, house, shipment, given, now=call.now)
    kept = of_shipment(call.session, shipment.id)
    rows = [shown.proof(call, shipment, one) for one in kept]
    added = len(kept) - before
    return Answer(201 if added else 200, ProofsOut(added=added, proofs=rows))


def _given(said: ProofForm, files: Mapping[str, Sequence[bytes]]) -> Given:
    """Clean the pictures, before any transaction is opened. Raises Problem naming each that is none."""
    faults: list[Fault] = []
    drawn: dict[str, list[Drawn]] = {"photo": [], "signature": []}
    for name, contents in files.items():
        if len(contents) > MOST[name]:
            faults.append(Fault(name, f"at most {MOST[name]} at once"))
            continue
        for content in contents:
            try:
                drawn[name].append(Drawn(clean(content), content))
            except NotAPicture as error:
                faults.append(Fault(name, REFUSALS.get(error.why, "is not a picture that we take")))
    if faults:
        raise invalid(faults)
    return Given(
        source=SOURCE,
        photos=drawn["photo"],
        signature=drawn["signature"][0] if drawn["signature"] else None,
        signed_by=said.signed_by or said.signature,
        note=said.note,
        barcode=said.barcode,
        taken_at=said.taken_at,
        position=None if said.lat is None or said.lon is None else (said.lat, said.lon),
    )


def list_reviews(call: Call) -> Answer:
    """Answer proofs of which a check has failed, newest first."""
    said: ReviewQuery = call.query
    found = proof_review.page(
        call.session,
        call.retailer,
        state=Review(said.review),
        before_id=cursors.to_id(said.cursor),
        limit=said.limit + 1,
    )
    items = found[: said.limit]
    more = cursors.of_id(items[-1].id) if len(found) > said.limit else None
    return Answer(200, ReviewPage(items=[_reviewed(call, one) for one in items], next=more))


def review_proof(call: Call) -> Answer:
    """Pass or fail a proof. One that has failed is shown to nobody any more, and opens a case."""
    said: ReviewIn = call.body
    row = proof_review.get(call.session, call.retailer, call.ids["proof_id"])
    if row is None:
        raise not_found("proof")
    verdict = Review.PASSED if said.verdict == "pass" else Review.FAILED
    try:
        proof_reviews.judge(call.session, call.parts.house, row, verdict, by=said.agent, now=call.now)
    except AlreadyReviewed as error:
        raise Problem(409, str(error), kind="conflict") from error
    return Answer(200, _reviewed(call, row))


def _reviewed(call: Call, row: Proof) -> ReviewedOut:
    shipment = call.session.get_one(Shipment, row.shipment_id)
    other = call.session.get(Proof, row.alike_id) if row.alike_id is not None else None
    return ReviewedOut.model_validate(
        {
            **shown.proof(call, shipment, row).model_dump(),
            "shipment_id": shipment.id,
            "order_number": shipment.order_number,
            "source": row.source,
            "failed": proof_reviews.said_of(row),
            "looks_like_shipment_id": other.shipment_id if other is not None else None,
            "review": row.review,
            "reviewed_by": row.reviewed_by,
            "reviewed_at": row.reviewed_at,
            "received_at": row.received_at,
        }
    )


ROUTES = (
    Route(
        "POST",
        "/shipments/{shipment_id}/proofs",
        add_proofs,
        "Hand over proofs of a delivery.",
        "Proofs",
        {201: ProofsOut, 200: ProofsOut},
        body=ProofForm,
        files=("photo", "signature"),
        access=Access.OWN,
    ),
    Route(
        "GET", "/proofs", list_reviews, "Proofs that wait for a look.", "Proofs", {200: ReviewPage}, query=ReviewQuery
    ),
    Route(
        "POST",
        "/proofs/{proof_id}/review",
        review_proof,
        "Pass or fail a proof.",
        "Proofs",
        {200: ReviewedOut},
        body=ReviewIn,
        access=Access.WRITE,
        problems={409: "Somebody has said the opposite, or no check of it has failed."},
    ),
)
