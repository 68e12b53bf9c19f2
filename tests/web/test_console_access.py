"""Who may use which route of the console, and that another retailer's ids lead nowhere: read from the URL map."""

import re
from datetime import timedelta

import pytest
from argon2 import PasswordHasher
from fakes.console_routes import arguments, path_of, requests
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import select

from db import Base
from flows import accounts
from flows.accounts import Agent
from web.api.table import ROUTES
from web.console import access
from web.console.access import OPEN_TO_ALL, RANKS, TABLE

PASSWORD = "correct horse battery"
HASH = PasswordHasher(time_cost=1, memory_cost=64, parallelism=1).hash(PASSWORD)
#: Routes whose number is none of ours: a page of a list, a version.
NOT_IDS: frozenset[str] = frozenset()


@pytest.fixture
def desk(web):
    staff(web)
    return web


def staff(web):
    with web.database.write() as session:
        for retailer in ("default", "other"):
            for role in RANKS:
                session.add(
                    Agent(
                        retailer=retailer,
                        email=f"{role}@{retailer}.example",
                        name=role,
                        role=role,
                        password_hash=HASH,
                        created_at=web.clock.now,
                    )
                )


def inside(desk, role, retailer="default"):
    client = desk.app.test_client()
    answer = client.post("/console/login", data={"email": f"{role}@{retailer}.example", "password": PASSWORD})
    assert answer.status_code == 303, answer.text
    page = client.get("/console/settings").text
    return client, re.search(r'name="csrf" value="([0-9a-f]+)"', page).group(1)


def guarded(app):
    return [one for one in requests(app, "console.", 2**40) if one[2] not in OPEN_TO_ALL]


def test_every_route_of_the_console_is_in_the_table_and_the_table_holds_no_other(sqlite_web):
    routes = {endpoint.removeprefix("console.") for _, _, endpoint in guarded(sqlite_web.app)}
    assert sorted(routes - set(TABLE)) == []
    assert set(TABLE.values()) <= set(RANKS)
    assert len(routes) > 40


def test_a_role_that_may_not_cannot_and_one_that_may_is_not_refused(sqlite_web):
    """Every route x every role. The rows asked for are not there: whoever is let in reads anything but 403."""
    staff(sqlite_web)
    wrong = []
    for role in RANKS:
        client, csrf = inside(sqlite_web, role)
        for method, path, endpoint in guarded(sqlite_web.app):
            least = TABLE[endpoint.removeprefix("console.")]
            if endpoint in {"console.logout", "console.change_password"}:
                continue
            answer = client.open(path, method=method, data={"csrf": csrf} if method != "GET" else None)
            refused = answer.status_code == 403
            if refused is access.at_least(role, least):
                wrong.append((role, method, path, answer.status_code))
            if answer.status_code >= 500:
                wrong.append((role, method, path, answer.status_code))
    assert wrong == []


def test_nothing_is_changed_without_the_sessions_own_token(sqlite_web):
    staff(sqlite_web)
    client, _ = inside(sqlite_web, "admin")
    for method, path, endpoint in guarded(sqlite_web.app):
        if method == "GET":
            continue
        for data in ({}, {"csrf": "0" * 64}):
            assert client.open(path, method=method, data=data).status_code == 400, path
        evil = client.open(path, method=method, data={}, headers={"Origin": "https://evil.example"})
        assert evil.status_code == 400, endpoint


def test_a_route_that_was_forgotten_is_refused_to_everybody(sqlite_web, monkeypatch):
    staff(sqlite_web)
    client, _ = inside(sqlite_web, "admin")
    monkeypatch.setattr(access, "TABLE", {name: role for name, role in TABLE.items() if name != "people"})
    assert client.get("/console/settings/people").status_code == 403


def test_whoever_looks_changes_nothing(sqlite_web):
    """What a read-only agent may post to is their own affair."""
    own = {"logout", "save_me", "availability", "change_password", "end_session"}
    posts = {endpoint.removeprefix("console.") for method, _, endpoint in guarded(sqlite_web.app) if method != "GET"}
    lax = {name for name in posts & set(TABLE) if TABLE[name] == access.READ_ONLY}
    gets = {endpoint.removeprefix("console.") for method, _, endpoint in guarded(sqlite_web.app) if method == "GET"}
    assert lax - gets <= own, lax - own


# -- two retailers -----------------------------------------------------------------------------------------------------


def furnished(web):
    """Rows of the default retailer in as many tables as a few requests fill; answers the highest id of any table."""
    web.shipment("SECRET77", driver={"name": "Dee", "phone": "+14155550200"}, tracking_number="1Z9SECRET")
    web.api("POST", "/shipments/1/events", {"status": "attempt_failed", "reason": "nobody_home"})
    web.api("POST", "/webhooks", {"url": "https://shop.example/x", "events": ["*"]})
    web.api("POST", "/shipments/1/events", {"status": "out_for_delivery"})
    admin, csrf = inside(web, "admin")
    admin.post("/console/settings/keys", data={"csrf": csrf, "label": "orders"})
    admin.post("/console/settings/canned", data={"csrf": csrf, "name": "a", "language": "en", "text": "Hi {name}"})
    admin.post("/console/settings/workflow", data={"csrf": csrf, "source": "brand: Ours\n", "base": "0"})
    with web.database.write() as session:
        from flows import cases

        cases.open_case(session, web.house, retailer="default", reason="x", shipment_id=1, now=web.clock.now)
    with web.database.read() as session:
        return max(
            (
                session.scalar(select(table.c.id).order_by(table.c.id.desc()).limit(1)) or 0
                for table in Base.metadata.sorted_tables
                if "id" in table.c and "INT" in str(table.c.id.type).upper()
            ),
            default=1,
        )


@pytest.fixture(scope="module", params=["sqlite", "postgresql"])
def two(request, tmp_path_factory):
    """One installation for all examples: the default retailer's rows, and an admin of another."""
    from datetime import UTC, datetime

    from fakes.webapp import make_web, settings_for

    from db import Database

    folder = tmp_path_factory.mktemp("two")
    if request.param == "sqlite":
        database = Database(f"sqlite:///{folder / 'x.db'}")
        Base.metadata.create_all(database.engine)
    else:
        database = Database(request.getfixturevalue("_postgres_schema"))
        with database.engine.begin() as connection:
            for table in reversed(Base.metadata.sorted_tables):
                connection.execute(table.delete())
    web = make_web(database, settings_for(database, folder), datetime(2026, 12, 1, 17, tzinfo=UTC))
    staff(web)
    highest = furnished(web)
    yield web, inside(web, "admin", "other"), highest
    database.close()


def asked_of(web, client, csrf, number):
    """Every console route that takes a number, asked for that one: (method, path, answer)."""
    for endpoint, rule in sorted(arguments(web.app, "console.").items()):
        if endpoint.removeprefix("console.") in OWN_NUMBERS or endpoint in OPEN_TO_ALL or _is_own(web, rule, number):
            continue
        for method in sorted((rule.methods or set()) & {"GET", "POST"}):
            form = {"csrf": csrf, "text": "x", "reason": "answered", "role": "agent"} if method == "POST" else None
            yield method, path_of(rule, number), client.open(path_of(rule, number), method=method, data=form)


def test_every_id_of_another_retailer_is_not_there(two):
    """Every route x the ids of rows we have in every table."""
    web, (client, csrf), _ = two
    wrong = []
    for number in range(1, 4):
        for method, path, answer in asked_of(web, client, csrf, number):
            if answer.status_code not in gone(method):
                wrong.append((method, path, answer.status_code))
        for route in ROUTES:
            if "{" not in route.path:
                continue
            path = re.sub(r"\{\w+\}", str(number), route.path)
            answer = web.api(route.method, path, {} if route.method != "GET" else None, retailer="other")
            if answer.status_code not in {404, 415, 422} or "SECRET77" in answer.text or "Dee" in answer.text:
                wrong.append((route.method, path, answer.status_code))
    assert wrong == []


@settings(max_examples=8, deadline=None, suppress_health_check=list(HealthCheck))
@given(number=st.integers(0, 2**70) | st.sampled_from([2**31, 2**31 - 1, 2**63 - 1, 2**63, 2**64]))
def test_any_number_is_somebodys_or_not_there_and_never_a_fault(two, number):
    web, (client, csrf), highest = two
    if number <= highest + 1:
        number += highest + 2
    for method, path, answer in asked_of(web, client, csrf, number):
        assert answer.status_code in gone(method), f"{method} {path}: {answer.status_code}"


def gone(method):
    """Not there; a form that lacks something may be told so before anybody looks for the row."""
    return {404} if method == "GET" else {404, 400}


#: Numbers here are not rows: versions are counted for each retailer by itself, a masked page only leads back.
OWN_NUMBERS = {"workflow_version", "roll_back_workflow", "number_masked_again", "masked_again"}


def _is_own(web, rule, number):
    """What the other retailer has itself is not asked for; nor are sessions, which are told apart below."""
    if "session_id" in rule.arguments:
        return True
    with web.database.read() as session:
        for name, model in (("agent_id", Agent), ("key_id", accounts.ApiKey)):
            if name in rule.arguments and number < 2**63:
                row = session.get(model, number)
                return row is not None and row.retailer == "other"
    return False


def test_the_other_retailers_version_is_not_there_either(two):
    _, (client, csrf), _ = two
    assert client.get("/console/settings/workflow/1").status_code == 404
    assert client.post("/console/settings/workflow/1/roll-back", data={"csrf": csrf}).status_code == 404
    assert "Ours" not in client.get("/console/settings/workflow").text
    assert "Ours" not in client.get("/console/settings/workflow.yml").text


def test_lists_of_the_other_retailer_name_nothing_of_ours(two):
    web, (client, _), _ = two
    for method, path, endpoint in requests(web.app, "console.", 1):
        if method == "GET" and "<int" not in path and endpoint not in OPEN_TO_ALL and "static" not in path:
            text = client.get(path).text
            for ours in ("SECRET77", "1Z9SECRET", "Ana Canary", "admin@default.example", "shop.example/x"):
                assert ours not in text, f"{path} names {ours}"


def test_nobody_ends_somebody_elses_session(desk):
    ada, _ = inside(desk, "admin")
    eve, csrf = inside(desk, "admin", "other")
    for number in range(1, 4):
        eve.post(f"/console/settings/me/sessions/{number}/end", data={"csrf": csrf})
    assert ada.get("/console/settings").status_code == 200


def test_who_is_at_least_what():
    assert [access.at_least(one, "lead") for one in (*RANKS, "king", "")] == [False, False, True, True, False, False]
    assert accounts.ROLES and set(accounts.ROLES) == set(RANKS)


def test_an_idle_and_an_old_session_are_over(desk):
    client, _ = inside(desk, "agent")
    desk.clock.forward(minutes=29)
    assert client.get("/console/settings").status_code == 200
    desk.clock.forward(minutes=31)
    assert client.get("/console/settings").status_code == 303
    client, _ = inside(desk, "agent")
    end = desk.clock.now + timedelta(hours=12)
    while desk.clock.now < end - timedelta(minutes=20):
        desk.clock.forward(minutes=19)
        assert client.get("/console/settings").status_code == 200
    desk.clock.now = end
    assert client.get("/console/settings").status_code == 303
