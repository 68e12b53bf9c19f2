"""One centre out of several members' predictions, by how they did on what was known at each moment. Pure."""

import math

import numpy as np
from numpy.typing import NDArray

from tracking_core.transit_csv import Floats
from tracking_core.transit_features import Codes, known_means

Rows = NDArray[np.intp]

PLAIN, CARRIED = "plain", "carried"
EDGES = ("lower", "upper")
#: Before so many of its predictions have an outcome a member is not believed.
JUDGED_FROM = 40
#: How many of the latest predictions whose outcome is known judge the members.
JUDGED = 2000
#: How quickly a member loses its say as its recent error grows above the best one's.
STRICTNESS = 20.0
#: Steps and pace in which the shares are moved to where the past error is least.
STEPS, PACE = 150, 2.0
#: In how many parts the rows are taken, each with the shares of its beginning.
PARTS = 40
#: An outcome counts half as much for judging members when so many have come after it.
HALVED = 600
#: The trusted member, the plain model, always keeps a say: this over the root of the outcomes known, between these
#: bounds. A mean with it can lose no more than its part of what the others lose, and gains most of what they gain.
DOUBT, LEAST_DOUBT, MOST_DOUBT = 8.0, 0.3, 0.5
#: What the others gain on the trusted member in the past must be more than so many standard errors of it.
SURELY = 1.0
#: What was said at the milestone before is trusted in the plain model's place while it errs no more than so much as
#: that: the two mostly know the same, and what jumps about between milestones errs more than what stays.
STEADY = 1.05
#: Of how many of the latest misses the median says what is usual, and after how many it is taken anew.
LATELY, ANEW = 200, 5
#: The mean of so many latest misses, of all and of the same carrier, moves the centre where that has helped.
MISSES, WILD = 30, 3.0


def carried(at: Floats, earlier: list[tuple[Floats, Floats]]) -> Floats:
    """What the latest estimate made at an earlier milestone still says: seconds left from `at`; NaN where none was.

    earlier: per milestone (when, centre in seconds from then), both with one entry per row of `at`.
    """
    found, newest = np.full(len(at), np.nan), np.full(len(at), -np.inf)
    for when, centre in earlier:
        with np.errstate(invalid="ignore"):
            newer = np.isfinite(centre) & (when <= at) & (when >= newest)
        found[newer] = (when + centre - at)[newer]
        newest[newer] = when[newer]
    return found


def lately(left: Floats, at: Floats, done: Floats) -> Floats:
    """The median of the latest outcomes known at each row's moment, in seconds; NaN before there are a few."""
    order = np.argsort(done, kind="stable")
    known = np.searchsorted(done[order], at, side="left") // ANEW * ANEW
    found = np.full(len(left), np.nan)
    for upto in np.unique(known[known > 0]):
        found[known == upto] = np.median(left[order[max(0, upto - LATELY) : upto]])
    return found


def agreed(left: Floats, at: Floats, done: Floats, members: dict[str, Floats], carriers: Codes | None) -> Floats:
    """The members' common word, moved by how it has missed of late where moving it has helped; seconds, as `blend`."""
    centre = blend(left, at, done, members)
    off = left - centre
    judged = np.flatnonzero(np.isfinite(off))
    if not len(judged):
        return centre
    usual = lately(np.abs(off[judged]), done[judged], done[judged])
    most = WILD * np.where(np.isfinite(usual), usual, np.inf)
    off[judged] = np.clip(off[judged], -most, most)
    moved = {"agreed": centre}
    groups = {"all": np.zeros(len(at), dtype=np.int64)} | ({} if carriers is None else {"carrier": carriers})
    for name, codes in groups.items():
        missed = known_means(codes, at, done, off, lately=(MISSES,), prior=np.zeros(len(at)))[1]
        moved[name] = centre + np.nan_to_num(missed)
    # The plain model has had its say in what was agreed on.
    return blend(left, at, done, moved, trusted="agreed")


def blend(left: Floats, at: Floats, done: Floats, members: dict[str, Floats], trusted: str = PLAIN) -> Floats:
    """The centre of each row the trusted member has spoken of, in seconds; NaN for others.

    What is known of row i when row j is asked for is known only if done[i] < at[j]. A member without a word on a row
    leaves its share to the trusted one.
    """
    first = members[trusted]
    names = [name for name in members if name not in EDGES]
    stacked = np.column_stack([np.where(np.isfinite(members[name]), members[name], first) for name in names])
    spoken = np.column_stack([np.isfinite(members[name]) for name in names])
    asked = np.flatnonzero(np.isfinite(first))
    asked = asked[np.argsort(at[asked], kind="stable")]
    heard = asked[np.argsort(done[asked], kind="stable")]
    centre = np.full(len(left), np.nan)
    for part in np.array_split(asked, min(PARTS, max(len(asked), 1))):
        if len(part):
            upto = int(np.searchsorted(done[heard], at[part[0]], side="left"))
            seen = heard[max(0, upto - JUDGED) : upto]
            said = stacked[seen], spoken[seen]
            share = shares(left[seen], *said, _leading(left[seen], *said, names, trusted))
            centre[part] = stacked[part] @ share
    return centre


def _leading(left: Floats, said: Floats, spoken: NDArray[np.bool_], names: list[str], trusted: str) -> int:
    """The place of the member to trust: the one asked for, or what was carried on where that is as good."""
    place = names.index(trusted)
    if trusted != PLAIN or CARRIED not in names:
        return place
    carried_on = names.index(CARRIED)
    both = spoken[:, carried_on]
    if both.sum() < JUDGED_FROM:
        return place
    weight = _weights(len(left)) * both
    misses = np.abs(left[:, None] - said[:, [carried_on, place]])
    before, now = weight @ misses
    return carried_on if before <= STEADY * now else place


def shares(left: Floats, said: Floats, spoken: NDArray[np.bool_], trusted: int) -> Floats:
    """How much each member's word counts; they sum to 1. All rows are of the past.

    left: (n,), said and spoken: (n, members), trusted: which one answers while little is known.
    """
    alone = np.zeros(said.shape[1])
    alone[trusted] = 1.0
    if len(left) < JUDGED_FROM:
        return alone
    usable = spoken.sum(axis=0) >= JUDGED_FROM
    if not usable[trusted]:
        return alone
    weight = _weights(len(left))
    misses = np.abs(left[:, None] - said)
    errors = np.where(usable, weight @ misses, np.inf)
    best = max(float(errors.min()), 1e-9)
    share = np.exp(-STRICTNESS * (errors / best - 1))
    share /= share.sum()
    fitted = _fitted(share, left, said, weight, usable, best)
    # Half of what fits the past best, half of what each is worth by itself: the former alone is too sure of itself.
    mixed = (fitted + share) / 2
    doubt = min(max(DOUBT / math.sqrt(len(left)), LEAST_DOUBT), MOST_DOUBT)
    mixed = (1 - doubt) * mixed + doubt * alone
    gained = misses[:, trusted] - np.abs(left - said @ mixed)
    gain = float(weight @ gained)
    luck = math.sqrt(float(weight**2 @ (gained - gain) ** 2))
    return mixed if gain > SURELY * luck else alone


def _weights(n: int) -> Floats:
    """What each of n outcomes counts for, the latest last; they sum to 1."""
    weight = 0.5 ** (np.arange(n)[::-1] / HALVED)
    found: Floats = weight / weight.sum()
    return found


def _fitted(
    share: Floats, left: Floats, said: Floats, weight: Floats, usable: NDArray[np.bool_], scale: float
) -> Floats:
    """The shares moved to where the weighed past error is least. scale: the size of an error, in seconds."""
    for step in range(STEPS):
        slope = (weight * np.sign(said @ share - left)) @ said
        slope = np.where(usable, slope - float(slope @ share), 0.0)
        pace = PACE / math.sqrt(step + 1) / (scale * math.sqrt(len(share)))
        share = share * np.exp(np.clip(-pace * slope, -5.0, 5.0))
        share = share / share.sum()
    return share
