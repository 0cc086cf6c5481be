"""Two towers: their formula, the correction of in-batch negatives, features, and learning where the answer is known."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
import torch
from neural_data import SIDE, board, interactions, own_kind_first, query, training
from scipy.sparse import csr_matrix

from algorithms.neural.two_tower import Tower, TwoTower, TwoTowerParams
from bench.algorithm import Needs
from bench.errors import Unsupported
from bench.types import Side, Training

SMALL = {"factors": 8, "batch_size": 64, "learning_rate": 0.02, "epochs": 40, "patience": 10}
FEATURES = csr_matrix(np.array([[1.0, 0, 0], [3, 1, 0], [0, 0, 0], [0, 0, 2]], np.float32))


def model(**params: Any) -> TwoTower:
    return TwoTower(TwoTowerParams(**{**SMALL, **params}))


def described(data: Training) -> Training:
    """Every item and user knows whether its number is even."""
    kinds = csr_matrix(np.eye(2, dtype=np.float32)[np.arange(SIDE) % 2])
    sides = [Side(side.ids, features=kinds, feature_names=("even", "odd")) for side in (data.items, data.users)]
    return Training(data.interactions, *sides, validation=data.validation)


def by_hand(tower: Tower, row: int, features: np.ndarray) -> np.ndarray:
    """The vector of one row in float64, with one hidden layer."""
    w = {name: weight.numpy().astype(np.float64) for name, weight in tower.state_dict().items()}
    x = w["ids.weight"][row] + features[row] / max(features[row].sum(), 1e-9) @ w["described.vectors"]
    outputs = np.maximum(w["hidden.0.weight"] @ x + w["hidden.0.bias"], 0)
    x = x + w["hidden.2.weight"] @ outputs + w["hidden.2.bias"]
    return np.asarray(x / np.linalg.norm(x))


def test_a_tower_is_its_formula() -> None:
    torch.manual_seed(0)
    shares = csr_matrix(FEATURES / np.maximum(np.asarray(FEATURES.sum(axis=1)), 1))
    tower = Tower(4, shares, 5, 1, 0.5).eval()
    torch.nn.init.normal_(tower.described.vectors)
    with torch.inference_mode():
        found = tower(torch.tensor([3, 0, 1, 2])).numpy()
    expected = [by_hand(tower, row, FEATURES.toarray()) for row in (3, 0, 1, 2)]
    np.testing.assert_allclose(found, expected, rtol=1e-4, atol=1e-6)


def test_a_tower_without_layers_is_a_vector_of_length_one() -> None:
    tower = Tower(4, csr_matrix((4, 0), dtype=np.float32), 5, 0, 0.5).eval()
    with torch.inference_mode():
        ids = tower.ids.weight
        np.testing.assert_allclose(tower(torch.arange(4)), ids / ids.norm(dim=1, keepdim=True), rtol=1e-6)


def test_the_loss_of_a_batch_by_hand() -> None:
    """Two of the three interactions are with item 1: it is no negative of itself, and ln Q comes off every logit."""
    algorithm = model(correction=1.0, temperature=0.5, dropout=0.0)
    data = training(interactions([(0, 0), (1, 1), (2, 1)], 3, 2))
    algorithm._meet(data)
    algorithm.network = algorithm._build()
    loss = algorithm._task(data, torch.device("cpu")).loss(torch.tensor([0, 1, 2])).item()
    with torch.inference_mode():
        users, items = algorithm.network.users(torch.arange(3)), algorithm.network.items(torch.arange(2))
        cosines = (users @ items.T).numpy().astype(np.float64)
    corrected = np.exp(cosines / 0.5) / [1 / 3, 2 / 3]
    rows = [
        -np.log(corrected[0, 0] / (corrected[0, 0] + 2 * corrected[0, 1])),
        -np.log(corrected[1, 1] / (corrected[1, 1] + corrected[1, 0])),
        -np.log(corrected[2, 1] / (corrected[2, 1] + corrected[2, 0])),
    ]
    assert loss == pytest.approx(np.mean(rows), rel=1e-5)


@pytest.mark.parametrize("features", [False, True])
def test_it_learns_the_board(features: bool) -> None:
    algorithm = model(item_features=features, user_features=features)
    algorithm.fit(described(training(*board())))
    assert own_kind_first(algorithm.score(query(list(range(SIDE)), SIDE)), board()[0]) > 0.95


def test_features_are_needed_where_they_are_asked_for() -> None:
    needs, _ = TwoTower.abilities(TwoTowerParams(item_features=True))
    assert needs == Needs.ITEM_FEATURES
    assert TwoTower.abilities(TwoTowerParams())[0] == Needs.NOTHING
    with pytest.raises(Unsupported, match="two-tower and user features: the data set has none"):
        model(user_features=True).fit(training(*board()))


def test_what_training_does_not_know_cannot_be_scored() -> None:
    algorithm = model(epochs=1)
    algorithm.fit(training(interactions([(0, 0), (0, 1), (2, 1), (2, 3)], 4, 5)))
    can = np.outer([True, False, False, True, False], [True, True, False, True, False])
    assert np.array_equal(~np.isnan(algorithm.score(query([0, -1, 1, 2, 3], 5))), can)


def test_saving_and_loading_keeps_the_scores(tmp_path: Any) -> None:
    algorithm = model(epochs=2, item_features=True)
    algorithm.fit(described(training(*board())))
    algorithm.save(tmp_path)
    everybody = query(list(range(SIDE)), SIDE)
    assert np.array_equal(TwoTower.load(tmp_path).score(everybody), algorithm.score(everybody))
