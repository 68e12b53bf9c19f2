"""Pictures of strangers made harmless: sniffed, measured before they are decoded, and drawn anew. Pure.

What comes out was drawn by us from colours alone: no metadata, no thumbnail, no comment, no byte behind the end
survives. What the camera wrote about time and place is handed back apart, for the proof of a delivery and nobody else.
"""

import hashlib
import io
import struct
import threading
import warnings
import zlib
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

import pi_heif
from PIL import Image, ImageOps, UnidentifiedImageError

from channels.picture_facts import PictureFacts, read_facts
from channels.picture_looks import Looks, look
from channels.picture_sniffing import Kind, dimensions, markup_in, sniff

#: The largest file taken, in bytes, and the most pixels one may have; both are checked before anything is decoded.
BYTES_MAX = 5 * 1024 * 1024
PIXELS_MAX = 40_000_000
#: Its decoder holds four copies of the picture at once.
WEBP_PIXELS_MAX = 20_000_000
#: Pixels of the longer side of what we keep, and of its thumbnail.
SIDE_MAX, THUMBNAIL_MAX = 1600, 320
#: Carriers drop heavier pictures on the way to phones.
JPEG_MAX = 600 * 1024
#: Tried in this order until the picture is light enough.
_QUALITIES = (85, 75, 65, 50, 35)
#: What decoding damaged files raises; libraries differ in what they call damage.
_DAMAGE = (
    UnidentifiedImageError, Image.DecompressionBombError, OSError, SyntaxError, ValueError, LookupError, TypeError,
    EOFError, AttributeError, ArithmeticError, NotImplementedError, RuntimeError, struct.error, zlib.error, MemoryError,
)  # fmt: skip
_FORMATS = {Kind.JPEG: "JPEG", Kind.PNG: "PNG", Kind.WEBP: "WEBP", Kind.GIF: "GIF", Kind.HEIC: "HEIF"}

pi_heif.register_heif_opener(thumbnails=False, depth_images=False, aux_images=False)


class Why(StrEnum):
    """Why something is not taken as a picture."""

    VCARD = "vcard"
    PDF = "pdf"
    SVG = "svg"
    HTML = "html"
    VIDEO = "video"
    AUDIO = "audio"
    TOO_BIG = "too_big"
    TOO_MANY_PIXELS = "too_many_pixels"
    BROKEN = "broken"
    OTHER = "other"


class NotAPicture(Exception):
    """This cannot be shown as a picture."""

    def __init__(self, why: Why) -> None:
        super().__init__(why.value)
        self.why = why


@dataclass(frozen=True, slots=True)
class CleanPicture:
    """A picture as we drew it."""

    jpeg: bytes
    #: Pixels.
    width: int
    height: int
    #: Hex digest of `jpeg`.
    sha256: str
    #: A small JPEG, at most 320 pixels on its longer side.
    thumbnail: bytes
    facts: PictureFacts
    looks: Looks

    @property
    def taken_at(self) -> datetime | None:
        """When the camera says it was taken, UTC; None when it does not say, or not in which zone."""
        return self.facts.taken_at


#: One picture is decoded at a time in each process: so much memory is needed once, whatever comes in.
_decoding = threading.Lock()


def clean(data: bytes) -> CleanPicture:
    """Draw the picture anew: upright, RGB, at most 1,600 pixels and 600 KB, as JPEG. Raises NotAPicture.

    The content decides what it is, never a name or a type that somebody claims. Of an animation the first frame is
    kept. At most about 450 MB are in use while it runs, whatever the file says of itself.
    """
    kind = _accept(data)
    with _decoding:
        try:
            with warnings.catch_warnings():
                warnings.simplefilter("ignore", Image.DecompressionBombWarning)  # measured already
                drawn, facts = _draw(data, kind)
        except _DAMAGE as error:
            raise NotAPicture(Why.BROKEN) from error
        jpeg = _light_jpeg(drawn)
        thumbnail = _jpeg(_fitted(drawn, THUMBNAIL_MAX), 70)
        sha256 = hashlib.sha256(jpeg).hexdigest()
        return CleanPicture(jpeg, drawn.width, drawn.height, sha256, thumbnail, facts, look(drawn))


def _accept(data: bytes) -> Kind:
    """Answer what kind of picture it is. Raises NotAPicture for all that needs no decoding to be refused."""
    kind = sniff(data)
    if kind not in _FORMATS:
        raise NotAPicture(_REFUSED.get(kind, Why.OTHER))
    if len(data) > BYTES_MAX:
        raise NotAPicture(Why.TOO_BIG)
    if markup_in(data):  # a page in a picture's clothes: nobody's camera writes one
        raise NotAPicture(Why.HTML)
    size = dimensions(data, kind)
    if size is None or min(size) < 1:
        raise NotAPicture(Why.BROKEN)
    if size[0] * size[1] > (WEBP_PIXELS_MAX if kind is Kind.WEBP else PIXELS_MAX):
        raise NotAPicture(Why.TOO_MANY_PIXELS)
    return kind


_REFUSED = {
    Kind.VCARD: Why.VCARD,
    Kind.PDF: Why.PDF,
    Kind.SVG: Why.SVG,
    Kind.HTML: Why.HTML,
    Kind.VIDEO: Why.VIDEO,
    Kind.AUDIO: Why.AUDIO,
    Kind.EMPTY: Why.BROKEN,
}


def _draw(data: bytes, kind: Kind) -> tuple[Image.Image, PictureFacts]:
    with Image.open(io.BytesIO(data), formats=[_FORMATS[kind]]) as opened:
        # The decoder has its own opinion of the size; both must be small enough.
        if opened.width * opened.height > PIXELS_MAX:
            raise NotAPicture(Why.TOO_MANY_PIXELS)
        exif = opened.getexif()
        facts = read_facts(exif)
        if kind is Kind.JPEG:
            opened.draft("RGB", _size_within(opened, SIDE_MAX))  # a large one is decoded at a fraction of its size
        opened.load()
        image: Image.Image = opened
        if image.mode in {"P", "PA"} or "transparency" in image.info:
            image = image.convert("RGBA")
        image = _fitted(image, SIDE_MAX)
        if kind is not Kind.HEIC:  # its reader has turned it already
            image = ImageOps.exif_transpose(image)
        return _on_white(image), facts


def _size_within(image: Image.Image, side: int) -> tuple[int, int]:
    scale = min(1.0, side / max(image.size))
    return max(1, round(image.width * scale)), max(1, round(image.height * scale))


def _fitted(image: Image.Image, side: int) -> Image.Image:
    """Answer the image no longer than `side`; what is small stays as it is."""
    if max(image.size) <= side:
        return image
    if image.mode not in {"L", "LA", "RGB", "RGBA", "CMYK", "YCbCr", "La", "RGBa"}:
        image = image.convert("RGB")
    resized = image.resize(_size_within(image, side), Image.Resampling.LANCZOS, reducing_gap=2.0)
    resized.info = {"exif": image.info["exif"]} if "exif" in image.info else {}  # it says which side is up
    return resized


def _on_white(image: Image.Image) -> Image.Image:
    """Answer a fresh RGB image: only colours are copied, nothing that the old one knew."""
    fresh = Image.new("RGB", image.size, "white")
    if image.mode in {"RGBA", "LA", "La", "RGBa"}:
        image = image.convert("RGBA")
        fresh.paste(image, mask=image.getchannel("A"))
    else:
        fresh.paste(image.convert("RGB"))
    return fresh


def _light_jpeg(image: Image.Image) -> bytes:
    for quality in _QUALITIES:
        jpeg = _jpeg(image, quality)
        if len(jpeg) <= JPEG_MAX:
            break
    return jpeg


def _jpeg(image: Image.Image, quality: int) -> bytes:
    out = io.BytesIO()
    image.save(out, "JPEG", quality=quality, optimize=True, progressive=False)
    return out.getvalue()
