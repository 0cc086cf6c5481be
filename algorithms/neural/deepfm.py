"""DeepFM: a factorization machine and a perceptron on the same vectors of users, items and what is known of them."""

from __future__ import annotations

from itertools import pairwise

import torch
from scipy.sparse import csr_matrix
from torch import Tensor, nn
from torch.nn.functional import embedding

from algorithms.neural.features import FeatureVectors, averages
from algorithms.neural.ncf import SLICE, LayerParams, PairModel
from bench.algorithm import Can, Needs
from bench.params import choice, number
from bench.types import Training


class DeepFMParams(LayerParams):
    """Size of the network and how it learns."""

    factors: int = number(16, low=1, high=1024, search=(8, 64), log=True)
    """d: length of the vector of a field."""
    layers: int = number(2, low=1, high=6, search=(1, 3))
    """L: perceptron layers; their widths are d·2^L, …, 4d, 2d."""
    user_features: bool = choice(False, tune=False)
    """Describe users by their metadata too; items always are."""


class Side(nn.Module):
    """Two fields of n users or items: which one it is, and what is known of it."""

    def __init__(self, n: int, features: csr_matrix, factors: int) -> None:
        super().__init__()
        self.ids, self.described = nn.Embedding(n, factors), FeatureVectors(features, factors)
        self.weights, self.described_weights = nn.Embedding(n, 1), FeatureVectors(features, 1)
        nn.init.normal_(self.ids.weight, std=0.01)
        nn.init.zeros_(self.weights.weight)

    def forward(self, rows: Tensor) -> tuple[Tensor, Tensor, Tensor]:
        """Of the r users or items `rows`: both vectors (r, 2d), their sum (r, d), and ⟨w, x⟩ + ⟨e, e'⟩ (r,)."""
        own, known = self.ids(rows), self.described(rows)  # (r, d)
        linear = self.weights(rows) + self.described_weights(rows)  # (r, 1)
        return torch.cat([own, known], dim=1), own + known, linear[:, 0] + (own * known).sum(dim=1)


class Network(nn.Module):
    """The logits of u users and n items, w the width of the first layer."""

    def __init__(self, users: Side, items: Side, factors: int, layers: int, dropout: float) -> None:
        super().__init__()
        self.users, self.items = users, items
        widths = [factors << level for level in range(layers, 0, -1)]  # w, …, 4d, 2d
        self.first_user = nn.Linear(2 * factors, widths[0])  # W₁[e; f] + b₁ = (W₁ᵤ e + b₁) + W₁ᵢ f
        self.first_item = nn.Linear(2 * factors, widths[0], bias=False)
        self.hidden = nn.ModuleList(nn.Linear(a, b) for a, b in pairwise(widths))
        self.top = nn.Linear(widths[-1], 1)  # its bias is that of the whole
        self.dropout = nn.Dropout(dropout)

    def forward(self, users: Tensor, items: Tensor) -> Tensor:
        """(b, c) logits of `items` (b, c), c for each of the `users` (b,)."""
        fields, vectors, linear = self.users(users)
        its_fields, its_vectors, its_linear = self.items(self._catalogue())  # each item goes through once
        product = (vectors[:, None] * embedding(items, its_vectors)).sum(dim=2)  # (b, c)
        first = self.first_user(fields)[:, None] + embedding(items, self.first_item(its_fields))  # (b, c, w)
        return torch.add(linear[:, None] + its_linear[items] + product, self._perceptron(first))

    def all_items(self, users: Tensor) -> Tensor:
        """(b, n) logits of every item for the `users` (b,)."""
        fields, vectors, linear = self.users(users)
        its_fields, its_vectors, its_linear = self.items(self._catalogue())
        logits: Tensor = linear[:, None] + its_linear + vectors @ its_vectors.T  # (b, n)
        mine, its = self.first_user(fields)[:, None], self.first_item(its_fields)  # (b, 1, w), (n, w)
        step = max(1, SLICE // (its.numel() * its.element_size()))
        for part in range(0, len(users), step):
            logits[part : part + step] += self._perceptron(mine[part : part + step] + its)
        return logits

    def _catalogue(self) -> Tensor:
        return torch.arange(self.items.ids.num_embeddings, device=self.top.weight.device)

    def _perceptron(self, first: Tensor) -> Tensor:
        """(b, c) from the first layer's outputs (b, c, w) before their ReLU."""
        outputs = self.dropout(torch.relu(first))
        for layer in self.hidden:
            outputs = self.dropout(torch.relu(layer(outputs)))  # (b, c, next width)
        top: Tensor = self.top(outputs)
        return top[..., 0]


class DeepFM(PairModel[DeepFMParams]):
    """ŷ = σ(y_FM + y_DNN) over four fields: user, features of the user, item, features of the item.

    Each field f has a vector e_f (that of features is their mean) and a weight w_f;
    y_FM = Σ_f w_f + Σ_{f < g} ⟨e_f, e_g⟩, and y_DNN is a perceptron on [e_1; e_2; e_3; e_4]. Guo, Tang, Ye, Li and He
    (2017), "DeepFM: a factorization-machine based neural network for CTR prediction", equations 1 to 4. Clicks are
    interactions, whatever their rating, and learning is that of `PairModel`. Raises Diverged as `optimise` does, and
    Unsupported when a user has every item.
    """

    name = "deepfm"
    paper = "guo2017"
    Params = DeepFMParams
    needs = Needs.ITEM_FEATURES
    network: Network

    @classmethod
    def abilities(cls, params: DeepFMParams) -> tuple[Needs, Can]:
        """Features of users are needed where they are asked for."""
        return cls.needs | (Needs.USER_FEATURES if params.user_features else Needs.NOTHING), cls.can

    def _meet(self, train: Training) -> None:
        super()._meet(train)
        self.item_side = averages(train.items, self.n_items, True, f"{self.name} and item features")
        wanted = self.params.user_features
        self.user_side = averages(train.users, self.n_users, wanted, f"{self.name} and user features")

    def _build(self) -> Network:
        p = self.params
        users, items = Side(self.n_users, self.user_side, p.factors), Side(self.n_items, self.item_side, p.factors)
        return Network(users, items, p.factors, p.layers, p.dropout)
