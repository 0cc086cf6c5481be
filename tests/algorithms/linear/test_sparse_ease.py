"""The sparse form of EASE against EASE, and against its rows found densely."""

from __future__ import annotations

from types import SimpleNamespace

import numpy as np
import psutil
import pytest
from dense_cases import dense, questions
from linear_cases import fitted, nothing, play_data

from algorithms.linear import sparse_ease
from algorithms.linear.ease import EASE
from algorithms.linear.sparse_ease import SparseEASE
from bench.errors import Unsupported


def factor(data, l2, k) -> np.ndarray:
    """K (n, n): for every item the last row of the inverse Cholesky factor of its part of A; ties by popularity."""
    X = dense(data)
    counts = X.sum(axis=0)
    A = X.T @ X + l2 * np.eye(data.n_items)
    order = np.argsort(-counts, kind="stable")
    K = np.zeros(A.shape)
    for row, item in enumerate(order):
        before = [j for j in order[:row] if A[item, j] > 0]
        closest = sorted(before, key=lambda j: -A[item, j] / np.sqrt(counts[j] + l2))[:k]
        chosen = [j for j in order[: row + 1] if j in closest or j == item]
        inverse = np.linalg.inv(np.linalg.cholesky(A[np.ix_(chosen, chosen)]))
        K[row, chosen] = inverse[-1]
    return K


@pytest.mark.parametrize("head", [0, 1, 6, 12_000])
@pytest.mark.parametrize("k", [1, 4, 14])
def test_rows(k, head, monkeypatch):
    monkeypatch.setattr(sparse_ease, "_HEAD", head)
    data = play_data(n_users=40, n_items=20, share=0.15)
    K = factor(data, 2.0, k)
    model = fitted(SparseEASE, data, l2=2.0, neighbours=k)
    np.testing.assert_allclose(model.factor.toarray(), K[:, model.order], rtol=1e-5, atol=1e-7)
    P = K.T @ K
    B = np.eye(len(P)) - P / np.diag(P)
    np.testing.assert_allclose(model.score(questions(data)), dense(data) @ B, rtol=1e-4, atol=1e-5)


@pytest.mark.parametrize("l2", [0.5, 50.0])
def test_with_all_items_it_is_ease(l2):
    data = play_data(share=0.6)  # so that each two items share users
    assert (dense(data)[:, :-1].T @ dense(data)[:, :-1] > 0).all()
    found = fitted(SparseEASE, data, l2=l2, neighbours=100).score(questions(data))
    np.testing.assert_allclose(found, fitted(EASE, data, l2=l2).score(questions(data)), rtol=1e-4, atol=1e-5)


def test_more_neighbours_come_nearer_to_ease():
    data = play_data(n_users=300, n_items=80)
    wanted = fitted(EASE, data, l2=5.0).score(questions(data))
    models = [fitted(SparseEASE, data, l2=5.0, neighbours=k) for k in (2, 10, 40)]
    errors = [np.abs(model.score(questions(data)) - wanted).mean() for model in models]
    assert errors[0] > errors[1] > errors[2]


def test_reasons_are_weights():
    data = play_data()
    model, query = fitted(SparseEASE, data, l2=5.0, neighbours=4), questions(data).slice(2, 3)
    K = factor(data, 5.0, 4)
    B = np.eye(data.n_items) - K.T @ K / np.diag(K.T @ K)
    item = next(j for j in range(14) if j not in query.items and (B[query.items, j] > 1e-6).sum() >= 2)
    wanted = sorted(((B[i, item], i) for i in query.items if B[i, item] > 1e-6), reverse=True)
    found = [reason for reason in model.explain(query, item, n=100) if reason.weight > 1e-6]
    assert [reason.item for reason in found] == [i for _, i in wanted]
    assert [reason.weight for reason in found] == pytest.approx([w for w, _ in wanted], rel=1e-4)
    assert model.explain(query, data.n_items - 1) == []


def test_nobody_and_nothing():
    data = play_data()
    scores = fitted(SparseEASE, data).score(questions(data))
    assert (scores[-1] == 0).all()
    assert (scores[:, -1] == 0).all()
    np.testing.assert_array_equal(fitted(SparseEASE, nothing()).score(questions(nothing())), np.zeros((2, 3)))


def test_threads_strangers_and_repeated_pairs_do_not_matter():
    data = play_data(n_users=300, n_items=600, share=0.05)
    wanted = fitted(SparseEASE, data, neighbours=10).score(questions(data))
    np.testing.assert_array_equal(fitted(SparseEASE, data, threads=3, neighbours=10).score(questions(data)), wanted)
    strangers = fitted(SparseEASE, data, neighbours=10).score(questions(data, known=False))
    np.testing.assert_array_equal(strangers, wanted)
    twice = data.take(np.sort(np.concatenate([np.arange(len(data)), np.arange(0, len(data), 3)])))
    np.testing.assert_array_equal(fitted(SparseEASE, twice, neighbours=10).score(questions(twice)), wanted)


def test_save_and_load(tmp_path):
    data = play_data()
    model = fitted(SparseEASE, data)
    model.save(tmp_path)
    np.testing.assert_array_equal(SparseEASE.load(tmp_path).score(questions(data)), model.score(questions(data)))


def test_refused_without_memory(monkeypatch):
    monkeypatch.setattr(psutil, "virtual_memory", lambda: SimpleNamespace(available=1000))
    with pytest.raises(Unsupported, match=r"of sparse-ease, 15 × 15, needs .* of memory"):
        fitted(SparseEASE, play_data())
