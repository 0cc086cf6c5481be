"""Item k-NN: scores, predictions, reasons, and the lists of an independent library."""

from __future__ import annotations

import warnings

import numpy as np
import pytest
from implicit.nearest_neighbours import CosineRecommender
from neighbour_cases import dense, nearest, questions, rating_data, similarities, training, vectors

from algorithms.neighbours.item_knn import ItemKNN, ItemKNNParams
from bench.errors import Unsupported
from bench.topk import top_k
from bench.types import Interactions


def fitted(data, threads=1, **params):
    model = ItemKNN(ItemKNNParams(**params), threads=threads)
    model.fit(training(data))
    return model


def shuffled(data: Interactions, seed=1) -> Interactions:
    """The same data with every user's interactions in another order."""
    order = np.lexsort((np.random.default_rng(seed).random(len(data)), data.users))
    return data.take(order)


@pytest.mark.parametrize("whose", ["history", "candidate"])
def test_scores(whose):
    data = rating_data()
    ones, _ = dense(data)
    kept = nearest(np.round(similarities(ones.T, "cosine", 2), 12), 5)
    wanted = ones @ (kept if whose == "history" else kept.T)
    found = fitted(data, neighbours=5, shrinkage=2, neighbours_of=whose).score(questions(data))
    np.testing.assert_allclose(found, wanted, rtol=1e-6, atol=1e-12)
    assert not np.allclose(kept, kept.T)


def test_lists_of_implicit():
    """The same items in the same order wherever scores differ by more than rounding."""
    data = rating_data(n_users=300, n_items=80, n=4000, ratings=False)
    neighbours = 79  # all, so no tie at the last neighbour
    query = questions(data)
    mine = top_k(fitted(data, neighbours=neighbours).score(query), query, 10)
    other = CosineRecommender(K=neighbours + 1, num_threads=1)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        other.fit(data.matrix(), show_progress=False)
    items, scores = other.recommend(np.arange(300), data.matrix(), N=10)
    np.testing.assert_allclose(mine.scores, scores, rtol=1e-5)
    clear = np.diff(scores, axis=1) < -1e-5 * scores[:, 1:]
    clear = np.pad(clear, ((0, 0), (1, 0)), constant_values=True) & np.pad(clear, ((0, 0), (0, 1)))
    np.testing.assert_array_equal(mine.items[clear], items[clear])
    assert clear.mean() > 0.8


@pytest.mark.parametrize(
    ("kind", "more"),
    [
        ("cosine", {}),
        ("asymmetric-cosine", {"alpha": 0.9}),
        ("conditional-probability", {"alpha": 0.2}),
        ("jaccard", {}),
        ("tversky", {"alpha": 0.1, "beta": 1.3}),
        ("pearson", {}),
        ("euclidean", {}),
        ("adjusted-cosine", {}),
        ("pearson-baseline", {}),
    ],
)
def test_predictions(kind, more):
    """sim(i, j) of items i of the history; full[j, i] is it, turned round."""
    data = rating_data()
    ones, ratings = dense(data)
    full = similarities(vectors(data, kind, "items"), kind, 2, **more).T
    means = np.array([np.nanmean(r) if not np.isnan(r).all() else np.nan for r in ratings.T])
    rows, items = (grid.ravel() for grid in np.indices((40, 25)))
    wanted = []
    for u, j in zip(rows, items, strict=True):
        others = sorted((i for i in np.flatnonzero(ones[u]) if full[j, i] > 0), key=lambda i: -full[j, i])[:3]
        weights = full[j, others]
        shift = weights @ (ratings[u, others] - means[others]) / weights.sum() if others else 0
        tied = [i for i in np.flatnonzero(ones[u]) if others and np.isclose(full[j, i], weights[-1], rtol=1e-9)]
        wanted.append(None if len(tied) > 1 else means[j] + shift)  # a tie may choose either
    clear = np.array([value is not None for value in wanted])
    model = fitted(data, neighbours=3, similarity=kind, shrinkage=2, **more)
    found = model.predict(questions(data), rows, items.astype(np.int32))
    np.testing.assert_allclose(found[clear], np.array(wanted)[clear].astype(float), rtol=1e-6)
    assert clear.mean() > 0.5
    assert np.isnan(found[items == 24]).all()


def test_no_ratings_no_predictions():
    data = rating_data(ratings=False)
    with pytest.raises(Unsupported, match="only where the data set has them"):
        fitted(data).predict(questions(data), np.array([0]), np.array([1], np.int32))


def test_reasons_add_up_to_the_score():
    data = rating_data()
    model, query = fitted(data, neighbours=6), questions(data).slice(3, 4)
    scores = model.score(query)[0]
    item = int(scores.argmax())
    reasons = model.explain(query, item, n=100)
    assert sum(reason.weight for reason in reasons) == pytest.approx(float(scores[item]), rel=1e-6)
    assert {reason.item for reason in reasons} <= set(query.items.tolist())
    weights = [reason.weight for reason in reasons]
    assert weights == sorted(weights, reverse=True)
    assert [r.item for r in model.explain(query, item, n=1)] == [reasons[0].item]


def test_order_of_rows_and_repeated_pairs_do_not_matter():
    data = rating_data(ratings=False)
    twice = data.take(np.sort(np.concatenate([np.arange(len(data)), np.arange(0, len(data), 3)])))
    wanted = fitted(data, neighbours=5).score(questions(data))
    for other in (shuffled(data), twice):
        np.testing.assert_array_equal(fitted(other, neighbours=5).score(questions(other)), wanted)


def test_threads_do_not_matter():
    data = rating_data(n_users=700, n_items=600, n=6000)
    one, three = fitted(data, neighbours=20), fitted(data, threads=3, neighbours=20)
    query = questions(data)
    np.testing.assert_array_equal(one.similarities.toarray(), three.similarities.toarray())
    np.testing.assert_array_equal(one.score(query), three.score(query))
    rows, items = np.arange(700), np.arange(700, dtype=np.int32) % 600
    np.testing.assert_array_equal(one.predict(query, rows, items), three.predict(query, rows, items))


def test_strangers_are_served():
    data = rating_data()
    model = fitted(data)
    np.testing.assert_array_equal(model.score(questions(data, known=False)), model.score(questions(data)))


def test_save_and_load(tmp_path):
    data = rating_data()
    model = fitted(data, neighbours=5, weighting="bm25")
    model.save(tmp_path)
    again = ItemKNN.load(tmp_path)
    query, rows, items = questions(data), np.arange(40), np.arange(40, dtype=np.int32) % 24
    np.testing.assert_array_equal(again.score(query), model.score(query))
    np.testing.assert_array_equal(again.predict(query, rows, items), model.predict(query, rows, items))


def test_second_fit_forgets_the_first():
    model = fitted(rating_data(seed=1))
    data = rating_data(seed=2, n_users=30, n_items=20, n=200)
    model.fit(training(data))
    np.testing.assert_array_equal(model.score(questions(data)), fitted(data).score(questions(data)))
