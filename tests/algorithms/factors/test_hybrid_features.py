"""LightFM with features of items and users, against the library's own `predict`, for each of its losses."""

import numpy as np
import pytest
from gradient_cases import (
    ITEM_FEATURES,
    N_ITEMS,
    N_USERS,
    UNSEEN_USER,
    USER_FEATURES,
    fitted,
    question,
    ratings,
    training,
)
from lightfm import LightFM
from scipy.sparse import csr_matrix, hstack, identity

from algorithms.factors.hybrid_factorization import DescribedFactorization, HybridFactorization
from bench.errors import Unsupported


@pytest.mark.parametrize("loss", ["warp", "bpr", "logistic"])
@pytest.mark.parametrize("described", [False, True])
def test_scores_with_features_are_those_of_the_library(loss, described):
    data = ratings()
    values = {"loss": loss, "user_features": described, "likes_from": 3 if loss == "logistic" else 0, "factors": 4}
    algorithm = fitted(DescribedFactorization, values, data)
    items = hstack([identity(N_ITEMS), csr_matrix(ITEM_FEATURES)], "csr", np.float32)
    users = hstack([identity(N_USERS), csr_matrix(USER_FEATURES)], "csr", np.float32) if described else None
    signs = np.where(data.ratings >= 3, 1, -1) if loss == "logistic" else np.ones(len(data))
    targets = csr_matrix((signs.astype(np.float32), (data.users, data.items)), (N_USERS, N_ITEMS))
    theirs = LightFM(4, loss=loss, random_state=3)
    theirs.fit(targets.tocoo(), item_features=items, user_features=users, epochs=10)
    seen = np.arange(N_ITEMS - 1)
    for user in range(N_USERS - 1):
        expected = theirs.predict(user, seen, item_features=items, user_features=users)
        np.testing.assert_allclose(algorithm.score(question(user))[0, seen], expected, rtol=1e-4, atol=1e-6)


def test_new_items_are_scored_from_their_features_and_new_users_are_not_scored():
    algorithm = fitted(DescribedFactorization, {"user_features": True})
    assert np.isfinite(algorithm.score(question(0))).all()
    assert np.isnan(algorithm.score(question(UNSEEN_USER, (0, 1)))).all()


@pytest.mark.parametrize(
    ("ours", "values", "kind"),
    [(DescribedFactorization, {}, "item"), (HybridFactorization, {"user_features": True}, "user")],
)
def test_features_that_are_not_there_are_refused(ours, values, kind):
    with pytest.raises(Unsupported, match=f"{kind} features"):
        ours(ours.Params(**values)).fit(training(ratings(), described=False))
