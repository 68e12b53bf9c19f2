"""Signatures: right, wrong, missing, and never with an empty secret."""

import base64
import hashlib
import hmac
import json
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tracking_core.carriers import ADAPTERS, CarrierRequest, InvalidSignature

BODY = '{"grüße":1}'.encode()
SECRET = "sécret"
#: Courier networks have tables of their own in tests/carriers.
AGGREGATORS = ("easypost", "aftership", "shippo")


def hexed(key: bytes, body: bytes) -> str:
    return hmac.new(key, body, hashlib.sha256).hexdigest()


def signed(name: str, secret: str, body: bytes) -> CarrierRequest:
    key = secret.encode()
    if name == "easypost":
        decomposed = "se\u0301cret".encode() if secret == SECRET else key
        return CarrierRequest({"x-hmac-signature": "hmac-sha256-hex=" + hexed(decomposed, body)}, {}, body)
    if name == "aftership":
        digest = base64.b64encode(hmac.new(key, body, hashlib.sha256).digest()).decode()
        return CarrierRequest({"aftership-hmac-sha256": digest}, {}, body)
    return CarrierRequest({}, {"token": secret}, body)


def refused(name: str, request: CarrierRequest, secret: str = SECRET) -> bool:
    try:
        ADAPTERS[name].verify(request, secret)
    except InvalidSignature:
        return True
    return False


def test_the_names_of_the_contract() -> None:
    assert {"easypost", "aftership", "shippo", "onfleet", "uber_direct", "doordash_drive"} <= set(ADAPTERS)
    assert [adapter.name for adapter in ADAPTERS.values()] == list(ADAPTERS)


@pytest.mark.parametrize("name", AGGREGATORS)
def test_right_wrong_missing_empty(name: str) -> None:
    right = signed(name, SECRET, BODY)
    assert not refused(name, right)
    assert refused(name, right, "another")
    assert refused(name, CarrierRequest({}, {}, BODY))
    assert refused(name, right, "")
    assert refused(name, signed(name, "", BODY), "")
    if name != "shippo":
        assert refused(name, CarrierRequest(right.headers, {}, BODY + b" "))


@pytest.mark.parametrize("name", AGGREGATORS)
@given(said=st.text())
def test_no_words_of_a_stranger_break_the_check(name: str, said: str) -> None:
    headers = dict.fromkeys(("x-hmac-signature", "aftership-hmac-sha256", "shippo-auth-signature"), said)
    assert refused(name, CarrierRequest(headers, {"token": said}, BODY), "not what they say")


def test_easyposts_own_vector(shared: Path) -> None:
    vector = json.loads((shared / "data/easypost/webhook_hmac_vector.json").read_text("utf-8"))
    body = (shared / "data/easypost/event-body.json").read_bytes().removesuffix(b"\n")
    request = CarrierRequest({"x-hmac-signature": vector["signature"]}, {}, body)
    assert not refused("easypost", request, vector["secret"])
    assert refused("easypost", CarrierRequest(request.headers, {}, body + b"\n"), vector["secret"])
    bare = vector["signature"].removeprefix("hmac-sha256-hex=")
    assert refused("easypost", CarrierRequest({"x-hmac-signature": bare}, {}, body), vector["secret"])


def test_aftership_samples_are_signed(shared: Path) -> None:
    found = json.loads((shared / "data/aftership/webhooks.json").read_text("utf-8"))
    for sample in found["samples"]:
        body = json.dumps(sample["body"], separators=(",", ":"), ensure_ascii=False).encode()
        request = CarrierRequest({"aftership-hmac-sha256": sample["signature"]}, {}, body)
        assert not refused("aftership", request, found["secret"])


V1 = hexed(SECRET.encode(), b"1796000000." + BODY)


@pytest.mark.parametrize(
    ("header", "ok"),
    [
        (f"t=1796000000,v1={V1}", True),
        (f"t=1796000000, v1={V1}", True),
        (f"v1={V1},t=1796000000", True),
        (f"t=1796000001,v1={V1}", False),
        (f"t=1796000000,v1={V1[:-1]}", False),
        ("t=1796000000", False),
        (f"v1={V1}", False),
        (f"t=,v1={hexed(SECRET.encode(), b'.' + BODY)}", False),
        ("", False),
    ],
)
def test_shippos_second_signature(header: str, ok: bool) -> None:
    request = CarrierRequest({"shippo-auth-signature": header}, {"token": SECRET}, BODY)
    assert refused("shippo", request) is not ok
    assert refused("shippo", CarrierRequest(request.headers, {}, BODY))
