"""The supervisor, as processes: what dies comes back, what is stopped is gone, and nothing is left behind."""

import os
import shutil
import signal
import socket
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from conftest import ROOT, unavailable
from fakes.installation import free_port, until

import supervise
from settings import Settings, SettingsError

#: A process with a child of its own, which writes down both ids at each start; `deaf` ones ignore SIGTERM.
PARENT = """
import signal, subprocess, sys, time
if "deaf" in sys.argv:
    signal.signal(signal.SIGTERM, signal.SIG_IGN)
subprocess.Popen([sys.executable, "child.py", *sys.argv[1:]])
print(f"{sys.argv[1]} is up", flush=True)
time.sleep(600)
"""
CHILD = """
import os, signal, sys, time
if "deaf" in sys.argv or "deaf-child" in sys.argv:
    signal.signal(signal.SIGTERM, signal.SIG_IGN)
with open(f"{sys.argv[1]}.pids", "a") as file:
    file.write(f"{os.getppid()} {os.getpid()}\\n")
time.sleep(600)
"""
#: Answers /health: first without a worker, then well.
WEB = """
import http.server, json, os
asked = []
class Handler(http.server.BaseHTTPRequestHandler):
    def do_GET(self):
        asked.append(self.path)
        worker = "ok" if len(asked) > 2 else "down"
        body = json.dumps({"status": "x", "checks": {"database": "ok", "worker": worker}}).encode()
        self.send_response(200 if worker == "ok" else 503)
        self.end_headers()
        self.wfile.write(body)
    def log_message(self, *_): pass
http.server.HTTPServer((os.environ["HOST"], int(os.environ["PORT"])), Handler).serve_forever()
"""


@dataclass
class House:
    """A folder with a Procfile, and the supervisor over it."""

    folder: Path
    port: int
    env: dict[str, str]
    process: "subprocess.Popen[bytes] | None" = None
    output: bytearray = field(default_factory=bytearray)
    reader: threading.Thread | None = None

    def procfile(self, **commands: str) -> None:
        for name, source in (("parent", PARENT), ("child", CHILD), ("web", WEB)):
            (self.folder / f"{name}.py").write_text(source)
        lines = (f"{name}: {command}\n" for name, command in commands.items())
        (self.folder / "Procfile").write_text("# ours\n\n" + "".join(lines))

    def start(self, *command: str, listen: bool = True) -> "subprocess.Popen[bytes]":
        self.process = subprocess.Popen(
            command or (sys.executable, str(ROOT / "supervise.py")),
            cwd=self.folder,
            env=self.env,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            start_new_session=True,
            # A run in the background is born deaf to SIGINT, and its children with it; a terminal's are not.
            preexec_fn=lambda: signal.signal(signal.SIGINT, signal.SIG_DFL),
        )
        if listen:
            self.reader = threading.Thread(target=self._listen, daemon=True)
            self.reader.start()
        return self.process

    def end(self) -> None:
        """Leave nothing behind, whatever the test has found."""
        if self.process is not None and self.process.poll() is None:
            os.killpg(self.process.pid, signal.SIGKILL)
            self.process.wait(10)
        for one in Path("/proc").glob("[0-9]*"):  # whoever still sits in our folder is ours
            with suppress(OSError):
                if (one / "cwd").resolve() == self.folder.resolve():
                    os.kill(int(one.name), signal.SIGKILL)
        if self.reader is not None:
            self.reader.join(30)
        if self.process is not None and self.process.stdout is not None:
            self.process.stdout.close()

    def _listen(self) -> None:
        assert self.process is not None and self.process.stdout is not None
        while chunk := os.read(self.process.stdout.fileno(), 65536):
            self.output += chunk

    def said(self, words: str) -> int:
        return self.output.decode().count(words)

    def pids(self, name: str) -> list[tuple[int, int]]:
        """The ids of each start of a process and its child, oldest first."""
        with suppress(FileNotFoundError):
            lines = (self.folder / f"{name}.pids").read_text().splitlines()
            return [(int(own), int(child)) for own, child in (line.split() for line in lines)]
        return []

    def everybody(self) -> list[int]:
        return [pid for file in self.folder.glob("*.pids") for pair in self.pids(file.stem) for pid in pair]


def alive(pid: int) -> bool:
    """Whether the process runs; one that has ended and waits for its parent does not."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] not in "ZX"
    except (FileNotFoundError, ProcessLookupError):
        if not sys.platform.startswith("linux"):
            with suppress(ProcessLookupError):
                os.kill(pid, 0)
                return True
        return False


@pytest.fixture
def house(tmp_path: Path) -> Iterator[House]:
    port = free_port()
    kept = {name: value for name, value in os.environ.items() if name in {"PATH", "HOME", "LANG", "LD_LIBRARY_PATH"}}
    found = House(tmp_path, port, {**kept, "PORT": str(port), "DATA_DIR": str(tmp_path / "var")})
    yield found
    found.end()


def parent(name: str, *more: str) -> str:
    return f"{sys.executable} parent.py {' '.join((name, *more))}"


def test_what_dies_is_back_within_two_seconds_and_the_others_go_on(house: House) -> None:
    house.procfile(one=parent("one", "deaf-child"), other=parent("other"))
    house.start()
    until(lambda: house.pids("one") and house.pids("other"), what="both to start")
    (own, child), (kept, _) = house.pids("one")[0], house.pids("other")[0]
    os.kill(own, signal.SIGKILL)
    until(lambda: house.said("one has ended"), what="the death to be seen")
    until(lambda: len(house.pids("one")) == 2, seconds=2, what="the dead process to be back")
    assert not alive(child)  # or it would hold its successor's port
    assert alive(kept)
    assert len(house.pids("other")) == 1
    assert house.said("one   | one has ended (killed by signal 9): starting it again in 1 s\n") == 1
    until(lambda: house.said("one   | one is up\n") == 2, what="its output")


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT, signal.SIGHUP])
def test_a_signal_stops_all_of_it_and_children_s_children(house: House, number: int) -> None:
    house.procfile(one=parent("one"), two=parent("two"))
    process = house.start()
    until(lambda: house.pids("one") and house.pids("two"), what="both to start")
    process.send_signal(number)
    assert process.wait(15) == 0
    until(lambda: not any(map(alive, house.everybody())), what="everybody to be gone")
    assert house.said("starting it again") == 0


def test_what_does_not_listen_is_killed_when_the_time_is_up(house: House) -> None:
    house.procfile(one=parent("one", "deaf"))
    script = f"import sys; sys.path.insert(0, {str(ROOT)!r}); import supervise; supervise.STOP_AFTER_S = 1.0"
    process = house.start(sys.executable, "-c", f"{script}; sys.exit(supervise.main([]))")
    until(lambda: house.pids("one"), what="the start")
    process.send_signal(signal.SIGTERM)
    assert process.wait(15) == 0
    until(lambda: not any(map(alive, house.everybody())), what="everybody to be gone")


def test_a_killed_supervisor_leaves_nobody_behind(house: House) -> None:
    house.procfile(one=parent("one"), two=parent("two"))
    process = house.start()
    until(lambda: house.pids("one") and house.pids("two"), what="both to start")
    process.kill()
    process.wait(10)
    until(lambda: not any(map(alive, house.everybody())), what="everybody to be gone")


def test_the_guard_kills_what_does_not_listen(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    house.procfile()
    group = house.start(sys.executable, "parent.py", "one", "deaf")
    until(lambda: house.pids("one"), what="the start")
    monkeypatch.setattr(supervise, "STOP_AFTER_S", 0.5)
    threading.Thread(target=group.wait, daemon=True).start()  # as init would, once the supervisor is gone
    supervise.guard([f"+{group.pid}\n", "+999999999\n", "-999999999\n"])
    until(lambda: not any(map(alive, house.everybody())), what="everybody to be gone")


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT, signal.SIGKILL])
def test_a_signal_to_make_alone_stops_all_of_it(house: House, number: int) -> None:
    if shutil.which("make") is None:
        unavailable("no make here: install GNU make")
    house.procfile(one=parent("one"))
    (house.folder / "Makefile").write_text(f"run:\n\t@exec {sys.executable} {ROOT / 'supervise.py'} --with-parent\n")
    process = house.start("make", "run")
    until(lambda: house.pids("one"), what="the start")
    process.send_signal(number)
    process.wait(15)
    until(lambda: not any(map(alive, house.everybody())), what="everybody to be gone")


def test_ready_is_said_once_when_web_and_worker_serve(house: House) -> None:
    house.procfile(web=f"{sys.executable} web.py", worker=parent("worker"))
    house.start()
    until(lambda: house.said("Play with two phones"), what="the lines")
    base = f"http://127.0.0.1:{house.port}"
    assert house.said(f"Doorline is ready: {base}\n") == 1
    login = supervise.demo_agent(Settings.load(house.env, dotenv=None))
    assert house.said(f"Console login at {base}/console: {login.replace(':', ' / ', 1)}\n") == 1
    worker = house.pids("worker")[0][0]
    os.kill(worker, signal.SIGKILL)
    until(lambda: len(house.pids("worker")) == 2, what="the worker to be back")
    assert house.said("Doorline is ready") == 1


def test_the_children_are_told_the_demos_login(house: House) -> None:
    house.procfile(web="sh -c 'echo agent=$BOOTSTRAP_AGENT port=$PORT; sleep 600'")
    house.start()
    login = supervise.demo_agent(Settings.load(house.env, dotenv=None))
    until(lambda: house.said(f"agent={login} port={house.port}\n"), what="what the child was told")


def test_a_taken_port_is_said_before_anything_starts(house: House) -> None:
    house.procfile(one=parent("one"))
    with socket.socket() as other:
        other.bind(("127.0.0.1", house.port))
        other.listen()
        process = house.start()
        assert process.wait(15) == 1
    until(lambda: house.said("choose another port"), what="the reason")
    assert house.said(f"Port {house.port} of 127.0.0.1 cannot be listened on") == 1
    assert house.everybody() == []


def test_settings_that_lack_something_are_said_plainly(house: House) -> None:
    house.env["DEMO"] = "0"
    house.procfile(one=parent("one"))
    assert house.start().wait(15) == 1
    until(lambda: house.said("Doorline cannot start. "), what="the reason")
    assert house.said("SECRET_KEY") == 1
    assert house.said("Traceback") == 0


def test_quick_deaths_in_a_row_are_counted_aloud(house: House) -> None:
    house.procfile(broken="sh -c 'echo cannot load; exit 3'")
    script = f"import sys; sys.path.insert(0, {str(ROOT)!r}); import supervise; supervise.pause_after = lambda n: 0.01"
    house.start(sys.executable, "-c", f"{script}; sys.exit(supervise.main([]))")
    until(lambda: house.said("6 times in a row"), what="the sixth death")
    assert house.said("5 times in a row") == 0
    assert house.said("broken | broken has ended (exit 3): starting it again") == 5


def test_a_reader_who_does_not_read_stops_nothing(house: House) -> None:
    (house.folder / "talk.py").write_text(
        "import sys\n"
        "for _ in range(40000): sys.stdout.write('x' * 99 + chr(10))\n"
        "sys.stdout.flush()\n"
        "with open('talk.pids', 'a') as file: file.write('4194305 4194305' + chr(10))\n"
    )
    house.procfile(talk=f"{sys.executable} talk.py")
    process = house.start(listen=False)
    # It has written 4 MB into a pipe that holds 64 KB, ended, come back, and done so again.
    until(lambda: len(house.pids("talk")) >= 2, what="the second round")
    process.send_signal(signal.SIGTERM)
    assert process.wait(15) == 0


def test_pauses_grow_after_five_quick_deaths_and_never_end() -> None:
    assert [supervise.pause_after(deaths) for deaths in (0, 1, 5, 6, 7, 8, 9, 500)] == [1, 1, 1, 2, 4, 8, 10, 10]


@pytest.mark.parametrize("line", ["web", "web:", ": python", "   x"])
def test_a_line_that_is_no_process_is_named(tmp_path: Path, line: str) -> None:
    path = tmp_path / "Procfile"
    path.write_text(f"ok: true\n{line}\n")
    with pytest.raises(SettingsError, match="line 2"):
        supervise.read_procfile(path)


def test_the_procfile_of_the_house_starts_web_worker_and_nlu() -> None:
    commands = supervise.read_procfile(ROOT / "Procfile")
    assert list(commands) == ["web", "worker", "nlu"]


def test_the_demos_password_is_the_installations_own() -> None:
    one, other = (Settings(secret_key=key) for key in ("one", "other"))
    assert supervise.demo_agent(one) == supervise.demo_agent(one) != supervise.demo_agent(other)
    assert supervise.demo_agent(Settings(secret_key="one", bootstrap_agent="a@b.c:d")) == "a@b.c:d"
