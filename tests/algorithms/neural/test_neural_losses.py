"""The loss against its formula, its gradient against differences, and its behaviour far out."""

from __future__ import annotations

import numpy as np
import pytest
import torch

from algorithms.neural.losses import binary_cross_entropy


def by_formula(positive: np.ndarray, negative: np.ndarray) -> float:
    """Equation 7 with ŷ = σ(x), divided by the number of examples, in float64."""
    terms = [-np.log(1 / (1 + np.exp(-positive))), -np.log(1 - 1 / (1 + np.exp(-negative)))]
    return float(np.concatenate([part.ravel() for part in terms]).mean())


def logits() -> tuple[np.ndarray, np.ndarray]:
    random = np.random.default_rng(1)
    return random.normal(0, 2, 3), random.normal(0, 2, (3, 4))


def test_it_is_ln_2_when_nothing_is_known() -> None:
    assert binary_cross_entropy(torch.zeros(2), torch.zeros(2, 3)).item() == pytest.approx(np.log(2), rel=1e-6)


def test_it_agrees_with_the_formula() -> None:
    positive, negative = logits()
    loss = binary_cross_entropy(torch.tensor(positive), torch.tensor(negative)).item()
    assert loss == pytest.approx(by_formula(positive, negative), rel=1e-12)


def test_its_gradient_agrees_with_central_differences() -> None:
    positive, negative = logits()
    tensors = torch.tensor(positive, requires_grad=True), torch.tensor(negative, requires_grad=True)
    binary_cross_entropy(*tensors).backward()
    width = 1e-6
    for i in range(3):
        moved = [positive.copy(), positive.copy()]
        moved[0][i], moved[1][i] = positive[i] + width, positive[i] - width
        slope = (by_formula(moved[0], negative) - by_formula(moved[1], negative)) / (2 * width)
        assert tensors[0].grad[i].item() == pytest.approx(slope, rel=1e-6)  # differences: eight digits at best
    for i, j in np.ndindex(3, 4):
        moved = [negative.copy(), negative.copy()]
        moved[0][i, j], moved[1][i, j] = negative[i, j] + width, negative[i, j] - width
        slope = (by_formula(positive, moved[0]) - by_formula(positive, moved[1])) / (2 * width)
        assert tensors[1].grad[i, j].item() == pytest.approx(slope, rel=1e-6)


def test_it_grows_linearly_and_does_not_overflow() -> None:
    loss = binary_cross_entropy(torch.tensor([-1e4]), torch.tensor([[1e4]]))
    assert loss.item() == pytest.approx(1e4, rel=1e-6)
