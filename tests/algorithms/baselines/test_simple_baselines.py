"""Popularity that fades or belongs to groups, the newest items, and raw counts, on examples worked by hand."""

from __future__ import annotations

from types import SimpleNamespace

import numpy as np
import psutil
import pytest
from scipy.sparse import csr_matrix

from algorithms.baselines.co_occurrence import CoOccurrence
from algorithms.baselines.genre_popularity import GenrePopularity
from algorithms.baselines.group_popularity import GroupPopularity, GroupPopularityParams
from algorithms.baselines.most_recent import MostRecent, MostRecentParams
from algorithms.baselines.recent_popularity import RecentPopularity, RecentPopularityParams
from bench.errors import Unsupported
from bench.params import Params
from bench.types import Interactions, Query, Side, Training

DAY = 86_400  # seconds
NOBODY = Side(())


def data(pairs, n_users, n_items, days=None) -> Interactions:
    users, items = np.array(pairs, np.int32).reshape(-1, 2).T.copy()
    times = None if days is None else (np.array(days) * DAY).astype(np.int64)
    return Interactions(users, items, None, times, n_users, n_items)


def fitted(model, interactions, people=NOBODY):
    model.fit(Training(interactions, NOBODY, people))
    return model


def query(users, n_items, histories=None, features=None) -> Query:
    histories = histories or [[]] * len(users)
    offsets = np.concatenate([[0], np.cumsum([len(history) for history in histories])])
    items = np.array([item for history in histories for item in history], np.int32)
    whose = np.array(users, np.int32)
    return Query(np.arange(len(users)), whose, offsets, items, None, None, n_items, user_features=features)


TIMED = data([(0, 0), (0, 1), (0, 0), (1, 1), (1, 2)], 2, 4, days=[100, 110, 120, 90, 60])


def test_recent_popularity():
    model = fitted(RecentPopularity(RecentPopularityParams(half_life=10)), TIMED)
    wanted = [1 / 4 + 1, 1 / 2 + 1 / 8, 1 / 64, 0]
    np.testing.assert_allclose(model.score(query([0, -1], 4)), [wanted, wanted], rtol=1e-12)
    short = fitted(RecentPopularity(RecentPopularityParams(half_life=10, window=20)), TIMED)
    np.testing.assert_allclose(short.score(query([0], 4)), [[1 / 4 + 1, 1 / 2, 0, 0]], rtol=1e-12)


def test_recent_popularity_without_decay_is_popularity():
    model = fitted(RecentPopularity(RecentPopularityParams(half_life=36_500)), TIMED)
    np.testing.assert_allclose(model.score(query([0], 4)), [[2, 2, 1, 0]], rtol=2e-3)


def test_recent_popularity_before_1970():
    early = data([(0, 0), (0, 1), (1, 1)], 2, 3, days=[-120, -110, -100])
    model = fitted(RecentPopularity(RecentPopularityParams(half_life=10, window=15)), early)
    np.testing.assert_allclose(model.score(query([0], 3)), [[0, 1 / 2 + 1, 0]], rtol=1e-12)


def test_most_recent():
    last = fitted(MostRecent(MostRecentParams()), TIMED).score(query([0, -1], 4))
    np.testing.assert_array_equal(last, [np.array([120, 110, 60, np.nan]) * DAY] * 2)
    first = fitted(MostRecent(MostRecentParams(by="first")), TIMED).score(query([0], 4))
    np.testing.assert_array_equal(first, [np.array([100, 90, 60, np.nan]) * DAY])


@pytest.mark.parametrize("model", [RecentPopularity(RecentPopularityParams()), MostRecent(MostRecentParams())])
def test_times_are_needed(model):
    with pytest.raises(Unsupported, match="needs times"):
        fitted(model, data([(0, 0)], 1, 1))
    empty = fitted(model, data([], 2, 3, days=[])).score(query([0], 3))
    assert len(set(map(str, empty[0]))) == 1


# users 0 and 1 are in group 0, user 1 is also in group 1, group 2 is empty, user 2 is in none
PEOPLE = Side(("a", "b", "c"), features=csr_matrix(np.array([[1, 0, 0], [2, 1, 0], [0, 0, 0]], np.float32)))
OWNED = data([(0, 0), (0, 1), (1, 0), (2, 2), (2, 2)], 3, 4)


def group_model(shrinkage, threads=1):
    return fitted(GroupPopularity(GroupPopularityParams(shrinkage=shrinkage), threads=threads), OWNED, PEOPLE)


@pytest.mark.parametrize("shrinkage", [0.0, 2.0])
def test_group_popularity(shrinkage):
    overall = np.array([2, 1, 1, 0]) / 4
    first = (np.array([2, 1, 0, 0]) + shrinkage * overall) / (3 + shrinkage)
    second = (np.array([1, 0, 0, 0]) + shrinkage * overall) / (1 + shrinkage)
    found = group_model(shrinkage).score(query([0, 1, 2, -1], 4))
    np.testing.assert_allclose(found, [first, (first + second) / 2, overall, overall], rtol=1e-6)


def test_groups_of_new_users_come_with_the_question():
    model = group_model(2.0)
    features = csr_matrix(np.array([[0, 1, 0], [0, 0, 1], [0, 0, 0]], np.float32))
    found = model.score(query([-1, -1, -1], 4, features=features))
    overall = np.array([2, 1, 1, 0]) / 4
    np.testing.assert_allclose(found[0], (np.array([1, 0, 0, 0]) + 2 * overall) / 3, rtol=1e-6)
    np.testing.assert_allclose(found[1:], [overall, overall], rtol=1e-6)  # nobody is in the third group


def test_much_shrinkage_is_popularity():
    found = group_model(1e7).score(query([0, 1], 4))
    np.testing.assert_allclose(found, np.tile(np.array([2, 1, 1, 0]) / 4, (2, 1)), atol=1e-6)


def test_features_are_needed():
    with pytest.raises(Unsupported, match="needs user features"):
        fitted(GroupPopularity(GroupPopularityParams()), OWNED)


# item 0 has genre 0, item 1 genres 0 and 1, item 2 genre 1, item 3 genre 2, item 4 none, item 5 genres 0 and 2;
# nobody has met items 3 to 5, nor any item of genre 2; user 1 has item 1 twice
GENRES = np.array([[1, 0, 0], [1, 3, 0], [0, 1, 0], [0, 0, 1], [0, 0, 0], [1, 0, 1]], np.float32)
MET = data([(0, 0), (0, 1), (1, 0), (1, 1), (1, 1), (2, 0), (2, 2)], 3, 6)


def genre_model(interactions, genres):
    model = GenrePopularity(Params())
    model.fit(Training(interactions, Side(tuple("abcdef"), features=genres), NOBODY))
    return model


def test_genre_popularity():
    """Counts are 3, 2 and 1; genre 0 has a mean of 5/2, genre 1 of 3/2, and what nobody has met 6/3."""
    wanted = [5 / 2, (5 / 2 + 3 / 2) / 2, 3 / 2, 2, 2, 5 / 2]
    found = genre_model(MET, csr_matrix(GENRES)).score(query([0, -1], 6, [[0], []]))
    np.testing.assert_allclose(found, [wanted, wanted], rtol=1e-6)


def test_a_stored_zero_is_no_genre():
    stored = csr_matrix(np.ones((6, 3), np.float32))
    stored.data[:] = GENRES.ravel()
    found = genre_model(MET, stored).score(query([0], 6))
    np.testing.assert_array_equal(found, genre_model(MET, csr_matrix(GENRES)).score(query([0], 6)))


def test_genre_popularity_of_no_interactions():
    np.testing.assert_array_equal(
        genre_model(data([], 1, 6), csr_matrix(GENRES)).score(query([0], 6)), np.zeros((1, 6))
    )


def test_genres_are_needed():
    with pytest.raises(Unsupported, match="needs item features"):
        genre_model(MET, None)


def test_co_occurrence_counts_common_users():
    rng = np.random.default_rng(0)
    owned = rng.random((30, 12)) < 0.3
    owned[:, 11] = False
    pairs = np.argwhere(owned)
    model = fitted(CoOccurrence(Params()), data(pairs, 30, 12))
    counts = owned.T.astype(int) @ owned.astype(int)
    np.fill_diagonal(counts, 0)
    found = model.score(query([-1, -1], 12, [[3, 1, 3, 11], []]))
    np.testing.assert_array_equal(found, [counts[3] + counts[1], np.zeros(12)])
    reasons = model.explain(query([-1], 12, [[3, 1, 3, 5]]), 4)
    wanted = sorted((-counts[i, 4], i) for i in (1, 3, 5) if counts[i, 4] > 0)
    assert [(-reason.weight, reason.item) for reason in reasons] == wanted
    twice = fitted(CoOccurrence(Params()), data(np.repeat(pairs, 2, axis=0), 30, 12))
    np.testing.assert_array_equal(twice.counts.toarray(), counts)


def test_co_occurrence_is_refused_without_memory(monkeypatch):
    monkeypatch.setattr(psutil, "virtual_memory", lambda: SimpleNamespace(available=10))
    with pytest.raises(Unsupported, match=r"co-occurrence of 4 items needs .* of memory"):
        fitted(CoOccurrence(Params()), OWNED)
