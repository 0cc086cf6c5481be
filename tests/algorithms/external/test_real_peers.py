"""The adapters of docs/peers with the real libraries: `BENCH_PEER` names a Python in which one of them is installed."""

from __future__ import annotations

import os
import subprocess
import sys
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from bench import registry
from bench.conformance import exams
from bench.types import Floats, Query

ADAPTERS = Path(__file__).resolve().parents[3] / "docs" / "peers"
PYTHON = os.environ.get("BENCH_PEER", sys.executable)
L2 = 50.0
NEAR = 1e-3  # float32 inverses by three libraries


def _asked(library: str, script: str, **options: Any) -> tuple[Floats, Query]:
    """Scores of films for every user with their training history, and what was asked. Skips without the library."""
    if subprocess.run([PYTHON, "-c", f"import {library}"], check=False, capture_output=True).returncode:
        pytest.skip(f"{library} is not installed for {PYTHON}; BENCH_PEER names another Python")
    training = exams.films().training()
    data, users = training.interactions, np.arange(training.interactions.n_users)
    query = replace(exams.films().held_out().query, keys=users, users=users.astype(np.int32), offsets=data.offsets)
    query = replace(query, items=data.items, ratings=data.ratings, times=data.times)
    model = registry.create("external", env=PYTHON, script=str(ADAPTERS / script), options=options)
    model.fit(training)
    return model.score(query), query


def _ease(query: Query) -> Floats:
    """B of EASE: −P_ij / P_jj, with a diagonal of 0."""
    matrix = query.matrix().toarray().astype(np.float64)
    inverse = np.linalg.inv(matrix.T @ matrix + L2 * np.eye(query.n_items))
    weights = -inverse / np.diag(inverse)
    np.fill_diagonal(weights, 0)
    return weights


def _require_near(scores: Floats, expected: Floats) -> None:
    known = ~np.isnan(scores)
    assert known.mean() > 0.9
    np.testing.assert_allclose(scores[known], expected[known], rtol=NEAR, atol=1e-5 * np.abs(expected).max())


@pytest.mark.slow
def test_ease_of_lenskit_is_ease():
    scores, query = _asked("lenskit", "lenskit_scorer.py", scorer="lenskit.knn.EASEScorer", regularization=L2)
    _require_near(scores, query.matrix() @ _ease(query))


@pytest.mark.slow
def test_item_neighbours_of_lenskit_add_up_cosines():
    options = {"scorer": "lenskit.knn.ItemKNNScorer", "feedback": "implicit", "max_nbrs": 10_000}
    scores, query = _asked("lenskit", "lenskit_scorer.py", **options)
    ours = registry.create("item-knn", neighbours=query.n_items)
    ours.fit(exams.films().training())
    _require_near(scores, np.asarray(ours.score(query)))


@pytest.mark.slow
def test_ease_of_recbole_is_ease():
    scores, query = _asked("recbole", "recbole_model.py", model="EASE", reg_weight=L2)
    _require_near(scores, query.matrix() @ _ease(query))


@pytest.mark.slow
def test_ease_of_rectools_scores_with_the_transposed_weights():
    scores, query = _asked("rectools", "rectools_model.py", cls="EASEModel", regularization=L2)
    _require_near(scores, query.matrix() @ _ease(query).T)
