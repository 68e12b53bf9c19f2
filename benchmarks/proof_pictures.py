"""What the checks of a proof's picture see: doors drawn by us and damaged in known ways; and how fast likes are found.

python -m benchmarks.proof_pictures [--pictures N] [--kept N] [--url DATABASE]

One JSON line for each kind of damage: the share called blurred, dark or glaring, and taken for the photo it was made
from; then one for strangers, and one for the search among --kept fingerprints. Progress goes to stderr.
"""

import argparse
import itertools
import json
import random
import sys
import tempfile
import time
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "tests"))

from fakes.doors import blurred, cropped, dark, door, grainy, reread, screenshot
from PIL import Image, ImageEnhance
from sqlalchemy import insert

import tracking_core.models  # noqa: F401  its tables
from channels.picture_looks import Looks, look
from db import Base, Database
from tracking_core import proof_checks, proof_looks
from tracking_core.proof_looks import ALIKE_BITS, turned
from tracking_core.proof_models import Proof, ProofLook

DAMAGE: dict[str, Callable[[Image.Image], Image.Image]] = {
    "as it is": lambda image: image,
    "JPEG quality 30": lambda image: reread(image, 30),
    "JPEG quality 10": lambda image: reread(image, 10),
    "half the size": lambda image: image.resize((image.width // 2, image.height // 2)),
    "mirrored": lambda image: image.transpose(Image.Transpose.FLIP_LEFT_RIGHT),
    "turned by 90 degrees": lambda image: image.transpose(Image.Transpose.ROTATE_90),
    "turned by 2 degrees": lambda image: image.rotate(2),
    "turned by 5 degrees": lambda image: image.rotate(5),
    "2 % cut off each side": lambda image: cropped(image, 0.02),
    "5 % cut off each side": lambda image: cropped(image, 0.05),
    "10 % cut off each side": lambda image: cropped(image, 0.10),
    "screenshot of it": screenshot,
    "brighter by half": lambda image: ImageEnhance.Brightness(image).enhance(1.5),
    "half the light": lambda image: dark(image, 0.5),
    "a quarter of the light": lambda image: dark(image, 0.25),
    "a tenth of the light": lambda image: dark(image, 0.1),
    "black": lambda image: dark(image, 0.0),
    "grain": lambda image: grainy(image, 0.3),
    "blur, radius 1": lambda image: blurred(image, 1),
    "blur, radius 2": lambda image: blurred(image, 2),
    "blur, radius 4": lambda image: blurred(image, 4),
    "blur, radius 8": lambda image: blurred(image, 8),
    "blur, radius 16": lambda image: blurred(image, 16),
    "blur, radius 8, then grain": lambda image: grainy(blurred(image, 8), 0.1),
}


def alike(one: Looks, other: Looks) -> bool:
    if one.fingerprint is None or other.fingerprint is None:
        return False
    return min((one.fingerprint ^ turn).bit_count() for turn in turned(other.fingerprint)) <= ALIKE_BITS


def measure(pictures: int) -> None:
    doors = [door(number) for number in range(pictures)]
    before = [look(image) for image in doors]
    for name, damage in DAMAGE.items():
        found = [look(damage(image)) for image in doors]
        sharp = sorted(one.sharpness for one in found)
        row = {
            "damage": name,
            "n": pictures,
            "sharpness": [sharp[0], sharp[pictures // 2], sharp[-1]],
            "blurred": share(proof_checks.sharpness(one.sharpness).reason == "blurred" for one in found),
            "dark": share(proof_checks.brightness(one.brightness).reason == "dark" for one in found),
            "glaring": share(proof_checks.brightness(one.brightness).reason == "glaring" for one in found),
            "found again": share(alike(*pair) for pair in zip(found, before, strict=True)),
        }
        print(json.dumps(row), flush=True)
    pairs = list(itertools.combinations(before, 2))
    nearest = min(((a.fingerprint or 0) ^ (b.fingerprint or 0)).bit_count() for a, b in pairs)
    print(json.dumps({"strangers": len(pairs), "taken for alike": sum(alike(a, b) for a, b in pairs),
                      "nearest_bits": nearest}), flush=True)  # fmt: skip


def share(said: object) -> float:
    listed = list(said)  # type: ignore[call-overload]
    return round(sum(listed) / len(listed), 3)


def search(url: str, kept: int) -> None:
    """Time `proof_looks.find` among many fingerprints, of which 64 come with a near copy to look for."""
    chance, database = random.Random(7), Database(url, pool_size=2)
    Base.metadata.drop_all(database.engine, tables=[ProofLook.__table__, Proof.__table__])
    Base.metadata.create_all(database.engine, tables=[Proof.__table__, ProofLook.__table__])
    known = [chance.getrandbits(63) for _ in range(kept)]
    now = datetime(2026, 12, 1, tzinfo=UTC)
    with database.write() as session:
        for start in range(0, kept, 5000):
            rows = range(start, min(start + 5000, kept))
            session.execute(insert(Proof), [
                {"id": n + 1, "retailer": "default", "shipment_id": n, "kind": "photo", "digest": str(n),
                 "source": "api", "received_at": now, "checks": []} for n in rows
            ])  # fmt: skip
            session.execute(insert(ProofLook), [
                {"retailer": "default", "proof_id": n + 1, "fingerprint": known[n],
                 "quarter": q << 16 | (known[n] >> q * 16 & 0xFFFF)} for n in rows for q in range(4)
            ])  # fmt: skip
    took, missed = [], 0
    for _ in range(64):
        target = chance.randrange(kept)
        near = known[target]
        for bit in chance.sample(range(63), ALIKE_BITS):
            near ^= 1 << bit
        with database.read() as session:
            began = time.perf_counter()
            found = proof_looks.find(session, "default", near)
            took.append(time.perf_counter() - began)
        missed += target + 1 not in {one.proof.id for one in found}
    took.sort()
    print(json.dumps({"kept": kept, "database": url.split(":", 1)[0], "median_ms": round(took[32] * 1e3, 1),
                      "worst_ms": round(took[-1] * 1e3, 1), "missed": missed}), flush=True)  # fmt: skip
    database.close()


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--pictures", type=int, default=60)
    parser.add_argument("--kept", type=int, default=100_000)
    parser.add_argument("--url", help="a database that may be emptied; by default a new SQLite file")
    said = parser.parse_args()
    measure(said.pictures)
    with tempfile.TemporaryDirectory() as folder:
        search(said.url or f"sqlite:///{folder}/looks.db", said.kept)
    return 0


if __name__ == "__main__":
    sys.exit(main())
