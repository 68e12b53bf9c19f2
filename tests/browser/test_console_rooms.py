"""The desk's other rooms in a browser: a file of 10,000 lines watched to its end, and every page for everybody."""

import csv

import pytest
from fakes.browser import LOGIN, NARROW, WIDE, findings, log_in
from fakes.rooms_world import settle_in
from playwright.sync_api import expect

from benchmarks.imports import content

pytestmark = pytest.mark.browser

LINES = 10_000
#: A busy machine takes its time; the test waits for the end, not for the clock.
PATIENCE_MS = 400_000


@pytest.fixture(scope="module")
def parcel(house):
    """The id of a parcel with a story, in a desk with some days behind it."""
    return settle_in(house)


@pytest.fixture
def desk(house, parcel, open_page):
    """Open one of the desk's pages, logged in."""
    cookies = []

    def open_one(path, size=WIDE, scheme="light"):
        page = open_page(f"{house.url}/console/login", size=size, scheme=scheme)
        if cookies:
            page.context.add_cookies(cookies)
        else:
            log_in(page)
            expect(page.get_by_text(LOGIN[0].split("@")[0]).first).to_be_attached()
            cookies.extend(page.context.cookies())
        page.goto(f"{house.url}/console{path}")
        return page

    return open_one


def test_ten_thousand_lines_are_watched_and_the_bad_ones_taken_home(desk, tmp_path):
    file = tmp_path / "orders.csv"
    file.write_bytes(content(LINES))
    page = desk("/imports")
    page.get_by_label("CSV file").set_input_files(file)
    page.get_by_role("button", name="Import the file").click()
    job = page.locator("#job")
    # It is seen to move, without a reload: some lines are through, and not all.
    page.wait_for_function(
        "() => document.querySelector('#bar')?.hasAttribute('value') && document.querySelector('#bar').value > 0",
        timeout=PATIENCE_MS,
    )
    expect(job).to_have_attribute("data-state", "done", timeout=PATIENCE_MS)
    expect(page.locator("#lines")).to_contain_text(f"{LINES} of {LINES} lines")
    expect(page.locator("#created")).to_have_text("9900")
    expect(page.locator("#faults")).to_have_text("100")
    with page.expect_download() as download:
        page.locator("#download").click()
    errors = tmp_path / "errors.csv"
    download.value.save_as(errors)
    rows = list(csv.reader(errors.read_text(encoding="utf-8-sig").splitlines()))
    assert len(rows) == 101 and rows[1][0] == "101" and rows[1][1] == "order_number"
    assert len({tuple(row[1:3]) for row in rows[1:]}) >= 13  # kinds of being wrong
    page.goto(page.url)
    expect(page.get_by_role("button", name="Call it off")).to_have_count(0)


def test_every_room_is_for_everybody(desk, parcel, axe):
    pages = (
        "/shipments?q=A1001", f"/shipments/{parcel}", "/shipments/new", "/imports", "/messages?kind=failed",
        "/messages/out/5", "/numbers", "/health", "/overview", "/scorecards", "/scorecards?by=lane",
        "/scorecards?by=driver", "/connections", "/shadow",
    )  # fmt: skip
    found = {}
    for size, scheme in ((WIDE, "light"), (NARROW, "dark")):
        page = desk("/overview", size=size, scheme=scheme)
        for path in pages:
            page.goto(page.url.split("/console")[0] + "/console" + path)
            expect(page.locator("h1")).to_be_visible()
            wrong = findings(page, axe)
            if page.evaluate("document.documentElement.scrollWidth > innerWidth"):
                wrong.append("wider than the window")
            if wrong:
                found[path, size[0], scheme] = wrong
    assert found == {}


def test_sources_show_how_they_are_and_what_means_nothing_to_us(desk):
    page = desk("/connections", size=NARROW)
    rows = page.locator("tbody tr")
    for name, state in (("easypost", "ok"), ("shippo", "never accepted"), ("custom:oms", "silent")):
        expect(rows.filter(has_text=name)).to_contain_text(state)
    page.get_by_role("link", name="4").first.click()
    page.get_by_text("EP_TELEPORTED").click()
    expect(page.locator("pre").first).to_contain_text('"status": "teleported"')


def test_what_shadow_kept_back_is_shown_with_its_cost_and_to_nobody_by_name(desk):
    page = desk("/connections")
    page.get_by_role("link", name="Shadow mode").click()
    expect(page.get_by_text("Kept back for A1001")).to_be_visible()
    assert "+14155550137" not in page.content()
    page.get_by_role("link", name="30 days").click()
    expect(page.get_by_text("Kept back long ago")).to_be_visible()


def test_an_event_by_hand_moves_the_parcel(desk, parcel):
    page = desk(f"/shipments/{parcel}")
    page.get_by_role("button", name="Add an event").click()
    dialog = page.get_by_role("dialog")
    dialog.get_by_label("Event").select_option("delivered")
    dialog.get_by_label("Text nobody").check()
    dialog.get_by_role("button", name="Record it").click()
    expect(page.get_by_role("status").filter(has_text="The parcel has moved")).to_be_visible()
    expect(page.locator(".timeline li").first).to_contain_text("Delivered")
