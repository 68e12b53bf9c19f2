"""Settings: what is missing is named, demo mode is never entered by accident, secrets are not shown."""

from pathlib import Path

import pytest

from settings import DEMO_NUMBER, Settings, SettingsError

LIVE = {
    "DEMO": "0",
    "SECRET_KEY": "s",
    "PUBLIC_BASE_URL": "https://texts.example.com/",
    "TWILIO_ACCOUNT_SID": "AC1",
    "TWILIO_AUTH_TOKEN": "t1",
    "TWILIO_NUMBER": "+14155550001",
}


def load(tmp_path: Path, **env: str) -> Settings:
    return Settings.load({"DATA_DIR": str(tmp_path), **env}, dotenv=None)


def test_a_newcomer_needs_nothing(tmp_path: Path) -> None:
    settings = load(tmp_path)
    assert settings.demo
    assert settings.twilio_number == DEMO_NUMBER
    assert len(settings.relay_numbers) == 3
    assert settings.public_base_url == "http://127.0.0.1:8000"
    assert settings.nlu_url == "http://127.0.0.1:5005"


def test_the_demo_secret_survives_a_restart_and_is_private(tmp_path: Path) -> None:
    first = load(tmp_path).secret_key
    assert len(first) >= 32
    assert load(tmp_path).secret_key == first
    assert (tmp_path / "secret_key").stat().st_mode & 0o077 == 0


@pytest.mark.parametrize(
    ("env", "demo"),
    [
        ({}, True),
        ({"HOST": "0.0.0.0"}, False),
        ({"HOST": "localhost"}, True),
        ({"PUBLIC_BASE_URL": "https://x.example"}, False),
        ({"TWILIO_ACCOUNT_SID": "AC1", "TWILIO_AUTH_TOKEN": "t"}, False),
        ({"DEMO": "1", "HOST": "0.0.0.0"}, True),
        ({"DEMO": "0"}, False),
    ],
)
def test_demo_mode_needs_a_reason(tmp_path: Path, env: dict[str, str], demo: bool) -> None:
    rest = {k: v for k, v in LIVE.items() if k != "DEMO"} if not demo and "PUBLIC_BASE_URL" not in env else {}
    if not demo and env.get("HOST") != "0.0.0.0":
        rest = {k: v for k, v in LIVE.items() if k not in {"DEMO", *env}}
    if env == {"HOST": "0.0.0.0"}:
        with pytest.raises(SettingsError):
            load(tmp_path, **env)
        return
    assert load(tmp_path, **rest, **env).demo is demo


@pytest.mark.parametrize("name", ["SECRET_KEY", "PUBLIC_BASE_URL", "TWILIO_ACCOUNT_SID", "TWILIO_NUMBER"])
def test_live_mode_names_what_is_missing(tmp_path: Path, name: str) -> None:
    env = {key: value for key, value in LIVE.items() if key != name}
    with pytest.raises(SettingsError, match=name):
        load(tmp_path, **env)


def test_mail_alone_is_a_way_to_live(tmp_path: Path) -> None:
    env = {k: v for k, v in LIVE.items() if not k.startswith("TWILIO")}
    assert not load(tmp_path, **env, SMTP_URL="smtp://127.0.0.1:25").demo


def test_both_tokens_are_kept_and_the_url_loses_its_slash(tmp_path: Path) -> None:
    settings = load(tmp_path, **LIVE, TWILIO_AUTH_TOKEN_SECONDARY="t2")
    assert settings.twilio_auth_tokens == ("t1", "t2")
    assert settings.public_base_url == "https://texts.example.com"


def test_one_shops_secret_does_not_open_anothers(tmp_path: Path) -> None:
    settings = load(tmp_path, CARRIER_EASYPOST_SECRET="plain", CARRIER_EASYPOST_SECRET_NORTH="own")
    assert settings.source_secret("carrier", "easypost", "default") == "plain"
    assert settings.source_secret("carrier", "easypost", "north") == "own"
    assert settings.source_secret("carrier", "easypost", "south") is None


def test_secrets_are_not_shown(tmp_path: Path) -> None:
    shown = repr(load(tmp_path, **LIVE, BOOTSTRAP_API_KEY="hush-key", CARRIER_X_SECRET="hush-carrier"))
    assert "t1" not in shown
    assert "hush" not in shown


def test_a_word_for_a_number_is_named(tmp_path: Path) -> None:
    with pytest.raises(SettingsError, match="PORT"):
        load(tmp_path, PORT="eighty")


def test_common_spellings_of_postgresql_are_understood(tmp_path: Path) -> None:
    assert load(tmp_path, DATABASE_URL="postgres://u@h/d").database_url == "postgresql+psycopg://u@h/d"


def test_dotenv_is_read_and_the_environment_wins(tmp_path: Path) -> None:
    (tmp_path / ".env").write_text("PORT=9001\nLOG_LEVEL=debug\n")
    settings = Settings.load({"DATA_DIR": str(tmp_path), "PORT": "9002"}, dotenv=tmp_path / ".env")
    assert (settings.port, settings.log_level) == (9002, "DEBUG")


def test_a_pictures_address_must_outlive_the_text_that_carries_it(tmp_path: Path) -> None:
    assert load(tmp_path).picture_link_s == 7200
    assert load(tmp_path, PICTURE_LINK_SECONDS="3601").picture_link_s == 3601
    with pytest.raises(SettingsError, match="PICTURE_LINK_SECONDS"):
        load(tmp_path, PICTURE_LINK_SECONDS="3600")
