"""FPMC: its steps against numerical gradients, its scores against the formula, and new users."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.optimize import minimize
from sequence_cases import asked, questions, random_sequences, sequences, training

from algorithms.sequential import fpmc
from algorithms.sequential.fpmc import FPMC, FPMCParams
from bench.errors import Diverged, Unsupported


def fitted(data, seed=0, threads=1, **params):
    model = FPMC(FPMCParams(**{"factors": 4, "epochs": 5, **params}), seed=seed, threads=threads)
    model.fit(training(data))
    return model


def gradient(f, x: np.ndarray) -> np.ndarray:
    """Central differences of a function of all of x."""
    slopes, h = np.zeros(x.shape), 1e-6
    for place in np.ndindex(*x.shape):
        low, high = x.copy(), x.copy()
        low[place] -= h
        high[place] += h
        slopes[place] = (f(high) - f(low)) / (2 * h)
    return slopes


def test_steps_climb_the_gradient():
    """The draws are made again by a generator of the same seed; every step is α times the gradient of the objective."""
    data, (rate, penalty), start = sequences([0, 2, 1], [1, 0], n_items=4), (0.3, 0.1), np.random.default_rng(5)
    users, items, previous = (start.normal(size=shape) for shape in ((3, 2), (4, 4), (5, 2)))
    found = [array.astype(np.float32) for array in (users, items, previous)]
    before = fpmc._before(data)
    assert before.tolist() == [-1, 0, 2, -1, 1]
    rng = np.random.default_rng(7)
    for _ in range(4):
        fpmc._pass(rng, data.users, data.items, before, np.float32(rate), np.float32(penalty), *found)
    rng = np.random.default_rng(7)
    for _ in range(4 * len(data)):
        at = int(rng.integers(0, len(data)))
        u, i, last = int(data.users[at]), int(data.items[at]), int(before[at])
        j = int(rng.integers(0, 3))
        j += j >= i

        def objective(flat, u=u, i=i, j=j, last=last):
            a, bd, c = flat[:6].reshape(3, 2), flat[6:22].reshape(4, 4), flat[22:].reshape(5, 2)
            lead = a[u] @ (bd[i] - bd[j])[:2]
            touched = (a[u] @ a[u]) + bd[i, :2] @ bd[i, :2] + bd[j, :2] @ bd[j, :2]
            if last >= 0:
                lead += c[last] @ (bd[i] - bd[j])[2:]
                touched += c[last] @ c[last] + bd[i, 2:] @ bd[i, 2:] + bd[j, 2:] @ bd[j, 2:]
            return -np.log1p(np.exp(-lead)) - penalty / 2 * touched

        flat = np.concatenate([users.ravel(), items.ravel(), previous.ravel()])
        flat = flat + rate * gradient(objective, flat)
        users, items, previous = flat[:6].reshape(3, 2), flat[6:22].reshape(4, 4), flat[22:].reshape(5, 2)
    for mine, wanted in zip(found, (users, items, previous), strict=True):
        np.testing.assert_allclose(mine, wanted, rtol=1e-3, atol=1e-5)


def test_scores_are_the_sum_of_both_products():
    data = random_sequences()
    model, query = fitted(data), questions(data)
    scores = model.score(query)
    for row in range(len(query)):
        history = data.items[data.offsets[row] : data.offsets[row + 1]]
        if len(history) == 0:
            assert (scores[row, :19] == 0).all()
            continue
        wanted = model.users[row] @ model.items[:, :4].T + model.previous[history[-1]] @ model.items[:, 4:].T
        np.testing.assert_allclose(scores[row], wanted, rtol=1e-4, atol=1e-5)
    assert np.isnan(scores[:, 19]).all()
    assert np.isfinite(scores[:, :19]).all()


def test_learns_what_comes_next():
    rng = np.random.default_rng(0)
    data = sequences(*[[(first + step) % 12 for step in range(8)] for first in rng.integers(0, 12, 60)], n_items=12)
    model = fitted(data, factors=16, epochs=100, learning_rate=0.1)
    histories = [[(first + step) % 12 for step in range(3)] for first in range(12)]
    scores = model.score(asked(*histories, n_items=12))
    np.testing.assert_array_equal(scores.argmax(axis=1), (np.arange(12) + 3) % 12)


def test_new_users_maximize_the_objective():
    data = random_sequences()
    model = fitted(data, epochs=20, regularization=0.05)
    history = np.array([3, 1, 19, 5, 7, 7], np.int32)  # 19 is unknown
    places = [(3, None), (1, 3), (5, None), (7, 5), (7, 7)]

    def cost(x):
        total = 0.05 * len(places) / 2 * x @ x
        for item, last in places:
            ahead = (model.items[item] - model.items[model.panel]).astype(np.float64)
            lead = ahead[:, :4] @ x + (0 if last is None else ahead[:, 4:] @ model.previous[last])
            total += np.log1p(np.exp(-lead)).mean()
        return total

    wanted = minimize(cost, np.zeros(4), tol=1e-10).x
    np.testing.assert_allclose(model._folded(history), wanted, rtol=1e-3, atol=1e-4)


def test_unknown_last_item_and_no_history():
    model = fitted(random_sequences())
    (known,) = np.flatnonzero(~np.isnan(model.users[:, 0]))[:1]
    scores = model.score(asked([3, 19], n_items=20, user=int(known)))[0]
    np.testing.assert_allclose(scores[:19], model.items[:19, :4] @ model.users[known], rtol=1e-5, atol=1e-6)
    assert (model.score(asked([], [19], n_items=20))[:, :19] == 0).all()


def test_nothing_to_learn_from():
    empty, single = sequences([], [], n_items=2), sequences([0, 0], [0], n_items=1)
    assert np.isnan(fitted(empty).score(questions(empty))).all()
    assert np.isfinite(fitted(single).score(questions(single))).all()


def test_factors_that_do_not_fit_into_memory_are_refused(monkeypatch):
    monkeypatch.setenv("RECMATRIX_MEMORY_LIMIT", "1000")
    with pytest.raises(Unsupported, match=r"factors needs .* of memory"):
        fitted(random_sequences())


def test_divergence_names_the_parameter():
    with pytest.raises(Diverged, match="lower learning_rate"):
        fitted(random_sequences(), learning_rate=1e5)


def test_seeds_threads_save_and_second_fit(tmp_path):
    data = random_sequences()
    wanted = fitted(data, seed=3).score(questions(data))
    model = fitted(random_sequences(seed=8, n_users=5, n_items=9), seed=3)
    model.fit(training(data))
    model.save(tmp_path)
    for same in (model, fitted(data, seed=3, threads=2), FPMC.load(tmp_path)):
        np.testing.assert_array_equal(same.score(questions(data)), wanted)
    assert not np.array_equal(fitted(data, seed=4).score(questions(data)), wanted, equal_nan=True)
