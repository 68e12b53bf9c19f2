"""The survey's page: answered once, kept, and a bad answer reaches a person in the same breath."""

import re
from collections.abc import Callable
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from fakes.webapp import BASE, Web, make_web, settings_for
from sqlalchemy import select

from channels.models import OutboxRow
from db import Database
from flows import surveys
from flows.models import Case, CaseEntry
from flows.story_models import OutboundEvent
from surveys.models import Survey
from tracking_core.models import Shipment


@pytest.fixture
def web(web_with: Callable[..., Web]) -> Web:
    return web_with(smtp_url=SMTP)


@pytest.fixture
def sqlite_web(sqlite_database: Database, tmp_path: Path, moment: datetime) -> Web:
    return make_web(sqlite_database, settings_for(sqlite_database, tmp_path, smtp_url=SMTP), moment)


#: Nobody listens there: here nothing is sent.
SMTP = "smtp://127.0.0.1:9?from=orders@example.com"
MAIL = {"phone": None, "email": "ana@example.com", "name": "Ana"}


def rule(web: Web, words: str) -> None:
    with web.database.write() as session:
        web.house.workflows.save(session, "default", words, by="test", now=web.clock.now)


def invited(web: Web, **more: Any) -> tuple[int, str]:
    """A delivered parcel whose owner was asked by mail; answers its id and the page's path."""
    shipment_id = web.shipment(**{"customer": MAIL, **more})["id"]
    web.api("POST", f"/shipments/{shipment_id}/events", {"status": "delivered"})
    web.clock.forward(minutes=30)
    with web.database.write() as session:
        assert surveys.send_due(session, web.house, now=web.clock.now) == 1
    (asked,) = [row for row in rows(web, OutboxRow) if row.category == "survey" and row.shipment_id == shipment_id]
    assert (asked.channel, asked.recipient) == ("email", "ana@example.com")
    (path,) = re.findall(rf"{re.escape(BASE)}(/s/\S+)", asked.text)
    return shipment_id, path


def rows(web: Web, model: Any) -> list[Any]:
    with web.database.read() as session:
        return list(session.scalars(select(model).order_by(model.id)))


def test_who_has_no_phone_is_asked_by_mail_and_answers_on_the_page(web: Web) -> None:
    shipment_id, path = invited(web)
    page = web.client.get(path)
    assert page.status_code == 200
    assert re.findall(r'name="score" value="(\d+)"', page.text) == ["1", "2", "3", "4", "5"]
    assert "ana@example.com" not in page.text
    assert page.headers["Cache-Control"] == "no-store, private" and page.headers["Referrer-Policy"] == "no-referrer"
    thanked = web.client.post(path, data={"score": "5", "reason": "", "comment": " quick and kind "})
    assert thanked.status_code == 200 and "Thank you" in thanked.text
    (kept,) = rows(web, Survey)
    assert (kept.state, kept.score, kept.reason, kept.comment, kept.answered_by) == (
        "answered", 5, None, "quick and kind", "page",
    )  # fmt: skip
    assert kept.channel == "email" and rows(web, Case) == []
    (told,) = rows(web, OutboundEvent)
    assert told.kind == "survey.answered" and told.shipment_id == shipment_id
    assert (told.payload["score"], told.payload["comment"]) == (5, "quick and kind")


def test_a_bad_answer_opens_one_case_with_everything_and_says_by_when(web: Web) -> None:
    rule(web, "survey: {alert_email: shipper@example.com}")
    shipment_id, path = invited(web)
    said = {"score": "2", "reason": "damaged", "comment": "box was crushed"}
    answer = web.client.post(path, data=said)
    assert "We are sorry" in answer.text and "A person will answer you by" in answer.text
    again = web.client.post(path, data={**said, "score": "5"})
    assert "We have your answer already" in again.text
    (case,) = rows(web, Case)
    assert (case.reason, case.shipment_id, case.priority) == ("bad_survey", shipment_id, "high")
    (entry,) = rows(web, CaseEntry)
    assert entry.text == "box was crushed"
    assert [one["status"] for one in entry.evidence["timeline"]][-1] == "delivered"
    assert entry.evidence["proofs"] == [] and entry.evidence["survey"]["reason"] == "damaged"
    assert any(one.startswith("out:") for one in entry.evidence["thread"])
    (alert,) = [row for row in rows(web, OutboxRow) if row.recipient == "shipper@example.com"]
    assert alert.channel == "email" and f"/console/cases/{case.id}" in alert.text and "box was crushed" in alert.text
    assert [row.score for row in rows(web, Survey)] == [2]


def test_a_reason_can_be_bad_whatever_the_score(web: Web) -> None:
    _, path = invited(web)
    assert "We are sorry" in web.client.post(path, data={"score": "4", "reason": "not_received"}).text
    assert [case.reason for case in rows(web, Case)] == ["bad_survey"]


@pytest.mark.parametrize("score", ["", "0", "6", "-1", "five", "²", "5" * 50])
def test_what_is_no_score_brings_the_form_back_with_what_was_written(sqlite_web: Web, score: str) -> None:
    _, path = invited(sqlite_web)
    answer = sqlite_web.client.post(path, data={"score": score, "reason": "late", "comment": "<b>late</b>"})
    assert answer.status_code == 422 and "Please pick a score first." in answer.text
    assert "&lt;b&gt;late&lt;/b&gt;" in answer.text
    assert re.search(r'value="late" checked', answer.text)
    assert [row.state for row in rows(sqlite_web, Survey)] == ["sent"]


def test_a_reason_nobody_offered_is_no_reason_and_words_have_an_end(sqlite_web: Web) -> None:
    _, path = invited(sqlite_web)
    sqlite_web.client.post(path, data={"score": "4", "reason": "<script>", "comment": "x" * 5000})
    (kept,) = rows(sqlite_web, Survey)
    assert kept.reason is None and len(kept.comment) == 1000


def test_it_asks_what_the_workflow_asks_in_the_readers_language(sqlite_web: Web) -> None:
    rule(sqlite_web, "survey: {scale: 10, escalate_at: 6, steps: [score, comment]}")
    _, path = invited(sqlite_web, customer={**MAIL, "locale": "es-MX"})
    page = sqlite_web.client.get(path)
    assert len(re.findall('name="score"', page.text)) == 11
    assert 'name="reason"' not in page.text and 'lang="es"' in page.text
    assert "How was your delivery?" in sqlite_web.client.get(f"{path}?lang=en").text


def test_a_late_reader_is_told_so_and_later_there_is_nothing(sqlite_web: Web) -> None:
    _, path = invited(sqlite_web)
    sqlite_web.clock.forward(days=14)
    assert "This question is closed" in sqlite_web.client.get(path).text
    assert "This question is closed" in sqlite_web.client.post(path, data={"score": "1"}).text
    assert [row.score for row in rows(sqlite_web, Survey)] == [None]
    sqlite_web.clock.forward(days=14)
    assert sqlite_web.client.get(path).status_code == 404


def test_no_other_token_opens_it(sqlite_web: Web) -> None:
    shipment_id, path = invited(sqlite_web)
    tracking = sqlite_web.api("GET", f"/shipments/{shipment_id}").json["tracking_url"].rsplit("/", 1)[1]
    for token in (tracking, "x" * 22, path[3:-1], "x" * 500):
        assert sqlite_web.client.get(f"/s/{token}").status_code == 404
        assert sqlite_web.client.post(f"/s/{token}", data={"score": "1"}).status_code == 404


def test_the_tracking_page_can_ask_whether_there_is_a_question(sqlite_web: Web) -> None:
    shipment_id, path = invited(sqlite_web)
    web = sqlite_web

    def open_now() -> Survey | None:
        with web.database.read() as session:
            return surveys.open_survey(session, session.get_one(Shipment, shipment_id), web.clock.now)

    found = open_now()
    assert found is not None
    with web.database.read() as session:  # the link is there already: reading is enough
        assert web.house.links.url(session, "s", found.id, now=web.clock.now) == BASE + path
    web.clock.now += timedelta(days=14)
    assert open_now() is None
    web.clock.now -= timedelta(days=14)
    web.client.post(path, data={"score": "5"})
    assert open_now() is None
