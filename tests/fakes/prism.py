"""Prism in front of the fake Twilio: Twilio's own OpenAPI description judges what we send and what the fake answers.

Needs Node and `@stoplight/prism-cli`, kept in var/prism: `npm install --prefix var/prism @stoplight/prism-cli@5.16.0`.
"""

import contextlib
import http.client
import json
import os
import shutil
import signal
import socket
import subprocess
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent.parent
HOME = ROOT / "var" / "prism"
PACKAGE = "@stoplight/prism-cli@5.16.0"
HOW = f"npm install --prefix {HOME.relative_to(ROOT)} {PACKAGE}"


class NoPrism(RuntimeError):
    """Prism is not installed."""


@dataclass(frozen=True)
class Prism:
    """A running proxy."""

    url: str


def messages_spec(source: Path, target: Path) -> Path:
    """Write Twilio's description of Messages to `target`, with two corrections, and answer the path.

    Everything else is left out for the time it takes to read. The description contradicts itself in one place: a
    listing's links are called `uri`, yet its own examples are relative. And it does not say how the list MediaUrl is
    written into a form; Prism then knows no list at all, though the standard's default is to repeat the name, as
    Twilio's documentation and SDK do.
    """
    described = json.loads(source.read_text())
    kept = ("/Messages.json", "/Messages/{Sid}.json")
    described["paths"] = {path: what for path, what in described["paths"].items() if path.endswith(kept)}
    messages = described["paths"]["/2010-04-01/Accounts/{AccountSid}/Messages.json"]
    form = messages["post"]["requestBody"]["content"]["application/x-www-form-urlencoded"]
    form["encoding"] = {"MediaUrl": {"style": "form", "explode": True}}
    listing = messages["get"]["responses"]["200"]["content"]["application/json"]["schema"]["properties"]
    for name in ("uri", "first_page_uri", "next_page_uri", "previous_page_uri"):
        listing[name]["format"] = "uri-reference"
    target.write_text(json.dumps(described))
    return target


def binary(*, install: bool = False) -> Path:
    """Answer Prism's command, installing it first when asked to. Raises NoPrism saying how to get it."""
    command = HOME / "node_modules" / ".bin" / "prism"
    if shutil.which("node") is None or shutil.which("npm") is None:
        raise NoPrism("Node is absent: install it (nodejs, npm), then " + HOW)
    if not command.exists() and install:
        HOME.mkdir(parents=True, exist_ok=True)
        told = ["npm", "install", "--no-audit", "--no-fund", "--loglevel=error", "--prefix", str(HOME), PACKAGE]
        subprocess.run(told, check=True, timeout=300)
    if not command.exists():
        raise NoPrism("Prism is not installed: " + HOW)
    return command


def _free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port: int = taken.getsockname()[1]
        return port


@contextlib.contextmanager
def prism_proxy(spec: Path, upstream: str, log: Path, *, install: bool = False) -> Iterator[Prism]:
    """Run `prism proxy --errors` until the block ends: a violation on either side is answered with an error."""
    port = _free_port()
    told = [binary(install=install), "proxy", spec, upstream, "--errors", "--host", "127.0.0.1", "--port", port]
    with log.open("w") as out:
        process = subprocess.Popen(
            [str(word) for word in told],
            stdout=out,
            stderr=subprocess.STDOUT,
            cwd=HOME,
            env={**os.environ, "NO_COLOR": "1", "FORCE_COLOR": "0"},
            start_new_session=True,
        )
    try:
        _wait(process, port, log)
        yield Prism(f"http://127.0.0.1:{port}")
    finally:
        with contextlib.suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGTERM)
        try:
            process.wait(10)
        except subprocess.TimeoutExpired:
            os.killpg(process.pid, signal.SIGKILL)
            process.wait(10)


def _wait(process: "subprocess.Popen[bytes]", port: int, log: Path, timeout_s: float = 90.0) -> None:
    """Wait until it answers anything at all: it reads two megabytes of description first."""
    end = time.monotonic() + timeout_s
    while time.monotonic() < end:
        if process.poll() is not None:
            raise RuntimeError(f"Prism ended with {process.returncode}: {log.read_text()[-2000:]}")
        connection = http.client.HTTPConnection("127.0.0.1", port, timeout=30)
        try:
            connection.request("GET", "/")
            connection.getresponse().read()
        except (OSError, http.client.HTTPException):
            with contextlib.suppress(subprocess.TimeoutExpired):
                process.wait(0.1)  # a pause that ends when it dies
        else:
            return
        finally:
            connection.close()
    raise TimeoutError(f"Prism did not answer within {timeout_s} s: {log.read_text()[-2000:]}")
