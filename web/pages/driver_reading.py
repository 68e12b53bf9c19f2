"""Reads what the driver's page sends: taps, photos and places; whatever no page of ours has sent is refused."""

import re
from collections.abc import Mapping
from datetime import datetime, timedelta

from flask import request

from channels.pictures import CleanPicture, NotAPicture, clean
from channels.redact import storable
from flows.driver_actions import Action
from flows.driver_hands import BARCODE_MAX, NAME_MAX, RELATIONS, Hands
from flows.driver_taps import NAMES, Tap
from tracking_core.positions import Fix
from tracking_core.rounds import MOST_LATE_MIN

TAP_ID = re.compile(r"[A-Za-z0-9_-]{8,64}")
#: What such an id becomes once stop and button are joined to it: `driver_taps.Tap.key`.
TAP_KEY = re.compile(r"[A-Za-z0-9_:-]{8,120}")
TEXT_MAX = 1000
#: Of a PIN with spaces in it.
PIN_MAX = 20
#: A place further off than that says nothing.
ACCURACY_MAX_M = 100_000


class Malformed(ValueError):
    """A form that no page of ours has sent."""


def read_tap(now: datetime) -> Tap:
    """The tap of the form. Raises Malformed."""
    said = request.form
    tap_id, shipment = said.get("tap", ""), said.get("shipment", "")
    action, _, number = said.get("action", "").partition(":")
    if not TAP_ID.fullmatch(tap_id) or not _is_number(shipment) or action not in NAMES:
        raise Malformed("tap, shipment and action are needed")
    minutes = int(number) if _is_number(number) else None
    if action == Action.LATE and (minutes is None or not 0 < minutes <= MOST_LATE_MIN):
        raise Malformed(f"a delay is 1 to {MOST_LATE_MIN} minutes")
    text = storable(said.get("text", "").replace("\r\n", "\n")).strip()
    if len(text) > TEXT_MAX:
        raise Malformed(f"a message has at most {TEXT_MAX} characters")
    return Tap(
        id=tap_id,
        shipment_id=int(shipment),
        action=action,
        at=_tapped_at(said.get("at"), said.get("sent"), now),
        minutes=minutes if action == Action.LATE else None,
        text=text,
        confirmed=said.get("confirmed") == "1",
        position=_position(said),
        pin=_line(said, "pin", PIN_MAX) or None,
        no_pin=_line(said, "no_pin", TEXT_MAX) or None,
        hands=_hands(said),
    )


def _hands(said: Mapping[str, str]) -> Hands:
    relation = said.get("relation", "")
    return Hands(
        name=_line(said, "name", NAME_MAX),
        relation=relation if relation in RELATIONS else "",
        barcode=_line(said, "barcode", BARCODE_MAX),
    )


def _line(said: Mapping[str, str], name: str, most: int) -> str:
    """One line of the form. Raises Malformed for a longer one than its field takes."""
    words = " ".join(storable(said.get(name, "")).split())
    if len(words) > most:
        raise Malformed(f"{name} has at most {most} characters")
    return words


def _tapped_at(at: str | None, sent: str | None, now: datetime) -> datetime:
    """When the thumb came down: so long ago as lies between the tap and the sending on the phone's own clock, which
    may be wrong. Without scripts it is now. Raises Malformed."""
    if not at:
        return now
    tapped, left = _moment(at), _moment(sent) if sent else now
    return now - max(timedelta(), left - tapped)


def _moment(said: str) -> datetime:
    try:
        found = datetime.fromisoformat(said)
    except ValueError as error:
        raise Malformed("a moment is ISO 8601") from error
    if found.tzinfo is None or not 2000 <= found.year <= 2100:
        raise Malformed("a moment has a zone")
    return found


def read_signature() -> CleanPicture | None:
    """What was drawn on the pad; None when there is nothing that can be shown: the name stands alone then."""
    found = request.files.get("signature")
    data = found.stream.read() if found is not None else b""
    try:
        return clean(data) if data else None
    except NotAPicture:
        return None


def read_photo() -> tuple[CleanPicture | None, bytes | None, str | None]:
    """(the photo, as it came, why it is none). It is decoded here: call it while nothing is open."""
    found = request.files.get("photo")
    data = found.stream.read() if found is not None else b""
    if not data:
        return None, None, None
    try:
        return clean(data), data, None
    except NotAPicture as error:
        return None, None, error.why.value


def read_fix(now: datetime) -> Fix:
    """The place of the form. Raises Malformed."""
    said = request.form
    where = _position(said)
    if where is None:
        raise Malformed("lat and lon are needed")
    return Fix(*where, _tapped_at(said.get("at"), said.get("sent"), now), _number(said.get("accuracy")))


def _position(said: Mapping[str, str]) -> tuple[float, float] | None:
    """Where the phone was; None when it does not say, or says nonsense."""
    lat, lon, off = _number(said.get("lat")), _number(said.get("lon")), _number(said.get("accuracy"))
    if lat is None or lon is None or not (-90 <= lat <= 90 and -180 <= lon <= 180):
        return None
    return None if off is not None and not 0 <= off <= ACCURACY_MAX_M else (lat, lon)


def _number(said: str | None) -> float | None:
    return float(said) if said and re.fullmatch(r"-?\d{1,9}(\.\d{1,20})?", said, re.ASCII) else None


def _is_number(said: str) -> bool:
    return said.isascii() and said.isdigit() and len(said) <= 18
