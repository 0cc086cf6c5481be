"""Every similarity by hand, against independent libraries, and where it is undefined."""

from __future__ import annotations

import warnings
from dataclasses import replace
from typing import get_args

import numpy as np
import pytest
from neighbour_cases import dense, questions, rating_data, training
from scipy.spatial.distance import cdist
from surprise.similarities import pearson_baseline

from algorithms.baselines.bias import Bias, BiasParams
from algorithms.neighbours.item_knn import ItemKNN
from algorithms.neighbours.params import Similarity
from algorithms.neighbours.user_knn import UserKNN
from bench.errors import BadConfig
from bench.params import build
from bench.types import Interactions, Query

ALL = 1000  # more neighbours than there are items


def fitted(data, cls=ItemKNN, **params):
    model = cls(cls.Params(neighbours=ALL, **params))
    model.fit(training(data))
    return model


def rated(table) -> Interactions:
    """(n_users, n_items) ratings, 0 where there is none."""
    table = np.array(table, np.float32)
    users, items = np.nonzero(table)
    return Interactions(users.astype(np.int32), items.astype(np.int32), table[users, items], None, *table.shape)


@pytest.mark.parametrize(
    ("params", "forth", "back"),
    [
        ({"similarity": "jaccard"}, 2 / 5, 2 / 5),
        ({"similarity": "jaccard", "shrinkage": 5}, 2 / 10, 2 / 10),
        ({"similarity": "dice"}, 4 / 7, 4 / 7),
        ({"similarity": "dice", "shrinkage": 5}, 2 / 8.5, 2 / 8.5),
        ({"similarity": "tversky", "alpha": 0.25, "beta": 1}, 2 / 4.25, 2 / 3.5),
        ({"similarity": "tversky", "alpha": 0.25, "beta": 1, "shrinkage": 5}, 2 / 9.25, 2 / 8.5),
        ({"similarity": "conditional-probability", "alpha": 0}, 2 / 3, 2 / 4),
        ({"similarity": "conditional-probability", "alpha": 0.5}, 2 / (3 * 2), 2 / (4 * np.sqrt(3))),
        ({"similarity": "conditional-probability", "alpha": 0.5, "shrinkage": 5}, 2 / 11, 2 / (4 * np.sqrt(3) + 5)),
        ({"similarity": "asymmetric-cosine", "alpha": 1}, 2 / 3, 2 / 4),
        ({"similarity": "asymmetric-cosine", "alpha": 0}, 2 / 4, 2 / 3),
        ({"similarity": "asymmetric-cosine", "shrinkage": 5}, 2 / (np.sqrt(12) + 5), 2 / (np.sqrt(12) + 5)),
        ({"similarity": "jaccard", "amplification": 2}, 4 / 25, 4 / 25),
    ],
    ids=str,
)
@pytest.mark.parametrize("whose", ["history", "candidate"])
def test_sets_by_hand(params, forth, back, whose):
    """Item 0 is had by users 0, 1, 2, item 1 by users 1, 2, 3, 4: two in common, of three and of four."""
    data = rated([[1, 0], [1, 1], [1, 1], [0, 1], [0, 1]])
    found = fitted(data, neighbours_of=whose, **params).similarities.toarray()
    np.testing.assert_allclose(found, [[0, forth], [back, 0]], rtol=1e-6)


def test_sets_of_users_by_hand():
    """An asker with items 0, 1, 2 and a user with 1, 2, 3, 4: P(b | a) = 2/3, so item 3 scores 2/3."""
    data = rated([[1, 1, 1, 0, 0], [0, 1, 1, 1, 1]])
    found = fitted(data, UserKNN, similarity="conditional-probability", alpha=0).score(questions(data))
    np.testing.assert_allclose(found, [[0, 2 / 3, 2 / 3, 2 / 3, 2 / 3], [2 / 4, 2 / 4, 2 / 4, 0, 0]], rtol=1e-6)


@pytest.mark.parametrize("kind", ["jaccard", "dice"])
def test_sets_are_scipys(kind):
    data = rating_data(n_items=26)
    there = dense(data)[0].T[:-1].astype(bool)  # SciPy does not define it for the last item, which nobody has
    wanted = 1 - cdist(there, there, kind)
    np.fill_diagonal(wanted, 0)
    found = fitted(data, similarity=kind).similarities.toarray()
    np.testing.assert_allclose(found[:-1, :-1], wanted, rtol=1e-6, atol=1e-12)
    assert not found[-1].any()


@pytest.mark.parametrize(
    ("general", "special"),
    [
        ({"similarity": "asymmetric-cosine", "alpha": 0.5}, {"similarity": "cosine"}),
        (
            {"similarity": "asymmetric-cosine", "alpha": 0.5, "weighting": "bm25"},
            {"similarity": "cosine", "weighting": "bm25"},
        ),
        ({"similarity": "tversky", "alpha": 1, "beta": 1}, {"similarity": "jaccard"}),
        ({"similarity": "tversky", "alpha": 0.5, "beta": 0.5}, {"similarity": "dice"}),
        ({"similarity": "tversky", "alpha": 1, "beta": 0}, {"similarity": "conditional-probability", "alpha": 0}),
    ],
)
def test_special_cases(general, special):
    data = rating_data()
    found, wanted = (fitted(data, **kind).similarities.toarray() for kind in (general, special))
    np.testing.assert_allclose(found, wanted, rtol=1e-6)
    assert wanted.any()


@pytest.mark.parametrize("shrinkage", [1, 100])
def test_pearson_with_baselines_is_surprises(shrinkage):
    """Our baselines in their formula; a negative correlation is no neighbour here."""
    data = rating_data(n=600)
    data = replace(data, ratings=data.ratings.astype(np.float64))
    bias = Bias(BiasParams())
    bias.fit(training(data))
    users = bias.score(questions(data))[:, 0] - bias.mean - bias.item_bias[0]
    by_user = {user: [] for user in range(data.n_users)}
    for user, item, rating in zip(data.users, data.items, data.ratings, strict=True):
        by_user[user].append((item, rating))
    wanted = pearson_baseline(data.n_items, by_user, 1, bias.mean, bias.item_bias, users, shrinkage)
    np.fill_diagonal(wanted, 0)
    assert (wanted < 0).any()
    found = fitted(data, similarity="pearson-baseline", shrinkage=shrinkage).similarities.toarray()
    np.testing.assert_allclose(found, np.maximum(wanted, 0), rtol=1e-6, atol=1e-12)


TABLE = [[5, 5, 1, 1], [4, 2, 3, 0], [2, 4, 0, 3]]  # each row has mean 3: (2, 2, −2, −2), (1, −1, 0), (−1, 1, 0)


def test_adjusted_cosine_of_items_by_hand():
    """Items 0 and 1 are (2, 1, −1) and (2, −1, 1): 2/6 from three users; 2 and 3 share one user, −2 and −2."""
    found = fitted(rated(TABLE), similarity="adjusted-cosine", shrinkage=2).similarities.toarray()
    wanted = np.zeros((4, 4))
    wanted[[0, 1], [1, 0]] = 2 / 6 * 3 / (3 + 2)
    wanted[[2, 3], [3, 2]] = 1 / (1 + 2)
    np.testing.assert_allclose(found, wanted, rtol=1e-6)


def test_adjusted_cosine_of_users_by_hand():
    """The same table lying on its side: now each item has mean 3, and users are compared."""
    data = rated(np.transpose(TABLE))
    found = fitted(data, UserKNN, similarity="adjusted-cosine", shrinkage=2).score(questions(data))
    third = 1 / 3
    wanted = [[0.2, 0.2, 0.2], [0.2, 0.2, 0.2], [third, 0, third], [third, third, 0]]
    np.testing.assert_allclose(found, wanted, rtol=1e-6)


@pytest.mark.parametrize("amplification", [1, 2.5])
@pytest.mark.parametrize("similarity", ["pearson", "adjusted-cosine", "pearson-baseline"])
def test_negative_similarity_makes_no_neighbour(similarity, amplification):
    """Two groups of users, who like either items 0 and 1 or items 2 and 3."""
    data = rated([[5, 4, 1, 2], [4, 5, 2, 1], [1, 2, 5, 4], [2, 1, 4, 5], [5, 5, 1, 1]])
    found = fitted(data, similarity=similarity, amplification=amplification).similarities.toarray()
    assert found[0, 1] > 0.4**amplification
    assert not found[:2, 2:].any()
    assert not found[2:, :2].any()


@pytest.mark.parametrize("cls", [ItemKNN, UserKNN])
@pytest.mark.parametrize("similarity", ["pearson", "adjusted-cosine", "pearson-baseline"])
def test_constant_ratings_have_no_neighbours_and_predict_the_mean(cls, similarity):
    """Nothing varies, so a correlation is undefined: scores are 0, and a prediction is the only rating there is."""
    data = rated(np.full((4, 3), 3.1) * (np.eye(4, 3) == 0))
    model, query = fitted(data, cls, similarity=similarity), questions(data)
    assert not model.score(query).any()
    found = model.predict(query, np.arange(3), np.arange(3, dtype=np.int32))
    np.testing.assert_allclose(found, np.full(3, np.float32(3.1)), rtol=1e-12)


@pytest.mark.parametrize("cls", [ItemKNN, UserKNN])
@pytest.mark.parametrize("shrinkage", [0, 3])
@pytest.mark.parametrize("similarity", get_args(Similarity))
def test_users_and_items_without_data(cls, similarity, shrinkage):
    """The last item has no ratings, the last user no history: scores are 0, and nothing is divided by 0."""
    data = replace(rating_data(), n_users=41)
    query = questions(data)
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        model = fitted(data, cls, similarity=similarity, shrinkage=shrinkage)
        scores = model.score(query)
        own = model.predict(query, np.array([0, 40]), np.array([24, 0], np.int32))
    assert np.isfinite(scores).all()
    assert scores[:40, :24].any(axis=1).sum() > 30
    assert not scores[40].any()
    assert not scores[:, 24].any()
    ratings = dense(data)[1]
    means = (np.nan, np.nanmean(ratings[:, 0])) if cls is ItemKNN else (np.nanmean(ratings[0]), np.nan)
    np.testing.assert_allclose(own, means, rtol=1e-6)


@pytest.mark.parametrize("similarity", get_args(Similarity))
def test_history_with_items_that_training_does_not_know(similarity):
    """They are similar to nothing: the answer is that without them, or follows from the user's new mean."""
    data = rating_data(n_items=30)
    model = fitted(data, similarity=similarity)
    scores = [model.score(one_question(data, items)) for items in ([3, 5], [3, 5, 29])]
    np.testing.assert_array_equal(*scores)
    stranger = fitted(data, UserKNN, similarity=similarity).score(one_question(data, [3, 5, 29]))
    assert np.isfinite(stranger).all()


def one_question(data, items) -> Query:
    ratings = np.arange(2, 2 + len(items), dtype=np.float32)
    ends = np.array([0, len(items)])
    return Query(np.array([0]), np.array([-1], np.int32), ends, np.array(items, np.int32), ratings, None, data.n_items)


@pytest.mark.parametrize(
    ("params", "said"),
    [
        ({"alpha": 0.3}, "'alpha': value error, alpha is defined only for similarity 'asymmetric-cosine' and"),
        ({"similarity": "jaccard", "alpha": 0.3}, "'alpha'"),
        ({"similarity": "asymmetric-cosine", "beta": 0.3}, "'beta': value error, beta is defined only for .*'tversky'"),
        ({"similarity": "asymmetric-cosine", "alpha": 1.5}, "alpha is at most 1 for similarity 'asymmetric-cosine'"),
        ({"similarity": "conditional-probability", "alpha": 1.5}, "alpha is at most 1 for"),
        ({"similarity": "dice", "weighting": "bm25"}, "weighting is defined only for similarity 'cosine' and 'asymm"),
        ({"similarity": "pearson-baseline", "weighting": "tf-idf"}, "'weighting'"),
        ({"amplification": 0.5}, "'amplification'"),
    ],
    ids=str,
)
@pytest.mark.parametrize("cls", [ItemKNN, UserKNN])
def test_parameters_without_a_meaning_are_refused(cls, params, said):
    with pytest.raises(BadConfig, match=said):
        build(cls.Params, params, "x-knn")


def test_tversky_takes_larger_weights():
    assert build(ItemKNN.Params, {"similarity": "tversky", "alpha": 1.5, "beta": 2}, "item-knn").alpha == 1.5
