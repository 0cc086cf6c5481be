"""Each loss against its formula in float64, its gradient against differences, and its behaviour far out."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
import torch

from algorithms.neural import losses

Arrays = tuple[np.ndarray, ...]


def sigmoid(x: Any) -> Any:
    return 1 / (1 + np.exp(-x))


def softmax(x: np.ndarray) -> np.ndarray:
    return np.exp(x) / np.exp(x).sum(axis=-1, keepdims=True)


def bce(positive: np.ndarray, negative: np.ndarray) -> float:
    terms = [-np.log(sigmoid(positive)), -np.log(1 - sigmoid(negative))]
    return float(np.concatenate([part.ravel() for part in terms]).mean())


def gbce(positive: np.ndarray, negative: np.ndarray) -> float:
    """Four of ten negatives, calibration .75: −ln σ(x)^β with β by equation 14."""
    alpha = 0.4
    beta = alpha * (0.75 * (1 - 1 / alpha) + 1 / alpha)
    return float(np.mean(-np.log(sigmoid(positive) ** beta) - np.log(1 - sigmoid(negative)).sum(axis=1)))


def averaged_bce(positive: np.ndarray, negative: np.ndarray) -> float:
    """The mean of what each negative alone gives."""
    alone = [-np.log(sigmoid(positive)) - np.log(1 - sigmoid(one)) for one in negative.T]
    return float(np.mean(alone))


def top_bpr(positive: np.ndarray, negative: np.ndarray) -> float:
    share = softmax(negative)
    ahead = (share * sigmoid(positive[:, None] - negative)).sum(axis=1)
    return float(np.mean(-np.log(ahead) + 0.3 * (share * negative**2).sum(axis=1)))


def bpr(positive: np.ndarray, negative: np.ndarray) -> float:
    return float(np.mean(-np.log(sigmoid(positive[:, None] - negative))))


def cross_entropy(logits: np.ndarray) -> float:
    return float(np.mean(-np.log(softmax(logits)[np.arange(3), [1, 0, 3]])))


def sampled(positive: np.ndarray, negative: np.ndarray) -> float:
    """Expectations .5, 1, 2 and 4 of the four negatives, 3 of the positive."""
    corrected = np.exp(positive) / 3
    return float(np.mean(-np.log(corrected / (corrected + (np.exp(negative) / [0.5, 1, 2, 4]).sum(axis=1)))))


COUNTS = np.array([[1.0, 0, 2, 0], [0, 0, 0, 0], [0, 1, 1, 1]])


def likelihood(logits: np.ndarray) -> float:
    return float(-(COUNTS * np.log(softmax(logits))).sum() / 3)


def nce(first: np.ndarray, second: np.ndarray) -> float:
    a, b = (x / np.linalg.norm(x, axis=1, keepdims=True) for x in (first, second))
    return float(np.mean(-np.log(np.diag(softmax(a @ b.T / 0.2)))))


def error(first: np.ndarray, second: np.ndarray) -> float:
    return float(np.mean((first - second) ** 2))


def numbers(*shapes: tuple[int, ...]) -> Arrays:
    random = np.random.default_rng(1)
    return tuple(random.normal(0, 1.5, shape) for shape in shapes)


LOG_Q = torch.log(torch.tensor([0.5, 1, 2, 4], dtype=torch.float64))
PAIRS = numbers((3,), (3, 4))
CASES: list[tuple[Callable[..., float], Callable[..., torch.Tensor], Arrays]] = [
    (bce, losses.binary_cross_entropy, PAIRS),
    (gbce, lambda p, n: losses.generalised_bce(p, n, 0.4, 0.75), PAIRS),
    (averaged_bce, losses.mean_bce, PAIRS),
    (bpr, losses.bayesian_ranking, PAIRS),
    (top_bpr, lambda p, n: losses.bpr_max(p, n, 0.3), PAIRS),
    (cross_entropy, lambda x: losses.softmax_cross_entropy(x, torch.tensor([1, 0, 3])), numbers((3, 4))),
    (sampled, lambda p, n: losses.sampled_softmax(p, n, LOG_Q, float(np.log(3))), PAIRS),
    (likelihood, lambda x: losses.multinomial(x, torch.tensor(COUNTS)), numbers((3, 4))),
    (nce, lambda a, b: losses.info_nce(a, b, 0.2), numbers((4, 3), (4, 3))),
    (error, losses.squared_error, numbers((2, 3), (2, 3))),
]
NAMES = [formula.__name__ for formula, _, _ in CASES]


@pytest.mark.parametrize(("formula", "loss", "values"), CASES, ids=NAMES)
def test_it_agrees_with_the_formula(formula: Any, loss: Any, values: Arrays) -> None:
    assert loss(*map(torch.tensor, values)).item() == pytest.approx(formula(*values), rel=1e-12)


@pytest.mark.parametrize(("formula", "loss", "values"), CASES, ids=NAMES)
def test_its_gradient_agrees_with_central_differences(formula: Any, loss: Any, values: Arrays) -> None:
    tensors = [torch.tensor(value, requires_grad=True) for value in values]
    loss(*tensors).backward()
    width = 1e-6
    for which, value in enumerate(values):
        for place in np.ndindex(value.shape):
            moved = []
            for way in (width, -width):
                changed = [part.copy() for part in values]
                changed[which][place] += way
                moved.append(formula(*changed))
            slope = (moved[0] - moved[1]) / (2 * width)
            # differences of numbers near 1 have about nine digits after the point
            assert tensors[which].grad[place].item() == pytest.approx(slope, rel=1e-6, abs=1e-9)


def test_worked_by_hand() -> None:
    """Logit 0 for one positive and one negative: each loss of pairs is ln 2 for either, or twice that."""
    zero, zeros = torch.zeros(1), torch.zeros(1, 1)
    assert losses.binary_cross_entropy(zero, zeros).item() == pytest.approx(np.log(2), rel=1e-6)
    assert losses.generalised_bce(zero, zeros, 0.5, 0).item() == pytest.approx(2 * np.log(2), rel=1e-6)
    assert losses.generalised_bce(zero, zeros, 0.5, 1).item() == pytest.approx(1.5 * np.log(2), rel=1e-6)
    assert losses.bayesian_ranking(zero, zeros).item() == pytest.approx(np.log(2), rel=1e-6)
    assert losses.sampled_softmax(zero, zeros, torch.zeros(1)).item() == pytest.approx(np.log(2), rel=1e-6)
    assert losses.softmax_cross_entropy(torch.zeros(2, 5), torch.tensor([0, 4])).item() == pytest.approx(np.log(5))


@pytest.mark.parametrize("loss", [losses.binary_cross_entropy, losses.bayesian_ranking])
def test_it_grows_linearly_and_does_not_overflow(loss: Any) -> None:
    value = loss(torch.tensor([-1e4]), torch.tensor([[1e4]])).item()
    assert value == pytest.approx(1e4 if loss is losses.binary_cross_entropy else 2e4, rel=1e-6)


def test_sampled_softmax_is_unbiased_within_its_error() -> None:
    """Σ e^x over drawn negatives, each less ln Q, has the full sum as its mean: within four standard errors."""
    random = np.random.default_rng(0)
    logits = torch.tensor(random.normal(size=50))
    share = random.dirichlet(np.ones(50))
    draws = torch.tensor(random.choice(50, (20_000, 8), p=share))
    expected = torch.tensor(np.log(8 * share))  # how often each item is expected among eight draws
    positive = torch.full((len(draws),), -60.0, dtype=torch.float64)  # adds nothing to the sum
    rows = [
        losses.sampled_softmax(p[None], n[None], q[None])
        for p, n, q in zip(positive[:1], logits[draws[:1]], expected[draws[:1]], strict=True)
    ]
    sums = torch.exp(logits[draws] - expected[draws]).sum(dim=1)  # (draws,)
    assert rows[0].item() == pytest.approx(float(torch.log(sums[0]) + 60), rel=1e-12)  # what the loss takes the log of
    error = sums.std() / len(sums) ** 0.5
    assert abs(sums.mean() - torch.exp(logits).sum()) < 4 * error
    assert error < 0.05 * torch.exp(logits).sum()


def test_what_is_hidden_has_no_part_in_a_softmax() -> None:
    positive, negative = torch.tensor([0.5]), torch.tensor([[2.0, -1.0]])
    hidden = losses.hide(negative, torch.tensor([[True, False]]))
    alone = losses.sampled_softmax(positive, negative[:, 1:], torch.zeros(1))
    assert losses.sampled_softmax(positive, hidden, torch.zeros(1)).item() == pytest.approx(alone.item(), rel=1e-6)
