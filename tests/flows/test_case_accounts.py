"""Retailers, keys, agents, and the database that remembers whether it is a demo's."""

from dataclasses import replace
from datetime import UTC, datetime

import pytest
from sqlalchemy import select

from channels.models import OurAddress
from db import Database
from flows import accounts
from flows.accounts import Agent, ApiKey, BadAccount, WrongMode
from settings import Settings

NOW = datetime(2026, 12, 1, 17, 0, tzinfo=UTC)
DEMO = Settings(
    twilio_number="+15005550006",
    twilio_messaging_service_sid="MG1",
    relay_numbers=("+15005550101", "+15005550102"),
    bootstrap_agent="Ada@Example.com:correct horse: battery",
)
LIVE = replace(DEMO, demo=False)


def purposes(database: Database) -> dict[str, str]:
    with database.read() as session:
        rows = session.execute(select(OurAddress.address, OurAddress.purpose).where(OurAddress.retailer == "default"))
        return {row.address: row.purpose for row in rows}


def test_preparing_twice_is_preparing_once(database: Database) -> None:
    for _ in range(2):
        with database.write() as session:
            accounts.ensure_default(session, DEMO, now=NOW)
    assert purposes(database) == {
        "+15005550006": "main",
        "MG1": "service",
        "+15005550101": "pool",
        "+15005550102": "pool",
    }
    with database.read() as session:
        assert [agent.role for agent in session.scalars(select(Agent))] == ["admin"]
        assert accounts.main_sender(session, "default") == "MG1"


def test_another_number_speaks_after_a_change_and_the_old_one_still_listens(database: Database) -> None:
    settings = replace(DEMO, twilio_messaging_service_sid="")
    for number in ("+15005550006", "+15005550009", "+15005550006"):
        with database.write() as session:
            accounts.ensure_default(session, replace(settings, twilio_number=number), now=NOW)
            assert accounts.main_sender(session, "default") == number
    assert purposes(database)["+15005550009"] == "former"


def test_a_live_database_refuses_the_demo_but_not_the_other_way_round(database: Database) -> None:
    for settings in (DEMO, LIVE, LIVE):
        with database.write() as session:
            accounts.ensure_default(session, settings, now=NOW)
    with pytest.raises(WrongMode, match="DEMO=0"), database.write() as session:
        accounts.ensure_default(session, DEMO, now=NOW)


def test_a_key_opens_its_retailer_and_is_not_stored(database: Database) -> None:
    with database.write() as session:
        key = accounts.add_retailer(session, "shoe-shop", "+1 415 555 0190", now=NOW)
        row = session.scalars(select(ApiKey)).one()
        assert key not in (row.key_hash, row.label)
        assert accounts.retailer_of_key(session, key) == "shoe-shop"
        assert accounts.retailer_of_key(session, key[:-1]) is None
        assert accounts.retailer_of_key(session, "\ud800") is None
        assert accounts.main_sender(session, "shoe-shop") == "+14155550190"
        row.revoked_at = NOW
        assert accounts.retailer_of_key(session, key) is None


@pytest.mark.parametrize("name", ["", "a_b", "Shop", "-a", "a-", "a" * 41, "../x", "ünder", "a b"])
def test_a_name_that_is_no_slug_is_refused(database: Database, name: str) -> None:
    with database.write() as session, pytest.raises(BadAccount):
        accounts.add_retailer(session, name, "+14155550190", now=NOW)


def test_a_number_or_name_that_is_taken_is_refused(database: Database) -> None:
    with database.write() as session:
        accounts.add_retailer(session, "one", "+14155550190", now=NOW)
    for name, number in (("one", "+14155550191"), ("two", "(415) 555-0190"), ("three", "12")):
        with pytest.raises(BadAccount), database.write() as session:
            accounts.add_retailer(session, name, number, now=NOW)


def test_only_the_right_password_of_an_enabled_agent_logs_in(database: Database) -> None:
    with database.write() as session:
        accounts.ensure_default(session, DEMO, now=NOW)
        found = accounts.check_login(session, " ADA@example.com ", "correct horse: battery")
        assert found is not None and found.password_hash.startswith("$argon2id$")
        assert accounts.check_login(session, "ada@example.com", "correct horse") is None
        assert accounts.check_login(session, "eve@example.com", "correct horse: battery") is None
        found.disabled_at = NOW
        session.flush()
        assert accounts.check_login(session, "ada@example.com", "correct horse: battery") is None


def test_the_environment_has_the_last_word_on_the_bootstrap_password(database: Database) -> None:
    for password in ("first", "second"):
        with database.write() as session:
            accounts.ensure_default(session, replace(DEMO, bootstrap_agent=f"ada@example.com:{password}"), now=NOW)
    with database.read() as session:
        assert accounts.check_login(session, "ada@example.com", "first") is None
        assert accounts.check_login(session, "ada@example.com", "second") is not None


def test_agents_have_roles_and_one_address_each(database: Database) -> None:
    with database.write() as session:
        accounts.add_agent(session, retailer="default", email="bob@example.com", password="x", now=NOW)
        with pytest.raises(BadAccount):
            accounts.add_agent(session, retailer="default", email="BOB@example.com", password="x", now=NOW)
        with pytest.raises(BadAccount):
            accounts.add_agent(session, retailer="default", email="c@example.com", password="x", role="king", now=NOW)
