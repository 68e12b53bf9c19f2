"""What a picture looks like, in numbers: how sharp, how bright, and a fingerprint that small changes leave alone. Pure.

Taken from the colours alone, after the picture was drawn anew: what a file says of itself counts for nothing here.
"""

import functools
import math
from dataclasses import dataclass

from PIL import Image, ImageFilter, ImageOps, ImageStat

#: Sharpness is measured at one size, so that pictures of different cameras compare; pixels of the longer side.
MEASURED_AT = 512
#: The fingerprint is made from a picture of so many pixels a side, …
SIDE = 32
#: … and from its so many slowest waves in each direction.
WAVES = 8
#: A picture whose shades differ by less has nothing in it that a fingerprint could hold; grey levels.
PLAIN = 3.0
#: Second difference in both directions: flat and evenly sloping parts give nothing, edges much.
_LAPLACIAN = ImageFilter.Kernel((3, 3), (0, 1, 0, 1, -4, 1, 0, 1, 0), scale=1, offset=128)


@dataclass(frozen=True, slots=True)
class Looks:
    """Three numbers of one picture."""

    #: Variance of the Laplacian, shades stretched to the full range first; a sharp photo has hundreds or more.
    sharpness: float
    #: Mean shade, from 0 (black) to 255 (white).
    brightness: float
    #: 63 bits; pictures that look alike differ in few. None: a plain surface, all of which look alike.
    fingerprint: int | None


def look(image: Image.Image) -> Looks:
    """Measure a picture of any size, RGB or grey."""
    grey = image.convert("L")
    brightness = ImageStat.Stat(grey).mean[0]
    return Looks(round(_sharpness(grey), 1), round(brightness, 1), _fingerprint(grey))


def _sharpness(grey: Image.Image) -> float:
    scale = MEASURED_AT / max(grey.size)
    if scale < 1:
        size = max(3, round(grey.width * scale)), max(3, round(grey.height * scale))
        grey = grey.resize(size, Image.Resampling.BOX, reducing_gap=2.0)
    if min(grey.size) < 3:
        return 0.0
    # A dim evening photo is not a blurred one: its few shades are stretched, without the outermost hundredth.
    edges = ImageOps.autocontrast(grey, cutoff=1).filter(_LAPLACIAN)
    # The filter copies the outermost pixels as they are.
    return float(ImageStat.Stat(edges.crop((1, 1, grey.width - 1, grey.height - 1))).var[0])


def _fingerprint(grey: Image.Image) -> int | None:
    """One bit for each slow wave: whether the picture goes with it or against it."""
    small = grey.resize((SIDE, SIDE), Image.Resampling.BOX)
    if ImageStat.Stat(small).stddev[0] < PLAIN:
        return None
    shades = small.tobytes()
    waves = _waves()
    rows = [
        [sum(map(float.__mul__, wave, map(float, shades[y * SIDE : (y + 1) * SIDE]))) for wave in waves]
        for y in range(SIDE)
    ]
    columns = list(zip(*rows, strict=True))
    found = 0
    for down in range(WAVES):
        for along in range(WAVES):
            if down or along:  # the very slowest is the mean, which is the brightness
                strength = sum(map(float.__mul__, waves[down], columns[along]))
                found |= (strength > 0) << (down * WAVES + along - 1)
    return found


@functools.cache
def _waves() -> list[list[float]]:
    """Cosines of the discrete cosine transform."""
    return [[math.cos(math.pi * (2 * at + 1) * wave / (2 * SIDE)) for at in range(SIDE)] for wave in range(WAVES)]
