"""P3α and RP3β against transition matrices multiplied densely."""

from __future__ import annotations

import numpy as np
import pytest
from dense_cases import dense, questions, training
from graph_cases import inverse, play_data

from algorithms.graph.p3alpha import P3Alpha
from algorithms.graph.rp3beta import RP3Beta
from algorithms.graph.walk import WalkParams
from bench.types import Interactions


def fitted(cls, data, threads=1, **params):
    model = cls(cls.Params(**params), threads=threads)
    model.fit(training(data))
    return model


def formula(data, alpha, beta) -> np.ndarray:
    """(n_items, n_items) Piu^α Pui^α / d_j^β with a zero diagonal."""
    X = dense(data)
    to_users = (X.T * inverse(X.sum(axis=0), 1)[:, None]) ** alpha * (X.T > 0)
    to_items = (X * inverse(X.sum(axis=1), 1)[:, None]) ** alpha * (X > 0)
    W = to_users @ to_items * inverse(X.sum(axis=0), beta)
    np.fill_diagonal(W, 0)
    return W


def clear_rows(W, k) -> np.ndarray:
    """Rows whose k-th and next weights differ by more than rounding."""
    ordered = -np.sort(-W, axis=1)
    return ordered[:, k - 1] > ordered[:, k] * (1 + 1e-6)


@pytest.mark.parametrize("alpha", [0.0, 0.5, 1.0, 1.7])
@pytest.mark.parametrize("beta", [0.0, 0.6, 2.0])
def test_formula(alpha, beta):
    data = play_data()
    W = formula(data, alpha, beta)
    model = fitted(RP3Beta, data, alpha=alpha, beta=beta, neighbours=20)
    np.testing.assert_allclose(model.weights.toarray(), W, rtol=1e-5)
    np.testing.assert_allclose(model.score(questions(data)), dense(data) @ W, rtol=1e-5)


def test_probabilities_of_a_walk_by_hand():
    """Users have {0, 1}, {1, 2}, {1}; from item 1 a third of the walks goes to each user."""
    data = Interactions(np.array([0, 0, 1, 1, 2], np.int32), np.array([0, 1, 1, 2, 1], np.int32), None, None, 3, 3)
    W = fitted(P3Alpha, data, alpha=1.0).weights.toarray()
    np.testing.assert_allclose(W, [[0, 1 / 2, 0], [1 / 6, 0, 1 / 6], [0, 1 / 2, 0]], rtol=1e-6)
    W = fitted(RP3Beta, data, alpha=1.0, beta=1.0).weights.toarray()
    np.testing.assert_allclose(W, [[0, 1 / 6, 0], [1 / 6, 0, 1 / 6], [0, 1 / 6, 0]], rtol=1e-6)


def test_neighbours_are_the_largest_weights_of_a_row():
    data, k = play_data(n_users=50, n_items=30), 5
    W = formula(data, 0.7, 0.3)
    clear = clear_rows(W, k)
    W[-np.sort(-W, axis=1)[:, [k - 1]] * (1 - 1e-6) > W] = 0
    found = fitted(RP3Beta, data, alpha=0.7, beta=0.3, neighbours=k).weights.toarray()
    np.testing.assert_allclose(found[clear], W[clear], rtol=1e-5)
    assert clear.mean() > 0.8
    assert ((found > 0).sum(axis=1) <= k).all()


def test_normalized_weights_are_shares_of_their_row_cut_once_more_by_column():
    data, k = play_data(n_users=50, n_items=30), 8
    plain = fitted(P3Alpha, data, alpha=0.7, neighbours=k).weights.toarray().astype(np.float64)
    shares = plain / np.maximum(plain.sum(axis=1, keepdims=True), 1e-12)
    smallest = -np.sort(-shares, axis=0)[k - 1]
    shares[shares < smallest * (1 - 1e-6)] = 0
    found = fitted(P3Alpha, data, alpha=0.7, neighbours=k, normalized=True).weights.toarray()
    np.testing.assert_allclose(found, shares, rtol=1e-5)
    assert (shares > 0).sum() < (plain > 0).sum()


def test_without_beta_it_is_p3alpha():
    data = play_data()
    one, other = fitted(P3Alpha, data, alpha=0.6), fitted(RP3Beta, data, alpha=0.6, beta=0.0)
    np.testing.assert_array_equal(one.weights.toarray(), other.weights.toarray())


def test_nobody_and_nothing():
    data = play_data()
    scores = fitted(RP3Beta, data).score(questions(data))
    assert (scores[-1] == 0).all()
    assert (scores[:, -1] == 0).all()
    empty = Interactions(np.empty(0, np.int32), np.empty(0, np.int32), None, None, 2, 3)
    np.testing.assert_array_equal(fitted(P3Alpha, empty).score(questions(empty)), np.zeros((2, 3)))


@pytest.mark.parametrize("cls", [P3Alpha, RP3Beta])
def test_reasons_add_up_to_the_score(cls):
    data = play_data()
    model, query = fitted(cls, data), questions(data).slice(2, 3)
    scores = model.score(query)[0]
    item = int(scores.argmax())
    reasons = model.explain(query, item, n=100)
    assert sum(reason.weight for reason in reasons) == pytest.approx(float(scores[item]), rel=1e-5)
    assert [r.weight for r in reasons] == sorted((r.weight for r in reasons), reverse=True)
    assert model.explain(query, item, n=1) == reasons[:1]
    assert model.explain(query, data.n_items - 1) == []


def test_repeated_pairs_strangers_and_threads_do_not_matter():
    data = play_data(n_users=400, n_items=600, share=0.02)
    wanted = fitted(RP3Beta, data).score(questions(data))
    twice = data.take(np.sort(np.concatenate([np.arange(len(data)), np.arange(0, len(data), 3)])))
    np.testing.assert_array_equal(fitted(RP3Beta, twice).score(questions(twice)), wanted)
    np.testing.assert_array_equal(fitted(RP3Beta, data).score(questions(data, known=False)), wanted)
    np.testing.assert_array_equal(fitted(RP3Beta, data, threads=3).score(questions(data)), wanted)


def test_save_and_load(tmp_path):
    data = play_data()
    model = fitted(P3Alpha, data)
    model.save(tmp_path)
    np.testing.assert_array_equal(P3Alpha.load(tmp_path).score(questions(data)), model.score(questions(data)))


def test_powers_below_zero_are_refused():
    with pytest.raises(ValueError, match="alpha"):
        WalkParams(alpha=-0.1)
