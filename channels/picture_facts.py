"""What a camera wrote into a picture about time and place, read with suspicion. Pure."""

import math
import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from PIL import Image
from PIL.ExifTags import GPS, IFD, Base

_ERRORS = (ValueError, TypeError, LookupError, OSError, ArithmeticError, AttributeError, SyntaxError, RuntimeError)


@dataclass(frozen=True, slots=True)
class PictureFacts:
    """Kept for the proof of a delivery. Never shown to the other party, never in what we serve."""

    #: UTC; None when the camera does not say, or not in which zone.
    taken_at: datetime | None = None
    #: Degrees, WGS 84; both or neither.
    lat: float | None = None
    lon: float | None = None


def read_facts(exif: Image.Exif) -> PictureFacts:
    """Read what can be believed; whatever is damaged or impossible is as if it were not there."""
    camera, gps = _directory(exif, IFD.Exif), _directory(exif, IFD.GPSInfo)
    lat = _degrees(gps.get(GPS.GPSLatitude), gps.get(GPS.GPSLatitudeRef), "NS", 90)
    lon = _degrees(gps.get(GPS.GPSLongitude), gps.get(GPS.GPSLongitudeRef), "EW", 180)
    if lat is None or lon is None or (lat == 0 and lon == 0):  # null island: a receiver without a fix
        lat = lon = None
    return PictureFacts(_taken_at(camera, gps), lat, lon)


def _directory(exif: Image.Exif, which: IFD) -> Mapping[int, Any]:
    try:
        return exif.get_ifd(which)
    except _ERRORS:
        return {}


def _taken_at(camera: Mapping[int, Any], gps: Mapping[int, Any]) -> datetime | None:
    said = _text(camera.get(Base.DateTimeOriginal) or camera.get(Base.DateTimeDigitized))
    zone = _text(camera.get(Base.OffsetTimeOriginal) or camera.get(Base.OffsetTimeDigitized))
    try:
        if said and re.fullmatch(r"[+-]\d\d:\d\d", zone):
            return datetime.strptime(f"{said[:19]} {zone}", "%Y:%m:%d %H:%M:%S %z").astimezone(UTC)
    except (ValueError, OverflowError):
        pass
    # Without its zone the camera's clock says nothing; the satellites' clock is UTC.
    try:
        hour, minute, second = (float(part) for part in gps[GPS.GPSTimeStamp])
        day = datetime.strptime(_text(gps[GPS.GPSDateStamp]), "%Y:%m:%d").replace(tzinfo=UTC)
        return day.replace(hour=int(hour), minute=int(minute), second=int(second))
    except _ERRORS:
        return None


def _text(value: object) -> str:
    if isinstance(value, bytes):
        value = value.decode("ascii", "replace")
    return value.strip("\0 ") if isinstance(value, str) else ""


def _degrees(said: Any, side: object, sides: str, most: int) -> float | None:
    """Read degrees, minutes and seconds; None unless they are a place on earth."""
    side = _text(side).upper()
    try:
        degrees, minutes, seconds = (float(part) for part in said)
        found = degrees + minutes / 60 + seconds / 3600
    except _ERRORS:
        return None
    if side not in tuple(sides) or not math.isfinite(found) or not 0 <= found <= most:
        return None
    return round(-found if side == sides[1] else found, 6)
