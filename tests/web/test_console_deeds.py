"""What agents do to parcels from a case's page: once for each form, audited, and everybody concerned is told."""

import re
from concurrent.futures import ThreadPoolExecutor

import pytest
from argon2 import PasswordHasher
from sqlalchemy import select

from channels.models import OutboxRow
from flows import accounts, cases, driver_rounds
from flows.audit_models import AuditEntry
from flows.desk_act_models import DeskAct
from flows.story_models import OutboundEvent
from tracking_core.models import Driver, RoundChange, Shipment

ADA, PASSWORD = "ada@example.com", "correct horse battery"
ANA, DEE, BO = "+14155550137", "+14155550299", "+14155550288"
HASH = PasswordHasher(time_cost=1, memory_cost=64, parallelism=1).hash(PASSWORD)
PLACE = {"line1": "1 Main St", "city": "Oakland", "postal_code": "94607", "country": "US", "lat": 37.8, "lon": -122.27}
TODAY = {"from": "2026-12-01T18:00:00Z", "to": "2026-12-01T20:00:00Z"}
WINDOW = {"from": "2026-12-02T17:00:00Z", "to": "2026-12-02T19:00:00Z"}


@pytest.fixture
def desk(web):
    with web.database.write() as session:
        for email, retailer, role in ((ADA, "default", "agent"), ("rita@example.com", "default", "read_only")):
            session.add(
                accounts.Agent(
                    retailer=retailer,
                    email=email,
                    name=email[:3],
                    role=role,
                    password_hash=HASH,
                    created_at=web.clock.now,
                )
            )
    return web


def parcel(desk, order="A1001", *, phone=ANA, driver=None, **more):
    body = {"destination": PLACE, "promised": WINDOW, "customer": {"phone": phone, "name": "Ana"}, **more}
    if driver:
        body["driver"] = driver
    return desk.shipment(order, **body)["id"]


def case_of(desk, shipment, retailer="default"):
    with desk.database.write() as session:
        found = cases.open_case(
            session, desk.house, retailer=retailer, reason="complaint", shipment_id=shipment, now=desk.clock.now
        )
        return found.id


def inside(desk, email=ADA):
    client = desk.app.test_client()
    answer = client.post("/console/login", data={"email": email, "password": PASSWORD})
    assert answer.status_code == 303
    return client


def tokens(client, case):
    page = client.get(f"/console/cases/{case}").text
    return {
        "csrf": re.search(r'name="csrf" value="([0-9a-f]+)"', page).group(1),
        "once": re.search(r'name="once" value="([0-9a-f]{32})"', page).group(1),
    }


def do(client, case, name, *, form=None, **said):
    return client.post(f"/console/cases/{case}/do/{name}", data={**(form or tokens(client, case)), **said})


def texts(desk, to=ANA):
    with desk.database.read() as session:
        return [
            row.text
            for row in session.scalars(select(OutboxRow).where(OutboxRow.recipient == to).order_by(OutboxRow.id))
        ]


def asked(desk):
    with desk.database.read() as session:
        return [(row.kind, row.payload) for row in session.scalars(select(OutboundEvent).order_by(OutboundEvent.id))]


def kept(desk, shipment):
    with desk.database.read() as session:
        return session.get_one(Shipment, shipment)


def slot_on(client, case):
    page = client.get(f"/console/cases/{case}").text
    return re.search(r'<select id="reschedule-slot".*?<option value="([^"]+)"', page, re.DOTALL).group(1)


def test_another_time_is_promised_told_and_written_down(desk):
    shipment = parcel(desk, driver={"name": "Dee", "phone": DEE})
    case, client = case_of(desk, shipment), inside(desk)
    chosen = slot_on(client, case).replace("&#43;", "+")
    assert do(client, case, "reschedule", slot=chosen).status_code == 303
    assert kept(desk, shipment).promised_from.isoformat() == chosen
    assert any("A1001" in text for text in texts(desk))
    assert any("new time" in text for text in texts(desk, DEE))
    assert "order.reschedule_requested" in [kind for kind, _ in asked(desk)]
    assert "moved the delivery to" in client.get(f"/console/cases/{case}").text
    with desk.database.read() as session:
        (entry,) = session.scalars(select(AuditEntry).where(AuditEntry.action == "shipment.reschedule"))
    assert (entry.agent, entry.subject) == (ADA, f"shipment:{shipment}")
    assert do(client, case, "reschedule", slot="2030-01-01T00:00:00+00:00").status_code == 409
    assert do(client, case, "reschedule", slot="soon").status_code == 409


def test_a_form_acts_once_however_often_it_is_sent(desk):
    shipment = parcel(desk)
    case, client = case_of(desk, shipment), inside(desk)
    form = tokens(client, case)
    cookie = client.get_cookie("doorline_session", path="/console").value

    def send(_):
        other = desk.app.test_client()
        other.set_cookie("doorline_session", cookie, path="/console")
        return do(other, case, "link", form=form).status_code

    with ThreadPoolExecutor(4) as pool:
        assert set(pool.map(send, range(4))) == {303}
    assert len(texts(desk)) == 1
    assert do(client, case, "link").status_code == 303  # a new page, a new wish
    assert len(texts(desk)) == 2
    reply = {**tokens(client, case), "text": "Hello"}
    for _ in range(3):
        assert client.post(f"/console/cases/{case}/reply", data=reply).status_code == 303
    assert sum("Hello" in text for text in texts(desk)) == 1
    with desk.database.read() as session:
        assert [row.act for row in session.scalars(select(DeskAct).order_by(DeskAct.id))] == ["link", "link", "reply"]


def test_an_address_is_corrected_also_while_the_driver_has_it(desk):
    shipment = parcel(desk, driver={"name": "Dee", "phone": DEE})
    desk.api("POST", f"/shipments/{shipment}/events", {"status": "out_for_delivery", "silent": True})
    case, client = case_of(desk, shipment), inside(desk)
    new = {"line1": "12 Oak St", "line2": "", "city": "Oakland", "region": "CA", "postal_code": "94607"}
    assert do(client, case, "address", **new).status_code == 303
    place = kept(desk, shipment).destination
    assert (place["line1"], place.get("lat"), place["country"]) == ("12 Oak St", None, "US")
    assert any("12 Oak St" in text for text in texts(desk))
    assert any("12 Oak St" in text for text in texts(desk, DEE))
    again = do(client, case, "address", **new)
    assert again.status_code == 409
    assert "address already" in again.text
    wrong = do(client, case, "address", **{**new, "postal_code": "x", "line1": ""})
    assert wrong.status_code == 409
    assert "not complete" in wrong.text
    assert kept(desk, shipment).destination["line1"] == "12 Oak St"


def test_the_store_is_asked_once(desk):
    shipment = parcel(desk)
    case, client = case_of(desk, shipment), inside(desk)
    assert do(client, case, "refund", reason="damaged", amount="12,5", note="lid broken").status_code == 303
    ((kind, payload),) = asked(desk)
    assert kind == "order.refund_requested"
    assert (payload["amount"], payload["reason"], payload["note"]) == ("12.50", "damaged", "lid broken")
    assert do(client, case, "refund", reason="damaged").status_code == 409
    assert do(client, case, "reissue", reason="bored").status_code == 409
    assert do(client, case, "reissue", reason="damaged").status_code == 303
    assert [kind for kind, _ in asked(desk)] == ["order.refund_requested", "order.reissue_requested"]
    for amount in ("-1", "0", "ten", "NaN", "1e9"):
        other = case_of(desk, parcel(desk, f"B{amount}", phone="+14155550111"))
        assert do(client, other, "refund", reason="other", amount=amount).status_code == 409, amount
    assert len(asked(desk)) == 2


def test_lost_and_returned(desk):
    lost, back, done = (parcel(desk, order) for order in ("L1", "R1", "D1"))
    desk.api("POST", f"/shipments/{done}/events", {"status": "delivered", "silent": True})
    for one in (lost, back):
        desk.api("POST", f"/shipments/{one}/events", {"status": "in_transit", "silent": True})
    client = inside(desk)
    assert do(client, case_of(desk, lost), "lost", note="searched everywhere").status_code == 303
    assert kept(desk, lost).state == "lost"
    assert do(client, case_of(desk, lost), "lost").status_code == 409
    assert do(client, case_of(desk, back), "return", reason="other").status_code == 303
    assert kept(desk, back).state == "returning"
    assert do(client, case_of(desk, done), "return", reason="damaged").status_code == 303
    assert kept(desk, done).state == "delivered"
    returns = [payload["on_its_way"] for kind, payload in asked(desk) if kind == "order.return_requested"]
    assert returns == [True, False]


def test_a_stop_goes_to_another_driver_and_both_are_texted(desk):
    shipment = parcel(
        desk,
        driver={"name": "Dee", "phone": DEE},
        promised={"from": "2026-12-01T18:00:00Z", "to": "2026-12-01T20:00:00Z"},
    )
    parcel(
        desk,
        "B2",
        phone="+14155550111",
        driver={"name": "Bo", "phone": BO},
        promised={"from": "2026-12-01T18:00:00Z", "to": "2026-12-01T20:00:00Z"},
    )
    told(desk)
    case, client = case_of(desk, shipment), inside(desk)
    with desk.database.read() as session:
        bo = session.scalars(select(Driver).where(Driver.phone == BO)).one().id
    assert do(client, case, "hand_over", driver="999").status_code == 409
    assert do(client, case, "hand_over", driver=str(bo)).status_code == 303
    assert kept(desk, shipment).driver_id == bo
    told(desk)
    assert any("A1001" in text for text in texts(desk, BO)[1:])
    assert any("A1001" in text for text in texts(desk, DEE)[1:])


def test_a_stop_is_moved_in_the_route_and_the_driver_is_texted(desk):
    first, second, third = (
        parcel(desk, order, phone=f"+1415555011{number}", driver={"name": "Dee", "phone": DEE}, promised=TODAY)
        for number, order in enumerate(("S1", "S2", "S3"))
    )
    told(desk)
    case, client = case_of(desk, third), inside(desk)
    assert do(client, case, "move_stop", place="3").status_code == 409
    assert do(client, case, "move_stop", place="1").status_code == 303
    stops = [kept(desk, one).stop_number for one in (first, second, third)]
    assert stops == [2, 3, 1]
    told(desk)
    assert any("S3" in text for text in texts(desk, DEE)[1:])
    assert do(client, case, "move_stop", place="0").status_code == 409
    assert do(client, case, "move_stop", place="9").status_code == 409


def told(desk):
    """What has changed in the rounds has come to rest, and is told."""
    desk.clock.forward(minutes=2)
    with desk.database.write() as session:
        driver_rounds.tell_rounds(session, desk.house, now=desk.clock.now)
        assert session.scalars(select(RoundChange)).all() == []


def test_the_driver_is_texted_as_by_support_and_sees_no_number(desk):
    shipment = parcel(desk, driver={"name": "Dee", "phone": DEE})
    case, client = case_of(desk, shipment), inside(desk)
    assert do(client, case, "tell_driver", words="Please ring twice").status_code == 303
    (text,) = texts(desk, DEE)
    assert "Please ring twice" in text
    assert "A1001" in text
    assert ANA not in text
    assert do(client, case, "tell_driver", words="x" * 400).status_code == 409
    page = client.get(f"/console/cases/{case}").text
    assert DEE not in page
    assert "texted the driver" in page


def test_what_cannot_be_done_is_said_and_nothing_happens(desk):
    shipment = parcel(desk)
    case, client = case_of(desk, shipment), inside(desk)
    for name in ("tell_driver", "hand_over", "move_stop", "pin"):
        answer = do(client, case, name, words="hello there")
        assert answer.status_code == 409, name
    assert do(client, case, "explode").status_code == 404
    assert texts(desk) == []
    with desk.database.read() as session:
        assert session.scalars(select(DeskAct)).all() == []
    reader = inside(desk, "rita@example.com")
    assert "What you can do" not in reader.get(f"/console/cases/{case}").text
    assert do(reader, case, "link", form={"csrf": csrf_of(reader)}).status_code == 403


def csrf_of(client):
    return re.search(r'name="csrf" value="([0-9a-f]+)"', client.get("/console/").text).group(1)


def test_another_retailers_case_takes_no_deed(desk):
    shipment = desk.shipment("Z9", retailer="other", customer={"phone": ANA})["id"]
    case, client = case_of(desk, shipment, retailer="other"), inside(desk)
    assert do(client, case, "link", form={"csrf": csrf_of(client), "once": "0" * 32}).status_code == 404
    assert texts(desk) == []
