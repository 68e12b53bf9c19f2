"""What a file is, and how many pixels it claims, by its own bytes and before anything decodes it. Pure."""

import re
import struct
from enum import StrEnum

#: How far the beginning of a text is looked at.
_HEAD = 1024
_MARKUP = re.compile(
    rb"<\s*(?:!doctype\s+html|html[\s>]|script[\s>/]|iframe[\s>/]|svg[\s>]|body[\s>]|\?php)", re.IGNORECASE
)
#: Frames of a JPEG that name its size.
_JPEG_FRAMES = frozenset(range(0xC0, 0xD0)) - {0xC4, 0xC8, 0xCC}
_HEIC_BRANDS = frozenset([b"heic", b"heix", b"heim", b"heis", b"hevc", b"hevx", b"mif1", b"msf1"])
_AUDIO_BRANDS = frozenset([b"M4A ", b"M4B ", b"M4P "])


class Kind(StrEnum):
    """What a file is."""

    JPEG = "jpeg"
    PNG = "png"
    WEBP = "webp"
    GIF = "gif"
    HEIC = "heic"
    VCARD = "vcard"
    PDF = "pdf"
    SVG = "svg"
    HTML = "html"
    VIDEO = "video"
    AUDIO = "audio"
    EMPTY = "empty"
    OTHER = "other"


_BEGINNINGS = (
    (b"\xff\xd8\xff", Kind.JPEG),
    (b"\x89PNG\r\n\x1a\n", Kind.PNG),
    (b"GIF87a", Kind.GIF),
    (b"GIF89a", Kind.GIF),
    (b"%PDF", Kind.PDF),
    (b"\x1aE\xdf\xa3", Kind.VIDEO),  # Matroska, WebM
    (b"ID3", Kind.AUDIO),
    (b"OggS", Kind.AUDIO),
    (b"fLaC", Kind.AUDIO),
    (b"#!AMR", Kind.AUDIO),
    (b"\xff\xfb", Kind.AUDIO),
    (b"\xff\xf1", Kind.AUDIO),
)


def sniff(data: bytes) -> Kind:
    """Answer what the bytes are, whatever they are called."""
    if not data:
        return Kind.EMPTY
    for beginning, kind in _BEGINNINGS:
        if data.startswith(beginning):
            return kind
    if data[:4] == b"RIFF":
        return {b"WEBP": Kind.WEBP, b"WAVE": Kind.AUDIO, b"AVI ": Kind.VIDEO}.get(data[8:12], Kind.OTHER)
    if data[4:8] == b"ftyp":
        brand = data[8:12]
        if brand in _HEIC_BRANDS:
            return Kind.HEIC
        # AVIF is a picture that we do not read.
        return Kind.OTHER if brand in {b"avif", b"avis"} else Kind.AUDIO if brand in _AUDIO_BRANDS else Kind.VIDEO
    return _text(data[:_HEAD])


def _text(head: bytes) -> Kind:
    head = head.removeprefix(b"\xef\xbb\xbf").replace(b"\0", b"").lstrip().lower()
    if head.startswith(b"begin:vcard"):
        return Kind.VCARD
    if b"%pdf-" in head:
        return Kind.PDF
    if b"<svg" in head:
        return Kind.SVG
    return Kind.HTML if _MARKUP.search(head) else Kind.OTHER


def markup_in(data: bytes) -> bool:
    """Whether a page stands anywhere in the file: a polyglot, made to be read as two things."""
    return _MARKUP.search(data) is not None


def dimensions(data: bytes, kind: Kind) -> tuple[int, int] | None:
    """Answer the width and height the file claims, None when it does not say them where it must."""
    try:
        return _READERS[kind](data)
    except (struct.error, IndexError):
        return None


def _png(data: bytes) -> tuple[int, int] | None:
    if data[12:16] != b"IHDR":
        return None
    width, height = struct.unpack_from(">II", data, 16)
    return width, height


def _gif(data: bytes) -> tuple[int, int] | None:
    """The canvas; a frame that reaches beyond it is measured by the decoder."""
    width, height = struct.unpack_from("<HH", data, 6)
    return width, height


def _webp(data: bytes) -> tuple[int, int] | None:
    kind = data[12:16]
    if kind == b"VP8X":
        return 1 + int.from_bytes(data[24:27], "little"), 1 + int.from_bytes(data[27:30], "little")
    if kind == b"VP8 " and data[23:26] == b"\x9d\x01\x2a":
        width, height = struct.unpack_from("<HH", data, 26)
        return width & 0x3FFF, height & 0x3FFF
    if kind == b"VP8L" and data[20] == 0x2F:
        (bits,) = struct.unpack_from("<I", data, 21)
        return 1 + (bits & 0x3FFF), 1 + (bits >> 14 & 0x3FFF)
    return None


def _jpeg(data: bytes) -> tuple[int, int] | None:
    """The largest frame: a decoder may believe another one than the first."""
    at, sizes = 2, []
    while at + 9 <= len(data):
        if data[at] != 0xFF:
            at += 1
            continue
        marker = data[at + 1]
        if marker in {0x00, 0x01, 0xFF} or 0xD0 <= marker <= 0xD8:
            at += 1 if marker == 0xFF else 2
            continue
        if marker in {0xD9, 0xDA}:  # the colours begin
            break
        (length,) = struct.unpack_from(">H", data, at + 2)
        if marker in _JPEG_FRAMES:
            height, width = struct.unpack_from(">HH", data, at + 5)
            sizes.append((width, height))
        at += 2 + length
    return max(sizes, key=lambda size: size[0] * size[1], default=None)


def _heic(data: bytes) -> tuple[int, int] | None:
    """The largest of the images in the file, by their `ispe` boxes."""
    sizes = []
    at = data.find(b"ispe")
    while at != -1:
        sizes.append(struct.unpack_from(">II", data, at + 8))
        at = data.find(b"ispe", at + 4)
    return max(sizes, key=lambda size: size[0] * size[1], default=None)


_READERS = {Kind.PNG: _png, Kind.GIF: _gif, Kind.WEBP: _webp, Kind.JPEG: _jpeg, Kind.HEIC: _heic}
