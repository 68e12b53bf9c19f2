"""The words of our pages and of the voice on the telephone: one file per language in `web/words`.

Texts to phones live in `flows/texts`, where they are measured in segments and may be a retailer's own; what stands here
is read on a page or heard, and is measured by nobody. A key that one language lacks is said in English.
"""

import functools
import json
from pathlib import Path

FOLDER = Path(__file__).parent / "words"
FALLBACK = "en"


class Words:
    """The words of one language: `words("state.shipped")`."""

    def __init__(self, language: str, said: dict[str, str]) -> None:
        #: Two letters.
        self.language = language
        self._said = said

    def __call__(self, name: str, /, **values: object) -> str:
        """Answer the words of that name with the values put in. Raises KeyError for a name nobody wrote."""
        return self._said[name].format(**values)

    def maybe(self, name: str, /, **values: object) -> str | None:
        """Answer the words of that name, None when nobody wrote any."""
        said = self._said.get(name)
        return None if said is None else said.format(**values)


def languages() -> tuple[str, ...]:
    """The languages there are words in."""
    return tuple(sorted(path.stem for path in FOLDER.glob("*.json")))


@functools.cache
def words(language: str) -> Words:
    """Answer the words of a language (`es`, `es-MX`); English where there are none."""
    short = language.partition("-")[0].lower()
    known = short if short in languages() else FALLBACK
    return Words(known, {**_read(FALLBACK), **_read(known)})


@functools.cache
def _read(language: str) -> dict[str, str]:
    found: dict[str, str] = json.loads((FOLDER / f"{language}.json").read_text(encoding="utf-8"))
    return found
