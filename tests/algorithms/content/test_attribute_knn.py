"""Attribute k-NN against its definition, written out densely, and on cases with a known answer."""

from __future__ import annotations

import numpy as np
import pytest
from content_cases import OWNED, interactions, question, side, training
from scipy.sparse import csr_matrix

from algorithms.content.attribute_knn import AttributeKNN, AttributeKNNParams
from algorithms.content.vectors import distinct_rows
from bench.errors import Unsupported
from bench.types import Query, Side


def fitted(items=None, threads=1, **params):
    model = AttributeKNN(AttributeKNNParams(**{"weighting": "none", **params}), threads=threads)
    model.fit(training(items or side()))
    return model


def test_by_hand():
    found = fitted().score(question((0, 2)))[0]
    half = np.sqrt(0.5)  # of items with two features and one of them shared
    expected = [1 + 0, 0.5 + half, 0 + 1, np.nan, 1 + 0, 0.5 + half]
    np.testing.assert_allclose(found, expected, rtol=1e-6)


def test_only_the_most_similar_count_and_all_that_are_as_similar():
    query = question((0, 1, 2, 4))  # similarities to item 5: 1/2, 1, √½, 1/2
    half = np.sqrt(0.5)
    sums = [fitted(neighbours=k).score(query)[0, 5] for k in (1, 2, 3, 4, 9)]
    np.testing.assert_allclose(sums, [1, 1 + half, 2 + half, 2 + half, 2 + half], rtol=1e-6)


def test_ratings_by_hand():
    query = question((0, 1, 2, 3), ratings=(5, 1, 2, 4))
    half = np.sqrt(0.5)
    asked = np.array([5, 4, 3, 5], np.int32)
    expected = [
        (0.5 * 5 + 1 * 1 + half * 2) / (1.5 + half),
        (1 * 5 + 0.5 * 1) / 1.5,  # item 2 has nothing in common with item 4
        3.0,  # no features: the mean of the user
        (0.5 * 5 + 1 * 1 + half * 2) / (1.5 + half),
    ]
    found = fitted().predict(query, np.zeros(4, np.int64), asked)
    np.testing.assert_allclose(found, expected, rtol=1e-12)
    nearest = fitted(neighbours=1).predict(query, np.zeros(2, np.int64), np.array([5, 4], np.int32))
    np.testing.assert_allclose(nearest, [1, 5], rtol=1e-12)


def test_what_is_unlike_is_not_added():
    """Features may be negative: similarities to item 2 are −1 and −√½, to item 0 they are 1 and √½."""
    items = Side(("a", "b", "c"), features=csr_matrix(np.array([[1.0, 0], [1, 1], [-1, 0]])), feature_names=("x", "y"))
    half = np.sqrt(0.5)
    for neighbours in (1, 2):
        model = fitted(items, neighbours=neighbours)
        wanted = [1, 1, 0] if neighbours == 1 else [1 + half, 1 + half, 0]
        query = question((0, 1), n_items=3, ratings=(5, 2))
        np.testing.assert_allclose(model.score(query)[0], wanted, rtol=1e-6)
        assert model.predict(query, np.zeros(1, np.int64), np.array([2], np.int32))[0] == 3.5  # the user's mean


def test_somebody_without_ratings():
    query = question((), (0,), ratings=(4,))
    found = fitted().predict(query, np.array([1, 0, 1]), np.array([2, 0, 4], np.int32))
    np.testing.assert_allclose(found, [4, np.nan, 4])


def dense_scores(features: np.ndarray, weights: np.ndarray, history: list[int], k: int) -> np.ndarray:
    weighted = features * weights
    lengths = np.linalg.norm(weighted, axis=1)
    unit = weighted / np.where(lengths > 0, lengths, 1)[:, None]
    similar = unit[history] @ unit.T  # (h, n)
    lowest = np.sort(similar, axis=0)[::-1][min(k, len(history)) - 1] if history else np.zeros(len(features))
    sums = np.where(similar >= lowest - 1e-9, similar, 0).sum(axis=0)
    return np.where(lengths > 0, sums, np.nan)


@pytest.mark.parametrize("weighting", ["none", "tf-idf"])
@pytest.mark.parametrize("k", [1, 3, 10])
@pytest.mark.parametrize("threads", [1, 2])
def test_definition_on_random_data(weighting, k, threads):
    rng = np.random.default_rng(k)
    features = (rng.random((40, 7)) < 0.3).astype(np.float32)
    features[:3] = 0
    features[3:, 6] = 0
    features[5, 6] = 1
    items = Side(tuple(map(str, range(40))), features=csr_matrix(features), feature_names=tuple("abcdefg"))
    histories = [tuple(rng.choice(40, size, replace=False)) for size in rng.integers(0, 20, 300)]
    having = features.sum(axis=0)
    weights = np.log(41 / (1 + having)) if weighting == "tf-idf" else np.ones(7)
    found = fitted(items, threads, weighting=weighting, neighbours=k).score(question(*histories, n_items=40))
    expected = [dense_scores(features, weights, [int(i) for i in history], k) for history in histories]
    np.testing.assert_allclose(found, expected, rtol=1e-5, atol=1e-6)


def test_a_feature_of_all_items_says_nothing_with_idf():
    owned = tuple((*features, 3) for features in OWNED)
    dense = np.zeros((6, 4), np.float32)
    for item, features in enumerate(owned):
        dense[item, list(features)] = 1
    items = Side(side().ids, features=csr_matrix(dense), feature_names=("a", "b", "c", "all"))
    found = fitted(items, weighting="tf-idf").score(question((0, 2)))
    np.testing.assert_allclose(found, fitted(weighting="tf-idf").score(question((0, 2))), rtol=1e-6)
    assert np.isnan(found[0, 3])


def test_a_stored_zero_is_no_feature():
    """Neither for the item nor for how rare the feature is."""
    stored = csr_matrix((np.ones(18, np.float32), (np.repeat(np.arange(6), 3), np.tile(np.arange(3), 6))))
    stored.data[:] = side().features.toarray().ravel()
    items = Side(side().ids, features=stored, feature_names=side().feature_names)
    found = fitted(items, weighting="tf-idf").score(question((0, 1, 2)))
    np.testing.assert_array_equal(found, fitted(weighting="tf-idf").score(question((0, 1, 2))))
    assert stored.nnz == 18  # the data set's own matrix stays as it is


def test_reasons():
    model, query = fitted(), question((0, 1, 2, 3))
    reasons = model.explain(query, 5)
    assert [(reason.item, reason.text) for reason in reasons] == [(1, "Action, Drama"), (2, "Drama"), (0, "Action")]
    assert [reason.weight for reason in reasons] == pytest.approx([1, np.sqrt(0.5), 0.5])
    assert [reason.item for reason in model.explain(query, 5, n=1)] == [1]
    assert model.explain(query, 3) == []


def test_strangers_and_members_are_alike():
    data = interactions(((0, 1), (2,)))
    query = Query(np.arange(2), np.arange(2, dtype=np.int32), data.offsets, data.items, None, None, 6)
    np.testing.assert_array_equal(fitted().score(query), fitted().score(question((0, 1), (2,))))
    assert (fitted().score(question(()))[0, [0, 1, 2, 4, 5]] == 0).all()


def test_refusals():
    with pytest.raises(Unsupported, match="needs features"):
        fitted(side(owned=None))
    with pytest.raises(Unsupported, match="where the data set has them"):
        fitted().predict(question((0,)), np.zeros(1, np.int64), np.zeros(1, np.int32))


def test_equal_vectors_are_kept_once():
    distinct, kinds = distinct_rows(csr_matrix(np.array([[1.0, 0], [0, 0], [0, 1], [1, 0], [0, 2]])))
    np.testing.assert_array_equal(distinct.toarray(), [[1, 0], [0, 1], [0, 2]])
    np.testing.assert_array_equal(kinds, [0, -1, 1, 0, 2])


def test_save_and_load(tmp_path):
    model, query = fitted(), question((0, 2), ratings=(1, 5))
    model.save(tmp_path)
    loaded = AttributeKNN.load(tmp_path)
    np.testing.assert_array_equal(loaded.score(query), model.score(query))
    assert loaded.explain(query, 5) == model.explain(query, 5)
