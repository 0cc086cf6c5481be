"""RecVAE by hand: the encoder, the composite prior, both losses, and who learns when."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
import torch
from autoencoder_cases import FEW, asked, misfit, model, normalised, weights
from neural_data import training
from scipy.special import expit, logsumexp
from scipy.stats import norm

from algorithms.neural.histories import Histories

BATCH = Histories.of(FEW.matrix(), torch.device("cpu"))


@pytest.fixture
def algorithm() -> Any:
    """Untrained."""
    algorithm = model("recvae", dropout=0.0, gamma=0.1)
    algorithm._meet(training(FEW))
    algorithm.network = algorithm._build()
    return algorithm


def normal_layer(h: Any, w: dict[str, Any], layer: int, part: str) -> Any:
    swish = h * expit(h)
    centred = swish - swish.mean(axis=1, keepdims=True)
    scaled = centred / np.sqrt(swish.var(axis=1, keepdims=True) + 0.1)
    return scaled * w[f"{part}.norms.{layer}.weight"] + w[f"{part}.norms.{layer}.bias"]


def posterior(w: dict[str, Any], part: str) -> tuple[Any, Any]:
    """μ and ln σ² with the sums of figure 2 written out."""
    h = [normal_layer(normalised(FEW) @ w[f"{part}.reader.weight"] + w[f"{part}.reader.bias"], w, 0, part)]
    for layer in range(4):
        product = h[-1] @ w[f"{part}.layers.{layer}.weight"].T + w[f"{part}.layers.{layer}.bias"]
        h.append(normal_layer(product + sum(h), w, layer + 1, part))
    both = h[-1] @ w[f"{part}.posterior.weight"].T + w[f"{part}.posterior.bias"]
    mean, log_variance = np.split(both, 2, axis=1)
    return mean, log_variance


def test_scores_are_the_logits_at_the_mean(algorithm: Any) -> None:
    w = weights(algorithm.network)
    expected = posterior(w, "encoder")[0] @ w["decoder.weight"].T + w["decoder.bias"]
    np.testing.assert_allclose(algorithm.score(asked(FEW))[:, FEW.items], expected[:, FEW.items], rtol=1e-3, atol=1e-5)


def test_both_losses_by_hand(algorithm: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    w = weights(algorithm.network)
    (mean, log_variance), (old, old_log_variance) = posterior(w, "encoder"), posterior(w, "before")
    noise = np.random.default_rng(0).normal(size=mean.shape).astype(np.float32)
    monkeypatch.setattr(torch, "randn_like", lambda like: torch.from_numpy(noise))
    deviation = np.exp(log_variance / 2)
    z = mean + noise * deviation
    parts = norm.logpdf(z), norm.logpdf(z, old, np.exp(old_log_variance / 2)), norm.logpdf(z, 0, np.exp(5))
    prior = logsumexp(parts, axis=0, b=np.array([0.15, 0.75, 0.1])[:, None, None])
    apart = (norm.logpdf(z, mean, deviation) - prior).sum(axis=1)
    fit = misfit(z @ w["decoder.weight"].T + w["decoder.bias"], FEW)
    lengths = np.array([2, 1])
    assert algorithm._encoder_loss(BATCH).item() == pytest.approx(fit + 0.1 * (lengths * apart).mean(), rel=1e-4)
    assert algorithm._decoder_loss(BATCH).item() == pytest.approx(fit, rel=1e-4)


@pytest.mark.parametrize(("loss", "learns"), [("_encoder_loss", "encoder"), ("_decoder_loss", "decoder")])
def test_encoder_and_decoder_take_turns(algorithm: Any, loss: str, learns: str) -> None:
    getattr(algorithm, loss)(BATCH).backward()
    moved = {name.split(".")[0] for name, weight in algorithm.network.named_parameters() if weight.grad is not None}
    assert moved == {learns}


def test_an_epoch_is_three_passes_for_the_encoder_then_one_for_the_decoder(algorithm: Any) -> None:
    task = algorithm._task(training(FEW), torch.device("cpu"))
    losses = [loss.__name__ for loss, _ in task.batches(torch.Generator().manual_seed(0))]
    assert losses == ["_encoder_loss"] * 3 + ["_decoder_loss"]
    for now, before in zip(algorithm.network.encoder.parameters(), algorithm.network.before.parameters(), strict=True):
        assert torch.equal(now, before)
