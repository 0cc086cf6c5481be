"""LightGCN: embeddings averaged over neighbourhoods of the graph of users and items."""

from __future__ import annotations

from typing import Self

import torch
from torch import Tensor, nn
from torch.nn.functional import embedding

from algorithms.neural.losses import bayesian_ranking
from algorithms.neural.model import NeuralModel, Task
from algorithms.neural.params import NeuralParams
from algorithms.neural.propagation import Graph
from algorithms.neural.sampling import pairs_with_negatives
from bench.params import number
from bench.types import Longs, Query, Training


class LightGCNParams(NeuralParams):
    """Size of the network and how it learns; batch, step length and epochs by the validation part of MovieLens 100K."""

    factors: int = number(64, low=1, high=1024, search=(16, 128), log=True)
    """d: length of the embeddings."""
    layers: int = number(3, low=0, high=8, search=(1, 4))
    """L: how far vectors flow along the edges; 0 is matrix factorization."""
    negatives: int = number(1, low=1, high=100, search=(1, 8))
    """Items the user does not have, drawn anew in each epoch for each interaction; 1 in the paper."""
    epochs: int = number(60, low=1, high=10_000)
    """Most passes over the interactions; with a validation part training may end earlier."""
    patience: int = number(10, low=1, high=10_000)
    """Epochs without a better NDCG@10 on the validation part before training ends."""
    batch_size: int = number(8192, low=1, high=1_000_000)
    """Interactions per step. A step propagates through the whole graph, so that large batches save time."""
    learning_rate: float = number(0.02, low=1e-6, high=1000, search=(1e-4, 5e-2), log=True)
    """Step length of AdamW."""
    l2: float = number(1e-4, low=0, high=100, search=(1e-6, 1e-2), log=True)
    """λ: half the squared lengths of the layer-0 embeddings of each example, its user and its items, count so much."""


class Network(nn.Module):
    """Embeddings (nodes, d) of the users, then the items, and in evaluation also what flows from them."""

    final: Tensor  # E (nodes, d) of equation 7, when last evaluated

    def __init__(self, n_users: int, n_items: int, factors: int, layers: int) -> None:
        super().__init__()
        self.n_users, self.layers = n_users, layers
        self.graph: Graph | None = None  # without it the network can score, not learn
        self.embeddings = nn.Parameter(torch.empty(n_users + n_items, factors))  # E⁽⁰⁾
        self.register_buffer("final", torch.zeros(n_users + n_items, factors))
        nn.init.normal_(self.embeddings, std=0.1)

    def propagated(self) -> Tensor:
        """E (nodes, d), the mean of the layers' embeddings (equations 7 and 8)."""
        assert self.graph is not None
        return self.graph.mean_of_layers(self.embeddings, self.layers)

    def train(self, mode: bool = True) -> Self:
        """Also propagate once and for all before an evaluation."""
        if not mode and self.graph is not None:
            self.final = self.propagated().detach()
        return super().train(mode)

    def forward(self, users: Tensor, items: Tensor) -> tuple[Tensor, Tensor]:
        """(b, c) logits of `items` (b, c) for the `users` (b,), and (b,) squared lengths of all their embeddings."""
        final, nodes = self.propagated(), torch.cat([users[:, None], self.n_users + items], dim=1)  # (b, 1 + c)
        vectors = embedding(nodes, final)  # (b, 1 + c, d)
        logits = (vectors[:, :1] * vectors[:, 1:]).sum(dim=2)  # (b, c)
        return logits, embedding(nodes, self.embeddings).square().sum(dim=(1, 2))

    def all_items(self, users: Tensor) -> Tensor:
        """(b, n_items) logits of every item for the `users` (b,), in evaluation."""
        return self.final[users] @ self.final[self.n_users :].T


class LightGCN(NeuralModel[LightGCNParams]):
    """ŷ(u, i) = e_uᵀ e_i (equation 5) with E = (E⁽⁰⁾ + E⁽¹⁾ + … + E⁽ᴸ⁾) / (L + 1) and E⁽ᵏ⁺¹⁾ = Ã E⁽ᵏ⁾, so

    e_u⁽ᵏ⁺¹⁾ = Σ_i e_i⁽ᵏ⁾ / √(d_u d_i) over the items of u, and alike for items (equation 3). Learnt is E⁽⁰⁾, with
    L_BPR = mean of −ln σ(ŷ(u, i) − ŷ(u, j)) + λ/2 (‖e_u⁽⁰⁾‖² + ‖e_i⁽⁰⁾‖² + ‖e_j⁽⁰⁾‖²) over interactions and negatives:
    equation 15 with the regularizer of the authors' program, which counts the embeddings of each batch. He, Deng, Wang,
    Li, Zhang and Wang (2020), "LightGCN: simplifying and powering graph convolution network for recommendation".
    Every interaction counts as positive, whatever its rating.

    Users and items without training interactions get NaN, "cannot score". Raises Diverged as `optimise` does, and
    Unsupported when a user has every item.
    """

    name = "lightgcn"
    paper = "he2020"
    Params = LightGCNParams
    compiles = True
    network: Network

    def _build(self) -> Network:
        return Network(self.n_users, self.n_items, self.params.factors, self.params.layers)

    def _task(self, train: Training, device: torch.device) -> Task:
        p = self.params
        self.network.graph = Graph(train.interactions, device)

        def loss(batch: tuple[Tensor, Tensor]) -> Tensor:
            logits, squares = self.network(*batch)
            ranking = bayesian_ranking(logits[:, 0], logits[:, 1:])
            return torch.add(ranking, squares.mean(), alpha=p.l2 / 2)

        return Task(pairs_with_negatives(train.interactions, p.negatives, p.batch_size, device), loss)

    def _logits(self, query: Query, rows: Longs) -> Tensor:
        return self.network.all_items(self._users(query, rows))
