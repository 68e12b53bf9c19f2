"""Carriers and aggregators by the name in their hook's route. Another one is a file and a line here."""

from collections.abc import Mapping
from types import MappingProxyType

from tracking_core.carriers.aftership import AfterShip
from tracking_core.carriers.base import (
    CarrierAdapter,
    CarrierRequest,
    InvalidSignature,
    MalformedPayload,
)
from tracking_core.carriers.easypost import EasyPost
from tracking_core.carriers.shippo import Shippo

__all__ = ["ADAPTERS", "CarrierAdapter", "CarrierRequest", "InvalidSignature", "MalformedPayload"]

ADAPTERS: Mapping[str, CarrierAdapter] = MappingProxyType(
    {adapter.name: adapter for adapter in (EasyPost(), AfterShip(), Shippo())}
)
