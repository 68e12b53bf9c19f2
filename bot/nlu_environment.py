"""The NLU's own Python environment, `.venv-nlu`: Rasa pins libraries that the rest of Doorline has long left behind.

Standard library only, because this runs before anything is installed.
"""

import hashlib
import os
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Final

ROOT: Final = Path(__file__).resolve().parent.parent
REQUIREMENTS: Final = ROOT / "requirements-nlu.txt"
#: TensorFlow 2.12 has no wheels for anything newer.
SUITABLE: Final = ((3, 11), (3, 10))

#: Runs a command quietly; returns its output, raises CommandError.
Run = Callable[[list[str]], str]


class NluError(Exception):
    """The NLU cannot run on this machine as it is."""


class CommandError(Exception):
    """A command ended with an error; the message is the end of what it said."""


def digest(*files: Path) -> str:
    """16 hex digits over names and contents of the files, in the given order."""
    total = hashlib.sha256()
    for file in files:
        total.update(file.name.encode() + b"\0" + file.read_bytes() + b"\0")
    return total.hexdigest()[:16]


class Environment:
    """`.venv-nlu` below `root`. `run` executes commands."""

    def __init__(self, run: Run, root: Path = ROOT) -> None:
        self._run = run
        self._requirements = root / REQUIREMENTS.name
        self._home = root / ".venv-nlu"
        self._own_uv = root / ".venv" / "bin" / "uv"
        self._stamp = self._home / ".installed"
        self.python: Final = self._home / "bin" / "python"

    def is_ready(self) -> bool:
        """Whether what requirements-nlu.txt names is completely installed."""
        try:
            return self.python.exists() and self._stamp.read_text() == digest(self._requirements)
        except OSError:
            return False

    def install(self) -> None:
        """Make the environment anew. Raises NluError with a sentence for people."""
        uv = self._uv()
        python = self._suitable_python(uv)
        if python is None:
            raise NluError("Rasa needs Python 3.10 or 3.11, none was found and none could be fetched")
        shutil.rmtree(self._home, ignore_errors=True)  # half of an old one is worse than none
        try:
            if uv:
                self._run([uv, "venv", "--quiet", "--no-project", "--python", python, str(self._home)])
                installer = [uv, "pip", "install", "--quiet", "--python", str(self.python)]
            else:
                self._run([python, "-m", "venv", str(self._home)])
                installer = [str(self.python), "-m", "pip", "install", "--quiet", "--disable-pip-version-check"]
                # Rasa declares itself for less than 3.11, which uv leaves to us and pip does not.
                installer.append("--ignore-requires-python")
            # Everything is pinned, so nothing is resolved: what Rasa asks for and we have left out stays out.
            self._run([*installer, "--no-deps", "--requirement", str(self._requirements)])
        except CommandError as failure:
            raise NluError(f"its packages could not be installed ({failure})") from failure
        self._stamp.write_text(digest(self._requirements))

    def _uv(self) -> str | None:
        return str(self._own_uv) if self._own_uv.exists() else shutil.which("uv")

    def _suitable_python(self, uv: str | None) -> str | None:
        for python in self._candidates(uv):
            if self._version(python) in SUITABLE:
                return python
        return None

    def _candidates(self, uv: str | None) -> Iterator[str]:
        yield sys.executable
        for major, minor in SUITABLE:
            found = shutil.which(f"python{major}.{minor}")
            if found:
                yield found
        if not uv:
            return
        for command in (["python", "find", "--no-project", "3.11"], ["python", "find", "--no-project", "3.10"]):
            yield from self._lines([uv, *command])
        self._lines([uv, "python", "install", "--quiet", "3.11"])
        yield from self._lines([uv, "python", "find", "--no-project", "3.11"])

    def _lines(self, command: list[str]) -> list[str]:
        try:
            return self._run(command).split("\n")[:1]
        except CommandError:
            return []

    def _version(self, python: str) -> tuple[int, int] | None:
        """Of an interpreter that really runs: a version manager's shim may exist and refuse."""
        try:
            answer = self._run([python, "-c", "import sys; print(sys.version_info[0], sys.version_info[1])"])
            major, minor = answer.split()
            return int(major), int(minor)
        except (CommandError, ValueError):
            return None


def clean_environment() -> dict[str, str]:
    """What Rasa may see of our environment.

    No PYTHONPATH that leads to our packages, no PYTHONDONTWRITEBYTECODE (without compiled files the imports alone take
    20 s), no telemetry, no chatter, and no LOG_LEVEL of ours: at DEBUG Rasa logs what people write.
    """
    foreign = {key: value for key, value in os.environ.items() if not key.startswith("PYTHON") and key != "VIRTUAL_ENV"}
    return foreign | {
        "RASA_TELEMETRY_ENABLED": "false",
        "LOG_LEVEL": "WARNING",
        "LOG_LEVEL_LIBRARIES": "ERROR",
        "PYTHONWARNINGS": "ignore",
        "PYTHONUNBUFFERED": "1",
        "RASA_MAX_CACHE_SIZE": "0",  # retraining is rare and fast
        "SQLALCHEMY_SILENCE_UBER_WARNING": "1",
        "TF_CPP_MIN_LOG_LEVEL": "3",
        # One text at a time needs one thread; more of them only take turns with web and worker.
        "OMP_NUM_THREADS": "1",
        "OPENBLAS_NUM_THREADS": "1",
        "TF_INTRA_OP_PARALLELISM_THREADS": "1",
        "TF_INTER_OP_PARALLELISM_THREADS": "1",
    }


def command_runner(on_start: Callable[[subprocess.Popen[str] | None], None], cwd: Path) -> Run:
    """A `Run` in `cwd` that tells `on_start` of each process while it lives, so that a signal can end it."""

    def run(command: list[str]) -> str:
        try:
            process = subprocess.Popen(  # noqa: S603  the commands are ours
                command, cwd=cwd, env=clean_environment(), text=True, stdout=subprocess.PIPE, stderr=subprocess.STDOUT
            )
        except OSError as failure:
            raise CommandError(f"{command[0]}: {failure.strerror}") from failure
        on_start(process)
        output, _ = process.communicate()
        on_start(None)
        if process.returncode:
            raise CommandError(_last_words(output))
        return output.strip()

    return run


def _last_words(output: str) -> str:
    lines = [line.strip() for line in output.splitlines() if line.strip()]
    return " / ".join(lines[-3:])[-400:] or "no word why"
