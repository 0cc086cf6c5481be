"""PureSVD and its scaled form against a full singular value decomposition, and on their edges."""

import numpy as np
import pytest
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

from algorithms.factors.item_projection import right_singular_vectors
from algorithms.factors.pure_svd import PureSVD
from algorithms.factors.scaled_svd import ScaledSVD
from bench.errors import Unsupported
from bench.types import Interactions

MODELS = [PureSVD, ScaledSVD]


def fitted(cls, data=None, seed=3, **params):
    model = cls(cls.Params(**params), seed=seed)
    model.fit(training(play_data(ratings=True) if data is None else data))
    return model


def assert_scores(found, R, W, factors):
    """The scores of the projection on the first right singular vectors of W."""
    Q = np.linalg.svd(W)[2][:factors].T
    wanted = R @ Q @ Q.T
    assert found.dtype == np.float32
    np.testing.assert_allclose(found[:, KNOWN], wanted[:, KNOWN], rtol=1e-4, atol=1e-5 * wanted.max())
    assert np.isnan(found[:, UNSEEN_ITEMS]).all()
    assert (found[UNSEEN_USER, KNOWN] == 0).all()


@pytest.mark.parametrize("values", ["binary", "ratings"])
@pytest.mark.parametrize("factors", [1, 5, 30])
def test_pure_svd_is_the_projection_on_the_right_singular_vectors(factors, values):
    data = play_data(ratings=True)
    R = data.matrix(values).toarray().astype(np.float64)
    found = fitted(PureSVD, data, factors=factors, values=values).score(questions(data))
    assert_scores(found, R, R, factors)


@pytest.mark.parametrize(("d", "c"), [(1.0, 1.0), (0.4, 1.0), (0.7, 0.5), (-0.3, 0.0), (1.5, 1.2)])
def test_scaled_svd_takes_the_directions_from_the_scaled_matrix(d, c):
    data = play_data(ratings=True)
    R = data.matrix("ratings").toarray().astype(np.float64)
    users, items = np.linalg.norm(R, axis=1, keepdims=True), np.linalg.norm(R, axis=0)
    W = R * np.where(users > 0, users, 1) ** (c - 1) * np.where(items > 0, items, 1) ** (d - 1)
    model = fitted(ScaledSVD, data, factors=6, values="ratings", item_exponent=d, user_exponent=c)
    assert_scores(model.score(questions(data)), R, W, 6)


@pytest.mark.parametrize("d", [-2.0, 0.7, 1.0, 2.0])
def test_scaled_svd_of_ratings_that_are_all_zero(d):
    """They are like missing ones: item 3 and user 7 have interactions, but length 0."""
    data = play_data(ratings=True)
    stars = np.where((data.items == 3) | (data.users == 7), 0, data.ratings).astype(np.float32)
    data = Interactions(data.users, data.items, stars / 10, None, N_USERS, N_ITEMS)
    R = data.matrix("ratings").toarray().astype(np.float64)
    users, items = np.linalg.norm(R, axis=1, keepdims=True), np.linalg.norm(R, axis=0)
    W = R * np.where(users > 0, users, 1) ** (d - 1) * np.where(items > 0, items, 1) ** (d - 1)
    model = fitted(ScaledSVD, data, factors=6, values="ratings", item_exponent=d, user_exponent=d)
    assert_scores(model.score(questions(data)), R, W, 6)
    assert model._weighted(data.matrix("ratings").astype(np.float64)).nnz == np.count_nonzero(R)


@pytest.mark.parametrize("shape", [(60, 50), (30, 50), (50, 30)])
@pytest.mark.parametrize(("cls", "params"), [(PureSVD, {}), (ScaledSVD, {"item_exponent": 1.0})])
def test_with_as_many_factors_as_the_rank_histories_are_reproduced(cls, params, shape):
    rng = np.random.default_rng(0)
    X = (rng.random(shape) < 0.4).astype(int)
    X[:, 0] = X[0] = 1  # nobody and nothing is without interactions
    X[-1] = X[-2]  # the rank is less than the number of users
    users, items = (axis.astype(np.int32) for axis in np.nonzero(X))
    data = Interactions(users, items, None, None, *shape)
    model = fitted(cls, data, factors=2000, **params)
    assert model.item_factors.shape[1] == np.linalg.matrix_rank(X)
    np.testing.assert_allclose(model.score(questions(data)), X, atol=1e-4)


@pytest.mark.parametrize("factors", [6, 30, 60])
def test_no_direction_beyond_the_rank(factors):
    """Two groups of equal users: 2 singular values, whatever is asked for."""
    users, items = (axis.ravel().astype(np.int32) for axis in np.indices((40, 50)))
    alike = users % 2 == items % 2
    data = Interactions(users[alike], items[alike], None, None, 40, 50)
    assert fitted(PureSVD, data, factors=factors).item_factors.shape == (50, 2)


@pytest.mark.parametrize("cls", MODELS)
def test_known_and_new_users_are_served_from_the_history(cls):
    data = play_data()
    model = fitted(cls, data)
    mine = data.items[data.offsets[20] : data.offsets[21]].tolist()
    found = model.score(strangers(mine, []))
    np.testing.assert_allclose(found[0], model.score(questions(data))[20], rtol=1e-4, atol=1e-6)
    assert (found[1, KNOWN] == 0).all()


@pytest.mark.parametrize("cls", MODELS)
def test_reasons_are_the_terms_of_the_score(cls):
    model = fitted(cls, factors=4, values="ratings")
    query = strangers([1, 4, 9, 22], ratings=[[5, 1, 3, 4]])
    Q = model.item_factors
    shares = {i: r * float(Q[i] @ Q[7]) for i, r in zip([1, 4, 9, 22], [5, 1, 3, 4], strict=True)}
    assert sum(shares.values()) == pytest.approx(float(model.score(query)[0, 7]), rel=1e-4)
    wanted = sorted((i for i in shares if shares[i] > 0), key=lambda i: -shares[i])
    reasons = model.explain(query, 7, 3)
    assert [reason.item for reason in reasons] == wanted[:3]
    assert [reason.weight for reason in reasons] == pytest.approx([shares[i] for i in wanted[:3]], rel=1e-5)
    assert model.explain(query, UNSEEN_ITEMS[0]) == []
    assert model.explain(strangers([], ratings=[[]]), 7) == []


@pytest.mark.parametrize("cls", MODELS)
def test_nothing_to_learn_from(cls):
    assert np.isnan(fitted(cls, nothing()).score(questions(nothing()))).all()


@pytest.mark.parametrize("cls", MODELS)
def test_refused_without_memory(cls, monkeypatch):
    monkeypatch.setattr("bench.memory.available", lambda: 1000)
    with pytest.raises(Unsupported, match=r"decomposition with 50 factors needs .* of memory"):
        fitted(cls)


def test_the_seed_of_the_search_does_not_change_what_is_found():
    matrix = play_data().matrix().astype(np.float64)
    one, other = (right_singular_vectors(matrix, 7, seed) for seed in (0, 1))
    np.testing.assert_array_equal(one, right_singular_vectors(matrix, 7, 0))
    np.testing.assert_allclose(one @ one.T, other @ other.T, atol=1e-9)
    assert matrix.shape == (N_USERS, N_ITEMS)
