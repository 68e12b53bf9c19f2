"""Onfleet: task and worker webhooks. Triggers and signature: docs.onfleet.com/reference (webhooks, secrets)."""

import hashlib
import hmac
import re
from collections.abc import Mapping
from datetime import datetime, timedelta

from tracking_core.carriers.base import (
    CarrierRequest,
    InvalidSignature,
    MalformedPayload,
    Meaning,
    Object,
    decoded,
    maybe_object,
    maybe_text,
    need_secret,
    objects_at,
    same,
    stable_id,
    text_at,
    tracking_number_at,
)
from tracking_core.carriers.kit import (
    eta_at,
    https,
    maybe_milliseconds,
    milliseconds_at,
    number_at,
    only,
    person,
    position_of,
    references,
)
from tracking_core.codes.failures import reason_for
from tracking_core.facts import CarrierEvent, Eta, OfferedDriver, OfferedProof, Position
from tracking_core.states import UNKNOWN, UPDATE

NAME = "onfleet"
#: Nearer than this the courier is there; the trigger's own threshold is 150 m.
AT_ADDRESS_M = 80
#: What the GET before the first webhook may ask to be repeated: more is not from Onfleet.
CHECK_MAX = 200
#: Where Onfleet keeps photos and signatures, by their upload id.
ATTACHMENTS = "https://d15p8tr8p0vffz.cloudfront.net/{id}/800x.png"
UPLOAD = re.compile(r"[A-Za-z0-9~_*=.-]{1,100}")
#: Names of a task's metadata that may hold the order or the parcel.
NUMBERS = frozenset(
    {"order", "ordernumber", "orderid", "orderno", "trackingnumber", "tracking", "shipment", "shipmentid", "reference"}
)
#: What may be wrong with a drop-off that failed, where the reason is not one of ours.
FAILED = Meaning("attempt_failed", "delivery was tried and failed")

#: What a trigger means for a drop-off.
DROPOFF: Mapping[str, Meaning] = {
    "taskCreated": Meaning("created", "the task was made"),
    "taskAssigned": Meaning("processed", "given to a courier"),
    "taskStarted": Meaning("out_for_delivery", "the courier is on the way"),
    "taskEta": Meaning(UPDATE, "the courier's time of arrival"),
    "taskArrival": Meaning("arriving", "the courier is near"),
    "taskCompleted": Meaning("delivered", "delivered"),
    "taskFailed": FAILED,
    "taskDelayed": Meaning(UPDATE, "late", None, ("delayed",)),
    "predictedTaskDelay": Meaning(UPDATE, "will be late", None, ("delayed",)),
    "taskUpdated": Meaning(UPDATE, "the task was changed"),
    "taskUnassigned": Meaning(UPDATE, "taken from its courier"),
    "taskDeleted": Meaning("cancelled", "the task was deleted", "cancelled_in_flight"),
}
#: The same for a pick-up at the shop.
PICKUP: Mapping[str, Meaning] = {
    "taskCreated": Meaning("created", "the pick-up was planned"),
    "taskAssigned": Meaning("processed", "the pick-up was given to a courier"),
    "taskStarted": Meaning("processed", "the courier is on the way to the shop"),
    "taskEta": Meaning(UPDATE, "the courier's time of arrival at the shop"),
    "taskArrival": Meaning("processed", "the courier is near the shop"),
    "taskCompleted": Meaning("shipped", "picked up at the shop"),
    "taskFailed": Meaning("exception", "could not be picked up", "not_ready"),
    "taskDelayed": Meaning(UPDATE, "the pick-up is late", None, ("delayed",)),
    "predictedTaskDelay": Meaning(UPDATE, "the pick-up will be late", None, ("delayed",)),
    "taskUpdated": Meaning(UPDATE, "the pick-up was changed"),
    "taskUnassigned": Meaning(UPDATE, "the pick-up was taken from its courier"),
    "taskDeleted": Meaning(UPDATE, "the pick-up was deleted"),
}
#: Triggers that speak of no parcel, or of one that is none of ours yet.
OTHERS = frozenset(
    {"workerDuty", "workerCreated", "workerUpdated", "workerDeleted", "taskCloned", "teamCreated", "teamUpdated"}
    | {"SMSRecipientResponseMissed", "smsRecipientResponseMissed", "SMSRecipientOptOut", "autoDispatchJobCompleted"}
    | {"taskBatchCreateJobCompleted", "routeOptimizationJobCompleted", "routePlanCreated", "routePlanUpdated"}
)
NO_MEANING = Meaning(UNKNOWN, "a trigger we have no meaning for")
#: Kept of a task. Recipients, notes and addresses are not: the retailer told us what of them we need.
KEPT = ("id", "shortId", "state", "pickupTask", "eta", "delayTime", "worker", "trackingURL", "estimatedCompletionTime")


class Onfleet:
    """Onfleet's webhooks: one trigger, one task, at most one event."""

    @property
    def name(self) -> str:
        """`onfleet`."""
        return NAME

    def verify(self, request: CarrierRequest, secret: str) -> None:
        """X-Onfleet-Signature: hex HMAC-SHA512 of the raw body; the secret is given in hex."""
        need_secret(secret)
        try:
            key = bytes.fromhex(secret)
        except ValueError as error:
            raise InvalidSignature("the secret configured for onfleet is not in hex") from error
        digest = hmac.new(key, request.body, hashlib.sha512).hexdigest()
        if not key or not same(digest, request.headers.get("x-onfleet-signature", "").lower()):
            raise InvalidSignature(str(InvalidSignature.__doc__))

    def greet(self, request: CarrierRequest) -> str | None:
        """Onfleet asks `GET ?check=<token>` once and wants the token back."""
        token = request.query.get("check", "")
        return token if 0 < len(token) <= CHECK_MAX and token.isascii() and token.isprintable() else None

    def parse(self, request: CarrierRequest) -> list[CarrierEvent]:
        """The event of a task's trigger; [] for triggers of workers, teams and jobs."""
        said = decoded(request)
        trigger = text_at(said, "triggerName", "triggerName")
        data = maybe_object(said, "data", "data") or {}
        task = maybe_object(data, "task", "data.task")
        if trigger in OTHERS or (task is None and trigger not in DROPOFF):
            return []
        if task is None:
            raise MalformedPayload("data.task", "is missing")
        return [_event(said, task, maybe_object(data, "worker", "data.worker"), trigger)]

    def people(self, request: CarrierRequest) -> list[OfferedDriver]:
        """The worker a webhook tells of."""
        data = maybe_object(decoded(request), "data", "data") or {}
        worker = maybe_object(data, "worker", "data.worker")
        found = _worker(worker) if worker is not None else None
        return [found] if found is not None else []


def _event(said: Object, task: Object, worker: Object | None, trigger: str) -> CarrierEvent:
    path = "data.task"
    pickup = task.get("pickupTask") is True
    number = tracking_number_at(task, "id", f"{path}.id")
    at = milliseconds_at(said, "time", "time")
    done = maybe_object(task, "completionDetails", f"{path}.completionDetails") or {}
    meaning = (PICKUP if pickup else DROPOFF).get(trigger, NO_MEANING)
    distance = number_at(said, "distance", "distance")
    status = meaning.status
    if status == "arriving" and distance is not None and distance <= AT_ADDRESS_M:
        status = "at_address"
    reason, words = meaning.reason, meaning.words
    if trigger == "taskFailed":
        named = maybe_text(done, "failureReason", f"{path}.completionDetails.failureReason")
        reason = reason or reason_for(named) or "other"
        words = maybe_text(done, "failureNotes", f"{path}.completionDetails.failureNotes") or named or words
    return CarrierEvent(
        carrier=NAME,
        event_id=stable_id(trigger, number, said.get("time"), distance),
        tracking_number=number,
        status=status,
        occurred_at=at,
        reason=reason,
        detail=words,
        code=trigger,
        eta=None if pickup else _eta(said, task, at),
        position=_position(worker, done, at),
        flags=meaning.flags,
        proofs=() if pickup else _proofs(done),
        driver=None if pickup else _driver(said, task, worker, trigger),
        references=_names(task),
        raw={"triggerName": trigger, "time": said.get("time"), **only(said, "distance", "etaSeconds", "delay")}
        | {"task": only(task, *KEPT), "completion": only(done, "success", "failureReason", "photoUploadIds")},
    )


def _names(task: Object) -> tuple[str, ...]:
    """The task's short id, what its metadata says of the order, and an order number that is all of its notes."""
    path = "data.task.metadata"
    found: list[object] = [maybe_text(task, "shortId", "data.task.shortId")]
    for place, entry in enumerate(objects_at(task, "metadata", path)):
        name = maybe_text(entry, "name", f"{path}[{place}].name") or ""
        if "".join(filter(str.isalnum, name)).lower() in NUMBERS:
            found.append(entry.get("value"))
    notes = maybe_text(task, "notes", "data.task.notes") or ""
    return references(*found, *([notes] if len(notes.split()) <= 2 else []))


def _eta(said: Object, task: Object, at: datetime) -> Eta | None:
    """What the trigger says in seconds from now, else the task's own estimate."""
    seconds = number_at(said, "etaSeconds", "etaSeconds")
    if seconds is not None and 0 <= seconds <= 7 * 86400:
        return Eta(at=at + timedelta(seconds=seconds))
    moment = maybe_milliseconds(task, "eta", "data.task.eta")
    return eta_at(moment or maybe_milliseconds(task, "estimatedCompletionTime", "data.task.estimatedCompletionTime"))


def _position(worker: Object | None, done: Object, at: datetime) -> Position | None:
    """Where the courier is. Onfleet writes longitude before latitude."""
    for place in ((worker or {}).get("location"), done.get("lastLocation")):
        if isinstance(place, list) and len(place) == 2:
            return position_of(place[1], place[0], at)
    return None


def _proofs(done: Object) -> tuple[OfferedProof, ...]:
    path = "data.task.completionDetails"
    several = done.get("photoUploadIds")
    photos = [one for one in several if isinstance(one, str)] if isinstance(several, list) else []
    one = maybe_text(done, "photoUploadId", f"{path}.photoUploadId")
    signature = maybe_text(done, "signatureUploadId", f"{path}.signatureUploadId")
    kinds = [("photo", found) for found in dict.fromkeys((*photos, *([one] if one else [])))]
    kinds += [("signature", signature)] if signature else []
    return tuple(
        proof for kind, found in kinds if UPLOAD.fullmatch(found) for proof in https(kind, ATTACHMENTS.format(id=found))
    )


def _worker(worker: Object) -> OfferedDriver | None:
    return person(worker, name="name", phone=("phone",), ref="id", path="data.worker")


def _driver(said: Object, task: Object, worker: Object | None, trigger: str) -> OfferedDriver | None:
    """Who has the task: the worker himself where he is told, else his id."""
    if trigger in ("taskUnassigned", "taskDeleted"):
        return OfferedDriver(gone=True)
    if worker is not None:
        return _worker(worker)
    ref = maybe_text(task, "worker", "data.task.worker") or maybe_text(said, "workerId", "workerId")
    return OfferedDriver(ref=ref) if ref else None


ADAPTER = Onfleet()
