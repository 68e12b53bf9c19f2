"""Starts every process of the Procfile, starts the dead again, stops all of it together. Why: docs/adr/0006.

`python supervise.py [--with-parent] [Procfile]`: one thread, nothing from outside but the settings.
"""

import hmac
import json
import os
import select
import selectors
import signal
import socket
import subprocess
import sys
import time
import urllib.request
from collections import deque
from collections.abc import Iterable
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import IO

from settings import Settings, SettingsError

#: Seconds a process has to end after SIGTERM; the worker drains for at most 15.
STOP_AFTER_S = 20.0
#: A process that lived less than this many seconds died quickly; after so many quick deaths in a row the pauses grow.
QUICK_S, QUICK_DEATHS = 10.0, 5
#: Lines kept for a reader of our output who does not read; older ones are dropped rather than stopping the house.
BACKLOG, LONGEST_LINE = 2000, 4000
COLOURS = ("36", "32", "35", "33", "34")
ANYWHERE = {"0.0.0.0": "127.0.0.1", "::": "[::1]"}  # noqa: S104  where to ask what listens everywhere


def parent() -> tuple[int, bool]:
    """Answer our parent's id and whether it would act on SIGINT (known on Linux only)."""
    caught = 0
    with suppress(OSError, LookupError):
        status = Path(f"/proc/{os.getppid()}/status").read_text()
        caught = int(status.partition("SigCgt:")[2].split()[0], 16)
    return os.getppid(), bool(caught & (1 << (signal.SIGINT - 1)))


def pause_after(quick_deaths: int) -> float:
    """Seconds before the next start: one, and after five quick deaths in a row 2, 4, 8 and then always 10."""
    return min(10.0, 2.0 ** min(max(0, quick_deaths - QUICK_DEATHS), 9))


def read_procfile(path: Path) -> dict[str, str]:
    """Answer name -> shell command. Raises SettingsError for a line that is not `name: command`."""
    commands: dict[str, str] = {}
    for number, line in enumerate(path.read_text().splitlines(), 1):
        name, colon, command = (part.strip() for part in line.partition(":"))
        if not line.strip() or line.startswith("#"):
            continue
        if not (name and colon and command):
            raise SettingsError(f"{path}, line {number}: expected `name: command`.")
        commands[name] = command
    return commands


def demo_agent(settings: Settings) -> str:
    """Answer the `email:password` of the demo's console: its own on each installation, the same at every start."""
    digest = hmac.digest(settings.secret_key.encode(), b"demo console", "sha256").hex()
    return settings.bootstrap_agent or f"demo@example.com:{digest[:4]}-{digest[4:8]}-{digest[8:12]}"


def check_port(host: str, port: int) -> None:
    """Raise SettingsError when another program listens there already, OSError when nobody could."""
    family, kind, _, _, address = socket.getaddrinfo(host.strip("[]"), port, type=socket.SOCK_STREAM)[0]
    with socket.socket(family, kind) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(address)
        except OSError as error:
            raise SettingsError(
                f"Port {port} of {host} cannot be listened on: {error.strerror}. "
                f"Stop the program that has it, or choose another port: PORT={port + 1} make run"
            ) from error


def signal_group(group: int, number: int) -> bool:
    """Send the signal to the process group: False when nobody is left in it."""
    with suppress(ProcessLookupError, PermissionError):
        os.killpg(group, number)
        return True
    return False


def guard(lines: Iterable[str]) -> None:
    """Outlive the supervisor: read `+group` and `-group` until it is gone, then end the groups that are left."""
    groups: set[int] = set()
    for line in lines:
        (groups.add if line.startswith("+") else groups.discard)(int(line[1:]))
    number: int = signal.SIGTERM
    deadline = time.monotonic() + STOP_AFTER_S
    while groups := {group for group in groups if signal_group(group, number)}:
        number = signal.SIGKILL if time.monotonic() >= deadline else 0
        time.sleep(0.1)


def announce(settings: Settings) -> None:
    """Wait until web and worker serve, then say so in one line, and in demo mode where to play and how to log in."""
    host = ANYWHERE.get(settings.host, settings.host)
    while True:
        with suppress(OSError, ValueError, LookupError):
            with urllib.request.urlopen(f"http://{host}:{settings.port}/health", timeout=5) as answer:
                checks = json.load(answer)["checks"]
            if checks["database"] == checks["worker"] == "ok":
                break
        time.sleep(0.2)
    sys.stdout.write(f"Doorline is ready: {settings.public_base_url}\n")
    if settings.demo:
        login, base = settings.bootstrap_agent.replace(":", " / ", 1), settings.public_base_url
        sys.stdout.write(f"Play with two phones at {base}/phone. Console login at {base}/console: {login}\n")


@dataclass
class Child:
    """One process that is kept alive."""

    name: str
    command: list[str]
    #: Printed before each of its lines.
    prefix: bytes = b""
    popen: "subprocess.Popen[bytes] | None" = None
    started: float = 0.0
    #: Monotonic moment of the next start while it is dead.
    due: float = 0.0
    quick_deaths: int = 0
    #: The beginning of a line whose end has not come yet.
    partial: bytes = b""


class Supervisor:
    """The loop: output, deaths, starts, stop."""

    def __init__(
        self, commands: dict[str, str], environ: dict[str, str], output: IO[bytes], *, with_parent: bool = False
    ) -> None:
        self._output, self._environ = output, environ
        # make passes SIGTERM on; killed, or interrupted without its group, it leaves us without a word.
        self._parent = parent() if with_parent else None
        coloured, width = output.isatty() and not environ.get("NO_COLOR"), max(map(len, commands), default=0)
        self._children = []
        for index, (name, command) in enumerate(commands.items()):
            before, after = (f"\x1b[{COLOURS[index % len(COLOURS)]}m", "\x1b[0m") if coloured else ("", "")
            prefix = f"{before}{name:<{width}} |{after} ".encode()
            # exec: the process we watch, signal and wait for is the command itself, not a shell around it.
            self._children.append(Child(name, ["/bin/sh", "-c", f"exec {command}"], prefix))
        self._children.append(Child("", [sys.executable, __file__, "--announce"]))  # ends after its line, for good
        self._lines: deque[bytes] = deque(maxlen=BACKLOG)
        self._selector = selectors.DefaultSelector()
        self._asked_to_stop = False
        self._deadline: float | None = None
        self._guard = subprocess.Popen(  # noqa: S603  ourselves
            [sys.executable, __file__, "--guard"], bufsize=0, stdin=subprocess.PIPE, stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL, start_new_session=True,
        )  # fmt: skip

    def run(self) -> int:
        """Supervise until SIGTERM or SIGINT, then end everything; answers the exit status, 0."""
        wake_read, wake_write = os.pipe()
        os.set_blocking(wake_write, False)
        signal.set_wakeup_fd(wake_write, warn_on_full_buffer=False)
        self._selector.register(wake_read, selectors.EVENT_READ)
        signal.signal(signal.SIGCHLD, lambda *_: None)  # a death, too, must wake the loop
        for number in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP):
            signal.signal(number, self._ask_to_stop)
        while self._deadline is None or any(child.popen for child in self._children):
            for key, _ in self._selector.select(timeout=0.2):
                self._read(key.data) if key.data else os.read(wake_read, 4096)
            for child in self._children:
                self._tend(child, time.monotonic())
            if self._parent is not None and parent() != self._parent:
                self._asked_to_stop = True
            self._stop_if_asked(time.monotonic())
            self._write()
        return 0

    def _ask_to_stop(self, *_: object) -> None:
        self._asked_to_stop = True  # only noted: a process may just be half started

    def _stop_if_asked(self, now: float) -> None:
        """Pass SIGTERM on once, and SIGKILL when the time is up."""
        if not self._asked_to_stop or (self._deadline is not None and now < self._deadline):
            return
        number = signal.SIGTERM if self._deadline is None else signal.SIGKILL
        self._deadline = now + STOP_AFTER_S
        for child in self._children:
            if child.popen is not None:
                signal_group(child.popen.pid, number)

    def _tend(self, child: Child, now: float) -> None:
        if child.popen is not None and child.popen.poll() is not None:
            self._bury(child, child.popen, now)
        if child.popen is None and now >= child.due and not self._asked_to_stop:
            child.started = now
            child.popen = subprocess.Popen(  # noqa: S603  the Procfile is the operator's own
                child.command, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
                env=self._environ, process_group=0,
            )  # fmt: skip
            self._tell_guard(b"+%d\n" % child.popen.pid)
            assert child.popen.stdout is not None
            os.set_blocking(child.popen.stdout.fileno(), False)
            self._selector.register(child.popen.stdout, selectors.EVENT_READ, child)

    def _bury(self, child: Child, popen: "subprocess.Popen[bytes]", now: float) -> None:
        signal_group(popen.pid, signal.SIGKILL)  # what it had started must not hold the port of its successor
        self._tell_guard(b"-%d\n" % popen.pid)
        while self._read(child):
            pass
        if child.partial:
            self._lines.append(child.prefix + child.partial + b"\n")
        assert popen.stdout is not None
        with suppress(KeyError):
            self._selector.unregister(popen.stdout)
        popen.stdout.close()
        child.popen, child.partial = None, b""
        child.quick_deaths = child.quick_deaths + 1 if now - child.started < QUICK_S else 0
        pause = pause_after(child.quick_deaths)
        child.due = now + pause if child.name else float("inf")
        if child.name and not self._asked_to_stop:
            how = f"killed by signal {-popen.returncode}" if popen.returncode < 0 else f"exit {popen.returncode}"
            often = f", {child.quick_deaths} times in a row" if child.quick_deaths > QUICK_DEATHS else ""
            told = f"{child.name} has ended ({how}{often}): starting it again in {pause:.0f} s\n"
            self._lines.append(child.prefix + told.encode())

    def _tell_guard(self, line: bytes) -> None:
        assert self._guard.stdin is not None
        with suppress(BrokenPipeError):  # killed by somebody: the house can do without
            self._guard.stdin.write(line)

    def _read(self, child: Child) -> bool:
        """Take what the child has written: False when there is nothing more."""
        assert child.popen is not None and child.popen.stdout is not None
        try:
            chunk = os.read(child.popen.stdout.fileno(), 65536)
        except BlockingIOError:
            return False
        if not chunk:
            with suppress(KeyError):
                self._selector.unregister(child.popen.stdout)
            return False
        *lines, child.partial = (child.partial + chunk).split(b"\n")
        child.partial = child.partial[:LONGEST_LINE]
        self._lines.extend(child.prefix + line[:LONGEST_LINE] + b"\n" for line in lines)
        return True

    def _write(self) -> None:
        """Print what can be printed without waiting: nobody who stops reading may stop the house."""
        try:
            while self._lines and select.select([], [self._output], [], 0)[1]:
                os.write(self._output.fileno(), self._lines.popleft())
        except OSError:  # the reader has gone, with or without a hang-up
            self._lines.clear()


def main(arguments: list[str]) -> int:
    """Run the Procfile named last, or do what `--guard` and `--announce` say; answers the exit status."""
    if "--guard" in arguments:
        guard(sys.stdin)
        return 0
    try:
        settings = Settings.load()
        if "--announce" in arguments:
            announce(settings)
            return 0
        commands = read_procfile(Path(next((a for a in arguments if not a.startswith("-")), "Procfile")))
        check_port(settings.host, settings.port)
    except (SettingsError, OSError) as error:
        sys.stderr.write(f"Doorline cannot start. {error}\n")
        return 1
    environ = {**os.environ, "HOST": settings.host, "PORT": str(settings.port), "PYTHONUNBUFFERED": "1"}
    if settings.demo:
        environ["BOOTSTRAP_AGENT"] = demo_agent(settings)
    return Supervisor(commands, environ, sys.stdout.buffer, with_parent="--with-parent" in arguments).run()


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
