"""One step of training against the formulas of Adam and AdamW, the warm-up, and what happens without memory."""

from __future__ import annotations

import numpy as np
import pytest
import torch
from torch import nn

from algorithms.neural.isolation import mixed_precision
from algorithms.neural.params import NeuralParams
from algorithms.neural.stepping import MAX_NORM, enough_memory, optimiser_of, step, warm_up

CPU = torch.device("cpu")


def slope(w: np.ndarray) -> np.ndarray:
    """Of Σ (w − 3)² / 4, whose gradient is never shortened here."""
    return (w - 3) / 2


def by_formula(kind: str, steps: int, rate: float, penalty: float, warm: int) -> np.ndarray:
    """Loshchilov and Hutter (2019), algorithm 2: lines in which Adam and AdamW differ are the two with `penalty`."""
    w, m, v = np.array([0.5, -1.0]), np.zeros(2), np.zeros(2)
    for t in range(1, steps + 1):
        now = rate * min(1, t / max(warm, 1))
        gradient = slope(w) + (penalty * w if kind == "adam" else 0)
        assert np.linalg.norm(slope(w)) < MAX_NORM
        m, v = 0.9 * m + 0.1 * gradient, 0.999 * v + 0.001 * gradient**2
        shrunk = w * (1 - now * penalty) if kind == "adamw" else w
        w = shrunk - now * (m / (1 - 0.9**t)) / (np.sqrt(v / (1 - 0.999**t)) + 1e-8)
    return w


@pytest.mark.parametrize("kind", ["adam", "adamw"])
@pytest.mark.parametrize("warm", [0, 4, 30])
def test_steps_are_those_of_the_formula(kind: str, warm: int) -> None:
    schedule = NeuralParams(optimiser=kind, learning_rate=0.1, regularization=0.2, warm_up=warm)  # type: ignore[arg-type]
    network = nn.Linear(2, 1, bias=False)
    with torch.no_grad():
        network.weight[:] = torch.tensor([[0.5, -1.0]])
    optimiser = optimiser_of(schedule, network)
    for taken in range(10):
        warm_up(optimiser, schedule, taken)
        step(network, optimiser, ((network.weight - 3) ** 2).sum() / 4)
    expected = by_formula(kind, 10, 0.1, 0.2, warm)
    np.testing.assert_allclose(network.weight.detach()[0], expected, rtol=1e-5)  # float32 over ten steps


def test_the_step_length_grows_linearly_and_then_stays() -> None:
    schedule = NeuralParams(learning_rate=0.4, warm_up=4)
    optimiser = optimiser_of(schedule, nn.Linear(1, 1))
    rates = []
    for taken in range(6):
        warm_up(optimiser, schedule, taken)
        rates.append(optimiser.param_groups[0]["lr"])
    assert rates == pytest.approx([0.1, 0.2, 0.3, 0.4, 0.4, 0.4])


def test_a_step_that_does_not_fit_into_memory_names_the_parameter() -> None:
    schedule = NeuralParams(batch_size=4096)
    said = "out of memory in a training step: lower batch_size, now 4096"
    with pytest.raises(MemoryError, match=said), enough_memory(CPU, schedule):
        torch.empty(1 << 60)
    with pytest.raises(MemoryError, match="out of GPU memory"), enough_memory(torch.device("cuda"), schedule):
        raise torch.OutOfMemoryError("CUDA out of memory. Tried to allocate 2.00 GiB")


def test_other_errors_pass() -> None:
    with pytest.raises(RuntimeError, match="shapes"), enough_memory(CPU, NeuralParams()):
        raise RuntimeError("shapes do not agree")


def test_on_a_cpu_nothing_is_rounded() -> None:
    x = torch.full((2, 2), 1 + 2**-12)  # not a bfloat16
    with mixed_precision(CPU):
        assert torch.equal(x @ torch.eye(2), x)
