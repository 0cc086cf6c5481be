"""`kill -9` of the main process at 20 random moments of a matrix of twelve cells."""

from __future__ import annotations

import shutil
import time

import numpy as np
import pytest
from harness import Bench, kill
from test_resume import _numbers, _quality

from bench.store import Store

TWELVE = """
[matrix]
datasets = ["tiny"]
splits = ["user-time", "last-out"]
metrics = ["ndcg@10", "recall@5", "coverage@10", "auc"]
[[algorithms]]
name = "zoo-slow"
params = { seconds = 0.3 }
grid = { variant = [0, 1, 2, 3, 4] }
[[algorithms]]
name = "popularity"
"""
CELLS, MOMENTS = 12, 20


@pytest.mark.slow
def test_twenty_random_moments_lose_nothing_and_repeat_nothing(bench: Bench):
    matrix = bench.matrix(TWELVE)
    undisturbed = bench.run(matrix, "--jobs", 2)
    assert undisturbed.returncode == 0, undisturbed.stderr
    expected, table = _numbers(Store(bench.store)), _quality(undisturbed.stdout)
    assert len(table) == CELLS
    shutil.rmtree(bench.store)
    random = np.random.default_rng(0)
    killed, done = 0, dict[str, str]()
    while killed < MOMENTS:
        running = bench.start(matrix, "--jobs", 2)
        time.sleep(random.uniform(0.5, 10))
        killed += running.poll() is None
        if running.poll() is None:
            kill(running.pid)
        running.communicate()
        records = bench.records() if (bench.store / "cells").is_dir() else []
        assert all(record.status == "ok" for record in records)
        found = {record.key: record.attempt for record in records}
        assert len(found) == len(records), "no cell ran twice"
        assert done.items() <= found.items(), "nothing that was finished is lost"
        done = found
        if len(done) == CELLS:  # from the beginning again, until there were twenty
            assert _numbers(Store(bench.store)) == expected
            shutil.rmtree(bench.store)
            done = {}
    last = bench.run(matrix, "--jobs", 2)
    assert last.returncode == 0, last.stderr
    assert _quality(last.stdout) == table
    assert _numbers(Store(bench.store)) == expected
    assert {record.key: record.attempt for record in bench.records()}.items() >= done.items()
