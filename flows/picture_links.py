"""Addresses of pictures: signed, short-lived, and good for one picture only. Nothing of them is stored."""

import base64
import hashlib
import hmac
import struct
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta

from channels.picture_models import Picture
from flows.house import House

#: Behind it a token names a picture.
KIND = "m"
#: For texts that may wait a day in the outbox, such as the proof of a delivery.
DAY_AND_MORE = timedelta(hours=26)
_SHAPE = struct.Struct(">QI")
_SIGNATURE = 16


def url_of(house: House, picture: Picture, *, now: datetime, valid_for: timedelta | None = None) -> str:
    """Answer an address of the picture that works for `valid_for`, by default for PICTURE_LINK_SECONDS.

    Put it in `OutboundMessage.media`. Give `DAY_AND_MORE` where the text's category is kept longer than an hour.
    """
    return address(house, picture.id, until=now + (valid_for or usual(house)))


def usual(house: House) -> timedelta:
    """How long an address works where nobody says otherwise: longer than a relayed text waits for its turn."""
    return timedelta(seconds=house.settings.picture_link_s)


def address(house: House, picture_id: int, *, until: datetime) -> str:
    """Answer the picture's address, good until then (whole seconds)."""
    payload = _SHAPE.pack(picture_id, int(until.timestamp()))
    token = base64.urlsafe_b64encode(payload + _sign(house, payload)).rstrip(b"=").decode()
    return f"{house.settings.public_base_url}/{KIND}/{token}"


def find(house: House, token: str, *, now: datetime) -> int | None:
    """Answer the id of the picture a token opens; None when it opens nothing, or no more."""
    picture_id, until = _read(house, token)
    return picture_id if until is not None and now < until else None


def picture_id_of(house: House, url: str) -> int | None:
    """Answer which picture an address of ours is about, also after its time; None for any other address."""
    start = f"{house.settings.public_base_url}/{KIND}/"
    return _read(house, url[len(start) :])[0] if url.startswith(start) else None


def addresses(house: House, media: Sequence[str], picture_ids: Sequence[int], *, until: datetime) -> list[str]:
    """Answer fresh addresses for the pictures of a thread's message, whichever way it went."""
    sent = [(url, picture_id_of(house, url)) for url in media]
    fresh = [url if found is None else address(house, found, until=until) for url, found in sent]
    return fresh + [address(house, one, until=until) for one in picture_ids]


def stable_until(house: House, now: datetime) -> datetime:
    """Answer an end, up to an hour later than usual, that stays the same for an hour: a page's addresses stay too."""
    return now.replace(minute=0, second=0, microsecond=0) + timedelta(hours=1) + usual(house)


def _read(house: House, token: str) -> tuple[int | None, datetime | None]:
    try:
        raw = base64.urlsafe_b64decode(token.encode("ascii") + b"=" * (-len(token) % 4))
    except ValueError:
        return None, None
    if len(raw) != _SHAPE.size + _SIGNATURE:
        return None, None
    payload, signature = raw[: _SHAPE.size], raw[_SHAPE.size :]
    if not hmac.compare_digest(signature, _sign(house, payload)):
        return None, None
    picture_id, until = _SHAPE.unpack(payload)
    return picture_id, datetime.fromtimestamp(until, UTC)


def _sign(house: House, payload: bytes) -> bytes:
    key = hashlib.sha256(b"doorline pictures\0" + house.settings.secret_key.encode()).digest()
    return hmac.new(key, payload, hashlib.sha256).digest()[:_SIGNATURE]
