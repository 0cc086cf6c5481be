"""The compiled similarities against their written-out definitions and against SciPy and scikit-learn."""

from __future__ import annotations

import itertools

import numpy as np
import pytest
from neighbour_cases import OF_RATINGS, dense, nearest, questions, rating_data, similarities, training, vectors
from scipy.stats import pearsonr
from sklearn.metrics.pairwise import cosine_similarity

from algorithms.neighbours import kernels
from algorithms.neighbours.item_knn import ItemKNN, ItemKNNParams
from algorithms.neighbours.similarity import rating_matrix, row_means
from algorithms.neighbours.user_knn import UserKNN
from bench.errors import BadConfig, Unsupported
from bench.params import build
from bench.types import Interactions

ALL = 1000  # more neighbours than there are items
KINDS = [
    ("cosine", "none", {}),
    ("cosine", "tf-idf", {}),
    ("cosine", "bm25", {}),
    ("asymmetric-cosine", "none", {"alpha": 0.2}),
    ("asymmetric-cosine", "bm25", {"alpha": 0.9}),
    ("conditional-probability", "none", {"alpha": 0.3}),
    ("conditional-probability", "none", {"alpha": 0.0}),
    ("jaccard", "none", {}),
    ("dice", "none", {}),
    ("tversky", "none", {"alpha": 0.3, "beta": 1.4}),
    ("tversky", "none", {"alpha": 0.0, "beta": 0.0}),
    ("pearson", "none", {}),
    ("euclidean", "none", {}),
    ("adjusted-cosine", "none", {}),
    ("pearson-baseline", "none", {}),
]


def fitted(data, **params):
    model = ItemKNN(ItemKNNParams(**params))
    model.fit(training(data))
    return model


def expected(data, kind, weighting, shrinkage, **more):
    return similarities(vectors(data, kind, "items", weighting), kind, shrinkage, **more)


@pytest.mark.parametrize("shrinkage", [0, 7.5])
@pytest.mark.parametrize(("kind", "weighting", "more"), KINDS)
def test_all_pairs(kind, weighting, more, shrinkage):
    data = rating_data()
    model = fitted(data, neighbours=ALL, similarity=kind, weighting=weighting, shrinkage=shrinkage, **more)
    wanted = expected(data, kind, weighting, shrinkage, **more)
    np.testing.assert_allclose(model.similarities.toarray(), wanted, rtol=1e-6, atol=1e-12)
    one_way = kind in ("asymmetric-cosine", "conditional-probability") or (kind == "tversky" and any(more.values()))
    assert np.allclose(wanted, wanted.T) != one_way


@pytest.mark.parametrize("whose", ["history", "candidate"])
@pytest.mark.parametrize(("kind", "weighting", "more"), KINDS)
def test_only_the_nearest_are_kept(kind, weighting, more, whose):
    """With "candidate" each column has its nearest rows: sim(history item, candidate) keeps its direction."""
    data = rating_data()
    model = fitted(data, neighbours=4, similarity=kind, weighting=weighting, shrinkage=3, neighbours_of=whose, **more)
    full = np.round(expected(data, kind, weighting, 3, **more), 12)
    wanted = nearest(full, 4) if whose == "history" else nearest(full.T, 4).T
    np.testing.assert_allclose(model.similarities.toarray(), wanted, rtol=1e-6, atol=1e-12)


@pytest.mark.parametrize("similarity", ["cosine", "jaccard", "pearson", "pearson-baseline"])
def test_case_amplification(similarity):
    """Breese et al. (1998): powers of the similarities; who is a neighbour does not change."""
    data = rating_data()
    plain = fitted(data, neighbours=6, similarity=similarity, shrinkage=2).similarities
    raised = fitted(data, neighbours=6, similarity=similarity, shrinkage=2, amplification=2.5).similarities
    np.testing.assert_array_equal(raised.indices, plain.indices)
    np.testing.assert_allclose(raised.data, plain.data.astype(float) ** 2.5, rtol=1e-6)


@pytest.mark.parametrize("n", [45, 600])  # few shared users: the lists are searched; many: all items are
def test_sparse_and_crowded_rows_agree(n):
    data = rating_data(n=n, n_items=60)
    model = fitted(data, neighbours=ALL, similarity="cosine")
    np.testing.assert_allclose(model.similarities.toarray(), expected(data, "cosine", "none", 0), rtol=1e-6)


def test_pearson_is_scipys():
    data = rating_data()
    found = fitted(data, neighbours=ALL, similarity="pearson").similarities.toarray()
    _, ratings = dense(data)
    checked = 0
    for i, j in zip(*np.nonzero(found), strict=True):
        both = ~np.isnan(ratings[:, i]) & ~np.isnan(ratings[:, j])
        assert found[i, j] == pytest.approx(pearsonr(ratings[both, i], ratings[both, j]).statistic, rel=1e-6)
        checked += 1
    assert checked > 50


def test_cosine_is_scikit_learns():
    data = rating_data()
    found = fitted(data, neighbours=ALL).similarities.toarray()
    ones, _ = dense(data)
    wanted = cosine_similarity(ones.T)
    np.fill_diagonal(wanted, 0)
    np.testing.assert_allclose(found, wanted, rtol=1e-6)


def test_euclidean_by_hand():
    """Items 0 and 1 share two users: differences 1 and 2, root mean square √2.5."""
    users, items = np.array([0, 0, 1, 1, 2], np.int32), np.array([0, 1, 0, 1, 0], np.int32)
    data = Interactions(users, items, np.array([4, 3, 1, 3, 5], np.float32), None, 3, 2)
    found = fitted(data, similarity="euclidean", shrinkage=6).similarities
    assert found[0, 1] == pytest.approx(2 / 8 / (1 + np.sqrt(2.5)), rel=1e-6)


def test_pearson_of_constant_ratings_is_no_neighbour():
    users, items = np.repeat(np.arange(3, dtype=np.int32), 2), np.tile(np.array([0, 1], np.int32), 3)
    constant = Interactions(users, items, np.array([3.1, 1, 3.1, 2, 3.1, 3], np.float32), None, 3, 2)
    assert fitted(constant, similarity="pearson").similarities.nnz == 0


def test_ratings_needed_and_missing():
    data = rating_data(ratings=False)
    for cls, similarity in itertools.product((ItemKNN, UserKNN), OF_RATINGS):
        with pytest.raises(Unsupported, match=f'"{similarity}" needs ratings'):
            cls(cls.Params(similarity=similarity)).fit(training(data))


def test_question_without_ratings():
    model = UserKNN(UserKNN.Params(similarity="pearson"))
    model.fit(training(rating_data()))
    with pytest.raises(Unsupported, match="needs ratings"):
        model.score(questions(rating_data(ratings=False)))


def test_weighting_belongs_to_the_cosine():
    with pytest.raises(BadConfig, match="'weighting'"):
        build(UserKNN.Params, {"similarity": "pearson", "weighting": "bm25"}, "user-knn")


def test_repeated_ratings_count_with_their_mean():
    users, items = np.array([0, 0, 0], np.int32), np.array([1, 1, 0], np.int32)
    data = Interactions(users, items, np.array([2, 5, 4], np.float32), None, 2, 2)
    np.testing.assert_array_equal(rating_matrix(data).toarray(), [[4, 3.5], [0, 0]])
    np.testing.assert_array_equal(row_means(rating_matrix(data)), [3.75, np.nan])


def test_search_of_the_lists_finds_each_once_and_restores_the_sums():
    """Row 0 has columns 0 and 2, whose lists are {1, 3} and {3}: fewer than the 5 vectors."""
    left = (np.array([0, 2]), np.array([0, 2], np.int32), np.ones(2))
    inverted = (np.array([0, 2, 2, 3]), np.array([1, 3, 3], np.int32), np.ones(3))
    sums, met = np.array([0.0, 1, 0, 2, 0]), np.empty(5, np.int32)
    count = kernels._met(0, left, inverted, sums, met)
    assert sorted(met[:count].tolist()) == [1, 3]
    np.testing.assert_array_equal(sums, [0, 1, 0, 2, 0])
