"""What was told of a time, to whom and in which words: each telling is entered into the ledger with its message."""

from collections.abc import Sequence

from sqlalchemy import select
from sqlalchemy.orm import Session

from channels.messages import Status
from channels.models import OutboxRow
from channels.segments import to_gsm
from flows.wording import Wording
from tracking_core import promises
from tracking_core.eta import Estimate
from tracking_core.finding import promises as ledger_of
from tracking_core.models import Promise, Shipment
from tracking_core.promises import RETAILER, Given

#: A message in one of these was read by nobody.
UNREAD = frozenset({Status.CANCELLED, Status.EXPIRED, Status.SHADOW, Status.FAILED, Status.UNDELIVERED})
#: Why a planned message was taken back whose words stand in another one.
MERGED = "Another parcel of the order moved too: one text tells of both."
LATE_TOO = "Another parcel of the same person is late too: one text tells of both."


def mail_key(key: str) -> str:
    """The key of the mail that says the same as the text with that key."""
    return f"{key}:email"


def stands_in(words: str, text: str) -> bool:
    """Whether the words stand in a message, as written or as a text message spells them."""
    known = {" ".join(text.split()), to_gsm(" ".join(text.split()), drop_accents=True)}
    wanted = {words, to_gsm(words, drop_accents=True)}
    return bool(words) and any(one in whole for one in wanted for whole in known)


def note(
    session: Session,
    wording: Wording,
    parcel: Shipment,
    text: str,
    *,
    key: str,
    template: str,
    expected: Estimate | None,
) -> Promise | None:
    """Enter the window into the ledger if the text names it. key: the message's own, mails with their ending."""
    words = wording.window(expected, wording.zone(parcel))
    if expected is None or not stands_in(words, text):
        return None
    return promises.enter(
        session,
        parcel,
        window_from=expected.window_from,
        window_to=expected.window_to,
        source=expected.source,
        message_key=key,
        template=template,
        words=words,
        now=wording.now,
    )


def note_messages(
    session: Session, wording: Wording, parcel: Shipment, *, key: str, template: str, unsaid: bool = False
) -> Promise | None:
    """Enter the parcel's window for the text with that key, else for the mail: for the one that names it.

    unsaid: enter it, without words, also where there was no room for it: the page that the message links to says it.
    """
    session.flush()
    expected = wording.expected(parcel)
    found = {row.key: row for row in session.scalars(select(OutboxRow).where(OutboxRow.key.in_((key, mail_key(key)))))}
    for one in (key, mail_key(key)):
        row = found.get(one)
        if row is None or row.state in UNREAD:
            continue
        made = note(session, wording, parcel, row.text, key=one, template=template, expected=expected)
        if made is not None:
            return made
    owed = next((one for one in (key, mail_key(key)) if one in found), None)
    if not unsaid or expected is None or owed is None or not wording.when(parcel):
        return None
    return promises.enter(
        session,
        parcel,
        window_from=expected.window_from,
        window_to=expected.window_to,
        source=expected.source,
        message_key=owed,
        template=template,
        now=wording.now,
    )


def last_told(session: Session, parcel: Shipment, *, but: Sequence[str] = ()) -> Given | None:
    """The window the shopper goes by: the last one they were told, or had with the order; None when there is none.

    What the retailer has changed since does not count until a message says so, nor does a message that was taken back.
    but: keys of delay texts that wait, to be left out as well.
    """
    made = [one for one in ledger_of(session, parcel) if one.source != RETAILER]
    keys = [one.message_key for one in made if one.message_key is not None]
    if keys:
        # The mail that said the same may have gone where the text was taken back.
        every = [*keys, *(mail_key(one) for one in keys)]
        rows = session.execute(select(OutboxRow.key, OutboxRow.state, OutboxRow.reason).where(OutboxRow.key.in_(every)))
        read = {key: state not in UNREAD or why == MERGED for key, state, why in rows}
        made = [one for one in made if _was_told(one.message_key, read, but)]
    return Given(made[-1].window_from, made[-1].window_to) if made else None


def _was_told(key: str | None, read: dict[str, bool], but: Sequence[str]) -> bool:
    if key is None:
        return True
    ways = [read[one] and one not in but for one in (key, mail_key(key)) if one in read]
    # A wish made on the page needs no message.
    return not ways or any(ways)
