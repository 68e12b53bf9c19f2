"""The web as a Flask app over any database, with a clock that stands still until it is moved."""

import base64
import hashlib
import hmac
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from functools import cache
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

from flask import Flask
from flask.testing import FlaskClient
from jinja2 import BytecodeCache
from jinja2.bccache import Bucket

from channels.memory import MemoryChannel
from channels.twilio_sms import TwilioSms
from db import Database
from flows import accounts
from flows.house import House
from settings import Settings
from web import build
from web.context import Parts

BASE = "https://doorline.example"
TOKEN = "a-twilio-token"
KEY = "the-operators-key"
MAIN = "+15005550006"
OTHER_MAIN = "+15005550007"


class _Templates(BytecodeCache):
    """Templates as this process has compiled them: every test has an app of its own, and reads the same ones."""

    def __init__(self) -> None:
        self._compiled: dict[str, bytes] = {}

    def load_bytecode(self, bucket: Bucket) -> None:
        if bucket.key in self._compiled:
            bucket.bytecode_from_string(self._compiled[bucket.key])

    def dump_bytecode(self, bucket: Bucket) -> None:
        self._compiled[bucket.key] = bucket.bytecode_to_string()


TEMPLATES = _Templates()


@dataclass
class Clock:
    """Stands still."""

    now: datetime

    def __call__(self) -> datetime:
        return self.now

    def forward(self, **by: float) -> None:
        self.now += timedelta(**by)


@dataclass
class Web:
    """One installation's web, and ways to speak with it."""

    app: Flask
    parts: Parts
    clock: Clock
    #: API keys by retailer.
    keys: dict[str, str] = field(default_factory=dict)

    @property
    def client(self) -> FlaskClient:
        return self.app.test_client()

    @property
    def database(self) -> Database:
        return self.parts.database

    @property
    def house(self) -> House:
        return self.parts.house

    def api(self, method: str, path: str, body: Any = None, *, retailer: str = "default", **headers: str) -> Any:
        """Call REST v1 as the retailer; headers with underscores for hyphens."""
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        return self.client.open(
            f"/api/v1{path}",
            method=method,
            json=body,
            headers={"Authorization": f"Bearer {self.keys[retailer]}", **named},
        )

    def twilio(self, path: str, form: dict[str, str], *, token: str = TOKEN, base: str = BASE) -> Any:
        """Post a form to a hook, signed as Twilio signs."""
        signed = base + path + "".join(name + form[name] for name in sorted(form))
        signature = base64.b64encode(hmac.new(token.encode(), signed.encode(), hashlib.sha1).digest()).decode()
        return self.client.post(
            path,
            data=urlencode(form),
            content_type="application/x-www-form-urlencoded",
            headers={"X-Twilio-Signature": signature},
        )

    def shipment(self, order: str = "A1001", *, retailer: str = "default", **more: Any) -> dict[str, Any]:
        """Create a shipment and answer it."""
        body = {"order_number": order, "customer": {"phone": "+14155550100", "name": "Ana Canary"}, **more}
        answer = self.api("POST", "/shipments", body, retailer=retailer)
        assert answer.status_code in {200, 201}, answer.text
        return answer.json  # type: ignore[no-any-return]


def settings_for(database: Database, folder: Path, **changes: Any) -> Settings:
    base = Settings(
        nlu_url=None,
        data_dir=folder,
        database_url=database.url,
        public_base_url=BASE,
        secret_key="a secret for tests",
        demo=False,
        bootstrap_api_key=KEY,
        twilio_account_sid="AC" + "0" * 32,
        twilio_auth_tokens=(TOKEN,),
        twilio_number=MAIN,
        workflow_dir=folder / "workflows",
        source_secrets={
            "CARRIER_EASYPOST_SECRET": "easypost-secret",
            "CARRIER_AFTERSHIP_SECRET": "aftership-secret",
            "CARRIER_SHIPPO_SECRET": "shippo-secret",
            "CARRIER_EASYPOST_SECRET_OTHER": "other-secret",
        },
    )
    return replace(base, **changes)


def make_web(database: Database, settings: Settings, now: datetime) -> Web:
    clock = Clock(now)
    house = House.build(settings)
    with database.write() as session:
        accounts.ensure_default(session, settings, now=now)
        house.workflows.seed(session, now=now)
        other = accounts.add_retailer(session, "other", OTHER_MAIN, now=now)
    channels: dict[str, Any] = {"sms": MemoryChannel("sms"), "email": MemoryChannel("email")}
    if settings.twilio_configured:
        channels["sms"] = _twilio(settings.twilio_account_sid, settings.twilio_auth_tokens)
    app = Flask("doorline", static_folder=None)
    app.jinja_options = {**app.jinja_options, "bytecode_cache": TEMPLATES}
    parts = Parts(settings, database, house, channels, clock)
    build(app, parts)
    return Web(app, parts, clock, {"default": KEY, "other": other})


@cache
def _twilio(account_sid: str, tokens: tuple[str, ...]) -> TwilioSms:
    """One for all tests: each reads all authorities of the machine when it is made, and remembers nothing."""
    return TwilioSms(account_sid, tokens, status_callback_base=BASE)
