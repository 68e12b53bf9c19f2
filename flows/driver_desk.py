"""A driver's text being handled: who writes, the round of today, and how a stop is named to them."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any

from channels.picture_models import Picture
from channels.segments import count
from flows import bringing_pictures, driver_links, driver_page
from flows.driver_links import Round
from flows.driver_page import Card
from flows.kit import Kit
from flows.texts import MAX_SEGMENTS
from tracking_core import rounds
from tracking_core.models import Driver
from tracking_core.rounds import Stop
from tracking_core.states import ShipmentState

#: Source of what is texted, as `driver_actions.act` and proofs want it.
TEXT = "driver_text"
#: A street is named in so many characters.
STREET_MAX = 40
#: Stops that a question offers.
MOST_OFFERED = 4
#: How a list is shortened until it fits: how many stops, and whether their streets are said.
LISTS = ((8, True), (6, True), (5, True), (4, True), (3, True), (4, False), (3, False))


@dataclass
class Desk:
    """One text of a driver, inside one transaction."""

    kit: Kit
    driver: Driver
    round: Round
    #: The text that asked for something; an answer to a question of ours goes on with that one.
    origin: int
    pictures: tuple[Picture, ...]
    #: What the customer told the driver at the door, or why there is no PIN: of this text alone, kept nowhere.
    pin: str | None = field(default=None, repr=False)
    no_pin: str | None = None

    @classmethod
    def open(cls, kit: Kit, driver: Driver, *, origin: int | None = None) -> "Desk":
        """Gather what is known. origin: the text before the question that is answered now."""
        found = kit.pictures
        if origin is not None:
            sent = bringing_pictures.of_text(kit.session, origin)
            found = (*(one for one in sent if one.is_ready), *kit.pictures)
        round_ = driver_links.round_of(kit.session, kit.house, driver, now=kit.now)
        return cls(kit, driver, round_, origin or kit.text.id, found)

    @property
    def left(self) -> list[Stop]:
        """What is still to do, in order."""
        return rounds.left(self.round.stops)

    def fresh(self) -> "Desk":
        """The same with the round as it is now."""
        self.kit.session.flush()
        self.round = driver_links.round_of(self.kit.session, self.kit.house, self.driver, now=self.kit.now)
        return self

    def card(self, stop: Stop) -> Card:
        """What the driver may know of the stop."""
        (found,) = driver_page.cards(self.kit.session, self.kit.house, Round(self.driver, (stop,), self.round.zone))
        return found

    def street(self, stop: Stop) -> str:
        """The street, short enough for a list."""
        said = next(iter(self.card(stop).address), "")
        return said if len(said) <= STREET_MAX else f"{said[: STREET_MAX - 3].rstrip()}..."

    def window(self, stop: Stop) -> str:
        """When it is expected, by the clock of the place."""
        wording = self.kit.wording
        return wording.window(stop.expected, wording.zone(stop.shipment))

    def phrase(self, stop: Stop | None, *, window: bool = True) -> str:
        """A stop in one line: `A1002, 12 Oak St, today by 3 PM`; empty for none."""
        if stop is None:
            return ""
        words: str = self.kit.house.texts.phrase(
            "driver_stop",
            self.kit.language,
            self.kit.workflow,
            order=stop.shipment.order_number,
            address=self.street(stop),
            window=self.window(stop) if window else "",
        )
        return words

    def next(self) -> Stop | None:
        """Where the driver is or goes next."""
        return rounds.next_of(self.round.stops)

    def rows(self, stops: Iterable[Stop], *, streets: bool = True) -> list[dict[str, Any]]:
        """Stops as a text lists them."""
        return [
            {
                "number": stop.number,
                "order": stop.shipment.order_number,
                "address": self.street(stop) if streets else "",
            }
            for stop in stops
        ]

    def state(self, state: ShipmentState) -> str:
        """A state in two words, as a driver says it."""
        words: str = self.kit.house.texts.phrase(
            "driver_state", self.kit.language, self.kit.workflow, state=state.value
        )
        return words

    def same(self, stop: Stop) -> Stop | None:
        """The stop as it is now, or None when it is none of this round any more."""
        return self.round.stop(stop.shipment.id)

    def reply(self, template: str, *shorter: dict[str, Any], **values: Any) -> None:
        """Answer the driver. shorter: values that take the place of others, one after the other, until it fits."""
        words = self.kit.compose(template, **values)
        for given in shorter:
            if count(words).segments <= MAX_SEGMENTS:
                break
            words = self.kit.compose(template, **(values | given))
        if not self.kit.is_loop(words):
            self.kit.say(words)

    def reply_next(self, template: str, following: Stop | None, **values: Any) -> None:
        """Answer with what comes next, without its window where that is too long."""
        short = {"next": self.phrase(following, window=False)}
        self.reply(template, short, next=self.phrase(following), **values)

    def one_door(self, stops: Sequence[Stop]) -> bool:
        """Whether all of these are brought to one person at one door."""
        doors = {
            (
                stop.shipment.customer_phone or stop.shipment.customer_email,
                stop.shipment.destination.get("line1"),
                stop.shipment.destination.get("line2"),
                stop.shipment.destination.get("postal_code"),
            )
            for stop in stops
        }
        return len(doors) == 1
