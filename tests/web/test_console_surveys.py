"""What surveys teach: the figures of the desk's page, against sums done by hand."""

from datetime import timedelta

import pytest
from argon2 import PasswordHasher

from flows import accounts
from surveys import invitations
from surveys.invitations import Invitation
from tracking_core.models import Shipment
from web.console.survey_charts import over_time
from web.console.survey_report import report

PASSWORD = "correct horse battery"
#: The same check with less work than in earnest: the parameters stand in the hash.
HASH = PasswordHasher(time_cost=1, memory_cost=64, parallelism=1).hash(PASSWORD)
DAY = timedelta(days=1)


@pytest.fixture
def ask(web):
    """Ask somebody, some days ago, and let them answer or not."""
    count = iter(range(1000))

    def one(score=None, *, carrier="acme", driver=None, late=None, days=1, reason=None, scale=5, retailer="default"):
        number = next(count)
        named = {"driver": {"name": driver, "phone": f"+1415555{driver and ord(driver[0]):04d}"}} if driver else {}
        shipment = web.shipment(f"A{number}", carrier=carrier, **named)
        at = web.clock.now - days * DAY
        with web.database.write() as session:
            row = session.get_one(Shipment, shipment["id"])
            invitation = Invitation(
                retailer, row.id, f"+1415556{number:04d}", row.carrier, None, row.driver_id, scale, late=late
            )
            survey = invitations.plan(session, invitation, due_at=at, now=at)
            invitations.sent(survey, message_key=f"survey:{survey.id}:ask", expires=14 * DAY, now=at)
            if score is not None:
                invitations.answer(session, survey, score=score, comment=None, reason=reason, now=at)

    return one


def shown(web, days=90):
    with web.database.read() as session:
        return report(session, "default", days=days, now=web.clock.now)


def log_in(web):
    with web.database.write() as session:
        agent = accounts.Agent(
            retailer="default",
            email="ada@example.com",
            name="Ada",
            role="read_only",
            password_hash=HASH,
            created_at=web.clock.now,
        )
        session.add(agent)
    client = web.client
    client.post("/console/login", data={"email": "ada@example.com", "password": PASSWORD})
    return client


def test_figures_are_those_of_a_sum_by_hand(web, ask):
    for score in (5, 5, 4, 2, 1):
        ask(score, driver="Dee", late=False, reason="damaged" if score < 3 else None)
    ask(carrier="ups")
    ask(3, carrier="ups", driver="Bo", late=True, reason="late")
    ask(5, days=200)
    found = shown(web)
    assert (found.total.sent, found.total.answered) == (7, 6)
    assert found.response.value == pytest.approx(6 / 7)
    acme, ups = found.carriers
    assert (acme.name, acme.sent, acme.answered) == ("acme", 5, 5)
    assert (ups.name, ups.sent, ups.answered) == ("ups", 2, 1)
    assert acme.satisfied.value == pytest.approx(3 / 5) and acme.rating.value == pytest.approx(17 / 5)
    assert acme.satisfied.is_enough and not ups.satisfied.is_enough
    assert [(row.name, row.answered) for row in found.drivers] == [("Dee", 5), ("Bo", 1)]
    assert [(row.name, row.answered, row.rating.value) for row in found.punctuality] == [
        ("On time", 5, 3.4), ("Late", 1, 3.0),
    ]  # fmt: skip
    assert found.reasons == [("damaged", 2), ("late", 1)]
    assert shown(web, 365).total.sent == 8


def test_another_retailers_answers_are_not_counted(web, ask):
    ask(1, retailer="other")
    assert shown(web).total.sent == 0


def test_weeks_stand_in_order_and_too_few_answers_leave_a_gap(web, ask):
    for days, scores in ((1, (5, 5, 5, 5, 5)), (8, (1, 1)), (15, (5, 4, 1, 1, 1)), (22, (5, 5, 5, 5, 1))):
        for score in scores:
            ask(score, days=days)
    chart = over_time(shown(web, 30).weeks)
    assert len(chart.points) == 3 and len(chart.lines) == 1, "the gap divides the line; a lone week is a dot"
    assert [point.label.split(": ")[1][:16] for point in chart.points] == [
        "80% of 5 answers", "40% of 5 answers", "100% of 5 answer",
    ]  # fmt: skip
    assert chart.points[0].x < chart.points[1].x < chart.points[2].x
    for point in chart.points:
        assert point.top <= point.y <= point.bottom
    assert chart.points[2].y < chart.points[0].y < chart.points[1].y, "better is higher"


def test_the_page_shows_them_to_staff_and_to_nobody_else(web, ask):
    for score in (10, 10, 9, 8, 2):
        ask(score, scale=10, driver="Dee", reason="driver" if score == 2 else None)
    ask(5, carrier="<b>x</b>")
    assert web.client.get("/console/surveys").status_code == 303
    ada = log_in(web)
    page = ada.get("/console/surveys?days=30")
    assert page.status_code == 200
    assert "+40" in page.text, "3 promoters less 1 detractor of 5"
    assert "too few to tell" in page.text and "&lt;b&gt;x&lt;/b&gt;" in page.text and "<b>x" not in page.text
    assert "The driver" in page.text and "+1415" not in page.text
    assert 'role="img"' in page.text and "Week of" in page.text
    assert ada.get("/console/surveys?days=nonsense").status_code == 200
