"""What a shopper does on the tracking page: once per form, with the same words as by text, and not too often."""

import re
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from fakes.webapp import BASE, Web
from sqlalchemy import func, select

from channels.models import BlockedPair, ConsentRecord, Contact, OurAddress, OutboxRow
from db import insert_once
from flows import erasing, proofs, surveys
from flows.line_models import Line
from flows.shopper_acts import MOST_A_DAY
from flows.story_models import OutboundEvent
from surveys import invitations
from tracking_core.models import Shipment
from tracking_core.proofs import NewProof, ProofKind

ANA, DEE = "+14155550100", "+14155550200"
PROXY = "+15005550101"


@pytest.fixture
def parcel(web: Web) -> dict[str, Any]:
    """A parcel with a driver and a promised window tomorrow; the pool has a number."""
    with web.database.write() as session:
        insert_once(session, OurAddress(address=PROXY, retailer="default", purpose="pool"))
    return web.shipment(
        destination={"timezone": "America/Los_Angeles", "country": "US"},
        promised={"from": "2026-12-02T17:00:00Z", "to": "2026-12-02T19:00:00Z"},
        driver={"name": "Dee Driver", "phone": DEE},
    )


def path(said: dict[str, Any]) -> str:
    return str(said["tracking_url"]).removeprefix(BASE)


def event(web: Web, said: dict[str, Any], status: str, **more: Any) -> None:
    assert web.api("POST", f"/shipments/{said['id']}/events", {"status": status, **more}).status_code == 202


def key_on(web: Web, said: dict[str, Any]) -> str:
    found = re.search(r'name="key" value="([\w-]+)"', web.client.get(path(said)).text)
    assert found is not None
    return found[1]


def send(web: Web, said: dict[str, Any], act: str, *, key: str | None = None, lang: str = "en", **form: str) -> str:
    """Send a form of the page as a browser does, and answer the page it leads to."""
    data = {"key": key or key_on(web, said), **form}
    answer = web.client.post(f"{path(said)}/{act}?lang={lang}", data=data)
    assert answer.status_code == 303, answer.text
    assert answer.headers["Referrer-Policy"] == "no-referrer" and "no-store" in answer.headers["Cache-Control"]
    shown = web.client.get(answer.headers["Location"].partition("#")[0])
    assert shown.status_code == 200
    return str(shown.text)


def notice(page: str) -> str:
    found = re.search(r'id="said"[^>]*>(.*?)</p>', page, re.DOTALL)
    return "" if found is None else found[1]


def rows(web: Web, model: Any) -> list[Any]:
    with web.database.read() as session:
        return list(session.scalars(select(model).order_by(model.id)))


def texts_to(web: Web, phone: str) -> list[str]:
    return [row.text for row in rows(web, OutboxRow) if row.recipient == phone]


def count(web: Web, model: Any) -> int:
    with web.database.read() as session:
        return session.scalar(select(func.count()).select_from(model)) or 0


# -- the driver -------------------------------------------------------------------------------------------------------


def test_asking_for_the_driver_opens_one_line_and_shows_its_number(web: Web, parcel: dict[str, Any]) -> None:
    event(web, parcel, "out_for_delivery")
    assert "Message or call the driver" in web.client.get(path(parcel)).text
    key = key_on(web, parcel)
    first = send(web, parcel, "driver", key=key)
    assert notice(first).startswith("You can reach your driver now")
    assert f'href="sms:{PROXY}"' in first and f'href="tel:{PROXY}"' in first and "(500) 555-0101" in first
    told = len(texts_to(web, DEE))
    assert notice(send(web, parcel, "driver", key=key)) == notice(first)  # the browser sent it twice
    send(web, parcel, "driver", key="another-form-0001")  # somebody had the page open in another window
    assert count(web, Line) == 1 and len(texts_to(web, DEE)) == told == 1
    assert DEE not in first and "Dee" not in first and ANA not in first
    event(web, parcel, "delivered")
    assert f"sms:{PROXY}" in web.client.get(path(parcel)).text  # until the line closes


def test_before_it_is_out_the_driver_cannot_be_asked_for(web: Web, parcel: dict[str, Any]) -> None:
    page = web.client.get(path(parcel)).text
    assert "Once it is out for delivery, you can message or call" in page and "/driver?" not in page
    assert "is not with a driver yet" in notice(send(web, parcel, "driver"))
    assert "todav" in notice(send(web, parcel, "driver", lang="es")).lower()
    assert count(web, Line) == 0 and texts_to(web, DEE) == []


def test_nobody_drives_and_nothing_left_to_say(web: Web) -> None:
    said = web.shipment()
    event(web, said, "out_for_delivery")
    assert 'action="' + path(said) + "/driver" not in web.client.get(path(said)).text
    assert "can&#39;t connect you with the driver" in notice(send(web, said, "driver"))
    event(web, said, "delivered")
    assert "no longer with a driver" in notice(send(web, said, "driver", key="after-delivery-01"))


def test_who_stopped_the_texts_is_told_why_there_is_no_line(web: Web, parcel: dict[str, Any]) -> None:
    event(web, parcel, "out_for_delivery")
    send(web, parcel, "stop")
    assert "You have stopped our texts" in notice(send(web, parcel, "driver"))
    assert count(web, Line) == 0


# -- another time -----------------------------------------------------------------------------------------------------


def slots_on(page: str) -> list[str]:
    return re.findall(r'name="begins" value="([^"]+)"', page)


def test_a_tapped_time_is_promised_once_and_confirmed_by_text(web: Web, parcel: dict[str, Any]) -> None:
    slots = slots_on(web.client.get(path(parcel)).text)
    assert slots and "2026-12-02T16:00:00+00:00" not in slots  # 8 to 12 in Los Angeles is what stands
    key = key_on(web, parcel)
    shown = send(web, parcel, "time", key=key, begins=slots[0])
    assert notice(shown) == "Done. We bring it tomorrow between 12 PM and 4 PM."
    assert "The time you chose." in shown and "given with your order" not in shown
    send(web, parcel, "time", key=key, begins=slots[0])
    send(web, parcel, "time", key=key, begins=slots[1])  # the same form cannot say another thing later
    found = web.api("GET", f"/shipments/{parcel['id']}").json
    assert found["promised"]["from"] == "2026-12-02T20:00:00Z"
    assert [one.kind for one in rows(web, OutboundEvent)] == ["order.reschedule_requested"]
    confirmed = [text for text in texts_to(web, ANA) if "We will bring A1001 tomorrow between 12 PM and 4 PM" in text]
    assert len(confirmed) == 1
    assert sum("A1001" in text for text in texts_to(web, DEE)) == 1


NO_TIMES = ("", "tomorrow", "2026-12-02T20:00:00", "2031-01-01T20:00:00+00:00", "\u0000", "9" * 99)


def test_a_time_nobody_offered_is_not_taken(web: Web, parcel: dict[str, Any]) -> None:
    for begins in NO_TIMES:
        assert "no longer free" in notice(send(web, parcel, "time", begins=begins)), begins
    assert rows(web, OutboundEvent) == [] and texts_to(web, ANA) == []


def test_a_time_is_refused_with_the_words_of_the_text(web: Web, parcel: dict[str, Any]) -> None:
    slot = slots_on(web.client.get(path(parcel)).text)[0]
    event(web, parcel, "at_address")
    page = web.client.get(path(parcel)).text
    assert slots_on(page) == []
    assert "the driver is at your door with A1001 right now" in notice(send(web, parcel, "time", begins=slot))
    assert rows(web, OutboundEvent) == []


def test_a_stranger_with_the_link_can_not_move_it_all_day(web: Web, parcel: dict[str, Any]) -> None:
    slots = slots_on(web.client.get(path(parcel)).text)
    for number in range(MOST_A_DAY["time"]):
        assert "Done." in notice(send(web, parcel, "time", begins=slots[number % 2]))
    assert "several times today" in notice(send(web, parcel, "time", begins=slots[2]))
    assert len(rows(web, OutboundEvent)) == MOST_A_DAY["time"]
    web.clock.forward(hours=24)
    later = slots_on(web.client.get(path(parcel)).text)[-1]
    assert "Done." in notice(send(web, parcel, "time", begins=later))


# -- instructions -----------------------------------------------------------------------------------------------------


def test_words_for_the_driver_are_kept_told_and_shown_without_their_codes(web: Web, parcel: dict[str, Any]) -> None:
    event(web, parcel, "out_for_delivery")
    key = key_on(web, parcel)
    shown = send(web, parcel, "instructions", key=key, words="Gate code 4412,\n leave it\u202e with Rosa <b>")
    send(web, parcel, "instructions", key=key, words="Gate code 4412,\n leave it with Rosa")
    assert notice(shown) == "Saved, and the driver has been told."
    assert "4412" not in shown and "••••" in shown and "leave it with Rosa &lt;b&gt;" in shown
    kept = web.api("GET", f"/shipments/{parcel['id']}").json["delivery"]["instructions"]
    assert kept == "Gate code 4412, leave it with Rosa <b>"
    assert sum("4412" in text for text in texts_to(web, DEE)) == 1
    assert sum("saved for A1001" in text for text in texts_to(web, ANA)) == 1
    event(web, parcel, "delivered")
    assert "Rosa" not in web.client.get(path(parcel)).text
    web.clock.forward(hours=49)
    with web.database.write() as session:
        assert erasing.erase_due(session, now=web.clock.now) == 1
    assert not any("4412" in text for text in texts_to(web, ANA) + texts_to(web, DEE))
    with web.database.read() as session:
        assert "told" not in session.get_one(Shipment, parcel["id"]).delivery


def test_a_bare_code_is_hidden_too_and_nothing_is_nothing(web: Web, parcel: dict[str, Any]) -> None:
    assert "nothing was saved" in notice(send(web, parcel, "instructions", words=" \n\u200b "))
    shown = send(web, parcel, "instructions", words="#4412")
    assert notice(shown).startswith("Saved. The driver sees it") and "4412" not in shown
    event(web, parcel, "delivered")
    assert "delivered already" in notice(send(web, parcel, "instructions", key="late-late-late", words="at the back"))


def test_what_the_retailer_wrote_is_not_shown(web: Web) -> None:
    said = web.shipment(delivery={"instructions": "Alarm 9981, dog"})
    shown = send(web, said, "instructions", words="ring twice")
    assert "ring twice" in shown and "9981" not in shown and "dog" not in shown


# -- texts ------------------------------------------------------------------------------------------------------------


def contact(web: Web) -> Contact:
    return next(one for one in rows(web, Contact) if one.address == ANA)


def test_texts_can_be_stopped_and_started_again_here(web: Web, parcel: dict[str, Any]) -> None:
    with web.database.write() as session:  # a number they once stopped stays theirs to start
        insert_once(session, BlockedPair(ours=PROXY, theirs=ANA, since=web.clock.now))
    key = key_on(web, parcel)
    stopped = send(web, parcel, "stop", key=key)
    send(web, parcel, "stop", key=key)
    assert notice(stopped) == "Done. You get no more texts from Demo Store." and "Text me again" in stopped
    assert contact(web).opted_out_by == "page"
    assert [(one.action, one.by) for one in rows(web, ConsentRecord)] == [("opted_out", "page")]
    assert [text for text in texts_to(web, ANA) if "unsubscribed" in text] == texts_to(web, ANA)
    assert len(texts_to(web, ANA)) == 1
    event(web, parcel, "out_for_delivery")
    assert len(texts_to(web, ANA)) == 1
    started = send(web, parcel, "start")
    assert notice(started) == "Welcome back. Demo Store texts you again." and "Stop the texts" in started
    assert contact(web).opted_out_at is None and count(web, BlockedPair) == 1
    assert [one.by for one in rows(web, ConsentRecord)] == ["page", "page"]


def test_a_stop_by_text_is_not_lifted_by_whoever_has_the_link(web: Web, parcel: dict[str, Any]) -> None:
    from channels.consent import opt_out

    with web.database.write() as session:
        opt_out(session, retailer="default", address=ANA, by="stop", now=web.clock.now)
    assert "text START" in web.client.get(path(parcel)).text
    assert "text START" in notice(send(web, parcel, "start", key="by-the-link-alone"))
    assert contact(web).opted_out_at is not None and texts_to(web, ANA) == []


# -- any form ---------------------------------------------------------------------------------------------------------


def test_forms_of_pages_that_are_not_there_do_nothing(web: Web, parcel: dict[str, Any]) -> None:
    data = {"key": "a-key-of-a-page", "words": "hello", "begins": "2026-12-02T20:00:00+00:00"}
    acts = ("driver", "time", "instructions", "stop", "start")
    for act in acts:
        for token in ("unknown", "x" * 500):
            assert web.client.post(f"/t/{token}/{act}", data=data).status_code == 404
    event(web, parcel, "delivered")
    web.clock.forward(hours=48)
    before = count(web, OutboxRow)
    for act in acts:
        assert web.client.post(f"{path(parcel)}/{act}", data=data).status_code == 404
    assert count(web, OutboxRow) == before and rows(web, ConsentRecord) == []


NO_KEYS = ("", "short", "x" * 41, "../../../../etc", "ééééééééééééé", "a b c d e f g h i")


def test_a_key_that_no_page_drew_does_nothing(web: Web, parcel: dict[str, Any]) -> None:
    for key in NO_KEYS:
        answer = web.client.post(f"{path(parcel)}/stop", data={"key": key})
        assert answer.status_code == 303 and "done" not in answer.headers["Location"]
    assert rows(web, ConsentRecord) == []
    assert web.client.post(f"{path(parcel)}/stop", data={"words": "x" * 20_000}).status_code == 413
    assert web.client.post(f"{path(parcel)}/nothing", data={"key": "a-key-of-a-page"}).status_code in {404, 405}


def test_what_one_parcel_did_is_not_said_on_another(web: Web, parcel: dict[str, Any]) -> None:
    other = web.shipment("A1002")
    send(web, parcel, "stop", key="of-the-first-one")
    assert notice(web.client.get(f"{path(other)}?done=of-the-first-one").text) == ""
    assert notice(web.client.get(f"{path(parcel)}?done=of-the-first-one").text) != ""


@pytest.mark.parametrize(("act", "form"), [("driver", {}), ("instructions", {"words": "ring twice"}), ("stop", {})])
def test_one_form_sent_by_many_at_once_has_one_effect(
    web: Web, parcel: dict[str, Any], act: str, form: dict[str, str]
) -> None:
    event(web, parcel, "out_for_delivery")
    data = {"key": "sent-by-many-at-once", **form}
    before = count(web, OutboxRow)
    send(web, parcel, act, key="sent-once-before-it", **form)
    once = count(web, OutboxRow) - before
    other = web.shipment(
        "A1002",
        customer={"phone": "+14155550300", "name": "Bo"},
        destination={"timezone": "America/Los_Angeles"},
        driver={"name": "Eve", "phone": "+14155550400"},
    )
    event(web, other, "out_for_delivery")
    before = count(web, OutboxRow)
    with ThreadPoolExecutor(6) as pool:
        answers = list(pool.map(lambda _: web.client.post(f"{path(other)}/{act}", data=data).status_code, range(6)))
    assert answers == [303] * 6
    assert count(web, OutboxRow) - before == once


def test_the_survey_is_on_the_page_while_it_is_open(web: Web) -> None:
    said = web.shipment(destination={"timezone": "America/Los_Angeles"})
    event(web, said, "out_for_delivery")
    event(web, said, "delivered")
    assert "Rate this delivery" not in web.client.get(path(said)).text
    web.clock.forward(minutes=31)
    with web.database.write() as session:
        assert surveys.send_due(session, web.house, now=web.clock.now) == 1
    found = re.search(r'href="(/s/[\w-]+\?lang=es)"', web.client.get(f"{path(said)}?lang=es").text)
    assert found is not None and web.client.get(found[1]).status_code == 200
    with web.database.write() as session:
        asked = surveys.open_survey(session, session.get_one(Shipment, said["id"]), web.clock.now)
        assert asked is not None
        invitations.answer(session, asked, score=5, comment=None, now=web.clock.now)
    assert "/s/" not in web.client.get(path(said)).text


def test_who_signed_and_when_is_on_the_page_once_it_is_delivered(web: Web) -> None:
    said = web.shipment(destination={"timezone": "America/Los_Angeles"})
    event(web, said, "out_for_delivery")
    with web.database.write() as session:
        shipment = session.get_one(Shipment, said["id"])
        signed = NewProof(kind=ProofKind.SIGNATURE, source="api", content="Rosa", note="Rosa")
        proofs.add(session, web.house, shipment, signed, now=web.clock.now)
    assert "Rosa" not in web.client.get(path(said)).text
    event(web, said, "delivered")
    text = web.client.get(path(said)).text
    assert "Received by Rosa" in text and "Today at 9 AM" in text
