"""The tracking page: what it says, what it does not say, and when it ends."""

import json
import re
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from fakes.webapp import BASE, Web

from tracking_core.reasons import Reason
from tracking_core.states import ShipmentState
from web.wording import FOLDER, languages

SECRETS = (
    "Canary",
    "+14155550100",
    "5550100",
    "14 Secret St",
    "Apt 9",
    "Gate 4412",
    "canary@example.com",
    "Dee Driver",
    "5550200",
)
ROOT = Path(__file__).resolve().parents[2]


def shipment(web: Web, **more: Any) -> dict[str, Any]:
    return web.shipment(
        customer={"name": "Ana Canary", "phone": "+14155550100", "email": "canary@example.com"},
        destination={"line1": "14 Secret St", "line2": "Apt 9", "city": "Oakland", "timezone": "America/New_York"},
        promised={"from": "2026-12-01T17:00:00Z", "to": "2026-12-01T19:00:00Z"},
        driver={"name": "Dee Driver", "phone": "+14155550200"},
        delivery={"instructions": "Gate 4412"},
        **more,
    )


def path(said: dict[str, Any]) -> str:
    return str(said["tracking_url"]).removeprefix(BASE)


def event(web: Web, said: dict[str, Any], status: str, **more: Any) -> None:
    assert web.api("POST", f"/shipments/{said['id']}/events", {"status": status, **more}).status_code == 202


def test_the_page_says_where_the_parcel_is_and_names_nobody(web: Web) -> None:
    said = shipment(web)
    event(web, said, "out_for_delivery", detail="handed to Ana Canary at 14 Secret St", stops_away=4)
    answer = web.client.get(path(said))
    assert answer.status_code == 200 and answer.mimetype == "text/html"
    assert "Demo Store" in answer.text and "A1001" in answer.text
    assert '<h1 id="state">Out for delivery</h1>' in answer.text
    # Noon to 2 in New York, whatever the clock of the shop.
    assert "12 PM and 2 PM" in answer.text and "4 stops away" in answer.text
    assert "New York" in answer.text
    for secret in SECRETS:
        assert secret not in answer.text


def test_headers_let_nothing_in_and_nothing_out(web: Web) -> None:
    for url in (path(shipment(web)), "/t/unknown"):
        headers = web.client.get(url).headers
        assert headers["Referrer-Policy"] == "no-referrer"
        assert headers["X-Robots-Tag"] == "noindex, nofollow"
        assert headers["Cache-Control"] == "no-store, private"
        assert headers["X-Content-Type-Options"] == "nosniff"
        assert (
            "unsafe" not in headers["Content-Security-Policy"]
            and "default-src 'self'" in headers["Content-Security-Policy"]
        )
        assert "Set-Cookie" not in headers


def test_the_page_has_no_inline_script_or_style_and_loads_only_from_here(web: Web) -> None:
    text = web.client.get(path(shipment(web))).text
    assert not re.search(r"<script(?![^>]*\bsrc=)", text) and not re.search(r"<style|\sstyle=|\son\w+=", text)
    sources = re.findall(r'(?:src|href)="([^"#?]+)', text)
    assert sources and all(source.startswith("/static/") for source in sources)
    for source in set(re.findall(r'(?:src|href)="(/static/[^"]+)"', text)):
        answer = web.client.get(source, buffered=True)  # closes the file
        assert answer.status_code == 200 and "max-age=31536000" in answer.headers["Cache-Control"]
        assert "http" not in answer.text.replace("http://www.w3.org/2000/svg", "")


def test_an_unchanged_page_is_a_304_and_a_changed_one_is_not(web: Web) -> None:
    said = shipment(web)
    first = web.client.get(path(said))
    etag = first.headers["ETag"]
    assert etag.strip('"') in first.text
    web.clock.forward(seconds=15)
    same = web.client.get(path(said), headers={"If-None-Match": etag})
    assert (same.status_code, same.data, same.headers["ETag"]) == (304, b"", etag)
    assert web.client.get(path(said), headers={"If-None-Match": f"W/{etag}"}).status_code == 304
    assert web.client.get(path(said) + "?lang=es", headers={"If-None-Match": etag}).status_code == 200
    event(web, said, "shipped")
    changed = web.client.get(path(said), headers={"If-None-Match": etag})
    assert changed.status_code == 200 and changed.headers["ETag"] != etag


@pytest.mark.parametrize(
    ("locale", "query", "language"),
    [
        (None, "", "en"),
        ("es-MX", "", "es"),
        ("es", "?lang=en", "en"),
        (None, "?lang=es", "es"),
        ("fr", "?lang=xx", "en"),
    ],
)
def test_the_page_speaks_the_shoppers_language(sqlite_web: Web, locale: str | None, query: str, language: str) -> None:
    said = sqlite_web.shipment(customer={"phone": "+14155550100", "locale": locale})
    text = sqlite_web.client.get(path(said) + query).text
    assert f'<html lang="{language}">' in text
    assert ("Tenemos su pedido" in text) == (language == "es")
    assert 'hreflang="en"' in text and 'hreflang="es"' in text


def test_it_ends_two_days_after_the_delivery_and_then_never_was(web: Web) -> None:
    said = shipment(web)
    event(web, said, "delivered")
    web.clock.forward(hours=47, minutes=59)
    assert web.client.get(path(said)).status_code == 200
    web.clock.forward(minutes=1)
    ended = web.client.get(path(said))
    unknown = web.client.get("/t/AAAAAAAAAAAAAAAAAAAAAA")
    with web.database.write() as session:
        web.house.links.revoke(session, "t", said["id"], now=web.clock.now)
    revoked = web.client.get(path(said))
    assert ended.status_code == unknown.status_code == revoked.status_code == 404
    assert ended.data == unknown.data == revoked.data
    assert dict(ended.headers) == dict(unknown.headers) == dict(revoked.headers)


@pytest.mark.parametrize("token", ["x", "x" * 65, "%00", "..%2f", "%ff", "MT9saxNNNEGrEwGgeLh4Ig", "💡"])
def test_a_guess_opens_nothing(sqlite_web: Web, token: str) -> None:
    assert sqlite_web.client.get(f"/t/{token}").status_code == 404


@pytest.mark.parametrize("state", [state for state in ShipmentState if state is not ShipmentState.CREATED])
def test_every_state_has_a_page_in_both_languages(sqlite_web: Web, state: ShipmentState) -> None:
    said = sqlite_web.shipment()
    event(sqlite_web, said, "processed")
    event(sqlite_web, said, state, correction=True, reason="access_blocked")
    for language in ("en", "es"):
        words = json.loads((FOLDER / f"{language}.json").read_text())
        answer = sqlite_web.client.get(f"{path(said)}?lang={language}")
        assert answer.status_code == 200
        assert f'<h1 id="state">{words[f"state.{state}"]}</h1>' in answer.text
        assert answer.text.count('aria-current="step"') == 1


def test_every_language_says_everything() -> None:
    assert set(languages()) >= {"en", "es"}
    spoken = {name: json.loads((FOLDER / f"{name}.json").read_text(encoding="utf-8")) for name in languages()}
    english = spoken["en"]
    for name, words in spoken.items():
        assert words.keys() == english.keys(), name
        for key, said in words.items():
            assert (
                re.findall(r"{\w+}", said)
                and set(re.findall(r"{\w+}", said)) == set(re.findall(r"{\w+}", english[key]))
            ) or not re.findall(r"{\w+}", english[key] + said), (name, key)
    assert {f"state.{state}" for state in ShipmentState} <= english.keys()


def test_every_word_of_a_page_is_used() -> None:
    english = json.loads((FOLDER / "en.json").read_text(encoding="utf-8"))
    sources = "".join(
        file.read_text(encoding="utf-8") for pattern in ("*.py", "*.html") for file in (ROOT / "web").rglob(pattern)
    )
    families = (
        "state.",
        "step.",
        "why.",
        "home.",
        "address.",
        "drive.relation.",
        "survey.reason.",
        "survey.end.",
        "track.about.",
        "track.point.",
    )
    for key in english:
        assert (
            f'"{key}"' in sources
            or key.startswith(families)
            or (
                key.startswith("track.")
                and key.split(".")[1]
                in (
                    "done",
                    "now",
                    "to_come",
                )
            )
        ), key


def test_a_lost_parcel_is_shown_for_longer(sqlite_web: Web) -> None:
    said = sqlite_web.shipment()
    event(sqlite_web, said, "lost", reason=Reason.LOST)
    sqlite_web.clock.now += timedelta(days=13)
    assert sqlite_web.client.get(path(said)).status_code == 200
    sqlite_web.clock.now += timedelta(days=1)
    assert sqlite_web.client.get(path(said)).status_code == 404


# WCAG's relative luminance and contrast, over the stylesheet's own colours.


def contrast(one: str, other: str) -> float:
    def luminance(colour: str) -> float:
        channels = [int(colour[place : place + 2], 16) / 255 for place in (1, 3, 5)]
        linear = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in channels]
        return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]

    light, dark = sorted((luminance(one), luminance(other)), reverse=True)
    return (light + 0.05) / (dark + 0.05)


@pytest.mark.parametrize("scheme", [0, 1])
def test_text_is_readable_in_light_and_dark(scheme: int) -> None:
    css = (ROOT / "web/pages/static/doorline.css").read_text(encoding="utf-8")
    block = re.findall(r":root \{(.*?)\}", css, re.DOTALL)[scheme]
    colour = dict(re.findall(r"--([\w-]+): (#[0-9a-f]{6});", block))
    for text in ("ink", "ink-soft", "accent", "accent-strong", "good", "warn", "bad"):
        for ground in ("ground", "surface", "raised"):
            assert contrast(colour[text], colour[ground]) >= 4.5, (text, ground)
    pairs = [("on-accent", "accent"), ("on-accent", "accent-strong"), ("accent-strong", "accent-soft")]
    pairs += [("ink", f"{name}-soft") for name in ("accent", "warn", "bad", "good")]
    pairs += [(name, f"{name}-soft") for name in ("good", "warn", "bad")]
    for text, ground in pairs:
        assert contrast(colour[text], colour[ground]) >= 4.5, (text, ground)
    for edge in ("line-strong", "focus"):
        assert contrast(colour[edge], colour["surface"]) >= 3, edge
