"""XᵀX and what follows from its inverse, against NumPy."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.sparse import csr_matrix

from algorithms.linear.gram import gram, mirror, weights_from_inverse


@pytest.mark.parametrize("kind", [np.float32, np.float64])
@pytest.mark.parametrize("threads", [1, 3])
@pytest.mark.parametrize("shape", [(40, 700), (700, 40), (5, 1), (3, 0)])
def test_products(shape, threads, kind):
    X = (np.random.default_rng(0).random(shape) < 0.1).astype(np.float32)
    found = gram(csr_matrix(X), kind, threads)
    assert found.dtype == kind
    assert found.flags.f_contiguous
    np.testing.assert_array_equal(found, np.tril(X.T @ X))
    mirror(found)
    np.testing.assert_array_equal(found, X.T @ X)


def test_unsorted_rows():
    X = csr_matrix((np.ones(4, np.float32), np.array([2, 0, 1, 0]), np.array([0, 2, 4])), shape=(2, 3))
    np.testing.assert_array_equal(gram(X, np.float64, 1), [[2, 0, 0], [1, 1, 0], [1, 0, 1]])
    np.testing.assert_array_equal(X.indices, [2, 0, 1, 0])  # as it was


@pytest.mark.parametrize("n", [1, 64, 150])
@pytest.mark.parametrize("in_place", [False, True])
def test_weights(n, in_place):
    rng = np.random.default_rng(1)
    P = rng.random((n, n))
    P = np.asfortranarray(P + P.T)
    wanted = -P / np.diag(P)
    np.fill_diagonal(wanted, 0)
    lower = np.asfortranarray(np.tril(P))
    out = lower.T if in_place else np.full((n, n), np.nan)
    weights_from_inverse(lower, out)
    np.testing.assert_allclose(out, wanted, rtol=1e-12)
