"""Whatever strangers and colleagues write is text: on every page of the console, and on the shopper's and driver's own.

All hostile texts stand in all free fields at once, so that each page has to be looked at once.
"""

import threading
from collections.abc import Iterator
from dataclasses import dataclass

import pytest
from fakes.console_routes import path_of
from fakes.webapp import Web, make_web, settings_for
from playwright.sync_api import Page
from sqlalchemy import String, update
from werkzeug.serving import WSGIRequestHandler, make_server

from channels import inbox
from channels.messages import InboundMessage
from db import Base, Database, utc_now
from flows import accounts, agents, audit, cases, import_jobs, import_work
from flows.agent_models import CannedReply
from flows.models import WorkflowVersion
from surveys.models import Survey
from web.console.access import OPEN_TO_ALL

pytestmark = pytest.mark.browser

HOSTILE = (
    "<script>hit()</script>",
    '"><img src=x onerror=hit()>',
    "'><svg/onload=hit()>",
    "</textarea></title></style><script>hit()</script>",
    '<iframe srcdoc="<script>parent.hit()</script>"></iframe>',
    '<a href="javascript:hit()">javascript:hit()</a>',
    "<input autofocus onfocus=hit()>",
    "<base href=//evil.example/>",
    "{{ 7*7 }}${7*7}<%= 7*7 %>",
    "<!-- ]]> &lt;script&gt;hit()&lt;/script&gt;",
    "\u202egnp.exe",
    "</script><script>hit()</script>",
)
ALL = " ".join(HOSTILE)
#: For what is short by its nature.
SHORT = "<img src=x onerror=hit()>"
#: Columns that hold somebody's words; what else there is are names of ours, and numbers.
FREE = {
    "agent": {"name"},
    "api_key": {"label"},
    "case_entry": {"text"},
    "canned_reply": {"name", "text"},
    "connection_code": {"code"},
    "console_session": {"browser"},
    "driver": {"name"},
    "import_fault": {"field", "reason", "original"},
    "import_job": {"name", "note"},
    "inbox": {"text", "error"},
    "outbox": {"text", "subject", "reason", "error_code"},
    "proof": {"note"},
    "shipment": {"order_number", "tracking_number", "carrier", "service", "customer_name", "customer_email"},
    "shipment_event": {"detail", "code"},
    "survey": {"comment", "carrier", "service"},
    "webhook_delivery": {"answer", "error"},
    "workflow_version": {"note"},
}
ADA, PASSWORD = "ada@example.com", "correct horse battery"


@dataclass
class Served:
    web: Web
    url: str
    pages: list[str]


@pytest.fixture(scope="module")
def served(tmp_path_factory) -> Iterator[Served]:
    folder = tmp_path_factory.mktemp("hostile")
    database = Database(f"sqlite:///{folder / 'x.db'}", pool_size=16)
    Base.metadata.create_all(database.engine)

    class Quiet(WSGIRequestHandler):
        def log(self, *args):
            pass

    server = make_server("127.0.0.1", 0, lambda *_: [], threaded=True, request_handler=Quiet)
    url = f"http://127.0.0.1:{server.server_port}"
    web = make_web(database, settings_for(database, folder, public_base_url=url), utc_now())
    server.app = web.app
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    pages = filled(web)
    yield Served(web, url, pages)
    server.shutdown()
    thread.join(10)
    database.close()


def filled(web: Web) -> list[str]:
    """One of everything, each free field hostile; answers the pages that need no login."""
    now = web.clock.now
    parcel = web.shipment(
        ALL[:100],
        customer={"phone": "+14155550100", "name": ALL[:100], "email": "ana@example.com"},
        tracking_number="1Z1",
        carrier="acme",
        driver={"name": SHORT, "phone": "+14155550200"},
        destination={"line1": SHORT * 2, "city": SHORT, "postal_code": "94607", "country": "US"},
        items=[{"name": ALL[:100], "quantity": 2}],
        delivery={"instructions": ALL[:140], "leave_at_door": True, "proof": ["photo"]},
    )
    for status in ("out_for_delivery", "attempt_failed", "delivered"):
        web.api("POST", f"/shipments/{parcel['id']}/events", {"status": status, "detail": ALL[:200]})
    proof = web.client.post(
        f"/api/v1/shipments/{parcel['id']}/proofs",
        data={"note": ALL[:400]},
        content_type="multipart/form-data",
        headers={"Authorization": f"Bearer {web.keys['default']}"},
    )
    assert proof.status_code == 201, proof.text
    file = f"order_number,customer.phone\n{SHORT},{SHORT}\n".encode()
    with web.database.write() as session:
        import_jobs.take_file(session, retailer="default", name=f"{SHORT}.csv", data=file, by=SHORT, now=now)
    while import_work.work(web.database, web.house, worker="w", clock=web.clock, lease_s=30, stopping=lambda: False):
        pass
    web.api("POST", "/webhooks", {"url": "https://shop.example/?x=<script>hit()</script>", "events": ["*"]})
    with web.database.write() as session:
        said = InboundMessage("sms", "SM1", "+14155550100", "+15005550006", ALL)
        inbox.receive(session, said, now=now)
        session.flush()
        case = cases.open_case(
            session,
            web.house,
            retailer="default",
            reason="talk_to_person",
            shipment_id=parcel["id"],
            phone="+14155550100",
            conversation_id=1,
            text=ALL,
            by="customer",
            now=now,
        )
        agent = accounts.add_agent(
            session, retailer="default", email=ADA, password=PASSWORD, name=SHORT * 2, role="admin", now=now
        )
        _, token = agents.add(
            session, retailer="default", email="new@example.com", name=SHORT, role="agent", by=ADA, now=now
        )
        cases.note(session, web.house, case, agent=agent.email, text=ALL, now=now)
        accounts.add_key(session, "default", label=SHORT, now=now)
        canned = CannedReply(retailer="default", name=SHORT, language="en", text=ALL, updated_at=now, updated_by=SHORT)
        source = f"brand: '{SHORT}'\ntexts:\n  greet: 'Hi </textarea>{SHORT}'\n# {ALL}\n"
        workflow = WorkflowVersion(
            retailer="default", version=1, source=source, loaded_at=now, loaded_by=SHORT, note=ALL
        )
        session.add_all((canned, workflow))
        audit.write(
            session, retailer="default", agent=SHORT, action=f"x.{SHORT}", subject=ALL, detail={ALL: [ALL]}, now=now
        )
        session.flush()
        links = [web.house.links.url(session, kind, 1, now=now) for kind in ("t", "p", "s", "d")]
        answered = {"state": "answered", "scale": 5, "score": 1, "reason": "other", "sent_at": now, "answered_at": now}
        session.execute(update(Survey).values(answered))
        for table, columns in FREE.items():
            rows = Base.metadata.tables[table]
            assert all(isinstance(rows.c[name].type, String) for name in columns), table
            session.execute(update(rows).where(rows.c.id == 1).values(dict.fromkeys(columns, ALL)))
    return [*links, f"/console/welcome/{token}"]


#: What a page would hold if any of it had become markup.
INJECTED = (
    'img[src="x"], [onerror], [onload], [onfocus], script:not([src]):not([type]), iframe, base, '
    'a[href^="javascript"], style'
)


def looked_at(page: Page, url: str) -> bool:
    """Look at one page; whether it shows any of the hostile texts."""
    answer = page.goto(url, wait_until="load")
    assert answer is not None and answer.status < 500, url
    if "text/html" not in answer.headers.get("content-type", ""):
        return False
    assert page.locator(INJECTED).count() == 0, f"{url}: {page.locator(INJECTED).first.evaluate('e => e.outerHTML')}"
    assert page.evaluate("typeof hit + typeof window.hits") == "undefinedundefined"
    return "hit()" in page.content()


def test_no_page_runs_what_somebody_wrote(served, open_page):
    page = open_page(f"{served.url}/console/login")
    page.get_by_label("E-mail").fill(ADA)
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("button", name="Log in").click()
    page.wait_for_url("**/console/")
    seen, shown = 0, []
    for rule in sorted(served.web.app.url_map.iter_rules(), key=lambda one: one.rule):
        end = rule.endpoint
        if not end.startswith("console.") or "GET" not in (rule.methods or ()) or end in OPEN_TO_ALL:
            continue
        path = path_of(rule, 1, text="greet")
        if path.endswith((".csv", ".yml")):
            continue
        seen += 1
        if looked_at(page, f"{served.url}{path}"):
            shown.append(end)
    # The forms that show what was sent, and lists that only a filter opens.
    for path in (
        "/console/?q=" + SHORT,
        f"/console/settings/audit?agent={SHORT}&action={SHORT}",
        "/console/?queue=all",
    ):
        looked_at(page, f"{served.url}{path}")
    assert seen > 25
    for must in ("console.inbox", "console.case", "console.shipment", "console.canned", "console.workflow"):
        assert must in shown, shown
    assert len(shown) >= 12, shown


def test_nor_do_the_pages_of_shopper_and_driver(served, open_page):
    page = open_page(f"{served.url}/console/login")
    shown = [looked_at(page, url if "://" in url else f"{served.url}{url}") for url in served.pages]
    assert sum(shown) >= 3, list(zip(served.pages, shown, strict=True))
