"""Generalised matrix factorization: a product of two vectors whose entries are weighted."""

from __future__ import annotations

import torch
from torch import Tensor, nn

from algorithms.neural.ncf import PairModel, PairParams, begin


class Product(nn.Module):
    """hᵀ(p_u ∘ q_i); u users, n items, d factors."""

    def __init__(self, n_users: int, n_items: int, factors: int) -> None:
        super().__init__()
        self.users, self.items = nn.Embedding(n_users, factors), nn.Embedding(n_items, factors)
        self.top = nn.Parameter(torch.empty(factors))  # h
        begin(self.users, self.items, self.top)

    def forward(self, users: Tensor, items: Tensor) -> Tensor:
        """(b, c) for `items` (b, c), c for each of the `users` (b,)."""
        return torch.sum((self.users(users) * self.top)[:, None] * self.items(items), dim=2)  # over (b, c, d)

    def all_items(self, users: Tensor) -> Tensor:
        """(b, n) for the `users` (b,)."""
        return torch.matmul(self.users(users) * self.top, self.items.weight.T)


class GMF(PairModel[PairParams]):
    """ŷ(u, i) = σ(hᵀ(p_u ∘ q_i)). He et al. (2017), "Neural collaborative filtering", equation 9, a_out = σ.

    Learns as `PairModel` says. Raises Diverged as `optimise` does, and Unsupported when a user has every item.
    """

    name = "gmf"
    Params = PairParams

    def _build(self) -> Product:
        return Product(self.n_users, self.n_items, self.params.factors)
