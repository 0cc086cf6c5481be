"""EASE with item features against its formula with a full inverse, and on items that nobody has met."""

from __future__ import annotations

from types import SimpleNamespace

import numpy as np
import psutil
import pytest
from scipy.sparse import csr_matrix

from algorithms.hybrid import ease_features
from algorithms.hybrid.ease_features import EASEFeatures, EASEFeaturesParams
from algorithms.linear.ease import EASE, EASEParams
from bench.errors import Diverged, Unsupported
from bench.types import Interactions, Query, Side, Training

N_USERS, N_ITEMS, N_FEATURES = 60, 20, 5
COLD, BARE, NOTHING = 17, 18, 19  # features alone, interactions alone, neither


def play_data(seed=0) -> tuple[Interactions, csr_matrix]:
    rng = np.random.default_rng(seed)
    chosen = rng.random((N_USERS, N_ITEMS)) < 0.25
    chosen[:, [COLD, NOTHING]] = False
    features = (rng.random((N_ITEMS, N_FEATURES)) < 0.4).astype(np.float32)
    features[[BARE, NOTHING]] = 0
    features[COLD, 0] = 1
    users, items = (axis.astype(np.int32) for axis in np.nonzero(chosen))
    return Interactions(users, items, None, None, N_USERS, N_ITEMS), csr_matrix(features)


def training(data: Interactions, features: csr_matrix | None) -> Training:
    return Training(data, Side(tuple(map(str, range(N_ITEMS))), features=features), Side(()))


def questions(data: Interactions) -> Query:
    users = np.full(data.n_users, -1, np.int32)
    return Query(np.arange(data.n_users), users, data.offsets, data.items, None, None, data.n_items)


def fitted(data, features, l2=5.0, weight=3.0):
    model = EASEFeatures(EASEFeaturesParams(l2=l2, feature_weight=weight))
    model.fit(training(data, features))
    return model


@pytest.mark.parametrize("l2", [0.5, 50.0])
@pytest.mark.parametrize("weight", [0.01, 3.0, 1000.0])
def test_formula(l2, weight):
    data, features = play_data()
    X = data.matrix().toarray().astype(float)
    stacked = np.vstack([X, np.sqrt(weight) * features.toarray().T])
    P = np.linalg.inv(stacked.T @ stacked + l2 * np.eye(N_ITEMS))
    B = np.eye(N_ITEMS) - P / np.diag(P)
    expected = X @ B
    found = fitted(data, features, l2, weight).score(questions(data))
    known = np.arange(N_ITEMS) != NOTHING
    np.testing.assert_allclose(found[:, known], expected[:, known], rtol=1e-4, atol=1e-6 * np.abs(expected).max())
    assert np.isnan(found[:, NOTHING]).all()


def test_a_column_is_a_ridge_regression_on_the_other_items():
    """The same solution found another way: column j of B regresses column j of the stacked rows on all others."""
    data, features = play_data()
    stacked = np.vstack([data.matrix().toarray(), np.sqrt(3) * features.toarray().T]).astype(float)
    others = np.arange(N_ITEMS) != COLD
    left = stacked[:, others]
    weights = np.linalg.solve(left.T @ left + 5 * np.eye(others.sum()), left.T @ stacked[:, COLD])
    model = fitted(data, features)
    column = model.weights[:, np.searchsorted(model.known, COLD)]
    others = np.delete(np.arange(N_ITEMS), [COLD, NOTHING])
    np.testing.assert_allclose(column[np.searchsorted(model.known, others)], weights[:-1], rtol=1e-4, atol=1e-7)


def test_features_of_no_weight_leave_ease():
    data, features = play_data()
    plain = EASE(EASEParams(l2=5.0))
    plain.fit(training(data, None))
    met = np.unique(data.items)
    found = fitted(data, features, weight=1e-6).score(questions(data))
    np.testing.assert_allclose(found[:, met], plain.score(questions(data))[:, met], rtol=1e-3, atol=1e-4)


def test_new_items_go_to_those_who_like_their_features():
    """Two groups of users and of items; each group has one new item, known by its feature."""
    users, items = np.indices((40, 18)).reshape(2, -1)
    own = (users % 2 == items % 2) & (np.random.default_rng(0).random(len(users)) < 0.7)
    data = Interactions(users[own].astype(np.int32), items[own].astype(np.int32), None, None, 40, N_ITEMS)
    features = csr_matrix(np.eye(2, dtype=np.float32)[np.arange(N_ITEMS) % 2])
    found = fitted(data, features).score(questions(data))[:, [18, 19]]
    even = np.arange(40) % 2 == 0
    assert (found[even, 0] > found[even, 1]).all()
    assert (found[~even, 1] > found[~even, 0]).all()


def test_without_a_history():
    data, features = play_data()
    nobody = Query(np.arange(1), np.array([-1], np.int32), np.zeros(2, np.int64), data.items[:0], None, None, N_ITEMS)
    found = fitted(data, features).score(nobody)[0]
    assert (np.delete(found, NOTHING) == 0).all()


def test_a_history_of_unknown_items():
    data, features = play_data()
    both, one = (
        Query(np.arange(1), np.array([-1], np.int32), np.array([0, len(h)]), np.array(h, np.int32), None, None, N_ITEMS)
        for h in ((3, NOTHING), (3,))
    )
    model = fitted(data, features)
    np.testing.assert_array_equal(model.score(both), model.score(one))


def test_reasons():
    data, features = play_data()
    model, query = fitted(data, features), questions(data).slice(4, 5)
    history = query.items
    for item in (COLD, BARE):
        weights = model.weights[np.searchsorted(model.known, history), np.searchsorted(model.known, item)]
        expected = [int(i) for i in history[np.argsort(-weights)] if weights[list(history).index(i)] > 0][:2]
        assert [reason.item for reason in model.explain(query, item, n=2)] == expected
    assert model.explain(query, NOTHING) == []


def test_refusals(monkeypatch):
    data, features = play_data()
    with pytest.raises(Unsupported, match="needs features"):
        fitted(data, None)
    monkeypatch.setattr(psutil, "virtual_memory", lambda: SimpleNamespace(available=1000))
    with pytest.raises(Unsupported, match=r"ease-features, 19 × 19, needs 2\.9 kB of memory, 1\.0 kB are"):
        fitted(data, features)


def test_no_cholesky_factor(monkeypatch):
    monkeypatch.setattr(ease_features.lapack, "dpotrf", lambda dense, **_: (dense, 3))
    with pytest.raises(Diverged, match="l2 = 5 is too small"):
        fitted(*play_data())


def test_nothing_to_learn_from():
    empty = Interactions(np.empty(0, np.int32), np.empty(0, np.int32), None, None, 2, N_ITEMS)
    model = fitted(empty, csr_matrix((N_ITEMS, N_FEATURES), dtype=np.float32))
    assert np.isnan(model.score(questions(empty))).all()


def test_save_and_load(tmp_path):
    data, features = play_data()
    model = fitted(data, features)
    model.save(tmp_path)
    loaded = EASEFeatures.load(tmp_path)
    np.testing.assert_array_equal(loaded.score(questions(data)), model.score(questions(data)))
