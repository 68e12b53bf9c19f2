"""The driver's page: what it shows, what it does not, and what a tap does, with scripts off."""

import io
import re
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from fakes.webapp import BASE, Web, make_web, settings_for
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image
from sqlalchemy import select

from channels.models import OutboxRow
from db import Base, Database
from flows import driver_links
from flows.driver_actions import Action, Problem
from flows.driver_page_models import DriverTap, InstructionsShown
from flows.driver_taps import Outcome
from flows.lines import Fate, Refusal
from tracking_core.models import Driver
from web.pages.driver_said import ACTED, OUTCOMES, answer
from web.wording import languages, words

DEE, ANA = "+14155550200", "+14155550100"
#: What must not stand in the page's source, in any state.
SECRETS = ("5550100", "555-0100", "555 0100", "Canary", "canary@example.com", "5550200")
DOOR = {"line1": "14 Secret St", "line2": "Apt 9", "city": "Oakland", "postal_code": "94607", "country": "US",
        "lat": 37.8, "lon": -122.27, "timezone": "America/Los_Angeles"}  # fmt: skip
_ids = iter(range(10_000))


def stop(web: Web, order: str = "A1001", *, out: bool = True, driver: str = DEE, **more: Any) -> dict[str, Any]:
    body = {
        "customer": {"name": "Ana Canary", "phone": ANA, "email": "canary@example.com"},
        "destination": DOOR,
        "promised": {"from": "2026-12-01T17:00:00Z", "to": "2026-12-01T19:00:00Z"},
        "driver": {"name": "Dee Driver", "phone": driver},
        "delivery": {"instructions": "Gate 4412, call 415-555-0100"},
        "items": [{"name": "Lamp", "quantity": 2}],
    }
    said = web.shipment(order, **{**body, **more})
    if out:
        event(web, said, "out_for_delivery")
    return said


def event(web: Web, said: dict[str, Any], status: str, **more: Any) -> None:
    assert web.api("POST", f"/shipments/{said['id']}/events", {"status": status, **more}).status_code == 202


def state(web: Web, said: dict[str, Any]) -> str:
    return str(web.api("GET", f"/shipments/{said['id']}").json["state"])


def here(web: Web, phone: str = DEE, retailer: str = "default") -> str:
    with web.database.write() as session:
        who = select(Driver).where(Driver.phone == phone, Driver.retailer == retailer)
        driver = session.scalars(who).one()
        return driver_links.link(session, web.house, driver, now=web.clock.now).removeprefix(BASE)


def tap(web: Web, path: str, said: dict[str, Any], action: str, *, script: bool = True, **more: Any) -> Any:
    form = {"tap": f"tap-{next(_ids):08}", "shipment": str(said["id"]), "action": action, **more}
    headers = {"Accept": "application/json"} if script else {}
    return web.client.post(f"{path}/taps", data=form, headers=headers, content_type="multipart/form-data")


def texts(web: Web, recipient: str) -> list[str]:
    with web.database.read() as session:
        rows = select(OutboxRow.text).where(OutboxRow.recipient == recipient).order_by(OutboxRow.id)
        return list(session.scalars(rows))


def photo(colour: str = "red") -> tuple[io.BytesIO, str]:
    out = io.BytesIO()
    Image.new("RGB", (64, 48), colour).save(out, "JPEG")
    out.seek(0)
    return out, "photo.jpg"


# -- what it shows ----------------------------------------------------------------------------------------------------


def test_it_shows_todays_stops_in_order_and_no_way_around_the_line(web: Web) -> None:
    stop(web, "A1002", promised={"from": "2026-12-01T20:00:00Z", "to": "2026-12-01T22:00:00Z"})
    stop(web, "A1001")
    stop(web, "A1003", driver="+14155550299")
    answer = web.client.get(here(web))
    assert answer.status_code == 200
    assert answer.text.index("Order A1001") < answer.text.index("Order A1002")
    assert "A1003" not in answer.text
    for shown in ("<h2>Ana</h2>", "14 Secret St", "Apt 9", "Oakland 94607", "2 items", "9 AM and 11 AM", "Hello Dee"):
        assert shown in answer.text
    assert "geo:37.80000,-122.27000?q=" in answer.text and "query=14%20Secret%20St" in answer.text
    for secret in (*SECRETS, "Gate 4412"):
        assert secret not in answer.text


def test_headers_let_nothing_in_and_nothing_out(web: Web) -> None:
    stop(web)
    for url in (here(web), "/d/unknown"):
        headers = web.client.get(url).headers
        assert headers["Referrer-Policy"] == "no-referrer"
        assert headers["X-Robots-Tag"] == "noindex, nofollow"
        assert headers["Cache-Control"] == "no-store, private"
        policy = headers["Content-Security-Policy"]
        assert "unsafe" not in policy and "default-src 'self'" in policy and "frame-ancestors 'none'" in policy
        assert "Set-Cookie" not in headers


def test_the_source_has_no_inline_script_or_style_and_loads_only_from_here(web: Web) -> None:
    stop(web)
    text = web.client.get(here(web)).text
    assert not re.search(r"<script(?![^>]*\bsrc=)", text) and not re.search(r"<style|\sstyle=|\son\w+=", text)
    loaded = re.findall(r'(?:<script src|<link[^>]*href|<img src)="([^"]*)"', text)
    assert len(loaded) >= 5 and all(one.startswith("/static/") for one in loaded)
    for source in loaded:
        found = web.client.get(source, buffered=True)
        assert found.status_code == 200 and "http" not in found.text.replace("http://www.w3.org/2000/svg", "").replace(
            "https)", ""
        )


def test_every_field_has_a_label_and_every_button_words(web: Web) -> None:
    said = stop(web, "A1001")
    stop(web, "A1002", out=False)
    done = stop(web, "A1003")
    path = here(web)
    tap(web, path, done, "delivered")
    tap(web, path, said, "message")
    text = web.client.get(path).text
    fields = re.findall(r"<(?:input|textarea|select)\b[^>]*>", text)
    for field in fields:
        if 'type="hidden"' not in field:
            name = re.search(r'\bid="([^"]+)"', field)
            assert name and f'for="{name[1]}"' in text, field
    for button in re.findall(r"<(?:button|summary)\b[^>]*>(.*?)</(?:button|summary)>", text, re.DOTALL):
        assert re.sub(r"<[^>]+>|\s", "", button), button
    ids = re.findall(r'\bid="([^"]+)"', text)
    assert len(ids) == len(set(ids))
    assert text.count("<h1") == 1 and not re.search(r'tabindex="[1-9]', text)


def test_an_unchanged_page_is_a_304_and_a_changed_one_is_not(web: Web) -> None:
    said = stop(web)
    path = here(web)
    first = web.client.get(path)
    etag = first.headers["ETag"]
    web.clock.forward(seconds=15)
    same = web.client.get(path, headers={"If-None-Match": etag})
    assert (same.status_code, same.data) == (304, b"")
    event(web, said, "at_address")
    assert web.client.get(path, headers={"If-None-Match": etag}).status_code == 200


@pytest.mark.parametrize(
    ("query", "accept", "language"),
    [("", "", "en"), ("", "es-MX,es;q=0.9", "es"), ("?lang=es", "en", "es"), ("?lang=xx", "", "en")],
)
def test_it_speaks_the_drivers_language(sqlite_web: Web, query: str, accept: str, language: str) -> None:
    stop(sqlite_web)
    text = sqlite_web.client.get(here(sqlite_web) + query, headers={"Accept-Language": accept}).text
    assert f'<html lang="{language}">' in text
    assert ("Ya llegué" in text) == (language == "es")
    assert 'hreflang="en"' in text and 'hreflang="es"' in text


# -- how long it works ------------------------------------------------------------------------------------------------


def test_the_address_is_the_same_all_day_and_ends_with_the_shift(web: Web) -> None:
    stop(web)
    path = here(web)
    web.clock.forward(hours=8)
    assert here(web) == path and web.client.get(path).status_code == 200
    web.clock.forward(hours=10, minutes=59)  # 3:59 in the night
    assert web.client.get(path).status_code == 200
    web.clock.forward(minutes=1)
    ended, unknown = web.client.get(path), web.client.get("/d/AAAAAAAAAAAAAAAAAAAAAA")
    assert ended.status_code == unknown.status_code == 404
    assert ended.data == unknown.data
    assert here(web) != path


def test_what_was_tapped_during_the_shift_may_follow_after_it(web: Web) -> None:
    said, other = stop(web, "A1001"), stop(web, "A1002")
    path = here(web)
    web.clock.forward(hours=22)  # seven in the morning; the shift ended at four
    assert web.client.get(path).status_code == 404
    late = {"at": "2026-12-02T06:00:00Z", "sent": "2026-12-02T15:00:00Z"}
    assert tap(web, path, other, "instructions", **late).status_code == 404
    assert tap(web, path, other, "message", text="Hi", **late).status_code == 404
    assert tap(web, path, other, "delivered").status_code == 404  # tapped only now
    assert tap(web, path, said, "delivered", **late).json["ok"]
    assert (state(web, said), state(web, other)) == ("delivered", "out_for_delivery")
    web.clock.forward(hours=21)
    assert tap(web, path, other, "delivered", at="2026-12-02T11:59:00Z", sent="2026-12-03T12:00:00Z").status_code == 404


def test_it_ends_when_the_last_stop_is_done_and_when_nothing_is_the_drivers_any_more(web: Web) -> None:
    said = stop(web)
    path = here(web)
    tap(web, path, said, "delivered")
    web.clock.forward(minutes=59)
    assert web.client.get(path).status_code == 200
    web.clock.forward(minutes=1)
    assert web.client.get(path).status_code == 404
    other = stop(web, "A1002")
    assert web.client.get(path).status_code == 200  # one more for today
    driver = {"name": "Eve", "phone": "+14155550299"}
    assert web.api("PUT", f"/shipments/{other['id']}/driver", driver).status_code == 200
    assert "Secret" not in web.client.get(path).text


def test_a_new_nonce_revokes(web: Web) -> None:
    stop(web)
    path = here(web)
    with web.database.write() as session:
        driver = session.scalars(select(Driver).where(Driver.phone == DEE)).one()
        driver_links.revoke(session, web.house, driver, now=web.clock.now)
    assert web.client.get(path).status_code == 404
    fresh = here(web)
    assert fresh != path and web.client.get(fresh).status_code == 200


@pytest.mark.parametrize("token", ["x", "x" * 65, "%00", "%ff", "💡"])
def test_a_guess_opens_nothing_and_moves_nothing(sqlite_web: Web, token: str) -> None:
    said = stop(sqlite_web)
    assert sqlite_web.client.get(f"/d/{token}").status_code == 404
    assert tap(sqlite_web, f"/d/{token}", said, "delivered").status_code == 404
    assert sqlite_web.client.post(f"/d/{token}/positions", data={"lat": "37.8", "lon": "-122.27"}).status_code == 404
    assert state(sqlite_web, said) == "out_for_delivery"


# -- taps -------------------------------------------------------------------------------------------------------------


def test_a_round_without_scripts(web: Web) -> None:
    said = stop(web, out=False)
    path = here(web)
    for action, then in (("on_my_way", "out_for_delivery"), ("here", "at_address"), ("delivered", "delivered")):
        text = web.client.get(path).text
        assert f'name="action" value="{action}"' in text
        hidden = re.search(r'name="tap" value="([\w-]+)"', text)
        assert hidden
        back = tap(web, path, said, action, script=False, tap=hidden[1])
        assert back.status_code == 303
        page = web.client.get(back.headers["Location"].partition("#")[0])
        answer = re.search(r'<p id="answer"[^>]*>([^<]*)</p>', page.text)
        assert answer and answer[1].startswith("A1001: "), page.text
        assert state(web, said) == then
    assert "Please add a photo" in answer[1]
    assert len(texts(web, ANA)) == 3


def test_a_tap_that_is_sent_again_has_one_effect_and_the_same_answer(web: Web) -> None:
    said = stop(web)
    path = here(web)
    first = tap(web, path, said, "here", tap="once-and-only")
    web.clock.forward(minutes=3)
    again = tap(web, path, said, "here", tap="once-and-only")
    assert first.json == again.json and first.json["ok"]
    assert "has been told" in first.json["words"]
    other = tap(web, path, said, "here")
    assert other.json["words"] == "A1001: we have that already."
    with web.database.read() as session:
        assert len(session.scalars(select(DriverTap)).all()) == 2
    assert sum("at your address" in one for one in texts(web, ANA)) == 1


def test_the_back_button_repeats_an_id_and_means_another_tap(web: Web) -> None:
    said = stop(web)
    path = here(web)
    tap(web, path, said, "here", tap="repeated-id")
    assert tap(web, path, said, "delivered", tap="repeated-id").json["ok"]
    assert state(web, said) == "delivered"


def test_an_offline_tap_counts_from_its_own_time_whatever_the_phones_clock_says(web: Web) -> None:
    said = stop(web)
    web.clock.forward(hours=2)
    # Tapped an hour before it was sent, on a clock that is three days wrong.
    at, sent = "2026-11-28T06:00:00Z", "2026-11-28T07:00:00Z"
    assert tap(web, here(web), said, "delivered", at=at, sent=sent).json["ok"]
    delivered = web.api("GET", f"/shipments/{said['id']}").json["delivered_at"]
    assert delivered == (web.clock.now - timedelta(hours=1)).isoformat().replace("+00:00", "Z")


def test_a_tap_is_never_in_the_future_and_never_a_day_old(web: Web) -> None:
    said = stop(web)
    path = here(web)
    ahead = tap(web, path, said, "here", at="2026-12-02T17:00:00Z", sent="2026-12-01T17:00:00Z")
    assert ahead.json["ok"]
    events = web.api("GET", f"/shipments/{said['id']}").json["events"]
    assert max(one["occurred_at"] for one in events) == "2026-12-01T17:00:00Z"
    old = tap(web, path, said, "delivered", at="2026-11-30T16:59:59Z", sent="2026-12-01T17:00:00Z")
    assert not old.json["ok"] and "more than a day late" in old.json["words"]
    assert state(web, said) == "at_address"


def test_a_tap_for_a_stop_that_was_handed_over_is_answered_in_words(web: Web) -> None:
    said = stop(web)
    path = here(web)
    web.api("PUT", f"/shipments/{said['id']}/driver", {"name": "Eve", "phone": "+14155550299"})
    for action in ("delivered", "instructions", "message", "photo", "undo", "late:10"):
        late = tap(web, path, said, action)
        assert (late.status_code, late.json["ok"]) == (200, False)
        assert late.json["words"] == "This stop is with another driver by now. Nothing was changed."
    assert state(web, said) == "out_for_delivery"


def test_another_drivers_and_another_retailers_parcels_cannot_be_moved(web: Web) -> None:
    stop(web)
    other = stop(web, "A1002", driver="+14155550299")
    theirs = web.shipment("B1", retailer="other", driver={"name": "Dee", "phone": DEE})
    path = here(web)
    for said in (other, theirs, {"id": 999_999}):
        answer = tap(web, path, said, "delivered").json
        assert answer["words"] == "This stop is with another driver by now. Nothing was changed."
    assert state(web, other) == "out_for_delivery"


@pytest.mark.parametrize(
    "form",
    [
        {"tap": "x"},
        {"tap": "a b c d e f g"},
        {"shipment": "-1"},
        {"shipment": "1e9"},
        {"action": "erase"},
        {"action": "late:"},
        {"action": "late:601"},
        {"action": "late:0"},
        {"at": "yesterday"},
        {"at": "2026-12-01T17:00:00"},
        {"at": "0001-01-01T00:00:00Z"},
        {"action": "message", "text": "x" * 1001},
    ],
)
def test_what_no_page_has_sent_is_refused(sqlite_web: Web, form: dict[str, str]) -> None:
    said = stop(sqlite_web)
    action = form.pop("action", "delivered")
    assert tap(sqlite_web, here(sqlite_web), said, action, **form).status_code == 422
    assert state(sqlite_web, said) == "out_for_delivery"


def test_late_moves_what_is_left_of_the_round(web: Web) -> None:
    first, second = stop(web, "A1001"), stop(web, "A1002")
    answer = tap(web, here(web), first, "late:20").json
    assert answer["words"].startswith("20 minutes late. Stops moved: 2.")
    for said in (first, second):
        assert web.api("GET", f"/shipments/{said['id']}").json["eta"]["to"] == "2026-12-01T19:20:00Z"


def test_a_mistake_is_taken_back_within_ten_minutes(web: Web) -> None:
    said = stop(web)
    path = here(web)
    tap(web, path, said, "delivered")
    assert 'value="undo">Take back: A1001, Delivered</button>' in web.client.get(path).text
    undone = tap(web, path, said, "undo").json
    assert undone["ok"] and state(web, said) == "out_for_delivery"
    tap(web, path, said, "delivered")
    web.clock.forward(minutes=11)
    assert 'value="undo"' not in web.client.get(path).text
    assert not tap(web, path, said, "undo").json["ok"]
    assert state(web, said) == "delivered"


# -- photo, instructions, line, place ---------------------------------------------------------------------------------


def test_a_photo_comes_with_the_delivery_once(web: Web) -> None:
    said = stop(web)
    path = here(web)
    answer = tap(web, path, said, "delivered", tap="with-a-photo", photo=photo(), lat="37.8", lon="-122.27")
    assert "The photo is kept." in answer.json["words"] and "add a photo" not in answer.json["words"]
    assert tap(web, path, said, "delivered", tap="with-a-photo", photo=photo()).json == answer.json
    proofs = web.api("GET", f"/shipments/{said['id']}").json["proofs"]
    assert [one["kind"] for one in proofs] == ["photo"]
    assert [check["ok"] for check in proofs[0]["checks"] if check["name"] == "distance_m"] == [True]


def test_a_photo_may_follow_and_one_that_is_none_is_told(web: Web) -> None:
    said = stop(web)
    path = here(web)
    broken = (io.BytesIO(b"%PDF-1.4 no picture"), "photo.jpg")
    answer = tap(web, path, said, "delivered", photo=broken)
    assert "could not be used" in answer.json["words"] and state(web, said) == "delivered"
    assert 'value="photo"' in web.client.get(path).text
    assert not tap(web, path, said, "photo").json["ok"]
    assert tap(web, path, said, "photo", photo=photo("blue")).json["ok"]
    assert len(web.api("GET", f"/shipments/{said['id']}").json["proofs"]) == 1
    assert 'value="photo"' not in web.client.get(path).text


def test_instructions_are_released_by_a_tap_while_the_parcel_is_out(web: Web) -> None:
    said = stop(web, out=False)
    path = here(web)
    assert 'value="instructions"' not in web.client.get(path).text
    assert not tap(web, path, said, "instructions").json["ok"]
    event(web, said, "out_for_delivery")
    assert "Gate 4412" not in web.client.get(path).text
    assert tap(web, path, said, "instructions").json["ok"]
    text = web.client.get(path).text
    assert "Gate 4412, call •••" in text
    for secret in SECRETS:
        assert secret not in text
    with web.database.read() as session:
        assert [one.shipment_id for one in session.scalars(select(InstructionsShown))] == [said["id"]]
    tap(web, path, said, "delivered")
    assert "Gate 4412" not in web.client.get(path).text


def test_what_one_driver_has_read_is_closed_to_the_next(web: Web) -> None:
    said = stop(web)
    tap(web, here(web), said, "instructions")
    web.api("PUT", f"/shipments/{said['id']}/driver", {"name": "Eve", "phone": "+14155550299"})
    assert "Gate 4412" not in web.client.get(here(web, "+14155550299")).text
    web.clock.forward(minutes=5)
    web.api("PUT", f"/shipments/{said['id']}/driver", {"name": "Dee", "phone": DEE})
    assert "Gate 4412" not in web.client.get(here(web)).text  # the parcel went through other hands


def test_a_place_from_the_page_tells_the_next_customer(web: Web) -> None:
    said = stop(web)
    path = here(web)
    sent = {"lat": "37.80001", "lon": "-122.27", "accuracy": "12.0", "at": "2026-12-01T17:00:00Z"}
    assert web.client.post(f"{path}/positions", data=sent).status_code == 202
    assert state(web, said) == "at_address"
    for wrong in ({"lat": "91", "lon": "0"}, {"lat": "37.8"}, {"lat": "NaN", "lon": "0"}, {**sent, "at": "now"}):
        assert web.client.post(f"{path}/positions", data=wrong).status_code == 422
    tap(web, path, said, "delivered")
    assert web.client.post(f"{path}/positions", data=sent).status_code == 404  # nobody follows a driver off duty


# -- writing to the customer ------------------------------------------------------------------------------------------


@pytest.fixture
def pooled(web_with: Any) -> Web:
    """A web with one proxy number."""
    found: Web = web_with(relay_numbers=("+15005550101",))
    return found


def test_a_message_opens_the_line_once_and_shows_the_proxy_alone(pooled: Web) -> None:
    said = stop(pooled)
    path = here(pooled)
    before = len(texts(pooled, ANA))
    sent = tap(pooled, path, said, "message", tap="one-message", text="Which gate? Call me at 415-555-0200")
    assert sent.json["ok"] and "hidden a number" in sent.json["words"]
    assert tap(pooled, path, said, "message", tap="one-message", text="Which gate?").json == sent.json
    got = texts(pooled, ANA)[before:]
    assert len(got) == 2 and "Which gate?" in got[1] and "0200" not in "".join(got)
    text = pooled.client.get(path).text
    assert 'href="sms:+15005550101"' in text and 'href="tel:+15005550101"' in text and "(500) 555-0101" in text
    for secret in SECRETS:
        assert secret not in text
    tap(pooled, path, said, "delivered")
    assert "sms:" not in pooled.client.get(path).text


def test_why_a_message_cannot_go_is_said_in_words(pooled: Web) -> None:
    early = stop(pooled, "A1001", out=False)
    refused = stop(pooled, "A1002", customer={"name": "Ben", "phone": "+14155550111", "sms_consent": False})
    by_mail = stop(pooled, "A1003", customer={"name": "Cy", "email": "cy@example.com"})
    path = here(pooled)
    answers = [tap(pooled, path, said, "message", text="Hi").json for said in (early, refused, by_mail)]
    assert [one["ok"] for one in answers] == [False] * 3
    assert [one["words"].partition(": ")[2] for one in answers] == [
        "you can write once the parcel is out with you.",
        "this customer does not want texts.",
        "this customer cannot be texted.",
    ]


def test_a_driver_who_is_asked_about_a_leak_may_send_it_all_the_same(pooled: Web) -> None:
    pooled.house.settings.workflow_dir.mkdir(exist_ok=True)
    (pooled.house.settings.workflow_dir / "default.yml").write_text("relay: {leaks: ask}\nquiet_hours: off\n")
    with pooled.database.write() as session:
        pooled.house.workflows.seed(session, now=pooled.clock.now + timedelta(seconds=1))
    said = stop(pooled)
    path = here(pooled)
    assert 'name="confirmed"' in pooled.client.get(path).text
    before = len(texts(pooled, ANA))
    asked = tap(pooled, path, said, "message", text="I am on 415-555-0222").json
    assert not asked["ok"] and "gives away a number" in asked["words"]
    assert not any("0222" in one for one in texts(pooled, ANA)[before:])
    assert tap(pooled, path, said, "message", text="I am on 415-555-0222", confirmed="1").json["ok"]
    assert "0222" in texts(pooled, ANA)[-1]


def test_every_outcome_has_words_of_its_own(sqlite_web: Web) -> None:
    assert {*Action} == ACTED.keys()
    assert {*Problem, *Fate, *Refusal} <= OUTCOMES.keys()
    for language in languages():
        said = words(language)
        for action in Action:
            about = {"order": "A1", "action": action.value, "minutes": 20, "stops": 3, "told": True, "photos": 1}
            assert answer(Outcome("acted", True, about), said)
        for name in OUTCOMES:
            assert answer(Outcome(name, False, {"order": "A1"}), said)


# -- any order of taps, any number of times ---------------------------------------------------------------------------

ACTIONS = ["on_my_way", "here", "delivered", "nobody_home", "cannot_find", "refused", "undo", "instructions"]
plays = st.lists(st.tuples(st.sampled_from(ACTIONS), st.integers(0, 3)), min_size=1, max_size=7)


@pytest.fixture(scope="module")
def one_web(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Web]:
    """One SQLite web for all examples; each has parcels of its own."""
    folder = tmp_path_factory.mktemp("taps")
    database = Database(f"sqlite:///{folder / 'd.db'}")
    Base.metadata.create_all(database.engine)
    yield make_web(database, settings_for(database, folder), datetime(2026, 12, 1, 17, 0, tzinfo=UTC))
    database.close()


@settings(deadline=None, max_examples=25)
@given(play=plays)
def test_taps_that_are_sent_again_change_nothing_whatever_was_tapped_since(one_web: Web, play: Any) -> None:
    """The same round twice: once each tap comes once, once they come again and again. Both end alike."""
    ends = []
    for again in (False, True):
        number = next(_ids)
        phone, driver = f"+1415555{number:04}", f"+1628555{number:04}"
        said = stop(one_web, f"P{number}", driver=driver, customer={"name": "Ana", "phone": phone})
        path = here(one_web, driver)
        sent: list[tuple[str, str]] = []
        for place, (action, repeats) in enumerate(play):
            sent.append((f"tap-{number}-{place}", action))
            tap(one_web, path, said, action, tap=sent[-1][0])
            for back in range(repeats if again else 0):
                old = sent[-1 - back % len(sent)]
                tap(one_web, path, said, old[1], tap=old[0])
        events = one_web.api("GET", f"/shipments/{said['id']}").json["events"]
        ends.append((state(one_web, said), [one["status"] for one in events], len(texts(one_web, phone))))
    assert ends[0] == ends[1]


def test_the_demo_leads_to_the_page(web_with: Any) -> None:
    demo: Web = web_with(demo=True)
    said = stop(demo)
    lonely = demo.shipment("A1002")
    answer = demo.client.get(f"/phone/demo/parcels/{said['id']}/driver")
    assert (answer.status_code, answer.headers["Location"]) == (303, BASE + here(demo))
    assert demo.client.get(f"/phone/demo/parcels/{lonely['id']}/driver").status_code == 404


def test_only_the_demo_leads_to_the_page(web: Web) -> None:
    said = stop(web)
    assert web.client.get(f"/phone/demo/parcels/{said['id']}/driver").status_code == 404


def test_one_tap_by_many_threads_at_once_has_one_effect(web: Web) -> None:
    said = stop(web)
    path = here(web)

    def send(_place: int) -> Any:
        return tap(web, path, said, "here", tap="at-the-same-time").json

    with ThreadPoolExecutor(6) as pool:
        answers = list(pool.map(send, range(6)))
    assert all(one == answers[0] and one["ok"] for one in answers)
    events = web.api("GET", f"/shipments/{said['id']}").json["events"]
    assert [one["status"] for one in events] == ["out_for_delivery", "at_address"]
    assert len(texts(web, ANA)) == 2


def test_places_and_taps_at_once_do_not_wait_in_a_circle(web: Web) -> None:
    round_ = [stop(web, f"A100{place}") for place in range(4)]
    path = here(web)

    def send(place: int) -> int:
        if place % 2:
            at = f"2026-12-01T16:59:{place:02}Z"
            form = {"lat": "37.8", "lon": "-122.27", "at": at, "sent": "2026-12-01T17:00:00Z"}
            return int(web.client.post(f"{path}/positions", data=form).status_code)
        return int(tap(web, path, round_[place % 4], "late:10" if place % 4 else "here").status_code)

    with ThreadPoolExecutor(6) as pool:
        assert set(pool.map(send, range(16))) <= {200, 202}
    assert state(web, round_[0]) == "at_address"


def test_stops_far_ahead_are_light_and_open_by_their_link(sqlite_web: Web) -> None:
    round_ = [stop(sqlite_web, f"A1{place:03}") for place in range(12)]
    path, last = here(sqlite_web), round_[-1]["id"]
    card = re.compile(rf'<li[^>]*id="stop-{last}".*?</li>', re.DOTALL)
    light = card.search(sqlite_web.client.get(path).text)
    assert light and "<form" not in light[0] and f"stop={last}#stop-{last}" in light[0]
    whole = card.search(sqlite_web.client.get(f"{path}?stop={last}").text)
    assert whole and "<form" in whole[0] and re.search(r"<details[^>]* open>", whole[0])
    first = card.search(sqlite_web.client.get(path).text.replace(f"stop-{round_[0]['id']}", f"stop-{last}"))
    assert first and "<form" in first[0]


@pytest.mark.parametrize("query", ["tap=%00", "tap=" + "x" * 500, "tap=%F0%9F%9A%9A", "stop=9e9", "stop=" + "9" * 40])
def test_a_strange_query_is_passed_over(web: Web, query: str) -> None:
    stop(web)
    assert web.client.get(f"{here(web)}?{query}").status_code == 200


def test_what_is_written_arrives_as_it_was_written(pooled: Web) -> None:
    said = stop(pooled)
    assert tap(pooled, here(pooled), said, "message", text="Hi \x00\r\n👨‍👩‍👧 ¿sí?").json["ok"]
    assert "Hi \n👨‍👩‍👧 ¿sí?" in texts(pooled, ANA)[-1].replace("\x00", "")
    assert "\x00" not in texts(pooled, ANA)[-1]
