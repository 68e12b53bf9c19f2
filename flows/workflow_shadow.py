"""The parts of a workflow that say what is only pretended, and what a text costs."""

from decimal import Decimal
from typing import Any, Literal

from pydantic import Field, field_validator

from flows.workflow_parts import Part

#: Moments and kinds of text that can be in shadow by themselves.
Quiet = Literal[
    "processed", "shipped", "out_for_delivery", "arriving", "at_address", "delivered", "attempt_failed",
    "delay", "survey", "proof", "pin",
]  # fmt: skip


class Shadow(Part):
    """What is decided and written down as always, and sent to nobody."""

    #: The whole retailer.
    all: bool
    #: What is told about parcels of these sources, such as `easypost`, `shopify`, `custom:oms`, `import`.
    sources: tuple[str, ...]
    milestones: tuple[Quiet, ...]

    @field_validator("all", mode="before")
    @classmethod
    def _on_or_off(cls, said: Any) -> Any:
        # YAML 1.2 reads `on` and `off` as text.
        return {"on": True, "off": False}.get(said, said) if isinstance(said, str) else said


class Prices(Part):
    """What the provider charges, for reports. Decimal text, so that no cent is lost."""

    currency: str = Field(pattern=r"^[A-Z]{3}$")
    #: Beginning of the recipient's number -> one segment; the longest beginning that fits counts, "*" fits all.
    sms: dict[str, Decimal]
    #: The same for one text with pictures.
    mms: dict[str, Decimal]
    #: One mail.
    email: Decimal = Field(ge=0)

    @field_validator("sms", "mms")
    @classmethod
    def _of_numbers(cls, said: dict[str, Decimal]) -> dict[str, Decimal]:
        for beginning, price in said.items():
            if beginning != "*" and not (beginning.startswith("+") and beginning[1:].isdigit()):
                raise ValueError(f"{beginning!r} is no beginning of a number such as '+1', nor '*'")
            if not price.is_finite() or price < 0:
                raise ValueError(f"the price of {beginning!r} must be a number, 0 or more")
        return said
