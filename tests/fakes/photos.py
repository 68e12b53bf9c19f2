"""Pictures as cameras and mischief-makers produce them."""

import io
import math
import struct
import zlib
from datetime import datetime

from PIL import Image, ImageDraw
from PIL.ExifTags import GPS, IFD, Base

#: Words that a camera writes and nobody else may read.
SERIAL = "SN-4711-CANARY"
OWNER = "Dee Canary Driver"
XMP = b'<x:xmpmeta xmlns:x="adobe:ns:meta/"><rdf:li>XMP-CANARY</rdf:li></x:xmpmeta>'
COMMENT = b"COMMENT-CANARY"
TRAILER = b"TRAILER-CANARY" * 20
OAKLAND = (37.8044, -122.2712)


def scene(width: int = 1200, height: int = 900, *, seed: int = 7) -> Image.Image:
    """Answer something a JPEG has to work at: a door, a parcel, and grain."""
    image = Image.effect_noise((width, height), 24 + seed % 5).convert("RGB")
    draw = ImageDraw.Draw(image)
    if width < 16 or height < 16:
        return image
    draw.rectangle((width // 3, height // 8, width // 3 * 2, height), fill=(60 + seed * 9 % 120, 70, 90))
    draw.rectangle(
        (width // 2, height // 3 * 2, width // 8 * 7, height - height // 20), fill=(176, 132, 84 + seed % 60)
    )
    return image


def exif(
    *, place: tuple[float, float] | None = OAKLAND, at: datetime | None = None, orientation: int = 1
) -> Image.Exif:
    """Answer what a phone writes: who, what with, where, when, and which side is up. at: aware."""
    said = Image.Exif()
    said[Base.Make], said[Base.Model], said[Base.Orientation] = "Canon", "PHONE-CANARY", orientation
    said[Base.Artist] = OWNER
    camera = said.get_ifd(IFD.Exif)
    camera[Base.BodySerialNumber] = SERIAL
    camera[Base.MakerNote] = b"MAKERNOTE-CANARY"
    if at is not None:
        camera[Base.DateTimeOriginal] = at.strftime("%Y:%m:%d %H:%M:%S")
        zone = at.strftime("%z")
        camera[Base.OffsetTimeOriginal] = f"{zone[:3]}:{zone[3:5]}"
    if place is not None:
        gps = said.get_ifd(IFD.GPSInfo)
        gps[GPS.GPSLatitude], gps[GPS.GPSLatitudeRef] = _sexagesimal(place[0]), "N" if place[0] >= 0 else "S"
        gps[GPS.GPSLongitude], gps[GPS.GPSLongitudeRef] = _sexagesimal(place[1]), "E" if place[1] >= 0 else "W"
    return said


def _sexagesimal(degrees: float) -> tuple[float, float, float]:
    minutes, whole = math.modf(abs(degrees))
    seconds, minute = math.modf(minutes * 60)
    return whole, minute, round(seconds * 60, 3)


def phone_jpeg(image: Image.Image | None = None, **said: object) -> bytes:
    """Answer a JPEG as a phone saves it, with everything in it that must not get out."""
    out = io.BytesIO()
    (image or scene()).save(out, "JPEG", quality=88, exif=exif(**said), comment=COMMENT, xmp=XMP, dpi=(301, 299))  # type: ignore[arg-type]
    return out.getvalue() + TRAILER


def saved(image: Image.Image, kind: str, **options: object) -> bytes:
    out = io.BytesIO()
    image.save(out, kind, **options)  # type: ignore[arg-type]
    return out.getvalue()


def png_chunk(kind: bytes, content: bytes) -> bytes:
    return struct.pack(">I", len(content)) + kind + content + struct.pack(">I", zlib.crc32(kind + content))


def huge_png(width: int = 50_000, height: int = 50_000) -> bytes:
    """Answer a PNG of a few kilobytes that claims 2.5 billion pixels, with rows to go with the claim."""
    head = struct.pack(">IIBBBBB", width, height, 1, 0, 0, 0, 0)
    rows = zlib.compress(b"\0" * (1 + width // 8) * 200, 9)
    return b"\x89PNG\r\n\x1a\n" + png_chunk(b"IHDR", head) + png_chunk(b"IDAT", rows) + png_chunk(b"IEND", b"")


def polyglot_gif() -> bytes:
    """Answer a GIF that a browser would also run as a page."""
    gif = saved(scene(64, 64), "GIF", comment=b"<html><script>alert(document.domain)</script>")
    return gif + b"<html><body onload=alert(1)></html>"
