"""ADMM-SLIM against the minimum that it looks for, and round by round against the formulas."""

from __future__ import annotations

import tracemalloc
from types import SimpleNamespace

import numpy as np
import psutil
import pytest
from dense_cases import dense, questions
from linear_cases import fitted, nothing, play_data

from algorithms.linear.admm_slim import ADMMSLIM
from algorithms.linear.ease import EASE
from algorithms.linear.slim import SLIM
from bench.errors import Unsupported

CONVERGED = {"epochs": 10_000, "tolerance": 1e-9, "rho": 20.0}


@pytest.mark.parametrize("positive", [True, False])
@pytest.mark.parametrize("rounds", [1, 2, 7])
def test_rounds(rounds, positive):
    """The formulas of the docstring, with a full inverse and XᵀX itself."""
    data, l1, l2, rho = play_data(), 2.0, 5.0, 30.0
    G = dense(data)[:, :-1].T @ dense(data)[:, :-1]  # the last item has no interactions
    P = np.linalg.inv(G + (l2 + rho) * np.eye(len(G)))
    C, multipliers = np.zeros(G.shape), np.zeros(G.shape)
    for _ in range(rounds):
        B = P @ (G + rho * C - multipliers)
        B = B - P @ np.diag(np.diag(B) / np.diag(P))
        C = B + multipliers / rho
        C = np.sign(C) * np.maximum(np.abs(C) - l1 / rho, 0)
        C = np.maximum(C, 0) if positive else C
        multipliers = multipliers + rho * (B - C)
    model = fitted(ADMMSLIM, data, l1=l1, l2=l2, rho=rho, epochs=rounds, tolerance=0.0, positive=positive)
    found = model.weights.toarray()
    np.testing.assert_allclose(found[:-1, :-1], C, rtol=1e-5, atol=1e-7)
    assert (found[-1] == 0).all()
    assert (found[:, -1] == 0).all()


@pytest.mark.parametrize("positive", [True, False])
def test_fixed_point(positive):
    """Where C_ij ≠ 0 the slope of the smooth part is −λ₁·sign C_ij, elsewhere it cannot pay for the penalty."""
    data, l1, l2 = play_data(), 2.0, 5.0
    X = dense(data)
    C = fitted(ADMMSLIM, data, l1=l1, l2=l2, positive=positive, **CONVERGED).weights.toarray()
    slope = X.T @ (X @ C - X) + l2 * C
    off = ~np.eye(len(C), dtype=bool)
    np.testing.assert_allclose(slope[C != 0], -l1 * np.sign(C[C != 0]), rtol=1e-3)
    at_zero = slope[(C == 0) & off]
    assert (at_zero >= -l1 * 1.001).all()
    assert positive or (at_zero <= l1 * 1.001).all()
    assert positive == (C >= 0).all()
    assert (np.diag(C) == 0).all()


def test_the_same_minimum_as_slim():
    data, alpha, ratio = play_data(), 0.02, 0.2
    slim = fitted(SLIM, data, alpha=alpha, l1_ratio=ratio, tolerance=1e-12, epochs=10_000)
    l1, l2 = data.n_users * alpha * ratio, data.n_users * alpha * (1 - ratio)
    admm = fitted(ADMMSLIM, data, l1=l1, l2=l2, **CONVERGED)
    np.testing.assert_allclose(admm.weights.toarray(), slim.weights.toarray(), rtol=1e-4, atol=1e-6)


def test_without_penalty_of_absolute_values_it_is_ease():
    data = play_data()
    admm = fitted(ADMMSLIM, data, l1=0.0, l2=5.0, positive=False, **CONVERGED)
    wanted = fitted(EASE, data, l2=5.0).score(questions(data))
    np.testing.assert_allclose(admm.score(questions(data)), wanted, rtol=1e-4, atol=1e-6)


def test_rounds_end_when_the_two_forms_agree():
    data = play_data()
    few = fitted(ADMMSLIM, data, rho=20.0, tolerance=1e-3, epochs=10_000).weights.toarray()
    many = fitted(ADMMSLIM, data, rho=20.0, tolerance=1e-9, epochs=10_000).weights.toarray()
    assert 0 < np.abs(few - many).max() <= 0.01 * many.max()


def test_nobody_and_nothing():
    data = play_data()
    scores = fitted(ADMMSLIM, data).score(questions(data))
    assert (scores[-1] == 0).all()
    np.testing.assert_array_equal(fitted(ADMMSLIM, nothing()).score(questions(nothing())), np.zeros((2, 3)))


def test_save_and_load(tmp_path):
    data = play_data()
    model = fitted(ADMMSLIM, data)
    model.save(tmp_path)
    np.testing.assert_array_equal(ADMMSLIM.load(tmp_path).score(questions(data)), model.score(questions(data)))


@pytest.mark.parametrize(("positive", "l1"), [(True, 5.0), (False, 0.0)])
def test_no_more_memory_is_taken_than_is_required(monkeypatch, positive, l1):
    asked = []
    monkeypatch.setattr("bench.memory.require", lambda needed, what: asked.append(needed))
    data = play_data(n_users=200, n_items=601)
    fitted(ADMMSLIM, play_data(), epochs=1)  # compiled, and BLAS has its buffers
    tracemalloc.start()
    fitted(ADMMSLIM, data, epochs=3, tolerance=0.0, positive=positive, l1=l1)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert 0.5 * max(asked) < peak <= max(asked)


def test_refused_without_memory(monkeypatch):
    monkeypatch.setattr(psutil, "virtual_memory", lambda: SimpleNamespace(available=1000))
    with pytest.raises(Unsupported, match=r"of ADMM-SLIM, 14 × 14, needs .* of memory"):
        fitted(ADMMSLIM, play_data())
