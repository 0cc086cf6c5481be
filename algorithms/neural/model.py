"""What all neural models share: fit in stages, scores in blocks, weights on disk."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any, ClassVar, NamedTuple, Self, TypeVar

import numpy as np
import torch
from torch import Tensor, nn

from algorithms.neural.isolation import find_device, random_numbers, thread_limit
from algorithms.neural.params import NeuralParams
from algorithms.neural.stages import in_stages
from algorithms.neural.training import Goal, optimise
from bench import persistence
from bench.algorithm import Algorithm
from bench.types import Bools, Floats, Longs, Query, Training

P = TypeVar("P", bound=NeuralParams)
_WEIGHTS = "weights."  # prefix of the network's arrays in a saved model


class Task(NamedTuple):
    """What one epoch goes through."""

    batches: Callable[[torch.Generator], Iterable[Any]]  # anew in each epoch; all chance from the generator
    loss: Callable[[Any], Tensor]  # of one batch


class NeuralModel(Algorithm[P]):
    """A subclass says how its network is built, what an epoch is, and how questions are scored.

    Everything in `vars(self)` but the network must be an array, a number, a text or a boolean: it is saved with the
    weights, and `_build` makes the same network from it. Items that training does not know get NaN, "cannot score".
    """

    family = "neural"
    goal: ClassVar[Goal] = "ndcg"
    network: nn.Module

    @abstractmethod
    def _build(self) -> nn.Module:
        """The untrained network, from the parameters and the facts of the data that were kept."""

    @abstractmethod
    def _task(self, train: Training, device: torch.device) -> Task:
        """What an epoch goes through; `self.network` is built and on the device."""

    @abstractmethod
    def _logits(self, query: Query, rows: Longs) -> Tensor:
        """(r, n_items) scores of the r questions `rows`, all of them served; called without gradients."""

    def _meet(self, train: Training) -> None:
        """Keep the facts of the data that the network depends on, before it is built."""
        data = train.interactions
        self.n_users, self.n_items = data.n_users, data.n_items
        self.known_users = np.bincount(data.users, minlength=data.n_users) > 0
        self.known_items = np.bincount(data.items, minlength=data.n_items) > 0

    def _start(self, train: Training) -> None:
        """Change the first weights before training; the same ones whenever it is begun or continued."""

    def _served(self, query: Query) -> Bools:
        """(b,) which questions can be answered: those of users in training, unless a subclass serves others."""
        return np.asarray((query.users >= 0) & self.known_users[query.users])

    def fit(self, train: Training) -> None:
        """Learn all weights. Raises as `optimise` does, and Unsupported where the device is missing."""
        self.best_epoch = in_stages(self._learn, train, self.params.epochs)

    def _learn(self, train: Training, epochs: int) -> int:
        """Learn from scratch for at most so many epochs; the best one."""
        device = find_device(self.device)
        self._meet(train)
        with thread_limit(self.threads):
            with random_numbers(device, self.seed):
                self.network = self._build().to(device)
            self._start(train)
            return optimise(self, self.params, self.network, *self._task(train, device), train, epochs, self.goal)

    def score(self, query: Query) -> Floats:
        """(b, n_items) float32; NaN for items without training interactions and for questions not served."""
        scores = np.full((len(query), self.n_items), np.nan, np.float32)
        rows = np.flatnonzero(self._served(query))
        if len(rows):
            with thread_limit(self.threads), torch.inference_mode():
                scores[rows] = self._logits(query, rows).float().cpu().numpy()
        scores[:, ~self.known_items] = np.nan
        return scores

    @property
    def _on(self) -> torch.device:
        """Where the network is."""
        return next(self.network.parameters()).device

    def _users(self, query: Query, rows: Longs) -> Tensor:
        """(r,) user numbers of the questions `rows`."""
        return torch.as_tensor(query.users[rows], dtype=torch.long, device=self._on)

    def save(self, folder: Path) -> None:
        """Write the weights as one array each, and the rest as the base class does."""
        state = {name: value for name, value in vars(self).items() if name != "network"}
        weights = {_WEIGHTS + name: weight.cpu().numpy() for name, weight in self.network.state_dict().items()}
        persistence.save(state | weights, folder)

    @classmethod
    def load(cls, folder: Path) -> Self:
        """The algorithm that `save` wrote. Raises Unsupported when its device is missing."""
        algorithm = super().load(folder)
        state = vars(algorithm)
        names = [name for name in state if name.startswith(_WEIGHTS)]
        weights = {name.removeprefix(_WEIGHTS): torch.from_numpy(state.pop(name)) for name in names}
        algorithm.network = algorithm._build().to(find_device(algorithm.device))
        algorithm.network.load_state_dict(weights)
        algorithm.network.eval()
        return algorithm
