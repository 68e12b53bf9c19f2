"""What each agent has read of a case, and what is new to them."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session

from flows.desk_models import CaseSeen
from flows.models import Case


def mark_seen(session: Session, case: Case, *, agent: str, now: datetime) -> bool:
    """Remember that the agent has read the case up to now. False: nothing was new, and nothing is written.

    agent: e-mail. Call it when the case's page is opened or polled by an agent who looks at it, in a writing
    transaction. Whoever acts on a case has seen it: that is remembered without this.
    """
    if not unread(session, [case], agent=agent):
        return False
    values = {
        "retailer": case.retailer,
        "case_id": case.id,
        "agent": agent,
        "entry_id": case.last_entry_id,
        "at": now,
    }
    postgres = session.get_bind().dialect.name == "postgresql"
    statement = (postgresql.insert if postgres else sqlite.insert)(CaseSeen).values(values)
    changed = {"entry_id": case.last_entry_id, "at": now}
    session.execute(statement.on_conflict_do_update(index_elements=["case_id", "agent"], set_=changed))
    return True


def unread(session: Session, cases: Sequence[Case], *, agent: str) -> set[int]:
    """Answer the ids of those of the cases in which something has happened since the agent looked."""
    if not cases:
        return set()
    ids = [case.id for case in cases]
    query = select(CaseSeen.case_id, CaseSeen.entry_id).where(CaseSeen.agent == agent, CaseSeen.case_id.in_(ids))
    seen = {row.case_id: row.entry_id for row in session.execute(query)}
    return {case.id for case in cases if case.last_entry_id > seen.get(case.id, 0)}
