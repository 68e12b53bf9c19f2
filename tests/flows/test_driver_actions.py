"""What a driver says of a stop: it moves the parcel as a scan does, once, and tells the customer by the rules."""

from datetime import timedelta

import pytest
from fakes.driver_world import DEE, ELI, PEOPLE, Route
from fakes.fl_world import World
from sqlalchemy import select

from flows import proofs
from flows.driver_actions import Problem
from flows.driver_undo import undo
from flows.models import Case
from tracking_core.models import Shipment, ShipmentEvent
from tracking_core.proofs import of_shipment
from tracking_core.rounds import driver_of

MILESTONES = "[processed, shipped, out_for_delivery, arriving, at_address, delivered, attempt_failed]"


@pytest.fixture
def route(database, now, tmp_path) -> Route:
    return Route(World.build(database, now, tmp_path, workflow=f"milestones: {MILESTONES}\n"))


@pytest.mark.parametrize(
    ("before", "action", "after", "reason", "told"),
    [
        ("processed", "on_my_way", "out_for_delivery", None, "out for delivery"),
        ("shipped", "on_my_way", "out_for_delivery", None, "out for delivery"),
        ("out_for_delivery", "on_my_way", "arriving", None, "almost there"),
        ("attempt_failed", "on_my_way", "out_for_delivery", None, "out for delivery"),
        ("out_for_delivery", "here", "at_address", None, "at your address"),
        ("arriving", "here", "at_address", None, "at your address"),
        ("out_for_delivery", "delivered", "delivered", None, "delivered"),
        ("at_address", "delivered", "delivered", None, "delivered"),
        ("attempt_failed", "delivered", "delivered", None, "delivered"),
        ("at_address", "nobody_home", "attempt_failed", "recipient_unavailable", "nobody was there"),
        ("at_address", "refused", "attempt_failed", "refused", "not accepted"),
        ("at_address", "gave_up", "attempt_failed", None, "could not deliver"),
        ("out_for_delivery", "damaged", "exception", "damaged", None),
    ],
)
def test_an_action_moves_the_parcel_and_tells_its_owner(route, before, action, after, reason, told) -> None:
    parcel = route.stop("A1001", before)
    acted = route.does(parcel, action)
    assert (acted.changed, acted.state, acted.problem) == (True, after, None)
    shipment = route.world.shipment(parcel)
    assert (shipment.state, shipment.reason) == (after, reason)
    texts = route.read_by(PEOPLE[0])
    assert acted.told_customer is bool(told)
    assert len(texts) == (1 if told else 0)
    assert not told or told in texts[0]


@pytest.mark.parametrize(
    ("before", "action", "problem"),
    [
        ("delivered", "delivered", Problem.ALREADY),
        ("delivered", "nobody_home", Problem.ALREADY),
        ("at_address", "here", Problem.ALREADY),
        ("at_address", "on_my_way", Problem.ALREADY),
        ("attempt_failed", "nobody_home", Problem.ALREADY),
        ("cancelled", "delivered", Problem.OVER),
        ("returned", "delivered", Problem.OVER),
        ("processed", "delivered", Problem.NOT_OUT),
        ("shipped", "here", Problem.NOT_OUT),
        ("processed", "cannot_find", Problem.NOT_OUT),
    ],
)
def test_what_cannot_be_is_said_and_changes_nothing(route, before, action, problem) -> None:
    parcel = route.stop("A1001", before)
    acted = route.does(parcel, action)
    assert (acted.changed, acted.problem, route.state(parcel)) == (False, problem, before)
    assert route.read_by(PEOPLE[0]) == []


def test_a_driver_who_is_sure_knows_better_than_our_list(route) -> None:
    parcel = route.stop("A1001", "processed")
    acted = route.does(parcel, "delivered", sure=True)
    assert (acted.changed, route.state(parcel)) == (True, "delivered")


def test_nobody_moves_what_another_drives(route) -> None:
    parcel = route.stop("A1001", "out_for_delivery", driver=ELI)
    route.stop("A1002", "out_for_delivery")
    acted = route.does(parcel, "delivered", driver=DEE)
    assert (acted.changed, acted.problem, route.state(parcel)) == (False, Problem.NOT_YOURS, "out_for_delivery")


def test_the_same_tap_again_has_no_second_effect(route) -> None:
    (parcel,) = route.round("A1001")
    assert route.does(parcel, "delivered", key="tap").changed
    again = route.does(parcel, "delivered", key="tap")
    assert (again.changed, again.repeated, again.problem) == (False, True, None)
    assert len(route.read_by(PEOPLE[0])) == 1


def test_a_tap_counts_from_when_the_thumb_came_down_and_never_from_the_future(route) -> None:
    first, second = route.round("A1001", "A1002")
    early = route.world.now - timedelta(minutes=30)
    with route.world.database.write() as session:
        session.get_one(Shipment, first).state_at = early - timedelta(hours=1)
    route.does(first, "delivered", at=early)
    route.does(second, "delivered", at=route.world.now + timedelta(hours=2))
    assert route.world.shipment(first).delivered_at == early
    assert route.world.shipment(second).delivered_at == route.world.now


def test_each_stop_knows_how_many_doors_lie_before_it(route) -> None:
    first, second, third = route.round("A1001", "A1002", "A1003")
    route.does(first, "here")
    assert [route.world.shipment(one).stops_away for one in (second, third)] == [1, 2]
    route.does(first, "delivered")
    assert [route.world.shipment(one).stops_away for one in (second, third)] == [0, 1]


def test_who_cannot_find_the_door_asks_the_customer_and_has_not_failed_yet(route) -> None:
    (parcel,) = route.round("A1001")
    acted = route.does(parcel, "cannot_find")
    shipment = route.world.shipment(parcel)
    assert (acted.changed, acted.told_customer, shipment.state, shipment.reason) == (
        True, True, "out_for_delivery", "address_wrong",
    )  # fmt: skip
    assert "can't find your address" in route.read_by(PEOPLE[0])[-1]
    assert acted.line
    route.does(parcel, "gave_up")
    assert (route.state(parcel), route.world.shipment(parcel).reason) == ("attempt_failed", "address_wrong")
    assert "address could not be found" in route.read_by(PEOPLE[0])[-1]


def test_a_damaged_parcel_is_a_case_and_nobody_hears_it_from_a_machine(route) -> None:
    (parcel,) = route.round("A1001")
    route.does(parcel, "damaged", note="crushed in the van")
    with route.world.database.read() as session:
        case = session.scalars(select(Case)).one()
        assert (case.reason, case.priority, case.shipment_id) == ("damaged", "high", parcel)
    assert route.read_by(PEOPLE[0]) == []


def test_where_it_was_left_is_passed_on_without_numbers_and_kept_as_a_proof(route) -> None:
    (parcel,) = route.round("A1001")
    route.does(parcel, "delivered", note="with the neighbour in 4B, call 415 555 0177")
    assert 'the driver says: "with the neighbour in 4B' in route.read_by(PEOPLE[0])[-1]
    assert "0177" not in "".join(route.read_by(PEOPLE[0]))
    with route.world.database.read() as session:
        assert [one.kind for one in of_shipment(session, parcel)] == ["note"]
        assert proofs.newest_photo(session, session.get_one(Shipment, parcel)) is None


def test_a_delay_moves_what_is_left_and_tells_only_those_whose_window_breaks(route) -> None:
    done, near, far = route.round("A1001", "A1002", "A1003")
    route.does(done, "delivered")
    before = route.world.shipment(near).promised_to
    acted = route.does(near, "late", minutes=10)
    assert (acted.stops, acted.told) == (2, 0)
    acted = route.does(near, "late", minutes=20)
    assert (acted.stops, acted.told) == (2, 2)
    assert route.world.shipment(near).carrier_eta_to == before + timedelta(minutes=20)
    assert "order A1003 is running late" in route.read_by(PEOPLE[2])[-1]
    assert len(route.read_by(PEOPLE[0])) == 1
    assert route.does(far, "late").problem is Problem.NO_MINUTES


def takes_back(route, key="oops"):
    with route.world.database.write() as session:
        driver = driver_of(session, "default", DEE)
        return undo(session, route.world.house, driver, source="driver_page", key=key, now=route.world.now)


def test_a_mistaken_delivered_is_taken_back_and_the_real_one_is_told_again(route) -> None:
    (parcel,) = route.round("A1001", state="at_address")
    route.does(parcel, "delivered")
    route.world.later(minutes=3)
    undone = takes_back(route)
    assert (undone.action, undone.state, undone.told_customer) == ("delivered", "at_address", True)
    assert route.state(parcel) == "at_address"
    assert "was a mistake" in route.read_by(PEOPLE[0])[-1]
    assert takes_back(route) is None
    assert takes_back(route, key="again") is None
    assert len(route.read_by(PEOPLE[0])) == 2
    route.world.later(minutes=5)
    assert route.does(parcel, "delivered").told_customer
    texts = route.read_by(PEOPLE[0])
    assert len(texts) == 3 and "delivered" in texts[-1]


def test_after_ten_minutes_or_newer_news_nothing_is_taken_back(route) -> None:
    first, second = route.round("A1001", "A1002")
    route.does(first, "delivered")
    route.world.later(minutes=11)
    assert takes_back(route) is None
    route.does(second, "here")
    route.world.scan(second, "delivered")
    assert takes_back(route) is None
    assert [route.state(one) for one in (first, second)] == ["delivered", "delivered"]


def test_history_names_the_driver_and_keeps_what_was_meant(route) -> None:
    (parcel,) = route.round("A1001")
    route.does(parcel, "nobody_home")
    with route.world.database.read() as session:
        event = session.scalars(select(ShipmentEvent).order_by(ShipmentEvent.id.desc())).first()
        assert (event.source, event.status, event.reason) == ("driver", "attempt_failed", "recipient_unavailable")
        assert event.raw["action"] == "nobody_home"
