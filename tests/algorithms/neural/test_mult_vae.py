"""Mult-VAE by hand: scores at the mean, the bound at a known draw, and the weight of the divergence."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
import torch
from autoencoder_cases import FEW, asked, misfit, model, normalised, weights
from neural_data import training

from algorithms.neural.histories import Histories
from algorithms.neural.mult_vae import divergence


def untrained(**params: Any) -> Any:
    algorithm = model("mult-vae", dropout=0.0, **params)
    algorithm._meet(training(FEW))
    algorithm.network = algorithm._build()
    return algorithm


def after(inputs: Any, w: dict[str, Any], part: str, layers: int) -> Any:
    """What the first `layers` layers of the encoder or decoder make of `inputs`, tanh between them."""
    for layer in range(layers):
        inputs = (np.tanh(inputs) if layer or part == "encoder" else inputs) @ w[f"{part}.{layer}.weight"].T
        inputs = inputs + w[f"{part}.{layer}.bias"]
    return inputs


def posterior(w: dict[str, Any], layers: int) -> tuple[Any, Any]:
    """μ and ln σ²."""
    first = normalised(FEW) @ w["reader.weight"] + w["reader.bias"]
    mean, log_variance = np.split(after(first, w, "encoder", layers), 2, axis=1)
    return mean, log_variance


def logits(w: dict[str, Any], z: Any, layers: int) -> Any:
    return after(z, w, "decoder", layers + 1)


@pytest.mark.parametrize("layers", [0, 1, 2])
def test_scores_are_the_logits_at_the_mean(layers: int) -> None:
    algorithm = untrained(layers=layers)
    w = weights(algorithm.network)
    expected = logits(w, posterior(w, layers)[0], layers)[:, FEW.items]
    np.testing.assert_allclose(algorithm.score(asked(FEW))[:, FEW.items], expected, rtol=1e-4, atol=1e-6)


def test_the_loss_is_the_negative_annealed_bound(monkeypatch: pytest.MonkeyPatch) -> None:
    """β grows by a half of its cap in each of two steps, then stays."""
    algorithm = untrained(layers=1, beta=0.6, annealing=2)
    w = weights(algorithm.network)
    mean, log_variance = posterior(w, 1)
    noise = np.random.default_rng(0).normal(size=mean.shape).astype(np.float32)
    monkeypatch.setattr(torch, "randn_like", lambda like: torch.from_numpy(noise))
    fit = misfit(logits(w, mean + noise * np.exp(log_variance / 2), 1), FEW)
    apart = 0.5 * (mean**2 + np.exp(log_variance) - 1 - log_variance).sum(axis=1).mean()
    found = [algorithm._loss(Histories.of(FEW.matrix(), torch.device("cpu"))).item() for _ in range(3)]
    assert found == pytest.approx([fit + beta * apart for beta in (0.3, 0.6, 0.6)], rel=1e-5)


def test_the_divergence_is_that_of_torch() -> None:
    mean, log_variance = torch.randn(2, 3, 4)
    one, other = torch.distributions.Normal(mean, (log_variance / 2).exp()), torch.distributions.Normal(0.0, 1.0)
    expected = torch.distributions.kl_divergence(one, other).sum(dim=1).mean()
    torch.testing.assert_close(divergence(mean, log_variance), expected)


def test_without_annealing_the_first_step_has_the_full_weight() -> None:
    algorithm = untrained(annealing=0)
    batch = Histories.of(FEW.matrix(), torch.device("cpu"))
    torch.manual_seed(0)
    first = algorithm._loss(batch)
    torch.manual_seed(0)
    torch.testing.assert_close(algorithm._loss(batch), first)
