"""What connections owe to time: notes are added up, silence is noticed, files are taken, sources are asked."""

from datetime import datetime

from db import Database
from flows import connection_silence, connection_tally, custom_intake, folders
from flows.house import House

#: Notes of a burst are worked off in one tick, so many batches at most.
BATCHES = 50


def tick(database: Database, house: House, *, now: datetime) -> None:
    """All of it, every few seconds; any number of workers may."""
    add_up(database)
    watch(database, house, now=now)
    folders.take_due(database, house, now=now)


def add_up(database: Database) -> int:
    """Add the notes of all connections up, batch by batch; answers how many."""
    total = 0
    for _ in range(BATCHES):
        done = database.run(connection_tally.fold)
        total += done
        if done < connection_tally.BATCH:
            break
    return total


def watch(database: Database, house: House, *, now: datetime) -> None:
    """Open a case for each source that has fallen silent."""
    database.run(lambda session: connection_silence.watch(session, house, now=now))


def tidy(database: Database, *, now: datetime) -> None:
    """Forget what has served its time."""
    database.run(lambda session: connection_tally.forget(session, now=now))
    database.run(lambda session: custom_intake.forget(session, now=now))
