"""NMF against scikit-learn's coordinate descent and SciPy's non-negative least squares, and on its edges."""

from dataclasses import replace

import numpy as np
import pytest
from scipy.optimize import nnls
from scipy.sparse import csr_matrix
from sklearn.decomposition import non_negative_factorization
from small_histories import (
    KNOWN,
    N_ITEMS,
    N_USERS,
    UNSEEN_ITEMS,
    UNSEEN_USER,
    nothing,
    play_data,
    questions,
    strangers,
    training,
)

from algorithms.factors import nonnegative
from algorithms.factors.nmf import NMF, NMFParams
from algorithms.factors.nonnegative import descend
from bench.errors import Unsupported


def fitted(data=None, seed=3, threads=1, **params):
    model = NMF(NMFParams(**params), seed=seed, threads=threads)
    model.fit(training(play_data() if data is None else data))
    return model


@pytest.mark.parametrize("values", ["binary", "ratings"])
@pytest.mark.parametrize(("factors", "penalty"), [(1, 0.0), (5, 0.0), (5, 2.0), (70, 0.5)])
def test_same_as_scikit_learns_coordinate_descent(factors, penalty, values):
    data, epochs = play_data(ratings=True), 8
    X = data.matrix(values).toarray().astype(np.float64)
    rng = np.random.default_rng(3)
    W, H = (np.sqrt(X.mean() / factors) * np.abs(rng.normal(size=(n, factors))) for n in X.shape)
    H[UNSEEN_ITEMS] = 0
    wanted = non_negative_factorization(
        X,
        W,
        np.ascontiguousarray(H.T),
        n_components=factors,
        init="custom",
        max_iter=epochs,
        tol=0,
        alpha_W=penalty / N_ITEMS,
        alpha_H=penalty / N_USERS,
    )[1].T
    model = fitted(data, factors=factors, epochs=epochs, regularization=penalty, values=values)
    np.testing.assert_allclose(model.item_factors, wanted, rtol=1e-5, atol=1e-6 * wanted.max())


@pytest.mark.parametrize("penalty", [0.0, 3.0])
def test_fold_in_is_non_negative_least_squares(penalty):
    data = play_data()
    model = fitted(data, factors=6, regularization=penalty)
    history = [1, 4, 9, 22, 40]
    found = model.score(strangers(history))[0]
    x = np.zeros(N_ITEMS)
    x[history] = 1
    H = model.item_factors
    w = nnls(np.vstack([H, np.sqrt(penalty) * np.eye(6)]), np.append(x, np.zeros(6)))[0]
    assert (w > 0).any()
    assert (w == 0).any()
    np.testing.assert_allclose(found[KNOWN], (H @ w)[KNOWN], rtol=1e-3, atol=1e-4 * (H @ w).max())


def test_the_sum_of_squares_never_rises():
    data = play_data()
    X, rng = data.matrix(), np.random.default_rng(0)
    H, W = rng.random((N_ITEMS, 4)), rng.random((N_USERS, 4))
    errors = []
    for _ in range(5):
        errors.append(np.sum((X.toarray() - W @ H.T) ** 2) + 0.5 * np.sum(W**2))
        W = descend(X, H, 0.5, 1, 1, W)
        assert (W >= 0).all()
    assert (np.diff(errors) <= 1e-9 * errors[0]).all()
    assert errors[-1] < 0.9 * errors[0]


def test_a_factor_that_no_regressor_has_becomes_zero():
    H = np.array([[1.0, 0.0], [2.0, 0.0]])
    found = descend(csr_matrix([[1.0, 2.0]]), H, 0.0, 10, 1, np.array([[5.0, 5.0]]))
    np.testing.assert_allclose(found, [[1, 0]])


def test_known_and_new_users_are_served_from_the_history():
    data = play_data()
    model = fitted(data)
    mine = data.items[data.offsets[20] : data.offsets[21]].tolist()
    query = questions(data)
    found = model.score(query)
    np.testing.assert_array_equal(model.score(replace(query, users=np.full_like(query.users, -1))), found)
    stranger, nobody, useless = model.score(strangers(mine, [], UNSEEN_ITEMS))
    np.testing.assert_allclose(stranger, found[20], rtol=1e-4, atol=1e-6)
    assert (nobody[KNOWN] == 0).all()
    assert (useless[KNOWN] == 0).all()
    assert np.isnan(found[:, UNSEEN_ITEMS]).all()
    assert (found[UNSEEN_USER, KNOWN] == 0).all()


def test_threads_and_seeds(monkeypatch):
    data = play_data()
    wanted = fitted(data).score(questions(data))
    monkeypatch.setattr(nonnegative, "_BLOCK", 7)
    np.testing.assert_array_equal(fitted(data, threads=2).score(questions(data)), wanted)
    assert not np.allclose(fitted(data, seed=4).score(questions(data)), wanted, rtol=1e-3, equal_nan=True)


def test_nothing_to_learn_from():
    assert np.isnan(fitted(nothing()).score(questions(nothing()))).all()


def test_negative_and_huge_values():
    """Where nothing is positive nothing can be fitted; the largest float32 is not too large."""
    data = play_data(ratings=True)
    query = questions(data)
    below = fitted(replace(data, ratings=-data.ratings), values="ratings").score(replace(query, ratings=-query.ratings))
    assert (below[:, KNOWN] == 0).all()
    top = fitted(replace(data, ratings=np.full(len(data), 3e38, np.float32)), values="ratings", regularization=0.0)
    assert np.isfinite(top.item_factors).all()


def test_refused_without_memory(monkeypatch):
    monkeypatch.setattr("bench.memory.available", lambda: 1000)
    with pytest.raises(Unsupported, match=r"nmf with 50 factors needs .* of memory"):
        fitted()
