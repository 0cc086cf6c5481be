"""GF-CF against its formula with all eigenvectors."""

from __future__ import annotations

from types import SimpleNamespace

import numpy as np
import psutil
import pytest
from dense_cases import dense, questions, training
from graph_cases import inverse, play_data

from algorithms.graph.gf_cf import GFCF, GFCFParams
from bench.errors import Unsupported
from bench.types import Interactions, Query

SHAPES = [(30, 20), (20, 30)]


def fitted(data, **params):
    model = GFCF(GFCFParams(**params))
    model.fit(training(data))
    return model


def formula(data, k, alpha) -> np.ndarray:
    """(n_items, n_items) R̃ᵀR̃ + α D^(−1/2) V Vᵀ D^(1/2) from the dense eigenvectors of R̃ᵀR̃."""
    X = dense(data)
    degrees = X.sum(axis=0)
    normal = inverse(X.sum(axis=1), 0.5)[:, None] * X * inverse(degrees, 0.5)
    values, vectors = np.linalg.eigh(normal.T @ normal)
    V = vectors[:, np.argsort(-values)[:k]]
    return normal.T @ normal + alpha * inverse(degrees, 0.5)[:, None] * (V @ V.T) * np.sqrt(degrees)


@pytest.mark.parametrize("shape", SHAPES)
@pytest.mark.parametrize("k", [1, 4, 15])
def test_formula(shape, k):
    data = play_data(*shape)
    wanted = dense(data) @ formula(data, k, 0.7)
    found = fitted(data, factors=k, alpha=0.7).score(questions(data))
    np.testing.assert_allclose(found, wanted, rtol=1e-6, atol=1e-8 * np.abs(wanted).max())


@pytest.mark.parametrize("shape", SHAPES)
def test_more_factors_than_items(shape):
    """All of the space that R̃ knows: histories of training go through the ideal filter unchanged but for degrees."""
    data = play_data(*shape)
    X = dense(data)
    rank = np.linalg.matrix_rank(X)
    found = fitted(data, factors=500, alpha=0.7)
    assert found.vectors.shape == (shape[1], rank)
    wanted = X @ formula(data, rank, 0.7)
    np.testing.assert_allclose(found.score(questions(data)), wanted, rtol=1e-6, atol=1e-8 * np.abs(wanted).max())


def test_reasons_add_up_to_the_score():
    data = play_data()
    model, query = fitted(data, factors=5, alpha=0.5), questions(data).slice(3, 4)
    W = formula(data, 5, 0.5)
    item = next(j for j in range(19) if j not in query.items and (W[query.items, j] > 0).sum() >= 3)
    wanted = sorted(((W[i, item], i) for i in query.items if W[i, item] > 0), reverse=True)
    found = model.explain(query, item, n=100)
    assert [reason.item for reason in found] == [i for _, i in wanted]
    assert [reason.weight for reason in found] == pytest.approx([w for w, _ in wanted], rel=1e-6)
    assert model.explain(query, item, n=2) == found[:2]
    assert model.explain(query, data.n_items - 1) == []


def test_nobody_and_nothing():
    data = play_data()
    scores = fitted(data).score(questions(data))
    assert (scores[-1] == 0).all()
    assert (scores[:, -1] == 0).all()
    empty = Interactions(np.empty(0, np.int32), np.empty(0, np.int32), None, None, 2, 3)
    np.testing.assert_array_equal(fitted(empty).score(questions(empty)), np.zeros((2, 3)))
    unknown = Query(np.array([0]), np.array([-1], np.int32), np.array([0, 1]), np.array([19], np.int32), None, None, 20)
    assert (fitted(data).score(unknown) == 0).all()


def test_seed_and_strangers():
    data = play_data()
    wanted = fitted(data, factors=4).score(questions(data))
    np.testing.assert_array_equal(fitted(data, factors=4).score(questions(data, known=False)), wanted)
    other = GFCF(GFCFParams(factors=4), seed=7)
    other.fit(training(data))
    np.testing.assert_allclose(other.score(questions(data)), wanted, rtol=1e-6, atol=1e-10)


def test_save_and_load(tmp_path):
    data = play_data()
    model = fitted(data, factors=4)
    model.save(tmp_path)
    np.testing.assert_array_equal(GFCF.load(tmp_path).score(questions(data)), model.score(questions(data)))


@pytest.mark.parametrize("k", [4, 100])
def test_refused_without_memory(k, monkeypatch):
    monkeypatch.setattr(psutil, "virtual_memory", lambda: SimpleNamespace(available=1000))
    with pytest.raises(Unsupported, match=r"of GF-CF, .* needs .* of memory"):
        fitted(play_data(), factors=k)
