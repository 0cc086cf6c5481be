"""SLIM against scikit-learn's ElasticNet, item by item."""

from __future__ import annotations

from types import SimpleNamespace

import numpy as np
import psutil
import pytest
from dense_cases import dense, questions, training
from linear_cases import fitted, nothing, play_data
from sklearn.linear_model import ElasticNet

from algorithms.linear.slim import SLIM
from bench.errors import Unsupported
from bench.types import Interactions

EXACT = {"tolerance": 1e-12, "epochs": 10_000}


def elastic_nets(data, alpha, l1_ratio) -> np.ndarray:
    """(n_items, n_items) one ElasticNet for each column, the column itself taken out of X."""
    X = dense(data)
    W = np.zeros((data.n_items, data.n_items))
    for j in range(data.n_items):
        others = X.copy()
        others[:, j] = 0
        net = ElasticNet(alpha, l1_ratio=l1_ratio, positive=True, fit_intercept=False, tol=1e-12, max_iter=100_000)
        W[:, j] = net.fit(others, X[:, j]).coef_
    return W


@pytest.mark.parametrize("alpha", [0.001, 0.05])
@pytest.mark.parametrize("l1_ratio", [1.19e-5, 0.1, 0.9])
def test_columns_are_elastic_nets(alpha, l1_ratio):
    data = play_data()
    W = elastic_nets(data, alpha, l1_ratio)
    model = fitted(SLIM, data, alpha=alpha, l1_ratio=l1_ratio, **EXACT)
    np.testing.assert_allclose(model.weights.toarray(), W, rtol=1e-5, atol=1e-7 * W.max())
    assert 0 < (W > 0).sum() < W.size - len(W)  # some weights, and some that non-negativity or the penalty removes
    np.testing.assert_allclose(model.score(questions(data)), dense(data) @ W, rtol=1e-4, atol=1e-6)


def test_every_item_keeps_its_largest_weights():
    data, k = play_data(), 3
    W = elastic_nets(data, 0.005, 0.01)
    least = -np.sort(-W, axis=0)[k - 1]
    W[least * (1 - 1e-9) > W] = 0
    found = fitted(SLIM, data, alpha=0.005, l1_ratio=0.01, neighbours=k, **EXACT).weights.toarray()
    np.testing.assert_allclose(found, W, rtol=1e-5)
    assert (found > 0).sum(axis=0).max() == k


def test_equal_weights_at_the_last_place():
    """Items 1, 2 and 3 are the same; item 0 may keep two of them."""
    X = np.array([[1, 1, 1, 1], [1, 1, 1, 1], [0, 1, 1, 1], [1, 0, 0, 0]])
    users, items = (axis.astype(np.int32) for axis in np.nonzero(X))
    data = Interactions(users, items, None, None, 4, 4)
    column = fitted(SLIM, data, alpha=0.1, l1_ratio=0.0, neighbours=2, **EXACT).weights.toarray()[:, 0]
    assert (column > 0).sum() == 2


def test_all_weights_penalized_away():
    data = play_data()
    model = fitted(SLIM, data, alpha=1000.0, l1_ratio=1.0)
    assert model.weights.nnz == 0
    assert (model.score(questions(data)) == 0).all()


def test_nobody_and_nothing():
    data = play_data()
    scores = fitted(SLIM, data).score(questions(data))
    assert (scores[-1] == 0).all()
    assert (scores[:, -1] == 0).all()
    np.testing.assert_array_equal(fitted(SLIM, nothing()).score(questions(nothing())), np.zeros((2, 3)))


def test_reasons_add_up_to_the_score():
    data = play_data()
    model, query = fitted(SLIM, data), questions(data).slice(2, 3)
    item = int(model.score(query)[0].argmax())
    reasons = model.explain(query, item, n=100)
    assert sum(reason.weight for reason in reasons) == pytest.approx(float(model.score(query)[0, item]), rel=1e-5)
    assert [r.weight for r in reasons] == sorted((r.weight for r in reasons), reverse=True)
    assert model.explain(query, item, n=1) == reasons[:1]


def test_threads_strangers_and_repeated_pairs_do_not_matter():
    data = play_data(n_users=300, n_items=600, share=0.05)
    wanted = fitted(SLIM, data).score(questions(data))
    np.testing.assert_array_equal(fitted(SLIM, data, threads=3).score(questions(data)), wanted)
    np.testing.assert_array_equal(fitted(SLIM, data).score(questions(data, known=False)), wanted)
    twice = data.take(np.sort(np.concatenate([np.arange(len(data)), np.arange(0, len(data), 3)])))
    np.testing.assert_array_equal(fitted(SLIM, twice).score(questions(twice)), wanted)


def test_save_and_load(tmp_path):
    data = play_data()
    model = fitted(SLIM, data)
    model.save(tmp_path)
    np.testing.assert_array_equal(SLIM.load(tmp_path).score(questions(data)), model.score(questions(data)))


def test_refused_without_memory(monkeypatch):
    monkeypatch.setattr(psutil, "virtual_memory", lambda: SimpleNamespace(available=1000))
    with pytest.raises(Unsupported, match=r"XᵀX of SLIM, 14 × 14, needs .* of memory"):
        SLIM(SLIM.Params()).fit(training(play_data()))
