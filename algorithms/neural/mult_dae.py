"""Mult-DAE: a denoising auto-encoder that restores the items left out of a history."""

from __future__ import annotations

import torch
from torch import Tensor, nn

from algorithms.neural.histories import Histories, HistoryModel, Reader
from algorithms.neural.losses import multinomial
from algorithms.neural.model import Task
from algorithms.neural.params import NeuralParams
from bench.params import number
from bench.types import Training


class MultDAEParams(NeuralParams):
    """Size of the network and how it learns."""

    factors: int = number(200, low=1, high=4096, search=(50, 400), log=True)
    """K: length of the vector z that stands for a user."""
    epochs: int = number(60, low=1, high=10_000)
    """Most passes over the users; with a validation part training may end earlier."""
    patience: int = number(10, low=1, high=10_000)
    """Epochs without a better NDCG@10 on the validation part before training ends."""
    batch_size: int = number(256, low=1, high=1_000_000)
    """Users per step; fewer where batch_size · n_items would exceed 2²⁴ numbers."""
    learning_rate: float = number(0.002, low=1e-6, high=1000, search=(1e-4, 1e-2), log=True)
    """Step length of AdamW."""
    regularization: float = number(0.01, low=0, high=100, search=(1e-3, 1), log=True)
    """Weight decay of AdamW: each step shrinks all weights by learning_rate · regularization."""
    dropout: float = number(0.5, low=0, high=0.95, search=(0.2, 0.8))
    """Share of the items of a history that the network does not see in a step."""


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


class MultDAE(HistoryModel[MultDAEParams]):
    """π(z) ∝ exp(f_θ(z)), z = g_φ(x), trained to maximise the mean over users of Σ_i x_i ln π_i(z) (equations 2 and 7)

    over all their items, while g_φ sees a random part of them (figure 2b). Liang, Krishnan, Hoffman and Jebara (2018),
    "Variational autoencoders for collaborative filtering", section 2.3, with one layer on each side as in their
    experiments. Every interaction counts as positive, whatever its rating.

    Items without training interactions and questions without a known item get NaN, "cannot score". Raises Diverged as
    `optimise` does. The learning rate was chosen on validation parts of MovieLens 100K and 1M.
    """

    name = "mult-dae"
    paper = "liang2018"
    Params = MultDAEParams
    network: Network

    def _build(self) -> Network:
        return Network(self.n_items, self.params.factors)

    def _task(self, train: Training, device: torch.device) -> Task:
        return Task(
            lambda generator: self._batches(train.interactions, device, generator),
            lambda histories: multinomial(self.network(histories, self.params.dropout), histories.dense()),
        )
