"""Item k-NN with fading histories: weights by hand, scores, predictions and reasons against their definitions."""

from __future__ import annotations

import warnings
from dataclasses import replace

import numpy as np
import pytest
from neighbour_cases import dense, nearest, questions, rating_data, similarities, training, vectors

from algorithms.neighbours.item_knn import ItemKNN
from algorithms.neighbours.item_knn_time import ItemKNNTime
from bench.errors import Unsupported
from bench.types import Interactions, Query

DAY = 86_400


def timed(seed=0) -> Interactions:
    """Small random data; each user's interactions are spread over 100 days, his oldest first."""
    data = rating_data(seed=seed)
    times = np.random.default_rng(seed).integers(0, 100 * DAY, len(data))
    return replace(data, times=times[np.lexsort((times, data.users))], ordered=True)


def fitted(data, cls=ItemKNNTime, **params):
    model = cls(cls.Params(**params))
    model.fit(training(data))
    return model


def fading(data, half_life) -> np.ndarray:
    """(n_users, n_items) f of each interaction, 0 where there is none."""
    weights = np.zeros((data.n_users, data.n_items))
    for user, item, time in zip(data.users, data.items, data.times, strict=True):
        newest = data.times[data.users == user].max()
        weights[user, item] = 2.0 ** -((newest - time) / DAY / half_life)
    return weights


@pytest.mark.parametrize("whose", ["history", "candidate"])
def test_scores(whose):
    data = timed()
    kept = nearest(np.round(similarities(vectors(data, "cosine", "items"), "cosine", 2), 12), 5)
    wanted = fading(data, 20) @ (kept if whose == "history" else kept.T)
    model = fitted(data, neighbours=5, shrinkage=2, half_life=20, neighbours_of=whose)
    np.testing.assert_allclose(model.score(questions(data)), wanted, rtol=1e-6, atol=1e-12)


@pytest.mark.parametrize("kind", ["cosine", "pearson-baseline"])
def test_predictions(kind):
    """All items of the history are neighbours, so ties do not matter."""
    data = timed()
    ones, ratings = dense(data)
    full, weights = similarities(vectors(data, kind, "items"), kind, 2), fading(data, 20)
    means = np.array([np.nanmean(r) if not np.isnan(r).all() else np.nan for r in ratings.T])
    rows, items = (grid.ravel() for grid in np.indices((40, 25)))
    wanted = []
    for u, j in zip(rows, items, strict=True):
        others = [i for i in np.flatnonzero(ones[u]) if full[i, j] > 0]
        votes = weights[u, others] * full[others, j]
        wanted.append(means[j] + (votes @ (ratings[u, others] - means[others]) / votes.sum() if others else 0))
    model = fitted(data, neighbours=1000, similarity=kind, shrinkage=2, half_life=20)
    found = model.predict(questions(data), rows, items.astype(np.int32))
    np.testing.assert_allclose(found, wanted, rtol=1e-6)
    plain = fitted(data, ItemKNN, neighbours=1000, similarity=kind, shrinkage=2)
    assert not np.allclose(found, plain.predict(questions(data), rows, items.astype(np.int32)), equal_nan=True)


def test_the_nearest_are_chosen_by_similarity_and_then_weighted():
    """One neighbour predicts, the most similar item, however old it is."""
    users, items = np.repeat(np.arange(3, dtype=np.int32), 3), np.tile(np.arange(3, dtype=np.int32), 3)
    keep = np.array([1, 1, 0, 1, 1, 1, 0, 1, 1], bool)  # user 0 has not item 2, user 2 not item 0
    ratings = np.array([5, 1, 0, 4, 2, 3, 0, 4, 1], np.float32)
    data = Interactions(users, items, ratings, np.arange(9) * DAY, 3, 3, ordered=True).take(keep)
    found = fitted(data, neighbours=1, half_life=0.1).predict(questions(data), np.array([0]), np.array([2], np.int32))
    assert found[0] == pytest.approx(2 + 1 - (1 + 2 + 4) / 3, rel=1e-9)  # item 1 (cosine √⅔), rated 1, of mean 7/3


def test_last_time_of_repeated_items_counts():
    """Item 0 was had 40 and 10 days, item 1 20 days, item 2 no day before the newest; the half life is 10 days."""
    history, ages = np.array([0, 1, 0, 2], np.int32), np.array([40, 20, 10, 0])
    model = fitted(timed(), half_life=10)
    query = Query(
        np.array([0]),
        np.array([-1], np.int32),
        np.array([0, 4]),
        history,
        None,
        (1000 - ages) * DAY,
        model.matrix.shape[0],
    )
    wanted = 0.5 * model.similarities[0] + 0.25 * model.similarities[1] + model.similarities[2]
    np.testing.assert_allclose(model.score(query), wanted.toarray(), rtol=1e-6)


def test_only_differences_of_times_matter():
    data = timed()
    later = replace(data, times=data.times + 10_000 * DAY)
    np.testing.assert_array_equal(
        fitted(data, half_life=5).score(questions(data)), fitted(later, half_life=5).score(questions(later))
    )


def test_without_fading_it_is_item_knn():
    data = timed()
    at_once = replace(data, times=np.zeros(len(data), np.int64))
    query, rows, items = questions(at_once), np.arange(40), np.arange(40, dtype=np.int32) % 24
    model, plain = fitted(at_once, neighbours=5), fitted(data, ItemKNN, neighbours=5)
    np.testing.assert_array_equal(model.score(query), plain.score(query))
    np.testing.assert_array_equal(model.predict(query, rows, items), plain.predict(query, rows, items))


def test_reasons_add_up_to_the_score():
    data = timed()
    model, query = fitted(data, neighbours=6, half_life=10), questions(data).slice(3, 4)
    scores = model.score(query)[0]
    item = int(scores.argmax())
    reasons = model.explain(query, item, n=100)
    assert sum(reason.weight for reason in reasons) == pytest.approx(float(scores[item]), rel=1e-6)
    plain = fitted(data, ItemKNN, neighbours=6).explain(query, item, n=100)
    weights = fading(data, 10)[3]
    assert {r.item: r.weight for r in reasons} == pytest.approx({r.item: r.weight * weights[r.item] for r in plain})


def test_very_old_history_and_no_history():
    """After 100 000 half lives a weight is exactly 0; whoever has no history scores 0 everywhere."""
    data = timed()
    model = fitted(data, half_life=0.01)
    items, times = np.array([1, 2], np.int32), np.array([0, 1000 * DAY])
    query = Query(np.arange(2), np.full(2, -1, np.int32), np.array([0, 2, 2]), items, np.ones(2), times, 25)
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        scores = model.score(query)
    np.testing.assert_array_equal(scores[0], model.similarities[2].toarray()[0])
    assert not scores[1].any()


def test_question_without_times():
    data = timed()
    with pytest.raises(Unsupported, match="item-knn-time needs the times"):
        fitted(data).score(questions(replace(data, times=None)))


def test_save_and_load(tmp_path):
    data = timed()
    model = fitted(data, neighbours=5, half_life=3)
    model.save(tmp_path)
    again = ItemKNNTime.load(tmp_path)
    np.testing.assert_array_equal(again.score(questions(data)), model.score(questions(data)))
    assert again.params.half_life == 3
