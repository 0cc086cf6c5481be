"""Two towers: a network makes a vector of each user, another one of each item, and their product is the score."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import torch
from scipy.sparse import csr_matrix
from torch import Tensor, nn
from torch.nn.functional import normalize

from algorithms.item_text import DescribedByText, ItemTextParams
from algorithms.neural.features import FeatureVectors, TextVectors, averages
from algorithms.neural.losses import hide, sampled_softmax
from algorithms.neural.model import NeuralModel, Task
from algorithms.neural.params import NeuralParams
from bench.algorithm import Can, Needs
from bench.params import choice, number
from bench.types import Floats, Longs, Query, Training


class TwoTowerParams(NeuralParams, ItemTextParams):
    """Size of the towers and how they learn; the defaults are the best of a few on the validation part of ml-100k."""

    factors: int = number(64, low=1, high=2048, search=(16, 128), log=True)
    """d: length of all vectors."""
    layers: int = number(1, low=0, high=6, search=(0, 2))
    """Hidden layers of each tower, of width d."""
    item_features: bool = choice(False, tune=False)
    """Describe items by their metadata as well as by themselves."""
    user_features: bool = choice(False, tune=False)
    """Describe users by their metadata as well as by themselves."""
    temperature: float = number(0.1, low=1e-3, high=100, search=(0.03, 0.5), log=True)
    """τ: what cosines are divided by."""
    correction: float = number(1, low=0, high=1, search=(0, 1))
    """How much of ln Q is taken off the logits of a batch: 1 undoes its preference for popular items, 0 leaves it."""
    dropout: float = number(0.1, low=0, high=0.9, search=(0, 0.5))
    """Share of the entries of a tower's first vector that is set to zero in training."""
    epochs: int = number(50, low=1, high=10_000)
    """Most passes over the interactions; with a validation part training may end earlier."""
    patience: int = number(10, low=1, high=10_000)
    """Epochs without a better result on the validation part before training ends: the curve is rough."""
    learning_rate: float = number(0.003, low=1e-6, high=1000, search=(1e-4, 1e-2), log=True)
    """Step length of AdamW."""


class Tower(nn.Module):
    """Vectors of length 1 for n users or items: x + f(x) with a perceptron f,

    x = e_id + the mean of the features + W v, v being the vectors (n, D) of their texts, if any are given.
    """

    def __init__(
        self, n: int, features: csr_matrix, factors: int, layers: int, dropout: float, texts: Floats | None = None
    ) -> None:
        super().__init__()
        self.ids = nn.Embedding(n, factors)
        nn.init.normal_(self.ids.weight, std=factors**-0.5)
        self.described = FeatureVectors(features, factors)
        self.texts = None if texts is None else TextVectors(texts, factors)
        hidden = [part for _ in range(layers) for part in (nn.Linear(factors, factors), nn.ReLU())]
        self.hidden = nn.Sequential(*hidden, nn.Linear(factors, factors)) if layers else None
        self.dropout = nn.Dropout(dropout)

    def forward(self, rows: Tensor) -> Tensor:
        """(r, d) vectors of the users or items `rows` (r,)."""
        x = self.ids(rows) + self.described(rows)  # (r, d)
        x = self.dropout(x if self.texts is None else x + self.texts(rows))
        return normalize(x if self.hidden is None else x + self.hidden(x), dim=1)


class Network(nn.Module):
    """Both towers."""

    def __init__(self, users: Tower, items: Tower) -> None:
        super().__init__()
        self.users, self.items = users, items


class TwoTower(DescribedByText[TwoTowerParams], NeuralModel[TwoTowerParams]):
    """s(u, i) = cos(f(u), g(i)) / τ, trained by the softmax over the items of a batch, from which ln Q_i is taken off,

    Q_i being the share of item i in all interactions: popular items stand more often among the others of a batch. Yi
    et al. (2019), "Sampling-bias-corrected neural modeling for large corpus item recommendations", equations 2 to 5,
    with exact counts in the place of their estimate from a stream. An item of the batch that is the positive itself is
    not taken as a negative.

    Users and items without training interactions get NaN, "cannot score"; with `item_text` a new item has the score
    of its text alone, if it has one: the vector v of `DescribedByText`, times a matrix that is learnt. A step holds
    batch_size² logits. Raises Diverged as `optimise` does.
    """

    name = "two-tower"
    paper = "yi2019"
    Params = TwoTowerParams
    network: Network

    @classmethod
    def abilities(cls, params: TwoTowerParams) -> tuple[Needs, Can]:
        """Features are needed where they are asked for."""
        needs, can = super().abilities(params)
        needs |= Needs.ITEM_FEATURES if params.item_features else Needs.NOTHING
        needs |= Needs.USER_FEATURES if params.user_features else Needs.NOTHING
        return needs, can

    def _meet(self, train: Training) -> None:
        super()._meet(train)
        p = self.params
        self.item_side = averages(train.items, self.n_items, p.item_features, f"{self.name} and item features")
        self.user_side = averages(train.users, self.n_users, p.user_features, f"{self.name} and user features")
        self.texts = self._text_vectors(train)  # (n_items, D)
        if p.item_text:
            self.new_items = ~self.known_items
            self.known_items = self.known_items | self.texts.any(axis=1)

    def _build(self) -> Network:
        p = self.params
        texts = self.texts if p.item_text else None
        towers = ((self.n_users, self.user_side, None), (self.n_items, self.item_side, texts))
        return Network(*(Tower(n, side, p.factors, p.layers, p.dropout, told) for n, side, told in towers))

    def _start(self, train: Training) -> None:
        """New items have no vector of their own, only that of their text."""
        if self.params.item_text:
            with torch.no_grad():
                self.network.items.ids.weight[torch.from_numpy(self.new_items)] = 0

    def _task(self, train: Training, device: torch.device) -> Task:
        data = train.interactions
        users = torch.tensor(data.users, dtype=torch.long, device=device)
        items = torch.tensor(data.items, dtype=torch.long, device=device)
        shares = np.bincount(data.items, minlength=data.n_items) / max(len(data), 1)
        expected = torch.tensor(np.log(np.maximum(shares, 1e-12)), dtype=torch.float32, device=device)  # ln Q
        expected *= self.params.correction

        def batches(generator: torch.Generator) -> Iterator[Tensor]:
            """Positions (b,) of interactions."""
            order = torch.randperm(len(users), generator=generator, device=device)
            yield from torch.split(order, self.params.batch_size)

        def loss(rows: Tensor) -> Tensor:
            mine, its = self.network.users(users[rows]), self.network.items(items[rows])  # (b, d)
            logits = mine @ its.T / self.params.temperature  # (b, b)
            same = items[rows][:, None] == items[rows]  # the diagonal too: the positive is no negative
            log_q = expected[items[rows]]  # (b,)
            return sampled_softmax(logits.diagonal(), hide(logits, same), log_q, log_q)

        return Task(batches, loss)

    def _logits(self, query: Query, rows: Longs) -> Tensor:
        everything = torch.arange(self.n_items, device=self._on)
        cosines: Tensor = self.network.users(self._users(query, rows)) @ self.network.items(everything).T
        return cosines / self.params.temperature
