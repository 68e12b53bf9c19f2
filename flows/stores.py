"""Stores by the name in their hook's route. Another one is a file `flows/store_<name>.py`, no more."""

from collections.abc import Iterator, Mapping
from importlib import import_module
from pkgutil import iter_modules
from types import MappingProxyType

import flows
from flows.store_base import StoreAdapter

PREFIX = "store_"


def _adapters() -> Iterator[StoreAdapter]:
    """Every file of that name with an `ADAPTER`; the others are what stores have in common."""
    for module in iter_modules(flows.__path__):
        if module.name.startswith(PREFIX):
            found = getattr(import_module(f"flows.{module.name}"), "ADAPTER", None)
            if found is not None:
                yield found


ADAPTERS: Mapping[str, StoreAdapter] = MappingProxyType({adapter.name: adapter for adapter in _adapters()})


def find(name: str) -> StoreAdapter | None:
    """The adapter of that name; None for none."""
    return ADAPTERS.get(name)
