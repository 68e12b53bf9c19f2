"""The NLU's environment and server: with stand-in commands for what takes minutes, and once with the real Rasa."""

import os
import signal
import socket
import stat
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from bot.evaluate import evaluate, own_server
from bot.keywords import Keywords
from bot.nlu_environment import CommandError, Environment, NluError, clean_environment, command_runner, digest
from bot.nlu_server import Server, not_ours, settings_from
from bot.rasa import RasaNlu

ROOT = Path(__file__).resolve().parents[2]


class Commands:
    """Stands in for the shell: answers what it was told, remembers what was asked."""

    def __init__(self, home: Path, *, version: str = "3 11", failing: str = "\0") -> None:
        self.home = home
        self.version = version
        self.failing = failing
        self.ran: list[str] = []

    def __call__(self, command: list[str]) -> str:
        line = " ".join(command)
        self.ran.append(line)
        if self.failing in line:
            raise CommandError("no network")
        if "sys.version_info" in line:
            return self.version
        if " venv " in line:
            (self.home / ".venv-nlu" / "bin").mkdir(parents=True)
            (self.home / ".venv-nlu" / "bin" / "python").touch()
        return ""


@pytest.fixture
def home(tmp_path: Path) -> Path:
    (tmp_path / "requirements-nlu.txt").write_text("rasa==3.6.21\n")
    return tmp_path


def test_install_is_done_once_and_again_when_the_pins_change(home: Path) -> None:
    commands = Commands(home)
    environment = Environment(commands, home)
    assert not environment.is_ready()
    environment.install()
    assert environment.is_ready()
    assert any("install" in line and "--no-deps" in line for line in commands.ran)
    (home / "requirements-nlu.txt").write_text("rasa==3.6.22\n")
    assert not environment.is_ready()


def test_half_an_installation_is_none(home: Path) -> None:
    environment = Environment(Commands(home, failing=" install "), home)
    with pytest.raises(NluError, match="no network"):
        environment.install()
    assert environment.python.exists()
    assert not environment.is_ready()
    Environment(Commands(home), home).install()
    assert environment.is_ready()


@pytest.mark.parametrize("version", ["3 12", "3 9", "rubbish", ""])
def test_no_suitable_python_is_said_plainly(home: Path, version: str) -> None:
    with pytest.raises(NluError, match=r"3\.10 or 3\.11"):
        Environment(Commands(home, version=version), home).install()


def test_uv_is_asked_to_fetch_a_python(home: Path) -> None:
    uv = home / ".venv" / "bin" / "uv"
    uv.parent.mkdir(parents=True)
    uv.touch()
    commands = Commands(home, version="3 13")
    with pytest.raises(NluError):
        Environment(commands, home).install()
    assert any("python install" in line for line in commands.ran)


def test_rasa_sees_a_clean_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PYTHONPATH", str(ROOT))
    monkeypatch.setenv("PYTHONDONTWRITEBYTECODE", "1")
    monkeypatch.setenv("LOG_LEVEL", "DEBUG")
    environment = clean_environment()
    assert "PYTHONPATH" not in environment
    assert "PYTHONDONTWRITEBYTECODE" not in environment
    assert environment["LOG_LEVEL"] == "WARNING"
    assert environment["RASA_TELEMETRY_ENABLED"] == "false"


def test_commands_run_and_fail_with_their_last_words(tmp_path: Path) -> None:
    seen: list[object] = []
    run = command_runner(seen.append, tmp_path)
    assert run([sys.executable, "-c", "print('fine')"]) == "fine"
    with pytest.raises(CommandError, match="dreadful"):
        run([sys.executable, "-c", "import sys; sys.exit('dreadful')"])
    with pytest.raises(CommandError, match="No such file"):
        run([str(tmp_path / "absent")])
    assert seen[1::2] == [None, None]


def test_digest_covers_names_and_contents(tmp_path: Path) -> None:
    a, b = tmp_path / "a", tmp_path / "b"
    a.write_text("x")
    b.write_text("x")
    assert digest(a) != digest(b)
    assert digest(a) == digest(a)


def test_settings_come_from_the_file_and_the_environment_wins(tmp_path: Path) -> None:
    dotenv = tmp_path / ".env"
    dotenv.write_text("# NLU_URL=no\nNLU_PORT = 6006 # ours\nexport DATA_DIR='/data'\nSECRET_KEY=x\nbroken\n")
    assert settings_from({}, dotenv) == {"NLU_PORT": "6006", "DATA_DIR": "/data"}
    assert settings_from({"NLU_PORT": "7", "NLU_URL": ""}, dotenv) == {"NLU_PORT": "7", "DATA_DIR": "/data"}
    assert settings_from({}, tmp_path / "absent") == {}


@pytest.mark.parametrize(
    ("url", "ours"),
    [("", True), ("http://127.0.0.1:5005", True), ("http://localhost:5005/", True), ("off", False), ("OFF", False),
     ("http://nlu:5005", False), ("http://127.0.0.1:5006", False)],
)  # fmt: skip
def test_whose_nlu_it_is(url: str, ours: bool) -> None:
    assert (not_ours(url, 5005) is None) is ours


def test_training_needs_a_name_that_changes_with_the_files(tmp_path: Path) -> None:
    server = Server(tmp_path, 5005)
    assert server.model.parent == tmp_path / "nlu"
    assert server.model.name.startswith("model-")


def test_rasa_runs_where_our_packages_are_not(tmp_path: Path) -> None:
    server = Server(tmp_path, 5005)
    command = server.command()
    assert "--enable-api" in command
    assert command[command.index("--interface") + 1] == "127.0.0.1"
    assert "--cors" not in command
    assert "-I" in command, "the launcher's folder must not be on Rasa's path"
    assert not list(server.work_dir.rglob("*.py"))


@pytest.fixture
def idle(tmp_path: Path) -> Iterator[subprocess.Popen[str]]:
    environment = {**os.environ, "NLU_URL": "off", "DATA_DIR": str(tmp_path)}
    command = [sys.executable, "-m", "bot.nlu_server", "all"]
    process = subprocess.Popen(command, cwd=ROOT, env=environment, stdout=subprocess.PIPE, text=True)
    yield process
    process.kill()
    process.communicate()


def test_all_idles_when_no_nlu_is_wanted_and_ends_on_sigterm(idle: subprocess.Popen[str]) -> None:
    assert idle.stdout is not None
    assert "off" in idle.stdout.readline()
    assert idle.poll() is None
    idle.send_signal(signal.SIGTERM)
    assert idle.wait(5) == 128 + signal.SIGTERM


def test_all_idles_when_nothing_can_be_installed(tmp_path: Path) -> None:
    """A copy of the two modules beside an empty home, with every interpreter and uv out of sight."""
    package = tmp_path / "bot"
    package.mkdir()
    for name in ("__init__.py", "nlu_server.py", "nlu_environment.py"):
        (package / name).write_text((ROOT / "bot" / name).read_text())
    (package / "training").mkdir()
    (tmp_path / "requirements-nlu.txt").write_text("rasa==0.0.0.impossible\n")
    uv = tmp_path / ".venv" / "bin" / "uv"
    uv.parent.mkdir(parents=True)
    uv.write_text("#!/bin/sh\necho no network; exit 2\n")
    uv.chmod(uv.stat().st_mode | stat.S_IEXEC)
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    environment = {"PATH": "/usr/bin:/bin", "NLU_PORT": str(port)}
    process = subprocess.Popen(
        [sys.executable, "-m", "bot.nlu_server", "all"],
        cwd=tmp_path,
        env=environment,
        stdout=subprocess.PIPE,
        text=True,
    )
    assert process.stdout is not None
    lines = [process.stdout.readline(), process.stdout.readline()]
    try:
        assert "No NLU" in lines[1]
        assert "Keywords will answer" in lines[1]
        assert process.poll() is None
    finally:
        process.terminate()
        process.communicate(timeout=5)
    assert process.returncode == 128 + signal.SIGTERM


@pytest.mark.nlu
def test_the_real_rasa_understands() -> None:
    server = Server(ROOT / "var", 5005)
    if not (ROOT / ".venv-nlu" / ".installed").exists() or not server.model.exists():
        pytest.skip("no NLU environment with a trained model: `make nlu` makes it (1.6 GB, needs Python 3.10 or 3.11)")
    with own_server(ROOT / "var") as url:
        nlu = RasaNlu(url, Keywords())
        assert nlu.ping()
        for text, intent in (
            ("wheres my stuff??", "where_is_my_order"),
            ("dónde está mi pedido", "where_is_my_order"),
            ("leave it with the doorman please", "delivery_instructions"),
            ("nobody is answering the door", "driver_nobody_home"),
            ("what is the weather going to be tomorrow", "out_of_scope"),
        ):
            understood = nlu.understand(text)
            assert (understood.intent, understood.source) == (intent, "rasa"), understood
        figures = evaluate(nlu, [("where is my parcel now", "where_is_my_order")] * 20, 0.5)
        assert figures["accuracy"] == 1.0
        nlu.close()
