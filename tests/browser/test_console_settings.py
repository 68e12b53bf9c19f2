"""The settings in a browser: forms that open in dialogs work under the page's policy, and hinder nobody."""

import re
import threading
from collections.abc import Iterator

import pytest
from fakes.browser import NARROW, WIDE, findings
from fakes.webapp import make_web, settings_for
from playwright.sync_api import Page, expect
from werkzeug.serving import WSGIRequestHandler, make_server

from db import Base, Database, utc_now
from flows import accounts

pytestmark = pytest.mark.browser

ADA, PASSWORD = "ada@example.com", "correct horse battery"


@pytest.fixture(scope="module")
def desk(tmp_path_factory) -> Iterator[str]:
    """The console's address, over a database of its own; Ada is its admin."""
    folder = tmp_path_factory.mktemp("settings")
    database = Database(f"sqlite:///{folder / 'x.db'}", pool_size=16)
    Base.metadata.create_all(database.engine)

    class Quiet(WSGIRequestHandler):
        def log(self, *args):
            pass

    server = make_server("127.0.0.1", 0, lambda *_: [], threaded=True, request_handler=Quiet)
    url = f"http://127.0.0.1:{server.server_port}"
    web = make_web(database, settings_for(database, folder, public_base_url=url), utc_now())
    with database.write() as session:
        accounts.add_agent(session, retailer="default", email=ADA, password=PASSWORD, role="admin", now=web.clock.now)
    server.app = web.app
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield f"{url}/console"
    server.shutdown()
    thread.join(10)
    database.close()


def inside(page: Page) -> Page:
    page.get_by_label("E-mail").fill(ADA)
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("button", name="Log in").click()
    page.wait_for_url("**/console/")
    return page


def test_somebody_is_invited_and_comes_in(desk, open_page, axe):
    admin = inside(open_page(f"{desk}/login", size=WIDE))
    admin.goto(f"{desk}/settings/people")
    assert findings(admin, axe) == []
    admin.get_by_role("button", name="Add somebody").click()
    dialog = admin.get_by_role("dialog")
    dialog.get_by_label("E-mail").fill("bob@example.com")
    dialog.get_by_label("Name", exact=True).fill("Bob")
    dialog.get_by_label("Role").select_option("lead")
    dialog.get_by_role("button", name="Make the invitation").click()
    link = admin.locator(".secret code").inner_text()
    guest = open_page(link, size=NARROW, scheme="dark")
    assert findings(guest, axe) == []
    guest.get_by_label("Password").fill("a few good words")
    guest.get_by_role("button", name="Set it and come in").click()
    guest.wait_for_url("**/console/")
    guest.goto(f"{desk}/settings")
    expect(guest.get_by_role("link", name="Audit log")).to_be_visible()
    expect(guest.locator("main").get_by_role("link", name="API keys")).to_have_count(0)


def test_a_workflow_is_previewed_and_saved_on_a_phone_in_the_dark(desk, open_page, axe):
    page = inside(open_page(f"{desk}/login", size=NARROW, scheme="dark"))
    page.goto(f"{desk}/settings/workflow")
    page.get_by_label("YAML").fill("brand: Shoe Shop\nquiet_hourz: off\n")
    page.get_by_role("button", name="Check and preview").click()
    expect(page.get_by_role("alert")).to_contain_text("line 2")
    page.get_by_label("YAML").fill("brand: Shoe Shop\nlanguages: [en]\n")
    page.get_by_role("button", name="Check and preview").click()
    expect(page.get_by_text("Texts that would read otherwise")).to_be_visible()
    assert findings(page, axe) == []
    page.get_by_role("button", name="Save as version").click()
    expect(page.get_by_text(re.compile(r"Version \d+ stands")).first).to_be_visible()
    page.goto(f"{desk}/settings/webhooks")
    page.get_by_role("button", name="Add a webhook").click()
    expect(page.get_by_label("Address", exact=True)).to_be_visible()
    assert findings(page, axe) == []
