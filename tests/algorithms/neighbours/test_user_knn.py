"""User k-NN: neighbours, scores, predictions and reasons against their definitions."""

from __future__ import annotations

import numpy as np
import pytest
from neighbour_cases import (
    OF_RATINGS,
    dense,
    nearest,
    questions,
    rating_data,
    similarities,
    training,
    vectors,
    weighted,
)

from algorithms.neighbours.user_knn import UserKNN, UserKNNParams
from bench.errors import Unsupported
from bench.types import Interactions, Query


def fitted(data, threads=1, **params):
    model = UserKNN(UserKNNParams(**params), threads=threads)
    model.fit(training(data))
    return model


@pytest.mark.parametrize("weighting", ["none", "tf-idf", "bm25"])
def test_scores(weighting):
    data = rating_data()
    ones, _ = dense(data)
    full = np.round(similarities(weighted(ones, weighting), "cosine", 1), 12)
    wanted = nearest(full, 5) @ ones
    found = fitted(data, neighbours=5, shrinkage=1, weighting=weighting).score(questions(data))
    np.testing.assert_allclose(found, wanted, rtol=1e-6, atol=1e-12)


@pytest.mark.parametrize("neighbours", [5, 1000])
@pytest.mark.parametrize("known", [True, False])
@pytest.mark.parametrize("alpha", [0.5, 0.9])
def test_votes_of_those_who_have_the_asker_among_their_nearest(neighbours, known, alpha):
    """A stranger is as near to everybody as the user with his history, and to that one nearest of all."""
    data = rating_data()
    ones, _ = dense(data)
    full = np.round(similarities(weighted(ones, "bm25"), "asymmetric-cosine", 1, alpha), 12)  # of asker and voter
    votes = np.where(full >= np.sort(full, axis=0)[[-min(neighbours, 40)]], full, 0)  # ties at the last place count
    assert not np.allclose(votes, votes.T) or neighbours == 1000
    if not known:
        lengths = np.sum(weighted(ones, "bm25") ** 2, axis=1)
        np.fill_diagonal(votes, lengths / (lengths + 1))
    kind = {"similarity": "asymmetric-cosine", "alpha": alpha, "weighting": "bm25"}
    model = fitted(data, neighbours=neighbours, shrinkage=1, neighbours_of="neighbour", **kind)
    query = questions(data, known=known)
    np.testing.assert_allclose(model.score(query), votes @ ones, rtol=1e-6, atol=1e-12)
    np.testing.assert_array_equal(model.score(query.slice(7, 9)), model.score(query)[7:9])
    item = int(model.score(query)[3].argmax())
    shared = (votes[3] * ones[:, item] @ ones)[ones[3] > 0]
    assert model.explain(query.slice(3, 4), item, n=1)[0].weight == pytest.approx(shared.max(), rel=1e-6)


KINDS = [
    ("cosine", {}),
    ("asymmetric-cosine", {"alpha": 0.9}),
    ("conditional-probability", {"alpha": 0.2}),
    ("jaccard", {}),
    ("dice", {}),
    ("tversky", {"alpha": 0.1, "beta": 1.3}),
    *((kind, {}) for kind in OF_RATINGS),
]


@pytest.mark.parametrize(("kind", "more"), KINDS)
def test_scores_from_all_similarities(kind, more):
    data = rating_data()
    ones, _ = dense(data)
    wanted = nearest(np.round(similarities(vectors(data, kind, "users"), kind, 4, **more), 12), 5) @ ones
    found = fitted(data, neighbours=5, shrinkage=4, similarity=kind, **more).score(questions(data))
    np.testing.assert_allclose(found, wanted, rtol=1e-6, atol=1e-12)


def test_a_stranger_with_the_same_history_has_one_neighbour_more():
    """For a known user his own row is left out; a stranger finds it, with similarity 1."""
    data = rating_data()
    ones, _ = dense(data)
    model = fitted(data, neighbours=1000)
    difference = model.score(questions(data, known=False)) - model.score(questions(data))
    np.testing.assert_allclose(difference, ones, rtol=0, atol=2e-6)  # float32 sums of about 10


def test_question_by_hand():
    """Users {0, 1}, {0, 2}, {3}; a stranger with {0, 1, 9} is √(2/3), √(1/6) and 0 similar to them."""
    users, items = np.array([0, 0, 1, 1, 2], np.int32), np.array([0, 1, 0, 2, 3], np.int32)
    data = Interactions(users, items, None, None, 3, 10)
    history = np.array([0, 1, 9], np.int32)
    query = Query(np.array([0]), np.array([-1], np.int32), np.array([0, 3]), history, None, None, 10)
    a, b = np.sqrt(2 / 3), np.sqrt(1 / 6)
    found = fitted(data).score(query)[0]
    np.testing.assert_allclose(found, [a + b, a, b, 0, 0, 0, 0, 0, 0, 0], rtol=1e-6)
    np.testing.assert_allclose(fitted(data, neighbours=1).score(query)[0, :3], [a, a, 0], rtol=1e-6)


def test_prediction_by_hand():
    """The neighbour with ratings 5, 3, 1 (mean 3) gave item 2 a 1: two below his mean; the asker's mean is 3.5."""
    users, items = np.array([0, 0, 1, 1, 1], np.int32), np.array([0, 1, 0, 1, 2], np.int32)
    data = Interactions(users, items, np.array([4, 3, 5, 3, 1], np.float32), None, 2, 4)
    model, query = fitted(data), questions(data)
    found = model.predict(query, np.array([0, 0]), np.array([2, 3], np.int32))
    np.testing.assert_allclose(found, [1.5, 3.5])  # item 3 has no rating: the asker's mean


@pytest.mark.parametrize(("kind", "more"), KINDS)
def test_predictions(kind, more):
    data = rating_data()
    ones, ratings = dense(data)
    full = similarities(vectors(data, kind, "users"), kind, 2, **more)
    means = np.nanmean(ratings, axis=1)
    rows, items = (grid.ravel() for grid in np.indices((40, 25)))
    wanted = []
    for u, j in zip(rows, items, strict=True):  # all raters are neighbours, so ties do not matter
        others = [v for v in np.flatnonzero(ones[:, j]) if full[u, v] > 0]
        weights = full[u, others]
        wanted.append(means[u] + (weights @ (ratings[others, j] - means[others]) / weights.sum() if others else 0))
    order = np.random.default_rng(0).permutation(len(rows))
    model = fitted(data, neighbours=1000, similarity=kind, shrinkage=2, **more)
    found = model.predict(questions(data), rows[order], items[order].astype(np.int32))
    np.testing.assert_allclose(found, np.array(wanted)[order], rtol=1e-6)


def test_only_the_most_similar_raters_predict():
    """Users 1 and 2 rated item 3; user 1 is nearer to user 0, and alone when one neighbour counts."""
    users = np.array([0, 0, 1, 1, 1, 2, 2], np.int32)
    items = np.array([0, 1, 0, 1, 3, 0, 3], np.int32)
    data = Interactions(users, items, np.array([3, 3, 2, 2, 5, 4, 1], np.float32), None, 3, 4)
    rows, asked = np.array([0]), np.array([3], np.int32)
    a, b = 2 / np.sqrt(6), 1 / 2
    both = 3 + (a * 2 + b * -1.5) / (a + b)
    assert fitted(data, neighbours=1).predict(questions(data), rows, asked)[0] == pytest.approx(5, rel=1e-9)
    assert fitted(data, neighbours=2).predict(questions(data), rows, asked)[0] == pytest.approx(both, rel=1e-9)


def test_no_ratings_no_predictions_and_no_history_no_answer():
    data = rating_data(ratings=False)
    with pytest.raises(Unsupported, match="only where the data set has them"):
        fitted(data).predict(questions(data), np.array([0]), np.array([1], np.int32))
    nobody = Query(
        np.array([0]), np.array([-1], np.int32), np.array([0, 0]), np.empty(0, np.int32), np.empty(0), None, 25
    )
    assert np.isnan(fitted(rating_data()).predict(nobody, np.array([0]), np.array([1], np.int32)))


def test_reasons_are_items_shared_with_neighbours_who_have_the_item():
    data = rating_data()
    ones, _ = dense(data)
    model, query = fitted(data, neighbours=8), questions(data).slice(3, 4)
    item = int(model.score(query)[0].argmax())
    weights = nearest(np.round(similarities(ones, "cosine", 0), 12), 8)[3] * ones[:, item] @ ones
    for reason in model.explain(query, item, n=4):
        assert ones[3, reason.item] == 1
        assert reason.weight == pytest.approx(weights[reason.item], rel=1e-6)
    best = sorted((w for i, w in enumerate(weights) if ones[3, i]), reverse=True)[:4]
    assert [r.weight for r in model.explain(query, item, n=4)] == pytest.approx([w for w in best if w > 0], rel=1e-6)


def test_threads_slices_and_order_do_not_matter():
    data = rating_data(n_users=700, n_items=100, n=6000)
    query = questions(data)
    wanted = fitted(data, neighbours=20).score(query)
    other = fitted(data, threads=3, neighbours=20)
    np.testing.assert_array_equal(other.score(query), wanted)
    np.testing.assert_array_equal(other.score(query.slice(300, 310)), wanted[300:310])
    shuffled = data.take(np.lexsort((np.random.default_rng(1).random(len(data)), data.users)))
    np.testing.assert_array_equal(fitted(shuffled, neighbours=20).score(questions(shuffled)), wanted)


def test_save_and_load(tmp_path):
    data = rating_data()
    model = fitted(data, neighbours=5, similarity="pearson")
    model.save(tmp_path)
    again = UserKNN.load(tmp_path)
    query, rows, items = questions(data), np.arange(40), np.arange(40, dtype=np.int32) % 24
    np.testing.assert_array_equal(again.score(query), model.score(query))
    np.testing.assert_array_equal(again.predict(query, rows, items), model.predict(query, rows, items))
