"""Where what the bot cannot settle goes: our own desk, or another one that keeps to the same promises.

The stories speak with `House.desk` and know of no agent, queue or clock. Whatever desk it is, our row of the case
stays: it says that there is one open case per subject and reason, and whether a person has the thread, which the bot
must know without asking anybody. Another desk would do the work behind that row: it is told by rows in the caller's
transaction (the `case.*` events of `flows.outbound_events` are such rows, carried later with nothing open), and its
people act through REST, as `docs/cases.md` tells.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import TYPE_CHECKING, Any, Protocol

from sqlalchemy.orm import Session

from flows.models import Case

if TYPE_CHECKING:
    from flows.house import House


@dataclass(frozen=True, slots=True)
class Wish:
    """What somebody wants a person for."""

    retailer: str
    #: See `flows.case_reasons`.
    reason: str
    #: In their own words, with what was collected before.
    text: str
    #: E.164 of who wants it; None: they wrote from no phone.
    phone: str | None
    conversation_id: int | None
    language: str | None = None
    shipment_id: int | None = None
    #: JSON: timeline, promises, proofs, ids of texts and pictures.
    evidence: dict[str, Any] = field(default_factory=dict)


class SupportDesk(Protocol):
    """A desk. Everything happens in the caller's transaction: nothing of it may wait for anybody outside."""

    def hand_over(self, session: Session, house: "House", wish: Wish, *, now: datetime) -> Case:
        """Take a wish, or join it to the open case of the same subject and reason.

        The case answers by when somebody is to be expected (`due_at`) and whether it is new (`created_at == now`).
        """

    def hear(
        self, session: Session, house: "House", case: Case, text: str, *, inbox: Sequence[int], now: datetime
    ) -> Case:
        """Add what the customer says further; a snoozed case wakes. inbox: ids of the texts."""

    def take_up_again(
        self, session: Session, house: "House", case: Case, text: str, *, inbox: Sequence[int], now: datetime
    ) -> Case:
        """The customer goes on about a case that was settled: it is open again, with these words."""

    def has_thread(self, case: Case) -> bool:
        """Whether a person talks with the customer, so that the bot must be silent."""
