"""Lets time pass for a running installation: what waits for an hour finds that it has come."""

from datetime import timedelta

from fakes.installation import Installation
from sqlalchemy import select

from db import Database
from settings import Settings
from surveys.models import Survey


def surveys_come_due(house: Installation, by: timedelta = timedelta(minutes=31)) -> int:
    """Move the planned surveys into the past by so much, as if the clock had gone on; answers how many."""
    database = Database(Settings.load(house.env, dotenv=None).database_url, pool_size=1)
    with database.write() as session:
        moved = []
        for survey in session.scalars(select(Survey).where(Survey.state == "planned").with_for_update()):
            survey.due_at, survey.planned_at = survey.due_at - by, survey.planned_at - by
            moved.append(survey.id)
    database.close()
    return len(moved)
