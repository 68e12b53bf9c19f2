"""Bodies of REST v1 about proofs of delivery."""

from datetime import datetime
from typing import Literal

from pydantic import Field, model_validator

from flows.intake import Said
from flows.intake_values import Email, Lat, Lon, Long, Moment, Number, Short
from web.api.schemas import Answered, Paged
from web.api.shipment_schemas import CheckOut, ProofOut


class ProofForm(Said):
    """The words of a multipart with proofs; its pictures are the files `photo` and `signature`."""

    note: Long | None = None
    #: A name, where the signature is no picture.
    signature: Short | None = Field(None, description="A picture (file), or the name of who signed (text).")
    signed_by: Short | None = Field(None, description="Who signed, beside the picture of a signature.")
    barcode: Number | None = None
    pin: str | None = Field(None, min_length=1, max_length=20, description="What the shopper said at the door.")
    lat: Lat | None = None
    lon: Lon | None = None
    taken_at: Moment | None = Field(None, description="When it was made; a photo's camera is believed first.")

    @model_validator(mode="after")
    def _both(self) -> "ProofForm":
        if (self.lat is None) != (self.lon is None):
            raise ValueError("lat and lon come together")
        return self


class ProofsOut(Answered):
    """A shipment's proofs after some were handed over."""

    added: int = Field(description="How many are new; what was there already is not kept twice.")
    proofs: list[ProofOut]


class ReviewQuery(Paged):
    """Which proofs."""

    review: Literal["waiting", "passed", "failed"] = "waiting"


class ReviewedOut(Answered):
    """A proof of which a check has failed, and what a person said of it."""

    id: int
    shipment_id: int
    order_number: str
    kind: str
    source: str
    url: str
    checks: list[CheckOut]
    failed: list[str] = Field(description="The failed checks in words.")
    looks_like_shipment_id: int | None
    review: str
    reviewed_by: str | None
    reviewed_at: datetime | None
    taken_at: datetime
    received_at: datetime


class ReviewPage(Answered):
    """A page of them."""

    items: list[ReviewedOut]
    next: str | None


class ReviewIn(Said):
    """A person's word."""

    verdict: Literal["pass", "fail"]
    agent: Email
