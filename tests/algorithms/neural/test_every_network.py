"""What every neural model must do, found by the registry: overfit, resume after a kill, survive the smallest data.

That training twice with one seed is bit-equal, that saved models answer the same, and that an absurd learning rate is
`Diverged`, is checked for all algorithms in tests/conformance.
"""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from neural_data import board, training
from scipy.sparse import csr_matrix

from bench.algorithm import Algorithm, Can, Needs
from bench.errors import Unsupported
from bench.registry import create, entries
from bench.splits.questions import held_out
from bench.types import HeldOut, Hidden, Interactions, Query, Training
from bench.validation import ndcg_on, rmse_on

NAMES = [name for name, entry in entries().items() if entry.target.startswith("algorithms.neural.")]
USERS, ITEMS = 10, 40
QUICK: dict[str, Any] = {"learning_rate": 0.02, "regularization": 0.0, "epochs": 150, "batch_size": 16}


def described(data: Interactions, validation: Interactions | None = None, **more: Any) -> Training:
    """Training in which every item knows whether its number is even."""
    plain = training(data, validation, **more)
    kinds = csr_matrix(np.eye(2, dtype=np.float32)[np.arange(data.n_items) % 2])
    return replace(plain, items=replace(plain.items, features=kinds, feature_names=("even", "odd")))


class Killed(Exception):
    """The attempt ends here."""


def model(name: str, **params: Any) -> Algorithm[Any]:
    """With every kind of dropout off, so that all can be learnt by heart."""
    fields = type(create(name)).Params.model_fields
    off = {field: 0.0 for field in fields if "dropout" in field}
    return create(name, **{**off, **params})


def rated(data: Interactions) -> Interactions:
    """The same with 5 stars for items of the user's kind and 1 for others, in halves by the item."""
    stars = np.where((data.users + data.items) % 2 == 0, 5, 1) - (data.items % 3) / 2
    return replace(data, ratings=np.maximum(stars, 1).astype(np.float32), scale=(1.0, 5.0))


def ten_users() -> Interactions:
    """Ten users with four items each that nobody else has."""
    users = np.repeat(np.arange(USERS, dtype=np.int32), 4)
    return rated(Interactions(users, np.arange(ITEMS, dtype=np.int32), None, None, USERS, ITEMS))


def by_heart(data: Interactions, in_order: bool) -> HeldOut:
    """Whether the items of the history are the best ones, or the last item is after the others; nothing is hidden."""
    last = np.append(data.users[1:] != data.users[:-1], True)
    asked = held_out(data.take(~last), data.take(last)) if in_order else held_out(data, data)
    return replace(asked, hidden=Hidden(np.zeros(len(asked) + 1, np.int64), np.empty(0, np.int32)))


@pytest.mark.parametrize("name", NAMES)
def test_it_learns_ten_users_by_heart(name: str) -> None:
    """NDCG 1 on what was learnt; for models of ratings, a squared error of nearly nothing at the end of training."""
    data, algorithm, losses = ten_users(), model(name, **QUICK), list[float]()
    algorithm.fit(described(data, report=lambda epoch, **values: losses.append(values["loss"])))
    if Can.PREDICT_RATINGS in algorithm.can:
        assert losses[-1] < 0.05 * data.known_ratings.var()
        if Can.SERVE_NEW_USERS not in algorithm.can:  # otherwise it has learnt from parts of these histories only
            error = rmse_on(algorithm.predict, held_out(data, data))
            assert error is not None
            assert error < 0.2 * data.known_ratings.std()
    else:
        assert ndcg_on(algorithm.score, by_heart(data, Needs.ORDER in algorithm.needs), k=4) == pytest.approx(1)


def scores(algorithm: Algorithm[Any], data: Interactions) -> Any:
    """Of all users of `data`, with their histories."""
    return algorithm.score(held_out(data, data).query)


@pytest.mark.parametrize("name", NAMES)
def test_a_killed_training_goes_on_to_the_same_weights(name: str, tmp_path: Path) -> None:
    first, second = (rated(part) for part in board())

    def report(epoch: int, **values: float) -> None:
        if epoch == 2:
            raise Killed

    def task(**more: Any) -> Training:
        return described(first, second, **more)

    undisturbed, killed, resumed = (create(name, epochs=4, batch_size=32) for _ in range(3))
    undisturbed.fit(task())
    with pytest.raises(Killed):
        killed.fit(task(scratch=tmp_path, report=report))
    assert any(path.is_file() for path in tmp_path.rglob("*"))
    heard: list[int] = []
    resumed.fit(task(scratch=tmp_path, report=lambda epoch, **values: heard.append(epoch)))
    np.testing.assert_array_equal(scores(resumed, first), scores(undisturbed, first))
    assert not any(path.is_file() for path in tmp_path.rglob("*")), "a checkpoint is left behind"


SMALLEST = {
    "users with one item": [(0, 0), (1, 1), (2, 0), (3, 2)],
    "a catalogue of one item": [(0, 0), (1, 0), (2, 0)],
    "items never seen": [(0, 0), (0, 1), (1, 1), (2, 0), (2, 1), (3, 3)],
}


@pytest.mark.parametrize("case", SMALLEST)
@pytest.mark.parametrize("name", NAMES)
def test_the_smallest_data_give_finite_scores_or_a_reason(name: str, case: str) -> None:
    users, items = np.array(SMALLEST[case], np.int32).T
    n_items = 1 if case == "a catalogue of one item" else 5
    data = rated(Interactions(users, items, None, None, 4, n_items))
    algorithm = create(name, epochs=2, batch_size=1000)  # larger than the data
    try:
        algorithm.fit(described(data))
    except Unsupported as reason:
        assert "every item" in str(reason)  # no negatives to draw
        return
    found = scores(algorithm, data)
    unseen = np.bincount(items, minlength=n_items) == 0
    assert np.isnan(found[:, unseen]).all()
    assert np.isfinite(found[:3, ~unseen]).all()


@pytest.mark.parametrize("name", NAMES)
def test_a_stranger_is_served_from_a_history_or_not_at_all(name: str) -> None:
    data = rated(board()[0])
    algorithm = create(name, epochs=2)
    algorithm.fit(described(data))
    query = held_out(data, data).query
    strangers: Query = replace(query, users=np.full(len(query), -1, np.int32))
    found = algorithm.score(strangers)
    assert np.isnan(found).all() != (Can.SERVE_NEW_USERS in algorithm.can)
