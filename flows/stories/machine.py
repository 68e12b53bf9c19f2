"""What a story is: a few named steps, each with its question, its answers, and the steps it may lead to.

A story's file declares a `Plot`. `flows.stories.running` plays it: rows, time, interruptions and misses are its care.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Final

from bot.understanding import Understanding
from flows.kit import Kit
from flows.story_models import Story
from tracking_core.models import Shipment

#: Ends of a story. DONE: settled and confirmed, may be corrected for a while. OVER: nothing is left of it.
#: PERSON: somebody of the staff goes on with what was collected.
DONE: Final = "done"
OVER: Final = "over"
PERSON: Final = "person"
ENDS: Final = frozenset({DONE, OVER, PERSON})

#: A refusal that needs no words of its own: where the parcel is says why not.
SAY_WHERE: Final[tuple[str, tuple[str, ...]]] = ("", ())

#: The name of the next step, an end, or None: that was no answer.
Next = str | None


@dataclass
class Talk:
    """A story under way, while one text is handled."""

    kit: Kit
    row: Story
    #: The parcel it is about; None while that is open, and in stories that need none.
    parcel: Shipment | None
    #: False: the words may not have been meant for it at all. Nothing may be changed because of them without asking.
    sure: bool = True

    @property
    def the_parcel(self) -> Shipment:
        """The parcel of a story that has one. Raises RuntimeError before it is known."""
        if self.parcel is None:
            raise RuntimeError(f"the story {self.row.story} does not know its parcel yet")
        return self.parcel

    @property
    def data(self) -> Mapping[str, Any]:
        """What has been collected so far."""
        return self.row.data

    @property
    def now(self) -> datetime:
        """The present."""
        return self.kit.now

    def note(self, **collected: Any) -> None:
        """Remember JSON values; None forgets one."""
        merged = {**self.row.data, **collected}
        self.row.data = {name: value for name, value in merged.items() if value is not None}

    def say(self, template: str, *, key: str | None = None, **values: Any) -> str:
        """Answer with a text; answers the key it is owed under."""
        key = key or self.kit.next_key()
        self.kit.say(self.kit.compose(template, **values), key=key)
        return key


@dataclass(frozen=True)
class Step:
    """One question. The functions are given the talk; texts are the sender's own words."""

    #: Says the question. The flag: an answer was not understood.
    ask: Callable[[Talk, bool], None]
    #: An answer that needs no understanding: a number, yes or no. Asked before everything else.
    pick: Callable[[Talk, str], Next]
    #: An answer in free words. Asked after the understanding, which may have heard something else entirely.
    words: Callable[[Talk, str, Understanding], Next]
    #: The steps it may lead to, beside OVER and PERSON.
    leads_to: frozenset[str]
    #: Whether the words are surely an answer, so that another intent heard in them does not count.
    claims: Callable[[Talk, str, Understanding], bool] = lambda _talk, _text, _understood: False


@dataclass(frozen=True)
class Plot:
    """One story: how it begins, its steps, and what becomes of it."""

    #: The intent that begins it, and the reason of the case a person gets.
    name: str
    #: Why it cannot be for a parcel, as a word its `refuse` understands; None: it can.
    hindrance: Callable[[Kit, Shipment], str | None]
    #: The text that says why not (told `order`, `why` and `choices`), and the intents offered instead.
    refuse: Callable[[str], tuple[str, tuple[str, ...]]]
    #: Called once the parcel is known, with the words it began with: the first step, or an end.
    begin: Callable[[Talk, str], str]
    steps: Mapping[str, Step]
    #: Where `begin` may lead.
    begins_with: frozenset[str]
    #: Takes a correction of what is done: the next step, DONE again, or None when the words say nothing for it.
    correct: Callable[[Talk, str], Next] = lambda _talk, _text: None
    #: What was collected, in words for whoever of the staff goes on; empty when there is nothing.
    collected: Callable[[Talk], str] = lambda _talk: ""
    #: False: it can begin without a parcel.
    needs_parcel: bool = True
    #: True: where none of the parcels under way is possible, those delivered in the last weeks may be meant.
    looks_back: bool = False
    #: True: it asks for people's own words, in which one may hear many things.
    needs_words: bool = False
    #: Whether several parcels may be meant at once ("both").
    many: bool = False
    #: Other intents that mean this story while it is open.
    also: frozenset[str] = field(default_factory=frozenset)

    def check(self) -> None:
        """Raise ValueError when a step leads nowhere or cannot be reached: each table is total."""
        known = {*self.steps, *ENDS}
        for name, leads_to in (("begin", self.begins_with), *((n, s.leads_to) for n, s in self.steps.items())):
            if leads_to - known:
                raise ValueError(f"{self.name}: {name} leads to unknown steps {sorted(leads_to - known)}")
        reached = set(self.begins_with)
        for _ in self.steps:
            reached |= {after for name in reached & self.steps.keys() for after in self.steps[name].leads_to}
        if set(self.steps) - reached:
            raise ValueError(f"{self.name}: nothing leads to {sorted(set(self.steps) - reached)}")
