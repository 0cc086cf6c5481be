"""Explicit ALS against its normal equations, and on its edges."""

from dataclasses import replace

import numpy as np
import pytest
from small_histories import N_ITEMS, UNSEEN_ITEMS, UNSEEN_USER, nothing, play_data, questions, training

from algorithms.factors.als_explicit import ExplicitALS, ExplicitALSParams
from bench.errors import Diverged, Unsupported
from bench.types import Interactions, Query


def fitted(data, seed=3, threads=1, **params):
    model = ExplicitALS(ExplicitALSParams(**params), seed=seed, threads=threads)
    model.fit(training(data))
    return model


def solved(rows, targets, others, bias, ridge):
    """(p, b) of every row from dense ratings with NaN for none; `targets` are r − μ."""
    f = others.shape[1]
    found = np.zeros((len(rows), f + 1))
    for row, mine in enumerate(rows):
        rated = np.flatnonzero(mine)
        if len(rated):
            V = np.column_stack([others[rated], np.ones(len(rated))])
            A = V.T @ V + ridge * len(rated) * np.eye(f + 1)
            found[row] = np.linalg.solve(A, V.T @ (targets[row, rated] - bias[rated]))
    return found[:, :-1], found[:, -1]


@pytest.mark.parametrize(("factors", "epochs", "ridge"), [(1, 3, 0.3), (4, 4, 0.1), (70, 2, 0.2)])
def test_alternating_normal_equations(factors, epochs, ridge):
    data = play_data(ratings=True)
    R = data.matrix("ratings").toarray().astype(np.float64)
    mean = data.ratings.mean(dtype=np.float64)
    q = np.random.default_rng(3).normal(0, 0.1, (N_ITEMS, factors + 1))[:, :-1]
    q[UNSEEN_ITEMS] = 0
    item_bias = np.zeros(N_ITEMS)
    for _ in range(epochs):
        p, user_bias = solved(R, R - mean, q, item_bias, ridge)
        q, item_bias = solved(R.T, R.T - mean, p, user_bias, ridge)
    p, user_bias = solved(R, R - mean, q, item_bias, ridge)
    wanted = mean + user_bias[:, None] + item_bias + p @ q.T
    model = fitted(data, factors=factors, epochs=epochs, regularization=ridge)
    found = model.score(questions(data))
    np.testing.assert_allclose(found, wanted, rtol=1e-3)
    rows, items = np.array([0, 5, 59]), np.array([3, 49, 7], np.int32)
    np.testing.assert_allclose(model.predict(questions(data), rows, items), wanted[rows, items], rtol=1e-3)
    np.testing.assert_allclose(wanted[0, UNSEEN_ITEMS], mean + user_bias[0], rtol=1e-9)
    np.testing.assert_allclose(wanted[UNSEEN_USER], mean + item_bias, rtol=1e-9)


def test_new_users_are_served_from_the_history():
    data = play_data(ratings=True)
    model = fitted(data)
    query = questions(data)
    unknown = replace(query, users=np.full_like(query.users, -1))
    np.testing.assert_array_equal(model.score(unknown), model.score(query))


def test_a_pair_that_was_rated_twice_counts_twice():
    data = play_data(ratings=True)
    model = fitted(data, factors=3)
    items = np.array([2, 9, 9], np.int32)
    query = Query(np.arange(1), np.array([-1]), np.array([0, 3]), items, np.float32([5, 1, 3]), None, N_ITEMS)
    Q, mean = model.item_factors.astype(np.float64)[items], model.mean
    A = Q[:, :-1].T @ Q[:, :-1] + 0.1 * 3 * np.eye(4)
    w = np.linalg.solve(A, Q[:, :-1].T @ (np.array([5, 1, 3]) - mean - Q[:, -1]))
    wanted = mean + model.item_factors[:, :-1] @ w + model.item_factors[:, -1]
    np.testing.assert_allclose(model.score(query)[0], wanted, rtol=1e-5)


def test_constant_ratings():
    data = play_data(ratings=True)
    data = replace(data, ratings=np.full(len(data), 4, np.float32))
    np.testing.assert_allclose(fitted(data).score(questions(data)), 4, rtol=1e-6)


def test_threads():
    data = play_data(ratings=True)
    wanted = fitted(data).score(questions(data))
    np.testing.assert_array_equal(fitted(data, threads=2).score(questions(data)), wanted)


def test_nothing_to_learn_from():
    assert (fitted(nothing()).score(questions(nothing())) == 0).all()


@pytest.mark.filterwarnings("ignore:overflow")  # it is asked for
def test_refusals(monkeypatch):
    with pytest.raises(Unsupported, match="needs ratings"):
        fitted(play_data())
    data = play_data(ratings=True)
    with pytest.raises(Unsupported, match="needs ratings"):
        fitted(data).score(questions(play_data()))
    huge = replace(data, ratings=np.where(data.ratings > 3, np.float32(3e38), np.float32(-3e38)))
    with pytest.raises(Diverged, match="raise regularization"):
        fitted(huge)
    monkeypatch.setattr("bench.memory.available", lambda: 1000)
    with pytest.raises(Unsupported, match=r"als-explicit with 50 factors needs .* of memory"):
        fitted(data)


def test_ratings_below_the_mean_count_against_an_item():
    """Two groups with opposite ratings: what one likes the other does not, and the sign is learned."""
    users, items = (axis.ravel().astype(np.int32) for axis in np.indices((20, 10)))
    known = (users + items) % 5 != 0
    stars = np.where(users % 2 == items % 2, 5, 1).astype(np.float32)
    data = Interactions(users[known], items[known], stars[known], None, 20, 10)
    found = fitted(data, factors=2, regularization=0.01).predict(questions(data), users[~known], items[~known])
    np.testing.assert_allclose(found, stars[~known], atol=0.3)
