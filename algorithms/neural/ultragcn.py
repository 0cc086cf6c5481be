"""UltraGCN: what infinitely many layers of graph convolution would bring about, as weights in the loss."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import torch
from scipy.sparse import csr_matrix
from torch import Tensor, nn
from torch.nn.functional import softplus

from algorithms.neural.model import NeuralModel, Task
from algorithms.neural.params import NeuralParams
from bench.params import number
from bench.types import Floats, Interactions, Longs, Query, Training

_BLOCK = 8 << 20  # numbers of the item graph that are held at a time


class UltraGCNParams(NeuralParams):
    """Size of the network and how it learns; weights and schedule by the validation part of MovieLens 100K."""

    factors: int = number(64, low=1, high=1024, search=(16, 128), log=True)
    """d: length of the embeddings."""
    negatives: int = number(256, low=1, high=100_000, search=(64, 2048), log=True)
    """Items drawn for each batch; they are the negatives of all its interactions."""
    negative_weight: float = number(10, low=0, high=1e6, search=(1, 1000), log=True)
    """W: what all negatives of an interaction together weigh, before β."""
    neighbours: int = number(10, low=1, high=1000, search=(5, 50))
    """K: the most similar items that stand beside each item in the item graph."""
    item_weight: float = number(0.03, low=0, high=1e6, search=(1e-4, 10), log=True)
    """γ: weight of the item graph in the loss."""
    epochs: int = number(60, low=1, high=10_000)
    """Most passes over the interactions; with a validation part training may end earlier."""
    patience: int = number(10, low=1, high=10_000)
    """Epochs without a better NDCG@10 on the validation part before training ends."""
    batch_size: int = number(2048, low=1, high=1_000_000)
    """Interactions per step."""
    learning_rate: float = number(0.01, low=1e-6, high=1000, search=(1e-4, 1e-2), log=True)
    """Step length of AdamW."""
    regularization: float = number(0.1, low=0, high=100, search=(1e-3, 1), log=True)
    """Weight decay of AdamW: each step shrinks all embeddings by learning_rate · regularization."""


class Network(nn.Module):
    """One embedding per user and per item."""

    def __init__(self, n_users: int, n_items: int, factors: int) -> None:
        super().__init__()
        self.users, self.items = nn.Embedding(n_users, factors), nn.Embedding(n_items, factors)
        for vectors in (self.users, self.items):
            nn.init.normal_(vectors.weight, std=0.01)

    def own(self, users: Tensor, items: Tensor) -> Tensor:
        """(b, c) logits of `items` (b, c), c for each of the `users` (b,)."""
        return torch.sum(self.users(users)[:, None] * self.items(items), dim=2)  # (b, 1, d) · (b, c, d)

    def common(self, users: Tensor, items: Tensor) -> Tensor:
        """(b, m) logits of the same `items` (m,) for all of the `users` (b,)."""
        return torch.matmul(self.users(users), self.items(items).T)


@dataclass(frozen=True)
class Constraints:
    """The weights in the loss, constants: β_ui = √(d_u + 1) / d_u · 1 / √(d_i + 1) (equation 9) in its two factors,

    and beside each item i its neighbours S(i) with their ω.
    """

    user: Tensor  # (n_users,)
    item: Tensor  # (n_items,)
    neighbours: Tensor  # (n_items, K)
    omega: Tensor  # (n_items, K)
    known: Tensor  # the items of training

    @classmethod
    def of(cls, interactions: Interactions, neighbours: int, device: torch.device) -> Constraints:
        """Those of the pairs that occur, however often."""
        pairs = interactions.matrix()
        users, items = np.diff(pairs.indptr), np.bincount(pairs.indices, minlength=pairs.shape[1])
        around, omega = item_graph(pairs, neighbours)
        beta = np.sqrt(users + 1) / np.maximum(users, 1), 1 / np.sqrt(items + 1)
        user, item, similar = (torch.tensor(part, dtype=torch.float32, device=device) for part in (*beta, omega))
        near, known = (torch.tensor(part, device=device) for part in (around, np.flatnonzero(items)))
        return cls(user, item, near, similar, known)


class UltraGCN(NeuralModel[UltraGCNParams]):
    """ŷ(u, i) = e_uᵀ e_i with embeddings that minimise the sum over interactions (u, i) of

    −β_ui ln σ(ŷ(u, i)) − W · mean over negatives j of β_uj ln σ(−ŷ(u, j)) − γ Σ_{k ∈ S(i)} ω_ik ln σ(ŷ(u, k)):
    the constraint loss L_C of equation 8 with β of equation 9, and that of the item graph, L_I of equation 13. The
    plain loss L_O of equation 11 is left out, as in the authors' program (where on Gowalla it counts a millionth).
    Mao, Zhu, Xiao, Lu, Wang and He (2021), "UltraGCN: ultra simplification of graph convolutional networks for
    recommendation". Every interaction counts as positive, whatever its rating.

    Negatives are drawn uniformly from the items of training, as in that program also those that a user has; here a
    batch shares them, so that their logits are one product of matrices.

    Users and items without training interactions get NaN, "cannot score". Raises Diverged as `optimise` does.
    """

    name = "ultragcn"
    paper = "mao2021"
    Params = UltraGCNParams
    network: Network

    def _build(self) -> Network:
        return Network(self.n_users, self.n_items, self.params.factors)

    def _task(self, train: Training, device: torch.device) -> Task:
        data = train.interactions
        users = torch.tensor(data.users, dtype=torch.long, device=device)
        items = torch.tensor(data.items, dtype=torch.long, device=device)
        weights = Constraints.of(data, self.params.neighbours, device)

        def batches(generator: torch.Generator) -> Iterator[tuple[Tensor, Tensor, Tensor]]:
            """Users (b,), the item of each (b,), and negatives (m,) for all."""
            order = torch.randperm(len(users), generator=generator, device=device)
            for rows in torch.split(order, self.params.batch_size):
                drawn = torch.randint(len(weights.known), (self.params.negatives,), generator=generator, device=device)
                yield users[rows], items[rows], weights.known[drawn]

        return Task(batches, lambda batch: self._loss(weights, *batch))

    def _loss(self, weights: Constraints, users: Tensor, items: Tensor, negatives: Tensor) -> Tensor:
        """The mean over the b interactions; `negatives` (m,)."""
        near = torch.cat([items[:, None], weights.neighbours[items]], dim=1)  # (b, 1 + K): the item, then S(i)
        own = softplus(-self.network.own(users, near))  # (b, 1 + K)
        common = softplus(self.network.common(users, negatives)) @ weights.item[negatives]  # (b,)
        constraint = own[:, 0] * weights.item[items] + self.params.negative_weight / len(negatives) * common
        similar = (own[:, 1:] * weights.omega[items]).sum(dim=1)
        return (weights.user[users] * constraint + self.params.item_weight * similar).mean()

    def _logits(self, query: Query, rows: Longs) -> Tensor:
        return torch.matmul(self.network.users(self._users(query, rows)), self.network.items.weight.T)


def item_graph(pairs: csr_matrix, neighbours: int) -> tuple[Longs, Floats]:
    """(n, K) the items j ≠ i with the largest ω_ij for each item i, and (n, K) these ω; 0 where there are fewer than K.

    ω_ij = G_ij / (g_i − G_ii) · √(g_i / g_j) with G = RᵀR of R = `pairs` and g_i = Σ_k G_ik (equation 12).
    """
    inverted, n = pairs.T.tocsr(), pairs.shape[1]
    lengths = np.diff(pairs.indptr).astype(np.float64)
    counts, degrees = np.diff(inverted.indptr), inverted @ lengths  # G_ii and g
    scale = np.sqrt(degrees) / np.maximum(degrees - counts, 1)
    k = min(neighbours, n)
    around, omega = np.zeros((n, k), np.int64), np.zeros((n, k))
    for start in range(0, n, max(1, _BLOCK // n)):
        rows = np.arange(start, min(start + max(1, _BLOCK // n), n))
        block = (inverted[rows] @ pairs).toarray() * scale[rows][:, None] / np.sqrt(np.maximum(degrees, 1))
        block[np.arange(len(rows)), rows] = 0
        around[rows] = np.argpartition(-block, k - 1, axis=1)[:, :k]
        omega[rows] = np.take_along_axis(block, around[rows], axis=1)
    return around, omega
