"""Neural matrix factorization: a generalised inner product and a perceptron side by side."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import pairwise

import torch
from torch import Tensor, nn

from algorithms.neural.losses import binary_cross_entropy
from algorithms.neural.model import NeuralModel, Task
from algorithms.neural.params import NeuralParams
from algorithms.neural.sampling import UniformNegatives
from bench.params import number
from bench.types import Longs, Query, Training

_SLICE = 8 << 20  # bytes of first-layer outputs at a time while all items are scored: they stay in the cache


class NeuMFParams(NeuralParams):
    """Size of the network and how it learns."""

    factors: int = number(16, low=1, high=1024, search=(8, 64), log=True)
    """d: length of the GMF vectors and width of the last perceptron layer (the "predictive factors")."""
    layers: int = number(2, low=1, high=6, search=(1, 3))
    """L: perceptron layers; their widths are d·2^(L−1), …, 2d, d, and the MLP vectors have length d·2^(L−1)."""
    negatives: int = number(4, low=1, high=100, search=(1, 8))
    """Items the user does not have, drawn anew in each epoch for each interaction."""
    epochs: int = number(20, low=1, high=1000)
    """Most passes over the interactions; with a validation part training may end earlier."""
    patience: int = number(3, low=1, high=1000)
    """Epochs without a better NDCG@10 on the validation part before training ends."""
    batch_size: int = number(1024, low=1, high=1_000_000)
    """Interactions per step; each comes with its negatives."""
    learning_rate: float = number(0.005, low=1e-6, high=1000, search=(1e-4, 1e-2), log=True)
    """Step length of AdamW."""
    regularization: float = number(0.3, low=0, high=100, search=(0.01, 1), log=True)
    """Weight decay of AdamW: each step shrinks all weights by learning_rate · regularization."""
    dropout: float = number(0.3, low=0, high=0.9, search=(0, 0.5))
    """Share of the outputs of each hidden perceptron layer that is set to zero in training."""


class Network(nn.Module):
    """The logits of equation 12; u users, n items, d factors, w = d·2^(L−1) the width of the first layer."""

    def __init__(self, n_users: int, n_items: int, factors: int, layers: int, dropout: float) -> None:
        super().__init__()
        widths = [factors << level for level in range(layers - 1, -1, -1)]  # w, …, 2d, d
        self.user_gmf = nn.Embedding(n_users, factors)
        self.item_gmf = nn.Embedding(n_items, factors)
        self.user_mlp = nn.Embedding(n_users, widths[0])
        self.item_mlp = nn.Embedding(n_items, widths[0])
        self.first_user = nn.Linear(widths[0], widths[0])  # W₁[p; q] + b₁ = (W₁ᵤ p + b₁) + W₁ᵢ q
        self.first_item = nn.Linear(widths[0], widths[0], bias=False)
        self.hidden = nn.ModuleList(nn.Linear(a, b) for a, b in pairwise(widths))
        self.dropout = nn.Dropout(dropout)
        self.top_gmf = nn.Parameter(torch.empty(factors))  # h of equation 12, both halves
        self.top_mlp = nn.Parameter(torch.empty(factors))
        for vectors in (self.user_gmf, self.item_gmf, self.user_mlp, self.item_mlp):
            nn.init.normal_(vectors.weight, std=0.01)
        for half in (self.top_gmf, self.top_mlp):
            nn.init.uniform_(half, -((3 / factors) ** 0.5), (3 / factors) ** 0.5)

    def forward(self, users: Tensor, items: Tensor) -> Tensor:
        """(b, c) logits of `items` (b, c), c for each of the `users` (b,)."""
        gmf = (self.user_gmf(users) * self.top_gmf)[:, None] * self.item_gmf(items)  # (b, c, d)
        user = self.first_user(self.user_mlp(users))[:, None]  # (b, 1, w)
        if items.numel() < self.item_mlp.num_embeddings:
            item = self.first_item(self.item_mlp(items))  # (b, c, w)
        else:  # the same with less work: each item goes through the layer once
            item = nn.functional.embedding(items, self.first_item(self.item_mlp.weight))
        return torch.sum(gmf, dim=2) + self._perceptron(user + item)

    def all_items(self, users: Tensor) -> Tensor:
        """(b, n) logits of every item for the `users` (b,); the first layer meets each item once, not b times."""
        logits: Tensor = (self.user_gmf(users) * self.top_gmf) @ self.item_gmf.weight.T  # (b, n)
        user = self.first_user(self.user_mlp(users))[:, None]  # (b, 1, w)
        item = self.first_item(self.item_mlp.weight)  # (n, w)
        step = max(1, _SLICE // (item.numel() * item.element_size()))
        for part in range(0, len(users), step):
            logits[part : part + step] += self._perceptron(user[part : part + step] + item)
        return logits

    def _perceptron(self, first: Tensor) -> Tensor:
        """From the first layer before its ReLU, (b, c, w), to the MLP share of the logits, (b, c)."""
        outputs = self.dropout(torch.relu_(first))
        for layer in self.hidden:  # (b, c, w) -> (b, c, w/2) -> … -> (b, c, d)
            outputs = self.dropout(torch.relu_(layer(outputs)))
        return torch.matmul(outputs, self.top_mlp)


class NeuMF(NeuralModel[NeuMFParams]):
    """ŷ(u, i) = σ(hᵀ [φ_GMF; φ_MLP]), trained from scratch on the binary cross-entropy (equation 7), with

    φ_GMF = p_u ∘ q_i (equation 8) and φ_MLP = a_L(W_L(… a_1(W_1 [p'_u; q'_i] + b_1) …) + b_L) (equation 10), a = ReLU,
    joined as in equation 12: each half has vectors of its own. He et al. (2017), "Neural collaborative filtering".
    Every interaction counts as positive, whatever its rating; negatives are drawn uniformly.

    Scores are logits, which rank as ŷ does. Users and items without training interactions have untrained vectors: they
    get NaN, "cannot score". Raises Diverged as `optimise` does, and Unsupported when a user has every item.
    """

    name = "neumf"
    paper = "he2017"
    Params = NeuMFParams
    network: Network

    def _build(self) -> Network:
        params = self.params
        return Network(self.n_users, self.n_items, params.factors, params.layers, params.dropout)

    def _task(self, train: Training, device: torch.device) -> Task:
        data = train.interactions
        users = torch.tensor(data.users, dtype=torch.long, device=device)
        items = torch.tensor(data.items, dtype=torch.long, device=device)
        negatives = UniformNegatives(data, device)

        def batches(generator: torch.Generator) -> Iterator[tuple[Tensor, Tensor]]:
            """Users (b,) and items (b, 1 + negatives): the one they had, then those they did not."""
            order = torch.randperm(len(users), generator=generator, device=device)
            for rows in torch.split(order, self.params.batch_size):
                drawn = negatives.draw(users[rows], self.params.negatives, generator)
                yield users[rows], torch.cat([items[rows][:, None], drawn], dim=1)

        def loss(batch: tuple[Tensor, Tensor]) -> Tensor:
            logits = self.network(*batch)
            return binary_cross_entropy(logits[:, 0], logits[:, 1:])

        return Task(batches, loss)

    def _logits(self, query: Query, rows: Longs) -> Tensor:
        return self.network.all_items(self._users(query, rows))
