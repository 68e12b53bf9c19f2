"""One estimate for everybody: a position is judged by the workflow's age for it, never by the default."""

import ast
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
#: What these tell follows the workflow, whichever room asks.
ESTIMATING = frozenset({"estimate", "of_position", "eta_facts", "reassess", "stops_of", "record_all", "_record_on"})


def nodes(*folders: str) -> Iterator[tuple[str, ast.AST]]:
    """Each node of the code there, with its file."""
    for folder in folders:
        for path in sorted((ROOT / folder).rglob("*.py")):
            for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
                yield path.relative_to(ROOT).as_posix(), node


def takes_stale_after(folder: str) -> set[str]:
    """The names of functions with a `stale_after` that may be left out."""
    return {
        node.name
        for _, node in nodes(folder)
        if isinstance(node, ast.FunctionDef)
        and any(
            one.arg == "stale_after" and default is not None
            for one, default in zip(node.args.kwonlyargs, node.args.kw_defaults, strict=True)
        )
    }


def left_out(names: set[str] | frozenset[str], *folders: str) -> list[str]:
    """Where one of these is called without it."""
    return [
        f"{path}:{node.lineno} {ast.unparse(node.func)}"
        for path, node in nodes(*folders)
        if isinstance(node, ast.Call)
        and (ast.unparse(node.func) in names or ast.unparse(node.func).rpartition(".")[2] in names)
        and not any(one.arg == "stale_after" for one in node.keywords)
    ]


def test_flows_and_pages_pass_the_workflows_stale_after() -> None:
    # Words that other rooms use too; of the tracking core's, flows call record_all and shipments.change.
    names = takes_stale_after("tracking_core") - {"record", "change"} | {"shipments.change"}
    assert {"estimate", "stops_of", "record_all", "promise_wished", "miss", "shift", "shipments.change"} <= names
    assert left_out(names, "flows", "web") == []


def test_the_tracking_core_hands_it_on() -> None:
    assert left_out(ESTIMATING, "tracking_core") == []


def test_only_one_place_above_the_tracking_core_makes_an_estimate() -> None:
    makes = {
        path
        for path, node in nodes("flows", "web")
        if isinstance(node, ast.ImportFrom)
        and node.module == "tracking_core.eta"
        and any(one.name == "estimate" for one in node.names)
    }
    assert makes == {"flows/expecting.py"}
