"""The settings of the console: each page does what it says, says what is wrong, and writes down who did it."""

import re

import pytest
from argon2 import PasswordHasher
from sqlalchemy import select

from flows import accounts, canned, text_preview
from flows.accounts import Agent, ApiKey
from flows.agent_models import AgentInvite, CannedReply
from flows.audit_models import AuditEntry
from flows.models import WorkflowVersion
from flows.outbound_models import WebhookDelivery, WebhookEndpoint
from flows.text_names import TEXTS
from flows.texts import FOLDER

PASSWORD = "correct horse battery"
HASH = PasswordHasher(time_cost=1, memory_cost=64, parallelism=1).hash(PASSWORD)
ROLES = ("admin", "lead", "agent", "read_only")


@pytest.fixture
def desk(web, monkeypatch):
    # The same hashes with less work than in earnest: the parameters stand in the hash.
    monkeypatch.setattr(accounts, "_HASHER", PasswordHasher(time_cost=1, memory_cost=64, parallelism=1))
    monkeypatch.setattr(accounts, "_nobodys_hash", lambda: HASH)
    with web.database.write() as session:
        for retailer in ("default", "other"):
            for role in ROLES:
                agent = Agent(
                    retailer=retailer,
                    email=f"{role}@{retailer}.example",
                    name=role.title(),
                    role=role,
                    password_hash=HASH,
                    created_at=web.clock.now,
                )
                session.add(agent)
    return web


class Inside:
    """Somebody who is logged in and fills in forms."""

    def __init__(self, desk, email, password=PASSWORD):
        self.client = desk.app.test_client()
        self.login = self.client.post("/console/login", data={"email": email, "password": password})
        page = self.client.get("/console/settings")
        found = re.search(r'name="csrf" value="([0-9a-f]+)"', page.text)
        self.csrf = found.group(1) if found else ""

    @property
    def is_in(self):
        return self.client.get("/console/settings").status_code == 200

    def get(self, path):
        return self.client.get(f"/console/settings{path}")

    def post(self, path, **form):
        return self.client.post(f"/console/settings{path}", data={"csrf": self.csrf, **form})


def inside(desk, role="admin", retailer="default"):
    return Inside(desk, f"{role}@{retailer}.example")


def rows(desk, model, **where):
    with desk.database.read() as session:
        return list(session.scalars(select(model).filter_by(**where).order_by(model.id)))


def actions(desk):
    return [one.action for one in rows(desk, AuditEntry) if one.action != "agent.logged_in"]


def link_in(page):
    return re.search(r"/console/welcome/[\w-]+", page.text).group()


# -- oneself -----------------------------------------------------------------------------------------------------------


def test_name_and_clock_are_ones_own(desk):
    me = inside(desk, "read_only")
    assert me.post("/me", name="  Rita   Read ", timezone="Europe/Madrid").status_code == 303
    [row] = rows(desk, Agent, email="read_only@default.example")
    assert (row.name, row.timezone) == ("Rita Read", "Europe/Madrid")
    assert "Rita Read" in me.get("").text
    wrong = me.post("/me", name="Rita", timezone="Mars/Olympus")
    assert wrong.status_code == 422 and "no time zone" in wrong.text
    assert me.post("/me", name="x" * 61, timezone="").status_code == 422
    assert actions(desk) == ["agent.profile_changed"]


def test_away_and_back(desk):
    me = inside(desk, "agent")
    me.post("/me/availability", availability="away")
    assert rows(desk, Agent, email="agent@default.example")[0].availability == "away"
    assert me.post("/me/availability", availability="asleep").status_code == 422
    me.post("/me/availability", availability="on")
    assert actions(desk) == ["agent.away", "agent.on"]


def test_a_new_password_ends_every_other_session(desk):
    here, there = inside(desk, "agent"), inside(desk, "agent")
    assert here.post("/me/password", old="wrong", new="a new long one").status_code == 422
    for weak in ("short", "password123456", "aaaaaaaaaaaaaa", "agent@default.example", "x" * 201):
        assert here.post("/me/password", old=PASSWORD, new=weak).status_code == 422, weak
    assert here.post("/me/password", old=PASSWORD, new="seven green bottles").status_code == 303
    assert here.is_in and not there.is_in
    assert not Inside(desk, "agent@default.example").is_in
    assert Inside(desk, "agent@default.example", "seven green bottles").is_in
    assert rows(desk, Agent, email="agent@default.example")[0].password_hash.startswith("$argon2id$")


def test_a_session_is_listed_by_its_browser_and_ended_from_afar(desk):
    here, there = inside(desk), desk.app.test_client()
    there.post(
        "/console/login",
        data={"email": "admin@default.example", "password": PASSWORD},
        headers={"User-Agent": "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0"},
    )
    page = here.get("/me").text
    assert "Firefox on Linux" in page
    number = re.search(r"/me/sessions/(\d+)/end", page).group(1)
    assert here.post(f"/me/sessions/{number}/end").status_code == 303
    assert there.get("/console/settings").status_code == 303 and here.is_in


def test_one_account_is_not_tried_from_everywhere_and_one_address_does_not_try_every_account(desk):
    def attempt(email, address, password="wrong"):
        return desk.app.test_client().post(
            "/console/login",
            data={"email": email, "password": password},
            environ_overrides={"REMOTE_ADDR": address},
        )

    for number in range(30):
        assert attempt("admin@default.example", f"10.0.0.{number}").status_code == 401
    assert attempt("admin@default.example", "10.0.1.1", PASSWORD).status_code == 429
    assert attempt("lead@default.example", "10.0.1.1", PASSWORD).status_code == 303
    for number in range(60):
        assert attempt(f"nobody{number}@x.example", "10.9.9.9").status_code == 401
    assert attempt("agent@default.example", "10.9.9.9", PASSWORD).status_code == 429
    desk.clock.forward(minutes=16)
    assert attempt("admin@default.example", "10.0.1.1", PASSWORD).status_code == 303


# -- people ------------------------------------------------------------------------------------------------------------


def test_an_invitation_leads_to_a_password_once(desk):
    admin = inside(desk)
    page = admin.post("/people", email=" New@Shop.example ", name="New One", role="lead")
    link, guest = link_in(page), desk.app.test_client()
    assert link.rpartition("/")[2] not in repr([vars(one) for one in rows(desk, AgentInvite)])
    assert "new@shop.example" in guest.get(link).text
    assert guest.post(link, data={"password": "short"}).status_code == 422
    answer = guest.post(link, data={"password": "a few good words"})
    assert answer.status_code == 303 and guest.get("/console/settings").status_code == 200
    assert guest.get(link).status_code == guest.post(link, data={"password": "again and again"}).status_code == 404
    assert Inside(desk, "new@shop.example", "a few good words").is_in
    assert "agent.added" in actions(desk) and "agent.password_set" in actions(desk)


def test_an_invitation_ends_after_a_week_with_the_next_one_and_with_the_agent(desk):
    admin, guest = inside(desk), desk.app.test_client()
    first = link_in(admin.post("/people", email="a@shop.example", role="agent"))
    [agent] = rows(desk, Agent, email="a@shop.example")
    second = link_in(admin.post(f"/people/{agent.id}/invite"))
    assert guest.get(first).status_code == 404 and guest.get(second).status_code == 200
    desk.clock.forward(days=7, seconds=1)
    assert guest.get(second).status_code == 404
    admin = inside(desk)
    third = link_in(admin.post(f"/people/{agent.id}/invite"))
    admin.post(f"/people/{agent.id}/off")
    assert guest.get(third).status_code == 404
    assert admin.post(f"/people/{agent.id}/invite").status_code == 422


@pytest.mark.parametrize(
    "form", [{"email": "nobody"}, {"email": "a@b", "role": "king"}, {"email": "lead@default.example", "role": "agent"}]
)
def test_who_cannot_be_added_is_said(desk, form):
    answer = inside(desk).post("/people", **{"role": "agent", **form})
    assert answer.status_code == 422 and "notice bad" in answer.text
    assert len(rows(desk, Agent, retailer="default")) == 4


def test_a_role_counts_from_the_next_click_and_off_is_off(desk):
    admin, agent = inside(desk), inside(desk, "agent")
    number = rows(desk, Agent, email="agent@default.example")[0].id
    assert agent.get("/audit").status_code == 403
    admin.post(f"/people/{number}/role", role="lead")
    assert agent.get("/audit").status_code == 200
    admin.post(f"/people/{number}/sign_out")
    assert not agent.is_in
    admin.post(f"/people/{number}/off")
    assert not Inside(desk, "agent@default.example").is_in
    admin.post(f"/people/{number}/on")
    assert Inside(desk, "agent@default.example").is_in


def test_somebody_remains_who_may_do_everything(desk):
    admin = inside(desk)
    number = rows(desk, Agent, email="admin@default.example")[0].id
    for deed, form in (("off", {}), ("role", {"role": "agent"})):
        assert admin.post(f"/people/{number}/{deed}", **form).status_code == 422
    assert admin.is_in


# -- keys --------------------------------------------------------------------------------------------------------------


def test_a_key_is_shown_once_opens_the_api_and_is_revoked(desk):
    admin = inside(desk)
    shown = admin.post("/keys", label="Order system").text
    key = re.search(r"dl_[\w-]{40,}", shown).group()
    assert key not in admin.get("/keys").text
    client, auth = desk.client, {"Authorization": f"Bearer {key}"}
    assert client.get("/api/v1/shipments", headers=auth).status_code == 200
    [row] = rows(desk, ApiKey, label="Order system")
    assert row.last_used_at == desk.clock.now
    desk.clock.forward(minutes=4)
    client.get("/api/v1/shipments", headers=auth)
    assert rows(desk, ApiKey, label="Order system")[0].last_used_at == row.last_used_at
    assert admin.post(f"/keys/{row.id}/revoke").status_code == 303
    assert client.get("/api/v1/shipments", headers=auth).status_code == 401
    assert admin.post("/keys", label=" ").status_code == 422
    assert actions(desk) == ["api_key.added", "api_key.revoked"]


# -- workflow and texts ------------------------------------------------------------------------------------------------

GOOD = "# ours\nbrand: Shoe Shop\nlanguages: [en]\n"


def test_a_workflow_is_checked_by_line_saved_as_a_version_and_rolled_back(desk):
    admin = inside(desk)
    wrong = admin.post("/workflow", source="brand: X\nquiet_hourz: off\n", base="0")
    assert wrong.status_code == 422 and "line 2" in wrong.text and "quiet_hours" in wrong.text
    assert "quiet_hourz" in wrong.text and rows(desk, WorkflowVersion) == []
    looked = admin.post("/workflow/check", source=GOOD, base="0")
    assert looked.status_code == 200 and "segment" in looked.text and "Shoe Shop" in looked.text
    assert rows(desk, WorkflowVersion) == []
    assert admin.post("/workflow", source=GOOD.replace("\n", "\r\n"), base="0", note="our name").status_code == 303
    assert admin.post("/workflow", source=GOOD + "digest: {wait: 20s}\n", base="1").status_code == 303
    first, second = rows(desk, WorkflowVersion)
    assert (first.source, first.loaded_by, first.note) == (GOOD, "admin@default.example", "our name")
    with desk.database.read() as session:
        assert desk.house.workflows.of(session, "default").digest.wait.total_seconds() == 20
    assert "digest: {wait: 20s}" in admin.get("/workflow/2").text
    assert admin.post("/workflow/1/roll-back").status_code == 303
    assert rows(desk, WorkflowVersion)[2].source == GOOD
    assert admin.get("/workflow.yml").text == GOOD
    assert admin.post("/workflow/9/roll-back").status_code == 404
    assert actions(desk) == ["workflow.saved"] * 3
    assert second.version == 2


def test_two_who_edit_at_once_do_not_undo_each_other(desk):
    ada, bob = inside(desk), inside(desk)
    assert ada.post("/workflow", source=GOOD, base="0").status_code == 303
    late = bob.post("/workflow", source="brand: Late\n", base="0")
    assert late.status_code == 422 and "in the meantime" in late.text and "brand: Late" in late.text
    assert [one.source for one in rows(desk, WorkflowVersion)] == [GOOD]


def test_leads_look_at_the_workflow_and_admins_save_it(desk):
    lead = inside(desk, "lead")
    assert lead.get("/workflow").status_code == 200
    assert lead.post("/workflow/check", source=GOOD, base="0").status_code == 200
    assert lead.post("/workflow", source=GOOD, base="0").status_code == 403


def test_own_words_are_previewed_checked_and_become_a_version(desk):
    admin = inside(desk)
    admin.post("/workflow", source="brand: Shop # the name\n", base="0")
    bad = admin.post("/texts/greet/check", **{"words-en": "Hi {{ nobody }}"})
    assert bad.status_code == 422 and "nobody" in bad.text
    long = admin.post("/texts/greet/check", **{"words-en": "Zażółć " * 40})
    assert "UCS-2" in long.text and "5 segments" in long.text
    assert (
        admin.post("/texts/greet", **{"words-en": "Ahoy from {{ brand }}: all's #1", "words-es": ""}).status_code == 303
    )
    source = rows(desk, WorkflowVersion)[-1].source
    assert "# the name" in source
    with desk.database.read() as session:
        workflow = desk.house.workflows.of(session, "default")
    assert desk.house.texts.render("greet", "en", workflow) == "Ahoy from Shop: all's #1"
    assert "Ahoy" not in desk.house.texts.render("greet", "es", workflow)
    assert admin.post("/texts/greet", **{"words-en": ""}).status_code == 303
    assert rows(desk, WorkflowVersion)[-1].source == "brand: Shop # the name\n"
    assert admin.get("/texts/phrase_day").status_code == admin.get("/texts/nope").status_code == 404


def test_every_text_can_be_previewed_in_every_language(sqlite_web):
    with sqlite_web.database.read() as session:
        workflow = sqlite_web.house.workflows.of(session, "default")
    found = list(text_preview.previews(sqlite_web.house, workflow))
    assert len(found) == 2 * sum(not one.startswith("phrase_") for one in TEXTS)
    assert [(one.name, one.fault) for one in found if one.fault or not one.text.strip()] == []
    assert [one.name for one in found if one.too_long] == []
    assert (FOLDER / "en" / "greet.txt").exists()


# -- canned replies ----------------------------------------------------------------------------------------------------


def test_canned_replies_are_written_by_leads_and_read_by_agents(desk):
    lead = inside(desk, "lead")
    assert lead.post("/canned", name="Late", language="en", text="Sorry {name}, {order} is late.").status_code == 303
    for form, field in (
        ({"name": "", "language": "en", "text": "x"}, "name"),
        ({"name": "Late", "language": "en", "text": "again"}, "already"),
        ({"name": "a", "language": "xx", "text": "x"}, "languages"),
        ({"name": "a", "language": "en", "text": "{gate_code}"}, "gate_code"),
    ):
        answer = lead.post("/canned", **form)
        assert answer.status_code == 422 and field in answer.text, form
    [row] = rows(desk, CannedReply)
    agent = inside(desk, "agent")
    assert "Sorry {name}" in agent.get("/canned").text
    assert agent.post("/canned", name="b", language="en", text="x").status_code == 403
    assert lead.post("/canned", id=str(row.id), name="Late", language="en", text="So sorry.").status_code == 303
    assert rows(desk, CannedReply)[0].text == "So sorry."
    other = inside(desk, "lead", "other")
    assert other.post("/canned", id=str(row.id), name="x", language="en", text="x").status_code == 404
    assert lead.post(f"/canned/{row.id}/delete").status_code == 303 and rows(desk, CannedReply) == []


def test_placeholders_are_filled_and_what_nobody_knows_leaves_no_gap(desk):
    desk.shipment(promised={"from": "2026-12-01T20:00:00Z", "to": "2026-12-01T22:00:00Z"})
    with desk.database.write() as session:
        parcel = session.get(canned.Shipment, 1)
        known = canned.values(
            session, desk.house, parcel, retailer="default", language="en", agent_name="Bob Ross", now=desk.clock.now
        )
        said = canned.render("Hi {name}, {order} comes {window}. {link} {agent} {other}", known)
        assert said.startswith("Hi Ana, A1001 comes today between ") and "/t/" in said and said.endswith("Bob {other}")
        none = canned.values(
            session, desk.house, None, retailer="default", language="en", agent_name="Bob", now=desk.clock.now
        )
        assert canned.render("Hi {name}, about {order} : {link}", none) == "Hi, about:"


# -- webhooks ----------------------------------------------------------------------------------------------------------


def test_webhooks_from_the_console(desk):
    admin = inside(desk)
    bad = admin.post("/webhooks", url="https://10.0.0.1/x", events="case.opened")
    assert bad.status_code == 422 and "cannot be reached" in bad.text
    page = admin.post("/webhooks", url="https://shop.example/in", events=["case.opened", "eta.changed"])
    secret = re.search(r"whsec_[\w+/=]+", page.text).group()
    assert secret not in admin.get("/webhooks").text
    [row] = rows(desk, WebhookEndpoint)
    assert row.events == ["case.opened", "eta.changed"] and row.created_by == "admin@default.example"
    assert admin.post(f"/webhooks/{row.id}/test").status_code == 303
    assert "webhook.test" in admin.get(f"/webhooks/{row.id}").text
    [owed] = rows(desk, WebhookDelivery)
    assert admin.post(f"/webhooks/{row.id}/deliveries/{owed.id}").status_code == 303
    assert admin.post(f"/webhooks/{row.id}/deliveries/{owed.id + 1}").status_code == 404
    assert admin.post(f"/webhooks/{row.id}/delete").status_code == 303
    assert rows(desk, WebhookDelivery)[0].state == "cancelled"
    assert admin.get(f"/webhooks/{row.id}").status_code == 404


# -- audit, retailers, numbers -----------------------------------------------------------------------------------------


def test_the_audit_log_is_filtered_paged_and_safe_in_a_sheet(desk):
    from flows import audit

    with desk.database.write() as session:
        for number in range(130):
            audit.write(
                session,
                retailer="default",
                agent="=cmd()@x.example" if number == 7 else "bob@default.example",
                action="parcel.rescheduled",
                subject=f"shipment:{number}",
                detail={"phone": "+14155550100", "note": "y" * 500, "from": None},
                now=desk.clock.now,
            )
    lead = inside(desk, "lead")
    first = lead.get("/audit?action=parcel")
    assert first.text.count("shipment:") >= 100 and "+14155550100" not in first.text and "…00" in first.text
    older = re.search(r'rel="next" href="([^"]+)"', first.text).group(1).replace("&amp;", "&")
    assert "shipment:0" in lead.client.get(older).text and "action=parcel" in older
    assert "shipment:9" not in lead.get("/audit?subject=shipment:7").text
    assert "Nothing found" in lead.get("/audit?to=2020-01-01").text
    assert lead.get("/audit?from=yesterday&before=x").status_code == 200
    file = lead.get("/audit.csv?action=parcel.rescheduled")
    lines = file.text.splitlines()
    assert len(lines) == 131 and file.mimetype == "text/csv" and "'=cmd()@x.example" in file.text
    assert max(len(one) for one in lines) < 500
    assert "shipment:" not in inside(desk, "lead", "other").get("/audit.csv").text


def test_retailers_are_the_houses_own_affair(desk):
    admin = inside(desk)
    page = admin.post("/retailers", name="third", number="+1 415 555 0133", email="boss@third.example")
    key = re.search(r"dl_[\w-]{40,}", page.text).group()
    auth = {"Authorization": f"Bearer {key}"}
    assert desk.client.get("/api/v1/shipments", headers=auth).status_code == 200
    assert desk.client.get(link_in(page)).status_code == 200
    for form in ({"name": "third", "number": "+14155550134"}, {"name": "A b", "number": "+14155550134"}):
        assert admin.post("/retailers", email="x@y.example", **form).status_code == 422
    bad = admin.post("/retailers", name="fourth", number="+14155550135", email="nobody")
    assert bad.status_code == 422 and "fourth" not in admin.get("/retailers").text  # all of it, or nothing
    stranger = inside(desk, "admin", "other")
    assert stranger.get("/retailers").status_code == 403
    assert stranger.post("/retailers", name="fifth", number="+14155550136", email="x@y.example").status_code == 403
    assert "Retailers" not in stranger.get("").text


def test_a_whole_number_is_shown_to_leads_and_each_look_is_written_down(desk):
    desk.shipment(driver={"name": "Dee", "phone": "+14155550200"})
    lead = inside(desk, "lead")
    for kind, number in (("shipment", "+14155550100"), ("driver", "+14155550200")):
        answer = lead.client.post(f"/console/unmask/{kind}/1", data={"csrf": lead.csrf})
        assert number in answer.text and answer.headers["Cache-Control"] == "no-store"
    seen = [(one.agent, one.subject) for one in rows(desk, AuditEntry, action="number.unmasked")]
    assert seen == [("lead@default.example", "shipment:1"), ("lead@default.example", "driver:1")]
    for who in (inside(desk, "agent"), inside(desk, "admin", "other")):
        answer = who.client.post("/console/unmask/shipment/1", data={"csrf": who.csrf})
        assert answer.status_code in {403, 404} and "+1415" not in answer.text
    assert len(rows(desk, AuditEntry, action="number.unmasked")) == 2
