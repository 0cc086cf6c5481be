"""Mult-VAE: a variational auto-encoder whose users choose all their items from one distribution."""

from __future__ import annotations

from itertools import pairwise

import torch
from torch import Tensor, nn

from algorithms.neural.histories import Histories, HistoryModel, HistoryParams, Reader
from algorithms.neural.losses import multinomial
from algorithms.neural.model import Task
from bench.params import number
from bench.types import Training


class MultVAEParams(HistoryParams):
    """Size of the network and how it learns."""

    hidden: int = number(600, low=1, high=8192, search=(100, 1000), log=True)
    """Width of the hidden layers of encoder and decoder."""
    layers: int = number(0, low=0, high=6, search=(0, 2))
    """Hidden layers of the encoder, and as many of the decoder."""
    beta: float = number(0.2, low=0, high=10, search=(0.05, 1))
    """Largest weight of the Kullback-Leibler divergence in the loss."""
    annealing: int = number(2000, low=0, high=10_000_000, search=(200, 20_000), log=True)
    """Steps over which that weight grows linearly from 0 to beta."""


class Network(nn.Module):
    """Encoder I → H → … → 2K and decoder K → H → … → I, tanh between layers; z is drawn in training, the mean else."""

    steps: Tensor

    def __init__(self, n_items: int, hidden: int, layers: int, factors: int) -> None:
        super().__init__()
        down, up = [hidden] * layers + [2 * factors], [factors] + [hidden] * layers + [n_items]
        self.reader = Reader(n_items, down[0])
        self.encoder = nn.ModuleList(nn.Linear(a, b) for a, b in pairwise(down))
        self.decoder = nn.ModuleList(nn.Linear(a, b) for a, b in pairwise(up))
        self.register_buffer("steps", torch.zeros((), dtype=torch.long))  # taken so far, for the annealing
        for layer in (*self.encoder, *self.decoder):
            nn.init.xavier_uniform_(layer.weight)
            nn.init.zeros_(layer.bias)

    def encode(self, histories: Histories, left_out: float = 0.0) -> tuple[Tensor, Tensor]:
        """(b, K) μ and (b, K) ln σ² of q(z | x)."""
        outputs = self.reader(histories, left_out)
        for layer in self.encoder:
            outputs = layer(torch.tanh(outputs))
        mean, log_variance = outputs.chunk(2, dim=1)  # (b, 2K) -> (b, K), (b, K)
        return mean, log_variance

    def decode(self, z: Tensor) -> Tensor:
        """(b, n_items) logits of (b, K) user vectors."""
        outputs: Tensor = self.decoder[0](z)
        for layer in self.decoder[1:]:
            outputs = layer(torch.tanh(outputs))
        return outputs

    def forward(self, histories: Histories) -> Tensor:
        """(b, n_items) logits at the mean of q(z | x)."""
        return self.decode(self.encode(histories)[0])


class MultVAE(HistoryModel[MultVAEParams]):
    """π(z) ∝ exp(f_θ(z)), trained to maximise the mean over users of the annealed bound (equations 2 and 6)

    E_q(z|x) [Σ_i x_i ln π_i(z)] − β KL(q(z|x) ‖ N(0, I)), q(z|x) = N(μ_φ(x), diag σ_φ²(x)), with one draw z = μ + ε σ
    for each user in a step. β grows from 0 to its cap as in section 2.2.2. Liang, Krishnan, Hoffman and Jebara (2018),
    "Variational autoencoders for collaborative filtering". Every interaction counts as positive, whatever its rating.

    Items without training interactions and questions without a known item get NaN, "cannot score". Raises Diverged as
    `optimise` does. The learning rate and `layers` were chosen on validation parts of MovieLens 100K and 1M: on the
    larger one, no hidden layers are better than the one of the paper (`layers` 1, NDCG@10 .22 against .20), on the
    smaller one they are as good.
    """

    name = "mult-vae"
    paper = "liang2018"
    Params = MultVAEParams
    network: Network

    def _build(self) -> Network:
        params = self.params
        return Network(self.n_items, params.hidden, params.layers, params.factors)

    def _task(self, train: Training, device: torch.device) -> Task:
        return Task(lambda generator: self._batches(train.interactions, device, generator), self._loss)

    def _loss(self, histories: Histories) -> Tensor:
        """The negative annealed bound; each call is one step of the annealing."""
        mean, log_variance = self.network.encode(histories, self.params.dropout)
        z = mean + torch.randn_like(mean) * torch.exp(log_variance / 2)
        misfit = multinomial(self.network.decode(z), histories.dense())
        self.network.steps += 1
        beta = self.params.beta * torch.clamp(self.network.steps / max(self.params.annealing, 1), max=1)
        return misfit + beta * divergence(mean, log_variance)


def divergence(mean: Tensor, log_variance: Tensor) -> Tensor:
    """Mean over rows of KL(N(μ, diag(σ²)) ‖ N(0, I)) = ½ Σ_k (μ_k² + σ_k² − 1 − ln σ_k²)."""
    return (mean**2 + log_variance.exp() - 1 - log_variance).sum(dim=1).mean() / 2
