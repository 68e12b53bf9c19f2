"""The one order in which a person's conversations are held: whoever writes to somebody asks here first.

Held are all conversations with the addresses of one person, those by text before those by mail, each kind by their ids;
what a person has said of consent, and messages, are written only after that. A conversation held alone, by the first
message of a transaction, is no circle; a second one of the same person after it may be: hold them all before the first
word. What else a transaction holds comes earlier: parcels, then the order that is being told.
"""

from collections.abc import Iterable, Sequence

from sqlalchemy import case, select, text
from sqlalchemy.orm import Session

from channels.models import Conversation

_MAKE = text(
    """
    INSERT INTO conversation (retailer, ours, theirs, next_seq) VALUES (:retailer, :ours, :theirs, 1)
    ON CONFLICT (ours, theirs) DO NOTHING
    """
)


def hold(
    session: Session, addresses: Iterable[str], *, retailer: str = "", ours: Sequence[tuple[str, str]] = ()
) -> None:
    """Hold all conversations with these addresses of one person until the transaction ends.

    ours: (our address, theirs) of conversations that are to be made, for the retailer, where there are none yet: two
    that make the same one wait for each other here, holding none.
    """
    for mine, theirs in sorted(ours, key=lambda pair: (is_mail(pair[1]), pair)):
        known = select(Conversation.id).where(Conversation.ours == mine, Conversation.theirs == theirs)
        if session.scalar(known) is None:
            session.execute(_MAKE, {"retailer": retailer, "ours": mine, "theirs": theirs})
    theirs_all = sorted({*addresses, *(theirs for _, theirs in ours)})
    if theirs_all:
        mails_last = case((Conversation.theirs.contains("@"), 1), else_=0)
        held = select(Conversation.id).where(Conversation.theirs.in_(theirs_all))
        session.execute(held.order_by(mails_last, Conversation.id).with_for_update()).all()


def is_mail(address: str) -> bool:
    """Whether the address is a mailbox."""
    return "@" in address
