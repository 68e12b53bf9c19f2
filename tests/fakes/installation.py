"""A whole installation as processes of its own: web and worker on free ports, an own database, ended by pid."""

import contextlib
import ctypes
import functools
import json
import os
import signal
import socket
import subprocess
import sys
import tempfile
import threading
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import migrations

ROOT = Path(__file__).resolve().parent.parent.parent
PR_SET_PDEATHSIG = 1
API_KEY = "test-key-0123456789"


def free_port() -> int:
    """A port nobody listens on at the moment."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def until(condition: Callable[[], Any], *, seconds: float = 15, what: str = "condition") -> Any:
    """Answer the first truthy value of the condition; AssertionError when the time is over."""
    deadline = time.monotonic() + seconds
    while True:
        value = condition()
        if value:
            return value
        if time.monotonic() > deadline:
            raise AssertionError(f"waited {seconds} s in vain for {what}")
        # A wait for another process, not for luck: the loop ends as soon as the condition holds.
        threading.Event().wait(0.02)


def _die_with_us() -> None:
    """In the child: end when the test run ends, however it ends. Known on Linux only."""
    with contextlib.suppress(OSError, AttributeError):
        ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGTERM)


@dataclass
class Answer:
    """What a request got."""

    status: int
    body: bytes
    headers: Mapping[str, str]

    @property
    def json(self) -> Any:
        return json.loads(self.body)


@dataclass
class Installation:
    """Doorline, running."""

    folder: Path
    env: dict[str, str]
    port: int
    processes: dict[str, subprocess.Popen[bytes]] = field(default_factory=dict)

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def start(self, *names: str) -> None:
        """Start `web`, `worker` or both."""
        commands = {
            "web": [sys.executable, "-m", "gunicorn", "--config", "web/gunicorn.conf.py", "app:create_app()"],
            "worker": [sys.executable, "worker.py"],
        }
        for name in names or ("web", "worker"):
            with (self.folder / f"{name}.log").open("ab") as log:
                self.processes[name] = subprocess.Popen(
                    commands[name.split("-")[0]],
                    cwd=ROOT,
                    env=self.env,
                    stdout=log,
                    stderr=log,
                    start_new_session=True,
                    preexec_fn=_die_with_us,
                )

    def kill(self, name: str, number: int = signal.SIGKILL) -> None:
        """Send the signal to one of our processes and its children, and wait for its end."""
        process = self.processes[name]
        with contextlib.suppress(ProcessLookupError):
            os.killpg(process.pid, number)
        process.wait(30)
        del self.processes[name]  # only now: `stop` ends what did not end

    def stop(self) -> None:
        """End everything: kindly, then not."""
        for process in self.processes.values():
            with contextlib.suppress(ProcessLookupError):
                os.killpg(process.pid, signal.SIGTERM)
        for process in self.processes.values():
            try:
                process.wait(20)
            except subprocess.TimeoutExpired:
                os.killpg(process.pid, signal.SIGKILL)
                process.wait(5)
        self.processes.clear()

    def wait_ready(self, seconds: float = 30) -> None:
        """Until web and worker serve."""

        def ready() -> bool:
            for name, process in self.processes.items():
                if process.poll() is not None:
                    raise AssertionError(f"{name} ended: {self.logs()[-3000:]}")
            try:
                checks = self.get("/health").json["checks"]
            except (OSError, ValueError, KeyError):
                return False
            return bool(checks["database"] == "ok" and checks["worker"] == "ok")

        until(ready, seconds=seconds, what="the installation to serve")

    def logs(self) -> str:
        return "".join(path.read_text(errors="replace") for path in sorted(self.folder.glob("*.log")))

    def request(self, method: str, path: str, body: bytes | None = None, **headers: str) -> Answer:
        request = urllib.request.Request(self.url + path, data=body, method=method)
        for name, value in headers.items():
            request.add_header(name.replace("_", "-"), value)
        try:
            with urllib.request.urlopen(request, timeout=15) as answer:
                return Answer(answer.status, answer.read(), dict(answer.headers))
        except urllib.error.HTTPError as error:
            with error:
                return Answer(error.code, error.read(), dict(error.headers))

    def get(self, path: str, **headers: str) -> Answer:
        return self.request("GET", path, **headers)

    def api(self, method: str, path: str, body: Any = None, key: str = API_KEY, **headers: str) -> Answer:
        """Call REST v1 with the key."""
        data = None if body is None else json.dumps(body).encode()
        return self.request(
            method, f"/api/v1{path}", data, Authorization=f"Bearer {key}", Content_Type="application/json", **headers
        )

    def say(self, sender: str, recipient: str, text: str) -> Answer:
        """Text from one of the browser's phones (demo mode)."""
        body = json.dumps({"from": sender, "to": recipient, "body": text}).encode()
        return self.request("POST", "/phone/messages", body, Content_Type="application/json")

    def phone(self, number: str, after: int = 0) -> list[dict[str, Any]]:
        """What the phone with that number has got so far (demo mode)."""
        answer = self.get(f"/phone/messages?number=%2B{number.lstrip('+')}&after={after}")
        return [m for m in answer.json["items"] if m["to"] == number]


@functools.cache
def _migrated() -> bytes:
    """A SQLite file after all migrations."""
    with tempfile.TemporaryDirectory() as folder:
        migrations.upgrade(f"sqlite:///{folder}/doorline.db")
        return Path(folder, "doorline.db").read_bytes()


def _migrate(url: str) -> None:
    """What `app.py migrate` does, without a process for it; a SQLite file that is not there yet is a copy."""
    path = Path(url.removeprefix("sqlite:///"))
    if url.startswith("sqlite") and not path.exists():
        path.write_bytes(_migrated())
    else:
        migrations.upgrade(url)


@contextlib.contextmanager
def installation(folder: Path, database_url: str | None = None, **extra: str) -> Iterator[Installation]:
    """Migrate, start web and worker, wait until they serve; end them afterwards."""
    folder.mkdir(parents=True, exist_ok=True)
    port = free_port()
    env = {k: v for k, v in os.environ.items() if k in {"PATH", "HOME", "LANG", "LD_LIBRARY_PATH", "TZ"}} | {
        "PORT": str(port),
        "PUBLIC_BASE_URL": f"http://127.0.0.1:{port}",
        "DEMO": "1",
        "DATA_DIR": str(folder),
        "NLU_URL": "off",
        "BOOTSTRAP_API_KEY": API_KEY,
        "BOOTSTRAP_AGENT": "ada@example.com:correct horse battery",
        "DATABASE_URL": database_url or f"sqlite:///{folder / 'doorline.db'}",
    }
    env |= extra
    found = Installation(folder, env, port)
    _migrate(env["DATABASE_URL"])
    try:
        found.start()
        found.wait_ready()
        yield found
    finally:
        found.stop()
