"""Rating models trained by gradient steps, against loops in plain NumPy that are the papers' formulas."""

import itertools

import numpy as np
import pytest
from gradient_cases import (
    ITEM_FEATURES,
    N_ITEMS,
    N_USERS,
    STRANGER,
    UNSEEN_ITEM,
    UNSEEN_USER,
    USER_FEATURES,
    fitted,
    question,
    ratings,
    training,
)
from scipy.sparse import csr_matrix

from algorithms.factors.biased_mf import BiasedMF
from algorithms.factors.factorization_machine import FactorizationMachine, _pass, _summed, _variables
from algorithms.factors.funk_svd import FunkSVD
from algorithms.factors.pmf import PMF
from algorithms.factors.svdpp import SVDPlusPlus
from bench.errors import Diverged, Unsupported
from bench.types import Interactions, Side

CLASSES = [FunkSVD, BiasedMF, SVDPlusPlus, PMF, FactorizationMachine]
WITH_BIASES = [FunkSVD, BiasedMF, SVDPlusPlus]
RATED = list(range(N_ITEMS - 1))


def all_scores(algorithm):
    return np.concatenate([algorithm.score(question(user)) for user in range(N_USERS - 1)])


def test_biased_mf_takes_the_steps_of_the_paper():
    data, rng = ratings(), np.random.default_rng(3)
    p, q = rng.normal(0, 0.1, (N_USERS, 4)), rng.normal(0, 0.1, (N_ITEMS, 4))
    bu, bi, mean = np.zeros(N_USERS), np.zeros(N_ITEMS), data.ratings.mean(dtype=float)
    for _ in range(3):
        for at in rng.permutation(len(data)):
            u, i = data.users[at], data.items[at]
            error = data.ratings[at] - (mean + bu[u] + bi[i] + p[u] @ q[i])
            bu[u] += 0.05 * (error - 0.1 * bu[u])
            bi[i] += 0.05 * (error - 0.1 * bi[i])
            p[u], q[i] = p[u] + 0.05 * (error * q[i] - 0.1 * p[u]), q[i] + 0.05 * (error * p[u] - 0.1 * q[i])
    expected = mean + bu[:-1, None] + bi[None, :-1] + p[:-1] @ q[:-1].T
    algorithm = fitted(BiasedMF, {"factors": 4, "epochs": 3, "learning_rate": 0.05, "regularization": 0.1})
    np.testing.assert_allclose(all_scores(algorithm)[:, RATED], expected, rtol=1e-6)


def test_svdpp_takes_the_steps_of_the_paper_rating_by_rating():
    """Here every y_j of the user moves at every rating, as Koren writes it; ours moves them once per user."""
    data, rng, rate, penalty = ratings(), np.random.default_rng(3), 0.05, 0.1
    p, q, y = (rng.normal(0, 0.1, (n, 4)) for n in (N_USERS, N_ITEMS, N_ITEMS))
    bu, bi, mean = np.zeros(N_USERS), np.zeros(N_ITEMS), data.ratings.mean(dtype=float)
    for _ in range(3):
        for u in rng.permutation(N_USERS):
            had = data.items[data.users == u]
            for i, rating in zip(had, data.ratings[data.users == u], strict=True):
                person, old = p[u] + y[had].sum(axis=0) / np.sqrt(len(had)), q[i].copy()
                error = rating - (mean + bu[u] + bi[i] + old @ person)
                bu[u] += rate * (error - penalty * bu[u])
                bi[i] += rate * (error - penalty * bi[i])
                p[u] += rate * (error * old - penalty * p[u])
                q[i] += rate * (error * person - penalty * old)
                y[had] += rate * (error / np.sqrt(len(had)) * old - penalty * y[had])
    people = [p[u] + y[data.items[data.users == u]].sum(axis=0) / np.sqrt(sum(data.users == u)) for u in range(11)]
    expected = mean + bu[:-1, None] + bi[None, :-1] + np.array(people) @ q[:-1].T
    algorithm = fitted(SVDPlusPlus, {"factors": 4, "epochs": 3, "learning_rate": rate, "regularization": penalty})
    np.testing.assert_allclose(all_scores(algorithm)[:, RATED], expected, rtol=1e-5)


def test_pmf_takes_the_steps_of_its_objective():
    data, rng, rate = ratings(), np.random.default_rng(3), 0.3
    U, V = rng.normal(0, 0.1, (N_USERS, 4)), rng.normal(0, 0.1, (N_ITEMS, 4))
    n_u, n_v = np.bincount(data.users, minlength=N_USERS), np.bincount(data.items, minlength=N_ITEMS)
    for _ in range(3):
        for at in rng.permutation(len(data)):
            i, j = data.users[at], data.items[at]
            chance = 1 / (1 + np.exp(-U[i] @ V[j]))
            slope = ((data.ratings[at] - 1) / 4 - chance) * chance * (1 - chance)
            U[i], V[j] = (
                U[i] + rate * (slope * V[j] - 0.2 / n_u[i] * U[i]),
                V[j] + rate * (slope * U[i] - 0.4 / n_v[j] * V[j]),
            )
    expected = 1 + 4 / (1 + np.exp(-U[:-1] @ V[:-1].T))
    values = {"factors": 4, "epochs": 3, "learning_rate": rate, "user_regularization": 0.2, "item_regularization": 0.4}
    np.testing.assert_allclose(all_scores(fitted(PMF, values))[:, RATED], expected, rtol=1e-6)


def test_funk_learns_one_factor_after_the_other():
    data, rng, rate, penalty = ratings(), np.random.default_rng(3), 0.02, 0.1
    mean = data.ratings.mean(dtype=float)
    by_item = [data.ratings[data.items == i] - mean for i in range(N_ITEMS)]
    bi = np.array([values.sum() / (5 + len(values)) for values in by_item])
    by_user = [(data.ratings - mean - bi[data.items])[data.users == u] for u in range(N_USERS)]
    bu = np.array([values.sum() / (5 + len(values)) for values in by_user])
    expected = mean + bu[:, None] + bi[None, :]
    for _ in range(2):
        order, p, q = rng.permutation(len(data)), np.full(N_USERS, 0.1), np.full(N_ITEMS, 0.1)
        for at in np.tile(order, 4):
            u, i = data.users[at], data.items[at]
            error = data.ratings[at] - (expected[u, i] + p[u] * q[i])
            p[u], q[i] = p[u] + rate * (error * q[i] - penalty * p[u]), q[i] + rate * (error * p[u] - penalty * q[i])
        expected = expected + np.outer(p, q)
    values = {"factors": 2, "epochs": 4, "learning_rate": rate, "regularization": penalty, "damping": 5}
    np.testing.assert_allclose(all_scores(fitted(FunkSVD, values))[:, RATED], expected[:-1, :-1], rtol=1e-6)


def machine(w, v, x):
    """Equation (1) of Rendle (2010) without w_0, term by term."""
    pairs = itertools.combinations(range(len(x)), 2)
    return w @ x + sum(v[j] @ v[k] * x[j] * x[k] for j, k in pairs)


def machine_parts():
    """Random weights of both sides, and the variables of user 4 and item 4 as one vector."""
    rng = np.random.default_rng(2)
    sides = (
        _variables(Side((), features=csr_matrix(USER_FEATURES)), N_USERS),
        _variables(Side((), features=csr_matrix(ITEM_FEATURES)), N_ITEMS),
    )
    w, z = (rng.normal(size=side.shape[1]) for side in sides)
    v, u = (rng.normal(size=(side.shape[1], 3)) for side in sides)
    return sides, w, v, z, u, np.concatenate([side.toarray()[4] for side in sides])


def test_features_of_a_row_sum_to_one():
    variables = _variables(Side((), features=csr_matrix(ITEM_FEATURES)), N_ITEMS).toarray()
    np.testing.assert_array_equal(variables[:, :N_ITEMS], np.eye(N_ITEMS))
    np.testing.assert_array_equal(variables[4, N_ITEMS:], [0.5, 0.5])
    np.testing.assert_array_equal(variables[7, N_ITEMS:], [0, 0])


def test_the_product_form_of_a_factorization_machine_is_equation_1():
    sides, w, v, z, u, x = machine_parts()
    (V, a), (Q, c) = _summed(sides[0], w, v), _summed(sides[1], z, u)
    expected = machine(np.concatenate([w, z]), np.concatenate([v, u]), x)
    np.testing.assert_allclose(a[4] + c[4] + V[4] @ Q[4], expected, rtol=1e-10)


def test_a_step_of_a_factorization_machine_follows_the_numeric_slope():
    """w ← w − γ ∂/∂w [½ (r − r̂)² + λ/2 ‖θ‖² over the variables that are not 0]."""
    sides, w, v, z, u, x = machine_parts()
    before = np.column_stack([np.concatenate([w, z]), np.concatenate([v, u])])

    def cost(theta):
        error = 4.0 - 3.0 - machine(theta[:, 0], theta[:, 1:], x)
        return error * error / 2 + 0.1 / 2 * (theta[x != 0] ** 2).sum()

    slopes = np.zeros_like(before)
    for place in np.ndindex(before.shape):
        nudge = np.zeros_like(before)
        nudge[place] = 1e-6
        slopes[place] = (cost(before + nudge) - cost(before - nudge)) / 2e-6
    rows = [(side.indptr, side.indices, side.data) for side in sides]
    rated = (np.array([4]), np.array([4]), np.array([4.0]))
    _pass(np.array([0]), rated, 3.0, 0.01, 0.1, *rows, w, v, z, u)
    after = np.column_stack([np.concatenate([w, z]), np.concatenate([v, u])])
    np.testing.assert_allclose(after, before - 0.01 * slopes, rtol=1e-6, atol=1e-9)


@pytest.mark.parametrize("ours", [BiasedMF, FactorizationMachine])
def test_a_new_user_is_the_ridge_solution_of_the_history(ours):
    algorithm = fitted(ours, {"factors": 3, "regularization": 0.2})
    items, stars = (0, 2, 5, 6), (1, 5, 4, 2)
    Q = algorithm.item_factors.astype(float)
    design, left = Q[list(items), :-1], np.array(stars) - algorithm.mean - Q[list(items), -1]
    x = np.linalg.solve(design.T @ design + 0.2 * 4 * np.eye(4), design.T @ left)
    expected = algorithm.mean + Q[:, -1] + Q[:, :-1] @ x
    scores = algorithm.score(question(STRANGER, items, stars))
    np.testing.assert_allclose(scores[0], expected, rtol=1e-5)
    np.testing.assert_allclose(algorithm.score(question(UNSEEN_USER, items, stars)), scores)


@pytest.mark.parametrize("ours", CLASSES[:-1])  # known users of a factorization machine also have their features
def test_a_new_user_who_rates_like_a_known_one_is_answered_nearly_alike(ours):
    data = ratings()
    many = {"epochs": 300, "factors": 2} if ours is not FunkSVD else {"epochs": 2000, "factors": 2}
    algorithm = fitted(ours, many | ({"learning_rate": 0.01} if ours is not PMF else {}), data)
    for user in range(5):
        mine = data.users == user
        known = algorithm.score(question(user))[0, RATED]
        new = algorithm.score(question(STRANGER, tuple(data.items[mine]), tuple(data.ratings[mine])))[0, RATED]
        assert np.sqrt(np.mean((known - new) ** 2)) < 0.35 * np.std(data.ratings)


@pytest.mark.parametrize("ours", CLASSES)
def test_what_a_known_user_did_later_changes_nothing(ours):
    algorithm = fitted(ours)
    np.testing.assert_array_equal(algorithm.score(question(2)), algorithm.score(question(2, (1, 3), (5, 1))))


@pytest.mark.parametrize("ours", WITH_BIASES)
def test_without_a_history_or_training_ratings_only_the_biases_are_left(ours):
    algorithm = fitted(ours)
    nobody = algorithm.score(question(STRANGER))[0]
    np.testing.assert_allclose(nobody, algorithm.mean + algorithm.item_factors[:, -1], rtol=1e-6)
    assert nobody[UNSEEN_ITEM] == pytest.approx(algorithm.mean)
    bias = algorithm.user_factors[2, -2]
    assert algorithm.score(question(2))[0, UNSEEN_ITEM] == pytest.approx(algorithm.mean + bias, rel=1e-6)


def test_pmf_answers_the_middle_of_the_scale_where_it_knows_nothing():
    algorithm = fitted(PMF)
    np.testing.assert_allclose(algorithm.score(question(STRANGER)), 3)
    np.testing.assert_allclose(algorithm.score(question(2))[0, UNSEEN_ITEM], 3)


def test_an_unseen_item_and_a_new_user_are_known_by_their_features():
    """Items 2, 3, 5 and the unseen item 8 have feature 1; all with it are rated 5, all others 1."""
    data = ratings()
    stars = np.where(ITEM_FEATURES[data.items, 1] > 0, 5, 1).astype(np.float32)
    data = Interactions(data.users, data.items, stars, None, N_USERS, N_ITEMS)
    algorithm = fitted(FactorizationMachine, {"epochs": 100}, data)
    assert algorithm.score(question(0))[0, UNSEEN_ITEM] > algorithm.score(question(0))[0, 7] + 0.5
    here = [algorithm.score(question(STRANGER, features=csr_matrix(USER_FEATURES[[group]])))[0] for group in (0, 1)]
    nobody = algorithm.score(question(STRANGER))[0]
    assert not np.allclose(here[0], here[1])
    assert not np.allclose(here[0], nobody)


def test_a_factorization_machine_needs_item_features():
    with pytest.raises(Unsupported, match="item features"):
        FactorizationMachine(FactorizationMachine.Params()).fit(training(ratings(), described=False))


@pytest.mark.parametrize("ours", CLASSES)
def test_predictions_are_the_scores_of_their_pairs(ours):
    algorithm = fitted(ours)
    query = question(4)
    items = np.array([3, 0, 8], np.int32)
    found = algorithm.predict(query, np.zeros(3, np.int64), items)
    np.testing.assert_allclose(found, algorithm.score(query)[0, items], rtol=1e-5)


@pytest.mark.parametrize("ours", [FunkSVD, BiasedMF, SVDPlusPlus, FactorizationMachine])
def test_constant_ratings_are_predicted(ours):
    algorithm = fitted(ours, {"start": 1e-3}, ratings(constant=4))
    np.testing.assert_allclose(all_scores(algorithm), 4, atol=0.01)
    np.testing.assert_allclose(algorithm.score(question(STRANGER, (0, 1), (4, 4))), 4, atol=0.01)


def test_pmf_of_constant_ratings_on_a_scale_of_one_step_is_that_rating():
    data = ratings(constant=4)
    bare = Interactions(data.users, data.items, data.ratings, None, N_USERS, N_ITEMS)
    np.testing.assert_array_equal(all_scores(fitted(PMF, data=bare)), 4)


@pytest.mark.parametrize("ours", CLASSES)
def test_more_factors_than_items_are_allowed(ours):
    algorithm = fitted(ours, {"factors": 50})
    assert np.isfinite(algorithm.score(question(STRANGER, (0, 1), (2, 5)))).all()


@pytest.mark.parametrize("ours", CLASSES)
def test_a_diverged_model_names_the_parameter_to_lower(ours):
    rate = 100 if ours is not PMF else 1e6
    with np.errstate(all="ignore"), pytest.raises(Diverged, match=f"{ours.name}.*lower learning_rate"):
        fitted(ours, {"learning_rate": rate})


@pytest.mark.parametrize("ours", CLASSES)
def test_data_without_ratings_are_refused(ours):
    data = ratings()
    with pytest.raises(Unsupported, match="ratings"):
        fitted(ours, data=Interactions(data.users, data.items, None, None, N_USERS, N_ITEMS))


@pytest.mark.parametrize("ours", CLASSES)
@pytest.mark.parametrize("scale", [None, (1, 5)])
def test_nothing_to_learn_from(ours, scale):
    pairs = np.empty(0, np.int32), np.empty(0, np.int32)
    algorithm = fitted(ours, data=Interactions(*pairs, np.empty(0, np.float32), None, N_USERS, N_ITEMS, scale=scale))
    wanted = 3 if ours is PMF and scale else 0
    features = csr_matrix(USER_FEATURES[:1])
    for query in (question(0), question(STRANGER, features=features)):
        np.testing.assert_array_equal(algorithm.score(query), np.full((1, N_ITEMS), wanted))
    told = algorithm.score(question(STRANGER, (1, 2), (5, 4)))
    assert np.isfinite(told).all()
    assert (told == told[0, 0]).all()


@pytest.mark.parametrize("ours", CLASSES)
def test_factors_that_do_not_fit_into_memory_are_refused(ours, monkeypatch):
    monkeypatch.setenv("RECMATRIX_MEMORY_LIMIT", "1000")
    with pytest.raises(Unsupported, match=r"factors needs .* of memory"):
        fitted(ours)
