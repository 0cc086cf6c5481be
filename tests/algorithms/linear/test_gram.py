"""XᵀX and what follows from its inverse, against NumPy."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.sparse import csr_matrix

from algorithms.linear.gram import gram
from algorithms.linear.in_place import mirror, narrowed, weights_from_inverse


@pytest.mark.parametrize("kind", [np.float32, np.float64])
@pytest.mark.parametrize("threads", [1, 3])
@pytest.mark.parametrize("shape", [(90, 700), (700, 90), (5, 1), (3, 0)])
def test_products(shape, threads, kind):
    rng = np.random.default_rng(0)
    X = (rng.random(shape) < 0.3 * rng.random(shape[1]) ** 3).astype(np.float32)  # some columns are popular, most rare
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


@pytest.mark.parametrize("n", [1, 64, 300])
@pytest.mark.parametrize("kind", [np.float32, np.float64])
def test_weights(n, kind):
    rng = np.random.default_rng(1)
    P = rng.random((n, n)).astype(kind)
    P = P + P.T
    wanted = -P / np.diag(P)
    np.fill_diagonal(wanted, 0)
    found = weights_from_inverse(np.asfortranarray(np.tril(P)))
    assert found.dtype == np.float32
    assert found.flags.c_contiguous
    np.testing.assert_allclose(found, wanted, rtol=1e-6)


@pytest.mark.parametrize("order", ["C", "F"])
@pytest.mark.parametrize("shape", [(0, 0), (1, 1), (300, 301)])
def test_narrowed_in_its_own_place(shape, order):
    values = np.asarray(np.random.default_rng(2).random(shape), order=order)
    wanted = values.astype(np.float32)
    found = narrowed(values)
    np.testing.assert_array_equal(found, wanted)
    assert found.dtype == np.float32
    assert found.size == 0 or found.ctypes.data == values.ctypes.data
