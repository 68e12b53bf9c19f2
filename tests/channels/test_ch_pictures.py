"""What strangers send as pictures: drawn anew without a trace of the camera, or refused; neither costs the worker."""

import hashlib
import io
import os
import subprocess
import sys
from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path

import pytest
from fakes import photos
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from PIL import Image, ImageChops, ImageStat

from channels import pictures
from channels.pictures import BYTES_MAX, JPEG_MAX, SIDE_MAX, NotAPicture, Why, clean

ROOT = Path(__file__).resolve().parents[2]
CANARIES = (
    b"CANARY",
    b"Exif",
    b"GPS",
    b"http://ns.adobe.com",
    b"xmpmeta",
    b"ICC_PROFILE",
    b"Canon",
    b"Photoshop",
    b"MPF\0",
)


def markers(jpeg: bytes) -> list[int]:
    """The markers of a JPEG before its colours, and proof that nothing stands behind its end."""
    found, at = [], 2
    while jpeg[at + 1] != 0xDA:
        assert jpeg[at] == 0xFF
        found.append(jpeg[at + 1])
        at += 2 + int.from_bytes(jpeg[at + 2 : at + 4], "big")
    assert jpeg.index(b"\xff\xd9", at) == len(jpeg) - 2
    return found


def assert_bare(jpeg: bytes) -> None:
    """JFIF's own 16 bytes, tables, a frame, the colours: and not one segment in which anything could be said."""
    for canary in CANARIES:
        assert canary not in jpeg
    told = markers(jpeg)
    assert set(told) <= {0xE0, 0xDB, 0xC0, 0xC4} and told.count(0xE0) == 1
    assert jpeg[:20] == b"\xff\xd8\xff\xe0\x00\x10JFIF\x00\x01\x01\x00\x00\x01\x00\x01\x00\x00"
    assert Image.open(io.BytesIO(jpeg)).getexif() == {}


def refusal(data: bytes) -> Why:
    with pytest.raises(NotAPicture) as caught:
        clean(data)
    return caught.value.why


def test_nothing_the_camera_wrote_comes_out_and_what_it_knew_is_handed_back_apart() -> None:
    at = datetime(2026, 12, 1, 9, 30, tzinfo=timezone(timedelta(hours=-8)))
    data = photos.phone_jpeg(at=at)
    for canary in (b"SN-4711-CANARY", b"COMMENT-CANARY", b"XMP-CANARY", b"TRAILER-CANARY", b"MAKERNOTE-CANARY"):
        assert canary in data  # or this test would prove nothing
    picture = clean(data)
    assert_bare(picture.jpeg)
    assert_bare(picture.thumbnail)
    assert (picture.width, picture.height) == (1200, 900) == Image.open(io.BytesIO(picture.jpeg)).size
    assert max(Image.open(io.BytesIO(picture.thumbnail)).size) == 320
    assert picture.taken_at == datetime(2026, 12, 1, 17, 30, tzinfo=UTC)
    assert (picture.facts.lat, picture.facts.lon) == pytest.approx(photos.OAKLAND, abs=1e-5)


@pytest.mark.parametrize(
    ("kind", "options"),
    [
        ("PNG", {"exif": photos.exif(), "pnginfo": None}),
        ("WEBP", {"exif": photos.exif(), "xmp": photos.XMP}),
        ("GIF", {"comment": photos.COMMENT}),
    ],
)
def test_every_kind_comes_out_as_a_bare_jpeg(kind: str, options: dict[str, object]) -> None:
    picture = clean(photos.saved(photos.scene(), kind, **options))
    assert_bare(picture.jpeg)
    assert (picture.width, picture.height) == (1200, 900)


def test_an_iphones_picture_is_read_and_bare() -> None:
    data = (Path(__file__).parent / "data" / "small.heic").read_bytes()
    picture = clean(data)
    assert_bare(picture.jpeg)
    assert b"CANARY" in data
    # It lies on its side in the file, blue in a corner; upright, that corner is at the top right.
    assert (picture.width, picture.height) == (48, 64)
    red, _green, blue = Image.open(io.BytesIO(picture.jpeg)).getpixel((44, 4))
    assert blue > 100 > red
    assert (picture.facts.lat, picture.facts.lon) == pytest.approx(photos.OAKLAND, abs=1e-5)


@pytest.mark.parametrize("orientation", range(1, 9))
def test_it_is_turned_upright(orientation: int) -> None:
    upright = Image.new("RGB", (400, 200), "white")
    upright.paste((200, 0, 0), (0, 0, 100, 100))  # red at the top left of what a person saw
    turned = {1: None, 2: 0, 3: 3, 4: 1, 5: 5, 6: 2, 7: 6, 8: 4}[orientation]
    stored = upright if turned is None else upright.transpose(Image.Transpose(turned))
    picture = clean(photos.phone_jpeg(stored, orientation=orientation))
    seen = Image.open(io.BytesIO(picture.jpeg))
    assert seen.size == (400, 200)
    assert ImageStat.Stat(ImageChops.difference(seen, upright)).mean[1] < 6


@pytest.mark.parametrize(("size", "kept"), [((4000, 3000), (1600, 1200)), ((900, 4000), (360, 1600)), ((5, 3), (5, 3))])
def test_large_ones_are_made_smaller_and_small_ones_stay(size: tuple[int, int], kept: tuple[int, int]) -> None:
    picture = clean(photos.saved(photos.scene(*size), "JPEG", quality=60))
    assert (picture.width, picture.height) == kept
    assert max(picture.width, picture.height) <= SIDE_MAX


def test_it_is_light_enough_for_carriers_whatever_is_in_it() -> None:
    noise = Image.frombytes("RGB", (1600, 1000), os.urandom(1600 * 1000 * 3))
    data = photos.saved(noise, "JPEG", quality=85)
    picture = clean(data)
    assert len(data) > JPEG_MAX >= len(picture.jpeg)


def test_what_is_transparent_becomes_white_and_other_colour_models_are_read() -> None:
    clear = Image.new("RGBA", (20, 20), (255, 0, 0, 0))
    seen = Image.open(io.BytesIO(clean(photos.saved(clear, "PNG")).jpeg))
    assert min(seen.getpixel((10, 10))) > 250
    for mode in ("L", "1", "P", "LA", "CMYK", "I;16"):
        image = photos.scene(2000, 100).convert("L" if mode == "I;16" else mode)
        kind = "JPEG" if mode == "CMYK" else "PNG"
        assert clean(photos.saved(image.convert("I;16") if mode == "I;16" else image, kind)).width == 1600


def test_the_same_picture_has_the_same_hash_and_another_one_another() -> None:
    picture = photos.scene(seed=3)
    here, there = (clean(photos.phone_jpeg(picture, place=place)) for place in (photos.OAKLAND, None))
    other = clean(photos.phone_jpeg(photos.scene(seed=4)))
    assert here.sha256 == there.sha256 == hashlib.sha256(here.jpeg).hexdigest() != other.sha256


REFUSED = {
    "vcard": (b"BEGIN:VCARD\r\nVERSION:3.0\r\nTEL:+14155550100\r\nEND:VCARD", Why.VCARD),
    "vcard with a mark": (b"\xef\xbb\xbf \nbegin:vcard\nFN:Ana", Why.VCARD),
    "pdf": (b"%PDF-1.7\n1 0 obj", Why.PDF),
    "svg": (b'<?xml version="1.0"?><svg xmlns="http://www.w3.org/2000/svg"><script>1</script></svg>', Why.SVG),
    "html": (b"<!DOCTYPE html><html><body>hi", Why.HTML),
    "mp4": (b"\0\0\0\x20ftypisom\0\0\2\0", Why.VIDEO),
    "quicktime": (b"\0\0\0\x14ftypqt  \0\0\0\0", Why.VIDEO),
    "webm": (b"\x1aE\xdf\xa3\x01\0\0\0", Why.VIDEO),
    "amr": (b"#!AMR\n\x3c", Why.AUDIO),
    "m4a": (b"\0\0\0\x20ftypM4A \0\0\2\0", Why.AUDIO),
    "mp3": (b"ID3\4\0\0", Why.AUDIO),
    "wav": (b"RIFF\x24\0\0\0WAVEfmt ", Why.AUDIO),
    "avif": (b"\0\0\0\x20ftypavif\0\0\0\0", Why.OTHER),
    "tiff": (b"II*\0\x08\0\0\0", Why.OTHER),
    "postscript": (b"%!PS-Adobe-3.0 EPSF", Why.OTHER),
    "words": (b"hello there", Why.OTHER),
    "nothing": (b"", Why.BROKEN),
    "50,000 by 50,000": (photos.huge_png(), Why.TOO_MANY_PIXELS),
    "just too many pixels": (photos.huge_png(8000, 5001), Why.TOO_MANY_PIXELS),
    "polyglot": (photos.polyglot_gif(), Why.HTML),
    "polyglot jpeg": (photos.saved(photos.scene(64, 64), "JPEG", comment=b"<SCRIPT >alert(1)</SCRIPT>"), Why.HTML),
    "a gif that is only a name": (b"GIF89a/*" + b"=1;alert(1)" * 9, Why.TOO_MANY_PIXELS),
    "no size": (b"\x89PNG\r\n\x1a\n" + b"\0" * 40, Why.BROKEN),
    "no pixels": (photos.huge_png(0, 10), Why.BROKEN),
    "too many bytes": (photos.saved(photos.scene(8, 8), "JPEG") + b"\0" * BYTES_MAX, Why.TOO_BIG),
}


@pytest.mark.parametrize(("data", "why"), REFUSED.values(), ids=REFUSED)
def test_what_is_no_picture_is_refused_with_its_reason(data: bytes, why: Why) -> None:
    assert refusal(data) is why


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP", "GIF"])
def test_a_truncated_picture_is_refused(kind: str) -> None:
    data = photos.saved(photos.scene(300, 200), kind)
    for part in (0.3, 0.6, 0.9):
        assert refusal(data[: int(len(data) * part)]) is Why.BROKEN


@pytest.mark.parametrize("part", [0.2, 0.5, 0.9, 0.99])
def test_a_truncated_picture_of_an_iphone_is_refused(part: float) -> None:
    data = (Path(__file__).parent / "data" / "small.heic").read_bytes()
    assert refusal(data[: int(len(data) * part)]) is Why.BROKEN


def test_a_jpeg_without_its_last_bytes_is_refused() -> None:
    data = photos.saved(photos.scene(300, 200), "JPEG")
    assert [refusal(data[:-cut]) for cut in (2, 3, 40)] == [Why.BROKEN] * 3


def test_a_second_larger_frame_behind_a_small_one_does_not_slip_through() -> None:
    small = photos.saved(photos.scene(8, 8), "JPEG")
    at = small.index(b"\xff\xc0")
    length = 2 + int.from_bytes(small[at + 2 : at + 4], "big")
    frame = bytearray(small[at : at + length])
    frame[5:9] = (20_000).to_bytes(2, "big") * 2
    assert refusal(small[:at] + small[at : at + length] + bytes(frame) + small[at + length :]) is Why.TOO_MANY_PIXELS


def test_what_a_camera_cannot_have_meant_is_as_if_it_were_not_there() -> None:
    for place in ((0.0, 0.0), (95.0, 10.0), (10.0, 190.0)):
        facts = clean(photos.phone_jpeg(photos.scene(32, 32), place=place)).facts
        assert (facts.lat, facts.lon) == (None, None)
    unzoned = photos.exif(place=None, at=datetime(2026, 12, 1, 9, 30, tzinfo=UTC))
    del unzoned.get_ifd(0x8769)[0x9011]
    assert clean(photos.saved(photos.scene(32, 32), "JPEG", exif=unzoned)).taken_at is None


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(
    kind=st.sampled_from(["JPEG", "PNG", "WEBP", "GIF"]),
    where=st.lists(st.tuples(st.floats(0, 1), st.binary(min_size=1, max_size=8)), min_size=1, max_size=6),
)
def test_damage_of_any_sort_ends_in_a_picture_or_a_refusal(kind: str, where: list[tuple[float, bytes]]) -> None:
    data = bytearray(_SMALL[kind])
    for part, junk in where:
        at = int(part * len(data))
        data[at : at + len(junk)] = junk
    try:
        picture = clean(bytes(data))
    except NotAPicture:
        return
    assert_bare(picture.jpeg)


_SMALL = {kind: photos.saved(photos.scene(40, 30), kind) for kind in ("JPEG", "PNG", "WEBP", "GIF")}


def test_the_worst_that_is_allowed_costs_bounded_memory_and_time(tmp_path: Path) -> None:
    """In a process of its own: as many pixels as each kind may have, in the models that cost most."""
    program = """
import io, re, sys, time
from pathlib import Path
from PIL import Image
sys.path.insert(0, sys.argv[1])
from channels.pictures import clean
data = open(sys.argv[2], "rb").read()
began = time.monotonic()
picture = clean(data)
# Not getrusage: its peak is handed down from whoever started this process.
peak = int(re.search("VmHWM:\\s+(\\d+)", Path("/proc/self/status").read_text())[1]) // 1024
print(picture.width, peak, round(time.monotonic() - began, 1))
"""
    for kind, mode, size in (
        ("PNG", "RGBA", (7000, 5700)),
        ("PNG", "P", (7000, 5700)),
        ("GIF", "P", (7000, 5700)),
        ("WEBP", "RGBA", (5000, 3990)),
        ("JPEG", "CMYK", (7000, 5700)),
    ):
        path = tmp_path / f"worst.{kind}"
        path.write_bytes(photos.saved(Image.new("RGB", size, "green").convert(mode), kind))
        told = subprocess.run([sys.executable, "-c", program, ROOT, path], check=True, capture_output=True, text=True)
        width, megabytes, seconds = map(float, told.stdout.split())
        assert (width, megabytes < 520, seconds < 30) == (1600, True, True), (kind, told.stdout)


def test_the_limits_are_what_we_say_they_are() -> None:
    assert (pictures.BYTES_MAX, pictures.PIXELS_MAX, pictures.SIDE_MAX) == (5 * 1024 * 1024, 40_000_000, 1600)
