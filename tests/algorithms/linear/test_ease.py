"""EASE against its formula with a full inverse, in both of its forms."""

from __future__ import annotations

from types import SimpleNamespace

import numpy as np
import psutil
import pytest

from algorithms.linear import ease
from algorithms.linear.ease import EASE, EASEParams
from bench.errors import Diverged, Unsupported
from bench.types import Interactions, Query, Side, Training

WIDE, TALL = (20, 60), (60, 20)  # many items: kept by users; many users: kept by items


def play_data(shape, seed=0) -> Interactions:
    """Random pairs; the last two items and the last user have none."""
    n_users, n_items = shape
    rng = np.random.default_rng(seed)
    chosen = rng.random((n_users - 1, n_items - 2)) < 0.2
    chosen[0] = chosen[:, 0] = True
    users, items = (axis.astype(np.int32) for axis in np.nonzero(chosen))
    return Interactions(users, items, None, None, n_users, n_items)


def questions(data: Interactions, *, known=True) -> Query:
    users = np.arange(data.n_users, dtype=np.int32) if known else np.full(data.n_users, -1, np.int32)
    return Query(np.arange(data.n_users), users, data.offsets, data.items, None, None, data.n_items)


def fitted(data, l2=5.0, threads=1):
    model = EASE(EASEParams(l2=l2), threads=threads)
    model.fit(Training(data, Side(()), Side(())))
    return model


def formula(data, l2) -> tuple[np.ndarray, np.ndarray]:
    """X and B = I − P·diag(1 / diag P) of equation 8, nothing left out."""
    X = np.zeros((data.n_users, data.n_items))
    X[data.users, data.items] = 1
    P = np.linalg.inv(X.T @ X + l2 * np.eye(data.n_items))
    return X, np.eye(data.n_items) - P @ np.diag(1 / np.diag(P))


@pytest.mark.parametrize("shape", [WIDE, TALL])
@pytest.mark.parametrize("l2", [0.5, 5.0, 500.0])
def test_formula(shape, l2):
    data = play_data(shape)
    X, B = formula(data, l2)
    found = fitted(data, l2).score(questions(data))
    assert fitted(data, l2).by_users == (shape == WIDE)
    assert found.dtype == np.float32
    np.testing.assert_allclose(found, X @ B, rtol=1e-4, atol=1e-6 * np.abs(X @ B).max())


@pytest.mark.parametrize("shape", [WIDE, TALL])
def test_inverse_larger_than_a_block(shape, monkeypatch):
    data = play_data(shape)
    wanted = fitted(data).score(questions(data))
    monkeypatch.setattr(ease, "_BLOCK", 7)
    np.testing.assert_array_equal(fitted(data).score(questions(data)), wanted)


@pytest.mark.parametrize("shape", [WIDE, TALL])
def test_other_histories_than_those_of_training(shape):
    data = play_data(shape)
    _, B = formula(data, 5.0)
    history = np.array([1, 3, shape[1] - 1, 7], np.int32)  # the third is unknown to training
    query = Query(np.array([9]), np.array([-1], np.int32), np.array([0, 4]), history, None, None, shape[1])
    found = fitted(data).score(query)[0]
    np.testing.assert_allclose(found, B[history].sum(axis=0), rtol=1e-4, atol=1e-6)
    assert (found[-2:] == 0).all()


@pytest.mark.parametrize("shape", [WIDE, TALL])
def test_reasons(shape):
    data = play_data(shape)
    _, B = formula(data, 5.0)
    query = questions(data).slice(2, 3)
    history = query.items
    item = next(j for j in range(shape[1] - 2) if j not in history and (B[history, j] > 0).sum() >= 2)
    wanted = sorted(((B[i, item], i) for i in history if B[i, item] > 0), reverse=True)
    found = fitted(data).explain(query, item, n=2)
    assert [reason.item for reason in found] == [i for _, i in wanted[:2]]
    assert [reason.weight for reason in found] == pytest.approx([w for w, _ in wanted[:2]], rel=1e-4)
    assert fitted(data).explain(query, shape[1] - 1) == []


@pytest.mark.parametrize("shape", [WIDE, TALL])
def test_strangers_order_and_repeated_pairs(shape):
    data = play_data(shape)
    wanted = fitted(data).score(questions(data))
    np.testing.assert_array_equal(fitted(data).score(questions(data, known=False)), wanted)
    twice = data.take(np.sort(np.concatenate([np.arange(len(data)), np.arange(0, len(data), 3)])))
    shuffled = twice.take(np.lexsort((np.random.default_rng(1).random(len(twice)), twice.users)))
    np.testing.assert_allclose(fitted(shuffled).score(questions(shuffled)), wanted, rtol=1e-6, atol=1e-7)


@pytest.mark.parametrize("shape", [WIDE, TALL])
def test_save_and_load(shape, tmp_path):
    data = play_data(shape)
    model = fitted(data)
    model.save(tmp_path)
    np.testing.assert_array_equal(EASE.load(tmp_path).score(questions(data)), model.score(questions(data)))


def test_second_fit_forgets_the_first():
    model = fitted(play_data(WIDE))
    data = play_data(TALL, seed=2)
    model.fit(Training(data, Side(()), Side(())))
    np.testing.assert_array_equal(model.score(questions(data)), fitted(data).score(questions(data)))
    assert model.inner.size == 0


def test_nothing_to_learn_from():
    empty = Interactions(np.empty(0, np.int32), np.empty(0, np.int32), None, None, 2, 3)
    np.testing.assert_array_equal(fitted(empty).score(questions(empty)), np.zeros((2, 3)))


@pytest.mark.parametrize(("shape", "size"), [(WIDE, 19), (TALL, 18)])
def test_refused_without_memory(shape, size, monkeypatch):
    monkeypatch.setattr(psutil, "virtual_memory", lambda: SimpleNamespace(available=1000))
    with pytest.raises(Unsupported, match=rf"{size} × {size}, needs .* of memory"):
        fitted(play_data(shape))


def test_users_are_taken_where_a_matrix_of_all_items_does_not_fit(monkeypatch):
    data = play_data((10, 15))
    by_items = fitted(data)
    monkeypatch.setattr(psutil, "virtual_memory", lambda: SimpleNamespace(available=8 * 12 * 12))
    by_users = fitted(data)
    assert (by_items.by_users, by_users.by_users) == (False, True)
    np.testing.assert_allclose(by_users.score(questions(data)), by_items.score(questions(data)), rtol=1e-4, atol=1e-6)


@pytest.mark.parametrize(("shape", "size"), [(WIDE, 19), (TALL, 18)])
def test_single_precision_where_double_does_not_fit(shape, size, monkeypatch):
    data = play_data(shape)
    double = fitted(data)
    monkeypatch.setattr(psutil, "virtual_memory", lambda: SimpleNamespace(available=4 * size * size))
    single = fitted(data)
    assert single.by_users == double.by_users == (shape == WIDE)
    wanted = double.score(questions(data))
    np.testing.assert_allclose(single.score(questions(data)), wanted, rtol=1e-4, atol=1e-5 * np.abs(wanted).max())
    assert not np.array_equal(single.score(questions(data)), wanted)
    assert single.weights.flags.c_contiguous
    with pytest.raises(Diverged, match="too small for single precision"):
        fitted(data, l2=1e-3)


def test_what_lapack_refuses_has_diverged(monkeypatch):
    monkeypatch.setattr(ease.lapack, "dpotrf", lambda matrix, **_: (matrix, 3))
    with pytest.raises(Diverged, match=r"l2 = 5 is too small for this data"):
        fitted(play_data(TALL))
