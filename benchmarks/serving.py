"""Databases and processes for measurements: made here, used on 127.0.0.1 only, removed at the end."""

import contextlib
import os
import signal
import socket
import subprocess
import sys
import tempfile
import time
import uuid
from collections.abc import Iterator
from pathlib import Path

import psycopg

ROOT = Path(__file__).resolve().parent.parent
POSTGRES_URL = os.environ.get("TEST_POSTGRES_URL", "postgresql+psycopg://postgres@127.0.0.1:5432/postgres")
TOKEN = "bench-token"
ACCOUNT = "AC" + "0" * 32
NUMBER = "+15005550006"


def free_port() -> int:
    """A port nobody listens on at the moment."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@contextlib.contextmanager
def fresh_database(kind: str) -> Iterator[str]:
    """The URL of an empty database of the kind, `sqlite` or `postgresql`."""
    with tempfile.TemporaryDirectory(dir=ROOT / "var" if (ROOT / "var").is_dir() else None) as folder:
        if kind == "sqlite":
            yield f"sqlite:///{folder}/bench.db"
            return
        name = f"doorline_bench_{uuid.uuid4().hex[:10]}"
        conninfo = POSTGRES_URL.replace("postgresql+psycopg://", "postgresql://", 1)
        with psycopg.connect(conninfo, autocommit=True) as admin:
            admin.execute(f'CREATE DATABASE "{name}"')
        try:
            yield POSTGRES_URL.rsplit("/", 1)[0] + f"/{name}"
        finally:
            with psycopg.connect(conninfo, autocommit=True) as admin:
                admin.execute(f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)')


def environment(database_url: str, port: int, folder: str, **extra: str) -> dict[str, str]:
    """The environment of a live installation that texts through `TWILIO_API_URL`."""
    kept = {k: v for k, v in os.environ.items() if k in {"PATH", "HOME", "LANG", "LD_LIBRARY_PATH"}}
    return kept | {
        "DEMO": "0",
        "SECRET_KEY": "bench",
        "PORT": str(port),
        "PUBLIC_BASE_URL": f"http://127.0.0.1:{port}",
        "DATA_DIR": folder,
        "DATABASE_URL": database_url,
        "NLU_URL": "off",
        "TWILIO_ACCOUNT_SID": ACCOUNT,
        "TWILIO_AUTH_TOKEN": TOKEN,
        "TWILIO_NUMBER": NUMBER,
        "BOOTSTRAP_API_KEY": "bench-key",
        "LOG_LEVEL": "WARNING",
        **extra,
    }


@contextlib.contextmanager
def process(command: list[str], env: dict[str, str], *, port: int | None = None) -> Iterator[subprocess.Popen[bytes]]:
    """Run the command until the block ends; when a port is given, wait until it is listened on."""
    child = subprocess.Popen(command, cwd=ROOT, env=env, stdout=subprocess.DEVNULL, start_new_session=True)
    try:
        deadline = time.monotonic() + 30
        while port is not None:
            with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", port), timeout=1):
                break
            if child.poll() is not None or time.monotonic() > deadline:
                raise RuntimeError(f"{command[-1]} does not serve")
            time.sleep(0.05)
        yield child
    finally:
        with contextlib.suppress(ProcessLookupError):
            os.killpg(child.pid, signal.SIGTERM)
        with contextlib.suppress(subprocess.TimeoutExpired):
            child.wait(20)
        with contextlib.suppress(ProcessLookupError):
            os.killpg(child.pid, signal.SIGKILL)


def gunicorn(app: str) -> list[str]:
    """The command that serves the application as the Procfile does."""
    return [sys.executable, "-m", "gunicorn", "--config", "web/gunicorn.conf.py", app]


def pss_mb(pid: int) -> float:
    """Proportional memory of the process and all its children, in MB."""
    pids, total = [pid], 0
    while pids:
        one = pids.pop()
        with contextlib.suppress(OSError):
            for line in Path(f"/proc/{one}/smaps_rollup").read_text().splitlines():
                if line.startswith("Pss:"):
                    total += int(line.split()[1])
        with contextlib.suppress(OSError):
            for task in Path(f"/proc/{one}/task").iterdir():
                pids += [int(child) for child in (task / "children").read_text().split()]
    return round(total / 1024, 1)
