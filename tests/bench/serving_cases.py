"""A store with kept models of several kinds of algorithms, what the benchmark answered, and a stand-in for a writer."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
from harness import run_here

from bench.matrix import AlgorithmSpec, Axes, Matrix
from bench.store import Store

KINDS: dict[str, dict[str, Any]] = {
    "popularity": {},
    "item-knn": {},
    "ease": {},
    "implicit-als": {"factors": 8},
    "sasrec": {"epochs": 2, "factors": 8},
}


def matrix(algorithms: dict[str, dict[str, Any]], **split: Any) -> Matrix:
    """These algorithms on the data set `tiny`."""
    axes = Axes(datasets=[{"name": "tiny"}], splits=[{"name": "user-time", **split}])
    return Matrix(
        matrix=axes, algorithms=[AlgorithmSpec(name=name, params=params) for name, params in algorithms.items()]
    )


def served_store(folder: Path, *names: str) -> Store:
    """A store in which a cell of each kind (or of these) is done and its model kept."""
    store, kinds = Store(folder, create=True), {name: KINDS[name] for name in names or KINDS}
    records = run_here(matrix(kinds), store, keep_models=True, jobs=1)
    assert [record.status for record in records] == ["ok"] * len(kinds), [record.reason for record in records]
    return store


def key_of(store: Store, name: str) -> str:
    """The key of the only cell of an algorithm."""
    (key,) = {record.key for record in store.records() if record.slot.algorithm == name}
    return key


def benchmark_lists(store: Store, name: str, k: int = 10) -> dict[str, list[str]]:
    """The first k scored items of each asked user, by id, as the cell of that name stored them."""
    (record,) = [record for record in store.records() if record.slot.algorithm == name]
    lists, context = store.answers(record).lists, store.context(record.split_hash)
    told = {}
    for user, items, scores in zip(context.user_ids, lists.items[:, :k], lists.scores[:, :k], strict=True):
        told[str(user)] = [context.item_ids[item] for item in items[(items >= 0) & ~np.isnan(scores)].tolist()]
    return told


class Parrot:
    """Names the recommended item; of every second one also something else."""

    def __init__(self, model: str) -> None:
        self.name, self.asked = "parrot", 0

    def __call__(self, prompt: str) -> str:
        self.asked += 1
        item = prompt.rpartition("Recommended: ")[2].partition(".")[0]
        return f"You may like {item}." if self.asked % 2 else f"{item} is like “Nothing”."
