"""The words people read: files per language, a retailer's own words over them, rendered strictly."""

import difflib
import functools
from datetime import datetime
from pathlib import Path
from typing import Any

from jinja2 import StrictUndefined, Template, TemplateError, TemplateSyntaxError, meta
from jinja2.sandbox import ImmutableSandboxedEnvironment

from channels.segments import count, to_gsm
from flows.text_names import TEXTS
from flows.workflow import Document, Workflow

FOLDER = Path(__file__).parent / "texts"
#: Spoken when nothing else is.
LAST_LANGUAGE = "en"
#: What one text may cost.
MAX_SEGMENTS = 2


class TextError(RuntimeError):
    """A text lacks a value it needs."""


def clock12(at: datetime) -> str:
    """A wall-clock time as `3:05 PM`, full hours as `3 PM`."""
    hour = at.hour % 12 or 12
    minute = f":{at.minute:02}" if at.minute else ""
    return f"{hour}{minute} {'AM' if at.hour < 12 else 'PM'}"


def clock24(at: datetime) -> str:
    """A wall-clock time as `15:05`."""
    return f"{at.hour}:{at.minute:02}"


# Retailers write words of their own: they get values and loops, and nothing of Python.
_JINJA = ImmutableSandboxedEnvironment(undefined=StrictUndefined, autoescape=False, trim_blocks=True)
_JINJA.filters |= {"clock12": clock12, "clock24": clock24}


class Texts:
    """Every text of the house by name. Safe to share between threads."""

    def __init__(self, folder: Path = FOLDER) -> None:
        self._sources = {
            (path.parent.name, path.name.removesuffix(".txt")): path.read_text(encoding="utf-8")
            for path in sorted(folder.glob("*/*.txt"))
        }

    @property
    def languages(self) -> tuple[str, ...]:
        """The languages there are words in."""
        return tuple(sorted({language for language, _ in self._sources}))

    def render(self, name: str, language: str, workflow: Workflow, /, **values: Any) -> str:
        """Answer a text message. What GSM-7 can say is said in it, so that a text costs one segment and not three.

        Raises TextError when the words need a value that was not given, KeyError for a name that is no text.
        """
        words = to_gsm(self._render(name, language, workflow, values), drop_accents=True)
        return "\n".join(" ".join(line.split()) for line in words.strip().split("\n"))

    def phrase(self, name: str, language: str, workflow: Workflow, /, **values: Any) -> str:
        """Answer a part of a sentence, accents kept: the text or mail it goes into decides about them."""
        return " ".join(self._render(f"phrase_{name}", language, workflow, values).split())

    def fitting(
        self,
        name: str,
        language: str,
        workflow: Workflow,
        values: dict[str, Any],
        *,
        ending: str = "",
        drop: tuple[str, ...] = ("todo", "reasons", "reason", "each", "window"),
    ) -> str:
        """Render so that it costs two segments at most: what stands in `drop` goes, one after the other, until it fits.

        ending: words to add at the end, whatever the retailer wrote. The link is never dropped.
        """
        given = dict(values)
        for name_dropped in (None, *drop):
            if name_dropped is not None:
                given[name_dropped] = ""
            text = self.render(name, language, workflow, **given)
            text = f"{text} {to_gsm(ending, drop_accents=True)}" if ending else text
            if count(text).segments <= MAX_SEGMENTS:
                break
        return text

    def mail(self, name: str, language: str, workflow: Workflow, /, **values: Any) -> tuple[str, str]:
        """Answer a mail as (subject, body). Raises TextError, KeyError."""
        words = self._render(f"{name}.email", language, workflow, values)
        subject, _, body = words.strip().partition("\n")
        return " ".join(subject.split()), body.strip() + "\n"

    def source(self, name: str, language: str) -> str:
        """Answer the house's own words for a text as they were written; English where a language has none."""
        return self._sources.get((language, name)) or self._sources.get((LAST_LANGUAGE, name), "")

    def check(self, document: Document) -> None:
        """Refuse a workflow whose own words are not usable. Raises WorkflowError naming the line."""
        for name, by_language in document.workflow.texts.items():
            if name not in TEXTS:
                near = difflib.get_close_matches(name, TEXTS, n=1)
                hint = f" (did you mean {near[0]!r}?)" if near else ""
                raise document.complaint(("texts", name), f"there is no text {name!r}{hint}")
            for language, words in by_language.items():
                path = ("texts", name) if language == "*" else ("texts", name, language)
                if language != "*" and language not in document.workflow.languages:
                    raise document.complaint(path, f"{language!r} is not one of the workflow's languages")
                problem = _problem(words, {*TEXTS[name], "brand"})
                if problem:
                    raise document.complaint(path, f"{name}: {problem}")

    def _render(self, name: str, language: str, workflow: Workflow, values: dict[str, Any]) -> str:
        source = self._words(name, language, workflow)
        try:
            return _compiled(source).render({"brand": workflow.brand, **values})
        except TemplateError as error:
            raise TextError(f"{name} ({language}): {error.message}") from error

    def _words(self, name: str, language: str, workflow: Workflow) -> str:
        own = workflow.texts.get(name, {})
        for spoken in (language, workflow.language, LAST_LANGUAGE):
            for words in (own.get(spoken), own.get("*"), self._sources.get((spoken, name))):
                if words is not None:
                    return words
        raise KeyError(name)


@functools.lru_cache(maxsize=2048)
def _compiled(source: str) -> Template:
    return _JINJA.from_string(source)


def _problem(words: str, known: set[str]) -> str | None:
    try:
        wanted = meta.find_undeclared_variables(_JINJA.parse(words))
        _compiled(words)
    except TemplateSyntaxError as error:
        return str(error.message)
    unknown = sorted(wanted - known)
    if not unknown:
        return None
    return f"nothing is called {', '.join(map(repr, unknown))} here; there is {', '.join(sorted(known))}"
