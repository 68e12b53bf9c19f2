"""1,000 texts of 50 people, each delivered twice, shuffled, by 8 threads: 1,000 effects, each person's in order."""

import random
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from itertools import pairwise

from fakes.installation import Installation, until
from fakes.twilio import FakeTwilio
from sqlalchemy import func, select

from channels.models import InboxRow
from db import Database

PEOPLE, EACH = 50, 20


def test_every_text_has_one_effect_in_order(
    database_url: str, live: Callable[..., Installation], twilio: FakeTwilio
) -> None:
    house = live(database_url)
    owed = [
        (f"+1415556{person:04d}", f"SM{person:016x}{place:016x}", f"where is order {place}?")
        for person in range(PEOPLE)
        for place in range(EACH)
    ] * 2
    random.Random(20261122).shuffle(owed)

    def deliver(one: tuple[str, str, str]) -> int:
        sender, sid, words = one
        return twilio.text_in(house.url, sender, "+14155559000", words, sid=sid)

    with ThreadPoolExecutor(8) as pool:
        assert set(pool.map(deliver, owed)) == {200}

    database = Database(database_url)

    def waiting() -> int:
        with database.read() as session:
            return int(session.scalar(select(func.count()).where(InboxRow.state != "handled")) or 0)

    until(lambda: waiting() == 0, seconds=120, what="all texts to be handled")
    with database.read() as session:
        rows = session.scalars(select(InboxRow).order_by(InboxRow.conversation_id, InboxRow.seq)).all()
    database.close()
    assert len(rows) == PEOPLE * EACH
    for before, after in pairwise(rows):
        if before.conversation_id == after.conversation_id:
            assert before.handled_at is not None and after.handled_at is not None
            assert before.handled_at <= after.handled_at
            assert before.seq < after.seq
