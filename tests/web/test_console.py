"""The support desk: who gets in, what they see, and that nothing of another retailer's is among it."""

import re
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
from argon2 import PasswordHasher
from fakes.console_routes import requests
from sqlalchemy import select

from channels import inbox
from channels.messages import InboundMessage
from channels.models import OutboxRow
from flows import accounts, cases
from flows.models import Case
from web.console.access import OPEN_TO_ALL
from web.console.models import ConsoleSession, LoginAttempt

ADA, PASSWORD = "ada@example.com", "correct horse battery"
ANA, MAIN = "+14155550137", "+15005550006"


#: The same check with less work than in earnest: the parameters stand in the hash.
HASH = PasswordHasher(time_cost=1, memory_cost=64, parallelism=1).hash(PASSWORD)
AGENTS = (
    (ADA, "default", "agent"),
    ("bob@example.com", "default", "agent"),
    ("olga@example.com", "other", "admin"),
    ("rita@example.com", "default", "read_only"),
)


@pytest.fixture
def desk(web):
    now = web.clock.now
    with web.database.write() as session:
        for email, retailer, role in AGENTS:
            agent = accounts.Agent(
                retailer=retailer, email=email, name=email[:3], role=role, password_hash=HASH, created_at=now
            )
            session.add(agent)
    return web


def opened(desk, *, retailer="default", reason="talk_to_person", words="please, a person", phone=ANA):
    number = MAIN if retailer == "default" else "+15005550007"
    with desk.database.write() as session:
        message = InboundMessage("sms", f"SM{words}{phone}{retailer}", phone, number, words)
        inbox.receive(session, message, now=desk.clock.now)
        return cases.open_case(
            session, desk.house, retailer=retailer, reason=reason, phone=phone, by="customer", now=desk.clock.now
        ).id


def log_in(desk, email=ADA, password=PASSWORD, client=None, **more):
    client = client or desk.app.test_client()
    answer = client.post("/console/login", data={"email": email, "password": password, **more})
    return client, answer


def inside(desk, email=ADA):
    client, answer = log_in(desk, email)
    assert answer.status_code == 303, answer.text
    return client


def csrf(client, path="/console/"):
    return re.search(r'name="csrf" value="([0-9a-f]+)"', client.get(path).text).group(1)


def act(client, case, action, **form):
    return client.post(f"/console/cases/{case}/{action}", data={"csrf": csrf(client), **form})


def stored(desk, case):
    with desk.database.read() as session:
        return session.get_one(Case, case)


# -- who gets in -------------------------------------------------------------------------------------------------------


def test_a_stranger_is_shown_to_the_login_from_every_route(desk):
    case = opened(desk)
    seen = 0
    for method, path, endpoint in requests(desk.app, "console.", case):
        if endpoint in OPEN_TO_ALL:
            continue
        answer = desk.client.open(path, method=method)
        assert answer.status_code == 303, f"{method} {path}"
        assert answer.location.startswith("/console/login")
        seen += 1
    assert seen >= 4
    assert stored(desk, case).state == "open"


def test_the_login_leads_back_to_where_one_wanted_to_go_and_nowhere_else(desk):
    asked = desk.client.get("/console/cases/7?x=1")
    assert asked.location == "/console/login?next=/console/cases/7?x%3D1"
    assert log_in(desk, next="/console/cases/7?x=1")[1].location == "/console/cases/7?x=1"
    for evil in (
        "https://evil.example/",
        "//evil.example/console/",
        "/console/\\evil",
        "/api/v1/docs",
        "/console/\r\nX: 1",
    ):
        assert log_in(desk, next=evil)[1].location == "/console/"


def test_the_cookie_is_for_the_console_alone(desk):
    _, answer = log_in(desk)
    cookie = answer.headers["Set-Cookie"]
    assert {"HttpOnly", "SameSite=Lax", "Path=/console", "Secure"} <= {part.strip() for part in cookie.split(";")}
    with desk.database.read() as session:
        (row,) = session.scalars(select(ConsoleSession))
    assert row.token_hash not in cookie


def test_every_login_is_a_new_session_and_an_old_cookie_is_not_taken_over(desk):
    client = desk.app.test_client()
    client.set_cookie("doorline_session", "chosen-by-an-attacker", path="/console")
    log_in(desk, client=client)
    first = client.get_cookie("doorline_session", path="/console").value
    assert first != "chosen-by-an-attacker"
    log_in(desk, client=client)
    assert client.get_cookie("doorline_session", path="/console").value != first


def test_an_unknown_address_and_a_wrong_password_are_answered_alike(desk):
    _, unknown = log_in(desk, "nobody@example.com", "x")
    _, wrong = log_in(desk, ADA, "x")
    assert unknown.status_code == wrong.status_code == 401
    assert unknown.text.replace("nobody@example.com", ADA) == wrong.text


def test_five_failures_close_the_door_for_a_quarter_of_an_hour(desk):
    for _ in range(5):
        assert log_in(desk, password="wrong")[1].status_code == 401
    assert log_in(desk)[1].status_code == 429
    assert log_in(desk, " ADA@example.com")[1].status_code == 429
    assert log_in(desk, "bob@example.com")[1].status_code == 303
    desk.clock.forward(minutes=15)
    assert log_in(desk)[1].status_code == 303
    with desk.database.read() as session:
        assert session.scalars(select(LoginAttempt)).all() == []


def test_hurrying_opens_no_door(desk):
    with ThreadPoolExecutor(8) as pool:
        answers = list(pool.map(lambda _: log_in(desk, password="wrong")[1].status_code, range(16)))
    assert answers.count(401) <= (5 if desk.database.is_sqlite else 5 + 7)
    assert log_in(desk)[1].status_code == 429


def test_a_session_ends_when_idle_and_in_any_case(desk):
    client = inside(desk)
    desk.clock.forward(minutes=29)
    assert client.get("/console/").status_code == 200
    desk.clock.forward(minutes=29)
    assert client.get("/console/", headers={"X-Live": "1"}).status_code == 200
    desk.clock.forward(minutes=2)  # the page refreshed itself, nobody clicked
    assert client.get("/console/").status_code == 303

    client, start = inside(desk), desk.clock.now
    while desk.clock.now - start < timedelta(hours=12) - timedelta(minutes=20):
        desk.clock.forward(minutes=20)
        assert client.get("/console/").status_code == 200
    desk.clock.forward(minutes=20)
    assert client.get("/console/").status_code == 303


def test_logging_out_ends_the_session_wherever_the_cookie_is(desk):
    client = inside(desk)
    thief = desk.app.test_client()
    thief.set_cookie("doorline_session", client.get_cookie("doorline_session", path="/console").value, path="/console")
    assert thief.get("/console/").status_code == 200
    assert client.post("/console/logout", data={"csrf": csrf(client)}).status_code == 303
    assert thief.get("/console/").status_code == 303


def test_a_disabled_agent_is_out_at_once(desk):
    client = inside(desk)
    with desk.database.write() as session:
        agent = session.scalars(select(accounts.Agent).where(accounts.Agent.email == ADA)).one()
        agent.disabled_at = desk.clock.now
    assert client.get("/console/").status_code == 303
    assert log_in(desk)[1].status_code == 401


def test_only_our_own_forms_are_taken(desk):
    client, case = inside(desk), opened(desk)
    path, token = f"/console/cases/{case}/claim", csrf(client)
    other = csrf(inside(desk, "bob@example.com"))
    assert client.post(path).status_code == 400
    assert client.post(path, data={"csrf": other}).status_code == 400
    assert client.post(path, data={"csrf": "ü"}).status_code == 400
    for origin in ("https://evil.example", "null"):
        assert client.post(path, data={"csrf": token}, headers={"Origin": origin}).status_code == 400
    assert stored(desk, case).state == "open"
    assert client.post(path, data={"csrf": token}, headers={"Origin": "https://doorline.example"}).status_code == 303
    assert stored(desk, case).state == "claimed"


def test_a_role_that_may_only_look(desk):
    case = opened(desk)
    client = inside(desk, "rita@example.com")
    assert client.get(f"/console/cases/{case}").status_code == 200
    for action in ("claim", "reply", "note", "resolve", "reopen"):
        assert act(client, case, action, text="x", reason="answered").status_code == 403
    assert stored(desk, case).state == "open"
    assert client.post("/console/logout", data={"csrf": csrf(client)}).status_code == 303


# -- what they see and do ----------------------------------------------------------------------------------------------


def test_another_retailers_case_does_not_exist(desk):
    ours, theirs = opened(desk), opened(desk, retailer="other", words="their words")
    client = inside(desk)
    assert "their words" not in client.get("/console/?state=all").text
    assert f"/console/cases/{theirs}" not in client.get("/console/?state=all").text
    assert client.get(f"/console/cases/{theirs}").status_code == 404
    for action in ("claim", "reply", "note", "resolve", "reopen"):
        assert act(client, theirs, action, text="x", reason="answered").status_code == 404
    olga = inside(desk, "olga@example.com")
    assert "their words" in olga.get(f"/console/cases/{theirs}").text
    assert olga.get(f"/console/cases/{ours}").status_code == 404


def test_no_number_is_shown_whole(desk):
    shipment = desk.shipment(
        "A1", customer={"phone": ANA, "name": "Ana"}, driver={"name": "Dee", "phone": "+14155550299"}
    )
    case = opened(desk)
    client = inside(desk)
    for page in (client.get("/console/"), client.get(f"/console/cases/{case}")):
        assert "4155550137" not in page.text
        assert "4155550299" not in page.text
        assert "…37" in page.text
        assert shipment["order_number"] in page.text


def test_what_a_stranger_writes_is_only_words(desk):
    words = "<script>alert(1)</script><img src=x onerror=alert(1)>\"'{{7*7}}"
    case = opened(desk, words=words)
    client = inside(desk)
    act(client, case, "note", text=words)
    for path in ("/console/", f"/console/cases/{case}"):
        page = client.get(path)
        assert "<script>alert" not in page.text
        assert "<img src=x" not in page.text
        assert "'unsafe-inline'" not in page.headers["Content-Security-Policy"]
    assert "&lt;script&gt;alert(1)" in page.text
    assert "{{7*7}}" in page.text


def test_claim_reply_note_resolve(desk):
    case = opened(desk)
    client = inside(desk)
    assert act(client, case, "claim").status_code == 303
    assert stored(desk, case).assignee == ADA
    assert act(client, case, "reply", text="Hello, Ada here.").status_code == 303
    assert act(client, case, "note", text="called the depot").status_code == 303
    with desk.database.read() as session:
        (owed,) = session.scalars(select(OutboxRow))
    assert (owed.recipient, owed.sender, owed.text, owed.category) == (
        ANA,
        MAIN,
        "Demo Store team: Hello, Ada here.",
        "case",
    )
    page = client.get(f"/console/cases/{case}").text
    for words in ("please, a person", "Hello, Ada here.", "called the depot", "waiting to be sent", "took the case"):
        assert words in page
    assert page.count("Hello, Ada here.") == 1
    assert act(client, case, "resolve", reason="answered", text="All settled, thank you.").status_code == 303
    assert stored(desk, case).state == "resolved"
    with desk.database.read() as session:
        assert len(session.scalars(select(OutboxRow)).all()) == 2
    assert act(client, case, "reopen").status_code == 303
    assert stored(desk, case).state == "claimed"


def test_the_second_to_claim_is_told_who_was_first_and_keeps_the_words_they_wrote(desk):
    case = opened(desk)
    ada, bob = inside(desk), inside(desk, "bob@example.com")
    act(ada, case, "claim")
    told = act(bob, case, "claim")
    assert told.status_code == 409
    assert f"{ADA} has this case already" in told.text
    assert stored(desk, case).assignee == ADA
    too_long = act(ada, case, "reply", text="x" * 1601)
    assert too_long.status_code == 409
    assert "x" * 1601 in too_long.text


@pytest.mark.parametrize(
    ("action", "form"),
    [("reply", {"text": " "}), ("note", {"text": ""}), ("resolve", {"reason": "bored"}), ("resolve", {})],
)
def test_an_incomplete_form_does_nothing(desk, action, form):
    case = opened(desk)
    client = inside(desk)
    answer = act(client, case, action, **form)
    assert answer.status_code == 409
    assert 'role="alert"' in answer.text
    assert stored(desk, case).state == "open"


def test_the_queue_is_filtered_and_what_is_new_is_marked(desk):
    low = opened(desk, reason="out_of_scope", phone="+14155550111", words="lamps?")
    high = opened(desk, reason="not_received", phone="+14155550122", words="nothing here")
    client = inside(desk)

    def found(**query):
        page = client.get("/console/", query_string=query).text
        return {int(one) for one in re.findall(r'class="row-link" href="/console/cases/(\d+)"', page)}

    assert found() == found(queue="unassigned") == {low, high}
    assert found(queue="mine") == set()
    assert found(reason="out_of_scope") == {low}
    assert found(priority="high") == {high}
    assert found(language="es") == set()
    assert found(channel="email") == set()
    act(client, low, "claim")
    assert found(queue="mine") == found(assignee=ADA) == {low}
    assert found(queue="unassigned") == found(assignee="nobody") == {high}
    act(client, high, "resolve", reason="answered")
    assert found() == {low}
    assert found(queue="resolved") == {high}
    assert client.get("/console/?queue=lost").status_code == 404
    assert client.get("/console/?cursor=nonsense").status_code == 404
    assert found(q="0122") == {high}
    assert found(q="nobody said this") == set()


def test_what_is_new_is_marked_until_it_is_seen(desk):
    case = opened(desk)
    ada, bob = inside(desk), inside(desk, "bob@example.com")
    assert 'class="linked unread"' in ada.get("/console/").text
    ada.get(f"/console/cases/{case}")
    assert 'class="linked unread"' not in ada.get("/console/").text
    assert 'class="linked unread"' in bob.get("/console/").text
    act(bob, case, "note", text="the depot has it")
    assert 'class="linked unread"' in ada.get("/console/").text


def test_many_cases_at_once_each_by_itself(desk):
    mine, theirs, gone = (opened(desk, phone=f"+1415555014{number}", words=str(number)) for number in range(3))
    other = opened(desk, retailer="other", phone="+14155550150", words="other")
    ada, bob = inside(desk), inside(desk, "bob@example.com")
    act(bob, theirs, "claim")
    act(bob, gone, "resolve", reason="answered")
    form = {"csrf": csrf(ada), "action": "claim", "case": [mine, theirs, gone, other], "once": "a" * 32}
    answer = ada.post("/console/cases/bulk", data=form)
    assert answer.status_code == 303
    said = ada.get(answer.location).text
    assert "1 case taken." in said
    assert f"#{theirs}: bob@example.com has this case already." in said
    assert f"#{other}: there is no such case." in said
    assert [stored(desk, one).assignee for one in (mine, theirs)] == [ADA, "bob@example.com"]
    assert ada.post("/console/cases/bulk", data=form).location == answer.location
    assert "1 case taken." not in bob.get(answer.location).text
    form = {"csrf": csrf(ada), "action": "resolve", "reason": "nothing_to_do", "case": [mine, theirs]}
    assert ada.post("/console/cases/bulk", data=form).status_code == 303
    assert {stored(desk, one).state for one in (mine, theirs)} == {"resolved"}
    for bad in ({"action": "claim"}, {"action": "dance", "case": [mine]}, {"action": "resolve", "case": [mine]}):
        assert ada.post("/console/cases/bulk", data={"csrf": csrf(ada), **bad}).status_code == 400


def test_snooze_priority_and_the_way_back_to_the_bot(desk):
    case, client = opened(desk), inside(desk)
    act(client, case, "claim")
    page = client.get(f"/console/cases/{case}").text
    until = re.search(r'<option value="(2026-12-01T10:00:00-08:00)">', page)
    assert until, "an hour on, on the support staff's clock"
    assert act(client, case, "snooze", until=until.group(1)).status_code == 303
    assert stored(desk, case).state == "snoozed"
    assert act(client, case, "claim").status_code == 303
    assert act(client, case, "snooze", at="2026-12-02T09:30").status_code == 303
    assert stored(desk, case).snoozed_until.isoformat() == "2026-12-02T17:30:00+00:00"
    for wrong in ({"until": "never"}, {"at": "2020-01-01T00:00"}, {"at": "2099-01-01T00:00"}, {}):
        assert act(client, case, "snooze", **wrong).status_code == 409
    assert act(client, case, "weigh", priority="urgent").status_code == 303
    assert act(client, case, "weigh", priority="red").status_code == 409
    assert stored(desk, case).priority == "urgent"
    act(client, case, "claim")
    assert act(client, case, "hand_back").status_code == 303
    assert stored(desk, case).with_bot
    assert act(client, case, "reply", text="Back again").status_code == 303
    assert not stored(desk, case).with_bot


def test_only_a_lead_gives_cases_to_others(desk):
    case, client = opened(desk), inside(desk)
    assert act(client, case, "assign", agent="bob@example.com").status_code == 409
    with desk.database.write() as session:
        for agent in session.scalars(select(accounts.Agent).where(accounts.Agent.email == ADA)):
            agent.role = "lead"
    assert act(client, case, "assign", agent="olga@example.com").status_code == 409
    assert act(client, case, "assign", agent="rita@example.com").status_code == 409
    assert act(client, case, "assign", agent="bob@example.com").status_code == 303
    assert stored(desk, case).assignee == "bob@example.com"
    assert act(client, case, "release").status_code == 303
    assert stored(desk, case).assignee is None


def test_a_long_queue_has_a_next_page(desk):
    for number in range(52):
        opened(desk, phone=f"+1415555{1000 + number}")
    client = inside(desk)
    first = client.get("/console/").text
    older = re.search(r'rel="next" href="([^"]+)"', first).group(1).replace("&amp;", "&")
    second = client.get(older).text
    cases_on = [set(re.findall(r"/console/cases/(\d+)", page)) for page in (first, second)]
    assert [len(found) for found in cases_on] == [50, 2]
    assert not cases_on[0] & cases_on[1]


def test_a_page_that_has_not_changed_is_not_sent_again(desk):
    case = opened(desk)
    client = inside(desk)
    for path in ("/console/", f"/console/cases/{case}"):
        tag = client.get(path, headers={"X-Live": "1"}).headers["ETag"]
        assert client.get(path, headers={"If-None-Match": tag, "X-Live": "1"}).status_code == 304
        opened(desk, phone="+14155550188", words=path) if path == "/console/" else act(client, case, "note", text="new")
        changed = client.get(path, headers={"If-None-Match": tag, "X-Live": "1"})
        assert changed.status_code == 200
        assert changed.headers["Cache-Control"] == "no-store"


def test_times_are_on_the_agents_clock_and_the_shoppers_is_beside(desk):
    with desk.database.write() as session:
        for agent in session.scalars(select(accounts.Agent).where(accounts.Agent.email == ADA)):
            agent.timezone = "Europe/Madrid"
    place = {"line1": "1 Main St", "city": "New York", "postal_code": "10001", "country": "US"}
    desk.shipment(
        "A1",
        customer={"phone": ANA},
        destination={**place, "timezone": "America/New_York"},
        promised={"from": "2026-12-01T19:00:00Z", "to": "2026-12-01T21:00:00Z"},
    )
    case = opened(desk)
    page = inside(desk).get(f"/console/cases/{case}").text
    assert ">8:00 PM</time>" in page
    assert "8:00 PM CET; for the shopper 2:00 PM EST" in page
    bob = inside(desk, "bob@example.com").get(f"/console/cases/{case}").text
    assert "11:00 AM PST; for the shopper 2:00 PM EST" in bob


def test_people_read_what_went_wrong_on_a_page(desk):
    client = inside(desk)
    for answer in (client.get("/console/cases/999"), client.post("/console/cases/1/claim")):
        assert answer.mimetype == "text/html"
        assert "Back to the inbox" in answer.text
    rita = inside(desk, "rita@example.com")
    assert "not for your role" in act(rita, opened(desk), "claim").text
