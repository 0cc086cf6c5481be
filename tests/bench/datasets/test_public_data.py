"""Published data sets in the folder that BENCH_DATA names: counts that can be looked up."""

import os
from pathlib import Path

import numpy as np
import pytest

from bench.datasets import catalogue

pytestmark = [
    pytest.mark.reference,
    pytest.mark.skipif("BENCH_DATA" not in os.environ, reason="the variable BENCH_DATA names no folder"),
]


def test_ml_100k():
    dataset = catalogue.load("ml-100k")
    interactions = dataset.interactions
    assert (len(interactions), interactions.n_users, interactions.n_items) == (100_000, 943, 1_682)
    assert np.bincount(interactions.ratings.astype(int))[1:].tolist() == [6110, 11370, 27145, 34174, 21201]
    assert dataset.notes["duplicates"]["dropped"] == 0
    assert dataset.items.titles[dataset.items.ids.index("1")] == "Toy Story (1995)"
    assert len(dataset.items.feature_names) == 19
    assert "Misérables, Les (1995)" in dataset.items.titles
    assert {name for name in dataset.users.feature_names if name.startswith("gender")} == {"gender=F", "gender=M"}


def test_sasrec_ml_1m():
    interactions = catalogue.load("sasrec-ml-1m").interactions
    assert (len(interactions), interactions.n_users, interactions.n_items) == (999_611, 6_040, 3_416)
    assert interactions.ordered
    assert interactions.times is None


def test_sasrec_order_is_the_order_of_the_file():
    dataset = catalogue.load("sasrec-ml-1m")
    user = dataset.users.ids.index("1")
    own = dataset.interactions.items[dataset.interactions.users == user]
    import gzip

    path = Path(os.environ["BENCH_DATA"]) / "sasrec" / "ml-1m.txt.gz"
    lines = gzip.decompress(path.read_bytes()).decode().splitlines()
    expected = [line.split()[1] for line in lines if line.split()[0] == "1"]
    assert [dataset.items.ids[item] for item in own] == expected
