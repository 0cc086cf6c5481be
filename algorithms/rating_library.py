"""Rating predictors of the library Surprise (Hug 2020) behind our contract.

Only training is left to the library. What it learned is kept as arrays in our numbering, so that whole catalogues are
scored at once, models are saved without pickle, and nothing of the library stays in memory. Predictions are the
library's own `predict(..., clip=False)`; tests hold each model to it.

The models know users by number. A question's history is not looked at: a user who rated more after training is
answered from the training ratings, and a user unknown to training gets what the library's rule says (a mean, or a
baseline without the user's part).
"""

from __future__ import annotations

from abc import abstractmethod
from dataclasses import dataclass
from typing import Any, ClassVar, TypeVar

import numpy as np
from surprise import Trainset

from bench import memory
from bench.algorithm import Algorithm, Can, Needs
from bench.errors import Unsupported
from bench.params import Params
from bench.types import Floats, Interactions, Ints, Longs, Query, Training

P = TypeVar("P", bound=Params)
LARGEST_FACTOR = 100  # ratings in steps finer than 1/100 are refused where the library needs whole numbers


@dataclass(frozen=True)
class Numbering:
    """The library knows only users and items that are in training; these, ascending, are our numbers for them."""

    users: Ints  # (users in training,)
    items: Ints  # (items in training,)
    n_users: int
    n_items: int

    def by_user(self, values: Any, fill: float = 0) -> Any:
        """(n_users + 1, …) `values` by our number; unseen users and the last row, which −1 reaches, get `fill`."""
        return _spread(np.asarray(values), self.users, self.n_users + 1, fill)

    def by_item(self, values: Any, fill: float = 0) -> Any:
        """(n_items, …) the same for items."""
        return _spread(np.asarray(values), self.items, self.n_items, fill)


def _spread(values: Any, numbers: Ints, rows: int, fill: float) -> Any:
    out = np.full((rows, *values.shape[1:]), fill, values.dtype)
    out[numbers] = values
    return out


class RatingLibrary(Algorithm[P]):
    """Base of the wrapped rating predictors: a subclass says what to train, what to keep and how to estimate."""

    needs = Needs.RATINGS
    can = Can.RANK | Can.PERSONALISE | Can.PREDICT_RATINGS
    whole_numbers: ClassVar[bool] = False  # the library truncates ratings to integers in this model

    @abstractmethod
    def _model(self) -> Any:
        """The library's algorithm with our parameters, untrained."""

    @abstractmethod
    def _keep(self, model: Any, numbering: Numbering) -> None:
        """Take the learned arrays out of the trained model; `model.trainset` holds the ratings times `self.factor`."""

    @abstractmethod
    def _estimate(self, users: Any, items: Any) -> Floats:
        """Ratings of `items` by `users` (−1: unknown), two arrays of numbers that broadcast against each other."""

    def _bytes(self, n_users: int, n_items: int) -> int:
        """Bytes of the dense matrices that training needs at once, for these numbers of users and items in training."""
        return 0

    def fit(self, train: Training) -> None:
        """Train the library's model.

        Raises Unsupported, before any work, where its matrices exceed the memory, and where its formula has no value
        because ratings do not vary or are 0.
        """
        data = train.interactions
        self.factor = whole_number_factor(data.known_ratings) if self.whole_numbers else 1
        self.mean = float(data.known_ratings.mean(dtype=np.float64))
        counts = len(np.unique(data.users)), len(np.unique(data.items))
        memory.require(self._bytes(*counts), f"{self.name} on this data set")
        trainset, numbering = to_trainset(data, self.factor)
        try:
            model = self._model().fit(trainset)
        except ZeroDivisionError:
            raise Unsupported(f"{self.name} divides by 0 on this data: its ratings do not vary, or are 0") from None
        self._keep(model, numbering)

    def score(self, query: Query) -> Floats:
        """(b, n_items) predicted ratings."""
        return self._estimate(query.users[:, None], np.arange(query.n_items)[None, :])

    def predict(self, query: Query, rows: Longs, items: Ints) -> Floats:
        """(n,) predicted ratings, not clipped."""
        return self._estimate(query.users[rows], items)


def to_trainset(data: Interactions, factor: int = 1) -> tuple[Trainset, Numbering]:
    """The library's training set, in the order of `data`, with each rating times `factor`."""
    users, rows = np.unique(data.users, return_inverse=True)
    items, columns = np.unique(data.items, return_inverse=True)
    by_user: dict[int, list[tuple[int, float]]] = {user: [] for user in range(len(users))}
    by_item: dict[int, list[tuple[int, float]]] = {item: [] for item in range(len(items))}
    ratings = data.known_ratings.astype(np.float64) * factor
    for user, item, rating in zip(rows.tolist(), columns.tolist(), ratings.tolist(), strict=True):
        by_user[user].append((item, rating))
        by_item[item].append((user, rating))
    inner_users = {number: inner for inner, number in enumerate(users.tolist())}
    inner_items = {number: inner for inner, number in enumerate(items.tolist())}
    limits = (float(ratings.min()), float(ratings.max()))
    trainset = Trainset(by_user, by_item, len(users), len(items), len(data), limits, inner_users, inner_items)
    return trainset, Numbering(users, items, data.n_users, data.n_items)


def whole_number_factor(ratings: Floats) -> int:
    """The smallest factor that makes all ratings whole numbers: 1 for whole stars, 2 for half stars.

    Raises Unsupported where no factor up to LARGEST_FACTOR does.
    """
    levels = np.unique(ratings).astype(np.float64)
    for factor in range(1, LARGEST_FACTOR + 1):
        if np.abs(levels * factor - np.rint(levels * factor)).max() < 1e-5 * factor:  # float32 ratings
            return factor
    raise Unsupported(f"this needs ratings in steps of 1/{LARGEST_FACTOR} or coarser, and the data set has finer ones")
