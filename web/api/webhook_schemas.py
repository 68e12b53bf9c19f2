"""The bodies of REST v1 about outbound webhooks."""

from datetime import datetime
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field

from web.api.schemas import Answered, Paged

State = Literal["on", "disabled"]


class WebhookIn(BaseModel):
    """Where to tell what."""

    model_config = ConfigDict(extra="forbid")

    url: str = Field(max_length=500, description="https; answers 2xx within ten seconds.")
    events: list[str] = Field(
        min_length=1, max_length=60, description="Names of events, `case.*` for all of a family, `*` for everything."
    )


class WebhookAdded(Answered):
    """A new webhook, with its secret, which is told this once."""

    id: int
    url: str
    events: list[str]
    state: State
    secret: str = Field(description="Signs every delivery; `whsec_` and base64.")
    created_at: datetime


class WebhookOut(Answered):
    """A webhook."""

    id: int
    url: str
    events: list[str]
    state: State
    failures: int = Field(description="Attempts that failed since the last one that did not.")
    disabled_at: datetime | None
    disabled_reason: Literal["failures", "gone"] | None
    created_at: datetime


class WebhookPage(Answered):
    """All webhooks of the retailer."""

    items: list[WebhookOut]
    next: str | None


class DeliveryQuery(Paged):
    """Which deliveries."""

    state: Literal["pending", "delivered", "failed", "cancelled"] | None = None


class DeliveryOut(Answered):
    """An event owed to a webhook, and what became of it."""

    id: int
    event_id: str
    type: str
    state: Literal["pending", "delivered", "failed", "cancelled"]
    attempts: int
    next_at: datetime | None
    last_status: int | None
    error: str | None
    answer: str | None = Field(description="The first 500 characters of the last answer.")
    last_at: datetime | None
    created_at: datetime


class DeliveryPage(Answered):
    """A page of deliveries, newest first."""

    items: list[DeliveryOut]
    next: str | None


class Gone(Answered):
    """The webhook is gone."""

    id: int
    deleted: bool
