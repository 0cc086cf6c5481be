"""Ridge regressions that share their regressors, against the normal equations in float64."""

import numpy as np
import pytest
from scipy.sparse import csr_matrix

from algorithms.factors import least_squares
from algorithms.factors.least_squares import regressions, rotation
from bench.errors import Diverged

LENGTHS = [0, 1, 3, 24, 25, 40, 64, 100, 299]  # around the directly solved ones, and around the number of factors


def problem(factors=40, m=300, spread=0.3, targets="ones"):
    """One row of each length, 300 regressors, base and ridge that differ."""
    rng = np.random.default_rng(0)
    rows, columns = [], []
    for row, length in enumerate(LENGTHS):
        columns.extend(np.sort(rng.choice(m, length, replace=False)))
        rows.extend([row] * length)
    y = np.ones(len(rows)) if targets == "ones" else rng.normal(size=len(rows))
    histories = csr_matrix((y.astype(np.float32), (rows, columns)), (len(LENGTHS), m))
    V = rng.normal(0, spread, (m, factors)).astype(np.float32)
    return histories, V, rng.random(factors), 0.5 + rng.random(len(LENGTHS))


def normal_equations(histories, V, base, ridge):
    found = np.zeros((histories.shape[0], V.shape[1]))
    V = V.astype(np.float64)
    for row in range(histories.shape[0]):
        chosen, y = histories[row].indices, histories[row].data
        A = V[chosen].T @ V[chosen] + np.diag(base + ridge[row])
        found[row] = np.linalg.solve(A, V[chosen].T @ y)
    return found


def assert_equal_rows(found, wanted):
    """Every row within 1e-5 of its length: ten times the tolerance of the residual."""
    assert found.dtype == np.float32
    assert (np.linalg.norm(found - wanted, axis=1) <= 1e-5 * np.linalg.norm(wanted, axis=1)).all()


@pytest.mark.parametrize("targets", ["ones", "normal"])
@pytest.mark.parametrize("factors", [1, 7, 40, 130])
def test_normal_equations(factors, targets):
    data = problem(factors, targets=targets)
    assert_equal_rows(regressions(*data, threads=1), normal_equations(*data))


@pytest.mark.parametrize("factors", [8, 200])
def test_where_conjugate_gradients_do_not_get_there_it_is_solved_directly(factors):
    """With the smaller of both forms: 8 factors are fewer, 200 are more than most histories have items."""
    histories, V, base, _ = problem(factors, spread=30)
    data = histories, V, base * 0, np.full(len(LENGTHS), 1e-3)  # 10⁶ … 10⁹ times as wide as it is narrow
    wanted = normal_equations(*data)
    found = regressions(*data, threads=1)
    fitted = np.asarray(histories.multiply(found @ V.T).sum(axis=1)).ravel()
    expected = np.asarray(histories.multiply(wanted @ V.T).sum(axis=1)).ravel()
    np.testing.assert_allclose(fitted, expected, rtol=1e-3)


def test_a_guess_changes_the_way_and_not_the_answer():
    data = problem()
    wanted = normal_equations(*data)
    guess = np.random.default_rng(1).normal(size=wanted.shape).astype(np.float32)
    before = guess.copy()
    assert_equal_rows(regressions(*data, threads=1, start=guess), wanted)
    np.testing.assert_array_equal(guess, before)


def test_a_rows_answer_depends_neither_on_the_other_rows_nor_on_threads(monkeypatch):
    histories, V, base, ridge = problem()
    together = regressions(histories, V, base, ridge, threads=1)
    monkeypatch.setattr(least_squares, "_BLOCK", 2)
    np.testing.assert_array_equal(regressions(histories, V, base, ridge, threads=3), together)
    alone = [regressions(histories[[row]], V, base, ridge[[row]], threads=1)[0] for row in range(len(LENGTHS))]
    np.testing.assert_array_equal(np.array(alone), together)


def test_no_rows_and_targets_of_zero():
    histories, V, base, ridge = problem()
    assert regressions(histories[:0], V, base, ridge[:0], threads=1).shape == (0, 40)
    guess = np.ones((len(LENGTHS), 40), np.float32)
    assert_equal_rows(regressions(0 * histories, V, base, ridge, threads=1, start=guess), 0 * guess)


def test_squares_beyond_float32():
    """With so little regularization a history shorter than the number of factors is fitted exactly."""
    histories, V, base, ridge = problem(spread=1e30)
    short = histories[:5]
    fitted = short.multiply(regressions(short, V, base, ridge[:5], threads=1) @ V.T)
    np.testing.assert_allclose(fitted.tocsr().data, short.data, rtol=1e-4)


def test_numbers_beyond_float32():
    histories, V, base, ridge = problem()
    V = np.clip(V, -1, 1) * np.float32(3e38)
    with pytest.raises(Diverged, match=r"\d of 9 .* raise regularization"):
        regressions(histories, V, base, ridge, threads=1)
    with pytest.raises(Diverged, match="lower init_std"):
        rotation(np.full((2, 3), np.inf, np.float32), 0.1)


def test_rotation_makes_the_gram_matrix_diagonal():
    V = problem(factors=6)[1]
    Q, b = rotation(V, 0.3)
    np.testing.assert_allclose(Q.T @ Q, np.eye(6), atol=1e-6)
    np.testing.assert_allclose(0.3 * (V @ Q).T @ (V @ Q), np.diag(b), atol=1e-5 * b.max())
