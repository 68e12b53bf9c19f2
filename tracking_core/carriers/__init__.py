"""Carriers, aggregators and courier networks by the name in their hook's route. Another one is a file here, no more."""

from collections.abc import Iterator, Mapping
from importlib import import_module
from pkgutil import iter_modules
from types import MappingProxyType

from tracking_core.carriers.base import (
    CarrierAdapter,
    CarrierRequest,
    InvalidSignature,
    MalformedPayload,
)

__all__ = ["ADAPTERS", "CarrierAdapter", "CarrierRequest", "InvalidSignature", "MalformedPayload", "find"]

#: What adapters are made of; every other file of this folder is one, with its instance as `ADAPTER`.
PARTS = frozenset({"base", "kit"})


def _adapters() -> Iterator[CarrierAdapter]:
    for module in iter_modules(__path__):
        if module.name not in PARTS:
            yield import_module(f"{__name__}.{module.name}").ADAPTER


ADAPTERS: Mapping[str, CarrierAdapter] = MappingProxyType({adapter.name: adapter for adapter in _adapters()})


def find(name: str) -> CarrierAdapter | None:
    """The adapter of that name, however its words are joined (`uber-direct`, `uberdirect`), or of its first word alone
    (`doordash`); None for none.
    """
    return _BY_BARE_NAME.get(_bare(name)) or _BY_FIRST_WORD.get(name.lower())


def _bare(name: str) -> str:
    return name.replace("-", "").replace("_", "").lower()


_BY_BARE_NAME = {_bare(name): adapter for name, adapter in ADAPTERS.items()}
_BY_FIRST_WORD = {name.partition("_")[0]: adapter for name, adapter in ADAPTERS.items()}
