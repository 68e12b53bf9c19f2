"""Carriers' own codes behind an aggregator: what they mean, and when they may speak."""

import json
from collections.abc import Mapping

import pytest

from tracking_core.carriers import ADAPTERS, CarrierRequest
from tracking_core.codes import TABLES, meaning_of, refined
from tracking_core.codes.failures import NAMES, reason_for
from tracking_core.facts import CarrierEvent
from tracking_core.meanings import Meaning
from tracking_core.reasons import Reason, party_of, reason_of
from tracking_core.states import UPDATE, state_of

#: carrier as the aggregator writes it, code -> state, reason, party at fault.
ROWS = [
    ("FedEx", "OC", "processed", None, "other"),
    ("FedExSmartPost", "OD", "out_for_delivery", None, "other"),
    ("fedex", "CD", "on_hold", "customs", "customs"),
    ("UPS", "D", "delivered", None, "other"),
    ("UPS", "021", "out_for_delivery", None, "other"),
    ("ups", "062", "attempt_failed", "payment_missing", "consignee"),
    ("UPSMailInnovations", "052", "update", "weather", "none"),
    ("USPS", "OF", "out_for_delivery", None, "other"),
    ("usps", "51", "attempt_failed", "business_closed", "consignee"),
    ("USPS", "27", "returning", "recipient_unavailable", "consignee"),
    ("USPS", "08", "in_transit", "sorting", "carrier"),
    ("GLS", "DELIVEREDPS", "available_for_pickup", None, "other"),
    ("gls-italy", "indelivery", "out_for_delivery", None, "other"),
    ("GLS", "NOTPICKEDUP", "processed", "not_ready", "retailer"),
    ("DHLExpress", "WC", "out_for_delivery", None, "other"),
    ("dhl-germany", "RD", "exception", "refused", "consignee"),
    ("dhl", "DM", "exception", "damaged", "carrier"),
]


@pytest.mark.parametrize(("carrier", "code", "status", "reason", "party"), ROWS)
def test_a_code_means_what_its_row_says(carrier: str, code: str, status: str, reason: str | None, party: str) -> None:
    found = meaning_of(carrier, code)
    assert found is not None and (found.status, found.reason) == (status, reason)
    assert party_of(found.reason) == party


@pytest.mark.parametrize("table", TABLES.values(), ids=list(TABLES))
def test_tables_speak_our_words(table: Mapping[str, Meaning]) -> None:
    assert len(table) >= 15
    for code, meaning in table.items():
        assert code == code.upper() and meaning.words
        assert state_of(meaning.status) is not None or meaning.status == UPDATE, code
        assert meaning.reason is None or reason_of(meaning.reason) is not None, code
        assert set(meaning.flags) <= {"delayed", "action_required", "customs"}, code


@pytest.mark.parametrize(("carrier", "code"), [(None, "D"), ("UPS", None), ("", ""), ("acme", "D"), ("UPS", "zz9")])
def test_nobody_knows_what_nobody_knows(carrier: str | None, code: str | None) -> None:
    assert meaning_of(carrier, code) is None


WAY = Meaning("in_transit", "on the way")
WRONG = Meaning("exception", "something went wrong", "other")


@pytest.mark.parametrize(
    ("said", "carrier", "code", "vague", "status", "reason"),
    [
        (Meaning("unknown", "?"), "UPS", "021", False, "out_for_delivery", None),
        (WAY, "UPS", "021", True, "out_for_delivery", None),
        (WAY, "UPS", "021", False, "in_transit", None),
        (WAY, "UPS", "011", True, "in_transit", None),  # delivered is too great a word for a code
        (WAY, "USPS", "08", False, "in_transit", "sorting"),
        (WRONG, "FedEx", "SE", True, "exception", "other"),
        (WRONG, "DHL", "RD", False, "exception", "refused"),
        (WRONG, "USPS", "51", True, "attempt_failed", "business_closed"),
        (WAY, "acme", "021", True, "in_transit", None),
    ],
)
def test_when_a_carriers_code_may_speak(
    said: Meaning, carrier: str, code: str, vague: bool, status: str, reason: str | None
) -> None:
    found = refined(said, carrier, code, vague=vague)
    assert (found.status, found.reason) == (status, reason)


def parsed(name: str, body: object) -> list[CarrierEvent]:
    return ADAPTERS[name].parse(CarrierRequest({}, {}, json.dumps(body).encode()))


def test_easypost_passes_the_carriers_code_on() -> None:
    detail = {"status": "in_transit", "status_detail": "unknown", "datetime": "2026-11-30T09:00:00Z"}
    tracker = {"tracking_code": "1Z", "carrier": "UPS", "tracking_details": [detail | {"carrier_code": "021"}]}
    (event,) = parsed(
        "easypost", {"description": "tracker.updated", "created_at": "2026-11-30T10:00:00Z", "result": tracker}
    )
    assert (event.status, event.code) == ("out_for_delivery", "in_transit/unknown")


def test_aftership_passes_the_carriers_code_on() -> None:
    checkpoint = {"tag": "Exception", "subtag": "Exception_001", "created_at": "2026-11-30T09:00:00Z", "raw_tag": "51"}
    msg = {"tracking_number": "94", "slug": "usps", "checkpoints": [checkpoint]}
    (event,) = parsed("aftership", {"event": "tracking_update", "msg": msg})
    assert (event.status, event.reason) == ("attempt_failed", "business_closed")


# -- failure reasons as couriers name them ------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("said", "reason"),
    [
        ("CUSTOMER_UNAVAILABLE", "recipient_unavailable"),
        ("customer unavailable", "recipient_unavailable"),
        ("Not-Home", "recipient_unavailable"),
        ("failed_to_return", "lost"),
        ("Gate locked", "access_blocked"),
        ("a dragon", "other"),
        ("NONE", None),
        ("", None),
        (None, None),
    ],
)
def test_reasons_by_name(said: str | None, reason: str | None) -> None:
    assert reason_for(said) == reason


def test_every_name_of_a_failure_is_there_once_and_can_be_met() -> None:
    names = [name for several in NAMES.values() for name in several]
    assert len(names) == len(set(names))
    assert all(reason_for(name) is not None for name in names)
    assert set(NAMES) <= set(Reason)
