"""Boosted trees as plain arrays: walked by numpy alone, kept as bytes in which nothing can run."""

import io
import json
import zipfile
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Ints = NDArray[np.int32]

#: Arrays of one forest, in the order in which they are kept.
PARTS = ("feature", "threshold", "left", "right", "value", "missing_left", "roots")
#: A stored model is never larger; what is, is not ours.
MOST_BYTES = 32_000_000


class BadModel(ValueError):
    """The bytes are no model of ours."""


@dataclass(frozen=True, slots=True)
class Forest:
    """All trees of one model in one list of nodes. A leaf is its own child."""

    feature: Ints
    threshold: Floats
    left: Ints
    right: Ints
    value: Floats
    missing_left: NDArray[np.bool_]
    #: The first node of each tree.
    roots: Ints
    base: float
    depth: int

    def answer(self, row: Floats) -> float:
        """What the model says of one row of features; NaN is missing."""
        nodes = self.roots
        for _ in range(self.depth):
            seen = row[self.feature[nodes]]
            missing = np.isnan(seen)
            goes_left = np.where(missing, self.missing_left[nodes], seen <= self.threshold[nodes])
            nodes = np.where(goes_left, self.left[nodes], self.right[nodes])
        return self.base + float(self.value[nodes].sum())


def of_library(model: Any) -> Forest:
    """The trees of a fitted histogram gradient boosting model without categories."""
    columns: dict[str, list[Any]] = {name: [] for name in PARTS}
    first = depth = 0
    for (tree,) in model._predictors:  # noqa: SLF001  the library has no other way out
        nodes = tree.nodes
        own = np.arange(len(nodes))
        leaf = nodes["is_leaf"].astype(bool)
        columns["feature"].append(np.where(leaf, 0, nodes["feature_idx"]))
        columns["threshold"].append(np.where(leaf, 0.0, nodes["num_threshold"]))
        columns["left"].append(first + np.where(leaf, own, nodes["left"]))
        columns["right"].append(first + np.where(leaf, own, nodes["right"]))
        columns["value"].append(np.where(leaf, nodes["value"], 0.0))
        columns["missing_left"].append(nodes["missing_go_to_left"].astype(bool))
        columns["roots"].append([first])
        first += len(nodes)
        depth = max(depth, int(nodes["depth"].max()))
    joined = {name: np.concatenate(parts) for name, parts in columns.items()}
    base = float(np.ravel(model._baseline_prediction)[0])  # noqa: SLF001
    return _forest(joined, base, depth)


def _forest(arrays: Mapping[str, Any], base: float, depth: int) -> Forest:
    return Forest(
        feature=np.asarray(arrays["feature"], dtype=np.int32),
        threshold=np.asarray(arrays["threshold"], dtype=np.float64),
        left=np.asarray(arrays["left"], dtype=np.int32),
        right=np.asarray(arrays["right"], dtype=np.int32),
        value=np.asarray(arrays["value"], dtype=np.float64),
        missing_left=np.asarray(arrays["missing_left"], dtype=bool),
        roots=np.asarray(arrays["roots"], dtype=np.int32),
        base=base,
        depth=depth,
    )


def pack(forests: Mapping[str, Forest], said: Mapping[str, Any]) -> bytes:
    """One blob of the forests by name and of what else belongs to the model, as JSON."""
    shapes = {name: {"base": one.base, "depth": one.depth} for name, one in forests.items()}
    arrays: dict[str, Any] = {f"{name}/{part}": getattr(one, part) for name, one in forests.items() for part in PARTS}
    header = json.dumps({"forests": shapes, "said": said}).encode()
    arrays["header"] = np.frombuffer(header, dtype=np.uint8)
    held = io.BytesIO()
    np.savez_compressed(held, **arrays)
    return held.getvalue()


def unpack(blob: bytes) -> tuple[dict[str, Forest], dict[str, Any]]:
    """Read what `pack` made. Raises BadModel for anything else; nothing in it is ever run."""
    try:
        with zipfile.ZipFile(io.BytesIO(blob)) as packed:
            if sum(one.file_size for one in packed.infolist()) > MOST_BYTES:
                raise BadModel("too large")
        with np.load(io.BytesIO(blob), allow_pickle=False) as arrays:
            header = json.loads(arrays["header"].tobytes())
            forests = {name: _read(arrays, name, shape) for name, shape in header["forests"].items()}
            return forests, dict(header["said"])
    except (ValueError, KeyError, TypeError, EOFError, OSError, zipfile.BadZipFile) as error:
        raise BadModel(str(error)) from error


def _read(arrays: Any, name: str, shape: Mapping[str, Any]) -> Forest:
    forest = _forest({part: arrays[f"{name}/{part}"] for part in PARTS}, float(shape["base"]), int(shape["depth"]))
    n = len(forest.value)
    same = all(len(getattr(forest, part)) == n for part in PARTS if part != "roots")
    inside = all(
        len(places) == 0 or (places.min() >= 0 and places.max() < n)
        for places in (forest.left, forest.right, forest.roots)
    )
    if not same or not inside or not 0 <= forest.depth <= 200:
        raise BadModel("its nodes do not fit together")
    return forest
