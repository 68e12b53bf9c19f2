"""What a source's code means to us. Pure."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Meaning:
    """What a carrier's code means to us."""

    #: A ShipmentState's value, `update` or `unknown`.
    status: str
    #: The code in plain words.
    words: str
    #: `reasons.Reason` value.
    reason: str | None = None
    flags: tuple[str, ...] = ()
