"""What follows from time alone on the desk; any number of workers may tick."""

from datetime import datetime

from db import Database
from flows import case_acts, case_assignment, case_sla, case_words
from flows.house import House


def tick(database: Database, house: House, *, now: datetime) -> None:
    """Wake snoozed cases, note what is overdue, give what waits, and let all be found as it stands now."""
    database.run(lambda session: case_acts.wake_due(session, house, now=now))
    database.run(lambda session: case_sla.sweep(session, house, now=now))
    database.run(lambda session: case_assignment.take_from_the_gone(session, house, now=now))
    database.run(lambda session: case_assignment.give_waiting(session, house, now=now))
    database.run(case_words.refresh)


def tidy(database: Database) -> None:
    """Let cases be found that are older than the search, each batch in a transaction of its own."""
    while database.run(case_words.fill) >= case_words.BATCH:
        pass
