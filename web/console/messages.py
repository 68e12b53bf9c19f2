"""Messages that need a person: unclear, dead, lost; what is planned; anybody's by a number's end; one's story."""

from flask import Blueprint, abort, redirect, render_template, url_for
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response as AnyResponse

from channels import mending
from channels.errors import classify
from channels.models import InboxRow, OutboxRow
from channels.phones import mask
from flows import desk_messages, thread
from flows.thread import ThreadMessage
from tracking_core import shipments
from web.console import access, clocks, said, showing
from web.context import Parts

PAGE = 50
DIGITS_MIN = 2
#: Kind -> (what its tab is called, what the page says of it).
KINDS = {
    "unknown": (
        "Unclear",
        "Nobody knows whether these went out. Doorline asks the provider, then follows its rules; you may know sooner.",
    ),
    "dead": ("Set aside", "Texts that came in and failed five times. Their senders wait: a case is open for each."),
    "failed": ("Not delivered", "Texts that were refused, or did not reach the phone, and why."),
    "held": ("Planned", "Texts that wait for their hour: quiet hours, surveys, a second try."),
}
#: Verdict -> (button, what it does).
VERDICTS = {
    "arrived": ("It arrived", "You know from the person that the text came. It is not sent again."),
    "let_be": ("Let it be", "It is not sent again, and what waits behind it goes on."),
    "again": ("Send it again", "The person may read it twice. STOP and consent are looked at as always."),
    "route": ("Try it again", "The text is handled once more, as if it had just come in."),
    "aside": ("Seen to", "A person has taken care of it; it leaves this list."),
}
DONE = {
    "done": "Done, and written down.",
    "late": "Nothing was done: it has been settled meanwhile.",
}


def add_to(routes: Blueprint, parts: Parts) -> None:
    """Add the routes of messages to the console's."""

    @routes.get("/messages", endpoint="messages")
    def message_list() -> str:
        """Show the messages of one kind, or of whoever's number ends with some digits."""
        return _list(parts)

    @routes.get("/messages/<any('in', 'out'):direction>/<int:message_id>")
    def message(direction: str, message_id: int) -> str:
        """Show one message and all that became of it."""
        return _page(parts, direction, message_id)

    @routes.post("/messages/<any('in', 'out'):direction>/<int:message_id>")
    def settle_message(direction: str, message_id: int) -> AnyResponse | tuple[str, int]:
        """Carry out what an agent has decided about it, once."""
        return _settle(parts, direction, message_id)


def _list(parts: Parts) -> str:
    retailer, kind = access.current().retailer, said.one_of("kind", KINDS)
    digits = "".join(filter(str.isdigit, said.word("q")))
    looked = len(digits) >= DIGITS_MIN
    with parts.database.read() as session:
        counts = desk_messages.counts(session, retailer)
        # What burns is shown first: the first kind that has anything.
        kind = kind or next((name for name in KINDS if counts[name] and name != "held"), "unknown")
        rows: list[ThreadMessage] | None
        if looked:
            rows = desk_messages.of_digits(session, retailer, digits, limit=PAGE)
        else:
            rows = desk_messages.page(session, retailer, kind, before_id=said.before(), limit=PAGE + 1)
        planned = _planned(session, rows or []) if kind == "held" and not looked else {}
    shown = (rows or [])[:PAGE]
    more = not looked and len(rows or []) > PAGE
    return render_template(
        "console/messages.html",
        rows=shown,
        too_many=looked and rows is None,
        too_short=bool(said.word("q")) and not looked,
        q=said.word("q"),
        looked=looked,
        kind=kind,
        kinds=KINDS,
        tabs=[
            (label, url_for("console.messages", kind=name), name == kind and not looked, _counted(counts[name]))
            for name, (label, _) in KINDS.items()
        ],
        planned=planned,
        older=url_for("console.messages", kind=kind, before=shown[-1].id) if more else None,
        newest=url_for("console.messages", kind=kind) if said.before() and not looked else None,
        who_of=_party,
        status=_status,
        bad=showing.BAD,
    )


def _page(parts: Parts, direction: str, message_id: int, *, fault: str = "") -> str:
    with parts.database.read() as session:
        row = _found(session, direction, message_id)
        shown = thread.shown(session, [row])[0]
        out = row if isinstance(row, OutboxRow) else None
        parcel = shipments.get(session, row.retailer, row.shipment_id) if row.shipment_id is not None else None
        code = out.error_code if out is not None else None
        return render_template(
            "console/message.html",
            row=row,
            out=out,
            one=shown,
            party=_party(shown),
            status=_status(shown),
            meaning=classify(code).words if code else "",
            bad=shown.status in showing.BAD,
            receipts=desk_messages.receipts(session, out) if out is not None else (),
            parcel=parcel,
            verdicts=[(name, *VERDICTS[name]) for name in desk_messages.verdicts(row, now=clocks.now())],
            done=DONE.get(said.word("done"), ""),
            fault=fault,
        )


def _settle(parts: Parts, direction: str, message_id: int) -> AnyResponse | tuple[str, int]:
    verdict = said.field("verdict")
    if verdict not in VERDICTS:
        abort(400, "Choose what is to be done.")
    key = said.key(f"message.{verdict}", f"message:{direction}:{message_id}")

    def decide(session: Session) -> bool:
        row = _found(session, direction, message_id)
        return desk_messages.decide(session, row, verdict, agent=access.current().email, key=key, now=clocks.now())

    try:
        done = parts.database.run(decide)
    except (mending.TooLate, mending.NotAgain) as error:
        return _page(parts, direction, message_id, fault=str(error)), 409
    place = url_for("console.message", direction=direction, message_id=message_id, done="done" if done else "late")
    return redirect(place, 303)


def _found(session: Session, direction: str, message_id: int) -> InboxRow | OutboxRow:
    retailer = access.current().retailer
    row = mending.find(session, retailer, direction, message_id) if message_id < 2**63 else None
    return row or abort(404)


def _planned(session: Session, rows: list[ThreadMessage]) -> dict[int, object]:
    """When each of these goes out, by its id."""
    found = (session.get(OutboxRow, one.id) for one in rows)
    return {row.id: row.not_before for row in found if row is not None}


def _party(one: ThreadMessage) -> str:
    """Who is at the other end; never a number."""
    if one.role is not None:
        return showing.ROLE_WORDS[one.role]
    return mask(one.sender if one.direction == "in" else one.recipient)


def _status(one: ThreadMessage) -> str:
    words = showing.STATUS_WORDS.get(one.status, one.status)
    if one.direction == "in" and one.status == "handled":
        words = f"handled by {showing.in_words(one.handled_by or 'nobody').lower()}"
    return words


def _counted(found: int) -> str | int:
    return f"{desk_messages.COUNTED_MAX}+" if found >= desk_messages.COUNTED_MAX else found
