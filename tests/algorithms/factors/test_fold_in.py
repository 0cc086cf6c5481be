"""Factors of a new user against closed forms, scikit-learn and numeric slopes."""

import numpy as np
import pytest
from sklearn.linear_model import LogisticRegression

from algorithms.factors.fold_in import fold_in, log_loss, squares, squares_of_chances

LOSSES = [squares, log_loss, squares_of_chances]
RNG = np.random.default_rng(1)
DESIGN, OFFSETS, WEIGHTS = RNG.normal(size=(40, 4)), RNG.normal(size=40), RNG.random(40) + 0.5
LABELS = (RNG.random(40) < 0.4).astype(float)


@pytest.mark.parametrize("loss", LOSSES)
def test_slopes_are_those_of_the_loss(loss):
    s, t, step = np.linspace(-3, 3, 13), np.linspace(0, 1, 13), 1e-6
    numeric = (loss(s + step, t)[0] - loss(s - step, t)[0]) / (2 * step)
    np.testing.assert_allclose(loss(s, t)[1], numeric, rtol=1e-6, atol=1e-9)


def test_squared_errors_give_the_ridge_solution():
    x = fold_in(squares, DESIGN, OFFSETS, LABELS, WEIGHTS, 0.7)
    gram = DESIGN.T @ (WEIGHTS[:, None] * DESIGN) + 0.7 * np.eye(4)
    np.testing.assert_allclose(x, np.linalg.solve(gram, DESIGN.T @ (WEIGHTS * (LABELS - OFFSETS))), rtol=1e-10)


def test_log_loss_gives_logistic_regression():
    x = fold_in(log_loss, DESIGN, np.zeros(40), LABELS, WEIGHTS, 0.7)
    theirs = LogisticRegression(C=1 / 0.7, fit_intercept=False, tol=1e-10, max_iter=1000)
    expected = theirs.fit(DESIGN, LABELS, sample_weight=WEIGHTS).coef_[0]
    np.testing.assert_allclose(x, expected, rtol=1e-5)


@pytest.mark.parametrize("loss", LOSSES)
def test_at_the_solution_the_slope_is_zero(loss):
    x = fold_in(loss, DESIGN, OFFSETS, LABELS, WEIGHTS, 0.7)
    slope = DESIGN.T @ (WEIGHTS * loss(DESIGN @ x + OFFSETS, LABELS)[1]) + 0.7 * x
    start = DESIGN.T @ (WEIGHTS * loss(OFFSETS, LABELS)[1])
    assert np.linalg.norm(slope) < 1e-6 * np.linalg.norm(start)


def test_an_empty_history_has_no_factors():
    none = np.empty(0)
    np.testing.assert_array_equal(fold_in(log_loss, np.empty((0, 3)), none, none, none, 1.0), np.zeros(3))


def test_fewer_rows_than_factors_without_penalty_give_finite_factors_that_fit():
    x = fold_in(squares, DESIGN[:2], np.zeros(2), np.array([1.0, -1.0]), np.ones(2), 0.0)
    np.testing.assert_allclose(DESIGN[:2] @ x, [1, -1], rtol=1e-4)


def test_labels_that_can_be_told_apart_do_not_run_away():
    """Without a penalty the best weights of separable data are infinite."""
    x = fold_in(log_loss, np.array([[100.0], [-100.0]]), np.zeros(2), np.array([1.0, 0.0]), np.ones(2), 0.0)
    assert np.isfinite(x).all()
    assert x[0] > 0
