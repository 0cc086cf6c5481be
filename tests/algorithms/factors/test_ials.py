"""iALS against its normal equations, against implicit's exact solver, and on its edges."""

import numpy as np
import pytest
from implicit.cpu.als import AlternatingLeastSquares
from small_histories import (
    KNOWN,
    N_ITEMS,
    N_USERS,
    UNSEEN_ITEMS,
    UNSEEN_USER,
    nothing,
    play_data,
    questions,
    strangers,
    training,
)

from algorithms.factors.ials import IALS, IALSParams
from bench.errors import Diverged, Unsupported


def fitted(data=None, seed=3, threads=1, **params):
    model = IALS(IALSParams(**params), seed=seed, threads=threads)
    model.fit(training(play_data() if data is None else data))
    return model


def solved(X, others, p):
    """One half-step by the normal equations; rows and others without interactions do not count."""
    known = (X.sum(axis=0) > 0).sum()
    found = np.zeros((len(X), p.factors))
    for row in np.flatnonzero(X.sum(axis=1)):
        chosen = others[X[row] > 0]
        ridge = p.regularization * (len(chosen) + p.unobserved_weight * known) ** p.frequency_exponent
        A = chosen.T @ chosen + p.unobserved_weight * others.T @ others + ridge * np.eye(p.factors)
        found[row] = np.linalg.solve(A, chosen.sum(axis=0))
    return found


@pytest.mark.parametrize(
    "params",
    [
        {"factors": 4, "epochs": 3},
        {"factors": 30, "epochs": 2, "frequency_exponent": 0.0, "regularization": 0.5},
        {"factors": 70, "epochs": 2, "frequency_exponent": 0.5, "unobserved_weight": 0.0},  # more factors than items
        {"factors": 5, "epochs": 1, "init_std": 2.0, "unobserved_weight": 1.0},
    ],
)
def test_alternating_normal_equations(params):
    data, p = play_data(), IALSParams(**params)
    X = data.matrix().toarray()
    V = np.random.default_rng(3).normal(0, p.init_std / np.sqrt(p.factors), (N_ITEMS, p.factors))
    V[UNSEEN_ITEMS] = 0
    for _ in range(p.epochs):
        V = solved(X.T, solved(X, V, p), p)
    wanted = solved(X, V, p) @ V.T
    found = fitted(data, **params).score(questions(data))
    assert found.dtype == np.float32
    np.testing.assert_allclose(found[:, KNOWN], wanted[:, KNOWN], rtol=1e-3, atol=1e-4 * wanted.max())
    assert np.isnan(found[:, UNSEEN_ITEMS]).all()
    assert (found[UNSEEN_USER, KNOWN] == 0).all()


def test_same_as_implicits_exact_solver():
    """With ν = 0 the objective is theirs in other units: s = s' / (1 + α₀), confidence (1 + α₀) / α₀."""
    data, weight, ridge = play_data(), 0.25, 0.1
    model = fitted(
        data, factors=6, epochs=5, unobserved_weight=weight, regularization=ridge, frequency_exponent=0.0, init_std=1.0
    )
    first = np.random.default_rng(3).normal(0, 1 / np.sqrt(6), (N_ITEMS, 6))
    first[UNSEEN_ITEMS] = 0
    ratio = (1 + weight) / weight
    theirs = AlternatingLeastSquares(
        6, regularization=ridge * ratio, alpha=ratio, iterations=5, use_cg=False, num_threads=1, dtype=np.float64
    )
    theirs.item_factors = first * np.sqrt(1 + weight)
    theirs.fit(data.matrix().astype(np.float64), show_progress=False)
    users = theirs.recalculate_user(np.arange(N_USERS), data.matrix().astype(np.float64))
    wanted = users @ theirs.item_factors.T / (1 + weight)
    found = model.score(questions(data))
    np.testing.assert_allclose(found[:, KNOWN], wanted[:, KNOWN], rtol=1e-3, atol=1e-4 * wanted.max())


def test_known_and_new_users_are_served_from_the_history():
    data = play_data()
    model = fitted(data)
    mine = data.items[data.offsets[20] : data.offsets[21]].tolist()
    known = model.score(questions(data))[20]
    stranger, twice, nobody = model.score(strangers(mine, [*mine, *mine], []))
    np.testing.assert_array_equal(twice, stranger)
    np.testing.assert_allclose(stranger, known, rtol=1e-4, atol=1e-6)
    assert (nobody[KNOWN] == 0).all()


def test_reasons_add_up_to_the_score():
    model = fitted(factors=8)
    history = [1, 4, 9, 22, 40]
    query = strangers(history)
    reasons = model.explain(query, 7, 5)
    assert {reason.item for reason in reasons} <= set(history)
    weights = [reason.weight for reason in reasons]
    assert weights == sorted(weights, reverse=True)
    shares = {reason.item: reason.weight for item in range(48) for reason in model.explain(query, item, 5)}
    assert set(shares) == set(history)
    item = next(i for i in range(48) if len(model.explain(query, i, 5)) == 5)  # nothing speaks against it
    total = sum(reason.weight for reason in model.explain(query, item, 5))
    assert total == pytest.approx(model.score(query)[0, item], rel=1e-4)
    assert len(model.explain(query, item, 2)) == 2
    assert model.explain(strangers([]), item) == []
    assert model.explain(query, UNSEEN_ITEMS[0]) == []


def test_threads_and_seeds():
    data = play_data()
    wanted = fitted(data).score(questions(data))
    np.testing.assert_array_equal(fitted(data, threads=2).score(questions(data)), wanted)
    assert not np.allclose(fitted(data, seed=4).score(questions(data)), wanted, rtol=1e-3, equal_nan=True)


def test_nothing_to_learn_from():
    assert np.isnan(fitted(nothing()).score(questions(nothing()))).all()


def test_refused_without_memory(monkeypatch):
    monkeypatch.setattr("bench.memory.available", lambda: 1000)
    with pytest.raises(Unsupported, match=r"ials with 64 factors needs .* of memory"):
        fitted()


@pytest.mark.filterwarnings("ignore:overflow")  # it is asked for
def test_divergence_names_a_parameter(monkeypatch):
    data = play_data()
    monkeypatch.setattr(np.random, "default_rng", lambda seed: _Huge())
    with pytest.raises(Diverged, match="lower init_std"):
        fitted(data)


class _Huge:
    """First factors that no bound of init_std allows, infinite in float32."""

    def normal(self, mean, std, shape):
        return np.full(shape, 1e300)
