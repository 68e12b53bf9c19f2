"""Finding cases by what an agent has in hand: order or tracking number, last digits, a name, words that were said."""

from datetime import datetime

from sqlalchemy import select, tuple_
from sqlalchemy.orm import Session

from flows.case_queues import Filters, Page, cursor_of, narrowed, place_of
from flows.case_rows import rows_of
from flows.case_words import matching
from flows.desk_models import CaseWords
from flows.models import Case

#: With filters, so many of the newest hits are looked through.
LOOKED_THROUGH = 5_000


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
    tracking number. Accents and capitals do not count. With filters the newest 5,000 hits
    are looked through. Nothing to look for (only blanks and signs): no case. Raises
    ValueError for a cursor that is none of ours.
    """
    holds = matching(session, said)
    if holds is None:
        return Page((), None)
    key = tuple_(CaseWords.activity, CaseWords.case_id)
    hits = select(CaseWords.case_id, CaseWords.activity).where(CaseWords.retailer == retailer, holds)
    if cursor is not None:
        hits = hits.where(key < place_of(cursor, CaseWords.activity))
    newest = (CaseWords.activity.desc(), CaseWords.case_id.desc())
    wanted = filters is not None and filters != Filters()
    found = hits.order_by(*newest).limit(LOOKED_THROUGH if wanted else limit + 1).subquery()
    query = select(Case).join(found, found.c.case_id == Case.id).where(Case.retailer == retailer)
    query = narrowed(query, filters).order_by(found.c.activity.desc(), found.c.case_id.desc()).limit(limit + 1)
    cases = session.scalars(query).all()
    shown = cases[:limit]
    following = cursor_of(shown[-1].last_entry_id, shown[-1].id) if len(cases) > limit else None
    return Page(rows_of(session, retailer, shown, agent=agent, now=now), following)
