"""Delivery PINs: told to the shopper alone, asked at the door, locked after five tries, hidden on the line."""

import re
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
from fakes.driver_world import DEE, PEOPLE, Route
from fakes.fl_world import OURS, World
from sqlalchemy import select

from channels.models import InboxRow, OutboxRow
from flows import erasing, instructing, thread
from flows.driver_actions import Problem
from flows.models import Case
from tracking_core import pins
from tracking_core.models import Shipment
from tracking_core.pin_models import DeliveryPin
from tracking_core.proofs import of_shipment

ANA = PEOPLE[0]
PIN = re.compile(r"order AB-1001 is (\d{4})\.")


@pytest.fixture
def route(database, now, tmp_path) -> Route:
    return Route(World.build(database, now, tmp_path))


@pytest.fixture(params=["proxy", "main number"])
def lined(request, database, now, tmp_path) -> Route:
    """A world whose lines have a number of their own, or none."""
    numbers = {"relay_numbers": ("+15005550101", "+15005550102")} if request.param == "proxy" else {}
    return Route(World.build(database, now, tmp_path, **numbers))


def out(route: Route, order: str = "AB-1001", **more) -> int:
    """A parcel that is handed over against a PIN, out for delivery."""
    parcel = route.stop(order, delivery={"proof": ["pin"]}, **more)
    route.world.scan(parcel, "out_for_delivery")
    return parcel


def told(route: Route, phone: str = ANA) -> list[str]:
    """The PINs that person has been told, in their order."""
    words = [row.text for row in route.world.outbox() if row.recipient == phone and row.category == "pin"]
    found = [re.search(r"(?:PIN|es|is)\D{0,30}?\b(\d{4})\b\.", one) for one in words]
    return [one[1] for one in found if one]


def wrong_one(pin: str, count: int = 1) -> list[str]:
    return [f"{(int(pin) + step) % 10_000:04}" for step in range(1, count + 1)]


def proofs_of(route: Route, parcel: int) -> list:
    with route.world.database.read() as session:
        return of_shipment(session, parcel)


def cases(route: Route) -> list[str]:
    with route.world.database.read() as session:
        return sorted(session.scalars(select(Case.reason)))


def test_it_is_told_when_the_parcel_goes_out_and_only_its_digest_is_kept(route) -> None:
    parcel = route.stop("AB-1001", delivery={"proof": ["pin"]})
    route.world.scan(parcel, "processed", "shipped")
    assert told(route) == []
    route.world.scan(parcel, "out_for_delivery")
    (pin,) = told(route)
    text = next(row.text for row in route.world.outbox() if row.category == "pin")
    assert text.startswith("Demo Store: your delivery PIN for order AB-1001 is")
    route.world.scan(parcel, "arriving")
    assert told(route) == [pin]
    with route.world.database.read() as session:
        row = session.scalars(select(DeliveryPin)).one()
        assert pin not in {str(getattr(row, column.key)) for column in DeliveryPin.__table__.columns}
        assert pins.matches(row, pin, key=pins.key_of("test"))
        assert not pins.matches(row, pin, key=pins.key_of("another installation's"))


def test_a_parcel_that_asks_for_none_gets_none(route) -> None:
    parcel = route.stop("AB-1002")
    route.world.scan(parcel, "out_for_delivery")
    assert told(route) == []
    assert route.does(parcel, "delivered").problem is None


def test_the_night_does_not_hold_it(database, now, tmp_path) -> None:
    rules = 'quiet_hours: {from: "00:00", to: "23:59", never_held: [reply]}\npin: {digits: 6}\n'
    route = Route(World.build(database, now, tmp_path, workflow=rules))
    out(route)
    row = next(row for row in route.world.outbox() if row.category == "pin")
    assert row.state == "queued"
    assert re.search(r"\b\d{6}\b", row.text)


def test_without_a_phone_it_comes_by_mail(route) -> None:
    parcel = out(route, phone=None, customer_email="ana@example.com")
    (mail,) = [row for row in route.world.outbox(channel="email") if row.category == "pin"]
    assert "delivery PIN" in (mail.subject or "")
    pin = PIN.search(mail.text)[1]
    assert route.does(parcel, "delivered", pin=pin).problem is None


def test_only_the_right_one_delivers_and_the_proof_has_no_digits(route) -> None:
    parcel = out(route)
    (pin,) = told(route)
    assert route.does(parcel, "delivered").problem is Problem.PIN_WANTED
    short = route.does(parcel, "delivered", pin="12")
    assert (short.problem, short.digits, short.tries_left) == (Problem.PIN_MALFORMED, 4, 5)
    bad = route.does(parcel, "delivered", pin=wrong_one(pin)[0])
    assert (bad.problem, bad.tries_left, route.state(parcel)) == (Problem.PIN_WRONG, 4, "out_for_delivery")
    good = route.does(parcel, "delivered", pin=f" {pin[:2]} {pin[2:]} ", position=(37.8, -122.27))
    assert (good.problem, good.state) == (None, "delivered")
    (proof,) = proofs_of(route, parcel)
    assert (proof.kind, proof.note, proof.source, proof.lat) == ("pin", None, "driver_page", 37.8)
    assert pin not in f"{proof.digest} {proof.checks}"


def test_five_wrong_ones_lock_it_and_a_person_hears(route) -> None:
    parcel = out(route)
    (pin,) = told(route)
    tries = [route.does(parcel, "delivered", pin=one) for one in wrong_one(pin, 5)]
    assert [one.tries_left for one in tries] == [4, 3, 2, 1, 0]
    assert tries[-1].problem is Problem.PIN_LOCKED
    assert route.does(parcel, "delivered", pin=pin).problem is Problem.PIN_LOCKED
    assert route.state(parcel) == "out_for_delivery"
    assert cases(route) == ["pin_locked"]
    assert [one for one in route.read_by(ANA) if "locked" in one and one.startswith("Demo Store")]
    (answer,) = route.world.says("resend my PIN", ANA)  # nor does a new one open it
    assert "locked" in answer
    assert route.does(parcel, "delivered", pin=pin).problem is Problem.PIN_LOCKED


def test_brute_force_side_by_side_counts_every_try(route) -> None:
    parcel = out(route)
    (pin,) = told(route)
    guesses = [*wrong_one(pin, 24), pin]
    with ThreadPoolExecutor(8) as pool:
        done = list(
            pool.map(lambda one: route.does(parcel, "delivered", pin=one[1], key=f"g{one[0]}"), enumerate(guesses))
        )
    counted = [
        one for one in done if one.problem is Problem.PIN_WRONG or (one.problem is Problem.PIN_LOCKED and one.digits)
    ]
    assert sum(one.problem is Problem.PIN_WRONG for one in done) <= 4
    assert len(counted) >= 5
    with route.world.database.read() as session:
        row = session.scalars(select(DeliveryPin)).one()
    assert row.wrong <= 5
    delivered = [one for one in done if one.problem is None]
    assert len(delivered) <= 1 and (bool(delivered) != (row.locked_at is not None))


def test_every_try_is_compared_in_constant_time(route, monkeypatch) -> None:
    parcel = out(route)
    seen = []
    real = pins.hmac.compare_digest
    monkeypatch.setattr(pins.hmac, "compare_digest", lambda one, other: seen.append((one, other)) or real(one, other))
    (pin,) = told(route)
    for said in (wrong_one(pin)[0], pin):
        route.does(parcel, "delivered", pin=said)
    assert len(seen) == 2
    assert {len(one) == len(other) == 64 for one, other in seen} == {True}
    assert all(pin not in (one, other) for one, other in seen)


@pytest.mark.parametrize(
    "words", ["resend my PIN", "cual es mi codigo", "I didn't get my pin", "PIN", "reenvíame el PIN"]
)
def test_asked_for_again_a_new_one_voids_the_old(route, words) -> None:
    parcel = out(route)
    route.world.says(words, ANA)
    old, new = told(route)
    assert old != new
    assert route.does(parcel, "delivered", pin=old).problem is Problem.PIN_WRONG
    assert route.does(parcel, "delivered", pin=new).problem is None


def test_nobody_else_can_ask_for_it_and_before_the_parcel_is_out_it_waits(route) -> None:
    parcel = out(route)
    route.world.says("resend my PIN", "+14155559999")
    route.world.says("resend my PIN for AB-1001", DEE)
    route.world.says("resend my PIN", DEE)
    assert len(told(route)) == 1 and told(route, DEE) == told(route, "+14155559999") == []
    route.stop("AB-1003", place=3, delivery={"proof": ["pin"]})
    (answer,) = route.world.says("my pin please", PEOPLE[3])
    assert "comes by itself" in answer
    assert parcel


def test_more_than_a_few_are_not_made(route) -> None:
    out(route)
    for _ in range(7):
        route.world.later(minutes=2)
        route.world.says("new pin", ANA)
    assert len(told(route)) == pins.MOST_MADE
    assert "cannot send another" in route.read_by(ANA)[-1]


def test_handed_over_without_it_is_said_why_and_looked_at(route) -> None:
    parcel = out(route)
    acted = route.does(parcel, "delivered", no_pin="her phone is dead, showed her ID")
    assert (acted.problem, acted.state) == (None, "delivered")
    assert "action_required" in route.world.shipment(parcel).flags
    assert "pin_missing" in cases(route)
    assert [one.kind for one in proofs_of(route, parcel)] == []


def test_a_carriers_scan_is_not_held_up(route) -> None:
    parcel = out(route)
    assert route.world.scan(parcel, "delivered").state == "delivered"


def test_what_went_out_silently_is_told_at_the_door(route) -> None:
    parcel = route.stop("AB-1001", "out_for_delivery", delivery={"proof": ["pin"]})
    assert told(route) == []
    assert route.does(parcel, "delivered").problem is Problem.PIN_SENT
    (pin,) = told(route)
    assert route.does(parcel, "delivered", pin=pin).problem is None


# -- by text ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "words",
    ["delivered AB-1001 {pin}", "pin {pin} AB-1001", "AB-1001 entregado, pin {pin}", "{pin}", "pin {pin}",
     "delivered {pin}", "el pin es {pin}", "ab1001 delivered pin: {pin}"],
)  # fmt: skip
def test_the_driver_texts_it_and_no_row_keeps_it(route, words) -> None:
    parcel = out(route)
    route.world.scan(parcel, "at_address")
    (pin,) = told(route)
    (answer,) = route.world.says(words.format(pin=pin), DEE)[:1]
    assert route.state(parcel) == "delivered", answer
    assert [one.kind for one in proofs_of(route, parcel)] == ["pin"]
    with route.world.database.read() as session:
        assert all(pin not in text for text in session.scalars(select(InboxRow.text)))
        assert all(pin not in one.text for one in thread.page(session, retailer="default"))


def test_a_wrong_one_by_text_is_said_kindly_with_the_tries_left(route) -> None:
    parcel = out(route)
    route.world.scan(parcel, "at_address")
    (pin,) = told(route)
    (answer,) = route.world.says(f"delivered {wrong_one(pin)[0]}", DEE)
    assert "tries left: 4" in answer and "Please ask the customer" in answer
    (answer,) = route.world.says("entregado", DEE)
    assert "PIN de entrega" in answer
    (answer,) = route.world.says("delivered AB-1001 no pin, his phone is dead", DEE)[:1]
    assert route.state(parcel) == "delivered"
    with route.world.database.read() as session:
        assert all(wrong_one(pin)[0] not in text for text in session.scalars(select(InboxRow.text)))


def test_a_gate_code_is_no_pin(route) -> None:
    parcel = out(route)
    route.world.scan(parcel, "at_address")
    route.world.says("code 4412 does not work", DEE)
    route.world.says("A9999 delivered", DEE)
    with route.world.database.read() as session:
        assert session.scalars(select(DeliveryPin)).one().wrong == 0
    assert route.state(parcel) == "at_address"


# -- never passed on --------------------------------------------------------------------------------------------------


def in_words(pin: str, language: str) -> str:
    names = {
        "en": "zero one two three four five six seven eight nine",
        "es": "cero uno dos tres cuatro cinco seis siete ocho nueve",
    }
    return " ".join(names[language].split()[int(digit)] for digit in pin)


@pytest.mark.parametrize("shape", ["{0}", "my code is {0} ok", "{1}", "es {2}", "{3}", "it is {0}!! leave it"])
def test_a_shopper_cannot_pass_it_on_over_the_line(lined, shape) -> None:
    parcel = out(lined)
    lined.world.says("A1001: hi".replace("A1001", "AB-1001"), DEE)  # opens the line
    proxy = next((row.sender for row in lined.world.outbox() if row.recipient == ANA and row.category == "relay"), None)
    assert proxy is not None
    (pin,) = told(lined)
    words = shape.format(pin, in_words(pin, "en"), in_words(pin, "es"), "-".join(pin))
    before = len(lined.read_by(DEE))
    lined.world.says(words, ANA, ours=proxy)
    passed = " ".join(lined.read_by(DEE)[before:])
    assert passed
    if proxy != OURS:  # on a line of its own the shopper hears that it was hidden
        assert re.search("code|codigo", lined.read_by(ANA)[-1])
    for one in (pin, in_words(pin, "en"), in_words(pin, "es"), "-".join(pin)):
        assert one not in passed
    with lined.world.database.read() as session:
        assert all(pin not in text for text in session.scalars(select(InboxRow.text)))
    assert parcel


def test_cut_in_two_its_second_half_is_hidden(lined) -> None:
    out(lined)
    lined.world.says("AB-1001: hi", DEE)
    proxy = next(row.sender for row in lined.world.outbox() if row.recipient == ANA and row.category == "relay")
    (pin,) = told(lined)
    lined.world.says(pin[:2], ANA, ours=proxy)
    lined.world.later(seconds=20)
    before = len(lined.read_by(DEE))
    lined.world.says(pin[2:], ANA, ours=proxy)
    # Behind the name of who wrote: an order number may hold the same figures by chance.
    read = [text.rpartition("): ")[2] for text in lined.read_by(DEE)[before:]]
    assert read and all(pin[2:] not in text for text in read)


def test_a_driver_does_not_learn_by_what_is_hidden_whether_a_guess_is_right(lined) -> None:
    out(lined)
    (pin,) = told(lined)
    lined.world.says(f"AB-1001: is it {pin} street?", DEE)
    right = lined.read_by(ANA)[-1]
    lined.world.later(minutes=1)
    lined.world.says(f"AB-1001: is it {wrong_one(pin)[0]} street?", DEE)
    assert pin in right and wrong_one(pin)[0] in lined.read_by(ANA)[-1]


def test_what_a_shopper_writes_to_us_is_kept_without_it(route) -> None:
    out(route)
    (pin,) = told(route)
    route.world.says(f"tell the driver my pin is {pin}, leave it at the door", ANA)
    with route.world.database.read() as session:
        assert all(pin not in text for text in session.scalars(select(InboxRow.text)))
        assert pin not in str([one.delivery for one in [route.world.shipment(1)]])
        others = select(OutboxRow.text).where(OutboxRow.category != "pin")
        assert all(pin not in text for text in session.scalars(others))


def test_instructions_that_hold_it_reach_the_driver_without_it(route) -> None:
    parcel = out(route)
    (pin,) = told(route)
    world = route.world
    with world.database.write() as session:
        shipment = session.get_one(Shipment, parcel)
        words = f"my pin is {pin}, leave it with the doorman"
        instructing.tell(
            session, world.house, [shipment], words, language="en", instead=True, inbox=(), key="k", now=world.now
        )
    assert pin not in str(world.shipment(parcel).delivery)
    assert "doorman" in route.read_by(DEE)[-1] and pin not in " ".join(route.read_by(DEE))


def test_the_body_is_erased_after_the_delivery(route) -> None:
    parcel = out(route)
    route.world.says("resend my PIN", ANA)
    old, pin = told(route)
    route.does(parcel, "delivered", pin=pin)
    route.world.now += timedelta(hours=49)
    with route.world.database.write() as session:
        assert erasing.erase_due(session, now=route.world.now) == 1
    with route.world.database.read() as session:
        bodies = list(session.scalars(select(OutboxRow.text)))
    assert all(old not in one and pin not in one for one in bodies)
