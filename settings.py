"""Settings: what the environment says, read once, checked at once. `.env` is read; the real environment wins."""

import ipaddress
import os
import secrets
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from urllib.parse import urlsplit

from dotenv import dotenv_values

DEMO_NUMBER = "+15005550006"
DEMO_POOL = "+15005550101,+15005550102,+15005550103"
#: `channels.rules`: the longest a relayed text waits.
RELAYED_TEXT_WAITS_S = 3600
SOURCE_PREFIXES = ("CARRIER_", "STORE_", "CUSTOM_")
SOURCE_WORDS = ("_SECRET", "_TOKEN", "_URL")


class SettingsError(ValueError):
    """The settings are incomplete or contradict each other."""


@dataclass(frozen=True)
class Settings:
    """Everything an operator can set. README, "Settings", explains each by its environment name."""

    port: int = 8000
    host: str = "127.0.0.1"
    #: Where the NLU answers; None means keywords only (`NLU_URL=off`).
    nlu_url: str | None = "http://127.0.0.1:5005"
    data_dir: Path = Path("var")
    database_url: str = "sqlite:///var/doorline.db"
    #: Signed URLs and links are built from it, never from a request's headers. No slash at the end.
    public_base_url: str = "http://127.0.0.1:8000"
    secret_key: str = field(default="", repr=False)
    demo: bool = True
    bootstrap_api_key: str = field(default="", repr=False)
    #: `email:password` of an admin.
    bootstrap_agent: str = field(default="", repr=False)
    twilio_account_sid: str = ""
    #: Accepted on webhooks: the primary token first, then the one of a rotation.
    twilio_auth_tokens: tuple[str, ...] = field(default=(), repr=False)
    twilio_api_url: str = "https://api.twilio.com"
    twilio_number: str = ""
    twilio_messaging_service_sid: str = ""
    relay_numbers: tuple[str, ...] = ()
    smtp_url: str = field(default="", repr=False)
    workflow_dir: Path = Path("workflows")
    #: Files of shipments are taken from its folder `<retailer>`; None: no folder is watched.
    import_dir: Path | None = None
    #: Begin as after a restore: ask what was sent before anything is.
    reconcile_first: bool = False
    log_level: str = "INFO"
    #: Who answers how bad weather and traffic are: http(s):// or file://; empty: nobody is asked.
    weather_url: str = ""
    #: Who knows the roads: OSRM at http(s)://, Valhalla at valhalla+http(s)://; empty: ways are judged by the line.
    road_url: str = ""
    route_url: str = ""
    #: Texts a second for each of our senders; 0 leaves the pacing to the provider.
    sender_per_second: float = 0.0
    #: How many texts one worker hands over at once.
    sending_threads: int = 8
    #: How long a claimed row belongs to its worker; the provider's longest call must end within it.
    lease_s: float = 30.0
    #: When to ask the provider about a text whose outcome is unknown: seconds after the attempt.
    unknown_looks_s: tuple[float, ...] = (120.0, 600.0)
    #: How long the address of a relayed picture works: longer than a relayed text may wait to be sent.
    picture_link_s: float = 7200.0
    #: Outbound webhooks may go to private addresses and without TLS.
    webhook_private_hosts: bool = False
    #: Secrets of carriers, stores and custom sources by environment name.
    source_secrets: Mapping[str, str] = field(default_factory=dict, repr=False)

    @property
    def twilio_configured(self) -> bool:
        """Whether texts can leave through Twilio."""
        return bool(self.twilio_account_sid and self.twilio_auth_tokens)

    @property
    def is_trial(self) -> bool:
        """Whether nobody outside this machine is served or asked: then outbound webhooks may stay on it too."""
        served, asked = (urlsplit(url).hostname or "" for url in (self.public_base_url, self.twilio_api_url))
        return self.demo or _is_loopback(served) or _is_loopback(asked)

    def source_secret(self, kind: str, name: str, retailer: str) -> str | None:
        """Answer the secret of `carrier|store|custom` `name`: the retailer's own, else for the default one the plain.

        A retailer other than `default` never falls back to the plain secret: one shop's key must not open another's.
        """
        plain = f"{kind}_{name}_SECRET".upper()
        own = self.source_secrets.get(f"{plain}_{retailer}".upper().replace("-", "_"))
        return own or (self.source_secrets.get(plain) if retailer == "default" else None)

    def store_setting(self, store: str, what: str, retailer: str) -> str | None:
        """Answer the `token` or `url` of a store's own API, by the same rule as `source_secret`."""
        return self.source_setting("store", store, what, retailer)

    def source_setting(self, kind: str, name: str, what: str, retailer: str) -> str | None:
        """Answer the `token` or `url` of the API of `carrier|store` `name`, by the same rule as `source_secret`."""
        plain = f"{kind}_{name}_{what}".upper()
        own = self.source_secrets.get(f"{plain}_{retailer}".upper().replace("-", "_"))
        return own or (self.source_secrets.get(plain) if retailer == "default" else None)

    @classmethod
    def load(cls, environ: Mapping[str, str] | None = None, *, dotenv: Path | None = Path(".env")) -> "Settings":
        """Read the environment (and `.env` below it). Raises SettingsError naming what is missing or malformed."""
        process = dict(os.environ if environ is None else environ)
        file = {key: value or "" for key, value in dotenv_values(dotenv).items()} if dotenv else {}
        env = _Environment({**file, **process})
        get, number = env.get, env.number
        host, port = get("HOST", "127.0.0.1"), int(number("PORT", "8000"))
        data_dir = Path(get("DATA_DIR", "./var")).resolve()
        tokens = tuple(t for t in (get("TWILIO_AUTH_TOKEN"), get("TWILIO_AUTH_TOKEN_SECONDARY")) if t)
        twilio = bool(get("TWILIO_ACCOUNT_SID") and tokens)
        demo = _demo(get("DEMO"), host, twilio, bool(get("PUBLIC_BASE_URL")))
        nlu = get("NLU_URL", f"http://127.0.0.1:{get('NLU_PORT', '5005')}").rstrip("/")
        relay = get("RELAY_NUMBERS", DEMO_POOL if demo else "")
        settings = cls(
            port=port,
            host=host,
            nlu_url=None if nlu.lower() == "off" else nlu,
            data_dir=data_dir,
            database_url=_database_url(get("DATABASE_URL", f"sqlite:///{data_dir / 'doorline.db'}")),
            public_base_url=get("PUBLIC_BASE_URL", f"http://{_shown(host)}:{port}").rstrip("/"),
            secret_key=get("SECRET_KEY"),
            demo=demo,
            bootstrap_api_key=get("BOOTSTRAP_API_KEY"),
            bootstrap_agent=get("BOOTSTRAP_AGENT"),
            twilio_account_sid=get("TWILIO_ACCOUNT_SID"),
            twilio_auth_tokens=tokens,
            twilio_api_url=get("TWILIO_API_URL", "https://api.twilio.com").rstrip("/"),
            twilio_number=get("TWILIO_NUMBER", DEMO_NUMBER if demo else ""),
            twilio_messaging_service_sid=get("TWILIO_MESSAGING_SERVICE_SID"),
            relay_numbers=tuple(n.strip() for n in relay.split(",") if n.strip()),
            smtp_url=get("SMTP_URL"),
            workflow_dir=Path(get("WORKFLOW_DIR", "workflows")),
            import_dir=Path(get("IMPORT_DIR")).resolve() if get("IMPORT_DIR") else None,
            reconcile_first=get("RECONCILE_FIRST").lower() in {"1", "yes", "on", "true"},
            log_level=get("LOG_LEVEL", "INFO").upper(),
            weather_url=get("WEATHER_URL"),
            road_url=get("ROAD_URL"),
            route_url=get("ROUTE_URL"),
            sender_per_second=number("SENDER_PER_SECOND", "0"),
            sending_threads=int(number("SENDING_THREADS", "8")),
            lease_s=number("LEASE_SECONDS", "30"),
            unknown_looks_s=env.numbers("UNKNOWN_LOOK_SECONDS", "120,600"),
            picture_link_s=number("PICTURE_LINK_SECONDS", "7200"),
            webhook_private_hosts=get("WEBHOOK_PRIVATE_HOSTS").lower() in {"1", "yes", "on", "true"},
            source_secrets=env.secrets(),
        )
        settings._check(public_base_url_given=bool(get("PUBLIC_BASE_URL")))
        return settings if settings.secret_key else settings._with_own_secret()

    def _check(self, *, public_base_url_given: bool) -> None:
        if self.picture_link_s <= RELAYED_TEXT_WAITS_S:
            raise SettingsError("PICTURE_LINK_SECONDS must be over 3600: a relayed text may wait an hour to be sent.")
        if self.demo:
            return
        missing = [
            name
            for name, there in (
                ("SECRET_KEY", self.secret_key),
                ("PUBLIC_BASE_URL", public_base_url_given),
                ("TWILIO_ACCOUNT_SID with TWILIO_AUTH_TOKEN, or SMTP_URL", self.twilio_configured or self.smtp_url),
                (
                    "TWILIO_NUMBER or TWILIO_MESSAGING_SERVICE_SID",
                    self.twilio_number or self.twilio_messaging_service_sid or not self.twilio_configured,
                ),
            )
            if not there
        ]
        if missing:
            raise SettingsError(f"Outside demo mode Doorline needs: {'; '.join(missing)}.")

    def _with_own_secret(self) -> "Settings":
        """In demo mode the secret is made once and kept in DATA_DIR, so that links survive a restart."""
        self.data_dir.mkdir(parents=True, exist_ok=True)
        path = self.data_dir / "secret_key"
        try:
            with os.fdopen(os.open(path, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600), "w") as file:
                file.write(secrets.token_urlsafe(32))
        except FileExistsError:
            pass
        return replace(self, secret_key=path.read_text().strip())


def _demo(said: str, host: str, twilio: bool, public: bool) -> bool:
    if said:
        return said.lower() not in {"0", "no", "off", "false"}
    return not twilio and not public and _is_loopback(host)


def _is_loopback(host: str) -> bool:
    try:
        return ipaddress.ip_address(host.strip("[]")).is_loopback
    except ValueError:
        return host == "localhost"


def _shown(host: str) -> str:
    return {"0.0.0.0": "127.0.0.1", "::": "[::1]"}.get(host, host)  # noqa: S104  shown, not bound


def _database_url(url: str) -> str:
    """Accept the common spellings of a PostgreSQL URL; the driver is ours to choose."""
    for prefix in ("postgres://", "postgresql://"):
        if url.startswith(prefix):
            return "postgresql+psycopg://" + url.removeprefix(prefix)
    return url


class _Environment:
    """The environment's words. An empty value means unset."""

    def __init__(self, values: Mapping[str, str]) -> None:
        self._values = values

    def get(self, name: str, default: str = "") -> str:
        return (self._values.get(name) or default).strip()

    def number(self, name: str, default: str) -> float:
        return self.numbers(name, default)[0]

    def numbers(self, name: str, default: str) -> tuple[float, ...]:
        said = self.get(name, default)
        try:
            return tuple(float(part) for part in said.split(","))
        except ValueError as error:
            raise SettingsError(f"{name} must be a number, not {said!r}.") from error

    def secrets(self) -> dict[str, str]:
        """Secrets of sources, and what opens stores' own APIs, by name in upper case."""
        return {
            name.upper(): value
            for name, value in self._values.items()
            if value and name.startswith(SOURCE_PREFIXES) and any(word in name for word in SOURCE_WORDS)
        }
