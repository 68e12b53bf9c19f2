"""After a restore nothing is sent twice: what the provider has sent is found out first."""

import threading
from datetime import datetime, timedelta

import pytest
from channels_kit import ANA, BEN, owe, states, text_to

from channels.messages import Outcome, SendError
from channels.models import Heartbeat
from channels.restoring import Restored
from channels.twilio_listing import ListedText, SentText
from db import Database


class Listing:
    """What the provider says it has sent; away as often as it is told."""

    def __init__(self, *sent: tuple[str, SentText], away: int = 0) -> None:
        self._sent, self._away, self.asked = sent, away, 0

    def received(self, _ours: str, _since: datetime) -> list[ListedText]:
        return []

    def sent(self, theirs: str, since: datetime) -> list[SentText]:
        self.asked += 1
        if self._away:
            self._away -= 1
            raise SendError(Outcome.TRY_AGAIN, "connect", "away", kind="network")
        return [one for to, one in self._sent if to == theirs and one.at >= since]


def restored(database: Database, listing: Listing | None, now: datetime, *, forced: bool = True) -> Restored:
    return Restored(database, listing, forced=forced, clock=lambda: now)


def test_what_was_sent_since_the_backup_is_not_sent_again_and_the_rest_is(database: Database, now: datetime) -> None:
    for number, words in enumerate(("On its way", "On its way", "Delivered")):
        assert owe(database, text_to(ANA, words), now=now, key=f"a{number}")
    assert owe(database, text_to(BEN, "On its way"), now=now, key="b")
    late = now + timedelta(minutes=5)
    listing = Listing(
        (ANA, SentText("SM1", "On its way", now + timedelta(seconds=3))),
        (ANA, SentText("SM2", "Something else", now + timedelta(seconds=4))),
        (BEN, SentText("SM3", "On its way", now - timedelta(days=1))),
    )
    assert restored(database, listing, late).compare() == 1
    assert states(database) == {"sent": 1, "queued": 3} and listing.asked == 2
    assert restored(database, listing, late).compare() == 0  # one text of theirs is one of ours


def test_what_is_too_old_expires(database: Database, now: datetime) -> None:
    owe(database, text_to(ANA), now=now)
    assert restored(database, None, now + timedelta(days=30)).compare() == 0
    assert states(database) == {"expired": 1}


@pytest.mark.parametrize(("ago", "asked"), [(None, 0), (10, 0), (3600, 1)])
def test_a_copy_of_a_running_database_is_noticed(
    database: Database, now: datetime, ago: int | None, asked: int
) -> None:
    owe(database, text_to(ANA), now=now)
    if ago is not None:
        with database.write() as session:
            session.add(Heartbeat(worker="w", at=now - timedelta(seconds=ago), nlu="off"))
    listing = Listing()
    assert restored(database, listing, now, forced=False).settle(threading.Event())
    assert listing.asked == asked


def test_nothing_is_sent_while_the_provider_cannot_be_asked(database: Database, now: datetime) -> None:
    owe(database, text_to(ANA), now=now)
    stop, listing = threading.Event(), Listing(away=1)
    waiting = threading.Thread(target=stop.set)

    class Stopping(Listing):
        def sent(self, theirs: str, since: datetime) -> list[SentText]:
            waiting.start()
            waiting.join()
            return listing.sent(theirs, since)

    assert restored(database, Stopping(), now).settle(stop) is False
    assert states(database) == {"queued": 1}
