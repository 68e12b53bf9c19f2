"""Reasons: the vocabulary, who is at fault, and that every table of codes speaks it."""

import pytest

from tracking_core.carriers import aftership, easypost, shippo
from tracking_core.flags import FLAGS
from tracking_core.reasons import REASONS, Party, Reason, party_of, reason_of
from tracking_core.states import ShipmentState


def test_every_reason_has_its_row() -> None:
    assert set(REASONS) == set(Reason)
    assert len(Reason) == 26


@pytest.mark.parametrize(
    ("reason", "party", "action"),
    [
        ("recipient_unavailable", "consignee", True),
        ("refused", "consignee", False),
        ("payment_missing", "consignee", True),
        ("damaged", "carrier", True),
        ("sorting", "carrier", False),
        ("not_ready", "retailer", False),
        ("wrong_or_missing_item", "retailer", True),
        ("weather", "none", False),
        ("customs", "customs", False),
        ("security", "other", False),
        ("other", "other", False),
    ],
)
def test_parties(reason: str, party: str, action: bool) -> None:
    assert party_of(reason) == party
    assert Reason(reason).party == party
    assert Reason(reason).shopper_action is action


@pytest.mark.parametrize("nonsense", [None, "", "gremlins", "Damaged"])
def test_what_is_no_reason_is_nobodys_fault(nonsense: str | None) -> None:
    assert reason_of(nonsense) is None
    assert party_of(nonsense) is Party.OTHER


def test_every_table_of_codes_speaks_our_words() -> None:
    statuses = {*ShipmentState, "update", "unknown"}
    rows = [
        *easypost.STATUSES.values(),
        *easypost.DETAILS.values(),
        *aftership.TAGS.values(),
        *aftership.SUBTAGS.values(),
        *shippo.STATUSES.values(),
        *shippo.SUBSTATUSES.values(),
    ]
    for row in rows:
        assert row.status in statuses
        assert row.reason is None or reason_of(row.reason)
        assert set(row.flags) <= set(FLAGS)
        assert row.words
