"""Vectors on the axes along which they differ most, against a singular value decomposition."""

import numpy as np
import pytest

from algorithms.principal_axes import on_principal_axes

V = np.random.default_rng(1).normal(size=(30, 8)).astype(np.float32) * np.geomspace(5, 0.1, 8, dtype=np.float32)
V[4] = 0


@pytest.mark.parametrize("k", [1, 3, 7])
def test_angles_are_those_of_the_truncated_decomposition(k):
    found = on_principal_axes(V, k)
    U, s, _ = np.linalg.svd(V, full_matrices=False)
    expected = U[:, :k] * s[:k]
    expected /= np.maximum(np.linalg.norm(expected, axis=1, keepdims=True), 1e-6)
    assert found.shape == (30, k)
    assert found.dtype == np.float32
    np.testing.assert_allclose(found @ found.T, expected @ expected.T, rtol=1e-3, atol=1e-4)


def test_lengths():
    lengths = np.linalg.norm(on_principal_axes(V, 3), axis=1)
    np.testing.assert_allclose(np.delete(lengths, 4), 1, rtol=1e-5)
    assert lengths[4] == 0


def test_short_vectors_stay_as_they_are():
    assert on_principal_axes(V, 8) is V
    assert on_principal_axes(V[:, :0], 8).shape == (30, 0)
