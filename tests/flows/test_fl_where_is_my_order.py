"""Where is my order: the truth, in every state and both languages; to strangers the same words whatever is true."""

from datetime import timedelta

import pytest
from fakes.fl_world import ANA, BEN, World

from channels.models import InboxRow, OurAddress
from channels.segments import count
from flows.models import PendingQuestion
from tracking_core.models import Shipment
from tracking_core.shipments import promises
from tracking_core.states import ShipmentState

ASK = {"en": "where is my order", "es": "¿dónde está mi pedido?"}
STRANGER = "we only talk about an order with the phone number on it"
#: State -> what the answer says, in English and in Spanish as GSM-7 writes it.
SAYS = {
    "created": ("It is not packed yet", "no esta empacado"),
    "processed": ("is being packed", "estamos preparando"),
    "shipped": ("has left us and is on its way", "ya salió"),
    "in_transit": ("is on its way to you", "va en camino"),
    "at_local_hub": ("depot near you", "centro de reparto"),
    "out_for_delivery": ("is out for delivery", "esta en reparto"),
    "arriving": ("is almost there", "esta por llegar"),
    "at_address": ("at your address", "en tu dirección"),
    "delivered": ("was delivered today at 9 AM", "fue entregado hoy a las 9:00"),
    "available_for_pickup": ("waiting for you at the pickup point", "punto de recogida"),
    "on_hold": ("is on hold: customs is checking it", "en espera: la aduana"),
    "attempt_failed": (
        "tried to deliver your order A1001 today at 9 AM",
        "intentó entregar tu pedido A1001 hoy a las 9:00",
    ),
    "exception": ("holding up your order", "algo detiene tu pedido"),
    "returning": ("on its way back to us", "viene de regreso"),
    "returned": ("came back to us today", "volvió a nosotros hoy"),
    "cancelled": ("was canceled", "fue cancelado"),
    "lost": ("has lost your order", "perdió tu pedido"),
    "expired": ("no news of your order", "no sabemos nada"),
}


@pytest.fixture
def world(sqlite_database, now, tmp_path) -> World:
    return World.build(sqlite_database, now, tmp_path)


def plain(text: str) -> str:
    return text.translate(str.maketrans("áíóúÁ", "aiouA"))


@pytest.mark.parametrize("language", ["en", "es"])
@pytest.mark.parametrize("state", [state.value for state in ShipmentState])
def test_every_state_is_told_truthfully(world: World, state, language) -> None:
    parcel = world.parcel(customer_locale=language)
    if state != "created":
        world.scan(parcel, state, silent=True, reason="customs" if state == "on_hold" else None)
    said = world.says(ASK[language])
    assert len(said) == 1
    assert plain(SAYS[state][language == "es"]) in plain(said[0])
    assert "/t/" in said[0] and "A1001" in said[0] and count(said[0]).segments <= 2
    with world.database.read() as session:
        row = session.query(InboxRow).one()
    assert (row.state, row.handled_by, row.shipment_id) == ("handled", "conversation", parcel)


def test_the_window_and_why(world: World) -> None:
    window = (world.now + timedelta(hours=1), world.now + timedelta(hours=2))
    parcel = world.parcel(promised_from=window[0], promised_to=window[1])
    world.scan(parcel, "out_for_delivery", stops_away=3, silent=True)
    assert "Expected today between 10 AM and 11 AM (the driver is 3 stops away)." in world.says("where is my order")[0]
    world.later(minutes=2)
    world.scan(parcel, "update", stops_away=0)
    assert "you are the next stop" in world.says("eta?")[0]


def test_every_window_told_in_an_answer_is_a_promise(world: World) -> None:
    parcel = world.parcel(promised_to=world.now + timedelta(hours=5))
    end = world.now + timedelta(hours=5, minutes=10)
    world.scan(parcel, "update", eta=(end - timedelta(hours=1), end))
    for _ in range(2):
        world.later(minutes=2)
        assert len(world.says("where is my order")) == 1
    with world.database.read() as session:
        found = [
            (p.window_to, (p.message_key or "").split(":")[0])
            for p in promises(session, session.get_one(Shipment, parcel))
        ]
    assert found == [(world.shipment(parcel).promised_to, ""), (end, "reply"), (end, "reply")]


def test_days_and_hours_are_those_of_the_destination(world: World) -> None:
    late = world.now + timedelta(hours=14)  # 23:00 in Oakland, 8:00 the next day in Madrid
    there = {"timezone": "Europe/Madrid"}
    world.parcel(promised_to=late, customer_locale="en")
    world.parcel("B1", phone=BEN, promised_to=late, destination=there)
    assert "today by 11 PM" in world.says("where is my order")[0]
    assert "tomorrow by 8 AM" in world.says("where is my order", BEN)[0]


# -- strangers ---


def test_a_stranger_reads_the_same_whether_the_order_exists_or_not(world: World) -> None:
    world.parcel("A1001", "1Z9990000000000001")
    answers = [
        world.says(text, f"+1415555{place:04}")
        for place, text in enumerate(
            [
                "where is order A1001",
                "where is order A1002",
                "Where is A1001?",
                "A1002",
                "where is 1Z9990000000000001",
                "where is my order",
            ]
        )
    ]
    assert {tuple(answer) for answer in answers} == {tuple(answers[0])}
    assert STRANGER in answers[0][0] and "person" in answers[0][0] and "A1001" not in answers[0][0]


def test_whoever_has_parcels_is_a_stranger_to_others(world: World) -> None:
    world.parcel("A1001")
    world.parcel("B2002", phone=BEN)
    assert STRANGER in world.says("where is order B2002")[0]
    assert "B2002" in world.says("where is order B2002", BEN)[0]


def test_another_retailers_number_knows_nothing_of_it(world: World) -> None:
    other = "+15005550009"
    with world.database.write() as session:
        session.add(OurAddress(address=other, retailer="shop-b", purpose="main"))
    world.parcel("A1001")
    assert STRANGER in world.says("where is my order", ours=other)[0]


def test_a_stranger_reads_how_to_reach_a_person(sqlite_database, now, tmp_path) -> None:
    world = World.build(sqlite_database, now, tmp_path, "contact: help@example.com\n")
    assert "help@example.com" in world.says("where is my order")[0]


# -- several parcels ---


ANSWERS = {
    "1": "A1001",
    "2": "B2002",
    "#2": "B2002",
    "the second one": "B2002",
    "la segunda": "B2002",
    "b2002": "B2002",
    "B-2002 please": "B2002",
    "the last one": "B2002",
}


@pytest.mark.parametrize(("answer", "order"), ANSWERS.items())
def test_several_parcels_are_a_choice_that_the_next_text_makes(world: World, answer, order) -> None:
    first = world.parcel("A1001")
    world.parcel("B2002")
    world.scan(first, "out_for_delivery", silent=True)
    asked = world.says("where is my stuff??")[0]
    assert "\n1 A1001, out for delivery\n2 B2002, ordered\n" in asked
    world.later(minutes=1)
    said = world.says(answer)
    assert len(said) == 1 and order in said[0]
    with world.database.read() as session:
        assert session.query(PendingQuestion).count() == 0
        assert session.query(InboxRow).order_by(InboxRow.id.desc()).first().handled_by == "pending_question"


def test_a_number_that_is_no_choice_is_asked_again(world: World) -> None:
    for order in ("A1001", "B2002"):
        world.parcel(order)
    world.says("where is my order")
    assert "that is not one of them" in world.says("7")[0]
    assert "order A1001" in world.says("2")[0]


def test_an_order_number_in_the_question_narrows(world: World) -> None:
    for order in ("A1001", "B2002"):
        world.parcel(order)
    assert "order B2002" in world.says("where is order #B2002")[0]
    assert "order A1001" in world.says("where is A-1001")[0]


def test_another_question_in_between_is_answered_and_the_choice_stays(world: World) -> None:
    for order in ("A1001", "B2002"):
        world.parcel(order)
    world.says("where is my order")
    assert "automatic service" in world.says("are you a bot?")[0]
    assert "order A1001" in world.says("2")[0]


def test_a_question_is_forgotten(world: World) -> None:
    for order in ("A1001", "B2002"):
        world.parcel(order)
    world.says("where is my order")
    world.later(minutes=30)
    assert "I did not get that" in world.says("2")[0]


def test_parcels_of_one_order_are_told_apart_by_their_tracking_numbers(world: World) -> None:
    for tracking in ("1Z0000001111", "1Z0000002222"):
        world.parcel("A1001", tracking)
    asked = world.says("where is my order")[0]
    assert "A1001 (2222)" in asked and "A1001 (1111)" in asked


def test_a_long_list_fits_two_segments(world: World) -> None:
    for place in range(9):
        world.parcel(f"ORDER-2026-ABCDEFGHI-{place:04}", customer_locale="es")
    asked = world.says("donde esta mi pedido")[0]
    assert count(asked).segments <= 2 and "\n3 ORDER-2026" in asked


def test_what_is_long_over_does_not_crowd_out_what_comes(world: World) -> None:
    old = world.parcel("OLD1")
    world.scan(old, "delivered", silent=True)
    world.later(hours=49)
    world.parcel("NEW1")
    assert "order NEW1" in world.says("where is my order")[0]
    world.later(hours=1)
    assert "OLD1" in world.says("where is order OLD1")[0]


def test_the_last_parcel_is_told_when_nothing_else_is_there(world: World) -> None:
    for order in ("A1", "B2"):
        world.scan(world.parcel(order), "delivered", silent=True)
        world.later(hours=60)
    assert "order B2 was delivered" in world.says("where is my order")[0]


def test_proof_of_delivery_is_answered_honestly(world: World) -> None:
    parcel = world.parcel()
    assert "not packed yet" in world.says("proof of delivery please")[0]
    world.scan(parcel, "delivered", silent=True)
    said = world.says("proof of delivery please")[0]
    assert "left us no photo or signature" in said and "/t/" in said


def test_the_answer_leaves_from_the_number_that_was_texted(world: World) -> None:
    second = "+15005550010"
    with world.database.write() as session:
        session.add(OurAddress(address=second, retailer="default", purpose="former"))
    world.parcel()
    world.says("where is my order", ours=second)
    row = world.outbox()[-1]
    assert (row.sender, row.recipient, row.category, row.key.split(":")[0]) == (second, ANA, "reply", "reply")
