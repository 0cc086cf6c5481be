"""BPR and logistic matrix factorization with samplers of our own, by hand and against their objectives."""

import numpy as np
import pytest
from gradient_cases import STRANGER, question, training

from algorithms.factors.bpr_mf import BPRMF
from algorithms.factors.sampled_logistic import SampledLogisticMF
from bench.errors import Diverged, Unsupported
from bench.types import Interactions

CLASSES = [BPRMF, SampledLogisticMF]
SMALL = {"epochs": 100, "factors": 6}


def likes(pairs, n_users, n_items) -> Interactions:
    users, items = (np.array(column, np.int32) for column in zip(*sorted(pairs), strict=True))
    return Interactions(users, items, None, None, n_users, n_items)


def board() -> Interactions:
    """Even users have even items only, odd users odd ones; the last item and the last user have nothing."""
    met = np.random.default_rng(0).random((30, 20)) < 0.7
    return likes([(u, i) for u, i in zip(*np.nonzero(met), strict=True) if u % 2 == i % 2], 31, 21)


def fitted(ours, data, seed=3, **values):
    algorithm = ours(ours.Params(**values), seed=seed)
    algorithm.fit(training(data, described=False))
    return algorithm


def starts(rng, n_users, n_items, columns):
    return tuple(rng.normal(0, 0.1, (n, columns)) for n in (n_users, n_items))


def test_a_bpr_step_by_hand():
    """One user who has item 0 of two: the only triple is (0, 0, 1), drawn once per epoch."""
    x, y = starts(np.random.default_rng(3), 1, 2, 2)
    x, bias, rate, penalty = x[0], np.zeros(2), 0.5, 0.1
    for _ in range(4):
        slope = 1 / (1 + np.exp(bias[0] - bias[1] + x @ (y[0] - y[1])))
        bias += rate * (slope * np.array([1, -1]) - penalty * bias)
        moved = x + rate * (slope * (y[0] - y[1]) - penalty * x)
        y = y + rate * (slope * np.outer([1, -1], x) - penalty * y)
        x = moved
    algorithm = fitted(BPRMF, likes([(0, 0)], 1, 2), factors=2, epochs=4, learning_rate=rate, regularization=penalty)
    np.testing.assert_allclose(algorithm.user_factors[0], [*x, 1], rtol=1e-5)
    np.testing.assert_allclose(algorithm.item_factors[0], [*y[0], bias[0]], rtol=1e-5)
    assert algorithm.score(question(0, n_items=2))[0, 0] == pytest.approx(x @ y[0] + bias[0], rel=1e-5)


def test_bpr_draws_only_what_a_user_does_not_have():
    """User 0 lacks item 2, user 1 lacks item 0: without a penalty every step raises one bias and lowers another."""
    data = likes([(0, 0), (0, 1), (1, 1), (1, 2)], 2, 3)
    bias = fitted(BPRMF, data, epochs=50, regularization=0.0).item_factors[:, -1]
    assert bias.sum() == pytest.approx(0, abs=1e-4)
    assert bias[1] > 0 > max(bias[0], bias[2])


@pytest.mark.parametrize("ours", CLASSES)
def test_a_user_who_has_everything_does_not_stop_the_sampler(ours):
    algorithm = fitted(ours, likes([(0, 0), (0, 1), (0, 2), (1, 0)], 2, 3), **SMALL)
    assert np.isfinite(algorithm.score(question(0, n_items=3))).all()
    if ours is BPRMF:  # there is no triple of this user
        start = np.random.default_rng(3).normal(0, 0.1, (2, 6))
        np.testing.assert_allclose(algorithm.user_factors[0, :-1], start[0], rtol=1e-6)


@pytest.mark.parametrize("ours", CLASSES)
def test_nothing_to_learn_from(ours):
    nothing = Interactions(np.empty(0, np.int32), np.empty(0, np.int32), None, None, 2, 3)
    algorithm = fitted(ours, nothing)
    for query in (question(0, n_items=3), question(STRANGER, (1,), n_items=3)):
        assert np.isnan(algorithm.score(query)).all()


def test_logistic_steps_by_hand():
    """One user who has item 0 of two: the positive step, then two steps for item 1, with Adagrad."""
    x, y = starts(np.random.default_rng(3), 1, 2, 4)
    x = x[0]
    x[-2:], y[:, -2:] = (0, 1), (1, 0)
    x_sums, y_sums, rate, penalty, alpha = np.zeros(4), np.zeros((2, 4)), 0.3, 0.1, 2.0
    for _ in range(3):
        for item, label, weight in ((0, 1, alpha), (1, 0, 1), (1, 0, 1)):
            slope = weight * (label - 1 / (1 + np.exp(-x @ y[item])))
            x_change, y_change = slope * y[item] - penalty * x, slope * x - penalty * y[item]
            x_change[-1], y_change[-2] = 0, 0
            x_sums += x_change**2
            y_sums[item] += y_change**2
            x = x + rate * x_change / np.sqrt(x_sums + 1e-8)
            y[item] += rate * y_change / np.sqrt(y_sums[item] + 1e-8)
    values = {"factors": 2, "epochs": 3, "learning_rate": rate, "regularization": penalty, "alpha": alpha}
    algorithm = fitted(SampledLogisticMF, likes([(0, 0)], 1, 2), negatives=2, **values)
    np.testing.assert_allclose(algorithm.user_factors[0], x, rtol=1e-4)
    np.testing.assert_allclose(algorithm.item_factors[0], y[0], rtol=1e-4)


def gain(algorithm, person, liked):
    """What a new user's factors maximize, written out pair by pair or item by item."""
    Q, options = algorithm.item_factors.astype(float), algorithm.params
    s, others = Q @ person, [item for item in algorithm.panel if item not in liked]
    if isinstance(algorithm, BPRMF):
        pairs = sum(np.log(1 / (1 + np.exp(s[j] - s[i]))) for i in liked for j in others) / len(others)
        return pairs - options.regularization * len(liked) / 2 * (person[:-1] @ person[:-1])
    share = options.negatives * len(liked) / len(others)
    sums = options.alpha * sum(np.log(1 / (1 + np.exp(-s[i]))) for i in liked)
    sums += share * sum(np.log(1 / (1 + np.exp(s[j]))) for j in others)
    penalty = options.regularization * len(liked) * (1 + options.negatives)
    return sums - penalty / 2 * (person[:-1] @ person[:-1])


@pytest.mark.parametrize("ours", CLASSES)
def test_a_new_user_maximizes_the_objective(ours):
    algorithm, liked = fitted(ours, board(), **SMALL), np.array([0, 4, 7], np.int32)
    person = algorithm._folded(liked, np.setdiff1d(algorithm.panel, liked))
    best, rng = gain(algorithm, person, liked), np.random.default_rng(0)
    for _ in range(20):
        step = np.append(rng.normal(0, 0.01, len(person) - 1), 0)
        assert gain(algorithm, person + step, liked) < best


@pytest.mark.parametrize("ours", CLASSES)
def test_known_and_new_users_prefer_their_colour(ours):
    """Two factors cannot learn by heart who lacks what."""
    algorithm = fitted(ours, board(), epochs=100, factors=2)
    for query in (question(0, n_items=21), question(STRANGER, (2, 6, 8), n_items=21), question(30, (2, 6), n_items=21)):
        scores = algorithm.score(query)[0, :20]
        assert np.mean(scores[::2, None] > scores[None, 1::2]) > 0.95  # of all pairs; 0.5 is chance


@pytest.mark.parametrize("ours", CLASSES)
def test_an_empty_history_gets_the_item_biases(ours):
    algorithm = fitted(ours, board(), **SMALL)
    scores = algorithm.score(question(STRANGER, n_items=21))[0]
    np.testing.assert_array_equal(scores, algorithm.item_factors[:, -1])


@pytest.mark.parametrize("ours", CLASSES)
def test_an_item_without_training_cannot_be_scored_and_says_nothing_in_a_history(ours):
    algorithm = fitted(ours, board(), **SMALL)
    scores = algorithm.score(question(STRANGER, (2, 20), n_items=21))
    assert np.isnan(scores[0, 20])
    np.testing.assert_array_equal(scores, algorithm.score(question(STRANGER, (2,), n_items=21)))


def test_a_diverged_model_names_the_parameter_to_lower():
    with np.errstate(all="ignore"), pytest.raises(Diverged, match=r"bpr-mf.*lower learning_rate"):
        fitted(BPRMF, board(), learning_rate=1e6, regularization=10.0)


def test_adagrad_keeps_the_numbers_finite_at_the_highest_rate():
    """No step is longer than the learning rate."""
    scores = fitted(SampledLogisticMF, board(), learning_rate=1e6, regularization=10.0).score(question(0, n_items=21))
    assert np.isfinite(scores[0, :20]).all()


@pytest.mark.parametrize("ours", CLASSES)
def test_factors_that_do_not_fit_into_memory_are_refused(ours, monkeypatch):
    monkeypatch.setenv("RECMATRIX_MEMORY_LIMIT", "1000")
    with pytest.raises(Unsupported, match=r"factors needs .* of memory"):
        fitted(ours, board())
