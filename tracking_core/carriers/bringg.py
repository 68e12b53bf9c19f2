"""Bringg: order webhooks. Statuses, payloads and authentication: developers.bringg.com (task-status, webhooks)."""

import base64
import hashlib
import hmac
import json
from collections.abc import Mapping
from datetime import datetime

from tracking_core.carriers.base import (
    CarrierRequest,
    InvalidSignature,
    Meaning,
    Object,
    decoded,
    maybe_moment,
    maybe_object,
    maybe_text,
    moment_at,
    need_secret,
    objects_at,
    same,
    stable_id,
    tracking_number_at,
)
from tracking_core.carriers.kit import eta_at, https, only, person, position_of, references
from tracking_core.codes.failures import reason_for
from tracking_core.facts import CarrierEvent, OfferedDriver, OfferedProof, Position
from tracking_core.states import UNKNOWN, UPDATE

NAME = "bringg"
CREATED = Meaning("created", "the order was made")
PROCESSED = Meaning("processed", "given to a driver")
CANCELLED = Meaning("cancelled", "cancelled", "cancelled_in_flight")

#: Task statuses, by number and by name.
STATUSES: Mapping[str, Meaning] = {
    "0": CREATED,
    "9": Meaning("created", "waits for the dispatcher"),
    "1": PROCESSED,
    "6": Meaning("processed", "a driver has taken it"),
    "2": Meaning("out_for_delivery", "the driver is on the way"),
    "3": Meaning("at_address", "the driver is there"),
    "4": Meaning("delivered", "delivered"),
    "7": CANCELLED,
    "8": Meaning(UPDATE, "a driver did not take it"),
    "assigned to delivery provider": Meaning("processed", "given to a carrier"),
}
#: The same while the driver is still on the way to the shop: the first of several way points.
TO_THE_SHOP: Mapping[str, Meaning] = {
    "2": Meaning("processed", "the driver is on the way to the shop"),
    "3": Meaning("processed", "the driver is at the shop"),
}
#: Webhooks whose kind says more than the status they carry.
KINDS: Mapping[str, Meaning] = {
    "task_done": STATUSES["4"],
    "task_cancelled": CANCELLED,
    "task_late": Meaning(UPDATE, "late", None, ("delayed",)),
    "task_eta_changed": Meaning(UPDATE, "another time of arrival"),
    "task_rejected": STATUSES["8"],
}
#: Kinds that are no order's.
OTHERS = frozenset({"driver_unavailable_status_changed", "user_created", "user_updated", "masked_call", "ping"})
NO_MEANING = Meaning(UNKNOWN, "a status we have no meaning for")
#: Kept of an order: way points carry the shopper's name, number, mail and address.
KEPT = ("id", "external_id", "status", "updated_at", "ended_time", "user_id", "fleet_name", "failed_delivery_attempts")
REFUSED = "8", "task_rejected"


class Bringg:
    """Bringg's order webhooks: the order stands at the top or under `task`."""

    @property
    def name(self) -> str:
        """`bringg`."""
        return NAME

    def verify(self, request: CarrierRequest, secret: str) -> None:
        """Authorization: the secret itself as a static header, or a token (JWT, HS256) signed with it.

        Neither covers the body, so the address must be https. A token's age is not checked: a repeat has no effect.
        """
        need_secret(secret)
        given = request.headers.get("authorization", "").removeprefix("Bearer ").strip()
        if not (same(secret, given) or _is_signed(given, secret)):
            raise InvalidSignature(str(InvalidSignature.__doc__))

    def parse(self, request: CarrierRequest) -> list[CarrierEvent]:
        """The event of an order's webhook; [] for those about drivers."""
        said = decoded(request)
        kind = maybe_text(said, "webhook_type", "webhook_type") or ""
        if kind in OTHERS:
            return []
        task = maybe_object(said, "task", "task")
        return [_event(task, "task.", kind) if task is not None else _event(said, "", kind)]


def _is_signed(token: str, secret: str) -> bool:
    parts = token.split(".")
    if len(parts) != 3 or _algorithm(parts[0]) != "HS256":
        return False
    signed = f"{parts[0]}.{parts[1]}".encode("utf-8", "replace")
    digest = hmac.new(secret.encode("utf-8", "replace"), signed, hashlib.sha256).digest()
    return same(base64.urlsafe_b64encode(digest).decode().rstrip("="), parts[2].rstrip("="))


def _algorithm(head: str) -> str:
    try:
        found = json.loads(base64.urlsafe_b64decode(head + "=" * (-len(head) % 4)))
    except (ValueError, RecursionError):
        return ""
    return str(found.get("alg")) if isinstance(found, dict) else ""


def _event(task: Object, path: str, kind: str) -> CarrierEvent:
    key = "external_id" if task.get("external_id") else "id"
    number = tracking_number_at({key: _text(task.get(key))}, key, f"{path}{key}")
    points = objects_at(task, "way_points", f"{path}way_points")
    code = str(task.get("status", "")).strip().lower()
    at = _when(task, points, path)
    meaning = _meaning(task, points, kind, code)
    why = maybe_text(task, "cancellation_reason", f"{path}cancellation_reason") if meaning.reason else None
    last = points[-1] if points else {}
    ended = meaning.status in ("delivered", "cancelled")
    return CarrierEvent(
        carrier=NAME,
        event_id=stable_id(meaning.status, number, kind, code, at.isoformat()),
        tracking_number=number,
        status=meaning.status,
        occurred_at=at,
        reason=(reason_for(why) or meaning.reason) if meaning.reason else None,
        detail=why or meaning.words,
        code="/".join(part for part in (kind, code) if part),
        eta=None if ended else eta_at(maybe_moment(last, "eta", f"{path}way_points.eta")),
        position=_position(task, path, at),
        flags=meaning.flags,
        proofs=_proofs(task, points, path) if meaning.status == "delivered" else (),
        driver=OfferedDriver(gone=True) if code in REFUSED or kind in REFUSED else _driver(task, path),
        references=references(_text(task.get("id")), task.get("title"), task.get("uuid")),
        raw={"webhook_type": kind, **only(task, *KEPT)},
    )


def _text(said: object) -> str | None:
    """Bringg's own ids are numbers, the shop's are texts."""
    return str(said) if isinstance(said, int | str) and not isinstance(said, bool) else None


def _meaning(task: Object, points: list[Object], kind: str, code: str) -> Meaning:
    if kind in KINDS:
        return KINDS[kind]
    active = task.get("active_way_point_id")
    to_the_shop = len(points) > 1 and active is not None and points[0].get("id") == active
    return (TO_THE_SHOP.get(code) if to_the_shop else None) or STATUSES.get(code, NO_MEANING)


def _when(task: Object, points: list[Object], path: str) -> datetime:
    """When it happened: the end of the order, else its last change, else the newest thing done at a way point."""
    found = maybe_moment(task, "ended_time", f"{path}ended_time") or maybe_moment(
        task, "updated_at", f"{path}updated_at"
    )
    done = [
        moment
        for point in points
        for key in ("checkin_time", "checkout_time")
        if (moment := maybe_moment(point, key, f"{path}way_points.{key}")) is not None
    ]
    return found or (max(done) if done else moment_at(task, "updated_at", f"{path}updated_at"))


def _driver(task: Object, path: str) -> OfferedDriver | None:
    user = maybe_object(task, "user", f"{path}user")
    if user is not None:
        return person(user, name="name", phone=("phone",), ref="id", path=f"{path}user")
    ref = _text(task.get("user_id"))
    return OfferedDriver(ref=ref) if ref else None


def _position(task: Object, path: str, at: datetime) -> Position | None:
    user = maybe_object(task, "user", f"{path}user") or {}
    return position_of(user.get("lat"), user.get("lng"), at)


def _proofs(task: Object, points: list[Object], path: str) -> tuple[OfferedProof, ...]:
    """Pictures among the notes, of the order and of its way points; a signature says so in its kind."""
    found: dict[OfferedProof, None] = {}
    for holder in (task, *points):
        for place, note in enumerate(objects_at(holder, "task_notes", f"{path}task_notes")):
            kind = maybe_text(note, "type", f"{path}task_notes[{place}].type") or ""
            url = maybe_text(note, "url", f"{path}task_notes[{place}].url")
            found |= dict.fromkeys(https("signature" if "signature" in kind.lower() else "photo", url))
    return tuple(found)


ADAPTER = Bringg()
