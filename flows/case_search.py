"""Finding cases by what an agent has in hand: order or tracking number, last digits, a name, words that were said."""

from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from flows.case_queues import Filters, Page, by_activity, narrowed, part
from flows.case_words import matching
from flows.desk_models import CaseWords
from flows.models import Case


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
    of the case and what the customer and others wrote on its thread. Digits also match the end of the phone and of the
    tracking number. Accents and capitals do not count. Nothing to look for (only blanks and signs): no case. Raises
    ValueError for a cursor that is none of ours.
    """
    holds = matching(session, said)
    if holds is None:
        return Page((), None)
    query = (
        select(Case)
        .join(CaseWords, CaseWords.case_id == Case.id)
        .where(Case.retailer == retailer, CaseWords.retailer == retailer, holds)
    )
    return part(
        session,
        retailer,
        narrowed(query, filters),
        by_activity(),
        agent=agent,
        now=now,
        cursor=cursor,
        limit=limit,
    )
