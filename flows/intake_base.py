"""What every mapping somebody sends has in common, and the smallest of them."""

from decimal import Decimal
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field


class Said(BaseModel):
    """A mapping somebody sent: fields nobody knows are refused."""

    model_config = ConfigDict(extra="forbid", populate_by_name=False, allow_inf_nan=False)


class Cost(Said):
    """What something costs."""

    amount: Decimal = Field(ge=0, le=1_000_000, decimal_places=2, description="In the currency's unit, such as 4.90.")
    currency: Annotated[str, Field(pattern=r"^[A-Z]{3}$", description="ISO 4217.")]
