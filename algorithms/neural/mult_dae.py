"""Mult-DAE: a denoising auto-encoder that restores the items left out of a history."""

from __future__ import annotations

import torch
from torch import Tensor, nn

from algorithms.neural.histories import Histories, HistoryModel, HistoryParams, Reader
from algorithms.neural.losses import multinomial
from algorithms.neural.model import Task
from bench.types import Training


class Network(nn.Module):
    """z = tanh(dropout(x / ‖x‖₂) W₁ + b₁), logits W₂ z + b₂."""

    def __init__(self, n_items: int, factors: int) -> None:
        super().__init__()
        self.encoder = Reader(n_items, factors)
        self.decoder = nn.Linear(factors, n_items)
        nn.init.xavier_uniform_(self.decoder.weight)
        nn.init.zeros_(self.decoder.bias)

    def forward(self, histories: Histories, left_out: float = 0.0) -> Tensor:
        """(b, n_items) logits."""
        logits: Tensor = self.decoder(torch.tanh(self.encoder(histories, left_out)))  # (b, K) -> (b, n_items)
        return logits


class MultDAE(HistoryModel[HistoryParams]):
    """π(z) ∝ exp(f_θ(z)), z = g_φ(x), trained to maximise the mean over users of Σ_i x_i ln π_i(z) (equations 2 and 7)

    over all their items, while g_φ sees a random part of them (figure 2b). Liang, Krishnan, Hoffman and Jebara (2018),
    "Variational autoencoders for collaborative filtering", section 2.3, with one layer on each side as in their
    experiments. Every interaction counts as positive, whatever its rating.

    Items without training interactions and questions without a known item get NaN, "cannot score". Raises Diverged as
    `optimise` does.
    """

    name = "mult-dae"
    paper = "liang2018"
    Params = HistoryParams
    network: Network

    def _build(self) -> Network:
        return Network(self.n_items, self.params.factors)

    def _task(self, train: Training, device: torch.device) -> Task:
        return Task(
            lambda generator: self._batches(train.interactions, device, generator),
            lambda histories: multinomial(self.network(histories, self.params.dropout), histories.dense()),
        )
