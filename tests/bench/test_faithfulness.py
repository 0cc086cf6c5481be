"""Whether reasons are faithful: worked by hand, bounded in time, and no part of any other number."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any, ClassVar

import numpy as np
import pytest
from harness import popularity_matrix, run_here
from serving_cases import matrix

from bench import faithfulness
from bench.algorithm import Algorithm, Can
from bench.conformance import exams
from bench.params import Params
from bench.records import Record
from bench.store import Store
from bench.types import Floats, HeldOut, Hidden, Query, Reason, Training

SPOILS = """
import time

from bench.algorithm import Can
from zoo.tame import Tame


class Raises(Tame):
    name = "reasons-raise"
    can = Tame.can | Can.EXPLAIN

    def explain(self, query, item, n=5):
        raise ValueError("no reason")


class Hangs(Raises):
    name = "reasons-hang"

    def explain(self, query, item, n=5):
        time.sleep(600)
"""


class Adding(Algorithm[Params]):
    """s(q, j) = Σ_{i ∈ history} [j = i + 10]·(i + 1), plus a little by the item's number; `lies` names others."""

    name, family = "adding", "test"
    can: ClassVar[Can] = Can.RANK | Can.EXPLAIN
    lies = False

    def fit(self, train: Training) -> None:
        """Nothing is learnt."""

    def score(self, query: Query) -> Floats:
        scores = np.tile(np.arange(query.n_items) / 1000.0, (len(query), 1))
        rows = np.repeat(np.arange(len(query)), np.diff(query.offsets))
        np.add.at(scores, (rows, query.items + 10), query.items + 1.0)
        return scores

    def explain(self, query: Query, item: int, n: int = 5) -> list[Reason]:
        true = item - 10
        return [Reason(true if not self.lies else min(i for i in query.items.tolist() if i != true), 1.0)]


def _question(history: list[int], keys: int = 1, n_items: int = 30) -> HeldOut:
    """The same question `keys` times."""
    items = np.tile(np.array(history, np.int32), keys)
    offsets = len(history) * np.arange(keys + 1, dtype=np.int64)
    query = Query(np.arange(keys), np.full(keys, -1, np.int32), offsets, items, None, None, n_items)
    return HeldOut(query, np.zeros(keys + 1, np.int64), np.empty(0, np.int32), None)


def test_drops_are_those_of_a_hand_worked_example():
    """The best item of the history 0 … 6 is 16, because of 6; without 6 its score is .016, under 22 others of 23."""
    algorithm, question = Adding(Params()), _question(list(range(7)))
    named, _ = faithfulness.drop(algorithm, question, 16, seed=0) or (0, 0)
    # not hidden: 7 … 29; above 16 then are 10 … 15 (scores of 1 to 6) and 17 … 29 (higher numbers)
    assert named == 6 + 13
    drawn = [(faithfulness.drop(algorithm, question, 16, seed=seed) or (0, 0))[1] for seed in range(50)]
    assert set(drawn) == {0, 19}, "a random item is 6 itself, or takes nothing away"


def test_hidden_items_stay_hidden_and_candidates_stay_candidates():
    question = _question(list(range(7)))
    nothing = replace(question, hidden=Hidden(np.zeros(2, np.int64), np.empty(0, np.int32)))
    assert faithfulness.drop(Adding(Params()), nothing, 16, seed=1) == faithfulness.drop(
        Adding(Params()), question, 16, 1
    )
    few = replace(question, query=replace(question.query, candidates=np.array([[12, 16, 20, 25]], np.int32)))
    named, _ = faithfulness.drop(Adding(Params()), few, 16, seed=1) or (0, 0)
    assert named == 3


def test_true_reasons_are_told_from_lies():
    held_out, best = _question(list(range(7)), keys=60), np.full(60, 16)
    true = faithfulness.measure(Adding(Params()), held_out, best)
    assert true["questions"] == faithfulness.QUESTIONS
    assert true["named"] == 19
    assert 0 < true["random"] < 19
    assert true["further"] > 0.5
    lying = Adding(Params())
    lying.lies = True
    told = faithfulness.measure(lying, held_out, best)
    assert (told["named"], told["further"]) == (0, 0)


def test_short_histories_and_empty_lists_are_left_out():
    why = faithfulness.measure(Adding(Params()), _question([1, 2, 3, 4, 5]), np.array([15]))
    assert why == {"skipped": "no question with a list has more than 5 items in its history"}
    assert "skipped" in faithfulness.measure(Adding(Params()), _question(list(range(7))), np.array([-1]))
    assert faithfulness.sample(_question([1, 1, 1, 1, 1, 1, 2]).query, np.array([11])) == [], "different items count"


def test_a_slow_algorithm_is_skipped_with_the_reason(monkeypatch: pytest.MonkeyPatch):
    held_out, best = _question(list(range(7)), keys=20), np.full(20, 16)
    clock = iter(np.arange(1000.0).tolist())
    monkeypatch.setattr("time.perf_counter", lambda: next(clock))
    skipped = faithfulness.measure(Adding(Params()), held_out, best, patience=5.0)
    assert skipped == {"skipped": "4 of 20 questions took longer than 5 s"}
    assert faithfulness.measure(Adding(Params()), held_out, best, patience=15.0)["questions"] == 14


def test_without_any_reason_nothing_is_measured():
    class Silent(Adding):
        def explain(self, query: Query, item: int, n: int = 5) -> list[Reason]:
            return []

    found = faithfulness.measure(Silent(Params()), _question(list(range(7)), keys=3), np.full(3, 16))
    assert found == {"skipped": "no reason was given in any of 3 questions"}


@pytest.mark.parametrize("name", ["ease", "item-knn", "ials"])
def test_reasons_of_sums_over_the_history_are_faithful(name: str):
    """On the town, whose people like half of the films: what counted most takes the item further down than chance."""
    from bench import evaluation, registry

    exam, algorithm = exams.town(users=80), registry.create(name)
    algorithm.fit(exam.training())
    held_out = exam.held_out()
    found: dict[str, Any] = faithfulness.measure(
        algorithm, held_out, evaluation.rank(algorithm, held_out).lists.items[:, 0]
    )
    assert found["questions"] > 20
    assert found["named"] > found["random"]


def test_a_record_tells_it_and_the_answers_are_the_same(kept_store: Store, tmp_path: Path):
    store = Store(tmp_path / "other", create=True)
    first, second = (run_here(matrix({"item-knn": {}}), store, rerun="all", jobs=1)[0] for _ in range(2))
    assert first.faithfulness["questions"] == 40
    assert first.faithfulness == second.faithfulness, "the sample is the same"
    assert {"faithfulness", "latency"} <= set(first.phases)
    (popular,) = kept_store.records()
    assert popular.faithfulness == {}, "it does not explain"
    older = first.to_json().replace('"faithfulness": {\n  "questions"', '"other": {\n  "questions"')
    older = older.replace(first.attempt, first.attempt.rpartition("-")[0] + "-00000000")
    assert Record.from_json(older, "here").faithfulness == {}


@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("reasons-raise", "faithfulness is not measured: ValueError: no reason"),
        ("reasons-hang", "faithfulness is not measured: over the limit of 1 s for phase faithfulness"),
    ],
)
def test_what_goes_wrong_is_a_warning(
    with_zoo: None, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str, said: str
):
    from harness import distribution

    from bench import registry, runner, sources

    points = {"reasons-raise": "reasoning:Raises", "reasons-hang": "reasoning:Hangs"}
    folder = distribution(tmp_path / "plug-in", "reasoning", points, {"reasoning": SPOILS})
    monkeypatch.syspath_prepend(str(folder))
    monkeypatch.setenv("PYTHONPATH", str(folder), prepend=":")
    monkeypatch.setattr(runner, "LATENCY_PATIENCE", 1.0)
    registry.entries.cache_clear()
    sources.path_of.cache_clear()
    (record,) = run_here(popularity_matrix(name), Store(tmp_path / "store", create=True), jobs=1)
    assert record.status == "ok"
    assert said in record.warnings
    assert record.faithfulness == {}


def test_its_memory_is_no_cost_of_the_cell_but_counts_against_the_limit():
    from bench.watched import Watched

    watched = Watched(phase="latency")
    watched.use(100)
    for phase in ("faithfulness", "model"):
        watched.phase = phase
        watched.use(500)
    assert (watched.memory, watched.used) == (100, 500)
