"""Our own Rasa server: `python -m bot.nlu_server setup|train|serve|all`.

`setup` makes `.venv-nlu`, `train` the model in DATA_DIR/nlu (after setup, where needed), `serve` becomes the server on
loopback, `all` does the three. What is done already is skipped. In `all`, where a supervisor would start us again for
ever, a machine that cannot run Rasa makes us say so once and then wait: keywords answer. Standard library only.
"""

import argparse
import fcntl
import os
import shutil
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from types import FrameType
from typing import Final

from bot.nlu_environment import (
    REQUIREMENTS,
    ROOT,
    CommandError,
    Environment,
    NluError,
    clean_environment,
    command_runner,
    digest,
)

TRAINING: Final = Path(__file__).resolve().parent / "training"
LAUNCHER: Final = TRAINING.parent / "rasa_launcher.py"
_HOW_TO: Final = "To get the NLU: install Python 3.11 (or let uv fetch it: uv python install 3.11), then `make nlu`."
_STOP_WITHIN_S: Final = 5.0


def say(line: str) -> None:
    """One progress line, at once."""
    sys.stdout.write(line + "\n")
    sys.stdout.flush()


class Server:
    """The steps. `data_dir` holds the model; `port` is where Rasa listens on 127.0.0.1; `say` gets progress lines."""

    def __init__(self, data_dir: Path, port: int, *, say: Callable[[str], None] = say) -> None:
        self._say = say
        self._home: Final = data_dir.resolve() / "nlu"
        #: Rasa puts its working directory on sys.path: it must be one without our packages.
        self._work: Final = self._home / "work"
        self.port: Final = port
        self._child: subprocess.Popen[str] | None = None
        self._run = command_runner(self._remember, self._work)
        self._environment = Environment(self._run)
        self._rasa: Final = [str(self._environment.python), "-I", "-u", "-W", "ignore", str(LAUNCHER)]

    def setup(self) -> None:
        """Make `.venv-nlu` unless it is there. Raises NluError."""
        with self._alone():
            if self._environment.is_ready():
                self._say("NLU environment .venv-nlu: is there")
                return
            with self._timed("NLU environment .venv-nlu (about 1.6 GB)"):
                self._environment.install()

    def train(self) -> None:
        """Train the model unless there is one of exactly these training files. Raises NluError."""
        if not self._environment.is_ready():
            self.setup()
        with self._alone():
            if self.model.exists():
                self._say("NLU model: is there")
                return
            with self._timed("NLU model, training"):
                self._train()

    def _train(self) -> None:
        new = self._work / f"new-{os.getpid()}"
        command = [*self._rasa, "train", "nlu", "--quiet"]
        files = [
            "--config",
            str(TRAINING / "config.yml"),
            "--domain",
            str(TRAINING / "domain.yml"),
            "--nlu",
            str(TRAINING),
        ]
        try:
            self._run([*command, *files, "--out", str(new), "--fixed-model-name", "model"])
            trained = new / "model.tar.gz"
            if not trained.exists():
                raise NluError("training left no model")
            old = list(self._home.glob("model-*.tar.gz"))
            trained.replace(self.model)  # the name carries the hash, so the model is either complete or not there
        except CommandError as failure:
            raise NluError(f"training failed ({failure})") from failure
        finally:
            shutil.rmtree(new, ignore_errors=True)
        for file in old:
            file.unlink(missing_ok=True)

    @property
    def model(self) -> Path:
        """Where the model of the present training files belongs."""
        return self._home / f"model-{digest(*sorted(TRAINING.glob('*.yml')), REQUIREMENTS)}.tar.gz"

    def command(self) -> list[str]:
        """The command that serves the model; run it in `work_dir` with `clean_environment`."""
        nothing = self.work_dir / "nothing.yml"
        nothing.write_text("{}\n")  # without a credentials file Rasa opens its unauthenticated REST channel
        where = ["--interface", "127.0.0.1", "--port", str(self.port), "--model", str(self.model)]
        files = ["--credentials", str(nothing), "--endpoints", str(nothing)]
        return [*self._rasa, "run", "--enable-api", "--quiet", *where, *files]

    @property
    def work_dir(self) -> Path:
        """Rasa's working directory, made if need be."""
        self._work.mkdir(parents=True, exist_ok=True)
        return self._work

    def serve(self) -> None:
        """Become the server: does not return. Raises NluError when there is nothing to serve."""
        if not (self._environment.is_ready() and self.model.exists()):
            raise NluError("there is no trained model yet, see `make nlu`")
        self._wait_for_port()
        self._say(f"NLU: Rasa is loading and will answer at http://127.0.0.1:{self.port} in about ten seconds")
        command = self.command()
        os.chdir(self.work_dir)
        os.execve(command[0], command, clean_environment())  # noqa: S606  the command is ours

    def stop(self) -> None:
        """End the command that is running, if any."""
        child = self._child
        if child is None or child.poll() is not None:
            return
        child.terminate()
        try:
            child.wait(_STOP_WITHIN_S)
        except subprocess.TimeoutExpired:
            child.kill()

    def _remember(self, child: subprocess.Popen[str] | None) -> None:
        self._child = child

    def _wait_for_port(self) -> None:
        told = False
        while not _is_free(self.port):
            if not told:
                self._say(f"NLU: port {self.port} is taken, waiting for it; another one can be given as NLU_PORT")
                told = True
            time.sleep(1)

    @contextmanager
    def _alone(self) -> Iterator[None]:
        """One process at a time installs or trains; a lock held by a dead process is free."""
        with (self.work_dir / "lock").open("w") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            yield

    @contextmanager
    def _timed(self, what: str) -> Iterator[None]:
        self._say(f"{what} ...")
        began = time.monotonic()
        yield
        self._say(f"{what}: done in {time.monotonic() - began:.0f} s")


def _is_free(port: int) -> bool:
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", port))
        except OSError:
            return False
        return True


def settings_from(environ: Mapping[str, str], dotenv: Path) -> dict[str, str]:
    """DATA_DIR, NLU_PORT and NLU_URL where they are set, from `.env` and the environment, which wins."""
    found: dict[str, str] = {}
    lines = dotenv.read_text(encoding="utf-8", errors="replace").splitlines() if dotenv.is_file() else []
    pairs = [line.removeprefix("export ").split("=", 1) for line in map(str.strip, lines) if "=" in line]
    for key, value in [*((k.strip(), v.split(" #")[0].strip().strip("'\"")) for k, v in pairs), *environ.items()]:
        if key in ("DATA_DIR", "NLU_PORT", "NLU_URL") and value.strip():
            found[key] = value.strip()
    return found


def not_ours(nlu_url: str, port: int) -> str | None:
    """Why no server of ours is wanted, as a sentence; None when it is."""
    url = nlu_url.rstrip("/").lower()
    if url == "off":
        return "NLU_URL is off: keywords answer, no NLU is started."
    if url and url not in (f"http://127.0.0.1:{port}", f"http://localhost:{port}"):
        return "NLU_URL points to an NLU elsewhere: none is started here."
    return None


def _idle(reason: str) -> None:
    say(reason)
    while True:
        signal.pause()


def _all(server: Server, nlu_url: str) -> None:
    reason = not_ours(nlu_url, server.port)
    if reason:
        _idle(reason)
    try:
        server.setup()
        server.train()
        server.serve()
    except NluError as unavailable:
        _idle(f"No NLU: {unavailable}. Keywords will answer instead. {_HOW_TO}")


def main() -> int:
    """The command line."""
    parser = argparse.ArgumentParser(prog="python -m bot.nlu_server", description="The NLU server of Doorline.")
    parser.add_argument("step", choices=("setup", "train", "serve", "all"))
    step = parser.parse_args().step
    settings = settings_from(os.environ, Path(".env"))
    server = Server(Path(settings.get("DATA_DIR", ROOT / "var")), int(settings.get("NLU_PORT", "5005")))

    def end(number: int, _: FrameType | None) -> None:
        server.stop()
        sys.exit(128 + number)

    signal.signal(signal.SIGTERM, end)
    signal.signal(signal.SIGINT, end)
    if step == "all":
        _all(server, settings.get("NLU_URL", ""))
    steps: dict[str, Callable[[], None]] = {"setup": server.setup, "train": server.train, "serve": server.serve}
    try:
        steps[step]()
    except NluError as unavailable:
        say(f"No NLU: {unavailable}. Keywords answer without it. {_HOW_TO}")
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
