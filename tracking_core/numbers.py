"""Tracking numbers as they are compared. Pure."""

#: Longer than any carrier's; what is longer is no tracking number and would not fit an index.
LONGEST = 100


def normalised(tracking_number: str | None) -> str:
    """Upper case, without white space; dashes go only from numbers that are digits otherwise. Empty for None.

    People paste `9400 1000-0000`, but the dashes of a courier's job id (a UUID, `RT-17-B`) are part of it.
    """
    bare = "".join((tracking_number or "").split()).upper()
    undashed = bare.replace("-", "")
    return undashed if undashed.isdigit() else bare
