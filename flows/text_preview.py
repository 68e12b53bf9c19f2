"""How a retailer's texts read and what each costs, before anybody is sent one."""

from collections.abc import Iterator
from dataclasses import dataclass

from channels.segments import Segments, count
from flows.house import House
from flows.text_names import TEXTS
from flows.text_samples import usual
from flows.texts import MAX_SEGMENTS, TextError
from flows.workflow import Workflow


@dataclass(frozen=True, slots=True)
class Preview:
    """One text in one language, told what it usually is."""

    name: str
    language: str
    #: As it would arrive; of a mail, subject and body. Empty when it cannot be rendered.
    text: str
    #: None for a mail, which is not measured.
    cost: Segments | None
    #: The retailer's own words, not the house's.
    own: bool
    #: Why it cannot be rendered.
    fault: str = ""

    @property
    def too_long(self) -> bool:
        """Whether it costs more than a text may."""
        return self.cost is not None and self.cost.segments > MAX_SEGMENTS


def names() -> list[str]:
    """The texts that people read, mails after messages; not the parts of sentences they are put together from."""
    return sorted(
        (one for one in TEXTS if not one.startswith("phrase_")), key=lambda one: (one.endswith(".email"), one)
    )


def previews(house: House, workflow: Workflow, wanted: list[str] | None = None) -> Iterator[Preview]:
    """Every text in every language of the workflow; or only the wanted ones."""
    for name in wanted if wanted is not None else names():
        for language in workflow.languages:
            yield preview(house, workflow, name, language)


def preview(house: House, workflow: Workflow, name: str, language: str) -> Preview:
    """One text. Raises KeyError for a name that is no text."""
    values = usual(TEXTS[name], language)
    own = bool({language, "*"} & set(workflow.texts.get(name, {})))
    try:
        if name.endswith(".email"):
            subject, body = house.texts.mail(name.removesuffix(".email"), language, workflow, **values)
            return Preview(name, language, f"{subject}\n\n{body}", None, own)
        text = house.texts.render(name, language, workflow, **values)
    except (TextError, TypeError, ValueError, ArithmeticError, AttributeError) as error:
        # Own words may calculate with what they are told, and a usual value may be of another kind than they expect.
        return Preview(name, language, "", None, own, fault=str(error))
    return Preview(name, language, text, count(text), own)
