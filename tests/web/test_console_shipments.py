"""Parcels at the desk: found as people look for them, whole on one page, moved by hand once and on the record."""

import io
import re
from datetime import UTC, datetime, timedelta

import pytest
from fakes.desk import Desk, hire
from fakes.webapp import Web
from sqlalchemy import select

from channels.models import OutboxRow
from flows import import_work, imports
from flows.audit_models import AuditEntry
from tracking_core.models import ShipmentEvent


@pytest.fixture
def desk(web: Web) -> Desk:
    hire(web)
    return Desk.of(web)


def orders(desk: Desk, query: str) -> list[str]:
    return re.findall(r'class="row-link numbers"[^>]*>([^<]+)</a>', desk.page(f"/shipments?{query}"))


def test_parcels_are_found_by_what_people_know(desk: Desk) -> None:
    web = desk.web
    web.shipment("A1001", tracking_number="1Z 777", carrier="UPS")
    late = web.shipment("A10012", customer={"phone": "+14155550199", "name": "Ben Okoro"})
    web.shipment("B2", promised={"from": "2026-12-03T17:00:00Z", "to": "2026-12-03T20:00:00Z"}, carrier="usps")
    web.shipment("X9", retailer="other")
    assert orders(desk, "") == ["B2", "A10012", "A1001"]
    assert orders(desk, "q=A1001") == ["A1001"]  # the whole number, not what begins with it
    assert orders(desk, "q=a100") == ["A10012", "A1001"]
    assert orders(desk, "q=1z777") == ["A1001"]
    assert orders(desk, "q=0199") == ["A10012"]
    assert orders(desk, "q=okoro") == ["A10012"]
    assert orders(desk, "q=100%25") == [] == orders(desk, "q=X9")
    assert orders(desk, "carrier=ups") == ["A1001"]
    assert orders(desk, "day=2026-12-03") == ["B2"] and orders(desk, "day=2026-12-04") == []
    web.api("POST", f"/shipments/{late['id']}/events", {"status": "delivered"})
    assert orders(desk, "state=delivered") == ["A10012"] and orders(desk, "state=open") == ["B2", "A1001"]
    web.clock.forward(days=3)
    assert orders(Desk.of(web), "late=1") == ["B2"]


def test_pages_follow_one_another(desk: Desk) -> None:
    head = "order_number,customer.phone\n"
    text = head + "".join(f"P{n:03},+14155550100\n" for n in range(120))
    imports.import_shipments(
        desk.web.database, desk.web.house, io.BytesIO(text.encode()), retailer="default", now=desk.web.clock.now
    )
    seen: list[str] = []
    address = "/shipments?q=P"
    while True:
        page = desk.page(address)
        seen += re.findall(r'class="row-link numbers"[^>]*>([^<]+)</a>', page)
        older = re.search(r'rel="next" href="/console([^"]+)"', page)
        if older is None:
            break
        address = older[1].replace("&amp;", "&")
    assert seen == [f"P{n:03}" for n in reversed(range(120))]


def test_one_parcel_shows_all_that_is_known_and_hides_numbers(desk: Desk) -> None:
    known = desk.web.shipment(
        "A1001",
        customer={"phone": "+14155550137", "name": "Ana <b>Canary</b>", "email": "ana@example.com"},
        driver={"name": "Dora", "phone": "+14155550990"},
        promised={"to": "2026-12-01T20:00:00Z"},
        delivery={"instructions": "Ring twice"},
    )
    desk.web.api("POST", f"/shipments/{known['id']}/events", {"status": "out_for_delivery"})
    page = desk.page(f"/shipments/{known['id']}")
    for words in ("Out for delivery", "Ring twice", "Dora", "…37", "…90", "by the store", "&lt;b&gt;Canary", "A1001"):
        assert words in page, words
    assert "4155550137" not in page and "4155550990" not in page and "ana@example" not in page
    assert Desk.of(desk.web, "olga@example.com").get(f"/shipments/{known['id']}").status_code == 404


def test_an_event_by_hand_acts_once_tells_the_customer_and_is_written_down(desk: Desk) -> None:
    known = desk.web.shipment("A1001")
    path, form = f"/shipments/{known['id']}/events", {"status": "out_for_delivery", "occurred_at": "2026-12-01T08:30"}
    for _ in range(2):
        answer = desk.post(path, once="f" * 32, detail="called the depot", **form)
        assert answer.status_code == 303 and "done=moved" in answer.location
    with desk.web.database.read() as session:
        (event,) = session.scalars(select(ShipmentEvent)).all()
        # The form speaks on the agent's clock, that of the support hours: California.
        assert event.occurred_at == datetime(2026, 12, 1, 16, 30, tzinfo=UTC) and event.source == "desk"
        assert len(session.scalars(select(OutboxRow).where(OutboxRow.category == "milestone")).all()) == 1
        (entry,) = session.scalars(select(AuditEntry).where(AuditEntry.action == "parcel.event_added")).all()
        assert (entry.agent, entry.subject) == ("ada@example.com", f"shipment:{known['id']}")
        assert "depot" not in str(entry.detail)
    page = desk.page(f"/shipments/{known['id']}?done=moved")
    assert "has moved" in page and "called the depot" in page
    wrong = desk.post(path, status="flying", occurred_at="soon")
    assert wrong.status_code == 422 and 'role="alert"' in wrong.text.replace("role=alert", 'role="alert"')


def test_only_a_lead_corrects_and_only_agents_act(desk: Desk) -> None:
    web = desk.web
    known = web.shipment("A1001")
    web.api("POST", f"/shipments/{known['id']}/events", {"status": "delivered"})
    path = f"/shipments/{known['id']}/events"
    form = {"status": "in_transit", "occurred_at": "2026-12-01T08:30", "silent": "1"}
    assert "done=kept" in desk.post(path, **form).location  # delivered stays delivered
    assert desk.post(path, correction="1", **form).status_code == 403
    assert "correction" not in desk.page(f"/shipments/{known['id']}")
    assert "done=moved" in Desk.of(web, "lea@example.com").post(path, correction="1", **form).location
    assert web.api("GET", f"/shipments/{known['id']}").json["state"] == "in_transit"
    reader = Desk.of(web, "rita@example.com")
    assert reader.post(path, **form).status_code == 403 and reader.get("/shipments/new").status_code == 403
    assert Desk.of(web, "olga@example.com").post(path, **form).status_code == 404


def test_a_parcel_by_form(desk: Desk) -> None:
    form = {
        "order_number": "N1",
        "customer.name": "Zoë",
        "customer.phone": "(415) 555-0100",
        "destination.country": "us",
        "destination.city": "Oakland",
        "promised.from": "2026-12-02T08:00",
        "promised.to": "2026-12-02T12:00",
    }
    made = desk.post("/shipments/new", **form)
    assert made.status_code == 303 and "done=created" in made.location
    assert "done=known" in desk.post("/shipments/new", **form).location
    item = desk.web.api("GET", "/shipments?order_number=N1").json["items"][0]
    assert item["customer"]["phone"] == "+14155550100"
    assert item["promised"]["from"].startswith("2026-12-02T16:00")
    wrong = desk.post("/shipments/new", **{**form, "customer.phone": "12", "order_number": "<i>N2</i>"})
    assert wrong.status_code == 422
    assert "this is not a phone number" in wrong.text and 'value="&lt;i&gt;N2' in wrong.text
    empty = desk.post("/shipments/new")
    assert empty.status_code == 422 and "Field required" in empty.text


def test_a_file_is_handed_in_watched_and_its_bad_lines_taken_home(desk: Desk) -> None:
    web = desk.web
    data = b"order_number,customer.phone\nA1,+14155550100\nA2,12\n=HYPERLINK(1),12\n"

    def hand_in(at: Desk = desk) -> str:
        answer = at.post("/imports", form_of="/imports", file=(io.BytesIO(data), "o<b>rders.csv"))
        assert answer.status_code == 303, answer.text
        return str(answer.location.removeprefix("/console"))

    place = hand_in()
    assert "waiting" in desk.page(place) and "o&lt;b&gt;rders.csv" in desk.page("/imports")
    assert desk.get(f"{place}/errors.csv").status_code == 200
    import_work.work(web.database, web.house, worker="w", clock=web.clock, lease_s=30)
    page = desk.page(place)
    assert "3 of 3 lines" in page and "customer.phone" in page and "import.js" not in page
    found = desk.get(f"{place}/errors.csv")
    assert found.mimetype == "text/csv" and "attachment" in found.headers["Content-Disposition"]
    assert found.data.decode("utf-8-sig").splitlines()[2].endswith('"\'=HYPERLINK(1),12"')
    assert hand_in() == f"{place}?known=1" and "Nothing was taken twice" in desk.page(f"{place}?known=1")
    other = Desk.of(web, "olga@example.com")
    for path in (place, f"{place}/errors.csv"):
        assert other.get(path).status_code == 404
    assert other.post(f"{place}/cancel").status_code == 404
    assert Desk.of(web, "rita@example.com").get(f"{place}/errors.csv").status_code == 403
    assert desk.post("/imports", form_of="/imports").status_code == 422
    head = b'--x\r\nContent-Disposition: form-data; name="file"; filename="x.csv"\r\n\r\n'
    large = head + b"x" * (11 * 1024 * 1024) + b"\r\n--x--\r\n"
    kind = "multipart/form-data; boundary=x"
    assert desk.client.post("/console/imports", data=large, content_type=kind).status_code == 413
    with web.database.read() as session:
        done = session.scalars(select(AuditEntry.action).where(AuditEntry.action.startswith("import."))).all()
        assert done == ["import.started"]


def test_a_file_is_called_off(desk: Desk) -> None:
    data = io.BytesIO(b"order_number,customer.phone\nA1,+14155550100\n")
    place = desk.post("/imports", form_of="/imports", file=(data, "x.csv")).location.removeprefix("/console")
    assert desk.post(f"{place}/cancel").status_code == 303
    assert "called off" in desk.page(place)
    assert not import_work.work(
        desk.web.database, desk.web.house, worker="w", clock=desk.web.clock, lease_s=timedelta(seconds=30).seconds
    )
