"""Each wrapped rating predictor against the library's own `predict`, pair by pair."""

from dataclasses import replace

import numpy as np
import pytest
import surprise

from algorithms.baselines.baseline_only import BaselineOnly
from algorithms.factors.rating_factors import NMF, SVD, SVDpp
from algorithms.neighbours.co_clustering import CoClustering
from algorithms.neighbours.rating_knn import KNNBaseline, KNNBasic, KNNWithMeans
from algorithms.neighbours.slope_one import SlopeOne
from algorithms.rating_library import to_trainset, whole_number_factor
from bench.errors import Diverged, Unsupported
from bench.types import Interactions, Query, Side, Training

N_USERS, N_ITEMS = 24, 30
STRANGER, UNSEEN_USER, UNSEEN_ITEM = -1, 23, 29


def interactions(step: float = 1.0, seed: int = 0) -> Interactions:
    """Random ratings 1 … 5 in steps; the last user and the last item have none."""
    rng = np.random.default_rng(seed)
    users, items = np.nonzero(rng.random((N_USERS, N_ITEMS)) < 0.35)
    seen = (users != UNSEEN_USER) & (items != UNSEEN_ITEM)
    users, items = users[seen].astype(np.int32), items[seen].astype(np.int32)
    ratings = (rng.integers(round(1 / step), round(5 / step) + 1, len(users)) * step).astype(np.float32)
    return Interactions(users, items, ratings, None, N_USERS, N_ITEMS)


def training(data: Interactions) -> Training:
    ids = tuple(map(str, range(max(N_USERS, N_ITEMS))))
    return Training(data, Side(ids[:N_ITEMS]), Side(ids[:N_USERS]))


def questions(users: list[int]) -> Query:
    none = np.zeros(0, np.int32)
    offsets = np.zeros(len(users) + 1, np.int64)
    return Query(np.arange(len(users)), np.array(users), offsets, none, none.astype(np.float32), None, N_ITEMS)


EVERYBODY = [*range(N_USERS), STRANGER]
SIMILARITIES = ["cosine", "pearson", "pearson-baseline"]
KNN = {"based_on": "items", "neighbours": 5, "min_neighbours": 2, "min_support": 2, "shrinkage": 20}
BASELINE = {"epochs": 3, "user_regularization": 4, "item_regularization": 6}
THEIRS_BASELINE = {"method": "als", "n_epochs": 3, "reg_u": 4, "reg_i": 6}


def theirs_knn(similarity: str) -> dict:
    options = {"name": similarity.replace("-", "_"), "user_based": False, "min_support": 2, "shrinkage": 20}
    return {"k": 5, "min_k": 2, "sim_options": options, "verbose": False}


# (our class, our parameters, the library's algorithm); empty parameters hold our defaults to the library's.
CASES = [
    (BaselineOnly, {}, lambda: surprise.BaselineOnly(verbose=False)),
    (BaselineOnly, BASELINE, lambda: surprise.BaselineOnly(THEIRS_BASELINE, verbose=False)),
    (SVD, {}, lambda: surprise.SVD(random_state=3)),
    (SVD, {"biased": False, "factors": 4}, lambda: surprise.SVD(biased=False, n_factors=4, random_state=3)),
    (
        SVD,
        {"factors": 5, "epochs": 7, "learning_rate": 0.02, "regularization": 0.3},
        lambda: surprise.SVD(n_factors=5, n_epochs=7, lr_all=0.02, reg_all=0.3, random_state=3),
    ),
    (SVDpp, {}, lambda: surprise.SVDpp(random_state=3)),
    (
        SVDpp,
        {"factors": 5, "epochs": 7, "learning_rate": 0.02, "regularization": 0.3},
        lambda: surprise.SVDpp(n_factors=5, n_epochs=7, lr_all=0.02, reg_all=0.3, random_state=3),
    ),
    (NMF, {}, lambda: surprise.NMF(random_state=3)),
    (
        NMF,
        {"biased": True, "regularization": 0.1, "bias_regularization": 0.3, "learning_rate": 0.02, "epochs": 5},
        lambda: surprise.NMF(
            biased=True,
            reg_pu=0.1,
            reg_qi=0.1,
            reg_bu=0.3,
            reg_bi=0.3,
            lr_bu=0.02,
            lr_bi=0.02,
            n_epochs=5,
            random_state=3,
        ),
    ),
    (KNNBasic, {}, lambda: surprise.KNNBasic(verbose=False)),
    (KNNWithMeans, {}, lambda: surprise.KNNWithMeans(verbose=False)),
    (KNNBaseline, {}, lambda: surprise.KNNBaseline(verbose=False)),
    *[(KNNBasic, KNN | {"similarity": s}, lambda s=s: surprise.KNNBasic(**theirs_knn(s))) for s in SIMILARITIES],
    *[
        (KNNWithMeans, KNN | {"similarity": s}, lambda s=s: surprise.KNNWithMeans(**theirs_knn(s)))
        for s in SIMILARITIES
    ],
    *[
        (
            KNNBaseline,
            KNN | BASELINE | {"similarity": s},
            lambda s=s: surprise.KNNBaseline(**theirs_knn(s), bsl_options=THEIRS_BASELINE),
        )
        for s in SIMILARITIES
    ],
    (SlopeOne, {}, surprise.SlopeOne),
    (CoClustering, {}, lambda: surprise.CoClustering(random_state=3)),
    (
        CoClustering,
        {"user_clusters": 2, "item_clusters": 4, "epochs": 3},
        lambda: surprise.CoClustering(n_cltr_u=2, n_cltr_i=4, n_epochs=3, random_state=3),
    ),
]
NAMES = [f"{ours.name}-{number}" for number, (ours, _, _) in enumerate(CASES)]
CLASSES = list(dict.fromkeys(ours for ours, _, _ in CASES))


def fitted(ours, values=None, data=None, seed=3):
    algorithm = ours(ours.Params(**(values or {})), seed=seed)
    algorithm.fit(training(data or interactions()))
    return algorithm


def numbered_as_met(data):
    """The same with items numbered as they first appear, which is how the library numbers them by itself."""
    met = list(dict.fromkeys(data.items.tolist()))
    number = np.argsort([*met, *(item for item in range(N_ITEMS) if item not in met)])
    return replace(data, items=number[data.items].astype(np.int32))


@pytest.mark.parametrize(("ours", "values", "theirs"), CASES, ids=NAMES)
def test_scores_and_predictions_are_those_of_the_library(ours, values, theirs):
    data = numbered_as_met(interactions())
    columns = (data.users.tolist(), data.items.tolist(), data.ratings.tolist())
    raw = [(user, item, rating, None) for user, item, rating in zip(*columns, strict=True)]
    loader = surprise.Dataset(surprise.Reader(rating_scale=(1, 5)))
    model = theirs().fit(loader.construct_trainset(raw))
    expected = np.array([[model.predict(u, i, clip=False).est for i in range(N_ITEMS)] for u in EVERYBODY])

    algorithm = fitted(ours, values, data)
    query = questions(EVERYBODY)
    np.testing.assert_allclose(algorithm.score(query), expected, rtol=1e-6)
    rows, items = (flat.ravel() for flat in np.indices(expected.shape))
    np.testing.assert_allclose(algorithm.predict(query, rows, items.astype(np.int32)), expected.ravel(), rtol=1e-6)
    np.testing.assert_allclose(algorithm.score(query.slice(4, 5)), expected[4:5], rtol=1e-6)


@pytest.mark.parametrize("ours", CLASSES)
def test_a_saved_model_answers_the_same(ours, tmp_path):
    algorithm = fitted(ours)
    algorithm.save(tmp_path)
    query = questions(EVERYBODY)
    np.testing.assert_array_equal(ours.load(tmp_path).score(query), algorithm.score(query))


@pytest.mark.parametrize("ours", [SVD, SVDpp, NMF, CoClustering])
def test_the_seed_decides_and_the_global_generator_does_not(ours):
    query = questions(EVERYBODY)
    first = fitted(ours, seed=1).score(query)
    np.random.seed(99)
    np.testing.assert_array_equal(fitted(ours, seed=1).score(query), first)
    assert not np.array_equal(fitted(ours, seed=2).score(query), first)


def test_fitting_again_forgets_the_first_data():
    algorithm = fitted(KNNBasic, data=interactions(seed=5))
    algorithm.fit(training(interactions()))
    query = questions(EVERYBODY)
    np.testing.assert_array_equal(algorithm.score(query), fitted(KNNBasic).score(query))


@pytest.mark.parametrize("ours", [SlopeOne, CoClustering])
def test_half_stars_are_not_truncated(ours):
    """The library reads 3.5 as 3 in these two models; all ratings halved must give all predictions halved."""
    whole = interactions()
    halves = Interactions(whole.users, whole.items, whole.ratings / 2, None, N_USERS, N_ITEMS)
    query = questions(EVERYBODY)
    np.testing.assert_allclose(fitted(ours, data=halves).score(query), fitted(ours).score(query) / 2, rtol=1e-6)


def test_slope_one_by_hand():
    """User 1 rated item 0 with 4.5; item 1 is liked (4 − 3.5 + 2 − 2.5) / 2 = 0 and item 2 is liked 1 − 3.5 more."""
    users, items = np.array([0, 0, 0, 1, 2, 2], np.int32), np.array([0, 1, 2, 0, 0, 1], np.int32)
    ratings = np.array([3.5, 4, 1, 4.5, 2.5, 2], np.float32)
    data = Interactions(users, items, ratings, None, N_USERS, N_ITEMS)
    np.testing.assert_allclose(fitted(SlopeOne, data=data).score(questions([1]))[0, :3], [4.5, 4.5, 2.0])


def test_factors_of_whole_numbers():
    assert whole_number_factor(np.array([1, 5], np.float32)) == 1
    assert whole_number_factor(np.array([0.5, 4], np.float32)) == 2
    assert whole_number_factor(np.array([3.1, 4.7], np.float32)) == 10
    with pytest.raises(Unsupported, match="1/100"):
        whole_number_factor(np.array([1, np.pi], np.float32))


def test_the_trainset_keeps_the_order_of_the_interactions():
    data = Interactions(
        np.array([1, 1, 3], np.int32), np.array([4, 2, 4], np.int32), np.array([1, 2, 3], np.float32), None, 5, 6
    )
    trainset, numbering = to_trainset(data)
    assert list(trainset.all_ratings()) == [(0, 1, 1.0), (0, 0, 2.0), (1, 1, 3.0)]
    assert numbering.users.tolist() == [1, 3]
    assert numbering.items.tolist() == [2, 4]
    assert numbering.by_item(np.array([7.0, 8.0])).tolist() == [0, 0, 7, 0, 8, 0]
    assert numbering.by_user(np.array([7.0, 8.0]), fill=9).tolist() == [9, 7, 9, 8, 9, 9]


@pytest.mark.parametrize("ours", [KNNBasic, KNNWithMeans, KNNBaseline, SlopeOne])
def test_too_little_memory_is_refused_before_training(ours, monkeypatch):
    monkeypatch.setenv("RECMATRIX_MEMORY_LIMIT", "1000")
    with pytest.raises(Unsupported, match=r"surprise-.* needs .* of memory, 0 bytes are available"):
        fitted(ours)


def test_memory_of_neighbours_is_counted_for_those_compared():
    """Three 8-byte matrices over 1,000 users or 10 items for msd, seven for pearson."""
    users = KNNBasic(KNNBasic.Params())
    items = KNNBasic(KNNBasic.Params(based_on="items", similarity="pearson"))
    assert users._bytes(1000, 10) == 3 * 8 * 1_000_000
    assert items._bytes(1000, 10) == 7 * 8 * 100


def test_data_without_ratings_is_refused():
    data = interactions()
    bare = Interactions(data.users, data.items, None, None, N_USERS, N_ITEMS)
    with pytest.raises(Unsupported, match="ratings"):
        fitted(BaselineOnly, data=bare)


@pytest.mark.parametrize(("similarity", "stars"), [("cosine", 0), ("pearson-baseline", 3)])
def test_a_similarity_without_a_value_is_unsupported(similarity, stars):
    data = interactions()
    alike = Interactions(data.users, data.items, np.full(len(data), stars, np.float32), None, N_USERS, N_ITEMS)
    with pytest.raises(Unsupported, match="surprise-knn-basic divides by 0 on this data"):
        fitted(KNNBasic, {"similarity": similarity}, alike)


@pytest.mark.parametrize("ours", [SVD, SVDpp])
def test_a_diverged_model_is_an_error_that_names_the_parameter(ours):
    with pytest.raises(Diverged, match=f"{ours.name}: .*; lower learning_rate"):
        fitted(ours, {"learning_rate": 10})
