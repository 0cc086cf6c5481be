"""What rating predictors on tokens share: tokens of users and items, and ratings of many pairs in blocks."""

from __future__ import annotations

from abc import abstractmethod
from typing import ClassVar, TypeVar

import numpy as np
import torch
from scipy.sparse import csr_matrix
from torch import Tensor, nn

from algorithms.neural.features import FeatureVectors, averages
from algorithms.neural.isolation import thread_limit
from algorithms.neural.model import NeuralModel
from algorithms.neural.params import NeuralParams
from algorithms.neural.training import Goal
from bench.algorithm import Can, Needs
from bench.types import Floats, Ints, Longs, Query, Side, Training

P = TypeVar("P", bound=NeuralParams)
_BLOCK = 32 << 20  # bytes of one layer's outputs while pairs are rated: no more pairs than that go in together


class Tokens(nn.Module):
    """Tokens of n users or items, and a bias b of each.

    One token is a vector e of their own. Where the data has features, another is the mean of the vectors of their
    features. To each token the vector of its kind is added.
    """

    def __init__(self, n: int, features: csr_matrix, factors: int, start: float) -> None:
        super().__init__()
        self.own = nn.Embedding(n, factors)
        self.bias = nn.Embedding(n, 1)
        self.described = FeatureVectors(features, factors) if features.shape[1] else None
        self.count = 1 if self.described is None else 2
        self.kinds = nn.Parameter(torch.empty(self.count, factors))
        for weight in (self.own.weight, self.kinds):
            nn.init.normal_(weight, std=start)
        nn.init.zeros_(self.bias.weight)

    def forward(self, rows: Tensor) -> Tensor:
        """(r, t, d) tokens of the users or items `rows` (r,); t is 2 with features and 1 without."""
        tokens = [self.own(rows)] if self.described is None else [self.own(rows), self.described(rows)]
        return torch.stack(tokens, dim=1) + self.kinds  # (r, t, d)


class RatingModel(NeuralModel[P]):
    """A network that rates pairs: `network(people[rows], items)` are the ratings (n,) of n pairs.

    Training stops early on the error of the ratings. The catalogue is ranked by predicted ratings, computed in blocks
    of at most `_BLOCK` bytes per layer. Users that training does not know, unless a subclass serves them, and items
    without training ratings get NaN.
    """

    goal: ClassVar[Goal] = "rmse"
    needs = Needs.RATINGS
    can = Can.RANK | Can.PERSONALISE | Can.PREDICT_RATINGS

    @abstractmethod
    def _people(self, query: Query, rows: Longs) -> Tensor:
        """(r, …) what the network has to know of the users of the r questions `rows`, all of them served."""

    @property
    @abstractmethod
    def _width(self) -> int:
        """Numbers per pair in the widest layer."""

    def _meet(self, train: Training) -> None:
        super()._meet(train)
        ratings = train.interactions.known_ratings
        self.mean = float(ratings.mean(dtype=np.float64)) if len(ratings) else 0.0
        self.user_side, self.item_side = _described(train.users, self.n_users), _described(train.items, self.n_items)

    def predict(self, query: Query, rows: Longs, items: Ints) -> Floats:
        """(n,) float32 ratings, not clipped; NaN for unknown users and items."""
        served = self._served(query)
        places = np.cumsum(served) - 1  # of a question among those served
        known = np.flatnonzero(served[rows] & self.known_items[items])
        ratings = np.full(len(rows), np.nan, np.float32)
        if not len(known):
            return ratings
        with thread_limit(self.threads), torch.inference_mode():
            people = self._people(query, np.flatnonzero(served))
            pairs = (torch.as_tensor(part[known], dtype=torch.long) for part in (places[rows], items))
            ratings[known] = self._ratings(people, *(part.to(self._on) for part in pairs)).float().cpu().numpy()
        return ratings

    def _logits(self, query: Query, rows: Longs) -> Tensor:
        people = self._people(query, rows)
        everything = torch.arange(self.n_items, device=self._on)
        rated = [self._ratings(people, torch.full_like(everything, row), everything) for row in range(len(rows))]
        return torch.stack(rated)  # (r, n_items)

    def _ratings(self, people: Tensor, rows: Tensor, items: Tensor) -> Tensor:
        """(n,) ratings of `items` (n,) by the `people` at `rows` (n,), block by block."""
        step = max(1, _BLOCK // (4 * self._width))
        blocks = zip(torch.split(rows, step), torch.split(items, step), strict=True)
        return torch.cat([self.network(people[some], its) for some, its in blocks])


def _described(side: Side, n: int) -> csr_matrix:
    """(n, n_features) the features of each, as shares of 1; (n, 0) where the data has none."""
    return averages(side, n, side.features is not None, "features")
