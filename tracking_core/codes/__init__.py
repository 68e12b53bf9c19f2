"""Carriers' own status codes, for what reaches us through an aggregator that passes them on. Pure.

The aggregator's word stands; the carrier's own code speaks where the aggregator has no meaning for it, says only "on
the way" or "something went wrong", or gives no reason. A carrier is a file here with its literal table, `CODES`.
"""

import re
from collections.abc import Mapping

from tracking_core.codes import dhl, fedex, gls, ups, usps
from tracking_core.meanings import Meaning
from tracking_core.states import FINAL, UNKNOWN

#: By how a carrier's name begins, as EasyPost (FedExSmartPost) and AfterShip (dhl-germany) write it.
TABLES: Mapping[str, Mapping[str, Meaning]] = {
    "dhl": dhl.CODES,
    "fedex": fedex.CODES,
    "gls": gls.CODES,
    "ups": ups.CODES,
    "usps": usps.CODES,
}
NAME = re.compile(r"[a-z]+")
#: Reasons that say nothing.
VAGUE_REASONS = frozenset({None, "other"})
#: States that say only that it moves, or that something is wrong.
VAGUE_STATES = frozenset({"in_transit", "exception"})


def meaning_of(carrier: str | None, code: str | None) -> Meaning | None:
    """What the carrier's own code means; None for a carrier or a code nobody here knows."""
    found = NAME.match((carrier or "").strip().lower())
    if found is None or not code:
        return None
    name = next((one for one in TABLES if found.group().startswith(one)), "")
    return TABLES.get(name, {}).get(code.strip().upper())


def refined(meaning: Meaning, carrier: str | None, code: str | None, *, vague: bool) -> Meaning:
    """The aggregator's meaning, made plainer by the carrier's own code.

    vague: the aggregator names no detail of its own (none, `unknown`, `status_update`). Only then does the carrier's
    code move a parcel to another state than the aggregator says, and never to a final one: that word is too great for
    a code of two letters.
    """
    own = meaning_of(carrier, code)
    if own is None or own.status == UNKNOWN:
        return meaning
    if meaning.status == UNKNOWN:
        return own
    if own.status == meaning.status:
        reason = own.reason if meaning.reason in VAGUE_REASONS and own.reason else meaning.reason
        return Meaning(meaning.status, meaning.words, reason, tuple(dict.fromkeys((*meaning.flags, *own.flags))))
    if vague and meaning.status in VAGUE_STATES and own.status not in FINAL:
        return own
    return meaning
