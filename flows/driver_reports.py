"""Whether a text is a driver's report from the round, which nobody else may take."""

from bot.driver_words import Word
from flows import driver_links, driver_reading
from flows.driver_reading import Reading
from flows.kit import Kit
from tracking_core import rounds

#: What is no report, or asks for a person: whoever has the thread reads it.
FOR_A_PERSON = frozenset({Word.EMERGENCY, Word.DONE, Word.NOTES})


def is_report(kit: Kit) -> bool:
    """Whether a driver reports of a stop, or asks for the next: the round goes on while a person helps."""
    reading = _reading(kit)
    return reading is not None and reading.said is not None and reading.said.word not in FOR_A_PERSON


def is_about_round(kit: Kit) -> bool:
    """Whether the text is a driver's and names a stop of the round, or says what drivers say: "stop 3 delivered"."""
    reading = _reading(kit)
    return reading is not None and (reading.said is not None or bool(reading.stops))


def _reading(kit: Kit) -> Reading | None:
    """The text as a driver's with stops left today; None for anybody else's."""
    driver = rounds.driver_of(kit.session, kit.retailer, kit.text.sender)
    if driver is None:
        return None
    stops = driver_links.round_of(kit.session, kit.house, driver, now=kit.now).stops
    return driver_reading.read(kit.text.text, stops) if rounds.left(stops) else None
