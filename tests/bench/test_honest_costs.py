"""Costs are those of the algorithm; keys hold what changes a number; one result stands for each slot."""

from __future__ import annotations

import sys
from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from harness import popularity_matrix, run_here
from record_cases import record
from scipy.sparse import csr_matrix

from bench import evaluation, registry, sources
from bench.algorithm import Algorithm
from bench.conformance import exams
from bench.params import Params
from bench.records import Slot
from bench.store import Store
from bench.types import Floats, Query, Side, Training

BALLAST = 600_000_000  # bytes


def test_the_memory_of_a_cell_is_not_that_of_the_harness(small_data: None, tmp_path: Any):
    ballast = np.ones(BALLAST // 8)  # touched, so resident
    (found,) = run_here(popularity_matrix(), Store(tmp_path / "store", create=True))
    assert ballast[-1] == 1
    assert 50_000_000 < found.memory < BALLAST
    assert 0 < found.phases["load"].peak <= found.phases["write"].peak < BALLAST


def _compiled(module: str) -> dict[str, int]:
    """How many signatures each compiled function of a module has in memory."""
    found = vars(sys.modules[module]).items()
    return {name: len(value.signatures) for name, value in found if hasattr(value, "signatures")}


KERNELS = {
    "item-knn-time": "algorithms.neighbours.kernels",
    "item-knn": "algorithms.neighbours.kernels",
    "user-knn": "algorithms.neighbours.kernels",
    "surprise-slope-one": "algorithms.neighbours.slope_one",
    "surprise-knn-means": "algorithms.neighbours.rating_knn",
}


@pytest.mark.parametrize("name", KERNELS)
def test_nothing_is_left_to_compile_after_the_rehearsal(name: str):
    training, held_out = exams.town().training(), exams.town().held_out()
    algorithm = registry.create(name)
    assert algorithm.compiles
    evaluation.rehearse(algorithm, training)
    before = _compiled(KERNELS[name])
    assert sum(before.values()) > 0
    algorithm.fit(training)
    evaluation.rank(algorithm, held_out)
    evaluation.predict(algorithm, held_out, 3.0)
    assert _compiled(KERNELS[name]) == before


class Reader(Algorithm[Params]):
    """Remembers what it was given to learn from."""

    name, family, heard = "reader", "test", []

    def fit(self, train: Training) -> None:
        self.heard.append(train)

    def score(self, query: Query) -> Floats:
        return np.zeros((len(query), query.n_items), np.float32)


def test_a_rehearsal_reads_a_few_texts_only_so_that_the_others_are_a_cost_of_training():
    training = exams.town().training()
    n = 3 * evaluation.REHEARSED
    features = csr_matrix(np.ones((n, 2), np.float32))
    texts = tuple(f"text {item}" for item in range(n))
    items = Side(tuple(map(str, range(n))), texts, texts, features, ("a", "b"))
    Reader.heard.clear()
    evaluation.rehearse(Reader(Params()), replace(training, items=items))
    (heard,) = Reader.heard
    few = evaluation.REHEARSED
    assert heard.items.texts == heard.items.titles == (*texts[:few], *[""] * (n - few))
    assert heard.items.ids == items.ids
    assert heard.items.features.toarray().sum(axis=1).tolist() == [2.0] * few + [0.0] * (n - few)
    without = replace(items, titles=None, texts=None, features=None)
    evaluation.rehearse(Reader(Params()), replace(training, items=without))
    assert (Reader.heard[1].items.texts, Reader.heard[1].items.features) == (None, None)


def test_a_key_depends_on_what_makes_numbers_and_on_nothing_that_shows_them():
    modules = set(sources.closure("algorithms.baselines.popularity"))
    assert {"algorithms.baselines.popularity", "bench.topk", "bench.evaluation", "bench.handover"} <= modules
    shown = ("bench.cli", "bench.metrics", "bench.notebook", "bench.datasets", "bench.plan", "bench.store", "reports")
    assert [name for name in modules if name.startswith(shown)] == []


# Which of several results stands for a slot.


def _put(store: Store, **changes: Any) -> str:
    return store.commit(store.begin(), record(**changes)).attempt


def test_back_at_earlier_code_its_result_counts_again(tmp_path: Any):
    store = Store(tmp_path / "store", create=True)
    slot = record().slot
    first = _put(store, key="aa" * 32, started="2025-01-01T00:00:00+00:00")
    second = _put(store, key="bb" * 32, started="2025-01-02T00:00:00+00:00")
    assert store.latest()[slot.id].attempt == second
    store.set_current({slot.id: "aa" * 32})
    assert store.latest()[slot.id].attempt == first
    (store.folder / "cache" / "current.json").unlink()
    assert store.latest()[slot.id].attempt == second


def test_a_package_that_was_missing_once_leaves_no_row_behind(tmp_path: Any):
    store = Store(tmp_path / "store", create=True)
    bare, full = ({}, {"factors": 10, "loss": "warp"})
    place = ({"name": "tiny"}, {"name": "user-time"}, "lightfm")
    _put(store, key="aa" * 32, slot=Slot(*place, bare, 0), status="skipped", reason="not installed")
    assert [found.status for found in store.latest().values()] == ["skipped"]
    _put(store, key="bb" * 32, slot=Slot(*place, full, 0))
    _put(store, key="cc" * 32, slot=Slot(*place, bare, 1), status="skipped", reason="not installed")
    assert sorted((found.slot.seed, found.status) for found in store.latest().values()) == [(0, "ok"), (1, "skipped")]
