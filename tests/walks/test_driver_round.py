"""A round driven by text alone, on the demo's phones: web and worker as processes, nothing mocked."""

import base64
import json
from pathlib import Path
from typing import Any

from fakes import photos
from fakes.installation import Installation, installation, until

MAIN, DEE = "+15005550006", "+14155550290"
ANA, BEN = "+14155550191", "+14155550192"


def order(house: Installation, number: str, phone: str, stop: int) -> int:
    body = {
        "order_number": number,
        "stop": stop,
        "customer": {"name": "Ana Canary", "phone": phone},
        "destination": {"line1": f"{stop} Oak St", "city": "Oakland", "postal_code": "94607", "country": "US"},
        "driver": {"name": "Dee", "phone": DEE},
    }
    created = house.api("POST", "/shipments", body)
    assert (created.status, created.json["stop"]) == (201, stop), created.body
    return int(created.json["id"])


def says(house: Installation, text: str, *media: str) -> str:
    """The driver texts; answers what comes back to her phone."""
    before = max((one["id"] for one in house.phone(DEE)), default=0)
    body = json.dumps({"from": DEE, "to": MAIN, "body": text, "media": list(media)}).encode()
    assert house.request("POST", "/phone/messages", body, Content_Type="application/json").status == 201
    answers: list[dict[str, Any]] = until(
        lambda: [one for one in house.phone(DEE, before) if one["from"] == MAIN], what=f"an answer to {text!r}"
    )
    return "\n".join(one["body"] for one in answers)


def test_a_round_by_text(tmp_path: Path) -> None:
    with installation(tmp_path / "demo") as house:
        first, second = order(house, "A1001", ANA, 1), order(house, "A1002", BEN, 2)
        for parcel in (first, second):
            house.api("POST", f"/shipments/{parcel}/events", {"status": "processed", "silent": True})
        assert "2 stops out for delivery" in says(house, "starting my route")
        for phone in (ANA, BEN):
            until(lambda who=phone: [m for m in house.phone(who) if "out for delivery" in m["body"]], what="the news")
        assert "stop 1: A1001" in says(house, "next")
        assert "sent to the customer of A1001" in says(house, "A1001: I'm at the blue gate")
        heard = until(lambda: [m for m in house.phone(ANA) if "blue gate" in m["body"]], what="the driver's words")
        assert heard[0]["from"] != MAIN and DEE[2:] not in heard[0]["body"]
        answer = json.dumps({"from": ANA, "to": heard[0]["from"], "body": "coming down!"}).encode()
        house.request("POST", "/phone/messages", answer, Content_Type="application/json")
        until(lambda: [m for m in house.phone(DEE) if "coming down!" in m["body"]], what="the customer's answer")
        assert "you are there" in says(house, "here")
        picture = base64.b64encode(photos.phone_jpeg(photos.scene(300, 200))).decode()
        said = says(house, "delivered at the front desk", f"data:image/jpeg;base64,{picture}")
        assert "A1001 delivered. Photo saved" in said and "Next: A1002, 2 Oak St" in said
        shown = house.api("GET", f"/shipments/{first}").json
        assert (shown["state"], sorted(one["kind"] for one in shown["proofs"])) == ("delivered", ["note", "photo"])
        until(lambda: [m for m in house.phone(ANA) if "front desk" in m["body"]], what="where it was left")
        assert "can't find A1004" in says(house, "nobody home A1004")
        assert "A1002: nadie" not in says(house, "A1002 no hay nadie")
        assert house.api("GET", f"/shipments/{second}").json["state"] == "attempt_failed"
        assert "en reparto" in says(house, "deshacer")
        assert "era tu última parada" in says(house, "entregado").replace("ultima", "última").casefold()
        assert house.api("GET", f"/shipments/{second}").json["state"] == "delivered"
        assert all(canary not in house.logs() for canary in (DEE[2:], ANA[2:], "blue gate", "Canary"))
