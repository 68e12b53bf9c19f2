"""Pictures on the demo's phones: attached, sent, shown, and never more than was chosen."""

import json

import pytest
from fakes import photos
from fakes.browser import NARROW, WIDE
from playwright.sync_api import expect

pytestmark = pytest.mark.browser

ANA, MAIN = "+14155550100", "+15005550006"


@pytest.fixture
def snapshot(tmp_path):
    path = tmp_path / "door.jpg"
    path.write_bytes(photos.phone_jpeg(photos.scene(640, 480)))
    return path


@pytest.mark.parametrize("size", [WIDE, NARROW], ids=["wide", "narrow"])
def test_a_picture_is_attached_looked_at_and_sent(house, open_page, snapshot, size, tmp_path):
    page = open_page(f"{house.url}/phone", size=size)
    phone = page.locator("#customer")
    before = phone.locator(".bubble.out").count()
    chosen = phone.get_by_label("Attach a picture")
    chosen.set_input_files(snapshot)
    expect(phone.get_by_role("img", name="door.jpg")).to_be_visible()
    phone.get_by_role("button", name="Leave out door.jpg").click()
    expect(phone.locator(".attached")).to_be_hidden()
    chosen.set_input_files(snapshot)
    expect(phone.get_by_role("img", name="door.jpg")).to_be_visible()
    phone.get_by_role("button", name="Send").click()
    bubble = phone.locator(".bubble.out").nth(before)
    picture = bubble.get_by_role("img", name="A picture")
    expect(picture).to_be_visible()
    assert picture.evaluate("one => one.naturalWidth") == 640
    expect(phone.locator(".attached")).to_be_hidden()
    assert page.evaluate("document.documentElement.scrollWidth") <= size[0]
    said = house.get(f"/phone/messages?number=%2B{ANA[1:]}&limit=200").json["items"][-2:]
    assert any(one["body"] == "" and one["media"][0].startswith("data:image/jpeg;base64,") for one in said)


def test_what_is_too_large_is_not_even_attached(house, open_page, tmp_path):
    page = open_page(f"{house.url}/phone")
    large = tmp_path / "large.jpg"
    large.write_bytes(b"\xff\xd8\xff" + b"\0" * (5 * 1024 * 1024))
    phone = page.locator("#driver")
    phone.get_by_label("Attach a picture").set_input_files(large)
    expect(phone.locator(".composer .count")).to_contain_text("5 MB each")
    expect(phone.locator(".attached")).to_be_hidden()


def test_a_picture_of_ours_is_shown_and_one_that_is_over_says_so(house, open_page):
    page = open_page(f"{house.url}/phone")
    gone = f"{house.url}/m/{'A' * 38}"
    said = json.dumps({"from": "+14155550200", "to": MAIN, "body": "x", "media": [gone]}).encode()
    answer = house.request("POST", "/phone/messages", said, Content_Type="application/json")
    assert answer.status == 201
    expect(page.locator("#driver .bubble.out").last).to_contain_text("The picture is no longer here.")
