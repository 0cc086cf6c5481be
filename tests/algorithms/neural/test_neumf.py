"""NeuMF: its formula pair by pair, and learning where the answer is known."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from neural_data import SIDE, board, interactions, own_kind_first, query, training

from algorithms.neural import mlp
from algorithms.neural.gmf import Product
from algorithms.neural.mlp import Perceptron
from algorithms.neural.neumf import Network, NeuMF, NeuMFParams
from bench.errors import BadConfig, Diverged, Unsupported
from bench.params import build

SMALL = {"factors": 4, "batch_size": 32, "learning_rate": 0.02, "regularization": 0.01, "dropout": 0.1}


def model(seed: int = 0, device: str = "cpu", **params: Any) -> NeuMF:
    return NeuMF(NeuMFParams(**{**SMALL, **params}), seed=seed, device=device)


def everybody() -> Any:
    return query(list(range(SIDE)), SIDE)


@pytest.fixture(scope="module")
def fitted() -> NeuMF:
    """Trained on the board with early stopping."""
    algorithm = model(epochs=40, patience=10)
    algorithm.fit(training(*board()))
    return algorithm


def by_hand(network: Network, user: int, item: int) -> float:
    """Equation 12 for one pair, in float64, with the two vectors of the perceptron joined before its first layer."""
    w = {name: weight.numpy().astype(np.float64) for name, weight in network.state_dict().items()}
    part = {name.removeprefix("perceptron."): weight for name, weight in w.items()}
    joined = np.concatenate([part["users.weight"][user], part["items.weight"][item]])
    first = np.concatenate([part["first_user.weight"], part["first_item.weight"]], axis=1)
    outputs = np.maximum(first @ joined + part["first_user.bias"], 0)
    for layer in range(len(network.perceptron.hidden)):
        outputs = np.maximum(part[f"hidden.{layer}.weight"] @ outputs + part[f"hidden.{layer}.bias"], 0)
    gmf = w["product.users.weight"][user] * w["product.items.weight"][item]
    return float(np.concatenate([w["product.top"], part["top"]]) @ np.concatenate([gmf, outputs]))


def built(n_users: int, n_items: int, factors: int, layers: int, dropout: float) -> Network:
    return Network(Product(n_users, n_items, factors), Perceptron(n_users, n_items, factors, layers, dropout))


@pytest.mark.parametrize("layers", [1, 2, 3])
def test_both_ways_through_the_network_are_equation_12(layers: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(mlp, "SLICE", 7 * (4 << layers) * 4)  # several slices of users
    torch.manual_seed(0)
    network = built(5, 7, 4, layers, 0.5).eval()
    for weight in network.parameters():
        torch.nn.init.normal_(weight)  # all parts matter
    users, items = torch.tensor([4, 0, 3]), torch.arange(7).repeat(3, 1)
    expected = [[by_hand(network, user, item) for item in range(7)] for user in (4, 0, 3)]
    with torch.inference_mode():
        np.testing.assert_allclose(network(users, items), expected, rtol=1e-3, atol=1e-4)  # float32; values near 10
        few = network(users, items[:, 2:4])  # fewer than there are items: the other branch
        np.testing.assert_allclose(few, np.array(expected)[:, 2:4], rtol=1e-3, atol=1e-4)
        np.testing.assert_allclose(network.all_items(users), expected, rtol=1e-3, atol=1e-4)


def test_the_layers_have_the_published_widths() -> None:
    network = built(2, 2, 64, 2, 0)  # the setting written [256, 128, 64]: two vectors of 128, layers of 128 and 64
    assert network.perceptron.users.weight.shape == (2, 128)
    assert network.perceptron.first_user.weight.shape == (128, 128)
    assert [tuple(layer.weight.shape) for layer in network.perceptron.hidden] == [(64, 128)]
    assert network.product.users.weight.shape == (2, 64)


def test_it_learns_the_board(fitted: NeuMF) -> None:
    assert own_kind_first(fitted.score(everybody()), board()[0]) > 0.95


def test_the_same_seed_gives_the_same_scores_and_another_one_others() -> None:
    scores = []
    for seed in (3, 3, 4):
        algorithm = model(seed, epochs=2)
        algorithm.fit(training(*board()))
        scores.append(algorithm.score(everybody()))
    assert np.array_equal(scores[0], scores[1])
    assert not np.array_equal(scores[0], scores[2])


def test_a_second_fit_forgets_the_first() -> None:
    twice, once = model(epochs=2), model(epochs=2)
    twice.fit(training(*board(seed=5)))
    twice.fit(training(*board()))
    once.fit(training(*board()))
    assert np.array_equal(twice.score(everybody()), once.score(everybody()))


def test_training_leaves_torch_as_it_was() -> None:
    state, threads = torch.get_rng_state(), torch.get_num_threads()
    algorithm = model(epochs=1)
    algorithm.threads = threads + 1
    algorithm.fit(training(*board()))
    algorithm.score(everybody())
    assert torch.equal(torch.get_rng_state(), state)
    assert torch.get_num_threads() == threads


def test_what_training_does_not_know_cannot_be_scored() -> None:
    algorithm = model(epochs=1)
    algorithm.fit(training(interactions([(0, 0), (0, 1), (2, 1), (2, 3)], 4, 5)))
    scores = algorithm.score(query([0, -1, 1, 2, 3], 5))
    can = np.outer([True, False, False, True, False], [True, True, False, True, False])
    assert scores.shape == (5, 5)
    assert np.array_equal(~np.isnan(scores), can)


def test_saving_and_loading_keeps_the_scores(fitted: NeuMF, tmp_path: Path) -> None:
    fitted.save(tmp_path)
    loaded = NeuMF.load(tmp_path)
    assert np.array_equal(loaded.score(everybody()), fitted.score(everybody()))
    assert (loaded.params, loaded.best_epoch) == (fitted.params, fitted.best_epoch)
    assert {path.suffix for path in tmp_path.iterdir()} == {".npy", ".json"}


@pytest.mark.parametrize("rate", [100, 1000])
def test_a_diverging_setting_raises(rate: float) -> None:
    with pytest.raises(Diverged, match="epoch 1"):
        model(learning_rate=rate).fit(training(*board()))


def test_a_missing_gpu_and_wrong_parameters_are_refused() -> None:
    if not torch.cuda.is_available():
        with pytest.raises(Unsupported, match="no GPU"):
            model(device="cuda").fit(training(*board()))
    with pytest.raises(BadConfig, match="'factors'"):
        build(NeuMFParams, {"factors": 0}, "neumf")
