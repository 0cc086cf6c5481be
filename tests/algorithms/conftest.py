"""MovieLens 100K in the five folds that the library Surprise has published errors on."""

from __future__ import annotations

import os
from collections.abc import Iterable
from typing import Any

import pytest

from bench import notebook
from bench.datasets import sources
from bench.splits import given
from bench.splits.rows import Rows
from bench.types import Split


@pytest.fixture(scope="session")
def surprise_folds() -> list[Split]:
    """Drawn by the library itself from `u.data` in file order, `KFold(n_splits=5, random_state=0)`."""
    import surprise
    from surprise.model_selection import KFold

    if "BENCH_DATA" not in os.environ:
        pytest.skip("BENCH_DATA names no folder with ml-100k/u.data")
    path = sources.data_folders()[0] / "ml-100k" / "u.data"
    data = surprise.Dataset.load_from_file(path, surprise.Reader(line_format="user item rating timestamp", sep="\t"))
    dataset = notebook.load("ml-100k")
    pairs = KFold(n_splits=5, random_state=0).split(data)
    return [given.from_rows(dataset, _part(_raw(trainset)), _part(test)) for trainset, test in pairs]


def _raw(trainset: Any) -> Iterable[tuple[str, str, float]]:
    return ((trainset.to_raw_uid(u), trainset.to_raw_iid(i), rating) for u, i, rating in trainset.all_ratings())


def _part(rows: Iterable[tuple[Any, ...]]) -> Rows:
    return Rows(*zip(*rows, strict=True))
