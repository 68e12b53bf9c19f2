"""What docs/webhooks.md tells a receiver is true: its code accepts what we send, and its list of events is ours."""

import re
from datetime import timedelta
from pathlib import Path

from db import utc_now
from flows import outbound_body
from flows.outbound_kinds import FACTS, REQUESTS

PAGE = (Path(__file__).resolve().parents[2] / "docs" / "webhooks.md").read_text(encoding="utf-8")
SECRET = outbound_body.secret_of("a secret key", "nonce")


def taught():
    """The receiver's function, as the page has it."""
    code = re.search(r"```python\n(.*?)```", PAGE, re.DOTALL)
    found: dict = {}
    exec(code.group(1), found)
    return found["verified"]


def test_the_pages_own_code_tells_ours_from_others():
    verified, now = taught(), utc_now()
    body = outbound_body.body(17, "case.opened", "default", {"reason": "späť"}, at=now)
    headers = {name.lower(): value for name, value in outbound_body.headers(SECRET, "evt_17", body, now=now).items()}
    assert verified(SECRET, headers, body)
    assert not verified(SECRET, headers, body + b" ")
    assert not verified(outbound_body.secret_of("a secret key", "another"), headers, body)
    assert not verified(SECRET, {**headers, "webhook-id": "evt_18"}, body)
    old = outbound_body.headers(SECRET, "evt_17", body, now=now - timedelta(minutes=6))
    assert not verified(SECRET, {name.lower(): value for name, value in old.items()}, body)


def test_every_event_is_on_the_page_and_no_other():
    named = set(re.findall(r"`((?:shipment|eta|message|case|survey|order)\.[a-z_]+)`", PAGE))
    assert named == {*FACTS, *REQUESTS}
