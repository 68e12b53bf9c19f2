"""Doors with parcels before them, drawn anew for each number, and what goes wrong when they are photographed."""

import io
import random

from PIL import Image, ImageDraw, ImageEnhance, ImageFilter


def door(number: int, width: int = 1200, height: int = 900) -> Image.Image:
    """Answer a doorstep: wall, door, floor, labelled boxes, light from one side, a lens's softness and grain."""
    chance = random.Random(number)
    wall = Image.new("RGB", (width, height), _colour(chance, 90, 220))
    light = Image.linear_gradient("L").rotate(chance.choice((0, 90, 180, 270))).resize((width, height))
    image = Image.blend(wall, Image.merge("RGB", [light] * 3), 0.25)
    draw = ImageDraw.Draw(image)
    floor = chance.randrange(height // 2, height * 3 // 4)
    draw.rectangle((0, floor, width, height), fill=_colour(chance, 60, 180))
    for y in range(floor, height, chance.randrange(30, 90)):
        draw.line((0, y, width, y), fill=(70, 60, 50), width=3)
    if chance.random() < 0.6:  # bricks or boards
        colour, step = _colour(chance, 80, 160), chance.randrange(28, 70)
        for y in range(0, floor, step):
            draw.line((0, y, width, y), fill=colour, width=3)
    _door(draw, chance, width, height, floor)
    for _ in range(chance.randrange(1, 4)):
        _box(draw, chance, width, height)
    grain = Image.effect_noise((width, height), chance.uniform(6, 14)).convert("RGB")
    return Image.blend(image, grain, 0.08).filter(ImageFilter.GaussianBlur(0.7))


def _colour(chance: random.Random, low: int, high: int) -> tuple[int, int, int]:
    return chance.randrange(low, high), chance.randrange(low, high), chance.randrange(low, high)


def _door(draw: ImageDraw.ImageDraw, chance: random.Random, width: int, height: int, floor: int) -> None:
    wide = chance.randrange(width // 5, width // 2)
    left, top = chance.randrange(0, width - wide), chance.randrange(0, height // 4)
    draw.rectangle((left, top, left + wide, floor), fill=_colour(chance, 20, 230), outline=(30, 30, 30), width=6)
    knob = left + wide * 4 // 5, (top + floor) // 2
    draw.ellipse((*knob, knob[0] + 24, knob[1] + 24), fill=(200, 180, 60))


def _box(draw: ImageDraw.ImageDraw, chance: random.Random, width: int, height: int) -> None:
    wide, high = chance.randrange(width // 10, width // 3), chance.randrange(height // 10, height // 3)
    left, top = chance.randrange(0, width - wide), chance.randrange(height // 2, height - high // 2)
    card = (chance.randrange(140, 200), chance.randrange(100, 150), chance.randrange(50, 100))
    draw.rectangle((left, top, left + wide, top + high), fill=card, outline=(90, 60, 30), width=4)
    label = left + wide // 4, top + high // 4, left + wide // 2, top + high // 2
    draw.rectangle(label, fill=(235, 235, 230))
    for row in range(5):
        y = label[1] + 5 + row * 7
        draw.line((label[0] + 4, y, label[2] - 6 - chance.randrange(20), y), fill=(20, 20, 20), width=2)


def jpeg(image: Image.Image, quality: int = 88) -> bytes:
    out = io.BytesIO()
    image.save(out, "JPEG", quality=quality)
    return out.getvalue()


def blurred(image: Image.Image, radius: float = 12) -> Image.Image:
    return image.filter(ImageFilter.GaussianBlur(radius))


def dark(image: Image.Image, share: float = 0.05) -> Image.Image:
    return ImageEnhance.Brightness(image).enhance(share)


def grainy(image: Image.Image, share: float = 0.3) -> Image.Image:
    return Image.blend(image, Image.effect_noise(image.size, 80).convert("RGB"), share)


def cropped(image: Image.Image, share: float) -> Image.Image:
    """Without that share of each side."""
    wide, high = round(image.width * share), round(image.height * share)
    return image.crop((wide, high, image.width - wide, image.height - high))


def screenshot(image: Image.Image) -> Image.Image:
    """On the page of a phone, with white above and below."""
    page = Image.new("RGB", (1080, 1900), "white")
    page.paste(image.resize((1080, 1080 * image.height // image.width)), (0, 500))
    return page


def reread(image: Image.Image, quality: int) -> Image.Image:
    """As a JPEG of that quality gives it back."""
    return Image.open(io.BytesIO(jpeg(image, quality))).convert("RGB")
