"""How long it takes by road between all places of a round: asked in blocks, with nothing open."""

import itertools
import logging
import time
from collections.abc import Sequence

from channels.road_source import MOST_PLACES
from tracking_core.roads import Place, RoadSource, can_take

log = logging.getLogger("doorline.roads")


def between(server: RoadSource, places: Sequence[Place], *, until: float) -> dict[tuple[Place, Place], float]:
    """Seconds from each place to each other one for which there is a way; {} when the server did not answer for all.

    Half a table would mix ways by road with straight lines, and favour whichever is judged shorter. until: of
    `time.monotonic`; nothing is asked after it. One try each.
    """
    found: dict[tuple[Place, Place], float] = {}
    blocks = [places[start : start + MOST_PLACES] for start in range(0, len(places), MOST_PLACES)]
    for sources, targets in itertools.product(blocks, blocks):
        if time.monotonic() > until:
            return {}
        try:
            rows = server.seconds(sources, targets)
        except OSError as error:
            if str(error) != "resting":
                log.warning("road server gave no table: %s", error)
            return {}
        pairs = zip(itertools.product(sources, targets), itertools.chain.from_iterable(rows), strict=True)
        answered = {pair: seconds for pair, seconds in pairs if seconds is not None and pair[0] != pair[1]}
        possible = {pair: seconds for pair, seconds in answered.items() if can_take(seconds, *pair)}
        if len(possible) * 2 < len(answered):
            server.failed()
            log.warning("road server gave a table that cannot be")
            return {}
        found |= possible
    return found
