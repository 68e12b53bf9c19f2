"""Finding cases by what an agent has in hand: order or tracking number, last digits, a name, words that were said."""

from datetime import datetime

from sqlalchemy.orm import Session

from flows.case_queues import Filters, Page


def search(
    session: Session,
    retailer: str,
    said: str,
    *,
    agent: str,
    now: datetime,
    filters: Filters | None = None,
    cursor: str | None = None,
    limit: int = 50,
) -> Page:
    """Answer the cases, resolved ones too, that hold every word of `said`, the last activity first.

    A word matches what begins with it: of order numbers, tracking numbers, the customer's name and mail, the entries
    of the case and the messages of its thread. Digits also match the end of the phone and of the tracking number.
    Accents and capitals do not count. Nothing to look for (only blanks and signs): no case. Raises ValueError for a
    cursor that is none of ours.
    """
    raise NotImplementedError
