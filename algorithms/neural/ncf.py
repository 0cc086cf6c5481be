"""Neural collaborative filtering: how its models learn from pairs of a user and an item, and score them."""

from __future__ import annotations

from typing import Protocol, TypeVar, cast

import numpy as np
import torch
from torch import Tensor, nn

from algorithms.neural.isolation import thread_limit
from algorithms.neural.losses import binary_cross_entropy
from algorithms.neural.model import NeuralModel, Task
from algorithms.neural.params import NeuralParams
from algorithms.neural.sampling import pairs_with_negatives
from bench.params import number
from bench.types import Floats, Longs, Query, Training

SLICE = 8 << 20  # bytes of first-layer outputs at a time while items are scored: they stay in the cache


class PairParams(NeuralParams):
    """How a model learns from pairs.

    The defaults were chosen for NeuMF, on the validation part of movielens-small, but for epochs and patience: NDCG@10
    on the validation parts of movielens-small and ml-100k lies flat for ten epochs before GMF begins to learn.
    """

    factors: int = number(16, low=1, high=1024, search=(8, 64), log=True)
    """d: length of the GMF vectors and width of the last perceptron layer (the "predictive factors")."""
    negatives: int = number(4, low=1, high=100, search=(1, 8))
    """Items the user does not have, drawn anew in each epoch for each interaction."""
    epochs: int = number(60, low=1, high=1000)
    """Most passes over the interactions; with a validation part training may end earlier."""
    patience: int = number(10, low=1, high=1000)
    """Epochs without a better NDCG@10 on the validation part before training ends."""
    batch_size: int = number(1024, low=1, high=1_000_000)
    """Interactions per step; each comes with its negatives."""
    learning_rate: float = number(0.005, low=1e-6, high=1000, search=(1e-4, 1e-2), log=True)
    """Step length of AdamW."""
    regularization: float = number(0.3, low=0, high=100, search=(0.01, 1), log=True)
    """Weight decay of AdamW: each step shrinks all weights by learning_rate · regularization."""


class LayerParams(PairParams):
    """The same with perceptron layers."""

    layers: int = number(2, low=1, high=6, search=(1, 3))
    """L: perceptron layers; their widths are d·2^(L−1), …, 2d, d, and the MLP vectors have length d·2^(L−1)."""
    dropout: float = number(0.3, low=0, high=0.9, search=(0, 0.5))
    """Share of the outputs of each hidden perceptron layer that is set to zero in training."""


P = TypeVar("P", bound=PairParams)


def begin(users: nn.Embedding, items: nn.Embedding, top: nn.Parameter) -> None:
    """Small vectors as in the authors' program; h as its initialisation for a layer with one output."""
    for vectors in (users, items):
        nn.init.normal_(vectors.weight, std=0.01)
    nn.init.uniform_(top, -((3 / len(top)) ** 0.5), (3 / len(top)) ** 0.5)


class PairNetwork(Protocol):
    """What `PairModel` asks of a network."""

    def __call__(self, users: Tensor, items: Tensor) -> Tensor:
        """(b, c) logits."""

    def all_items(self, users: Tensor) -> Tensor:
        """(b, n) logits."""


class PairModel(NeuralModel[P]):
    """Learns from pairs of a user and an item: those that are interactions, and others drawn for the same user.

    He et al. (2017), "Neural collaborative filtering", equation 7. Every interaction counts as positive, whatever its
    rating. Scores are logits, which rank as probabilities do. Users and items without training interactions have
    untrained vectors: they get NaN, "cannot score". Where a question names its candidates, only they are scored.
    """

    paper = "he2017"

    @property
    def _pairs(self) -> PairNetwork:
        return cast(PairNetwork, self.network)

    def _task(self, train: Training, device: torch.device) -> Task:
        """Raises Unsupported when a user has every item."""
        p = self.params

        def loss(batch: tuple[Tensor, Tensor]) -> Tensor:
            logits = self._pairs(*batch)
            return binary_cross_entropy(logits[:, 0], logits[:, 1:])

        return Task(pairs_with_negatives(train.interactions, p.negatives, p.batch_size, device), loss)

    def _logits(self, query: Query, rows: Longs) -> Tensor:
        return self._pairs.all_items(self._users(query, rows))

    def score(self, query: Query) -> Floats:
        """(b, n_items), or (b, c) where the query names candidates; NaN for those without training interactions."""
        if query.candidates is None:
            return super().score(query)
        scores = np.full(query.candidates.shape, np.nan, np.float32)
        rows = np.flatnonzero(self._served(query))
        step = max(1, SLICE // (1024 * query.candidates.shape[1]))  # a first layer of 256 numbers, four bytes each
        with thread_limit(self.threads), torch.inference_mode():
            for part in np.array_split(rows, range(step, len(rows), step)):
                users = self._users(query, part)
                items = torch.as_tensor(np.maximum(query.candidates[part], 0), dtype=torch.long, device=self._on)
                scores[part] = self._pairs(users, items).float().cpu().numpy()
        scores[(query.candidates < 0) | ~self.known_items[query.candidates]] = np.nan
        return scores
