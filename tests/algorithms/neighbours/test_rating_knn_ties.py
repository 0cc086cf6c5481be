"""Which of equally similar neighbours speak: as in the library Surprise, for whole rows of scores and for single pairs.

With whole stars and few common ratings most similarities are tied, and three of eighteen neighbours are chosen.
"""

import numpy as np
import pytest
import surprise

from algorithms.neighbours.rating_knn import KNNBaseline, KNNBasic, KNNWithMeans
from bench.types import Interactions, Query, Side, Training

N_USERS, N_ITEMS = 60, 25
THEIRS = {KNNBasic: surprise.KNNBasic, KNNWithMeans: surprise.KNNWithMeans, KNNBaseline: surprise.KNNBaseline}


@pytest.fixture(scope="module")
def data() -> Interactions:
    rng = np.random.default_rng(0)
    users, items = (axis.astype(np.int32) for axis in np.nonzero(rng.random((N_USERS, N_ITEMS)) < 0.3))
    return Interactions(users, items, rng.integers(3, 6, len(users)).astype(np.float32), None, N_USERS, N_ITEMS)


@pytest.mark.parametrize("ours", list(THEIRS))
@pytest.mark.parametrize("based_on", ["users", "items"])
@pytest.mark.parametrize("neighbours", [1, 3])
def test_the_earlier_rating_wins_a_tie(ours, based_on, neighbours, data):
    model = ours(ours.Params(neighbours=neighbours, min_neighbours=1, based_on=based_on))
    model.fit(Training(data, Side(tuple(map(str, range(N_ITEMS)))), Side(tuple(map(str, range(N_USERS))))))
    rows = zip(data.users.tolist(), data.items.tolist(), data.ratings.tolist(), strict=True)
    trainset = surprise.Dataset(surprise.Reader()).construct_trainset([(u, i, r, None) for u, i, r in rows])
    options = {"name": "msd", "user_based": based_on == "users"}
    library = THEIRS[ours](k=neighbours, min_k=1, sim_options=options, verbose=False).fit(trainset)
    users, none = np.append(np.arange(N_USERS), -1), np.zeros(0, np.int32)
    expected = np.array([[library.predict(u, i, clip=False).est for i in range(N_ITEMS)] for u in users.tolist()])
    offsets = np.zeros(len(users) + 1, np.int64)
    query = Query(np.arange(len(users)), users.astype(np.int32), offsets, none, None, None, N_ITEMS)
    np.testing.assert_allclose(model.score(query), expected, rtol=1e-9)
    pairs, items = (axis.ravel() for axis in np.indices(expected.shape))
    np.testing.assert_allclose(model.predict(query, pairs, items.astype(np.int32)), expected.ravel(), rtol=1e-9)
