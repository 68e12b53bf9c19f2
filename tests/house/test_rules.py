"""Rules of the house that a reader would otherwise have to remember."""

import ast
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
ROOMS = ("bot", "channels", "flows", "surveys", "tracking_core", "web", "migrations")


def sources(*folders: str) -> Iterator[Path]:
    for folder in folders or ROOMS:
        yield from (ROOT / folder).rglob("*.py")
    if not folders:
        yield from ROOT.glob("*.py")


def tree(path: Path) -> ast.Module:
    return ast.parse(path.read_text(encoding="utf-8"))


def named(node: ast.expr) -> str:
    return ast.unparse(node).lower()


def test_only_recording_assigns_a_shipments_state() -> None:
    offenders = []
    for path in sources():
        if path.relative_to(ROOT).as_posix() == "tracking_core/recording.py":
            continue
        for node in ast.walk(tree(path)):
            targets = node.targets if isinstance(node, ast.Assign) else []
            for target in targets:
                if isinstance(target, ast.Attribute) and target.attr in {"state", "state_at"}:
                    owner = named(target.value)
                    if "shipment" in owner or "parcel" in owner:
                        offenders.append(f"{path}:{node.lineno}")
            if isinstance(node, ast.Call) and "update(shipment)" in named(node.func):
                offenders += [f"{path}:{node.lineno}" for keyword in node.keywords if keyword.arg == "state"]
    assert offenders == []


def test_nothing_is_pickled_and_no_clock_is_read_behind_our_back() -> None:
    offenders = []
    for path in sources():
        text = path.read_text(encoding="utf-8")
        for pattern in (r"^\s*(import|from) pickle", r"datetime\.now\((?!UTC\))", r"\butcnow\(", r"datetime\.today\("):
            offenders += [f"{path}: {match.group()}" for match in re.finditer(pattern, text, re.MULTILINE)]
        if path.name != "db.py" and "datetime.now(UTC)" in text:
            offenders.append(f"{path}: reads the clock; take `now` as an argument")
    assert offenders == []


def test_everything_is_caught_only_in_the_workers_loop() -> None:
    loops = {"worker.py", "channels/senders.py"}  # the second is the part of the loop that calls the providers
    offenders = []
    for path in sources():
        if path.relative_to(ROOT).as_posix() in loops:
            continue
        for node in ast.walk(tree(path)):
            if isinstance(node, ast.ExceptHandler) and (node.type is None or named(node.type) == "exception"):
                offenders.append(f"{path}:{node.lineno}")
    assert offenders == []


@pytest.mark.parametrize(
    ("module", "never"),
    [
        ("db.py", {"app", "worker", "settings", *ROOMS}),
        ("settings.py", {"app", "worker", "db", *ROOMS}),
        ("worker.py", {"app", "flask"}),
        ("supervise.py", {"app", "worker", "flask", *ROOMS}),
    ],
)
def test_root_modules_keep_to_the_arrows(module: str, never: set[str]) -> None:
    imported = set()
    for node in ast.walk(tree(ROOT / module)):
        if isinstance(node, ast.Import):
            imported |= {alias.name.split(".")[0] for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module:
            imported.add(node.module.split(".")[0])
    assert imported & never == set()


def test_a_worker_does_not_carry_the_web_framework() -> None:
    code = "import sys, worker; print('flask' in sys.modules, 'werkzeug' in sys.modules)"
    loaded = subprocess.run([sys.executable, "-c", code], cwd=ROOT, check=True, capture_output=True, text=True).stdout
    assert loaded.split() == ["False", "False"]


def test_every_dial_hides_the_caller() -> None:
    offenders = []
    for path in sources():
        text = path.read_text(encoding="utf-8")
        for match in re.finditer(r"<Dial\b[^>]*>|\.dial\([^)]*\)|\bDial\([^)]*\)", text, re.IGNORECASE):
            if "caller" not in match.group().lower():
                offenders.append(f"{path}: {match.group()}")
    assert offenders == []


def test_every_setting_is_in_the_readme() -> None:
    readme = (ROOT / "README.md").read_text(encoding="utf-8")
    names = set(
        re.findall(r'(?:get|numbers?)\("([A-Z][A-Z0-9_]+)"', (ROOT / "settings.py").read_text(encoding="utf-8"))
    )
    assert len(names) > 15
    assert sorted(name for name in names if f"`{name}`" not in readme) == []


def test_files_stay_readable() -> None:
    long = {
        path.relative_to(ROOT).as_posix(): lines
        for path in sources()
        if "migrations/versions" not in path.as_posix()
        and (lines := len(path.read_text(encoding="utf-8").splitlines())) > 300
    }
    assert long == {}


@pytest.mark.parametrize("path", sorted((ROOT / "tests").rglob("*.py")), ids=lambda path: path.name)
def test_no_test_sleeps(path: Path) -> None:
    calls = [node for node in ast.walk(tree(path)) if isinstance(node, ast.Call) and named(node.func) == "time.sleep"]
    assert calls == []
