"""What a case is found by, as words ready to be searched: made from its rows, and made anew when those change.

A word is letters and digits without accents or capitals. The ends of the phone and of the tracking number, which is
what people read out, are words of their own, marked by `~`. On PostgreSQL the words are lexemes under an index; SQLite
keeps a text with a blank around each of them.
"""

import re
from collections.abc import Iterable, Sequence
from typing import Any

from sqlalchemy import ColumnElement, and_, cast, exists, or_, select, update
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session

from bot.folding import composed, fold
from flows import thread
from flows.desk_models import CaseWords
from flows.models import Case, CaseEntry
from tracking_core.models import Shipment

#: So much of a thread is searched: its newest messages.
MESSAGES = 200
#: Longer words are cut, there and in what is looked for.
WORD_MAX = 60
#: So many words of what is typed count.
ASKED_MAX = 8
#: Ends of phones and tracking numbers from so many characters on.
TAIL_MIN, TAIL_MAX = 3, 15
BATCH = 100
_WORD = re.compile(r"[^\W_]+")
_PHONE = re.compile(r"[\d\s()+./-]+")
_TAIL = "~"


def words(*texts: str | None) -> set[str]:
    """Answer the words of the texts. What signs divide is also one word: `A-1001` is `a`, `1001` and `a1001`."""
    found: set[str] = set()
    for text in texts:
        for chunk in fold(composed(text or "")).split():
            parts = _WORD.findall(chunk)
            found.update(part[:WORD_MAX] for part in (*parts, "".join(parts)) if part)
    return found


def tails(*numbers: str | None) -> set[str]:
    """Answer the ends of the numbers, each marked: what `ends in 0100` is found by."""
    found: set[str] = set()
    for number in numbers:
        plain = "".join(_WORD.findall(fold(number or "")))
        found.update(_TAIL + plain[-size:] for size in range(TAIL_MIN, min(TAIL_MAX, len(plain)) + 1))
    return found


def make(session: Session, found: Case) -> None:
    """Write down what the case is found by, in place of what was there."""
    _keep(session, found, _of(session, found), fresh=True)


def add(session: Session, found: Case, *texts: str | None) -> None:
    """Let the case also be found by these texts. One that has no words yet gets all of them."""
    more = words(*texts)
    if session.scalar(select(CaseWords.case_id).where(CaseWords.case_id == found.id)) is None:
        make(session, found)
    elif more:
        _keep(session, found, more, fresh=False)
    else:
        session.execute(
            update(CaseWords).where(CaseWords.case_id == found.id).values(activity=found.last_entry_id),
            execution_options={"synchronize_session": False},
        )


def heard(session: Session, retailer: str, phone: str, text: str) -> None:
    """Somebody has written: what they said belongs to their unsettled cases, whoever answered it."""
    query = select(Case).where(Case.retailer == retailer, Case.phone == phone, Case.state != "resolved")
    for one in session.scalars(query.order_by(Case.id)):
        add(session, one, text)


def grow_stale(session: Session, shipment_id: int) -> None:
    """Something a parcel's cases are found by has been erased: they are made anew soon."""
    cases = select(Case.id).where(Case.shipment_id == shipment_id)
    session.execute(update(CaseWords).where(CaseWords.case_id.in_(cases)).values(stale=True))


def refresh(session: Session, *, limit: int = BATCH) -> int:
    """Make the stale ones anew; answers how many there were."""
    query = select(CaseWords.case_id).where(CaseWords.stale).order_by(CaseWords.case_id).limit(limit)
    return _make_all(session, session.scalars(query.with_for_update(skip_locked=True)).all())


def fill(session: Session, *, limit: int = BATCH) -> int:
    """Make the words of cases that are older than their search; answers how many there were."""
    known = exists().where(CaseWords.case_id == Case.id)
    return _make_all(session, session.scalars(select(Case.id).where(~known).order_by(Case.id).limit(limit)).all())


def matching(session: Session, said: str) -> ColumnElement[bool] | None:
    """Answer what is true of the words of a case that holds all that was said; None: there is nothing to look for."""
    asked = _asked(said)
    if not asked:
        return None
    if session.get_bind().dialect.name == "postgresql":
        query = cast(" & ".join(_lexemes(chunk) for chunk in asked), postgresql.TSQUERY)
        holds: ColumnElement[bool] = CaseWords.words.op("@@", is_comparison=True)(query)
        return holds
    return and_(*[_liked(chunk) for chunk in asked])


def _asked(said: str) -> list[list[str]]:
    """Each chunk of what was typed as the parts that signs divide; what looks like a phone is one chunk."""
    text = fold(composed(said))
    if _PHONE.fullmatch(text) and sum(char.isdigit() for char in text) > TAIL_MIN:
        return [["".join(filter(str.isdigit, text))[-TAIL_MAX:]]]
    chunks = [_WORD.findall(chunk) for chunk in text.split()]
    return [[part[:WORD_MAX] for part in chunk] for chunk in chunks if chunk][:ASKED_MAX]


def _lexemes(parts: Sequence[str]) -> str:
    whole = "".join(parts)[:WORD_MAX]
    ways = [f"'{whole}':*", f"'{_TAIL}{whole}'"]
    if len(parts) > 1:
        ways.append("(" + " & ".join(f"'{part}':*" for part in parts) + ")")
    return f"({' | '.join(ways)})"


def _liked(parts: Sequence[str]) -> ColumnElement[bool]:
    whole = "".join(parts)[:WORD_MAX]
    begun = [CaseWords.words.like(f"% {part}%") for part in parts]
    return or_(CaseWords.words.like(f"% {whole}%"), CaseWords.words.like(f"% {_TAIL}{whole} %"), and_(*begun))


def _of(session: Session, found: Case) -> set[str]:
    """Numbers, names, what was done and what was said."""
    known = words(found.reason) | tails(found.phone)
    parcel = session.get(Shipment, found.shipment_id) if found.shipment_id is not None else None
    if parcel is not None:
        known |= words(parcel.order_number, parcel.tracking_number, parcel.customer_name, parcel.customer_email)
        known |= tails(parcel.customer_phone, parcel.tracking_number)
    entries = select(CaseEntry.text).where(CaseEntry.case_id == found.id, CaseEntry.text.is_not(None))
    return known | words(*session.scalars(entries)) | _said(session, found)


def _said(session: Session, found: Case) -> set[str]:
    """What came in on the case's thread, as its page shows it: what a line or a PIN hides is not found either."""
    if found.phone is None and found.conversation_id is None:
        return set()
    messages = thread.page(
        session,
        retailer=found.retailer,
        phone=found.phone,
        conversation_id=found.conversation_id if found.phone is None else None,
        newest=True,
        limit=MESSAGES,
    )
    return words(*[one.text for one in messages if one.direction == "in"])


def _make_all(session: Session, ids: Iterable[int]) -> int:
    cases = [session.get(Case, case_id) for case_id in ids]
    for one in cases:
        if one is not None:
            make(session, one)
    return len(cases)


def _keep(session: Session, found: Case, said: set[str], *, fresh: bool) -> None:
    """Store the words. fresh: in place of the others, else beside them."""
    postgres = session.get_bind().dialect.name == "postgresql"
    value = " ".join(f"'{one}'" for one in sorted(said)) if postgres else f" {' '.join(sorted(said))} "
    insert = (postgresql.insert if postgres else sqlite.insert)(CaseWords)
    activity = found.last_entry_id
    statement = insert.values(case_id=found.id, retailer=found.retailer, words=value, activity=activity, stale=False)
    new = statement.excluded.words
    words_then: dict[str, Any] = {"words": new, "stale": False} if fresh else {"words": CaseWords.words.op("||")(new)}
    changed = {**words_then, "activity": activity}
    session.execute(statement.on_conflict_do_update(index_elements=["case_id"], set_=changed))
