"""The call code by which somebody is known who calls a line from a phone that hides its number, or from another one.

It is a PIN like the delivery PIN of `flows.pins` and never the same: the driver has one too, and whoever heard a
delivery PIN on the telephone could close the delivery with it. People read "call code" and "delivery PIN".

Each end of a line has its own. It is worked out, not stored: who reads the database learns none. It is told to nobody
who does not ask: a text with the words "call code" to the line's number, which shows who sends it, is answered with it;
so is the word PIN alone, unless its sender waits for a parcel that has a delivery PIN.
"""

import hashlib
import hmac
import re
from datetime import datetime, timedelta

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from channels.inbox import ClaimedText
from channels.messages import Category
from flows import erasing, lines
from flows.call_models import Call
from flows.house import House
from flows.kit import Kit
from flows.line_models import Line, LineEnd
from flows.line_words import Sides

DIGITS = 6
#: Wrong PINs within one call, and within an hour over all calls to one number; then nobody is asked any more.
TRIES, TRIES_PER_HOUR = 3, 9
HOUR = timedelta(hours=1)
#: A text that is nothing but the wish for it; anything else is passed on as it is.
_WISH = re.compile(
    r"\W*(?:(?:my|mi|the|el|la)\s+)?"
    r"(?:(?:call|calling|phone)\s+(?:pin|code)|(?:pin|clave|c[oó]digo)\s+(?:para\s+llamar|de\s+llamadas?)|pin)"
    r"(?:,?\s+(?:please|pls|por\s+favor|porfa))?\W*",
    re.IGNORECASE,
)


def pin_of(house: House, end: LineEnd) -> str:
    """The PIN of an end: six digits, others when the line has been closed and opened again."""
    key = hashlib.sha256(b"doorline call pins\0" + house.settings.secret_key.encode()).digest()
    said = f"{end.id}:{end.proxy}:{end.began_at.isoformat()}".encode()
    return f"{int.from_bytes(hmac.digest(key, said, 'sha256')[:8]) % 10**DIGITS:0{DIGITS}}"


def whose(session: Session, house: House, proxy: str, typed: str) -> LineEnd | None:
    """The one open end at that number whose PIN was typed; None when it is nobody's, or by chance of two.

    Every PIN is compared, and each in the same time, whatever was typed.
    """
    ends = session.scalars(select(LineEnd).where(LineEnd.proxy == proxy, LineEnd.ended_at.is_(None)))
    right = [end for end in ends if hmac.compare_digest(pin_of(house, end).encode(), typed.encode("utf-8", "replace"))]
    return right[0] if len(right) == 1 else None


def too_many_tries(session: Session, proxy: str, *, now: datetime) -> bool:
    """Whether so many wrong PINs were typed at that number lately that somebody seems to be guessing."""
    tries = select(func.sum(Call.tries)).where(Call.ours == proxy, Call.began_at > now - HOUR)
    return (session.scalar(tries) or 0) >= TRIES_PER_HOUR


def call_pin(message: ClaimedText, kit: Kit) -> bool:
    """Take the wish for the PIN from somebody who stands at an open end of this number; it is not passed on."""
    if not _WISH.fullmatch(message.text):
        return False
    end = lines.end_of(kit.session, message.recipient, message.sender)
    if end is None or end.ended_at is not None:
        return False
    sides = Sides.of(kit.session, kit.house, kit.session.get_one(Line, end.line_id), now=kit.now)
    words, key = kit.compose("call_pin", pin=pin_of(kit.house, end), number=message.recipient), kit.next_key()
    kit.shipment_id = sides.shipment_id
    kit.say(words, key=key, category=Category.PIN)
    erasing.mark(kit.session, [one.id for one in sides.parcels], outbox=[key])
    return True
