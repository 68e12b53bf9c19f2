"""Photos that look like one of another delivery, found among very many.

A fingerprint has 63 bits, in four quarters of 16. Two that differ in at most seven bits differ in at most one bit in
at least one quarter: so every quarter is looked up as it is and with each one of its bits turned, by index.
"""

from collections.abc import Iterator
from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session

from tracking_core.proof_models import Proof, ProofLook

#: Bits in which pictures may differ that count as alike. Above 7 the quarters would no longer find them all.
ALIKE_BITS = 7
_SIDE, _QUARTERS, _QUARTER_BITS = 8, 4, 16
_MASK = (1 << _QUARTER_BITS) - 1


@dataclass(frozen=True, slots=True)
class Pixels:
    """What was measured of a photo; None where it was not."""

    #: Variance of the Laplacian.
    sharpness: float | None = None
    #: Mean shade, 0 to 255.
    brightness: float | None = None
    #: Pixels of its shorter side.
    short_side: int | None = None
    #: 63 bits, one for each of the slow waves of the picture; None: plain, or not measured.
    fingerprint: int | None = None


@dataclass(frozen=True, slots=True)
class Alike:
    """A photo of another delivery that looks like this one."""

    proof: Proof
    #: How many of 63 bits differ.
    bits: int


def keep(session: Session, proof: Proof, fingerprint: int) -> None:
    """Make the photo findable by what it looks like."""
    for quarter in _quarters(fingerprint):
        session.add(ProofLook(retailer=proof.retailer, proof_id=proof.id, quarter=quarter, fingerprint=fingerprint))
    session.flush()


def find(session: Session, retailer: str, fingerprint: int, *, limit: int = 50) -> list[Alike]:
    """Answer the retailer's photos that look like it, also turned or mirrored, the most alike first."""
    best: dict[int, int] = {}
    for variant in set(turned(fingerprint)):
        wanted = [near for quarter in _quarters(variant) for near in _nearly(quarter)]
        query = select(ProofLook.proof_id, ProofLook.fingerprint).where(
            ProofLook.retailer == retailer, ProofLook.quarter.in_(wanted)
        )
        for proof_id, known in session.execute(query):
            bits = (known ^ variant).bit_count()
            if bits <= ALIKE_BITS:
                best[proof_id] = min(bits, best.get(proof_id, bits))
    nearest = sorted(best.items(), key=lambda one: (one[1], one[0]))[:limit]
    rows = {row.id: row for row in session.scalars(select(Proof).where(Proof.id.in_([one for one, _ in nearest])))}
    return [Alike(rows[one], bits) for one, bits in nearest if one in rows]


def turned(fingerprint: int) -> Iterator[int]:
    """Answer the fingerprints of the picture turned by quarters and mirrored: eight, the first is its own.

    Mirroring turns the sign of every odd wave in that direction; turning by a quarter also swaps the directions.
    """
    for swapped in (False, True):
        for down_sign in (0, 1):
            for along_sign in (0, 1):
                found = 0
                for down in range(_SIDE):
                    for along in range(_SIDE):
                        if not (down or along):
                            continue
                        at = (along, down) if swapped else (down, along)
                        bit = fingerprint >> (at[0] * _SIDE + at[1] - 1) & 1
                        bit ^= (down & down_sign) ^ (along & along_sign)
                        found |= bit << (down * _SIDE + along - 1)
                yield found


def _quarters(fingerprint: int) -> list[int]:
    return [place << _QUARTER_BITS | (fingerprint >> place * _QUARTER_BITS & _MASK) for place in range(_QUARTERS)]


def _nearly(quarter: int) -> list[int]:
    return [quarter, *(quarter ^ 1 << bit for bit in range(_QUARTER_BITS))]
