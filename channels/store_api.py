"""What a store's own API can be asked for. Adapters: `shopify_admin`; more are files of their own."""

from dataclasses import dataclass
from enum import StrEnum
from typing import Protocol


class StoreOutcome(StrEnum):
    """What is known of a request that did not simply succeed."""

    #: The store said no, and will say no again.
    REFUSED = "refused"
    #: Certainly not done; worth another try.
    TRY_AGAIN = "try_again"
    #: It may have been done: nobody knows until the order is looked at.
    UNKNOWN = "unknown"


class StoreError(Exception):
    """A store's API did not do what it was asked."""

    def __init__(self, outcome: StoreOutcome, words: str, *, retry_after_s: float | None = None) -> None:
        super().__init__(words)
        self.outcome = outcome
        #: The store's own words, short, or what went wrong. Nothing personal.
        self.words = words
        self.retry_after_s = retry_after_s


@dataclass(frozen=True, slots=True)
class OrderNow:
    """An order as the store has it at this moment."""

    cancelled: bool
    #: What the shop's staff read beside it.
    note: str


class StoreApi(Protocol):
    """One shop's API. Every call may take seconds: none is made while a transaction is open."""

    def order(self, ref: str) -> OrderNow:
        """Look at the order. Raises StoreError, never UNKNOWN: looking changes nothing."""
        ...

    def cancel(self, ref: str) -> None:
        """Cancel the order for the customer's sake. Raises StoreError."""
        ...

    def write_note(self, ref: str, note: str) -> None:
        """Replace the order's note. Raises StoreError."""
        ...
