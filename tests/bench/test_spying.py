"""Held-out items cannot be found while an algorithm is trained, and the spy that says so finds what there is."""

from __future__ import annotations

import importlib
import json
import os
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from harness import ZOO, run_here

from bench import context_io, handover
from bench.context import context_of
from bench.datasets.catalogue import load
from bench.matrix import AlgorithmSpec, Axes, Matrix
from bench.splits.catalogue import make
from bench.store import Store

SECRET = {240, 241}


@pytest.fixture
def spying(monkeypatch: pytest.MonkeyPatch) -> Iterator[Any]:
    monkeypatch.syspath_prepend(str(ZOO))
    yield importlib.import_module("zoo.spying")
    for name in [name for name in sys.modules if name.partition(".")[0] == "zoo"]:
        del sys.modules[name]


ASKED: list[dict[str, Any]] = [  # in each of them the items `held-…` are exactly those that are held out
    {"name": "user-time", "test": 0.1},
    {"name": "last-out", "history": "train", "candidates": {"sampled": 5}},
    {"name": "last-out", "fit_on": "train+validation", "hide_seen": False},
    {"name": "time-cut", "test": 0.112, "validation": 0.2},
    {"name": "cold-items", "test": 0.112, "by": "time", "candidates": {"sampled": 5, "by": "popularity"}},
]


@pytest.mark.parametrize("split", ASKED, ids=lambda split: ", ".join(map(str, split.values())))
def test_no_held_out_item_is_within_reach_during_fit(with_zoo: None, tmp_path: Path, split: dict[str, Any]):
    axes = Axes(datasets=[{"name": "secrets"}], splits=[split])
    matrix = Matrix(matrix=axes, algorithms=[AlgorithmSpec(name="zoo-spies")])
    store = Store(tmp_path / "store", create=True)
    (record,) = run_here(matrix, store)
    assert (record.status, record.reason) == ("ok", ""), store.log(record)
    assert record.counts["held_out"] == 30


@pytest.mark.parametrize("name", ["user-holdout", "cold-users"])
def test_no_held_out_item_of_a_new_user_is_in_a_file(small_data: None, spying: Any, tmp_path: Path, name: str):
    spec: dict[str, Any] = {"name": name, "candidates": {"sampled": 5}, "fit_on": "train+validation"}
    made = make(load("secrets"), spec | ({"by": "time"} if name == "user-holdout" else {"shown": 3}))
    handover.write_training(made, tmp_path)
    context_io.write(context_of(made), tmp_path)
    held, shown = (set(items[items >= 100].tolist()) for items in (made.test.items, made.test.query.items))
    assert held  # nobody else has any of them; smaller numbers are counts of something, too
    assert list(spying.in_files(tmp_path, held)) == []
    assert len(list(spying.in_files(tmp_path, shown))) == len(shown) > 0


def test_the_spy_reads_arrays_json_and_tables(spying: Any, tmp_path: Path):
    import pyarrow as pa
    import pyarrow.parquet as pq

    assert list(spying.in_files(tmp_path, SECRET)) == []
    np.save(tmp_path / "clean.npy", np.arange(200))
    (tmp_path / "empty.lock").touch()
    assert list(spying.in_files(tmp_path, SECRET)) == []
    np.save(tmp_path / "array.npy", np.array([1, 240], np.int32))
    (tmp_path / "job.json").write_text(json.dumps({"a": [{"b": 241}], "parent": 240}), encoding="utf-8")
    (tmp_path / "deep").mkdir()
    pq.write_table(pa.table({"item": [240]}), tmp_path / "deep" / "t.parquet")
    found = sorted(spying.in_files(tmp_path, SECRET))
    assert found == ["array.npy has 240", "job.json has 241", "t.parquet has 240"]
    (tmp_path / "odd.bin").write_bytes(b"?")
    with pytest.raises(RuntimeError, match=r"odd\.bin"):
        list(spying.in_files(tmp_path, SECRET))


def test_the_spy_reads_pipes_arguments_and_variables(spying: Any, monkeypatch: pytest.MonkeyPatch):
    reading, writing = os.pipe()
    try:
        os.write(writing, b"held")
        assert f"descriptor {reading} holds 4 bytes" in spying.in_descriptors(SECRET)
        assert not [leak for leak in spying.in_descriptors(SECRET) if f" {reading} " in leak], "it is empty now"
    finally:
        os.close(reading)
        os.close(writing)
    assert list(spying.in_surroundings()) == []
    monkeypatch.setenv("HINT", "held-03")
    monkeypatch.setattr(sys, "argv", ["x", "held-04"])
    assert list(spying.in_surroundings()) == ["argument held-04", "variable HINT"]
