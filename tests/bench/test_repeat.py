"""`bench repeat`: one cell once more, compared with what is stored."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from command_line import Call, one_line
from harness import run_here
from record_cases import answers, context, record, rewritten

from bench import answers_io
from bench.answers import Answers
from bench.files import sha256
from bench.limits import Limits
from bench.matrix import AlgorithmSpec, Axes, Matrix
from bench.records import Record
from bench.repeat import Difference, compare
from bench.store import Store

SPLIT = "cd" * 32


def _attempt(store: Store, given: Answers, **changes: object) -> Record:
    """An attempt with these answers, put into the store by hand."""
    folder = store.begin()
    answers_io.write(given, folder)
    return store.commit(folder, record(**changes))


def _two(tmp_path: Path, after: Answers, **changes: object) -> tuple[Store, Record, Record]:
    store = Store(tmp_path / "store", create=True)
    users = np.arange(4, dtype=np.int32)
    store.put_context(SPLIT, replace(context(), users=users, user_ids=("a", "b", "c", "d"), scale=None))
    return store, _attempt(store, answers()), _attempt(store, after, **changes)


def _worse() -> Answers:
    """The first held-out item, at rank 0 before, is at rank 1: ndcg@10 of one question of four falls."""
    before = answers()
    return replace(before, better=before.better + np.array([1, 0, 0, 0], np.int32))


def test_a_deterministic_cell_is_bitwise_equal_and_leaves_a_second_attempt(kept_store: Store, call: Call):
    (before,) = kept_store.records()
    done = call("repeat", before.key[:8], "--store", kept_store.folder)
    assert done.code == 0, done.stderr
    assert done.stdout.splitlines()[-1] == "bitwise equal"
    assert "not the same cell" not in done.stdout
    first, second = kept_store.records()
    assert first == before
    assert second.key == before.key
    assert second.attempt > before.attempt


@pytest.mark.parametrize(
    ("versions", "data_hash", "told"),
    [
        ({"numpy": "0.1"}, None, "numpy 0.1 → "),
        ({"gone": "3"}, None, "gone 3 → not there"),
        ({}, "00" * 32, "the data changed"),
        ({}, None, "the code of the algorithm changed"),
    ],
)
def test_what_changed_since_is_told_and_answers_compared_all_the_same(
    kept_store: Store, call: Call, versions: dict[str, str], data_hash: str | None, told: str
):
    (before,) = kept_store.records()
    old = "0" * 64  # a key of another day
    provenance = {**before.provenance, "versions": {**before.provenance["versions"], **versions}}
    rewritten(kept_store, before, key=old, provenance=provenance, data_hash=data_hash or before.data_hash)
    done = call("repeat", "popularity", "--store", kept_store.folder, "--json")
    found = json.loads(done.stdout)
    assert (done.code, found["verdict"]) == (0, "bitwise equal")
    (text,) = found["changed"]
    assert text.startswith(told)
    assert found["key"] == {"before": old, "after": before.key}


def test_a_fold_and_parameters_are_planned_as_the_one_cell_they_were(small_data: None, tmp_path: Path, call: Call):
    store = Store(tmp_path / "store", create=True)
    axes = Axes(datasets=[{"name": "tiny"}], splits=[{"name": "k-fold", "folds": 3, "fold": 1}], seeds=[4])
    spec = AlgorithmSpec(name="item-knn", params={"neighbours": 7})
    limits = Limits.model_construct(time=77.0, memory=2e9)
    (before,) = run_here(Matrix(matrix=axes, algorithms=[spec]), store, limits=limits, threads=2, jobs=1)
    done = call("repeat", before.key, "--store", store.folder, "--json")
    assert done.code == 0, done.stderr
    found = json.loads(done.stdout)
    assert (found["verdict"], found["changed"]) == ("bitwise equal", [])
    assert found["key"]["after"] == before.key
    after = store.records()[1]
    assert after.limits["time"] == 77
    assert after.limits["memory"] <= 2e9
    assert after.provenance["threads"] == 2


def test_answers_that_never_came_from_this_cell_are_different(kept_store: Store, call: Call):
    (before,) = kept_store.records()
    folder = kept_store.folder_of(before)
    given = answers_io.read(folder)
    perfect = {name: np.zeros_like(getattr(given, name)) for name in ("better", "tied", "position")}
    answers_io.write(replace(given, **perfect), folder)  # every held-out item at the first rank
    files = {**before.files, "ranks.parquet": {"sha256": sha256(folder / "ranks.parquet"), "bytes": 1}}
    rewritten(kept_store, before, files=files)
    done = call("repeat", "popularity", "--store", kept_store.folder)
    assert done.code == 1, done.stderr
    assert done.stdout.splitlines()[-1] == "different"
    assert "largest difference: " in done.stdout
    assert "not the same cell" not in done.stdout


@pytest.mark.parametrize(("allowed", "verdict"), [(0.1, "within noise"), (0.05, "different"), (None, "within noise")])
def test_noise_is_half_the_width_of_the_interval(tmp_path: Path, allowed: float | None, verdict: str):
    store, before, after = _two(tmp_path, _worse())
    found = compare(store, before, after, lambda users, measured: dict.fromkeys(measured, allowed))
    assert found.verdict == verdict
    moved = {difference.metric: difference for difference in found.differences}
    assert moved["ndcg@10"].size == pytest.approx((1 - 1 / np.log2(3)) / 4)  # 0.0923
    assert moved["coverage@10"].size == 0


def test_what_has_no_mean_over_users_decides_nothing_unless_it_appears_or_vanishes():
    assert Difference("coverage@10", 0.5, 0.9, None).harmless
    assert not Difference("rmse", None, 0.9, None).harmless
    assert Difference("rmse", None, None, None).harmless
    assert not Difference("ndcg@10", 0.5, 0.6, 0.0).harmless


def test_other_files_are_noticed_and_another_split_is_never_noise(tmp_path: Path):
    store, before, same = _two(tmp_path, answers())
    assert compare(store, before, same, lambda *_: {}).verdict == "bitwise equal"
    store.put_context("12" * 32, store.context(SPLIT))
    other = _attempt(store, _worse(), split_hash="12" * 32)
    assert compare(store, before, other, lambda users, m: dict.fromkeys(m, 1.0)).verdict == "different"


def test_a_second_run_that_fails_is_told(tmp_path: Path):
    store, before, after = _two(tmp_path, answers(), status="crashed", reason="SIGSEGV in phase fit")
    assert compare(store, before, after, lambda *_: {}).verdict == "failed"


def test_what_has_no_sound_answers_is_one_line(kept_store: Store, call: Call):
    done = call("repeat", "nothing", "--store", kept_store.folder)
    assert done.code == 3
    assert "no cell 'nothing'" in one_line(done)
    (kept,) = kept_store.records()
    path = kept_store.folder_of(kept) / "ranks.parquet"
    path.write_bytes(path.read_bytes()[:-1])
    done = call("repeat", "popularity", "--store", kept_store.folder)
    assert done.code == 3
    assert "corrupt" in one_line(done)
    assert len(kept_store.records()) == 1


def test_a_cell_without_answers_is_one_line(tmp_path: Path, call: Call):
    store = Store(tmp_path / "store", create=True)
    store.commit(store.begin(), record(status="failed", reason="?"))
    done = call("repeat", "popularity", "--store", store.folder)
    assert done.code == 3
    assert "is failed and has no answers" in one_line(done)
