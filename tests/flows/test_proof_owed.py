"""What a delivery must have, by retailer, service and door; who is chased for it, and who is not."""

from typing import Any

import pytest
from fakes.driver_world import DEE, Route
from fakes.fl_world import World
from sqlalchemy import select

from flows import proof_rules, upkeep
from flows.models import Case
from flows.proof_models import ProofOwed
from flows.proof_rules import asked
from flows.workflow import WorkflowError, read
from tracking_core.models import Shipment

RULES = """
proof:
  default: [signature]
  own_driver: [photo]
  leave_at_door: [photo, note]
  wanted: [barcode]
  services: {express: {own_driver: [photo, signature], wanted: []}}
"""


def shipment(service: str | None = None, *, own: bool = True, door: bool = False, proof: Any = None) -> Shipment:
    delivery = {"leave_at_door": door, **({} if proof is None else {"proof": proof})}
    return Shipment(service=service, driver_id=1 if own else None, delivery=delivery)


@pytest.mark.parametrize(
    ("parcel", "required", "wanted"),
    [
        (shipment(), {"photo"}, {"barcode"}),
        (shipment(own=False), {"signature"}, {"barcode"}),
        (shipment(door=True), {"photo", "note"}, set()),
        (shipment("express"), {"photo", "signature"}, set()),
        (shipment("express", door=True), {"photo", "note"}, set()),
        (shipment("other"), {"photo"}, {"barcode"}),
        (shipment(proof=["pin", "barcode"]), {"photo", "pin", "barcode"}, set()),
        (shipment(proof=[]), {"photo"}, {"barcode"}),
    ],
)
def test_what_is_asked_follows_service_driver_and_door(parcel: Shipment, required: set[str], wanted: set[str]) -> None:
    said = asked(read(RULES).workflow, parcel)
    assert (said.required, said.wanted, said.own) == (required, wanted, parcel.driver_id is not None)


@pytest.mark.parametrize(
    ("said", "line"),
    [
        ("proof:\n  own_driver: [selfie]", "line 2"),
        ("proof:\n  services: {x: {owndriver: []}}", "line 2"),
        ("proof:\n  remind_after: 3h\n  case_after: 2h", "remind_after"),
    ],
)
def test_a_wrong_rule_is_refused_with_its_line(said: str, line: str) -> None:
    with pytest.raises(WorkflowError, match=line):
        read(said)


@pytest.fixture
def route(database, now, tmp_path) -> Route:
    return Route(World.build(database, now, tmp_path))


def tick(route: Route) -> None:
    upkeep.tick(route.world.database, route.world.house, now=route.world.now)


def reminders(route: Route) -> list[str]:
    return [text for text in route.read_by(DEE) if "no photo yet" in text]


def cases(route: Route) -> list[str]:
    with route.world.database.read() as session:
        return list(session.scalars(select(Case.reason)))


def owed(route: Route) -> int:
    with route.world.database.read() as session:
        return len(session.scalars(select(ProofOwed.id)).all())


def test_a_driver_who_owes_a_photo_is_reminded_once_then_a_person_hears_of_it(route: Route) -> None:
    (parcel,) = route.round("A1001")
    route.does(parcel, "delivered")
    assert route.world.shipment(parcel).flags == ["action_required"]
    route.world.later(minutes=9)
    tick(route)
    assert reminders(route) == []
    route.world.later(minutes=1)
    for _ in range(3):
        tick(route)
        route.world.later(seconds=5)
    (text,) = reminders(route)
    assert "A1001" in text and "/d/" in text and cases(route) == []
    route.world.later(hours=2)
    for _ in range(2):
        tick(route)
    assert (len(reminders(route)), cases(route)) == (1, ["proof_missing"])
    assert route.world.shipment(parcel).flags == ["action_required"]
    photograph(route, "A1001")
    assert (route.world.shipment(parcel).flags, owed(route)) == ([], 0)


def photograph(route: Route, order: str) -> None:
    from fakes.doors import door, jpeg

    from channels.pictures import clean
    from flows import bringing_pictures, proofs

    world = route.world
    picture = clean(jpeg(door(1)))
    with world.database.write() as session:
        row = bringing_pictures.keep_upload(session, picture, retailer="default", original=b"x", now=world.now)
        parcel = session.scalars(select(Shipment).where(Shipment.order_number == order)).one()
        assert proofs.add_photo(session, world.house, parcel, row, source="driver_page", now=world.now) is not None


def test_a_photo_in_time_ends_it(route: Route) -> None:
    (parcel,) = route.round("A1001")
    route.does(parcel, "delivered")
    photograph(route, "A1001")
    assert (route.world.shipment(parcel).flags, owed(route)) == ([], 0)
    route.world.later(hours=3)
    tick(route)
    assert (reminders(route), cases(route)) == ([], [])


def test_a_photo_before_the_delivery_leaves_nothing_owed(route: Route) -> None:
    (parcel,) = route.round("A1001")
    photograph(route, "A1001")
    route.does(parcel, "delivered")
    assert (route.world.shipment(parcel).flags, owed(route)) == ([], 0)


def test_a_carrier_that_sends_none_is_chased_for_nothing(route: Route) -> None:
    parcel = route.world.parcel("C1")
    route.world.scan(parcel, "out_for_delivery", "delivered")
    assert (route.world.shipment(parcel).flags, owed(route)) == ([], 0)
    with route.world.database.read() as session:
        assert proof_rules.missing(session, route.world.house, session.get_one(Shipment, parcel)) == frozenset()


def test_what_is_silent_or_taken_back_owes_nothing(route: Route) -> None:
    first, second = route.round("A1001", "A1002")
    route.world.scan(first, "delivered", silent=True)
    assert (route.world.shipment(first).flags, owed(route)) == ([], 0)
    route.does(second, "delivered")
    assert owed(route) == 1
    route.world.scan(second, "out_for_delivery", correction=True)
    assert (route.world.shipment(second).flags, owed(route)) == ([], 0)
    route.world.later(minutes=1)
    route.does(second, "delivered")
    assert (route.world.shipment(second).flags, owed(route)) == (["action_required"], 1)
