"""A driver who works by text: pictures, questions and their answers, two roles in one person, what is left alone."""

from dataclasses import dataclass, field, replace
from datetime import timedelta

import pytest
from fakes import photos
from fakes.driver_world import DEE, ELI, PEOPLE, Route
from fakes.fl_world import World
from sqlalchemy import select

from bot import entities
from bot.understanding import Understanding
from channels import inbox
from channels.messages import InboundMessage
from channels.models import InboxRow
from channels.picture_source import NeverFetched
from flows import cases
from flows.models import Case, PendingQuestion
from tracking_core import shipments
from tracking_core.models import Shipment, ShipmentEvent
from tracking_core.proofs import of_shipment

POOL = ("+15005550101", "+15005550102", "+15005550103")


@dataclass
class Shelf:
    """Keeps the pictures people send."""

    kept: dict[str, bytes] = field(default_factory=dict)

    def put(self, content: bytes) -> str:
        url = f"https://api.twilio.com/2010-04-01/Accounts/AC00/Messages/MM11/Media/ME{len(self.kept)}"
        self.kept[url] = content
        return url

    def fetch(self, url: str) -> bytes:
        if url not in self.kept:
            raise NeverFetched("gone")
        return self.kept[url]

    def delete(self, url: str) -> None:
        del self.kept[url]


@pytest.fixture
def route(database, now, tmp_path) -> Route:
    world = World.build(database, now, tmp_path, relay_numbers=POOL)
    world.house = replace(world.house, pictures=Shelf())
    return Route(world)


def photo(route, shade: int = 0) -> str:
    return route.world.house.pictures.put(photos.phone_jpeg(photos.scene(200 + shade, 150)))


def says(route, text, who=DEE, **more) -> str:
    route.world.later(seconds=61)  # the same answer is not said twice in a minute
    return "\n".join(route.world.says(text, who, **more))


def handled_by(route) -> str:
    with route.world.database.read() as session:
        return session.scalars(select(InboxRow.handled_by).order_by(InboxRow.id.desc())).first()


def photos_of(route, parcel) -> int:
    with route.world.database.read() as session:
        return sum(one.kind == "photo" for one in of_shipment(session, parcel))


# -- pictures --------------------------------------------------------------------------------------------------------


def test_a_picture_with_the_word_is_the_proof_and_nothing_more_is_asked(route) -> None:
    (parcel,) = route.round("A1001")
    answer = says(route, "delivered", media=(photo(route),))
    assert "Photo saved" in answer and "send a photo" not in answer
    assert (route.state(parcel), photos_of(route, parcel)) == ("delivered", 1)


def test_a_picture_that_follows_belongs_to_what_was_delivered(route) -> None:
    first, second = route.round("A1001", "A1002")
    assert "send a photo" in says(route, "delivered")
    assert "photo saved for A1001" in says(route, "", media=(photo(route),))
    assert [photos_of(route, one) for one in (first, second)] == [1, 0]
    assert handled_by(route) == "driver:photo"
    assert route.state(second) == "out_for_delivery"


def test_a_picture_from_the_door_is_kept_and_delivers_nothing(route) -> None:
    (parcel,) = route.round("A1001", state="at_address")
    assert 'photo saved for A1001. Text "delivered" when it is' in says(route, "", media=(photo(route),))
    assert (route.state(parcel), photos_of(route, parcel)) == ("at_address", 1)
    assert "send a photo" not in says(route, "delivered")


def test_a_picture_that_comes_late_asks_whose_it_is(route) -> None:
    first, second = route.round("A1001", "A1002")
    says(route, "delivered A1001")
    route.stop("A1003", "out_for_delivery", place=2)
    route.world.later(minutes=11)
    assert "which stop do you mean" in says(route, "", media=(photo(route),))
    assert "photo saved for A1003" in says(route, "2")
    assert [photos_of(route, one) for one in (first, second)] == [0, 0]
    assert "photo saved for A1001" in says(route, "A1001", media=(photo(route, 9),))
    assert photos_of(route, first) == 1


def test_what_is_no_picture_is_said_and_the_word_counts_all_the_same(route) -> None:
    (parcel,) = route.round("A1001")
    url = route.world.house.pictures.put(b"BEGIN:VCARD\nEND:VCARD")
    assert "Please send a photo" in says(route, "delivered", media=(url,))
    assert (route.state(parcel), photos_of(route, parcel)) == ("delivered", 0)


def test_where_no_photo_is_asked_for_none_is(database, now, tmp_path) -> None:
    route = Route(World.build(database, now, tmp_path, workflow="proof: {own_driver: []}\n"))
    route.round("A1001")
    assert "photo" not in says(route, "delivered")


# -- which stop ------------------------------------------------------------------------------------------------------


def test_a_wrong_number_is_asked_back_with_the_nearest_of_ones_own(route) -> None:
    route.round("A1001", "A1002", "B7777")
    theirs = route.stop("A1003", "out_for_delivery", driver=ELI)
    answer = says(route, "delivered A1003")
    assert answer == says(route, "delivered A1004").replace("A1004", "A1003")
    assert "1 A1001" in answer and "2 A1002" in answer and "B7777" not in answer
    assert route.state(theirs) == "out_for_delivery"
    assert "A1002 delivered" in says(route, "2")


def test_where_nothing_says_which_is_first_it_is_asked(route) -> None:
    window = {"promised_from": route.world.now, "promised_to": route.world.now + timedelta(hours=2)}
    first, second = (route.stop(f"A100{n}", "out_for_delivery", place=n, **window) for n in (1, 2))
    assert "which stop do you mean" in says(route, "delivered")
    assert "sorry, that is not one of them. Which stop" in says(route, "9")
    assert "A1002 delivered" in says(route, "the second one")
    assert [route.state(one) for one in (first, second)] == ["out_for_delivery", "delivered"]


def test_a_question_is_over_when_the_driver_goes_on_with_something_else(route) -> None:
    first, second = route.round("A1001", "A1002")
    says(route, "delivered A1009")
    says(route, "A1002 the gate is closed")
    assert [route.state(one) for one in (first, second)] == ["out_for_delivery"] * 2
    says(route, "1")
    assert [route.state(one) for one in (first, second)] == ["out_for_delivery"] * 2


def test_at_one_door_one_word_is_enough_and_one_undo_too(route) -> None:
    window = {"promised_from": route.world.now, "promised_to": route.world.now + timedelta(hours=2)}
    both = [route.stop(f"A100{n}", "out_for_delivery", place=0, **window) for n in (1, 2)]
    other = route.stop("B2001", "out_for_delivery", place=1)
    assert "A1001 + A1002 delivered" in says(route, "delivered")
    assert [route.state(one) for one in (*both, other)] == ["delivered", "delivered", "out_for_delivery"]
    assert "A1001 + A1002 is out for delivery again" in says(route, "oops")
    assert [route.state(one) for one in both] == ["out_for_delivery"] * 2


def test_the_right_one_named_with_the_undo_is_reported_instead(route) -> None:
    first, second = route.round("A1001", "A1002")
    says(route, "delivered A1001")
    answer = says(route, "oops wrong one, it was A1002")
    assert "A1001 is out for delivery again. The customer is told" in answer and "A1002 delivered" in answer
    assert [route.state(one) for one in (first, second)] == ["out_for_delivery", "delivered"]
    assert "was a mistake" in route.read_by(PEOPLE[0])[-1]


def test_not_delivered_of_what_was_just_said_to_be_is_the_mistake_itself(route) -> None:
    first, second, _ = route.round("A1001", "A1002", "A1003")
    says(route, "delivered A1001")
    assert "A1001: not delivered, noted" in says(route, "A1001 not delivered")
    assert route.state(first) == "attempt_failed"
    says(route, "delivered A1002")
    answer = says(route, "not delivered")
    assert "which stop do you mean" in answer and "1 A1002" in answer and "2 A1003" in answer
    assert "A1002: not delivered" in says(route, "1")
    assert route.state(second) == "attempt_failed"


def test_a_parcel_that_has_not_gone_out_is_asked_about_first(route) -> None:
    parcel = route.stop("A1001", "processed")
    assert "has not gone out yet (packed)" in says(route, "delivered at the back door")
    assert "stays as it is" in says(route, "no")
    assert route.state(parcel) == "processed"
    says(route, "delivered at the back door")
    assert "A1001 delivered" in says(route, "yes")
    assert route.state(parcel) == "delivered"
    assert "at the back door" in route.read_by(PEOPLE[0])[-1]


def test_how_late_is_asked_and_answered(route) -> None:
    (parcel,) = route.round("A1001")
    before = route.world.shipment(parcel).promised_to
    says(route, "running late")
    assert "25 min late, noted for 1 stop. 1 customer is told" in says(route, "25 min")
    assert route.world.shipment(parcel).carrier_eta_to == before + timedelta(minutes=25)


def test_what_was_handed_over_while_it_was_asked_is_left_alone(route) -> None:
    parcel = route.stop("A1001", "processed")
    route.stop("A1002", "out_for_delivery", place=1)
    says(route, "delivered A1001")
    with route.world.database.write() as session:
        found = session.get_one(Shipment, parcel)
        shipments.assign_driver(session, found, name="Eli", phone=ELI, now=route.world.now)
    assert "not on your round any more" in says(route, "yes")
    assert route.state(parcel) == "processed"


# -- what a driver is shown ------------------------------------------------------------------------------------------


def test_instructions_are_told_only_while_the_parcel_is_out_and_without_numbers(route) -> None:
    delivery = {"instructions": "Gate code 4412#, call 415 555 0177", "leave_at_door": True}
    parcel = route.stop("A1001", "processed", delivery=delivery, customer_name="Ana Canary")
    before = says(route, "next")
    assert "4412" not in before and "12 Oak St, Oakland 94607" in before and "Ana," in before and "Canary" not in before
    assert "4412" not in says(route, "gate code?")
    says(route, "on my way")
    shown = says(route, "next")
    assert "Gate code 4412#" in shown and "0177" not in shown and "Leave at the door" in shown
    says(route, "delivered")
    assert "4412" not in says(route, "A1001")
    assert route.state(parcel) == "delivered"


def test_a_long_round_is_listed_as_far_as_it_fits(route) -> None:
    route.round(*(f"A10{n:02}" for n in range(1, 31)))
    answer = says(route, "list")
    assert "30 stops left" in answer and "and 22 more" in answer and "1 A1001, 12 Oak St" in answer


def test_the_day_ends_with_the_last_stop(route) -> None:
    route.round("A1001", "A1002")
    assert "2 stops are still open. Next: A1001" in says(route, "done")
    says(route, "delivered A1001")
    assert "That was your last stop" in says(route, "nobody home A1002")
    assert "all 2 stops of today are done" in says(route, "done")
    assert "all 2 stops" in says(route, "next?")


# -- who is meant ----------------------------------------------------------------------------------------------------


def test_a_driver_without_stops_is_told_so_and_a_customer_is_served(route) -> None:
    old = route.stop("A1001", "out_for_delivery")
    route.world.scan(old, "delivered")
    route.world.later(days=2)
    assert "no stops with us today" in says(route, "next")
    assert "no stops with us today" in says(route, "where is everybody")
    route.world.parcel("C3001", phone=DEE)
    assert "C3001" in says(route, "where is my order")
    assert "no stops with us today" in says(route, "delivered A1001")
    assert "A person will answer you" in says(route, "I want to talk to a person")


def test_a_driver_who_waits_for_a_parcel_too(route) -> None:
    parcel = route.stop("A1001", "out_for_delivery")
    own = route.world.parcel("C3001", phone=DEE)
    route.world.scan(own, "processed", "shipped", silent=True)
    assert "order C3001" in says(route, "where is my order?") and handled_by(route) == "conversation"
    assert "C3001" in says(route, "C3001") and handled_by(route) == "conversation"
    assert "stop 1: A1001" in says(route, "A1001")
    assert "Your own order" in says(route, "it's damaged") and handled_by(route) == "driver:menu"
    assert route.state(parcel) == "out_for_delivery"
    assert "our team takes over" in says(route, "1")
    assert (route.state(parcel), route.state(own)) == ("exception", "shipped")


def test_the_other_answer_goes_to_the_conversation(route) -> None:
    parcel = route.stop("A1001", "out_for_delivery")
    own = route.world.parcel("C3001", phone=DEE)
    route.world.scan(own, "delivered", silent=True)
    assert "Your own order" in says(route, "it arrived broken")
    says(route, "2")
    with route.world.database.read() as session:
        rules = list(session.scalars(select(InboxRow.handled_by).order_by(InboxRow.id)))
    assert rules[-2:] == ["conversation", "pending_question"]
    assert route.state(parcel) == "out_for_delivery"


def test_a_number_is_nobody_elses_business(route) -> None:
    route.round("A1001")
    parcel = route.stop("A1002", "out_for_delivery", driver=ELI, customer_name="Zoe")
    for text in (
        "A1002",
        "A1002: hello",
        "next A1002",
        "delivered A1002",
        "notes A1002",
        "here A1002",
        "20 late A1002",
    ):
        answer = says(route, text)
        assert "Zoe" not in answer and "sent to the customer" not in answer
    assert route.state(parcel) == "out_for_delivery"
    assert route.read_by(PEOPLE[0]) == []


def test_words_behind_a_number_go_to_the_customer_over_the_line(route) -> None:
    parcel = route.stop("A1001", "out_for_delivery")
    answer = says(route, "A1001: I'm outside, blue van. Call 415 555 0199")
    assert "sent to the customer of A1001" in answer and handled_by(route) in ("driver:line", "driver:words")
    heard = route.read_by(PEOPLE[0])
    assert "blue van" in heard[-1] and "0199" not in " ".join(heard)
    assert all(row.sender in POOL for row in route.world.outbox() if row.recipient == PEOPLE[0])
    assert route.state(parcel) == "out_for_delivery"


def test_where_leaks_are_asked_about_the_driver_decides(database, now, tmp_path) -> None:
    world = World.build(database, now, tmp_path, workflow="relay: {leaks: ask}\n", relay_numbers=POOL)
    route = Route(world)
    route.round("A1001")
    assert "Reply 1 to send it" in says(route, "A1001: call me at 415 555 0199")
    assert "0199" not in " ".join(route.read_by(PEOPLE[0]))
    assert "not passed on" in says(route, "2")
    says(route, "A1001: call me at 415 555 0199")
    says(route, "1")
    assert "415 555 0199" in route.read_by(PEOPLE[0])[-1]


class Eager:
    """An NLU that takes everything for a delivery."""

    def understand(self, text: str, *, language: str | None = None) -> Understanding:
        return Understanding("driver_delivered", 0.97, entities.find(text), language or "en", "rasa")


@pytest.mark.parametrize(
    ("text", "after"),
    [
        ("the lady in the lobby has got it now", "delivered"),
        ("I brought it to the wrong house", "out_for_delivery"),
        ("did somebody get it delivered?", "out_for_delivery"),
        ("I will get it there tomorrow", "out_for_delivery"),
        ("never got to drop it", "out_for_delivery"),
        ("no lo pude dejar con nadie", "out_for_delivery"),
    ],
)
def test_free_words_are_acted_on_only_where_nothing_in_them_says_otherwise(
    sqlite_database, now, tmp_path, text, after
) -> None:
    route = Route(World.build(sqlite_database, now, tmp_path, nlu=Eager()))
    (parcel,) = route.round("A1001")
    assert says(route, text)
    assert route.state(parcel) == after


# -- people, consent, machines ---------------------------------------------------------------------------------------


def test_a_call_for_help_is_urgent_at_once_and_the_round_goes_on_beside_it(route) -> None:
    first, second = route.round("A1001", "A1002")
    assert "our team has been told" in says(route, "I had an accident on the highway")
    with route.world.database.write() as session:
        (case,) = session.scalars(select(Case)).all()
        assert (case.reason, case.priority, case.phone) == ("driver_help", "urgent", DEE)
        cases.claim(session, route.world.house, case, agent="ada@example.com", now=route.world.now)
    says(route, "nobody is hurt, the van is fine")
    assert handled_by(route) == "case_thread"
    assert "A1001 delivered" in says(route, "delivered A1001")
    assert [route.state(one) for one in (first, second)] == ["delivered", "out_for_delivery"]


def test_a_driver_who_says_stop_is_left_in_peace_and_a_person_hears_of_it(route) -> None:
    (parcel,) = route.round("A1001")
    assert "STOP" not in says(route, "stop 1")
    says(route, "STOP")
    with route.world.database.read() as session:
        assert [case.reason for case in session.scalars(select(Case))] == ["driver_stop"]
    assert says(route, "delivered") == ""
    assert route.state(parcel) == "out_for_delivery"


def test_what_nobody_understands_goes_to_a_person_the_second_time(route) -> None:
    route.round("A1001")
    assert "I did not get that" in says(route, "purple monkey dishwasher")
    assert "A person will answer you" in says(route, "monkey purple dishwasher")


def test_words_decide_the_language_and_a_wish_stands(route) -> None:
    route.round("A1001", "A1002", "A1003")
    assert "parada 1" in says(route, "siguiente")
    assert "stops left" in says(route, "list")
    says(route, "en español por favor")
    assert "entregado" in says(route, "delivered")


def test_a_machine_gets_no_second_same_answer_and_a_busy_driver_gets_all(route) -> None:
    stops = route.round(*(f"A{n}" for n in range(2000, 2080)))
    assert says(route, "list")
    assert not route.world.says("list", DEE)
    answers = [says(route, f"delivered A{n}") for n in range(2000, 2080)]
    assert all("delivered" in answer for answer in answers)
    assert {route.state(one) for one in stops} == {"delivered"}


def test_a_text_that_comes_twice_counts_once(route) -> None:
    (parcel,) = route.round("A1001")
    message = InboundMessage("sms", "SMtwice", DEE, "+15005550006", "delivered")
    with route.world.database.write() as session:
        assert inbox.receive(session, message, now=route.world.now)
    with route.world.database.write() as session:
        assert not inbox.receive(session, message, now=route.world.now)
    route.world.work()
    with route.world.database.read() as session:
        moved = session.scalars(select(ShipmentEvent).where(ShipmentEvent.source == "driver")).all()
        assert [one.status for one in moved] == ["delivered"]
        assert session.scalars(select(PendingQuestion)).all() == []
    assert len(route.read_by(PEOPLE[0])) == 1 and len(route.read_by(DEE)) == 1
    assert route.state(parcel) == "delivered"
