"""Mult-DAE by hand."""

from __future__ import annotations

import numpy as np
import pytest
import torch
from autoencoder_cases import FEW, asked, misfit, model, normalised, weights
from neural_data import training


def test_scores_and_loss_by_hand() -> None:
    algorithm = model("mult-dae", dropout=0.0)
    train = training(FEW)
    algorithm._meet(train)
    algorithm.network = algorithm._build()
    w = weights(algorithm.network)
    z = np.tanh(normalised(FEW) @ w["encoder.weight"] + w["encoder.bias"])
    logits = z @ w["decoder.weight"].T + w["decoder.bias"]
    scores = algorithm.score(asked(FEW))
    np.testing.assert_allclose(scores[:, FEW.items], logits[:, FEW.items], rtol=1e-4, atol=1e-6)
    task = algorithm._task(train, torch.device("cpu"))
    (batch,) = task.batches(torch.Generator().manual_seed(0))
    assert task.loss(batch).item() == pytest.approx(misfit(logits, FEW), rel=1e-5)
