"""What all bodies of REST v1 have in common; the OpenAPI document is made from these and their like."""

from typing import Any

from pydantic import AliasGenerator, BaseModel, ConfigDict, Field

#: `from` is a word of Python's own.
RENAMED = {"begins": "from", "ends": "to", "sender": "from", "recipient": "to"}


def plus(said: Any) -> Any:
    """A `+` in a query arrives as a space unless it was escaped."""
    return "+" + said.strip() if isinstance(said, str) and said.startswith(" ") else said


class Answered(BaseModel):
    """Something we answer."""

    model_config = ConfigDict(
        alias_generator=AliasGenerator(alias=lambda name: RENAMED.get(name, name)), validate_by_name=True
    )


class Query(BaseModel):
    """What may stand behind the question mark; what is not known there is passed over."""

    model_config = ConfigDict(extra="ignore")


class Paged(Query):
    """A list's page."""

    limit: int = Field(50, ge=1, le=200)
    cursor: str | None = Field(None, max_length=500, description="`next` of the page before.")


class FaultOut(Answered):
    """One thing that is wrong with a request."""

    field: str
    message: str


class ProblemOut(Answered):
    """RFC 9457: what went wrong."""

    type: str
    title: str
    status: int
    detail: str
    errors: list[FaultOut]
