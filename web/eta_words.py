"""Why an estimate is what it is, as sentences for a page or the API. Pure."""

from tracking_core.eta import Reasoned
from web.wording import Words


def sentence(reason: Reasoned, words: Words) -> str:
    """The reason as a sentence; empty for one there are no words for."""
    number = reason.params.get("stops", reason.params.get("minutes"))
    counted = words.maybe(f"why.{reason.code}.{number}") if number is not None else None
    return counted or words.maybe(f"why.{reason.code}", **reason.params) or ""
