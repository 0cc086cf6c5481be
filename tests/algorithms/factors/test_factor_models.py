"""Factor models of implicit feedback against the libraries that train them, and on data whose answer is known."""

import warnings

import numpy as np
import pytest
from implicit.cpu.als import AlternatingLeastSquares
from implicit.cpu.bpr import BayesianPersonalizedRanking
from implicit.cpu.lmf import LogisticMatrixFactorization
from lightfm import LightFM
from scipy.sparse import csr_matrix, hstack, identity

from algorithms.factors.als import ALS
from algorithms.factors.bpr import BPR
from algorithms.factors.hybrid_factorization import HybridFactorization
from algorithms.factors.logistic_mf import LogisticMF
from algorithms.finite import require_finite
from bench.errors import Diverged, Unsupported
from bench.types import Interactions, Query, Side, Training

N_USERS, N_ITEMS = 26, 32
STRANGER, UNSEEN_USER, UNSEEN_ITEMS = -1, 25, [30, 31]
KNOWN_USERS, KNOWN_ITEMS = slice(0, 25), slice(0, 30)
CLASSES = [ALS, BPR, LogisticMF, HybridFactorization]
KNOWN_ONLY = CLASSES[1:]


def interactions(ratings: bool = False) -> Interactions:
    """A checker-board with holes: even users like even items, odd users odd ones; the last user and items have none."""
    users, items = np.indices((N_USERS, N_ITEMS))
    likes = ((users + items) % 2 == 0) & (np.random.default_rng(0).random(users.shape) < 0.8)
    likes[UNSEEN_USER], likes[:, UNSEEN_ITEMS] = False, False
    rows, columns = (axis.astype(np.int32) for axis in np.nonzero(likes))
    stars = (1 + (rows * columns) % 5).astype(np.float32) if ratings else None
    return Interactions(rows, columns, stars, None, N_USERS, N_ITEMS)


def training(data: Interactions, features: csr_matrix | None = None) -> Training:
    items = Side(tuple(map(str, range(N_ITEMS))), features=features)
    return Training(data, items, Side(tuple(map(str, range(N_USERS)))))


def questions(users: list[int], histories: csr_matrix | None = None) -> Query:
    histories = csr_matrix((len(users), N_ITEMS), dtype=np.float32) if histories is None else histories
    offsets, items = histories.indptr.astype(np.int64), histories.indices.astype(np.int32)
    return Query(np.arange(len(users)), np.array(users), offsets, items, histories.data, None, N_ITEMS)


def fitted(ours, values=None, data=None, features=None, seed=7):
    algorithm = ours(ours.Params(**(values or {})), seed=seed)
    algorithm.fit(training(data or interactions(), features))
    return algorithm


def test_als_is_the_library_with_each_user_solved_from_the_history():
    data = interactions(ratings=True)
    values = {"factors": 6, "epochs": 4, "alpha": 3, "regularization": 0.2, "values": "ratings"}
    algorithm = fitted(ALS, values, data)
    theirs = AlternatingLeastSquares(6, iterations=4, alpha=3, regularization=0.2, num_threads=1, random_state=7)
    theirs.fit(data.matrix("ratings"), show_progress=False)
    histories = data.matrix("ratings")[[3, 8, 25]]
    expected = theirs.recalculate_user([0, 1, 2], histories) @ theirs.item_factors.T
    scores = algorithm.score(questions([3, STRANGER, STRANGER], histories))
    np.testing.assert_allclose(scores[:, KNOWN_ITEMS], expected[:, KNOWN_ITEMS], rtol=1e-5)
    assert (scores[2, KNOWN_ITEMS] == 0).all()  # no history, no preference


def test_als_solves_equation_4():
    """x_u = (Yᵀ C Y + λ I)⁻¹ Yᵀ C p, with confidence 3 for the history and 1 elsewhere."""
    data = interactions()
    algorithm = fitted(ALS, {"factors": 5, "alpha": 3, "regularization": 0.5}, data)
    history = data.matrix()[4]
    Y = algorithm.item_factors.astype(np.float64)
    liked = history.toarray()[0]
    confidence = np.where(liked > 0, 3.0, 1.0)
    x = np.linalg.solve(Y.T @ (confidence[:, None] * Y) + 0.5 * np.eye(5), Y.T @ (confidence * liked))
    scores = algorithm.score(questions([STRANGER], history))[0]
    np.testing.assert_allclose(scores[KNOWN_ITEMS], (Y @ x)[KNOWN_ITEMS], rtol=1e-4, atol=1e-5)  # float32 solver


@pytest.mark.parametrize(
    ("ours", "values", "theirs"),
    [
        (BPR, {"epochs": 20}, BayesianPersonalizedRanking(iterations=20, num_threads=1, random_state=7)),
        (
            BPR,
            {"factors": 6, "epochs": 9, "learning_rate": 0.05, "regularization": 0.03},
            BayesianPersonalizedRanking(6, 0.05, 0.03, iterations=9, num_threads=1, random_state=7),
        ),
        (LogisticMF, {}, LogisticMatrixFactorization(num_threads=1, random_state=7)),
        (
            LogisticMF,
            {"factors": 6, "epochs": 9, "learning_rate": 0.5, "regularization": 0.1, "negatives": 3},
            LogisticMatrixFactorization(6, 0.5, 0.1, iterations=9, neg_prop=3, num_threads=1, random_state=7),
        ),
    ],
)
def test_bpr_and_logistic_factors_are_those_of_the_library(ours, values, theirs):
    data = interactions()
    scores = fitted(ours, values, data).score(questions(list(range(25))))
    theirs.fit(data.matrix(), show_progress=False)
    expected = theirs.user_factors @ theirs.item_factors.T
    np.testing.assert_allclose(scores[:, KNOWN_ITEMS], expected[KNOWN_USERS, KNOWN_ITEMS], rtol=1e-4, atol=1e-6)


def test_hybrid_scores_are_those_of_the_library():
    data = interactions()
    features = csr_matrix(np.random.default_rng(1).random((N_ITEMS, 4), np.float32))
    values = {"item_features": True, "factors": 6, "epochs": 5, "learning_rate": 0.1, "negatives": 4, "loss": "warp"}
    values |= {"user_regularization": 0.001, "item_regularization": 0.002}
    scores = fitted(HybridFactorization, values, data, features).score(questions(list(range(25))))
    theirs = LightFM(
        6, loss="warp", learning_rate=0.1, max_sampled=4, user_alpha=0.001, item_alpha=0.002, random_state=7
    )
    described = hstack([identity(N_ITEMS, np.float32), features], "csr", np.float32)
    theirs.fit(data.matrix().tocoo(), item_features=described, epochs=5)
    users, items = (axis.ravel() for axis in np.indices((25, 30)))
    expected = theirs.predict(users, items, item_features=described).reshape(25, 30)
    np.testing.assert_allclose(scores[:, KNOWN_ITEMS], expected, rtol=1e-4, atol=1e-6)


@pytest.mark.parametrize("ours", CLASSES)
def test_the_checker_board_is_learned(ours):
    data = interactions()
    values = {"learning_rate": 0.1} if ours is BPR else {}  # the default step is meant for more data
    scores = fitted(ours, {"factors": 4} | values, data).score(questions(list(range(25)), data.matrix()[KNOWN_USERS]))
    users, items = np.indices((25, 30))
    same = (users + items) % 2 == 0
    rows = zip(scores[:, KNOWN_ITEMS], same, strict=True)
    right = [np.mean(row[liked][:, None] > row[~liked][None, :]) for row, liked in rows]
    assert np.mean(right) > 0.98  # of all pairs of a fitting and another item; 0.5 is chance


@pytest.mark.parametrize("ours", KNOWN_ONLY)
def test_users_and_items_without_training_cannot_be_scored(ours):
    scores = fitted(ours).score(questions([0, UNSEEN_USER, STRANGER]))
    assert scores.dtype == np.float32
    assert np.isfinite(scores[0, KNOWN_ITEMS]).all()
    assert np.isnan(scores[0, UNSEEN_ITEMS]).all()
    assert np.isnan(scores[1:]).all()


def test_als_cannot_score_items_without_training():
    scores = fitted(ALS).score(questions([0, STRANGER], interactions().matrix()[[0, 1]]))
    assert np.isnan(scores[:, UNSEEN_ITEMS]).all()
    assert np.isfinite(scores[:, KNOWN_ITEMS]).all()


@pytest.mark.parametrize("ours", CLASSES)
def test_the_seed_decides_and_a_saved_model_answers_the_same(ours, tmp_path):
    query = questions([0, 1, UNSEEN_USER], interactions().matrix()[[0, 1, 25]])
    algorithm = fitted(ours, seed=1)
    scores = algorithm.score(query)
    np.testing.assert_array_equal(fitted(ours, seed=1).score(query), scores)
    assert not np.array_equal(fitted(ours, seed=2).score(query), scores, equal_nan=True)
    algorithm.save(tmp_path)
    np.testing.assert_array_equal(ours.load(tmp_path).score(query), scores)


@pytest.mark.parametrize("ours", CLASSES)
def test_training_is_silent(ours, capfd):
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        fitted(ours)
    assert capfd.readouterr() == ("", "")


def test_an_unseen_item_is_scored_from_its_metadata_alone():
    """Feature 0 marks even items, 1 odd ones; unseen item 30 carries 0 and unseen item 31 carries nothing."""
    features = np.zeros((N_ITEMS, 2), np.float32)
    features[np.arange(31), np.arange(31) % 2] = 1
    algorithm = fitted(HybridFactorization, {"item_features": True}, features=csr_matrix(features))
    scores = algorithm.score(questions([0, 1]))
    assert scores[0, 30] > scores[1, 30]  # user 0 likes even items
    assert np.isnan(scores[:, 31]).all()
    twin = features.copy()
    twin[31] = features[30]
    scores = fitted(HybridFactorization, {"item_features": True}, features=csr_matrix(twin)).score(questions([0, 1]))
    np.testing.assert_array_equal(scores[:, 30], scores[:, 31])


def test_metadata_that_is_not_there_is_refused():
    with pytest.raises(Unsupported, match="item features"):
        fitted(HybridFactorization, {"item_features": True})


def test_the_logistic_loss_needs_dislikes():
    with pytest.raises(Unsupported, match="dislikes"):
        fitted(HybridFactorization, {"loss": "logistic"})
    data = interactions(ratings=True)
    values = {"loss": "logistic", "likes_from": 3, "epochs": 40}
    scores = fitted(HybridFactorization, values, data).score(questions(data.users.tolist()))
    given = scores[np.arange(len(data)), data.items]
    assert given[data.ratings >= 3].mean() > 0 > given[data.ratings < 3].mean()  # log-odds of a like


def test_dislikes_are_no_likes():
    """With likes_from = 3 the two pairwise losses learn from the liked items alone."""
    data = interactions(ratings=True)
    liked = data.take(data.ratings >= 3)
    query = questions(np.unique(liked.users).tolist())
    columns = np.unique(liked.items)
    every = fitted(HybridFactorization, {"likes_from": 3}, data).score(query)
    only = fitted(HybridFactorization, {}, liked).score(query)
    np.testing.assert_array_equal(every[:, columns], only[:, columns])


@pytest.mark.parametrize("loss", ["warp", "bpr"])
def test_who_likes_nothing_is_not_scored_from_a_random_start(loss):
    """User 3 gives everything one star and nobody likes item 4; the logistic loss learns from dislikes too."""
    data = interactions(ratings=True)
    ratings = np.where((data.users == 3) | (data.items == 4), 1, 5).astype(np.float32)
    data = Interactions(data.users, data.items, ratings, None, N_USERS, N_ITEMS)
    scores = fitted(HybridFactorization, {"loss": loss, "likes_from": 3}, data).score(questions([2, 3]))
    assert np.isnan(scores[1]).all()
    assert np.flatnonzero(np.isnan(scores[0])).tolist() == [4, *UNSEEN_ITEMS]
    logistic = fitted(HybridFactorization, {"loss": "logistic", "likes_from": 3}, data).score(questions([3]))
    assert np.flatnonzero(np.isnan(logistic[0])).tolist() == UNSEEN_ITEMS


@pytest.mark.parametrize("loss", ["warp", "bpr", "logistic"])
def test_data_without_likes_is_refused(loss):
    with pytest.raises(Unsupported, match="lightfm: no rating reaches likes_from = 6"):
        fitted(HybridFactorization, {"loss": loss, "likes_from": 6}, interactions(ratings=True))


@pytest.mark.parametrize(
    ("ours", "values"),
    [
        (BPR, {"learning_rate": 1e6, "regularization": 10}),
        (HybridFactorization, {"learning_rate": 1e9, "loss": "bpr"}),
        (HybridFactorization, {"learning_rate": 1e6}),  # finite factors, whose products are not
    ],
)
def test_a_diverged_model_is_an_error_that_names_the_parameter(ours, values):
    with pytest.raises(Diverged, match=f"{ours.name}.*; lower learning_rate"):
        fitted(ours, values)


@pytest.mark.parametrize("number", [np.nan, np.inf, -1e16])
def test_numbers_beyond_products_are_counted(number):
    with pytest.raises(Diverged, match=r"^x: 1 of 3 numbers in bias left the finite numbers; lower step$"):
        require_finite("x", "lower step", factors=np.zeros(2), bias=np.array([0, number, -1e15]))


def test_als_without_a_solution_names_regularization():
    data = interactions()
    algorithm = fitted(ALS, {"alpha": 1e4, "regularization": 1e-6}, data)
    with pytest.raises(Diverged, match=r"implicit-als: .*posv failed.*; raise regularization"):
        algorithm.score(questions([3], data.matrix()[[3]]))


def test_als_hides_no_other_error(monkeypatch):
    def broken(*_):
        raise ValueError("wrong shape")

    monkeypatch.setattr(ALS, "_model", broken)
    with pytest.raises(ValueError, match="wrong shape"):
        fitted(ALS)


def test_als_that_left_the_finite_numbers_in_training_names_regularization():
    data = interactions(ratings=True)
    data = Interactions(data.users, data.items, data.ratings * np.float32(5e37), None, N_USERS, N_ITEMS)
    with np.errstate(all="ignore"), pytest.raises(Diverged, match=r"implicit-als: .*; raise regularization"):
        fitted(ALS, {"values": "ratings"}, data)
