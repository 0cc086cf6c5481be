"""RecVAE: a variational auto-encoder that is held near its own last posterior, encoder and decoder learning in turn."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator
from copy import deepcopy

import torch
from torch import Tensor, nn
from torch.nn.functional import linear, silu

from algorithms.neural.histories import Histories, HistoryModel, Reader
from algorithms.neural.losses import multinomial
from algorithms.neural.model import Task
from algorithms.neural.params import NeuralParams
from bench.params import number
from bench.types import Interactions, Training

_MIXTURE = (3 / 20, 3 / 4, 1 / 10)  # of the prior: N(0, I), the last posterior, N(0, e¹⁰ I), as in the authors' program
_WIDE = 10.0  # ln σ² of the third
_EPSILON = 0.1  # added to the variance in the layer normalizations, as there
_LAYERS = 5


class RecVAEParams(NeuralParams):
    """Size of the network and how it learns."""

    factors: int = number(200, low=1, high=4096, search=(50, 400), log=True)
    """K: length of the vector z that stands for a user."""
    hidden: int = number(600, low=1, high=8192, search=(100, 1000), log=True)
    """H: width of the five hidden layers of the encoder."""
    gamma: float = number(0.005, low=0, high=10, search=(0.001, 0.02), log=True)
    """Weight of the Kullback-Leibler divergence in the loss, for each item of the user."""
    encoder_passes: int = number(3, low=1, high=100)
    """Passes over the users in which the encoder learns, before one in which the decoder does: together an epoch."""
    epochs: int = number(40, low=1, high=10_000)
    """Most epochs; with a validation part training may end earlier."""
    patience: int = number(10, low=1, high=10_000)
    """Epochs without a better NDCG@10 on the validation part before training ends."""
    batch_size: int = number(256, low=1, high=1_000_000)
    """Users per step; fewer where batch_size · n_items would exceed 2²⁴ numbers."""
    learning_rate: float = number(0.0005, low=1e-6, high=1000, search=(1e-4, 1e-2), log=True)
    """Step length of AdamW."""
    dropout: float = number(0.5, low=0, high=0.95, search=(0.2, 0.8))
    """Share of the items of a history that the encoder does not see in a step of its own."""


class Encoder(nn.Module):
    """h_l = norm(swish(W_l h_(l−1) + b_l + h_1 + … + h_(l−1))), l = 1 … 5, h_0 = dropout(x / ‖x‖₂)."""

    def __init__(self, n_items: int, hidden: int, factors: int) -> None:
        super().__init__()
        self.reader = Reader(n_items, hidden)
        self.layers = nn.ModuleList(nn.Linear(hidden, hidden) for _ in range(_LAYERS - 1))
        self.norms = nn.ModuleList(nn.LayerNorm(hidden, eps=_EPSILON) for _ in range(_LAYERS))
        self.posterior = nn.Linear(hidden, 2 * factors)  # μ and ln σ²

    def forward(self, histories: Histories, left_out: float = 0.0) -> tuple[Tensor, Tensor]:
        """(b, K) μ and (b, K) ln σ² of q(z | x)."""
        last = total = self.norms[0](silu(self.reader(histories, left_out)))  # (b, H)
        for layer, norm in zip(self.layers, self.norms[1:], strict=True):
            last = norm(silu(layer(last) + total))
            total = total + last
        mean, log_variance = self.posterior(last).chunk(2, dim=1)  # (b, 2K) -> (b, K), (b, K)
        return mean, log_variance


class Network(nn.Module):
    """The encoder, what it was before this epoch, and a linear decoder."""

    def __init__(self, n_items: int, hidden: int, factors: int) -> None:
        super().__init__()
        self.encoder = Encoder(n_items, hidden, factors)
        self.before = deepcopy(self.encoder).requires_grad_(requires_grad=False)
        self.decoder = nn.Linear(factors, n_items)

    def forward(self, histories: Histories) -> Tensor:
        """(b, n_items) logits at the mean of q(z | x)."""
        logits: Tensor = self.decoder(self.encoder(histories)[0])  # (b, K) -> (b, n_items)
        return logits

    def log_prior(self, histories: Histories, z: Tensor) -> Tensor:
        """(b, K) ln p(z | φ_old, x): in each coordinate a mixture of three normal distributions."""
        zero = torch.zeros_like(z)
        parts = [(zero, zero), self.before(histories), (zero, zero + _WIDE)]
        weighed = [math.log(share) + log_normal(z, *part) for share, part in zip(_MIXTURE, parts, strict=True)]
        return torch.logsumexp(torch.stack(weighed), dim=0)  # (3, b, K) -> (b, K)

    def remember(self) -> None:
        """From now on the prior knows the encoder as it is now."""
        self.before.load_state_dict(self.encoder.state_dict())


class RecVAE(HistoryModel[RecVAEParams]):
    """π(z) ∝ exp(W z + b), trained to maximise the mean over users of

    E_q(z|x) [Σ_i x_i ln π_i(z) − γ |x| (ln q(z|x) − ln p(z|φ_old, x))], q(z|x) = N(μ_φ(x), diag σ_φ²(x)), with one draw
    of z for each user in a step; |x| is the number of their items. Shenbin, Alekseev, Tutubalina, Malykh and Nikolenko
    (2020), "RecVAE: a new variational autoencoder for top-N recommendations with implicit feedback": the sections on
    the composite prior (p) and on rescaling the divergence (γ |x|). Encoder and decoder take turns (the section on
    alternating training): passes for φ with noise in the input, then φ_old becomes φ, then a pass for W and b without
    noise. The third part of the prior is from the authors' program. Every interaction counts as positive, whatever its
    rating.

    Items without training interactions and questions without a known item get NaN, "cannot score". Raises Diverged as
    `optimise` does. Defaults are those of the authors' program, but for batch_size and epochs.
    """

    name = "recvae"
    paper = "shenbin2020"
    Params = RecVAEParams
    network: Network

    def _build(self) -> Network:
        return Network(self.n_items, self.params.hidden, self.params.factors)

    def _task(self, train: Training, device: torch.device) -> Task:
        return Task(
            lambda generator: self._turns(train.interactions, device, generator), lambda batch: batch[0](batch[1])
        )

    def _turns(
        self, data: Interactions, device: torch.device, generator: torch.Generator
    ) -> Iterator[tuple[Callable[[Histories], Tensor], Histories]]:
        """Batches with the loss for each: those for the encoder, then those for the decoder."""
        for _ in range(self.params.encoder_passes):
            for histories in self._batches(data, device, generator):
                yield self._encoder_loss, histories
        self.network.remember()
        for histories in self._batches(data, device, generator):
            yield self._decoder_loss, histories

    def _encoder_loss(self, histories: Histories) -> Tensor:
        """The negative bound; only the encoder gets a gradient."""
        network = self.network
        mean, log_variance = network.encoder(histories, self.params.dropout)
        z = draw(mean, log_variance)
        logits = linear(z, network.decoder.weight.detach(), network.decoder.bias.detach())
        divergence = (log_normal(z, mean, log_variance) - network.log_prior(histories, z)).sum(dim=1)  # (b,)
        return multinomial(logits, histories.dense()) + self.params.gamma * (histories.lengths * divergence).mean()

    def _decoder_loss(self, histories: Histories) -> Tensor:
        """The misfit; only the decoder gets a gradient."""
        with torch.no_grad():
            z = draw(*self.network.encoder(histories))
        return multinomial(self.network.decoder(z), histories.dense())


def draw(mean: Tensor, log_variance: Tensor) -> Tensor:
    """One draw from N(μ, diag(σ²)), as μ + ε σ."""
    return mean + torch.randn_like(mean) * torch.exp(log_variance / 2)


def log_normal(z: Tensor, mean: Tensor, log_variance: Tensor) -> Tensor:
    """ln N(z; μ, σ²), coordinate by coordinate."""
    return -(math.log(2 * math.pi) + log_variance + (z - mean) ** 2 / log_variance.exp()) / 2
