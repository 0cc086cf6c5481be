"""A perceptron over the vectors of a user and an item."""

from __future__ import annotations

from collections.abc import Iterable
from itertools import pairwise

import torch
from torch import Tensor, nn
from torch.nn.functional import embedding

from algorithms.neural.dropout import Dropout
from algorithms.neural.ncf import SLICE, LayerParams, PairModel, begin


class Perceptron(nn.Module):
    """hᵀ a_L(W_L(… a_1(W_1 [p_u; q_i] + b_1) …) + b_L); w = d·2^(L−1) is the width of its first layer."""

    def __init__(self, n_users: int, n_items: int, factors: int, layers: int, dropout: float) -> None:
        super().__init__()
        widths = [factors << level for level in range(layers - 1, -1, -1)]  # w, …, 2d, d
        self.users, self.items = nn.Embedding(n_users, widths[0]), nn.Embedding(n_items, widths[0])
        self.first_user = nn.Linear(widths[0], widths[0])  # W₁[p; q] + b₁ = (W₁ᵤ p + b₁) + W₁ᵢ q
        self.first_item = nn.Linear(widths[0], widths[0], bias=False)
        hidden = [nn.Linear(a, b) for a, b in pairwise(widths)]
        self.hidden, self.dropout = nn.ModuleList(hidden), Dropout(dropout)
        self.top = nn.Parameter(torch.empty(factors))  # h
        begin(self.users, self.items, self.top)
        _begin_layers(self.first_user, self.first_item, hidden)

    def forward(self, users: Tensor, items: Tensor) -> Tensor:
        """(b, c) for `items` (b, c), c for each of the `users` (b,)."""
        user = self.first_user(self.users(users))[:, None]  # (b, 1, w)
        if items.numel() < self.items.num_embeddings:
            item = self.first_item(self.items(items))  # (b, c, w)
        else:  # the same with less work: each item goes through the layer once
            item = embedding(items, self.first_item(self.items.weight))
        return self._rest(user + item)

    def all_items(self, users: Tensor) -> Tensor:
        """(b, n) for the `users` (b,); the first layer meets each item once, not b times."""
        user = self.first_user(self.users(users))[:, None]  # (b, 1, w)
        item = self.first_item(self.items.weight)  # (n, w)
        logits: Tensor = item.new_empty(len(users), len(item))  # kept pieces would lie between what slices free
        step = max(1, SLICE // (item.numel() * item.element_size()))
        for start in range(0, len(users), step):
            logits[start : start + step] = self._rest(user[start : start + step] + item)
        return logits

    def _rest(self, first: Tensor) -> Tensor:
        """(b, c) from the first layer's outputs (b, c, w) before their ReLU."""
        outputs = self.dropout(torch.relu_(first))
        for layer in self.hidden:
            outputs = self.dropout(torch.relu_(layer(outputs)))  # (b, c, next width)
        return torch.matmul(outputs, self.top)


def _begin_layers(first_user: nn.Linear, first_item: nn.Linear, hidden: Iterable[nn.Linear]) -> None:
    """As in the authors' program: Glorot's uniform weights, no bias. Smaller ones leave users with dead outputs only.

    W₁ is one matrix there, with 2w inputs and w outputs: its bound √(6 / 3w) is √⅔ of that of either half.
    """
    for half in (first_user, first_item):
        nn.init.xavier_uniform_(half.weight, gain=(2 / 3) ** 0.5)
    for layer in hidden:
        nn.init.xavier_uniform_(layer.weight)
    for layer in (first_user, *hidden):
        nn.init.zeros_(layer.bias)


class MLP(PairModel[LayerParams]):
    """ŷ(u, i) = σ(hᵀ a_L(W_L(… a_1(W_1 [p_u; q_i] + b_1) …) + b_L)), a = ReLU.

    He et al. (2017), "Neural collaborative filtering", equation 10. Learns as `PairModel` says. Raises Diverged as
    `optimise` does, and Unsupported when a user has every item.
    """

    name = "mlp"
    Params = LayerParams

    def _build(self) -> Perceptron:
        p = self.params
        return Perceptron(self.n_users, self.n_items, p.factors, p.layers, p.dropout)
