"""Mapping files: found by name, checked at start, each complaint with its line."""

import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from types import MappingProxyType
from typing import Any

from pydantic import ValidationError
from pydantic_core import ErrorDetails

from flows.mapping_rules import MappingRules
from flows.workflow import WorkflowError, line_of, load, plain

#: What a source may be called: it stands in an address and in the name of a setting.
NAME = re.compile(r"[a-z][a-z0-9_]{0,39}")


class MappingError(WorkflowError):
    """A mapping file is not usable."""


class Mappings:
    """The mapping files of an installation, read once. Safe to share between threads."""

    def __init__(self, directory: Path) -> None:
        """Read `<name>.yml`, for everybody, and `<retailer>/<name>.yml`, for one. Raises MappingError."""
        self._known: Mapping[tuple[str | None, str], MappingRules] = MappingProxyType(dict(_all(directory)))

    def get(self, name: str, retailer: str) -> MappingRules | None:
        """Answer the rules of a source: the retailer's own, else everybody's; None for a source nobody knows."""
        return self._known.get((retailer, name)) or self._known.get((None, name))

    def names(self, retailer: str) -> list[str]:
        """The sources a retailer may use, by name."""
        return sorted({name for owner, name in self._known if owner in (None, retailer)})


def read_file(path: Path) -> MappingRules:
    """Read and check one mapping file. Raises MappingError naming the line, OSError when it cannot be read."""
    return read(path.read_text(encoding="utf-8"), path.name)


def read(source: str, name: str) -> MappingRules:
    """Read and check the text of a mapping. name: what it is called in errors. Raises MappingError naming the line."""
    try:
        said = load(source, name)
    except WorkflowError as error:
        raise MappingError(str(error).replace("a workflow", "a mapping file")) from error
    try:
        return MappingRules.model_validate(plain(said))
    except ValidationError as error:
        raise MappingError("\n".join(_complaint(name, said, one) for one in error.errors())) from error


def _all(directory: Path) -> Iterator[tuple[tuple[str | None, str], MappingRules]]:
    for path in sorted([*directory.glob("*.yml"), *directory.glob("*/*.yml")]):
        if NAME.fullmatch(path.stem) is None:
            raise MappingError(f"{path.name}: a source's name has small letters, digits and _, at most 40")
        owner = None if path.parent == directory else path.parent.name
        yield (owner, path.stem), read_file(path)


def _complaint(name: str, said: Any, error: ErrorDetails) -> str:
    context = error.get("ctx", {})
    path = (*error["loc"], *context.get("path", ()))
    if isinstance(context.get("at"), str):
        path = (*path, context["at"])
    where = ".".join(str(part) for part in path if not isinstance(part, int))
    words = "unknown key" if error["type"] == "extra_forbidden" else error["msg"].removeprefix("Value error, ")
    return f"{name} line {line_of(said, path)}: {where + ': ' if where else ''}{words[:1].lower()}{words[1:]}"
