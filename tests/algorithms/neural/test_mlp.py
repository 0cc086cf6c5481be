"""The perceptron's first weights and its dropout."""

from __future__ import annotations

import numpy as np
import pytest
import torch

from algorithms.neural.dropout import thin
from algorithms.neural.mlp import Perceptron


@pytest.mark.parametrize("rate", [0.1, 0.3, 0.9])
def test_dropout_keeps_the_mean_and_drops_its_share(rate: float) -> None:
    torch.manual_seed(0)
    values = torch.ones(500, 3, 133)  # not a multiple of four
    thinned = thin(values, rate)
    error = (rate * (1 - rate) / values.numel()) ** 0.5
    assert (thinned == 0).double().mean().item() == pytest.approx(rate, abs=4 * error + 2**-17)
    kept = thinned[thinned != 0]
    np.testing.assert_allclose(kept, 1 / (1 - rate), rtol=2**-16 / (1 - rate))  # the rate is rounded to 1/65536


def test_neighbours_are_dropped_independently() -> None:
    torch.manual_seed(0)
    dropped = (thin(torch.ones(100_000, 4), 0.5) == 0).double().numpy()  # the four that share one random number
    np.testing.assert_allclose(np.corrcoef(dropped.T), np.eye(4), atol=4 / 100_000**0.5)


def test_the_gradient_passes_where_the_value_did() -> None:
    torch.manual_seed(0)
    values = torch.full((7, 5), 2.0, requires_grad=True)
    thinned = thin(values, 0.5)
    thinned.sum().backward()
    assert values.grad is not None
    np.testing.assert_array_equal(values.grad, thinned.detach() / 2)


def test_dropout_follows_the_seed_and_rests_outside_training() -> None:
    network = Perceptron(5, 7, 4, 2, 0.5)
    torch.nn.init.normal_(network.users.weight)
    users, items = torch.arange(5), torch.arange(7).repeat(5, 1)

    def outputs(seed: int) -> np.ndarray:
        torch.manual_seed(seed)
        return network(users, items).detach().numpy()

    assert np.array_equal(outputs(0), outputs(0))
    assert not np.array_equal(outputs(0), outputs(1))
    network.eval()
    assert np.array_equal(outputs(0), outputs(1))


def test_layers_begin_as_the_authors_do() -> None:
    torch.manual_seed(0)
    network = Perceptron(2, 2, 64, 2, 0)  # 2 · 128 inputs, 128, 64
    first = torch.cat([network.first_user.weight, network.first_item.weight], dim=1)
    for weight in (first, network.hidden[0].weight):  # type: ignore[list-item]
        bound = (6 / sum(weight.shape)) ** 0.5  # Glorot's
        assert weight.abs().max().item() == pytest.approx(bound, rel=0.01)
        assert weight.std().item() == pytest.approx(bound / 3**0.5, rel=0.02)
    assert not network.first_user.bias.any()
    assert not network.hidden[0].bias.any()  # type: ignore[operator]
