"""Films of MovieLens 1M that nobody has met, found by what an encyclopedia says of them.

A fifth of the films in SASRec's form of the data is held out, all interactions with them; 1,000 users are asked, once
among all films and once among those of the test alone. NDCG@10 minus that of popularity by genre, and of chance, over
the same users: the lower end of the 95 % interval is above zero. Settings were chosen on the validation part, see
docs/language-models.md.
"""

from __future__ import annotations

import csv
import os
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from bench import notebook
from bench.types import Dataset, Floats, Split
from reports.statistics.bootstrap import Parts, differences

pytestmark = [
    pytest.mark.reference,
    pytest.mark.skipif("BENCH_DATA" not in os.environ, reason="BENCH_DATA does not name a folder of downloaded data"),
]

ASKED: dict[str, Any] = {"evaluate_users": 1000}
EVEN: dict[str, Any] = {"half_life": 1_000_000, "centred": False}
FUSED: dict[str, Any] = {"first": "content-tfidf", "second": {"name": "text-knn", "params": EVEN}}
SHORT: dict[str, Any] = {"loss": "sampled-softmax", "negatives": 256, "max_length": 50, "epochs": 8, "patience": 4}
BY_TEXT = [
    pytest.param("content-tfidf", {}, id="words"),
    pytest.param("text-knn", EVEN, id="vectors", marks=pytest.mark.slow),  # the encoder reads for minutes
    pytest.param("hybrid-rrf", FUSED, id="both", marks=pytest.mark.slow),
    pytest.param("text-sasrec", SHORT, id="transformer", marks=pytest.mark.slow),  # some four minutes on one thread
]


@pytest.fixture(scope="module")
def films() -> Dataset:
    return notebook.load("sasrec-ml-1m")


@pytest.fixture(scope="module", params=["all films", "those of the test"])
def asked(request: pytest.FixtureRequest, films: Dataset, tmp_path_factory: pytest.TempPathFactory) -> Split:
    split = notebook.split(films, "cold-items", **ASKED)
    if request.param == "all films":
        return split
    listed = tmp_path_factory.mktemp("candidates") / "cold.csv"
    list_cold(split, listed)
    return notebook.split(films, "cold-items", **ASKED, candidates={"listed": str(listed)})


def list_cold(split: Split, path: Path) -> None:
    """Each item that the test part asks for, as a candidate of each user."""
    items, users = split.dataset.items.ids, split.dataset.users.ids
    cold = np.unique(notebook.split(split.dataset, "cold-items").test.items)
    with path.open("w", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(["user", "item"])
        writer.writerows((users[user], items[item]) for user in split.test.askers for item in cold)


def quality(split: Split, name: str, **params: Any) -> Floats:
    """NDCG@10 of each question."""
    return notebook.evaluate(notebook.create(name, **params), split, ("ndcg@10",)).per_user["ndcg@10"]


@pytest.fixture(scope="module")
def to_beat(asked: Split) -> dict[str, Floats]:
    return {name: quality(asked, name) for name in ("genre-popularity", "random")}


@pytest.mark.parametrize(("name", "params"), BY_TEXT)
def test_beats_genre_and_chance(asked: Split, to_beat: dict[str, Floats], name: str, params: dict[str, Any]):
    own, every = quality(asked, name, **params), np.ones(len(asked.test))
    pairs = [(Parts(own, every), Parts(other, every)) for other in to_beat.values()]
    for other, interval in zip(to_beat, differences(asked.test.askers, pairs), strict=True):
        assert interval.low is not None and interval.low > 0, (other, interval)
