"""What the forms of a page say: days and moments on the agent's clock, and the key by which a form acts once."""

from collections.abc import Mapping
from datetime import UTC, date, datetime, time, timedelta
from typing import Any

from flask import request, url_for

from channels.redact import storable
from flows import desk_acts
from web.console import access, clocks

#: Longer than any word of a filter.
WORDS_MAX = 100


def word(name: str) -> str:
    """A word of the address, trimmed; "" when it is not there."""
    return " ".join(storable(request.args.get(name, "")).split())[:WORDS_MAX]


def one_of(name: str, choices: object) -> str:
    """A word of the address that is one of the choices; "" for anything else."""
    found = word(name)
    return found if found in choices else ""  # type: ignore[operator]  # any container of words


def before() -> int | None:
    """Where an older page begins; None for the first one, and for what is no id."""
    found = request.args.get("before", type=int)
    return found if found is not None and 0 < found < 2**63 else None


def page_of(endpoint: str, asked: Mapping[str, str], **more: object) -> str:
    """The address of a list as it was asked for, with something else changed."""
    values: dict[str, Any] = {name: value for name, value in asked.items() if name != "before"}
    return url_for(endpoint, **{**values, **more})


def field(name: str) -> str:
    """A field of the form, trimmed."""
    return storable(request.form.get(name, "")).strip()


def day(written: str) -> tuple[datetime, datetime] | None:
    """The day `2026-12-01` on the agent's clock, as two moments; None for what is no day."""
    try:
        found = date.fromisoformat(written)
        begin = datetime.combine(found, time.min, clocks.zone())
        end = datetime.combine(found + timedelta(days=1), time.min, clocks.zone())
        return begin.astimezone(UTC), end.astimezone(UTC)
    except (ValueError, OverflowError):
        return None


def moment(written: str) -> str | None:
    """`2026-12-01T09:30` on the agent's clock as ISO 8601 with its zone; None when nothing is written.

    What is no moment stays as it was written: the field's own check says so.
    """
    if not written:
        return None
    try:
        found = datetime.fromisoformat(written)
        local = found.replace(tzinfo=clocks.zone()) if found.tzinfo is None else found
        return local.astimezone(UTC).isoformat()
    except (ValueError, OverflowError):
        return written


def local(at: datetime) -> str:
    """A moment as a field for moments wants it."""
    return f"{at.astimezone(clocks.zone()):%Y-%m-%dT%H:%M}"


def key(act: str, subject: str) -> str:
    """The key under which the present form acts once; one that brings no token acts every time."""
    token = request.form.get("once") or f"{request.environ.get('REMOTE_PORT', '')}:{clocks.now().isoformat()}"
    fields = [(name, value) for name, value in request.form.items() if name not in {"csrf", "once"}]
    return desk_acts.key_of(access.current().email, token, act, subject, fields)
