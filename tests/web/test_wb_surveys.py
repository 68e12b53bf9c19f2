"""What shoppers answered, over REST."""

from datetime import timedelta

from surveys import invitations
from surveys.invitations import Invitation
from tracking_core.models import Shipment

DAY = timedelta(days=1)


def asked(web, shipment, *, retailer="default", score=None, reason=None, comment=None):
    with web.database.write() as session:
        row = session.get_one(Shipment, shipment["id"])
        invitation = Invitation(retailer, row.id, "+14155550100", row.carrier, row.service, row.driver_id)
        survey = invitations.plan(session, invitation, due_at=web.clock.now, now=web.clock.now)
        invitations.sent(survey, message_key=f"survey:{survey.id}:ask", expires=14 * DAY, now=web.clock.now)
        if score is not None:
            invitations.answer(session, survey, score=score, comment=comment, reason=reason, now=web.clock.now + DAY)
        return survey.id


def test_an_answer_is_shown_with_whom_it_counts_for(web):
    driver = {"name": "Dee", "phone": "+14155550200"}
    shipment = web.shipment(carrier="acme", service="same_day", driver=driver)
    number = asked(web, shipment, score=2, reason="damaged", comment="box was crushed")
    answer = web.api("GET", "/surveys")
    assert answer.status_code == 200
    (item,) = answer.json["items"]
    assert item == {
        "id": number,
        "shipment_id": shipment["id"],
        "state": "answered",
        "carrier": "acme",
        "service": "same_day",
        "driver": "Dee",
        "channel": "sms",
        "answered_by": "text",
        "late": None,
        "scale": 5,
        "score": 2,
        "reason": "damaged",
        "comment": "box was crushed",
        "sent_at": "2026-12-01T17:00:00Z",
        "answered_at": "2026-12-02T17:00:00Z",
    }
    assert "+1415" not in answer.text


def test_pages_are_newest_first_and_every_survey_stands_on_one(web):
    ids = [asked(web, web.shipment(f"A{number}", carrier="acme" if number % 2 else "ups")) for number in range(5)]
    seen, cursor = [], ""
    for _ in range(5):
        page = web.api("GET", f"/surveys?limit=2&cursor={cursor}").json
        seen += [item["id"] for item in page["items"]]
        cursor = page["next"]
        if cursor is None:
            break
    assert seen == ids[::-1]
    assert [item["score"] for item in page["items"]] == [None]
    by_carrier = web.api("GET", "/surveys?carrier=ups").json
    assert [item["id"] for item in by_carrier["items"]] == ids[4::-2]


def test_answers_are_picked_by_what_they_are_about(web):
    driver = {"name": "Dee", "phone": "+14155550200"}
    bad = asked(web, web.shipment("A1", carrier="acme", service="same_day", driver=driver), score=1, reason="late")
    web.clock.forward(days=2)
    good = asked(web, web.shipment("A2", carrier="acme", service="freight"), score=5)
    silent = asked(web, web.shipment("A3", carrier="ups"))

    def found(query):
        answer = web.api("GET", f"/surveys?{query}")
        assert answer.status_code == 200, answer.text
        return [item["id"] for item in answer.json["items"]]

    assert found("driver=dee") == [bad] and found("driver=nobody") == []
    assert found("service=freight") == [good]
    assert found("state=sent") == [silent] and found("state=answered") == [good, bad]
    assert found("reason=late") == [bad] and found("score_at_most=4") == [bad]
    assert found("from=2026-12-03T00:00:00Z") == [silent, good] and found("to=2026-12-03T00:00:00Z") == [bad]
    assert web.api("GET", "/surveys?from=yesterday").status_code == 422
    assert web.api("GET", "/surveys?state=lost").status_code == 422


def test_nobody_sees_another_retailers_answers_and_strangers_see_none(web):
    asked(web, web.shipment(), score=5)
    assert web.api("GET", "/surveys", retailer="other").json == {"items": [], "next": None}
    assert web.client.get("/api/v1/surveys").status_code == 401


def test_what_is_planned_or_was_skipped_is_nobodys_answer(web):
    shipment = web.shipment()
    with web.database.write() as session:
        invitations.plan(
            session, Invitation("default", shipment["id"], "+14155550100"), due_at=web.clock.now, now=web.clock.now
        )
    assert web.api("GET", "/surveys").json["items"] == []


def test_the_document_tells_of_it(sqlite_web):
    document = sqlite_web.client.get("/api/v1/openapi.json").json
    operation = document["paths"]["/surveys"]["get"]
    assert operation["tags"] == ["Surveys"]
    fields = document["components"]["schemas"]["SurveyOut"]["properties"]
    wanted = {"id", "shipment_id", "carrier", "driver", "score", "reason", "comment", "sent_at", "answered_at"}
    assert wanted <= set(fields)


def test_a_bad_cursor_is_named(sqlite_web):
    answer = sqlite_web.api("GET", "/surveys?cursor=nonsense")
    assert answer.status_code == 422
    assert answer.json["errors"][0]["field"] == "cursor"
