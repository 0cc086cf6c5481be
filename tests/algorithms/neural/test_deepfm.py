"""DeepFM: its formula pair by pair, features, and learning where the answer is known."""

from __future__ import annotations

from itertools import combinations
from typing import Any

import numpy as np
import pytest
import torch
from neural_data import SIDE, board, own_kind_first, query, training
from scipy.sparse import csr_matrix

from algorithms.neural import deepfm
from algorithms.neural.deepfm import DeepFM, DeepFMParams, Network, Side
from bench.algorithm import Needs
from bench.errors import Unsupported
from bench.types import Side as Known
from bench.types import Training

FEATURES = np.array([[1.0, 0, 0], [0.75, 0.25, 0], [0, 0, 0], [0, 0, 1]])


def by_hand(network: Network, user: int, item: int) -> float:
    """Equations 1 to 4 for one pair, in float64, with the four vectors joined before the first layer."""
    w = {name: weight.numpy().astype(np.float64) for name, weight in network.state_dict().items()}
    vectors, linear = [], 0.0
    for side, row in (("users", user), ("items", item)):
        vectors += [w[f"{side}.ids.weight"][row], FEATURES[row] @ w[f"{side}.described.vectors"]]
        linear += float(
            w[f"{side}.weights.weight"][row, 0] + FEATURES[row] @ w[f"{side}.described_weights.vectors"][:, 0]
        )
    pairs = sum(float(a @ b) for a, b in combinations(vectors, 2))
    outputs = np.concatenate([w["first_user.weight"], w["first_item.weight"]], axis=1) @ np.concatenate(vectors)
    outputs = np.maximum(outputs + w["first_user.bias"], 0)
    for layer in range(len(network.hidden)):
        outputs = np.maximum(w[f"hidden.{layer}.weight"] @ outputs + w[f"hidden.{layer}.bias"], 0)
    return linear + pairs + float(w["top.weight"][0] @ outputs + w["top.bias"][0])


@pytest.mark.parametrize("layers", [1, 2])
def test_both_ways_through_the_network_are_the_formula(layers: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(deepfm, "SLICE", 3 * (5 << layers) * 4 * 4)  # several slices of users
    torch.manual_seed(0)
    features = csr_matrix(FEATURES.astype(np.float32))
    network = Network(Side(4, features, 5), Side(4, features, 5), 5, layers, 0.5).eval()
    for weight in network.parameters():
        torch.nn.init.normal_(weight)  # all parts matter
    users, items = torch.tensor([3, 0, 1, 2]), torch.arange(4).repeat(4, 1)
    expected = [[by_hand(network, user, item) for item in range(4)] for user in (3, 0, 1, 2)]
    with torch.inference_mode():
        np.testing.assert_allclose(network(users, items), expected, rtol=1e-3, atol=1e-3)  # float32; values near 30
        np.testing.assert_allclose(network.all_items(users), expected, rtol=1e-3, atol=1e-3)


def described(data: Training) -> Training:
    """Every item knows whether its number is even."""
    kinds = csr_matrix(np.eye(2, dtype=np.float32)[np.arange(SIDE) % 2])
    items = Known(data.items.ids, features=kinds, feature_names=("even", "odd"))
    return Training(data.interactions, items, data.users, validation=data.validation)


def model(**params: Any) -> DeepFM:
    small = {"factors": 4, "batch_size": 32, "learning_rate": 0.02, "regularization": 0.01, "dropout": 0.1}
    return DeepFM(DeepFMParams(**{**small, "epochs": 30, "patience": 10, **params}))


def test_it_learns_the_board() -> None:
    algorithm = model()
    algorithm.fit(described(training(*board())))
    assert own_kind_first(algorithm.score(query(list(range(SIDE)), SIDE)), board()[0]) > 0.95


def test_features_are_needed() -> None:
    assert DeepFM.abilities(DeepFMParams())[0] == Needs.ITEM_FEATURES
    assert DeepFM.abilities(DeepFMParams(user_features=True))[0] == Needs.ITEM_FEATURES | Needs.USER_FEATURES
    with pytest.raises(Unsupported, match="deepfm and item features: the data set has none"):
        model().fit(training(*board()))
